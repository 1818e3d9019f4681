// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/scenario"
	"github.com/lanner-project/lanner/engine/state"
)

// A fakeLive is a source for tests: it gives the events that it is given.
type fakeLive struct {
	mu      sync.Mutex
	changed sync.Cond
	waits   func(bool)
	tell    []func(event.Snapshot)
	queue   []event.Event
	given   int
	stopped bool
	closed  bool
	broken  error // what Want answers
	cfg     liveConfig
	want    [][]event.Type
	wantAt  []int // how many events were given by then
	drops   uint64
}

func newFakeLive() *fakeLive {
	f := &fakeLive{}
	f.changed.L = &f.mu
	return f
}

// happen reads a scenario's lines and makes its events happen.
func (f *fakeLive) happen(text string) error {
	file, list := scenario.Parse("events", "test \"a source\"\n"+text)
	for _, d := range list.Diagnostics {
		return fmt.Errorf("%d: %s", d.Pos.Line-1, d.Message)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tell = append(f.tell, file.Tests[0].World.Snapshot...)
	f.queue = append(f.queue, file.Tests[0].World.Events...)
	f.changed.Broadcast()
	return nil
}

// push makes one more event happen, and returns how many wait.
func (f *fakeLive) push(ev event.Event) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = append(f.queue, ev)
	f.changed.Broadcast()
	return len(f.queue)
}

func (f *fakeLive) open(_ context.Context, cfg liveConfig) (live, error) {
	f.cfg = cfg
	return f, nil
}

func (f *fakeLive) Waits(tell func(bool)) { f.waits = tell }

func (f *fakeLive) Next(ev *event.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.queue) == 0 && !f.stopped {
		f.waits(true)
		f.changed.Wait()
		f.waits(false)
	}
	if len(f.queue) == 0 {
		return io.EOF
	}
	*ev = f.queue[0]
	f.queue = f.queue[1:]
	f.given++
	return nil
}

func (f *fakeLive) Snapshot(to event.Snapshot) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, tell := range f.tell {
		tell(to)
	}
	return nil
}

func (f *fakeLive) Want(types []event.Type) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.want = append(f.want, slices.Clone(types))
	f.wantAt = append(f.wantAt, f.given)
	return f.broken
}

func (f *fakeLive) Drops() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.drops
}

func (f *fakeLive) DropCounts(tell func(string, event.Type, uint64)) {
	tell("no room", event.Openat2Exit, f.Drops())
}

func (f *fakeLive) Find(int64, uint64, event.Snapshot) error { return errors.New("nobody is there") }

func (f *fakeLive) Renew(*state.Table) {}

func (f *fakeLive) Renewals() (rounds, processes uint64, stale bool) { return 0, 0, false }

func (f *fakeLive) Unseen(func(string, uint64)) {}

func (f *fakeLive) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = true
	f.changed.Broadcast()
}

func (f *fakeLive) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}

// fakeMain is main with a source that makes the events of the scenario in the
// file that FAKE_EVENTS names.
func fakeMain() {
	f := newFakeLive()
	text, err := os.ReadFile(os.Getenv("FAKE_EVENTS"))
	if err == nil {
		err = f.happen(string(text))
	}
	if err == nil {
		err = app{open: f.open}.run(context.Background(), os.Args[1:], strings.NewReader(""), os.Stdout, os.Stderr)
	}
	os.Exit(report(os.Stderr, err))
}
