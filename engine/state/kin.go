// SPDX-License-Identifier: Apache-2.0

package state

import "github.com/lanner-project/lanner/engine/event"

// Kin knows which threads descend from one another, and no more: whoever hands
// the events of a machine to several tables asks it who belongs together. It
// implements event.Snapshot. Of the processes that a snapshot tells of, each is
// a family of its own.
type Kin struct {
	threads   map[int64]*member
	processes map[int64]*member
}

// A Family is processes that descend from one another. A child starts with its
// parent's descriptors, so that one table has to follow all of a family.
type Family struct {
	Table int // the index of the table that has it, from 1; 0: none yet
}

// A member is a process of a family.
type member struct {
	family  *Family
	pid     int64
	threads int
}

// NewKin makes an empty Kin.
func NewKin() *Kin {
	return &Kin{threads: make(map[int64]*member), processes: make(map[int64]*member)}
}

// Follow follows an event, and returns the family that it belongs to; nil where
// nothing is known or will be of who acts. It returns the thread, too, whose
// family may be another one from now on; 0: none. Of an event that changes no
// processes it needs the header alone.
//
// What a new child tells of itself belongs to its parent's family: there is the
// folder that it starts in.
func (k *Kin) Follow(ev *event.Event) (of *Family, changed int64) {
	switch ev.Type {
	case event.CloneExit, event.ForkExit, event.VforkExit, event.Clone3Exit:
		switch child, ok := ev.Int64(procResult); {
		case !ok || child < 0:
		case child == 0:
			return k.child(ev), ev.TID
		default:
			return k.caller(ev, child)
		}
	case event.Procexit:
		if m := k.threads[ev.TID]; m != nil {
			of = m.family
			k.leave(ev.TID)
		}
		return of, ev.TID
	}
	if m := k.threads[ev.TID]; m != nil {
		return m.family, 0
	}
	if !makesActor(ev.Type, ev.Type.Info()) {
		return nil, 0
	}
	return k.family(ev.TID), 0
}

// family returns the family of a thread. One that is not known has its own.
func (k *Kin) family(tid int64) *Family {
	if m := k.threads[tid]; m != nil {
		return m.family
	}
	return k.join(tid, tid, nil).family
}

// child follows what a thread tells that clone has just made.
func (k *Kin) child(ev *event.Event) *Family {
	pid, ppid := signed(ev, procPID), signed(ev, procPPID)
	k.leave(ev.TID)
	if m := k.processes[pid]; m != nil && pid != ev.TID {
		return k.join(ev.TID, pid, nil).family
	}
	if pid <= 0 {
		pid = ev.TID
	}
	if ppid <= 0 || ppid == ev.TID {
		return k.join(ev.TID, pid, nil).family
	}
	return k.join(ev.TID, pid, k.family(ppid)).family
}

// caller follows what the caller of clone tells, if the child's number is that
// in the machine's first pid namespace.
func (k *Kin) caller(ev *event.Event, child int64) (of *Family, changed int64) {
	of = k.family(ev.TID)
	flags := uint32(number(ev, cloneFlags))
	if vtid, ok := ev.Int64(cloneVTID); ok && vtid != ev.TID || child == ev.TID || ev.Type == event.VforkExit ||
		flags&(flagInPIDNamespace|flagNewPID|flagParent|flagVfork) != 0 {
		return of, 0
	}
	pid := child
	if flags&flagThread != 0 {
		pid = k.threads[ev.TID].pid
	}
	if m := k.threads[child]; m != nil && m.pid == pid && m.family == of {
		return of, 0 // it came first
	}
	k.leave(child)
	k.join(child, pid, of)
	return of, child
}

// join makes a thread one of a process. A process that is new belongs to a
// family, or if that is nil, to one of its own.
func (k *Kin) join(tid, pid int64, family *Family) *member {
	if len(k.threads) >= defaultThreads {
		k.forgetSome()
	}
	m := k.processes[pid]
	if m == nil {
		if family == nil {
			family = new(Family)
		}
		m = &member{family: family, pid: pid}
		k.processes[pid] = m
	}
	m.threads++
	k.threads[tid] = m
	return m
}

// leave forgets a thread, and its process with its last one.
func (k *Kin) leave(tid int64) {
	m := k.threads[tid]
	if m == nil {
		return
	}
	delete(k.threads, tid)
	if m.threads--; m.threads == 0 {
		delete(k.processes, m.pid)
	}
}

// forgetSome makes room where the ends of threads were lost: of so many, most
// do not exist any more.
func (k *Kin) forgetSome() {
	some := len(k.threads) / 16
	for tid := range k.threads {
		if some--; some < 0 {
			return
		}
		k.leave(tid)
	}
}

// Proc implements event.Snapshot.
func (k *Kin) Proc(p *event.Proc) {
	k.leave(p.TID)
	k.join(p.TID, p.PID, nil)
}

// Machine, File, Interface, User and Group make Kin an event.Snapshot: it has no
// use for them.
func (*Kin) Machine(*event.Machine)     {}
func (*Kin) File(int64, *event.File)    {}
func (*Kin) Interface(*event.Interface) {}
func (*Kin) User(*event.User)           {}
func (*Kin) Group(*event.Group)         {}
