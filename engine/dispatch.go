// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"math"
	"sync/atomic"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/state"
)

// A share is what a worker has of a chunk.
type share struct {
	Chunk
	events  []entry
	after   uint64 // time of the event before the chunk
	first   uint64 // what is added to the numbers of events
	upTo    uint64 // number of the chunk's last event, whoever has it
	sharing *atomic.Int32
}

// An entry is an event of a share. Another core reads what the dispatcher's wrote,
// so it is small.
type entry struct {
	place  uint32
	before uint32 // the place of the event before it, whoever has that; or none
	number uint32 // less than first, and with the bit others
}

const (
	others = 1 << 31 // another worker has the event, but it changes processes
	none   = math.MaxUint32
)

// release lets go of the chunk. Who is the last gives it back.
func (s *share) release() {
	if s.sharing.Add(-1) == 0 {
		s.Release()
	}
}

// A dispatcher decides which worker of a split run looks at which events. It is
// the only one who does: so all are agreed, and most events pass by no one but
// the worker whose they are.
type dispatcher struct {
	feed     Feed
	kin      *state.Kin
	workers  []*splitter
	shares   [][]entry // of the current chunk, by worker
	out      chan<- report
	hostname string
	drops    drops
	found    []found
	silent   int // chunks since the last report
	opening  opening

	last    uint64 // time of the last event
	number  uint64 // and its number
	lost    uint64 // losses that the events told of
	clocked bool   // there was an event that times are told from
	begun   bool   // and one that rules are asked about

	loads  []load // of the workers
	recent [256]recent
}

// A load is how many families a worker has got, and how many events of late.
type load struct{ families, events uint64 }

// A recent thread's worker is known until its family changes.
type recent struct {
	tid    int64
	worker int // from 1; 0: not known
}

func newDispatcher(e *Engine, feed Feed, kin *state.Kin, workers []*splitter, out chan<- report) *dispatcher {
	d := &dispatcher{feed: feed, kin: kin, workers: workers, out: out, hostname: e.Hostname}
	d.drops.source = d
	d.shares, d.loads = make([][]entry, len(workers)), make([]load, len(workers))
	return d
}

// run hands out events until the feed ends, or ctx does.
func (d *dispatcher) run(ctx context.Context) error {
	err := endOf(d.handOut(ctx))
	if ctx.Err() == nil {
		if feed, ok := d.feed.(Dropper); ok {
			d.lost = feed.Drops() // what it lost last, it may only know at its end
		}
		err = errors.Join(err, d.drops.tell(ctx, d.last, d.hostname, d))
	}
	for _, w := range d.workers {
		close(w.queue)
	}
	d.report(math.MaxUint64)
	return err
}

// Drops returns how many losses the events so far tell of.
func (d *dispatcher) Drops() uint64 { return d.lost }

func (d *dispatcher) handOut(ctx context.Context) error {
	for {
		chunk, err := d.feed.NextChunk()
		if err != nil {
			return err
		}
		if err := d.share(ctx, chunk); err != nil {
			return err
		}
	}
}

