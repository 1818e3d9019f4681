// SPDX-License-Identifier: Apache-2.0

package act

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/infra/github"
)

// node is an issue in GraphQL, which alone pins and transfers.
type node struct {
	ID       string
	IsPinned bool
}

func (e effect) issue(ctx context.Context) (node, error) {
	var answer struct{ Repository struct{ Issue node } }
	err := e.actor.GitHub.GraphQL(ctx, "query($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name){issue(number:$number){id isPinned}}}",
		map[string]any{"owner": e.target.Owner, "name": e.target.Name, "number": e.target.Number}, &answer)
	return answer.Repository.Issue, err
}

// pin pins an issue, or takes it off. What is so already GitHub would refuse.
func (e effect) pin(ctx context.Context) (outputs, error) {
	issue, err := e.issue(ctx)
	if err != nil || issue.IsPinned == (e.inputs.Kind == pin) {
		return outputs{}, err
	}
	mutation := fmt.Sprintf("mutation($id:ID!){%sIssue(input:{issueId:$id}){clientMutationId}}", e.inputs.Kind)
	if err := e.actor.GitHub.Mutate(ctx, mutation, map[string]any{"id": issue.ID}, &struct{}{}); err != nil {
		return e.tellRefusal(ctx, err)
	}
	return outputs{}, nil
}

// transfer moves an issue to another repository.
func (e effect) transfer(ctx context.Context) (outputs, error) {
	issue, err := e.issue(ctx)
	if err != nil {
		return outputs{}, err
	}
	owner, name, _ := strings.Cut(e.inputs.To, "/")
	var target struct{ Repository node }
	err = e.actor.GitHub.GraphQL(ctx, "query($owner:String!,$name:String!){repository(owner:$owner,name:$name){id}}", map[string]any{"owner": owner, "name": name}, &target)
	if err != nil {
		return outputs{}, err
	}
	var moved struct {
		TransferIssue struct{ Issue struct{ Number int } }
	}
	err = e.actor.GitHub.Mutate(ctx, "mutation($id:ID!,$to:ID!){transferIssue(input:{issueId:$id,repositoryId:$to}){issue{number}}}",
		map[string]any{"id": issue.ID, "to": target.Repository.ID}, &moved)
	if err != nil {
		return e.tellRefusal(ctx, err)
	}
	return outputs{Number: moved.TransferIssue.Issue.Number}, nil
}

// tellRefusal tells who asked for a mutation why GitHub refuses it. Any other
// error is returned: the mutation may have happened.
func (e effect) tellRefusal(ctx context.Context, err error) (outputs, error) {
	var refusal *github.GraphQLError
	if !errors.As(err, &refusal) || !refusal.Undone {
		return outputs{}, err
	}
	reason := strings.Join(refusal.Messages, "\n")
	e.actor.Log.Warn("GitHub refused", "action", e.describe(), "message", reason)
	e.inputs.Body = decide.SayRefused(e.inputs.Body, reason)
	out, err := e.comment(ctx, 0)
	out.Refused = reason
	return out, err
}

// findTransfer looks whether the issue is elsewhere by now, or its refusal was
// told.
func (e effect) findTransfer(ctx context.Context) (outputs, bool, error) {
	_, err := e.issue(ctx)
	if missing(err) {
		gone, err := e.actor.Gone(ctx, e.target)
		return outputs{}, gone, err
	}
	if err != nil {
		return outputs{}, false, err
	}
	return e.find(ctx, func(body string) bool { return decide.Marked(body, decide.Marker(e.inputs.Ref)) })
}

// Gone reports whether an issue that was not found was deleted, or transferred
// to where the actor can read it: its number never is anything again. GraphQL
// calls both missing, and so does REST of all but the issue itself: to where
// that is now it redirects, and of one deleted it says so. What the actor can't
// read is no more than not found.
// https://docs.github.com/en/rest/issues/issues#get-an-issue
func (a *Actor) Gone(ctx context.Context, target Target) (bool, error) {
	issue, _, err := a.GitHub.Issues.Get(ctx, target.Owner, target.Name, target.Number)
	switch status := github.StatusOf(err); {
	case status == http.StatusGone:
		return true, nil
	case status == http.StatusNotFound:
		return false, nil
	case err != nil:
		return false, err
	}
	return !strings.HasSuffix(strings.ToLower(issue.GetRepositoryURL()), "/"+strings.ToLower(target.Repository())), nil
}

// missing reports whether an error says that there is nothing.
func missing(err error) bool {
	status := github.StatusOf(err)
	return status == http.StatusNotFound || status == http.StatusGone
}
