// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"slices"
)

var collaboratorRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/collaborators", operation: "repos/list-collaborators", handle: (*call).listCollaborators},
	{method: "GET", pattern: "/repos/{owner}/{repo}/collaborators/{username}", operation: "repos/check-collaborator", handle: (*call).checkCollaborator},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/collaborators/{username}", operation: "repos/add-collaborator", handle: (*call).putCollaborator},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/collaborators/{username}", operation: "repos/remove-collaborator", handle: (*call).removeCollaborator},
	{method: "GET", pattern: "/repos/{owner}/{repo}/collaborators/{username}/permission", operation: "repos/get-collaborator-permission-level", handle: (*call).getPermission},
	{method: "GET", pattern: "/repos/{owner}/{repo}/invitations", operation: "repos/list-invitations", handle: (*call).listInvitations},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/invitations/{invitation_id}", operation: "repos/update-invitation", handle: (*call).updateInvitation},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/invitations/{invitation_id}", operation: "repos/delete-invitation", handle: (*call).deleteInvitation},
	{method: "GET", pattern: "/user/repository_invitations", operation: "repos/list-invitations-for-authenticated-user", handle: (*call).listMyInvitations},
	{method: "PATCH", pattern: "/user/repository_invitations/{invitation_id}", operation: "repos/accept-invitation-for-authenticated-user", handle: (*call).acceptInvitation},
	{method: "DELETE", pattern: "/user/repository_invitations/{invitation_id}", operation: "repos/decline-invitation-for-authenticated-user", handle: (*call).declineInvitation},
}

// collaborator is an account with a level of its own in a repository. While it
// is pending it is the invitation. Parent: the repository; key: the account's id.
type collaborator struct {
	meta
	Account int64  `json:"account"`
	Level   string `json:"level"`
	// Pending: invited, and not come yet; it gives no level.
	Pending bool  `json:"pending,omitempty"`
	Inviter int64 `json:"inviter,omitempty"`
}

const collaborators kind[collaborator, *collaborator] = "collaborator"

// userAt renders an account with what it may in a repository.
func (v *view) userAt(a *account, l level) object {
	out := v.user(a)
	out["permissions"], out["role_name"] = l.flags(), l.String()
	return out
}

// seeCollaborators returns the repository of the path if who asks may know who
// works on it. Apps may, whatever they were granted.
func (c *call) seeCollaborators() (*repository, error) {
	if c.isIntegration() {
		return c.repo(levelRead)
	}
	r, err := c.repo(levelRead)
	if err != nil {
		return nil, err
	}
	may, err := c.hasLevel(r, levelWrite)
	if err == nil && !may {
		err = forbidden("Must have push access to view repository collaborators.")
	}
	return r, err
}

// candidates are the accounts that may have been given a level in r.
func (v *view) candidates(r *repository) ([]*account, error) {
	ids := []int64{r.Parent}
	collabs, err := collaborators.list(v.tx, r.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range collabs {
		ids = append(ids, m.Account)
	}
	members, err := memberships.list(v.tx, r.Parent)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		ids = append(ids, m.Account)
	}
	slices.Sort(ids)
	var out []*account
	for _, id := range slices.Compact(ids) {
		a, err := accounts.get(v.tx, id)
		if err != nil {
			return nil, err
		}
		if !a.isOrg() {
			out = append(out, a)
		}
	}
	return out, nil
}

func (c *call) listCollaborators() (reply, error) {
	r, err := c.seeCollaborators()
	if err != nil {
		return reply{}, err
	}
	all, err := c.candidates(r)
	if err != nil {
		return reply{}, err
	}
	var out []object
	for _, a := range all {
		l, err := c.givenLevel(r, a)
		if err != nil {
			return reply{}, err
		}
		shown, err := c.affiliated(r, a)
		if err != nil {
			return reply{}, err
		}
		wanted, known := parseLevel(c.query("permission"))
		if l > levelNone && shown && (!known || l == wanted) {
			out = append(out, c.userAt(a, l))
		}
	}
	return paged(c, out, func(o object) (object, error) { return o, nil })
}

// affiliated reports whether the affiliation that is asked for has a: direct
// collaborators, those from outside the organization, or all.
func (c *call) affiliated(r *repository, a *account) (bool, error) {
	affiliation := c.query("affiliation")
	if affiliation == "" || affiliation == "all" || a.ID == r.Parent {
		return true, nil
	}
	m, err := collaborators.find(c.tx, r.ID, idKey(a.ID))
	if errors.Is(err, errMissing) || err == nil && m.Pending {
		return false, nil
	}
	if err != nil || affiliation == "direct" {
		return err == nil, err
	}
	_, err = memberships.find(c.tx, r.Parent, idKey(a.ID))
	if errors.Is(err, errMissing) {
		return true, nil
	}
	return false, err
}

