// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// branchName is what a branch may be called here: less than git allows, for it
// becomes part of another branch's name, and of commands that people copy.
var branchName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$`)

// cherryPick obeys /cherry-pick: the change is carried to other branches now,
// or when it is merged.
func (d *decision) cherryPick(r Remark, args []string) bool {
	if len(args) == 0 {
		return false
	}
	if !d.in.trusted(r.Author) {
		d.reply(r.Ref, sayUntrusted("cherry-pick", d.in.Settings.TrustedRoles))
		return true
	}
	var later []string
	for _, branch := range args {
		switch {
		case !branchName.MatchString(branch) || strings.Contains(branch, "..") || strings.HasSuffix(branch, ".lock"):
			d.reply(r.Ref, sayNoBranch(branch))
		case branch == d.in.Pull.Base:
			d.reply(r.Ref, sayOwnBase(branch))
		case d.in.Open:
			later = append(later, branch)
			d.pick(branch, r.Author)
		case !d.in.Pull.Merged:
			d.reply(r.Ref, sayNeverMerged)
		default:
			d.pick(branch, r.Author)
		}
	}
	if len(later) > 0 {
		d.reply(r.Ref, sayPickLater(later))
	}
	return true
}

func (d *decision) pick(branch, by string) {
	if d.memory.Picks == nil {
		d.memory.Picks = make(map[string]Pick)
	}
	if _, ok := d.memory.Picks[branch]; !ok {
		d.memory.Picks[branch] = Pick{By: by}
	}
}

// afterMerge carries the change to the branches that were asked for, and
// deletes the branch that it came from.
func (d *decision) afterMerge() {
	p := d.in.Pull
	if p == nil || !p.Merged {
		return
	}
	for _, branch := range slices.Sorted(maps.Keys(d.memory.Picks)) {
		pick := d.memory.Picks[branch]
		if pick.Done {
			continue
		}
		pick.Done = true
		d.memory.Picks[branch] = pick
		onto := "cherry-pick-" + strconv.Itoa(d.in.Number) + "-to-" + branch
		d.more = append(d.more, CherryPick{
			Branch: branch, Onto: onto, Assignee: pick.By,
			Title: "[" + branch + "] " + d.in.Title, Body: sayPicked(d.in, branch, pick.By),
			ConflictTitle: "Cherry-pick of #" + strconv.Itoa(d.in.Number) + " to " + branch + " has a conflict", ConflictBody: sayPickConflict(d.in, branch, onto, pick.By),
		})
	}
	if d.in.Settings.Has("branchcleaner") && p.Branch != "" && !p.Protected && !d.memory.Cleaned {
		d.memory.Cleaned = true
		d.more = append(d.more, DeleteBranch{Branch: p.Branch, SHA: p.Head})
	}
}

var issueRef = regexp.MustCompile(`^(?:[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100})?#?([0-9]{1,9})$`)

// linkIssue obeys /link-issue: a line of the description that GitHub reads.
func (d *decision) linkIssue(r Remark, args []string) bool { return d.link(r, args, true) }

func (d *decision) unlinkIssue(r Remark, args []string) bool { return d.link(r, args, false) }

func (d *decision) link(r Remark, args []string, on bool) bool {
	if len(args) == 0 {
		return false
	}
	var lines []string
	for _, arg := range args {
		if !issueRef.MatchString(arg) || strings.Contains(arg, "/") && !strings.Contains(arg, "#") {
			return false
		}
		if !strings.Contains(arg, "#") {
			arg = "#" + arg
		}
		lines = append(lines, "Closes "+arg)
	}
	if !sameLogin(r.Author, d.in.Author) && !d.in.trusted(r.Author) {
		d.reply(r.Ref, sayUntrusted("link-issue", d.in.Settings.TrustedRoles))
		return true
	}
	for _, line := range lines {
		d.bodyLine(line, on)
	}
	return true
}

// bodyLine adds a line to the description, or takes it out.
func (d *decision) bodyLine(line string, on bool) {
	all := strings.Split(strings.ReplaceAll(d.body, "\r\n", "\n"), "\n")
	there := slices.Contains(all, line)
	switch {
	case on && !there:
		d.body = strings.TrimRight(d.body, "\r\n")
		if d.body != "" {
			d.body += "\n\n"
		}
		d.body += line
	case !on && there:
		d.body = strings.TrimRight(strings.Join(slices.DeleteFunc(all, func(l string) bool { return l == line }), "\n"), "\n")
	}
}
