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
		rs.rules[i].Enabled = rs.rules[i].Enabled && rs.rules[i].Source == source
	}
	// The two have nothing to do with one another, and who starts an engine waits.
	printing := make(chan error, 1)
	go func() { printing <- rs.makePrinters(cfg.Alerts) }()
	var err error
	rs.program, err = program.Compile(rs.rules, program.Options{All: cfg.All})
	if err := <-printing; err != nil {
		return nil, err
	}
	return rs, err
}

func (rs *Ruleset) makePrinters(cfg alert.Config) (err error) {
	for i := range rs.rules {
		r := &rs.rules[i]
		if !r.Enabled {
			continue
		}
		if rs.printers[i], err = alert.NewPrinter(r, cfg); err != nil {
			return fmt.Errorf("rule %q: %w", r.Name, err)
		}
	}
	return nil
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
