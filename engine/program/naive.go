// SPDX-License-Identifier: Apache-2.0

package program

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
)

// A Naive evaluates conditions as they are written, one test after the other.
// It is what Program is held against, and shares no more with it than how a glob
// matches and which kinds are numbers. It is slow, and it can tell what it saw.
//
// It may be used by one goroutine at a time.
type Naive struct {
	rules    []check.Rule
	operands map[*check.Operand]extract.Extractor
}

// NewNaive prepares rules for naive evaluation.
func NewNaive(rules []check.Rule) (*Naive, error) {
	n := &Naive{rules: rules, operands: make(map[*check.Operand]extract.Extractor)}
	for i := range rules {
		for t := range tests(rules[i].Condition) {
			for _, op := range []*check.Operand{&t.Left, t.Field} {
				if op == nil {
					continue
				}
				x, err := extract.Compile(*op)
				if err != nil {
					return nil, fmt.Errorf("rule %q: %w", rules[i].Name, err)
				}
				n.operands[op] = x
			}
		}
	}
	return n, nil
}

// tests yields all tests of a condition.
func tests(x check.Expr) func(yield func(*check.Test) bool) {
	return func(yield func(*check.Test) bool) { walkTests(x, yield) }
}

func walkTests(x check.Expr, yield func(*check.Test) bool) bool {
	switch x := x.(type) {
	case check.And:
		return !slices.ContainsFunc(x, func(kid check.Expr) bool { return !walkTests(kid, yield) })
	case check.Or:
		return !slices.ContainsFunc(x, func(kid check.Expr) bool { return !walkTests(kid, yield) })
	case check.Not:
		return walkTests(x.X, yield)
	case *check.Test:
		return yield(x)
	}
	return true
}

// Match returns the numbers of all rules that are enabled, are asked about
// events of the type, and match ctx's event.
func (n *Naive) Match(ctx *extract.Context) []int {
	var matched []int
	for i := range n.rules {
		if r := &n.rules[i]; r.Enabled && r.Types.Has(ctx.Event.Type) && n.Explain(ctx, i).True {
			matched = append(matched, i)
		}
	}
	return matched
}

// A Trace is a condition, or a part of one, and what became of it for an event.
type Trace struct {
	Expr check.Expr
	True bool
	Kids []*Trace // of And, Or and Not: what was looked at, in order

	// Of a test: the values, and if there are none on a side, why. Where the
	// left side has none, the right one is not looked at.
	Left, Right       []extract.Value
	LeftWhy, RightWhy extract.Reason
}

// Explain evaluates the condition of a rule for ctx's event, from left to right
// and no further than needed. The values are valid until the next event.
func (n *Naive) Explain(ctx *extract.Context, rule int) *Trace {
	return n.eval(ctx, n.rules[rule].Condition)
}

// Eval evaluates a part of the condition of one of the rules for ctx's event.
func (n *Naive) Eval(ctx *extract.Context, x check.Expr) *Trace { return n.eval(ctx, x) }

func (n *Naive) eval(ctx *extract.Context, x check.Expr) *Trace {
	trace := &Trace{Expr: x}
	switch x := x.(type) {
	case check.And:
		trace.True = true
		for _, kid := range x {
			trace.Kids = append(trace.Kids, n.eval(ctx, kid))
			if !trace.Kids[len(trace.Kids)-1].True {
				trace.True = false
				break
			}
		}
	case check.Or:
		for _, kid := range x {
			trace.Kids = append(trace.Kids, n.eval(ctx, kid))
			if trace.Kids[len(trace.Kids)-1].True {
				trace.True = true
				break
			}
		}
	case check.Not:
		trace.Kids = []*Trace{n.eval(ctx, x.X)}
		trace.True = !trace.Kids[0].True
	case *check.Test:
		n.test(ctx, x, trace)
	}
	return trace
}

// test fills in the trace of a test.
func (n *Naive) test(ctx *extract.Context, t *check.Test, trace *Trace) {
	trace.Left, trace.LeftWhy = n.read(ctx, &t.Left)
	if len(trace.Left) == 0 {
		return
	}
	right := t.Right
	if t.Field != nil {
		trace.Right, trace.RightWhy = n.read(ctx, t.Field)
		if len(trace.Right) == 0 {
			return
		}
		right = nil
		for _, v := range trace.Right {
			right = append(right, constantOf(t.Field.Kind, v))
		}
	}
	one := func(v extract.Value) bool { return compareOne(t, v, right) }
	switch {
	case t.Op == check.Exists:
		trace.True = true
	case t.Op == check.In && t.Left.List, t.Op == check.NotEqual && bothSides(t.Left.Field):
		trace.True = !slices.ContainsFunc(trace.Left, func(v extract.Value) bool { return !one(v) })
	default:
		trace.True = slices.ContainsFunc(trace.Left, one)
	}
}

