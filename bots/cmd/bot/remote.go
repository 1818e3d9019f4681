// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/settings"
	"github.com/lanner-project/lanner/infra/github"
)

// remote is a repository's settings on GitHub.
type remote struct {
	ctx    context.Context
	github *github.Client
	target act.Target
}

// read reads the sections that want has.
func (r *remote) read(want settings.Settings) (settings.Settings, error) {
	var have settings.Settings
	for _, s := range []struct {
		wanted bool
		what   string
		read   func() error
	}{
		{want.Labels != nil, "labels", func() (err error) { have.Labels, err = r.labels(); return err }},
		{want.Milestones != nil, "milestones", func() (err error) { have.Milestones, err = r.milestones(); return err }},
		{want.Branches != nil, "protected branches", func() (err error) { have.Branches, err = r.branches(); return err }},
		{want.Teams != nil, "teams", func() (err error) { have.Teams, err = r.teams(); return err }},
	} {
		if !s.wanted {
			continue
		}
		if err := s.read(); err != nil {
			return have, fmt.Errorf("read the %s of %s: %w", s.what, r.target.Repository(), err)
		}
	}
	return have, nil
}

func (r *remote) labels() (*settings.Section[settings.Label], error) {
	labels, err := github.All(func(page gh.ListOptions) ([]*gh.Label, *gh.Response, error) {
		return r.github.Issues.ListLabels(r.ctx, r.target.Owner, r.target.Name, &page)
	})
	s := &settings.Section[settings.Label]{}
	for _, l := range labels {
		s.Items = append(s.Items, settings.Label{Name: l.GetName(), Color: strings.ToLower(l.GetColor()), Description: l.GetDescription()})
	}
	return s, err
}

func (r *remote) milestones() (*settings.Section[settings.Milestone], error) {
	all, err := github.All(func(page gh.ListOptions) ([]*gh.Milestone, *gh.Response, error) {
		return r.github.Issues.ListMilestones(r.ctx, r.target.Owner, r.target.Name, &gh.MilestoneListOptions{State: "all", ListOptions: page})
	})
	s := &settings.Section[settings.Milestone]{}
	for _, m := range all {
		item := settings.Milestone{Title: m.GetTitle(), Description: m.GetDescription(), Closed: m.GetState() == "closed", Number: m.GetNumber()}
		if m.DueOn != nil {
			item.Due = m.DueOn.UTC().Format(time.DateOnly)
		}
		s.Items = append(s.Items, item)
	}
	return s, err
}

func (r *remote) branches() (*settings.Section[settings.Branch], error) {
	protected := true
	branches, err := github.All(func(page gh.ListOptions) ([]*gh.Branch, *gh.Response, error) {
		return r.github.Repositories.ListBranches(r.ctx, r.target.Owner, r.target.Name, &gh.BranchListOptions{Protected: &protected, ListOptions: page})
	})
	if err != nil {
		return nil, err
	}
	s := &settings.Section[settings.Branch]{}
	for _, b := range branches {
		p, _, err := r.github.Repositories.GetBranchProtection(r.ctx, r.target.Owner, r.target.Name, b.GetName())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.GetName(), err)
		}
		item := settings.Branch{Name: b.GetName(), EnforceAdmins: p.GetEnforceAdmins().Enabled, Linear: p.GetRequireLinearHistory().Enabled}
		if reviews := p.GetRequiredPullRequestReviews(); reviews != nil {
			item.Approvals, item.CodeOwners, item.DismissStale = reviews.RequiredApprovingReviewCount, reviews.RequireCodeOwnerReviews, reviews.DismissStaleReviews
		}
		if checks := p.GetRequiredStatusChecks(); checks != nil {
			item.Strict, item.Checks = checks.Strict, slices.Sorted(slices.Values(checks.Contexts))
		}
		s.Items = append(s.Items, item)
	}
	return s, nil
}

func (r *remote) teams() (*settings.Section[settings.Team], error) {
	teams, err := github.All(func(page gh.ListOptions) ([]*gh.Team, *gh.Response, error) {
		return r.github.Repositories.ListTeams(r.ctx, r.target.Owner, r.target.Name, &page)
	})
	if err != nil {
		return nil, err
	}
	s := &settings.Section[settings.Team]{}
	for _, t := range teams {
		item := settings.Team{Slug: t.GetSlug(), Permission: t.GetPermission()}
		if item.Maintainers, err = r.members(item.Slug, "maintainer"); err != nil {
			return nil, fmt.Errorf("%s: %w", item.Slug, err)
		}
		if item.Members, err = r.members(item.Slug, "member"); err != nil {
			return nil, fmt.Errorf("%s: %w", item.Slug, err)
		}
		s.Items = append(s.Items, item)
	}
	return s, nil
}

func (r *remote) members(team, role string) ([]string, error) {
	users, err := github.All(func(page gh.ListOptions) ([]*gh.User, *gh.Response, error) {
		return r.github.Teams.ListTeamMembersBySlug(r.ctx, r.target.Owner, team, &gh.TeamListTeamMembersOptions{Role: role, ListOptions: page})
	})
	var logins []string
	for _, u := range users {
		logins = append(logins, strings.ToLower(u.GetLogin()))
	}
	slices.Sort(logins)
	return logins, err
}

// do makes one change.
func (r *remote) do(c settings.Change) error {
	what := c.After
	if what == nil {
		what = c.Before
	}
	switch v := what.(type) {
	case settings.Label:
		return r.label(c, v)
	case settings.Milestone:
		return r.milestone(c, v)
	case settings.Branch:
		return r.branch(c, v)
	case settings.Team:
		return r.team(c, v)
	}
	return fmt.Errorf("a change of %T", what)
}

