// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"testing"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// TestPushEvents checks what the world is told of a push; forgetest holds each
// event against its schema.
func TestPushEvents(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/x", oneFile)
	hook := f.Hook("alice", "acme/x")
	before := w.Git("rev-parse", "HEAD")
	after := w.Commit("More")
	w.Git("push", "-q", "origin", "main")
	var push github.PushEvent
	hook.Wait("push").Decode(t, &push)
	if push.GetRef() != "refs/heads/main" || push.GetBefore() != before || push.GetAfter() != after || len(push.Commits) != 1 ||
		push.Commits[0].GetMessage() != "More" || push.GetPusher().GetName() != "alice" || push.GetForced() {
		t.Errorf("push: %v", push)
	}
	w.Git("push", "-q", "origin", "+"+before+":main")
	hook.Wait("push").Decode(t, &push)
	if !push.GetForced() || push.GetAfter() != before {
		t.Errorf("forced push: %v", push)
	}
	w.Git("tag", "-a", "-m", "v1", "v1")
	w.Git("push", "-q", "origin", "v1")
	var create github.CreateEvent
	hook.Wait("create").Decode(t, &create)
	if create.GetRef() != "v1" || create.GetRefType() != "tag" {
		t.Errorf("create: %v", create)
	}
	hook.Wait("push").Decode(t, &push)
	if push.GetHeadCommit().GetID() != after {
		t.Errorf("push of a tag has head commit %s, want %s", push.GetHeadCommit().GetID(), after)
	}
	w.Git("push", "-q", "origin", ":v1")
	var deleted github.DeleteEvent
	hook.Wait("delete").Decode(t, &deleted)
	if deleted.GetRef() != "v1" {
		t.Errorf("delete: %v", deleted)
	}
	hook.Wait("push").Decode(t, &push)
	if !push.GetDeleted() {
		t.Errorf("push of a deletion: %v", push)
	}
}

// TestAccessEvents makes each event about who may do what; forgetest holds
// them against their schemas.
func TestAccessEvents(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx := t.Context()
	protectable(t, f)
	alice := f.Client("alice")
	hook := f.Hook("alice", "acme/x")
	must := func(_ any, _ *github.Response, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(alice.Repositories.AddCollaborator(ctx, "acme", "x", "bob", &github.RepositoryAddCollaboratorOptions{Permission: "admin"}))
	hook.Wait("member.edited")
	if _, err := alice.Repositories.RemoveCollaborator(ctx, "acme", "x", "bob"); err != nil {
		t.Fatal(err)
	}
	hook.Wait("member.removed")
	must(alice.Repositories.AddCollaborator(ctx, "acme", "x", "bob", &github.RepositoryAddCollaboratorOptions{Permission: "triage"}))
	hook.Wait("member.added")
	must(alice.Teams.CreateTeam(ctx, "acme", github.NewTeam{Name: "leads", RepoNames: []string{"acme/x"}}))
	hook.Wait("team_add")
	hook.Wait("team.added_to_repository")
	if _, err := alice.Teams.RemoveTeamRepoBySlug(ctx, "acme", "leads", "acme", "x"); err != nil {
		t.Fatal(err)
	}
	hook.Wait("team.removed_from_repository")
	protect(t, alice, "main", &github.ProtectionRequest{Restrictions: &github.BranchRestrictionsRequest{Users: []string{"bob"}, Teams: []string{"leads"}, Apps: []string{}}})
	hook.Wait("branch_protection_rule.created")
	protect(t, alice, "main", &github.ProtectionRequest{EnforceAdmins: true})
	hook.Wait("branch_protection_rule.edited")
	if _, err := alice.Repositories.RemoveBranchProtection(ctx, "acme", "x", "main"); err != nil {
		t.Fatal(err)
	}
	hook.Wait("branch_protection_rule.deleted")
}

// TestTeamEvents does the same for what only an organization is told.
func TestTeamEvents(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx := t.Context()
	f.NewRepository("alice", "acme/x")
	f.Client("bob")
	alice, hook := f.Client("alice"), forgetest.NewReceiver(t)
	if _, _, err := alice.Organizations.CreateHook(ctx, "acme", &github.Hook{
		Name: new("web"), Events: []string{"*"}, Active: new(true),
		Config: map[string]any{"url": hook.URL, "content_type": "json", "secret": hook.Secret},
	}); err != nil {
		t.Fatal(err)
	}
	leads, _, err := alice.Teams.CreateTeam(ctx, "acme", github.NewTeam{Name: "leads", Privacy: new("closed")})
	if err != nil {
		t.Fatal(err)
	}
	hook.Wait("team.created")
	hook.Wait("membership.added")
	if _, _, err := alice.Teams.AddTeamMembershipBySlug(ctx, "acme", "leads", "bob", &github.TeamAddTeamMembershipOptions{Role: "member"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Client("bob").Organizations.EditOrgMembership(ctx, "", "acme", &github.Membership{State: new("active")}); err != nil {
		t.Fatal(err)
	}
	hook.Wait("organization.member_added")
	hook.Wait("membership.added")
	if _, _, err := alice.Teams.EditTeamBySlug(ctx, "acme", "leads", github.NewTeam{Name: "leaders", Description: new("They lead.")}, false); err != nil {
		t.Fatal(err)
	}
	hook.Wait("team.edited")
	if _, err := alice.Teams.RemoveTeamMembershipBySlug(ctx, "acme", "leaders", "bob"); err != nil {
		t.Fatal(err)
	}
	var removed github.MembershipEvent
	hook.Wait("membership.removed").Decode(t, &removed)
	if removed.GetTeam().GetID() != leads.GetID() || removed.GetMember().GetLogin() != "bob" {
		t.Errorf("membership removed: %v", removed)
	}
	if _, err := alice.Teams.DeleteTeamBySlug(ctx, "acme", "leaders"); err != nil {
		t.Fatal(err)
	}
	hook.Wait("team.deleted")
}
