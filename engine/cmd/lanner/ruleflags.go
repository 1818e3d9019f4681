// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/rules"
	defaultrules "github.com/lanner-project/lanner/engine/rules/default"
)

// ruleFlags are which rules run, and what their alerts hold.
type ruleFlags struct {
	paths      []string
	matching   string
	priority   string
	only       bool // --rule or --tag was given
	selections []engine.Selection
	output     []string
	fields     []string
	suggested  bool
}

func (r *ruleFlags) define(f *pflag.FlagSet) {
	f.StringArrayVarP(&r.paths, "rules", "r", nil, "rules `FILE`, or folder of such; without it, our own rules")
	f.StringVar(&r.matching, "rule-matching", "first", "alerts of an event: of the first rule that matches it, or of all")
	f.StringVar(&r.priority, "priority", "debug", "run no rule that is less severe than `PRIORITY`")
	f.Var(&selectionFlag{r, onlyRule}, "rule", "run the rules of this `NAME` alone")
	f.Var(&selectionFlag{r, onlyTag}, "tag", "run the rules with this `TAG` alone")
	f.Var(&selectionFlag{r, enable}, "enable", "run rules too that are off: `NAME` or tag=TAG")
	f.Var(&selectionFlag{r, disable}, "disable", "do not run rules: `NAME` or tag=TAG")
	f.StringArrayVar(&r.output, "append-output", nil, "add a `FORMAT` to the output of all rules")
	f.StringArrayVar(&r.fields, "extra-field", nil, "add a field to alerts: `FIELD`, or NAME=FORMAT for a text")
	f.BoolVar(&r.suggested, "suggested-output", true, "add container and pod to the output of all rules")
}

// A selectionFlag adds to the selections when it is set: the order of flags of
// several names counts.
type selectionFlag struct {
	flags *ruleFlags
	kind  selectionKind
}

type selectionKind int

const (
	onlyRule selectionKind = iota
	onlyTag
	enable
	disable
)

// Set takes one more selection.
func (s *selectionFlag) Set(text string) error {
	selection := engine.Selection{Enable: s.kind != disable}
	tag, isTag := strings.CutPrefix(text, "tag=")
	switch {
	case s.kind == onlyTag:
		selection.Tag = text
	case s.kind != onlyRule && isTag:
		selection.Tag = tag
	default:
		selection.Rule = text
	}
	if s.kind == onlyRule || s.kind == onlyTag {
		s.flags.only = true
	}
	s.flags.selections = append(s.flags.selections, selection)
	return nil
}

// String returns the default: nothing is selected.
func (s *selectionFlag) String() string { return "" }

// Type names what the flag takes.
func (s *selectionFlag) Type() string { return "string" }

// load reads, checks, selects and compiles the rules.
func (r *ruleFlags) load(stderr io.Writer, location *time.Location) (*engine.Ruleset, error) {
	if err := r.valid(); err != nil {
		return nil, err
	}
	loaded, err := loadRules(r.paths, stderr)
	if err != nil {
		return nil, err
	}
	return r.compile(loaded, location)
}

// valid finds what is wrong with the flags without any rule.
func (r *ruleFlags) valid() error {
	if _, ok := check.ParsePriority(r.priority); !ok {
		return unknownPriority(r.priority)
	}
	if r.matching != "first" && r.matching != "all" {
		return misuse("--rule-matching takes first or all", "unknown rule matching %q", r.matching)
	}
	_, err := r.extra()
	return err
}

// compile selects and compiles rules. More is added to what alerts hold.
//
// Preconditions: the flags are valid.
func (r *ruleFlags) compile(loaded []check.Rule, location *time.Location, more ...alert.Extra) (*engine.Ruleset, error) {
	threshold, _ := check.ParsePriority(r.priority)
	cfg := engine.RulesetConfig{All: r.matching == "all", Alerts: alert.Config{Location: location}}
	extra, err := r.extra()
	if err != nil {
		return nil, err
	}
	cfg.Alerts.Extra = append(extra, more...)
	selections := r.selections
	if r.only {
		selections = append([]engine.Selection{{Rule: "*"}}, selections...)
	}
	if unused := engine.Select(loaded, threshold, selections); len(unused) > 0 {
		what := fmt.Sprintf("no rule is named %q", unused[0].Rule)
		if unused[0].Tag != "" {
			what = fmt.Sprintf("no rule has the tag %q", unused[0].Tag)
		}
		return nil, misuse(`"lanner rules list" lists the rules and their tags; "*" in a name stands for any text`, "%s", what)
	}
	return engine.NewRuleset(loaded, cfg)
}

// extra makes what alerts hold beside what rules say.
func (r *ruleFlags) extra() ([]alert.Extra, error) {
	var all []alert.Extra
	if r.suggested {
		all = append(all, alert.Suggested())
	}
	for _, text := range r.output {
		format, err := parseFormat(text)
		if err != nil {
			return nil, err
		}
		all = append(all, alert.Extra{Output: format})
	}
	for _, text := range r.fields {
		name, format, isText := strings.Cut(text, "=")
		if !isText {
			format = "%" + name
		}
		parsed, err := parseFormat(format)
		if err != nil {
			return nil, err
		}
		all = append(all, alert.Extra{Fields: []alert.ExtraField{{Name: name, Format: parsed, Raw: !isText}}})
	}
	return all, nil
}

func parseFormat(text string) (check.Format, error) {
	f, err := check.ParseFormat(text)
	if err != nil {
		return f, misuse(`"lanner fields" lists the fields`, "format %q: %v", text, err)
	}
	return f, nil
}

// loadRules reads and checks rules files, our own where none is named, and tells
// of what is wrong in them.
func loadRules(paths []string, stderr io.Writer) ([]check.Rule, error) {
	list := diag.List{ErrorsOnly: true} // "lanner rules check" is for the warnings
	loaded, errs := checkRead(readRules(paths, &list), &list)
	if errs == 0 {
		return loaded, nil
	}
	if err := list.WriteText(stderr); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%d mistakes in rules", errs)
}

// readRules reads rules files, our own where none is named.
func readRules(paths []string, list *diag.List) []rules.File {
	if len(paths) == 0 {
		return []rules.File{defaultrules.File()}
	}
	return rules.Read(paths, list)
}

// checkRead checks rules, and returns how many mistakes list has then.
// Rules with mistakes are not run: a rule that is silently missing looks like a
// machine on which nothing happens.
func checkRead(files []rules.File, list *diag.List) ([]check.Rule, int) {
	set := rules.Load(files, list)
	checked := check.Rules(set, list)
	errs := list.Errors()
	if errs > 0 {
		list.Sort()
	}
	return checked, errs
}
