// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/bots/queue"
)

// Criterion is one thing that must hold for a merge.
type Criterion struct {
	Name string `json:"name"`
	Met  bool   `json:"met"`
	// Unknown: GitHub has not said yet. Then Met is false.
	Unknown bool   `json:"unknown,omitempty"`
	Why     string `json:"why"`
	// Who can satisfy it, where that is known: logins, without @.
	Who []string `json:"who,omitempty"`
	// How: the command that does, or whose author does.
	How string `json:"how,omitempty"`
	// Source is the key of the settings that asks for it; empty for what
	// always holds.
	Source string `json:"source,omitempty"`
}

// criteria lists what must hold, in the order in which people get to it.
func (d *decision) criteria(c coverage) []Criterion {
	all := []Criterion{d.readable(), d.notDraft()}
	for _, label := range d.in.Settings.Merge.RequiredLabels {
		all = append(all, d.requiredLabel(label, c))
	}
	all = append(all, d.notForbidden(), d.checks(), d.noConflict())
	if len(d.in.Settings.Merge.Freezes) > 0 {
		all = append(all, d.noFreeze())
	}
	if d.in.Settings.Merge.BlockerLabel != "" {
		all = append(all, d.noBlocker())
	}
	if d.in.Settings.Merge.Queue != nil {
		all = append(all, Criterion{Name: inQueue, Why: cmp.Or(d.in.Queue, "it is not there: all else comes first"), Source: "merge.queue"})
	}
	return all
}

// The criteria that the merge queue sees to itself.
const (
	unfrozen = "no freeze"
	unbarred = "no blocker"
	inQueue  = "merge queue"
)

// Near reports whether nothing is missing for a merge that somebody must do to
// the pull request itself: what its base, the calendar or other pull requests
// do can let it be merged, or label it.
func Near(in Input, p Plan) bool {
	if in.Pull == nil || !in.Open {
		return false
	}
	return in.Settings.Has("needs-rebase") || !slices.ContainsFunc(p.Criteria, func(c Criterion) bool {
		return !c.Met && !c.Unknown && !slices.Contains([]string{noConflict, unfrozen, unbarred, inQueue}, c.Name)
	})
}

// noConflict is the criterion that GitHub takes its time for.
const noConflict = "no conflict"

func (d *decision) noBlocker() Criterion {
	c := Criterion{Name: unbarred, Met: true, Why: "no open issue stops merges", Source: "merge.blocker_label"}
	if why := Blocked(d.in.Blockers, d.in.Pull.Base); why != "" {
		c.Met, c.Why = false, why
	}
	return c
}

// ofBranch finds the branches that a blocker's title names; without one it is
// about all of them. The words are Prow's.
var ofBranch = regexp.MustCompile(`(?i)\bbranch:\s*"?([\w./-]+)`)

// Blocked returns why nothing is merged into a branch, or "".
func Blocked(blockers []Blocker, base string) string {
	var stop []string
	for _, b := range blockers {
		named := ofBranch.FindAllStringSubmatch(b.Title, -1)
		if len(named) == 0 || slices.ContainsFunc(named, func(m []string) bool { return m[1] == base }) {
			stop = append(stop, fmt.Sprintf("#%d", b.Number))
		}
	}
	if len(stop) == 0 {
		return ""
	}
	return "nothing is merged while " + strings.Join(stop, ", ") + " is open"
}

func (d *decision) noFreeze() Criterion {
	c := Criterion{Name: unfrozen, Met: true, Why: "merges are open", Source: "merge.freezes"}
	if why := d.in.Settings.Merge.Frozen(d.in.Now); why != "" {
		c.Met, c.Why = false, why
	}
	return c
}

// enter returns the entry for the merge queue, once all is met that is not the
// queue's own.
func (d *decision) enter(criteria []Criterion, cov coverage) (_ *queue.Entry, lookAgain bool) {
	for _, c := range criteria {
		switch {
		case c.Name == unfrozen || c.Name == unbarred || c.Name == inQueue:
		case c.Name == noConflict && c.Unknown:
			// Building a candidate tells, and GitHub computes anew each time
			// that the base moves.
		case c.Unknown:
			lookAgain = true
		case !c.Met:
			return nil, false
		}
	}
	if lookAgain {
		return nil, true
	}
	e := &queue.Entry{Pull: queue.Pull{
		Number: d.in.Number, Head: d.in.Pull.Head, How: string(d.in.Settings.Merge.MethodFor(d.labels)),
	}}
	for _, p := range cov.Parts {
		if !slices.Contains(e.Areas, p.Dir) {
			e.Areas = append(e.Areas, p.Dir)
		}
	}
	for _, label := range d.in.Settings.Merge.FirstLabels {
		if d.labelled(label) {
			e.Priority = 1
		}
	}
	return e, false
}

func (d *decision) readable() Criterion {
	c := Criterion{Name: "readable", Met: len(d.in.Problems) == 0, Why: "settings and files could be read"}
	if !c.Met {
		c.Why = strings.Join(d.in.Problems, "; ")
	}
	return c
}

func (d *decision) notDraft() Criterion {
	c := Criterion{Name: "no draft", Met: !d.in.Pull.Draft, Why: "it is ready for review"}
	if !c.Met {
		c.Why, c.Who = "it is a draft; mark it as ready for review", []string{d.in.Author}
	}
	return c
}

