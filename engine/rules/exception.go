// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/syntax"
)

// A comparator is an operator of an exception, with its modifier.
type comparator struct{ op, mod string }

// An excValue is an entry of an exception's values.
type excValue struct {
	src  *source
	node *yaml.Node
}

// exceptions reads the exceptions of an item. In a change, values may be
// missing but should not.
func (m *mapping) exceptions(change bool) []*Exception {
	v := m.get("exceptions")
	if v == nil || isNull(v) {
		return nil
	}
	if v.Kind != yaml.SequenceNode {
		m.report(v, diag.ExceptionShape, "begin each exception with a dash", "exceptions is not a list")
		return nil
	}
	var out []*Exception
	names := make(map[string]bool)
	for _, n := range v.Content {
		n = resolve(n)
		if n.Kind != yaml.MappingNode {
			m.report(n, diag.ExceptionShape, "write name: and fields:", "the exception is not a mapping")
			continue
		}
		x := m.l.mapping(n, m.in...)
		e := x.exception(change)
		if e == nil {
			continue
		}
		if names[e.Name.Value] {
			x.warn(x.get("name"), diag.ExceptionNotUnique, "", "the rule has another exception %s", e.Name.Value)
		}
		names[e.Name.Value] = true
		if !change && e.Fields == nil {
			if x.get("fields") == nil {
				x.report(n, diag.MissingKey, "", "the exception has no fields")
			}
			continue
		}
		out = append(out, e)
	}
	return out
}

// exception reads one exception. It returns nil where it cannot be used.
func (m *mapping) exception(change bool) *Exception {
	name := m.scalar("name", false)
	if name.Value == "" {
		return nil
	}
	m.in = append(slices.Clone(m.in), diag.Place{Kind: "exception", Name: name.Value, Pos: name.Pos})
	m.knownKeys("exception")
	e := &Exception{Name: name, place: m.l.place(m.node)}
	if v := m.get("fields"); v != nil && !m.exceptionFields(e, v) {
		return nil
	}
	if v := m.get("comps"); v != nil && !m.comparators(e, v) {
		return nil
	}
	if e.Fields != nil && !m.fitComparators(e) {
		return nil
	}
	v := m.get("values")
	switch {
	case v == nil:
		if change {
			hint := ""
			if m.get("value") != nil {
				hint = "did you mean values?"
			}
			m.warn(m.get("name"), diag.ExceptionWithoutValues, hint, "exception %s adds no values", name.Value)
		}
	case v.Kind != yaml.SequenceNode:
		m.report(v, diag.ExceptionShape, "put brackets around it", "the exception's values are not a list")
	default:
		m.exceptionValues(e, v)
	}
	return e
}

// exceptionFields reads fields: a text, or a list of them.
func (m *mapping) exceptionFields(e *Exception, v *yaml.Node) bool {
	nodes := []*yaml.Node{v}
	e.single = v.Kind == yaml.ScalarNode
	if !e.single {
		var ok bool
		if nodes, ok = m.sequence("fields", false); !ok || len(nodes) != len(v.Content) {
			return false
		}
	}
	for _, n := range nodes {
		if n.Value == "" || isNull(n) {
			m.report(n, diag.EmptyValue, "", "a field of the exception is empty")
			return false
		}
		t := newText(m.l.src, n)
		m.l.set.places.add(&t)
		o, used, err := syntax.ParseOperand(t.Value, t.Base)
		if err != nil || used != len(t.Value) {
			m.report(n, diag.ExceptionField, "", "%q is not a field", n.Value)
			return false
		}
		e.Fields = append(e.Fields, o)
	}
	return true
}

