// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"net/http"
	"testing"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// permission asks for the level of a user, as another.
func permission(t *testing.T, c *github.Client, owner, repo, login string) string {
	t.Helper()
	p, _, err := c.Repositories.GetPermissionLevel(t.Context(), owner, repo, login)
	if err != nil {
		t.Fatalf("permission of %s in %s/%s: %v", login, owner, repo, err)
	}
	return p.GetPermission() + " " + p.GetUser().GetRoleName()
}

func TestCollaborators(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx := t.Context()
	alice, bob, carol := f.Client("alice"), f.Client("bob"), f.Client("carol")
	if _, _, err := alice.Repositories.Create(ctx, "", &github.Repository{Name: new("x"), Private: new(true)}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := bob.Repositories.ListCollaborators(ctx, "alice", "x", nil); statusOf(err) != http.StatusNotFound {
		t.Errorf("collaborators of a secret repository: %v, want 404", err)
	}
	inv, _, err := alice.Repositories.AddCollaborator(ctx, "alice", "x", "bob", &github.RepositoryAddCollaboratorOptions{Permission: "maintain"})
	if err != nil || inv.GetInvitee().GetLogin() != "bob" {
		t.Fatalf("invitation: %v, %v", inv, err)
	}
	if _, _, err := bob.Repositories.Get(ctx, "alice", "x"); statusOf(err) != http.StatusNotFound {
		t.Errorf("an invitation alone: %v, want 404", err)
	}
	if list, _, err := alice.Repositories.ListInvitations(ctx, "alice", "x", nil); err != nil || len(list) != 1 {
		t.Errorf("invitations: %v, %v; want one", list, err)
	}
	if _, err := carol.Users.AcceptInvitation(ctx, inv.GetID()); statusOf(err) != http.StatusNotFound {
		t.Errorf("somebody else's invitation accepted: %v, want 404", err)
	}
	mine, _, err := bob.Users.ListInvitations(ctx, nil)
	if err != nil || len(mine) != 1 || mine[0].GetRepo().GetFullName() != "alice/x" {
		t.Fatalf("bob's invitations: %v, %v", mine, err)
	}
	if _, err := bob.Users.AcceptInvitation(ctx, mine[0].GetID()); err != nil {
		t.Fatal(err)
	}
	if got := permission(t, bob, "alice", "x", "bob"); got != "write maintain" {
		t.Errorf("bob is %q, want write maintain", got)
	}
	if got := permission(t, bob, "alice", "x", "carol"); got != "none none" {
		t.Errorf("carol is %q, want none", got)
	}
	list, _, err := bob.Repositories.ListCollaborators(ctx, "alice", "x", nil)
	if err != nil || len(list) != 2 {
		t.Errorf("collaborators: %v, %v; want two", list, err)
	}
	if _, _, err := alice.Repositories.AddCollaborator(ctx, "alice", "x", "bob", &github.RepositoryAddCollaboratorOptions{Permission: "pull"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := bob.Repositories.ListCollaborators(ctx, "alice", "x", nil); statusOf(err) != http.StatusForbidden {
		t.Errorf("collaborators, with read access: %v, want 403", err)
	}
	if _, err := bob.Repositories.RemoveCollaborator(ctx, "alice", "x", "bob"); err != nil {
		t.Errorf("leaving: %v", err)
	}
	if is, _, err := alice.Repositories.IsCollaborator(ctx, "alice", "x", "bob"); err != nil || is {
		t.Errorf("after leaving, bob is a collaborator: %v, %v", is, err)
	}
	if _, _, err := alice.Repositories.AddCollaborator(ctx, "alice", "x", "alice", &github.RepositoryAddCollaboratorOptions{}); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("the owner as collaborator: %v, want 422", err)
	}
}

func TestInvitationsAreChanged(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx := t.Context()
	alice, bob := f.Client("alice"), f.Client("bob")
	f.NewRepository("alice", "alice/x")
	inv, _, err := alice.Repositories.AddCollaborator(ctx, "alice", "x", "bob", &github.RepositoryAddCollaboratorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	changed, _, err := alice.Repositories.UpdateInvitation(ctx, "alice", "x", inv.GetID(), "admin")
	if err != nil || changed.GetPermissions() != "admin" {
		t.Errorf("changed: %v, %v", changed, err)
	}
	if _, err := bob.Users.DeclineInvitation(ctx, inv.GetID()); err != nil {
		t.Error(err)
	}
	if inv, _, err = alice.Repositories.AddCollaborator(ctx, "alice", "x", "bob", &github.RepositoryAddCollaboratorOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := alice.Repositories.DeleteInvitation(ctx, "alice", "x", inv.GetID()); err != nil {
		t.Error(err)
	}
	if _, err := bob.Users.AcceptInvitation(ctx, inv.GetID()); statusOf(err) != http.StatusNotFound {
		t.Errorf("an invitation taken back: %v, want 404", err)
	}
}
