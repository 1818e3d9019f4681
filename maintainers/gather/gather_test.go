// SPDX-License-Identifier: Apache-2.0

package gather_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/maintainers/gather"
)

// repository is a git repository that a test writes.
type repository struct {
	t   *testing.T
	git git.Repo
	day int
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	r := &repository{t: t, git: git.Repo{Dir: t.TempDir()}}
	r.run("init", "-q")
	return r
}

func (r *repository) run(args ...string) string {
	r.t.Helper()
	r.day++
	out, err := r.git.As("a", "a@example.com", time.Date(2026, 1, r.day, 23, 0, 0, 0, time.UTC)).Run(r.t.Context(), args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// commit writes files and commits them; an empty one is deleted.
func (r *repository) commit(files string) {
	r.t.Helper()
	for _, f := range txtar.Parse([]byte(files)).Files {
		name := filepath.Join(r.git.Dir, f.Name)
		if len(f.Data) == 0 {
			if err := os.Remove(name); err != nil {
				r.t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	r.day-- // the two commands are of one day
	r.run("add", "-A")
	r.run("commit", "-q", "--allow-empty", "-m", "change")
}

func show(h gather.History) string {
	var b strings.Builder
	for _, t := range h.Tenures {
		until := "-"
		if t.Until != nil {
			until = t.Until.Date
		}
		fmt.Fprintf(&b, "%q %s %s %s %s\n", t.Folder, t.Login, t.Role, t.Since.Date, until)
	}
	return b.String()
}

func TestAtAndInFolder(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("-- OWNERS --\napprovers: [team]\n-- OWNERS_ALIASES --\naliases: {team: [alice, Bob]}\n" +
		"-- a b/OWNERS --\nfilters: {'.*': {approvers: [carol]}, '\\.go$': {approvers: [dave]}}\noptions: {no_parent_owners: true}\n" +
		"-- x/OWNERS_ALIASES --\nnot: read\n-- people.yaml --\n[]\n-- main.go --\npackage main\n")
	if err := os.Symlink("../OWNERS", filepath.Join(r.git.Dir, "x", "OWNERS")); err != nil {
		t.Fatal(err)
	}
	r.commit("")
	first := r.run("rev-parse", "HEAD")
	r.commit("-- OWNERS --\napprovers: [erin]\n-- a b/OWNERS --\n")

	s, err := gather.At(t.Context(), r.git, "HEAD^", "people.yaml", "absent.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range s.Folders() {
		names = append(names, fmt.Sprintf("%q %v %v %v may %v", f.Path, f.Approvers, f.Partial, f.Filters, s.MayApprove(f.Path)))
	}
	want := []string{`"" [alice bob] [] [] may [alice bob]`, `"a b" [carol] [dave] [\.go$] may [carol]`}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if len(s.Files) != 4 || s.Files["people.yaml"] != "[]\n" || s.Commit != first || s.Date != "2026-01-03" {
		t.Errorf("%d files, commit %s of %s: %v", len(s.Files), s.Commit, s.Date, s.Files)
	}
	now, err := gather.InFolder(r.git.Dir, "people.yaml")
	if err != nil {
		t.Fatal(err)
	}
	at, err := gather.At(t.Context(), r.git, "main", "people.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(at.Files, now.Files); diff != "" || now.Files["OWNERS"] != "approvers: [erin]\n" {
		t.Errorf("the folder differs from its commit:\n%s", diff)
	}
	for _, rev := range []string{"--all", "absent", ""} {
		if s, err := gather.At(t.Context(), r.git, rev); err == nil {
			t.Errorf("revision %q: %+v", rev, s)
		}
	}
}

func TestPast(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.day = 0
	for _, files := range []string{
		"-- OWNERS --\napprovers: [alice, team]\n-- OWNERS_ALIASES --\naliases: {team: [bob]}\n",   // 1
		"-- OWNERS_ALIASES --\naliases: {team: [bob, carol]}\n-- a/OWNERS --\nreviewers: [dave]\n", // 2
		"-- OWNERS --\napprovers: nobody can read this\n",                                          // 3: ends nothing
		"-- OWNERS --\napprovers: [team]\nemeritus_approvers: [Alice]\n",                           // 4: alice is done
		"-- a/OWNERS --\n",                         // 5: and dave
		"-- OWNERS --\napprovers: [team, alice]\n", // 6: alice is back
		"-- OWNERS_ALIASES --\n",                   // 7: team is a login
	} {
		r.commit(files)
	}
	h, err := gather.Past(t.Context(), r.git, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	want := `"" alice approver 2026-01-01 2026-01-04
"" alice approver 2026-01-06 -
"" bob approver 2026-01-01 2026-01-07
"" carol approver 2026-01-02 2026-01-07
"" team approver 2026-01-07 -
"a" dave reviewer 2026-01-02 2026-01-05
`
	if diff := cmp.Diff(want, show(h)); diff != "" || h.Cut {
		t.Error(h.Cut, diff)
	}
	for login, want := range map[string]bool{"alice": true, "carol": true, "dave": false, "erin": false} {
		if h.Was(login, gather.Approver) != want {
			t.Errorf("%s was an approver: %v", login, !want)
		}
	}
}

// A path can have any byte in it that a file system takes.
func TestStrangePaths(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	const dir = "\x01a \"é\t:100644"
	if err := os.Mkdir(filepath.Join(r.git.Dir, dir), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.git.Dir, dir, "OWNERS"), []byte("approvers: [alice]"), 0o644); err != nil {
		t.Fatal(err)
	}
	r.commit("-- OWNERS --\napprovers: [bob]\n")
	h, err := gather.Past(t.Context(), r.git, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	s, err := gather.At(t.Context(), r.git, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Tenures) != 2 || h.Tenures[1].Folder != dir || len(s.Folders()) != 2 || s.Folders()[1].Path != dir {
		t.Errorf("%+v\n%+v", h, s.Folders())
	}
}

// What happened on another branch counts from its merge on.
func TestPastMerge(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.day = 0
	r.commit("-- OWNERS --\napprovers: [alice]\n") // 1
	r.run("checkout", "-q", "-b", "side")          // 2
	r.commit("-- OWNERS --\napprovers: [alice, mallory]\n")
	r.commit("-- OWNERS --\napprovers: [alice, bob]\n")
	r.run("checkout", "-q", "main")
	r.commit("-- other --\nx\n")
	r.day = 19
	r.run("merge", "-q", "--no-ff", "-m", "merge", "side")
	h, err := gather.Past(t.Context(), r.git, "main")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("\"\" alice approver 2026-01-01 -\n\"\" bob approver 2026-01-20 -\n", show(h)); diff != "" {
		t.Error(diff)
	}
}

func TestPastOfShallowClone(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("-- OWNERS --\napprovers: [alice]\n")
	r.commit("-- OWNERS --\napprovers: [bob]\n")
	clone := git.Repo{Dir: t.TempDir()}
	if _, err := clone.Run(t.Context(), "clone", "-q", "--depth=1", "file://"+r.git.Dir, "."); err != nil {
		t.Fatal(err)
	}
	h, err := gather.Past(t.Context(), clone, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if !h.Cut || len(h.Tenures) != 1 || h.Tenures[0].Login != "bob" {
		t.Errorf("%+v", h)
	}
}
