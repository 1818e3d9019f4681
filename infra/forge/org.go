// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"slices"
)

var orgRoutes = []route{
	{method: "POST", pattern: "/admin/organizations", operation: "enterprise-admin/create-org", handle: (*call).createOrg, admin: true},
	{method: "GET", pattern: "/orgs/{org}", operation: "orgs/get", handle: (*call).getOrg},
	{method: "PATCH", pattern: "/orgs/{org}", operation: "orgs/update", handle: (*call).updateOrg},
	{method: "GET", pattern: "/user/orgs", operation: "orgs/list-for-authenticated-user", handle: (*call).listMyOrgs},
	{method: "GET", pattern: "/orgs/{org}/members", operation: "orgs/list-members", handle: (*call).listMembers},
	{method: "GET", pattern: "/orgs/{org}/members/{username}", operation: "orgs/check-membership-for-user", handle: (*call).checkMember},
	{method: "DELETE", pattern: "/orgs/{org}/members/{username}", operation: "orgs/remove-member", handle: (*call).removeMember},
	{method: "GET", pattern: "/orgs/{org}/memberships/{username}", operation: "orgs/get-membership-for-user", handle: (*call).getMembership},
	{method: "PUT", pattern: "/orgs/{org}/memberships/{username}", operation: "orgs/set-membership-for-user", handle: (*call).putMembership},
	{method: "DELETE", pattern: "/orgs/{org}/memberships/{username}", operation: "orgs/remove-membership-for-user", handle: (*call).removeMember},
	{method: "GET", pattern: "/user/memberships/orgs/{org}", operation: "orgs/get-membership-for-authenticated-user", handle: (*call).getMyMembership},
	{method: "PATCH", pattern: "/user/memberships/orgs/{org}", operation: "orgs/update-membership-for-authenticated-user", handle: (*call).acceptMembership},
	{method: "GET", pattern: "/orgs/{org}/invitations", operation: "orgs/list-pending-invitations", handle: (*call).listOrgInvitations},
	{method: "DELETE", pattern: "/orgs/{org}/invitations/{invitation_id}", operation: "orgs/cancel-invitation", handle: (*call).cancelOrgInvitation},
	{method: "GET", pattern: "/orgs/{org}/installations", operation: "orgs/list-app-installations", handle: (*call).listOrgInstallations},
}

// membership is a user in an organization. Parent: the organization; key: the
// user's id. While it is pending it is the invitation.
type membership struct {
	meta
	Account int64 `json:"account"`
	Admin   bool  `json:"admin,omitempty"`
	Pending bool  `json:"pending,omitempty"`
	Inviter int64 `json:"inviter,omitempty"`
}

const memberships kind[membership, *membership] = "membership"

// role is what a user is in an organization.
type role int

const (
	roleOutsider role = iota
	roleMember
	roleOwner
)

// findOrg returns the organization with this login.
func findOrg(tx *tx, login string) (*account, error) {
	a, err := findAccount(tx, login)
	if err == nil && !a.isOrg() {
		err = errNotFound
	}
	return a, err
}

// roleIn returns what a user is in org; nil is nobody.
func (v *view) roleIn(org, a *account) (role, error) {
	if a == nil {
		return roleOutsider, nil
	}
	m, err := memberships.find(v.tx, org.ID, idKey(a.ID))
	switch {
	case errors.Is(err, errMissing):
		return roleOutsider, nil
	case err != nil:
		return roleOutsider, err
	case m.Pending:
		return roleOutsider, nil
	case m.Admin:
		return roleOwner, nil
	}
	return roleMember, nil
}

// orgRole is the role of who asks, with this token. The app that is installed
// on the organization may do what its permissions say: members, or more.
func (v *view) orgRole(org *account) (role, error) {
	if v.isSiteAdmin() {
		return roleOwner, nil
	}
	if v.actor != nil && v.actor.token != nil && v.actor.token.Grant != nil {
		inst, err := installations.get(v.tx, v.actor.token.Grant.Installation)
		if err != nil || inst.Parent != org.ID {
			return roleOutsider, err
		}
		switch v.actor.token.Grant.Permissions["members"] {
		case "write":
			return roleOwner, nil
		case "read":
			return roleMember, nil
		}
		return roleOutsider, nil
	}
	return v.roleIn(org, v.me())
}

// org returns the organization of the path if who asks has the role there.
// Writing needs a token with a scope for it.
func (c *call) org(need role) (*account, error) {
	org, err := findOrg(c.tx, c.param("org"))
	if err != nil {
		return nil, err
	}
	have, err := c.orgRole(org)
	if err != nil {
		return nil, err
	}
	switch {
	case have >= need && (need < roleOwner || c.isSiteAdmin() || c.hasScope("admin:org", "write:org")):
		return org, nil
	case have == roleOutsider:
		return nil, errNotFound
	}
	return nil, forbidden("You must be an admin of this organization and use a token with the admin:org scope.")
}

