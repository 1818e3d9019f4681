// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
)

// How a sink that fails is tried again: after a random time up to a bound that
// doubles. Without the randomness, all engines that a receiver's restart threw
// off would come back at the same moment.
const (
	firstPause = 200 * time.Millisecond
	longest    = 30 * time.Second
	// maxAfter bounds what a receiver can ask for.
	maxAfter = 10 * time.Minute
	// maxAnswers is how often a receiver that answers may refuse a record.
	maxAnswers = 8
	// reportPause is how long a sink that goes on failing is not talked about.
	reportPause = 10 * time.Second
)

// batchSize is how many records a sink gets at once. Those are out of the
// queue: they cannot be shed any more.
const batchSize = 64

// An Outlet says how a sink is used.
type Outlet struct {
	Name      string // for people: "file:alerts.log"
	Sink      Sink
	JSON      bool
	Encoding  alert.Encoding
	Threshold check.Priority // less severe alerts are not sent
	Capacity  int            // of the queue; 0: 8192 alerts, or 1024 if Put waits
	Wait      bool           // a full queue makes Put wait, and sheds nothing
	Hostname  string         // of what the sink is told about itself

	// Report, if set, is told when a sink begins to fail, now and then while it
	// does, and when it works again. It is called by the sink's goroutine.
	Report func(name string, err error)
}

// Stats counts what happened to the alerts that an outlet was to send. What
// the outlet tells its sink about itself is not among them.
type Stats struct {
	Name      string
	Delivered uint64
	Shed      uint64 // for lack of room in the queue
	Refused   uint64 // the receiver would not have them
	Abandoned uint64 // still waiting when the time to close was over
	Retries   uint64
	Waiting   int  // now
	Capacity  int  // so many can
	Failing   bool // its last attempt failed, and it will try again
}

// Lost returns how many alerts did not arrive and never will.
func (s *Stats) Lost() uint64 { return s.Shed + s.Refused + s.Abandoned }

// runner is an outlet at work.
type runner struct {
	Outlet
	queue *queue
	done  chan struct{}

	ctx    context.Context // ends when there is no time left to deliver
	cancel context.CancelFunc

	mu    sync.Mutex
	stats Stats

	// Of the goroutine alone.
	shed, refused tally // what the sink was not yet told
	tries         int   // since a record was taken
	failing       time.Time
	reported      time.Time
}

func start(o Outlet) *runner {
	switch {
	case o.Capacity > 0:
	case o.Wait:
		o.Capacity = 1024 // as their memory is used again and again, caches hold it
	default:
		o.Capacity = 8192
	}
	r := &runner{Outlet: o, queue: newQueue(o.Capacity), done: make(chan struct{})}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.stats.Name = o.Name
	go r.run()
	return r
}

func (r *runner) put(ctx context.Context, rec Record) error {
	var err error
	shed := false
	if r.Wait {
		err = r.queue.putWait(ctx, rec)
		shed = err != nil
	} else {
		shed = r.queue.put(rec)
	}
	if shed {
		r.count(func(s *Stats) { s.Shed++ })
	}
	return err
}

// count changes counters that others read meanwhile.
func (r *runner) count(change func(*Stats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.stats)
}

func (r *runner) snapshot() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.stats
	s.Waiting, s.Capacity = r.queue.size(), r.Capacity
	return s
}

// breath is how long a sink rests after a delivery, if few records wait. The
// first alert of many is delivered at once, and the others together: to wake up
// for each takes longer than making it.
const breath = time.Millisecond

// run delivers until the queue is closed and empty.
func (r *runner) run() {
	defer close(r.done)
	batch := make([]Record, 0, batchSize)
	for {
		var shed tally
		batch, shed = r.queue.take(batch[:0])
		r.shed.merge(shed)
		if len(batch) == 0 && r.pending() == 0 {
			return
		}
		r.deliver(batch, &r.stats)
		r.queue.reuse(batch)
		r.confess()
		r.queue.rest(breath)
	}
}

func (r *runner) pending() uint64 { return r.shed.total() + r.refused.total() }

// confess tells the sink how many alerts it did not get. If it does not take
// that either, Stats still has the numbers.
func (r *runner) confess() {
	if r.pending() == 0 {
		return
	}
	rec := newRecord(r.lossAlert(), r.JSON, &r.Encoding)
	r.shed, r.refused = tally{}, tally{}
	r.deliver([]Record{rec}, new(Stats))
	r.refused = tally{}
}

