// SPDX-License-Identifier: Apache-2.0

package state

import "github.com/lanner-project/lanner/engine/event"

// Limits bound the memory of a Table. Zero means the default.
type Limits struct {
	Threads int // default 262144
	Files   int // open file descriptors of all processes; default 262144
	Bytes   int // of arguments, environments and other texts of processes; default 32 MiB
}

// Config says how a Table is to be made.
type Config struct {
	Limits Limits
}

// Stats counts what happened to a Table.
type Stats struct {
	Threads, Files  int    // held now
	EvictedThreads  uint64 // to stay inside Limits
	EvictedFiles    uint64
	UnknownThreads  uint64 // threads that appeared as actors before anything told about them
	MalformedEvents uint64 // events whose parameters were too few or too short to follow
}

// A Subject is what an event is about, as state stands after the event.
type Subject struct {
	Thread *Thread // nil for events of no thread
	File   *File   // nil where the event has no descriptor, or an unknown one
	FD     int64   // the descriptor's number; -1 where the event has none

	// NameChanged says that the event changed the name of File.
	NameChanged bool
}

// A Table is the state of one machine. It implements event.Snapshot: a source
// fills it with what was there before the first event.
type Table struct {
	limits  Limits
	stats   Stats
	stamps  uint64
	threads map[int64]*Thread
	machine event.Machine
}

// New makes an empty table.
func New(cfg Config) *Table {
	return &Table{limits: cfg.Limits, threads: make(map[int64]*Thread)}
}

// Stats returns the counters.
func (t *Table) Stats() Stats {
	s := t.stats
	s.Threads = len(t.threads)
	return s
}

// Lookup finds a thread by its number; nil where there is none.
func (t *Table) Lookup(tid int64) *Thread { return t.threads[tid] }

// Owner returns the process whose worker has to see the events of a thread when
// a capture is split. Processes forked from one another share their owner: a
// child starts with its parent's descriptors. An unknown thread owns itself.
func (t *Table) Owner(tid int64) int64 {
	if th := t.threads[tid]; th != nil {
		return th.PID
	}
	return tid
}

// Apply follows an event: it changes the tables and says what the event is
// about. What the event removes (a descriptor, a thread) is still there for
// rules to see until Finish.
func (t *Table) Apply(ev *event.Event, s *Subject) {
	*s = Subject{Thread: t.thread(ev.TID), FD: -1}
}

// ApplyLifecycle follows an event of a process that another worker evaluates:
// threads and processes, no descriptors.
func (t *Table) ApplyLifecycle(ev *event.Event) {
	var s Subject
	t.Apply(ev, &s)
}

// Finish carries out what the last event left to do. The next Apply does so
// too.
func (t *Table) Finish() {}

// Machine implements event.Snapshot.
func (t *Table) Machine(m *event.Machine) { t.machine = *m }

// Proc implements event.Snapshot.
func (t *Table) Proc(p *event.Proc) {}

// File implements event.Snapshot.
func (t *Table) File(tid int64, f *event.File) {}

// Interface implements event.Snapshot.
func (t *Table) Interface(*event.Interface) {}

// User implements event.Snapshot.
func (t *Table) User(*event.User) {}

// Group implements event.Snapshot.
func (t *Table) Group(*event.Group) {}

func (t *Table) thread(tid int64) *Thread {
	th := t.threads[tid]
	if th == nil {
		t.stamps++
		th = &Thread{TID: tid, PID: tid, stamp: t.stamps, files: &fileTable{}}
		t.threads[tid] = th
	}
	return th
}
