// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"strings"
	"testing"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

func TestFolderIsForOneServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := forge.Open(t.Context(), forge.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := forge.Open(t.Context(), forge.Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "another forge serves") {
		t.Errorf("a second server on the folder: %v, want refused", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := forge.Open(t.Context(), forge.Config{Dir: dir})
	if err != nil {
		t.Fatalf("after the first was closed: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// TestReopened restarts a forge, and looks for each sort of thing.
func TestReopened(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx := t.Context()
	w := f.NewRepositoryFrom("alice", "acme/x", oneFile)
	alice := f.Client("alice")
	if _, _, err := alice.Issues.Create(ctx, "acme", "x", &github.IssueRequest{Title: new("one")}); err != nil {
		t.Fatal(err)
	}
	protect(t, alice, "main", &github.ProtectionRequest{})
	head := w.Commit("More")
	w.Git("push", "-q", "origin", "main")
	f.Restart()
	if b, _, err := alice.Repositories.GetBranch(ctx, "acme", "x", "main", 0); err != nil || b.GetCommit().GetSHA() != head || !b.GetProtected() {
		t.Errorf("main after the restart: %v, %v; want it protected at %s", b, err, head)
	}
	if i, _, err := alice.Issues.Get(ctx, "acme", "x", 1); err != nil || i.GetTitle() != "one" {
		t.Errorf("the issue after the restart: %v, %v", i, err)
	}
	if i, _, err := alice.Issues.Create(ctx, "acme", "x", &github.IssueRequest{Title: new("two")}); err != nil || i.GetNumber() != 2 {
		t.Errorf("the next issue: %v, %v; want number 2", i, err)
	}
	refuses(t, w, "Cannot force-push", "origin", "+main~1:main")
}