// read returns an operand's values, or why there are none.
func (n *Naive) read(ctx *extract.Context, op *check.Operand) ([]extract.Value, extract.Reason) {
	x := n.operands[op]
	var values []extract.Value
	if x.Many != nil {
		values = x.Many(ctx, nil)
	} else if v, ok := x.One(ctx); ok {
		values = []extract.Value{v}
	}
	if len(values) == 0 {
		return nil, ctx.Why(*op)
	}
	return values, extract.Present
}

// bothSides are the fields with a value for each end of a connection.
func bothSides(f event.FieldID) bool {
	return f == event.FieldFDIP || f == event.FieldFDPort || f == event.FieldFDProto || f == event.FieldFDNet
}

// constantOf turns the value of a field into what a constant would be.
func constantOf(k event.Kind, v extract.Value) check.Value {
	c := check.Value{Text: string(v.Bytes), Num: v.Num, Float: math.Float64frombits(v.Num)}
	if a, ok := netip.AddrFromSlice(v.Bytes); ok && familyOf(k) == address {
		c.Prefix = netip.PrefixFrom(a, a.BitLen())
	}
	return c
}

// compareOne reports whether a test holds for one of its left values.
func compareOne(t *check.Test, v extract.Value, right []check.Value) bool {
	hits := 0
	for i := range right {
		if compareConstant(t, v, &right[i]) {
			hits++
		}
	}
	switch t.Mod {
	case check.AllOf:
		return hits == len(right) && hits > 0
	case check.OneOf:
		return hits == 1
	}
	return hits > 0 // and with a single constant, or one set of them, this is it
}

func compareConstant(t *check.Test, v extract.Value, c *check.Value) bool {
	switch familyOf(t.Left.Kind) {
	case signed:
		return compareOrdered(t.Op, int64(v.Num), int64(c.Num))
	case unsigned:
		return compareOrdered(t.Op, v.Num, c.Num)
	case float:
		return compareOrdered(t.Op, math.Float64frombits(v.Num), c.Float)
	case address, network:
		a, ok := netip.AddrFromSlice(v.Bytes)
		return (ok && c.Prefix.Contains(a)) == (t.Op != check.NotEqual)
	}
	return compareStrings(t.Op, string(v.Bytes), c)
}

func compareOrdered[T int64 | uint64 | float64 | string](op check.Op, a, b T) bool {
	switch op {
	case check.Equal, check.In, check.Intersects:
		return a == b
	case check.NotEqual:
		return a != b
	case check.Less:
		return a < b
	case check.LessEqual:
		return a <= b
	case check.Greater:
		return a > b
	case check.GreaterEqual:
		return a >= b
	}
	return false
}

func compareStrings(op check.Op, a string, c *check.Value) bool {
	switch op {
	case check.Contains, check.BContains:
		return strings.Contains(a, c.Text)
	case check.IContains:
		return strings.Contains(asciiLower(a), asciiLower(c.Text))
	case check.StartsWith, check.BStartsWith:
		return strings.HasPrefix(a, c.Text)
	case check.EndsWith:
		return strings.HasSuffix(a, c.Text)
	case check.Glob, check.IGlob:
		g := glob{pattern: c.Text, fold: op == check.IGlob}
		return g.match([]byte(a))
	case check.Regex:
		return c.Regexp.MatchString(a)
	case check.PMatch:
		return liesUnder(a, c.Text)
	}
	return compareOrdered(op, a, c.Text)
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// liesUnder reports whether a path is another, or below it.
func liesUnder(path, above string) bool {
	notEmpty := func(r rune) bool { return r == '/' }
	have, want := strings.FieldsFunc(path, notEmpty), strings.FieldsFunc(above, notEmpty)
	if len(have) < len(want) {
		return false
	}
	for i, part := range want {
		g := glob{pattern: part}
		if isGlob := strings.ContainsAny(part, "*?["); isGlob && !g.match([]byte(have[i])) || !isGlob && part != have[i] {
			return false
		}
	}
	return true
}
