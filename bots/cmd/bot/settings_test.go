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

// TestSettings makes a repository of an organization what a file says: planned,
// applied, planned again, and refused when too much would go.
func TestSettings(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepositoryFrom("alice", "acme/demo", "-- x --\n")
	alice := f.Client("alice")
	for _, login := range []string{"bob", "carol"} {
		f.Client(login)
		if _, _, err := alice.Organizations.EditOrgMembership(t.Context(), login, "acme", &gh.Membership{Role: new("member")}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := f.Client(login).Organizations.EditOrgMembership(t.Context(), "", "acme", &gh.Membership{State: new("active")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := alice.Issues.CreateLabel(t.Context(), "acme", "demo", &gh.Label{Name: new("defect"), Color: new("ffffff")}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	token := write("token", f.Token("alice"))
	call := func(verb, text string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), []string{"settings", verb, "acme/demo", "--file", write("settings.yaml", text), "--github-url", f.URL, "--token-file", token}, nil, &out, t.Output())
		return out.String(), err
	}
	const text = `
labels:
- {name: kind/bug, color: d73a4a, description: It does not work., previously: [defect]}
- {name: size/XS}
milestones:
- {title: v0.2, due: 2027-03-30}
- {title: v0.1, closed: true}
branches:
- {name: main, approvals: 1, checks: [unit], linear: true}
teams:
- {slug: core, permission: maintain, maintainers: [alice], members: [bob, carol]}
`
	planned, err := call("plan", text)
	if want := "~ label defect → kind/bug\n    name: defect → kind/bug\n    color: ffffff → d73a4a\n    description: nothing → It does not work.\n+ label size/XS\n+ milestone v0.2\n+ milestone v0.1\n+ protection of branch main\n+ team core\n"; err != nil || planned != want {
		t.Fatalf("%v, planned\n%s", err, planned)
	}
	applied, err := call("apply", text)
	if err != nil || strings.Count(applied, "done: ") != 6 {
		t.Fatalf("%v, applied\n%s", err, applied)
	}
	if again, err := call("plan", text); err != nil || again != "nothing to change\n" {
		t.Errorf("%v, planned again\n%s", err, again)
	}
	const less = `
labels: {unlisted: delete, items: [{name: size/XS}]}
milestones: [{title: v0.1, due: 2027-01-26}, {title: v0.2}]
branches: {unlisted: delete}
teams: [{slug: core, members: [alice]}]
`
	if _, err := call("apply", less); err == nil || !strings.Contains(err.Error(), "it would remove 2 of 3 memberships of teams, and the limit is 25%") {
		t.Errorf("too much: %v", err)
	}
	if out, err := call("apply", less+"limit: 1\n"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if again, err := call("plan", less+"limit: 1\n"); err != nil || again != "nothing to change\n" {
		t.Errorf("%v, planned after less\n%s", err, again)
	}
}