// comparators reads comps: a text, or a list of them.
func (m *mapping) comparators(e *Exception, v *yaml.Node) bool {
	nodes := []*yaml.Node{v}
	if v.Kind == yaml.ScalarNode {
		if e.Fields != nil && !e.single {
			m.report(v, diag.ExceptionComparators, "put brackets around both", "fields is a list and comps is not")
			return false
		}
	} else {
		var ok bool
		if nodes, ok = m.sequence("comps", false); !ok {
			return false
		}
		if e.single {
			m.report(v, diag.ExceptionComparators, "remove the brackets", "comps is a list and fields is not")
			return false
		}
	}
	for _, n := range nodes {
		words := append(strings.Fields(n.Value), "", "")[:2]
		c := comparator{words[0], words[1]}
		known := c.op != "exists" && slices.Contains(syntax.Operators(), c.op) &&
			(c.mod == "" || syntax.TakesList(c.op, c.mod)) && len(strings.Fields(n.Value)) <= 2
		if !known {
			hint := ""
			if s := m.l.diags.Suggest(c.op, slices.Values(syntax.Operators())); s != "" {
				hint = "did you mean " + s + "?"
			}
			m.report(n, diag.ExceptionOperator, hint, "%q is not an operator", n.Value)
			return false
		}
		if e.single && !syntax.TakesList(c.op, c.mod) {
			m.report(n, diag.ExceptionOperator, "put brackets around fields, comps and each entry of values, or use in",
				"%q does not take a list, and fields is a single field", n.Value)
			return false
		}
		e.comps = append(e.comps, c)
	}
	return true
}

// fitComparators gives each field an operator: "=" for lists and "in" for a
// single field where none are given.
func (m *mapping) fitComparators(e *Exception) bool {
	if m.get("comps") == nil {
		c := comparator{op: "="}
		if e.single {
			c.op = "in"
		}
		for range e.Fields {
			e.comps = append(e.comps, c)
		}
	}
	if len(e.comps) != len(e.Fields) {
		m.report(m.get("comps"), diag.ExceptionComparators, "", "%d comps for %d fields", len(e.comps), len(e.Fields))
		return false
	}
	return true
}

// exceptionValues reads values. Whether they fit the fields is known only when
// all changes to the exception are.
func (m *mapping) exceptionValues(e *Exception, v *yaml.Node) {
	if !m.visit(v, len(v.Content)) {
		return
	}
	for _, n := range v.Content {
		n = resolve(n)
		if n.Kind == yaml.SequenceNode {
			if !m.visit(n, len(n.Content)) {
				return
			}
			for _, inner := range n.Content {
				if inner = resolve(inner); inner.Kind == yaml.SequenceNode && !m.visit(inner, len(inner.Content)) {
					return
				}
			}
		}
		e.values = append(e.values, excValue{m.l.src, n})
	}
}

// appendExceptions adds the item's exceptions to those of an earlier rule: new
// ones whole, to known ones values.
func (m *mapping) appendExceptions(r *Rule) {
	for _, e := range m.exceptions(true) {
		old := r.byName[e.Name.Value]
		switch {
		case old == nil && (e.Fields == nil || len(e.values) == 0):
			m.l.diags.Add(diag.Diagnostic{
				Code: diag.ExceptionIncomplete, Pos: e.Name.Pos, End: e.Name.End, Context: m.in,
				Message: "rule " + r.Name.Value + " has no exception " + e.Name.Value + " yet, and a new one needs fields and values",
			})
		case old == nil:
			r.Exceptions = append(r.Exceptions, e)
			r.byName[e.Name.Value] = e
		case e.Fields != nil || e.comps != nil:
			m.l.diags.Add(diag.Diagnostic{
				Code: diag.ExceptionAppendsFields, Pos: e.Name.Pos, End: e.Name.End, Context: m.in,
				Message: "exception " + e.Name.Value + " exists, and only values can be added to it",
				Hint:    "remove fields and comps",
				Related: []diag.Related{{Pos: old.Name.Pos, Message: "the exception is defined here"}},
			})
		default:
			old.values = append(old.values, e.values...)
		}
	}
}

// setExceptions gives the rule its exceptions. Of several of one name, changes
// go to the first.
func (r *Rule) setExceptions(all []*Exception) {
	r.Exceptions = all
	r.byName = make(map[string]*Exception, len(all))
	for _, e := range all {
		if r.byName[e.Name.Value] == nil {
			r.byName[e.Name.Value] = e
		}
	}
}
