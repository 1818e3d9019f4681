// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/syntax"
)

// condition returns a rule's condition with its exceptions:
//
//	(condition) and not (exception) and not (exception)
func (l *loader) condition(r *Rule) syntax.Expr {
	e := l.parse(&r.text, r.Context(), r.src)
	and := &syntax.And{Args: []syntax.Expr{e}}
	if e != nil {
		and.At = e.Span()
	}
	for _, x := range r.Exceptions {
		in := append(r.Context(), diag.Place{Kind: "exception", Name: x.Name.Value, Pos: x.Name.Pos})
		if cases := l.exception(x, in); cases != nil {
			if cases = l.withLists(cases, in); cases == nil {
				return nil
			}
			and.Args = append(and.Args, &syntax.Not{Arg: cases, At: cases.Span()})
		}
	}
	if e == nil || len(and.Args) == 1 {
		return e
	}
	return and
}

// exception returns the condition that is true for an exception's cases, nil
// where it has none.
func (l *loader) exception(x *Exception, in []diag.Place) syntax.Expr {
	if x.single {
		return l.singleException(x, in)
	}
	var cases []syntax.Expr
	for _, v := range x.values {
		if v.node.Kind != yaml.SequenceNode || len(v.node.Content) != len(x.Fields) {
			l.badCase(x, v, in)
			continue
		}
		var tests []syntax.Expr
		for i, n := range v.node.Content {
			if t := l.exceptionTest(x, i, excValue{v.src, resolve(n)}, in); t != nil {
				tests = append(tests, t)
			}
		}
		if len(tests) == len(x.Fields) {
			cases = append(cases, joinAnd(tests))
		}
	}
	if len(cases) < 2 {
		return first(cases)
	}
	return &syntax.Or{Args: cases, At: syntax.Span{Start: cases[0].Span().Start, End: cases[len(cases)-1].Span().End}}
}

func first(e []syntax.Expr) syntax.Expr {
	if len(e) == 0 {
		return nil
	}
	return e[0]
}

func joinAnd(tests []syntax.Expr) syntax.Expr {
	if len(tests) == 1 {
		return tests[0]
	}
	return &syntax.And{Args: tests, At: syntax.Span{Start: tests[0].Span().Start, End: tests[len(tests)-1].Span().End}}
}

func (l *loader) badCase(x *Exception, v excValue, in []diag.Place) {
	src := l.src
	l.src = v.src
	defer func() { l.src = src }()
	if v.node.Kind != yaml.SequenceNode {
		l.report(v.node, diag.ExceptionTuple, fmt.Sprintf("the entry is not a list of %d values", len(x.Fields)), "put brackets around it", in...)
		return
	}
	l.report(v.node, diag.ExceptionTuple, fmt.Sprintf("%d values for %d fields", len(v.node.Content), len(x.Fields)), "", in...)
}

// singleException is one test against all values.
func (l *loader) singleException(x *Exception, in []diag.Place) syntax.Expr {
	if len(x.values) == 0 || len(x.comps) == 0 {
		return nil
	}
	t := &syntax.Test{Left: x.Fields[0], Op: x.comps[0].op, Mod: x.comps[0].mod}
	t.Right.List = true
	for _, v := range x.values {
		if v.node.Kind != yaml.ScalarNode {
			l.badValue(v, in, "the exception has a single field, so that its values are texts")
			continue
		}
		t.Right.Values = append(t.Right.Values, l.exceptionValue(v, in))
	}
	if len(t.Right.Values) == 0 {
		return nil
	}
	place(t)
	return t
}

func (l *loader) badValue(v excValue, in []diag.Place, message string) {
	src := l.src
	l.src = v.src
	l.report(v.node, diag.ExceptionTuple, message, "", in...)
	l.src = src
}

// exceptionValue returns a value of an exception as an item of a list.
func (l *loader) exceptionValue(v excValue, in []diag.Place) syntax.Value {
	t := newText(v.src, v.node)
	l.set.places.add(&t)
	at := syntax.Span{Start: t.Base, End: t.Base + syntax.Pos(t.size)}
	out, same := value(t.Value, at)
	if !same {
		l.warnAt(at, diag.ValueSplitElsewhere, fmt.Sprintf("Falco would not read %s as one value", syntax.Quote(out.Text)), in...)
	}
	return out
}

// exceptionTest is the test of field i against a value.
func (l *loader) exceptionTest(x *Exception, i int, v excValue, in []diag.Place) syntax.Expr {
	c := x.comps[i]
	t := &syntax.Test{Left: x.Fields[i], Op: c.op, Mod: c.mod}
	takesList := syntax.TakesList(c.op, c.mod)
	switch {
	case v.node.Kind == yaml.SequenceNode && !takesList:
		l.badValue(v, in, fmt.Sprintf("operator %s takes one value", c.op))
		return nil
	case v.node.Kind == yaml.SequenceNode:
		t.Right.List = true
		for _, n := range v.node.Content {
			inner := excValue{v.src, resolve(n)}
			if inner.node.Kind != yaml.ScalarNode {
				l.badValue(inner, in, "the value is not a text")
				return nil
			}
			t.Right.Values = append(t.Right.Values, l.exceptionValue(inner, in))
		}
	case v.node.Kind != yaml.ScalarNode:
		l.badValue(v, in, "the value is not a text")
		return nil
	default:
		t.Right = l.exceptionRight(c, takesList, v, in)
	}
	place(t)
	return t
}

// exceptionRight reads a text as what stands right of an operator: it may be a
// list in parentheses, a transformer or val(…), as in the reference. What is
// none of these is one value.
func (l *loader) exceptionRight(c comparator, takesList bool, v excValue, in []diag.Place) syntax.Right {
	t := newText(v.src, v.node)
	l.set.places.add(&t)
	at := syntax.Span{Start: t.Base, End: t.Base + syntax.Pos(t.size)}
	literal := strings.Contains(t.Value, " ") && t.Value[0] != '"' && t.Value[0] != '\''
	switch {
	case t.Value == "":
	case takesList && t.Value[0] == '(':
		if r, err := syntax.ParseRight(c.op, c.mod, t.Value, t.Base); err == nil {
			return r
		}
	case takesList:
		// The parenthesis stands in front of the text.
		if r, err := syntax.ParseRight(c.op, c.mod, "("+t.Value+")", t.Base-1); err == nil {
			r.At = at
			return r
		}
	case !literal:
		if r, err := syntax.ParseRight(c.op, c.mod, t.Value, t.Base); err == nil {
			return r
		}
	}
	if !literal || takesList {
		l.warnAt(at, diag.ValueSplitElsewhere, fmt.Sprintf("Falco would not read %s as one value", syntax.Quote(t.Value)), in...)
	}
	return syntax.Right{Values: []syntax.Value{{Text: t.Value, Quoted: true, At: at}}, List: takesList, At: at}
}

// place gives a test that was put together the place of its values.
func place(t *syntax.Test) {
	if n := len(t.Right.Values); n > 0 && t.Right.At == (syntax.Span{}) {
		t.Right.At = syntax.Span{Start: t.Right.Values[0].At.Start, End: t.Right.Values[n-1].At.End}
	}
	t.At, t.OpAt = t.Right.At, t.Right.At
}
