// SPDX-License-Identifier: Apache-2.0

package state

// Stamp changes whenever a value that hangs on the thread alone may have
// changed: of the thread, its process, their ancestors, users and containers.
// No two threads of a table ever have the same stamp; it is never 0.
func (t *Table) Stamp(th *Thread) uint64 {
	if th.epoch != t.epoch {
		t.touch(th)
	}
	return th.stamp
}

// touch gives the thread a new stamp.
func (t *Table) touch(th *Thread) {
	t.stamps++
	th.stamp, th.epoch = t.stamps, t.epoch
}

// touchAll gives every thread a new stamp, when next asked for it.
func (t *Table) touchAll() { t.epoch++ }

// touchFew is how many descendants get new stamps one by one. A process that
// has more, such as the first of the machine, changes all stamps instead: it
// does so rarely, and a hostile family must not make its changes slow.
const touchFew = 256

// touchFamily gives new stamps to the threads whose values hang on th: itself,
// those of its process and all that descends from them.
func (t *Table) touchFamily(th *Thread) {
	left := touchFew
	if !t.touchDown(th, &left) {
		t.touchAll()
	}
}

func (t *Table) touchDown(th *Thread, left *int) bool {
	g := th.group
	if g == nil || len(g.threads) == 1 {
		return t.touchOne(th, left)
	}
	for _, member := range g.threads {
		if !t.touchOne(member, left) {
			return false
		}
	}
	return true
}

// touchOne touches a thread and its children's processes. It goes no deeper
// than left allows, for that many threads are touched on the way.
func (t *Table) touchOne(th *Thread, left *int) bool {
	if *left--; *left < 0 {
		return false
	}
	t.touch(th)
	for child := th.children; child != nil; child = child.next {
		if !t.touchDown(child, left) {
			return false
		}
	}
	return true
}
