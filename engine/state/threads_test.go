// SPDX-License-Identifier: Apache-2.0

package state_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

type p = enginetest.P

// cloneThread are the flags of clone that make a thread: CLONE_THREAD, FILES.
const cloneThread = 1<<13 | 1<<0

// machine is a table with what most tests need: init, a shell below it and a
// server with two threads.
func machine(limits state.Limits) *state.Table {
	t := state.New(state.Config{Limits: limits})
	t.Machine(&event.Machine{BootTime: 1 << 50, Hostname: "host"})
	for _, proc := range []event.Proc{
		{TID: 1, PID: 1, VTID: 1, VPID: 1, Comm: []byte("init"), ExePath: []byte("/sbin/init"), CWD: []byte("/")},
		{TID: 20, PID: 20, PPID: 1, VTID: 20, VPID: 20, Comm: []byte("bash"), ExePath: []byte("/bin/bash"), CWD: []byte("/base"), Env: []byte("HOME=/base\x00"), FDLimit: 1024},
		{TID: 30, PID: 30, PPID: 1, VTID: 30, VPID: 30, Comm: []byte("server"), ExePath: []byte("/bin/server"), CWD: []byte("/srv")},
		{TID: 31, PID: 30, PPID: 1, VTID: 31, VPID: 30, Comm: []byte("worker"), ExePath: []byte("/bin/server"), Flags: 1 << 0},
	} {
		proc.LoginUID = math.MaxUint32
		t.Proc(&proc)
	}
	t.File(20, &event.File{FD: 0, Type: event.FileRegularV2, Name: []byte("/dev/pts/1")})
	t.File(20, &event.File{FD: 5, Type: event.FileRegularV2, Name: []byte("/secret"), Flags: 1 << 12})
	return t
}

// do follows events of one thread after the other.
func do(t *state.Table, events ...*event.Event) *state.Subject {
	s := new(state.Subject)
	for _, ev := range events {
		t.Apply(ev, s)
	}
	return s
}

func cloneOf(result, tid, pid, ppid, flags int) *event.Event {
	return enginetest.Made(event.CloneExit, int64(tid), p{
		"res": result, "exe": "bash", "comm": "bash", "pid": pid, "ptid": ppid, "flags": flags,
		"vtid": tid, "vpid": pid, "uid": 1000, "gid": 1000, "fdlimit": 1024, "args": []byte("-c\x00id\x00"),
	})
}

// familyOf writes a thread and its ancestors as 22 < 20 < 1.
func familyOf(t *state.Table, tid int64) string {
	var line []string
	for th := t.Lookup(tid); th != nil; th = th.Parent() {
		line = append(line, fmt.Sprint(th.TID))
	}
	return strings.Join(line, " < ")
}