func (r *remote) label(c settings.Change, l settings.Label) error {
	issues, owner, name := r.github.Issues, r.target.Owner, r.target.Name
	label := &gh.Label{Name: &l.Name, Color: &l.Color, Description: &l.Description}
	var err error
	switch c.Verb {
	case settings.Create:
		_, _, err = issues.CreateLabel(r.ctx, owner, name, label)
	case settings.Delete:
		_, err = issues.DeleteLabel(r.ctx, owner, name, url.PathEscape(l.Name))
	case settings.Update:
		// go-github can't rename: its Label has one name.
		before, _ := c.Before.(settings.Label)
		change := map[string]string{"new_name": l.Name, "color": l.Color, "description": l.Description}
		err = r.send(http.MethodPatch, fmt.Sprintf("repos/%s/%s/labels/%s", owner, name, url.PathEscape(before.Name)), change)
	}
	return err
}

func (r *remote) milestone(c settings.Change, m settings.Milestone) error {
	before, _ := c.Before.(settings.Milestone)
	if c.Verb == settings.Delete {
		_, err := r.github.Issues.DeleteMilestone(r.ctx, r.target.Owner, r.target.Name, before.Number)
		return err
	}
	state := "open"
	if m.Closed {
		state = "closed"
	}
	change := map[string]any{"title": m.Title, "description": m.Description, "state": state}
	if m.Due != "" {
		// GitHub keeps a day, in a zone of its own: noon is that day everywhere.
		change["due_on"] = m.Due + "T12:00:00Z"
	}
	at := fmt.Sprintf("repos/%s/%s/milestones", r.target.Owner, r.target.Name)
	if c.Verb == settings.Create {
		return r.send(http.MethodPost, at, change)
	}
	return r.send(http.MethodPatch, fmt.Sprintf("%s/%d", at, before.Number), change)
}

func (r *remote) branch(c settings.Change, b settings.Branch) error {
	if c.Verb == settings.Delete {
		_, err := r.github.Repositories.RemoveBranchProtection(r.ctx, r.target.Owner, r.target.Name, b.Name)
		return err
	}
	p := &gh.ProtectionRequest{EnforceAdmins: b.EnforceAdmins, RequireLinearHistory: &b.Linear}
	if len(b.Checks) > 0 || b.Strict {
		p.RequiredStatusChecks = &gh.RequiredStatusChecks{Strict: b.Strict, Contexts: append([]string{}, b.Checks...)}
	}
	if b.Approvals > 0 || b.CodeOwners || b.DismissStale {
		p.RequiredPullRequestReviews = &gh.PullRequestReviewsEnforcementRequest{
			RequiredApprovingReviewCount: b.Approvals, RequireCodeOwnerReviews: b.CodeOwners, DismissStaleReviews: b.DismissStale,
		}
	}
	_, _, err := r.github.Repositories.UpdateBranchProtection(r.ctx, r.target.Owner, r.target.Name, b.Name, p)
	return err
}

// team makes a team, gives it its role in the repository, and lets people in
// and out. A team that goes loses its role: the team itself may be needed
// elsewhere.
func (r *remote) team(c settings.Change, t settings.Team) error {
	teams, org := r.github.Teams, r.target.Owner
	if c.Verb == settings.Delete {
		_, err := teams.RemoveTeamRepoBySlug(r.ctx, org, t.Slug, org, r.target.Name)
		return err
	}
	_, _, err := teams.GetTeamBySlug(r.ctx, org, t.Slug)
	if github.IsNotFound(err) {
		_, _, err = teams.CreateTeam(r.ctx, org, gh.NewTeam{Name: t.Slug, Privacy: new("closed")})
	}
	if err != nil {
		return err
	}
	have := settings.Team{}
	if have.Maintainers, err = r.members(t.Slug, "maintainer"); err != nil {
		return err
	}
	if have.Members, err = r.members(t.Slug, "member"); err != nil {
		return err
	}
	if before, _ := c.Before.(settings.Team); before.Permission != t.Permission {
		if _, err := teams.AddTeamRepoBySlug(r.ctx, org, t.Slug, org, r.target.Name, &gh.TeamAddTeamRepoOptions{Permission: t.Permission}); err != nil {
			return err
		}
	}
	if err := r.enroll(t.Slug, "maintainer", t.Maintainers, have.Maintainers); err != nil {
		return err
	}
	if err := r.enroll(t.Slug, "member", t.Members, have.Members); err != nil {
		return err
	}
	for _, login := range slices.Concat(have.Maintainers, have.Members) {
		if !slices.Contains(t.Maintainers, login) && !slices.Contains(t.Members, login) {
			if _, err := teams.RemoveTeamMembershipBySlug(r.ctx, org, t.Slug, login); err != nil {
				return fmt.Errorf("take %s out: %w", login, err)
			}
		}
	}
	return nil
}

func (r *remote) enroll(team, role string, want, have []string) error {
	for _, login := range want {
		if slices.Contains(have, login) {
			continue
		}
		if _, _, err := r.github.Teams.AddTeamMembershipBySlug(r.ctx, r.target.Owner, team, login, &gh.TeamAddTeamMembershipOptions{Role: role}); err != nil {
			return fmt.Errorf("let %s in: %w", login, err)
		}
	}
	return nil
}

func (r *remote) send(method, at string, body any) error {
	req, err := r.github.NewRequest(method, at, body)
	if err != nil {
		return err
	}
	_, err = r.github.Do(r.ctx, req, nil)
	return err
}
