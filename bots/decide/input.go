// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/owners"
)

// Input is all that a decision depends on.
type Input struct {
	// Login is the bot's own account: it does not answer itself.
	Login string
	// Repo is "owner/name", Number the pull request or issue.
	Repo   string
	Number int
	Author string
	Open   bool
	Labels []string
	// Pull is what only a pull request has; nil for an issue.
	Pull *Pull
	// Remarks are everything that was said there, the opening text first, then
	// by time.
	Remarks []Remark
	// Roles is the role in the repository of those whom Needs asked for, by
	// normalized login.
	Roles map[string]string
	// Settings and Owners are the base branch's.
	Settings config.Settings
	Owners   *owners.Tree
	// Problems are reasons not to trust what is above: settings that do not
	// parse, a list of files that GitHub cut short. While there is one,
	// nothing is approved or merged.
	Problems []string
	// Releases are the open tracking issues, if Needs asked for them.
	Releases []Release
	// Memory is what the last decision on this number returned.
	Memory Memory
}

// Pull is what only a pull request has.
type Pull struct {
	// Head is the commit that would be merged, Tree its tree.
	Head, Tree string
	// Committed is the date that the head commit gives itself.
	Committed time.Time
	Draft     bool
	Merged    bool
	// Mergeable is GitHub's answer whether it can be merged without a
	// conflict; nil while it still computes that.
	Mergeable *bool
	Changes   []owners.Change
	Checks    []Check
}

// Check is a status or a check run of the head.
type Check struct {
	Name  string
	State CheckState
}

// CheckState is how far a check is.
type CheckState string

// The states of a check. What is neither green nor known to be red is pending.
const (
	Green   CheckState = "green"
	Pending CheckState = "pending"
	Red     CheckState = "red"
)

// Remark is something that somebody said: the opening text, a comment, or a
// review.
type Remark struct {
	// Ref names the remark among those of its number: "comment-123".
	Ref    string
	ID     int64 // GitHub's, of a comment
	Author string
	Body   string
	URL    string
	At     time.Time
	// Edited: the text is not what was first sent. GitHub's REST interface
	// does not say who edited it, and anybody with write access may edit the
	// comments of others: words could be put into an approver's mouth.
	Edited bool
	// Verdict and Commit are those of a review.
	Verdict Verdict
	Commit  string
}

// Verdict is what a review says beside its text.
type Verdict string

// The verdicts that matter. Others, such as a comment or a dismissed review,
// say nothing.
const (
	ApprovedReview   Verdict = "APPROVED"
	ChangesRequested Verdict = "CHANGES_REQUESTED"
)

// Release is an open tracking issue.
type Release struct {
	Number int
	URL    string
	Body   string
}

// Memory is what the bot must remember of a number between two decisions. It
// is kept by the bot itself, not in a comment, where others could edit it.
type Memory struct {
	// Known: there was a decision before. Without one, nothing is known of
	// what happened up to now.
	Known bool `json:"known"`
	// Answered are the refs of the remarks whose commands were obeyed or
	// refused: each is taken once. Sorted.
	Answered []string `json:"answered,omitempty"`
	// Votes are the last words on approval, by normalized login.
	Votes map[string]Vote `json:"votes,omitempty"`
	// LGTM is what the label lgtm, if it is there, was given for.
	LGTM *LGTM `json:"lgtm,omitempty"`
	// Refusal is GitHub's last refusal to merge.
	Refusal *Refusal `json:"refusal,omitempty"`
}

// Refusal is why GitHub did not merge a commit that met all criteria: rules of
// its own, mostly, such as branch protection.
type Refusal struct {
	SHA     string `json:"sha"`
	Message string `json:"message"`
}

// Vote is one person's last /approve or its cancelling.
type Vote struct {
	Approve bool      `json:"approve"`
	At      time.Time `json:"at"`
	URL     string    `json:"url"`
}

// LGTM is what somebody found to look good.
type LGTM struct {
	By   string `json:"by,omitempty"` // empty for a label put on by hand
	Tree string `json:"tree"`
}

// Needs are facts that Decide needs for some inputs only, and that are asked
// for first because each costs a request.
type Needs struct {
	// Roles are the logins whose role matters, normalized and sorted.
	Roles []string
	// Releases: the open tracking issues.
	Releases bool
}

// Need returns which further facts Decide needs to judge in.
func Need(in Input) Needs {
	logins := make(map[string]bool)
	n := Needs{}
	for _, r := range in.Remarks {
		if in.own(r.Author) {
			continue
		}
		if in.Open && in.Pull != nil && (r.Verdict == ApprovedReview || r.Verdict == ChangesRequested) {
			logins[owners.Normalize(r.Author)] = true
		}
		for _, c := range in.news(r) {
			logins[owners.Normalize(r.Author)] = true
			n.Releases = n.Releases || c.Name == "release"
		}
	}
	if in.Open && in.Pull != nil {
		logins[owners.Normalize(in.Author)] = true
		for login := range in.Memory.Votes {
			logins[login] = true
		}
	}
	n.Roles = slices.Sorted(maps.Keys(logins))
	return n
}

// own reports whether a login is the bot's. A GitHub App's comments are by
// "name[bot]".
func (in Input) own(login string) bool {
	return strings.EqualFold(strings.TrimSuffix(login, "[bot]"), strings.TrimSuffix(in.Login, "[bot]"))
}

func (in Input) trusted(login string) bool {
	return slices.Contains(in.Settings.TrustedRoles, strings.ToLower(in.Roles[owners.Normalize(login)]))
}

// Subject names what the input is about, "owner/name#7".
func (in Input) Subject() string { return fmt.Sprintf("%s#%d", in.Repo, in.Number) }

func (m Memory) clone() Memory {
	m.Answered = slices.Clone(m.Answered)
	m.Votes = maps.Clone(m.Votes)
	if m.Votes == nil {
		m.Votes = make(map[string]Vote)
	}
	if m.LGTM != nil {
		lgtm := *m.LGTM
		m.LGTM = &lgtm
	}
	m.Known = true
	return m
}

func (m *Memory) answered(ref string) bool {
	_, found := slices.BinarySearch(m.Answered, ref)
	return found
}

func (m *Memory) answer(ref string) {
	if i, found := slices.BinarySearch(m.Answered, ref); !found {
		m.Answered = slices.Insert(m.Answered, i, ref)
	}
}
