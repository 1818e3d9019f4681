// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// issue is an issue, or what a pull request has in common with one: they share
// numbers, labels, comments and half of the interface. Parent: the
// repository; key: the number.
type issue struct {
	meta
	Number      int64     `json:"number"`
	Title       string    `json:"title"`
	Body        string    `json:"body,omitempty"`
	Closed      bool      `json:"closed,omitempty"`
	StateReason string    `json:"state_reason,omitempty"`
	Author      int64     `json:"author"`
	Labels      []int64   `json:"labels,omitempty"`
	Assignees   []int64   `json:"assignees,omitempty"`
	Milestone   int64     `json:"milestone,omitempty"`
	Locked      bool      `json:"locked,omitempty"`
	LockReason  string    `json:"lock_reason,omitempty"`
	Comments    int       `json:"comments,omitempty"`
	ClosedAt    time.Time `json:"closed_at,omitzero"`
	ClosedBy    int64     `json:"closed_by,omitempty"`
	Pinned      bool      `json:"pinned,omitempty"`
	Pull        *pull     `json:"pull,omitempty"` // nil for an issue
}

const issues kind[issue, *issue] = "issue"

// GitHub's limits, in characters.
const (
	maxTitle = 256
	maxText  = 65536
)

func numberKey(n int64) string { return strconv.FormatInt(n, 10) }

func (i *issue) state() string {
	if i.Closed {
		return "closed"
	}
	return "open"
}

// resource is what errors call it.
func (i *issue) resource() string {
	if i.Pull != nil {
		return "PullRequest"
	}
	return "Issue"
}

// addIssue gives i a number and stores it.
func (v *view) addIssue(r *repository, i *issue) error {
	number, err := v.tx.next(r.ID, "issue")
	if err != nil {
		return err
	}
	i.Number = number
	if err := issues.insert(v.tx, r.ID, numberKey(number), i); err != nil {
		return err
	}
	if err := v.recordVersion(i); err != nil {
		return err
	}
	return v.countOpen(r, +1)
}

// putIssue stores a changed issue.
func (v *view) putIssue(i *issue) error {
	if err := issues.put(v.tx, i); err != nil {
		return err
	}
	return v.recordVersion(i)
}

// countOpen keeps the number of open issues that a repository shows.
func (v *view) countOpen(r *repository, by int) error {
	fresh, err := repositories.get(v.tx, r.ID)
	if err != nil {
		return err
	}
	fresh.OpenIssues = max(0, fresh.OpenIssues+by)
	if err := repositories.put(v.tx, fresh); err != nil {
		return err
	}
	*r = *fresh
	return nil
}

// findIssue returns the issue or pull request with a number.
func findIssue(tx *tx, r *repository, number int64) (*issue, error) {
	return issues.find(tx, r.ID, numberKey(number))
}

// issueOfPath returns the repository and the issue of the path, if who asks
// has the level.
func (c *call) issueOfPath(need level) (*repository, *issue, error) {
	r, err := c.repo(need)
	if err != nil {
		return nil, nil, err
	}
	number, err := c.idParam("number")
	if err != nil {
		return nil, nil, err
	}
	i, err := findIssue(c.tx, r, number)
	return r, i, err
}

// checkTexts refuses a title or a body that GitHub refuses.
func checkTexts(resource string, title, body *string) error {
	if title != nil {
		switch {
		case *title == "":
			return invalid(resource, "title", "missing_field")
		case utf8.RuneCountInString(*title) > maxTitle:
			return invalidBecause(resource, "title", fmt.Sprintf("title is too long (maximum is %d characters)", maxTitle))
		}
	}
	if body != nil && utf8.RuneCountInString(*body) > maxText {
		return invalidBecause(resource, "body", fmt.Sprintf("body is too long (maximum is %d characters)", maxText))
	}
	return nil
}

