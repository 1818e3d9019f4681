// SPDX-License-Identifier: Apache-2.0

package state_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// shown is what a thread has open, as "3 file /etc/passwd".
func shown(th *state.Thread) []string {
	names := map[event.FileType]string{
		event.FileRegularV2: "file", event.FileDirectory: "directory", event.FileFIFO: "pipe", event.FileIPv4: "ipv4",
		event.FileIPv4Server: "server", event.FileUnix: "unix", event.FileMemfd: "memfd", event.FilePID: "pidfd",
		event.FileEventPoll: "epoll", event.FileTimer: "timer",
	}
	var all []string
	th.Files(func(fd int64, f *state.File) bool {
		all = append(all, fmt.Sprintf("%d %s %s", fd, names[f.Type], f.Name))
		return true
	})
	return all
}

const (
	cloexec  = 1 << 12 // O_CLOEXEC as captures have it
	atFDCWD  = -100
	closeAll = 1<<32 - 1
)

func TestFiles(t *testing.T) {
	t.Parallel()
	made := func(typ event.Type, params p) *event.Event { return enginetest.Made(typ, 20, params) }
	exec := made(event.ExecveExit, p{"res": 0, "exe": "x", "pid": 20, "ptid": 1})
	next := enginetest.Made(event.GetuidExit, 1, p{}) // what is closed is there until the next event
	open := func(fd int, name string, flags int) *event.Event {
		return made(event.OpenExit, p{"fd": fd, "name": name, "flags": flags})
	}
	for _, c := range []struct {
		name   string
		events []*event.Event
		want   []string // beside 0 and 5, which are there from the beginning
	}{
		{"open", []*event.Event{open(3, "../etc//passwd", 0), open(-2, "/none", 0)}, []string{"0 file /dev/pts/1", "3 file /etc/passwd", "5 file /secret"}},
		{"open a folder", []*event.Event{open(3, "/etc", 1<<10)}, []string{"0 file /dev/pts/1", "3 directory /etc", "5 file /secret"}},
		{"openat", []*event.Event{
			open(3, "/etc", 1<<10),
			made(event.OpenatExit, p{"fd": 4, "dirfd": 3, "name": "passwd"}),
			made(event.OpenatExit, p{"fd": 6, "dirfd": atFDCWD, "name": "x"}),
			made(event.Openat2Exit, p{"fd": 7, "dirfd": 99, "name": "x"}),
			made(event.Openat2Exit, p{"fd": 8, "dirfd": 99, "name": "/x"}),
		}, []string{"0 file /dev/pts/1", "3 directory /etc", "4 file /etc/passwd", "5 file /secret", "6 file /base/x", "7 file <UNKNOWN>/x", "8 file /x"}},
		{"creat", []*event.Event{made(event.CreatExit, p{"fd": 3, "name": "new"})}, []string{"0 file /dev/pts/1", "3 file /base/new", "5 file /secret"}},
		{"open by handle", []*event.Event{made(event.OpenByHandleAtExit, p{"fd": 3, "path": "/host/x"})}, []string{"0 file /dev/pts/1", "3 file /host/x", "5 file /secret"}},
		{"close", []*event.Event{made(event.CloseExit, p{"res": 0, "fd": 5}), next}, []string{"0 file /dev/pts/1"}},
		{"close, still seen", []*event.Event{made(event.CloseExit, p{"res": 0, "fd": 5})}, []string{"0 file /dev/pts/1", "5 file /secret"}},
		{"close that failed", []*event.Event{made(event.CloseExit, p{"res": -9, "fd": 5}), next}, []string{"0 file /dev/pts/1", "5 file /secret"}},
		{"close_range", []*event.Event{made(event.CloseRangeExit, p{"res": 0, "first": 3, "last": closeAll}), next}, []string{"0 file /dev/pts/1"}},
		{"close_range at exec", []*event.Event{
			open(3, "/x", 0), made(event.CloseRangeExit, p{"res": 0, "first": 0, "last": 3, "flags": 4}), exec,
		}, nil},
		{"dup", []*event.Event{
			made(event.DupExit, p{"res": 3, "oldfd": 5}), made(event.Dup2Exit, p{"res": 0, "oldfd": 5, "newfd": 0}),
			made(event.Dup3Exit, p{"res": 4, "oldfd": 5, "newfd": 4, "flags": cloexec}), exec,
		}, []string{"0 file /secret", "3 file /secret"}}, // the new ones stay open at exec, unless asked for
		{"fcntl", []*event.Event{
			made(event.FcntlExit, p{"res": 3, "fd": 5, "cmd": 1}), made(event.FcntlExit, p{"res": 4, "fd": 5, "cmd": 26}),
			made(event.FcntlExit, p{"res": 0, "fd": 0, "cmd": 3, "arg": 1}), exec,
		}, []string{"3 file /secret"}},
		{"pipe", []*event.Event{made(event.PipeExit, p{"res": 0, "fd1": 3, "fd2": 4, "ino": 7})}, []string{"0 file /dev/pts/1", "3 pipe ", "4 pipe ", "5 file /secret"}},
		{"without a name", []*event.Event{
			made(event.EpollCreate1Exit, p{"res": 3, "flags": 1}), made(event.TimerfdCreateExit, p{"res": 4}),
			made(event.MemfdCreateExit, p{"fd": 6, "name": "m"}), made(event.PidfdOpenExit, p{"fd": 7, "pid": 30}),
		}, []string{"0 file /dev/pts/1", "3 epoll ", "4 timer ", "5 file /secret", "6 memfd m", "7 pidfd /proc/30"}},
		{"from another process", []*event.Event{
			enginetest.Made(event.OpenExit, 30, p{"fd": 9, "name": "/theirs"}),
			made(event.PidfdOpenExit, p{"fd": 3, "pid": 30}), made(event.PidfdGetfdExit, p{"fd": 4, "pid_fd": 3, "target_fd": 9}),
		}, []string{"0 file /dev/pts/1", "3 pidfd /proc/30", "4 file /theirs", "5 file /secret"}},
		{"far away", []*event.Event{open(1<<20, "/far", 0), made(event.CloseExit, p{"res": 0, "fd": 0}), next}, []string{"5 file /secret", "1048576 file /far"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			table := machine(state.Limits{})
			do(table, c.events...)
			if diff := cmp.Diff(c.want, shown(table.Lookup(20))); diff != "" {
				t.Errorf("descriptors (-want +got):\n%s", diff)
			}
		})
	}
}

