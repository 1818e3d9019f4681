// SPDX-License-Identifier: Apache-2.0

package act

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/infra/github"
)

// effect is one action on one target, under its key in the record.
type effect struct {
	actor  *Actor
	target Target
	key    string
	inputs inputs
}

// inputs are what the record keeps of an action. One Kind uses some of them.
type inputs struct {
	Kind    string `json:"kind"`
	Label   string `json:"label,omitempty"`
	Ref     string `json:"ref,omitempty"`
	Comment int64  `json:"comment,omitempty"`
	Body    string `json:"body,omitempty"`
	SHA     string `json:"sha,omitempty"`
	Method  string `json:"method,omitempty"`
}

// outputs are what the record keeps of what came of it.
type outputs struct {
	Comment int64  `json:"comment,omitempty"`
	SHA     string `json:"sha,omitempty"`
}

const (
	addLabel    = "add label"
	removeLabel = "remove label"
	reply       = "reply"
	notify      = "notify"
	merge       = "merge"
)

// effect returns the effect of a decided action. A reply and a merge happen
// once for all time, and their keys say so; the others once in a pass.
func (a *Actor) effect(target Target, pass string, action decide.Action) effect {
	e := effect{actor: a, target: target}
	switch action := action.(type) {
	case decide.AddLabel:
		e.inputs = inputs{Kind: addLabel, Label: action.Label}
		e.key = fmt.Sprintf("%s %s %s %s", target, addLabel, action.Label, pass)
	case decide.RemoveLabel:
		e.inputs = inputs{Kind: removeLabel, Label: action.Label}
		e.key = fmt.Sprintf("%s %s %s %s", target, removeLabel, action.Label, pass)
	case decide.Reply:
		e.inputs = inputs{Kind: reply, Ref: action.Ref, Body: action.Body}
		e.key = fmt.Sprintf("%s %s %s", target, reply, action.Ref)
	case decide.Notify:
		e.inputs = inputs{Kind: notify, Comment: action.Comment, Body: action.Body}
		e.key = fmt.Sprintf("%s %s %s", target, notify, pass)
	case decide.Merge:
		e.inputs = inputs{Kind: merge, SHA: action.SHA, Method: string(action.Method)}
		e.key = fmt.Sprintf("%s %s %s", target, merge, action.SHA)
	default:
		panic(fmt.Sprintf("act: no effect for %T", action)) // the interface is sealed
	}
	return e
}

func (e effect) describe() string {
	switch in := e.inputs; in.Kind {
	case addLabel, removeLabel:
		return fmt.Sprintf("%s %s: %s", in.Kind, in.Label, e.target)
	case reply:
		return fmt.Sprintf("reply to %s: %s", in.Ref, e.target)
	case notify:
		return fmt.Sprintf("write the status comment: %s", e.target)
	case merge:
		return fmt.Sprintf("merge %s by %s: %s", in.SHA, in.Method, e.target)
	}
	return e.inputs.Kind
}

// perform does it.
func (e effect) perform(ctx context.Context) (outputs, error) {
	issues, t := e.actor.GitHub.Issues, e.target
	switch in := e.inputs; in.Kind {
	case addLabel:
		_, _, err := issues.AddLabelsToIssue(ctx, t.Owner, t.Name, t.Number, []string{in.Label})
		return outputs{}, err
	case removeLabel:
		// go-github does not escape the name, and ours have slashes.
		_, err := issues.RemoveLabelForIssue(ctx, t.Owner, t.Name, t.Number, url.PathEscape(in.Label))
		if github.StatusOf(err) == http.StatusNotFound {
			return outputs{}, nil // somebody was faster
		}
		return outputs{}, err
	case reply:
		return e.comment(ctx, 0)
	case notify:
		return e.comment(ctx, in.Comment)
	case merge:
		return e.merge(ctx)
	}
	return outputs{}, fmt.Errorf("the record knows an action %q that this program does not", e.inputs.Kind)
}

func (e effect) comment(ctx context.Context, id int64) (outputs, error) {
	issues, t := e.actor.GitHub.Issues, e.target
	comment := &gh.IssueComment{Body: &e.inputs.Body}
	var err error
	if id == 0 {
		comment, _, err = issues.CreateComment(ctx, t.Owner, t.Name, t.Number, comment)
	} else {
		comment, _, err = issues.EditComment(ctx, t.Owner, t.Name, id, comment)
	}
	if err != nil {
		return outputs{}, err
	}
	return outputs{Comment: comment.GetID()}, nil
}

// merge merges the one commit. GitHub answers 409 when the head is not that
// commit any more, and 405 for everything else that forbids it.
func (e effect) merge(ctx context.Context) (outputs, error) {
	t, in := e.target, e.inputs
	result, _, err := e.actor.GitHub.PullRequests.Merge(ctx, t.Owner, t.Name, t.Number, "", &gh.PullRequestOptions{SHA: in.SHA, MergeMethod: in.Method})
	switch status := github.StatusOf(err); {
	case status == http.StatusConflict || status == http.StatusMethodNotAllowed:
		refusal := &RefusedError{SHA: in.SHA, Message: messageOf(err)}
		refusal.Moved = status == http.StatusConflict || strings.HasPrefix(refusal.Message, "Base branch was modified")
		return outputs{}, refusal
	case err != nil:
		return outputs{}, err
	}
	return outputs{SHA: result.GetSHA()}, nil
}

// look asks GitHub whether it happened.
func (e effect) look(ctx context.Context) (o outputs, happened bool, err error) {
	switch in := e.inputs; in.Kind {
	case addLabel, removeLabel:
		issue, _, err := e.actor.GitHub.Issues.Get(ctx, e.target.Owner, e.target.Name, e.target.Number)
		if err != nil {
			return outputs{}, false, err
		}
		there := slices.ContainsFunc(issue.Labels, func(l *gh.Label) bool { return l.GetName() == in.Label })
		return outputs{}, there == (in.Kind == addLabel), nil
	case reply:
		return e.find(ctx, func(body string) bool { return decide.Marked(body, decide.Marker(in.Ref)) })
	case notify:
		return e.find(ctx, func(body string) bool { return decide.Marked(body, strings.TrimSpace(in.Body)) })
	case merge:
		pull, _, err := e.actor.GitHub.PullRequests.Get(ctx, e.target.Owner, e.target.Name, e.target.Number)
		if err != nil {
			return outputs{}, false, err
		}
		return outputs{SHA: pull.GetMergeCommitSHA()}, pull.GetMerged() && pull.GetHead().GetSHA() == in.SHA, nil
	}
	return outputs{}, false, fmt.Errorf("the record knows an action %q that this program does not", e.inputs.Kind)
}

// find looks for a comment of the actor's own.
func (e effect) find(ctx context.Context, is func(body string) bool) (outputs, bool, error) {
	comments, err := github.All(func(page gh.ListOptions) ([]*gh.IssueComment, *gh.Response, error) {
		return e.actor.GitHub.Issues.ListComments(ctx, e.target.Owner, e.target.Name, e.target.Number, &gh.IssueListCommentsOptions{ListOptions: page})
	})
	if err != nil {
		return outputs{}, false, err
	}
	for _, c := range comments {
		if e.actor.own(c.GetUser().GetLogin()) && is(c.GetBody()) {
			return outputs{Comment: c.GetID()}, true, nil
		}
	}
	return outputs{}, false, nil
}

func messageOf(err error) string {
	var e *gh.ErrorResponse
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return err.Error()
}
