// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/release/plan"
)

func example() plan.Plan {
	return plan.Plan{
		Schema: plan.Schema, Kind: plan.KindRelease, Component: "engine", Version: "v0.1.0", Tag: "v0.1.0",
		Branch: "release/0.1", Toolchain: "go1.26.8", Lead: "alice",
		Base: plan.Base{
			Commit: strings.Repeat("1", 40), Tree: strings.Repeat("2", 40),
			Time: time.Date(2026, 1, 27, 10, 0, 0, 0, time.UTC),
		},
		Files: []plan.File{{Path: plan.StampPath, SHA256: plan.Sum([]byte("x"))}},
		Notes: "## Features\n\n- <b> & \"quotes\"\n",
		Steps: []string{"tag"},
	}
}

func TestRoundTrip(t *testing.T) {
	p := example()
	data, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := plan.Parse("p.json", data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefuses(t *testing.T) {
	good, err := example().Encode()
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, now string) string {
		s := strings.Replace(string(good), old, now, 1)
		if s == string(good) {
			t.Fatalf("%q is not in the plan", old)
		}
		return s
	}
	for name, c := range map[string]struct{ data, want string }{
		"unknown key":    {edit(`"kind"`, `"knid"`), "knid"},
		"no json":        {"version: v1", "p.json:1:1"},
		"cut":            {string(good[:40]), "unexpected EOF"},
		"two":            {string(good) + "{}", "more follows"},
		"spacing":        {edit(`"schema": 1`, `"schema":1`), "p.json:2:12: not in canonical form"},
		"wrong type":     {edit(`"schema": 1`, `"schema": "1"`), "p.json:2:"},
		"newer schema":   {edit(`"schema": 1`, `"schema": 2`), "reads schema 1"},
		"short version":  {edit(`"v0.1.0"`, `"v0.1"`), "semantic version"},
		"foreign tag":    {edit(`"tag": "v0.1.0"`, `"tag": "v0.2.0"`), "does not name version"},
		"short commit":   {edit(strings.Repeat("1", 40), "111"), "full object ids"},
		"path outside":   {edit(plan.StampPath, "../x"), "path in the repository"},
		"yank of a lie":  {edit(`"kind": "release"`, `"kind": "yank"`), "yank section"},
		"another zone":   {edit("10:00:00Z", "10:00:00+01:00"), "want UTC"},
		"no lead":        {edit(`"alice"`, `""`), "must be named"},
		"empty document": {"", "EOF"},
	} {
		if _, err := plan.Parse("p.json", []byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestChangelog(t *testing.T) {
	first := plan.Changelog(nil, "v0.1.0", "## v0.1.0 (2026-01-27)\n\n- one\n")
	second := plan.Changelog(first, "v0.2.0", "## v0.2.0\n\n### Fixes\n\n- two\n")
	again := plan.Changelog(second, "v0.2.0", "## v0.2.0\n\n### Fixes\n\n- two, corrected\n")
	third := plan.Changelog(again, "v0.1.0", "## v0.1.0 (2026-01-27)\n\n- one, corrected\n")
	want := `# Changelog

Each release adds its section in its release pull request.

## v0.1.0 (2026-01-27)

- one, corrected

## v0.2.0

### Fixes

- two, corrected
`
	if diff := cmp.Diff(want, string(third)); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(third, plan.Changelog(third, "v0.1.0", "## v0.1.0 (2026-01-27)\n\n- one, corrected\n")) {
		t.Error("writing a section twice changes the file")
	}
	if got := plan.Changelog(third, "v0.2", "## v0.2\n"); !bytes.Contains(got, []byte("## v0.2.0\n")) {
		t.Error("a version took the section of another that it begins")
	}
}

func FuzzParse(f *testing.F) {
	good, err := example().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := plan.Parse("p.json", data)
		if err != nil {
			return
		}
		again, err := p.Encode()
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("a plan that parses is not its own encoding: %v", err)
		}
	})
}
