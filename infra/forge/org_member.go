// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"slices"
)

// listMembers lists members. GitHub shows outsiders only those who made their
// membership public; here nobody has.
func (c *call) listMembers() (reply, error) {
	org, err := findOrg(c.tx, c.param("org"))
	if err != nil {
		return reply{}, err
	}
	have, err := c.orgRole(org)
	if err != nil {
		return reply{}, err
	}
	all, err := memberships.list(c.tx, org.ID)
	if err != nil {
		return reply{}, err
	}
	wanted := c.query("role")
	all = slices.DeleteFunc(all, func(m *membership) bool {
		return have == roleOutsider || m.Pending || wanted == "admin" && !m.Admin || wanted == "member" && m.Admin
	})
	return paged(c, all, func(m *membership) (object, error) { return c.userByID(m.Account) })
}

func (c *call) checkMember() (reply, error) {
	org, err := findOrg(c.tx, c.param("org"))
	if err != nil {
		return reply{}, err
	}
	mine, err := c.orgRole(org)
	if err != nil {
		return reply{}, err
	}
	if mine == roleOutsider {
		// Outsiders are sent to ask who is a public member.
		return reply{status: http.StatusFound, header: http.Header{"Location": {c.api("/orgs/%s/public_members/%s", org.Login, c.param("username"))}}}, nil
	}
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	theirs, err := c.roleIn(org, a)
	if err != nil {
		return reply{}, err
	}
	if theirs == roleOutsider {
		return reply{}, errNotFound
	}
	return noContent()
}

// member returns the organization of the path, and the membership there of
// the user of the path.
func (c *call) member(need role) (*account, *membership, error) {
	org, err := c.org(need)
	if err != nil {
		return nil, nil, err
	}
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return nil, nil, err
	}
	m, err := memberships.find(c.tx, org.ID, idKey(a.ID))
	return org, m, err
}

func (v *view) membership(org *account, m *membership) (object, error) {
	user, err := v.userByID(m.Account)
	if err != nil {
		return nil, err
	}
	state, roleName := "active", "member"
	if m.Pending {
		state = "pending"
	}
	if m.Admin {
		roleName = "admin"
	}
	return object{
		"url":   v.api("/orgs/%s/memberships/%s", org.Login, user["login"]),
		"state": state, "role": roleName, "organization_url": v.api("/orgs/%s", org.Login),
		"organization": v.orgSimple(org), "user": user,
	}, nil
}

func (c *call) answerMembership(org *account, m *membership) (reply, error) {
	return show(c.membership(org, m))
}

func (c *call) getMembership() (reply, error) {
	org, m, err := c.member(roleMember)
	if err != nil {
		return reply{}, err
	}
	return c.answerMembership(org, m)
}

func (c *call) getMyMembership() (reply, error) {
	org, err := findOrg(c.tx, c.param("org"))
	if err != nil {
		return reply{}, err
	}
	if c.me() == nil {
		return reply{}, errSignIn
	}
	m, err := memberships.find(c.tx, org.ID, idKey(c.me().ID))
	if err != nil {
		return reply{}, err
	}
	return c.answerMembership(org, m)
}

// putMembership invites, or changes the role of who is there. The site
// administrator adds people at once, as on GitHub Enterprise Server.
func (c *call) putMembership() (reply, error) {
	org, err := c.org(roleOwner)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Role string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if !slices.Contains([]string{"", "member", "admin"}, in.Role) {
		return reply{}, invalid("Membership", "role", "invalid")
	}
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	m, err := memberships.find(c.tx, org.ID, idKey(a.ID))
	if errors.Is(err, errMissing) {
		m = &membership{Account: a.ID, Admin: in.Role == "admin", Pending: !c.isSiteAdmin(), Inviter: c.me().ID}
		if err := memberships.insert(c.tx, org.ID, idKey(a.ID), m); err != nil {
			return reply{}, err
		}
		if !m.Pending {
			if err := c.tellMembership(org, m, "member_added"); err != nil {
				return reply{}, err
			}
		}
		return c.answerMembership(org, m)
	}
	if err != nil {
		return reply{}, err
	}
	if m.Admin && in.Role != "admin" {
		if err := c.keepAnOwner(org, m); err != nil {
			return reply{}, err
		}
	}
	m.Admin = in.Role == "admin"
	if err := memberships.put(c.tx, m); err != nil {
		return reply{}, err
	}
	return c.answerMembership(org, m)
}

