// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/check"
)

func rec(p check.Priority, line string) Record {
	return Record{Priority: p, Line: []byte(line), Rule: line}
}

func lines(records []Record) []string {
	var texts []string
	for _, r := range records {
		texts = append(texts, string(r.Line))
	}
	return texts
}

func TestQueueShedsTheLeastSevere(t *testing.T) {
	t.Parallel()
	q := newQueue(3)
	for _, tt := range []struct {
		rec  Record
		shed bool
	}{
		{rec(check.Notice, "n1"), false},
		{rec(check.Debug, "d1"), false},
		{rec(check.Notice, "n2"), false},
		{rec(check.Error, "e1"), true},  // instead of d1
		{rec(check.Notice, "n3"), true}, // itself: as severe as the worst, and later
		{rec(check.Debug, "d2"), true},  // itself
		{rec(check.Alert, "a1"), true},  // instead of n2, the later one
	} {
		if got := q.put(tt.rec); got != tt.shed {
			t.Errorf("put(%s) shed: %v, want %v", tt.rec.Line, got, tt.shed)
		}
	}
	batch, shed := q.take(make([]Record, 0, 8))
	if diff := cmp.Diff([]string{"n1", "e1", "a1"}, lines(batch)); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	want := [priorities]uint64{check.Debug: 2, check.Notice: 2}
	if shed.by != want {
		t.Errorf("shed %v, want %v", shed.by, want)
	}
	q.close()
	if !q.put(rec(check.Alert, "late")) {
		t.Error("a closed queue takes records")
	}
	if batch, shed = q.take(batch[:0]); len(batch) != 0 || shed.total() != 1 {
		t.Errorf("a closed queue gives %v and %d shed, want nothing and 1", lines(batch), shed.total())
	}
}

// However it is filled, what comes out is in order, and nothing disappears.
func TestQueueOrder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	q := newQueue(10)
	var out []uint64
	var put, shed uint64
	batch := make([]Record, 0, 4)
	for range 10_000 {
		for range rng.IntN(6) {
			put++
			r := rec(check.Priority(rng.IntN(priorities)), "")
			r.Event = put
			q.put(r)
		}
		if q.size() > 0 {
			var lost tally
			batch, lost = q.take(batch[:0])
			shed += lost.total()
			for _, r := range batch {
				out = append(out, r.Event)
			}
		}
	}
	if !slices.IsSorted(out) {
		t.Error("records came out in another order")
	}
	shed += q.shed.total()
	if got := uint64(len(out)) + shed + uint64(q.size()); got != put {
		t.Errorf("%d came out, %d were shed, %d wait: %d, want %d", len(out), shed, q.size(), got, put)
	}
}

func TestQueueWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("time is up"))
		defer cancel()
		if err := q.putWait(ctx, rec(check.Debug, "1")); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- q.putWait(ctx, rec(check.Debug, "2")) }()
		synctest.Wait()
		if got := q.size(); got != 1 {
			t.Fatalf("%d records in a queue for 1", got)
		}
		batch, _ := q.take(make([]Record, 0, 8))
		if err := <-done; err != nil || len(batch) != 1 {
			t.Fatalf("the second after %v: %v", lines(batch), err)
		}
		go func() { done <- q.putWait(ctx, rec(check.Debug, "3")) }()
		if err := <-done; err == nil || err.Error() != "time is up" {
			t.Errorf("with no room until the end: %v, want the context's cause", err)
		}
		go func() { done <- q.putWait(t.Context(), rec(check.Debug, "4")) }()
		synctest.Wait()
		q.close()
		if err := <-done; !errors.Is(err, errClosed) {
			t.Errorf("after close: %v, want %v", err, errClosed)
		}
	})
}

// faulty is a sink that does what a test scripts.
type faulty struct {
	taken  []string
	script []error // answers to the first records, nil: taken
	at     []time.Duration
	start  time.Time
	block  chan struct{}
	closed bool
}

