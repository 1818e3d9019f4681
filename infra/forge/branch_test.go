// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

func TestBranchesAndTags(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx := t.Context()
	w := f.NewRepositoryFrom("alice", "acme/x", oneFile)
	alice := f.Client("alice")
	head := w.Git("rev-parse", "HEAD")
	w.Git("push", "-q", "origin", "main:release/0.1")
	for _, tag := range []string{"v0.2.0", "v0.10.0", "v0.1.0"} {
		w.Git("tag", "-a", "-m", tag, tag)
	}
	w.Git("tag", "tree", "HEAD^{tree}")
	w.Git("push", "-q", "origin", "--tags")
	protect(t, alice, "main", &github.ProtectionRequest{RequiredStatusChecks: &github.RequiredStatusChecks{Contexts: []string{"ci"}}})

	names := func(protected *bool) (names []string) {
		all, _, err := alice.Repositories.ListBranches(ctx, "acme", "x", &github.BranchListOptions{Protected: protected})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range all {
			names = append(names, b.GetName())
			if b.GetCommit().GetSHA() != head {
				t.Errorf("branch %s is at %s, want %s", b.GetName(), b.GetCommit().GetSHA(), head)
			}
		}
		return names
	}
	if got, want := names(nil), []string{"main", "release/0.1"}; !slices.Equal(got, want) {
		t.Errorf("branches %v, want %v", got, want)
	}
	if got, want := names(new(true)), []string{"main"}; !slices.Equal(got, want) {
		t.Errorf("protected branches %v, want %v", got, want)
	}
	for name, protected := range map[string]bool{"main": true, "release/0.1": false} {
		b, _, err := alice.Repositories.GetBranch(ctx, "acme", "x", name, 0)
		if err != nil || b.GetProtected() != protected || b.GetCommit().GetCommit().GetMessage() != "Initial commit" {
			t.Errorf("branch %s: %v, %v", name, b, err)
		}
	}
	if _, _, err := alice.Repositories.GetBranch(ctx, "acme", "x", "nothing", 0); err == nil {
		t.Error("a branch that is not there was found")
	}
	if _, _, err := alice.Repositories.GetBranchProtection(ctx, "acme", "x", "release/0.1"); statusOf(err) != http.StatusNotFound && err != github.ErrBranchNotProtected {
		t.Errorf("protection of a branch with a slash: %v, want not protected", err)
	}
	tags, _, err := alice.Repositories.ListTags(ctx, "acme", "x", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, tag := range tags {
		got = append(got, tag.GetName())
		if tag.GetCommit().GetSHA() != head {
			t.Errorf("tag %s is on %s, want the commit %s", tag.GetName(), tag.GetCommit().GetSHA(), head)
		}
	}
	if want := []string{"v0.10.0", "v0.2.0", "v0.1.0"}; !slices.Equal(got, want) {
		t.Errorf("tags %v, want %v", got, want)
	}
}
