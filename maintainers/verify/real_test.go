// SPDX-License-Identifier: Apache-2.0

package verify_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/infra/sharedtest"
	"github.com/lanner-project/lanner/maintainers/gather"
	"github.com/lanner-project/lanner/maintainers/project"
	"github.com/lanner-project/lanner/maintainers/publish"
	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/maintainers/verify"
)

// realTrees is the folder of the OWNERS files of public repositories, each in
// a folder OWNER+REPOSITORY, where it is there.
func realTrees(t *testing.T) string {
	t.Helper()
	return sharedtest.Data(t, "owners")
}

// Every list can be made of every tree, and read again.
func TestRealTrees(t *testing.T) {
	t.Parallel()
	root := realTrees(t)
	repos, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, repo := range repos {
		s, err := gather.InFolder(filepath.Join(root, repo.Name()))
		if err != nil {
			t.Fatal(err)
		}
		p := project.Project{Snapshot: s, Repository: "https://github.com/" + strings.Replace(repo.Name(), "+", "/", 1), Branch: "main"}
		generated, err := publish.Generate(p, "people.yaml")
		if err != nil {
			t.Errorf("%s: %v", repo.Name(), err)
			continue
		}
		list, err := roster.Parse("maintainers.yaml", generated[0].Content)
		if err != nil {
			t.Errorf("%s: %v", repo.Name(), err)
		}
		if len(list.People) != len(p.Maintainers()) || len(list.Core(p.Name())) != len(p.Core()) {
			t.Errorf("%s: %d people, %d core, and in maintainers.yaml %d and %d", repo.Name(), len(p.Maintainers()), len(p.Core()), len(list.People), len(list.Core(p.Name())))
		}
		if _, err := publish.Teams(p); err != nil {
			t.Errorf("%s: %v", repo.Name(), err)
		}
		findings, err := verify.Check(verify.Input{Project: p, People: "people.yaml", Day: day("2026-09-01"), Cap: 40})
		if err != nil {
			t.Errorf("%s: %v", repo.Name(), err)
		}
		codes := make(map[string]int)
		for _, f := range findings {
			codes[f.Code]++
		}
		t.Logf("%s: %d folders, %d maintainers, %d of them core, %v", repo.Name(), len(s.Folders()), len(p.Maintainers()), len(p.Core()), codes)
	}
}

// The core maintainers of Falco are those of its five core repositories: 19
// people, as its .project file lists. Whom they work for is not among the
// data; that 12 of them share an employer is (falcosecurity/evolution).
func TestFalco(t *testing.T) {
	t.Parallel()
	root := realTrees(t)
	files := make(map[string]string)
	var components []roster.Component
	for _, name := range []string{"falco", "libs", "rules", "plugins", "falcoctl"} {
		s, err := gather.InFolder(filepath.Join(root, "falcosecurity+"+name))
		if err != nil {
			t.Skip(err)
		}
		for file, src := range s.Files {
			files[name+"/"+file] = src
		}
		components = append(components, roster.Component{Name: name, Path: name, Scope: "Core"})
	}
	p := project.Project{
		Snapshot: gather.Snapshot{Files: files, Tree: owners.Parse(files)}, Components: components,
		Repository: "https://github.com/falcosecurity/all", Branch: "main",
	}
	core := p.Core()
	if len(core) != 19 {
		t.Errorf("%d core maintainers, want 19", len(core))
	}
	var people strings.Builder
	for i, m := range core {
		employer := fmt.Sprintf("Other %d", i)
		if i < 12 {
			employer = "Big"
		}
		fmt.Fprintf(&people, "- {login: %s, employers: [{name: %s}]}\n", m.Login, employer)
	}
	var err error
	if p.People, err = roster.ParsePeople("people.yaml", []byte(people.String())); err != nil {
		t.Fatal(err)
	}
	findings, err := verify.Check(verify.Input{Project: p, People: "people.yaml", Day: day("2026-09-01"), Cap: 40})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []verify.Finding{
		{Code: "employer-cap", Path: "people.yaml", Message: "Big has 12 of the 19 core maintainers, 63%; the cap is 40%"},
		{Code: "two-lists", Path: "rules/OWNERS", Login: "kaizhe", Message: "kaizhe is in reviewers and emeritus_approvers"},
	} {
		if !slices.Contains(findings, want) {
			t.Errorf("%+v is not among the findings", want)
		}
	}
	byCode := make(map[string][]string)
	for _, f := range findings {
		byCode[f.Code] = append(byCode[f.Code], f.Path+" "+f.Login)
	}
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		if code != "person-missing" {
			t.Logf("%s: %s", code, strings.Join(byCode[code], ", "))
		}
	}
}
