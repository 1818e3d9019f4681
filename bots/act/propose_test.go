// SPDX-License-Identifier: Apache-2.0

package act_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/store"
)

// TestProposeOnce: whatever an attempt that was cut short left, and whether or
// not the record of it is there, one pull request comes of it.
func TestProposeOnce(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	work := f.NewRepositoryFrom("alice", "acme/demo", "-- a.txt --\nold\n-- b.txt --\nb\n")
	client, err := github.New(github.Options{BaseURL: f.URL, Token: github.StaticToken(f.Token("alice"))})
	if err != nil {
		t.Fatal(err)
	}
	target := act.Target{Owner: "acme", Name: "demo", Number: 1}
	commit := strings.TrimSpace(work.Git("rev-parse", "HEAD"))
	p := decide.Propose{Branch: "release-lead/1-comment-2", Base: "main", Commit: commit, Path: "a.txt", Text: "new\n", Title: "Change a", Body: "So."}
	// An attempt before has made the branch, somewhere, and no pull request.
	ref := &gh.Reference{Ref: new("refs/heads/" + p.Branch), Object: &gh.GitObject{SHA: &commit}}
	if _, _, err := client.Git.CreateRef(t.Context(), "acme", "demo", ref); err != nil {
		t.Fatal(err)
	}
	for range 3 { // each time without a memory of before
		db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
		if err != nil {
			t.Fatal(err)
		}
		a := &act.Actor{GitHub: client, Store: db, Login: "alice", Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
		for _, pass := range []string{"one", "two"} {
			if err := a.Settle(t.Context(), target); err != nil {
				t.Fatal(err)
			}
			if err := a.Do(t.Context(), target, pass, []decide.Action{p}); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	pulls, _, err := client.PullRequests.List(t.Context(), "acme", "demo", &gh.PullRequestListOptions{State: "all"})
	if err != nil || len(pulls) != 1 {
		t.Fatalf("%d pull requests, %v", len(pulls), err)
	}
	commits, _, err := client.PullRequests.ListCommits(t.Context(), "acme", "demo", pulls[0].GetNumber(), nil)
	if err != nil || len(commits) != 1 || !strings.Contains(commits[0].GetCommit().GetMessage(), "\n\nSigned-off-by: alice <"+commits[0].GetCommit().GetAuthor().GetEmail()+">") {
		t.Errorf("%v, %v", commits, err)
	}
	files, _, err := client.PullRequests.ListFiles(t.Context(), "acme", "demo", pulls[0].GetNumber(), nil)
	if err != nil || len(files) != 1 || files[0].GetFilename() != "a.txt" || !strings.Contains(files[0].GetPatch(), "+new") {
		t.Fatalf("it changes %v, %v", files, err)
	}
}
