// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"fmt"
	"slices"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/infra/github"
)

// now is the time that decisions are made at.
func (r *Reader) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// newcomer reports whether GitHub's association of an author says that there
// was nothing of theirs before.
// https://docs.github.com/en/graphql/reference/enums#commentauthorassociation
func newcomer(association string) bool {
	return slices.Contains([]string{"NONE", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR"}, association)
}

// settings reads the settings at the tip of a branch, for what needs no more of
// it; of no branch there are none.
func (g *reading) settings(ctx context.Context, b *branch) error {
	if b == nil {
		return nil
	}
	at := []place{{b.Target.OID, b.Target.Tree.OID, config.Path}, {b.Target.OID, b.Target.Tree.OID, config.AttributesPath}}
	texts, err := g.files(ctx, at)
	if err != nil {
		return err
	}
	g.parse(under(texts, at))
	return nil
}

// settingsAt reads the settings at the tip of a branch, by default the default
// one. The branch is nil where there is none.
func (r *Reader) settingsAt(ctx context.Context, t act.Target, name string) (*branch, decide.Input, error) {
	in := decide.Input{Settings: r.Shared.For(t.Repository())}
	b, err := r.tip(ctx, t, name)
	if err != nil || b == nil {
		return nil, in, err
	}
	r.learn(b)
	g := &reading{Reader: r, t: t, in: &in}
	err = g.settings(ctx, b)
	return b, in, err
}

// protected finds out whether the branch of a merged pull request is one to
// keep.
func (g *reading) protected(ctx context.Context) error {
	p := g.in.Pull
	if !p.Merged || p.Branch == "" || g.in.Memory.Cleaned || !g.in.Settings.Has("branchcleaner") {
		return nil
	}
	// GraphQL tells of a protected branch only who may administer it.
	branch, resp, err := g.GitHub.Repositories.GetBranch(ctx, g.t.Owner, g.t.Name, p.Branch, 1)
	// This call alone of go-github's makes no ErrorResponse.
	if resp != nil && resp.StatusCode == 404 {
		p.Branch = ""
		return nil
	}
	if err != nil {
		return err
	}
	p.Protected = branch.GetProtected() || g.home != nil && p.Branch == g.home.Name
	return nil
}

// fill reads the facts that only some decisions need.
func (g *reading) fill(ctx context.Context) error {
	r, t, in := g.Reader, g.t, g.in
	needs := decide.Need(*in)
	if err := g.fillRoles(ctx, needs.Roles); err != nil {
		return err
	}
	in.Assignable = make(map[string]bool, len(needs.Assignable))
	for _, login := range needs.Assignable {
		if !decide.Login(login) {
			continue // it goes into an address
		}
		ok, _, err := r.GitHub.Issues.IsAssignee(ctx, t.Owner, t.Name, login)
		if err != nil {
			return fmt.Errorf("ask whether %s can be assigned: %w", login, err)
		}
		in.Assignable[login] = ok
	}
	if needs.Rotation {
		if err := g.rotation(ctx); err != nil {
			return fmt.Errorf("read the rotation: %w", err)
		}
	}
	if needs.Owners {
		if err := g.rootOwners(ctx); err != nil {
			return fmt.Errorf("read the OWNERS file: %w", err)
		}
	}
	if err := g.targets(ctx); err != nil {
		return fmt.Errorf("read where the issue is to go: %w", err)
	}
	if needs.Commits && in.Pull != nil {
		if err := g.history(ctx); err != nil {
			return fmt.Errorf("read the commits: %w", err)
		}
	}
	for _, fact := range []struct {
		needed bool
		what   string
		read   func(context.Context, act.Target, *decide.Input) error
	}{
		{needs.Releases, "tracking issues", r.releases},
		{needs.Blockers, "blockers", r.blockers},
		{needs.Labels, "labels", r.labels},
		{needs.Milestones, "milestones", r.milestones},
		{needs.Load, "open pull requests", r.load},
	} {
		if !fact.needed {
			continue
		}
		if err := fact.read(ctx, t, in); err != nil {
			return fmt.Errorf("read the %s: %w", fact.what, err)
		}
	}
	return nil
}

func (r *Reader) releases(ctx context.Context, t act.Target, in *decide.Input) error {
	issues, err := github.All(func(page gh.ListOptions) ([]*gh.Issue, *gh.Response, error) {
		return r.GitHub.Issues.ListByRepo(ctx, t.Owner, t.Name, &gh.IssueListByRepoOptions{State: "open", Labels: []string{decide.TrackingLabel}, ListOptions: page})
	})
	for _, i := range issues {
		if !i.IsPullRequest() {
			in.Releases = append(in.Releases, decide.Release{Number: i.GetNumber(), URL: i.GetHTMLURL(), Body: i.GetBody()})
		}
	}
	return err
}

func (r *Reader) blockers(ctx context.Context, t act.Target, in *decide.Input) error {
	issues, err := github.All(func(page gh.ListOptions) ([]*gh.Issue, *gh.Response, error) {
		label := in.Settings.Merge.BlockerLabel
		return r.GitHub.Issues.ListByRepo(ctx, t.Owner, t.Name, &gh.IssueListByRepoOptions{State: "open", Labels: []string{label}, ListOptions: page})
	})
	for _, i := range issues {
		if !i.IsPullRequest() {
			in.Blockers = append(in.Blockers, decide.Blocker{Number: i.GetNumber(), Title: i.GetTitle()})
		}
	}
	return err
}

func (r *Reader) labels(ctx context.Context, t act.Target, in *decide.Input) error {
	labels, err := github.All(func(page gh.ListOptions) ([]*gh.Label, *gh.Response, error) {
		return r.GitHub.Issues.ListLabels(ctx, t.Owner, t.Name, &page)
	})
	for _, l := range labels {
		in.RepoLabels = append(in.RepoLabels, l.GetName())
	}
	return err
}

func (r *Reader) milestones(ctx context.Context, t act.Target, in *decide.Input) error {
	milestones, err := github.All(func(page gh.ListOptions) ([]*gh.Milestone, *gh.Response, error) {
		return r.GitHub.Issues.ListMilestones(ctx, t.Owner, t.Name, &gh.MilestoneListOptions{State: "open", ListOptions: page})
	})
	for _, m := range milestones {
		in.Milestones = append(in.Milestones, decide.Milestone{Number: m.GetNumber(), Title: m.GetTitle()})
	}
	return err
}

// mostCommits is how many commits of a pull request GitHub lists.
// https://docs.github.com/en/rest/pulls/pulls#list-commits-on-a-pull-request
const mostCommits = 250

// history reads the commits of the pull request. As of the changed files, those
// of one head and base are kept.
func (g *reading) history(ctx context.Context) error {
	all, err := g.Reader.commits.get(g.changesKey(), func() ([]decide.Commit, error) {
		commits, err := github.All(func(page gh.ListOptions) ([]*gh.RepositoryCommit, *gh.Response, error) {
			return g.GitHub.PullRequests.ListCommits(ctx, g.t.Owner, g.t.Name, g.t.Number, &page)
		})
		var all []decide.Commit
		for _, c := range commits {
			author := c.GetCommit().GetAuthor()
			all = append(all, decide.Commit{
				SHA: c.GetSHA(), Message: c.GetCommit().GetMessage(), Author: author.GetName(), Email: author.GetEmail(), Parents: len(c.Parents),
			})
		}
		if err == nil && len(all) < mostCommits && !slices.ContainsFunc(all, func(c decide.Commit) bool { return c.SHA == g.in.Pull.Head }) {
			err = errMoved
		}
		return all, err
	})
	g.in.Pull.Commits = slices.Clone(all)
	// Of the others nobody can say whether they are signed off.
	if len(all) >= mostCommits {
		g.in.Problems = append(g.in.Problems, fmt.Sprintf("GitHub lists the first %d commits of a pull request only; split it", mostCommits))
	}
	return err
}

// load counts who is asked for how many reviews.
func (r *Reader) load(ctx context.Context, t act.Target, in *decide.Input) error {
	pulls, err := github.All(func(page gh.ListOptions) ([]*gh.PullRequest, *gh.Response, error) {
		return r.GitHub.PullRequests.List(ctx, t.Owner, t.Name, &gh.PullRequestListOptions{State: "open", ListOptions: page})
	})
	in.Load = make(map[string]int)
	for _, pr := range pulls {
		for _, u := range pr.RequestedReviewers {
			in.Load[owners.Normalize(u.GetLogin())]++
		}
	}
	return err
}
