// SPDX-License-Identifier: Apache-2.0

package program

import (
	"bytes"
	"cmp"
	"math"
	"unsafe"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/extract"
)

// holds reports whether a lit is true for the current event. Each node is
// computed once.
func (m *Matcher) holds(l lit) bool {
	n := l.node()
	if t := m.truths[n]; t>>1 == m.epoch {
		return t&1 != uint32(l&1)
	}
	truth := m.remembered(m.node(n))
	m.truths[n] = m.epoch << 1
	if truth {
		m.truths[n] |= 1
	}
	return truth != l.negated()
}

func (m *Matcher) all(lits []lit) bool {
	for _, l := range lits {
		if !m.holds(l) {
			return false
		}
	}
	return true
}

func (m *Matcher) node(n uint32) *node {
	if all := m.p.graph.nodes; n < uint32(len(all)) {
		return &all[n]
	}
	return m.class.graph.node(n)
}

// remembered computes a node, unless the thread's or the name's memo knows it.
func (m *Matcher) remembered(n *node) bool {
	if n.slot < 0 {
		return m.compute(n)
	}
	known := m.thread
	if n.deps == onName {
		known = m.nameMemo()
	}
	slot := uint32(n.slot)
	if known.known.has(slot) {
		return known.truth.has(slot)
	}
	truth := m.compute(n)
	known.known.set(slot)
	if truth {
		known.truth.set(slot)
	}
	return truth
}

func (m *Matcher) compute(n *node) bool {
	if n.test < 0 {
		return m.all(n.kids)
	}
	t := &m.p.tests[n.test]
	switch {
	case t.index >= 0:
		return m.marked(t.index).has(t.bit)
	case t.other >= 0:
		return m.compareFields(t)
	}
	r := m.read(t.operand)
	switch {
	case !r.ok || t.holds == nil:
		return r.ok
	case m.p.operands[t.operand].Many == nil:
		return t.holds.holds(r.one)
	}
	for _, v := range r.many {
		if t.holds.holds(v) != t.every {
			return !t.every
		}
	}
	return t.every
}

// read returns the operand's value for the current event.
func (m *Matcher) read(operand int32) *reading {
	r := &m.readings[operand]
	if r.epoch == m.epoch {
		return r
	}
	r.epoch = m.epoch
	if op := &m.p.operands[operand]; op.Many == nil {
		r.one, r.ok = op.One(m.ctx)
	} else {
		r.many = op.Many(m.ctx, r.many[:0])
		r.ok = len(r.many) > 0
	}
	return r
}

// marked returns the bits of a sieve's tests.
func (m *Matcher) marked(id int32) bitset {
	s := &m.p.sieves[id]
	marks := bitset(m.marks[s.first:s.last])
	if m.markedAt[id] == m.epoch {
		return marks
	}
	m.markedAt[id] = m.epoch
	clear(marks)
	r := m.read(s.operand)
	if !r.ok {
		return marks
	}
	for _, x := range s.indexes {
		if m.p.operands[s.operand].Many == nil {
			x.mark(r.one, marks)
			continue
		}
		for _, v := range r.many {
			x.mark(v, marks)
		}
	}
	return marks
}

// compareFields compares two operands.
func (m *Matcher) compareFields(t *test) bool {
	left, right := m.read(t.operand), m.read(t.other)
	if !left.ok || !right.ok {
		return false
	}
	family := m.p.operands[t.operand].family
	for _, a := range m.all1(t.operand, left) {
		found := false
		for _, b := range m.all1(t.other, right) {
			if compareValues(t.op, family, a, b) {
				found = true
				break
			}
		}
		if found != t.every {
			return !t.every
		}
	}
	return t.every
}

// all1 returns a reading's values, of which there is at least one.
func (m *Matcher) all1(operand int32, r *reading) []extract.Value {
	if m.p.operands[operand].Many != nil {
		return r.many
	}
	return unsafe.Slice(&r.one, 1)
}

// compareValues compares the values of two fields of one kind.
func compareValues(op check.Op, family family, a, b extract.Value) bool {
	switch family {
	case text, address, network:
		return compareTexts(op, a.Bytes, b.Bytes)
	case signed:
		return inOrder(op, cmp.Compare(int64(a.Num), int64(b.Num)))
	case float:
		return floatsInOrder(op, math.Float64frombits(a.Num), math.Float64frombits(b.Num))
	}
	return inOrder(op, cmp.Compare(a.Num, b.Num))
}

func compareTexts(op check.Op, a, b []byte) bool {
	switch op {
	case check.Contains, check.BContains:
		return bytes.Contains(a, b)
	case check.IContains:
		return containsFold(a, b)
	case check.StartsWith, check.BStartsWith:
		return bytes.HasPrefix(a, b)
	case check.EndsWith:
		return bytes.HasSuffix(a, b)
	case check.Glob, check.IGlob:
		// A string that does not outlive the event, as the bytes do not.
		g := glob{pattern: unsafe.String(unsafe.SliceData(b), len(b)), fold: op == check.IGlob}
		return g.match(a)
	}
	return inOrder(op, bytes.Compare(a, b))
}
