// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"
)

var issueRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/issues", operation: "issues/list-for-repo", handle: (*call).listIssues},
	{method: "POST", pattern: "/repos/{owner}/{repo}/issues", operation: "issues/create", handle: (*call).createIssue},
	{method: "GET", pattern: "/repos/{owner}/{repo}/issues/{number}", operation: "issues/get", handle: (*call).getIssue},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/issues/{number}", operation: "issues/update", handle: (*call).updateIssue},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/issues/{number}/lock", operation: "issues/lock", handle: (*call).lockIssue},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/issues/{number}/lock", operation: "issues/unlock", handle: (*call).unlockIssue},
	{method: "GET", pattern: "/repos/{owner}/{repo}/assignees", operation: "issues/list-assignees", handle: (*call).listAssignees},
	{method: "GET", pattern: "/repos/{owner}/{repo}/assignees/{assignee}", operation: "issues/check-user-can-be-assigned", handle: (*call).checkAssignee},
	{method: "POST", pattern: "/repos/{owner}/{repo}/issues/{number}/assignees", operation: "issues/add-assignees", handle: (*call).addAssignees},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/issues/{number}/assignees", operation: "issues/remove-assignees", handle: (*call).removeAssignees},
}

// issueInput is what creating and changing an issue take. Labels and the
// milestone are of several forms; null and absent differ.
type issueInput struct {
	Title       *string         `json:"title"`
	Body        *string         `json:"body"`
	State       *string         `json:"state"`
	StateReason *string         `json:"state_reason"`
	Assignee    *string         `json:"assignee"`
	Assignees   *[]string       `json:"assignees"`
	Labels      json.RawMessage `json:"labels"`
	Milestone   json.RawMessage `json:"milestone"`
}

// assigneeLogins joins the two ways to name assignees; nil is no change.
func (in *issueInput) assigneeLogins() *[]string {
	if in.Assignees == nil && in.Assignee != nil {
		logins := []string{}
		if *in.Assignee != "" {
			logins = append(logins, *in.Assignee)
		}
		return &logins
	}
	return in.Assignees
}

// milestoneNumber reads a milestone: a number, as a text too, or null for none.
func (c *call) milestoneNumber(r *repository, raw json.RawMessage) (int64, error) {
	text := string(bytes.Trim(raw, `"`))
	if text == "null" || text == "" {
		return 0, nil
	}
	if _, err := strconv.ParseInt(text, 10, 64); err != nil {
		return 0, invalid("Issue", "milestone", "invalid")
	}
	m, err := milestones.find(c.tx, r.ID, text)
	if errors.Is(err, errMissing) {
		return 0, invalid("Issue", "milestone", "invalid")
	}
	if err != nil {
		return 0, err
	}
	return m.ID, nil
}

func (c *call) createIssue() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	if !r.HasIssues {
		return reply{}, &apiError{status: 410, message: "Issues are disabled for this repo"}
	}
	var in issueInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Title == nil {
		in.Title = new(string)
	}
	if err := checkTexts("Issue", in.Title, in.Body); err != nil {
		return reply{}, err
	}
	i := &issue{Title: *in.Title, Author: c.me().ID}
	assign(&i.Body, in.Body)
	if err := c.addIssue(r, i); err != nil {
		return reply{}, err
	}
	if err := c.emitIssue(r, i, "opened", nil); err != nil {
		return reply{}, err
	}
	if err := c.applyTriage(r, i, &in); err != nil {
		return reply{}, err
	}
	return showNew(c.fullIssue(r, i))
}

// applyTriage sets labels, milestone and assignees. GitHub drops them silently
// for who may not.
func (c *call) applyTriage(r *repository, i *issue, in *issueInput) error {
	may, err := c.hasLevel(r, levelTriage)
	if err != nil || !may {
		return err
	}
	if len(in.Labels) > 0 {
		names, err := labelNames(in.Labels)
		if err != nil {
			return err
		}
		ids, err := c.labelIDs(r, names)
		if err != nil {
			return err
		}
		if err := c.setLabels(r, i, ids); err != nil {
			return err
		}
	}
	if len(in.Milestone) > 0 {
		id, err := c.milestoneNumber(r, in.Milestone)
		if err != nil {
			return err
		}
		if err := c.setMilestone(r, i, id); err != nil {
			return err
		}
	}
	logins := in.assigneeLogins()
	if logins == nil {
		return nil
	}
	wanted, wrong, err := c.assignable(r, *logins)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return validation(fieldError{Resource: i.resource(), Field: "assignees", Code: "invalid", Value: wrong[0]})
	}
	return c.assignTo(r, i, wanted)
}

