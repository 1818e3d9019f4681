// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"slices"
	"strings"
)

func (f hit) graphType() string {
	if f.Pull != nil {
		return "PullRequest"
	}
	return "Issue"
}

// conversationFields are what issues and pull requests have alike.
var conversationFields = map[string]resolver{
	"id":                plain(func(f hit) any { return nodeID(f.graphType(), f.ID) }),
	"databaseId":        plain(func(f hit) any { return f.ID }),
	"number":            plain(func(f hit) any { return f.Number }),
	"title":             plain(func(f hit) any { return f.Title }),
	"body":              plain(func(f hit) any { return f.Body }),
	"state":             plain(func(f hit) any { return graphState(f.issue) }),
	"closed":            plain(func(f hit) any { return f.Closed }),
	"locked":            plain(func(f hit) any { return f.Locked }),
	"createdAt":         plain(func(f hit) any { return stamp(f.CreatedAt) }),
	"updatedAt":         plain(func(f hit) any { return stamp(f.UpdatedAt) }),
	"closedAt":          plain(func(f hit) any { return stamp(f.ClosedAt) }),
	"repository":        plain(func(f hit) any { return f.repo }),
	"author":            field(func(q *query, f hit, _ args) (any, error) { return q.account(f.Author) }),
	"authorAssociation": field(func(q *query, f hit, _ args) (any, error) { return q.associationOf(f.repo, f.Author) }),
	"url": field(func(q *query, f hit, _ args) (any, error) {
		page := "/issues/%d"
		if f.Pull != nil {
			page = "/pull/%d"
		}
		return q.page(f.repo, page, f.Number)
	}),
	"milestone": field(func(q *query, f hit, _ args) (any, error) {
		m, err := milestones.get(q.tx, f.Milestone)
		if errors.Is(err, errMissing) {
			return nil, nil
		}
		return milestoneNode{f.repo, m}, err
	}),
	"labels": field(func(q *query, f hit, a args) (any, error) {
		docs, err := q.labelDocs(f.issue)
		if err != nil {
			return nil, err
		}
		return labelConnection(f.repo, docs, a)
	}),
	"assignees": field(func(q *query, f hit, a args) (any, error) {
		return pageOf("UserConnection", f.Assignees, idKey, q.account, a)
	}),
	"comments": field(func(q *query, f hit, a args) (any, error) {
		all, err := comments.list(q.tx, f.ID)
		if err != nil {
			return nil, err
		}
		return pageOf("IssueCommentConnection", all, func(m *comment) string { return idKey(m.ID) },
			func(m *comment) (any, error) { return commentNode{f, m}, nil }, a)
	}),
}

var issueFields = with(conversationFields, map[string]resolver{
	"stateReason":   plain(func(f hit) any { return orNull(strings.ToUpper(f.StateReason)) }),
	"isPinned":      plain(func(f hit) any { return f.Pinned }),
	"timelineItems": field((*query).transfers),
})

func (q *query) associationOf(r *repository, id int64) (any, error) {
	a, err := accounts.get(q.tx, id)
	if errors.Is(err, errMissing) {
		return "NONE", nil
	}
	if err != nil {
		return nil, err
	}
	return q.association(r, a)
}

type commentNode struct {
	of hit
	*comment
}

func (commentNode) graphType() string { return "IssueComment" }

var issueCommentFields = map[string]resolver{
	"id":                plain(func(m commentNode) any { return nodeID("IssueComment", m.ID) }),
	"databaseId":        plain(func(m commentNode) any { return m.ID }),
	"author":            field(func(q *query, m commentNode, _ args) (any, error) { return q.account(m.Author) }),
	"authorAssociation": field(func(q *query, m commentNode, _ args) (any, error) { return q.associationOf(m.of.repo, m.Author) }),
	"body":              plain(func(m commentNode) any { return m.Body }),
	"createdAt":         plain(func(m commentNode) any { return stamp(m.CreatedAt) }),
	"updatedAt":         plain(func(m commentNode) any { return stamp(m.UpdatedAt) }),
	"lastEditedAt":      plain(func(m commentNode) any { return stamp(m.EditedAt) }),
	"fullDatabaseId":    plain(func(m commentNode) any { return idKey(m.ID) }),
	"url": field(func(q *query, m commentNode, _ args) (any, error) {
		page := "/issues/%d#issuecomment-%d"
		if m.of.Pull != nil {
			page = "/pull/%d#issuecomment-%d"
		}
		return q.page(m.of.repo, page, m.of.Number, m.ID)
	}),
}

