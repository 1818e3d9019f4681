// SPDX-License-Identifier: Apache-2.0

package local

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/job/run"
)

// origin makes a repository: a base, two changes that go together, and one
// that conflicts with the first.
func origin(t *testing.T) (uri, base string, heads map[string]string) {
	t.Helper()
	dir := t.TempDir()
	repo := git.Repo{Dir: dir}.As("Alice", "alice@example.com", time.Unix(1800000000, 0))
	must := func(args ...string) string {
		out, err := repo.Run(t.Context(), args...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	commit := func(file, text string) string {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		must("add", file)
		must("commit", "-m", file+" "+text)
		return must("rev-parse", "HEAD")
	}
	must("init")
	must("config", "uploadpack.allowAnySHA1InWant", "true")
	base = commit("README", "base")
	heads = make(map[string]string)
	for name, file := range map[string]string{"one": "a", "two": "b", "clash": "a"} {
		must("checkout", "-b", name, base)
		heads[name] = commit(file, name)
	}
	must("checkout", "main")
	// The branch goes on: what is tested is the commit that was asked for.
	commit("README", "later")
	return "file://" + dir, base, heads
}

func pulls(heads map[string]string, names ...string) []run.Pull {
	var all []run.Pull
	for i, name := range names {
		all = append(all, run.Pull{Number: i + 1, Author: "alice", SHA: heads[name]})
	}
	return all
}

// TestClone sees that what is cloned is the base with the changes, and that it
// is the same commit the next time, at another place.
func TestClone(t *testing.T) {
	t.Parallel()
	uri, base, heads := origin(t)
	refs := run.Refs{Org: "acme", Repo: "demo", BaseRef: "main", BaseSHA: base, CloneURI: uri, Pulls: pulls(heads, "one", "two")}
	commits := make(map[string]bool)
	for _, depth := range []int{0, 0, 5} {
		refs.CloneDepth = depth
		dir := t.TempDir()
		var log bytes.Buffer
		record, err := Clone(t.Context(), dir, refs, &log)
		if err != nil || record.Failed {
			t.Fatalf("%v\n%s", err, log.String())
		}
		commits[record.FinalSHA] = true
		folder := filepath.Join(dir, "src/github.com/acme/demo")
		for file, want := range map[string]string{"README": "base", "a": "one", "b": "two"} {
			if got, err := os.ReadFile(filepath.Join(folder, file)); err != nil || string(got) != want {
				t.Errorf("%s: %q, %v", file, got, err)
			}
		}
		got, err := git.Repo{Dir: folder}.Run(t.Context(), "log", "--first-parent", "--format=%cn %ct", "main")
		if want := "ci-robot 1800000002\nci-robot 1800000001\nAlice 1800000000"; err != nil || got != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
		if !strings.Contains(log.String(), "$ git merge --no-ff --no-stat "+heads["two"]) || len(record.Commands) < 8 {
			t.Errorf("%d commands, and the log\n%s", len(record.Commands), log.String())
		}
	}
	if len(commits) != 1 {
		t.Errorf("one merge is %d commits: %v", len(commits), commits)
	}
	refs.Pulls = pulls(heads, "two", "one")
	record, err := Clone(t.Context(), t.TempDir(), refs, &bytes.Buffer{})
	if err != nil || commits[record.FinalSHA] {
		t.Errorf("the other order is the same commit: %v", err)
	}
}

// TestConflict sees that a change that does not merge is told of, with what
// git says of it in the log.
func TestConflict(t *testing.T) {
	t.Parallel()
	uri, base, heads := origin(t)
	refs := run.Refs{Org: "acme", Repo: "demo", BaseRef: "main", BaseSHA: base, CloneURI: uri, Pulls: pulls(heads, "one", "clash")}
	var log bytes.Buffer
	record, err := Clone(t.Context(), t.TempDir(), refs, &log)
	if err == nil || !strings.Contains(err.Error(), "#2 at "+heads["clash"]+" does not merge into main") {
		t.Errorf("%v", err)
	}
	last := record.Commands[len(record.Commands)-1]
	if !record.Failed || record.FinalSHA != "" || last.Error == "" || !strings.Contains(log.String(), "CONFLICT") {
		t.Errorf("%+v\n%s", record, log.String())
	}
}

// TestRefused sees that nothing is written where it should not be, and no name
// becomes a flag.
func TestRefused(t *testing.T) {
	t.Parallel()
	uri, base, heads := origin(t)
	good := run.Refs{Org: "acme", Repo: "demo", BaseRef: "main", BaseSHA: base, CloneURI: uri}
	for want, spoil := range map[string]func(*run.Refs){
		"would be cloned to":       func(r *run.Refs) { r.PathAlias = "../../x" },
		`would be cloned to "/x"`:  func(r *run.Refs) { r.PathAlias = "/x" },
		`"--upload-pack=x"`:        func(r *run.Refs) { r.CloneURI = "--upload-pack=x" },
		`"-x"`:                     func(r *run.Refs) { r.Pulls = []run.Pull{{Number: 1, SHA: "-x"}} },
		"no base_ref":              func(r *run.Refs) { r.BaseRef = "" },
		"pull request 4 has no co": func(r *run.Refs) { r.Pulls = []run.Pull{{Number: 4}} },
	} {
		refs, dir := good, t.TempDir()
		spoil(&refs)
		record, err := Clone(t.Context(), dir, refs, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), want) || !record.Failed {
			t.Errorf("%v, want %s", err, want)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
			t.Errorf("%s: there is %v, %v", want, entries, err)
		}
	}
	good.Pulls = pulls(heads, "one")
	dir := t.TempDir()
	if _, err := Clone(t.Context(), dir, good, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if _, err := Clone(t.Context(), dir, good, &bytes.Buffer{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second clone into one folder: %v", err)
	}
}
