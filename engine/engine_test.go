// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/scenario"
	"github.com/lanner-project/lanner/engine/state"
)

// A story is a source of events that a test tells, and may go wrong.
type story struct {
	events []event.Event
	at     int
	err    error  // after the last event; nil: io.EOF
	losses uint64 // so many before each event
	lost   uint64
	before func(*event.Event)
}

func (s *story) Next(ev *event.Event) error {
	s.lost += s.losses
	if s.at == len(s.events) {
		if s.err != nil {
			return s.err
		}
		return io.EOF
	}
	*ev = s.events[s.at]
	s.at++
	if s.before != nil {
		s.before(ev)
	}
	return nil
}

func (s *story) Drops() uint64 { return s.lost }

// A told story is one for several workers, a few events at once.
type told struct {
	story
	chunk *chunk
	end   error
}

// A chunk is a few events of a story.
type chunk []event.Event

func (s *told) NextChunk() (engine.Chunk, error) {
	if s.end != nil {
		return nil, s.end
	}
	s.chunk = new(chunk)
	return s.chunk, nil
}

func (s *told) NextHeader(h *event.Header) error {
	if len(*s.chunk) == 3 {
		return io.EOF
	}
	var ev event.Event
	if s.end = s.Next(&ev); s.end != nil {
		return io.EOF
	}
	*h = event.Header{Num: ev.Num, Time: ev.Time, TID: ev.TID, Type: ev.Type, Lost: uint16(s.losses), Place: uint32(len(*s.chunk))}
	*s.chunk = append(*s.chunk, ev)
	return nil
}

func (c *chunk) Tell(event.Snapshot) {}

func (c *chunk) Event(place uint32, ev *event.Event) bool {
	num := ev.Num
	*ev = (*c)[place]
	ev.Num = num
	return true
}

func (c *chunk) Release() {}

// split runs an engine over a story with several workers.
func split(t *testing.T, e *engine.Engine, w *scenario.World, s story, workers int) error {
	t.Helper()
	tables := make([]*state.Table, workers)
	for i := range tables {
		tables[i] = tableOf(w)
	}
	kin := state.NewKin()
	for _, tell := range w.Snapshot {
		tell(kin)
	}
	return e.RunSplit(t.Context(), &told{story: s}, kin, tables)
}

// world reads what was there, and what happens.
func world(t *testing.T, lines string) *scenario.World {
	t.Helper()
	f, list := scenario.Parse("story", "test \"story\"\n"+lines)
	if len(list.Diagnostics) > 0 {
		t.Fatalf("%+v", list.Diagnostics)
	}
	return f.Tests[0].World
}

func tableOf(w *scenario.World) *state.Table {
	table := state.New(state.Config{})
	for _, tell := range w.Snapshot {
		tell(table)
	}
	return table
}

// numbered is a rule that matches the events with these numbers.
func numbered(name string, p check.Priority, numbers ...uint64) check.Rule {
	num := check.Operand{Field: event.FieldEvtNum, Kind: event.KindUint64}
	test := &check.Test{Left: num, Op: check.In, Mod: check.AnyOf}
	for _, n := range numbers {
		test.Right = append(test.Right, check.Value{Num: n, Text: fmt.Sprint(n)})
	}
	types := check.TypeSet{}
	for i := range types {
		types[i] = ^uint64(0)
	}
	return check.Rule{
		Name: name, Priority: p, Source: "syscall", Tags: []string{"t"}, Enabled: true, Condition: test, Types: types,
		Output: check.Format{Parts: []check.Part{{Text: name + " "}, {Operand: &num}}},
	}
}

