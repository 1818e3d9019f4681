// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/bots/config"
)

// retitle obeys /retitle. GitHub takes titles of 256 characters.
func (d *decision) retitle(r Remark, args []string) bool {
	title := strings.Join(args, " ")
	switch {
	case title == "" || len([]rune(title)) > 256:
		return false
	case !d.in.trusted(r.Author):
		d.reply(r.Ref, sayUntrusted("retitle", d.in.Settings.TrustedRoles))
	default:
		d.title = title
	}
	return true
}

func (d *decision) setMilestone(r Remark, args []string) bool {
	title := strings.Join(args, " ")
	known := func(m Milestone) bool { return m.Title == title }
	switch {
	case title == "":
		return false
	case !d.in.trusted(r.Author):
		d.reply(r.Ref, sayUntrusted("milestone", d.in.Settings.TrustedRoles))
	case title == "clear":
		d.milestone = ""
	case !slices.ContainsFunc(d.in.Milestones, known):
		var titles []string
		for _, m := range d.in.Milestones {
			titles = append(titles, m.Title)
		}
		d.reply(r.Ref, sayNoMilestone(title, titles))
	default:
		d.milestone = title
	}
	return true
}

var wipTitle = regexp.MustCompile(`(?i)^\W?WIP\W`)

// wip blocks what its author does not think ready.
func (d *decision) wip() {
	if d.in.Settings.Has("wip") {
		d.label(labels.WorkInProgress, d.in.Pull.Draft || wipTitle.MatchString(d.title))
	}
}

// conflict labels what can't be merged as it is. While GitHub computes, what
// was known last stands.
func (d *decision) conflict() {
	if !d.in.Settings.Has("needs-rebase") || d.in.Pull.Mergeable == nil {
		return
	}
	if !*d.in.Pull.Mergeable && !d.labelled(labels.NeedsRebase) {
		d.reply("rebase-"+d.in.Pull.Head, sayNeedsRebase)
	}
	d.label(labels.NeedsRebase, !*d.in.Pull.Mergeable)
}

// sizes are the labels of size and what each is less than, in lines.
var sizes = []struct {
	label string
	below int
}{{"size/XS", 10}, {"size/S", 30}, {"size/M", 100}, {"size/L", 500}, {"size/XL", 1000}, {"size/XXL", 0}}

func (d *decision) size() {
	if !d.in.Settings.Has("size") {
		return
	}
	lines := 0
	uncounting := slices.Concat(d.in.Settings.Uncounted, config.Generated(d.in.Attributes))
	for path, n := range d.in.Pull.Lines {
		uncounted := func(re *regexp.Regexp) bool { return re.MatchString(path) }
		if !slices.ContainsFunc(uncounting, uncounted) {
			lines += n
		}
	}
	found := false
	for _, s := range sizes {
		is := !found && (lines < s.below || s.below == 0)
		d.label(s.label, is)
		found = found || is
	}
}

// welcome greets who has contributed nothing here before. Who has been waiting
// for a day when the bot sees it first gets no greeting any more.
func (d *decision) welcome() {
	if d.in.Open && d.in.Settings.Has("welcome") && d.in.Newcomer && !d.in.Memory.Known && d.in.Arrived.IsZero() && d.in.Now.Sub(d.in.Created).Hours() < 24 {
		d.reply("welcome", sayWelcome(d.in))
	}
}
