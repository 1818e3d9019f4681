// SPDX-License-Identifier: Apache-2.0

package act

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/github"
)

// errConflict: the change does not fit on the branch.
var errConflict = errors.New("it has a conflict")

// cherryPick carries the commits of a merged pull request to another branch and
// opens a pull request for them; where they do not fit, or the branch is not
// there, an issue says so.
//
// It needs no clone, only GitHub's own merge: to pick commit C onto a tip T, a
// commit with T's files and C's parent is made, and C is merged into it. The
// parent is then what both have in common, so that the merge brings exactly
// what C changed; the files that come of it become a commit on top of T.
func (e effect) cherryPick(ctx context.Context) (outputs, error) {
	if o, happened, err := e.findPick(ctx); err != nil || happened {
		return o, err
	}
	g, t, in := e.actor.GitHub, e.target, e.inputs.Pick
	base, _, err := g.Git.GetRef(ctx, t.Owner, t.Name, "heads/"+in.Branch)
	if github.IsNotFound(err) {
		return e.conflict(ctx)
	}
	if err != nil {
		return outputs{}, err
	}
	commits, err := github.All(func(page gh.ListOptions) ([]*gh.RepositoryCommit, *gh.Response, error) {
		return g.PullRequests.ListCommits(ctx, t.Owner, t.Name, t.Number, &page)
	})
	if err != nil {
		return outputs{}, err
	}
	tip := base.GetObject().GetSHA()
	if err := e.actor.GitHub.SetBranch(ctx, t.Owner, t.Name, in.Onto, tip); err != nil {
		return outputs{}, err
	}
	for _, c := range commits {
		if len(c.Parents) != 1 {
			continue // what a merge brought in is on the branch or is not wanted there
		}
		if tip, err = e.pickOne(ctx, tip, c); err != nil {
			break
		}
	}
	if errors.Is(err, errConflict) {
		if _, err := g.Git.DeleteRef(ctx, t.Owner, t.Name, "heads/"+in.Onto); err != nil {
			return outputs{}, err
		}
		return e.conflict(ctx)
	}
	if err != nil {
		return outputs{}, err
	}
	if err := e.actor.GitHub.SetBranch(ctx, t.Owner, t.Name, in.Onto, tip); err != nil {
		return outputs{}, err
	}
	pull, _, err := g.PullRequests.Create(ctx, t.Owner, t.Name, &gh.NewPullRequest{Title: &in.Title, Head: &in.Onto, Base: &in.Branch, Body: &in.Body})
	if err != nil {
		return outputs{}, err
	}
	_, _, err = g.Issues.AddAssignees(ctx, t.Owner, t.Name, pull.GetNumber(), []string{in.Assignee})
	return outputs{Number: pull.GetNumber()}, err
}

// pickOne returns the commit that picks c onto tip. The branch Onto is where it
// works, for GitHub merges into branches only.
func (e effect) pickOne(ctx context.Context, tip string, c *gh.RepositoryCommit) (string, error) {
	g, t, onto := e.actor.GitHub, e.target, e.inputs.Pick.Onto
	at, _, err := g.Git.GetCommit(ctx, t.Owner, t.Name, tip)
	if err != nil {
		return "", err
	}
	beside, _, err := g.Git.CreateCommit(ctx, t.Owner, t.Name, &gh.Commit{
		Message: new("where a commit is picked"), Tree: at.Tree, Parents: []*gh.Commit{{SHA: c.Parents[0].SHA}},
	}, nil)
	if err != nil {
		return "", err
	}
	if err := e.actor.GitHub.SetBranch(ctx, t.Owner, t.Name, onto, beside.GetSHA()); err != nil {
		return "", err
	}
	merged, _, err := g.Repositories.Merge(ctx, t.Owner, t.Name, &gh.RepositoryMergeRequest{Base: &onto, Head: c.SHA})
	if github.StatusOf(err) == http.StatusConflict {
		return "", errConflict
	}
	if err != nil {
		return "", err
	}
	author := c.GetCommit().GetAuthor()
	picked, _, err := g.Git.CreateCommit(ctx, t.Owner, t.Name, &gh.Commit{
		Message: new(fmt.Sprintf("%s\n\n(cherry picked from commit %s)", c.GetCommit().GetMessage(), c.GetSHA())),
		Tree:    merged.GetCommit().GetTree(), Parents: []*gh.Commit{{SHA: &tip}},
		Author: &gh.CommitAuthor{Name: author.Name, Email: author.Email, Date: author.Date},
	}, nil)
	return picked.GetSHA(), err
}

// conflict opens the issue that says how to do it by hand.
func (e effect) conflict(ctx context.Context) (outputs, error) {
	g, t, in := e.actor.GitHub, e.target, e.inputs.Pick
	issue, _, err := g.Issues.Create(ctx, t.Owner, t.Name, &gh.IssueRequest{Title: &in.ConflictTitle, Body: &in.ConflictBody})
	if err != nil {
		return outputs{}, err
	}
	_, _, err = g.Issues.AddAssignees(ctx, t.Owner, t.Name, issue.GetNumber(), []string{in.Assignee})
	return outputs{Number: issue.GetNumber()}, err
}

// findPick looks for the pull request, open or not, or the issue.
func (e effect) findPick(ctx context.Context) (outputs, bool, error) {
	g, t, in := e.actor.GitHub, e.target, e.inputs.Pick
	pulls, _, err := g.PullRequests.List(ctx, t.Owner, t.Name, &gh.PullRequestListOptions{State: "all", Head: t.Owner + ":" + in.Onto, Base: in.Branch})
	if err != nil {
		return outputs{}, false, err
	}
	if len(pulls) > 0 {
		return outputs{Number: pulls[0].GetNumber()}, true, nil
	}
	issues, err := github.All(func(page gh.ListOptions) ([]*gh.Issue, *gh.Response, error) {
		return g.Issues.ListByRepo(ctx, t.Owner, t.Name, &gh.IssueListByRepoOptions{State: "all", Creator: e.actor.Login, ListOptions: page})
	})
	if err != nil {
		return outputs{}, false, err
	}
	for _, i := range issues {
		if i.GetTitle() == in.ConflictTitle {
			return outputs{Number: i.GetNumber()}, true, nil
		}
	}
	return outputs{}, false, nil
}
