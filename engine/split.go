// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// A Share is what a worker of a split run works with: a source that gives all
// events, the same as those of the others, and a table of its own that was told
// the same of the time before them.
type Share struct {
	Source Source
	Table  *state.Table
}

// A HeaderSource is a Source that can read less of an event than all: of most,
// a worker needs to know no more than whose they are.
type HeaderSource interface {
	Source
	// NextHeader is like Next, but the event need not have its parameters yet.
	NextHeader(*event.Event) error
	// Params gives the event of NextHeader its parameters. It reports false for
	// an event that cannot be read.
	Params(*event.Event) bool
}

// RunSplit is Run with a worker for each share. Each follows the life of all
// processes; what they do with files, and the rules, it looks at for some of
// them alone. Processes that descend from one another stay together, for a
// child starts with its parent's files. The alerts are the same as those of Run,
// in the same order.
//
// The engine's own table is not used. After Swap, workers may go on with other
// rules at different events.
func (e *Engine) RunSplit(ctx context.Context, shares []Share) error {
	start := time.Now()
	defer func() { e.elapsed += time.Since(start) }()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	batches := make(chan batch, 2*len(shares))
	workers := make([]*splitter, len(shares))
	errs := make([]error, len(shares))
	var running sync.WaitGroup
	for i, s := range shares {
		w := &splitter{engine: e, source: s.Source, table: s.Table, index: i, out: batches, load: make([]uint64, len(shares))}
		w.owners, w.epoch = make(map[int64]int), 1
		w.headers, _ = s.Source.(HeaderSource)
		w.init(s.Table, e.Hostname)
		if dropper, ok := s.Source.(Dropper); ok && i == 0 {
			w.drops.source = dropper // all see the same loss; one tells of it
		}
		workers[i] = w
		running.Go(func() { errs[i] = w.run(ctx) })
	}
	go func() {
		running.Wait()
		close(batches)
	}()
	err := e.merge(ctx, cancel, batches, len(shares))
	for i, w := range workers {
		e.counters.add(&w.counters)
		e.addState(w.table.Stats(), i == 0)
	}
	e.drops.told += workers[0].drops.told
	if err != nil {
		return err
	}
	// They read the same events, so they end in the same way, unless ctx ended.
	return errs[0]
}

// addState takes the numbers of a worker's table. Threads are the same in all
// of them, files are not.
func (e *Engine) addState(s state.Stats, first bool) {
	if !first {
		s = state.Stats{Files: s.Files, EvictedFiles: s.EvictedFiles}
	}
	e.split = addStates(e.split, s)
}

// A batch is what a worker found in the events up to one.
type batch struct {
	worker int
	upTo   uint64
	found  []found
}

// A found alert has the number of the event after which it is to be told.
type found struct {
	event uint64
	alert *alert.Alert
}

