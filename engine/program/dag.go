// SPDX-License-Identifier: Apache-2.0

package program

import (
	"encoding/binary"
	"slices"
)

// A lit is a node of a graph, or its negation: the node's number and, in the
// lowest bit, whether it is negated. Conditions are built of tests and
// conjunctions alone; a disjunction is the negation of a conjunction of
// negations. So whatever is equal by De Morgan's laws is the same lit.
type lit uint32

// The constants are node 0 and its negation.
const (
	litFalse lit = 0
	litTrue  lit = 1
)

func (l lit) not() lit      { return l ^ 1 }
func (l lit) node() uint32  { return uint32(l >> 1) }
func (l lit) negated() bool { return l&1 != 0 }

func constant(truth bool) lit {
	if truth {
		return litTrue
	}
	return litFalse
}

// deps say what the truth of a node hangs on, all of them together.
type deps uint8

const (
	onType   deps = 1 << iota // the event's type
	onThread                  // the thread alone: remembered with it
	onName                    // fd.name and its kind alone: remembered with them
	onEvent                   // anything else
)

// A node is a test or a conjunction of at least two other nodes.
type node struct {
	kids []lit // of a conjunction, in the order in which they are to be looked at
	test int32 // of a test: its number; -1
	deps deps

	cost float32 // how long it takes, in the time of the simplest test
	odds float32 // how often it is true; a guess

	// slot is where the thread's or the name's memo keeps the truth of a node
	// that hangs on it alone; -1: it is not kept.
	slot int32
}

// A graph holds each different node once. A graph with a base goes on where the
// base ends, and leaves the base as it is.
type graph struct {
	base  *graph
	first uint32 // the number of nodes[0]
	nodes []node
	known map[string]lit // conjunctions, by their kids in ascending order
}

func newGraph(base *graph) *graph {
	g := &graph{base: base, known: make(map[string]lit)}
	if base == nil {
		g.nodes = []node{{test: -1, slot: -1}}
		return g
	}
	g.first = base.first + uint32(len(base.nodes))
	return g
}

func (g *graph) node(n uint32) *node {
	if n < g.first {
		return g.base.node(n)
	}
	return &g.nodes[n-g.first]
}

// size returns how many nodes there are, with those of the base.
func (g *graph) size() int { return int(g.first) + len(g.nodes) }

func (g *graph) add(n node) lit {
	g.nodes = append(g.nodes, n)
	return lit(g.first+uint32(len(g.nodes))-1) << 1
}

func (g *graph) lookup(key string) (lit, bool) {
	if g.base != nil {
		if l, ok := g.base.lookup(key); ok {
			return l, true
		}
	}
	l, ok := g.known[key]
	return l, ok
}

func (g *graph) or(lits ...lit) lit {
	for i := range lits {
		lits[i] = lits[i].not()
	}
	return g.and(lits...).not()
}

// and makes the conjunction of lits, which it may change.
func (g *graph) and(lits ...lit) lit {
	kids, ok := g.flatten(nil, lits)
	if !ok {
		return litFalse
	}
	slices.Sort(kids)
	kids = slices.Compact(kids)
	for i := 1; i < len(kids); i++ {
		if kids[i] == kids[i-1].not() {
			return litFalse
		}
	}
	// What hangs on the thread alone, or on the name alone, becomes a node of its
	// own: so it can be remembered.
	if g.depsOf(kids)&^onType != 0 {
		kids = g.gather(kids, onThread)
		kids = g.gather(kids, onName)
	}
	return g.intern(kids)
}

// flatten appends lits without constants, and with the kids of conjunctions
// instead of these. It reports false if one is false.
func (g *graph) flatten(kids, lits []lit) ([]lit, bool) {
	for _, l := range lits {
		switch {
		case l == litTrue:
		case l == litFalse:
			return nil, false
		case !l.negated() && g.node(l.node()).test < 0:
			kids, _ = g.flatten(kids, g.node(l.node()).kids)
		default:
			kids = append(kids, l)
		}
	}
	return kids, true
}

func (g *graph) depsOf(kids []lit) deps {
	var d deps
	for _, l := range kids {
		d |= g.node(l.node()).deps
	}
	return d
}

// gather replaces the kids that hang on nothing but d by their conjunction, if
// there are others too.
func (g *graph) gather(kids []lit, d deps) []lit {
	var alone, others []lit
	for _, l := range kids {
		if g.node(l.node()).deps == d {
			alone = append(alone, l)
		} else {
			others = append(others, l)
		}
	}
	if len(alone) < 2 || len(others) == 0 {
		return kids
	}
	kids = append(others, g.intern(alone))
	slices.Sort(kids)
	return kids
}

// intern finds or makes the conjunction of kids, sorted and each once.
func (g *graph) intern(kids []lit) lit {
	switch len(kids) {
	case 0:
		return litTrue
	case 1:
		return kids[0]
	}
	key := make([]byte, 0, 4*len(kids))
	for _, l := range kids {
		key = binary.LittleEndian.AppendUint32(key, uint32(l))
	}
	if l, ok := g.lookup(string(key)); ok {
		return l
	}
	l := g.add(g.conjunction(kids))
	g.known[string(key)] = l
	return l
}

// conjunction orders kids so that the cheapest way to find a false one comes
// first: by cost for each chance of being false.
func (g *graph) conjunction(kids []lit) node {
	n := node{test: -1, slot: -1, odds: 1, deps: g.depsOf(kids)}
	rank := func(l lit) float32 { return g.costOf(l) / (1.001 - g.oddsOf(l)) }
	n.kids = slices.Clone(kids)
	slices.SortStableFunc(n.kids, func(a, b lit) int {
		if ra, rb := rank(a), rank(b); ra != rb {
			if ra < rb {
				return -1
			}
			return 1
		}
		return int(a) - int(b)
	})
	for _, l := range n.kids {
		n.cost += n.odds * g.costOf(l)
		n.odds *= g.oddsOf(l)
	}
	return n
}

func (g *graph) costOf(l lit) float32 { return g.node(l.node()).cost }

// oddsOf says how often l is true.
func (g *graph) oddsOf(l lit) float32 {
	if odds := g.node(l.node()).odds; !l.negated() {
		return odds
	} else {
		return 1 - odds
	}
}