// What was there before the first event is closed at exec as well, whatever it
// is.
func TestFoundFilesAtExec(t *testing.T) {
	t.Parallel()
	table := machine(state.Limits{})
	for i, typ := range []event.FileType{event.FileDirectory, event.FileFIFO, event.FileUnix, event.FileMemfd, event.FileEventPoll} {
		table.File(20, &event.File{FD: int64(10 + i), Type: typ, Flags: cloexec})
	}
	table.File(20, &event.File{FD: 3, Type: event.FileEventPoll, Flags: 3})
	do(table, enginetest.Made(event.ExecveExit, 20, p{"res": 0, "exe": "x", "pid": 20, "ptid": 1}))
	if diff := cmp.Diff([]string{"0 file /dev/pts/1", "3 epoll "}, shown(table.Lookup(20))); diff != "" {
		t.Errorf("descriptors (-want +got):\n%s", diff)
	}
}

// A process starts with its parent's descriptors. What either does to them
// later, the other does not see.
func TestForkedFiles(t *testing.T) {
	t.Parallel()
	table := machine(state.Limits{})
	do(
		table, enginetest.Made(event.SocketExit, 20, p{"fd": 3, "domain": 2, "type": 1, "proto": 6}), cloneOf(0, 22, 22, 20, 0),
		enginetest.Made(event.ConnectExit, 22, p{"res": 0, "fd": 3, "tuple": enginetest.Tuple4(10, 0, 0, 1, 4000, 10, 0, 0, 2, 80)}),
		enginetest.Made(event.CloseExit, 20, p{"res": 0, "fd": 5}), enginetest.Made(event.GetuidExit, 1, p{}),
	)
	parent, child := shown(table.Lookup(20)), shown(table.Lookup(22))
	if diff := cmp.Diff([]string{"0 file /dev/pts/1", "3 ipv4 "}, parent); diff != "" {
		t.Errorf("the parent's (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"0 file /dev/pts/1", "3 ipv4 10.0.0.1:4000->10.0.0.2:80", "5 file /secret"}, child); diff != "" {
		t.Errorf("the child's (-want +got):\n%s", diff)
	}
}

func TestSockets(t *testing.T) {
	t.Parallel()
	made := func(typ event.Type, params p) *event.Event { return enginetest.Made(typ, 20, params) }
	tcp, udp := made(event.SocketExit, p{"fd": 3, "domain": 2, "type": 1}), made(event.SocketExit, p{"fd": 3, "domain": 2, "type": 2})
	tuple, back := enginetest.Tuple4(10, 0, 0, 1, 4000, 10, 0, 0, 2, 80), enginetest.Tuple4(10, 0, 0, 2, 80, 10, 0, 0, 1, 4000)
	bind := made(event.BindExit, p{"res": 0, "fd": 3, "addr": enginetest.Sockaddr4(0, 0, 0, 0, 80)})
	connect := func(result int) *event.Event {
		return made(event.ConnectExit, p{"res": result, "fd": 3, "tuple": tuple})
	}
	failed := append([]byte{1}, binary.LittleEndian.AppendUint64(nil, 111)...) // an errno, in a parameter of several kinds
	unix := append([]byte{1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0}, "/run/x.sock\x00"...)
	for _, c := range []struct {
		name   string
		events []*event.Event
		want   string // name, side and state of the event's descriptor
	}{
		{"connect", []*event.Event{tcp, connect(0)}, "10.0.0.1:4000->10.0.0.2:80 client connected"},
		{"connect that goes on", []*event.Event{tcp, connect(-115)}, "10.0.0.1:4000->10.0.0.2:80 client connected"},
		{"connect that failed", []*event.Event{tcp, connect(-111)}, ""},
		{"connect that failed later", []*event.Event{
			tcp, connect(-115), made(event.GetsockoptExit, p{"res": 0, "fd": 3, "level": 1, "optname": 4, "val": failed}),
		}, "10.0.0.1:4000->10.0.0.2:80 client"},
		{"bind", []*event.Event{tcp, bind}, "0.0.0.0:80 server"},
		{"accept", []*event.Event{tcp, bind, made(event.Accept4Exit, p{"fd": 4, "tuple": back})}, "10.0.0.2:80->10.0.0.1:4000 server connected"},
		{"accept that failed", []*event.Event{tcp, bind, made(event.Accept4Exit, p{"fd": -11})}, "none"},
		{"send", []*event.Event{udp, made(event.SendtoExit, p{"res": 1, "fd": 3, "tuple": tuple})}, "10.0.0.1:4000->10.0.0.2:80 client connected"},
		{"receive", []*event.Event{udp, made(event.RecvfromExit, p{"res": 1, "fd": 3, "tuple": tuple})}, "10.0.0.1:4000->10.0.0.2:80 server connected"},
		{"send on what was not seen made", []*event.Event{made(event.SendtoExit, p{"res": 1, "fd": 9, "tuple": tuple})}, "10.0.0.1:4000->10.0.0.2:80 client connected"},
		{"unix", []*event.Event{
			made(event.SocketExit, p{"fd": 3, "domain": 1, "type": 1}), made(event.ConnectExit, p{"res": 0, "fd": 3, "tuple": unix}),
		}, "1->2 /run/x.sock client connected"},
		{"pair", []*event.Event{made(event.SocketpairExit, p{"res": 0, "fd1": 3, "fd2": 4, "source": 1, "peer": 2})}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := do(machine(state.Limits{}), c.events...)
			got := "none"
			if f := s.File; f != nil {
				got = string(f.Name)
				switch {
				case f.IsServer():
					got += " server"
				case f.HasRole():
					got += " client"
				}
				if f.Connected() {
					got += " connected"
				}
			}
			if got != c.want {
				t.Errorf("the socket is %q, want %q", got, c.want)
			}
		})
	}
}
