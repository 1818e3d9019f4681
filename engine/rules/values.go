// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/syntax"
)

// The reference puts the items of lists and the values of exceptions into the
// text of conditions before it parses them. Here each is one value, of the same
// content wherever the reference's makes sense: quotes around a whole item are
// dropped, a blank does not end it, a word may be the name of a list. What would
// break the reference's condition, a comma or a parenthesis, is a part of the
// value.

// maxValues bounds how many values lists can have that contain other lists.
const maxValues = 1_000_000

// A visit is how far a walk through names that name each other has come.
type visit uint8

const (
	unvisited visit = iota
	active
	done
)

// value returns the value that an item stands for. It reports false where the
// reference would read something else.
func value(text string, at syntax.Span) (syntax.Value, bool) {
	v := syntax.Value{Text: text, At: at}
	switch {
	case text == "":
		v.Quoted = true
		return v, false
	case text[0] == '"' || text[0] == '\'':
		r, err := syntax.ParseRight("=", "", text, at.Start)
		if err != nil || len(r.Values) != 1 {
			v.Quoted = true
			return v, false
		}
		return r.Values[0], true
	case strings.Contains(text, " "):
		v.Quoted = true
		return v, !strings.ContainsAny(text, `"\`)
	case !syntax.IsBare(text):
		v.Quoted = true
		return v, false
	}
	return v, true
}

// resolveLists gives each list its values, those of the lists in it included.
func (l *loader) resolveLists() {
	for _, x := range l.set.Lists {
		// A text for all items together: their values need places.
		x.text = Text{parts: make([]part, 0, len(x.items))}
		for _, it := range x.items {
			x.text.append(it.src, it.node, 0, len(it.node.Value))
		}
		l.set.places.reserve(&x.text)
	}
	for _, x := range l.set.Lists {
		l.resolveList(x)
	}
}

func (l *loader) resolveList(x *List) {
	if x.state != unvisited {
		return
	}
	x.state = active
	x.values = make([]syntax.Value, 0, len(x.items))
	for i, it := range x.items {
		start := x.text.Base + syntax.Pos(x.text.parts[i].start)
		at := syntax.Span{Start: start, End: start + syntax.Pos(len(it.node.Value))}
		v, same := value(it.node.Value, at)
		if !same {
			l.warnAt(at, diag.ValueSplitElsewhere, fmt.Sprintf("Falco would not read %s as one value", syntax.Quote(v.Text)), x.place())
		}
		inner := l.lists[v.Text]
		if v.Quoted || inner == nil || inner == x {
			// Its own name in a list is a value like any other: there are lists
			// that are named like the program that they are about.
			x.values = append(x.values, v)
			l.values++
			continue
		}
		inner.Used = true
		if inner.state == active {
			l.warnAt(at, diag.ListCycle, fmt.Sprintf("list %s contains list %s, which contains it in turn", x.Name.Value, v.Text), x.place())
			x.values = append(x.values, v)
			continue
		}
		l.resolveList(inner)
		x.values = l.appendValues(x.values, inner.values, at)
	}
	x.state = done
}

// appendValues appends a list's values, unless there are too many.
func (l *loader) appendValues(to, values []syntax.Value, at syntax.Span) []syntax.Value {
	before := l.values
	l.values += len(values)
	if l.values > maxValues {
		if before <= maxValues {
			l.errorAt(at, diag.ConditionTooLarge, fmt.Sprintf("with the lists in them, lists have more than %d values", maxValues), "")
		}
		return to
	}
	return append(to, values...)
}

func (x *List) place() diag.Place {
	return diag.Place{Kind: "list", Name: x.Name.Value, Pos: x.Name.Pos}
}

// putLists returns the condition with the names of lists replaced by their
// values. Parts without any stay the same.
func (l *loader) putLists(e syntax.Expr, in []diag.Place) syntax.Expr {
	switch e := e.(type) {
	case *syntax.And:
		if args, changed := l.putListsIn(e.Args, in); changed {
			return &syntax.And{Args: args, At: e.At}
		}
	case *syntax.Or:
		if args, changed := l.putListsIn(e.Args, in); changed {
			return &syntax.Or{Args: args, At: e.At}
		}
	case *syntax.Not:
		if arg := l.putLists(e.Arg, in); arg != e.Arg {
			return &syntax.Not{Arg: arg, At: e.At}
		}
	case *syntax.Test:
		if values, changed := l.putValues(e, in); changed {
			t := *e
			t.Right.Values = values
			// "in name" without parentheses takes a word; what stands for it may
			// be more than that.
			if !t.Right.List && syntax.TakesList(t.Op, "") && (values[0].Quoted || !syntax.IsMacroName(values[0].Text)) {
				t.Right.List = true
			}
			return &t
		}
	}
	return e
}

func (l *loader) putListsIn(args []syntax.Expr, in []diag.Place) ([]syntax.Expr, bool) {
	var out []syntax.Expr
	for i, a := range args {
		b := l.putLists(a, in)
		if b != a && out == nil {
			out = append(make([]syntax.Expr, 0, len(args)), args[:i]...)
		}
		if out != nil {
			out = append(out, b)
		}
	}
	return out, out != nil
}

// putValues returns the values of a test with the names of lists replaced, and
// whether there were any.
func (l *loader) putValues(t *syntax.Test, in []diag.Place) ([]syntax.Value, bool) {
	var out []syntax.Value
	for i, v := range t.Right.Values {
		var x *List
		if !v.Quoted {
			x = l.lists[v.Text]
		}
		if x == nil {
			if out != nil {
				out = append(out, v)
			}
			continue
		}
		x.Used = true
		if !t.Right.List {
			return l.listAsValue(t, x, v, in)
		}
		if len(t.Right.Values) == 1 {
			return x.values, true // shared by all tests that are against this list
		}
		if out == nil {
			out = append(make([]syntax.Value, 0, len(t.Right.Values)+len(x.values)), t.Right.Values[:i]...)
		}
		out = l.appendValues(out, x.values, v.At)
	}
	return out, out != nil
}

// listAsValue handles a list's name where one value belongs: as in the
// reference a list of one item is that item.
func (l *loader) listAsValue(t *syntax.Test, x *List, v syntax.Value, in []diag.Place) ([]syntax.Value, bool) {
	if len(x.values) == 1 {
		return x.values, true
	}
	hint := fmt.Sprintf("put quotes around %s if the word itself is meant", v.Text)
	if syntax.TakesList(t.Op, "") || t.Op == "=" || t.Op == "==" {
		hint = fmt.Sprintf("write in (%s), or put quotes around it if the word itself is meant", v.Text)
	} else if syntax.TakesList(t.Op, "anyof") {
		hint = fmt.Sprintf("write %s anyof (%s), or put quotes around it if the word itself is meant", t.Op, v.Text)
	}
	l.addAt(v.At, diag.Diagnostic{
		Code: diag.ListAsValue, Hint: hint, Context: in,
		Message: fmt.Sprintf("%s is a list of %d values, and %s takes one", v.Text, len(x.values), t.Op),
		Related: []diag.Related{{Pos: x.Name.Pos, Message: "the list is defined here"}},
	})
	return nil, false
}