// merge puts the workers' alerts in the order of events, and hands them on.
func (e *Engine) merge(ctx context.Context, cancel context.CancelCauseFunc, batches <-chan batch, workers int) error {
	waiting := make([][]found, workers)
	upTo := make([]uint64, workers)
	var failed error
	for b := range batches {
		if failed != nil {
			continue // until the workers have seen that it is over
		}
		waiting[b.worker] = append(waiting[b.worker], b.found...)
		upTo[b.worker] = b.upTo
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
	source Source
	// headers is source, if it can read headers alone.
	headers HeaderSource
	table   *state.Table
	index   int
	drops   drops
	out     chan<- batch
	found   []found

	// Which worker has which processes. All workers come to the same answer,
	// each by itself, from the same events.
	owners map[int64]int
	load   []uint64
	recent [256]recent
	epoch  uint64
}

// A recent thread's worker is known until an event changes threads.
type recent struct {
	tid    int64
	epoch  uint64
	worker int
}

// Workers tell what they have found after so many events, or alerts.
const (
	batchEvents = 4096
	batchAlerts = 64
)

func (w *splitter) run(ctx context.Context) error {
	var ev event.Event
	var seen uint64
	for {
		if seen%batchEvents == 0 || len(w.found) >= batchAlerts {
			w.tell(ev.Num)
			if ctx.Err() != nil {
				w.tell(math.MaxUint64)
				return context.Cause(ctx)
			}
		}
		mine, err := w.next(&ev)
		if err != nil {
			if errors.Is(err, errUnreadable) {
				continue
			}
			err = errors.Join(endOf(err), w.drops.tell(ctx, &w.worker, w))
			w.tell(math.MaxUint64)
			return err
		}
		seen++
		if mine {
			w.use(w.engine.current.Load())
			for _, rule := range w.match(&ev) {
				w.found = append(w.found, found{ev.Num, w.alert(rule).Clone()})
			}
		} else {
			w.ctx.Skip(&ev)
			w.opening(ev.Type)
			w.last, w.number = ev.Time, ev.Num
		}
		if ev.Time >= w.drops.next {
			if err := w.drops.look(ctx, &w.worker, w); err != nil {
				return err
			}
		}
	}
}

// errUnreadable says that an event has parameters that cannot be.
var errUnreadable = errors.New("unreadable event")

// next reads an event, as much of it as the worker needs, and says whether the
// worker has to look at it.
func (w *splitter) next(ev *event.Event) (mine bool, err error) {
	if w.headers == nil {
		err = w.source.Next(ev)
	} else {
		err = w.headers.NextHeader(ev)
	}
	if err != nil {
		return false, err
	}
	life := ev.Type.Info().Flags&event.ModifiesProcess != 0
	if life && w.headers != nil && !w.headers.Params(ev) {
		return false, errUnreadable
	}
	mine = w.workerOf(ev, life) == w.index
	if mine && !life && w.headers != nil && !w.headers.Params(ev) {
		return false, errUnreadable
	}
	return mine, nil
}

// Put keeps what the worker has to say of itself for its place among the rest.
func (w *splitter) Put(_ context.Context, a *alert.Alert) error {
	w.found = append(w.found, found{w.number, a})
	return nil
}

// ownerOf returns the process whose worker has to look at an event. What a new
// child tells of itself belongs to its parent's: there is the folder that it
// starts in.
func (w *splitter) ownerOf(ev *event.Event) int64 {
	switch ev.Type {
	case event.CloneExit, event.ForkExit, event.VforkExit, event.Clone3Exit:
		const res, pid, ppid = 0, 4, 5
		if child, ok := ev.Int64(res); !ok || child != 0 {
			break
		}
		for _, param := range []int{pid, ppid} {
			if tid, ok := ev.Int64(param); ok && tid != ev.TID && w.table.Lookup(tid) != nil {
				return w.table.Owner(tid)
			}
		}
	}
	return w.table.Owner(ev.TID)
}

// workerOf returns the worker who has the process of an event, and counts it.
// life says that the event may change who is whose.
func (w *splitter) workerOf(ev *event.Event, life bool) int {
	r := &w.recent[uint8(ev.TID)]
	if life || r.epoch != w.epoch || r.tid != ev.TID {
		*r = recent{ev.TID, w.epoch, w.assign(w.ownerOf(ev))}
		if life {
			w.epoch++
		}
	}
	w.load[r.worker]++
	return r.worker
}

// assign returns the worker who has a process. One that is new goes to the
// worker with the fewest events so far.
func (w *splitter) assign(owner int64) int {
	index, known := w.owners[owner]
	if !known {
		for i, load := range w.load {
			if load < w.load[index] {
				index = i
			}
		}
		w.owners[owner] = index
	}
	return index
}

// tell hands over what was found, all of it up to an event.
func (w *splitter) tell(upTo uint64) {
	w.out <- batch{w.index, upTo, w.found}
	w.found = nil
}
