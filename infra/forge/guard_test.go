// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// TestProtectionAgainstEndpoints moves a protected branch every way but by a
// push and by merging a pull request.
func TestProtectionAgainstEndpoints(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx := t.Context()
	_, w := protectable(t, f)
	alice, bob := f.Client("alice"), f.Client("bob")
	old := w.Git("rev-parse", "HEAD")
	head := w.Commit("More")
	w.Git("push", "-q", "origin", "main", "main:stable", "main:next")
	side := w.Branch("side", "main", "Beside", "-- b --\nb\n")
	for _, branch := range []string{"main", "stable"} {
		protect(t, alice, branch, &github.ProtectionRequest{
			EnforceAdmins: true, RequiredPullRequestReviews: &github.PullRequestReviewsEnforcementRequest{RequiredApprovingReviewCount: 1},
		})
	}
	ref := func(sha string) *github.Reference {
		return &github.Reference{Ref: new("refs/heads/main"), Object: &github.GitObject{SHA: &sha}}
	}
	refused := func(what, want string, err error) {
		t.Helper()
		if status := statusOf(err); status != http.StatusUnprocessableEntity && status != http.StatusConflict || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want it refused with %q", what, err, want)
		}
	}
	for name, c := range map[string]*github.Client{"alice": alice, "bob": bob} {
		_, _, err := c.Git.UpdateRef(ctx, "acme", "x", ref(side), false)
		refused(name+" moves the branch", "through a pull request", err)
		_, _, err = c.Git.UpdateRef(ctx, "acme", "x", ref(old), true)
		refused(name+" forces the branch", "Cannot force-push", err)
		_, err = c.Git.DeleteRef(ctx, "acme", "x", "refs/heads/stable")
		refused(name+" deletes the branch", "Cannot delete this branch", err)
		_, _, err = c.Repositories.CreateFile(ctx, "acme", "x", "c", &github.RepositoryContentFileOptions{
			Message: new("c"), Content: []byte("c"), Branch: new("main"),
		})
		refused(name+" writes a file", "through a pull request", err)
		_, _, err = c.Repositories.Merge(ctx, "acme", "x", &github.RepositoryMergeRequest{Base: new("main"), Head: new("side")})
		refused(name+" merges a branch", "through a pull request", err)
	}
	if b, _, err := bob.Repositories.GetBranch(ctx, "acme", "x", "main", 0); err != nil || b.GetCommit().GetSHA() != head {
		t.Errorf("main is %v, %v; want it still at %s", b, err, head)
	}
	if _, err := bob.Git.DeleteRef(ctx, "acme", "x", "refs/heads/next"); err != nil {
		t.Errorf("a branch without protection: %v", err)
	}
}

// TestChecksLetPush pushes what was tested elsewhere before.
func TestChecksLetPush(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	_, w := protectable(t, f)
	protect(t, f.Client("alice"), "main", &github.ProtectionRequest{RequiredStatusChecks: &github.RequiredStatusChecks{Contexts: []string{"ci"}}})
	head := w.Commit("More")
	w.Git("push", "-q", "origin", "main:try")
	status := func(state string) {
		t.Helper()
		_, _, err := f.Client("bob").Repositories.CreateStatus(t.Context(), "acme", "x", head, &github.RepoStatus{State: &state, Context: new("ci")})
		if err != nil {
			t.Fatal(err)
		}
	}
	refuses(t, w, `Required status check "ci" is expected.`, "origin", "main")
	status("pending")
	refuses(t, w, `Required status check "ci" is expected.`, "origin", "main")
	status("success")
	w.Git("push", "-q", "origin", "main")
}

func TestNoWorkflowEverRan(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx := t.Context()
	f.NewRepository("alice", "acme/x")
	alice := f.Client("alice")
	runs, _, err := alice.Actions.ListRepositoryWorkflowRuns(ctx, "acme", "x", nil)
	if err != nil || runs.GetTotalCount() != 0 {
		t.Errorf("runs: %v, %v; want none", runs, err)
	}
	if _, err := alice.Actions.RerunWorkflowByID(ctx, "acme", "x", 1); statusOf(err) != http.StatusNotImplemented {
		t.Errorf("a run again: %v, want 501", err)
	}
}
