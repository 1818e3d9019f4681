// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// refusedMerge tries to merge, and wants to be refused with these words.
func refusedMerge(t *testing.T, f *forgetest.Forge, login, method, want string) {
	t.Helper()
	_, _, err := f.Client(login).PullRequests.Merge(context.Background(), "acme", "widget", 1, "", &github.PullRequestOptions{MergeMethod: method})
	if status(err) != http.StatusMethodNotAllowed || !strings.Contains(err.Error(), want) {
		t.Errorf("merging: %v, want 405 %s", err, want)
	}
}

func stateIs(t *testing.T, f *forgetest.Forge, want string) {
	t.Helper()
	if p := tested(t, f, 1); p.GetMergeableState() != want {
		t.Errorf("mergeable_state is %s, want %s", p.GetMergeableState(), want)
	}
}

func TestProtectionOfMerging(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	ctx, alice, bob := context.Background(), f.Client("alice"), f.Client("bob")
	join(t, f, "bob")
	head := w.Branch("feature", "main", "Two", "-- two.txt --\ntwo\n")
	propose(t, f, "alice", "feature", "t")
	stateIs(t, f, "clean")
	must[*github.RepoStatus](t)(alice.Repositories.CreateStatus(ctx, "acme", "widget", head, &github.RepoStatus{State: new("pending"), Context: new("extra")}))
	stateIs(t, f, "unstable")
	must[*github.Protection](t)(alice.Repositories.UpdateBranchProtection(ctx, "acme", "widget", "main", &github.ProtectionRequest{
		RequiredStatusChecks:       &github.RequiredStatusChecks{Strict: true, Contexts: []string{"ci"}, Checks: []*github.RequiredStatusCheck{}},
		RequiredPullRequestReviews: &github.PullRequestReviewsEnforcementRequest{RequiredApprovingReviewCount: 1, DismissStaleReviews: true},
		EnforceAdmins:              true, RequireLinearHistory: new(true),
	}))
	hook := f.Hook("alice", "acme/widget", "pull_request_review")
	stateIs(t, f, "blocked")
	refusedMerge(t, f, "alice", "squash", "At least 1 approving review is required by reviewers with write access.")

	review := func(event, body string) {
		t.Helper()
		must[*github.PullRequestReview](t)(bob.PullRequests.CreateReview(ctx, "acme", "widget", 1, &github.PullRequestReviewRequest{Event: &event, Body: &body}))
	}
	review("REQUEST_CHANGES", "No.")
	refusedMerge(t, f, "alice", "squash", "Changes have been requested")
	review("APPROVE", "")
	refusedMerge(t, f, "alice", "squash", `Required status check "ci" is expected.`)
	report := func(sha, state string) {
		t.Helper()
		must[*github.RepoStatus](t)(alice.Repositories.CreateStatus(ctx, "acme", "widget", sha, &github.RepoStatus{State: &state, Context: new("ci")}))
	}
	report(head, "success")
	refusedMerge(t, f, "alice", "merge", "This branch must not contain merge commits.")

	head = w.Branch("feature", "feature", "Three", "-- three.txt --\nthree\n")
	hook.Wait("pull_request_review.dismissed")
	report(head, "success")
	refusedMerge(t, f, "alice", "squash", "At least 1 approving review")
	review("APPROVE", "")
	stateIs(t, f, "clean")

	if _, err := alice.Repositories.RemoveBranchProtection(ctx, "acme", "widget", "main"); err != nil {
		t.Fatal(err)
	}
	w.Branch("main", "main", "Four", "-- four.txt --\nfour\n")
	must[*github.Protection](t)(alice.Repositories.UpdateBranchProtection(ctx, "acme", "widget", "main", &github.ProtectionRequest{
		RequiredStatusChecks: &github.RequiredStatusChecks{Strict: true, Contexts: []string{"ci"}, Checks: []*github.RequiredStatusCheck{}},
	}))
	stateIs(t, f, "behind")
	refusedMerge(t, f, "bob", "squash", "not up to date")
	// Administrators are not bound, as enforce_admins is off.
	must[*github.PullRequestMergeResult](t)(alice.PullRequests.Merge(ctx, "acme", "widget", 1, "", &github.PullRequestOptions{MergeMethod: "squash"}))
}
