// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/syntax"
)

// publicRules reads the three public rulesets.
func publicRules(t testing.TB) []File {
	dir := enginetest.Shared(t)
	var list diag.List
	files := Read([]string{
		filepath.Join(dir, "rules/falco_rules.yaml"),
		filepath.Join(dir, "rules/falco-incubating_rules.yaml"),
		filepath.Join(dir, "rules/falco-sandbox_rules.yaml"),
	}, &list)
	if list.Errors() > 0 {
		t.Fatal(list.Diagnostics)
	}
	return files
}

// All rules, macros and lists of the public rulesets are what the reference
// makes of them.
func TestPublicRules(t *testing.T) {
	t.Parallel()
	dir := enginetest.Shared(t)
	data, err := os.ReadFile(filepath.Join(dir, "golden/lists/describe_all3.json"))
	if err != nil {
		t.Fatal(err)
	}
	type item struct {
		Info struct {
			Name, Description, Output, Priority string
			Tags                                []string
			Enabled                             bool
		}
		Details struct {
			ConditionCompiled string   `json:"condition_compiled"`
			ItemsCompiled     []string `json:"items_compiled"`
		}
	}
	var want struct{ Rules, Macros, Lists []item }
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	var list diag.List
	set := Load(publicRules(t), &list)
	if len(list.Diagnostics) > 0 {
		t.Errorf("diagnostics: %v", list.Diagnostics)
	}
	if len(set.Rules) != len(want.Rules) || len(set.Macros) != len(want.Macros) || len(set.Lists) != len(want.Lists) {
		t.Fatalf("%d rules, %d macros, %d lists, want %d, %d, %d",
			len(set.Rules), len(set.Macros), len(set.Lists), len(want.Rules), len(want.Macros), len(want.Lists))
	}
	for i, r := range set.Rules {
		w := want.Rules[i]
		got := syntax.PrintReference(set.Compiled(r.Condition))
		if r.Name.Value != w.Info.Name || got != w.Details.ConditionCompiled {
			t.Errorf("rule %s:\n got %s\nwant %s", r.Name.Value, got, w.Details.ConditionCompiled)
		}
		if diff := cmp.Diff(w.Info.Tags, r.Tags); diff != "" || r.Enabled != w.Info.Enabled || r.Output.Value != w.Info.Output {
			t.Errorf("rule %s: %s, enabled %v, output %q, want %q", r.Name.Value, diff, r.Enabled, r.Output.Value, w.Info.Output)
		}
	}
	for i, m := range set.Macros {
		w := want.Macros[i]
		got := syntax.PrintReference(set.Compiled(m.Condition))
		if m.Name.Value != w.Info.Name || got != w.Details.ConditionCompiled {
			t.Errorf("macro %s:\n got %s\nwant %s", m.Name.Value, got, w.Details.ConditionCompiled)
		}
	}
	for i, x := range set.Lists {
		w := want.Lists[i]
		// The reference takes off quotes only when it parses the condition.
		want := make([]string, 0, len(w.Details.ItemsCompiled))
		for _, item := range w.Details.ItemsCompiled {
			v, _ := value(item, syntax.Span{})
			want = append(want, v.Text)
		}
		got := make([]string, 0, len(x.values))
		for _, v := range x.values {
			got = append(got, v.Text)
		}
		if diff := cmp.Diff(want, got); diff != "" || x.Name.Value != w.Info.Name {
			t.Errorf("list %s, %s: %s", x.Name.Value, w.Info.Name, diff)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	files := publicRules(b)
	for b.Loop() {
		var list diag.List
		Load(files, &list)
	}
}
