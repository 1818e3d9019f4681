// SPDX-License-Identifier: Apache-2.0

package settings_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/settings"
)

const file = `
labels:
  unlisted: delete
  items:
  - {name: kind/bug, color: "#D73A4A", description: It does not work., previously: [bug, Defect]}
  - {name: Size/XS}
milestones:
- {title: v0.2, due: 2027-03-30}
- {title: v0.1, closed: true}
branches:
- {name: main, approvals: 1, dismiss_stale: true, checks: [unit, lint], enforce_admins: true}
teams:
- {slug: Core, permission: maintain, maintainers: ["@Alice"], members: [carol, bob]}
limit: 0.5
`

func parse(t *testing.T, src string) settings.Settings {
	t.Helper()
	s, err := settings.Parse("f", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPlan(t *testing.T) {
	t.Parallel()
	have := settings.Settings{
		Labels: &settings.Section[settings.Label]{Items: []settings.Label{
			{Name: "defect", Color: "ffffff"}, {Name: "size/xs", Color: "ededed"}, {Name: "old"}, {Name: "bug?"},
		}},
		Milestones: &settings.Section[settings.Milestone]{Items: []settings.Milestone{{Title: "v0.1", Number: 1}, {Title: "v0.0", Number: 9}}},
		Branches:   &settings.Section[settings.Branch]{Items: []settings.Branch{{Name: "main", Approvals: 2, Checks: []string{"unit"}, EnforceAdmins: true}}},
		Teams:      &settings.Section[settings.Team]{Items: []settings.Team{{Slug: "core", Permission: "maintain", Members: []string{"alice", "bob", "dave"}}}},
	}
	changes, errs := settings.Plan(parse(t, file), have)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := `
update label defect → kind/bug [name: defect → kind/bug, color: ffffff → d73a4a, description: nothing → It does not work.]
update label size/xs → Size/XS [name: size/xs → Size/XS]
create milestone v0.2 []
update milestone v0.1 [closed: false → true]
update protection of branch main [approvals: 2 → 1, dismiss_stale: false → true, checks: [unit] → [lint, unit]]
update team core [maintainers: [] → [alice], members: [alice, bob, dave] → [bob, carol]]
delete label old []
delete label bug? []
`
	var got strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&got, "%s %s [%s]\n", c.Verb, c.Name(), strings.Join(c.Fields(), ", "))
	}
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got.String()); diff != "" {
		t.Error(diff)
	}
}

// TestNothing holds that what is as it is to be needs no change, and that a
// section which is not there is left alone.
func TestNothing(t *testing.T) {
	t.Parallel()
	s := parse(t, file)
	if changes, errs := settings.Plan(s, s); len(changes)+len(errs) > 0 {
		t.Errorf("%v %v", changes, errs)
	}
	if changes, errs := settings.Plan(parse(t, ""), s); len(changes)+len(errs) > 0 {
		t.Errorf("%v %v", changes, errs)
	}
	s.Labels.Items = append(s.Labels.Items, settings.Label{Name: "x"})
	if changes, _ := settings.Plan(parse(t, "labels: []"), s); len(changes) > 0 {
		t.Errorf("unlisted ones are kept, and yet %v", changes)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	have := settings.Settings{
		Labels: &settings.Section[settings.Label]{Items: []settings.Label{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}}},
		Teams:  &settings.Section[settings.Team]{Items: []settings.Team{{Slug: "core", Permission: "pull", Members: []string{"a", "b", "c"}}}},
	}
	for src, want := range map[string]string{
		"labels: {unlisted: delete, items: [{name: a}, {name: b}, {name: c}]}":     "",
		"labels: {unlisted: delete, items: [{name: a}, {name: b}]}":                "it would remove 2 of 4 labels, and the limit is 25%",
		"labels: {unlisted: delete, items: [{name: a}, {name: b}]}\nlimit: 0.5":    "",
		"labels: {unlisted: delete, items: [{name: x, previously: [a, b, c, d]}]}": "it would remove 3 of 4 labels, and the limit is 25%",
		"teams: [{slug: core, members: [a, b]}]":                                   "it would remove 1 of 3 memberships of teams, and the limit is 25%",
		"teams: {unlisted: delete, items: []}\nlimit: 0":                           "it would remove 1 of 1 teams, and the limit is 0%",
		"teams: [{slug: core, maintainers: [a], members: [b, c]}]":                 "",
	} {
		_, errs := settings.Plan(parse(t, src), have)
		var got []string
		for _, err := range errs {
			got = append(got, err.Error())
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"label: []":                      `1:1: unknown key "label"`,
		"labels: [{name: a}, {name: A}]": `1:21: "a" is there twice`,
		"labels: [{color: ffffff}]":      "1:10: it has no name",
		"labels: [{name: a, color: 12}]": `1:27: color "12"`,
		"labels: x":                      "1:9: want a list",
		"labels: {unlisted: drop}":       `1:20: unlisted "drop"`,
		"labels: [{name: a, description: " + strings.Repeat("x", 101) + "}]": "1:33: the description has 101",
		"milestones: [{title: a, due: tomorrow}]":                            `1:30: due "tomorrow"`,
		"branches: [{name: a, approvals: 7}]":                                `1:33: approvals "7"`,
		"teams: [{slug: a, permission: write}]":                              `1:31: permission "write"`,
		"teams: [{slug: a, members: [x], maintainers: [X]}]":                 "1:9: x is both maintainer and member",
		"limit: 2": `1:8: limit "2"`,
	} {
		_, err := settings.Parse("f", []byte(src))
		if err == nil || !strings.HasPrefix(err.Error(), "f:"+want) {
			t.Errorf("%s: %v, want %s", src, err, want)
		}
	}
}

// FuzzParse holds for any file: reading it does not panic, and what it says is
// reached, for then nothing is left to change.
func FuzzParse(f *testing.F) {
	f.Add([]byte(file))
	f.Add([]byte("labels: {unlisted: delete}\nlimit: 1"))
	f.Add([]byte("teams: &a [*a]"))
	f.Fuzz(func(t *testing.T, src []byte) {
		s, err := settings.Parse("f", src)
		if err != nil {
			return
		}
		if changes, errs := settings.Plan(s, s); len(changes)+len(errs) > 0 {
			t.Errorf("%v %v", changes, errs)
		}
	})
}
