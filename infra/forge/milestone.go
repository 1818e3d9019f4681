// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

var milestoneRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/milestones", operation: "issues/list-milestones", handle: (*call).listMilestones},
	{method: "POST", pattern: "/repos/{owner}/{repo}/milestones", operation: "issues/create-milestone", handle: (*call).createMilestone},
	{method: "GET", pattern: "/repos/{owner}/{repo}/milestones/{number}", operation: "issues/get-milestone", handle: (*call).getMilestone},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/milestones/{number}", operation: "issues/update-milestone", handle: (*call).updateMilestone},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/milestones/{number}", operation: "issues/delete-milestone", handle: (*call).deleteMilestone},
}

// milestone is a milestone of a repository. Key: its number.
type milestone struct {
	meta
	Number      int64     `json:"number"`
	Title       string    `json:"title"`
	Description string    `json:"description,omitempty"`
	Closed      bool      `json:"closed,omitempty"`
	Creator     int64     `json:"creator"`
	DueOn       time.Time `json:"due_on,omitzero"`
	ClosedAt    time.Time `json:"closed_at,omitzero"`
	// OpenIssues and ClosedIssues count what it holds.
	OpenIssues   int `json:"open_issues,omitempty"`
	ClosedIssues int `json:"closed_issues,omitempty"`
}

const milestones kind[milestone, *milestone] = "milestone"

func (m *milestone) state() string {
	if m.Closed {
		return "closed"
	}
	return "open"
}

func (v *view) milestone(r *repository, m *milestone) (object, error) {
	u, err := v.repoURL(r, "/milestones/%d", m.Number)
	if err != nil {
		return nil, err
	}
	full, err := v.fullName(r)
	if err != nil {
		return nil, err
	}
	creator, err := v.userByID(m.Creator)
	if err != nil {
		return nil, err
	}
	return object{
		"id": m.ID, "node_id": nodeID("Milestone", m.ID), "url": u, "labels_url": u + "/labels",
		"html_url": v.web("/%s/milestone/%d", full, m.Number), "number": m.Number, "state": m.state(), "title": m.Title,
		"description": orNull(m.Description), "creator": creator, "open_issues": m.OpenIssues, "closed_issues": m.ClosedIssues,
		"created_at": stamp(m.CreatedAt), "updated_at": stamp(m.UpdatedAt), "closed_at": stamp(m.ClosedAt), "due_on": stamp(m.DueOn),
	}, nil
}

func (v *view) emitMilestone(r *repository, m *milestone, action string, changes object) error {
	rendered, err := v.milestone(r, m)
	if err != nil {
		return err
	}
	payload := object{"milestone": rendered}
	if changes != nil {
		payload["changes"] = changes
	}
	return v.emit(event{name: "milestone", action: action, repo: r, payload: payload})
}

// countMilestone counts what a milestone holds.
func (v *view) countMilestone(id int64) error {
	if id == 0 {
		return nil
	}
	m, err := milestones.get(v.tx, id)
	if err != nil {
		return err
	}
	m.OpenIssues, m.ClosedIssues = 0, 0
	err = v.tx.sql.QueryRowContext(v.tx.ctx, `SELECT count(*) FILTER (WHERE closed IS NOT 1), count(*) FILTER (WHERE closed IS 1)
		FROM (SELECT json_extract(body, '$.closed') AS closed FROM doc WHERE kind = ? AND parent = ? AND json_extract(body, '$.milestone') = ?)`,
		string(issues), m.Parent, id).Scan(&m.OpenIssues, &m.ClosedIssues)
	if err != nil {
		return fmt.Errorf("counting the issues of milestone %q: %w", m.Title, err)
	}
	return milestones.put(v.tx, m)
}

// setMilestone moves i to a milestone, 0 for none.
func (v *view) setMilestone(r *repository, i *issue, id int64) error {
	for _, step := range []struct {
		do     bool
		id     int64 // the milestone the step is about
		to     int64
		action string
	}{
		{i.Milestone != 0 && i.Milestone != id, i.Milestone, 0, "demilestoned"},
		{id != 0 && i.Milestone != id, id, id, "milestoned"},
	} {
		if !step.do {
			continue
		}
		i.Milestone = step.to
		if err := v.putIssue(i); err != nil {
			return err
		}
		if err := v.countMilestone(step.id); err != nil {
			return err
		}
		m, err := milestones.get(v.tx, step.id)
		if err != nil {
			return err
		}
		if err := v.addIssueEvent(i, &issueEvent{Event: step.action, Milestone: m.Title}); err != nil {
			return err
		}
		rendered, err := v.milestone(r, m)
		if err != nil {
			return err
		}
		if err := v.emitIssue(r, i, step.action, object{"milestone": rendered}); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) listMilestones() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := milestones.list(c.tx, r.ID)
	if err != nil {
		return reply{}, err
	}
	if state := cmp.Or(c.query("state"), "open"); state != "all" {
		all = slices.DeleteFunc(all, func(m *milestone) bool { return m.state() != state })
	}
	slices.SortStableFunc(all, func(a, b *milestone) int {
		if c.query("sort") == "completeness" {
			return cmp.Compare(a.completeness(), b.completeness())
		}
		return a.DueOn.Compare(b.DueOn)
	})
	if c.query("direction") == "desc" {
		slices.Reverse(all)
	}
	return paged(c, all, func(m *milestone) (object, error) { return c.milestone(r, m) })
}

