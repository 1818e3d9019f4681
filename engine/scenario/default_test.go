// SPDX-License-Identifier: Apache-2.0

package scenario_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/rules"
	"github.com/lanner-project/lanner/engine/scenario"
)

func load(t *testing.T, paths ...string) []check.Rule {
	t.Helper()
	var list diag.List
	checked := check.Rules(rules.Load(rules.Read(paths, &list), &list), &list)
	for _, d := range list.Diagnostics {
		t.Errorf("%s:%d:%d: %s %s", d.Pos.File, d.Pos.Line, d.Pos.Col, d.Severity, d.Message)
	}
	return checked
}

// The rules that an engine has by itself do what their tests say, and each has
// one that makes it fire.
func TestDefaultRules(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("..", "rules", "default")
	checked := load(t, filepath.Join(folder, "lanner.yaml"))
	files, err := filepath.Glob(filepath.Join(folder, "*.scenario"))
	if err != nil {
		t.Fatal(err)
	}
	fired := make(map[string]bool)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, list := scenario.Parse(name, string(text))
		if list.Errors() > 0 {
			t.Fatalf("%+v", list.Diagnostics)
		}
		for _, test := range f.Tests {
			failures, err := test.Run(checked, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range failures {
				t.Errorf("%s:%d:%d: %s\n%s", f.Pos.File, f.Pos.Line, f.Pos.Col, f.Message, f.Detail)
			}
			for _, e := range test.Expect {
				fired[e.Rule] = true
			}
		}
	}
	for _, r := range checked {
		if !fired[r.Name] {
			t.Errorf("no test makes rule %q fire", r.Name)
		}
		if r.Desc == "" || !slices.ContainsFunc(r.Tags, func(s string) bool { return s[0] == 'T' }) {
			t.Errorf("rule %q has no description, or no tag with a technique's number", r.Name)
		}
	}
}