// pulled makes a resolver of what a pull request says of itself.
func pulled(get func(p *pull) any) resolver {
	return plain(func(f hit) any { return get(f.Pull) })
}

var pullRequestFields = with(conversationFields, map[string]resolver{
	"permalink":           conversationFields["url"],
	"mergedAt":            pulled(func(p *pull) any { return stamp(p.MergedAt) }),
	"merged":              pulled(func(p *pull) any { return p.merged() }),
	"isDraft":             pulled(func(p *pull) any { return p.Draft }),
	"baseRefName":         pulled(func(p *pull) any { return p.BaseRef }),
	"baseRefOid":          pulled(func(p *pull) any { return p.BaseSHA }),
	"headRefName":         pulled(func(p *pull) any { return p.HeadRef }),
	"headRefOid":          pulled(func(p *pull) any { return p.HeadSHA }),
	"maintainerCanModify": pulled(func(p *pull) any { return p.CanModify }),
	"additions":           pulled(func(p *pull) any { return p.Additions }),
	"deletions":           pulled(func(p *pull) any { return p.Deletions }),
	"changedFiles":        pulled(func(p *pull) any { return p.ChangedFiles }),
	"isCrossRepository":   plain(func(f hit) any { return f.Pull.HeadRepo != f.repo.ID }),
	"mergedBy":            field(func(q *query, f hit, _ args) (any, error) { return q.account(f.Pull.MergedBy) }),
	"baseRef":             field(func(q *query, f hit, _ args) (any, error) { return q.ref(f.repo, "refs/heads/"+f.Pull.BaseRef) }),
	"headRef": field(func(q *query, f hit, _ args) (any, error) {
		r, err := q.headRepository(f)
		if err != nil || r == nil {
			return nil, err
		}
		return q.ref(r, "refs/heads/"+f.Pull.HeadRef)
	}),
	"headRepository": field(func(q *query, f hit, _ args) (any, error) { return q.headRepository(f) }),
	"mergeable": merging(func(s mergeState) any {
		switch s.mergeable {
		case true:
			return "MERGEABLE"
		case false:
			return "CONFLICTING"
		}
		return "UNKNOWN"
	}),
	"canBeRebased":         merging(func(s mergeState) any { return s.rebaseable == true }),
	"mergeStateStatus":     merging(func(s mergeState) any { return strings.ToUpper(s.name) }),
	"mergeCommit":          field(func(q *query, f hit, _ args) (any, error) { return q.maybeCommit(f.repo, f.Pull.MergeCommit) }),
	"potentialMergeCommit": field(func(q *query, f hit, _ args) (any, error) { return q.maybeCommit(f.repo, f.Pull.Test.Commit) }),
	"reviewDecision":       field((*query).reviewDecision),
	"commits":              field((*query).pullCommitConnection),
	"files": field(func(q *query, f hit, a args) (any, error) {
		files, err := q.pullFiles(f.repo, f.issue)
		if err != nil {
			return nil, err
		}
		return pageOf("PullRequestChangedFileConnection", files, func(d fileDiff) string { return d.path },
			func(d fileDiff) (any, error) { return changedFile{d}, nil }, a)
	}),
	"reviews": field(func(q *query, f hit, a args) (any, error) {
		all, err := q.visibleReviews(f.issue)
		if err != nil {
			return nil, err
		}
		if states := a.texts("states"); len(states) > 0 {
			all = slices.DeleteFunc(all, func(w *review) bool { return !slices.Contains(states, w.State) })
		}
		return pageOf("PullRequestReviewConnection", all, func(w *review) string { return idKey(w.ID) },
			func(w *review) (any, error) { return reviewNode{f, w}, nil }, a)
	}),
	"reviewRequests": field((*query).reviewRequests),
	"closingIssuesReferences": field(func(q *query, f hit, a args) (any, error) {
		full, err := q.fullName(f.repo)
		if err != nil {
			return nil, err
		}
		var named []*issue
		for _, number := range closingNumbers(f.Body, full) {
			i, err := findIssue(q.tx, f.repo, number)
			if err == nil && i.Pull == nil {
				named = append(named, i)
			} else if err != nil && !errors.Is(err, errMissing) {
				return nil, err
			}
		}
		return issuePage("IssueConnection", f.repo, named, a)
	}),
})

