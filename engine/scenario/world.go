// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"encoding/binary"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
)

// maxComm is how long the kernel lets a thread's name be.
const maxComm = 15

// A World is what a list of lines says: what there was, and what happens.
type World struct {
	Snapshot []func(event.Snapshot) // what there was, in order
	Events   []event.Event

	at    []diag.Pos // of each event's line
	now   time.Time
	procs map[int64]proc
}

// A proc is what is known of a thread, by the names of the parameters that
// speak of it. Events that leave such a parameter out get what is known.
type proc map[string]word

func newWorld() *World {
	return &World{now: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), procs: make(map[int64]proc)}
}

// A lineError is what is wrong with a line, and where.
type lineError struct {
	pos     diag.Pos
	message string
}

func (e *lineError) Error() string { return e.message }

func badWord(w word, format string, args ...any) error {
	return &lineError{pos: w.pos, message: fmt.Sprintf(format, args...)}
}

// add takes one line: "proc", "file", "user", "group", "machine", or an event.
func (w *World) add(words []word) error {
	switch words[0].value {
	case "machine":
		return w.addMachine(words[1:])
	case "user":
		return w.addUser(words[1:])
	case "group":
		return w.addGroup(words[1:])
	case "proc":
		return w.addProc(words[1:])
	case "file":
		return w.addFile(words[1:])
	}
	return w.addEvent(words)
}

// A setter reads the words of a line into variables and reports words that the
// line does not know.
type setter map[string]func(word) error

func (s setter) read(words []word) error {
	for _, w := range words {
		set, known := s[w.key]
		if !known {
			names := make([]string, 0, len(s))
			for name := range s {
				names = append(names, name)
			}
			slices.Sort(names)
			return badWord(w, "%q is not known here; write NAME=VALUE, where NAME is one of %s", w.key, strings.Join(names, ", "))
		}
		if err := set(w); err != nil {
			return badWord(w, "%s: %v", w.key, err)
		}
	}
	return nil
}

func text[T ~string | ~[]byte](v *T) func(word) error {
	return func(w word) error { *v = T(w.value); return nil }
}

func integer[T int64 | uint64 | uint32 | uint16](v *T) func(word) error {
	return func(w word) error {
		n, err := strconv.ParseInt(w.value, 0, 64)
		if err != nil || int64(T(n)) != n {
			return fmt.Errorf("%q is not a number that fits", w.value)
		}
		*v = T(n)
		return nil
	}
}

func boolean(v *bool) func(word) error {
	return func(w word) (err error) { *v, err = strconv.ParseBool(w.value); return err }
}

func (w *World) addMachine(words []word) error {
	m := event.Machine{CPUs: 1, MaxPID: 1 << 22, Hostname: "machine"}
	boot := func(word word) error {
		t, err := time.Parse(time.RFC3339Nano, word.value)
		m.BootTime = uint64(t.UnixNano())
		return err
	}
	start := func(word word) (err error) { w.now, err = time.Parse(time.RFC3339Nano, word.value); return err }
	err := setter{"cpus": integer(&m.CPUs), "hostname": text(&m.Hostname), "memory": integer(&m.Memory), "boot": boot, "time": start}.read(words)
	w.Snapshot = append(w.Snapshot, func(s event.Snapshot) { s.Machine(&m) })
	return err
}

func (w *World) addUser(words []word) error {
	u := event.User{Shell: "/bin/sh", Home: "/"}
	err := setter{"uid": integer(&u.UID), "gid": integer(&u.GID), "name": text(&u.Name), "home": text(&u.Home), "shell": text(&u.Shell)}.read(words)
	w.Snapshot = append(w.Snapshot, func(s event.Snapshot) { s.User(&u) })
	return err
}

func (w *World) addGroup(words []word) error {
	var g event.Group
	err := setter{"gid": integer(&g.GID), "name": text(&g.Name)}.read(words)
	w.Snapshot = append(w.Snapshot, func(s event.Snapshot) { s.Group(&g) })
	return err
}

// addProc takes a process that is there already: "proc 100 exepath=/bin/sh".
func (w *World) addProc(words []word) error {
	tid, words, err := leadingTID("proc", words)
	if err != nil {
		return err
	}
	pr, err := complete(words)
	if err != nil {
		return err
	}
	p := event.Proc{TID: tid, PID: tid, VTID: tid, VPID: tid, SID: tid, PGID: tid, VPGID: tid, PPID: 1, CWD: []byte("/"), Root: []byte("/"), FDLimit: 1024, LoginUID: ^uint32(0)}
	joined := func(v *[]byte) func(word) error {
		return func(w word) error {
			*v = nulTerminated(w)
			return nil
		}
	}
	set := setter{
		"pid": integer(&p.PID), "ptid": integer(&p.PPID), "sid": integer(&p.SID), "pgid": integer(&p.PGID), "vpgid": integer(&p.VPGID),
		"vtid": integer(&p.VTID), "vpid": integer(&p.VPID), "comm": text(&p.Comm), "exe": text(&p.Exe), "exepath": text(&p.ExePath),
		"args": joined(&p.Args), "env": joined(&p.Env), "cgroups": joined(&p.Cgroups), "cwd": text(&p.CWD), "root": text(&p.Root),
		"uid": integer(&p.UID), "gid": integer(&p.GID), "loginuid": integer(&p.LoginUID), "tty": integer(&p.TTY), "fdlimit": integer(&p.FDLimit),
		"cap_inheritable": integer(&p.CapInheritable), "cap_permitted": integer(&p.CapPermitted), "cap_effective": integer(&p.CapEffective),
		"exe_ino": integer(&p.ExeIno), "exe_writable": boolean(&p.ExeWritable), "exe_upper_layer": boolean(&p.ExeUpperLayer),
		"exe_lower_layer": boolean(&p.ExeLowerLayer), "exe_from_memfd": boolean(&p.ExeFromMemfd),
	}
	if err := set.read(pr); err != nil {
		return err
	}
	known := make(proc)
	for _, wd := range pr {
		known[wd.key] = wd
	}
	w.procs[tid] = known
	w.Snapshot = append(w.Snapshot, func(s event.Snapshot) { s.Proc(&p) })
	return nil
}

