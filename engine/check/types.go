// SPDX-License-Identifier: Apache-2.0

package check

import (
	"iter"
	"slices"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/syntax"
)

// A reach is for which types of events a condition can be true, and for which
// it can be false. Both are bounds: an event of another type need not be tried.
type reach struct{ yes, no TypeSet }

// everything is the reach of a condition that says nothing about types.
func everything() reach { return reach{allTypes(), allTypes()} }

// allTypes returns the set of all types of the table.
func allTypes() TypeSet {
	var all TypeSet
	for i := range all {
		switch rest := event.NumTypes - 64*i; {
		case rest >= 64:
			all[i] = 1<<64 - 1
		case rest > 0:
			all[i] = 1<<rest - 1
		}
	}
	return all
}

func (s TypeSet) without(o TypeSet) TypeSet {
	for i := range s {
		s[i] &^= o[i]
	}
	return s
}

// isTypeField reports whether the operand is the event's type, by which events
// are given to rules.
func isTypeField(op *Operand) bool {
	return op.Transform == NoTransform && (op.Field == event.FieldEvtType || op.Field == event.FieldSyscallType)
}

// hasTypeField is isTypeField for what a transformer is applied to as well.
func hasTypeField(op *Operand) bool {
	if op.Transform == NoTransform {
		return isTypeField(op)
	}
	return slices.ContainsFunc(op.Args, func(a Argument) bool { return a.Operand != nil && hasTypeField(a.Operand) })
}

// namesTypes reports whether the operator compares types with names, which then
// limit the types.
func namesTypes(op Op) bool { return op == Equal || op == NotEqual || op == In }

// typesNamed returns the types of events of a name. Syscalls that have no type
// of their own share one, the generic.
func typesNamed(name string) (TypeSet, bool) {
	var s TypeSet
	types := event.TypesNamed(name)
	for _, t := range types {
		s.Add(t)
	}
	if len(types) > 0 {
		return s, true
	}
	if _, ok := event.LookupSyscall(name); !ok {
		return s, false
	}
	s.Add(event.GenericEnter)
	s.Add(event.GenericExit)
	return s, true
}

// typeNames yields all names of events.
func typeNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for t := range event.Type(event.NumTypes) {
			if t.Info().Flags&event.Unused == 0 && !yield(t.String()) {
				return
			}
		}
	}
}

// reachOf returns the reach of a comparison of the event's type with names.
func reachOf(op Op, mod Modifier, values []syntax.Value) reach {
	var named, own TypeSet
	for _, v := range values {
		s, _ := typesNamed(v.Text)
		named = named.or(s)
		if s.Has(event.GenericExit) && v.Text != event.GenericExit.String() {
			// One of many syscalls that share the type: of the others the
			// comparison is false.
			continue
		}
		own = own.or(s)
	}
	all := allTypes()
	is := reach{yes: named, no: all.without(own)}
	if mod != Single {
		// Which of the names have to hold hangs on the modifier.
		is.no = all
		if op == NotEqual {
			is.yes = all
		}
		return is
	}
	if op == NotEqual {
		return reach{yes: is.no, no: is.yes}
	}
	return is
}
