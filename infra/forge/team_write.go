// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
)

var teamRoutes = []route{
	{method: "GET", pattern: "/orgs/{org}/teams", operation: "teams/list", handle: (*call).listTeams},
	{method: "POST", pattern: "/orgs/{org}/teams", operation: "teams/create", handle: (*call).createTeam},
	{method: "GET", pattern: "/orgs/{org}/teams/{team_slug}", operation: "teams/get-by-name", handle: (*call).getTeam},
	{method: "PATCH", pattern: "/orgs/{org}/teams/{team_slug}", operation: "teams/update-in-org", handle: (*call).updateTeam},
	{method: "DELETE", pattern: "/orgs/{org}/teams/{team_slug}", operation: "teams/delete-in-org", handle: (*call).deleteTeam},
	{method: "GET", pattern: "/orgs/{org}/teams/{team_slug}/teams", operation: "teams/list-child-in-org", handle: (*call).listChildTeams},
	{method: "GET", pattern: "/orgs/{org}/teams/{team_slug}/invitations", operation: "teams/list-pending-invitations-in-org", handle: (*call).listTeamInvitations},
	{method: "GET", pattern: "/orgs/{org}/teams/{team_slug}/members", operation: "teams/list-members-in-org", handle: (*call).listTeamMembers},
	{method: "GET", pattern: "/orgs/{org}/teams/{team_slug}/memberships/{username}", operation: "teams/get-membership-for-user-in-org", handle: (*call).getTeamMembership},
	{method: "PUT", pattern: "/orgs/{org}/teams/{team_slug}/memberships/{username}", operation: "teams/add-or-update-membership-for-user-in-org", handle: (*call).putTeamMembership},
	{method: "DELETE", pattern: "/orgs/{org}/teams/{team_slug}/memberships/{username}", operation: "teams/remove-membership-for-user-in-org", handle: (*call).removeTeamMembership},
	{method: "GET", pattern: "/orgs/{org}/teams/{team_slug}/repos", operation: "teams/list-repos-in-org", handle: (*call).listTeamRepos},
	{method: "GET", pattern: "/orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}", operation: "teams/check-permissions-for-repo-in-org", handle: (*call).checkTeamRepo},
	{method: "PUT", pattern: "/orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}", operation: "teams/add-or-update-repo-permissions-in-org", handle: (*call).putTeamRepo},
	{method: "DELETE", pattern: "/orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}", operation: "teams/remove-repo-in-org", handle: (*call).removeTeamRepo},
	{method: "GET", pattern: "/repos/{owner}/{repo}/teams", operation: "repos/list-teams", handle: (*call).listRepoTeams},
	{method: "GET", pattern: "/user/teams", operation: "teams/list-for-authenticated-user", handle: (*call).listMyTeams},
}

func (t *team) privacy() string {
	if t.Secret {
		return "secret"
	}
	return "closed"
}

// eventTeam renders a team as webhooks have it, which know less of it.
func (v *view) eventTeam(t *team) (object, error) {
	org, err := accounts.get(v.tx, t.Parent)
	if err != nil {
		return nil, err
	}
	u := v.api("/organizations/%d/team/%d", org.ID, t.ID)
	return object{
		"id": t.ID, "node_id": nodeID("Team", t.ID), "name": t.Name, "slug": t.Slug, "description": orNull(t.Description),
		"privacy": t.privacy(), "notification_setting": "notifications_enabled", "permission": "pull",
		"url": u, "html_url": v.web("/orgs/%s/teams/%s", org.Login, t.Slug),
		"members_url": u + "/members{/member}", "repositories_url": u + "/repos",
	}, nil
}

// team renders a team as lists have it.
func (v *view) team(t *team) (object, error) {
	out, err := v.eventTeam(t)
	if err != nil {
		return nil, err
	}
	out["type"], out["organization_id"] = "organization", t.Parent
	out["parent"] = nil
	if t.Above == 0 {
		return out, nil
	}
	above, err := teams.get(v.tx, t.Above)
	if err != nil {
		return nil, err
	}
	parent, err := v.eventTeam(above)
	if err != nil {
		return nil, err
	}
	parent["type"] = "organization"
	out["parent"] = parent
	return out, nil
}

// fullTeam renders a team by itself.
func (v *view) fullTeam(org *account, t *team) (object, error) {
	out, err := v.team(t)
	if err != nil {
		return nil, err
	}
	if out["parent"] == nil {
		delete(out, "parent")
	}
	members, err := v.teamMembers(t)
	if err != nil {
		return nil, err
	}
	repos, err := teamRepos.list(v.tx, t.ID)
	if err != nil {
		return nil, err
	}
	out["members_count"], out["repos_count"] = len(members), len(repos)
	out["created_at"], out["updated_at"] = stamp(t.CreatedAt), stamp(t.UpdatedAt)
	out["organization"], err = v.orgFull(org)
	return out, err
}

