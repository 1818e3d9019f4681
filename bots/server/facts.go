// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"fmt"
	"slices"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
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

// defaultBranch returns the default branch, or nil for an empty repository.
func (r *Reader) defaultBranch(ctx context.Context, t act.Target) (*gh.Branch, error) {
	repo, _, err := r.GitHub.Repositories.Get(ctx, t.Owner, t.Name)
	if err != nil {
		return nil, err
	}
	branch, resp, err := r.GitHub.Repositories.GetBranch(ctx, t.Owner, t.Name, repo.GetDefaultBranch(), 1)
	// This call alone of go-github's makes no ErrorResponse.
	if resp != nil && resp.StatusCode == 404 {
		return nil, nil
	}
	return branch, err
}

// settings reads the settings for what has no base branch, or needs no more of
// it: those of the default branch.
func (r *Reader) settings(ctx context.Context, t act.Target, in *decide.Input) error {
	branch, err := r.defaultBranch(ctx, t)
	if branch == nil || err != nil {
		return err
	}
	commit := branch.GetCommit()
	files, err := r.files(ctx, t, commit.GetSHA(), commit.GetCommit().GetTree().GetSHA(), nil)
	if err != nil {
		return err
	}
	r.parse(files, in)
	return nil
}

// protected finds out whether the branch of a merged pull request is one to
// keep.
func (r *Reader) protected(ctx context.Context, t act.Target, pr *gh.PullRequest, in *decide.Input) error {
	p := in.Pull
	if !p.Merged || p.Branch == "" || in.Memory.Cleaned || !in.Settings.Has("branchcleaner") {
		return nil
	}
	branch, resp, err := r.GitHub.Repositories.GetBranch(ctx, t.Owner, t.Name, p.Branch, 1)
	if resp != nil && resp.StatusCode == 404 {
		p.Branch = ""
		return nil
	}
	if err != nil {
		return err
	}
	p.Protected = branch.GetProtected() || p.Branch == pr.GetBase().GetRepo().GetDefaultBranch()
	return nil
}

// ownersFiles reads the OWNERS files that a pull request changes, as they would
// be. GitHub serves the commits of a fork's branch from the repository that it
// is to be merged into.
func (r *Reader) ownersFiles(ctx context.Context, t act.Target, in *decide.Input, removed map[string]bool) error {
	for _, p := range decide.OwnersFiles(in.Pull.Changes) {
		if removed[p] {
			continue
		}
		file, _, _, err := r.GitHub.Repositories.GetContents(ctx, t.Owner, t.Name, p, &gh.RepositoryContentGetOptions{Ref: in.Pull.Head})
		if err == nil && file == nil {
			err = errNoFile
		}
		src := ""
		if err == nil {
			src, err = file.GetContent()
		}
		if err != nil {
			return fmt.Errorf("%s at %s: %w", p, in.Pull.Head, err)
		}
		if in.Pull.OwnersFiles == nil {
			in.Pull.OwnersFiles = make(map[string]string)
		}
		in.Pull.OwnersFiles[p] = src
	}
	return nil
}

// fill reads the facts that only some decisions need.
func (r *Reader) fill(ctx context.Context, t act.Target, in *decide.Input) error {
	needs := decide.Need(*in)
	in.Roles = make(map[string]string, len(needs.Roles))
	for _, login := range needs.Roles {
		role, err := r.role(ctx, t, login)
		if err != nil {
			return fmt.Errorf("read the role of %s: %w", login, err)
		}
		in.Roles[login] = role
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
	for _, fact := range []struct {
		needed bool
		what   string
		read   func(context.Context, act.Target, *decide.Input) error
	}{
		{needs.Releases, "tracking issues", r.releases},
		{needs.Blockers, "blockers", r.blockers},
		{needs.Rotation, "rotation", r.rotation},
		{needs.Labels, "labels", r.labels},
		{needs.Milestones, "milestones", r.milestones},
		{needs.Commits && in.Pull != nil, "commits", r.commits},
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

// commits reads the commits of the pull request.
func (r *Reader) commits(ctx context.Context, t act.Target, in *decide.Input) error {
	commits, err := github.All(func(page gh.ListOptions) ([]*gh.RepositoryCommit, *gh.Response, error) {
		return r.GitHub.PullRequests.ListCommits(ctx, t.Owner, t.Name, t.Number, &page)
	})
	for _, c := range commits {
		author := c.GetCommit().GetAuthor()
		in.Pull.Commits = append(in.Pull.Commits, decide.Commit{
			SHA: c.GetSHA(), Message: c.GetCommit().GetMessage(), Author: author.GetName(), Email: author.GetEmail(), Parents: len(c.Parents),
		})
	}
	// Of the others nobody can say whether they are signed off.
	if len(commits) >= mostCommits {
		in.Problems = append(in.Problems, fmt.Sprintf("GitHub lists the first %d commits of a pull request only; split it", mostCommits))
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
