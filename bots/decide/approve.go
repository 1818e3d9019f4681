// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/bots/owners"
)

// approve obeys /approve, /approve no-issue and /approve cancel. Anybody may
// say it; whether it counts is judged each time, by the OWNERS files and the
// roles of that moment. An approval outlasts a push, as in Prow: it is the
// idea that is approved, and /lgtm that goes with the code.
func (d *decision) approve(r Remark, args []string) bool {
	switch strings.ToLower(strings.Join(args, " ")) {
	case "", "no-issue":
		d.vote(r, true)
	case "cancel":
		d.vote(r, false)
	default:
		return false
	}
	return true
}

func (d *decision) removeApprove(r Remark, args []string) bool {
	if len(args) > 0 {
		return false
	}
	d.vote(r, false)
	return true
}

func (d *decision) vote(r Remark, approve bool) {
	d.memory.Votes[owners.Normalize(r.Author)] = Vote{Approve: approve, At: r.At, URL: r.URL}
}

// coverage is where the approval of a pull request stands.
type coverage struct {
	owners.Coverage
	// by are those whose approval counts, with the reason, sorted by login.
	by []approval
	// uncounted said /approve in vain.
	uncounted []string
}

type approval struct {
	login string
	url   string // empty for the author's own, which nobody wrote
}

// judgeApproval holds the votes against the OWNERS files and sets the label.
// The label follows the files alone: one that was put on by hand is taken off,
// where Prow would take it for an approval of everything.
func (d *decision) judgeApproval() coverage {
	votes := d.votes()
	// The author of a change who may approve it has no reason to say so.
	author := owners.Normalize(d.in.Author)
	if _, voted := votes[author]; !voted {
		votes[author] = Vote{Approve: true}
	}
	var approving []string
	for login, v := range votes {
		if v.Approve && d.in.trusted(login) {
			approving = append(approving, login)
		}
	}
	c := coverage{Coverage: d.in.Owners.Cover(d.in.Pull.Changes, approving)}
	counted := make(map[string]bool)
	for _, part := range c.Parts {
		for _, login := range part.By {
			counted[login] = true
		}
	}
	for _, login := range slices.Sorted(maps.Keys(votes)) {
		switch v := votes[login]; {
		case counted[login]:
			c.by = append(c.by, approval{login: login, url: v.URL})
		case v.Approve && v.URL != "":
			c.uncounted = append(c.uncounted, login)
		}
	}
	if d.in.Settings.Has("approve") {
		d.label(labels.Approved, c.Covered() && len(d.in.Problems) == 0)
	}
	return c
}

// votes returns everybody's last word: a command, or a review that came after
// it. Reviews are taken as they are now, so that one that was dismissed is
// gone. GitHub's times are whole seconds: of a command and a review of one
// second, the one that withholds approval counts.
func (d *decision) votes() map[string]Vote {
	votes := maps.Clone(d.memory.Votes)
	for _, r := range d.in.Remarks {
		if r.Verdict != ApprovedReview && r.Verdict != ChangesRequested || d.in.own(r.Author) {
			continue
		}
		login := owners.Normalize(r.Author)
		last, ok := votes[login]
		objects := r.Verdict == ChangesRequested && r.At.Equal(last.At)
		if !ok || r.At.After(last.At) || objects {
			votes[login] = Vote{Approve: r.Verdict == ApprovedReview, At: r.At, URL: r.URL}
		}
	}
	return votes
}