func (f *faulty) Send(ctx context.Context, records []Record) (int, error) {
	if f.block != nil {
		select {
		case <-f.block:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	for i, r := range records {
		if len(f.script) > 0 {
			err := f.script[0]
			f.script = f.script[1:]
			f.at = append(f.at, time.Since(f.start))
			if err != nil {
				return i, err
			}
		}
		f.taken = append(f.taken, string(r.Line))
	}
	return len(records), nil
}

func (f *faulty) Close(context.Context) error { f.closed = true; return nil }

func TestOutletTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		passing := errors.New("not there")
		sink := &faulty{start: time.Now(), script: []error{
			nil, passing, passing, passing, nil,
			&Failure{Err: errors.New("too many"), Answered: true, After: time.Minute}, nil,
			&Failure{Err: errors.New("too large"), Permanent: true}, nil,
		}}
		var reports []string
		r := start(Outlet{Name: "test", Sink: sink, Report: func(name string, err error) {
			reports = append(reports, name+" "+err.Error())
		}})
		for i := range 5 {
			if err := r.put(t.Context(), rec(check.Error, fmt.Sprint(i+1))); err != nil {
				t.Fatal(err)
			}
		}
		err := r.close(t.Context())
		if want := "test: 1 alerts were not delivered (0 shed, 1 refused, 0 left when time was up)"; err == nil || err.Error() != want {
			t.Errorf("close: %v, want %s", err, want)
		}
		if diff := cmp.Diff([]string{"1", "2", "3", "5"}, sink.taken[:4]); diff != "" {
			t.Errorf("taken (-want +got):\n%s", diff)
		}
		want := Stats{Name: "test", Delivered: 4, Refused: 1, Retries: 4, Capacity: 8192}
		if diff := cmp.Diff(want, r.snapshot()); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
		if gap := sink.at[6] - sink.at[5]; gap < time.Minute || gap > time.Minute+longest {
			t.Errorf("asked to wait a minute, it waited %s", gap)
		}
		if gap := sink.at[2] - sink.at[1]; gap <= 0 || gap > firstPause {
			t.Errorf("first pause %s, want up to %s", gap, firstPause)
		}
		if len(reports) != 3 || reports[0] != "test not there" || !strings.HasPrefix(reports[2], "test works again, after 1m") || !sink.closed {
			t.Errorf("reports %q, closed %v", reports, sink.closed)
		}
		if len(sink.taken) != 5 {
			t.Fatalf("the sink was not told of its loss: %q", sink.taken)
		}
	})
}

// Lines are written where those were that are done with, and nowhere else.
func TestQueueReusesLines(t *testing.T) { // not parallel: it counts allocations
	q := newQueue(8)
	var mine []byte
	add := func(line string) {
		mine = append(mine[:0], line...) // as a Set does: the same memory for each alert
		if q.put(Record{Priority: check.Notice, Line: mine}) {
			t.Fatalf("%q was shed", line)
		}
	}
	batch := make([]Record, 0, 2)
	add("first line")
	add("second line")
	batch, _ = q.take(batch)
	add("third line")
	if diff := cmp.Diff([]string{"first line", "second line"}, lines(batch)); diff != "" {
		t.Errorf("taken, and another put (-want +got):\n%s", diff)
	}
	q.reuse(batch)
	add("4")
	add("a fifth line, which is longer than those before")
	batch, _ = q.take(batch[:0])
	if diff := cmp.Diff([]string{"third line", "4"}, lines(batch)); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	q.reuse(batch)
	if n := testing.AllocsPerRun(100, func() {
		add("short")
		batch, _ = q.take(batch[:0])
		q.reuse(batch)
	}); n > 0 {
		t.Errorf("%v allocations for each line", n)
	}
	many := make([]Record, 2*spareLines)
	many[0].Line = make([]byte, spareSize+1)
	if q.reuse(many); len(q.spare) > spareLines || slices.ContainsFunc(q.spare, func(line []byte) bool { return cap(line) > spareSize }) {
		t.Errorf("%d lines are kept", len(q.spare))
	}
}

// A record that a receiver answers with errors for ever must not hold up the
// others for ever.
func TestOutletGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sink := &faulty{start: time.Now()}
		for range maxAnswers {
			sink.script = append(sink.script, &Failure{Err: errors.New("HTTP 500"), Answered: true})
		}
		r := start(Outlet{Name: "test", Sink: sink})
		for _, line := range []string{"poison", "fine"} {
			if err := r.put(t.Context(), rec(check.Error, line)); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.close(t.Context()); err == nil {
			t.Error("close does not tell of a loss")
		}
		if len(sink.taken) == 0 || sink.taken[0] != "fine" {
			t.Errorf("taken: %q", sink.taken)
		}
	})
}

// A sink that never answers holds nobody up, sheds what it must, and is left
// when its time is over. Every alert is accounted for.
func TestBlockedOutlet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stuck, fine := &faulty{block: make(chan struct{})}, &faulty{}
		set := Start(
			Outlet{Name: "stuck", Sink: stuck, Capacity: 10, Threshold: check.Debug},
			Outlet{Name: "fine", Sink: fine, Capacity: 10, Threshold: check.Debug, Wait: true},
		)
		const n = 1000
		for i := range n {
			if err := set.Put(t.Context(), testAlert(check.Warning, fmt.Sprint(i))); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := set.Close(ctx); err == nil {
			t.Error("close does not tell of a loss")
		}
		stats := set.Stats()
		if s := stats[0]; s.Delivered+s.Lost() != n || s.Shed < n-10-batchSize || s.Abandoned == 0 {
			t.Errorf("stuck: %+v, want %d accounted for", s, n)
		}
		if s := stats[1]; s.Delivered != n || len(fine.taken) != n {
			t.Errorf("fine: %+v, want %d delivered", s, n)
		}
	})
}
