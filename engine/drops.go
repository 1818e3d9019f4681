// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
)

// Lost events are told of by the time of events: looked for once in a second,
// and told at most once in 30, as the reference does. At the end of a source
// the rest is told.
const (
	lookInterval = uint64(time.Second)
	tellInterval = uint64(30 * time.Second)
)

// A DropCounter is a Dropper that knows which events it lost, and why.
type DropCounter interface {
	DropCounts(func(cause string, t event.Type, n uint64))
}

// An Unseer is a Source that knows what happened that it cannot tell of.
type Unseer interface {
	Unseen(func(what string, n uint64))
}

// drops follows how many events a source lost.
type drops struct {
	source Dropper // nil: it does not know
	told   uint64  // so many
	next   uint64  // time of the next look
	quiet  uint64  // nothing is told before this time

	byCause map[string]uint64 // told, of a DropCounter
	unseen  map[string]uint64 // told, of an Unseer
}

// look is called for an event whose time is next or later.
func (d *drops) look(ctx context.Context, now uint64, hostname string, to Alerts) error {
	d.next = now + lookInterval
	if d.source == nil || now < d.quiet {
		return nil
	}
	return d.tell(ctx, now, hostname, to)
}

func (d *drops) tell(ctx context.Context, now uint64, hostname string, to Alerts) error {
	if d.source == nil {
		return nil
	}
	if err := d.tellUnseen(ctx, now, hostname, to); err != nil {
		return err
	}
	total := d.source.Drops()
	if total <= d.told { // fewer: they could not be counted this time
		return nil
	}
	lost := total - d.told
	d.told, d.quiet = total, now+tellInterval
	message := fmt.Sprintf("the source lost %d events: what they did is not known, and what is known of processes and files may be wrong", lost)
	fields := []alert.Field{alert.Number("events.lost", lost), alert.Number("events.lost.total", total)}
	if counter, ok := d.source.(DropCounter); ok {
		var which string
		d.byCause, which = since(d.byCause, func(tell func(string, uint64)) {
			counter.DropCounts(func(cause string, t event.Type, n uint64) { tell(t.String()+" ("+cause+")", n) })
		})
		message += "; they were " + which
		fields = append(fields, alert.String("events.lost.types", which))
	}
	return to.Put(ctx, alert.NewInternal("Lanner internal: events lost", check.Critical, now, hostname, message, fields...))
}

// tellUnseen says what a source saw the outside of alone.
func (d *drops) tellUnseen(ctx context.Context, now uint64, hostname string, to Alerts) error {
	source, ok := d.source.(Unseer)
	if !ok {
		return nil
	}
	counts, which := since(d.unseen, source.Unseen)
	if which == "" {
		return nil
	}
	d.unseen, d.quiet = counts, now+tellInterval
	return to.Put(ctx, alert.NewInternal("Lanner internal: calls not seen", check.Warning, now, hostname,
		"programs did what the driver cannot tell of: "+which, alert.String("events.unseen", which)))
}

// since adds up counters by name, and says which have grown by how much since
// they were told.
func since(told map[string]uint64, counters func(func(name string, n uint64))) (map[string]uint64, string) {
	now := make(map[string]uint64)
	counters(func(name string, n uint64) { now[name] += n })
	var grown []string
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if n := now[name] - told[name]; n > 0 {
			grown = append(grown, fmt.Sprintf("%d %s", n, name))
		}
	}
	return now, strings.Join(grown, ", ")
}
