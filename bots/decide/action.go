// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"cmp"
	"slices"

	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/bots/config"
)

// Action is one thing to do on GitHub.
type Action interface{ action() }

// The actions. Each is true to the state that was read: whoever carries one
// out twice does no harm, but for Reply, CherryPick, Propose and Transfer, which
// are for once.
type (
	// AddLabel puts a label on.
	AddLabel struct{ Label string }

	// RemoveLabel takes a label off.
	RemoveLabel struct{ Label string }

	// Reply answers, in a new comment and only once, what Ref names: a remark,
	// or what the bot noticed itself, such as "push-" and the head it is about.
	// Body begins with Marker(Ref).
	Reply struct {
		Ref  string
		Body string
	}

	// Notify writes the one comment that shows where a pull request stands:
	// the comment of that ID is edited, or for 0 a new one is written. Body
	// begins with StatusMarker.
	Notify struct {
		Comment int64
		Body    string
	}

	// Merge merges exactly the commit SHA, or nothing.
	Merge struct {
		SHA    string
		Method config.Method
	}

	// Assign and Unassign change who works on it.
	Assign   struct{ Logins []string }
	Unassign struct{ Logins []string }

	// AskReview and UnaskReview change who is asked for a review: a login, or
	// "org/team".
	AskReview   struct{ Logins []string }
	UnaskReview struct{ Logins []string }

	// Edit changes what is not nil.
	Edit struct {
		Title, Body *string
		// Milestone is the number of one, or 0 for none.
		Milestone *int
	}

	// Close and Reopen. Reason is "completed", "not_planned" or, for a pull
	// request, empty.
	Close  struct{ Reason string }
	Reopen struct{}

	// SetStatus sets a status of a commit.
	SetStatus struct {
		SHA, Context, State, Text string
	}

	// DeleteBranch deletes a branch of this repository if it is at SHA, and no
	// open pull request is to be merged into it.
	DeleteBranch struct{ Branch, SHA string }

	// CherryPick carries the commits of a merged pull request to another
	// branch: in a new branch, named Onto, and a pull request. Where they
	// conflict it opens an issue instead.
	CherryPick struct {
		Branch, Onto                string
		Title, Body                 string
		ConflictTitle, ConflictBody string
		Assignee                    string
	}

	// Propose opens a pull request that gives one file another text. Branch is
	// the bot's own, made on top of Commit, which Base was at.
	Propose struct {
		Branch, Base, Commit string
		Path, Text           string
		Title, Body          string
	}

	// Pin and Unpin put an issue at the top of the list of issues, and take it
	// off. Where GitHub refuses, Refused is said, with its reason.
	Pin   struct{ Refused Reply }
	Unpin struct{ Refused Reply }

	// Transfer moves an issue to the repository To, "owner/name". It comes last:
	// afterwards the number is gone. Where GitHub refuses, Refused is said, with
	// its reason.
	Transfer struct {
		To      string
		Refused Reply
	}
)

func (AddLabel) action()     {}
func (RemoveLabel) action()  {}
func (Reply) action()        {}
func (Notify) action()       {}
func (Merge) action()        {}
func (Assign) action()       {}
func (Unassign) action()     {}
func (AskReview) action()    {}
func (UnaskReview) action()  {}
func (Edit) action()         {}
func (Close) action()        {}
func (Reopen) action()       {}
func (SetStatus) action()    {}
func (DeleteBranch) action() {}
func (CherryPick) action()   {}
func (Propose) action()      {}
func (Pin) action()          {}
func (Unpin) action()        {}
func (Transfer) action()     {}

// changes returns what turns what is into what will be.
func (d *decision) changes() []Action {
	actions := d.labelling()
	if added, removed := difference(d.in.Assignees, d.assignees); len(added)+len(removed) > 0 {
		if len(added) > 0 {
			actions = append(actions, Assign{added})
		}
		if len(removed) > 0 {
			actions = append(actions, Unassign{removed})
		}
	}
	if d.in.Pull != nil {
		added, removed := difference(d.in.Pull.Requested, d.requested)
		if len(added) > 0 {
			actions = append(actions, AskReview{added})
		}
		if len(removed) > 0 {
			actions = append(actions, UnaskReview{removed})
		}
	}
	if e, ok := d.edit(); ok {
		actions = append(actions, e)
	}
	switch {
	case d.in.Open && !d.open:
		actions = append(actions, Close{d.reason})
	case !d.in.Open && d.open:
		actions = append(actions, Reopen{})
	}
	switch {
	case d.in.Pinned && !d.pinned:
		actions = append(actions, Unpin{d.refused})
	case !d.in.Pinned && d.pinned:
		actions = append(actions, Pin{d.refused})
	}
	actions = append(actions, d.more...)
	if d.transfer != nil {
		actions = append(actions, *d.transfer)
	}
	return actions
}

func (d *decision) edit() (Edit, bool) {
	e := Edit{}
	if d.title != d.in.Title {
		e.Title = &d.title
	}
	if len(d.in.Remarks) > 0 && d.in.Remarks[0].Ref == opening && d.body != d.in.Remarks[0].Body {
		e.Body = &d.body
	}
	if d.milestone != d.in.Milestone {
		number := 0
		for _, m := range d.in.Milestones {
			if m.Title == d.milestone {
				number = m.Number
			}
		}
		e.Milestone = &number
	}
	return e, e != Edit{}
}

// labelling returns what turns the labels that are into those that will be:
// first those of a review, then the others by name.
func (d *decision) labelling() []Action {
	added, removed := difference(d.in.Labels, d.labels)
	var actions []Action
	for _, label := range added {
		actions = append(actions, AddLabel{label})
	}
	for _, label := range removed {
		actions = append(actions, RemoveLabel{label})
	}
	first := []string{labels.Hold, labels.LGTM, labels.Approved}
	rank := func(a Action) (int, string) {
		label := ""
		switch a := a.(type) {
		case AddLabel:
			label = a.Label
		case RemoveLabel:
			label = a.Label
		}
		if i := slices.Index(first, label); i >= 0 {
			return i, label
		}
		return len(first), label
	}
	slices.SortStableFunc(actions, func(a, b Action) int {
		i, x := rank(a)
		j, y := rank(b)
		return cmp.Or(cmp.Compare(i, j), cmp.Compare(x, y))
	})
	return actions
}

// difference returns, sorted, what is only in after and only in before.
func difference(before, after []string) (added, removed []string) {
	for _, s := range after {
		if !containsFold(before, s) && !containsFold(added, s) {
			added = append(added, s)
		}
	}
	for _, s := range before {
		if !containsFold(after, s) && !containsFold(removed, s) {
			removed = append(removed, s)
		}
	}
	slices.Sort(added)
	slices.Sort(removed)
	return added, removed
}
