// SPDX-License-Identifier: Apache-2.0

package upgrade

import (
	"sync"

	"github.com/lanner-project/lanner/engine/event"
)

// A role is what an event of a type is to an Upgrader.
type role uint8

const (
	single role = iota // no side of a syscall
	begin              // merged into the end
	end
	gone // it has no newest form
)

// A row says what becomes of events of a type.
type row struct {
	role     role
	numbered bool // a begin that counts
	stored   bool // a begin whose parameters the end needs
	complete int  // an event with so many parameters or more stays as it is
	plans    []plan
}

// A plan makes the newest form of events of one type with one number of
// parameters. The zero plan leaves them as they are.
type plan struct {
	to        event.Type
	fromBegin bool // some parameters come from there
	steps     []step
}

// A step makes a parameter.
type step struct {
	source source
	index  uint8
	skip   uint8 // so many of its first bytes are left out
	most   uint8 // it is cut to so many bytes; 0: it is not
	zeros  uint8 // how many it is where the source has none
}

type source uint8

const (
	nowhere source = iota
	ownParam
	beginParam
	containerJSON
)

// plan returns the plan for an event with n parameters; nil: it stays as it is.
func (r *row) plan(n int) *plan {
	if n >= r.complete {
		return nil
	}
	p := &r.plans[min(n, len(r.plans)-1)]
	if p.steps == nil {
		return nil
	}
	return p
}

// complete says for each type with how many parameters an event stays as it is
// whatever began before: what most events of a new capture are asked, in few
// bytes. 255 stands for never.
var complete = sync.OnceValue(func() *[event.NumTypes]uint8 {
	var table [event.NumTypes]uint8
	for t, r := range rows() {
		table[t] = 255
		if r.role == single || r.role == end {
			table[t] = uint8(r.complete)
		}
	}
	return &table
})

// rows returns the row of each type.
var rows = sync.OnceValue(func() *[event.NumTypes]row {
	var table [event.NumTypes]row
	for t := range event.Type(event.NumTypes) {
		table[t] = makeRow(t)
	}
	for t := range table {
		if table[t].role == begin && t+1 < len(table) {
			table[t].stored = table[t+1].readsBegin()
		}
	}
	return &table
})

func (r *row) readsBegin() bool {
	for i := range r.plans {
		if r.plans[i].fromBegin {
			return true
		}
	}
	return false
}

func makeRow(t event.Type) row {
	info := t.Info()
	syscall := info.Origin == event.OriginSyscall
	switch to, ok := newest(t); {
	case info.Flags&event.Unused != 0, !ok:
		return row{role: gone}
	case syscall && t.IsEnter():
		return row{role: begin, numbered: numbered[t]}
	default:
		r := row{role: single}
		if syscall {
			r.role = end
		}
		r.plans, r.complete = makePlans(t, to)
		return r
	}
}

// newest returns the newest type that tells the same as t does, and whether
// there is one.
func newest(t event.Type) (event.Type, bool) {
	info := t.Info()
	if info.Flags&event.Old == 0 || info.Origin == event.OriginSyscall && t.IsEnter() {
		return t, true
	}
	if to, ok := otherName[t]; ok {
		return to, true
	}
	for _, to := range event.TypesNamed(info.Name) {
		if to.IsEnter() == t.IsEnter() && to.Info().Flags&event.Old == 0 {
			return to, true
		}
	}
	return 0, false
}

// makePlans returns the plans for each number of parameters, and with how many
// there is none.
func makePlans(from, to event.Type) (plans []plan, complete int) {
	last := len(from.Info().Common())
	for n := range last + 1 {
		p := makePlan(from, to, n)
		if from == to && (n == last || !p.fromBegin && !grown[to]) {
			p = plan{}
		}
		if p.steps != nil {
			complete = n + 1
		}
		plans = append(plans, p)
	}
	if from != to {
		complete = event.MaxParams + 1
	}
	return plans, complete
}

// makePlan returns the plan for events of type from with n parameters.
func makePlan(from, to event.Type, n int) plan {
	p := plan{to: to}
	var begin []event.Param
	if info := from.Info(); info.Origin == event.OriginSyscall && from > 0 {
		begin = (from - 1).Info().Params
	}
	own := from.Info().Params[:n]
	for i := range to.Info().Common() {
		s := makeStep(from, to, i, own, begin)
		p.fromBegin = p.fromBegin || s.source == beginParam
		p.steps = append(p.steps, s)
	}
	return p
}

func makeStep(from, to event.Type, i int, own, begin []event.Param) step {
	want := to.Info().Params[i]
	s := step{zeros: unknown(from, to, want)}
	if from == to && i < len(own) {
		s.source, s.index, s.zeros = ownParam, uint8(i), 0
		return s
	}
	name := want.Name
	if other, ok := otherSource[named{from, want.Name}]; ok {
		name = other
	}
	if name == madeJSON {
		s.source = containerJSON
		return s
	}
	if j := find(own, name, want.Flags); j >= 0 {
		s.source, s.index, s.zeros = ownParam, uint8(j), 0
		s.skip, s.most = fit(own[j].Kind, want.Kind)
	} else if j := find(begin, name, want.Flags); j >= 0 {
		s.source, s.index = beginParam, uint8(j)
		s.skip, s.most = fit(begin[j].Kind, want.Kind)
	}
	return s
}

// find returns the index of the parameter with a name; -1: there is none. Two
// parameters whose values have names of their own are the same only if these
// are: both sides of execveat have flags.
func find(params []event.Param, name string, flags *event.FlagSet) int {
	for i := range params {
		if p := &params[i]; p.Name == name && (p.Flags == nil || flags == nil || p.Flags == flags) {
			return i
		}
	}
	return -1
}

// fit returns what of a value of one kind makes one of another.
func fit(have, want event.Kind) (skip, most uint8) {
	if have == event.KindDynamic && want != have {
		skip = 1 // which of its kinds it has
	}
	if w := want.Width(); w > 0 && w != have.Width() {
		most = uint8(w)
	}
	return skip, most
}

// unknown returns how many zeros a parameter is of which nothing is known.
func unknown(from, to event.Type, p event.Param) uint8 {
	switch p.Kind {
	case event.KindFD, event.KindFD32, event.KindPID, event.KindPID32, event.KindUID, event.KindGID:
		return 0
	}
	isEmpty := emptied[to] || from != to && !accepted[to]
	if isEmpty && !zeroed[named{to, p.Name}] {
		return 0
	}
	return uint8(p.Kind.Width())
}
