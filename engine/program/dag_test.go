// SPDX-License-Identifier: Apache-2.0

package program

import (
	"math/rand/v2"
	"testing"
)

// A formula is a condition over few tests, and what it is worth: one bit for
// each way in which the tests can turn out.
type formula struct {
	lit   lit
	truth uint32
}

const dagTests = 5

// newDagGraph makes a graph with dagTests tests, of all scopes.
func newDagGraph() (*graph, []formula) {
	g := newGraph(nil)
	var tests []formula
	for i := range dagTests {
		d := []deps{onThread, onThread, onName, onName, onEvent}[i]
		l := g.add(node{test: int32(i), slot: -1, deps: d, cost: float32(i), odds: 0.5})
		var truth uint32
		for world := range 1 << dagTests {
			if world>>i&1 != 0 {
				truth |= 1 << world
			}
		}
		tests = append(tests, formula{l, truth})
	}
	return g, tests
}

func randomFormula(r *rand.Rand, g *graph, tests []formula, depth int) formula {
	if depth == 0 || r.IntN(5) == 0 {
		switch n := r.IntN(dagTests + 1); n {
		case dagTests:
			if r.IntN(2) == 0 {
				return formula{litTrue, 1<<(1<<dagTests) - 1}
			}
			return formula{litFalse, 0}
		default:
			return tests[n]
		}
	}
	f := formula{litTrue, 1<<(1<<dagTests) - 1}
	var lits []lit
	and := r.IntN(2) == 0
	if !and {
		f.truth = 0
	}
	for range r.IntN(4) {
		kid := randomFormula(r, g, tests, depth-1)
		lits = append(lits, kid.lit)
		if and {
			f.truth &= kid.truth
		} else {
			f.truth |= kid.truth
		}
	}
	if and {
		f.lit = g.and(lits...)
	} else {
		f.lit = g.or(lits...)
	}
	if r.IntN(3) == 0 {
		return formula{f.lit.not(), ^f.truth}
	}
	return f
}

// truthOf computes what a lit is worth, from the nodes.
func truthOf(g *graph, l lit) uint32 {
	var truth uint32
	switch n := g.node(l.node()); {
	case l.node() == 0:
	case n.test >= 0:
		for world := range 1 << dagTests {
			if world>>n.test&1 != 0 {
				truth |= 1 << world
			}
		}
	default:
		truth = 1<<(1<<dagTests) - 1
		for _, kid := range n.kids {
			truth &= truthOf(g, kid)
		}
	}
	if l.negated() {
		return ^truth
	}
	return truth
}

func TestGraph(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		base, tests := newDagGraph()
		g := base
		for i := range 40 {
			if i == 20 {
				g = newGraph(base)
			}
			f := randomFormula(r, g, tests, 4)
			if got := truthOf(g, f.lit); got != f.truth {
				t.Fatalf("lit %d is worth %032b, want %032b", f.lit, got, f.truth)
			}
		}
		checkNodes(t, g)
	}
}

// checkNodes sees that a graph is in the form that everything else hopes for.
func checkNodes(t *testing.T, g *graph) {
	t.Helper()
	for i := uint32(1); int(i) < g.size(); i++ {
		n := g.node(i)
		if n.test >= 0 {
			continue
		}
		if len(n.kids) < 2 {
			t.Fatalf("node %d is a conjunction of %d", i, len(n.kids))
		}
		alone := map[deps]int{}
		for _, kid := range n.kids {
			k := g.node(kid.node())
			if kid.node() == 0 || kid.node() >= i {
				t.Fatalf("node %d has kid %d", i, kid)
			}
			if k.test < 0 && !kid.negated() && (k.deps == n.deps || k.deps != onThread && k.deps != onName) {
				t.Fatalf("node %d has a conjunction as kid %d", i, kid)
			}
			alone[k.deps]++
		}
		if n.deps != onThread && alone[onThread] > 1 || n.deps != onName && alone[onName] > 1 {
			t.Fatalf("node %d has several kids of one scope: %v", i, n.kids)
		}
	}
}

// The same condition is the same lit, however it is written.
func TestGraphShares(t *testing.T) {
	t.Parallel()
	g, tests := newDagGraph()
	a, b, c := tests[0].lit, tests[2].lit, tests[4].lit
	for _, pair := range [][2]lit{
		{g.and(a, b, c), g.and(c, g.and(b, a))},
		{g.or(a, b).not(), g.and(a.not(), b.not())},
		{g.and(a, a, litTrue), a},
		{g.and(a, g.or(b, c), a.not()), litFalse},
		{g.or(a, a.not()), litTrue},
		{g.or(), litFalse},
		{g.and(), litTrue},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%d and %d are the same condition", pair[0], pair[1])
		}
	}
}
