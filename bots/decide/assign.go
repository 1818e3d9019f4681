// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"slices"
	"strings"

	"github.com/lanner-project/lanner/bots/owners"
)

// logged returns the logins that a command names, or for none its writer's.
func logged(r Remark, args []string) []string {
	var logins []string
	for _, arg := range args {
		if login := owners.Normalize(strings.Trim(arg, ",")); login != "" {
			logins = append(logins, login)
		}
	}
	if len(args) == 0 {
		logins = []string{owners.Normalize(r.Author)}
	}
	return logins
}

// assign obeys /assign. GitHub would leave out silently whom it does not let be
// assigned: that is those without access who have not said a word there.
func (d *decision) assign(r Remark, args []string) bool {
	var refused []string
	for _, login := range logged(r, args) {
		switch {
		case containsFold(d.assignees, login):
		case !d.in.Assignable[login] && !d.tookPart(login):
			refused = append(refused, login)
		default:
			d.assignees = append(d.assignees, login)
		}
	}
	if len(refused) > 0 {
		d.reply(r.Ref, sayUnassignable(refused))
	}
	return true
}

func (d *decision) unassign(r Remark, args []string) bool {
	d.assignees = without(d.assignees, logged(r, args))
	return true
}

// cc obeys /cc. GitHub refuses the whole request for one who can't be asked.
func (d *decision) cc(r Remark, args []string) bool {
	var refused []string
	for _, login := range logged(r, args) {
		_, _, team := strings.Cut(login, "/")
		switch {
		case containsFold(d.requested, login):
		case sameLogin(login, d.in.Author), !team && !d.in.Assignable[login], team && !d.ourTeam(login):
			refused = append(refused, login)
		default:
			d.requested = append(d.requested, login)
		}
	}
	d.memory.Asked = true
	if len(refused) > 0 {
		d.reply(r.Ref, sayUnaskable(refused))
	}
	return true
}

func (d *decision) uncc(r Remark, args []string) bool {
	d.requested = without(d.requested, logged(r, args))
	d.memory.Asked = true
	return true
}

// ourTeam reports whether "org/team" is of the organization that the
// repository is in.
func (d *decision) ourTeam(team string) bool {
	org, _, _ := strings.Cut(team, "/")
	owner, _, _ := strings.Cut(d.in.Repo, "/")
	return strings.EqualFold(org, owner) && strings.Count(team, "/") == 1
}

func (d *decision) tookPart(login string) bool {
	return slices.ContainsFunc(d.in.Remarks, func(r Remark) bool { return sameLogin(r.Author, login) })
}

func without(all, out []string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return containsFold(out, s) })
}

func containsFold(all []string, s string) bool {
	return slices.ContainsFunc(all, func(other string) bool { return strings.EqualFold(other, s) })
}
