// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

var commentRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/issues/comments", operation: "issues/list-comments-for-repo", handle: (*call).listRepoComments},
	{method: "GET", pattern: "/repos/{owner}/{repo}/issues/{number}/comments", operation: "issues/list-comments", handle: (*call).listComments},
	{method: "POST", pattern: "/repos/{owner}/{repo}/issues/{number}/comments", operation: "issues/create-comment", handle: (*call).createComment},
	{method: "GET", pattern: "/repos/{owner}/{repo}/issues/comments/{id}", operation: "issues/get-comment", handle: (*call).getComment},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/issues/comments/{id}", operation: "issues/update-comment", handle: (*call).updateComment},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/issues/comments/{id}", operation: "issues/delete-comment", handle: (*call).deleteComment},
}

// comment is a comment in the conversation of an issue. Parent: the issue.
type comment struct {
	meta
	Author   int64     `json:"author"`
	Body     string    `json:"body"`
	EditedAt time.Time `json:"edited_at,omitzero"`
}

const comments kind[comment, *comment] = "comment"

// checkComment refuses a text that GitHub takes for no comment.
func checkComment(resource, body string) error {
	switch {
	case strings.TrimSpace(body) == "":
		return validation(fieldError{Resource: resource, Field: "data", Code: "unprocessable", Message: "Body cannot be blank"})
	case utf8.RuneCountInString(body) > maxText:
		return validation(fieldError{Resource: resource, Field: "data", Code: "unprocessable", Message: "Body is too long (maximum is 65536 characters)"})
	}
	return nil
}

func (v *view) comment(r *repository, i *issue, m *comment) (object, error) {
	u, err := v.repoURL(r, "/issues/comments/%d", m.ID)
	if err != nil {
		return nil, err
	}
	issueURL, err := v.repoURL(r, "/issues/%d", i.Number)
	if err != nil {
		return nil, err
	}
	full, err := v.fullName(r)
	if err != nil {
		return nil, err
	}
	author, err := accounts.get(v.tx, m.Author)
	if err != nil {
		return nil, err
	}
	association, err := v.association(r, author)
	if err != nil {
		return nil, err
	}
	reactions, err := v.reactionSummary(u, m.ID)
	if err != nil {
		return nil, err
	}
	page := "issues"
	if i.Pull != nil {
		page = "pull"
	}
	return object{
		"id": m.ID, "node_id": nodeID("IssueComment", m.ID), "url": u, "issue_url": issueURL,
		"html_url": v.web("/%s/%s/%d#issuecomment-%d", full, page, i.Number, m.ID),
		"user":     v.user(author), "author_association": association, "body": m.Body, "reactions": reactions,
		"created_at": stamp(m.CreatedAt), "updated_at": stamp(m.UpdatedAt), "performed_via_github_app": nil,
	}, nil
}

func (v *view) emitComment(r *repository, i *issue, m *comment, action string, changes object) error {
	renderedIssue, err := v.issue(r, i)
	if err != nil {
		return err
	}
	rendered, err := v.comment(r, i, m)
	if err != nil {
		return err
	}
	payload := object{"issue": renderedIssue, "comment": rendered}
	if changes != nil {
		payload["changes"] = changes
	}
	return v.emit(event{name: "issue_comment", action: action, repo: r, payload: payload})
}

func (c *call) createComment() (reply, error) {
	r, i, err := c.issueOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Body string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := checkComment("IssueComment", in.Body); err != nil {
		return reply{}, err
	}
	if i.Locked {
		if err := c.needs(r, levelTriage); err != nil {
			return reply{}, forbidden("Unable to create comment because issue is locked.")
		}
	}
	m := &comment{Author: c.me().ID, Body: in.Body}
	if err := comments.insert(c.tx, i.ID, "", m); err != nil {
		return reply{}, err
	}
	i.Comments++
	if err := c.putIssue(i); err != nil {
		return reply{}, err
	}
	if err := c.emitComment(r, i, m, "created", nil); err != nil {
		return reply{}, err
	}
	return showNew(c.comment(r, i, m))
}

func (c *call) listComments() (reply, error) {
	r, i, err := c.issueOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := comments.list(c.tx, i.ID)
	if err != nil {
		return reply{}, err
	}
	if all, err = sinceFilter(c, all); err != nil {
		return reply{}, err
	}
	return paged(c, all, func(m *comment) (object, error) { return c.comment(r, i, m) })
}

// sinceFilter keeps the comments that changed since the query's time.
func sinceFilter(c *call, all []*comment) ([]*comment, error) {
	text := c.query("since")
	if text == "" {
		return all, nil
	}
	since, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, invalid("IssueComment", "since", "invalid")
	}
	return slices.DeleteFunc(all, func(m *comment) bool { return m.UpdatedAt.Before(since) }), nil
}

func (c *call) listRepoComments() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := comments.query(c.tx, "kind = ? AND parent IN (SELECT id FROM doc WHERE kind = ? AND parent = ?) ORDER BY id", string(comments), string(issues), r.ID)
	if err != nil {
		return reply{}, err
	}
	if all, err = sinceFilter(c, all); err != nil {
		return reply{}, err
	}
	if c.query("direction") == "desc" {
		slices.Reverse(all)
	}
	return paged(c, all, func(m *comment) (object, error) {
		i, err := issues.get(c.tx, m.Parent)
		if err != nil {
			return nil, err
		}
		return c.comment(r, i, m)
	})
}

// ofIssue returns the document that the path names by its id, and what it
// belongs to: an issue or pull request of the path's repository.
func ofIssue[T any, P document[T]](c *call, k kind[T, P]) (*repository, *issue, P, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return nil, nil, nil, err
	}
	id, err := c.idParam("id")
	if err != nil {
		return nil, nil, nil, err
	}
	doc, err := k.get(c.tx, id)
	if err != nil {
		return nil, nil, nil, err
	}
	i, err := issues.get(c.tx, doc.head().Parent)
	if err == nil && i.Parent != r.ID {
		err = errNotFound // another repository's
	}
	return r, i, doc, err
}

func (c *call) getComment() (reply, error) {
	r, i, m, err := ofIssue(c, comments)
	if err != nil {
		return reply{}, err
	}
	return show(c.comment(r, i, m))
}

func (c *call) updateComment() (reply, error) {
	r, i, m, err := ofIssue(c, comments)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Body string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := c.mayEdit(r, m.Author); err != nil {
		return reply{}, err
	}
	if err := checkComment("IssueComment", in.Body); err != nil {
		return reply{}, err
	}
	from := m.Body
	m.Body, m.EditedAt = in.Body, c.tx.now
	if err := comments.put(c.tx, m); err != nil {
		return reply{}, err
	}
	if err := c.emitComment(r, i, m, "edited", object{"body": object{"from": from}}); err != nil {
		return reply{}, err
	}
	return show(c.comment(r, i, m))
}

func (c *call) deleteComment() (reply, error) {
	r, i, m, err := ofIssue(c, comments)
	if err != nil {
		return reply{}, err
	}
	if err := c.mayEdit(r, m.Author); err != nil {
		return reply{}, err
	}
	i.Comments--
	if err := c.putIssue(i); err != nil {
		return reply{}, err
	}
	if err := c.emitComment(r, i, m, "deleted", nil); err != nil {
		return reply{}, err
	}
	if err := comments.delete(c.tx, m.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}
