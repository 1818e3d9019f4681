// SPDX-License-Identifier: Apache-2.0

package owners_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/infra/sharedtest"
)

func parse(archive string) *owners.Tree {
	files := make(map[string]string)
	for _, f := range txtar.Parse([]byte(archive)).Files {
		files[f.Name] = string(f.Data)
	}
	return owners.Parse(files)
}

const tree = `
-- OWNERS_ALIASES --
aliases:
  Core-Team: [Alice, "@bob"]
  set: {carol, dave}
  nobody:
-- OWNERS --
approvers: [core-team]
reviewers: [CAROL]
emeritus_approvers: [erin]
-- a/OWNERS --
approvers: [carol, nobody]
-- a/b/c/OWNERS --
reviewers: [dave]
-- closed/OWNERS --
options: {no_parent_owners: true}
approvers: [dave]
-- closed/in/OWNERS --
approvers: [carol]
-- empty/OWNERS --
options: {no_parent_owners: true}
reviewers: [dave]
-- filtered/OWNERS --
filters:
  ".*": {reviewers: [dave]}
  "\\.go$": {approvers: [set]}
  "^sub/": {approvers: [erin]}
-- auto/OWNERS --
options: {auto_approve_unowned_subfolders: true}
approvers: [dave]
-- auto/owned/OWNERS --
approvers: [erin]
`

