// SPDX-License-Identifier: Apache-2.0

package program

import (
	"math/bits"
	"slices"
)

// An access finds the rules worth looking at without looking at each: of every
// rule that has some, it knows tests of which one has to hold, and it starts
// from the tests that do.
type access struct {
	sieves []accessSieve
	others bitset // rules that have no such tests
	rules  int    // how many have
}

type accessSieve struct {
	sieve int32
	rules [][]uint32 // by bit
}

// newAccess makes the access of rules by their conditions, each a conjunction.
func newAccess(g *graph, all []test, conditions [][]lit) *access {
	a := &access{others: newBitset(len(conditions))}
	n := necessity{g, all}
	for rule, lits := range conditions {
		tests, _ := n.ofAll(lits)
		if len(tests) == 0 {
			a.others.set(uint32(rule))
		} else {
			a.rules++
		}
		for _, t := range tests {
			s := a.sieve(all[t].index)
			bit := int(all[t].bit)
			s.rules = append(s.rules, make([][]uint32, max(0, bit+1-len(s.rules)))...)
			s.rules[bit] = append(s.rules[bit], uint32(rule))
		}
	}
	return a
}

func (a *access) sieve(id int32) *accessSieve {
	i := slices.IndexFunc(a.sieves, func(s accessSieve) bool { return s.sieve == id })
	if i < 0 {
		i = len(a.sieves)
		a.sieves = append(a.sieves, accessSieve{sieve: id})
	}
	return &a.sieves[i]
}

// A necessity finds indexed tests of which one has to hold where a condition
// does.
type necessity struct {
	graph *graph
	tests []test
}

// of returns those that hold most rarely, and how often that is; none if there
// are no such.
func (n *necessity) of(l lit) (tests []int32, odds float32) {
	x := n.graph.node(l.node())
	switch {
	case l.node() == 0:
		return nil, 1
	case x.test >= 0:
		if l.negated() || n.tests[x.test].index < 0 {
			return nil, 1
		}
		return []int32{x.test}, x.odds
	case !l.negated():
		return n.ofAll(x.kids)
	}
	for _, kid := range x.kids { // one of several
		more, p := n.of(kid.not())
		if len(more) == 0 {
			return nil, 1
		}
		tests, odds = append(tests, more...), odds+p
	}
	return tests, odds
}

// ofAll is the same for a conjunction.
func (n *necessity) ofAll(lits []lit) (tests []int32, odds float32) {
	odds = 1
	for _, l := range lits {
		if ts, p := n.of(l); len(ts) > 0 && p < odds {
			tests, odds = ts, p
		}
	}
	return tests, odds
}

// find returns the rules that can match.
func (a *access) find(m *Matcher) bitset {
	hits := m.hits
	copy(hits, a.others)
	for i := range a.sieves {
		s := &a.sieves[i]
		for w, word := range m.marked(s.sieve) {
			for ; word != 0; word &= word - 1 {
				if bit := w*64 + bits.TrailingZeros64(word); bit < len(s.rules) {
					hits.setAll(s.rules[bit])
				}
			}
		}
	}
	return hits
}

// narrow takes the rules out of candidates that cannot match.
func (a *access) narrow(m *Matcher, candidates bitset) {
	for i, w := range a.find(m) {
		candidates[i] &= w
	}
}

// narrowMemo lets a memo know of the rules whose part cannot hold.
func (a *access) narrowMemo(m *Matcher, memo memo) {
	for i, w := range a.find(m) {
		memo.known[i] |= ^w
	}
}
