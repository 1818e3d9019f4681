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

// A protected branch takes a commit once the required check has reported
// success of it, and not before: by git and by the API.
func TestRequiredStatusCheck(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "alice/falcon", "-- a.txt --\none\n")
	alice := f.Client("alice")
	_, _, err := alice.Repositories.UpdateBranchProtection(ctx, "alice", "falcon", "main", &github.ProtectionRequest{
		RequiredStatusChecks: &github.RequiredStatusChecks{Checks: []*github.RequiredStatusCheck{}, Contexts: []string{"build"}}, EnforceAdmins: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Write("-- a.txt --\ntwo\n")
	sha := w.Commit("Two")
	if _, err := w.Run(ctx, "push", "-q", "origin", "HEAD:main"); err == nil || !strings.Contains(err.Error(), `Required status check "build" is expected`) {
		t.Errorf("pushing what no check has seen: %v, want it refused", err)
	}
	w.Git("push", "-q", "origin", "HEAD:topic")
	move := &github.Reference{Ref: new("refs/heads/main"), Object: &github.GitObject{SHA: &sha}}
	if _, _, err := alice.Git.UpdateRef(ctx, "alice", "falcon", move, false); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("moving the branch to what no check has seen: %v, want 422", err)
	}
	for _, state := range []string{"success", "failure", "success"} {
		if _, _, err := alice.Repositories.CreateStatus(ctx, "alice", "falcon", sha, &github.RepoStatus{State: &state, Context: new("build")}); err != nil {
			t.Fatal(err)
		}
	}
	w.Git("push", "-q", "origin", "HEAD:main")
}