func nulTerminated(w word) []byte {
	items := w.list
	if !w.isList {
		items = []string{w.value}
	}
	var out []byte
	for _, s := range items {
		out = append(append(out, s...), 0)
	}
	return out
}

func leadingTID(what string, words []word) (int64, []word, error) {
	if len(words) == 0 {
		return 0, nil, &lineError{message: fmt.Sprintf("%q wants a thread id: %s 100 …", what, what)}
	}
	tid, err := strconv.ParseInt(words[0].value, 10, 64)
	if err != nil || words[0].key != "" {
		return 0, nil, badWord(words[0], "%q wants a thread id first, not %q", what, words[0].value)
	}
	return tid, words[1:], nil
}

// complete adds what follows from other words: a program's name from its path,
// the control groups from the container, ppid for who thinks in processes.
func complete(words []word) ([]word, error) {
	out := slices.Clone(words)
	has := func(key string) bool { return slices.ContainsFunc(out, func(w word) bool { return w.key == key }) }
	add := func(key, value string, from word) {
		if !has(key) {
			out = append(out, word{key: key, value: value, quoted: true, pos: from.pos})
		}
	}
	for i, w := range words {
		switch w.key {
		case "ppid":
			out[i].key = "ptid"
		case "exepath":
			add("exe", w.value, w)
			name := path.Base(w.value)
			add("comm", name[:min(len(name), maxComm)], w)
		case "container":
			if len(w.value) < 12 || strings.Trim(w.value, "0123456789abcdef") != "" {
				return nil, badWord(w, "a container's id has at least 12 hexadecimal digits, not %q", w.value)
			}
			id := w.value + strings.Repeat("0", max(0, 64-len(w.value)))
			out[i] = word{key: "cgroups", isList: true, list: []string{"cpuset=/docker/" + id, "cpu=/docker/" + id, "memory=/docker/" + id}, pos: w.pos}
		}
	}
	return out, nil
}

// addFile takes a descriptor that is open already:
// "file 100 fd=3 type=regular name=/etc/passwd".
func (w *World) addFile(words []word) error {
	tid, words, err := leadingTID("file", words)
	if err != nil {
		return err
	}
	f := event.File{Type: event.FileRegular}
	tuple := func(word word) error {
		b, err := encodeTuple(word.value)
		if err != nil {
			return err
		}
		setTuple(&f, b)
		return nil
	}
	kind := func(word word) error {
		t, found := fileTypes[word.value]
		if !found {
			return fmt.Errorf("%q is not a kind of descriptor", word.value)
		}
		f.Type = t
		return nil
	}
	proto := func(word word) error {
		n := slices.Index(protocols, word.value)
		if n < 0 {
			return fmt.Errorf("%q is not one of %s", word.value, strings.Join(protocols, ", "))
		}
		f.L4 = event.L4(n)
		return nil
	}
	err = setter{
		"fd": integer(&f.FD), "type": kind, "name": text(&f.Name), "ino": integer(&f.Ino), "dev": integer(&f.Dev), "flags": integer(&f.Flags),
		"tuple": tuple, "proto": proto,
	}.read(words)
	w.Snapshot = append(w.Snapshot, func(s event.Snapshot) { s.File(tid, &f) })
	return err
}

var fileTypes = map[string]event.FileType{
	"regular": event.FileRegular, "directory": event.FileDirectory, "ipv4": event.FileIPv4, "ipv6": event.FileIPv6, "fifo": event.FileFIFO,
	"unix": event.FileUnix, "event": event.FileEvent, "signalfd": event.FileSignal, "epoll": event.FileEventPoll, "inotify": event.FileInotify,
	"timerfd": event.FileTimer, "netlink": event.FileNetlink, "bpf": event.FileBPF, "userfaultfd": event.FileUserfault, "io_uring": event.FileIOUring,
	"memfd": event.FileMemfd, "pidfd": event.FilePID,
}

// protocols are in the order of event.L4.
var protocols = []string{"unknown", "na", "tcp", "udp", "icmp", "raw"}

func setTuple(f *event.File, tuple []byte) {
	size := 4
	f.L4 = event.L4TCP
	switch tuple[0] {
	case familyUnix:
		f.Type, f.Name, f.L4 = event.FileUnix, tuple[17:len(tuple)-1], event.L4NA
		return
	case familyInet6:
		f.Type, size = event.FileIPv6, 16
	default:
		f.Type = event.FileIPv4
	}
	b := tuple[1:]
	copy(f.SrcIP[:], b[:size])
	f.SrcPort = binary.LittleEndian.Uint16(b[size:])
	copy(f.DstIP[:], b[size+2:])
	f.DstPort = binary.LittleEndian.Uint16(b[2*size+2:])
}
