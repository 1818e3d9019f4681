// SPDX-License-Identifier: Apache-2.0

package state

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
)

// check looks for what must never be, whatever the events were.
func (t *Table) check() error {
	if err := t.checkGroups(); err != nil {
		return err
	}
	if err := t.checkFamilies(); err != nil {
		return err
	}
	return t.checkFiles()
}

func (t *Table) checkGroups() error {
	threads, texts := 0, 0
	for i, g := range t.roll {
		alive := 0
		if g.slot != i {
			return fmt.Errorf("group %d is at place %d of the roll and thinks %d", g.pid, i, g.slot)
		}
		if g.pid >= 0 && t.groups[g.pid] != g {
			return fmt.Errorf("group %d is not the one of its number", g.pid)
		}
		for j, th := range g.threads {
			threads++
			for _, n := range th.owned {
				texts += int(n)
			}
			if !th.end {
				alive++
			}
			if th.group != g || t.threads.get(th.TID) != th || g.pid >= 0 && th.PID != g.pid {
				return fmt.Errorf("thread %d of process %d is in group %d wrongly: %t, %t", th.TID, th.PID, g.pid, th.group == g, t.threads.get(th.TID) == th)
			}
			if j > 0 && th.IsMain() {
				return fmt.Errorf("thread %d is the main one of group %d, but not first", th.TID, g.pid)
			}
		}
		if alive != g.alive || alive == 0 && t.ended == nil {
			return fmt.Errorf("group %d has %d threads alive and thinks %d", g.pid, alive, g.alive)
		}
	}
	if threads != t.threads.n || texts != t.texts {
		return fmt.Errorf("%d threads with %d bytes of texts are in groups, %d with %d in the table", threads, texts, t.threads.n, t.texts)
	}
	return nil
}

func (t *Table) checkFamilies() (err error) {
	t.threads.all(func(th *Thread) bool {
		if th.parent != nil {
			found := false
			for c := th.parent.children; c != nil; c = c.next {
				found = found || c == th
			}
			if !found || t.threads.get(th.parent.TID) != th.parent || th.PPID != th.parent.TID {
				err = fmt.Errorf("thread %d is not a child of %d", th.TID, th.parent.TID)
			}
		}
		for p, n := th.parent, 0; p != nil; p, n = p.parent, n+1 {
			if p == th || n > t.threads.n {
				err = fmt.Errorf("thread %d is its own ancestor", th.TID)
				break
			}
		}
		for c := th.children; c != nil; c = c.next {
			if c.parent != th || c.next != nil && c.next.prev != c {
				err = fmt.Errorf("the children of thread %d are in disorder", th.TID)
			}
		}
		return err == nil
	})
	return err
}

func (t *Table) checkFiles() error {
	open, slots, texts := 0, 0, 0
	refs := make(map[*File]int32)
	t.threads.all(func(th *Thread) bool {
		if th.files == nil {
			return true
		}
		n := 0
		th.files.all(func(_ int64, f *File) bool {
			refs[f]++
			n++
			return true
		})
		if n != th.files.n {
			open = -1 << 30
		}
		open += n
		slots += th.files.slots()
		return true
	})
	for f, n := range refs {
		if f.refs != n {
			return fmt.Errorf("the file %q is %d descriptors and thinks %d", f.Name, n, f.refs)
		}
		if int(f.texts) != cap(f.Name)+cap(f.Raw) {
			return fmt.Errorf("the file %q has names of %d bytes and thinks %d", f.Name, cap(f.Name)+cap(f.Raw), f.texts)
		}
		texts += int(f.texts)
	}
	if open != t.open || slots != t.slots || len(refs) != t.pool.live || texts != t.pool.texts {
		return fmt.Errorf("%d descriptors in %d slots, %d files with %d bytes of names; the table thinks %d, %d, %d, %d",
			open, slots, len(refs), texts, t.open, t.slots, t.pool.live, t.pool.texts)
	}
	return nil
}

// live follows the events of a world, in a table that has little room where
// tight is set.
func live(t *testing.T, data []byte, tight bool) {
	t.Helper()
	var limits Limits
	if tight {
		limits = Limits{Threads: 5, Files: 7}
	}
	table := New(Config{Limits: limits})
	w := enginetest.NewWorld(data)
	w.Fill(table)
	var ev event.Event
	var s Subject
	for w.Next(&ev) {
		if ev.CPU == 2 { // an event of another worker's process
			table.ApplyLifecycle(&ev)
		} else {
			table.Apply(&ev, &s)
		}
		if err := table.check(); err != nil {
			t.Fatalf("after event %d, %s of thread %d: %v", ev.Num, ev.Type, ev.TID, err)
		}
		if stats := table.Stats(); tight && (stats.Threads > limits.Threads || stats.Files > limits.Files) {
			t.Fatalf("after event %d, %s of thread %d: %d threads and %d descriptors are more than the limits", ev.Num, ev.Type, ev.TID, stats.Threads, stats.Files)
		}
	}
}

func TestInvariants(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		data := make([]byte, 4000)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		live(t, data, seed%2 == 1)
	}
}

func FuzzApply(f *testing.F) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 2))
		data := make([]byte, 600)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data, seed%2 == 1)
	}
	f.Fuzz(live)
}
