// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// mergePull opens a pull request of one file from a branch, and merges it.
func mergePull(t *testing.T, c *github.Client, w *forgetest.Work, branch, title, method string, labels ...string) {
	t.Helper()
	ctx := context.Background()
	w.Git("fetch", "-q", "origin")
	w.Branch(branch, "origin/main", title, "-- "+branch+".txt --\nx\n")
	w.Git("push", "-q", "origin", branch)
	p, _, err := c.PullRequests.Create(ctx, "alice", "falcon", &github.NewPullRequest{Title: &title, Head: &branch, Base: new("main")})
	if err != nil {
		t.Fatal(err)
	}
	if len(labels) > 0 {
		if _, _, err := c.Issues.AddLabelsToIssue(ctx, "alice", "falcon", p.GetNumber(), labels); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := c.PullRequests.Merge(ctx, "alice", "falcon", p.GetNumber(), "", &github.PullRequestOptions{MergeMethod: method}); err != nil {
		t.Fatal(err)
	}
}

func TestGenerateNotes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "alice/falcon", `-- .github/release.yml --
changelog:
  exclude:
    labels: [skip]
  categories:
    - title: Fixes
      labels: [bug]
`)
	alice, bob := f.Client("alice"), f.Client("bob")
	invitation, _, err := alice.Repositories.AddCollaborator(ctx, "alice", "falcon", "bob", &github.RepositoryAddCollaboratorOptions{Permission: "push"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bob.Users.AcceptInvitation(ctx, invitation.GetID()); err != nil {
		t.Fatal(err)
	}
	release := func(tag string) string {
		t.Helper()
		r, _, err := alice.Repositories.CreateRelease(ctx, "alice", "falcon", &github.RepositoryRelease{TagName: &tag, GenerateReleaseNotes: new(true)})
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(r.GetBody(), f.URL, "BASE")
	}
	mergePull(t, alice, w, "one", "First", "merge")
	got := release("v0.1.0")
	mergePull(t, alice, w, "two", "Mend it", "squash", "bug")
	mergePull(t, alice, w, "three", "Say nothing of it", "merge", "skip")
	mergePull(t, bob, w, "four", "Bob helps", "rebase")
	got += "\n----\n" + release("v0.2.0")
	want := `## What's Changed
### Other Changes
* First by @alice in BASE/alice/falcon/pull/1

## New Contributors
* @alice made their first contribution in BASE/alice/falcon/pull/1

**Full Changelog**: BASE/alice/falcon/commits/v0.1.0
----
## What's Changed
### Fixes
* Mend it by @alice in BASE/alice/falcon/pull/2
### Other Changes
* Bob helps by @bob in BASE/alice/falcon/pull/4

## New Contributors
* @bob made their first contribution in BASE/alice/falcon/pull/4

**Full Changelog**: BASE/alice/falcon/compare/v0.1.0...v0.2.0`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	_, _, err = alice.Repositories.GenerateReleaseNotes(ctx, "alice", "falcon", &github.GenerateNotesOptions{TagName: "v1", PreviousTagName: new("v0")})
	if statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("notes since a tag that is not there: %v, want 422", err)
	}
}

// Webhooks tell of a release as it goes from draft to the world.
func TestReleaseWebhooks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	hook := f.Hook("alice", "alice/falcon", "release", "create", "push")
	r, _, err := alice.Repositories.CreateRelease(ctx, "alice", "falcon", &github.RepositoryRelease{TagName: new("v1.0.0"), Draft: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	hook.Wait("release.created")
	if _, err := upload(t, alice, r.GetID(), "a.txt", "a"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := alice.Repositories.EditRelease(ctx, "alice", "falcon", r.GetID(), &github.RepositoryRelease{Draft: new(false)}); err != nil {
		t.Fatal(err)
	}
	hook.Wait("release.published")
	hook.Wait("release.released")
	hook.Wait("create")
	hook.Wait("push")
	if _, _, err := alice.Repositories.EditRelease(ctx, "alice", "falcon", r.GetID(), &github.RepositoryRelease{Body: new("Withdrawn: do not use.")}); err != nil {
		t.Fatal(err)
	}
	hook.Wait("release.edited")
	if _, err := alice.Repositories.DeleteRelease(ctx, "alice", "falcon", r.GetID()); err != nil {
		t.Fatal(err)
	}
	hook.Wait("release.deleted")
}