func (c *call) answerTeam(status int, org *account, t *team) (reply, error) {
	out, err := c.fullTeam(org, t)
	return reply{status: status, body: out}, err
}

// tellTeam emits an event about a team; r may be nil.
func (v *view) tellTeam(org *account, t *team, action string, r *repository, changes object) error {
	rendered, err := v.eventTeam(t)
	if err != nil {
		return err
	}
	payload := object{"team": rendered}
	if changes != nil {
		payload["changes"] = changes
	}
	return v.emit(event{name: "team", action: action, org: org, repo: r, payload: payload})
}

// seesTeam reports whether who asks may know of a team: a secret one is known
// to its members and to owners.
func (c *call) seesTeam(org *account, t *team) (bool, error) {
	have, err := c.orgRole(org)
	if err != nil || have == roleOutsider || have == roleOwner || !t.Secret {
		return have != roleOutsider, err
	}
	if c.me() == nil {
		return false, nil
	}
	mine, err := c.teamsOf(org, c.me())
	return slices.ContainsFunc(mine, func(m *team) bool { return m.ID == t.ID }), err
}

// teamOfPath returns the team that the path names, for who may see it.
func (c *call) teamOfPath() (*account, *team, error) {
	org, err := findOrg(c.tx, c.param("org"))
	if err != nil {
		return nil, nil, err
	}
	t, err := teams.find(c.tx, org.ID, c.param("team_slug"))
	if err != nil {
		return nil, nil, err
	}
	seen, err := c.seesTeam(org, t)
	if err == nil && !seen {
		err = errNotFound
	}
	return org, t, err
}

// ledTeam is teamOfPath for who may change the team: an owner of the
// organization, or a maintainer of the team.
func (c *call) ledTeam() (*account, *team, error) {
	org, t, err := c.teamOfPath()
	if err != nil {
		return nil, nil, err
	}
	have, err := c.orgRole(org)
	if err != nil {
		return nil, nil, err
	}
	if have < roleOwner {
		m, err := teamMembers.find(c.tx, t.ID, idKey(c.me().ID))
		if errors.Is(err, errMissing) || err == nil && (!m.Maintainer || m.Pending) {
			return nil, nil, forbidden("You must be an owner of the organization or a maintainer of the team.")
		}
		if err != nil {
			return nil, nil, err
		}
	}
	if !c.isSiteAdmin() && !c.hasScope("admin:org", "write:org") {
		return nil, nil, forbidden("Your token needs the admin:org scope.")
	}
	return org, t, nil
}

func (c *call) listTeams() (reply, error) {
	org, err := c.org(roleMember)
	if err != nil {
		return reply{}, err
	}
	all, err := teams.list(c.tx, org.ID)
	if err != nil {
		return reply{}, err
	}
	var seen []*team
	for _, t := range all {
		sees, err := c.seesTeam(org, t)
		if err != nil {
			return reply{}, err
		}
		if sees {
			seen = append(seen, t)
		}
	}
	return paged(c, seen, c.team)
}

func (c *call) listChildTeams() (reply, error) {
	org, t, err := c.teamOfPath()
	if err != nil {
		return reply{}, err
	}
	all, err := teams.list(c.tx, org.ID)
	if err != nil {
		return reply{}, err
	}
	return paged(c, slices.DeleteFunc(all, func(child *team) bool { return child.Above != t.ID }), c.team)
}

func (c *call) listMyTeams() (reply, error) {
	if c.me() == nil {
		return reply{}, errSignIn
	}
	orgs, err := accounts.all(c.tx)
	if err != nil {
		return reply{}, err
	}
	var mine []*team
	for _, org := range orgs {
		if !org.isOrg() {
			continue
		}
		in, err := c.teamsOf(org, c.me())
		if err != nil {
			return reply{}, err
		}
		mine = append(mine, in...)
	}
	return paged(c, mine, func(t *team) (object, error) {
		org, err := accounts.get(c.tx, t.Parent)
		if err != nil {
			return nil, err
		}
		return c.fullTeam(org, t)
	})
}

// teamInput is what creating and updating a team take.
type teamInput struct {
	Name, Description, Privacy *string
	Maintainers                []string
	RepoNames                  []string        `json:"repo_names"`
	Above                      json.RawMessage `json:"parent_team_id"`
}

// apply sets what the input has, and returns what changed as events tell it.
func (c *call) applyTeam(in *teamInput, org *account, t *team) (changes object, err error) {
	changes = object{}
	if in.Name != nil && *in.Name != t.Name {
		changes["name"] = object{"from": t.Name}
		t.Name, t.Slug = *in.Name, slugOf(*in.Name)
		t.Key = t.Slug
	}
	if t.Slug == "" {
		return nil, invalid("Team", "name", "missing_field")
	}
	if in.Description != nil && *in.Description != t.Description {
		changes["description"] = object{"from": t.Description}
		t.Description = *in.Description
	}
	if in.Privacy != nil && *in.Privacy != t.privacy() {
		if *in.Privacy != "secret" && *in.Privacy != "closed" {
			return nil, invalid("Team", "privacy", "invalid")
		}
		changes["privacy"] = object{"from": t.privacy()}
		t.Secret = *in.Privacy == "secret"
	}
	if in.Above == nil {
		return changes, nil
	}
	var above *int64
	if err := json.Unmarshal(in.Above, &above); err != nil {
		return nil, invalid("Team", "parent_team_id", "invalid")
	}
	t.Above = 0
	if above == nil {
		return changes, nil
	}
	t.Above = *above
	return changes, c.checkAbove(org, t)
}

