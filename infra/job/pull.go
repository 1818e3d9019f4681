// SPDX-License-Identifier: Apache-2.0

package job

import (
	"fmt"
	"slices"

	"sigs.k8s.io/prow/pkg/labels"
)

// Action is what happened to a pull request.
type Action string

// The actions that jobs run for, or are stopped for.
const (
	Opened         Action = "opened"
	Reopened       Action = "reopened"
	Synchronized   Action = "synchronize" // its commits are other ones
	Retargeted     Action = "retargeted"  // its base branch is another one
	ReadyForReview Action = "ready_for_review"
	Labeled        Action = "labeled"
	Commented      Action = "commented"
	Closed         Action = "closed"
	Drafted        Action = "converted_to_draft"
)

// Pull is an event of a pull request.
type Pull struct {
	Action Action
	Branch string // that it is to be merged into
	// Files are those that it changes. Of a renamed one they are both names.
	Files []string
	Draft bool
	// Conflicts says that it cannot be merged: what would be tested does not
	// exist.
	Conflicts bool
	Labels    []string
	// Statuses are those of its newest commit, by context: success, pending,
	// failure or error.
	Statuses map[string]string
	// AuthorTrusted and ByTrusted say whether whoever wrote the pull request,
	// and whoever made this event, may run what they like on our machines.
	AuthorTrusted, ByTrusted bool
	// ByUs says that the bot itself did it.
	ByUs bool
	// Label is the one that was put on.
	Label string
	// Comment is the text of a new comment, in Markdown.
	Comment string
	// IgnoreOkToTest makes /ok-to-test no command.
	IgnoreOkToTest bool
}

// Plan says which presubmits run.
func (e Pull) Plan(presubmits []*Job) Plan {
	switch e.Action {
	case Opened:
		return e.opened(presubmits)
	case Reopened, Retargeted, ReadyForReview:
		return e.update(presubmits, Plan{Why: "the pull request was " + map[Action]string{
			Reopened: "opened again", Retargeted: "moved to another branch", ReadyForReview: "made ready for review",
		}[e.Action]})
	case Synchronized:
		return e.update(presubmits, Plan{Why: "the pull request has new commits", Abort: "the pull request has new commits"})
	case Closed, Drafted:
		why := map[Action]string{Closed: "the pull request was closed", Drafted: "the pull request was made a draft"}[e.Action]
		p := Plan{Why: why, Abort: why}
		p.skipAll(presubmits, why)
		return p
	case Labeled:
		return e.labeled(presubmits)
	case Commented:
		return e.commented(presubmits)
	}
	p := Plan{Why: fmt.Sprintf("nothing runs for %q", e.Action)}
	p.skipAll(presubmits, p.Why)
	return p
}

// waits is why nothing runs for somebody who is not trusted.
const waits = "the author is not trusted, and nobody who is wrote /ok-to-test"

func (e Pull) has(label string) bool { return slices.Contains(e.Labels, label) }

// trusted reports whether the pull request may be tested by itself.
func (e Pull) trusted() bool { return e.AuthorTrusted || e.has(labels.OkToTest) }

func (e Pull) opened(presubmits []*Job) Plan {
	p := Plan{Why: "the pull request was opened"}
	if e.AuthorTrusted {
		if e.Draft && len(presubmits) > 0 {
			p.Reply = "This is a draft: nothing is tested by itself until it is marked as ready for review. `/test all` tests it now."
		}
		return e.all(presubmits, p)
	}
	// Without jobs there is nothing to protect.
	if len(presubmits) > 0 {
		p.Reply = "Somebody who is trusted has to look at this first, and allow it to be tested with `/ok-to-test`. Until then they can test it with `/test all`."
		if e.IgnoreOkToTest {
			p.Reply = "Somebody who is trusted has to look at this first, and can then test it with `/test all`."
		} else if !e.has(labels.OkToTest) {
			p.Add = []string{labels.NeedsOkToTest}
		}
	}
	p.skipAll(presubmits, waits)
	return p
}

// update tests a pull request that changed, if it may be.
func (e Pull) update(presubmits []*Job, p Plan) Plan {
	if !e.trusted() {
		p.skipAll(presubmits, waits)
		return p
	}
	if e.has(labels.NeedsOkToTest) {
		p.Remove = []string{labels.NeedsOkToTest}
	}
	return e.all(presubmits, p)
}

func (e Pull) labeled(presubmits []*Job) Plan {
	p := Plan{Why: "the label " + e.Label + " was put on"}
	switch {
	case e.Label == labels.LGTM && !e.trusted():
		p.Why = "somebody looked at it and wrote /lgtm: it is tested once, although the author is not trusted"
		return e.all(presubmits, p)
	case e.Label == labels.OkToTest && !e.ByUs:
		return e.all(presubmits, p)
	case e.Label == labels.OkToTest:
		p.Why = "the bot put " + e.Label + " on: what made it do so had the jobs run"
	}
	p.skipAll(presubmits, "nothing runs for this label")
	return p
}

// all runs what runs by itself.
func (e Pull) all(presubmits []*Job, p Plan) Plan {
	if e.Draft {
		p.skipAll(presubmits, "the pull request is a draft")
		return p
	}
	if e.Conflicts {
		p.skipAll(presubmits, conflicting)
		return p
	}
	p.choose(presubmits, func(j *Job) (bool, string) { return automatic(j, e.Branch, e.Files) })
	e.settle(&p)
	return p
}

const conflicting = "the pull request cannot be merged: there is nothing to test until its conflicts are resolved"

// settle finds the statuses of jobs that the files do not make run.
func (e Pull) settle(p *Plan) {
	taken := make(map[string]bool)
	for _, c := range p.Run {
		taken[c.Job.Report.Context] = true
	}
	for _, c := range p.Skip {
		j := c.Job
		context := j.Report.Context
		if j.Report.Skip || !j.When.byFiles() || !j.When.On(e.Branch) || taken[context] || e.Statuses[context] != "" {
			continue
		}
		taken[context] = true
		p.Skipped = append(p.Skipped, Status{Context: context, Description: "Skipped: " + c.Why})
	}
}
