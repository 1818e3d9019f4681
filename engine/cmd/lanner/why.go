// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/explain"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/state"
)

const rulesExplainHelp = `Say why a rule matches events of a capture, or why not.

With --event, the rule's condition is shown as a tree for that event (its number
is evt.num): each part with "+" where it holds and "-" where it does not, each
test with what it saw. Then follows which rule takes the event, if another one
comes before this one.

Without --event, all events of the types that the rule can match are counted by
the first part of the condition that did not hold, the most frequent first, with
the number of one such event to look at.`

// why is the flags of "lanner rules explain".
type why struct {
	rules  []string
	event  uint64
	output string
}

func newRulesExplain() *cobra.Command {
	var y why
	cmd := &cobra.Command{
		Use:     "explain RULE CAPTURE",
		Short:   "Say why a rule matches, or why not",
		Long:    rulesExplainHelp,
		Example: "  lanner rules explain 'Password hashes read' incident.scap\n  lanner rules explain -r rules.yaml 'My rule' incident.scap --event 1234",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return misuse(`"lanner rules list" lists the rules`, "name a rule and a capture")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return y.run(args[0], args[1], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringArrayVarP(&y.rules, "rules", "r", nil, "rules `FILE`, or folder of such; without it, our own rules")
	cmd.Flags().Uint64Var(&y.event, "event", 0, "explain this one event, by its `NUMBER`")
	cmd.Flags().StringVarP(&y.output, "output", "o", "text", "text or json")
	return cmd
}

// An explanation is what is found out about a rule and a capture.
type explanation struct {
	Rule    string   `json:"rule"`
	Events  uint64   `json:"events"`  // of the types that the rule can match
	Matched []uint64 `json:"matched"` // their numbers
	Taken   []taken  `json:"taken_by"`
	Reasons []reason `json:"reasons"`

	Event *uint64       `json:"event,omitempty"`
	Type  string        `json:"type,omitempty"`
	Tree  *explain.Node `json:"tree,omitempty"`
}

// taken counts the events that match but alert for an earlier rule.
type taken struct {
	By     string `json:"rule"`
	Events uint64 `json:"events"`
}

// A reason is a part of the condition, and how many events it kept out.
type reason struct {
	Part    string `json:"part"`
	Events  uint64 `json:"events"`
	Example uint64 `json:"example"` // the number of one of them
}

func (y *why) run(name, path string, out, errs io.Writer) error {
	if y.output != "text" && y.output != "json" {
		return misuse("-o takes text or json", "unknown output %q", y.output)
	}
	checked, err := loadRules(y.rules, errs)
	if err != nil {
		return err
	}
	rule := slices.IndexFunc(checked, func(r check.Rule) bool { return r.Name == name })
	if rule < 0 {
		return misuse(`"lanner rules list" lists the rules`, "no rule is named %q", name)
	}
	e := explainer{why: y, rules: checked, rule: rule, found: explanation{Rule: name, Matched: []uint64{}, Taken: []taken{}, Reasons: []reason{}}}
	if err := e.read(path); err != nil {
		return err
	}
	if y.event != 0 && e.found.Tree == nil {
		return fmt.Errorf("%s: the rules see no event with number %d", path, y.event)
	}
	if y.output == "json" {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(&e.found)
	}
	return e.write(out)
}

type explainer struct {
	*why
	rules   []check.Rule
	rule    int
	found   explanation
	reasons map[string]*reason
	taken   map[string]uint64
}

func (e *explainer) read(path string) (err error) {
	x, err := explain.New(e.rules)
	if err != nil {
		return err
	}
	p, err := program.Compile(e.rules, program.Options{})
	if err != nil {
		return err
	}
	table := state.New(state.Config{})
	src, closer, err := openCapture(path, table)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, closer) }()
	e.reasons, e.taken = make(map[string]*reason), make(map[string]uint64)
	ctx, m := extract.New(table), p.NewMatcher()
	var ev event.Event
	var matched []int
	for {
		if err := src.Next(&ev); errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			e.finish()
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		ctx.Next(&ev)
		matched = m.Match(ctx, matched[:0])
		if e.event != 0 && ev.Num != e.event || e.event == 0 && !e.rules[e.rule].Types.Has(ev.Type) {
			continue
		}
		n, err := x.Rule(ctx, e.rule)
		if err != nil {
			return err
		}
		e.count(&ev, n, matched)
	}
}

// count takes what became of the rule's condition for an event.
func (e *explainer) count(ev *event.Event, n *explain.Node, matched []int) {
	e.found.Events++
	if e.event != 0 {
		num := ev.Num
		e.found.Event, e.found.Type, e.found.Tree = &num, ev.Type.String(), n
	}
	if n.True {
		e.found.Matched = append(e.found.Matched, ev.Num)
		if len(matched) > 0 && matched[0] != e.rule {
			e.taken[e.rules[matched[0]].Name]++
		}
		return
	}
	part := n.FirstFalse().Op
	if first := n.FirstFalse(); first.Op == "test" {
		part = first.Test
	}
	r := e.reasons[part]
	if r == nil {
		r = &reason{Part: part, Example: ev.Num}
		e.reasons[part] = r
	}
	r.Events++
}

func (e *explainer) finish() {
	for _, r := range e.reasons {
		e.found.Reasons = append(e.found.Reasons, *r)
	}
	slices.SortFunc(e.found.Reasons, func(a, b reason) int {
		return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(a.Part, b.Part))
	})
	for rule, n := range e.taken {
		e.found.Taken = append(e.found.Taken, taken{rule, n})
	}
	slices.SortFunc(e.found.Taken, func(a, b taken) int { return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(a.By, b.By)) })
}

// maxNumbers is how many events are named that match; -o json names all.
const maxNumbers = 10

func (e *explainer) write(w io.Writer) error {
	f := &e.found
	p := printer{w: w}
	if !e.rules[e.rule].Enabled {
		p.line("rule %q is not enabled", f.Rule)
	}
	if f.Tree != nil {
		verdict := "does not match"
		if f.Tree.True {
			verdict = "matches"
		}
		p.line("event %d, %s: rule %q %s", *f.Event, f.Type, f.Rule, verdict)
		if p.err == nil {
			p.err = explain.Write(w, f.Tree)
		}
	} else {
		p.line("rule %q: of %d events of its types, %d match", f.Rule, f.Events, len(f.Matched))
		for _, n := range f.Matched[:min(len(f.Matched), maxNumbers)] {
			p.line("  event %d matches", n)
		}
		if more := len(f.Matched) - maxNumbers; more > 0 {
			p.line("  and %d more", more)
		}
		for _, r := range f.Reasons {
			p.line("%8d not: %s   (event %d)", r.Events, r.Part, r.Example)
		}
	}
	for _, t := range f.Taken {
		p.line("with --rule-matching first, rule %q comes before it and takes %d of them", t.By, t.Events)
	}
	return p.err
}

// A printer prints lines until one cannot be.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// joinClose closes c and adds what went wrong to err.
func joinClose(err error, c io.Closer) error { return errors.Join(err, c.Close()) }