func (c *call) checkCollaborator() (reply, error) {
	r, err := c.seeCollaborators()
	if err != nil {
		return reply{}, err
	}
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	l, err := c.givenLevel(r, a)
	if err != nil {
		return reply{}, err
	}
	if l == levelNone {
		return reply{}, errNotFound
	}
	return noContent()
}

func (c *call) getPermission() (reply, error) {
	r, err := c.seeCollaborators()
	if err != nil {
		return reply{}, err
	}
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	l, err := c.level(r, a)
	if err != nil {
		return reply{}, err
	}
	return ok(object{"permission": l.legacy(), "role_name": l.String(), "user": c.userAt(a, l)})
}

// collaboratorLevel reads the level that the body gives; "push" is the default.
func (c *call) collaboratorLevel(field string) (level, error) {
	var in map[string]any
	if err := c.decode(&in); err != nil {
		return levelNone, err
	}
	value, given := in[field]
	if !given {
		return levelWrite, nil
	}
	name, _ := value.(string)
	l, known := parseLevel(name)
	if !known || l == levelNone {
		return levelNone, invalid("Repository", field, "invalid")
	}
	return l, nil
}

// putCollaborator changes the level of who is there. Others are invited, but
// for members of the organization, who are added at once.
func (c *call) putCollaborator() (reply, error) {
	r, err := c.repo(levelAdmin)
	if err != nil {
		return reply{}, err
	}
	l, err := c.collaboratorLevel("permission")
	if err != nil {
		return reply{}, err
	}
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	if a.ID == r.Parent {
		return reply{}, invalidBecause("Repository", "username", "Repository owner cannot be a collaborator")
	}
	m, err := collaborators.find(c.tx, r.ID, idKey(a.ID))
	switch {
	case errors.Is(err, errMissing):
		return c.addCollaborator(r, a, l)
	case err != nil:
		return reply{}, err
	}
	before := m.Level
	m.Level = l.String()
	if err := collaborators.put(c.tx, m); err != nil {
		return reply{}, err
	}
	if m.Pending {
		return c.answerInvitation(http.StatusCreated, m)
	}
	if before != m.Level {
		changes := object{"old_permission": object{"from": before}}
		if err := c.tellMember(r, a, "edited", changes); err != nil {
			return reply{}, err
		}
	}
	return noContent()
}

func (c *call) addCollaborator(r *repository, a *account, l level) (reply, error) {
	owner, err := accounts.get(c.tx, r.Parent)
	if err != nil {
		return reply{}, err
	}
	at := roleOutsider
	if owner.isOrg() {
		if at, err = c.roleIn(owner, a); err != nil {
			return reply{}, err
		}
	}
	m := &collaborator{Account: a.ID, Level: l.String(), Pending: at == roleOutsider, Inviter: c.me().ID}
	if err := collaborators.insert(c.tx, r.ID, idKey(a.ID), m); err != nil {
		return reply{}, err
	}
	if m.Pending {
		return c.answerInvitation(http.StatusCreated, m)
	}
	if err := c.tellMember(r, a, "added", addedAt(l)); err != nil {
		return reply{}, err
	}
	return noContent()
}

// addedAt is what the event of a new collaborator says of the level: it knows
// two of them.
func addedAt(l level) object {
	if l != levelWrite && l != levelAdmin {
		return nil
	}
	return object{"permission": object{"to": l.String()}}
}

// tellMember emits the event of a change among the collaborators.
func (v *view) tellMember(r *repository, a *account, action string, changes object) error {
	payload := object{"member": v.user(a)}
	if changes != nil {
		payload["changes"] = changes
	}
	return v.emit(event{name: "member", action: action, repo: r, payload: payload})
}

// removeCollaborator is for administrators, and for who wants to leave.
func (c *call) removeCollaborator() (reply, error) {
	a, err := findUser(c.tx, c.param("username"))
	if err != nil {
		return reply{}, err
	}
	need := levelAdmin
	if c.me() != nil && c.me().ID == a.ID {
		need = levelRead
	}
	r, err := c.repo(need)
	if err != nil {
		return reply{}, err
	}
	m, err := collaborators.find(c.tx, r.ID, idKey(a.ID))
	if errors.Is(err, errMissing) {
		return noContent()
	}
	if err != nil {
		return reply{}, err
	}
	if err := collaborators.delete(c.tx, m.ID); err != nil {
		return reply{}, err
	}
	if !m.Pending {
		if err := c.tellMember(r, a, "removed", nil); err != nil {
			return reply{}, err
		}
	}
	return noContent()
}
