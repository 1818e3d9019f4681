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
	nodes  int     // of both
}

// A guard is a condition that several rules have in common: where it does not
// hold, none of them is looked at. That of litTrue stands for the parts of the
// rules in the name's scope.
type guard struct {
	lit   lit
	rules bitset
	use   float32
}

// A kind is what the classes tell apart: the type of an event, or the syscall of
// one that stands for all syscalls without a type of their own.
type kind uint16

// maxTypes and maxSyscalls are more than there are.
const (
	maxTypes    = 512
	maxSyscalls = 1024

	newerKind kind = maxTypes + 2*maxSyscalls // of types that the table does not have
	numKinds       = newerKind + 1
)

func kindOf(ev *event.Event) kind {
	t := ev.Type
	if t >= maxTypes {
		return newerKind
	}
	if t == event.GenericEnter || t == event.GenericExit {
		if id, ok := ev.Uint(0); ok && id < maxSyscalls {
			return maxTypes + kind(t)*maxSyscalls + kind(id)
		}
	}
	return kind(t)
}

// various reports whether evt.type differs among the events of the kind: what
// plugins tell, and syscalls without a number that is known.
func (k kind) various() bool {
	return k == kind(event.AsyncEvent) || k == kind(event.GenericEnter) || k == kind(event.GenericExit) || k == newerKind
}

// newClass makes the class of a kind, which is that of m's current event.
func (p *Program) newClass(m *Matcher, k kind) *class {
	c := &class{rules: slices.Clone(p.enabled), rest: make([][]lit, len(p.rules)), graph: newGraph(p.graph)}
	f := folder{c.graph, m, make(map[uint32]lit)}
	for r := range p.rules {
		if !c.rules.has(uint32(r)) {
			continue
		}
		if !p.rules[r].types.Has(m.ctx.Event.Type) {
			c.rules.clear(uint32(r))
			continue
		}
		rest := p.rules[r].rest
		if !k.various() {
			rest = f.conjuncts(rest)
		}
		if slices.Contains(rest, litFalse) {
			c.rules.clear(uint32(r))
			continue
		}
		c.rest[r] = slices.Clone(rest)
	}
	c.nodes = c.graph.size()
	c.none = c.rules.empty()
	if !c.none {
		c.chooseGuards(&p.name)
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

// maxGuards bounds what is looked at before the rules.
const maxGuards = 8

// nameCost is what it takes to look up a name, in the time of the simplest test,
// and nameOdds how often a rule's part in its scope does not hold.
const (
	nameCost = 10
	nameOdds = 0.95
)

// chooseGuards takes the conjuncts that most rules share out of the rules. The
// parts of the rules in the name's scope are a guard among them. The most useful
// comes first: that spares the most work for its cost.
func (c *class) chooseGuards(name *scope) {
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
		if n := rules.count(); n >= minGuarded {
			spared := float32(n) * (1.05 - c.graph.oddsOf(l))
			c.guards = append(c.guards, guard{l, rules, spared / (1 + c.graph.costOf(l))})
		}
	}
	slices.SortFunc(c.guards, func(a, b guard) int { return cmp.Or(cmp.Compare(b.use, a.use), cmp.Compare(a.lit, b.lit)) })
	c.guards = c.guards[:min(len(c.guards), maxGuards)]
	for r, rest := range c.rest {
		c.rest[r] = slices.DeleteFunc(rest, func(l lit) bool {
			return slices.ContainsFunc(c.guards, func(g guard) bool { return g.lit == l })
		})
	}
	named := newBitset(len(c.rest))
	for i := range named {
		named[i] = c.rules[i] &^ name.certain[i]
	}
	if n := named.count(); n > 0 {
		c.guards = append(c.guards, guard{litTrue, named, float32(n) * nameOdds / nameCost})
		slices.SortStableFunc(c.guards, func(a, b guard) int { return cmp.Compare(b.use, a.use) })
	}
}

// minAccess is from how many rules on a class has its own access.
const minAccess = 16

// chooseAccess makes an access for what is left of the conditions.
func (c *class) chooseAccess(tests []test) {
	if a := newAccess(c.graph, tests, c.rest); a.rules >= minAccess {
		c.access = a
	}
}
