// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/explain"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/state"
)

const rulesCostHelp = `Measure what rules cost over captures.

Each rule is measured as if it were alone, its condition evaluated as it is
written. Together they cost less than the sum, since what rules have in common
is evaluated once; the order says which rule, and with --tests which part of
it, is worth looking at.`

// cost is the flags of "lanner rules cost".
type cost struct {
	rules  []string
	top    int
	tests  bool
	output string
}

func newRulesCost() *cobra.Command {
	var c cost
	cmd := &cobra.Command{
		Use:     "cost CAPTURE...",
		Short:   "Measure what rules cost",
		Long:    rulesCostHelp,
		Example: "  lanner rules cost -r rules.d busy-hour.scap --top 10 --tests",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("name one or more captures", "no capture given")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.run(args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringArrayVarP(&c.rules, "rules", "r", nil, "rules `FILE`, or folder of such; without it, our own rules")
	cmd.Flags().IntVar(&c.top, "top", 20, "show the `N` rules that cost most; 0 shows all")
	cmd.Flags().BoolVar(&c.tests, "tests", false, "show the tests of each rule too")
	cmd.Flags().StringVarP(&c.output, "output", "o", "text", "text or json")
	return cmd
}

// A ruleCost is a rule's cost as it is printed.
type ruleCost struct {
	Rule     string     `json:"rule"`
	Events   uint64     `json:"events"` // of its types
	Matched  uint64     `json:"matched"`
	Seconds  float64    `json:"seconds"`
	PerEvent float64    `json:"ns_per_event"`
	Share    float64    `json:"share"` // of the sum of all rules
	Tests    []testCost `json:"tests,omitempty"`
}

type testCost struct {
	Test    string  `json:"test"`
	Looked  uint64  `json:"looked_at"`
	Held    uint64  `json:"held"`
	Seconds float64 `json:"seconds"`
}

func (c *cost) run(captures []string, out, errs io.Writer) error {
	if c.output != "text" && c.output != "json" {
		return misuse("-o takes text or json", "unknown output %q", c.output)
	}
	checked, err := loadRules(c.rules, errs)
	if err != nil {
		return err
	}
	meter, err := program.NewMeter(checked)
	if err != nil {
		return err
	}
	for _, path := range captures {
		if err := observe(meter, path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	costs := c.ranked(checked, meter.Costs())
	if c.output == "json" {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(costs)
	}
	return writeCosts(out, costs)
}

// observe lets the meter see the events of a capture.
func observe(meter *program.Meter, path string) (err error) {
	table := state.New(state.Config{})
	src, closer, err := openCapture(path, table)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, closer) }()
	ctx := extract.New(table)
	var ev event.Event
	for {
		if err := src.Next(&ev); errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		} else if err != nil {
			return err
		}
		ctx.Next(&ev)
		meter.Observe(ctx)
	}
}

// ranked puts the rules that cost most first.
func (c *cost) ranked(checked []check.Rule, measured []program.RuleCost) []ruleCost {
	var sum time.Duration
	for _, m := range measured {
		sum += m.Time
	}
	costs := make([]ruleCost, 0, len(measured))
	for i, m := range measured {
		if m.Events == 0 {
			continue
		}
		r := ruleCost{Rule: checked[i].Name, Events: m.Events, Matched: m.Matched, Seconds: m.Time.Seconds()}
		r.PerEvent = float64(m.Time.Nanoseconds()) / float64(m.Events)
		if sum > 0 {
			r.Share = float64(m.Time) / float64(sum)
		}
		for _, t := range m.Tests {
			if c.tests && t.Looked > 0 {
				r.Tests = append(r.Tests, testCost{explain.TestText(t.Test), t.Looked, t.Held, t.Time.Seconds()})
			}
		}
		slices.SortStableFunc(r.Tests, func(a, b testCost) int { return cmp.Compare(b.Seconds, a.Seconds) })
		costs = append(costs, r)
	}
	slices.SortStableFunc(costs, func(a, b ruleCost) int { return cmp.Compare(b.Seconds, a.Seconds) })
	if c.top > 0 {
		costs = costs[:min(c.top, len(costs))]
	}
	return costs
}

func writeCosts(w io.Writer, costs []ruleCost) error {
	p := printer{w: w}
	p.line("%6s  %9s  %9s  %9s  %s", "share", "ns/event", "events", "matched", "rule")
	for _, r := range costs {
		p.line("%5.1f%%  %9.0f  %9d  %9d  %s", 100*r.Share, r.PerEvent, r.Events, r.Matched, r.Rule)
		for _, t := range r.Tests {
			p.line("        %9.0f  %9d  %9d    %s", t.Seconds*1e9/float64(t.Looked), t.Looked, t.Held, t.Test)
		}
	}
	return p.err
}
