// SPDX-License-Identifier: Apache-2.0

package program

import (
	"time"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/extract"
)

// A RuleCost is what a rule cost so far.
type RuleCost struct {
	Events, Matched uint64 // of the types that it can match
	Time            time.Duration
	Tests           []TestCost // in the order of the condition
}

// A TestCost is what a test of a rule cost so far.
type TestCost struct {
	Test         *check.Test
	Looked, Held uint64
	Time         time.Duration
}

// A Meter measures what each rule would cost if it were alone: every rule is a
// program of its own, evaluated as it is written, from left to right, and
// nothing is remembered between events. The sum says nothing about a Program of
// all rules, which shares and remembers; the ranks say which rule, and which
// test, to look at. It belongs to one goroutine.
type Meter struct {
	rules []metered
	clock time.Duration // what it takes to ask for the time
}

// metered is a rule under a Meter; without a matcher, one that is not enabled.
type metered struct {
	rule    *check.Rule
	matcher *Matcher
	lits    map[*check.Test]lit
	place   map[*check.Test]int // in cost.Tests
	cost    RuleCost
}

// NewMeter prepares to measure rules.
func NewMeter(rules []check.Rule) (*Meter, error) {
	m := &Meter{rules: make([]metered, len(rules)), clock: leastTime()}
	for i := range rules {
		if !rules[i].Enabled {
			continue
		}
		p, b, err := compile(rules[i:i+1], Options{})
		if err != nil {
			return nil, err
		}
		r := &m.rules[i]
		*r = metered{rule: &rules[i], matcher: p.NewMatcher(), lits: make(map[*check.Test]lit), place: make(map[*check.Test]int)}
		for t := range tests(rules[i].Condition) {
			if _, ok := r.place[t]; ok {
				continue // a macro that is used twice
			}
			if r.lits[t], err = b.test(t); err != nil {
				return nil, err
			}
			r.place[t] = len(r.cost.Tests)
			r.cost.Tests = append(r.cost.Tests, TestCost{Test: t})
		}
	}
	return m, nil
}

// leastTime is the shortest time that seems to pass between two looks at the
// clock.
func leastTime() time.Duration {
	least := time.Hour
	for range 1000 {
		start := time.Now()
		least = min(least, time.Since(start))
	}
	return least
}

// Costs returns what was measured: for each rule, at its place.
func (m *Meter) Costs() []RuleCost {
	costs := make([]RuleCost, len(m.rules))
	for i := range m.rules {
		costs[i] = m.rules[i].cost
	}
	return costs
}

// Observe measures all rules that can match ctx's event, with that event.
func (m *Meter) Observe(ctx *extract.Context) {
	for i := range m.rules {
		r := &m.rules[i]
		if r.matcher == nil || !r.rule.Types.Has(ctx.Event.Type) {
			continue
		}
		r.matcher.forgetful(ctx)
		r.cost.Events++
		matched, spent := m.eval(r, r.rule.Condition)
		if matched {
			r.cost.Matched++
		}
		r.cost.Time += spent
	}
}

// forgetful makes ctx's event the current one, and remembers nothing of others.
func (m *Matcher) forgetful(ctx *extract.Context) {
	m.begin(ctx)
	m.noThread.start(&m.p.thread)
	m.longName.start(&m.p.name)
	m.thread, m.name, m.namedAt = m.noThread, m.longName, m.epoch
}

// eval returns a condition's truth and the time that its tests took.
func (m *Meter) eval(r *metered, x check.Expr) (truth bool, spent time.Duration) {
	switch x := x.(type) {
	case check.And:
		truth = true
		for i := 0; i < len(x) && truth; i++ {
			var more time.Duration
			truth, more = m.eval(r, x[i])
			spent += more
		}
	case check.Or:
		for i := 0; i < len(x) && !truth; i++ {
			var more time.Duration
			truth, more = m.eval(r, x[i])
			spent += more
		}
	case check.Not:
		truth, spent = m.eval(r, x.X)
		truth = !truth
	case *check.Test:
		start := time.Now()
		if l := r.lits[x]; l.node() != 0 {
			truth = r.matcher.holds(l)
		} else {
			truth = l == litTrue // in an empty list
		}
		spent = max(0, time.Since(start)-m.clock)
		c := &r.cost.Tests[r.place[x]]
		c.Looked++
		c.Time += spent
		if truth {
			c.Held++
		}
	}
	return truth, spent
}
