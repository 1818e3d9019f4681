// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/syntax"
)

// Bounds on conditions with their macros put in: how many tests they can have,
// and how deep they can be nested.
const (
	maxTests = 100_000
	maxDepth = 2000
)

// maxAppended is for how many parts of a condition it is looked whether they
// mean what they seem to.
const maxAppended = 8

// link turns the collected items into what they mean together: conditions are
// parsed, lists put in, macros found.
func (l *loader) link() {
	l.resolveLists()
	for _, m := range l.set.Macros {
		m.Condition = l.parse(&m.text, m.Context(), m.src)
	}
	for _, r := range l.set.Rules {
		r.Desc = strings.Join(r.descs, " ")
		r.Tags = slices.Compact(slices.Sorted(slices.Values(r.tags)))
		if r.Output.parts != nil {
			l.set.places.add(&r.Output)
		}
		if r.Source == syscallSource {
			r.Condition = l.condition(r)
		}
	}
	for _, m := range l.set.Macros {
		if !l.findMacros(m.Condition, m) {
			m.Condition = nil
		}
	}
	for _, m := range l.set.Macros {
		l.measure(m)
	}
	for _, r := range l.set.Rules {
		if !l.findMacros(r.Condition, nil) || r.Condition != nil && !l.fits(l.size(r.Condition), r.Condition, "rule "+r.Name.Value) {
			r.Condition = nil
		}
	}
	l.unused()
}

// parse parses a condition and puts lists in. It returns nil and reports why
// where it cannot.
func (l *loader) parse(t *Text, in []diag.Place, src *source) syntax.Expr {
	if t.parts == nil {
		return nil
	}
	l.set.places.add(t)
	e, err := syntax.Parse(t.Value, t.Base)
	if err != nil {
		l.syntaxError(err, in)
		return nil
	}
	if len(t.parts) > 1 {
		l.appended(t, e, in)
	}
	return l.withLists(e, in)
}

// withLists puts lists in. It returns nil where that cannot be done.
func (l *loader) withLists(e syntax.Expr, in []diag.Place) syntax.Expr {
	errors := l.diags.Errors()
	e = l.putLists(e, in)
	if l.diags.Errors() > errors {
		return nil
	}
	return e
}

func (l *loader) syntaxError(err error, in []diag.Place) {
	var e *syntax.Error
	if !errors.As(err, &e) {
		l.diags.Add(diag.Diagnostic{Code: diag.ExpectedTest, Message: err.Error(), Context: in})
		return
	}
	l.errorAt(e.At, e.Code, e.Message, e.Hint, in...)
}

func (l *loader) errorAt(at syntax.Span, code diag.Code, message, hint string, in ...diag.Place) {
	l.addAt(at, diag.Diagnostic{Code: code, Message: message, Hint: hint, Context: in})
}

func (l *loader) warnAt(at syntax.Span, code diag.Code, message string, in ...diag.Place) {
	l.addAt(at, diag.Diagnostic{Severity: diag.Warning, Code: code, Message: message, Context: in})
}

func (l *loader) addAt(at syntax.Span, d diag.Diagnostic) {
	if l.diags.Keeps(d.Severity) {
		d.Pos, d.End = l.set.Place(at)
	}
	l.diags.Add(d)
}

// appended warns where a condition that was put together from parts is not
// what one would read: the earlier parts in parentheses, and then the rest.
func (l *loader) appended(t *Text, e syntax.Expr, in []diag.Place) {
	for _, p := range t.parts[1:min(len(t.parts), maxAppended)] {
		before := t.Value[:p.start-1]
		grouped, err := syntax.Parse("("+before+")"+t.Value[p.start-1:], 0)
		if err != nil || flat(grouped) == flat(e) {
			continue
		}
		l.warnAt(syntax.Span{Start: t.Base + syntax.Pos(p.start), End: t.Base + syntax.Pos(p.start+p.to-p.from)},
			diag.AppendPrecedence, "the condition is appended as text and means "+excerpt(syntax.Print(e)), in...)
	}
}

// flat prints an expression without the parentheses that change nothing.
func flat(e syntax.Expr) string { return syntax.Print(flatten(e)) }

func flatten(e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case *syntax.And:
		var args []syntax.Expr
		for _, a := range e.Args {
			a = flatten(a)
			if inner, ok := a.(*syntax.And); ok {
				args = append(args, inner.Args...)
			} else {
				args = append(args, a)
			}
		}
		return &syntax.And{Args: args}
	case *syntax.Or:
		var args []syntax.Expr
		for _, a := range e.Args {
			a = flatten(a)
			if inner, ok := a.(*syntax.Or); ok {
				args = append(args, inner.Args...)
			} else {
				args = append(args, a)
			}
		}
		return &syntax.Or{Args: args}
	case *syntax.Not:
		return &syntax.Not{Arg: flatten(e.Arg)}
	}
	return e
}

// excerpt shortens a condition for a message.
func excerpt(s string) string {
	const limit = 120
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return string(r[:limit/2]) + " … " + string(r[len(r)-limit/2:])
}

// walk calls f for each macro that an expression names.
func walk(e syntax.Expr, f func(*syntax.Macro)) {
	switch e := e.(type) {
	case *syntax.And:
		for _, a := range e.Args {
			walk(a, f)
		}
	case *syntax.Or:
		for _, a := range e.Args {
			walk(a, f)
		}
	case *syntax.Not:
		walk(e.Arg, f)
	case *syntax.Macro:
		f(e)
	}
}

