// SPDX-License-Identifier: Apache-2.0

package check

import (
	"fmt"
	"iter"
	"slices"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/rules"
	"github.com/lanner-project/lanner/engine/syntax"
)

// Rules checks the rules of a set and returns those that can be used, in their
// order. What is wrong is reported to list: where that has errors, the rules
// should not be run. A rule for a source that this engine does not have is left
// out, as is one that asks for it because it names something unknown.
func Rules(set *rules.Set, list *diag.List) []Rule {
	c := &checker{
		operands: operands{suggest: list.Suggest},
		set:      set,
		diags:    list,
		macros:   make(map[*rules.Macro]*result),
		at:       make(map[*Test]syntax.Span),
		keys:     make(map[*Test]string),
		groups:   make(map[*Expr]string),
		lists:    make(map[listUse][]Value),
	}
	var out []Rule
	for _, r := range set.Rules {
		if rule, ok := c.rule(r); ok {
			out = append(out, rule)
		}
	}
	if !list.ErrorsOnly {
		c.unusedMacros()
		c.shadowed(out)
	}
	return out
}

// A checker checks one set.
type checker struct {
	operands
	set    *rules.Set
	diags  *diag.List
	macros map[*rules.Macro]*result
	at     map[*Test]syntax.Span // where tests were written, for warnings
	keys   map[*Test]string      // see key
	groups map[*Expr]string      // see joinKeys
	lists  map[listUse][]Value
	in     []diag.Place // what is being checked
}

// A result is a checked condition.
type result struct {
	expr     Expr // nil where it has problems
	reach    reach
	problems []*problem
	uses     []*result // of macros, with problems of their own
	in       []diag.Place
	reported bool
}

// usable reports whether neither the condition nor a macro in it has problems.
func (r *result) usable() bool { return r.expr != nil }

// rule checks a rule. It reports false where the rule cannot be used.
func (c *checker) rule(r *rules.Rule) (Rule, bool) {
	if r.Source != source {
		return Rule{}, false
	}
	c.in = r.Context()
	known := c.exceptions(r)
	out := Rule{
		Name: r.Name.Value, Desc: r.Desc, Source: r.Source, Tags: r.Tags, Enabled: r.Enabled,
		Capture: r.Capture, CaptureDuration: r.CaptureDuration, Pos: r.First(),
	}
	if !c.priority(r, &out) {
		known = false
	}
	format, problems, ok := c.format(r)
	out.Output = format
	if !ok {
		if r.SkipUnknown && unknownOnly(problems) {
			c.skipped(problems[0])
			return Rule{}, false
		}
		c.report(problems, diag.Error)
	}
	if r.Condition == nil || r.Output.Value == "" {
		return Rule{}, false
	}
	if !known {
		return Rule{}, false
	}
	whole := c.expr(r.Condition)
	cond := &result{reach: whole.reach, in: c.in}
	cond.add(whole)
	if cond.finish(whole.expr); !cond.usable() {
		if all := cond.all(nil, make(map[*result]bool)); r.SkipUnknown && unknownOnly(all) {
			c.skipped(all[0])
		} else {
			c.reportResult(cond, diag.Error)
		}
		return Rule{}, false
	}
	if !ok {
		return Rule{}, false
	}
	out.Condition = cond.expr
	out.Types = cond.reach.yes
	if !c.diags.ErrorsOnly {
		c.matches(r, &out)
	}
	// What an asynchronous event is called is in the event.
	out.Types.Add(event.AsyncEvent)
	return out, true
}

// source is the source that this engine has events of.
const source = "syscall"

func (c *checker) priority(r *rules.Rule, out *Rule) bool {
	if r.Priority.Value == "" {
		return false
	}
	var ok bool
	if out.Priority, ok = ParsePriority(r.Priority.Value); !ok {
		hint := c.didYouMean(r.Priority.Value, priorityWords())
		c.diags.Add(diag.Diagnostic{
			Code: diag.BadPriority, Pos: r.Priority.Pos, End: r.Priority.End, Context: c.in, Hint: hint,
			Message: fmt.Sprintf("unknown priority %s", r.Priority.Value),
		})
	}
	return ok
}

func priorityWords() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, name := range priorityNames {
			if !yield(name) {
				return
			}
		}
	}
}

// exceptions checks the fields of exceptions, which have to exist even where
// the exception has no values.
func (c *checker) exceptions(r *rules.Rule) bool {
	ok := true
	for _, x := range r.Exceptions {
		for _, f := range x.Fields {
			if _, p := c.operand(f); p != nil {
				p.code = diag.ExceptionField
				c.reportOne(p, diag.Error, c.in)
				ok = false
			}
		}
	}
	return ok
}

