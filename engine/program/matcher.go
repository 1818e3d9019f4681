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

	noThread, longName memo // for one event: nothing is remembered of these

	candidates, hits bitset
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

		candidates: newBitset(rules), hits: newBitset(rules),
		noThread: newMemo(&p.thread), longName: newMemo(&p.name),
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
	m.thread = m.threadMemo()
	candidates := m.candidates
	if !m.keepScope(candidates, c.rules, &m.p.thread, m.thread) || !m.keepGuarded(candidates) {
		return dst
	}
	if c.access != nil && candidates.count() >= minAccess {
		c.access.narrow(m, candidates)
	}
	for w, word := range candidates {
		for ; word != 0; word &= word - 1 {
			r := w*64 + bits.TrailingZeros64(word)
			if m.matches(uint32(r)) {
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
	if more := c.nodes - len(m.truths); more > 0 {
		m.truths = append(m.truths, make([]uint32, more)...)
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
		c = m.p.newClass(m, k)
		m.p.classes[k].Store(c)
	}
	return c
}

// keepScope sets candidates to those of from whose part in a scope holds, or is
// not known yet. Like the other, it reports whether there are any.
func (m *Matcher) keepScope(candidates, from bitset, s *scope, memo memo) bool {
	known, truth := memo.known[:len(from)], memo.truth[:len(from)]
	var unknown, left uint64
	for i, w := range from {
		unknown |= w &^ known[i]
	}
	if unknown != 0 {
		m.learn(s, memo, from)
	}
	candidates = candidates[:len(from)]
	for i, w := range from {
		candidates[i] = w & (truth[i] | ^known[i])
		left |= candidates[i]
	}
	return left != 0
}

// mostLearned is how many rules' parts are learned for an event, and manyUnknown
// from how many on the scope's access is asked first.
const (
	mostLearned = 16
	manyUnknown = 64
)

// learn adds to a memo what rules of from it does not know. The first time it
// only leaves a mark: many threads end, or run another program, before they are
// seen again, and many names never come back.
func (m *Matcher) learn(s *scope, memo memo, from bitset) {
	if !memo.known.has(s.seen) {
		memo.known.set(s.seen)
		return
	}
	if !memo.known.has(s.narrowed) {
		unknown := 0
		for i, w := range from {
			unknown += bits.OnesCount64(w &^ memo.known[i])
		}
		if unknown >= manyUnknown {
			memo.known.set(s.narrowed)
			s.access.narrowMemo(m, memo)
		}
	}
	left := mostLearned
	for i, w := range from {
		for w &^= memo.known[i]; w != 0; w &= w - 1 {
			if left--; left < 0 {
				return
			}
			m.holdsPart(s, memo, uint32(i*64+bits.TrailingZeros64(w)))
		}
	}
}

// holdsPart reports whether a rule's part in a scope holds.
func (m *Matcher) holdsPart(s *scope, memo memo, rule uint32) bool {
	if !memo.known.has(rule) {
		memo.known.set(rule)
		if m.holds(s.parts[rule]) {
			memo.truth.set(rule)
		}
	}
	return memo.truth.has(rule)
}

// matches reports whether a rule matches, of which nothing speaks against it so
// far.
func (m *Matcher) matches(r uint32) bool {
	if !m.holdsPart(&m.p.thread, m.thread, r) {
		return false
	}
	if !m.p.name.certain.has(r) && !m.holdsPart(&m.p.name, m.nameMemo(), r) {
		return false
	}
	return m.all(m.class.rest[r])
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
			if !m.keepScope(candidates, candidates, &m.p.name, m.nameMemo()) {
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

// threadMemo returns the memo of the current thread.
func (m *Matcher) threadMemo() memo {
	if kept := m.ctx.ThreadMemo(); kept != nil {
		return m.p.thread.memoOf(kept, m.p.id, m.ctx.ThreadStamp())
	}
	m.noThread.start(&m.p.thread)
	return m.noThread
}

// nameMemo returns the memo of the current file's name and kind.
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
	var ok bool
	if m.name, ok = m.names.of(r.one.Bytes, kind); !ok {
		m.longName.start(&m.p.name)
		m.name = m.longName
	}
	return m.name
}
