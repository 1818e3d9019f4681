// SPDX-License-Identifier: Apache-2.0

package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/rules"
)

// expectation is a comment in a rules file: what is reported on its line, or,
// with ^n, on the n-th line above it.
var expectation = regexp.MustCompile(`# (ERROR|WARNING)(?:\^(-?\d+))? (LR\d{4}) "([^"]*)"`)

type expected struct {
	line     int
	severity string
	code     string
	message  *regexp.Regexp
}

func (e expected) String() string {
	return fmt.Sprintf("%d: %s %s %s", e.line, e.severity, e.code, e.message)
}

func (e expected) is(d diag.Diagnostic) bool {
	return e.line == d.Pos.Line && e.severity == strings.ToUpper(d.Severity.String()) && e.code == d.Code.String() &&
		e.message.MatchString(d.Message)
}

func readExpected(t *testing.T, text string) []expected {
	var out []expected
	for i, line := range strings.Split(text, "\n") {
		for _, m := range expectation.FindAllStringSubmatch(line, -1) {
			up := 0
			if m[2] != "" {
				var err error
				if up, err = strconv.Atoi(m[2]); err != nil {
					t.Fatal(err)
				}
			}
			out = append(out, expected{i + 1 - up, m[1], m[3], regexp.MustCompile(m[4])})
		}
	}
	return out
}

// errorsAlone wants of rules whose warnings nobody wants the same errors and the
// same rules as with them.
func errorsAlone(t *testing.T, file rules.File, with *diag.List, want []check.Rule) {
	t.Helper()
	alone := diag.List{ErrorsOnly: true}
	got := check.Rules(rules.Load([]rules.File{file}, &alone), &alone)
	if with.Errors() != alone.Errors() || alone.Warnings() > 0 || len(got) != len(want) {
		t.Fatalf("%s: %d errors, %d warnings and %d rules where errors alone are asked for, want %d, 0 and %d",
			file.Name, alone.Errors(), alone.Warnings(), len(got), with.Errors(), len(want))
	}
	alone.Sort()
	left := alone.Diagnostics
	for _, d := range with.Diagnostics {
		if d.Severity == diag.Warning {
			continue
		}
		if diff := cmp.Diff(d, left[0]); diff != "" {
			t.Fatalf("%s: an error where errors alone are asked for (-want +got):\n%s", file.Name, diff)
		}
		left = left[1:]
	}
}

// Each file says what is wrong with it, and nothing else is.
func TestMistakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/mistakes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	seen := make(map[string]bool)
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want := readExpected(t, string(data))
		var list diag.List
		file := rules.File{Name: name, Data: data}
		checked := check.Rules(rules.Load([]rules.File{file}, &list), &list)
		list.Sort()
		errorsAlone(t, file, &list, checked)
		for _, d := range list.Diagnostics {
			seen[d.Code.String()] = true
			i := slices.IndexFunc(want, func(e expected) bool { return e.is(d) })
			if i < 0 {
				t.Errorf("%s:%d:%d: %s %s %q is not expected", name, d.Pos.Line, d.Pos.Col, d.Severity, d.Code, d.Message)
				continue
			}
			want = slices.Delete(want, i, i+1)
		}
		for _, e := range want {
			t.Errorf("%s:%s is not reported", name, e)
		}
	}
	// These need files that are large, not there, or no rules files.
	elsewhere := []diag.Code{diag.FileRead, diag.FileTooLarge, diag.NotUTF8, diag.AliasTooLarge, diag.ConditionTooLarge, diag.TooDeep, diag.NotLaidOut, diag.ScenarioLine}
	for _, info := range diag.Codes() {
		if info.Code/100 == 7 { // of the configuration: package config's tests have them
			continue
		}
		if !seen[info.Code.String()] && !slices.Contains(elsewhere, info.Code) {
			t.Errorf("%s, %s, is in no file", info.Code, info.Title)
		}
	}
}

// Of names that are equally close to a wrong one, the first is suggested, each
// time.
func TestSuggestsTheFirst(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 50 {
		fmt.Fprintf(&text, "- macro: name_%02d\n  condition: evt.num = 1\n- list: name_%02d\n  items: [a]\n", i, i)
	}
	text.WriteString(`- macro: name_3x
  condition: evt.num = 1
  append: true
- list: name_4x
  items: [a]
  append: true
- macro: user
  condition: name_0x
`)
	for range 20 {
		var list diag.List
		check.Rules(rules.Load([]rules.File{{Name: "f.yaml", Data: []byte(text.String())}}, &list), &list)
		var hints []string
		for _, d := range list.Diagnostics {
			if d.Severity == diag.Error {
				hints = append(hints, d.Hint)
			}
		}
		want := []string{"did you mean name_30?", "did you mean name_40?", "did you mean name_00?"}
		if diff := cmp.Diff(want, hints); diff != "" {
			t.Fatalf("hints (-want +got):\n%s", diff)
		}
	}
}
