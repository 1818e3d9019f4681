// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"math/rand/v2"
	"testing"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/state"
)

// count adds up how often each test of a trace was looked at, and held.
func count(trace *program.Trace, looked, held map[*check.Test]uint64) {
	if t, ok := trace.Expr.(*check.Test); ok {
		looked[t]++
		if trace.True {
			held[t]++
		}
	}
	for _, kid := range trace.Kids {
		count(kid, looked, held)
	}
}

// A Meter looks at the tests that a naive evaluation looks at, and sees the same.
func TestMeter(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		w := newWorld(rand.New(rand.NewPCG(seed, 11)))
		rules := w.rules(20)
		meter, err := program.NewMeter(rules)
		if err != nil {
			t.Fatal(err)
		}
		naive, err := program.NewNaive(rules)
		if err != nil {
			t.Fatal(err)
		}
		table := state.New(state.Config{})
		w.fill(table)
		ctx := extract.New(table)
		events, matched := make([]uint64, len(rules)), make([]uint64, len(rules))
		looked, held := make([]map[*check.Test]uint64, len(rules)), make([]map[*check.Test]uint64, len(rules))
		for r := range rules {
			looked[r], held[r] = make(map[*check.Test]uint64), make(map[*check.Test]uint64)
		}
		var ev event.Event
		for range 50 {
			w.next(&ev)
			ctx.Next(&ev)
			meter.Observe(ctx)
			for r := range rules {
				if !rules[r].Enabled || !rules[r].Types.Has(ev.Type) {
					continue
				}
				events[r]++
				trace := naive.Explain(ctx, r)
				if trace.True {
					matched[r]++
				}
				count(trace, looked[r], held[r])
			}
		}
		for r, c := range meter.Costs() {
			if c.Events != events[r] || c.Matched != matched[r] {
				t.Errorf("seed %d, rule %s: %d of %d events matched, want %d of %d", seed, rules[r].Name, c.Matched, c.Events, matched[r], events[r])
			}
			for _, test := range c.Tests {
				if test.Looked != looked[r][test.Test] || test.Held != held[r][test.Test] {
					t.Errorf("seed %d, rule %s: a test held %d of %d times, want %d of %d", seed, rules[r].Name, test.Held, test.Looked, held[r][test.Test], looked[r][test.Test])
				}
			}
		}
	}
}
