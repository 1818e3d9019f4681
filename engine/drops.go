// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
)

// Lost events are told of by the time of events: looked for once in a second,
// and told at most once in 30, as the reference does. At the end of a source
// the rest is told.
const (
	lookInterval = uint64(time.Second)
	tellInterval = uint64(30 * time.Second)
)

// drops follows how many events a source lost.
type drops struct {
	source Dropper // nil: it does not know
	told   uint64  // so many
	next   uint64  // time of the next look
	quiet  uint64  // nothing is told before this time
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
	if d.source == nil || d.source.Drops() == d.told {
		return nil
	}
	total := d.source.Drops()
	lost := total - d.told
	d.told, d.quiet = total, now+tellInterval
	message := fmt.Sprintf("the source lost %d events: what they did is not known, and what is known of processes and files may be wrong", lost)
	return to.Put(ctx, alert.NewInternal("Lanner internal: events lost", check.Critical, now, hostname, message,
		alert.Number("events.lost", lost), alert.Number("events.lost.total", total)))
}
