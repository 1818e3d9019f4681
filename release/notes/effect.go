// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Dropped is a change that is not part of what a release brings, and why.
type Dropped struct {
	Number int    `json:"number,omitempty"`
	Commit string `json:"commit,omitempty"`
	By     int    `json:"by,omitempty"` // the pull request that is the reason
	Reason string `json:"reason"`
}

// Effective returns what is left of changes once reverted pairs are taken out
// and cherry-picks are joined with the pull request they come from, in the
// order of pull request numbers (commits without one last), and what was
// taken out.
//
// A revert is one by its title and by GitHub's sentence ("Reverts o/r#12") or
// git's ("This reverts commit …"); a revert of a revert brings the first
// change back. A revert of something that is not among changes stays: it is
// a change of this release.
func Effective(changes []Change) ([]Change, []Dropped) {
	// Newest first: a revert that is itself reverted has no effect.
	sorted := slices.Clone(changes)
	slices.SortStableFunc(sorted, func(a, b Change) int {
		return cmp.Or(b.MergedAt.Compare(a.MergedAt), cmp.Compare(b.Number, a.Number), cmp.Compare(a.id(), b.id()))
	})
	gone := map[int]Dropped{} // index in sorted
	for i, c := range sorted {
		if _, dead := gone[i]; dead {
			continue
		}
		said := c.claims()
		if len(said.numbers)+len(said.commits) == 0 {
			continue
		}
		for j, target := range sorted {
			if _, dead := gone[j]; j <= i || dead || !said.cover(target) {
				continue
			}
			gone[i] = c.dropped(target.Number, "it reverts "+target.Name()+", which is part of this release")
			gone[j] = target.dropped(c.Number, "it was reverted by "+c.Name())
		}
	}
	var kept []Change
	var dropped []Dropped
	for i, c := range sorted {
		if d, dead := gone[i]; dead {
			dropped = append(dropped, d)
		} else {
			kept = append(kept, c)
		}
	}
	kept, picks := joinPicks(kept)
	dropped = append(dropped, picks...)
	byNumber := func(a, b Change) int {
		return cmp.Or(cmp.Compare(order(a.Number), order(b.Number)), a.MergedAt.Compare(b.MergedAt), cmp.Compare(a.id(), b.id()))
	}
	slices.SortStableFunc(kept, byNumber)
	slices.SortStableFunc(dropped, func(a, b Dropped) int {
		return cmp.Or(cmp.Compare(order(a.Number), order(b.Number)), cmp.Compare(a.Commit, b.Commit))
	})
	return kept, dropped
}

// order sorts what has no number last.
func order(number int) int {
	if number == 0 {
		return int(^uint(0) >> 1)
	}
	return number
}

// joinPicks drops the cherry-picks whose origin, or whose elder sibling, is
// among changes.
func joinPicks(changes []Change) ([]Change, []Dropped) {
	first := map[int]Change{} // by the number of the origin
	for _, c := range changes {
		if c.Number > 0 && c.Origin == nil {
			first[c.Number] = c
		}
	}
	for _, c := range changes {
		if c.Origin == nil || c.Number == 0 {
			continue
		}
		if f, ok := first[c.Origin.Number]; !ok || f.Origin != nil && c.Number < f.Number {
			first[c.Origin.Number] = c
		}
	}
	var kept []Change
	var dropped []Dropped
	for _, c := range changes {
		if c.Origin == nil {
			kept = append(kept, c)
			continue
		}
		switch f, ok := first[c.Origin.Number]; {
		case !ok || f.Number == c.Number:
			kept = append(kept, c)
		case f.Origin == nil:
			dropped = append(dropped, c.dropped(f.Number, "it is a cherry-pick of "+f.Name()+", and listed there"))
		default:
			dropped = append(dropped, c.dropped(f.Number, fmt.Sprintf("it is a cherry-pick of #%d, as %s is, and listed there", c.Origin.Number, f.Name())))
		}
	}
	return kept, dropped
}