func (r *runner) lossAlert() *alert.Alert {
	fields := []alert.Field{
		alert.String("sink", r.Name), alert.Number("alerts.shed", r.shed.total()),
		alert.Number("alerts.refused", r.refused.total()),
	}
	both := r.shed
	both.merge(r.refused)
	for rank, n := range both.by {
		if n > 0 {
			name := strings.ToLower(check.Priority(rank).String())
			fields = append(fields, alert.Number("alerts.lost."+name, n))
		}
	}
	message := fmt.Sprintf("%d alerts were not delivered to %s: %d shed, the least severe first, because its queue of %d was full, %d refused",
		both.total(), r.Name, r.shed.total(), r.Capacity, r.refused.total())
	return alert.NewInternal("Lanner internal: alerts lost", check.Critical, both.last, r.Hostname, message, fields...)
}

func (t *tally) merge(more tally) {
	if more.total() == 0 {
		return
	}
	if t.total() == 0 {
		t.first = more.first
	}
	t.last = max(t.last, more.last)
	for i, n := range more.by {
		t.by[i] += n
	}
}

// deliver sends records until each is taken or given up, and counts in stats.
func (r *runner) deliver(batch []Record, stats *Stats) {
	answers := 0
	for len(batch) > 0 {
		n, err := r.Sink.Send(r.ctx, batch)
		r.count(func(*Stats) { stats.Delivered += uint64(n) })
		if n > 0 {
			batch, answers, r.tries = batch[n:], 0, 0
		}
		if len(batch) == 0 {
			break
		}
		if r.ctx.Err() != nil {
			r.count(func(*Stats) { stats.Abandoned += uint64(len(batch)) })
			return
		}
		failure := asFailure(err)
		if failure.Answered {
			answers++
		}
		if failure.Permanent || answers >= maxAnswers {
			r.report(fmt.Errorf("it does not take the alert of rule %q: %w", batch[0].Rule, failure.Err))
			r.count(func(*Stats) { stats.Refused++ })
			r.refused.add(&batch[0])
			batch, answers, r.tries = batch[1:], 0, 0
			continue
		}
		if r.failing.IsZero() {
			r.failing = time.Now()
			r.count(func(*Stats) { r.stats.Failing = true })
		}
		r.report(failure.Err)
		r.pause(failure.After, stats)
	}
	r.recovered()
}

func asFailure(err error) *Failure {
	if err == nil {
		err = errors.New("it took less than it was given and does not say why")
	}
	if failure, ok := errors.AsType[*Failure](err); ok {
		return failure
	}
	return &Failure{Err: err}
}

// pause waits before the next try, at least as long as the receiver asks.
func (r *runner) pause(after time.Duration, stats *Stats) {
	bound := min(longest, firstPause<<min(r.tries, 10))
	r.tries++
	r.count(func(*Stats) { stats.Retries++ })
	wait := min(after, maxAfter) + time.Duration(rand.Int64N(int64(bound)))
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.ctx.Done():
	}
}

// report tells of a failure, but not all the time.
func (r *runner) report(err error) {
	now := time.Now()
	if r.Report == nil || now.Sub(r.reported) < reportPause {
		return
	}
	r.reported = now
	r.Report(r.Name, err)
}

func (r *runner) recovered() {
	if r.failing.IsZero() {
		return
	}
	after := time.Since(r.failing).Round(time.Millisecond)
	r.failing, r.reported = time.Time{}, time.Time{}
	r.count(func(*Stats) { r.stats.Failing = false })
	if r.Report != nil {
		r.Report(r.Name, fmt.Errorf("works again, after %s", after))
	}
}

// close waits until all is delivered, or ctx ends.
func (r *runner) close(ctx context.Context) error {
	r.queue.close()
	stop := context.AfterFunc(ctx, r.cancel)
	defer stop()
	defer r.cancel()
	select {
	case <-r.done:
	case <-ctx.Done():
		// A sink that heeds its context ends soon. One that is stuck in a
		// system call may never: it is left behind.
		select {
		case <-r.done:
		case <-time.After(time.Second):
			s := r.snapshot()
			return fmt.Errorf("%s is stuck; at least %d alerts are lost", r.Name, s.Waiting)
		}
	}
	err := r.Sink.Close(ctx)
	if s := r.snapshot(); s.Lost() > 0 {
		return errors.Join(err, fmt.Errorf("%s: %d alerts were not delivered (%d shed, %d refused, %d left when time was up)",
			r.Name, s.Lost(), s.Shed, s.Refused, s.Abandoned))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.Name, err)
	}
	return nil
}
