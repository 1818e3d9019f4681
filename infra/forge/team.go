// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"slices"
	"strings"
)

// team is a team of an organization. Parent: the organization; key: its slug.
type team struct {
	meta
	Name        string `json:"name"`
	Slug        string `json:"slug"`
	Description string `json:"description,omitempty"`
	Secret      bool   `json:"secret,omitempty"`
	Above       int64  `json:"above,omitempty"` // the parent team
}

// teamMember is a user in a team. Parent: the team; key: the user's id.
type teamMember struct {
	meta
	Account    int64 `json:"account"`
	Maintainer bool  `json:"maintainer,omitempty"`
	Pending    bool  `json:"pending,omitempty"` // invited to the organization
}

// teamRepo is what a team may do in a repository. Parent: the team; key: the
// repository's id.
type teamRepo struct {
	meta
	Repository int64  `json:"repository"`
	Level      string `json:"level"`
}

const (
	teams       kind[team, *team]             = "team"
	teamMembers kind[teamMember, *teamMember] = "team_member"
	teamRepos   kind[teamRepo, *teamRepo]     = "team_repo"
)

// slugOf makes the name that URLs and mentions use.
func slugOf(name string) string {
	slug := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, strings.ToLower(strings.TrimSpace(name)))
	return strings.Trim(slug, "-")
}

// teamsOf returns the teams of org that a is in: directly, or in a team below.
func (v *view) teamsOf(org, a *account) ([]*team, error) {
	all, err := teams.list(v.tx, org.ID)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*team, len(all))
	for _, t := range all {
		byID[t.ID] = t
	}
	in := make(map[int64]bool)
	for _, t := range all {
		m, err := teamMembers.find(v.tx, t.ID, idKey(a.ID))
		if errors.Is(err, errMissing) || err == nil && m.Pending {
			continue
		}
		if err != nil {
			return nil, err
		}
		for up := t; up != nil && !in[up.ID]; up = byID[up.Above] {
			in[up.ID] = true
		}
	}
	return slices.DeleteFunc(all, func(t *team) bool { return !in[t.ID] }), nil
}

// teamLevel is what a team itself was given in r.
func (v *view) teamLevel(t *team, r *repository) (level, error) {
	tr, err := teamRepos.find(v.tx, t.ID, idKey(r.ID))
	if errors.Is(err, errMissing) {
		return levelNone, nil
	}
	if err != nil {
		return levelNone, err
	}
	l, _ := parseLevel(tr.Level)
	return l, nil
}

// leaveTeams takes a user out of all teams of org.
func (v *view) leaveTeams(org *account, user int64) error {
	all, err := teams.list(v.tx, org.ID)
	if err != nil {
		return err
	}
	for _, t := range all {
		m, err := teamMembers.find(v.tx, t.ID, idKey(user))
		if errors.Is(err, errMissing) {
			continue
		}
		if err != nil {
			return err
		}
		if err := teamMembers.delete(v.tx, m.ID); err != nil {
			return err
		}
	}
	return nil
}
