// SPDX-License-Identifier: Apache-2.0

package program

import (
	"cmp"
	"slices"

	"github.com/lanner-project/lanner/engine/event"
)

// A class is the program as far as it is about one event type: conditions
// without what the type decides, and without the rules that it rules out.
type class struct {
	rules  bitset // that can match
	none   bool   // no rule can
	rest   [][]lit
	guards []guard
	access *access // nil where it would not pay
	graph  *graph  // goes on where the program's graph ends
}

// A guard is a condition that several rules have in common: where it does not
// hold, none of them is looked at.
type guard struct {
	lit   lit
	rules bitset
}

// newClass makes the class of the type of m's current event.
func (p *Program) newClass(m *Matcher) *class {
	c := &class{rules: slices.Clone(p.enabled), rest: make([][]lit, len(p.rules)), graph: newGraph(p.graph)}
	f := folder{c.graph, m, make(map[uint32]lit)}
	t := m.ctx.Event.Type
	// These stand for all syscalls without a type of their own: what evt.type says
	// differs from event to event.
	various := t == event.GenericEnter || t == event.GenericExit
	for r := range p.rules {
		if !c.rules.has(uint32(r)) {
			continue
		}
		rest := p.rules[r].rest
		if !various {
			rest = f.conjuncts(rest)
		}
		if slices.Contains(rest, litFalse) {
			c.rules[r/64] &^= 1 << (r % 64)
			continue
		}
		c.rest[r] = slices.Clone(rest)
	}
	c.none = c.rules.empty()
	if !c.none {
		c.chooseGuards()
		c.chooseAccess(p.tests)
	}
	return c
}

// A folder rewrites conditions with what the current event's type decides.
type folder struct {
	graph *graph
	m     *Matcher
	done  map[uint32]lit
}

// conjuncts folds a conjunction; what is certain is left out.
func (f *folder) conjuncts(lits []lit) []lit {
	folded := make([]lit, len(lits))
	for i, l := range lits {
		folded[i] = f.fold(l)
	}
	l := f.graph.and(folded...)
	switch n := f.graph.node(l.node()); {
	case l == litTrue:
		return nil
	case !l.negated() && l.node() != 0 && n.test < 0:
		return n.kids
	}
	return []lit{l}
}

func (f *folder) fold(l lit) lit {
	n := f.graph.node(l.node())
	if n.deps&onType == 0 {
		return l
	}
	folded, ok := f.done[l.node()]
	if !ok {
		switch {
		case n.deps == onType:
			folded = constant(f.m.compute(n))
		case n.test >= 0:
			folded = lit(l.node()) << 1
		default:
			kids := make([]lit, len(n.kids))
			for i, kid := range n.kids {
				kids[i] = f.fold(kid)
			}
			folded = f.graph.and(kids...)
		}
		f.done[l.node()] = folded
	}
	if l.negated() {
		return folded.not()
	}
	return folded
}

// minGuarded is for how many rules a guard pays.
const minGuarded = 3

// maxGuards bounds what is looked at before the name of the file.
const maxGuards = 8

// chooseGuards takes the conjuncts that most rules share out of the rules, the
// most useful first: those that spare the most work for their cost.
func (c *class) chooseGuards() {
	shared := make(map[lit]bitset)
	for r, rest := range c.rest {
		for _, l := range rest {
			if shared[l] == nil {
				shared[l] = newBitset(len(c.rest))
			}
			shared[l].set(uint32(r))
		}
	}
	for l, rules := range shared {
		if rules.count() >= minGuarded {
			c.guards = append(c.guards, guard{l, rules})
		}
	}
	use := func(g guard) float32 {
		return float32(g.rules.count()) * (1.05 - c.graph.oddsOf(g.lit)) / (1 + c.graph.costOf(g.lit))
	}
	slices.SortFunc(c.guards, func(a, b guard) int {
		return cmp.Or(-cmp.Compare(use(a), use(b)), cmp.Compare(a.lit, b.lit))
	})
	c.guards = c.guards[:min(len(c.guards), maxGuards)]
	for r, rest := range c.rest {
		c.rest[r] = slices.DeleteFunc(rest, func(l lit) bool {
			return slices.ContainsFunc(c.guards, func(g guard) bool { return g.lit == l })
		})
	}
}

// minAccess is from how many rules on a class has its own access.
const minAccess = 16

// chooseAccess makes an access for what is left of the conditions.
func (c *class) chooseAccess(tests []test) {
	if a := newAccess(c.graph, tests, c.rest); c.rules.count()-a.others.count() >= minAccess {
		c.access = a
	}
}
