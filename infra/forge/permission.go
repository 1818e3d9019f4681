// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// level is how much an account may do in a repository.
type level int

const (
	levelNone level = iota
	levelRead
	levelTriage
	levelWrite
	levelMaintain
	levelAdmin
)

// String returns the name of the role.
func (l level) String() string {
	return [...]string{"none", "read", "triage", "write", "maintain", "admin"}[l]
}

// verb returns the name that collaborators and teams are given the level by.
func (l level) verb() string {
	switch l {
	case levelRead:
		return "pull"
	case levelWrite:
		return "push"
	}
	return l.String()
}

// legacy returns the level in the words that predate triage and maintain.
func (l level) legacy() string {
	switch l {
	case levelTriage:
		return "read"
	case levelMaintain:
		return "write"
	}
	return l.String()
}

// flags renders the level as the "permissions" object.
func (l level) flags() object {
	return object{
		"pull": l >= levelRead, "triage": l >= levelTriage, "push": l >= levelWrite,
		"maintain": l >= levelMaintain, "admin": l >= levelAdmin,
	}
}

// parseLevel reads either name of a level.
func parseLevel(name string) (level, bool) {
	for l := levelNone; l <= levelAdmin; l++ {
		if name == l.String() || name == l.verb() {
			return l, true
		}
	}
	return levelNone, false
}

func idKey(id int64) string { return strconv.FormatInt(id, 10) }

// level returns what an account may do in a repository. A nil account is
// anybody.
func (v *view) level(r *repository, a *account) (level, error) {
	anybody := levelNone
	if !r.Private {
		anybody = levelRead
	}
	if a == nil {
		return anybody, nil
	}
	if a.SiteAdmin {
		return levelAdmin, nil
	}
	given, err := v.givenLevel(r, a)
	return max(anybody, given), err
}

// givenLevel is the most of what owning it, the organization, each team and
// being a collaborator give an account in a repository, leaving out what
// everybody may.
func (v *view) givenLevel(r *repository, a *account) (level, error) {
	if a.ID == r.Parent {
		return levelAdmin, nil
	}
	best := levelNone
	collab, err := collaborators.find(v.tx, r.ID, idKey(a.ID))
	switch {
	case err == nil && !collab.Pending:
		best, _ = parseLevel(collab.Level)
	case err != nil && !errors.Is(err, errMissing):
		return levelNone, err
	}
	owner, err := accounts.get(v.tx, r.Parent)
	if err != nil || !owner.isOrg() {
		return best, err
	}
	inOrg, err := v.orgLevel(owner, r, a)
	return max(best, inOrg), err
}

// orgLevel is what belonging to the organization that owns r gives a.
func (v *view) orgLevel(org *account, r *repository, a *account) (level, error) {
	m, err := memberships.find(v.tx, org.ID, idKey(a.ID))
	if errors.Is(err, errMissing) {
		return levelNone, nil
	}
	if err != nil || m.Pending {
		return levelNone, err
	}
	if m.Admin {
		return levelAdmin, nil
	}
	best, _ := parseLevel(org.Org.BasePermission)
	all, err := v.teamsOf(org, a)
	if err != nil {
		return levelNone, err
	}
	for _, t := range all {
		l, err := v.teamLevel(t, r)
		if err != nil {
			return levelNone, err
		}
		best = max(best, l)
	}
	return best, nil
}

// myLevel is the level of who asks, with this token.
func (v *view) myLevel(r *repository) (level, error) {
	switch {
	case v.actor == nil:
		return v.level(r, nil)
	case v.actor.siteAdmin:
		return levelAdmin, nil
	case v.actor.account == nil:
		return levelNone, nil
	case v.isIntegration():
		return v.grantLevel(r, "metadata")
	}
	l, err := v.level(r, v.actor.account)
	if err != nil {
		return levelNone, err
	}
	switch {
	case v.hasScope("repo"):
		return l, nil
	case r.Private:
		return levelNone, nil
	case v.hasScope("public_repo"):
		return l, nil
	}
	return min(l, levelRead), nil
}

