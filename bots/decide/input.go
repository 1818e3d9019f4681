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
	// Newcomer: GitHub knows no earlier contribution of the author's here.
	Newcomer bool
	Title    string
	Open     bool
	// Pinned: the issue is at the top of the list of issues.
	Pinned bool
	// Arrived is when the issue was transferred here from another repository;
	// zero for one that was opened here.
	Arrived time.Time
	Labels  []string
	// Assignees are logins; Milestone is a title, or empty.
	Assignees []string
	Milestone string
	// Created and Updated are GitHub's; Now is when this was read.
	Created, Updated, Now time.Time
	// Pull is what only a pull request has; nil for an issue.
	Pull *Pull
	// Remarks are everything that was said there, the opening text first, then
	// by time.
	Remarks []Remark
	// Roles is the role in the repository of those whom Needs asked for, by
	// normalized login.
	Roles map[string]string
	// Settings and Owners are the base branch's; of an issue, Owners are the
	// root's, if Needs asked for them.
	Settings config.Settings
	Owners   *owners.Tree
	// Own is the text of the repository's own settings, which Settings come
	// of.
	Own string
	// Attributes is the text of the base branch's .gitattributes.
	Attributes string
	// Problems are reasons not to trust what is above: settings that do not
	// parse, a list of files that GitHub cut short. While there is one,
	// nothing is approved or merged.
	Problems []string
	// Releases are the open tracking issues, if Needs asked for them, and so on.
	Releases []Release
	// Blockers are the open issues with the label that stops merges.
	Blockers []Blocker
	// Rotation is nil without one.
	Rotation   *Rotation
	RepoLabels []string
	Milestones []Milestone
	// Assignable are those of Needs.Assignable whom GitHub lets be assigned
	// and asked for a review, normalized.
	Assignable map[string]bool
	// Targets are those of Targets that GitHub shows the bot, by name in lower
	// case.
	Targets map[string]Target
	// Load is in how many open pull requests of the repository each is asked
	// for a review, by normalized login.
	Load map[string]int
	// Queue is what the merge queue does with it, in words; empty without one.
	Queue string
	// Memory is what the last decision on this number returned.
	Memory Memory
}

