// SPDX-License-Identifier: Apache-2.0

package program

import (
	"math/bits"

	"github.com/lanner-project/lanner/engine/extract"
)

// A Matcher matches events with a program. It belongs to one goroutine.
type Matcher struct {
	p     *Program
	ctx   *extract.Context
	class *class

	// epoch numbers events. What is known of the current one carries it, so
	// that nothing has to be cleared between events.
	epoch    uint32
	truths   []uint32  // by node: the epoch, and in the lowest bit the truth
	readings []reading // by operand
	marks    []uint64  // the sieves' bits
	markedAt []uint32  // by sieve: the epoch of its marks

	thread  memo   // of the current thread
	name    memo   // of the current fd.name
	namedAt uint32 // the epoch of name
	names   *names // made when first asked for

	candidates, hits, wanted bitset
}

// A reading is an operand's value, or values, for the event of its epoch.
type reading struct {
	epoch uint32
	ok    bool
	one   extract.Value
	many  []extract.Value
}

// NewMatcher makes a matcher. Each goroutine needs its own.
func (p *Program) NewMatcher() *Matcher {
	rules := len(p.rules)
	return &Matcher{
		p:        p,
		truths:   make([]uint32, len(p.graph.nodes)),
		readings: make([]reading, len(p.operands)),
		marks:    make([]uint64, p.marks),
		markedAt: make([]uint32, len(p.sieves)),

		candidates: newBitset(rules), hits: newBitset(rules), wanted: newBitset(rules),
	}
}

// maxEpoch is the largest that has room beside a truth.
const maxEpoch = 1<<31 - 1

// Match appends the numbers of the rules that match ctx's event to dst, in the
// order of the rules; without Options.All, one at most. It allocates nothing,
// but for room in dst, when a thread is first seen, and when a kind of event is.
func (m *Matcher) Match(ctx *extract.Context, dst []int) []int {
	c := m.begin(ctx)
	if c.none {
		return dst
	}
	m.thread = m.p.thread.memoOf(ctx, m.p.id)
	candidates := m.candidates
	copy(candidates, c.rules)
	if !m.keepScope(&m.p.thread, m.thread, candidates) || !m.keepGuarded(candidates) {
		return dst
	}
	if c.access != nil && candidates.count() >= minAccess {
		c.access.narrow(m, candidates)
	}
	for w, word := range candidates {
		for ; word != 0; word &= word - 1 {
			r := w*64 + bits.TrailingZeros64(word)
			if m.all(c.rest[r]) {
				dst = append(dst, r)
				if !m.p.options.All {
					return dst
				}
			}
		}
	}
	return dst
}

// begin makes ctx's event the current one, and returns its class.
func (m *Matcher) begin(ctx *extract.Context) *class {
	m.ctx = ctx
	if m.epoch++; m.epoch > maxEpoch {
		m.forget()
	}
	k := kindOf(ctx.Event)
	c := m.p.classes[k].Load()
	if c == nil {
		c = m.makeClass(k)
	}
	m.class = c
	return c
}

// forget starts to count epochs anew.
func (m *Matcher) forget() {
	m.epoch, m.namedAt = 1, 0
	clear(m.truths)
	clear(m.markedAt)
	for i := range m.readings {
		m.readings[i].epoch = 0
	}
}

// makeClass makes the class of a kind of event, unless another goroutine just
// did.
func (m *Matcher) makeClass(k kind) *class {
	m.p.mu.Lock()
	defer m.p.mu.Unlock()
	c := m.p.classes[k].Load()
	if c == nil {
		c = m.p.newClass(m, k != manyKinds)
		m.p.classes[k].Store(c)
	}
	if more := c.graph.size() - len(m.truths); more > 0 {
		m.truths = append(m.truths, make([]uint32, more)...)
	}
	return c
}

// keepScope takes out the candidates whose part in a scope does not hold. Like
// the others of its name, it reports whether there are candidates left.
func (m *Matcher) keepScope(s *scope, known memo, candidates bitset) bool {
	if known.known == nil {
		return m.keepUnremembered(s, candidates)
	}
	var unknown, left uint64
	for i, w := range candidates {
		unknown |= w &^ known.known[i]
	}
	if unknown != 0 {
		m.learn(s, known, candidates)
	}
	for i := range candidates {
		candidates[i] &= known.truth[i]
		left |= candidates[i]
	}
	return left != 0
}

// keepUnremembered is keepScope where there is no memo.
func (m *Matcher) keepUnremembered(s *scope, candidates bitset) bool {
	var left uint64
	for i, w := range candidates {
		for w &^= s.certain[i]; w != 0; w &= w - 1 {
			if bit := bits.TrailingZeros64(w); !m.holds(s.parts[i*64+bit]) {
				candidates[i] &^= 1 << bit
			}
		}
		left |= candidates[i]
	}
	return left != 0
}

// fewRules is how many rules are faster looked at one by one than through an
// access.
const fewRules = 4

// learn completes a scope's memo for the candidates.
func (m *Matcher) learn(s *scope, known memo, candidates bitset) {
	wanted := m.wanted
	for i, w := range candidates {
		wanted[i] = w &^ known.known[i]
		known.known[i] |= w
	}
	if wanted.count() > fewRules {
		s.access.narrow(m, wanted)
	}
	for i, w := range wanted {
		for ; w != 0; w &= w - 1 {
			if bit := bits.TrailingZeros64(w); m.holds(s.parts[i*64+bit]) {
				known.truth[i] |= 1 << bit
			}
		}
	}
}

// keepGuarded takes out the candidates that have a condition in common which
// does not hold, and those whose part in the name's scope does not.
func (m *Matcher) keepGuarded(candidates bitset) bool {
	for i := range m.class.guards {
		g := &m.class.guards[i]
		var use, left uint64
		for w := range candidates {
			use |= candidates[w] & g.rules[w]
			left |= candidates[w] &^ g.rules[w]
		}
		switch {
		case use == 0:
		case g.lit == litTrue:
			if !m.keepScope(&m.p.name, m.nameMemo(), candidates) {
				return false
			}
		case !m.holds(g.lit):
			if left == 0 {
				return false
			}
			for w := range candidates {
				candidates[w] &^= g.rules[w]
			}
		}
	}
	return true
}

// nameMemo returns the memo of the current file's name and type.
func (m *Matcher) nameMemo() memo {
	if m.namedAt == m.epoch {
		return m.name
	}
	m.namedAt = m.epoch
	if m.names == nil {
		m.names = newNames(&m.p.name)
	}
	kind := m.ctx.NameKind()
	r := m.read(m.p.fdName)
	if !r.ok {
		kind |= noName
	}
	m.name = m.names.of(r.one.Bytes, kind)
	return m.name
}