// keepAnOwner refuses to leave an organization without one.
func (c *call) keepAnOwner(org *account, leaving *membership) error {
	all, err := memberships.list(c.tx, org.ID)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Admin && !m.Pending && m.ID != leaving.ID {
			return nil
		}
	}
	return forbidden("Cannot remove the last owner of the organization.")
}

func (v *view) tellMembership(org *account, m *membership, action string) error {
	out, err := v.membership(org, m)
	if err != nil {
		return err
	}
	delete(out, "organization")
	return v.emit(event{name: "organization", action: action, org: org, payload: object{"membership": out}})
}

func (c *call) acceptMembership() (reply, error) {
	org, err := findOrg(c.tx, c.param("org"))
	if err != nil {
		return reply{}, err
	}
	var in struct{ State string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.State != "active" {
		return reply{}, invalid("Membership", "state", "invalid")
	}
	m, err := memberships.find(c.tx, org.ID, idKey(c.me().ID))
	if err != nil {
		return reply{}, err
	}
	if m.Pending {
		m.Pending = false
		if err := memberships.put(c.tx, m); err != nil {
			return reply{}, err
		}
		if err := c.tellMembership(org, m, "member_added"); err != nil {
			return reply{}, err
		}
		if err := c.joinTeams(org, c.me()); err != nil {
			return reply{}, err
		}
	}
	return c.answerMembership(org, m)
}

// removeMember ends a membership, or takes back an invitation. Teams go with it.
func (c *call) removeMember() (reply, error) {
	org, m, err := c.member(roleOwner)
	if err != nil {
		return reply{}, err
	}
	if m.Admin {
		if err := c.keepAnOwner(org, m); err != nil {
			return reply{}, err
		}
	}
	return c.endMembership(org, m)
}

func (c *call) endMembership(org *account, m *membership) (reply, error) {
	if !m.Pending {
		if err := c.tellMembership(org, m, "member_removed"); err != nil {
			return reply{}, err
		}
	}
	if err := c.leaveTeams(org, m.Account); err != nil {
		return reply{}, err
	}
	if err := memberships.delete(c.tx, m.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) listOrgInvitations() (reply, error) {
	org, err := c.org(roleOwner)
	if err != nil {
		return reply{}, err
	}
	all, err := memberships.list(c.tx, org.ID)
	if err != nil {
		return reply{}, err
	}
	all = slices.DeleteFunc(all, func(m *membership) bool { return !m.Pending })
	return paged(c, all, c.orgInvitation)
}

func (c *call) orgInvitation(m *membership) (object, error) {
	invitee, err := accounts.get(c.tx, m.Account)
	if err != nil {
		return nil, err
	}
	inviter, err := c.userByID(m.Inviter)
	if err != nil {
		return nil, err
	}
	roleName := "direct_member"
	if m.Admin {
		roleName = "admin"
	}
	return object{
		"id": m.ID, "node_id": nodeID("OrganizationInvitation", m.ID), "login": invitee.Login, "email": orNull(invitee.Email),
		"role": roleName, "created_at": stamp(m.CreatedAt), "inviter": inviter, "team_count": 0,
		"invitation_teams_url": c.api("/organizations/%d/invitations/%d/teams", m.Parent, m.ID),
	}, nil
}

func (c *call) cancelOrgInvitation() (reply, error) {
	org, err := c.org(roleOwner)
	if err != nil {
		return reply{}, err
	}
	id, err := c.idParam("invitation_id")
	if err != nil {
		return reply{}, err
	}
	m, err := memberships.get(c.tx, id)
	if err != nil {
		return reply{}, err
	}
	if m.Parent != org.ID || !m.Pending {
		return reply{}, errNotFound
	}
	return c.endMembership(org, m)
}
