// SPDX-License-Identifier: Apache-2.0

package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/rules"
)

// What a rule does that nobody meant can often be seen from its text. Nothing
// here has to be complete; it has to be right.

// tooManyTypes is from how many types of events on a rule is evaluated for
// nearly everything, as the reference counts.
const tooManyTypes = 100

// matches warns about a rule that can match nothing, or is tried on everything.
func (c *checker) matches(r *rules.Rule, out *Rule) {
	at := r.Condition.Span()
	switch {
	case out.Types.Len() == 0:
		c.warn(diag.NeverMatches, at, "only one type of event can be equal to evt.type at once",
			"rule %s can never match: no type of event satisfies its condition", out.Name)
	case never(out.Condition):
		c.warn(diag.NeverMatches, at, "", "rule %s can never match: a part of its condition compares with an empty list", out.Name)
	default:
		if a, b := c.contradiction(out.Condition); a != nil {
			pos, end := c.set.Place(at)
			this, that := c.placeOf(a), c.placeOf(b)
			c.diags.Add(diag.Diagnostic{
				Severity: diag.Warning, Code: diag.NeverMatches, Pos: pos, End: end, Context: c.in,
				Message: fmt.Sprintf("rule %s can never match: two parts of its condition exclude each other", out.Name),
				Related: []diag.Related{{Pos: this, Message: "this"}, {Pos: that, Message: "and this cannot both be true"}},
			})
			return
		}
		if out.Types.Len() > tooManyTypes && r.WarnEventTypes {
			c.warn(diag.AllEventTypes, at, "add evt.type in (…), or warn_evttypes: false if it is meant",
				"rule %s is tried on every event: its condition limits no types", out.Name)
		}
	}
}

func (c *checker) placeOf(t *Test) diag.Pos {
	pos, _ := c.set.Place(c.at[t])
	return pos
}

// never reports whether a condition is false for every event.
func never(e Expr) bool {
	switch e := e.(type) {
	case And:
		return slices.ContainsFunc(e, never)
	case Or:
		return !slices.ContainsFunc(e, func(x Expr) bool { return !never(x) })
	case Not:
		return always(e.X)
	case *Test:
		return e.Op != Exists && e.Field == nil && len(e.Right) == 0
	}
	return false
}

// always reports whether a condition is true for every event.
func always(e Expr) bool {
	switch e := e.(type) {
	case And:
		return !slices.ContainsFunc(e, func(x Expr) bool { return !always(x) })
	case Or:
		return slices.ContainsFunc(e, always)
	case Not:
		return never(e.X)
	}
	return false
}

// contradiction finds two tests that have to be true together and cannot be.
func (c *checker) contradiction(e Expr) (a, b *Test) {
	and, ok := e.(And)
	if !ok {
		return nil, nil
	}
	is := make(map[string]*Test)     // tests that have to be true, by their text
	isNot := make(map[string]*Test)  // and false
	values := make(map[string]*Test) // equalities, by their operand
	allowed := make(map[string]map[string]bool)
	for _, x := range and {
		negated := false
		if not, ok := x.(Not); ok {
			x, negated = not.X, true
		}
		t, ok := x.(*Test)
		if !ok {
			continue
		}
		key := c.key(t)
		if negated {
			isNot[key] = t
			if other := is[key]; other != nil {
				return other, t
			}
			continue
		}
		is[key] = t
		if other := isNot[key]; other != nil {
			return other, t
		}
		if !isEquality(t) {
			continue
		}
		operand := operandKey(&t.Left)
		set := make(map[string]bool, len(t.Right))
		for i := range t.Right {
			if k := valueKey(&t.Right[i], t.Left.Kind); allowed[operand] == nil || allowed[operand][k] {
				set[k] = true
			}
		}
		if len(set) == 0 && len(t.Right) > 0 {
			return values[operand], t
		}
		values[operand], allowed[operand] = t, set
	}
	return nil, nil
}

// isEquality reports whether the test asks a single value to be one of some.
func isEquality(t *Test) bool {
	if t.Left.Any || t.Left.List || t.Field != nil || t.Left.Kind == event.KindIPNet {
		return false
	}
	return t.Op == Equal && (t.Mod == Single || t.Mod == AnyOf) || t.Op == In
}

// The keys are texts that are equal where what they stand for is.

func operandKey(op *Operand) string {
	var b strings.Builder
	writeOperand(&b, op)
	return b.String()
}

func writeOperand(b *strings.Builder, op *Operand) {
	if op.Transform == NoTransform {
		b.WriteString(op.Field.Field().Name)
	} else {
		b.WriteString(op.Transform.String())
		for i := range op.Args {
			writeArgument(b, &op.Args[i])
		}
	}
	if op.Arg.Set {
		fmt.Fprintf(b, "[%d %q]", op.Arg.Index, op.Arg.Key)
	}
}

func writeArgument(b *strings.Builder, a *Argument) {
	b.WriteByte('(')
	if a.Operand != nil {
		writeOperand(b, a.Operand)
	}
	for i := range a.Values {
		b.WriteString(strconv.Quote(a.Values[i].Text))
	}
	b.WriteByte(')')
}

func valueKey(v *Value, kind event.Kind) string {
	switch {
	case v.Regexp != nil, kind.IsString(), kind == event.KindBytes:
		return strconv.Quote(v.Text)
	case v.Prefix.IsValid():
		return v.Prefix.String()
	case kind == event.KindDouble:
		return strconv.FormatFloat(v.Float, 'g', -1, 64)
	}
	return strconv.FormatUint(v.Num, 10)
}

// key returns the key of a test. Tests of macros are shared by many rules.
func (c *checker) key(t *Test) string {
	k, ok := c.keys[t]
	if !ok {
		k = testKey(t)
		c.keys[t] = k
	}
	return k
}

func testKey(t *Test) string {
	var b strings.Builder
	writeOperand(&b, &t.Left)
	op := t.Op
	if op == In && len(t.Right) == 1 && !t.Left.List {
		op = Equal
	}
	fmt.Fprintf(&b, " %d %d ", op, t.Mod)
	if t.Field != nil {
		writeOperand(&b, t.Field)
		return b.String()
	}
	keys := make([]string, 0, len(t.Right))
	for i := range t.Right {
		keys = append(keys, valueKey(&t.Right[i], t.Left.Kind))
	}
	slices.Sort(keys)
	b.WriteString(strings.Join(slices.Compact(keys), ","))
	return b.String()
}

// exprKey is the key of any expression. The parts of and and or are in order.
func (c *checker) exprKey(e Expr) string {
	switch e := e.(type) {
	case And:
		return c.joinKeys("and", e)
	case Or:
		return c.joinKeys("or", e)
	case Not:
		return "not(" + c.exprKey(e.X) + ")"
	case *Test:
		return c.key(e)
	}
	return ""
}

// joinKeys is the key of and and or, which macros share as they share tests.
func (c *checker) joinKeys(word string, args []Expr) string {
	if len(args) == 0 {
		return word
	}
	if k, ok := c.groups[&args[0]]; ok {
		return k
	}
	keys := make([]string, 0, len(args))
	for _, a := range args {
		keys = append(keys, c.exprKey(a))
	}
	slices.Sort(keys)
	k := word + "(" + strings.Join(keys, ";") + ")"
	c.groups[&args[0]] = k
	return k
}
