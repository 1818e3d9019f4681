// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

const oneFile = "-- a --\na\n"

// protectable makes acme/x, which alice owns and bob may write to, and returns
// their work trees.
func protectable(t *testing.T, f *forgetest.Forge) (alice, bob *forgetest.Work) {
	t.Helper()
	alice = f.NewRepositoryFrom("alice", "acme/x", oneFile)
	f.Client("bob")
	ctx := t.Context()
	if _, _, err := f.Admin().Organizations.EditOrgMembership(ctx, "bob", "acme", &github.Membership{Role: new("member")}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Client("alice").Repositories.AddCollaborator(ctx, "acme", "x", "bob", &github.RepositoryAddCollaboratorOptions{Permission: "push"}); err != nil {
		t.Fatal(err)
	}
	return alice, f.Clone("bob", "acme/x")
}

// refuses runs git push, which must fail and say want.
func refuses(t *testing.T, w *forgetest.Work, want string, args ...string) {
	t.Helper()
	_, err := w.Run(t.Context(), append([]string{"push", "-q"}, args...)...)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("git push %s: %v; want it refused with %q", strings.Join(args, " "), err, want)
	}
}

func protect(t *testing.T, c *github.Client, branch string, p *github.ProtectionRequest) *github.Protection {
	t.Helper()
	got, _, err := c.Repositories.UpdateBranchProtection(t.Context(), "acme", "x", branch, p)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestProtectionAgainstPushes(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	aliceWork, bobWork := protectable(t, f)
	alice, bob := f.Client("alice"), f.Client("bob")
	first := bobWork.Git("rev-parse", "HEAD")
	bobWork.Commit("forward")
	bobWork.Git("push", "-q", "origin", "main", "main:stable")
	// Nobody loses commits of a protected branch.
	for _, branch := range []string{"main", "stable"} {
		protect(t, alice, branch, &github.ProtectionRequest{})
		for _, w := range []*forgetest.Work{aliceWork, bobWork} {
			refuses(t, w, "Cannot force-push to this branch", "origin", "+"+first+":"+branch)
		}
	}
	for _, w := range []*forgetest.Work{aliceWork, bobWork} {
		refuses(t, w, "Cannot delete this branch", "origin", ":stable")
	}
	protect(t, alice, "main", &github.ProtectionRequest{RequireLinearHistory: new(true), AllowForcePushes: new(true)})
	bobWork.Git("checkout", "-q", "-b", "side", first)
	bobWork.Commit("beside")
	bobWork.Git("checkout", "-q", "main")
	bobWork.Git("merge", "-q", "--no-edit", "side")
	refuses(t, bobWork, "must not contain merge commits", "origin", "main")
	bobWork.Git("push", "-q", "origin", "+side:main")

	protect(t, alice, "main", &github.ProtectionRequest{RequiredPullRequestReviews: &github.PullRequestReviewsEnforcementRequest{RequiredApprovingReviewCount: 1}})
	bobWork.Git("reset", "-q", "--hard", "origin/main")
	bobWork.Commit("directly")
	// Of one push, what is not protected is taken.
	refuses(t, bobWork, "Changes must be made through a pull request.", "origin", "main", "main:other")
	if _, _, err := bob.Repositories.GetBranchProtection(t.Context(), "acme", "x", "main"); statusOf(err) != http.StatusForbidden {
		t.Errorf("protection seen with write access: %v, want 403", err)
	}
	aliceWork.Git("fetch", "-q", "origin")
	aliceWork.Git("push", "-q", "origin", "origin/other:main") // an administrator
	protect(t, alice, "main", &github.ProtectionRequest{EnforceAdmins: true, RequiredStatusChecks: &github.RequiredStatusChecks{Contexts: []string{"ci", "dco"}}})
	aliceWork.Git("reset", "-q", "--hard", "origin/main")
	aliceWork.Commit("unchecked")
	refuses(t, aliceWork, "2 of 2 required status checks are expected.", "origin", "main")

	protect(t, alice, "main", &github.ProtectionRequest{Restrictions: &github.BranchRestrictionsRequest{Users: []string{"alice"}, Teams: []string{}, Apps: []string{}}})
	bobWork.Commit("by somebody else")
	refuses(t, bobWork, "You're not authorized to push to this branch.", "origin", "main")
	protect(t, alice, "main", &github.ProtectionRequest{LockBranch: new(true), EnforceAdmins: true})
	refuses(t, aliceWork, "Cannot change this locked branch", "origin", "main")
	if _, err := alice.Repositories.RemoveBranchProtection(t.Context(), "acme", "x", "main"); err != nil {
		t.Fatal(err)
	}
	bobWork.Git("push", "-q", "origin", "main")
}

func TestProtectionSettings(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	protectable(t, f)
	alice := f.Client("alice")
	if _, _, err := alice.Teams.CreateTeam(t.Context(), "acme", github.NewTeam{Name: "leads", Privacy: new("closed")}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := alice.Repositories.GetBranchProtection(t.Context(), "acme", "x", "main"); err == nil || !strings.Contains(err.Error(), "not protected") {
		t.Errorf("no protection: %v, want it said", err)
	}
	if _, _, err := alice.Repositories.UpdateBranchProtection(t.Context(), "acme", "x", "nothing", &github.ProtectionRequest{}); statusOf(err) != http.StatusNotFound {
		t.Errorf("a branch that is not there: %v, want 404", err)
	}
	all := []string{"bob"}
	got := protect(t, alice, "main", &github.ProtectionRequest{
		RequiredStatusChecks: &github.RequiredStatusChecks{Strict: true, Contexts: []string{"ci"}},
		EnforceAdmins:        true,
		RequiredPullRequestReviews: &github.PullRequestReviewsEnforcementRequest{
			DismissStaleReviews: true, RequireCodeOwnerReviews: true, RequiredApprovingReviewCount: 2, RequireLastPushApproval: new(true),
			DismissalRestrictionsRequest: &github.DismissalRestrictionsRequest{Users: &all},
		},
		Restrictions:                   &github.BranchRestrictionsRequest{Users: []string{"bob"}, Teams: []string{"leads"}, Apps: []string{}},
		RequiredConversationResolution: new(true), AllowDeletions: new(true),
	})
	read, _, err := alice.Repositories.GetBranchProtection(t.Context(), "acme", "x", "main")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*github.Protection{got, read} {
		reviews := p.GetRequiredPullRequestReviews()
		switch {
		case !p.RequiredStatusChecks.Strict, !slices.Equal(p.RequiredStatusChecks.Contexts, []string{"ci"}),
			!p.EnforceAdmins.Enabled, reviews.RequiredApprovingReviewCount != 2, !reviews.RequireLastPushApproval,
			len(reviews.DismissalRestrictions.Users) != 1, p.Restrictions.Teams[0].GetSlug() != "leads",
			!p.AllowDeletions.Enabled, p.AllowForcePushes.Enabled, !p.RequiredConversationResolution.Enabled:
			text, err := json.Marshal(p)
			t.Errorf("protection: %s, %v", text, err)
		}
	}
	for _, bad := range []*github.ProtectionRequest{
		{Restrictions: &github.BranchRestrictionsRequest{Users: []string{"nobody"}, Teams: []string{}, Apps: []string{}}},
		{RequiredPullRequestReviews: &github.PullRequestReviewsEnforcementRequest{RequiredApprovingReviewCount: 7}},
	} {
		if _, _, err := alice.Repositories.UpdateBranchProtection(t.Context(), "acme", "x", "main", bad); statusOf(err) != http.StatusUnprocessableEntity {
			t.Errorf("%v: %v, want 422", bad, err)
		}
	}
}

func TestRulesets(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	aliceWork, bobWork := protectable(t, f)
	ctx, alice := t.Context(), f.Client("alice")
	tags, _, err := alice.Repositories.CreateRuleset(ctx, "acme", "x", &github.Ruleset{
		Name: "releases", Target: new("tag"), Enforcement: "active",
		Conditions:   &github.RulesetConditions{RefName: &github.RulesetRefConditionParameters{Include: []string{"refs/tags/v*"}, Exclude: []string{"refs/tags/*-rc*"}}},
		BypassActors: []*github.BypassActor{},
		Rules:        []*github.RepositoryRule{github.NewUpdateRule(nil), github.NewDeletionRule(), github.NewCreationRule()},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []*forgetest.Work{aliceWork, bobWork} {
		w.Git("tag", "v1")
		refuses(t, w, "GH013", "origin", "v1")
	}
	aliceWork.Git("tag", "v1-rc.1")
	aliceWork.Git("push", "-q", "origin", "v1-rc.1")
	tags.BypassActors = []*github.BypassActor{{ActorType: new("RepositoryRole"), ActorID: github.Int64(5), BypassMode: new("always")}}
	if _, _, err := alice.Repositories.UpdateRuleset(ctx, "acme", "x", tags.GetID(), tags); err != nil {
		t.Fatal(err)
	}
	aliceWork.Git("push", "-q", "origin", "v1")
	refuses(t, bobWork, "GH013", "origin", ":v1")

	if _, _, err := alice.Repositories.CreateRuleset(ctx, "acme", "x", &github.Ruleset{
		Name: "main", Target: new("branch"), Enforcement: "active",
		Conditions: &github.RulesetConditions{RefName: &github.RulesetRefConditionParameters{Include: []string{"~DEFAULT_BRANCH"}, Exclude: []string{}}},
		Rules:      []*github.RepositoryRule{github.NewPullRequestRule(&github.PullRequestRuleParameters{RequiredApprovingReviewCount: 1}), github.NewNonFastForwardRule()},
	}); err != nil {
		t.Fatal(err)
	}
	aliceWork.Commit("directly")
	refuses(t, aliceWork, "Changes must be made through a pull request.", "origin", "main")
	aliceWork.Git("push", "-q", "origin", "main:elsewhere")
	rules, _, err := f.Client("bob").Repositories.GetRulesForBranch(ctx, "acme", "x", "main")
	if err != nil || len(rules) != 2 || rules[0].Type != "pull_request" {
		t.Errorf("rules of main: %v, %v", rules, err)
	}
	list, _, err := f.Client("bob").Repositories.GetAllRulesets(ctx, "acme", "x", false)
	if err != nil || len(list) != 2 {
		t.Errorf("rulesets: %v, %v; want two", list, err)
	}
	if _, _, err := alice.Repositories.CreateRuleset(ctx, "acme", "x", &github.Ruleset{
		Name: "signed", Enforcement: "active", Rules: []*github.RepositoryRule{github.NewRequiredSignaturesRule()},
	}); statusOf(err) != http.StatusNotImplemented {
		t.Errorf("a rule that is not enforced: %v, want 501", err)
	}
	if _, err := alice.Repositories.DeleteRuleset(ctx, "acme", "x", tags.GetID()); err != nil {
		t.Error(err)
	}
	bobWork.Git("push", "-q", "origin", ":v1")
}
