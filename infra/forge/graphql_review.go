// SPDX-License-Identifier: Apache-2.0

package forge

import "slices"

type reviewNode struct {
	of hit
	*review
}

func (reviewNode) graphType() string { return "PullRequestReview" }

var reviewFields = map[string]resolver{
	"id":                plain(func(w reviewNode) any { return nodeID("PullRequestReview", w.ID) }),
	"databaseId":        plain(func(w reviewNode) any { return w.ID }),
	"author":            field(func(q *query, w reviewNode, _ args) (any, error) { return q.account(w.Author) }),
	"authorAssociation": field(func(q *query, w reviewNode, _ args) (any, error) { return q.associationOf(w.of.repo, w.Author) }),
	"body":              plain(func(w reviewNode) any { return w.Body }),
	"state":             plain(func(w reviewNode) any { return w.State }),
	"fullDatabaseId":    plain(func(w reviewNode) any { return idKey(w.ID) }),
	"lastEditedAt":      plain(func(w reviewNode) any { return stamp(w.EditedAt) }),
	"submittedAt":       plain(func(w reviewNode) any { return stamp(w.SubmittedAt) }),
	"commit":            field(func(q *query, w reviewNode, _ args) (any, error) { return q.maybeCommit(w.of.repo, w.Commit) }),
	"url": field(func(q *query, w reviewNode, _ args) (any, error) {
		return q.page(w.of.repo, "/pull/%d#pullrequestreview-%d", w.of.Number, w.ID)
	}),
	"comments": field(func(q *query, w reviewNode, a args) (any, error) {
		all, err := reviewComments.list(q.tx, w.of.ID)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(m *reviewComment) bool { return m.Review != w.ID })
		return pageOf("PullRequestReviewCommentConnection", all, func(m *reviewComment) string { return idKey(m.ID) },
			func(m *reviewComment) (any, error) { return reviewCommentNode{w, m}, nil }, a)
	}),
}

// reviewByID finds a review that who asks may see.
func (q *query) reviewByID(id int64) (any, error) {
	w, err := reviews.get(q.tx, id)
	if err != nil {
		return nil, err
	}
	found, err := q.issueByID(w.Parent)
	if err != nil {
		return nil, err
	}
	of := found.(hit)
	seen, err := q.visibleReviews(of.issue)
	if err == nil && !slices.ContainsFunc(seen, func(s *review) bool { return s.ID == id }) {
		err = errMissing
	}
	return reviewNode{of, w}, err
}

// reviewCommentNode is a comment at a line, of a review.
type reviewCommentNode struct {
	of reviewNode
	*reviewComment
}

func (reviewCommentNode) graphType() string { return "PullRequestReviewComment" }

var reviewCommentFields = map[string]resolver{
	"id":             plain(func(m reviewCommentNode) any { return nodeID("PullRequestReviewComment", m.ID) }),
	"fullDatabaseId": plain(func(m reviewCommentNode) any { return idKey(m.ID) }),
	"author":         field(func(q *query, m reviewCommentNode, _ args) (any, error) { return q.account(m.Author) }),
	"authorAssociation": field(func(q *query, m reviewCommentNode, _ args) (any, error) {
		return q.associationOf(m.of.of.repo, m.Author)
	}),
	"body":              plain(func(m reviewCommentNode) any { return m.Body }),
	"path":              plain(func(m reviewCommentNode) any { return m.Path }),
	"commit":            field(func(q *query, m reviewCommentNode, _ args) (any, error) { return q.maybeCommit(m.of.of.repo, m.Commit) }),
	"createdAt":         plain(func(m reviewCommentNode) any { return stamp(m.CreatedAt) }),
	"updatedAt":         plain(func(m reviewCommentNode) any { return stamp(m.UpdatedAt) }),
	"lastEditedAt":      plain(func(m reviewCommentNode) any { return stamp(m.EditedAt) }),
	"pullRequestReview": plain(func(m reviewCommentNode) any { return m.of }),
	"url": field(func(q *query, m reviewCommentNode, _ args) (any, error) {
		return q.page(m.of.of.repo, "/pull/%d#discussion_r%d", m.of.of.Number, m.ID)
	}),
}