// assignable divides logins into accounts that can be assigned, and the others.
func (c *call) assignable(r *repository, logins []string) (ids []int64, wrong []string, err error) {
	for _, login := range logins {
		a, err := findUser(c.tx, login)
		if err != nil && !errors.Is(err, errMissing) {
			return nil, nil, err
		}
		ok := err == nil
		if ok {
			if ok, err = c.canBeAssigned(r, a); err != nil {
				return nil, nil, err
			}
		}
		switch {
		case !ok:
			wrong = append(wrong, login)
		case !slices.Contains(ids, a.ID):
			ids = append(ids, a.ID)
		}
	}
	return ids, wrong, nil
}

// canBeAssigned: who may write, and the organization's members.
func (c *call) canBeAssigned(r *repository, a *account) (bool, error) {
	have, err := c.level(r, a)
	if err != nil || have >= levelTriage {
		return err == nil, err
	}
	association, err := c.association(r, a)
	return association == "MEMBER" || association == "COLLABORATOR", err
}

func (c *call) getIssue() (reply, error) {
	r, i, err := c.issueOfPath(levelRead)
	if errors.Is(err, errMissing) && r != nil {
		err = c.movedTo(r, err)
	}
	if err != nil {
		return reply{}, err
	}
	return show(c.fullIssue(r, i))
}

func (c *call) updateIssue() (reply, error) {
	r, i, err := c.issueOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in issueInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := c.applyTexts(r, i, &in); err != nil {
		return reply{}, err
	}
	if err := c.applyTriage(r, i, &in); err != nil {
		return reply{}, err
	}
	if err := c.applyState(r, i, &in); err != nil {
		return reply{}, err
	}
	return show(c.fullIssue(r, i))
}

func (c *call) applyTexts(r *repository, i *issue, in *issueInput) error {
	if in.Title == nil && in.Body == nil {
		return nil
	}
	if err := c.mayEdit(r, i.Author); err != nil {
		return err
	}
	if err := checkTexts(i.resource(), in.Title, in.Body); err != nil {
		return err
	}
	return c.editTexts(r, i, in.Title, in.Body)
}

func (c *call) applyState(r *repository, i *issue, in *issueInput) error {
	if in.State == nil {
		return nil
	}
	if me := c.me(); me.ID != i.Author {
		if err := c.needs(r, levelTriage); err != nil {
			return err
		}
	}
	if i.Pull != nil {
		return c.setPullState(r, i, *in.State)
	}
	reason := ""
	assign(&reason, in.StateReason)
	switch *in.State {
	case "open":
		return c.setClosed(r, i, false, "", "")
	case "closed":
		if !slices.Contains([]string{"", "completed", "not_planned", "duplicate"}, reason) {
			return invalid("Issue", "state_reason", "invalid")
		}
		return c.setClosed(r, i, true, reason, "")
	}
	return invalid("Issue", "state", "invalid")
}