func (m *milestone) completeness() float64 {
	return float64(m.ClosedIssues) / float64(max(1, m.OpenIssues+m.ClosedIssues))
}

// milestoneInput is what creating and changing a milestone take.
type milestoneInput struct {
	Title       *string         `json:"title"`
	State       *string         `json:"state"`
	Description *string         `json:"description"`
	DueOn       json.RawMessage `json:"due_on"`
}

// apply sets what the input has, and returns what was changed as webhooks
// tell it.
func (in *milestoneInput) apply(m *milestone) (changes object, err error) {
	changes = object{}
	if in.Title != nil && *in.Title != m.Title {
		changes["title"] = object{"from": m.Title}
		m.Title = *in.Title
	}
	if in.Description != nil && *in.Description != m.Description {
		changes["description"] = object{"from": m.Description}
		m.Description = *in.Description
	}
	if len(in.DueOn) > 0 {
		var due *time.Time
		if err := json.Unmarshal(in.DueOn, &due); err != nil {
			return nil, invalid("Milestone", "due_on", "invalid")
		}
		from := ""
		if !m.DueOn.IsZero() {
			from = m.DueOn.UTC().Format(time.RFC3339)
		}
		m.DueOn = time.Time{}
		if due != nil {
			m.DueOn = *due
		}
		changes["due_on"] = object{"from": from}
	}
	if m.Title == "" {
		return nil, invalid("Milestone", "title", "missing_field")
	}
	if in.State != nil && *in.State != "open" && *in.State != "closed" {
		return nil, invalid("Milestone", "state", "invalid")
	}
	return changes, nil
}

// freeTitle refuses a title that another milestone has.
func (c *call) freeTitle(r *repository, m *milestone) error {
	all, err := milestones.list(c.tx, r.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(other *milestone) bool { return other.ID != m.ID && other.Title == m.Title }) {
		return invalid("Milestone", "title", "already_exists")
	}
	return nil
}

func (c *call) createMilestone() (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in milestoneInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	m := &milestone{Creator: c.me().ID}
	if _, err := in.apply(m); err != nil {
		return reply{}, err
	}
	if err := c.freeTitle(r, m); err != nil {
		return reply{}, err
	}
	if m.Number, err = c.tx.next(r.ID, "milestone"); err != nil {
		return reply{}, err
	}
	if in.State != nil && *in.State == "closed" {
		m.Closed, m.ClosedAt = true, c.tx.now
	}
	if err := milestones.insert(c.tx, r.ID, numberKey(m.Number), m); err != nil {
		return reply{}, err
	}
	if err := c.emitMilestone(r, m, "created", nil); err != nil {
		return reply{}, err
	}
	return showNew(c.milestone(r, m))
}

func (c *call) milestoneOfPath(need level) (*repository, *milestone, error) {
	r, err := c.repo(need)
	if err != nil {
		return nil, nil, err
	}
	number, err := c.idParam("number")
	if err != nil {
		return nil, nil, err
	}
	m, err := milestones.find(c.tx, r.ID, numberKey(number))
	return r, m, err
}

func (c *call) getMilestone() (reply, error) {
	r, m, err := c.milestoneOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	return show(c.milestone(r, m))
}

func (c *call) updateMilestone() (reply, error) {
	r, m, err := c.milestoneOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in milestoneInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	changes, err := in.apply(m)
	if err != nil {
		return reply{}, err
	}
	if err := c.freeTitle(r, m); err != nil {
		return reply{}, err
	}
	turned := in.State != nil && *in.State != m.state()
	if turned {
		m.Closed, m.ClosedAt = !m.Closed, time.Time{}
		if m.Closed {
			m.ClosedAt = c.tx.now
		}
	}
	if err := milestones.put(c.tx, m); err != nil {
		return reply{}, err
	}
	if len(changes) > 0 {
		if err := c.emitMilestone(r, m, "edited", changes); err != nil {
			return reply{}, err
		}
	}
	if turned {
		action := map[bool]string{true: "closed", false: "opened"}[m.Closed]
		if err := c.emitMilestone(r, m, action, nil); err != nil {
			return reply{}, err
		}
	}
	return show(c.milestone(r, m))
}

func (c *call) deleteMilestone() (reply, error) {
	r, m, err := c.milestoneOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	all, err := issues.list(c.tx, r.ID)
	if err != nil {
		return reply{}, err
	}
	for _, i := range all {
		if i.Milestone == m.ID {
			if err := c.setMilestone(r, i, 0); err != nil {
				return reply{}, err
			}
		}
	}
	if m, err = milestones.get(c.tx, m.ID); err != nil {
		return reply{}, err
	}
	if err := c.emitMilestone(r, m, "deleted", nil); err != nil {
		return reply{}, err
	}
	if err := milestones.delete(c.tx, m.ID); err != nil && !errors.Is(err, errMissing) {
		return reply{}, err
	}
	return noContent()
}
