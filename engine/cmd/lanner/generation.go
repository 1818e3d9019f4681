// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/config"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/rules"
)

// rulesetField names the generation of the rules in live alerts.
const rulesetField = "lanner.ruleset"

// A compiled is one generation of rules.
type compiled struct {
	ruleset    *engine.Ruleset
	generation uint64
	digest     string // of what it was made from
	types      []event.Type
	byName     map[string]string // digests of rules that run
}

// ruleSource makes generations of rules.
type ruleSource struct {
	generation uint64 // of the last one
}

// mistakes are what is wrong with rules, as a report.
type mistakes struct {
	count  int
	report string
}

// Error counts them.
func (m *mistakes) Error() string { return count(m.count, "mistake") + " in rules" }

// reportTo writes the report of mistakes, if err is such.
func reportTo(w io.Writer, err error) error {
	if m, ok := err.(*mistakes); ok {
		if _, err := io.WriteString(w, m.report); err != nil {
			return err
		}
	}
	return err
}

// compile makes the next generation of rules, if nothing is wrong with them.
func (s *ruleSource) compile(cfg *config.Config) (*compiled, error) {
	list := diag.List{ErrorsOnly: true}
	files := readRules(cfg.Rules.Paths, &list)
	refuseWritable(pathsOf(cfg.Rules.Paths, files), &list)
	checked, errs := checkRead(files, &list)
	if errs > 0 {
		var report bytes.Buffer
		if err := list.WriteText(&report); err != nil {
			return nil, err
		}
		return nil, &mistakes{errs, report.String()}
	}
	next := &compiled{generation: s.generation + 1, digest: digestOf(files, cfg), byName: make(map[string]string)}
	flags := flagsOf(&cfg.Rules)
	location := time.Local
	if cfg.Output.UTC {
		location = time.UTC
	}
	named := alert.Extra{Fields: []alert.ExtraField{{Name: rulesetField, Format: plain(next.name())}}}
	var err error
	if next.ruleset, err = flags.compile(checked, location, named); err != nil {
		return nil, err
	}
	types := next.ruleset.Types()
	next.types = slices.Collect(types.All())
	s.generation = next.generation
	return next, nil
}

// name is what alerts call the generation.
func (c *compiled) name() string { return strconv.FormatUint(c.generation, 10) + ":" + c.digest }

// plain is a format without fields.
func plain(text string) check.Format {
	return check.Format{Text: text, Parts: []check.Part{{Text: text}}}
}

// pathsOf returns all that rules were read from: what was named, and what was
// found in folders.
func pathsOf(named []string, files []rules.File) []string {
	if len(named) == 0 {
		return nil
	}
	paths := slices.Clone(named)
	for _, f := range files {
		if !slices.Contains(paths, f.Name) {
			paths = append(paths, f.Name)
		}
	}
	return paths
}

// digestOf is short for what rules were made from: the files, and how their
// rules were chosen.
func digestOf(files []rules.File, cfg *config.Config) string {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%d %s\n", len(f.Data), f.Name)
		h.Write(f.Data)
	}
	fmt.Fprintf(h, "%+v %t", cfg.Rules, cfg.Output.UTC)
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// flagsOf gives the configuration of rules the form of the flags.
func flagsOf(r *config.Rules) *ruleFlags {
	f := &ruleFlags{
		matching: r.Matching, priority: strings.ToLower(r.Priority.String()),
		output: r.AppendOutput, fields: r.ExtraFields, suggested: r.SuggestedOutput,
	}
	for _, s := range r.Select {
		f.only = f.only || s.Action == "only"
		f.selections = append(f.selections, engine.Selection{Enable: s.Action != "disable", Rule: s.Rule, Tag: s.Tag})
	}
	return f
}
