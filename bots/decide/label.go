// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"slices"
	"strings"
)

// labeller obeys /kind bug, /remove-kind bug and the like: a word before the
// slash of a label, and what is after it. Several at once are several labels.
func labeller(prefix string, on bool) func(*decision, Remark, []string) bool {
	return func(d *decision, r Remark, args []string) bool {
		if len(args) == 0 {
			return false
		}
		for _, arg := range args {
			d.relabel(r, prefix+"/"+strings.ToLower(arg), on)
		}
		return true
	}
}

// addLabel obeys /label: one label, which may have spaces in its name.
func (d *decision) addLabel(r Remark, args []string) bool { return d.additional(r, args, true) }

func (d *decision) removeLabel(r Remark, args []string) bool { return d.additional(r, args, false) }

func (d *decision) additional(r Remark, args []string, on bool) bool {
	label := strings.Join(args, " ")
	switch {
	case label == "":
		return false
	case !containsFold(d.in.Settings.Labels.Additional, label):
		d.reply(r.Ref, sayNoSuchLabel(label, d.in.Settings.Labels.Additional))
	default:
		d.relabel(r, label, on)
	}
	return true
}

// stage begins labels of which one holds at a time, as in Prow: what is in beta
// is no alpha any more.
const stage = "stage/"

// relabel puts a label on that the repository has, or takes one off that is
// there, unless it is one of those that need a trusted role.
func (d *decision) relabel(r Remark, label string, on bool) {
	there := d.in.RepoLabels
	if !on {
		there = d.labels
	}
	i := slices.IndexFunc(there, func(l string) bool { return strings.EqualFold(l, label) })
	switch {
	case containsFold(d.in.Settings.Labels.Restricted, label) && !d.in.trusted(r.Author):
		d.reply(r.Ref, sayRestricted(label, d.in.Settings.TrustedRoles))
	case i >= 0:
		if on && strings.HasPrefix(there[i], stage) {
			d.labels = slices.DeleteFunc(d.labels, func(l string) bool { return strings.HasPrefix(l, stage) })
		}
		d.label(there[i], on)
	case on:
		d.reply(r.Ref, sayUnknownLabel(label))
	default:
		d.reply(r.Ref, sayAbsentLabel(label))
	}
}

// flag obeys the commands of the two labels that invite helpers. What is for a
// newcomer wants help; and what wants none is for no newcomer.
func flag(label string, on bool) func(*decision, Remark, []string) bool {
	return func(d *decision, _ Remark, args []string) bool {
		if len(args) > 0 {
			return false
		}
		d.label(label, on)
		switch {
		case label == "good first issue" && on:
			d.label("help wanted", true)
		case label == "help wanted" && !on:
			d.label("good first issue", false)
		}
		return true
	}
}

// matching puts on the labels that say that another one is missing.
func (d *decision) matching() {
	if !d.in.Settings.Has("require-matching-label") || !d.in.Open {
		return
	}
	for _, req := range d.in.Settings.Required {
		if d.in.Pull != nil && !req.Pulls || d.in.Pull == nil && !req.Issues {
			continue
		}
		d.label(req.Missing, !slices.ContainsFunc(d.labels, req.Match.MatchString))
	}
}