func (c *call) createOrg() (reply, error) {
	var in struct {
		Login, Admin string
		ProfileName  string `json:"profile_name"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	admin, err := findUser(c.tx, in.Admin)
	if err != nil {
		return reply{}, invalid("Organization", "admin", "missing")
	}
	org := &account{Login: in.Login, Name: in.ProfileName, Type: "Organization", Org: &orgSettings{BasePermission: "read", MembersCanCreate: true}}
	if err := c.addAccount(org, "Organization"); err != nil {
		return reply{}, err
	}
	m := &membership{Account: admin.ID, Admin: true}
	if err := memberships.insert(c.tx, org.ID, idKey(admin.ID), m); err != nil {
		return reply{}, err
	}
	return created(c.orgSimple(org))
}

// orgSimple renders an organization as lists and webhooks have it.
func (v *view) orgSimple(a *account) object {
	u := v.api("/orgs/%s", a.Login)
	return object{
		"login": a.Login, "id": a.ID, "node_id": nodeID(a.Type, a.ID), "url": u, "repos_url": u + "/repos",
		"events_url": u + "/events", "hooks_url": u + "/hooks", "issues_url": u + "/issues",
		"members_url": u + "/members{/member}", "public_members_url": u + "/public_members{/member}",
		"avatar_url": v.web("/avatars/u/%d", a.ID), "description": orNull(a.Bio),
	}
}

// orgFull renders an organization by itself. Its settings are the owners'.
func (v *view) orgFull(a *account) (object, error) {
	repos, err := repositories.list(v.tx, a.ID)
	if err != nil {
		return nil, err
	}
	public := 0
	for _, r := range repos {
		if !r.Private {
			public++
		}
	}
	out := v.orgSimple(a)
	for name, value := range map[string]string{"name": a.Name, "company": a.Company, "blog": a.Blog, "location": a.Location, "email": a.Email} {
		if value != "" {
			out[name] = value
		}
	}
	out["has_organization_projects"], out["has_repository_projects"] = false, false
	out["public_repos"], out["public_gists"], out["followers"], out["following"] = public, 0, 0, 0
	out["html_url"], out["type"] = v.web("/%s", a.Login), a.Type
	out["created_at"], out["updated_at"], out["archived_at"] = stamp(a.CreatedAt), stamp(a.UpdatedAt), nil
	have, err := v.orgRole(a)
	if err != nil || have < roleOwner {
		return out, err
	}
	out["total_private_repos"], out["owned_private_repos"] = len(repos)-public, len(repos)-public
	out["default_repository_permission"] = a.Org.BasePermission
	out["members_can_create_repositories"] = a.Org.MembersCanCreate
	out["billing_email"] = orNull(a.Org.BillingEmail)
	out["two_factor_requirement_enabled"] = false
	return out, nil
}

func (c *call) getOrg() (reply, error) {
	org, err := findOrg(c.tx, c.param("org"))
	if err != nil {
		return reply{}, err
	}
	return show(c.orgFull(org))
}

func (c *call) updateOrg() (reply, error) {
	org, err := c.org(roleOwner)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Name, Company, Blog, Location, Email, Description *string
		BillingEmail                                      *string `json:"billing_email"`
		BasePermission                                    *string `json:"default_repository_permission"`
		MembersCanCreate                                  *bool   `json:"members_can_create_repositories"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	assign(&org.Name, in.Name)
	assign(&org.Company, in.Company)
	assign(&org.Blog, in.Blog)
	assign(&org.Location, in.Location)
	assign(&org.Email, in.Email)
	assign(&org.Bio, in.Description)
	assign(&org.Org.BillingEmail, in.BillingEmail)
	assign(&org.Org.MembersCanCreate, in.MembersCanCreate)
	if in.BasePermission != nil {
		if !slices.Contains([]string{"read", "write", "admin", "none"}, *in.BasePermission) {
			return reply{}, invalid("Organization", "default_repository_permission", "invalid")
		}
		org.Org.BasePermission = *in.BasePermission
	}
	if err := accounts.put(c.tx, org); err != nil {
		return reply{}, err
	}
	return c.getOrg()
}

func (c *call) listMyOrgs() (reply, error) {
	if c.me() == nil {
		return reply{}, errSignIn
	}
	all, err := accounts.all(c.tx)
	if err != nil {
		return reply{}, err
	}
	var mine []*account
	for _, a := range all {
		if !a.isOrg() {
			continue
		}
		have, err := c.roleIn(a, c.me())
		if err != nil {
			return reply{}, err
		}
		if have > roleOutsider {
			mine = append(mine, a)
		}
	}
	return paged(c, mine, func(a *account) (object, error) { return c.orgSimple(a), nil })
}

func (c *call) listOrgInstallations() (reply, error) {
	org, err := c.org(roleOwner)
	if err != nil {
		return reply{}, err
	}
	all, err := installations.list(c.tx, org.ID)
	if err != nil {
		return reply{}, err
	}
	page, header := cut(c, all)
	list := []object{}
	for _, inst := range page {
		o, err := c.installation(inst)
		if err != nil {
			return reply{}, err
		}
		list = append(list, o)
	}
	return reply{status: http.StatusOK, header: header, body: object{"total_count": len(all), "installations": list}}, nil
}
