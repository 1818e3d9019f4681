// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/bots/owners"
)

// wantsReviewers reports whether owners are still to be asked for a review: a
// pull request that is ready, and that nobody was asked about or looked at.
func (in Input) wantsReviewers() bool {
	p := in.Pull
	if !in.Settings.Has("blunderbuss") || in.Memory.Asked || p.Draft || len(p.Requested) > 0 {
		return false
	}
	return !slices.ContainsFunc(in.Remarks, func(r Remark) bool { return r.Verdict != "" && !sameLogin(r.Author, in.Author) })
}

// tiers are those who may be asked, the nearest first: reviewers of the folders
// of the changed files, then of the folders above, then approvers.
func (in Input) tiers() []func(string) []string {
	t := in.Owners
	tiers := []func(string) []string{t.LeafReviewers, t.Reviewers}
	if !in.Settings.Reviewers.ExcludeApprovers {
		tiers = append(tiers, t.LeafApprovers, t.Approvers)
	}
	return tiers
}

// candidates are all who may be asked for a review, normalized and sorted.
func (in Input) candidates() []string {
	var all []string
	for _, of := range append(in.tiers(), in.Owners.RequiredReviewers) {
		for _, ch := range in.Pull.Changes {
			all = append(all, of(ch.Path)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// askForReview asks owners once, when a pull request is ready.
func (d *decision) askForReview() {
	if d.in.wantsReviewers() {
		d.ask()
	}
	d.memory.Asked = d.memory.Asked || !d.in.Pull.Draft && d.in.Settings.Has("blunderbuss")
}

func (d *decision) autoCC(_ Remark, args []string) bool {
	if len(args) > 0 {
		return false
	}
	d.ask()
	return true
}

// ask asks whom the OWNERS files require, and as many others as the settings
// want: of the nearest tier those who know most of the changed lines for the
// reviews that wait for them. Equals are told apart by a hash, so that it is
// not always the first of the alphabet, and the same at each look.
func (d *decision) ask() {
	for _, ch := range d.in.Pull.Changes {
		for _, login := range d.in.Owners.RequiredReviewers(ch.Path) {
			if d.mayAsk(login) {
				d.requested = append(d.requested, login)
			}
		}
	}
	want := d.in.Settings.Reviewers.Count
	if most := d.in.Settings.Reviewers.Most; most > 0 {
		want = min(want, most-len(d.requested))
	}
	for _, of := range d.in.tiers() {
		for _, login := range d.ranked(of) {
			if want <= 0 {
				return
			}
			d.requested = append(d.requested, login)
			want--
		}
	}
}

func (d *decision) mayAsk(login string) bool {
	return d.in.Assignable[login] && !sameLogin(login, d.in.Author) && !containsFold(d.requested, login)
}

func (d *decision) ranked(of func(string) []string) []string {
	lines := make(map[string]int)
	for _, ch := range d.in.Pull.Changes {
		for _, login := range of(ch.Path) {
			if d.mayAsk(login) {
				lines[login] += 1 + d.in.Pull.Lines[ch.Path]
			}
		}
	}
	var logins []string
	for login := range lines {
		logins = append(logins, login)
	}
	slices.SortFunc(logins, func(a, b string) int {
		// lines(a)/(1+load(a)) against lines(b)/(1+load(b)), without division.
		x, y := lines[a]*(1+d.in.Load[b]), lines[b]*(1+d.in.Load[a])
		return cmp.Or(cmp.Compare(y, x), cmp.Compare(d.lot(a), d.lot(b)), strings.Compare(a, b))
	})
	return logins
}

func (d *decision) lot(login string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(strconv.Itoa(d.in.Number) + " " + owners.Normalize(login)))
	return h.Sum64()
}
