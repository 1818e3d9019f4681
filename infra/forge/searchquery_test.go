// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSearch(t *testing.T) {
	t.Parallel()
	got, err := parseSearch(` repo:o/r -label:"do not merge",hold  is:PR "two words" https://h/x -x label:kind/bug `)
	if err != nil {
		t.Fatal(err)
	}
	want := []term{
		{key: "repo", values: []string{"o/r"}},
		{not: true, key: "label", values: []string{"do not merge", "hold"}},
		{key: "is", values: []string{"PR"}},
		{values: []string{"two words"}},
		{values: []string{"https://h/x"}},
		{not: true, values: []string{"x"}},
		{key: "label", values: []string{"kind/bug"}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(term{})); diff != "" {
		t.Errorf("terms (-want +got):\n%s", diff)
	}
}

func FuzzParseSearch(f *testing.F) {
	for _, seed := range []string{"", "-", `"`, `label:"a",`, "is:pr,", "a:b:c", "-label:x created:>=2020-01-01..", "--x", ":"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		terms, err := parseSearch(query)
		if err != nil {
			return
		}
		for _, t := range terms {
			parseSearchRange(t.value())
		}
	})
}

func FuzzClosingNumbers(f *testing.F) {
	for _, seed := range []string{"Fixes #1", "closes: o/r#2, resolves #3", "```\nfixes #4\n```", "`fixes #5`", "<!-- fixes #6 -->", "prefixes #7"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		seen := map[int64]bool{}
		for _, n := range closingNumbers(text, "o/r") {
			if n < 0 || seen[n] {
				t.Errorf("number %d of %q", n, text)
			}
			seen[n] = true
		}
	})
}

func TestClosingNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int64{
		"Fixes #1":                        {1},
		"closes: o/R#2, resolved #3":      {2, 3},
		"fix #1 and FIXED #1":             {1},
		"fixes other/repo#9":              nil,
		"prefixes #7 and #8":              nil,
		"```\nfixes #4\n```\nfixes #5":    {5},
		"`fixes #4` <!-- fixes #6 -->":    nil,
		"fixes #12abc":                    nil,
		"Fixes https://h/o/r/issues/1 #1": nil,
	} {
		if diff := cmp.Diff(want, closingNumbers(text, "o/r")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
