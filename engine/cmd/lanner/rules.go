// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/rules"
)

func newRules() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Check, format, list, test and explain rules",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRulesCheck(), newRulesFmt(), newRulesList(), newRulesTest(), newRulesExplain(), newRulesCost())
	return cmd
}

const rulesCheckHelp = `Check rules files, all mistakes at once.

Several files are read one after the other, as "lanner replay -r" does; of a
folder, its .yaml and .yml files in the order of their names. Warnings are about
rules that can be used and yet may not do what was meant.

With -o json, an object with "files" and "diagnostics"; with -o falco, what
Falco's own validation prints, for tools that read that; with -o sarif, SARIF
2.1.0, for code hosts that show it beside the lines.

The exit code is 0 where nothing is wrong but for warnings, 1 where something
is, 2 if the command was called wrongly. --strict makes warnings count.`

func newRulesCheck() *cobra.Command {
	var output string
	var strict bool
	cmd := &cobra.Command{
		Use:     "check FILE...",
		Short:   "Check rules files",
		Long:    rulesCheckHelp,
		Example: "  lanner rules check rules.d\n  lanner rules check falco_rules.yaml my_rules.yaml -o sarif > rules.sarif",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("name one or more rules files, or folders of such", "no rules file given")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return checkRules(args, output, strict, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text, json, falco or sarif")
	cmd.Flags().BoolVar(&strict, "strict", false, "fail on warnings too")
	return cmd
}

func checkRules(paths []string, output string, strict bool, out io.Writer) error {
	b, err := thisBuild()
	if err != nil {
		return err
	}
	var list diag.List
	write := map[string]func(io.Writer) error{
		"text": list.WriteText, "json": list.WriteJSON, "falco": list.WriteFalco,
		"sarif": func(w io.Writer) error { return list.WriteSARIF(w, b.Version) },
	}[output]
	if write == nil {
		return misuse("-o takes text, json, falco or sarif", "unknown output %q", output)
	}
	set := rules.Load(rules.Read(paths, &list), &list)
	checked := check.Rules(set, &list)
	list.Sort()
	if err := write(out); err != nil {
		return err
	}
	errs, warnings := list.Errors(), list.Warnings()
	if output == "text" {
		if _, err := fmt.Fprintf(out, "%d rules, %d macros, %d lists: %d errors, %d warnings\n", len(checked), len(set.Macros), len(set.Lists), errs, warnings); err != nil {
			return err
		}
	}
	switch {
	case errs > 0:
		return fmt.Errorf("the rules have %d errors", errs)
	case strict && warnings > 0:
		return fmt.Errorf("the rules have %d warnings, and --strict is on", warnings)
	}
	return nil
}

func newRulesList() *cobra.Command {
	var output, tag string
	cmd := &cobra.Command{
		Use:   "list [FILE...]",
		Short: "List rules",
		Long: `List the rules of files, or without one, our own: in the order in which they are
evaluated, with priority, tags, and the events that each can match.`,
		Example: "  lanner rules list\n  lanner rules list rules.d --tag network -o json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return listRules(args, tag, output, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	cmd.Flags().StringVar(&tag, "tag", "", "only rules with this `TAG`")
	return cmd
}

// A listedRule is a rule as "lanner rules list -o json" prints it.
type listedRule struct {
	Name      string   `json:"name"`
	Desc      string   `json:"desc"`
	Priority  string   `json:"priority"`
	Enabled   bool     `json:"enabled"`
	Tags      []string `json:"tags"`
	Events    []string `json:"events"` // null: of every type
	Output    string   `json:"output"`
	File      string   `json:"file"`
	FirstLine int      `json:"line"`
}

// maxEvents is how many event types a rule can name that is not for all of them.
const maxEvents = 100

func listRules(paths []string, tag, output string, out, errs io.Writer) error {
	if output != "text" && output != "json" {
		return misuse("-o takes text or json", "unknown output %q", output)
	}
	checked, err := loadRules(paths, errs)
	if err != nil {
		return err
	}
	listed := []listedRule{}
	for i := range checked {
		r := &checked[i]
		if tag != "" && !slices.Contains(r.Tags, tag) {
			continue
		}
		l := listedRule{
			Name: r.Name, Desc: strings.TrimSpace(r.Desc), Priority: r.Priority.String(), Enabled: r.Enabled, Tags: r.Tags,
			Events: eventNames(r), Output: r.Output.Text, File: r.Pos.File, FirstLine: r.Pos.Line,
		}
		if l.Tags == nil {
			l.Tags = []string{}
		}
		listed = append(listed, l)
	}
	if output == "json" {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(listed)
	}
	p := printer{w: out}
	for _, l := range listed {
		off := ""
		if !l.Enabled {
			off = " (off)"
		}
		p.line("%-13s %s%s  [%s]", l.Priority, l.Name, off, strings.Join(l.Tags, ", "))
	}
	return p.err
}

// eventNames returns the names of the events that a rule can match, each once;
// nil for a rule that is for all.
func eventNames(r *check.Rule) []string {
	if r.Types.Len() > maxEvents {
		return nil
	}
	names := make(map[string]bool)
	for t := range r.Types.All() {
		names[t.String()] = true
	}
	// Every rule is asked about asynchronous events: what they are is in them.
	delete(names, "asyncevent")
	return slices.SortedFunc(maps.Keys(names), cmp.Compare[string])
}
