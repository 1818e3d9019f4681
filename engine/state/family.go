// SPDX-License-Identifier: Apache-2.0

package state

import (
	"slices"

	"github.com/lanner-project/lanner/engine/event"
)

// unknownImage is the program of a thread that nothing was told of.
var unknownImage = &Image{Exe: notKnown}

// noImage is the program of a kernel thread, and of one whose start was missed.
var noImage = &Image{}

// newThread makes a thread with nothing known, for add.
func (t *Table) newThread(tid int64) *Thread {
	th := &Thread{
		TID: tid, PID: none, PPID: none, SID: none, PGID: none, VPGID: none, VTID: none, VPID: none,
		Image: noImage,
		UID:   anyone, GID: anyone, LoginUID: anyone,
		FDLimit: none, reaper: none,
	}
	t.touch(th)
	return th
}

// add puts a thread into the table, evicting another process if there is no
// room. One that has the number already is thrown out: its end was missed.
func (t *Table) add(th *Thread) {
	if old := t.threads.get(th.TID); old != nil && old != th {
		t.replace(old)
	}
	t.makeRoom()
	t.threads.put(th)
	t.link(th)
}

// actor returns the thread of a number, made up where there is none: it acts,
// so it exists, but the source did not say what it is.
func (t *Table) actor(tid int64) *Thread {
	if th := t.threads.get(tid); th != nil {
		return th
	}
	if th := t.lookUp(tid); th != nil {
		return th
	}
	t.stats.UnknownThreads++
	th := t.newThread(tid)
	th.Comm, th.Image = notKnown, unknownImage
	t.add(th)
	return th
}

// lookUp asks about a thread that is not known. It is asked once: a thread that
// nobody knows is made up, and then it is known.
func (t *Table) lookUp(tid int64) *Thread {
	if t.find == nil || !t.started {
		return nil
	}
	if err := t.find(tid, t.now, &late{Table: t}); err != nil {
		return nil // it has ended
	}
	th := t.threads.get(tid)
	if th != nil {
		t.stats.FoundThreads++
	}
	return th
}

// late takes what is told of a process late. Of threads that are known already
// more is known than can be told now.
type late struct {
	*Table
	tid int64 // the last one that was taken
}

func (l *late) Proc(p *event.Proc) {
	l.tid = none
	if th := l.threads.get(p.TID); th == nil || !th.valid() {
		l.tid = p.TID
		l.Table.Proc(p)
	}
}

func (l *late) File(tid int64, f *event.File) {
	if tid == l.tid {
		l.Table.File(tid, f)
	}
}

// link makes th a member of its process and a child of its parent. Of a thread
// whose process is not known there is a group of its own. What others know of a
// thread that was there before changes by it, with what descends from it.
func (t *Table) link(th *Thread) {
	if th.group != nil && th.group.pid >= 0 {
		return
	}
	if !th.valid() {
		if th.group == nil {
			t.join(&group{pid: none, slot: -1}, th)
		}
		return
	}
	changes := th.group != nil
	if changes {
		t.leave(th)
	}
	g := t.groups[th.PID]
	if g == nil {
		g = &group{pid: th.PID, reaper: th.PID == 1 || th.VPID == 1, slot: -1}
		t.groups[th.PID] = g
	}
	t.join(g, th)
	changes = changes || th.IsMain() && len(g.threads) > 1 // the others had no main thread
	if th.PID != 1 {                                       // the first process has no parent
		parent := t.threads.get(th.PPID)
		if parent == nil || parent == th || !parent.valid() || descends(parent, th) {
			th.PPID = 0
		} else {
			adopt(parent, th)
		}
	}
	if changes {
		t.touchFamily(th)
	}
}

// descends reports whether th is among the ancestors of d. A family is a tree;
// events that were lost must not make a circle of it.
func descends(d, th *Thread) bool {
	if th.children == nil {
		return false // and need not be looked for in a long line
	}
	for ; d != nil; d = d.parent {
		if d == th {
			return true
		}
	}
	return false
}

// join makes th a member of g.
func (t *Table) join(g *group, th *Thread) {
	th.group = g
	g.alive++
	g.seen = t.clock
	if len(g.threads) > 0 && th.IsMain() && g.threads[0].IsMain() { // there can only be one
		if th.TID == th.PID {
			g.threads[0].flags &^= flagMainThread
		} else {
			th.flags &^= flagMainThread
		}
	}
	if th.IsMain() {
		g.threads = slices.Insert(g.threads, 0, th)
	} else {
		g.threads = append(g.threads, th)
	}
	if g.slot < 0 {
		g.slot = len(t.roll)
		t.roll = append(t.roll, g)
	}
}