// issue renders an issue, or a pull request as an issue, as webhooks have it.
func (v *view) issue(r *repository, i *issue) (object, error) {
	u, err := v.repoURL(r, "/issues/%d", i.Number)
	if err != nil {
		return nil, err
	}
	repoURL, err := v.repoURL(r, "")
	if err != nil {
		return nil, err
	}
	common, err := v.issueCommon(r, i)
	if err != nil {
		return nil, err
	}
	reactions, err := v.reactionSummary(u, i.ID)
	if err != nil {
		return nil, err
	}
	full, err := v.fullName(r)
	if err != nil {
		return nil, err
	}
	out := object{
		"id": i.ID, "node_id": nodeID("Issue", i.ID), "url": u, "repository_url": repoURL,
		"labels_url": u + "/labels{/name}", "comments_url": u + "/comments", "events_url": u + "/events",
		"html_url": v.web("/%s/issues/%d", full, i.Number), "comments": i.Comments, "state_reason": orNull(i.StateReason),
		"reactions": reactions, "timeline_url": u + "/timeline", "performed_via_github_app": nil,
	}
	maps.Copy(out, common)
	if i.Pull != nil {
		html := v.web("/%s/pull/%d", full, i.Number)
		out["html_url"], out["draft"], out["node_id"] = html, i.Pull.Draft, nodeID("PullRequest", i.ID)
		out["pull_request"] = object{
			"url": repoURL + fmt.Sprintf("/pulls/%d", i.Number), "html_url": html,
			"diff_url": html + ".diff", "patch_url": html + ".patch", "merged_at": stamp(i.Pull.MergedAt),
		}
	}
	return out, nil
}

