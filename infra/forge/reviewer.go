// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"slices"
)

var reviewerRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{number}/requested_reviewers", operation: "pulls/list-requested-reviewers", handle: (*call).listReviewers},
	{method: "POST", pattern: "/repos/{owner}/{repo}/pulls/{number}/requested_reviewers", operation: "pulls/request-reviewers", handle: (*call).requestReviewers},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/pulls/{number}/requested_reviewers", operation: "pulls/remove-requested-reviewers", handle: (*call).removeReviewers},
}

func (c *call) listReviewers() (reply, error) {
	_, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	rendered := object{}
	if err := c.renderReviewers(i.Pull, rendered); err != nil {
		return reply{}, err
	}
	return ok(object{"users": rendered["requested_reviewers"], "teams": rendered["requested_teams"]})
}

// named returns the accounts and teams that a request names.
func (c *call) namedReviewers(r *repository, i *issue) (users, groups []int64, err error) {
	var in struct {
		Reviewers []string `json:"reviewers"`
		Teams     []string `json:"team_reviewers"`
	}
	if err := c.decode(&in); err != nil {
		return nil, nil, err
	}
	refuse := func(message string) error { return unprocessable(message) }
	for _, login := range in.Reviewers {
		a, err := findUser(c.tx, login)
		if errors.Is(err, errMissing) {
			return nil, nil, refuse(fmt.Sprintf("Could not resolve to a node with the login of '%s'.", login))
		}
		if err != nil {
			return nil, nil, err
		}
		if a.ID == i.Author {
			return nil, nil, refuse("Review cannot be requested from pull request author.")
		}
		can, err := c.canBeAssigned(r, a)
		if err != nil {
			return nil, nil, err
		}
		if !can {
			return nil, nil, refuse("Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the " + r.Name + " repository.")
		}
		users = append(users, a.ID)
	}
	for _, slug := range in.Teams {
		t, err := teams.find(c.tx, r.Parent, slug)
		if errors.Is(err, errMissing) {
			return nil, nil, refuse(fmt.Sprintf("Could not resolve to a team with the slug of '%s'.", slug))
		}
		if err != nil {
			return nil, nil, err
		}
		groups = append(groups, t.ID)
	}
	return users, groups, nil
}

func (c *call) requestReviewers() (reply, error) {
	r, i, err := c.pullOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	users, groups, err := c.namedReviewers(r, i)
	if err != nil {
		return reply{}, err
	}
	for _, id := range users {
		if !slices.Contains(i.Pull.Reviewers, id) {
			i.Pull.Reviewers = append(i.Pull.Reviewers, id)
			if err := c.tellReviewer(r, i, "review_requested", id, 0); err != nil {
				return reply{}, err
			}
		}
	}
	for _, id := range groups {
		if !slices.Contains(i.Pull.Teams, id) {
			i.Pull.Teams = append(i.Pull.Teams, id)
			if err := c.tellReviewer(r, i, "review_requested", 0, id); err != nil {
				return reply{}, err
			}
		}
	}
	return showNew(c.simplePull(r, i))
}

func (c *call) removeReviewers() (reply, error) {
	r, i, err := c.pullOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	users, groups, err := c.namedReviewers(r, i)
	if err != nil {
		return reply{}, err
	}
	for _, id := range users {
		if at := slices.Index(i.Pull.Reviewers, id); at >= 0 {
			i.Pull.Reviewers = slices.Delete(i.Pull.Reviewers, at, at+1)
			if err := c.tellReviewer(r, i, "review_request_removed", id, 0); err != nil {
				return reply{}, err
			}
		}
	}
	for _, id := range groups {
		if at := slices.Index(i.Pull.Teams, id); at >= 0 {
			i.Pull.Teams = slices.Delete(i.Pull.Teams, at, at+1)
			if err := c.tellReviewer(r, i, "review_request_removed", 0, id); err != nil {
				return reply{}, err
			}
		}
	}
	return show(c.simplePull(r, i))
}

// tellReviewer tells that a user or a team is asked for a review, or no longer.
func (c *call) tellReviewer(r *repository, i *issue, action string, user, group int64) error {
	if err := c.putIssue(i); err != nil {
		return err
	}
	if err := c.addIssueEvent(i, &issueEvent{Event: action, Reviewer: user, Team: group}); err != nil {
		return err
	}
	more := object{}
	var err error
	if group == 0 {
		more["requested_reviewer"], err = c.userByID(user)
	} else {
		var t *team
		if t, err = teams.get(c.tx, group); err == nil {
			more["requested_team"], err = c.eventTeam(t)
		}
	}
	if err != nil {
		return err
	}
	return c.emitIssue(r, i, action, more)
}
