// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
)

// What the repository has, for both sides.
var (
	repoLabels = []string{
		"area/api", "area/docs", "committee/steering", "kind/bug", "kind/feature", "kind/deprecation", "language/go", "priority/high", "priority/low",
		"sig/node", "sig/network", "stage/alpha", "stage/beta", "stage/stable", "triage/accepted", "triage/duplicate", "wg/batch", "tide/merge-method-squash",
		"needs info", "good first issue", "help wanted", "lgtm", "approved", "do-not-merge/hold",
		"lifecycle/active", "lifecycle/frozen", "lifecycle/stale", "lifecycle/rotten",
	}
	additional = []string{"tide/merge-method-squash", "needs info"}
	milestones = []string{"v1.0", "v1.1", "Next Release"}
)

var noon = time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)

// ours is our judgement.
type ours struct{ settings config.Settings }

func newOurs(features ...string) *ours {
	s := config.Default()
	s.Features = append(slices.Clone(s.Features), features...)
	s.Labels.Additional = additional
	return &ours{s}
}

// input writes a state down as what we judge. What was said before was
// answered.
func (o *ours) input(s *state) decide.Input {
	in := decide.Input{
		Login: botLogin, Repo: org + "/" + repo, Number: number, Author: s.author, Title: s.title, Open: s.open, Labels: slices.Clone(s.labels),
		Assignees: slices.Clone(s.assignees), Milestone: s.milestone, Created: noon, Updated: noon, Now: noon.Add(time.Hour),
		Roles: s.roles, Settings: o.settings, Owners: owners.Parse(map[string]string{"OWNERS": ownersText}),
		RepoLabels: repoLabels, Assignable: make(map[string]bool),
		Remarks: []decide.Remark{{Ref: "opening", Author: s.author, Body: s.body, At: noon}},
		Memory:  decide.Memory{Known: true, Answered: []string{"opening"}, Votes: make(map[string]decide.Vote), Asked: true},
	}
	for i, title := range milestones {
		in.Milestones = append(in.Milestones, decide.Milestone{Number: i + 1, Title: title})
	}
	for login := range s.roles {
		in.Assignable[login] = s.may(login)
	}
	for _, login := range s.approved {
		in.Memory.Votes[login] = decide.Vote{Approve: true, At: noon, URL: "https://github.test/1"}
	}
	if !s.pull {
		return in
	}
	yes := true
	in.Pull = &decide.Pull{
		Head: "head", Tree: "tree", Base: "master", Requested: slices.Clone(s.requested), Lines: s.files, Committed: noon.Add(-time.Hour),
		Draft: s.draft, Merged: s.merged, Mergeable: &yes,
	}
	if containsFold(s.labels, "lgtm") {
		in.Memory.LGTM = &decide.LGTM{By: "carol", Tree: "tree"}
	}
	for file := range s.files {
		in.Pull.Changes = append(in.Pull.Changes, owners.Change{Path: file, From: s.renamed[file]})
	}
	return in
}

// comment returns the state after we heard a comment.
func (o *ours) comment(t *testing.T, before *state, login, body string) *state {
	t.Helper()
	in := o.input(before)
	in.Remarks = append(in.Remarks, decide.Remark{Ref: "comment-100", ID: 100, Author: login, Body: body, At: noon.Add(time.Minute), URL: "https://github.test/2"})
	return apply(t, before, decide.Decide(in))
}

// opened returns the state after we looked at it for the first time.
func (o *ours) opened(t *testing.T, before *state) *state {
	t.Helper()
	return apply(t, before, decide.Decide(o.input(before)))
}

// apply does to a state what was decided.
func apply(t *testing.T, before *state, plan decide.Plan) *state {
	t.Helper()
	s := before.clone()
	for _, a := range plan.Actions {
		switch a := a.(type) {
		case decide.AddLabel:
			s.labels = append(s.labels, a.Label)
		case decide.RemoveLabel:
			s.labels = without(s.labels, a.Label)
		case decide.Assign:
			for _, login := range a.Logins {
				s.assignees = with(s.assignees, login)
			}
		case decide.Unassign:
			for _, login := range a.Logins {
				s.assignees = without(s.assignees, login)
			}
		case decide.AskReview:
			for _, login := range a.Logins {
				s.requested = with(s.requested, login)
			}
		case decide.UnaskReview:
			for _, login := range a.Logins {
				s.requested = without(s.requested, login)
			}
		case decide.Edit:
			if a.Title != nil {
				s.title = *a.Title
			}
			if a.Milestone != nil {
				s.milestone = strings.Join(milestones[max(*a.Milestone-1, 0):*a.Milestone], "")
			}
		case decide.Close:
			s.open, s.reason = false, a.Reason
		case decide.Reopen:
			s.open, s.reason = true, ""
		case decide.Reply, decide.Notify, decide.Merge:
		default:
			t.Fatalf("an action that no state has: %s", decide.Describe(a))
		}
	}
	return s
}
