// SPDX-License-Identifier: Apache-2.0

package main

import (
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// A renewer reads the processes in scope again after events were lost on which
// it depends what is known of them. What was lost is counted by type; of which
// process it told is not known, so it is all of them.
//
// What is read holds at the moment at which the reading begins. Events that
// happened before are still to be read from the rings by then: it waits until
// the last of them is done, and becomes part of the table just there, as what
// was read at the start does. Should events be lost after that moment, there is
// another round. Threads that were not found are removed once all is done that
// happened before they were looked for.
//
// All of it happens between two events, in the goroutine that reads them, a few
// processes at a time.
type renewer struct {
	renewSource
	table *state.Table
	log   *slog.Logger

	noticed uint64 // of the lost events
	at      uint64 // when the last was noticed
	next    uint64 // when the next round may begin
	quiet   uint64 // when nothing was buffered last
	broken  bool   // the last round failed
	round   *renewal

	due    uint64 // the time from which on events wait for turn
	events uint   // since the last look

	clean     atomic.Uint64 // events that were lost before the last whole round
	rounds    atomic.Uint64
	processes atomic.Uint64
}

// A renewSource is what a renewer asks.
type renewSource struct {
	lost func() uint64          // events on which something depends, so far
	now  func() (uint64, error) // by the clock of events
	list func() ([]int, error)  // the processes in scope
	read func(pids []int, to event.Snapshot) error
	gone func(pid, tid int64) (bool, error)
}

// A renewal is a round.
type renewal struct {
	from, begun uint64
	pids        []int // still to be read
	count       int
	resume      uint64 // nothing is read before
	took        time.Duration
	known       *state.Renewal
	waiting     func() // what is to be done at due; nil: nothing
	listed      bool   // untold is filled
	untold      []*state.Thread
}

const (
	never = math.MaxUint64

	// renewCalm is how long no event must have been lost before a round begins.
	renewCalm = 50 * uint64(time.Millisecond)
	// renewPause is the least time from the end of a round to the next.
	renewPause = uint64(time.Second)
	// renewShare is which part of the reader's time reading may take: one of so
	// many.
	renewShare = 5
	// renewPatience is how long it waits for a moment at which nothing is buffered.
	renewPatience = uint64(time.Second)
	// renewBatch is how many processes are read at a time.
	renewBatch = 16
	// renewSweep is how many threads are looked for at a time.
	renewSweep = 256
	// renewLook is how many events pass between looks at what is lost.
	renewLook = 1024
	// renewFlight is how long after its time an event can be read at most.
	renewFlight = 2 * uint64(time.Millisecond)
)

func newRenewer(src renewSource, table *state.Table, log *slog.Logger) *renewer {
	return &renewer{renewSource: src, table: table, log: log, due: never}
}

// stale reports whether events were lost since the processes were read last. It
// may be called from any goroutine.
func (r *renewer) stale() bool { return r.lost() != r.clean.Load() }

// before is called for each event before the table follows it.
func (r *renewer) before(ev *event.Event) {
	if ev.Time >= r.due {
		r.reach()
	}
	if r.events++; r.events%renewLook == 0 {
		if now, ok := r.look(); ok && now >= r.quiet+renewPatience {
			r.turn(now)
		}
	}
}

// rest is called while nothing is buffered. It reports whether it is to be
// called again soon.
func (r *renewer) rest() (again bool) {
	now, ok := r.look()
	if !ok {
		return false
	}
	r.quiet = now
	if now >= r.due && now-r.due >= renewFlight {
		r.reach()
	}
	r.turn(now)
	return r.round != nil || r.noticed != r.clean.Load() && now < r.at+renewCalm
}

// reach does what is due at a time of events that is reached.
func (r *renewer) reach() {
	do := r.round.waiting
	r.due, r.round.waiting = never, nil
	do()
}

// look notices lost events. It reports whether there is something to do.
func (r *renewer) look() (now uint64, ok bool) {
	lost := r.lost()
	if lost == r.noticed && r.round == nil && lost == r.clean.Load() {
		return 0, false
	}
	now, err := r.now()
	if err != nil {
		r.log.Error("processes are not read again", "error", err)
		return 0, false
	}
	if lost != r.noticed {
		r.noticed, r.at = lost, now
	}
	return now, true
}

// turn takes the next step of a round, or begins one.
func (r *renewer) turn(now uint64) {
	switch {
	case r.round == nil:
		if r.noticed != r.clean.Load() && now >= r.next && now >= r.at+renewCalm {
			r.begin(now)
		}
	case r.round.waiting != nil || now < r.round.resume:
	case len(r.round.pids) > 0:
		r.readSome(now)
	case !r.round.listed:
		r.round.untold, r.round.listed = r.round.known.Untold(), true
	case len(r.round.untold) > 0:
		r.sweep(now)
	default:
		r.end(now)
	}
}

func (r *renewer) begin(now uint64) {
	pids, err := r.list()
	if err != nil {
		r.fail(now, err)
		return
	}
	r.log.Debug("processes and files are read again: events were lost that tell of them", "processes", len(pids))
	r.round = &renewal{from: r.noticed, begun: now, pids: pids, count: len(pids), known: r.table.Renew()}
}

// readSome reads a few processes.
func (r *renewer) readSome(now uint64) {
	round := r.round
	some := round.pids[:min(renewBatch, len(round.pids))]
	round.pids = round.pids[len(some):]
	var told transcript
	if err := r.read(some, &told); err != nil {
		r.fail(now, err)
		return
	}
	if !r.pause(now) {
		return
	}
	r.wait(now, func() {
		told.replay(round.known)
		round.known.Done()
	})
}

// sweep looks for threads that are kept in mind and are no more.
func (r *renewer) sweep(now uint64) {
	round := r.round
	some := round.untold[:min(renewSweep, len(round.untold))]
	round.untold = round.untold[len(some):]
	var gone []*state.Thread
	for _, th := range some {
		ended, err := r.gone(th.PID, th.TID)
		if err != nil {
			r.fail(now, err)
			return
		}
		if ended {
			gone = append(gone, th)
		}
	}
	// They had ended by the time at which the last of them was looked for.
	after, err := r.now()
	if err != nil {
		r.fail(now, err)
		return
	}
	r.wait(after, func() {
		for _, th := range gone {
			round.known.Remove(th)
		}
	})
}

// wait lets something be done at a time of events.
func (r *renewer) wait(time uint64, do func()) { r.due, r.round.waiting = time, do }

// pause lets time pass before more is read.
func (r *renewer) pause(begun uint64) bool {
	now, err := r.now()
	if err != nil {
		r.fail(begun, err)
		return false
	}
	r.round.took += time.Duration(now - begun)
	r.round.resume = now + (now-begun)*(renewShare-1)
	return true
}

func (r *renewer) end(now uint64) {
	round := r.round
	r.clean.Store(round.from)
	r.rounds.Add(1)
	r.processes.Add(uint64(round.count))
	r.log.Info("events were lost: processes and files were read again", "processes", round.count, "reading", round.took)
	r.stop(now)
	r.broken = false
}

// fail gives a round up. Another one is tried later.
func (r *renewer) fail(now uint64, err error) {
	if !r.broken {
		r.log.Error("processes cannot be read again: what is known of them may be wrong", "error", err)
	}
	r.broken = true
	r.stop(now)
}

func (r *renewer) stop(now uint64) {
	r.next = now + renewPause
	if r.round != nil {
		r.next += now - r.round.begun
	}
	r.round, r.due = nil, never
}

// finish does what waits when there are no more events.
func (r *renewer) finish() {
	if r.round != nil && r.round.waiting != nil {
		r.reach()
	}
}

// A transcript keeps what is told of processes.
type transcript struct {
	notes []note
	files int
}

// A note is a process, or a descriptor.
type note struct {
	proc *event.Proc
	tid  int64
	file event.File
}

// mostFiles is how many descriptors a transcript takes: more do not fit into a
// table by default.
const mostFiles = 1 << 18

// Proc implements event.Snapshot.
func (r *transcript) Proc(p *event.Proc) {
	c := *p
	for _, text := range []*[]byte{&c.Comm, &c.Exe, &c.ExePath, &c.Args, &c.Env, &c.Cgroups, &c.CWD, &c.Root} {
		*text = append([]byte(nil), *text...)
	}
	r.notes = append(r.notes, note{proc: &c})
}

// File implements event.Snapshot.
func (r *transcript) File(tid int64, f *event.File) {
	if r.files++; r.files > mostFiles {
		return
	}
	c := *f
	c.Name = append([]byte(nil), c.Name...)
	r.notes = append(r.notes, note{tid: tid, file: c})
}

// Machine, Interface, User and Group make it an event.Snapshot: a renewal has no
// use for them.
func (*transcript) Machine(*event.Machine)     {}
func (*transcript) Interface(*event.Interface) {}
func (*transcript) User(*event.User)           {}
func (*transcript) Group(*event.Group)         {}

func (r *transcript) replay(to event.Snapshot) {
	for i := range r.notes {
		if n := &r.notes[i]; n.proc != nil {
			to.Proc(n.proc)
		} else {
			to.File(n.tid, &n.file)
		}
	}
}
