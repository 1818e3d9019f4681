// SPDX-License-Identifier: Apache-2.0

package act

import (
	"context"
	"fmt"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/github"
)

// propose opens a pull request that changes one file. A branch without a pull
// request is what an attempt left that was cut short: it is made anew.
func (e effect) propose(ctx context.Context) (outputs, error) {
	if o, happened, err := e.findProposal(ctx); err != nil || happened {
		return o, err
	}
	g, t, in := e.actor.GitHub, e.target, e.inputs.Propose
	at, _, err := g.Git.GetCommit(ctx, t.Owner, t.Name, in.Commit)
	if err != nil {
		return outputs{}, err
	}
	tree, _, err := g.Git.CreateTree(ctx, t.Owner, t.Name, at.GetTree().GetSHA(), []*gh.TreeEntry{
		{Path: &in.Path, Mode: new("100644"), Type: new("blob"), Content: &in.Text},
	})
	if err != nil {
		return outputs{}, err
	}
	// Signed off, for repositories that want that of everybody.
	name, email := e.actor.Login, github.Email(e.actor.Login)
	commit, _, err := g.Git.CreateCommit(ctx, t.Owner, t.Name, &gh.Commit{
		Message: new(fmt.Sprintf("%s\n\nSigned-off-by: %s <%s>", in.Title, name, email)), Tree: tree, Parents: []*gh.Commit{{SHA: &in.Commit}},
		Author: &gh.CommitAuthor{Name: &name, Email: &email},
	}, nil)
	if err != nil {
		return outputs{}, err
	}
	if err := e.actor.GitHub.SetBranch(ctx, t.Owner, t.Name, in.Branch, commit.GetSHA()); err != nil {
		return outputs{}, err
	}
	pull, _, err := g.PullRequests.Create(ctx, t.Owner, t.Name, &gh.NewPullRequest{Title: &in.Title, Head: &in.Branch, Base: &in.Base, Body: &in.Body})
	return outputs{Number: pull.GetNumber()}, err
}

// findProposal looks for the pull request, open or not.
func (e effect) findProposal(ctx context.Context) (outputs, bool, error) {
	t, in := e.target, e.inputs.Propose
	pulls, _, err := e.actor.GitHub.PullRequests.List(ctx, t.Owner, t.Name, &gh.PullRequestListOptions{State: "all", Head: t.Owner + ":" + in.Branch})
	if err != nil || len(pulls) == 0 {
		return outputs{}, false, err
	}
	return outputs{Number: pulls[0].GetNumber()}, true, nil
}
