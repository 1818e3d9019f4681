// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// A staleMachine has one process, 10, with a descriptor, 3, and a clock that
// stands still.
type staleMachine struct {
	clock, lost uint64
	listed      int
	broken      error
	name        string // of what descriptor 3 is; "": it is closed
}

func (m *staleMachine) read(pids []int, to event.Snapshot) error {
	if slices.Contains(pids, 10) {
		to.Proc(&event.Proc{TID: 10, PID: 10, PPID: 1, VTID: 10, VPID: 10, Comm: []byte("p"), CWD: []byte("/")})
		if m.name != "" {
			to.File(10, &event.File{FD: 3, Type: event.FileRegularV2, Name: []byte(m.name)})
		}
	}
	return nil
}

func (m *staleMachine) start(t *testing.T) (*renewer, *state.Table) {
	table := state.New(state.Config{})
	if err := m.read([]int{10}, table); err != nil {
		t.Fatal(err)
	}
	table.Proc(&event.Proc{TID: 20, PID: 20, PPID: 10, VTID: 20, VPID: 20, CWD: []byte("/")}) // it has ended
	return newRenewer(renewSource{
		lost: func() uint64 { return m.lost },
		now:  func() (uint64, error) { return m.clock, nil },
		list: func() ([]int, error) {
			m.listed++
			return []int{10}, m.broken
		},
		read: m.read,
		gone: func(_, tid int64) (bool, error) { return tid == 20, nil },
	}, table, slog.New(slog.DiscardHandler)), table
}

func fileName(table *state.Table) string {
	if f := table.Lookup(10).File(3); f != nil {
		return string(f.Name)
	}
	return ""
}

// rest lets time pass in which nothing happens.
func (m *staleMachine) rest(r *renewer, d time.Duration) {
	for end := m.clock + uint64(d); m.clock < end; m.clock += uint64(time.Millisecond) {
		r.rest()
	}
}

func TestRenew(t *testing.T) {
	m := &staleMachine{clock: 1e9, name: "/old"}
	r, table := m.start(t)
	m.rest(r, time.Second)
	if m.listed != 0 || r.stale() {
		t.Fatalf("nothing was lost: %d times listed, stale %t", m.listed, r.stale())
	}
	m.lost, m.name = 1, "/new"
	if !r.stale() {
		t.Error("it does not know that it is stale")
	}
	m.rest(r, time.Second)
	if got := fileName(table); got != "/new" || r.stale() || r.rounds.Load() != 1 || r.processes.Load() != 1 {
		t.Errorf("descriptor 3 is %q; stale %t, %d rounds, %d processes", got, r.stale(), r.rounds.Load(), r.processes.Load())
	}
	if table.Lookup(20) != nil {
		t.Error("a process that has ended is known still")
	}
	m.lost, m.name = 2, ""
	m.rest(r, 2*time.Second)
	if got := fileName(table); got != "" || r.rounds.Load() != 2 {
		t.Errorf("descriptor 3 is closed, and known as %q; %d rounds", got, r.rounds.Load())
	}
}

// What is read becomes known after the events that came before, and before those
// that came after.
func TestRenewBetweenEvents(t *testing.T) {
	m := &staleMachine{clock: 1e9, lost: 1, name: "/new"}
	r, table := m.start(t)
	table.Lookup(10)
	m.name = "/newer"
	r.rest() // the loss is noticed
	m.clock += renewCalm
	r.rest() // a round begins
	r.rest() // the process is read, at this time
	read := m.clock
	m.clock++
	for _, tt := range []struct {
		time uint64
		want string
	}{{read - 1, "/new"}, {read, "/newer"}, {read + 1, "/newer"}} {
		r.before(&event.Event{Time: tt.time})
		if got := fileName(table); got != tt.want {
			t.Errorf("at %d of %d, descriptor 3 is %q, and not %q", tt.time, read, got, tt.want)
		}
	}
	m.lost++ // after that: all is read once more
	m.rest(r, 3*time.Second)
	if r.rounds.Load() != 2 || r.stale() {
		t.Errorf("%d rounds, stale %t", r.rounds.Load(), r.stale())
	}
}

// While events are lost nothing is read, and what cannot be read is tried again.
func TestRenewLater(t *testing.T) {
	m := &staleMachine{clock: 1e9, lost: 1, name: "/old"}
	r, _ := m.start(t)
	for range 100 {
		m.lost++
		m.rest(r, time.Duration(renewCalm)/2)
	}
	if m.listed != 0 {
		t.Errorf("processes were listed %d times while events were lost", m.listed)
	}
	m.broken = errors.New("no such folder")
	m.rest(r, 10*time.Second)
	if m.listed < 5 || m.listed > 11 || !r.stale() {
		t.Errorf("%d tries in ten seconds, stale %t", m.listed, r.stale())
	}
	m.broken = nil
	m.rest(r, 2*time.Second)
	if r.stale() {
		t.Error("it is stale still")
	}
	// Where there is always something to read, events are the time for it.
	m.lost++
	for range 10 * renewLook {
		m.clock += uint64(time.Second) / renewLook
		r.before(&event.Event{Time: m.clock})
	}
	if r.stale() {
		t.Error("it waits for a moment without events")
	}
}
