// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"bytes"
	"fmt"

	"golang.org/x/sys/unix"
)

// How much of a file is read: more than the kernel ever tells.
const (
	maxStatus = 64 << 10
	maxTable  = 16 << 20
)

// maxText is how much of a process's arguments, and of its environment, is told:
// as much as the driver's records have (MAX_TEXT in driver/bpf).
const maxText = 4096

// stat is what is in a process's file of that name.
type stat struct {
	comm                   []byte // a part of what was parsed
	state                  byte
	ppid, pgrp, session    int64
	tty                    uint32
	flags                  uint64
	minorFaults, majFaults uint64
	threads                int64
	start                  uint64 // nanoseconds since the machine's start
}

const (
	kernelThread = 0x00200000          // PF_KTHREAD in flags
	exiting      = 0x00000004          // PF_EXITING
	tick         = 1_000_000_000 / 100 // USER_HZ is 100 wherever we run
)

// parseStat takes a stat file apart. The name in it is the process's own choice,
// and is not escaped: it ends at the last parenthesis, for no field after it
// can hold one.
func parseStat(b []byte) (st stat, err error) {
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open {
		return st, fmt.Errorf("a stat file without a name in parentheses: %.40q", b)
	}
	st.comm = b[open+1 : end]
	rest := b[end+1:]
	const last = 22 // the start time is field 22 of proc(5); the state is field 3
	for field := 3; field <= last; field++ {
		var word []byte
		if word, rest = nextWord(rest); word == nil {
			return st, fmt.Errorf("a stat file with %d fields and not %d", field-1, last)
		}
		if field == 3 {
			st.state = word[0]
			continue
		}
		n, ok := signed(word)
		if !ok && field != 21 { // itrealvalue, of no use
			return st, fmt.Errorf("a stat file whose field %d is %.20q", field, word)
		}
		switch field {
		case 4:
			st.ppid = n
		case 5:
			st.pgrp = n
		case 6:
			st.session = n
		case 7:
			st.tty = uint32(n)
		case 9:
			st.flags = uint64(n)
		case 10:
			st.minorFaults = uint64(n)
		case 12:
			st.majFaults = uint64(n)
		case 20:
			st.threads = n
		case 22:
			st.start = uint64(n) * tick
		}
	}
	return st, nil
}

// gone reports whether a thread has ended, and waits for its parent to know.
func (st *stat) gone() bool { return st.state == 'Z' || st.state == 'X' || st.state == 'x' }

// status is what is in a process's file of that name.
type status struct {
	tgid                  int64
	uid, gid              uint32 // effective
	levels                int    // of pid namespaces, from the reader's on
	vtid, vpid, vpgid     int64  // in the innermost
	vmSize, vmRSS, vmSwap uint32 // KiB
	capInheritable        uint64
	capPermitted          uint64
	capEffective          uint64
}

// parseStatus takes a status file apart. Names are escaped there, so that each
// line is the kernel's.
func parseStatus(b []byte) (st status, err error) {
	st.vtid, st.vpid, st.vpgid, st.levels = -1, -1, -1, 1
	for len(b) > 0 {
		var line []byte
		line, b, _ = bytes.Cut(b, newline)
		key, value, ok := bytes.Cut(line, colon)
		if !ok {
			continue
		}
		switch string(key) {
		case "Tgid":
			st.tgid = number[int64](value, 0)
		case "Uid":
			st.uid = number[uint32](value, 1)
		case "Gid":
			st.gid = number[uint32](value, 1)
		case "NStgid":
			st.vpid, _ = innermost(value)
		case "NSpid":
			st.vtid, st.levels = innermost(value)
		case "NSpgid":
			st.vpgid, _ = innermost(value)
		case "VmSize":
			st.vmSize = number[uint32](value, 0)
		case "VmRSS":
			st.vmRSS = number[uint32](value, 0)
		case "VmSwap":
			st.vmSwap = number[uint32](value, 0)
		case "CapInh":
			st.capInheritable = hexWord(value)
		case "CapPrm":
			st.capPermitted = hexWord(value)
		case "CapEff":
			st.capEffective = hexWord(value)
		}
	}
	if st.tgid <= 0 {
		return st, fmt.Errorf("a status file without the number of its process: %.40q", b)
	}
	return st, nil
}

var (
	newline = []byte{'\n'}
	colon   = []byte{':'}
	nul     = []byte{0}
)

// number returns the word of that index as a number, 0 where it is none.
func number[T int64 | uint32](b []byte, index int) T {
	for ; ; index-- {
		var word []byte
		if word, b = nextWord(b); word == nil {
			return 0
		}
		if index == 0 {
			n, _ := signed(word)
			return T(n)
		}
	}
}

// innermost returns the last number in a line, and how many there are.
func innermost(b []byte) (last int64, n int) {
	last = -1
	for {
		var word []byte
		if word, b = nextWord(b); word == nil {
			return last, max(n, 1)
		}
		if v, ok := signed(word); ok {
			last, n = v, n+1
		}
	}
}

func hexWord(b []byte) uint64 {
	word, _ := nextWord(b)
	n, _ := hexadecimal(word)
	return n
}