// checkAbove refuses a parent team of another organization, and circles.
func (c *call) checkAbove(org *account, t *team) error {
	for id := t.Above; id != 0; {
		up, err := teams.get(c.tx, id)
		if errors.Is(err, errMissing) || err == nil && (up.Parent != org.ID || up.ID == t.ID) {
			return invalid("Team", "parent_team_id", "invalid")
		}
		if err != nil {
			return err
		}
		id = up.Above
	}
	if t.Above != 0 && t.Secret {
		return invalidBecause("Team", "privacy", "A team with a parent cannot be secret")
	}
	return nil
}

func (c *call) createTeam() (reply, error) {
	org, err := c.org(roleMember)
	if err != nil {
		return reply{}, err
	}
	if !c.isSiteAdmin() && !c.hasScope("admin:org", "write:org") {
		return reply{}, forbidden("Your token needs the admin:org scope.")
	}
	var in teamInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	// A team without a parent is secret, if nothing else is said.
	t := &team{Secret: in.Privacy == nil && in.Above == nil}
	if _, err := c.applyTeam(&in, org, t); err != nil {
		return reply{}, err
	}
	err = teams.insert(c.tx, org.ID, t.Slug, t)
	if errors.Is(err, errTaken) {
		return reply{}, invalidBecause("Team", "name", "Name must be unique for this org")
	}
	if err != nil {
		return reply{}, err
	}
	if err := c.tellTeam(org, t, "created", nil, nil); err != nil {
		return reply{}, err
	}
	if err := c.fillTeam(org, t, &in); err != nil {
		return reply{}, err
	}
	return c.answerTeam(http.StatusCreated, org, t)
}

// fillTeam gives a new team the members and repositories it was made with.
func (c *call) fillTeam(org *account, t *team, in *teamInput) error {
	maintainers := in.Maintainers
	if len(maintainers) == 0 && !c.isSiteAdmin() && !c.isIntegration() {
		maintainers = []string{c.me().Login} // who makes a team is in it
	}
	for _, login := range maintainers {
		a, err := findUser(c.tx, login)
		if err != nil {
			return invalid("Team", "maintainers", "invalid")
		}
		at, err := c.roleIn(org, a)
		if err != nil {
			return err
		}
		if at == roleOutsider {
			return invalid("Team", "maintainers", "invalid")
		}
		if err := c.joinTeam(org, t, a, &teamMember{Account: a.ID, Maintainer: true}); err != nil {
			return err
		}
	}
	for _, full := range in.RepoNames {
		r, err := c.orgRepo(org, full)
		if err != nil {
			return invalid("Team", "repo_names", "invalid")
		}
		if err := c.giveTeamRepo(org, t, r, levelRead); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) getTeam() (reply, error) {
	org, t, err := c.teamOfPath()
	if err != nil {
		return reply{}, err
	}
	return c.answerTeam(http.StatusOK, org, t)
}

func (c *call) updateTeam() (reply, error) {
	org, t, err := c.ledTeam()
	if err != nil {
		return reply{}, err
	}
	var in teamInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	changes, err := c.applyTeam(&in, org, t)
	if err != nil {
		return reply{}, err
	}
	err = teams.put(c.tx, t)
	if errors.Is(err, errTaken) {
		return reply{}, invalidBecause("Team", "name", "Name must be unique for this org")
	}
	if err != nil {
		return reply{}, err
	}
	if len(changes) > 0 {
		if err := c.tellTeam(org, t, "edited", nil, changes); err != nil {
			return reply{}, err
		}
	}
	return c.answerTeam(http.StatusOK, org, t)
}

func (c *call) deleteTeam() (reply, error) {
	org, t, err := c.ledTeam()
	if err != nil {
		return reply{}, err
	}
	if err := c.dropTeam(org, t); err != nil {
		return reply{}, err
	}
	return noContent()
}

// dropTeam deletes a team, and those below it.
func (c *call) dropTeam(org *account, t *team) error {
	all, err := teams.list(c.tx, org.ID)
	if err != nil {
		return err
	}
	for _, child := range all {
		if child.Above == t.ID {
			if err := c.dropTeam(org, child); err != nil {
				return err
			}
		}
	}
	if err := c.tellTeam(org, t, "deleted", nil, nil); err != nil {
		return err
	}
	return teams.delete(c.tx, t.ID)
}
