// SPDX-License-Identifier: Apache-2.0

package act

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/queue"
	"github.com/lanner-project/lanner/infra/github"
)

// Merging is how a pull request is merged into a candidate.
type Merging struct {
	Pull   queue.Pull
	Title  string
	Method config.Method // ByMerge or BySquash
}

// MisfitError is a pull request that can't be merged into a candidate: it has
// a conflict, or with Nothing it changes nothing there.
type MisfitError struct {
	Number  int
	Nothing bool
}

func (e *MisfitError) Error() string {
	if e.Nothing {
		return fmt.Sprintf("#%d is there already", e.Number)
	}
	return fmt.Sprintf("#%d has a conflict", e.Number)
}

// CandidateBranch returns the branch on which a candidate is tested.
func CandidateBranch(base, id string) string { return config.QueueBranches + base + "/" + id }

// Build builds a candidate on a branch of its own: upon its parent, the pulls
// in their order. The error is a *MisfitError for one that does not fit; then
// the branch is gone again.
func (a *Actor) Build(ctx context.Context, t Target, base string, c queue.Candidate, how []Merging) (_ queue.Candidate, err error) {
	if a.DryRun != nil {
		return c, fmt.Errorf("a dry run builds no candidates")
	}
	b := builder{actor: a, target: t, branch: CandidateBranch(base, c.ID)}
	if err := b.move(ctx, c.Parent); err != nil {
		return c, fmt.Errorf("build candidate %s: %w", c.ID, err)
	}
	c.Commit = c.Parent
	for _, m := range how {
		if c.Commit, c.Tree, err = b.add(ctx, c.Commit, m); err != nil {
			return c, fmt.Errorf("build candidate %s: %w", c.ID, joinDrop(err, b.drop(ctx)))
		}
	}
	a.Log.Info("candidate built", "repo", t.Repository(), "base", base, "id", c.ID, "commit", c.Commit, "tree", c.Tree)
	return c, nil
}

// joinDrop keeps what happened when the branch could not be dropped as well.
func joinDrop(err, drop error) error {
	if drop != nil {
		return fmt.Errorf("%w (and its branch stays: %w)", err, drop)
	}
	return err
}

type builder struct {
	actor  *Actor
	target Target
	branch string
}

// move makes the branch be at a commit.
func (b builder) move(ctx context.Context, sha string) error {
	return b.actor.GitHub.SetBranch(ctx, b.target.Owner, b.target.Name, b.branch, sha)
}

func (b builder) drop(ctx context.Context) error {
	_, err := b.actor.GitHub.Git.DeleteRef(ctx, b.target.Owner, b.target.Name, "heads/"+b.branch)
	if status := github.StatusOf(err); status == http.StatusUnprocessableEntity || status == http.StatusNotFound {
		return nil // it is gone
	}
	return err
}

// add merges one pull request into the branch, which is at tip.
func (b builder) add(ctx context.Context, tip string, m Merging) (commit, tree string, err error) {
	g, t := b.actor.GitHub, b.target
	merged, resp, err := g.Repositories.Merge(ctx, t.Owner, t.Name, &gh.RepositoryMergeRequest{
		Base: &b.branch, Head: &m.Pull.Head, CommitMessage: new(fmt.Sprintf("Merge pull request #%d\n\n%s", m.Pull.Number, m.Title)),
	})
	switch {
	case github.StatusOf(err) == http.StatusConflict:
		return "", "", &MisfitError{Number: m.Pull.Number}
	case err != nil:
		return "", "", err
	case resp.StatusCode == http.StatusNoContent:
		return "", "", &MisfitError{Number: m.Pull.Number, Nothing: true}
	}
	commit, tree = merged.GetSHA(), merged.GetCommit().GetTree().GetSHA()
	if m.Method != config.BySquash {
		return commit, tree, nil
	}
	head, _, err := g.Git.GetCommit(ctx, t.Owner, t.Name, m.Pull.Head)
	if err != nil {
		return "", "", err
	}
	squashed, _, err := g.Git.CreateCommit(ctx, t.Owner, t.Name, &gh.Commit{
		Message: new(fmt.Sprintf("%s (#%d)", m.Title, m.Pull.Number)), Tree: &gh.Tree{SHA: &tree}, Parents: []*gh.Commit{{SHA: &tip}},
		Author: &gh.CommitAuthor{Name: head.GetAuthor().Name, Email: head.GetAuthor().Email, Date: head.GetAuthor().Date},
	}, nil)
	if err != nil {
		return "", "", err
	}
	return squashed.GetSHA(), tree, b.move(ctx, squashed.GetSHA())
}

// Land moves a branch to a candidate's commit, which GitHub does only if the
// branch is below it. A *RefusedError says that it is not, or that the branch
// is protected against the bot.
func (a *Actor) Land(ctx context.Context, t Target, base string, c queue.Candidate) error {
	ref := &gh.Reference{Ref: new("refs/heads/" + base), Object: &gh.GitObject{SHA: &c.Commit}}
	_, _, err := a.GitHub.Git.UpdateRef(ctx, t.Owner, t.Name, ref, false)
	if status := github.StatusOf(err); status == http.StatusUnprocessableEntity || status == http.StatusForbidden || status == http.StatusConflict {
		message := messageOf(err)
		return &RefusedError{SHA: c.Commit, Message: message, Moved: strings.Contains(message, "fast forward")}
	}
	if err != nil {
		return fmt.Errorf("land candidate %s: %w", c.ID, err)
	}
	a.Log.Info("landed", "repo", t.Repository(), "base", base, "id", c.ID, "commit", c.Commit, "tree", c.Tree)
	return nil
}

// Sweep deletes the branches of candidates that are not wanted.
func (a *Actor) Sweep(ctx context.Context, t Target, base string, wanted []queue.Candidate) error {
	keep := make(map[string]bool)
	for _, c := range wanted {
		keep["refs/heads/"+CandidateBranch(base, c.ID)] = true
	}
	refs, _, err := a.GitHub.Git.ListMatchingRefs(ctx, t.Owner, t.Name, &gh.ReferenceListOptions{Ref: "heads/" + CandidateBranch(base, "")})
	if err != nil {
		return fmt.Errorf("list the branches of candidates: %w", err)
	}
	for _, ref := range refs {
		if !keep[ref.GetRef()] {
			b := builder{actor: a, target: t, branch: strings.TrimPrefix(ref.GetRef(), "refs/heads/")}
			if err := b.drop(ctx); err != nil {
				return fmt.Errorf("delete %s: %w", ref.GetRef(), err)
			}
		}
	}
	return nil
}
