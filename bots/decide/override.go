// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"regexp"
	"slices"
	"strings"
)

var quoted = regexp.MustCompile(`"([^"]*)"|\S+`)

// override obeys /override: an administrator takes checks of the present head
// for passed. A status is set; a check run is its maker's, and only this bot
// counts it for passed. A push ends it, for it is about another commit.
func (d *decision) override(r Remark, args []string) bool {
	var names []string
	for _, m := range quoted.FindAllStringSubmatch(strings.Join(args, " "), -1) {
		if m[1] != "" {
			names = append(names, m[1])
		} else {
			names = append(names, m[0])
		}
	}
	if len(names) == 0 {
		return false
	}
	if !d.administrator(r.Author) {
		d.reply(r.Ref, sayNoAdministrator)
		return true
	}
	var unknown []string
	for _, name := range names {
		if !d.overrideOne(r, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		d.reply(r.Ref, sayNoCheck(unknown, d.unpassed()))
	}
	return true
}

func (d *decision) overrideOne(r Remark, name string) bool {
	found := slices.Contains(d.in.Settings.Merge.RequiredChecks, name)
	for _, c := range slices.Clone(d.checked) {
		if c.Name != name {
			continue
		}
		found = true
		if c.Status && c.State != Green {
			d.status(name, Green, "Overridden by "+r.Author)
		}
	}
	if found {
		if d.memory.Overrides == nil {
			d.memory.Overrides = make(map[string]Override)
		}
		d.memory.Overrides[name] = Override{By: r.Author, SHA: d.in.Pull.Head}
	}
	return found
}

func (d *decision) administrator(login string) bool {
	return d.in.trusted(login) && strings.EqualFold(d.in.roleOf(login), "admin")
}

// unpassed are the names of the checks that are not green.
func (d *decision) unpassed() []string {
	var names []string
	for _, c := range d.checked {
		if c.State != Green {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// overridden reports whether a check counts as passed whatever it says.
func (d *decision) overridden(name string) bool {
	o, ok := d.memory.Overrides[name]
	return ok && o.SHA == d.in.Pull.Head
}