// A clone is told by the caller and by the child. Whoever comes first, and if
// only one does, the child is the same.
func TestCloneOrder(t *testing.T) {
	t.Parallel()
	caller, child := cloneOf(22, 20, 20, 1, 0), cloneOf(0, 22, 22, 20, 0)
	for name, events := range map[string][]*event.Event{
		"caller first": {caller, child}, "child first": {child, caller}, "caller alone": {caller}, "child alone": {child},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := machine(state.Limits{})
			do(table, events...)
			th := table.Lookup(22)
			if th == nil {
				t.Fatal("there is no child")
			}
			got := []string{
				familyOf(table, 22), string(th.Comm), string(th.ExePath), string(th.CWD()), string(th.Env()), string(th.Args),
				fmt.Sprint(th.UID), fmt.Sprint(th.NumFiles()), string(th.File(5).Name), fmt.Sprint(th.PID, th.VPID, th.FromSnapshot()),
			}
			want := []string{"22 < 20 < 1", "bash", "/bin/bash", "/base/", "HOME=/base", "-c\x00id", "1000", "2", "/secret", "22 22 false"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the child (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCloneThread(t *testing.T) {
	t.Parallel()
	table := machine(state.Limits{})
	do(table, cloneOf(0, 32, 30, 1, cloneThread))
	th := table.Lookup(32)
	if th == nil || th.Main() != table.Lookup(30) || th.NumThreads() != 3 || th.NumOthers() != 2 {
		t.Fatalf("the new thread of process 30 is %+v", th)
	}
	do(table, enginetest.Made(event.OpenExit, 32, p{"fd": 4, "name": "/x"}))
	if f := table.Lookup(31).File(4); f == nil || string(f.Name) != "/x" {
		t.Errorf("a thread does not see what another one opened: %+v", f)
	}
	do(table, enginetest.Made(event.ChdirExit, 31, p{"res": 0, "path": "sub"}))
	if cwd := string(th.CWD()); cwd != "/srv/sub/" {
		t.Errorf("a thread works in %s, another one of its process went to /srv/sub/", cwd)
	}
	do(table, enginetest.Made(event.Procexit, 32, p{"status": 0}), enginetest.Made(event.GetuidExit, 1, p{}))
	if table.Lookup(32) != nil || table.Lookup(30).NumThreads() != 2 {
		t.Error("the thread ended and is still there")
	}
}

// In a pid namespace of its own the caller is told another number than the
// child has: only the child is to be believed.
func TestCloneInNamespace(t *testing.T) {
	t.Parallel()
	table := machine(state.Limits{})
	do(table, cloneOf(2, 20, 20, 1, 1<<29))
	if th := table.Lookup(2); th != nil {
		t.Errorf("thread 2 was made, which is a number inside the namespace: %+v", th)
	}
}

func TestExec(t *testing.T) {
	t.Parallel()
	table := machine(state.Limits{})
	do(table, enginetest.Made(event.ExecveExit, 20, p{
		"res": 0, "exe": "curl", "args": []byte("-s\x00http://x\x00"), "pid": 20, "ptid": 1, "comm": "curl",
		"env": []byte("A=b\x00"), "trusted_exepath": "/usr/bin/curl (deleted)", "uid": 7, "gid": 8, "vpgid": 20, "pgid": 20,
		"flags": 1<<0 | 1<<2, "exe_ino": 5, "exe_ino_ctime": 6, "exe_ino_mtime": 7, "tty": 34816, "fdlimit": 64,
		"cgroups": []byte("cpu_cgroup=/docker/" + strings.Repeat("ab", 32) + "\x00"),
	}))
	th := table.Lookup(20)
	got := []string{
		string(th.Comm), string(th.Exe), string(th.ExePath), string(th.Args), string(th.Env()), string(th.CWD()), string(th.Cgroups),
		fmt.Sprint(th.UID, th.GID, th.TTY, th.Ino, th.Ctime, th.Mtime), fmt.Sprint(th.Writable, th.UpperLayer, th.FromMemfd, th.FDLimit), th.Container.ID,
	}
	want := []string{
		"curl", "curl", "/usr/bin/curl", "-s\x00http://x", "A=b", "/base/", "cpu=/docker/" + strings.Repeat("ab", 32),
		"7 8 34816 5 6 7", "true false true 64", "abababababab",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the thread (-want +got):\n%s", diff)
	}
	if th.File(0) == nil || th.File(5) != nil {
		t.Errorf("0 was to stay open and 5 was to be closed at exec: %v, %v", th.File(0), th.File(5))
	}
}

// A thread that executes a program takes the place of the main one, and the
// others end.
func TestExecEndsThreads(t *testing.T) {
	t.Parallel()
	table := machine(state.Limits{})
	do(table, enginetest.Made(event.ExecveExit, 30, p{"res": 0, "exe": "x", "pid": 30, "ptid": 1}))
	if table.Lookup(31) != nil || table.Lookup(30).NumThreads() != 1 {
		t.Error("exec left another thread alive")
	}
	table = machine(state.Limits{})
	do(table, enginetest.Made(event.ExecveExit, 20, p{"res": -2}))
	if name := string(table.Lookup(20).Comm); name != "bash" {
		t.Errorf("an exec that failed changed the name to %s", name)
	}
}

func TestOldExec(t *testing.T) {
	t.Parallel()
	table := machine(state.Limits{})
	ev := enginetest.Made(event.ExecveExit, 20, p{"res": 0, "exe": "x", "filename": "../bin/x", "pid": 20, "ptid": 1})
	do(table, ev)
	if path := string(table.Lookup(20).ExePath); path != "/bin/bash" {
		t.Errorf("the path is %s: a new source that cannot tell it does not want it to be guessed", path)
	}
	ev.Merged = true
	do(table, ev)
	if path := string(table.Lookup(20).ExePath); path != "/bin/x" {
		t.Errorf("the path is %s, want /bin/x: an old source knows what was asked for alone", path)
	}
}

// Who takes the children of a process that ends.
func TestReparent(t *testing.T) {
	t.Parallel()
	exit := func(tid, reaper int) *event.Event {
		return enginetest.Made(event.Procexit, int64(tid), p{"status": 0, "reaper_tid": reaper})
	}
	after := enginetest.Made(event.GetuidExit, 1, p{}) // a thread that ends is there until the next event
	grandchild := []*event.Event{cloneOf(0, 22, 22, 20, 0), cloneOf(0, 23, 23, 22, 0)}
	subreaper := enginetest.Made(event.PrctlExit, 20, p{"res": 0, "option": 36, "arg2_int": 1})
	for _, c := range []struct {
		name   string
		events []*event.Event
		want   string
	}{
		{"whom the kernel names", append(grandchild, exit(22, 30), after), "23 < 30 < 1"},
		{"init", append(grandchild, exit(22, 0), after), "23 < 1"},
		{"who asked for orphans", append([]*event.Event{subreaper}, append(grandchild, exit(22, 0), after)...), "23 < 20 < 1"},
		{"another thread", append(grandchild, cloneOf(0, 24, 22, 20, cloneThread), exit(22, 0), after), "23 < 24 < 20 < 1"},
		{"not yet", append(grandchild, exit(22, 0)), "23 < 22 < 20 < 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			table := machine(state.Limits{})
			do(table, c.events...)
			if got := familyOf(table, 23); got != c.want {
				t.Errorf("the orphan's family is %s, want %s", got, c.want)
			}
		})
	}
}

// A program keeps what it found out about a thread until its stamp changes.
func TestStamp(t *testing.T) {
	t.Parallel()
	exec := func(tid int) *event.Event {
		return enginetest.Made(event.ExecveExit, int64(tid), p{"res": 0, "exe": "x", "comm": "x", "pid": tid, "ptid": 1})
	}
	for _, c := range []struct {
		name    string
		ev      *event.Event
		changes []int64 // of 1, 20, 22, 23, 30, 31
	}{
		{"an exec, and with it all descendants", exec(20), []int64{20, 22, 23}},
		{"a clone changes nobody", cloneOf(40, 20, 20, 1, 0), nil},
		{"a change of the user", enginetest.Made(event.SetuidExit, 22, p{"res": 0, "uid": 5}), []int64{22}},
		{"one that failed", enginetest.Made(event.SetuidExit, 22, p{"res": -1, "uid": 5}), nil},
		{"another folder", enginetest.Made(event.ChdirExit, 31, p{"res": 0, "path": "/"}), []int64{30, 31}},
		{"the same folder", enginetest.Made(event.ChdirExit, 31, p{"res": 0, "path": "/srv"}), nil},
		{"an open", enginetest.Made(event.OpenExit, 22, p{"fd": 9, "name": "/x"}), nil},
		{"a user that is told of", enginetest.Made(event.UserAdded, 1, p{"uid": 5, "name": "u"}), []int64{1, 20, 22, 23, 30, 31}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			table := machine(state.Limits{})
			do(table, cloneOf(0, 22, 22, 20, 0), cloneOf(0, 23, 23, 22, 0))
			tids := []int64{1, 20, 22, 23, 30, 31}
			before := make(map[int64]uint64)
			for _, tid := range tids {
				before[tid] = table.Stamp(table.Lookup(tid))
			}
			do(table, c.ev)
			var changed []int64
			for _, tid := range tids {
				if table.Stamp(table.Lookup(tid)) != before[tid] {
					changed = append(changed, tid)
				}
			}
			if diff := cmp.Diff(c.changes, changed); diff != "" {
				t.Errorf("threads with a new stamp (-want +got):\n%s", diff)
			}
		})
	}
}

// A process that is not known is looked up once, and then is there without
// anything known of it.
func TestUnknownThread(t *testing.T) {
	t.Parallel()
	table := machine(state.Limits{})
	open := enginetest.Made(event.OpenExit, 99, p{"fd": 3, "name": "x"})
	s := do(table, open, open)
	if s.Thread == nil || s.Thread.Known() || string(s.Thread.Comm) != "<NA>" || s.File == nil || string(s.File.Name) != "x" {
		t.Errorf("the subject is %+v, %+v", s.Thread, s.File)
	}
	if n := table.Stats().UnknownThreads; n != 1 {
		t.Errorf("%d threads were not known, want 1", n)
	}
}

// Where the source can be asked, it is asked once about a thread, and nothing
// that is known already is taken from it.
func TestFind(t *testing.T) {
	t.Parallel()
	var asked []string
	table := state.New(state.Config{Find: func(tid int64, time uint64, to event.Snapshot) error {
		asked = append(asked, fmt.Sprint(tid, " ", time))
		if tid == 98 {
			return errors.New("it has ended")
		}
		to.Proc(&event.Proc{TID: 20, PID: 20, PPID: 1, Comm: []byte("another")})
		to.File(20, &event.File{FD: 7, Type: event.FileRegularV2, Name: []byte("/another")})
		to.Proc(&event.Proc{TID: 99, PID: 99, PPID: 20, Comm: []byte("late"), CWD: []byte("/srv")})
		to.File(99, &event.File{FD: 5, Type: event.FileRegularV2, Name: []byte("/found")})
		return nil
	}})
	table.Proc(&event.Proc{TID: 20, PID: 20, PPID: 1, Comm: []byte("known")})
	known := enginetest.Made(event.CloseExit, 20, p{"fd": 3})
	ended := enginetest.Made(event.CloseExit, 98, p{"fd": 3})
	late := enginetest.Made(event.CloseExit, 99, p{"fd": 3})
	for _, ev := range []*event.Event{known, ended, ended, late, late} {
		do(table, ev)
	}
	if want := []string{fmt.Sprint("98 ", ended.Time), fmt.Sprint("99 ", late.Time)}; !slices.Equal(asked, want) {
		t.Errorf("asked about %v, want %v", asked, want)
	}
	th := table.Lookup(99)
	if string(th.Comm) != "late" || string(th.CWD()) != "/srv/" || th.File(5) == nil || !th.FromSnapshot() {
		t.Errorf("found: %+v", th)
	}
	if other := table.Lookup(20); string(other.Comm) != "known" || other.File(7) != nil {
		t.Errorf("what was known became %q with %v", other.Comm, other.File(7))
	}
	if s := table.Stats(); s.FoundThreads != 1 || s.UnknownThreads != 1 {
		t.Errorf("%+v", s)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	table := machine(state.Limits{})
	table.User(&event.User{UID: 5, Name: "alice", Home: "/srv/alice", Shell: "/bin/sh"})
	table.Group(&event.Group{GID: 5, Name: "staff"})
	th := table.Lookup(20)
	inside := "ab0123456789"
	do(table,
		enginetest.Made(event.UserAdded, 1, p{"uid": 6, "gid": 6, "name": "bob", "home": "/", "shell": "/bin/sh", "container_id": ""}),
		enginetest.Made(event.UserAdded, 1, p{"uid": 5, "gid": 5, "name": "carol", "container_id": inside}),
		enginetest.Made(event.GroupAdded, 1, p{"gid": 6, "name": "wheel", "container_id": ""}),
	)
	name := func(th *state.Thread, uid uint32) string {
		u, _ := table.UserOf(th, uid)
		return u.Name
	}
	group, _ := table.GroupOf(th, 6)
	got := []string{name(th, 5), name(th, 6), name(th, 0), name(th, 7), group.Name}
	do(table, enginetest.Made(event.ExecveExit, 20, p{
		"res": 0, "exe": "x", "pid": 20, "ptid": 1, "cgroups": []byte("cpu=/docker/" + inside + strings.Repeat("0", 52) + "\x00"),
	}))
	got = append(got, name(th, 5), name(th, 6), name(th, 0))
	do(table, enginetest.Made(event.UserDeleted, 1, p{"uid": 5, "container_id": inside}))
	got = append(got, name(th, 5))
	want := []string{"alice", "bob", "root", "<NA>", "wheel", "carol", "<NA>", "root", "<NA>"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}