func ruleset(t *testing.T, all bool, rules ...check.Rule) *engine.Ruleset {
	t.Helper()
	rs, err := engine.NewRuleset(rules, engine.RulesetConfig{All: all})
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// heard keeps what alerts say.
type heard struct {
	lines []string
	fail  error
}

func (h *heard) Put(_ context.Context, a *alert.Alert) error {
	h.lines = append(h.lines, string(new(alert.Encoding).AppendText(nil, a))+" @"+a.Hostname)
	return h.fail
}

const fiveEvents = `  proc 100 exepath=/bin/sh
  100 openat fd=3 name=/etc/a
  100 read fd=3 res=5
  100 close fd=3
  100 openat fd=3 name=/etc/b
  100 close fd=3
`

func TestRun(t *testing.T) {
	t.Parallel()
	w := world(t, fiveEvents)
	rules := []check.Rule{
		numbered("early", check.Notice, 1, 2), numbered("even", check.Error, 2, 4), numbered("off", check.Error, 3), numbered("never", check.Debug, 9),
	}
	rules[2].Enabled = false
	for _, tt := range []struct {
		all  bool
		want []string
	}{
		{false, []string{"Notice early 1", "Notice early 2", "Error even 4"}},
		{true, []string{"Notice early 1", "Notice early 2", "Error even 2", "Error even 4"}},
	} {
		var got heard
		e := engine.New(engine.Config{Table: tableOf(w), Rules: ruleset(t, tt.all, rules...), Alerts: &got, Hostname: "box"})
		if err := e.Run(t.Context(), &story{events: w.Events}); err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, line := range got.lines {
			_, text, _ := strings.Cut(line, ": ")
			lines = append(lines, strings.TrimSuffix(text, " @box"))
		}
		if diff := cmp.Diff(tt.want, lines); diff != "" {
			t.Errorf("all %v (-want +got):\n%s", tt.all, diff)
		}
		s := e.Stats()
		if s.Events != 5 || s.Alerts != uint64(len(tt.want)) || s.ByRule["early"] != 2 || s.Elapsed <= 0 {
			t.Errorf("all %v: %+v", tt.all, s)
		}
		if diff := cmp.Diff(map[string]uint64{"openat": 2, "read": 1, "close": 2}, s.ByType); diff != "" {
			t.Errorf("types (-want +got):\n%s", diff)
		}
	}
}

// A source that breaks off raises its alerts up to there; what it broke off
// with comes back.
func TestRunFails(t *testing.T) {
	t.Parallel()
	w := world(t, fiveEvents)
	rules := ruleset(t, true, numbered("last", check.Error, 5))
	cut := fmt.Errorf("at byte 7: %w", io.ErrUnexpectedEOF)
	full := errors.New("no room")
	var got heard
	e := engine.New(engine.Config{Table: tableOf(w), Rules: rules, Alerts: &got})
	if err := e.Run(t.Context(), &story{events: w.Events, err: cut}); !errors.Is(err, io.ErrUnexpectedEOF) || len(got.lines) != 1 {
		t.Errorf("a source that is cut: %v, %q", err, got.lines)
	}
	e = engine.New(engine.Config{Table: tableOf(w), Rules: rules, Alerts: &heard{fail: full}})
	if err := e.Run(t.Context(), &story{events: w.Events}); !errors.Is(err, full) {
		t.Errorf("alerts that nobody takes: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(full)
	e = engine.New(engine.Config{Table: tableOf(w), Rules: rules, Alerts: &got})
	if err := e.Run(ctx, &story{events: w.Events}); !errors.Is(err, full) {
		t.Errorf("a context that is over: %v", err)
	}
}

func TestSwap(t *testing.T) {
	t.Parallel()
	w := world(t, fiveEvents)
	var got heard
	all := []uint64{1, 2, 3, 4, 5}
	e := engine.New(engine.Config{Table: tableOf(w), Rules: ruleset(t, true, numbered("old", check.Error, all...)), Alerts: &got})
	next := ruleset(t, true, numbered("new", check.Error, all...))
	err := e.Run(t.Context(), &story{events: w.Events, before: func(ev *event.Event) {
		if ev.Num == 3 {
			e.Swap(next)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]uint64{"old": 2, "new": 3}, e.Stats().ByRule); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
}

// Rules may be exchanged from anywhere while events are matched, by one worker
// or several; each event meets one ruleset as a whole.
func TestSwapMeanwhile(t *testing.T) {
	t.Parallel()
	w := world(t, fiveEvents)
	var events []event.Event
	for i := range uint64(20_000) {
		ev := w.Events[i%5]
		ev.Num, ev.Time = i+1, ev.Time+i
		events = append(events, ev)
	}
	always := func(name string) *engine.Ruleset {
		r := numbered(name, check.Error)
		r.Condition = check.And{}
		return ruleset(t, true, r)
	}
	sets := []*engine.Ruleset{always("a"), always("b")}
	for workers := range 3 {
		e := engine.New(engine.Config{Table: tableOf(w), Rules: sets[0], Alerts: &heard{}})
		done := make(chan struct{})
		var swapping sync.WaitGroup
		swapping.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
					e.Swap(sets[i%2])
				}
			}
		})
		var err error
		if workers == 0 {
			err = e.Run(t.Context(), &story{events: events})
		} else {
			err = split(t, e, w, story{events: events}, workers)
		}
		close(done)
		swapping.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if s := e.Stats(); s.ByRule["a"]+s.ByRule["b"] != uint64(len(events)) {
			t.Errorf("%d workers: %v, want %d in all", workers, s.ByRule, len(events))
		}
	}
}

// Lost events are told of once in a while, and all of them in the end.
func TestDropsAreTold(t *testing.T) {
	t.Parallel()
	w := world(t, `  proc 100
  100 close fd=1
  +2s 100 close fd=2
  +40s 100 close fd=3
  100 close fd=4
`)
	run := func(e *engine.Engine) error { return e.Run(t.Context(), &story{events: w.Events, losses: 1}) }
	two := func(e *engine.Engine) error { return split(t, e, w, story{events: w.Events, losses: 1}, 2) }
	for _, run := range []func(*engine.Engine) error{run, two} {
		var got heard
		e := engine.New(engine.Config{Table: tableOf(w), Rules: ruleset(t, true), Alerts: &got, Hostname: "box"})
		if err := run(e); err != nil {
			t.Fatal(err)
		}
		const message = "Critical the source lost %d events: what they did is not known, and what is known of processes and files may be wrong (events.lost=%d events.lost.total=%d) @box"
		want := []string{
			"12:00:00.001000000: " + fmt.Sprintf(message, 1, 1, 1),
			"12:00:42.001000000: " + fmt.Sprintf(message, 2, 2, 3),
			"12:00:42.002000000: " + fmt.Sprintf(message, 2, 2, 5),
		}
		if diff := cmp.Diff(want, got.lines); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		if s := e.Stats(); s.Drops != 5 || s.Alerts != 0 {
			t.Errorf("%+v, want 5 drops and no alert of a rule", s)
		}
	}
}

// A knowing story knows which events it lost, and what it did not see.
type knowing struct{ story }

func (k *knowing) DropCounts(tell func(string, event.Type, uint64)) {
	tell("ring-full", event.CloseExit, k.lost)
	tell("shed", event.ReadExit, 0)
}

func (k *knowing) Unseen(tell func(string, uint64)) {
	tell("calls of io_uring_enter", 7)
	tell("calls of the x32 interface", 0)
}

// Which events were lost and why is told where it is known, and so is what
// cannot be seen, once.
func TestCausesAreTold(t *testing.T) {
	t.Parallel()
	w := world(t, `  proc 100
  100 close fd=1
  +40s 100 close fd=2
`)
	var got heard
	e := engine.New(engine.Config{Table: tableOf(w), Rules: ruleset(t, true), Alerts: &got, Hostname: "box"})
	if err := e.Run(t.Context(), &knowing{story{events: w.Events, losses: 1}}); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(got.lines, "\n")
	for want, times := range map[string]int{
		"programs did what the driver cannot tell of: 7 calls of io_uring_enter (events.unseen=": 1,
		"may be wrong; they were 1 close (ring-full)":                                            len(got.lines) - 1,
	} {
		if n := strings.Count(text, want); n != times {
			t.Errorf("%q stands %d times, want %d, in\n%s", want, n, times, text)
		}
	}
	if len(got.lines) < 2 {
		t.Errorf("too few alerts:\n%s", text)
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	names := []string{"Write below etc", "Write below root", "Read sensitive file", "Run shell"}
	for _, tt := range []struct {
		name       string
		threshold  check.Priority
		selections []engine.Selection
		want       string
		unused     int
	}{
		{"nothing", check.Debug, nil, "1110", 0},
		{"in order", check.Debug, []engine.Selection{{Rule: "*"}, {Enable: true, Rule: "Write*"}, {Rule: "*root"}}, "1000", 0},
		{"by tag", check.Debug, []engine.Selection{{Enable: true, Tag: "t"}}, "1111", 0},
		{"severe ones", check.Error, []engine.Selection{{Enable: true, Rule: "*"}}, "0100", 0},
		{"mistakes", check.Debug, []engine.Selection{{Rule: "write*"}, {Tag: "x"}}, "1110", 2},
	} {
		var rules []check.Rule
		for i, name := range names {
			r := numbered(name, check.Notice)
			r.Enabled = i != 3
			rules = append(rules, r)
		}
		rules[1].Priority = check.Critical
		unused := engine.Select(rules, tt.threshold, tt.selections)
		var got strings.Builder
		for _, r := range rules {
			got.WriteString(map[bool]string{true: "1", false: "0"}[r.Enabled])
		}
		if got.String() != tt.want || len(unused) != tt.unused {
			t.Errorf("%s: enabled %s, unused %v, want %s and %d", tt.name, got.String(), unused, tt.want, tt.unused)
		}
	}
}

func TestMatchName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "", true},
		{"a", "a", true},
		{"a", "ab", false},
		{"*", "", true},
		{"*", "any", true},
		{"a*", "b", false},
		{"a*c", "abc", true},
		{"a*c", "ac", true},
		{"a*c", "abcd", false},
		{"*b*", "abc", true},
		{"*b*", "ac", false},
		{"a*b*c", "aXbYc", true},
		{"a*b*c", "acb", false},
		{"a*a", "a", false},
		{"**", "x", true},
		{"a?c", "abc", false},
	} {
		if got := engine.MatchName(tt.pattern, tt.name); got != tt.want {
			t.Errorf("MatchName(%q, %q) = %v", tt.pattern, tt.name, got)
		}
	}
}

// What a source tells as events before anything happens is no matter for rules,
// whoever of several workers sees it; what it tells later is.
func TestOpeningIsNotMatched(t *testing.T) {
	t.Parallel()
	w := world(t, `  proc 100
  100 useradded uid=1 gid=1 name=alice
  100 groupadded gid=1 name=alice
  100 close fd=1
  100 useradded uid=2 gid=2 name=bob
`)
	rules := ruleset(t, true, numbered("any", check.Error, 1, 2, 3, 4))
	for workers := range 4 {
		var got heard
		e := engine.New(engine.Config{Table: tableOf(w), Rules: rules, Alerts: &got})
		run := func() error { return e.Run(t.Context(), &story{events: w.Events}) }
		if workers > 0 {
			run = func() error { return split(t, e, w, story{events: w.Events}, workers) }
		}
		if err := run(); err != nil {
			t.Fatal(err)
		}
		if s := e.Stats(); len(got.lines) != 2 || s.Events != 4 {
			t.Errorf("%d workers: %q of %d events, want alerts of two of 4", workers, got.lines, s.Events)
		}
	}
}
