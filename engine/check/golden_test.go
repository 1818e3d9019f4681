// SPDX-License-Identifier: Apache-2.0

package check_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/rules"
	"github.com/lanner-project/lanner/engine/syntax"
)

// A verdict is what an engine says about rules files: the codes of errors and
// warnings, and what it makes of each rule.
type verdict struct {
	OK       bool
	Errors   []string
	Warnings []string
	Rules    []compiled
}

type compiled struct {
	Name, Cond, Out, Prio string
	Enabled               bool
	Tags, Events          []string
}

// A golden is a case of the reference's answers.
type golden struct {
	Name     string // or Cond, or Output
	Cond     string
	Output   string
	Files    []string
	RC       int
	Errors   [][2]string
	Warnings [][2]string
	Compiled []compiled
}

func readGolden(t *testing.T, name string) []golden {
	f, err := os.Open(filepath.Join(enginetest.Shared(t), "golden/validate", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []golden
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var g golden
		if err := json.Unmarshal(s.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// reference is the verdict of the reference.
func (g *golden) reference() verdict {
	v := verdict{OK: g.RC == 0, Rules: g.Compiled}
	for _, e := range g.Errors {
		v.Errors = append(v.Errors, e[0])
	}
	for _, w := range g.Warnings {
		v.Warnings = append(v.Warnings, w[0])
	}
	return v
}

// ours is the verdict of this engine, in the reference's codes where it has
// one, in ours where it has not.
func ours(files []string) verdict {
	var list diag.List
	var in []rules.File
	for i, text := range files {
		in = append(in, rules.File{Name: fmt.Sprintf("%d.yaml", i), Data: []byte(text)})
	}
	set := rules.Load(in, &list)
	checked := check.Rules(set, &list)
	v := verdict{OK: list.Errors() == 0}
	for _, d := range list.Diagnostics {
		code := d.Code.Info().Reference
		if code == "" {
			code = d.Code.String()
		}
		if d.Severity == diag.Error {
			v.Errors = append(v.Errors, code)
		} else {
			v.Warnings = append(v.Warnings, code)
		}
	}
	if !v.OK {
		return v
	}
	for i := range checked {
		r := &checked[i]
		c := compiled{
			Name: r.Name, Out: r.Output.Text, Prio: r.Priority.String(), Enabled: r.Enabled,
			Tags: r.Tags,
		}
		for _, sr := range set.Rules {
			if sr.Name.Value == r.Name {
				c.Cond = syntax.PrintReference(set.Compiled(sr.Condition))
			}
		}
		for t := range r.Types.All() {
			c.Events = append(c.Events, t.String())
		}
		v.Rules = append(v.Rules, c)
	}
	return v
}

// compare returns how our verdict differs from the reference's. It stops at
// the first error, we do not: its codes have to be among ours.
func compare(g *golden, got verdict) string {
	want := g.reference()
	var diffs []string
	if want.OK != got.OK {
		diffs = append(diffs, fmt.Sprintf("ok %v, want %v; errors %v", got.OK, want.OK, got.Errors))
	}
	for _, e := range want.Errors {
		if !slices.Contains(got.Errors, e) && want.OK == got.OK {
			diffs = append(diffs, fmt.Sprintf("errors %v, want %s", got.Errors, e))
		}
	}
	if want.OK && got.OK {
		slices.Sort(want.Warnings)
		slices.Sort(got.Warnings)
		if d := cmp.Diff(want.Warnings, got.Warnings); d != "" {
			diffs = append(diffs, fmt.Sprintf("warnings %v, want %v", got.Warnings, want.Warnings))
		}
		if d := diffRules(want.Rules, got.Rules); d != "" {
			diffs = append(diffs, d)
		}
	}
	return strings.Join(diffs, "; ")
}

func diffRules(want, got []compiled) string {
	if len(want) != len(got) {
		return fmt.Sprintf("%d rules, want %d", len(got), len(want))
	}
	for i := range want {
		w, g := want[i], got[i]
		if slices.ContainsFunc(w.Events, func(e string) bool { return strings.HasPrefix(e, "...") }) && len(g.Events) > 100 {
			w.Events, g.Events = nil, nil // every type, shortened when it was recorded
		}
		for _, events := range []*[]string{&w.Events, &g.Events} {
			slices.Sort(*events)
			*events = slices.Compact(*events)
		}
		if len(w.Tags) == 0 {
			w.Tags = nil
		}
		if len(g.Tags) == 0 {
			g.Tags = nil
		}
		if d := cmp.Diff(w, g); d != "" {
			return d
		}
	}
	return ""
}

// check runs the cases and holds the differences against those that are known.
func checkGolden(t *testing.T, cases []golden, known map[string]string, name func(*golden) (string, []string)) {
	for i := range cases {
		g := &cases[i]
		title, files := name(g)
		diff := compare(g, ours(files))
		reason, expected := known[title]
		switch {
		case diff != "" && !expected:
			t.Errorf("%s:\n%s", title, diff)
		case diff == "" && expected:
			t.Errorf("%s: no difference any more, though this is said to be one: %s", title, reason)
		}
		delete(known, title)
	}
	for title := range known {
		t.Errorf("%s: no such case", title)
	}
}

func ruleWith(condition, output string) []string {
	quote := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			panic(err) // a string
		}
		return string(b)
	}
	return []string{fmt.Sprintf("- rule: r\n  desc: d\n  condition: %s\n  output: %s\n  priority: INFO\n", quote(condition), quote(output))}
}

// Each difference is explained in website/content/docs/compatibility.md, too.

func TestGoldenConditions(t *testing.T) {
	t.Parallel()
	checkGolden(t, readGolden(t, "conditions.jsonl"), map[string]string{
		"evt.type in ()": "the reference runs such a rule on every event and says so; here it is known that it cannot match",
		"proc.name startswith anyof () and evt.type=open": "can never match, of which only we warn",
	}, func(g *golden) (string, []string) {
		return g.Cond, ruleWith(g.Cond, "x")
	})
}

func TestGoldenOutputs(t *testing.T) {
	t.Parallel()
	checkGolden(t, readGolden(t, "outputs.jsonl"), map[string]string{
		"%proc.namex":       "prints the field and an x; only we warn",
		"%proc.aname[2":     "prints the field and a bracket; only we warn",
		"%fd.ip":            "prints <NA> always, of which only we warn",
		"%fd.net":           "prints <NA> always, of which only we warn",
		"%container.info x": "the reference cuts the word out of the rule's text; here it stays in the text and is not printed",
	}, func(g *golden) (string, []string) {
		return g.Output, ruleWith("evt.type=open", g.Output)
	})
}

func TestGoldenFiles(t *testing.T) {
	t.Parallel()
	checkGolden(t, readGolden(t, "files.jsonl"), map[string]string{
		"multi_doc":            "both rules match the same events, so that the second never gets one; only we warn",
		"redefine":             "defined twice in one file; only we warn",
		"redefine_keeps_order": "defined twice in one file; only we warn",
		"list_redefine_later":  "defined twice in one file; only we warn",
		"macro_redefine_later": "defined twice in one file; only we warn",
		"append_precedence":    "the appended text binds to the last part alone; only we warn",
		"macro_append":         "the appended text binds to the last part alone; only we warn",
		"list_empty":           "can never match, of which only we warn",
		"list_nested_2":        "the reference leaves the name of a list in a list in a list as a text, which never matches; here it is put in",
		"list_in_string":       "the reference puts lists into quoted texts, too; here a quoted text is what it says",
		"ex_unknown_key":       "an unknown key of an exception is silently ignored by the reference",
		"ex_append_novalues":   "an unknown key of an exception is silently ignored by the reference",
	}, func(g *golden) (string, []string) {
		return g.Name, g.Files
	})
}

// The public rulesets load without an error, and each rule is for the events
// that the reference gives it.
func TestPublicRules(t *testing.T) {
	t.Parallel()
	dir := enginetest.Shared(t)
	data, err := os.ReadFile(filepath.Join(dir, "golden/lists/describe_all3.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Rules []struct {
			Info    struct{ Name, Priority, Source string }
			Details struct{ Events []string }
		}
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	var list diag.List
	checked := check.Rules(rules.Load(publicRules(t), &list), &list)
	for _, d := range list.Diagnostics {
		if d.Severity == diag.Error {
			t.Errorf("%s:%d: %s", d.Pos.File, d.Pos.Line, d.Message)
		}
	}
	if len(checked) != len(want.Rules) {
		t.Fatalf("%d rules, want %d", len(checked), len(want.Rules))
	}
	for i := range checked {
		r, w := &checked[i], want.Rules[i]
		var events []string
		for typ := range r.Types.All() {
			events = append(events, typ.String())
		}
		slices.Sort(events)
		slices.Sort(w.Details.Events)
		if d := cmp.Diff(w.Details.Events, slices.Compact(events)); d != "" || r.Name != w.Info.Name ||
			r.Priority.String() != w.Info.Priority || r.Source != w.Info.Source {
			t.Errorf("rule %s, want %s: %s", r.Name, w.Info.Name, d)
		}
	}
	golden := "testdata/public.txt"
	var b strings.Builder
	for _, d := range list.Diagnostics {
		fmt.Fprintf(&b, "%s:%d:%d %s %s\n", filepath.Base(d.Pos.File), d.Pos.Line, d.Pos.Col, d.Code, d.Message)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	warnings, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(warnings), b.String()); d != "" {
		t.Errorf("warnings about the public rulesets (-want +got):\n%s", d)
	}
}

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

func publicRules(t testing.TB) []rules.File {
	dir := filepath.Join(enginetest.Shared(t), "rules")
	var list diag.List
	files := rules.Read([]string{
		filepath.Join(dir, "falco_rules.yaml"),
		filepath.Join(dir, "falco-incubating_rules.yaml"),
		filepath.Join(dir, "falco-sandbox_rules.yaml"),
	}, &list)
	if list.Errors() > 0 {
		t.Fatal(list.Diagnostics)
	}
	return files
}

func BenchmarkLoadAndCheck(b *testing.B) {
	files := publicRules(b)
	for b.Loop() {
		var list diag.List
		if got := check.Rules(rules.Load(files, &list), &list); len(got) != 93 {
			b.Fatalf("%d rules", len(got))
		}
	}
}