func TestApprovers(t *testing.T) {
	t.Parallel()
	o := parse(tree)
	if ms := o.Mistakes(); len(ms) > 0 {
		t.Fatal(ms)
	}
	for file, want := range map[string]string{
		"README.md":              ": alice bob",
		"a/x":                    "a: alice bob carol",
		"a/b/c/d/x":              "a: alice bob carol",
		"ab/x":                   ": alice bob",
		"closed/x":               "closed: dave",
		"closed/in/x":            "closed/in: carol dave",
		"empty/x":                ": alice bob",
		"filtered/x.md":          ": alice bob",
		"filtered/x.go":          "filtered: alice bob carol dave",
		"filtered/sub/x.go":      "filtered: alice bob carol dave erin",
		"filtered/sub/sub/x.txt": "filtered: alice bob erin",
	} {
		got := o.Home(file) + ": " + strings.Join(o.Approvers(file), " ")
		if got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
	if diff := cmp.Diff([]string{"carol", "dave"}, o.Reviewers("a/b/c/x")); diff != "" {
		t.Error(diff)
	}
}

// TestExplain tells the same as Approvers, and how it comes.
func TestExplain(t *testing.T) {
	t.Parallel()
	o := parse(tree)
	for file, want := range map[string]string{
		"a/x":               "a/OWNERS[] carol  | OWNERS[] alice,bob ",
		"closed/in/x":       "closed/in/OWNERS[] carol  | closed/OWNERS[] dave no_parent_owners!",
		"empty/x":           "empty/OWNERS[]  no_parent_owners, but it names no approver for this file | OWNERS[] alice,bob ",
		"filtered/sub/x.go": `filtered/OWNERS[.*,\.go$,^sub/] carol,dave,erin  | OWNERS[] alice,bob `,
		"filtered/x.md":     "filtered/OWNERS[.*]   | OWNERS[] alice,bob ",
	} {
		x := o.Explain(file)
		var steps []string
		for _, s := range x.Steps {
			step := fmt.Sprintf("%s[%s] %s %s", s.File, strings.Join(s.Filters, ","), strings.Join(s.Approvers, ","), s.Why)
			if s.Ends {
				step += "!"
			}
			steps = append(steps, step)
		}
		if got := strings.Join(steps, " | "); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
		if diff := cmp.Diff(o.Approvers(file), x.Approvers); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
	broken := owners.Parse(map[string]string{"OWNERS": "approvers: [alice]", "a/OWNERS": "approvers: ["})
	if x := broken.Explain("a/x"); len(x.Steps) != 1 || !x.Steps[0].Ends || len(x.Approvers) > 0 {
		t.Errorf("%+v", x)
	}
	if x := broken.Explain("a/OWNERS"); len(x.Steps) != 2 || x.Approvers[0] != "alice" {
		t.Errorf("%+v", x)
	}
	if x := owners.Parse(map[string]string{"OWNERS_ALIASES": "x: ["}).Explain("y"); x.Problem == "" {
		t.Errorf("%+v", x)
	}
}

func TestCover(t *testing.T) {
	t.Parallel()
	o := parse(tree)
	for _, tt := range []struct {
		name    string
		changes []owners.Change
		by      string
		covered bool
		suggest string
	}{
		{"nothing", nil, "alice", false, ""},
		{"nobody", []owners.Change{{Path: "x"}}, "", false, "alice"},
		{"root", []owners.Change{{Path: "x"}}, "@ALICE", true, ""},
		{"stranger", []owners.Change{{Path: "x"}}, "mallory", false, "alice"},
		{"folder", []owners.Change{{Path: "a/x"}}, "carol", true, ""},
		{"folder and root", []owners.Change{{Path: "a/x"}, {Path: "x"}}, "carol", false, "alice"},
		{"root for both", []owners.Change{{Path: "a/x"}, {Path: "x"}}, "bob", true, ""},
		{"cut off", []owners.Change{{Path: "closed/x"}, {Path: "x"}}, "alice", false, "dave"},
		{"two people", []owners.Change{{Path: "closed/x"}, {Path: "x"}}, "alice dave", true, ""},
		{"rename out of a folder", []owners.Change{{Path: "x", From: "closed/x"}}, "alice", false, "dave"},
		{"rename into a folder", []owners.Change{{Path: "closed/x", From: "x"}}, "dave", false, "alice"},
		{"unowned subfolder", []owners.Change{{Path: "auto/new/x"}}, "", true, ""},
		{"folder itself", []owners.Change{{Path: "auto/x"}}, "", false, "dave"},
		{"owned subfolder", []owners.Change{{Path: "auto/owned/x"}}, "", false, "alice"},
		{"suggestions", []owners.Change{{Path: "closed/x"}, {Path: "a/x"}, {Path: "filtered/x.go"}}, "", false, "carol dave"},
	} {
		c := o.Cover(tt.changes, strings.Fields(tt.by))
		if c.Covered() != tt.covered {
			t.Errorf("%s: covered %v", tt.name, c.Covered())
		}
		if got := strings.Join(c.Suggest("erin"), " "); got != tt.suggest {
			t.Errorf("%s: suggested %q, want %q", tt.name, got, tt.suggest)
		}
	}
	c := o.Cover([]owners.Change{{Path: "x"}, {Path: "a/x"}, {Path: "y"}}, []string{"Carol"})
	want := owners.Coverage{Parts: []owners.Part{
		{Dir: "", Files: []string{"x", "y"}, Approvers: []string{"alice", "bob"}, Near: []string{"alice", "bob"}},
		{Dir: "a", Files: []string{"a/x"}, Approvers: []string{"alice", "bob", "carol"}, Near: []string{"carol"}, By: []string{"carol"}},
	}}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ src, want string }{
		"syntax":      {"approvers: [alice\n", "a/OWNERS:1:1: not YAML: did not find expected ',' or ']'\napprovers: [alice\n^"},
		"typing":      {"aprovers: [alice]\n", "a/OWNERS:1:1: unknown key \"aprovers\"\naprovers: [alice]\n^\nhint: did you mean \"approvers\"?"},
		"other key":   {"maintainers: [alice]\n", ""},
		"no list":     {"approvers: alice\n", "a/OWNERS:1:12: want a list, found \"alice\"\napprovers: alice\n           ^"},
		"two shapes":  {"labels: [x]\nfilters: {}\n", "a/OWNERS:2:1: filters beside top-level labels: Prow would ignore the filters\nfilters: {}\n^\nhint: put them under the filter \".*\""},
		"filter":      {"filters: {\"(\": {approvers: [x]}}\n", "a/OWNERS:1:11: filter: error parsing regexp: missing closing ): `(`\nfilters: {\"(\": {approvers: [x]}}\n          ^\nhint: the syntax is Go's: https://pkg.go.dev/regexp/syntax"},
		"option":      {"options: {no_parent_owner: true}\n", "a/OWNERS:1:11: unknown key \"no_parent_owner\"\noptions: {no_parent_owner: true}\n          ^\nhint: did you mean \"no_parent_owners\"?"},
		"no boolean":  {"options: {no_parent_owners: maybe}\n", "a/OWNERS:1:29: want true or false, found \"maybe\"\noptions: {no_parent_owners: maybe}\n                            ^"},
		"null":        {"approvers:\n", ""},
		"labels list": {"labels: {a: b}\napprovers: [x]\n", "a/OWNERS:1:9: want a list, found a mapping\nlabels: {a: b}\n        ^"},
	} {
		o := owners.Parse(map[string]string{"OWNERS": "approvers: [alice]", "a/OWNERS": tt.src, "a/b/OWNERS": "approvers: [carol]"})
		if diff := cmp.Diff(tt.want, o.Mistakes().Error()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestBrokenFailsClosed(t *testing.T) {
	t.Parallel()
	o := owners.Parse(map[string]string{
		"OWNERS": "approvers: [alice]", "a/OWNERS": "approvers: [", "a/b/OWNERS": "options: {no_parent_owners: true}\napprovers: [carol]",
		"a/c/OWNERS": "approvers: [dave]",
	})
	for file, want := range map[string]string{"x": "alice", "a/x": "", "a/c/x": "dave", "a/b/x": "carol", "a/OWNERS": "alice", "a/c/OWNERS": "dave"} {
		if got := strings.Join(o.Approvers(file), " "); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
	if c := o.Cover([]owners.Change{{Path: "a/c/x"}, {Path: "a/x"}}, []string{"dave"}); c.Covered() || len(c.Suggest()) > 0 {
		t.Errorf("covered %v, suggested %v", c.Covered(), c.Suggest())
	}
	o = owners.Parse(map[string]string{"OWNERS": "approvers: [alice, team]", "OWNERS_ALIASES": "aliases: {team: bob}"})
	for file, want := range map[string]string{"x": "", "OWNERS": "", "OWNERS_ALIASES": "alice"} {
		if got := strings.Join(o.Approvers(file), " "); got != want {
			t.Errorf("broken aliases, %s: %q, want %q", file, got, want)
		}
	}
	if got := o.Mistakes().Error(); !strings.Contains(got, "OWNERS_ALIASES:1:17: want a list") {
		t.Error(got)
	}
}

// TestRealTrees reads the OWNERS files of public repositories, where the
// folder with them is there.
func TestRealTrees(t *testing.T) {
	t.Parallel()
	root := sharedtest.Data(t, "owners")
	repos, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, repo := range repos {
		files := make(map[string]string)
		fsys := os.DirFS(filepath.Join(root, repo.Name()))
		err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			src, err := fs.ReadFile(fsys, p)
			files[p] = string(src)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		o := owners.Parse(files)
		if ms := o.Mistakes(); len(ms) > 0 {
			t.Errorf("%s: %v", repo.Name(), ms)
		}
		for p := range files {
			if len(o.Approvers(p)) == 0 {
				t.Errorf("%s: nobody may approve %s", repo.Name(), p)
			}
		}
	}
}

// FuzzParse holds for any file: parsing does not panic; a broken file lets
// nobody approve; logins come out normalized; and one approver more never
// leaves less approved.
func FuzzParse(f *testing.F) {
	for _, file := range txtar.Parse([]byte(tree)).Files {
		f.Add(file.Data, "a/x.go")
	}
	f.Add([]byte("approvers: &a [*a]"), "a/b")
	f.Add([]byte("filters: {'': {approvers: [x]}}"), "a/\n")
	f.Fuzz(func(t *testing.T, src []byte, file string) {
		if strings.HasPrefix(file, "/") || strings.HasSuffix(file, "/") || strings.Contains(file, "//") {
			t.Skip() // git has no such path
		}
		o := owners.Parse(map[string]string{"OWNERS": "approvers: [root]", "a/OWNERS": string(src), "OWNERS_ALIASES": string(src)})
		approvers := o.Approvers("a/x")
		if len(o.Mistakes()) > 0 && len(approvers) > 0 {
			t.Errorf("broken, and still %v may approve", approvers)
		}
		for _, a := range o.Approvers(file) {
			if a != owners.Normalize(a) {
				t.Errorf("%q is not normalized", a)
			}
		}
		changes := []owners.Change{{Path: file}, {Path: "b", From: "a/x"}}
		var by []string
		covered := false
		for _, a := range append(o.Cover(changes, nil).Suggest(), "x") {
			by = append(by, a)
			now := o.Cover(changes, by).Covered()
			if covered && !now {
				t.Errorf("%v left less approved", by)
			}
			covered = now
		}
	})
}
