// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

func TestTeams(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx := t.Context()
	f.NewRepository("alice", "acme/x")
	alice, bob, carol := f.Client("alice"), f.Client("bob"), f.Client("carol")
	if _, _, err := alice.Repositories.Edit(ctx, "acme", "x", &github.Repository{Private: new(true)}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := alice.Organizations.Edit(ctx, "acme", &github.Organization{DefaultRepoPermission: new("none")}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := bob.Teams.CreateTeam(ctx, "acme", github.NewTeam{Name: "x"}); statusOf(err) != http.StatusNotFound {
		t.Errorf("a team made by an outsider: %v, want 404", err)
	}
	parent, _, err := alice.Teams.CreateTeam(ctx, "acme", github.NewTeam{Name: "Release Leads", Privacy: new("closed"), RepoNames: []string{"acme/x"}})
	if err != nil || parent.GetSlug() != "release-leads" || parent.GetMembersCount() != 1 || parent.GetReposCount() != 1 {
		t.Fatalf("team: %v, %v", parent, err)
	}
	if _, _, err := alice.Teams.CreateTeam(ctx, "acme", github.NewTeam{Name: "release leads"}); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("a second team of the name: %v, want 422", err)
	}
	child, _, err := alice.Teams.CreateTeam(ctx, "acme", github.NewTeam{Name: "helpers", ParentTeamID: parent.ID})
	if err != nil || child.GetParent().GetSlug() != "release-leads" {
		t.Fatalf("team below: %v, %v", child, err)
	}
	// bob is invited to the organization by being put into a team of it.
	m, _, err := alice.Teams.AddTeamMembershipBySlug(ctx, "acme", "helpers", "bob", &github.TeamAddTeamMembershipOptions{Role: "maintainer"})
	if err != nil || m.GetState() != "pending" || m.GetRole() != "maintainer" {
		t.Fatalf("membership: %v, %v", m, err)
	}
	if invited, _, err := alice.Teams.ListPendingTeamInvitationsBySlug(ctx, "acme", "helpers", nil); err != nil || len(invited) != 1 || invited[0].GetLogin() != "bob" {
		t.Errorf("invited: %v, %v", invited, err)
	}
	if _, _, err := bob.Organizations.EditOrgMembership(ctx, "", "acme", &github.Membership{State: new("active")}); err != nil {
		t.Fatal(err)
	}
	if got := permission(t, alice, "acme", "x", "bob"); got != "read read" {
		t.Errorf("bob, in a team below one that reads, is %q", got)
	}
	if _, err := alice.Teams.AddTeamRepoBySlug(ctx, "acme", "helpers", "acme", "x", &github.TeamAddTeamRepoOptions{Permission: "triage"}); err != nil {
		t.Fatal(err)
	}
	if got := permission(t, alice, "acme", "x", "bob"); got != "read triage" {
		t.Errorf("bob, in a team that triages, is %q", got)
	}
	if _, err := bob.Teams.AddTeamRepoBySlug(ctx, "acme", "helpers", "acme", "x", &github.TeamAddTeamRepoOptions{Permission: "admin"}); statusOf(err) != http.StatusForbidden {
		t.Errorf("who maintains a team gives it more: %v, want 403", err)
	}
	members, _, err := alice.Teams.ListTeamMembersBySlug(ctx, "acme", "release-leads", nil)
	if err != nil || len(members) != 2 {
		t.Errorf("members, of the team below too: %v, %v", members, err)
	}
	all, _, err := alice.Repositories.ListTeams(ctx, "acme", "x", nil)
	if err != nil || len(all) != 2 || all[1].GetPermission() != "triage" {
		t.Errorf("teams of the repository: %v, %v", all, err)
	}
	repos, _, err := bob.Teams.ListTeamReposBySlug(ctx, "acme", "helpers", nil)
	if err != nil || len(repos) != 1 || !repos[0].Permissions["triage"] || repos[0].Permissions["push"] {
		t.Errorf("repositories of the team: %v, %v", repos, err)
	}
	if _, _, err := carol.Teams.GetTeamBySlug(ctx, "acme", "helpers"); statusOf(err) != http.StatusNotFound {
		t.Errorf("a team, seen from outside: %v, want 404", err)
	}
	if _, err := bob.Teams.RemoveTeamMembershipBySlug(ctx, "acme", "helpers", "bob"); err != nil {
		t.Error(err)
	}
	if _, _, err := bob.Repositories.Get(ctx, "acme", "x"); statusOf(err) != http.StatusNotFound {
		t.Errorf("after leaving the team: %v, want 404", err)
	}
}

func TestTeamsAreChanged(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx := t.Context()
	f.NewRepository("alice", "acme/x")
	alice, bob := f.Client("alice"), f.Client("bob")
	if _, _, err := f.Admin().Organizations.EditOrgMembership(ctx, "bob", "acme", &github.Membership{Role: new("member")}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two"} {
		if _, _, err := alice.Teams.CreateTeam(ctx, "acme", github.NewTeam{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	names := func(c *github.Client) (names []string) {
		all, _, err := c.Teams.ListTeams(ctx, "acme", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, team := range all {
			names = append(names, team.GetSlug())
		}
		return names
	}
	if got := names(bob); got != nil {
		t.Errorf("bob sees the secret teams %v", got)
	}
	if _, _, err := bob.Teams.EditTeamBySlug(ctx, "acme", "one", github.NewTeam{Name: "mine"}, false); statusOf(err) != http.StatusNotFound {
		t.Errorf("a secret team changed: %v, want 404", err)
	}
	changed, _, err := alice.Teams.EditTeamBySlug(ctx, "acme", "one", github.NewTeam{Name: "First", Privacy: new("closed")}, false)
	if err != nil || changed.GetSlug() != "first" || changed.GetPrivacy() != "closed" {
		t.Fatalf("changed: %v, %v", changed, err)
	}
	if _, _, err := alice.Teams.EditTeamBySlug(ctx, "acme", "first", github.NewTeam{Name: "First", ParentTeamID: changed.ID}, false); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("a team above itself: %v, want 422", err)
	}
	if got := names(bob); !slices.Equal(got, []string{"first"}) {
		t.Errorf("bob sees %v, want first", got)
	}
	if _, err := alice.Teams.DeleteTeamBySlug(ctx, "acme", "first"); err != nil {
		t.Error(err)
	}
	if got := names(alice); !slices.Equal(got, []string{"two"}) {
		t.Errorf("after deleting: %v, want two", got)
	}
}