// Name returns how people call c: "#12", or the start of the commit's id.
func (c Change) Name() string {
	if c.Number > 0 {
		return "#" + strconv.Itoa(c.Number)
	}
	return short(c.id())
}

// id returns the newest commit of c.
func (c Change) id() string {
	if len(c.Commits) == 0 {
		return ""
	}
	return c.Commits[0]
}

func (c Change) dropped(by int, reason string) Dropped {
	d := Dropped{Number: c.Number, By: by, Reason: reason}
	if c.Number == 0 {
		d.Commit = c.id()
	}
	return d
}

var (
	revertTitle   = regexp.MustCompile(`(?i)^revert\b`)
	revertNumber  = regexp.MustCompile(`(?m)^Reverts (?:([\w.-]+/[\w.-]+))?#([1-9][0-9]{0,8})\.?[ \t]*$`)
	revertCommit  = regexp.MustCompile(`(?m)^This reverts commit ([0-9a-f]{12,64})\b`)
	pickNumber    = regexp.MustCompile(`(?m)^(?:This is an automated cherry-pick of|Cherry[- ]pick of) #([1-9][0-9]{0,8})\b`)
	pickCommit    = regexp.MustCompile(`(?m)^\(cherry picked from commit ([0-9a-f]{40})\)[ \t]*$`)
	pullsFromHTML = regexp.MustCompile(`^https?://[^/]+/([\w.-]+/[\w.-]+)/pull/[0-9]+$`)
)

// claims is what a change says that it takes back.
type claims struct {
	numbers []int
	commits []string // ids, perhaps abbreviated
}

// claims reads what c takes back; nothing, unless its title says "Revert".
func (c Change) claims() claims {
	var said claims
	subject, _, _ := strings.Cut(c.Message, "\n")
	if !revertTitle.MatchString(c.Title) && !revertTitle.MatchString(subject) {
		return said
	}
	for _, m := range revertNumber.FindAllStringSubmatch(normalise(c.Body), -1) {
		if n, err := strconv.Atoi(m[2]); err == nil && c.Number > 0 && c.inRepository(m[1]) {
			said.numbers = append(said.numbers, n)
		}
	}
	for _, m := range revertCommit.FindAllStringSubmatch(normalise(c.Message+"\n\n"+c.Body), -1) {
		said.commits = append(said.commits, m[1])
	}
	return said
}

// cover reports whether all of target is taken back: a revert of one commit of
// a rebased pull request leaves the others.
func (said claims) cover(target Change) bool {
	if target.Number > 0 && slices.Contains(said.numbers, target.Number) {
		return true
	}
	return len(target.Commits) > 0 && !slices.ContainsFunc(target.Commits, func(id string) bool {
		return !slices.ContainsFunc(said.commits, func(start string) bool { return strings.HasPrefix(id, start) })
	})
}

// inRepository reports whether repo ("owner/name", or "") is the one that c is in.
func (c Change) inRepository(repo string) bool {
	m := pullsFromHTML.FindStringSubmatch(c.URL)
	return repo == "" || m == nil || strings.EqualFold(m[1], repo)
}

// PickedFrom returns the pull requests and commits that c says it was
// cherry-picked from: Prow's sentence ("This is an automated cherry-pick of
// #12") and that of Kubernetes' script in the body, git's line ("(cherry picked
// from commit …)", of git cherry-pick -x) in the message. The ids are whole
// ones, as git writes them: an abbreviated one is no GitObjectID, and one of
// them fails a whole GraphQL query. The numbers need not exist.
func (c Change) PickedFrom() (numbers []int, commits []string) {
	for _, m := range pickNumber.FindAllStringSubmatch(normalise(c.Body), -1) {
		if n, err := strconv.Atoi(m[1]); err == nil && n != c.Number && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	for _, m := range pickCommit.FindAllStringSubmatch(normalise(c.Message), -1) {
		if !slices.Contains(commits, m[1]) {
			commits = append(commits, m[1])
		}
	}
	return numbers, commits
}
