// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"fmt"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/program"
)

// source is the only source of events that engines run on, as rules name it.
const source = "syscall"

// A Ruleset is rules, ready to run.
type Ruleset struct {
	rules    []check.Rule
	program  *program.Program
	printers []*alert.Printer
}

// RulesetConfig says how rules are to be run.
type RulesetConfig struct {
	All    bool // report each rule that matches an event, not the first alone
	Alerts alert.Config
}

// NewRuleset compiles rules. Those that are not enabled, or are about another
// source of events, keep their place and never match.
func NewRuleset(rules []check.Rule, cfg RulesetConfig) (*Ruleset, error) {
	rs := &Ruleset{rules: append([]check.Rule(nil), rules...), printers: make([]*alert.Printer, len(rules))}
	for i := range rs.rules {
		r := &rs.rules[i]
		r.Enabled = r.Enabled && r.Source == source
		if !r.Enabled {
			continue
		}
		var err error
		if rs.printers[i], err = alert.NewPrinter(r, cfg.Alerts); err != nil {
			return nil, fmt.Errorf("rule %q: %w", r.Name, err)
		}
	}
	var err error
	rs.program, err = program.Compile(rs.rules, program.Options{All: cfg.All})
	return rs, err
}

// Enabled returns how many rules can match.
func (rs *Ruleset) Enabled() int {
	n := 0
	for i := range rs.rules {
		if rs.rules[i].Enabled {
			n++
		}
	}
	return n
}

// Types returns the types of events that rules can match. A rule that names no
// type can match all of them.
func (rs *Ruleset) Types() check.TypeSet {
	var all check.TypeSet
	for i := range rs.rules {
		if !rs.rules[i].Enabled {
			continue
		}
		for t := range rs.rules[i].Types.All() {
			all.Add(t)
		}
	}
	return all
}
