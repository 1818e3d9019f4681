// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
)

var queryFields = map[string]resolver{
	"viewer": field(func(q *query, _ root, _ args) (any, error) { return q.me(), nil }),
	"user": field(func(q *query, _ root, a args) (any, error) {
		u, err := findUser(q.tx, a.text("login"))
		if errors.Is(err, errMissing) {
			return nil, unresolved("User", "login", a.text("login"))
		}
		return u, err
	}),
	"repository": field((*query).repositoryByName),
	"search":     field((*query).searchConnection),
	"node":       field((*query).nodeByID),
	"rateLimit":  field(func(q *query, _ root, _ args) (any, error) { return rateLimit{q.limit}, nil }),
}

// unresolved says that there is no such thing, or none to be seen.
func unresolved(typ, what, value string) error {
	return &graphqlError{Type: "NOT_FOUND", Message: fmt.Sprintf("Could not resolve to a %s with the %s of '%s'.", typ, what, value)}
}

type rateLimit struct{ *window }

func (rateLimit) graphType() string { return "RateLimit" }

var rateLimitFields = map[string]resolver{
	"cost":      plain(func(rateLimit) any { return 1 }),
	"nodeCount": field(func(q *query, _ rateLimit, _ args) (any, error) { return q.nodes, nil }),
	"limit":     limited(func(w *window) any { return w.limit }),
	"remaining": limited(func(w *window) any { return w.remaining() }),
	"used":      limited(func(w *window) any { return w.used }),
	"resetAt":   limited(func(w *window) any { return stamp(w.reset) }),
}

// limited reads the counts, which other requests change.
func limited(get func(*window) any) resolver {
	return field(func(q *query, of rateLimit, _ args) (any, error) {
		q.srv.limits.mu.Lock()
		defer q.srv.limits.mu.Unlock()
		return get(of.window), nil
	})
}

func (a *account) graphType() string { return a.Type }

// account returns the account with an id as a node; nobody is nil.
func (q *query) account(id int64) (any, error) {
	if id == 0 {
		return nil, nil
	}
	a, err := accounts.get(q.tx, id)
	if errors.Is(err, errMissing) {
		return nil, nil
	}
	return a, err
}

// actorFields are those of everybody who does something.
var actorFields = map[string]resolver{
	"id":         plain(func(a *account) any { return nodeID(a.Type, a.ID) }),
	"databaseId": plain(func(a *account) any { return a.ID }),
	"login":      plain(func(a *account) any { return strings.TrimSuffix(a.Login, "[bot]") }), // GraphQL has no suffix
	"avatarUrl":  field(func(q *query, a *account, _ args) (any, error) { return q.web("/avatars/u/%d", a.ID), nil }),
	"url":        field(func(q *query, a *account, _ args) (any, error) { return q.user(a)["html_url"], nil }),
	"resourcePath": field(func(q *query, a *account, _ args) (any, error) {
		return strings.TrimPrefix(fmt.Sprint(q.user(a)["html_url"]), q.base), nil
	}),
	"createdAt": plain(func(a *account) any { return stamp(a.CreatedAt) }),
}

var (
	botFields  = actorFields
	userFields = with(actorFields, map[string]resolver{
		"name":     plain(func(a *account) any { return orNull(a.Name) }),
		"email":    plain(func(a *account) any { return a.Email }),
		"isViewer": field(func(q *query, a *account, _ args) (any, error) { return q.me() != nil && q.me().ID == a.ID, nil }),
	})
	organizationFields = with(actorFields, map[string]resolver{
		"name":        plain(func(a *account) any { return orNull(a.Name) }),
		"description": plain(func(a *account) any { return orNull(a.Bio) }),
	})
)

// with adds fields to those that several types have.
func with(common, more map[string]resolver) map[string]resolver {
	out := maps.Clone(common)
	maps.Copy(out, more)
	return out
}

func (t *team) graphType() string { return "Team" }

var teamFields = map[string]resolver{
	"id":         plain(func(t *team) any { return nodeID("Team", t.ID) }),
	"databaseId": plain(func(t *team) any { return t.ID }),
	"name":       plain(func(t *team) any { return t.Name }),
	"slug":       plain(func(t *team) any { return t.Slug }),
	"url": field(func(q *query, t *team, _ args) (any, error) {
		rendered, err := q.team(t)
		return rendered["html_url"], err
	}),
}

// gitActor is who wrote a commit or a tag.
type gitActor struct{ person }

func (gitActor) graphType() string { return "GitActor" }

var gitActorFields = map[string]resolver{
	"name":  plain(func(p gitActor) any { return p.Name }),
	"email": plain(func(p gitActor) any { return p.Email }),
	"date":  plain(func(p gitActor) any { return p.Date.Format(time.RFC3339) }),
	"user": field(func(q *query, p gitActor, _ args) (any, error) {
		a, err := q.author(p.Email)
		if err != nil || a == nil || a.Type != "User" {
			return nil, err
		}
		return a, nil
	}),
}

// nodeByID finds what a node id names, of the types that have a number.
func (q *query) nodeByID(_ root, a args) (any, error) {
	missing := &graphqlError{Type: "NOT_FOUND", Message: fmt.Sprintf("Could not resolve to a node with the global id of '%s'", a.text("id"))}
	typ, id, known := parseNodeID(a.text("id"))
	if !known {
		return nil, missing
	}
	var found any
	var err error
	switch typ {
	case "User", "Organization", "Bot":
		found, err = accounts.get(q.tx, id)
	case "Repository":
		found, err = q.visibleRepo(repositories.get(q.tx, id))
	case "Issue", "PullRequest":
		found, err = q.issueByID(id)
	case "PullRequestReview":
		found, err = q.reviewByID(id)
	default:
		return nil, &graphqlError{Message: "not emulated: the node of a " + typ}
	}
	if errors.Is(err, errMissing) {
		return nil, missing
	}
	return found, err
}

func (q *query) issueByID(id int64) (any, error) {
	i, err := issues.get(q.tx, id)
	if err != nil {
		return nil, err
	}
	r, err := q.visibleRepo(repositories.get(q.tx, i.Parent))
	if err != nil {
		return nil, err
	}
	return hit{r, i}, nil
}

// visibleRepo lets a repository through that who asks may see.
func (q *query) visibleRepo(r *repository, err error) (*repository, error) {
	if err != nil {
		return nil, err
	}
	have, err := q.myLevel(r)
	if err == nil && have == levelNone {
		err = errMissing
	}
	return r, err
}