// isIntegration reports whether an app's installation asks.
func (v *view) isIntegration() bool {
	return v.actor != nil && v.actor.token != nil && v.actor.token.Grant != nil
}

// grantLevel is what an installation token may do with one sort of thing.
func (v *view) grantLevel(r *repository, permission string) (level, error) {
	g := v.actor.token.Grant
	inst, err := installations.get(v.tx, g.Installation)
	if err != nil {
		return levelNone, err
	}
	base := levelNone
	if !r.Private {
		base = levelRead
	}
	chosen := g.Repositories
	if len(chosen) == 0 {
		chosen = inst.Repositories
	}
	if inst.Parent != r.Parent || len(chosen) > 0 && !slices.Contains(chosen, r.ID) {
		return base, nil
	}
	granted := g.Permissions[permission]
	if permission == "issues" && granted != "write" && g.Permissions["pull_requests"] != "" {
		granted = g.Permissions["pull_requests"] // a pull request is an issue, too
	}
	switch {
	case granted == "write" && (permission == "administration" || permission == "repository_hooks"):
		return levelAdmin, nil
	case granted == "write" || granted == "admin":
		return levelMaintain, nil
	}
	// Every installation may read what it is installed on ("metadata").
	return levelRead, nil
}

// permissionOf says which permission of an app a path below a repository needs.
func permissionOf(pattern string) string {
	rest, _ := strings.CutPrefix(pattern, "/repos/{owner}/{repo}")
	first, more, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	switch first {
	case "issues", "labels", "milestones", "assignees":
		return "issues"
	case "pulls":
		return "pull_requests"
	case "statuses":
		return "statuses"
	case "check-runs", "check-suites":
		return "checks"
	case "actions":
		return "actions"
	case "hooks":
		return "repository_hooks"
	case "branches":
		if strings.HasSuffix(more, "/protection") {
			return "administration"
		}
		return "contents"
	case "", "collaborators", "invitations", "teams", "topics", "rulesets":
		return "administration"
	}
	return "contents"
}

// repo returns the repository of the path if who asks has the level there.
func (c *call) repo(need level) (*repository, error) {
	r, err := findRepo(c.tx, c.param("owner"), c.param("repo"))
	if err != nil {
		return nil, err
	}
	c.found = r
	return r, c.needs(r, need)
}

// needs returns the error for who has less than a level: 404 where the
// repository itself is a secret, 403 else.
func (c *call) needs(r *repository, need level) error {
	have, err := c.myLevel(r)
	if err != nil {
		return err
	}
	integration := c.isIntegration()
	if integration && c.route != nil {
		if have, err = c.grantLevel(r, permissionOf(c.route.pattern)); err != nil {
			return err
		}
		// Any person who may read may open an issue or comment; an app must have
		// been granted to write them, on this repository.
		if c.route.method != http.MethodGet && strings.HasPrefix(c.route.pattern, "/repos/") {
			need = max(need, levelWrite)
		}
	}
	switch {
	case have == levelNone:
		return errNotFound
	case have < need && integration:
		return forbidden("Resource not accessible by integration")
	case have < need && need == levelAdmin:
		return forbidden("Must have admin rights to Repository.")
	case have < need:
		return forbidden(fmt.Sprintf("Must have %s access to %s.", need.verb(), r.Name))
	case need > levelRead && r.Archived && c.route != nil && c.route.operation != "repos/update":
		return forbidden("Repository was archived so is read-only.")
	}
	return nil
}

// hasLevel reports whether who asks has the level, where less is no error but
// another answer.
func (c *call) hasLevel(r *repository, need level) (bool, error) {
	have, err := c.myLevel(r)
	if err == nil && c.isIntegration() && c.route != nil {
		have, err = c.grantLevel(r, permissionOf(c.route.pattern))
	}
	return have >= need, err
}
