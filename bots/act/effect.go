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
	// also are further labels to add, each the effect of another.
	also []string
}

// inputs are what the record keeps of an action. One Kind uses some of them.
type inputs struct {
	Kind    string       `json:"kind"`
	Label   string       `json:"label,omitempty"`
	Ref     string       `json:"ref,omitempty"`
	Comment int64        `json:"comment,omitempty"`
	Body    string       `json:"body,omitempty"`
	SHA     string       `json:"sha,omitempty"`
	Method  string       `json:"method,omitempty"`
	Logins  []string     `json:"logins,omitempty"`
	Edit    *decide.Edit `json:"edit,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	Context string       `json:"context,omitempty"`
	State   string       `json:"state,omitempty"`
	Text    string       `json:"text,omitempty"`
	Branch  string       `json:"branch,omitempty"`
	To      string       `json:"to,omitempty"`

	Pick    *decide.CherryPick `json:"pick,omitempty"`
	Propose *decide.Propose    `json:"propose,omitempty"`
}

// outputs are what the record keeps of what came of it.
type outputs struct {
	Comment int64  `json:"comment,omitempty"`
	SHA     string `json:"sha,omitempty"`
	// Number is that of a pull request or an issue that was opened.
	Number int `json:"number,omitempty"`
	// Refused is what GitHub said when it did nothing, and would say again.
	Refused string `json:"refused,omitempty"`
}

const (
	addLabel     = "add label"
	removeLabel  = "remove label"
	reply        = "reply"
	notify       = "notify"
	merge        = "merge"
	assign       = "assign"
	unassign     = "unassign"
	askReview    = "ask for review"
	unaskReview  = "unask"
	edit         = "edit"
	closing      = "close"
	reopen       = "reopen"
	setStatus    = "set status"
	deleteBranch = "delete branch"
	cherryPick   = "cherry-pick"
	propose      = "propose"
	pin          = "pin"
	unpin        = "unpin"
	transfer     = "transfer"
)

// effect returns the effect of a decided action. A reply, a merge, a
// cherry-pick, a proposal and a transfer happen once for all time, and their
// keys say so; the others once in a pass.
func (a *Actor) effect(target Target, pass string, action decide.Action) effect {
	in := inputs{}
	once := false
	switch action := action.(type) {
	case decide.AddLabel:
		in = inputs{Kind: addLabel, Label: action.Label}
	case decide.RemoveLabel:
		in = inputs{Kind: removeLabel, Label: action.Label}
	case decide.Reply:
		in, once = inputs{Kind: reply, Ref: action.Ref, Body: action.Body}, true
	case decide.Notify:
		in = inputs{Kind: notify, Comment: action.Comment, Body: action.Body}
	case decide.Merge:
		in, once = inputs{Kind: merge, SHA: action.SHA, Method: string(action.Method)}, true
	case decide.Assign:
		in = inputs{Kind: assign, Logins: action.Logins}
	case decide.Unassign:
		in = inputs{Kind: unassign, Logins: action.Logins}
	case decide.AskReview:
		in = inputs{Kind: askReview, Logins: action.Logins}
	case decide.UnaskReview:
		in = inputs{Kind: unaskReview, Logins: action.Logins}
	case decide.Edit:
		in = inputs{Kind: edit, Edit: &action}
	case decide.Close:
		in = inputs{Kind: closing, Reason: action.Reason}
	case decide.Reopen:
		in = inputs{Kind: reopen}
	case decide.SetStatus:
		in = inputs{Kind: setStatus, SHA: action.SHA, Context: action.Context, State: action.State, Text: action.Text}
	case decide.DeleteBranch:
		in = inputs{Kind: deleteBranch, Branch: action.Branch, SHA: action.SHA}
	case decide.CherryPick:
		in, once = inputs{Kind: cherryPick, Branch: action.Branch, Pick: &action}, true
	case decide.Propose:
		in, once = inputs{Kind: propose, Branch: action.Branch, Propose: &action}, true
	case decide.Pin:
		in = inputs{Kind: pin, Ref: action.Refused.Ref, Body: action.Refused.Body}
	case decide.Unpin:
		in = inputs{Kind: unpin, Ref: action.Refused.Ref, Body: action.Refused.Body}
	case decide.Transfer:
		in, once = inputs{Kind: transfer, To: action.To, Ref: action.Refused.Ref, Body: action.Refused.Body}, true
	default:
		panic(fmt.Sprintf("act: no effect for %T", action)) // the interface is sealed
	}
	e := effect{actor: a, target: target, inputs: in}
	words := []string{target.String(), in.Kind}
	for _, word := range append([]string{in.Label, in.Ref, in.Context, in.Branch, in.To}, in.Logins...) {
		if word != "" {
			words = append(words, word)
		}
	}
	switch {
	case in.Kind == merge:
		words = append(words, in.SHA)
	case !once:
		words = append(words, pass)
	}
	e.key = strings.Join(words, " ")
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
	case setStatus:
		return fmt.Sprintf("set the status %s of %s to %s: %s", in.Context, in.SHA, in.State, e.target)
	case assign, unassign, askReview, unaskReview:
		return fmt.Sprintf("%s %s: %s", in.Kind, strings.Join(in.Logins, ", "), e.target)
	case deleteBranch:
		return fmt.Sprintf("delete the branch %s: %s", in.Branch, e.target)
	case cherryPick:
		return fmt.Sprintf("cherry-pick to %s: %s", in.Branch, e.target)
	case propose:
		return fmt.Sprintf("open a pull request from %s: %s", in.Branch, e.target)
	case transfer:
		return fmt.Sprintf("transfer to %s: %s", in.To, e.target)
	}
	return fmt.Sprintf("%s: %s", e.inputs.Kind, e.target)
}

// perform does it.
func (e effect) perform(ctx context.Context) (outputs, error) {
	issues, t := e.actor.GitHub.Issues, e.target
	switch in := e.inputs; in.Kind {
	case addLabel:
		_, _, err := issues.AddLabelsToIssue(ctx, t.Owner, t.Name, t.Number, append([]string{in.Label}, e.also...))
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
	case cherryPick:
		return e.cherryPick(ctx)
	case propose:
		return e.propose(ctx)
	case pin, unpin:
		return e.pin(ctx)
	case transfer:
		return e.transfer(ctx)
	}
	return e.change(ctx)
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
	case cherryPick:
		return e.findPick(ctx)
	case propose:
		return e.findProposal(ctx)
	case pin, unpin:
		issue, err := e.issue(ctx)
		return outputs{}, issue.IsPinned == (in.Kind == pin), err
	case transfer:
		return e.findTransfer(ctx)
	}
	// The others set something to a value: what must be is decided anew from
	// what is.
	return outputs{}, false, nil
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
