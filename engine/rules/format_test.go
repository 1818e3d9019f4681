// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/diag"
)

// The public rulesets are laid out, mean the same (Format looks itself), and
// are not changed again.
func TestFormatPublicRules(t *testing.T) {
	t.Parallel()
	for _, f := range publicRules(t) {
		var list diag.List
		once, ok := Format(f, &list)
		if !ok {
			t.Errorf("%s: %v", f.Name, list.Diagnostics)
			continue
		}
		twice, ok := Format(File{f.Name, once}, &list)
		if !ok {
			t.Errorf("%s, again: %v", f.Name, list.Diagnostics)
			continue
		}
		if d := cmp.Diff(string(once), string(twice)); d != "" {
			t.Errorf("%s changes when it is laid out again: %s", f.Name, d)
		}
		for line := range bytes.SplitSeq(f.Data, []byte("\n")) {
			comment := bytes.TrimSpace(line)
			if bytes.HasPrefix(comment, []byte("#")) && !bytes.Contains(once, comment) {
				t.Errorf("%s: lost %s", f.Name, comment)
			}
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, s := range []string{
		"- rule: a # b\n  condition: > # c\n    evt.num=1\n  # d\n  output: 'x\n\n   y'\n# e\n\n\n- macro: m\n  condition: and not (a or b)\n",
		"- list: l\n  items: [a, 'b', # c\n    \"d\"]\n---\n-\n  macro: m\n  condition: a\n- {macro: n, condition: b}\n",
		"- rule: r\n  exceptions:\n    - name: e\n      fields: [a.b]\n      values:\n        - [x, 'y z']\n  tags: &t [a]\n- rule: s\n  tags: *t\n",
		"- macro: m\n  condition: |\n    a and\n    b\n\n  # not a comment of the item\n  append: true\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var list diag.List
		once, ok := Format(File{"f", []byte(text)}, &list)
		if !ok {
			if list.Errors() == 0 {
				t.Fatalf("%q: neither laid out nor wrong", text)
			}
			return
		}
		twice, ok := Format(File{"f", once}, &list)
		if !ok || string(once) != string(twice) {
			t.Fatalf("%q is laid out as\n%q\nand that as\n%q", text, once, twice)
		}
	})
}

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

func TestFormat(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/format.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var list diag.List
	got, ok := Format(File{"format.yaml", data}, &list)
	if !ok {
		t.Fatal(list.Diagnostics)
	}
	if *update {
		if err := os.WriteFile("testdata/format.golden.yaml", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/format.golden.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("format.golden.yaml (-want +got): %s", d)
	}
}
