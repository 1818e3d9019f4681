// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"

	"github.com/lanner-project/lanner/engine/event"
)

// The parameters of clone after those that it shares with exec.
const (
	cloneFlags      = 15
	cloneUID        = 16
	cloneGID        = 17
	cloneVTID       = 18
	cloneVPID       = 19
	clonePIDNSStart = 20
)

// A clone is told twice, by who called and by the child, in either order; either
// may be lost. What the other one told already is recognised within staleClone.
const staleClone = 2_000_000_000 // nanoseconds

func (t *Table) applyClone(ev *event.Event, s *Subject) {
	switch child := result(ev); {
	case child < 0:
	case child == 0:
		t.cloneChild(ev, s)
	default:
		t.cloneCaller(ev, s, child)
	}
}

// cloneCaller follows what the caller of clone tells: about itself, and about
// the child where that child's number is to be trusted. Inside a pid namespace
// it is not, for it is the number there; after vfork the child may have come and
// gone already.
func (t *Table) cloneCaller(ev *event.Event, s *Subject, tid int64) {
	caller := s.Thread
	if caller == nil {
		caller = t.actor(ev.TID)
		s.Thread = caller
		t.acting = caller.group
	}
	known := caller.valid()
	if !known {
		caller.PID, caller.PPID = signed(ev, procPID), signed(ev, procPPID)
		caller.VTID, caller.VPID = caller.TID, none
		if len(ev.Param(cloneVPID)) > 0 {
			caller.VTID, caller.VPID = signed(ev, cloneVTID), signed(ev, cloneVPID)
		}
		t.link(caller)
		t.acting = caller.group
		t.touchFamily(caller)
	}
	flags := uint32(number(ev, cloneFlags))
	if flags&(flagInPIDNamespace|flagNewPID|flagParent|flagVfork) != 0 || ev.Type == event.VforkExit || caller.TID != caller.VTID {
		return
	}
	if old := t.threads.get(tid); old != nil {
		if old.flags&flagChildFirst != 0 {
			return
		}
		t.replace(old)
	}
	child := t.newThread(tid)
	child.flags = flags
	if flags&flagThread != 0 {
		child.PID, child.PPID = caller.PID, caller.PPID
		child.flags |= flagSharedFiles
		child.Executed = caller.Executed
	} else {
		child.PID, child.PPID = tid, caller.TID
		child.flags &^= flagSharedFiles
	}
	child.VTID, child.VPID = tid, child.PID
	child.PIDNSStart = t.machine.BootTime
	t.describe(ev, child, caller, known)
	if !known {
		caller.Image, caller.Comm, caller.known = child.Image, child.Comm, true
	}
	t.add(child)
}

// cloneChild follows what a thread tells that clone has just made.
func (t *Table) cloneChild(ev *event.Event, s *Subject) {
	if old := s.Thread; old != nil {
		if old.Started != 0 && ev.Time-old.Started < staleClone {
			return
		}
		t.replace(old)
	}
	if parent := t.threads.get(signed(ev, procPPID)); parent != nil {
		t.acting = parent.group // not to be evicted to make room for its child
	}
	child := t.newThread(ev.TID)
	child.PID, child.PPID = signed(ev, procPID), signed(ev, procPPID)
	child.VTID, child.VPID = child.TID, none
	if len(ev.Param(cloneVPID)) > 0 {
		child.VTID, child.VPID = signed(ev, cloneVTID), signed(ev, cloneVPID)
	}
	child.flags = uint32(number(ev, cloneFlags)) | flagChildFirst
	leader := child.flags&flagThread == 0
	from := t.cloneSource(child, leader)
	known := from.valid() && from.known
	if leader {
		child.flags &^= flagSharedFiles
	} else {
		child.flags |= flagSharedFiles
		child.Executed = from.Executed
	}
	t.describe(ev, child, from, known)
	if !known && !leader {
		from.Image, from.Comm, from.known = child.Image, child.Comm, true
		t.touchFamily(from)
	}
	switch inside := child.flags&(flagInPIDNamespace|flagNewPID) != 0 || child.TID != child.VTID; {
	case !inside:
		child.PIDNSStart = t.machine.BootTime
	case len(ev.Param(clonePIDNSStart)) > 0:
		child.PIDNSStart = number(ev, clonePIDNSStart) + t.machine.BootTime
	}
	t.add(child)
	s.Thread = child
	t.acting = child.group
	child.group.seen = t.clock
	t.findContainer(child)
}

// cloneSource is the thread whose ways the child takes over: its parent, or for
// a thread the main one of its process. What is not known of that main thread is
// learnt from the child.
func (t *Table) cloneSource(child *Thread, leader bool) *Thread {
	if leader {
		return t.actor(child.PPID)
	}
	main := t.actor(child.PID)
	if !main.valid() {
		main.PID, main.PPID = child.PID, child.PPID
		main.VPID, main.VTID = child.VPID, child.VPID
		t.link(main)
	}
	return main
}

// describe fills in what a clone event tells about the child, and what it has
// from the thread that it comes from, where that is known.
func (t *Table) describe(ev *event.Event, child, from *Thread, known bool) {
	child.known = true
	child.Started = ev.Time
	child.UID, child.GID = uint32(number(ev, cloneUID)), uint32(number(ev, cloneGID))
	child.FDLimit = signed(ev, procFDLimit)
	setMemory(ev, child)
	img := unknownImage
	if known {
		img = from.Image
		child.root = from.root
		child.SID, child.VPGID, child.PGID = from.SID, from.VPGID, from.PGID
		child.TTY, child.LoginUID = from.TTY, from.LoginUID
		child.CapPermitted, child.CapInheritable, child.CapEffective = from.CapPermitted, from.CapInheritable, from.CapEffective
		child.Cgroups = from.Cgroups
		if child.flags&flagThread == 0 {
			child.cwd, child.env = from.CWD(), from.env
			t.copyFiles(child, from)
		}
	}
	exe, args := textParam(ev, procExe), trimNUL(ev.Param(procArgs))
	if !bytes.Equal(exe, img.Exe) || !bytes.Equal(args, img.Args) {
		own := *img
		if !known {
			own = Image{}
		}
		own.Exe, own.Args = bytes.Clone(exe), bytes.Clone(args)
		img = &own
		t.own(child, textImage, len(exe)+len(args))
	}
	child.Image = img
	t.tellCWD(ev, child)
	child.Comm = text(from.Comm, commOf(ev, img))
	t.setCgroups(child, ev.Param(procCgroups))
}

// replace removes a thread whose number has a new owner, and the rest of its
// process with it: the event that told of their end was lost.
func (t *Table) replace(old *Thread) {
	g := old.group
	if g == nil || !old.IsMain() {
		t.remove(old)
		return
	}
	for len(g.threads) > 0 {
		t.remove(g.threads[len(g.threads)-1])
	}
}