// nextWord returns what comes before the next blank, or nil at the end.
func nextWord(b []byte) (word, rest []byte) {
	i := 0
	for i < len(b) && blank(b[i]) {
		i++
	}
	start := i
	for i < len(b) && !blank(b[i]) {
		i++
	}
	if start == i {
		return nil, nil
	}
	return b[start:i], b[i:]
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

func decimal(b []byte) (n uint64, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' || n > (1<<64-10)/10 {
			return 0, false
		}
		n = 10*n + uint64(c-'0')
	}
	return n, len(b) > 0
}

func signed(b []byte) (int64, bool) {
	if len(b) > 0 && b[0] == '-' {
		n, ok := decimal(b[1:])
		return -int64(n), ok
	}
	n, ok := decimal(b)
	return int64(n), ok
}

func hexadecimal(b []byte) (n uint64, ok bool) {
	for _, c := range b {
		switch {
		case n >= 1<<60:
			return 0, false
		case c >= '0' && c <= '9':
			n = n<<4 | uint64(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | uint64(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | uint64(c-'A'+10)
		default:
			return 0, false
		}
	}
	return n, len(b) > 0
}

// appendCgroups says a cgroup file as subsystem=path, each ended by a NUL: first
// the three by which containers are told apart, as the driver's records have
// them, then the other ones of version 1.
func appendCgroups(to, b []byte) []byte {
	var unified []byte
	var first [len(mainSubsystems)][]byte
	each := func(do func(subsystem, path []byte)) {
		for rest := b; len(rest) > 0; {
			var line []byte
			line, rest, _ = bytes.Cut(rest, newline)
			_, line, _ = bytes.Cut(line, colon)
			names, path, ok := bytes.Cut(line, colon)
			if !ok || len(path) == 0 || path[0] != '/' {
				continue
			}
			path = bytes.TrimSuffix(path, deleted)
			if len(names) == 0 {
				unified = path
				continue
			}
			for len(names) > 0 {
				var name []byte
				name, names, _ = bytes.Cut(names, []byte{','})
				if !bytes.ContainsRune(name, '=') { // a hierarchy with a name and without controllers
					do(name, path)
				}
			}
		}
	}
	each(func(subsystem, path []byte) {
		for i, name := range mainSubsystems {
			if string(subsystem) == name {
				first[i] = path
			}
		}
	})
	for i, name := range mainSubsystems {
		path := first[i]
		if path == nil {
			path = unified
		}
		if path != nil {
			to = append(append(append(append(to, name...), '='), path...), 0)
		}
	}
	each(func(subsystem, path []byte) {
		for _, name := range mainSubsystems {
			if string(subsystem) == name {
				return
			}
		}
		to = append(append(append(append(to, subsystem...), '='), path...), 0)
	})
	return to
}

var (
	mainSubsystems = [...]string{"cpuset", "memory", "pids"}
	deleted        = []byte(" (deleted)")
)

// parseLimit returns how many files a process may have open, -1 where the file
// does not say, or says that there is no limit.
func parseLimit(b []byte) int64 {
	for len(b) > 0 {
		var line []byte
		line, b, _ = bytes.Cut(b, newline)
		if rest, ok := bytes.CutPrefix(line, []byte("Max open files")); ok {
			word, _ := nextWord(rest)
			if n, ok := signed(word); ok {
				return n
			}
		}
	}
	return -1
}

// descriptor is what is in a file of fdinfo.
type descriptor struct {
	flags uint64 // as the kernel has them
	pid   int64  // that a pidfd stands for; 0: none
}

func parseDescriptor(b []byte) (d descriptor) {
	for len(b) > 0 {
		var line []byte
		line, b, _ = bytes.Cut(b, newline)
		key, value, ok := bytes.Cut(line, colon)
		if !ok {
			continue
		}
		switch string(key) {
		case "flags":
			word, _ := nextWord(value)
			for _, c := range word {
				if c < '0' || c > '7' || d.flags >= 1<<60 {
					d.flags = 0
					break
				}
				d.flags = d.flags<<3 | uint64(c-'0')
			}
		case "Pid":
			d.pid = max(number[int64](value, 0), 0)
		}
	}
	return d
}

// openBits are flags of open in the kernel's bits, which differ with the
// processor, and in the capture format's.
var openBits = [...]struct {
	from uint64
	to   uint32
}{
	{unix.O_CREAT, 1 << 2},
	{unix.O_APPEND, 1 << 3},
	{unix.O_DSYNC, 1 << 4},
	{unix.O_EXCL, 1 << 5},
	{unix.O_NONBLOCK, 1 << 6},
	{unix.O_SYNC, 1 << 7},
	{unix.O_TRUNC, 1 << 8},
	{unix.O_DIRECT, 1 << 9},
	{unix.O_DIRECTORY, 1 << 10},
	{unix.O_CLOEXEC, 1 << 12},
	{unix.O_TMPFILE, 1 << 13},
}

// openFlags says flags in the capture format's bits. O_LARGEFILE is left out: a
// kernel of 64 bits adds it to every file.
func openFlags(v uint64) uint32 {
	var out uint32
	for _, b := range openBits {
		if v&b.from == b.from {
			out |= b.to
		}
	}
	switch v & unix.O_ACCMODE {
	case unix.O_RDONLY:
		out |= 1
	case unix.O_WRONLY:
		out |= 2
	case unix.O_RDWR:
		out |= 3
	}
	return out
}
