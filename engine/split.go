// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// A Feed gives the headers of events in the order in which they happened. Who
// wants all of an event reads it in its chunk.
type Feed interface {
	// NextChunk goes on to some events that follow. It returns io.EOF when there
	// are none any more.
	NextChunk() (Chunk, error)
	// NextHeader reads the header of the next event of the chunk. It returns
	// io.EOF when the chunk has no other.
	NextHeader(*event.Header) error
}

// A Chunk holds events for several workers, who read them at the same time.
type Chunk interface {
	// Tell tells what the source said of the machine before the chunk's events.
	Tell(event.Snapshot)
	// Event reads the event at a header's place, all of it but its number. It
	// reports false for one whose parameters cannot be read.
	Event(place uint32, ev *event.Event) bool
	// Release says that all are done with the chunk.
	Release()
}

// RunSplit is Run with a worker for each table. Each follows the life of all
// processes; what they do with files, and the rules, it looks at for some of
// them alone. Processes that descend from one another stay together, for a
// child starts with its parent's files. The alerts are the same as those of Run,
// in the same order.
//
// All tables, and kin, were told the same of the time before the events. The
// engine's own table is not used. After Swap, workers may go on with other rules
// at different events.
func (e *Engine) RunSplit(ctx context.Context, feed Feed, kin *state.Kin, tables []*state.Table) error {
	start := time.Now()
	defer func() { e.elapsed += time.Since(start) }()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	reports := make(chan report, 2*(len(tables)+1))
	workers := make([]*splitter, len(tables))
	var running sync.WaitGroup
	for i, table := range tables {
		workers[i] = newSplitter(e, table, i, reports)
		running.Go(func() { workers[i].run(ctx) })
	}
	d := newDispatcher(e, feed, kin, workers, reports)
	var end error
	running.Go(func() { end = d.run(ctx) })
	go func() {
		running.Wait()
		close(reports)
	}()
	err := e.merge(ctx, cancel, reports, len(tables)+1)
	for i, w := range workers {
		e.counters.add(&w.counters)
		e.addState(w.table.Stats(), i == 0)
	}
	e.drops.told += d.drops.told
	if err != nil {
		return err
	}
	return end
}

// addState takes the numbers of a worker's table. Threads are the same in all
// of them, files are not.
func (e *Engine) addState(s state.Stats, first bool) {
	if !first {
		s = state.Stats{Files: s.Files, EvictedFiles: s.EvictedFiles}
	}
	e.split = addStates(e.split, s)
}

// A report is what a worker found in the events up to one.
type report struct {
	from  int
	upTo  uint64
	found []found
}

// A found alert has the number of the event after which it is to be told.
type found struct {
	event uint64
	alert *alert.Alert
}

// merge puts the alerts of those who report in the order of events, and hands
// them on.
func (e *Engine) merge(ctx context.Context, cancel context.CancelCauseFunc, reports <-chan report, reporters int) error {
	waiting := make([][]found, reporters)
	upTo := make([]uint64, reporters)
	var failed error
	for r := range reports {
		if failed != nil {
			continue // until the workers have seen that it is over
		}
		waiting[r.from] = append(waiting[r.from], r.found...)
		upTo[r.from] = r.upTo
		failed = e.handOn(ctx, waiting, slices.Min(upTo))
		if failed != nil {
			cancel(failed)
		}
	}
	return failed
}

// handOn hands on what was found up to an event.
func (e *Engine) handOn(ctx context.Context, waiting [][]found, upTo uint64) error {
	for {
		first := -1
		for i, w := range waiting {
			if len(w) > 0 && w[0].event <= upTo && (first < 0 || w[0].before(&waiting[first][0])) {
				first = i
			}
		}
		if first < 0 {
			return nil
		}
		a := waiting[first][0].alert
		waiting[first] = waiting[first][1:]
		if err := e.Alerts.Put(ctx, a); err != nil {
			return fmt.Errorf("alert of rule %q: %w", a.Rule, err)
		}
	}
}

// before orders alerts by their event. What the engine says about itself comes
// after what rules say; those of one event all come from one worker.
func (f *found) before(o *found) bool {
	if f.event != o.event {
		return f.event < o.event
	}
	return f.alert.Source != alert.Internal
}

// A splitter is a worker of a split run.
type splitter struct {
	worker
	engine *Engine
	table  *state.Table
	index  int
	queue  chan share
	spare  chan []entry // memory of shares, to be used again
	out    chan<- report
	found  []found
	silent int // chunks since the last report

	share   *share // with the event that is looked at
	current *entry
}

// queued is how many chunks a worker may be behind the dispatcher.
const queued = 6

func newSplitter(e *Engine, table *state.Table, index int, out chan<- report) *splitter {
	w := &splitter{engine: e, table: table, index: index, out: out}
	w.queue, w.spare = make(chan share, queued), make(chan []entry, queued+2)
	w.init(table, e.Hostname)
	w.ctx.Before = w.before
	return w
}

// Who has found nothing reports so after some chunks: others' alerts wait for
// it. reportAlerts is how many alerts a worker keeps to itself at most.
const (
	reportChunks = 8
	reportAlerts = 64
)

// run looks at the worker's events until there are no more, or ctx ends: then
// those that wait already are thrown away.
func (w *splitter) run(ctx context.Context) {
	for s := range w.queue {
		if ctx.Err() == nil {
			s.Tell(w.table)
			w.follow(&s)
			if w.silent++; w.silent >= reportChunks || len(w.found) > 0 {
				w.report(s.upTo)
			}
		}
		s.release()
		select {
		case w.spare <- s.events:
		default:
		}
	}
	w.report(math.MaxUint64)
}

// follow goes through the worker's events of a chunk.
func (w *splitter) follow(s *share) {
	var ev event.Event
	w.use(w.engine.current.Load())
	w.share = s
	for i := range s.events {
		e := &s.events[i]
		w.current = e
		ev.Num = s.first + uint64(e.number&^others)
		if !s.Event(e.place, &ev) {
			continue
		}
		if e.number&others != 0 {
			w.ctx.Skip(&ev)
			w.with(ev.Type)
			continue
		}
		for _, rule := range w.match(&ev) {
			w.found = append(w.found, found{ev.Num, w.alert(rule).Clone()})
		}
		if len(w.found) >= reportAlerts {
			w.report(ev.Num)
		}
	}
}

// before returns the time of the event before the one that is looked at, whoever
// has it.
func (w *splitter) before() uint64 {
	if w.current.before == none {
		return w.share.after
	}
	var ev event.Event
	w.share.Event(w.current.before, &ev)
	return ev.Time
}

// report hands over what was found, all of it up to an event.
func (w *splitter) report(upTo uint64) {
	w.out <- report{w.index, upTo, w.found}
	w.found, w.silent = nil, 0
}
