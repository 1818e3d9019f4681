// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// TestPropose has an OWNERS file change on the forge: one pull request comes of
// it, however often it is asked for, and another change makes another one.
func TestPropose(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	work := f.NewRepositoryFrom("alice", "acme/demo", `
-- OWNERS --
approvers: [alice]
-- go.mod --
module github.com/acme/demo
-- maintainers/people.yaml --
- {login: alice, name: Alice, employers: [{name: Example}]}
- {login: bob, name: Bob, employers: [{name: Example}]}
`)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(f.Token("alice")), 0o600); err != nil {
		t.Fatal(err)
	}
	propose := func() string {
		t.Helper()
		var out bytes.Buffer
		if err := run(t.Context(), []string{"propose", "--dir", work.Dir, "--token-file", token}, strings.NewReader(""), &out, t.Output()); err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
		return out.String()
	}
	first := propose()
	if !strings.HasSuffix(first, "/acme/demo/pull/1\n") {
		t.Fatalf("it says %q", first)
	}
	if again := propose(); again != "proposed before (open): "+first {
		t.Errorf("asked again, it says %q", again)
	}
	work.Write("-- src/OWNERS --\napprovers: [bob]\n-- src/x --\n\n")
	work.Commit("Bob owns src")
	work.Git("push", "-q", "origin", "HEAD:main")
	if got := propose(); !strings.Contains(got, "/acme/demo/pull/2\nclosed ") || !strings.Contains(got, strings.TrimSpace(first)) {
		t.Errorf("after another change: %q", got)
	}
	client := f.Client("alice")
	pulls, _, err := client.PullRequests.List(t.Context(), "acme", "demo", &gh.PullRequestListOptions{State: "open"})
	if err != nil || len(pulls) != 1 {
		t.Fatalf("%d are open, %v", len(pulls), err)
	}
	if _, _, err := client.PullRequests.Merge(t.Context(), "acme", "demo", 2, "", nil); err != nil {
		t.Fatal(err)
	}
	work.Git("pull", "-q", "origin", "main")
	if got := propose(); got != "everything is up to date\n" {
		t.Errorf("once merged: %q", got)
	}
	if owners := work.Git("show", "HEAD:.github/CODEOWNERS"); !strings.Contains(owners, "/src/") || !strings.Contains(owners, "@bob") {
		t.Errorf("CODEOWNERS is\n%s", owners)
	}
}
