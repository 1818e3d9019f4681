// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

func (r *repository) graphType() string { return "Repository" }

func (q *query) repositoryByName(_ root, a args) (any, error) {
	r, err := q.visibleRepo(findRepo(q.tx, a.text("owner"), a.text("name")))
	if errors.Is(err, errMissing) {
		return nil, &graphqlError{Type: "NOT_FOUND", Message: fmt.Sprintf("Could not resolve to a Repository with the name '%s/%s'.", a.text("owner"), a.text("name"))}
	}
	return r, err
}

var repositoryFields = map[string]resolver{
	"id":                  plain(func(r *repository) any { return nodeID("Repository", r.ID) }),
	"databaseId":          plain(func(r *repository) any { return r.ID }),
	"name":                plain(func(r *repository) any { return r.Name }),
	"nameWithOwner":       field(func(q *query, r *repository, _ args) (any, error) { return q.fullName(r) }),
	"owner":               field(func(q *query, r *repository, _ args) (any, error) { return q.account(r.Parent) }),
	"description":         plain(func(r *repository) any { return orNull(r.Description) }),
	"url":                 field(func(q *query, r *repository, _ args) (any, error) { return q.page(r, "") }),
	"resourcePath":        field(func(q *query, r *repository, _ args) (any, error) { full, err := q.fullName(r); return "/" + full, err }),
	"isPrivate":           plain(func(r *repository) any { return r.Private }),
	"isArchived":          plain(func(r *repository) any { return r.Archived }),
	"isFork":              plain(func(r *repository) any { return r.ForkOf != 0 }),
	"createdAt":           plain(func(r *repository) any { return stamp(r.CreatedAt) }),
	"updatedAt":           plain(func(r *repository) any { return stamp(r.UpdatedAt) }),
	"pushedAt":            plain(func(r *repository) any { return stamp(r.PushedAt) }),
	"mergeCommitAllowed":  plain(func(r *repository) any { return r.AllowMerge }),
	"squashMergeAllowed":  plain(func(r *repository) any { return r.AllowSquash }),
	"rebaseMergeAllowed":  plain(func(r *repository) any { return r.AllowRebase }),
	"deleteBranchOnMerge": plain(func(r *repository) any { return r.DeleteBranchOnMerge }),
	"hasIssuesEnabled":    plain(func(r *repository) any { return r.HasIssues }),
	"viewerPermission": field(func(q *query, r *repository, _ args) (any, error) {
		if q.isIntegration() {
			return nil, nil // GitHub tells no App
		}
		have, err := q.myLevel(r)
		return strings.ToUpper(have.String()), err
	}),
	"defaultBranchRef":   field(func(q *query, r *repository, _ args) (any, error) { return q.ref(r, "refs/heads/"+r.DefaultBranch) }),
	"ref":                field((*query).refByName),
	"object":             field((*query).objectByName),
	"pullRequest":        numbered("PullRequest"),
	"issue":              numbered("Issue"),
	"issueOrPullRequest": numbered("issue or pull request"),
	"pullRequests":       field((*query).pullRequests),
	"issues":             field((*query).issueConnection),
	"label": field(func(q *query, r *repository, a args) (any, error) {
		l, err := labels.find(q.tx, r.ID, fold(a.text("name")))
		if errors.Is(err, errMissing) {
			return nil, nil
		}
		return labelNode{r, l}, err
	}),
	"labels": field(func(q *query, r *repository, a args) (any, error) {
		all, err := labels.list(q.tx, r.ID)
		if err != nil {
			return nil, err
		}
		return labelConnection(r, all, a)
	}),
	"collaborators": field((*query).collaboratorConnection),
	"release": field(func(q *query, r *repository, a args) (any, error) {
		found, err := releases.find(q.tx, r.ID, a.text("tagName"))
		return aRelease(r, found, err)
	}),
	"latestRelease": field(func(q *query, r *repository, _ args) (any, error) {
		found, err := q.latestRelease(r)
		return aRelease(r, found, err)
	}),
	"releases": field((*query).releaseConnection),
	"milestone": field(func(q *query, r *repository, a args) (any, error) {
		number, _ := a.number("number")
		m, err := milestones.find(q.tx, r.ID, numberKey(int64(number)))
		if errors.Is(err, errMissing) {
			return nil, nil
		}
		return milestoneNode{r, m}, err
	}),
	"milestones": field(func(q *query, r *repository, a args) (any, error) {
		all, err := milestones.list(q.tx, r.ID)
		if err != nil {
			return nil, err
		}
		if states := a.texts("states"); len(states) > 0 {
			all = slices.DeleteFunc(all, func(m *milestone) bool { return !slices.Contains(states, strings.ToUpper(m.state())) })
		}
		return pageOf("MilestoneConnection", all, func(m *milestone) string { return idKey(m.ID) },
			func(m *milestone) (any, error) { return milestoneNode{r, m}, nil }, a)
	}),
}

// page returns the address of something on a repository's web pages.
func (q *query) page(r *repository, format string, args ...any) (string, error) {
	full, err := q.fullName(r)
	return q.web("/%s", full) + fmt.Sprintf(format, args...), err
}

// numbered finds an issue or a pull request by its number.
func numbered(want string) resolver {
	return field(func(q *query, r *repository, a args) (any, error) {
		number, _ := a.number("number")
		i, err := findIssue(q.tx, r, int64(number))
		if err != nil && !errors.Is(err, errMissing) {
			return nil, err
		}
		if err != nil || want == "PullRequest" && i.Pull == nil || want == "Issue" && i.Pull != nil {
			return nil, unresolved(want, "number", fmt.Sprint(number))
		}
		return hit{r, i}, nil
	})
}

