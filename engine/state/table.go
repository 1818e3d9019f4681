// SPDX-License-Identifier: Apache-2.0

package state

import "github.com/lanner-project/lanner/engine/event"

// Config says how a Table is to be made.
type Config struct {
	Limits Limits

	// Find is asked about a thread that acts and of which the source told nothing:
	// once, with the time of what it did in nanoseconds since the epoch. It tells
	// the thread's process, as it is by then. nil: nobody can be asked.
	Find func(tid int64, time uint64, to event.Snapshot) error
}

// maxCPUs is how many CPUs are told apart.
const maxCPUs = 4096

// A Subject is what an event is about, as state stands after the event.
type Subject struct {
	Thread *Thread // nil where it is not known who acted
	File   *File   // nil where the event has no descriptor, or an unknown one
	FD     int64   // the descriptor's number; -1 where the event has none

	// NameChanged says that the event changed the name of File.
	NameChanged bool
}

// A Table is the state of one machine. It implements event.Snapshot: a source
// fills it with what was there before the first event.
type Table struct {
	limits  Limits
	find    func(int64, uint64, event.Snapshot) error
	stats   Stats
	threads index
	groups  map[int64]*group // by process
	roll    []*group         // all groups, those of unknown threads too
	pool    pool
	open    int // descriptors in all processes
	texts   int // bytes of the threads' texts
	slots   int // of all tables of descriptors
	evicted recent

	stamps, epoch, clock, seed uint64

	now uint64 // time of the event that is followed

	machine    event.Machine
	interfaces interfaces
	users      accounts
	containers containers

	// The event that is followed.
	acting *group
	ended  *Thread // who ended by it, to be removed once the rules have seen it
	closed struct {
		table *files
		fd    int64
		last  int64 // of a range; else fd
	}

	switched []uint64 // by CPU: when it last left a thread

	started bool // the snapshot is complete
	ports   map[uint16]bool
	scratch []byte
	text    []byte
}

// New makes an empty table.
func New(cfg Config) *Table {
	t := &Table{
		limits: cfg.Limits.withDefaults(),
		find:   cfg.Find,
		groups: make(map[int64]*group),
		seed:   0x2545f4914f6cdd1d,
		ports:  make(map[uint16]bool),
	}
	t.closed.fd = none
	t.users.init()
	t.containers.init()
	return t
}

// Lookup finds a thread by its number; nil where there is none.
func (t *Table) Lookup(tid int64) *Thread { return t.threads.get(tid) }

// BootTime is when the machine started, in nanoseconds since the epoch; 0 where
// the source did not say.
func (t *Table) BootTime() uint64 { return t.machine.BootTime }

// Hostname is the machine's name, empty where the source did not say.
func (t *Table) Hostname() string { return t.machine.Hostname }

// Apply follows an event: it changes the tables and says what the event is
// about. What the event removes, a descriptor or a thread, is still there for
// rules to see until Finish, which the next Apply does too.
func (t *Table) Apply(ev *event.Event, s *Subject) {
	info := t.begin(ev, s)
	if s.Thread == nil {
		t.applyUnknown(ev, s)
		return
	}
	if info.FD >= 0 {
		if fd, ok := ev.Int64(int(info.FD)); ok {
			s.FD = fd
			s.File = s.Thread.File(fd)
		}
	}
	if change := follow[ev.Type&511]; change != nil {
		change(t, ev, s)
	}
}

// ApplyLifecycle follows an event of a process that another worker evaluates:
// threads and processes, users and containers, but no descriptors.
func (t *Table) ApplyLifecycle(ev *event.Event) {
	if ev.Type.Info().Flags&event.ModifiesProcess == 0 {
		t.Finish()
		return
	}
	var s Subject
	t.begin(ev, &s)
	if s.Thread == nil {
		t.applyUnknown(ev, &s)
	} else if change := follow[ev.Type&511]; change != nil {
		change(t, ev, &s)
	}
}

// begin finishes the last event and finds out who acts in this one.
func (t *Table) begin(ev *event.Event, s *Subject) *event.TypeInfo {
	if !t.started {
		t.settle()
	}
	t.Finish()
	t.containers.last = nil
	t.clock++
	t.now = ev.Time
	info := ev.Type.Info()
	*s = Subject{Thread: t.threads.get(ev.TID), FD: none}
	if s.Thread == nil && makesActor(ev.Type, info) {
		s.Thread = t.actor(ev.TID)
	}
	if s.Thread != nil {
		t.acting = s.Thread.group
		t.acting.seen = t.clock
	}
	return info
}

// makesActor reports whether a thread that acts in an event, and is not known,
// is to be remembered. A notice has no actor; a thread that starts tells about
// itself; of one that ends nothing more will be heard.
func makesActor(typ event.Type, info *event.TypeInfo) bool {
	if info.Flags&(event.KeepsLast|event.Unused) != 0 || info.Origin != event.OriginSyscall && info.Origin != event.OriginTracepoint {
		return false
	}
	switch typ {
	case event.CloneExit, event.Clone3Exit, event.ForkExit, event.VforkExit, event.Procexit, event.ProcexitV0,
		event.Switch, event.SwitchV1:
		return false
	}
	return true
}

// Finish carries out what the last event left to do: the descriptor that it
// closed and the thread that it ended go.
func (t *Table) Finish() {
	if t.closed.fd != none {
		t.finishClose()
	}
	if t.ended != nil {
		th := t.ended
		t.ended = nil
		if t.threads.get(th.TID) == th {
			t.remove(th)
		}
	}
}