// merging makes a resolver of how the pull request stands with its base.
func merging(get func(mergeState) any) resolver {
	return field(func(q *query, f hit, _ args) (any, error) {
		s, err := q.mergeState(f.repo, f.issue)
		return get(s), err
	})
}

func (q *query) headRepository(f hit) (*repository, error) {
	r, err := repositories.get(q.tx, f.Pull.HeadRepo)
	if errors.Is(err, errMissing) {
		return nil, nil // the fork was deleted
	}
	return r, err
}

func (q *query) maybeCommit(r *repository, oid string) (any, error) {
	if oid == "" {
		return nil, nil
	}
	return q.commitNode(r, oid)
}

// pullCommit is a commit as one of a pull request's.
type pullCommit struct {
	of  hit
	oid string
}

func (pullCommit) graphType() string { return "PullRequestCommit" }

var pullRequestCommitFields = map[string]resolver{
	"id":     plain(func(c pullCommit) any { return "PRC_" + idKey(c.of.ID) + ":" + c.oid }),
	"commit": field(func(q *query, c pullCommit, _ args) (any, error) { return q.commitNode(c.of.repo, c.oid) }),
	"url": field(func(q *query, c pullCommit, _ args) (any, error) {
		return q.page(c.of.repo, "/pull/%d/commits/%s", c.of.Number, c.oid)
	}),
}

func (q *query) pullCommitConnection(f hit, a args) (any, error) {
	oids, err := q.pullCommits(q.tx.ctx, f.repo, f.Pull)
	if err != nil {
		return nil, err
	}
	return pageOf("PullRequestCommitConnection", oids, func(oid string) string { return oid },
		func(oid string) (any, error) { return pullCommit{f, oid}, nil }, a)
}

type changedFile struct{ fileDiff }

func (changedFile) graphType() string { return "PullRequestChangedFile" }

var changedFileFields = map[string]resolver{
	"additions": plain(func(d changedFile) any { return d.additions }),
	"deletions": plain(func(d changedFile) any { return d.deletions }),
	"path":      plain(func(d changedFile) any { return d.path }),
	"changeType": plain(func(d changedFile) any {
		if d.status == "removed" {
			return "DELETED"
		}
		return strings.ToUpper(d.status)
	}),
}

// reviewRequest asks a user or a team for a review.
type reviewRequest struct {
	of         hit
	user, team int64
}

func (reviewRequest) graphType() string { return "ReviewRequest" }

var reviewRequestFields = map[string]resolver{
	"id":         plain(func(w reviewRequest) any { return "RR_" + idKey(w.of.ID) + ":" + idKey(w.user+w.team) }),
	"databaseId": plain(func(w reviewRequest) any { return w.user + w.team }),
	"requestedReviewer": field(func(q *query, w reviewRequest, _ args) (any, error) {
		if w.user != 0 {
			return q.account(w.user)
		}
		t, err := teams.get(q.tx, w.team)
		if errors.Is(err, errMissing) {
			return nil, nil
		}
		return t, err
	}),
}

func (q *query) reviewRequests(f hit, a args) (any, error) {
	var all []reviewRequest
	for _, id := range f.Pull.Reviewers {
		all = append(all, reviewRequest{of: f, user: id})
	}
	for _, id := range f.Pull.Teams {
		all = append(all, reviewRequest{of: f, team: id})
	}
	return pageOf("ReviewRequestConnection", all, func(w reviewRequest) string { return idKey(w.user + w.team) },
		func(w reviewRequest) (any, error) { return w, nil }, a)
}

// reviewDecision is null where nobody has given a verdict and none is required.
func (q *query) reviewDecision(f hit, _ args) (any, error) {
	approved, changes, err := q.weightyVerdicts(f.repo, f.issue)
	if err != nil {
		return nil, err
	}
	p, err := q.protectionOf(f.repo, f.Pull.BaseRef)
	if err != nil {
		return nil, err
	}
	required := 0
	if p != nil && p.Reviews != nil {
		required = p.Reviews.Count
	}
	switch {
	case changes > 0:
		return "CHANGES_REQUESTED", nil
	case len(approved) < required:
		return "REVIEW_REQUIRED", nil
	case len(approved) > 0:
		return "APPROVED", nil
	}
	return nil, nil
}