// expr checks a condition. All mistakes in it are in its result.
func (c *checker) expr(e syntax.Expr) *result {
	switch e := e.(type) {
	case *syntax.And:
		r := &result{reach: reach{yes: allTypes()}}
		and := make(And, 0, len(e.Args))
		for _, a := range e.Args {
			x := c.expr(a)
			r.reach.yes, r.reach.no = r.reach.yes.and(x.reach.yes), r.reach.no.or(x.reach.no)
			r.add(x)
			if inner, ok := x.expr.(And); ok {
				and = append(and, inner...)
			} else {
				and = append(and, x.expr)
			}
		}
		return r.finish(and)
	case *syntax.Or:
		r := &result{reach: reach{no: allTypes()}}
		or := make(Or, 0, len(e.Args))
		for _, a := range e.Args {
			x := c.expr(a)
			r.reach.yes, r.reach.no = r.reach.yes.or(x.reach.yes), r.reach.no.and(x.reach.no)
			r.add(x)
			if inner, ok := x.expr.(Or); ok {
				or = append(or, inner...)
			} else {
				or = append(or, x.expr)
			}
		}
		return r.finish(or)
	case *syntax.Not:
		x := c.expr(e.Arg)
		r := &result{reach: reach{yes: x.reach.no, no: x.reach.yes}}
		r.add(x)
		if not, ok := x.expr.(Not); ok {
			return r.finish(not.X)
		}
		return r.finish(Not{x.expr})
	case *syntax.Macro:
		return c.macro(c.set.Macro(e.Name))
	case *syntax.Test:
		t, reach, problems := c.test(e)
		r := &result{reach: reach, problems: problems}
		if t != nil {
			r.expr = t
		}
		return r
	}
	return &result{}
}

// macro checks a macro, once for all that use it. A macro that could not be
// read has been reported.
func (c *checker) macro(m *rules.Macro) *result {
	if m == nil || m.Condition == nil {
		return &result{reported: true, reach: everything()}
	}
	if r := c.macros[m]; r != nil {
		return r
	}
	in := c.in
	c.in = m.Context()
	x := c.expr(m.Condition)
	// The same result, but a node of its own: what is in it is reported once.
	r := &result{expr: x.expr, reach: x.reach, problems: x.problems, uses: x.uses, in: c.in}
	c.macros[m] = r
	c.in = in
	return r
}

// add takes over what is wrong with a part.
func (r *result) add(x *result) {
	switch {
	case x.usable():
		return
	case x.in != nil:
		r.uses = append(r.uses, x)
	default:
		r.problems = append(r.problems, x.problems...)
		r.uses = append(r.uses, x.uses...)
	}
	if len(x.problems) == 0 && len(x.uses) == 0 {
		// Reported already; without this the parts would look fine.
		r.uses = append(r.uses, x)
	}
}

// finish gives the result its expression, unless a part cannot be used.
func (r *result) finish(e Expr) *result {
	if len(r.problems) == 0 && len(r.uses) == 0 {
		r.expr = e
	}
	return r
}

// all returns the problems of a condition and of the macros in it.
func (r *result) all(out []*problem, seen map[*result]bool) []*problem {
	if seen[r] {
		return out
	}
	seen[r] = true
	out = append(out, r.problems...)
	for _, u := range r.uses {
		out = u.all(out, seen)
	}
	return out
}

func unknownOnly(problems []*problem) bool {
	return len(problems) > 0 && !slices.ContainsFunc(problems, func(p *problem) bool { return !p.unknown })
}

// reportResult reports the problems of a condition, each once.
func (c *checker) reportResult(r *result, severity diag.Severity) {
	if r.reported {
		return
	}
	r.reported = true
	for _, p := range r.problems {
		c.reportOne(p, severity, r.in)
	}
	for _, u := range r.uses {
		c.reportResult(u, severity)
	}
}

func (c *checker) report(problems []*problem, severity diag.Severity) {
	for _, p := range problems {
		c.reportOne(p, severity, c.in)
	}
}

func (c *checker) reportOne(p *problem, severity diag.Severity, in []diag.Place) {
	d := diag.Diagnostic{Severity: severity, Code: p.code, Message: p.message, Hint: p.hint, Context: in}
	if c.diags.Keeps(d.Severity) {
		d.Pos, d.End = c.set.Place(p.at)
	}
	c.diags.Add(d)
}

// warn reports something that can be used as it is.
func (c *checker) warn(code diag.Code, at syntax.Span, hint, format string, args ...any) {
	if c.diags.Keeps(diag.Warning) {
		c.reportOne(fail(code, at, hint, format, args...), diag.Warning, c.in)
	} else {
		c.diags.Add(diag.Diagnostic{Severity: diag.Warning, Code: code}) // which may count it
	}
}

func (c *checker) noSuggestion(string, iter.Seq[string]) string { return "" }

// skipped reports that a rule is left out because of something unknown.
func (c *checker) skipped(p *problem) {
	c.warn(diag.SkippedUnknown, p.at, p.hint, "the rule is left out: %s", p.message)
}

// deprecated warns about a field that is kept for old rules only.
func (c *checker) deprecated(op *Operand, o *syntax.Operand) {
	if op.Transform != NoTransform {
		for i := range o.Args {
			c.deprecatedArgument(&op.Args[i], &o.Args[i])
		}
		return
	}
	if f := op.Field.Field(); f.Deprecated != "" {
		c.warn(diag.DeprecatedField, o.At, f.Deprecated, "field %s is deprecated", f.Name)
	}
}

func (c *checker) deprecatedArgument(a *Argument, at *syntax.Argument) {
	switch {
	case a.Operand == nil:
	case at.IsList:
		for i := range at.List {
			c.deprecatedArgument(&a.Operand.Args[i], &at.List[i])
		}
	default:
		c.deprecated(a.Operand, at.Operand)
	}
}

// unusedMacros warns about mistakes in macros that no rule uses: nothing has
// reported them yet.
func (c *checker) unusedMacros() {
	for _, m := range c.set.Macros {
		r := c.macro(m)
		if r.reported || r.usable() {
			continue
		}
		r.reported = true
		c.in = m.Context()
		for _, p := range r.problems {
			c.warn(diag.UnusedBroken, p.at, p.hint, "this will be an error once macro %s is used: %s", m.Name.Value, p.message)
		}
	}
}
