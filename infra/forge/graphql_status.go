// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// statusNode is what statuses say of a commit together.
type statusNode struct {
	of  commitNode
	all []*commitStatus
}

func (statusNode) graphType() string { return "Status" }

// status is null for a commit that nobody has reported on.
func (q *query) status(c commitNode, _ args) (any, error) {
	all, err := q.statusesOf(c.repo, c.oid)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return statusNode{c, all}, nil
}

var statusFields = map[string]resolver{
	"id":     plain(func(s statusNode) any { return "S_" + idKey(s.of.repo.ID) + ":" + s.of.oid }),
	"commit": plain(func(s statusNode) any { return s.of }),
	"state": plain(func(s statusNode) any {
		var states []string
		for _, one := range s.all {
			states = append(states, one.State)
		}
		return strings.ToUpper(worst(states))
	}),
	"contexts": plain(func(s statusNode) any {
		nodes := []any{}
		for _, one := range s.all {
			nodes = append(nodes, statusContext{one})
		}
		return nodes
	}),
	"context": field(func(_ *query, s statusNode, a args) (any, error) {
		for _, one := range s.all {
			if one.Context == a.text("name") {
				return statusContext{one}, nil
			}
		}
		return nil, nil
	}),
}

type statusContext struct{ *commitStatus }

func (statusContext) graphType() string { return "StatusContext" }

var statusContextFields = map[string]resolver{
	"id":          plain(func(s statusContext) any { return nodeID("StatusContext", s.ID) }),
	"context":     plain(func(s statusContext) any { return s.Context }),
	"state":       plain(func(s statusContext) any { return strings.ToUpper(s.State) }),
	"description": plain(func(s statusContext) any { return orNil(s.Description) }),
	"targetUrl":   plain(func(s statusContext) any { return orNil(s.TargetURL) }),
	"createdAt":   plain(func(s statusContext) any { return stamp(s.CreatedAt) }),
	"creator":     field(func(q *query, s statusContext, _ args) (any, error) { return q.account(s.Creator) }),
}

// orNil renders a text that may be missing.
func orNil(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// rollup is what statuses and check runs say of a commit together.
type rollup struct {
	of  commitNode
	all []any // statusContext or checkNode
}

func (rollup) graphType() string { return "StatusCheckRollup" }

func (q *query) statusCheckRollup(c commitNode, _ args) (any, error) {
	statuses, err := q.statusesOf(c.repo, c.oid)
	if err != nil {
		return nil, err
	}
	runs, err := q.checkRunsOf(c.repo, c.oid)
	if err != nil || len(statuses)+len(runs) == 0 {
		return nil, err
	}
	all := rollup{of: c}
	for _, s := range statuses {
		all.all = append(all.all, statusContext{s})
	}
	for _, run := range runs {
		all.all = append(all.all, checkNode{run})
	}
	return all, nil
}

var rollupFields = map[string]resolver{
	"id":     plain(func(r rollup) any { return "SCR_" + idKey(r.of.repo.ID) + ":" + r.of.oid }),
	"commit": plain(func(r rollup) any { return r.of }),
	"state": field(func(q *query, r rollup, _ args) (any, error) {
		states, err := q.checkStates(r.of.repo, r.of.oid)
		return strings.ToUpper(worst(states)), err
	}),
	"contexts": field(func(_ *query, r rollup, a args) (any, error) {
		key := func(n any) string {
			if s, is := n.(statusContext); is {
				return idKey(s.ID)
			}
			return idKey(n.(checkNode).ID)
		}
		return pageOf("StatusCheckRollupContextConnection", r.all, key, func(n any) (any, error) { return n, nil }, a)
	}),
}

type checkNode struct{ *checkRun }

func (checkNode) graphType() string { return "CheckRun" }

var checkRunFields = map[string]resolver{
	"id":          plain(func(c checkNode) any { return nodeID("CheckRun", c.ID) }),
	"databaseId":  plain(func(c checkNode) any { return c.ID }),
	"name":        plain(func(c checkNode) any { return c.Name }),
	"status":      plain(func(c checkNode) any { return strings.ToUpper(c.Status) }),
	"conclusion":  plain(func(c checkNode) any { return orNull(strings.ToUpper(c.Conclusion)) }),
	"detailsUrl":  plain(func(c checkNode) any { return orNull(c.DetailsURL) }),
	"startedAt":   plain(func(c checkNode) any { return stamp(c.StartedAt) }),
	"completedAt": plain(func(c checkNode) any { return stamp(c.CompletedAt) }),
	"title":       plain(func(c checkNode) any { return orNil(c.Output.Title) }),
	"summary":     plain(func(c checkNode) any { return orNil(c.Output.Summary) }),
}

type releaseNode struct {
	repo *repository
	*release
}

func (releaseNode) graphType() string { return "Release" }

var releaseFields = map[string]resolver{
	"id":           plain(func(r releaseNode) any { return nodeID("Release", r.ID) }),
	"databaseId":   plain(func(r releaseNode) any { return r.ID }),
	"name":         plain(func(r releaseNode) any { return orNil(r.Name) }),
	"tagName":      plain(func(r releaseNode) any { return r.Tag }),
	"description":  plain(func(r releaseNode) any { return orNil(r.Body) }),
	"isDraft":      plain(func(r releaseNode) any { return r.Draft }),
	"isPrerelease": plain(func(r releaseNode) any { return r.Prerelease }),
	"createdAt":    plain(func(r releaseNode) any { return stamp(r.CreatedAt) }),
	"publishedAt":  plain(func(r releaseNode) any { return stamp(r.PublishedAt) }),
	"url": field(func(q *query, r releaseNode, _ args) (any, error) {
		return q.page(r.repo, "/releases/tag/%s", r.urlTag())
	}),
	"isLatest": field(func(q *query, r releaseNode, _ args) (any, error) {
		latest, err := q.latestRelease(r.repo)
		if errors.Is(err, errMissing) {
			return false, nil
		}
		return err == nil && latest.ID == r.ID, err
	}),
	"author": field(func(q *query, r releaseNode, _ args) (any, error) {
		a, err := accounts.get(q.tx, r.Author)
		if errors.Is(err, errMissing) || err == nil && a.Type != "User" {
			return nil, nil
		}
		return a, err
	}),
	"tagCommit": field(func(q *query, r releaseNode, _ args) (any, error) {
		oid, err := resolveRef(q.tx.ctx, q.srv.git(r.repo), "refs/tags/"+r.Tag+"^{commit}")
		if errors.Is(err, errMissing) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return q.commitNode(r.repo, oid)
	}),
}

// aRelease makes a node of what was found, if it was.
func aRelease(r *repository, found *release, err error) (any, error) {
	if errors.Is(err, errMissing) {
		return nil, nil
	}
	return releaseNode{r, found}, err
}

// releaseConnection lists the releases that who asks may see, the newest first.
func (q *query) releaseConnection(r *repository, a args) (any, error) {
	all, err := releases.list(q.tx, r.ID)
	if err != nil {
		return nil, err
	}
	have, err := q.myLevel(r)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(one *release) bool { return one.Draft && have < levelWrite })
	slices.SortStableFunc(all, func(a, b *release) int { return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID)) })
	return pageOf("ReleaseConnection", all, func(one *release) string { return idKey(one.ID) },
		func(one *release) (any, error) { return releaseNode{r, one}, nil }, a)
}