// issueCommon renders what issues and pull requests show alike.
func (v *view) issueCommon(r *repository, i *issue) (object, error) {
	author, err := accounts.get(v.tx, i.Author)
	if err != nil {
		return nil, err
	}
	association, err := v.association(r, author)
	if err != nil {
		return nil, err
	}
	labels, err := v.labelsOf(r, i)
	if err != nil {
		return nil, err
	}
	assignees := []object{}
	for _, id := range i.Assignees {
		a, err := v.userByID(id)
		if err != nil {
			return nil, err
		}
		assignees = append(assignees, a)
	}
	out := object{
		"number": i.Number, "title": i.Title, "body": orNull(i.Body), "state": i.state(), "user": v.user(author),
		"labels": labels, "assignees": assignees, "assignee": nil, "milestone": nil,
		"locked": i.Locked, "active_lock_reason": orNull(i.LockReason), "author_association": association,
		"created_at": stamp(i.CreatedAt), "updated_at": stamp(i.UpdatedAt), "closed_at": stamp(i.ClosedAt),
	}
	if len(assignees) > 0 {
		out["assignee"] = assignees[0]
	}
	if i.Milestone != 0 {
		m, err := milestones.get(v.tx, i.Milestone)
		if err != nil {
			return nil, err
		}
		if out["milestone"], err = v.milestone(r, m); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// fullIssue renders an issue by itself.
func (v *view) fullIssue(r *repository, i *issue) (object, error) {
	out, err := v.issue(r, i)
	if err != nil {
		return nil, err
	}
	out["closed_by"], err = v.userByID(i.ClosedBy)
	return out, err
}

// emitIssue tells a change of an issue or pull request, as either calls it.
func (v *view) emitIssue(r *repository, i *issue, action string, more object) error {
	payload := object{}
	maps.Copy(payload, more)
	if i.Pull == nil {
		rendered, err := v.issue(r, i)
		if err != nil {
			return err
		}
		payload["issue"] = rendered
		return v.emit(event{name: "issues", action: action, repo: r, payload: payload})
	}
	rendered, err := v.pull(r, i)
	if err != nil {
		return err
	}
	payload["pull_request"], payload["number"] = forEvents(rendered), i.Number
	return v.emit(event{name: "pull_request", action: action, repo: r, payload: payload})
}

// association says how an account belongs to a repository.
func (v *view) association(r *repository, a *account) (string, error) {
	if a.ID == r.Parent {
		return "OWNER", nil
	}
	owner, err := accounts.get(v.tx, r.Parent)
	if err != nil {
		return "", err
	}
	if owner.isOrg() {
		m, err := memberships.find(v.tx, owner.ID, idKey(a.ID))
		if err == nil && !m.Pending {
			return "MEMBER", nil
		}
		if err != nil && !errors.Is(err, errMissing) {
			return "", err
		}
	}
	c, err := collaborators.find(v.tx, r.ID, idKey(a.ID))
	if err == nil && !c.Pending {
		return "COLLABORATOR", nil
	}
	if err != nil && !errors.Is(err, errMissing) {
		return "", err
	}
	var merged int
	err = v.tx.sql.QueryRowContext(v.tx.ctx, `SELECT count(*) FROM doc WHERE kind = ? AND parent = ?
		AND json_extract(body, '$.author') = ? AND json_extract(body, '$.pull.merged_at') IS NOT NULL`,
		string(issues), r.ID, a.ID).Scan(&merged)
	if err != nil {
		return "", fmt.Errorf("looking for merged pull requests of %s: %w", a.Login, err)
	}
	if merged > 0 {
		return "CONTRIBUTOR", nil
	}
	return "NONE", nil
}

// mayEdit returns the error for who is neither the author nor may write.
func (c *call) mayEdit(r *repository, author int64) error {
	if me := c.me(); me != nil && me.ID == author {
		return c.needs(r, levelRead)
	}
	return c.needs(r, levelWrite)
}

// setClosed opens or closes an issue, if it is not so already.
func (v *view) setClosed(r *repository, i *issue, closed bool, reason, commit string) error {
	if i.Closed == closed {
		return nil
	}
	i.Closed = closed
	action, by := "reopened", 1
	i.StateReason, i.ClosedAt, i.ClosedBy = "reopened", time.Time{}, 0
	if closed {
		action, by = "closed", -1
		i.StateReason, i.ClosedAt, i.ClosedBy = reason, v.tx.now, v.meID()
		if reason == "" && i.Pull == nil {
			i.StateReason = "completed"
		}
	}
	if i.Pull != nil {
		i.StateReason = ""
	}
	if err := v.countOpen(r, by); err != nil {
		return err
	}
	if err := v.countMilestone(i.Milestone); err != nil {
		return err
	}
	if err := v.putIssue(i); err != nil {
		return err
	}
	if err := v.addIssueEvent(i, &issueEvent{Event: action, Commit: commit}); err != nil {
		return err
	}
	return v.emitIssue(r, i, action, nil)
}

// meID is who acts, or the site administrator for what nobody asked for.
func (v *view) meID() int64 {
	if me := v.me(); me != nil {
		return me.ID
	}
	a, err := accounts.find(v.tx, 0, adminLogin)
	if err != nil {
		return 0
	}
	return a.ID
}

// editTexts changes title and body, and tells what they were.
func (v *view) editTexts(r *repository, i *issue, title, body *string) error {
	changes := object{}
	if title != nil && *title != i.Title {
		changes["title"] = object{"from": i.Title}
		if err := v.addIssueEvent(i, &issueEvent{Event: "renamed", From: i.Title, To: *title}); err != nil {
			return err
		}
		i.Title = *title
	}
	if body != nil && *body != i.Body {
		changes["body"] = object{"from": i.Body}
		i.Body = *body
	}
	if len(changes) == 0 {
		return nil
	}
	if err := v.putIssue(i); err != nil {
		return err
	}
	return v.emitIssue(r, i, "edited", object{"changes": changes})
}

// assign makes wanted the assignees of i, and tells each change.
func (v *view) assignTo(r *repository, i *issue, wanted []int64) error {
	for _, id := range wanted {
		if slices.Contains(i.Assignees, id) {
			continue
		}
		i.Assignees = append(i.Assignees, id)
		if err := v.tellAssignment(r, i, "assigned", id); err != nil {
			return err
		}
	}
	for _, id := range slices.Clone(i.Assignees) {
		if slices.Contains(wanted, id) {
			continue
		}
		i.Assignees = slices.DeleteFunc(slices.Clone(i.Assignees), func(other int64) bool { return other == id })
		if err := v.tellAssignment(r, i, "unassigned", id); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) tellAssignment(r *repository, i *issue, action string, id int64) error {
	if err := v.putIssue(i); err != nil {
		return err
	}
	if err := v.addIssueEvent(i, &issueEvent{Event: action, Assignee: id}); err != nil {
		return err
	}
	assignee, err := v.userByID(id)
	if err != nil {
		return err
	}
	return v.emitIssue(r, i, action, object{"assignee": assignee})
}