func (d *decision) requiredLabel(label string, cov coverage) Criterion {
	c := Criterion{Name: "label " + label, Met: d.labelled(label), Why: "it is there", Source: "merge.required_labels"}
	switch {
	case c.Met:
	case label == labels.Approved:
		c.Why, c.Who, c.How = sayUnapproved(cov), cov.Suggest(d.in.Author), "/approve"
	case label == labels.LGTM:
		c.Why, c.Who, c.How = "nobody has said /lgtm to these files; any trusted person but the author can", d.reviewers(), "/lgtm"
	default:
		c.Why = "it is missing"
	}
	return c
}

// reviewers are those whom the OWNERS files ask to review, who know most of
// the files first.
func (d *decision) reviewers() []string {
	known := make(map[string]int)
	for _, ch := range d.in.Pull.Changes {
		for _, login := range d.in.Owners.Reviewers(ch.Path) {
			if !sameLogin(login, d.in.Author) {
				known[login]++
			}
		}
	}
	logins := slices.Collect(maps.Keys(known))
	slices.SortFunc(logins, func(a, b string) int {
		return cmp.Or(cmp.Compare(known[b], known[a]), strings.Compare(a, b))
	})
	return logins[:min(len(logins), 5)]
}

// lifted is how a label goes that forbids a merge.
var lifted = map[string]string{
	labels.Hold:                   "/hold cancel",
	labels.ReleaseNoteLabelNeeded: "/release-note-none",
}

func (d *decision) notForbidden() Criterion {
	c := Criterion{Name: "no blocking label", Met: true, Why: "there is none", Source: "merge.forbidden_labels"}
	if label := d.in.Settings.Merge.Forbids(slices.Sorted(slices.Values(d.labels))); label != "" {
		c.Met, c.Why, c.How = false, "the label "+label+" is there", lifted[label]
		if label == labels.Hold {
			c.Why += "; /hold cancel takes it off"
		}
	}
	return c
}

// checks wants everything green that reported, and the required ones to have
// reported.
func (d *decision) checks() Criterion {
	states := make(map[string]CheckState)
	for _, check := range d.checked {
		// A status and a check run may have one name: the worse of them counts.
		if old, ok := states[check.Name]; !ok || old == Green || check.State == Red {
			states[check.Name] = check.State
		}
	}
	for _, name := range d.in.Settings.Merge.RequiredChecks {
		if _, ok := states[name]; !ok {
			states[name] = Pending
		}
	}
	for name := range states {
		if d.overridden(name) {
			states[name] = Green
		}
	}
	of := make(map[CheckState][]string)
	for _, name := range slices.Sorted(maps.Keys(states)) {
		of[states[name]] = append(of[states[name]], name)
	}
	c := Criterion{Name: "checks", Met: len(of[Red]) == 0 && len(of[Pending]) == 0, Source: "merge.required_checks"}
	switch {
	case len(of[Red]) > 0:
		c.Why, c.How = "failed: "+strings.Join(of[Red], ", "), "/override"
	case len(of[Pending]) > 0:
		c.Why = "not finished: " + strings.Join(of[Pending], ", ")
	case len(states) == 0:
		c.Why = "none has reported and none is required"
	default:
		c.Why = fmt.Sprintf("%d green", len(states))
	}
	return c
}

func (d *decision) noConflict() Criterion {
	c := Criterion{Name: noConflict}
	switch m := d.in.Pull.Mergeable; {
	case m == nil:
		c.Unknown, c.Why = true, "GitHub is still computing whether it can be merged"
	case *m:
		c.Met, c.Why = true, "it can be merged"
	default:
		c.Why, c.Who = "it has a conflict with its base branch; rebase it", []string{d.in.Author}
	}
	return c
}

// merge merges when all criteria are met. It asks for another look when all
// are but those that GitHub has not answered.
func (d *decision) merge(criteria []Criterion) (actions []Action, lookAgain bool) {
	for _, c := range criteria {
		switch {
		case c.Unknown:
			lookAgain = true
		case !c.Met:
			return nil, false
		}
	}
	if lookAgain {
		return nil, true
	}
	// What follows from the merge is done by the look after it.
	follows := len(d.memory.Picks) > 0 || d.in.Settings.Has("branchcleaner")
	return []Action{Merge{SHA: d.in.Pull.Head, Method: d.in.Settings.Merge.MethodFor(d.labels)}}, follows
}

// Explain judges the criteria of a pull request as it stands, for somebody who
// asks and who has no memory of it: the commands are read for the votes in
// them, and what they did to the labels is taken from the labels.
func Explain(in Input) []Criterion {
	switch {
	case in.Pull == nil:
		return []Criterion{{Name: "pull request", Why: in.Subject() + " is an issue"}}
	case in.Pull.Merged:
		return []Criterion{{Name: "open", Why: in.Subject() + " is merged"}}
	case !in.Open:
		return []Criterion{{Name: "open", Why: in.Subject() + " is closed; reopen it", Who: []string{in.Author}}}
	}
	in.Memory = Decide(in).Memory
	in.Memory.LGTM = nil
	return Decide(in).Criteria
}

// unapprovable returns the folders whose changes nobody may approve.
func unapprovable(parts []owners.Part) []string {
	var dirs []string
	for _, p := range parts {
		if len(p.Approvers) == 0 {
			dirs = append(dirs, p.Dir)
		}
	}
	return slices.Compact(dirs)
}

// Checks judges the checks of in.Pull's head alone.
func Checks(in Input) Criterion {
	d := &decision{in: in, checked: in.Pull.Checks}
	return d.checks()
}

// Landed returns what tells and closes a pull request that the queue merged as
// another commit.
func Landed(commit, tree string) []Action {
	ref := "landed-" + commit
	return []Action{Reply{Ref: ref, Body: Marker(ref) + "\n" + sayLanded(commit, tree)}, Close{}}
}