// issueOrder is how a list of issues is sorted.
type issueOrder struct{ Field, Direction string }

func (o issueOrder) sort(all []*issue) {
	key := func(i *issue) int64 { return i.CreatedAt.Unix() }
	switch o.Field {
	case "UPDATED_AT":
		key = func(i *issue) int64 { return i.UpdatedAt.Unix() }
	case "COMMENTS":
		key = func(i *issue) int64 { return int64(i.Comments) }
	}
	sortIssues(all, key, cmp.Or(o.Direction, "ASC") == "ASC")
}

// listed returns the issues, or the pull requests, of a repository that the
// arguments ask for.
func (q *query) listed(r *repository, a args, keep func(*issue) bool) ([]*issue, error) {
	all, err := issues.list(q.tx, r.ID)
	if err != nil {
		return nil, err
	}
	states, wanted := a.texts("states"), map[int64]bool{}
	byLabel := a.texts("labels")
	for _, name := range byLabel {
		l, err := labels.find(q.tx, r.ID, fold(name))
		if errors.Is(err, errMissing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		wanted[l.ID] = true
	}
	all = slices.DeleteFunc(all, func(i *issue) bool {
		return !keep(i) || len(states) > 0 && !slices.Contains(states, graphState(i)) ||
			len(byLabel) > 0 && !slices.ContainsFunc(i.Labels, func(id int64) bool { return wanted[id] })
	})
	var order issueOrder
	if a["orderBy"] != nil {
		if err := decodeInto(a["orderBy"], &order); err != nil {
			return nil, err
		}
	}
	order.sort(all)
	return all, nil
}

// graphState is an issue's state, which of a merged pull request is MERGED.
func graphState(i *issue) string {
	if i.Pull != nil && i.Pull.merged() {
		return "MERGED"
	}
	return strings.ToUpper(i.state())
}

func (q *query) pullRequests(r *repository, a args) (any, error) {
	base, head := a.text("baseRefName"), a.text("headRefName")
	all, err := q.listed(r, a, func(i *issue) bool {
		return i.Pull != nil && (base == "" || i.Pull.BaseRef == base) && (head == "" || i.Pull.HeadRef == head)
	})
	if err != nil {
		return nil, err
	}
	return issuePage("PullRequestConnection", r, all, a)
}

func (q *query) issueConnection(r *repository, a args) (any, error) {
	all, err := q.listed(r, a, func(i *issue) bool { return i.Pull == nil })
	if err != nil {
		return nil, err
	}
	return issuePage("IssueConnection", r, all, a)
}

func issuePage(typ string, r *repository, all []*issue, a args) (any, error) {
	return pageOf(typ, all, func(i *issue) string { return idKey(i.ID) }, func(i *issue) (any, error) { return hit{r, i}, nil }, a)
}

// searchConnection answers a search of issues. GitHub counts all, and shows a
// thousand.
func (q *query) searchConnection(_ root, a args) (any, error) {
	all, err := q.view.search(a.text("query"), "", "")
	if err != nil {
		return nil, err
	}
	page, err := pageOf("SearchResultItemConnection", all[:min(len(all), maxFound)], func(f hit) string { return idKey(f.ID) },
		func(f hit) (any, error) { return f, nil }, a)
	if err != nil {
		return nil, err
	}
	page.total = len(all)
	return page, nil
}

type labelNode struct {
	repo *repository
	*label
}

func (labelNode) graphType() string { return "Label" }

var labelFields = map[string]resolver{
	"id":          plain(func(l labelNode) any { return nodeID("Label", l.ID) }),
	"name":        plain(func(l labelNode) any { return l.Name }),
	"color":       plain(func(l labelNode) any { return l.Color }),
	"description": plain(func(l labelNode) any { return orNull(l.Description) }),
	"url":         field(func(q *query, l labelNode, _ args) (any, error) { return q.page(l.repo, "/labels/%s", l.Name) }),
}

func labelConnection(r *repository, all []*label, a args) (any, error) {
	return pageOf("LabelConnection", all, func(l *label) string { return idKey(l.ID) }, func(l *label) (any, error) { return labelNode{r, l}, nil }, a)
}

type milestoneNode struct {
	repo *repository
	*milestone
}

func (milestoneNode) graphType() string { return "Milestone" }

var milestoneFields = map[string]resolver{
	"id":          plain(func(m milestoneNode) any { return nodeID("Milestone", m.ID) }),
	"number":      plain(func(m milestoneNode) any { return m.Number }),
	"title":       plain(func(m milestoneNode) any { return m.Title }),
	"description": plain(func(m milestoneNode) any { return orNull(m.Description) }),
	"state":       plain(func(m milestoneNode) any { return strings.ToUpper(m.state()) }),
	"url":         field(func(q *query, m milestoneNode, _ args) (any, error) { return q.page(m.repo, "/milestone/%d", m.Number) }),
	"dueOn":       plain(func(m milestoneNode) any { return stamp(m.DueOn) }),
	"createdAt":   plain(func(m milestoneNode) any { return stamp(m.CreatedAt) }),
	"closedAt":    plain(func(m milestoneNode) any { return stamp(m.ClosedAt) }),
}
