// SPDX-License-Identifier: Apache-2.0

package calls

import (
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/event"
)

// A Want is what the programs do with a syscall when it returns; the bits are
// those of enum want in op.h.
type Want uint8

// The bits.
const (
	WantCall   Want = 1 << iota // record it
	WantFailed                  // also when it returned an error
	WantCount                   // count it as unseen
)

// Types is a set of types of events.
type Types map[event.Type]bool

// A Plan is what to do with each syscall of an ABI, by number.
type Plan [MaxNumber]Want

// Calls returns what is recorded of each syscall of an ABI, by number; nil where
// there is no such syscall, or its arguments cannot be told.
func Calls(abi ABI) *[MaxNumber]*Call {
	var all [MaxNumber]*Call
	for n := range all {
		name := Name(abi, n)
		if name == "" {
			continue
		}
		c := Of(name)
		if abi == IA32 {
			c = compat(name)
		}
		if c == nil {
			c = generic(name)
		}
		all[n] = c
	}
	return &all
}

// NewPlan returns what has to be recorded for rules that can match events of
// some types; nil is any type. Failed calls change no state, so those that only
// state needs are recorded when they succeeded.
func NewPlan(abi ABI, types Types) *Plan {
	var p Plan
	for n, c := range Calls(abi) {
		name := Name(abi, n)
		switch {
		case c == nil: // nothing is known of it: it is newer than the tables, or no syscall
			p[n] = WantCount
		case types == nil || types[c.Type]:
			p[n] = WantCall | WantFailed
		case c.Class&(Life|State) != 0:
			p[n] = WantCall
		}
		if name == "io_uring_enter" {
			p[n] |= WantCount // what it submits is done without a syscall
		}
		if abi == IA32 && unseen(name, types) {
			p[n] = WantCount
		}
	}
	return &p
}

// alias are names of the 32-bit interface for calls with the arguments of
// another one.
var alias = map[string]string{
	"setuid32": "setuid", "setgid32": "setgid", "setreuid32": "setreuid", "setregid32": "setregid",
	"setresuid32": "setresuid", "setresgid32": "setresgid",
	"chown32": "chown", "lchown32": "lchown", "fchown32": "fchown", "fcntl64": "fcntl",
	"getuid32": "getuid", "geteuid32": "geteuid", "getgid32": "getgid", "getegid32": "getegid",
	"getresuid32": "getresuid", "getresgid32": "getresgid",
	"stat64": "stat", "lstat64": "lstat", "fstat64": "fstat", "fstatat64": "newfstatat",
	"mmap2": "mmap", "_llseek": "lseek", "sendfile64": "sendfile", "recvmmsg_time64": "recvmmsg",
}

// compat is the row of a call of the 32-bit interface, if its arguments have
// the same layout there.
func compat(name string) *Call {
	if other := alias[name]; other != "" {
		name = other
	}
	c := Of(name)
	if c == nil || differs(c) {
		return nil
	}
	return c
}

// differs reports whether a call is made of arguments that the 32-bit interface
// lays out otherwise: structures with pointers, numbers of 64 bits.
func differs(c *Call) bool {
	switch c.Name {
	case "pread64", "pwrite64", "preadv", "pwritev", "mmap", "lseek", "sendfile", "copy_file_range",
		"ppoll", "getrlimit", "setrlimit", "setsockopt":
		return true
	}
	return slices.ContainsFunc(c.Params, func(p Param) bool {
		return different[p.Op]
	})
}

var different = func() map[Op]bool {
	set := make(map[Op]bool)
	for word, op := range words {
		if strings.Contains(word, "iovec") || strings.Contains(word, "msg") || strings.HasPrefix(word, "argv") {
			set[op] = true
		}
	}
	return set
}()

// NewForeignPlan counts all calls of an interface of which nothing can be told.
func NewForeignPlan() *Plan {
	var p Plan
	for n := range p {
		p[n] = WantCount
	}
	return &p
}

// Unmade returns, of types that rules ask for, the names that the driver makes
// no events of.
func Unmade(types Types) []string {
	made := make(map[string]bool)
	for t := range types {
		made[t.String()] = made[t.String()] || Records(t)
	}
	var names []string
	for t := range types {
		if info := t.Info(); !made[info.Name] && (info.Origin == event.OriginSyscall || info.Origin == event.OriginTracepoint) {
			names = append(names, info.Name)
			made[info.Name] = true
		}
	}
	slices.Sort(names)
	return names
}

// unseen reports whether a call of the 32-bit interface does what rules or state
// need to know, and cannot be told.
func unseen(name string, types Types) bool {
	if name == "socketcall" {
		return true
	}
	if other := alias[name]; other != "" {
		name = other
	}
	c := Of(name)
	return c != nil && differs(c) && (types == nil || types[c.Type] || c.Class&(Life|State) != 0)
}
