// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/rules"
)

// accepted are the rules with those of the conditions that the check accepts;
// each is named after its condition.
func accepted(conditions ...string) ([]check.Rule, *diag.List) {
	var file strings.Builder
	for i, text := range conditions {
		fmt.Fprintf(&file, "- rule: %s\n  desc: d\n  output: o\n  priority: INFO\n  condition: %s\n", strconv.Quote(fmt.Sprint(i, " ", text)), strconv.Quote(text))
	}
	return checked(rules.File{Name: "conditions.yaml", Data: []byte(file.String())})
}

// checked are the rules of files.
func checked(files ...rules.File) ([]check.Rule, *diag.List) {
	mistakes := new(diag.List)
	return check.Rules(rules.Load(files, mistakes), mistakes), mistakes
}

// mustAccept is accepted for conditions without mistakes.
func mustAccept(t testing.TB, conditions ...string) []check.Rule {
	t.Helper()
	loaded, mistakes := accepted(conditions...)
	mustBeRight(t, mistakes)
	return loaded
}

// loadRules reads rules files, in which there may be no mistake.
func loadRules(t testing.TB, paths ...string) []check.Rule {
	t.Helper()
	mistakes := new(diag.List)
	loaded := check.Rules(rules.Load(rules.Read(paths, mistakes), mistakes), mistakes)
	mustBeRight(t, mistakes)
	return loaded
}

func mustBeRight(t testing.TB, mistakes *diag.List) {
	t.Helper()
	if mistakes.Errors() == 0 {
		return
	}
	var text strings.Builder
	if err := mistakes.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	t.Fatal(text.String())
}
