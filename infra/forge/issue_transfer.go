// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"slices"
)

// maxPinned is how many issues of a repository can be pinned.
// https://docs.github.com/en/issues/tracking-your-work-with-issues/administering-issues/pinning-an-issue-to-your-repository
const maxPinned = 3

// forward leads from the number of an issue that was transferred to the issue.
// Parent: the repository that it was in; key: the number.
type forward struct {
	meta
	To int64 `json:"to"`
}

const forwards kind[forward, *forward] = "forward"

// movedTo returns the redirect to where the issue of the path is now, or err if
// it was never transferred. Only the issue itself is redirected, in REST alone:
// its comments and events, and GraphQL, call the old number missing.
func (c *call) movedTo(r *repository, err error) error {
	found, missing := forwards.find(c.tx, r.ID, c.param("number"))
	if errors.Is(missing, errMissing) {
		return err
	}
	if missing != nil {
		return missing
	}
	i, err := issues.get(c.tx, found.To)
	if err != nil {
		return err
	}
	to, err := repositories.get(c.tx, i.Parent)
	if err != nil {
		return err
	}
	have, err := c.myLevel(to)
	if err != nil {
		return err
	}
	if have == levelNone {
		return errNotFound
	}
	u, err := c.repoURL(to, "/issues/%d", i.Number)
	if err != nil {
		return err
	}
	return &apiError{status: http.StatusMovedPermanently, message: "Moved Permanently", header: http.Header{"Location": {u}}}
}

// transfer makes of an issue one of another repository, with a new number, and
// tells both. Labels, the milestone and assignees come along that the other
// repository has.
func (q *query) transfer(f hit, to *repository, createLabels bool) (*issue, error) {
	old, err := q.issue(f.repo, f.issue)
	if err != nil {
		return nil, err
	}
	moved, err := q.copyTo(f, to, createLabels)
	if err != nil {
		return nil, err
	}
	here, err := q.issue(to, moved)
	if err != nil {
		return nil, err
	}
	there, err := q.plainRepository(to)
	if err != nil {
		return nil, err
	}
	if err := q.emitIssue(f.repo, f.issue, "transferred", object{"changes": object{"new_issue": here, "new_repository": there}}); err != nil {
		return nil, err
	}
	if err := q.forward(f, moved); err != nil {
		return nil, err
	}
	from, err := q.plainRepository(f.repo)
	if err != nil {
		return nil, err
	}
	return moved, q.emitIssue(to, moved, "opened", object{"changes": object{"old_issue": old, "old_repository": from}})
}

// plainRepository renders a repository as nobody in particular sees it.
func (v *view) plainRepository(r *repository) (object, error) {
	out, err := v.repository(r)
	delete(out, "permissions")
	return out, err
}

// copyTo adds a copy of an issue and its comments to another repository.
func (q *query) copyTo(f hit, to *repository, createLabels bool) (*issue, error) {
	i := *f.issue
	i.meta, i.Pinned, i.Labels, i.Assignees, i.Milestone = meta{CreatedAt: f.CreatedAt}, false, nil, nil, 0
	if err := q.bring(f, to, &i, createLabels); err != nil {
		return nil, err
	}
	if err := q.addIssue(to, &i); err != nil {
		return nil, err
	}
	if i.Closed { // addIssue takes it for an open one
		if err := q.countOpen(to, -1); err != nil {
			return nil, err
		}
	}
	said, err := comments.list(q.tx, f.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range said {
		again := &comment{meta: meta{CreatedAt: m.CreatedAt}, Author: m.Author, Body: m.Body, EditedAt: m.EditedAt}
		if err := comments.insert(q.tx, i.ID, "", again); err != nil {
			return nil, err
		}
		again.UpdatedAt = m.UpdatedAt
		if err := comments.keep(q.tx, again); err != nil {
			return nil, err
		}
	}
	if err := q.addIssueEvent(&i, &issueEvent{Event: "transferred", FromRepo: f.repo.ID}); err != nil {
		return nil, err
	}
	if err := q.putIssue(&i); err != nil {
		return nil, err
	}
	return &i, q.countMilestone(i.Milestone)
}

// bring gives the copy of an issue the labels, the milestone and the assignees
// that the other repository has, too.
func (q *query) bring(f hit, to *repository, i *issue, createLabels bool) error {
	had, err := q.labelDocs(f.issue)
	if err != nil {
		return err
	}
	for _, l := range had {
		same, err := labels.find(q.tx, to.ID, l.Key)
		if errors.Is(err, errMissing) && createLabels {
			same = &label{Name: l.Name, Color: l.Color, Description: l.Description}
			err = q.addLabel(to, same)
		}
		switch {
		case err == nil:
			i.Labels = append(i.Labels, same.ID)
		case !errors.Is(err, errMissing):
			return err
		}
	}
	for _, id := range f.Assignees {
		a, err := accounts.get(q.tx, id)
		if err != nil {
			return err
		}
		can, err := q.canBeAssigned(to, a)
		if err != nil {
			return err
		}
		if can {
			i.Assignees = append(i.Assignees, id)
		}
	}
	if f.Milestone == 0 {
		return nil
	}
	was, err := milestones.get(q.tx, f.Milestone)
	if err != nil {
		return err
	}
	all, err := milestones.list(q.tx, to.ID)
	if n := slices.IndexFunc(all, func(m *milestone) bool { return m.Title == was.Title && m.DueOn.Equal(was.DueOn) }); n >= 0 {
		i.Milestone = all[n].ID
	}
	return err
}

// forward takes away an issue that was transferred, and leaves word where it is
// now.
func (q *query) forward(f hit, moved *issue) error {
	earlier, err := forwards.query(q.tx, "kind = ? AND json_extract(body, '$.to') = ?", string(forwards), f.ID)
	if err != nil {
		return err
	}
	for _, e := range earlier {
		e.To = moved.ID
		if err := forwards.put(q.tx, e); err != nil {
			return err
		}
	}
	if err := forwards.insert(q.tx, f.repo.ID, numberKey(f.Number), &forward{To: moved.ID}); err != nil {
		return err
	}
	if err := issues.delete(q.tx, f.ID); err != nil {
		return err
	}
	if !f.Closed {
		if err := q.countOpen(f.repo, -1); err != nil {
			return err
		}
	}
	return q.countMilestone(f.Milestone)
}

// setPinned pins an issue, or takes it off again.
func (q *query) setPinned(f hit, on bool) error {
	if f.Pinned == on {
		return impossible(map[bool]string{true: "Issue is already pinned.", false: "Issue is not pinned."}[on])
	}
	if on {
		all, err := issues.query(q.tx, "kind = ? AND parent = ? AND json_extract(body, '$.pinned') IS 1", string(issues), f.repo.ID)
		if err != nil {
			return err
		}
		if len(all) >= maxPinned {
			return impossible("Maximum 3 pinned issues per repository")
		}
	}
	f.Pinned = on
	if err := issues.keep(q.tx, f.issue); err != nil {
		return err
	}
	action := map[bool]string{true: "pinned", false: "unpinned"}[on]
	if err := q.addIssueEvent(f.issue, &issueEvent{Event: action}); err != nil {
		return err
	}
	return q.emitIssue(f.repo, f.issue, action, nil)
}
