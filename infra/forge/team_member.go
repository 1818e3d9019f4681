// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"slices"
)

// teamMembers returns who is in a team, in teams below it too, each once; who
// is in the team itself comes as that.
func (v *view) teamMembers(t *team) ([]*teamMember, error) {
	all, err := teamMembers.list(v.tx, t.ID)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m *teamMember) bool { return m.Pending })
	siblings, err := teams.list(v.tx, t.Parent)
	if err != nil {
		return nil, err
	}
	for _, child := range siblings {
		if child.Above != t.ID {
			continue
		}
		below, err := v.teamMembers(child)
		if err != nil {
			return nil, err
		}
		for _, m := range below {
			if !slices.ContainsFunc(all, func(have *teamMember) bool { return have.Account == m.Account }) {
				all = append(all, m)
			}
		}
	}
	return all, nil
}

func (m *teamMember) role() string {
	if m.Maintainer {
		return "maintainer"
	}
	return "member"
}

func (c *call) listTeamMembers() (reply, error) {
	_, t, err := c.teamOfPath()
	if err != nil {
		return reply{}, err
	}
	all, err := c.teamMembers(t)
	if err != nil {
		return reply{}, err
	}
	wanted := c.query("role")
	all = slices.DeleteFunc(all, func(m *teamMember) bool { return wanted != "" && wanted != "all" && wanted != m.role() })
	return paged(c, all, func(m *teamMember) (object, error) { return c.userByID(m.Account) })
}

func (c *call) listTeamInvitations() (reply, error) {
	org, t, err := c.teamOfPath()
	if err != nil {
		return reply{}, err
	}
	all, err := teamMembers.list(c.tx, t.ID)
	if err != nil {
		return reply{}, err
	}
	var invited []*membership
	for _, m := range all {
		if !m.Pending {
			continue
		}
		invitation, err := memberships.find(c.tx, org.ID, idKey(m.Account))
		if err != nil {
			return reply{}, err
		}
		invited = append(invited, invitation)
	}
	return paged(c, invited, c.orgInvitation)
}

func (c *call) teamMembership(org *account, t *team, a *account, m *teamMember) object {
	state := "active"
	if m.Pending {
		state = "pending"
	}
	return object{"url": c.api("/organizations/%d/team/%d/memberships/%s", org.ID, t.ID, a.Login), "role": m.role(), "state": state}
}

func (c *call) getTeamMembership() (reply, error) {
	org, t, err := c.teamOfPath()
	if err != nil {
		return reply{}, err
	}
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	m, err := teamMembers.find(c.tx, t.ID, idKey(a.ID))
	if errors.Is(err, errMissing) {
		// A member of a team below is a member, too.
		in, err := c.teamsOf(org, a)
		if err != nil {
			return reply{}, err
		}
		if !slices.ContainsFunc(in, func(have *team) bool { return have.ID == t.ID }) {
			return reply{}, errNotFound
		}
		return ok(c.teamMembership(org, t, a, &teamMember{}))
	}
	if err != nil {
		return reply{}, err
	}
	return ok(c.teamMembership(org, t, a, m))
}

// putTeamMembership adds a member of the organization to the team. Who is not
// one is invited to the organization, and in the team when they come.
func (c *call) putTeamMembership() (reply, error) {
	org, t, err := c.ledTeam()
	if err != nil {
		return reply{}, err
	}
	in := struct{ Role string }{Role: "member"}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Role != "member" && in.Role != "maintainer" {
		return reply{}, invalid("TeamMembership", "role", "invalid")
	}
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	m, err := teamMembers.find(c.tx, t.ID, idKey(a.ID))
	if err == nil {
		m.Maintainer = in.Role == "maintainer"
		if err := teamMembers.put(c.tx, m); err != nil {
			return reply{}, err
		}
		return ok(c.teamMembership(org, t, a, m))
	}
	if !errors.Is(err, errMissing) {
		return reply{}, err
	}
	m = &teamMember{Account: a.ID, Maintainer: in.Role == "maintainer"}
	if m.Pending, err = c.invitedToOrg(org, a); err != nil {
		return reply{}, err
	}
	if err := c.joinTeam(org, t, a, m); err != nil {
		return reply{}, err
	}
	return ok(c.teamMembership(org, t, a, m))
}

// invitedToOrg sees to it that a is in the organization, and reports whether
// they still have to accept that.
func (c *call) invitedToOrg(org, a *account) (pending bool, err error) {
	m, err := memberships.find(c.tx, org.ID, idKey(a.ID))
	if err == nil || !errors.Is(err, errMissing) {
		return err == nil && m.Pending, err
	}
	have, err := c.orgRole(org)
	if err != nil {
		return false, err
	}
	if have < roleOwner {
		return false, forbidden("Only owners may invite people to the organization.")
	}
	m = &membership{Account: a.ID, Pending: !c.isSiteAdmin(), Inviter: c.me().ID}
	if err := memberships.insert(c.tx, org.ID, idKey(a.ID), m); err != nil || m.Pending {
		return m.Pending, err
	}
	return false, c.tellMembership(org, m, "member_added")
}

// joinTeam adds a member, and tells so unless they have yet to come.
func (c *call) joinTeam(org *account, t *team, a *account, m *teamMember) error {
	if err := teamMembers.insert(c.tx, t.ID, idKey(a.ID), m); err != nil || m.Pending {
		return err
	}
	return c.tellTeamMember(org, t, a, "added")
}

func (v *view) tellTeamMember(org *account, t *team, a *account, action string) error {
	rendered, err := v.eventTeam(t)
	if err != nil {
		return err
	}
	return v.emit(event{name: "membership", action: action, org: org, payload: object{"scope": "team", "member": v.user(a), "team": rendered}})
}

// joinTeams lets a user into the teams that they were invited to with the
// organization.
func (v *view) joinTeams(org, a *account) error {
	all, err := teams.list(v.tx, org.ID)
	if err != nil {
		return err
	}
	for _, t := range all {
		m, err := teamMembers.find(v.tx, t.ID, idKey(a.ID))
		if errors.Is(err, errMissing) || err == nil && !m.Pending {
			continue
		}
		if err != nil {
			return err
		}
		m.Pending = false
		if err := teamMembers.put(v.tx, m); err != nil {
			return err
		}
		if err := v.tellTeamMember(org, t, a, "added"); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) removeTeamMembership() (reply, error) {
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	var org *account
	var t *team
	if c.me().ID == a.ID {
		org, t, err = c.teamOfPath() // who is in a team may leave it
	} else {
		org, t, err = c.ledTeam()
	}
	if err != nil {
		return reply{}, err
	}
	m, err := teamMembers.find(c.tx, t.ID, idKey(a.ID))
	if err != nil {
		return reply{}, err
	}
	if err := teamMembers.delete(c.tx, m.ID); err != nil {
		return reply{}, err
	}
	if !m.Pending {
		if err := c.tellTeamMember(org, t, a, "removed"); err != nil {
			return reply{}, err
		}
	}
	return noContent()
}
