// SPDX-License-Identifier: Apache-2.0

package project_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/maintainers/gather"
	"github.com/lanner-project/lanner/maintainers/project"
	"github.com/lanner-project/lanner/maintainers/roster"
)

func TestMaintainers(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"OWNERS":          "filters:\n  '.*': {approvers: [alice]}\n  '\\.md$': {approvers: [bob]}\n",
		"core/OWNERS":     "approvers: [carol]",
		"core/sub/OWNERS": "approvers: [dave]",
		"infra/OWNERS":    "approvers: [Erin, dave]",
	}
	people, err := roster.ParsePeople("p.yaml", []byte(`
- {login: alice, name: Same, employers: [{name: New, from: 2026-01-01}, {name: Old}]}
- {login: bob, name: Same}
- {login: carol, name: Carol, employers: [{name: Gone, until: 2020-01-01}]}
- {login: Erin}
`))
	if err != nil {
		t.Fatal(err)
	}
	p := project.Project{
		Snapshot: gather.Snapshot{Files: files, Tree: owners.Parse(files)}, People: people,
		Components: []roster.Component{{Name: "C", Path: "core", Scope: "Core"}, {Name: "I", Path: "infra", Scope: "Infra"}},
		Repository: "https://github.com/o/r", Branch: "release/1",
	}
	var got []string
	for _, m := range p.Maintainers() {
		got = append(got, fmt.Sprintf("%s (%s), %s, core %v, known %v: %v", m.Name, m.Login, m.Company, m.Core, m.Known, m.Projects(p)))
	}
	want := []string{
		"Carol (carol), Gone, core true, known true: [https://github.com/o/r/tree/release/1/core]",
		"Same (alice), New, core true, known true: [https://github.com/o/r]",
		"Same (bob), Independent, core false, known true: [https://github.com/o/r/tree/release/1]",
		"dave (dave), UNKNOWN, core false, known false: [https://github.com/o/r/tree/release/1/core/sub https://github.com/o/r/tree/release/1/infra]",
		"erin (erin), Independent, core false, known true: [https://github.com/o/r/tree/release/1/infra]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCheckRepository(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://github.com/o/r": true, "http://127.0.0.1:80/o/r": true,
		"": false, "github.com/o/r": false, "https://github.com/o": false, "https://github.com/o/r/": false, "https://u:p@github.com/o/r": false,
		"ssh://github.com/o/r": false, "https://github.com/o/r#x": false, "https://github.com/o/r/tree": false,
	} {
		if err := project.CheckRepository(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}