func (c *call) lockIssue() (reply, error) {
	var in struct {
		Reason string `json:"lock_reason"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if !slices.Contains([]string{"", "off-topic", "too heated", "resolved", "spam"}, in.Reason) {
		return reply{}, invalid("Issue", "lock_reason", "invalid")
	}
	return c.setLocked(true, in.Reason)
}

func (c *call) unlockIssue() (reply, error) { return c.setLocked(false, "") }

func (c *call) setLocked(locked bool, reason string) (reply, error) {
	r, i, err := c.issueOfPath(levelTriage)
	if err != nil {
		return reply{}, err
	}
	if i.Locked == locked && i.LockReason == reason {
		return noContent()
	}
	i.Locked, i.LockReason = locked, reason
	if err := c.putIssue(i); err != nil {
		return reply{}, err
	}
	action := "unlocked"
	if locked {
		action = "locked"
	}
	if err := c.addIssueEvent(i, &issueEvent{Event: action, LockReason: reason}); err != nil {
		return reply{}, err
	}
	if err := c.emitIssue(r, i, action, nil); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) listAssignees() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := accounts.list(c.tx, 0)
	if err != nil {
		return reply{}, err
	}
	var can []*account
	for _, a := range all {
		if a.isOrg() || a.SiteAdmin || a.Key == adminLogin {
			continue
		}
		ok, err := c.canBeAssigned(r, a)
		if err != nil {
			return reply{}, err
		}
		if ok {
			can = append(can, a)
		}
	}
	return paged(c, can, func(a *account) (object, error) { return c.user(a), nil })
}

func (c *call) checkAssignee() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	_, wrong, err := c.assignable(r, []string{c.param("assignee")})
	if err != nil {
		return reply{}, err
	}
	if len(wrong) > 0 {
		return reply{}, errNotFound
	}
	return noContent()
}

func (c *call) addAssignees() (reply, error) {
	return c.changeAssignees(201, func(have, named []int64) []int64 {
		for _, id := range named {
			if !slices.Contains(have, id) {
				have = append(have, id)
			}
		}
		return have
	})
}

func (c *call) removeAssignees() (reply, error) {
	return c.changeAssignees(200, func(have, named []int64) []int64 {
		return slices.DeleteFunc(have, func(id int64) bool { return slices.Contains(named, id) })
	})
}

// changeAssignees ignores, as GitHub does, who can't be assigned.
func (c *call) changeAssignees(status int, change func(have, named []int64) []int64) (reply, error) {
	r, i, err := c.issueOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Assignees []string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	may, err := c.hasLevel(r, levelTriage)
	if err != nil {
		return reply{}, err
	}
	named, _, err := c.assignable(r, in.Assignees)
	if err != nil {
		return reply{}, err
	}
	if may {
		if err := c.assignTo(r, i, change(slices.Clone(i.Assignees), named)); err != nil {
			return reply{}, err
		}
	}
	out, err := c.fullIssue(r, i)
	if err != nil {
		return reply{}, err
	}
	return reply{status: status, body: out}, nil
}

// listIssues answers issues and pull requests, as GitHub does here.
func (c *call) listIssues() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := issues.list(c.tx, r.ID)
	if err != nil {
		return reply{}, err
	}
	keep, err := c.issueFilter(r)
	if err != nil {
		return reply{}, err
	}
	all = slices.DeleteFunc(all, func(i *issue) bool { return !keep(i) })
	key := func(i *issue) int64 { return i.CreatedAt.Unix() }
	switch c.query("sort") {
	case "updated":
		key = func(i *issue) int64 { return i.UpdatedAt.Unix() }
	case "comments":
		key = func(i *issue) int64 { return int64(i.Comments) }
	}
	sortIssues(all, key, c.query("direction") == "asc")
	return paged(c, all, func(i *issue) (object, error) { return c.issue(r, i) })
}

// sortIssues sorts by a key, and then by number, the greatest first unless asc.
func sortIssues(all []*issue, key func(*issue) int64, asc bool) {
	slices.SortStableFunc(all, func(a, b *issue) int {
		n := cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a.Number, b.Number))
		if asc {
			return n
		}
		return -n
	})
}

// issueFilter reads the query of a list of issues.
func (c *call) issueFilter(r *repository) (func(*issue) bool, error) {
	var keeps []func(*issue) bool
	if state := cmp.Or(c.query("state"), "open"); state != "all" {
		keeps = append(keeps, func(i *issue) bool { return i.state() == state })
	}
	since, err := time.Parse(time.RFC3339, cmp.Or(c.query("since"), "0001-01-01T00:00:00Z"))
	if err != nil {
		return nil, invalid("Issue", "since", "invalid")
	}
	keeps = append(keeps, func(i *issue) bool { return !i.UpdatedAt.Before(since) })
	for _, name := range splitList(c.query("labels")) {
		l, err := labels.find(c.tx, r.ID, fold(name))
		if err != nil && !errors.Is(err, errMissing) {
			return nil, err
		}
		keeps = append(keeps, func(i *issue) bool { return l != nil && slices.Contains(i.Labels, l.ID) })
	}
	for _, who := range []struct {
		param string
		has   func(*issue, int64) bool
	}{
		{"creator", func(i *issue, id int64) bool { return i.Author == id }},
		{"assignee", func(i *issue, id int64) bool { return slices.Contains(i.Assignees, id) }},
	} {
		login := c.query(who.param)
		switch {
		case login == "":
		case who.param == "assignee" && login == "none":
			keeps = append(keeps, func(i *issue) bool { return len(i.Assignees) == 0 })
		case who.param == "assignee" && login == "*":
			keeps = append(keeps, func(i *issue) bool { return len(i.Assignees) > 0 })
		default:
			a, err := findAccount(c.tx, login)
			if err != nil && !errors.Is(err, errMissing) {
				return nil, err
			}
			keeps = append(keeps, func(i *issue) bool { return a != nil && who.has(i, a.ID) })
		}
	}
	switch m := c.query("milestone"); m {
	case "":
	case "none":
		keeps = append(keeps, func(i *issue) bool { return i.Milestone == 0 })
	case "*":
		keeps = append(keeps, func(i *issue) bool { return i.Milestone != 0 })
	default:
		id, err := c.milestoneNumber(r, json.RawMessage(m))
		if err != nil {
			return nil, err
		}
		keeps = append(keeps, func(i *issue) bool { return i.Milestone == id })
	}
	return func(i *issue) bool {
		return !slices.ContainsFunc(keeps, func(keep func(*issue) bool) bool { return !keep(i) })
	}, nil
}
