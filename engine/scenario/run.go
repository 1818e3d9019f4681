// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/explain"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/state"
)

// A Failure is where a test and the rules disagree.
type Failure struct {
	Pos     diag.Pos // in the test file
	Message string
	Detail  string // several lines: what came, or why nothing did; may be empty
}

// A Source gives the events of a capture.
type Source interface{ Next(*event.Event) error }

// Open opens a capture by the path in a test file. What was there before its
// first event goes to snap.
type Open func(path string, snap event.Snapshot) (Source, io.Closer, error)

// Run runs a test with rules. An error means that the test could not be run to
// its end; failures that were found before are returned with it.
func (t *Test) Run(rules []check.Rule, open Open) ([]Failure, error) {
	r, err := newRunner(t, rules)
	if err != nil {
		return nil, err
	}
	if t.Capture != "" {
		src, closer, err := open(t.Capture, r.ctx.Table)
		if err != nil {
			return nil, err
		}
		err = errors.Join(r.all(src), closer.Close())
		return r.sorted(), err
	}
	if t.World == nil {
		return nil, nil
	}
	for _, tell := range t.World.Snapshot {
		tell(r.ctx.Table)
	}
	err = r.all(&list{events: t.World.Events})
	return r.sorted(), err
}

// sorted returns the failures in the order of the file.
func (r *runner) sorted() []Failure {
	slices.SortStableFunc(r.failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	return r.failures
}

// list is a Source of events in memory.
type list struct{ events []event.Event }

func (l *list) Next(ev *event.Event) error {
	if len(l.events) == 0 {
		return io.EOF
	}
	*ev, l.events = l.events[0], l.events[1:]
	return nil
}

type runner struct {
	test     *Test
	rules    []check.Rule
	byName   map[string]int
	matcher  *program.Matcher
	explain  *explain.Explainer
	printers map[int]*alert.Printer
	ctx      *extract.Context
	failures []Failure
}

func newRunner(t *Test, rules []check.Rule) (*runner, error) {
	p, err := program.Compile(rules, program.Options{All: !t.First})
	if err != nil {
		return nil, err
	}
	r := &runner{
		test: t, rules: rules, byName: make(map[string]int), matcher: p.NewMatcher(),
		printers: make(map[int]*alert.Printer), ctx: extract.New(state.New(state.Config{})),
	}
	for i := range rules {
		r.byName[rules[i].Name] = i
	}
	r.explain, err = explain.New(rules)
	return r, err
}

func (r *runner) all(src Source) error {
	var ev event.Event
	var matched []int
	expect := r.test.Expect
	for {
		err := src.Next(&ev)
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return err
		}
		r.ctx.Next(&ev)
		matched = r.matcher.Match(r.ctx, matched[:0])
		var want []Expectation
		if r.test.World != nil || len(expect) > 0 && expect[0].Event <= ev.Num {
			n := 0
			for n < len(expect) && expect[n].Event <= ev.Num {
				n++
			}
			want, expect = expect[:n], expect[n:]
		}
		if err := r.compare(&ev, matched, want); err != nil {
			return err
		}
	}
	for _, e := range expect {
		r.fail(e.Pos, "", "the capture has no event %d", e.Event)
	}
	return nil
}

func (r *runner) fail(pos diag.Pos, detail, format string, args ...any) {
	r.failures = append(r.failures, Failure{Pos: pos, Message: fmt.Sprintf(format, args...), Detail: detail})
}

// compare holds the rules that matched an event against those that should have.
func (r *runner) compare(ev *event.Event, matched []int, want []Expectation) error {
	for _, e := range want {
		rule, exists := r.byName[e.Rule]
		switch {
		case !exists:
			r.fail(e.Pos, "", "there is no rule %q", e.Rule)
			continue
		case e.Event != ev.Num:
			r.fail(e.Pos, "", "event %d is not one that rules see", e.Event)
			continue
		}
		at := slices.Index(matched, rule)
		if at < 0 {
			if err := r.missing(e, rule, matched); err != nil {
				return err
			}
			continue
		}
		matched = slices.Delete(matched, at, at+1)
		if err := r.fields(e, rule); err != nil {
			return err
		}
	}
	for _, rule := range matched {
		pos := r.test.Pos
		if w := r.test.World; w != nil {
			pos = w.at[ev.Num-1]
		}
		text, err := r.message(rule)
		if err != nil {
			return err
		}
		r.fail(pos, text, "event %d, %s, raises an alert of rule %q, which is not expected", ev.Num, ev.Type, r.rules[rule].Name)
	}
	return nil
}

// missing reports an alert that did not come, and why.
func (r *runner) missing(e Expectation, rule int, matched []int) error {
	if !r.rules[rule].Enabled {
		r.fail(e.Pos, "", "rule %q is not enabled", e.Rule)
		return nil
	}
	n, err := r.explain.Rule(r.ctx, rule)
	if err != nil {
		return err
	}
	if n.True {
		taken := "another rule"
		if len(matched) > 0 {
			taken = fmt.Sprintf("rule %q", r.rules[matched[0]].Name)
		}
		r.fail(e.Pos, "", "rule %q matches, but %s comes first and takes the event", e.Rule, taken)
		return nil
	}
	first := n.FirstFalse()
	var detail strings.Builder
	if err := explain.Write(&detail, n); err != nil {
		return err
	}
	because := first.Op
	if first.Op == "test" {
		because = first.Test + ": it " + first.Saw()
	}
	r.fail(e.Pos, detail.String(), "rule %q does not match: %s", e.Rule, because)
	return nil
}

// fields compares what an expectation says about the alert's fields and text.
func (r *runner) fields(e Expectation, rule int) error {
	for _, f := range e.Fields {
		got, err := r.field(f)
		if err != nil {
			r.fail(f.Pos, "", "%v", err)
			continue
		}
		if got != f.Value {
			r.fail(f.Pos, "", "%s is %q, not %q", f.Name, got, f.Value)
		}
	}
	if e.Output == "" {
		return nil
	}
	got, err := r.message(rule)
	if err == nil && got != e.Output {
		r.fail(e.Pos, "", "the alert says %q, not %q", got, e.Output)
	}
	return err
}

func (r *runner) field(f Field) (string, error) {
	format, err := check.ParseFormat("%" + f.Name)
	if err != nil {
		return "", err
	}
	if len(format.Parts) != 1 || format.Parts[0].Operand == nil {
		return "", fmt.Errorf("%q is not a field", f.Name)
	}
	x, err := extract.Compile(*format.Parts[0].Operand)
	if err != nil {
		return "", err
	}
	b, ok := x.AppendText(nil, r.ctx)
	if !ok {
		return "<NA>", nil
	}
	return string(b), nil
}

func (r *runner) message(rule int) (string, error) {
	p := r.printers[rule]
	if p == nil {
		var err error
		if p, err = alert.NewPrinter(&r.rules[rule], alert.Config{}); err != nil {
			return "", err
		}
		r.printers[rule] = p
	}
	var a alert.Alert
	p.Print(&a, r.ctx)
	return string(a.Message), nil
}