// share gives each worker its share of a chunk.
func (d *dispatcher) share(ctx context.Context, chunk Chunk) error {
	chunk.Tell(d.kin)
	for i, w := range d.workers {
		select {
		case d.shares[i] = <-w.spare:
		default:
			d.shares[i] = nil
		}
		d.shares[i] = d.shares[i][:0]
	}
	d.forget()
	after, first := d.last, d.number
	end := d.deal(ctx, chunk, first)
	sharing := new(atomic.Int32)
	sharing.Store(int32(len(d.workers)))
	for i, w := range d.workers {
		select {
		case w.queue <- share{chunk, d.shares[i], after, first, d.number, sharing}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if d.silent++; d.silent >= reportChunks || len(d.found) > 0 {
		d.report(d.number)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return end
}

// deal finds out who has to look at the events of a chunk. An error says that
// nothing comes after it.
func (d *dispatcher) deal(ctx context.Context, chunk Chunk, first uint64) error {
	var h event.Header
	before := uint32(none)
	for {
		if err := d.feed.NextHeader(&h); err != nil {
			if endOf(err) == nil {
				return nil
			}
			return err
		}
		e := entry{h.Place, before, uint32(h.Num - first)}
		var worker int
		if r := &d.recent[uint8(h.TID)]; r.tid == h.TID && r.worker > 0 && !changesProcesses[h.Type%maxTypes] && h.Lost == 0 && d.begun {
			worker = r.worker - 1
		} else if worker = d.look(chunk, &h, e); worker < 0 {
			continue
		}
		d.loads[worker].events++
		d.shares[worker] = append(d.shares[worker], e)
		before, d.last, d.number = h.Place, h.Time, h.Num
		if h.Time >= d.drops.next {
			if err := d.drops.look(ctx, d.last, d.hostname, d); err != nil {
				return err
			}
		}
	}
}

// changesProcesses says for each type whether all workers have to follow it.
var changesProcesses = func() (changes [maxTypes]bool) {
	for t := range event.Type(event.NumTypes) {
		changes[t] = t.Info().Flags&event.ModifiesProcess != 0
	}
	return changes
}()

// look finds out whose an event is that may be more than one of a thread that
// was seen lately; -1: nobody's. The other workers are to see it, too, if it
// changes processes, or is among the first ones, with which clocks and rules
// begin.
func (d *dispatcher) look(chunk Chunk, h *event.Header, e entry) int {
	d.lost += uint64(h.Lost)
	var ev event.Event
	life := changesProcesses[h.Type%maxTypes]
	if life && !chunk.Event(h.Place, &ev) {
		return -1
	}
	ev.TID, ev.Type = h.TID, h.Type
	family, changed := d.kin.Follow(&ev)
	worker := d.assign(family)
	if changed != 0 {
		d.recent[uint8(changed)].worker = 0
	} else if family != nil {
		d.recent[uint8(h.TID)] = recent{h.TID, worker + 1}
	}
	if life || !d.begun {
		e.number |= others
		for i := range d.shares {
			if i != worker {
				d.shares[i] = append(d.shares[i], e)
			}
		}
		d.opening.with(h.Type)
		d.clocked = d.clocked || extract.StartsClock(h.Type)
		d.begun = d.opening.over && d.clocked
	}
	return worker
}

// assign returns the worker who has a family. A new one goes to the worker with
// the least to do, if each family makes as many events as those so far did: those
// that came just now made none yet.
func (d *dispatcher) assign(family *state.Family) int {
	if family == nil {
		return 0
	}
	if family.Table > 0 {
		return family.Table - 1
	}
	const least = 1024
	var all load
	for _, l := range d.loads {
		all.families += l.families
		all.events += l.events
	}
	each := max(least, all.events/max(all.families, 1))
	best := 0
	for i, l := range d.loads {
		if l.events+l.families*each < d.loads[best].events+d.loads[best].families*each {
			best = i
		}
	}
	d.loads[best].families++
	family.Table = best + 1
	return best
}

// forget makes the past count less than what happened of late.
func (d *dispatcher) forget() {
	const many = 1 << 20
	for _, l := range d.loads {
		if l.events < many {
			continue
		}
		for i := range d.loads {
			d.loads[i].events /= 2
			d.loads[i].families /= 2
		}
		return
	}
}

// Put keeps what the engine has to say of itself for its place among the rest.
func (d *dispatcher) Put(_ context.Context, a *alert.Alert) error {
	d.found = append(d.found, found{d.number, a})
	return nil
}

// report hands over what there was to say, all of it up to an event.
func (d *dispatcher) report(upTo uint64) {
	d.out <- report{len(d.workers), upTo, d.found}
	d.found, d.silent = nil, 0
}
