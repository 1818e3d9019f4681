// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"net/http"
	"slices"
)

// invitation renders a collaborator who has not come yet.
func (v *view) invitation(m *collaborator) (object, error) {
	r, err := repositories.get(v.tx, m.Parent)
	if err != nil {
		return nil, err
	}
	repo, err := v.repository(r)
	if err != nil {
		return nil, err
	}
	invitee, err := v.userByID(m.Account)
	if err != nil {
		return nil, err
	}
	inviter, err := v.userByID(m.Inviter)
	if err != nil {
		return nil, err
	}
	return object{
		"id": m.ID, "node_id": nodeID("RepositoryInvitation", m.ID), "repository": repo, "invitee": invitee, "inviter": inviter,
		"permissions": m.Level, "created_at": stamp(m.CreatedAt), "expired": false,
		"url": v.api("/user/repository_invitations/%d", m.ID), "html_url": v.web("/%s/invitations", repo["full_name"]),
	}, nil
}

func (c *call) answerInvitation(status int, m *collaborator) (reply, error) {
	out, err := c.invitation(m)
	return reply{status: status, body: out}, err
}

func (c *call) listInvitations() (reply, error) {
	r, err := c.repo(levelAdmin)
	if err != nil {
		return reply{}, err
	}
	all, err := collaborators.list(c.tx, r.ID)
	if err != nil {
		return reply{}, err
	}
	return paged(c, slices.DeleteFunc(all, func(m *collaborator) bool { return !m.Pending }), c.invitation)
}

// invitationOfPath returns the invitation that the path names.
func (c *call) invitationOfPath() (*collaborator, error) {
	id, err := c.idParam("invitation_id")
	if err != nil {
		return nil, err
	}
	m, err := collaborators.get(c.tx, id)
	if err == nil && !m.Pending {
		err = errNotFound
	}
	return m, err
}

// invitationOfRepo is invitationOfPath for who administers the repository.
func (c *call) invitationOfRepo() (*collaborator, error) {
	r, err := c.repo(levelAdmin)
	if err != nil {
		return nil, err
	}
	m, err := c.invitationOfPath()
	if err == nil && m.Parent != r.ID {
		err = errNotFound
	}
	return m, err
}

func (c *call) updateInvitation() (reply, error) {
	m, err := c.invitationOfRepo()
	if err != nil {
		return reply{}, err
	}
	l, err := c.collaboratorLevel("permissions")
	if err != nil {
		return reply{}, err
	}
	m.Level = l.String()
	if err := collaborators.put(c.tx, m); err != nil {
		return reply{}, err
	}
	return c.answerInvitation(http.StatusOK, m)
}

func (c *call) deleteInvitation() (reply, error) {
	m, err := c.invitationOfRepo()
	if err != nil {
		return reply{}, err
	}
	if err := collaborators.delete(c.tx, m.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) listMyInvitations() (reply, error) {
	if c.me() == nil {
		return reply{}, errSignIn
	}
	all, err := collaborators.query(c.tx, "kind = ? AND key = ? ORDER BY id", string(collaborators), idKey(c.me().ID))
	if err != nil {
		return reply{}, err
	}
	return paged(c, slices.DeleteFunc(all, func(m *collaborator) bool { return !m.Pending }), c.invitation)
}

// myInvitation is invitationOfPath for who was invited.
func (c *call) myInvitation() (*collaborator, error) {
	m, err := c.invitationOfPath()
	if err == nil && m.Account != c.me().ID {
		err = errNotFound
	}
	return m, err
}

func (c *call) acceptInvitation() (reply, error) {
	m, err := c.myInvitation()
	if err != nil {
		return reply{}, err
	}
	m.Pending = false
	if err := collaborators.put(c.tx, m); err != nil {
		return reply{}, err
	}
	r, err := repositories.get(c.tx, m.Parent)
	if err != nil {
		return reply{}, err
	}
	l, _ := parseLevel(m.Level)
	if err := c.tellMember(r, c.me(), "added", addedAt(l)); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) declineInvitation() (reply, error) {
	m, err := c.myInvitation()
	if err != nil {
		return reply{}, err
	}
	if err := collaborators.delete(c.tx, m.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}
