// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// effectiveTeamLevel is what a team, or one above it, was given in r.
func (v *view) effectiveTeamLevel(t *team, r *repository) (level, error) {
	best := levelNone
	for {
		l, err := v.teamLevel(t, r)
		if err != nil {
			return levelNone, err
		}
		best = max(best, l)
		if t.Above == 0 {
			return best, nil
		}
		if t, err = teams.get(v.tx, t.Above); err != nil {
			return levelNone, err
		}
	}
}

func (c *call) listTeamRepos() (reply, error) {
	org, t, err := c.teamOfPath()
	if err != nil {
		return reply{}, err
	}
	all, err := repositories.list(c.tx, org.ID)
	if err != nil {
		return reply{}, err
	}
	var mine []object
	for _, r := range all {
		l, err := c.effectiveTeamLevel(t, r)
		if err != nil {
			return reply{}, err
		}
		if l == levelNone {
			continue
		}
		rendered, err := c.repositoryAt(r, l)
		if err != nil {
			return reply{}, err
		}
		mine = append(mine, rendered)
	}
	return paged(c, mine, func(o object) (object, error) { return o, nil })
}

// repositoryAt renders a repository with what a team may do in it.
func (v *view) repositoryAt(r *repository, l level) (object, error) {
	out, err := v.repository(r)
	if err == nil {
		out["permissions"], out["role_name"] = l.flags(), l.String()
	}
	return out, err
}

// orgRepo returns the repository that "owner/name" names, which must be the
// organization's.
func (c *call) orgRepo(org *account, full string) (*repository, error) {
	owner, name, _ := strings.Cut(full, "/")
	r, err := findRepo(c.tx, owner, name)
	if err != nil {
		return nil, err
	}
	if r.Parent != org.ID {
		return nil, invalidBecause("Team", "repository", "The repository belongs to another account")
	}
	have, err := c.myLevel(r)
	if err == nil && have < levelRead {
		err = errNotFound
	}
	return r, err
}

// checkTeamRepo answers whether a team has a repository, and at which level if
// the client asks for the repository's media type.
func (c *call) checkTeamRepo() (reply, error) {
	org, t, err := c.teamOfPath()
	if err != nil {
		return reply{}, err
	}
	r, err := c.orgRepo(org, c.param("owner")+"/"+c.param("repo"))
	if err != nil {
		return reply{}, err
	}
	l, err := c.effectiveTeamLevel(t, r)
	if err != nil {
		return reply{}, err
	}
	if l == levelNone {
		return reply{}, errNotFound
	}
	if !strings.Contains(c.r.Header.Get("Accept"), "repository") {
		return noContent()
	}
	out, err := c.repositoryAt(r, l)
	return reply{status: http.StatusOK, body: out}, err
}

// teamAndRepo returns what the path names, for who may give the one to the
// other: who leads the team, and administers the repository.
func (c *call) teamAndRepo() (*account, *team, *repository, error) {
	org, t, err := c.ledTeam()
	if err != nil {
		return nil, nil, nil, err
	}
	r, err := c.orgRepo(org, c.param("owner")+"/"+c.param("repo"))
	if err != nil {
		return nil, nil, nil, err
	}
	admin, err := c.myLevel(r)
	if err == nil && admin < levelAdmin && !c.isIntegration() {
		err = forbidden("Must have admin rights to Repository.")
	}
	return org, t, r, err
}

func (c *call) putTeamRepo() (reply, error) {
	org, t, r, err := c.teamAndRepo()
	if err != nil {
		return reply{}, err
	}
	in := struct{ Permission string }{Permission: "pull"}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	l, known := parseLevel(in.Permission)
	if !known || l == levelNone {
		return reply{}, invalid("Team", "permission", "invalid")
	}
	if err := c.giveTeamRepo(org, t, r, l); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) giveTeamRepo(org *account, t *team, r *repository, l level) error {
	have, err := teamRepos.find(c.tx, t.ID, idKey(r.ID))
	if err == nil {
		have.Level = l.String()
		return teamRepos.put(c.tx, have)
	}
	if !errors.Is(err, errMissing) {
		return err
	}
	if err := teamRepos.insert(c.tx, t.ID, idKey(r.ID), &teamRepo{Repository: r.ID, Level: l.String()}); err != nil {
		return err
	}
	rendered, err := c.eventTeam(t)
	if err != nil {
		return err
	}
	if err := c.emit(event{name: "team_add", repo: r, payload: object{"team": rendered}}); err != nil {
		return err
	}
	return c.tellTeam(org, t, "added_to_repository", r, nil)
}

func (c *call) removeTeamRepo() (reply, error) {
	org, t, r, err := c.teamAndRepo()
	if err != nil {
		return reply{}, err
	}
	have, err := teamRepos.find(c.tx, t.ID, idKey(r.ID))
	if errors.Is(err, errMissing) {
		return noContent()
	}
	if err != nil {
		return reply{}, err
	}
	if err := teamRepos.delete(c.tx, have.ID); err != nil {
		return reply{}, err
	}
	if err := c.tellTeam(org, t, "removed_from_repository", r, nil); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) listRepoTeams() (reply, error) {
	r, err := c.seeCollaborators()
	if err != nil {
		return reply{}, err
	}
	all, err := teams.list(c.tx, r.Parent) // a user has none
	if err != nil {
		return reply{}, err
	}
	levels := make(map[int64]level)
	for _, t := range all {
		if levels[t.ID], err = c.effectiveTeamLevel(t, r); err != nil {
			return reply{}, err
		}
	}
	all = slices.DeleteFunc(all, func(t *team) bool { return levels[t.ID] == levelNone })
	return paged(c, all, func(t *team) (object, error) {
		out, err := c.team(t)
		if err == nil {
			out["permission"], out["permissions"] = levels[t.ID].verb(), levels[t.ID].flags()
		}
		return out, err
	})
}
