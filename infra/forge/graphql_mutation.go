// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
)

// Each checks all that it could refuse before it changes anything: what was
// changed stays, although the answer has an error.
var mutationFields = map[string]resolver{
	"transferIssue": mutation("TransferIssue", func(q *query, f hit, in mutationInput) (hit, error) {
		to, err := q.transferTarget(f, in)
		if err != nil {
			return hit{}, err
		}
		moved, err := q.transfer(f, to, in.CreateLabels)
		return hit{to, moved}, err
	}),
	"pinIssue":   mutation("PinIssue", func(q *query, f hit, _ mutationInput) (hit, error) { return f, q.setPinned(f, true) }),
	"unpinIssue": mutation("UnpinIssue", func(q *query, f hit, _ mutationInput) (hit, error) { return f, q.setPinned(f, false) }),
}

// mutation makes the resolver of a mutation of an issue.
func mutation(name string, do func(q *query, f hit, in mutationInput) (hit, error)) resolver {
	return field(func(q *query, _ root, a args) (any, error) {
		in, f, err := q.issueInput(name, a)
		if err != nil {
			return nil, err
		}
		changed, err := do(q, f, in)
		if err != nil {
			return nil, err
		}
		return changedIssue{name + "Payload", in.Client, changed}, nil
	})
}

// mutationInput is the input of the mutations of an issue.
type mutationInput struct {
	Client       *string `json:"clientMutationId"`
	CreateLabels bool    `json:"createLabelsIfMissing"`
	Issue        string  `json:"issueId"`
	Repository   string  `json:"repositoryId"`
}

// issueInput reads the input of a mutation, and finds its issue, which who asks
// may change.
func (q *query) issueInput(mutation string, a args) (in mutationInput, f hit, err error) {
	if err := decodeInto(a["input"], &in); err != nil {
		return in, f, err
	}
	missing := &graphqlError{Type: "NOT_FOUND", Message: fmt.Sprintf("Could not resolve to Issue node with the global id of '%s'.", in.Issue)}
	typ, id, known := parseNodeID(in.Issue)
	if !known || typ != "Issue" {
		return in, f, missing
	}
	found, err := q.issueByID(id)
	if errors.Is(err, errMissing) {
		return in, f, missing
	}
	if err != nil {
		return in, f, err
	}
	f = found.(hit)
	if f.Pull != nil {
		return in, f, missing
	}
	return in, f, q.mayWrite(mutation, f.repo)
}

// mayWrite refuses a mutation of what is in a repository to who may not write
// there.
func (q *query) mayWrite(mutation string, r *repository) error {
	have, err := q.myLevel(r)
	refusal := "Resource not accessible by integration"
	if err == nil && q.isIntegration() {
		have, err = q.grantLevel(r, "issues")
	} else if err == nil {
		refusal = fmt.Sprintf("%s does not have the correct permissions to execute `%s`", q.me().Login, mutation)
	}
	switch {
	case err != nil:
		return err
	case have < levelWrite:
		return &graphqlError{Type: "FORBIDDEN", Message: refusal}
	case r.Archived:
		return impossible("Repository was archived so is read-only.")
	}
	return nil
}

// impossible refuses what makes no sense as things are.
func impossible(message string) error {
	return &graphqlError{Type: "UNPROCESSABLE", Message: message}
}

// transferTarget finds the repository that an issue can be transferred to.
// https://docs.github.com/en/issues/tracking-your-work-with-issues/administering-issues/transferring-an-issue-to-another-repository
func (q *query) transferTarget(f hit, in mutationInput) (*repository, error) {
	typ, id, known := parseNodeID(in.Repository)
	to, err := q.visibleRepo(repositories.get(q.tx, id))
	if !known || typ != "Repository" || errors.Is(err, errMissing) {
		return nil, &graphqlError{Type: "NOT_FOUND", Message: fmt.Sprintf("Could not resolve to Repository node with the global id of '%s'.", in.Repository)}
	}
	if err != nil {
		return nil, err
	}
	if err := q.mayWrite("TransferIssue", to); err != nil {
		return nil, err
	}
	switch {
	case to.ID == f.repo.ID:
		return nil, impossible("The issue is in this repository already.")
	case to.Parent != f.repo.Parent:
		return nil, impossible("Issues can only be transferred to repositories of the same owner.")
	case !to.HasIssues:
		return nil, impossible("Issues are disabled in the repository to transfer to.")
	case f.repo.Private && !to.Private:
		return nil, impossible("Issues of private repositories can't be transferred to public ones.")
	}
	return to, nil
}

// changedIssue is what a mutation of an issue answers.
type changedIssue struct {
	typ    string
	client *string
	of     hit
}

func (c changedIssue) graphType() string { return c.typ }

var (
	movedFields = map[string]resolver{
		"clientMutationId": plain(func(c changedIssue) any { return c.client }),
		"issue":            plain(func(c changedIssue) any { return c.of }),
	}
	unpinnedFields = with(movedFields, map[string]resolver{
		"id": plain(func(c changedIssue) any { return nodeID("PinnedIssue", c.of.ID) }),
	})
)

// transferred is the event of an issue that came from another repository.
type transferred struct {
	of hit
	*issueEvent
}

func (transferred) graphType() string { return "TransferredEvent" }

var transferredFields = map[string]resolver{
	"id":        plain(func(e transferred) any { return nodeID("TransferredEvent", e.ID) }),
	"createdAt": plain(func(e transferred) any { return stamp(e.CreatedAt) }),
	"issue":     plain(func(e transferred) any { return e.of }),
	"actor":     field(func(q *query, e transferred, _ args) (any, error) { return q.account(e.Actor) }),
	"fromRepository": field(func(q *query, e transferred, _ args) (any, error) {
		r, err := q.visibleRepo(repositories.get(q.tx, e.FromRepo))
		if errors.Is(err, errMissing) {
			return nil, nil
		}
		return r, err
	}),
}

// transfers answers the timeline, of which it knows the transfers alone.
func (q *query) transfers(f hit, a args) (any, error) {
	if len(a.texts("itemTypes")) == 0 {
		return nil, &graphqlError{Message: "not emulated: timelineItems without itemTypes"}
	}
	all, err := issueEvents.list(q.tx, f.ID)
	if err != nil {
		return nil, err
	}
	var came []transferred
	for _, e := range all {
		if e.Event == "transferred" {
			came = append(came, transferred{f, e})
		}
	}
	return pageOf("IssueTimelineItemsConnection", came, func(e transferred) string { return idKey(e.ID) },
		func(e transferred) (any, error) { return e, nil }, a)
}
