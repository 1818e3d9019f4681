// SPDX-License-Identifier: Apache-2.0

package calls

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/lanner-project/lanner/engine/event"
)

// A Class says how much depends on a call's record.
type Class uint8

// The classes, with the numbers of enum spec_flags in op.h.
const (
	Life   Class = 1 << iota // the life of processes: kept first
	Bulk                     // data only: given up first
	Failed                   // recorded only when it returned an error
	State                    // what is known of files and processes depends on it
)

// A Param is a parameter of a record: how it is made, and the number of the
// syscall's argument that it is made of.
type Param struct {
	Op  Op
	Arg uint8
}

// A Call is what is recorded of a syscall, or of a notice of the kernel.
type Call struct {
	Name   string // as the kernel has it
	Type   event.Type
	Class  Class
	Params []Param
}

// A Notice is what the kernel tells beside the syscalls, by its number in enum
// notice of the programs.
type Notice int

// The notices.
const (
	NoticeExec     Notice = iota // a program was started
	NoticeExecveat               // the same, by a descriptor of its folder or file
	NoticeExit                   // a thread ends
	NoticeChild                  // a thread begins, where its clone does not return
	NumNotices
)

var noticeNames = [NumNotices]string{"exec", "execveat", "exit", "child"}

//go:embed calls.txt
var callsText string

type table struct {
	calls   map[string]*Call
	notices [NumNotices]*Call
	byType  map[event.Type]*Call
}

// load reads the table. It is part of the program: a mistake in it is one of
// the program.
var load = sync.OnceValue(func() *table {
	t := &table{calls: make(map[string]*Call), byType: make(map[event.Type]*Call)}
	for i, line := range strings.Split(callsText, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if err := t.add(line); err != nil {
			panic(fmt.Sprintf("calls.txt:%d: %v", i+1, err))
		}
	}
	return t
})

func (t *table) add(line string) error {
	head, params, ok := strings.Cut(line, ":")
	if !ok {
		return fmt.Errorf("no colon")
	}
	words := strings.Fields(head)
	notice := words[0] == "notice"
	if notice {
		words = words[1:]
	}
	c := &Call{Name: words[0]}
	name := c.Name
	if words = words[1:]; len(words) > 1 && words[0] == "as" {
		name, words = words[1], words[2:]
	}
	for _, w := range words {
		class, ok := map[string]Class{"life": Life, "bulk": Bulk, "state": State, "failed": Failed}[w]
		if !ok {
			return fmt.Errorf("unknown class %q", w)
		}
		c.Class |= class
	}
	if c.Type, ok = newest(name); !ok {
		return fmt.Errorf("no event %q", name)
	}
	for w := range strings.FieldsSeq(params) {
		p, err := parseParam(w)
		if err != nil {
			return err
		}
		c.Params = append(c.Params, p)
	}
	if t.byType[c.Type] == nil {
		t.byType[c.Type] = c
	}
	if !notice {
		t.calls[c.Name] = c
		return nil
	}
	for i, n := range noticeNames {
		if n == c.Name {
			t.notices[i] = c
			return nil
		}
	}
	return fmt.Errorf("unknown notice %q", c.Name)
}

// newest finds the type by which the newest sources tell that something with a
// name happened: the return of a syscall, or a tracepoint's.
func newest(name string) (event.Type, bool) {
	for _, t := range event.TypesNamed(name) {
		if info := t.Info(); info.Flags&event.Old == 0 && (!t.IsEnter() || info.Origin == event.OriginTracepoint) {
			return t, true
		}
	}
	return 0, false
}

func parseParam(word string) (Param, error) {
	name, arg, hasArg := strings.Cut(word, ":")
	op, ok := words[name]
	if !ok {
		return Param{}, fmt.Errorf("unknown operation %q", name)
	}
	if !hasArg {
		return Param{Op: op}, nil
	}
	arg, further, _ := strings.Cut(arg, "+")
	n, err := strconv.ParseUint(arg, 10, 3)
	if err != nil || n > 5 {
		return Param{}, fmt.Errorf("no argument %q of a syscall", arg)
	}
	if further == "" {
		return Param{op, uint8(n)}, nil
	}
	bytes, err := strconv.ParseUint(further, 10, 7)
	if err != nil || bytes%4 != 0 {
		return Param{}, fmt.Errorf("%q is not a multiple of 4 below 128", further)
	}
	return Param{op, uint8(n | bytes/4<<3)}, nil
}

// Of returns what is recorded of a syscall by its name, or nil where it has no
// row: then its record has its number alone.
func Of(name string) *Call { return load().calls[name] }

// OfNotice returns what is recorded of a notice.
func OfNotice(n Notice) *Call { return load().notices[n] }

// OfType returns a call whose records are events of a type; nil if there is none.
func OfType(t event.Type) *Call { return load().byType[t] }

// Records reports whether the driver makes events of a type.
func Records(t event.Type) bool { return t == event.GenericExit || OfType(t) != nil }