// leave takes th out of its group. An empty group is forgotten.
func (t *Table) leave(th *Thread) {
	g := th.group
	if g == nil {
		return
	}
	for i := len(g.threads) - 1; i >= 0; i-- { // the youngest mostly ends first
		if g.threads[i] != th {
			continue
		}
		g.threads = slices.Delete(g.threads, i, i+1)
		if !th.end {
			g.alive--
		}
		break
	}
	th.group = nil
	if len(g.threads) > 0 {
		if th.IsMain() { // of which the others have much
			t.touchFamily(g.threads[0])
		}
		return
	}
	if t.groups[g.pid] == g {
		delete(t.groups, g.pid)
	}
	last := t.roll[len(t.roll)-1]
	t.roll[g.slot], last.slot = last, g.slot
	t.roll = t.roll[:len(t.roll)-1]
	g.slot = -1
}

// adopt makes child a child of parent.
func adopt(parent, child *Thread) {
	child.PPID, child.parent = parent.TID, parent
	child.prev, child.next = nil, parent.children
	if child.next != nil {
		child.next.prev = child
	}
	parent.children = child
}

// orphan takes child away from its parent.
func orphan(child *Thread) {
	if child.parent == nil {
		return
	}
	if child.prev != nil {
		child.prev.next = child.next
	} else {
		child.parent.children = child.next
	}
	if child.next != nil {
		child.next.prev = child.prev
	}
	child.parent, child.next, child.prev = nil, nil, nil
}

// remove takes a thread out of the table. Its children go to whom the kernel
// gives them; a main thread stays while other threads of its process live.
func (t *Table) remove(th *Thread) {
	g := th.group
	if g == nil || g.pid < 0 {
		t.drop(th)
		return
	}
	if !th.end {
		th.end = true
		g.alive--
	}
	if th.children != nil {
		t.reparent(th)
	}
	if !th.IsMain() {
		t.drop(th)
	}
	t.bury(g)
}

// bury drops what is left of a process without a thread that lives: its main
// thread, which ended before others.
func (t *Table) bury(g *group) {
	for g.alive <= 0 && len(g.threads) > 0 {
		last := g.threads[len(g.threads)-1]
		if last.children != nil {
			t.reparent(last)
		}
		t.drop(last)
	}
}

// drop forgets a thread. An event that makes no sense may be about it still.
func (t *Table) drop(th *Thread) {
	t.touch(th)
	for th.children != nil { // of an unknown thread, or none took them
		child := th.children
		orphan(child)
		child.PPID = 0
		t.touchFamily(child)
	}
	orphan(th)
	t.leave(th)
	if t.threads.get(th.TID) == th {
		t.threads.remove(th.TID)
	}
	for text := range th.owned {
		t.own(th, text, 0)
	}
	if th.files != nil {
		t.closeAll(th.files)
		th.files = nil
	}
}

// reparent gives the children of a thread that ends to their next parent.
func (t *Table) reparent(th *Thread) {
	var to *Thread
	if th.reaper > 0 {
		to = t.threads.get(th.reaper)
	}
	if to == nil || !to.valid() || to.end || descends(to, th) {
		to = t.findReaper(th)
	}
	if to != nil && (to == th || to.group == nil || descends(to, th)) {
		to = nil // nor one that is on its way from one process to another
	}
	if to != nil && to.group != th.group {
		to.group.reaper = true
	}
	for th.children != nil {
		child := th.children
		orphan(child)
		if to == nil {
			child.PPID = 0
		} else {
			adopt(to, child)
		}
		t.touchFamily(child)
	}
}

// findReaper finds who takes the children of th, as the kernel does: another
// thread of the process, else the nearest ancestor that asked for orphans or is
// the first process of its pid namespace.
func (t *Table) findReaper(th *Thread) *Thread {
	if other := firstAlive(th.group, th); other != nil {
		return other
	}
	for p := th.parent; p != nil; p = p.parent {
		if p.InPIDNamespace() != th.InPIDNamespace() {
			return nil
		}
		if p.group != nil && p.group.reaper {
			if taker := firstAlive(p.group, nil); taker != nil {
				return taker
			}
		}
	}
	return nil
}

func firstAlive(g *group, except *Thread) *Thread {
	for _, th := range g.threads {
		if !th.end && th != except {
			return th
		}
	}
	return nil
}