// findMacros marks the macros that a condition uses, and reports those that
// there are not. A macro sees those whose first definition is before its own
// last change; a rule sees all. It reports whether there are all of them.
func (l *loader) findMacros(e syntax.Expr, user *Macro) bool {
	found := true
	walk(e, func(n *syntax.Macro) {
		m := l.set.macros[n.Name]
		if m != nil && (user == nil || m.index < user.visibility) {
			m.Used = true
			return
		}
		found = false
		if m == nil && l.set.Broken {
			return
		}
		d := diag.Diagnostic{Code: diag.UndefinedMacro, Message: fmt.Sprintf("undefined macro %s", n.Name)}
		switch {
		case m == user && m != nil:
			d.Message = fmt.Sprintf("macro %s uses itself", n.Name)
		case m != nil:
			d.Hint = "a macro can use only those that are defined before it; move one of them"
			d.Related = []diag.Related{{Pos: m.Name.Pos, Message: "it is defined here, later"}}
			m.Used = true
		case l.lists[n.Name] != nil:
			d.Hint = fmt.Sprintf("%s is a list; write field in (%s)", n.Name, n.Name)
		default:
			if s := l.diags.Suggest(n.Name, names(l.set.Macros)); s != "" {
				d.Hint = fmt.Sprintf("did you mean %s?", s)
			}
		}
		l.addAt(n.At, d)
	})
	return found
}

// measure finds out how large a macro is, and finds macros that use each other.
func (l *loader) measure(m *Macro) {
	if m.state != unvisited {
		return
	}
	m.state = active
	cycle := false
	walk(m.Condition, func(n *syntax.Macro) {
		inner := l.set.macros[n.Name]
		if inner == nil || inner.index >= m.visibility {
			return
		}
		l.measure(inner)
		if inner.state == active {
			cycle = true
			l.errorAt(n.At, diag.MacroCycle, fmt.Sprintf("macro %s uses macro %s, which uses it in turn", m.Name.Value, n.Name), "", m.Context()...)
		}
	})
	if cycle {
		m.Condition = nil
	}
	if m.Condition != nil {
		m.size = l.size(m.Condition)
		if !l.fits(m.size, m.Condition, "macro "+m.Name.Value) {
			m.Condition, m.size = nil, size{}
		}
	}
	m.state = done
}

// A size is how many tests a condition has, and how deep they are.
type size struct{ tests, depth int }

// fits reports whether a condition is small enough, and reports where it is not.
func (l *loader) fits(s size, e syntax.Expr, what string) bool {
	switch {
	case s.tests > maxTests:
		l.errorAt(e.Span(), diag.ConditionTooLarge, fmt.Sprintf("with its macros put in, %s has more than %d tests", what, maxTests), "")
	case s.depth > maxDepth:
		l.errorAt(e.Span(), diag.TooDeep, fmt.Sprintf("with its macros put in, %s is nested deeper than %d", what, maxDepth), "")
	default:
		return true
	}
	return false
}

// size measures a condition, as far as it may be large.
func (l *loader) size(e syntax.Expr) size {
	var s size
	add := func(args []syntax.Expr) {
		for _, a := range args {
			inner := l.size(a)
			s.tests, s.depth = min(s.tests+inner.tests, maxTests+1), max(s.depth, inner.depth)
		}
		s.depth++
	}
	switch e := e.(type) {
	case *syntax.And:
		add(e.Args)
	case *syntax.Or:
		add(e.Args)
	case *syntax.Not:
		add([]syntax.Expr{e.Arg})
	case *syntax.Macro:
		if m := l.set.macros[e.Name]; m != nil {
			s = m.size
			s.depth++
		}
	case *syntax.Test:
		return size{1, 1}
	}
	return s
}

// unused warns about macros and lists that nothing uses.
func (l *loader) unused() {
	if l.set.Broken {
		return
	}
	for _, m := range l.set.Macros {
		if !m.Used {
			l.diags.Add(diag.Diagnostic{
				Severity: diag.Warning, Code: diag.UnusedMacro, Pos: m.Name.Pos, End: m.Name.End,
				Message: fmt.Sprintf("macro %s is not used", m.Name.Value),
			})
		}
	}
	for _, x := range l.set.Lists {
		if !x.Used {
			l.diags.Add(diag.Diagnostic{
				Severity: diag.Warning, Code: diag.UnusedList, Pos: x.Name.Pos, End: x.Name.End,
				Message: fmt.Sprintf("list %s is not used", x.Name.Value),
			})
		}
	}
}

// splice returns an expression with its macros put in. Macros are spliced once
// and shared.
func (s *Set) splice(e syntax.Expr, known map[*Macro]syntax.Expr) syntax.Expr {
	args := func(in []syntax.Expr) []syntax.Expr {
		out := make([]syntax.Expr, len(in))
		for i, a := range in {
			out[i] = s.splice(a, known)
		}
		return out
	}
	switch e := e.(type) {
	case *syntax.And:
		return &syntax.And{Args: args(e.Args), At: e.At}
	case *syntax.Or:
		return &syntax.Or{Args: args(e.Args), At: e.At}
	case *syntax.Not:
		return &syntax.Not{Arg: s.splice(e.Arg, known), At: e.At}
	case *syntax.Macro:
		m := s.macros[e.Name]
		if m == nil || m.Condition == nil {
			return e
		}
		if known[m] == nil {
			known[m] = s.splice(m.Condition, known)
		}
		return known[m]
	}
	return e
}
