// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"slices"
	"time"
)

var issueEventRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/issues/{number}/events", operation: "issues/list-events", handle: (*call).listIssueEvents},
	{method: "GET", pattern: "/repos/{owner}/{repo}/issues/{number}/timeline", operation: "issues/list-events-for-timeline", handle: (*call).listTimeline},
}

// issueEvent is an entry in the history of an issue. Parent: the issue. The
// fields below Event are set as the event has them.
type issueEvent struct {
	meta
	Event      string `json:"event"`
	Actor      int64  `json:"actor"`
	Commit     string `json:"commit,omitempty"`
	Label      string `json:"label,omitempty"`
	Color      string `json:"color,omitempty"`
	Assignee   int64  `json:"assignee,omitempty"`
	Milestone  string `json:"milestone,omitempty"`
	From       string `json:"from,omitempty"`
	To         string `json:"to,omitempty"`
	LockReason string `json:"lock_reason,omitempty"`
	Reviewer   int64  `json:"reviewer,omitempty"`
	Team       int64  `json:"team,omitempty"`
	Review     int64  `json:"review,omitempty"`
	Was        string `json:"was,omitempty"` // the state of a dismissed review
	Message    string `json:"message,omitempty"`
	FromRepo   int64  `json:"from_repo,omitempty"` // where a transferred issue was
}

const issueEvents kind[issueEvent, *issueEvent] = "issue_event"

// addIssueEvent writes an entry, by who acts.
func (v *view) addIssueEvent(i *issue, e *issueEvent) error {
	e.Actor = v.meID()
	return issueEvents.insert(v.tx, i.ID, "", e)
}

func (v *view) issueEvent(r *repository, e *issueEvent) (object, error) {
	u, err := v.repoURL(r, "/issues/events/%d", e.ID)
	if err != nil {
		return nil, err
	}
	actor, err := v.userByID(e.Actor)
	if err != nil {
		return nil, err
	}
	out := object{
		"id": e.ID, "node_id": nodeID("IssueEvent", e.ID), "url": u, "actor": actor, "event": e.Event,
		"commit_id": orNull(e.Commit), "commit_url": nil, "created_at": stamp(e.CreatedAt), "performed_via_github_app": nil,
	}
	if e.Commit != "" {
		if out["commit_url"], err = v.repoURL(r, "/commits/%s", e.Commit); err != nil {
			return nil, err
		}
	}
	switch e.Event {
	case "labeled", "unlabeled":
		out["label"] = object{"name": e.Label, "color": e.Color}
	case "milestoned", "demilestoned":
		out["milestone"] = object{"title": e.Milestone}
	case "renamed":
		out["rename"] = object{"from": e.From, "to": e.To}
	case "locked":
		out["lock_reason"] = orNull(e.LockReason)
	case "assigned", "unassigned":
		out["assigner"] = actor
		out["assignee"], err = v.userByID(e.Assignee)
	case "review_requested", "review_request_removed":
		err = v.requestEvent(e, actor, out)
	case "review_dismissed":
		out["dismissed_review"] = object{"state": e.Was, "review_id": e.Review, "dismissal_message": orNull(e.Message)}
	}
	return out, err
}

func (v *view) requestEvent(e *issueEvent, actor, out object) (err error) {
	out["review_requester"] = actor
	if e.Team == 0 {
		out["requested_reviewer"], err = v.userByID(e.Reviewer)
		return err
	}
	t, err := teams.get(v.tx, e.Team)
	if err != nil {
		return err
	}
	out["requested_team"], err = v.team(t)
	return err
}

func (c *call) listIssueEvents() (reply, error) {
	r, i, err := c.issueOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := issueEvents.list(c.tx, i.ID)
	if err != nil {
		return reply{}, err
	}
	return paged(c, all, func(e *issueEvent) (object, error) { return c.issueEvent(r, e) })
}

// moment is something in a timeline.
type moment struct {
	at     time.Time
	render func() (object, error)
}

// listTimeline answers events, comments, reviews and commits, as they came.
func (c *call) listTimeline() (reply, error) {
	r, i, err := c.issueOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	var all []moment
	events, err := issueEvents.list(c.tx, i.ID)
	if err != nil {
		return reply{}, err
	}
	for _, e := range events {
		all = append(all, moment{e.CreatedAt, func() (object, error) { return c.issueEvent(r, e) }})
	}
	said, err := comments.list(c.tx, i.ID)
	if err != nil {
		return reply{}, err
	}
	for _, m := range said {
		all = append(all, moment{m.CreatedAt, func() (object, error) {
			out, err := c.comment(r, i, m)
			if err == nil {
				out["event"], out["actor"] = "commented", out["user"]
			}
			return out, err
		}})
	}
	if i.Pull != nil {
		more, err := c.pullMoments(r, i)
		if err != nil {
			return reply{}, err
		}
		all = append(all, more...)
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Compare(a.at.Unix(), b.at.Unix()) })
	return paged(c, all, func(m moment) (object, error) { return m.render() })
}
