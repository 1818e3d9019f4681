// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/state"
)

// rules makes up to most rules: those of made up conditions that the check
// accepts.
func (w *world) rules(most int) []check.Rule {
	var conditions []string
	for range 1 + w.IntN(most) {
		conditions = append(conditions, w.condition(w.IntN(4)))
	}
	loaded, _ := accepted(conditions...)
	for i := range loaded {
		loaded[i].Enabled = w.IntN(20) > 0
	}
	return loaded
}

// A follower sees the world's events with a table of its own: a program keeps
// what it remembers in there.
type follower struct {
	ctx     *extract.Context
	matcher *program.Matcher
	matched []int
}

func newFollower(t testing.TB, w *world, rules []check.Rule, all bool) *follower {
	t.Helper()
	p, err := program.Compile(rules, program.Options{All: all})
	if err != nil {
		t.Fatal(err)
	}
	table := state.New(state.Config{})
	w.fill(table)
	return &follower{ctx: extract.New(table), matcher: p.NewMatcher()}
}

func (f *follower) next(ev *event.Event) []int {
	f.ctx.Next(ev)
	f.matched = f.matcher.Match(f.ctx, f.matched[:0])
	return f.matched
}

// differ makes rules and events from a seed, and looks for an event for which
// the program and the naive evaluator differ.
func differ(t *testing.T, seed uint64, most, events int) {
	t.Helper()
	w := newWorld(rand.New(rand.NewPCG(seed, 1)))
	rules := w.rules(most)
	naive, err := program.NewNaive(rules)
	if err != nil {
		t.Fatal(err)
	}
	// Both tables start with the same machine.
	machine := rand.NewPCG(seed, 2)
	w.Rand = rand.New(machine)
	all := newFollower(t, w, rules, true)
	machine.Seed(seed, 2)
	first := newFollower(t, w, rules, false)
	var ev event.Event
	for range events {
		w.next(&ev)
		got := all.next(&ev)
		want := naive.Match(all.ctx)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d, event %d %v: matches %v, want %v\n%s", seed, ev.Num, ev.Type, got, want, explain(naive, all.ctx, rules, got, want))
		}
		if one := first.next(&ev); !slices.Equal(one, want[:min(1, len(want))]) {
			t.Fatalf("seed %d, event %d %v: first match %v, want of %v", seed, ev.Num, ev.Type, one, want)
		}
	}
}

// explain shows the rules of which only one side says that they match.
func explain(naive *program.Naive, ctx *extract.Context, rules []check.Rule, got, want []int) string {
	var b strings.Builder
	for r := range rules {
		if slices.Contains(got, r) == slices.Contains(want, r) {
			continue
		}
		fmt.Fprintf(&b, "rule %s\n", rules[r].Name)
		describe(&b, naive.Explain(ctx, r), 1)
	}
	return b.String()
}

func describe(b *strings.Builder, trace *program.Trace, depth int) {
	fmt.Fprintf(b, "%*s%T %v", 2*depth, "", trace.Expr, trace.True)
	if t, ok := trace.Expr.(*check.Test); ok {
		fmt.Fprintf(b, " %s %d", t.Left.Field.Field().Name, t.Op)
		for _, v := range trace.Left {
			fmt.Fprintf(b, " %q/%d", v.Bytes, int64(v.Num))
		}
	}
	b.WriteByte('\n')
	for _, kid := range trace.Kids {
		describe(b, kid, depth+1)
	}
}

func TestDifferential(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		differ(t, seed, 12, 60)
	}
	for seed := range uint64(5) {
		differ(t, 1000+seed, 400, 300)
	}
	for _, seed := range []uint64{104521, 108889} { // found something
		differ(t, seed, 14, 60)
	}
	differ(t, 500058, 500, 300)
}

// Few rules and events for each input: what a seed finds, it finds with those,
// and sixteen seeds take as long as one with hundreds of rules.
func FuzzDifferential(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed, uint8(10), uint8(50))
	}
	f.Fuzz(func(t *testing.T, seed uint64, rules, events uint8) { differ(t, seed, 1+int(rules%16), int(events%64)) })
}