// Pull is what only a pull request has.
type Pull struct {
	// Head is the commit that would be merged, Tree its tree.
	Head, Tree string
	// Base is the branch that it is to be merged into.
	Base string
	// Branch is the branch of this same repository that it comes from; empty
	// for one from a fork. Protected: it is the default branch, or protected.
	Branch    string
	Protected bool
	// Requested are those who are asked for a review.
	Requested []string
	// Lines is by how many lines each file changes, by path.
	Lines map[string]int
	// Commits are its own, if Needs asked for them; the first 250.
	Commits []Commit
	// OwnersFiles are the texts at the head of the OWNERS files and the
	// OWNERS_ALIASES that it changes, by path; without those that it deletes.
	OwnersFiles map[string]string
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

// Commit is one of a pull request's.
type Commit struct {
	SHA, Message string
	// Author and Email are what the commit itself says.
	Author, Email string
	Parents       int
}

// Milestone is an open one.
type Milestone struct {
	Number int
	Title  string
}

// Check is a status or a check run of the head.
type Check struct {
	Name  string
	State CheckState
	// Status: it is a status, which can be set anew; a check run belongs to
	// whoever made it.
	Status bool
	// Text is the description of a status.
	Text string
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
	// Edited: the text is not what was first sent. Anybody with write access
	// may edit the comments of others, and which of several edits was whose
	// is not asked: words could be put into an approver's mouth.
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

// Blocker is an open issue that stops merges.
type Blocker struct {
	Number int
	Title  string
}

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
	// Tree is what the files were when the pull request was last read.
	Tree string `json:"tree,omitempty"`
	// Refusal is GitHub's last refusal to merge.
	Refusal *Refusal `json:"refusal,omitempty"`
	// Overrides are the failed checks that an administrator takes for passed,
	// by name.
	Overrides map[string]Override `json:"overrides,omitempty"`
	// Asked: owners were asked for a review, or somebody else saw to it.
	Asked bool `json:"asked,omitempty"`
	// Labelled is the head for which the labels of the OWNERS files were put
	// on: who takes one off has the last word.
	Labelled string `json:"labelled,omitempty"`
	// Picks are the branches that the change is to be carried to, and who
	// wanted it.
	Picks map[string]Pick `json:"picks,omitempty"`
	// Swaps are what people have asked others to swap, by release.
	Swaps map[string]Swap `json:"swaps,omitempty"`
	// Blocks: the issue stops merges.
	Blocks bool `json:"blocks,omitempty"`
	// Arrived is the last Input.Arrived that told a time.
	Arrived time.Time `json:"arrived,omitzero"`
	// Cleaned: the branch of the merged pull request was seen to.
	Cleaned bool `json:"cleaned,omitempty"`
}

// Override is one check of one commit.
type Override struct {
	By  string `json:"by"`
	SHA string `json:"sha"`
}

// Pick is one branch for /cherry-pick.
type Pick struct {
	By   string `json:"by"`
	Done bool   `json:"done,omitempty"`
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
	// Blockers: the open issues with the label of the settings for that.
	Blockers bool
	// Rotation: who leads.
	Rotation bool
	// Owners: the OWNERS file at the root.
	Owners bool
	// Labels and Milestones: those that the repository has.
	Labels, Milestones bool
	// Assignable are the logins that somebody wants assigned or asked,
	// normalized and sorted.
	Assignable []string
	// Commits: those of the pull request.
	Commits bool
	// Load: who is asked for how many reviews.
	Load bool
}

// Need returns which further facts Decide needs to judge in.
func Need(in Input) Needs {
	n := Needs{Blockers: in.Open && in.Pull != nil && in.Settings.Merge.BlockerLabel != ""}
	logins, targets := make(map[string]bool), make(map[string]bool)
	open := in.Open && in.Pull != nil
	for _, r := range in.Remarks {
		if in.own(r.Author) {
			continue
		}
		if open && (r.Verdict == ApprovedReview || r.Verdict == ChangesRequested) {
			logins[owners.Normalize(r.Author)] = true
		}
		for _, c := range in.news(r) {
			logins[owners.Normalize(r.Author)] = true
			switch {
			case c.Name == "release":
				n.Releases = true
			case c.Name == "release-lead":
				n.Rotation = true
			case in.Pull == nil && slices.Contains([]string{"pin-issue", "unpin-issue"}, c.Name):
				n.Owners = true
			case c.Name == "milestone":
				n.Milestones = true
			case c.Name == "label" || slices.Contains(in.Settings.Labels.Prefixes, c.Name):
				n.Labels = true
			case c.Name == "auto-cc":
				n.Load = true
			case slices.Contains([]string{"assign", "cc"}, c.Name):
				for _, login := range logged(r, c.Args) {
					targets[login] = true
				}
			}
		}
	}
	if open {
		logins[owners.Normalize(in.Author)] = true
		for login := range in.Memory.Votes {
			logins[login] = true
		}
		n.Load = n.Load || in.wantsReviewers()
		if n.Load {
			for _, login := range in.candidates() {
				targets[login] = true
			}
		}
		if in.Settings.Has("verify-owners") {
			for _, login := range in.named() {
				logins[login] = true
			}
		}
		n.Commits = slices.ContainsFunc([]string{"dco", "mergecommitblocker", "invalidcommitmsg"}, in.Settings.Has)
	}
	n.Roles = slices.Sorted(maps.Keys(logins))
	n.Assignable = slices.Sorted(maps.Keys(targets))
	return n
}

// own reports whether a login is the bot's. A GitHub App's comments are by
// "name[bot]".
func (in Input) own(login string) bool {
	return strings.EqualFold(strings.TrimSuffix(login, "[bot]"), strings.TrimSuffix(in.Login, "[bot]"))
}

func (in Input) trusted(login string) bool {
	return slices.Contains(in.Settings.TrustedRoles, strings.ToLower(in.roleOf(login)))
}

func (in Input) roleOf(login string) string { return in.Roles[owners.Normalize(login)] }

// Subject names what the input is about, "owner/name#7".
func (in Input) Subject() string { return fmt.Sprintf("%s#%d", in.Repo, in.Number) }

func (m Memory) clone() Memory {
	m.Answered = slices.Clone(m.Answered)
	m.Votes = maps.Clone(m.Votes)
	if m.Votes == nil {
		m.Votes = make(map[string]Vote)
	}
	m.Overrides, m.Picks, m.Swaps = maps.Clone(m.Overrides), maps.Clone(m.Picks), maps.Clone(m.Swaps)
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
