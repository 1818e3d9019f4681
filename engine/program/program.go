// SPDX-License-Identifier: Apache-2.0

package program

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
)

// Options say how a program is to match.
type Options struct {
	// All reports every rule that matches an event; otherwise the first only.
	All bool
}

// A Program is all rules together. It is safe for concurrent use: what changes
// from event to event is in the Matchers.
type Program struct {
	options  Options
	graph    *graph
	tests    []test
	operands []operand
	sieves   []sieve
	marks    int   // words of all sieves
	fdName   int32 // the operand; -1 if no condition hangs on it

	rules   []rule
	enabled bitset
	thread  scope
	name    scope // of fd.name

	// id is what the memos of threads know the program by: a table outlives a
	// program when rules are loaded anew.
	id uint64

	mu      sync.Mutex // for making classes
	classes [numKinds]atomic.Pointer[class]
}

// A rule is the part of a rule's condition that the scopes do not answer: all
// of rest have to hold.
type rule struct {
	types check.TypeSet // of the events that it is asked about
	rest  []lit
}

// A scope is what the rules have in common that can be remembered: all that
// hangs on the thread alone, or on fd.name and the kind of its descriptor alone.
type scope struct {
	parts    []lit  // by rule: the part of its condition in this scope
	certain  bitset // the rules without a part
	access   *access
	slots    int    // bits of a memo: one for each rule, then two, then those of nodes
	seen     uint32 // the slot that says that a memo was asked before
	narrowed uint32 // the slot that says that it went through access
}

// Compile makes the program of rules. Rules that are not enabled are never
// matched, but keep their place in the numbering. A rule is asked about events
// of its Types only: one that names a syscall with a type of its own is not asked
// about those that old sources give without, as in the reference.
func Compile(rules []check.Rule, options Options) (*Program, error) {
	p, _, err := compile(rules, options)
	return p, err
}

func compile(rules []check.Rule, options Options) (*Program, *builder, error) {
	b := newBuilder()
	p := &Program{options: options, id: rand.Uint64(), graph: b.graph, rules: make([]rule, len(rules)), enabled: newBitset(len(rules))}
	roots := make([]lit, len(rules))
	for i := range rules {
		r := &rules[i]
		if !r.Enabled {
			continue
		}
		l, err := b.expr(r.Condition)
		if err != nil {
			return nil, nil, fmt.Errorf("rule %q: %w", r.Name, err)
		}
		roots[i] = l
		p.rules[i].types = r.Types
		if l != litFalse {
			p.enabled.set(uint32(i))
		}
	}
	var err error
	if p.fdName, err = b.nameOperand(); err != nil {
		return nil, nil, err
	}
	p.thread.init(len(rules))
	p.name.init(len(rules))
	for i, l := range roots {
		p.split(i, l)
	}
	p.sieves, p.marks = b.sieves()
	p.tests, p.operands = b.tests, b.operands
	p.thread.makeAccess(p)
	p.name.makeAccess(p)
	return p, b, nil
}

// nameOperand returns the operand of fd.name, -1 if nothing hangs on it.
func (b *builder) nameOperand() (int32, error) {
	for i := range b.operands {
		if b.operands[i].Need == event.NeedName {
			return b.operand(&check.Operand{Field: event.FieldFDName, Kind: event.FieldFDName.Field().Kind})
		}
	}
	return -1, nil
}

func (s *scope) init(rules int) {
	s.parts = make([]lit, rules)
	s.certain = newBitset(rules)
	s.seen = uint32(64 * len(s.certain))
	s.narrowed = s.seen + 1
	s.slots = int(s.narrowed) + 1
}

func (s *scope) makeAccess(p *Program) {
	conditions := make([][]lit, len(s.parts))
	for r, l := range s.parts {
		conditions[r] = []lit{l}
	}
	s.access = newAccess(p.graph, p.tests, conditions)
}

// split gives each scope its part of a rule's condition.
func (p *Program) split(r int, root lit) {
	g := p.graph
	p.thread.parts[r], p.name.parts[r] = litTrue, litTrue
	kids := []lit{root}
	if n := g.node(root.node()); !root.negated() && n.test < 0 && n.deps != onThread && n.deps != onName {
		kids = n.kids
	}
	for _, l := range kids {
		switch {
		case l == litTrue || l == litFalse:
		case g.node(l.node()).deps == onThread:
			p.thread.parts[r] = l
		case g.node(l.node()).deps == onName:
			p.name.parts[r] = l
		default:
			p.rules[r].rest = append(p.rules[r].rest, l)
			p.keep(l)
		}
	}
	if p.thread.parts[r] == litTrue {
		p.thread.certain.set(uint32(r))
	}
	if p.name.parts[r] == litTrue {
		p.name.certain.set(uint32(r))
	}
}

// keep gives the largest nodes below l that hang on one scope alone their place
// in its memo.
func (p *Program) keep(l lit) {
	n := p.graph.node(l.node())
	switch {
	case n.slot >= 0 || l.node() == 0:
	case n.deps == onThread:
		n.slot = int32(p.thread.slots)
		p.thread.slots++
	case n.deps == onName:
		n.slot = int32(p.name.slots)
		p.name.slots++
	default:
		for _, kid := range n.kids {
			p.keep(kid)
		}
	}
}
