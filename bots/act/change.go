// SPDX-License-Identifier: Apache-2.0

package act

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/github"
)

// change does what sets something of an issue or pull request to a value. What
// GitHub calls impossible (422: a person who can't be asked, a branch that is
// gone) it would call so again: that is written down, and not tried again.
func (e effect) change(ctx context.Context) (outputs, error) {
	err := e.set(ctx)
	if github.StatusOf(err) == http.StatusUnprocessableEntity {
		e.actor.Log.Warn("GitHub refused", "action", e.describe(), "message", messageOf(err))
		return outputs{Refused: messageOf(err)}, nil
	}
	return outputs{}, err
}

func (e effect) set(ctx context.Context) error {
	g, t, in := e.actor.GitHub, e.target, e.inputs
	var err error
	switch in.Kind {
	case assign:
		_, _, err = g.Issues.AddAssignees(ctx, t.Owner, t.Name, t.Number, in.Logins)
	case unassign:
		_, _, err = g.Issues.RemoveAssignees(ctx, t.Owner, t.Name, t.Number, in.Logins)
	case askReview:
		_, _, err = g.PullRequests.RequestReviewers(ctx, t.Owner, t.Name, t.Number, reviewers(in.Logins))
	case unaskReview:
		_, err = g.PullRequests.RemoveReviewers(ctx, t.Owner, t.Name, t.Number, reviewers(in.Logins))
	case edit:
		err = e.edit(ctx)
	case closing:
		err = e.patch(ctx, map[string]any{"state": "closed", "state_reason": orNil(in.Reason)})
	case reopen:
		err = e.patch(ctx, map[string]any{"state": "open"})
	case setStatus:
		_, _, err = g.Repositories.CreateStatus(ctx, t.Owner, t.Name, in.SHA, &gh.RepoStatus{State: &in.State, Context: &in.Context, Description: &in.Text})
	case deleteBranch:
		err = e.deleteBranch(ctx)
	default:
		err = fmt.Errorf("the record knows an action %q that this program does not", in.Kind)
	}
	return err
}

// reviewers tells people from teams, "org/team".
func reviewers(logins []string) gh.ReviewersRequest {
	var r gh.ReviewersRequest
	for _, login := range logins {
		if _, team, ok := strings.Cut(login, "/"); ok {
			r.TeamReviewers = append(r.TeamReviewers, team)
		} else {
			r.Reviewers = append(r.Reviewers, login)
		}
	}
	return r
}

func (e effect) edit(ctx context.Context) error {
	change := map[string]any{}
	if in := e.inputs.Edit; in != nil {
		if in.Title != nil {
			change["title"] = *in.Title
		}
		if in.Body != nil {
			change["body"] = *in.Body
		}
		if in.Milestone != nil {
			// go-github's IssueRequest can't say null, which clears it.
			change["milestone"] = nil
			if *in.Milestone > 0 {
				change["milestone"] = *in.Milestone
			}
		}
	}
	return e.patch(ctx, change)
}

func (e effect) patch(ctx context.Context, change map[string]any) error {
	for key, value := range change {
		if value == nil && key != "milestone" {
			delete(change, key)
		}
	}
	req, err := e.actor.GitHub.NewRequest(http.MethodPatch, fmt.Sprintf("repos/%s/%s/issues/%d", e.target.Owner, e.target.Name, e.target.Number), change)
	if err != nil {
		return err
	}
	_, err = e.actor.GitHub.Do(ctx, req, nil)
	return err
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// deleteBranch deletes a branch that is where it was merged, unless an open
// pull request is to be merged into it: GitHub would close that one.
func (e effect) deleteBranch(ctx context.Context) error {
	g, t, in := e.actor.GitHub, e.target, e.inputs
	ref, _, err := g.Git.GetRef(ctx, t.Owner, t.Name, "heads/"+in.Branch)
	switch {
	case github.IsNotFound(err):
		return nil // somebody was faster
	case err != nil:
		return err
	case ref.GetObject().GetSHA() != in.SHA:
		e.actor.Log.Info("left alone, for it moved on", "action", e.describe())
		return nil
	}
	based, _, err := g.PullRequests.List(ctx, t.Owner, t.Name, &gh.PullRequestListOptions{State: "open", Base: in.Branch, ListOptions: gh.ListOptions{PerPage: 1}})
	if err != nil {
		return err
	}
	if len(based) > 0 {
		e.actor.Log.Info("left alone, for a pull request is to be merged into it", "action", e.describe(), "pull", based[0].GetNumber())
		return nil
	}
	_, err = g.Git.DeleteRef(ctx, t.Owner, t.Name, "heads/"+in.Branch)
	return err
}
