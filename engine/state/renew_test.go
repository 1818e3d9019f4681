// SPDX-License-Identifier: Apache-2.0

package state

import (
	"testing"

	"github.com/lanner-project/lanner/engine/event"
)

func told(tid, pid, ppid int64, exe string) *event.Proc {
	return &event.Proc{
		TID: tid, PID: pid, PPID: ppid, VTID: tid, VPID: pid, Comm: []byte(exe), Exe: []byte(exe), ExePath: []byte("/bin/" + exe),
		CWD: []byte("/"), UID: 7,
	}
}

func regular(fd int64, name string, flags uint32) *event.File {
	return &event.File{FD: fd, Type: event.FileRegularV2, Name: []byte(name), Ino: uint64(len(name)), Flags: flags}
}

// What is told anew replaces what is known where they differ, and nothing else.
func TestRenew(t *testing.T) {
	table := New(Config{})
	table.Proc(told(10, 10, 1, "parent"))
	table.Proc(told(11, 10, 1, "parent"))
	table.Proc(told(20, 20, 10, "child"))
	table.Proc(told(30, 30, 10, "ended"))
	for fd, name := range []string{"/same", "/other", "/closed"} {
		table.File(10, regular(int64(fd), name, 0))
	}
	table.settle()
	parent, child, ended := table.Lookup(10), table.Lookup(20), table.Lookup(30)
	same := parent.File(0)
	same.Raw = []byte("as it was named")
	table.pool.count(same)
	parent.Executed, child.Executed = 5, 6
	stamp := table.Stamp(child)

	r := table.Renew()
	r.Proc(told(10, 10, 1, "parent"))
	r.Proc(told(12, 10, 1, "parent"))
	r.File(10, regular(0, "/same", openCloexec))
	r.File(10, regular(1, "/another", 0))
	r.File(10, regular(3, "/new", 0))
	r.Proc(told(20, 20, 10, "program"))
	r.File(20, regular(0, "/childs", 0))
	r.Done()

	if table.Lookup(10) != parent || table.Lookup(20) != child || child.Parent() != parent {
		t.Error("a process that is the same still is another one, or has another parent")
	}
	if table.Lookup(12) == nil || parent.Executed != 5 || child.Executed != 0 || string(child.ExePath) != "/bin/program" {
		t.Errorf("thread 12: %v, parent started at %d, child at %d as %s", table.Lookup(12), parent.Executed, child.Executed, child.ExePath)
	}
	if table.Stamp(child) == stamp {
		t.Error("the child has changed, and not its stamp")
	}
	got := make(map[int64]string)
	parent.Files(func(fd int64, f *File) bool {
		got[fd] = string(f.Name)
		return true
	})
	if len(got) != 3 || got[0] != "/same" || got[1] != "/another" || got[3] != "/new" {
		t.Errorf("descriptors: %v", got)
	}
	if parent.File(0) != same || same.bits&cloexec == 0 {
		t.Error("a descriptor that is the same lost what was known of it, or did not learn")
	}
	if f := child.File(0); f == nil || string(f.Name) != "/childs" {
		t.Errorf("the child's descriptor: %+v", f)
	}
	untold := r.Untold()
	if len(untold) != 2 {
		t.Fatalf("%d threads are not told of: %v", len(untold), untold)
	}
	for _, th := range untold {
		r.Remove(th)
		r.Remove(th)
	}
	if table.Lookup(30) != nil || table.Lookup(11) != nil || ended.group != nil {
		t.Error("threads that have ended are there still")
	}
	if err := table.check(); err != nil {
		t.Error(err)
	}
}

// What the last event left to do is done before: what was told is not undone.
func TestRenewAfterClose(t *testing.T) {
	table := New(Config{})
	table.Proc(told(10, 10, 1, "p"))
	table.File(10, regular(3, "/old", 0))
	table.settle()
	table.closed.table, table.closed.fd, table.closed.last = table.Lookup(10).files, 3, 3
	r := table.Renew()
	r.Proc(told(10, 10, 1, "p"))
	r.File(10, regular(3, "/old", 0))
	r.Done()
	table.Finish()
	if table.Lookup(10).File(3) == nil {
		t.Error("a descriptor that was opened again is closed")
	}
}

// Whoever has taken a number is not removed for its last owner.
func TestRenewReusedNumber(t *testing.T) {
	table := New(Config{})
	table.Proc(told(10, 10, 1, "p"))
	table.settle()
	r := table.Renew()
	untold := r.Untold()
	table.Proc(told(10, 10, 1, "next"))
	for _, th := range untold {
		r.Remove(th)
	}
	if th := table.Lookup(10); th == nil || string(th.Comm) != "next" {
		t.Errorf("%+v", th)
	}
	if err := table.check(); err != nil {
		t.Error(err)
	}
}
