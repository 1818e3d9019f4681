// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

var reviewRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{number}/reviews", operation: "pulls/list-reviews", handle: (*call).listReviews},
	{method: "POST", pattern: "/repos/{owner}/{repo}/pulls/{number}/reviews", operation: "pulls/create-review", handle: (*call).createReview},
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{number}/reviews/{review_id}", operation: "pulls/get-review", handle: (*call).getReview},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/pulls/{number}/reviews/{review_id}", operation: "pulls/update-review", handle: (*call).updateReview},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/pulls/{number}/reviews/{review_id}", operation: "pulls/delete-pending-review", handle: (*call).deleteReview},
	{method: "POST", pattern: "/repos/{owner}/{repo}/pulls/{number}/reviews/{review_id}/events", operation: "pulls/submit-review", handle: (*call).submitReview},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/pulls/{number}/reviews/{review_id}/dismissals", operation: "pulls/dismiss-review", handle: (*call).dismissReview},
}

// review is a review of a pull request, its parent.
type review struct {
	meta
	Author      int64     `json:"author"`
	State       string    `json:"state"` // PENDING, COMMENTED, APPROVED, CHANGES_REQUESTED, DISMISSED
	Body        string    `json:"body,omitempty"`
	Commit      string    `json:"commit"`
	SubmittedAt time.Time `json:"submitted_at,omitzero"`
	EditedAt    time.Time `json:"edited_at,omitzero"`
}

const reviews kind[review, *review] = "review"

// reviewStates says what an event makes of a review.
var reviewStates = map[string]string{"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED", "": "PENDING"}

func (v *view) review(r *repository, i *issue, w *review) (object, error) {
	full, err := v.fullName(r)
	if err != nil {
		return nil, err
	}
	author, err := accounts.get(v.tx, w.Author)
	if err != nil {
		return nil, err
	}
	association, err := v.association(r, author)
	if err != nil {
		return nil, err
	}
	html := v.web("/%s/pull/%d#pullrequestreview-%d", full, i.Number, w.ID)
	pullURL := v.api("/repos/%s/pulls/%d", full, i.Number)
	out := object{
		"id": w.ID, "node_id": nodeID("PullRequestReview", w.ID), "user": v.user(author), "body": w.Body, "state": w.State,
		"html_url": html, "pull_request_url": pullURL, "author_association": association, "commit_id": w.Commit,
		"_links": object{"html": object{"href": html}, "pull_request": object{"href": pullURL}},
	}
	if !w.SubmittedAt.IsZero() {
		out["submitted_at"] = stamp(w.SubmittedAt)
	}
	return out, nil
}

// emitReview tells of a review. Webhooks write states in small letters.
func (v *view) emitReview(r *repository, i *issue, w *review, action string, changes object) error {
	rendered, err := v.review(r, i, w)
	if err != nil {
		return err
	}
	rendered["state"] = strings.ToLower(w.State)
	subject, err := v.simplePull(r, i)
	if err != nil {
		return err
	}
	payload := object{"review": rendered, "pull_request": forEvents(subject)}
	if changes != nil {
		payload["changes"] = changes
	}
	return v.emit(event{name: "pull_request_review", action: action, repo: r, payload: payload})
}

// visibleReviews returns the reviews that who asks may see: pending ones are
// their author's alone.
func (v *view) visibleReviews(i *issue) ([]*review, error) {
	all, err := reviews.list(v.tx, i.ID)
	me := v.me()
	return slices.DeleteFunc(all, func(w *review) bool { return w.State == "PENDING" && (me == nil || me.ID != w.Author) }), err
}

func (c *call) listReviews() (reply, error) {
	r, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := c.visibleReviews(i)
	if err != nil {
		return reply{}, err
	}
	return paged(c, all, func(w *review) (object, error) { return c.review(r, i, w) })
}

// reviewInput is what creating and submitting a review take.
type reviewInput struct {
	Commit   string               `json:"commit_id"`
	Body     string               `json:"body"`
	Event    string               `json:"event"`
	Comments []reviewCommentInput `json:"comments"`
}

func (c *call) createReview() (reply, error) {
	r, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in reviewInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	all, err := reviews.list(c.tx, i.ID)
	if err != nil {
		return reply{}, err
	}
	if slices.ContainsFunc(all, func(w *review) bool { return w.Author == c.me().ID && w.State == "PENDING" }) {
		return reply{}, unprocessable("User can only have one pending review per pull request")
	}
	if in.Commit == "" {
		in.Commit = i.Pull.HeadSHA
	}
	if err := c.pullHasCommit(r, i, in.Commit); err != nil {
		return reply{}, err
	}
	w := &review{Author: c.me().ID, State: "PENDING", Body: in.Body, Commit: in.Commit}
	if err := reviews.insert(c.tx, i.ID, "", w); err != nil {
		return reply{}, err
	}
	for n := range in.Comments {
		in.Comments[n].Commit = in.Commit
		if _, err := c.addReviewComment(r, i, w, &in.Comments[n]); err != nil {
			return reply{}, err
		}
	}
	if err := c.submit(r, i, w, &in); err != nil {
		return reply{}, err
	}
	return c.answerReview(r, i, w)
}

// pullHasCommit refuses a commit that is not of the pull request.
func (c *call) pullHasCommit(r *repository, i *issue, oid string) error {
	bad := invalidBecause("PullRequestReview", "commit_id", fmt.Sprintf("commit_id %s is not part of the pull request", oid))
	if !isOID(oid) {
		return bad
	}
	full, err := resolveCommit(c.tx.ctx, c.srv.git(r), oid)
	if err != nil || full != oid {
		return bad
	}
	return nil
}

func (c *call) answerReview(r *repository, i *issue, w *review) (reply, error) {
	return show(c.review(r, i, w))
}

// submit makes a pending review known.
func (c *call) submit(r *repository, i *issue, w *review, in *reviewInput) error {
	state, known := reviewStates[in.Event]
	switch {
	case !known:
		return unprocessable(fmt.Sprintf("Variable $event of type PullRequestReviewEvent was provided invalid value %q", in.Event))
	case state == "PENDING":
		return nil
	case i.Author == w.Author && state == "APPROVED":
		return validationTexts("Can not approve your own pull request")
	case i.Author == w.Author && state == "CHANGES_REQUESTED":
		return validationTexts("Can not request changes on your own pull request")
	case w.Body == "" && state != "APPROVED" && len(in.Comments) == 0:
		return validationTexts("Body can't be blank")
	}
	w.State, w.SubmittedAt = state, c.tx.now
	if err := reviews.put(c.tx, w); err != nil {
		return err
	}
	// Who has reviewed is no longer asked to.
	i.Pull.Reviewers = slices.DeleteFunc(i.Pull.Reviewers, func(id int64) bool { return id == w.Author })
	if err := c.putIssue(i); err != nil {
		return err
	}
	if err := c.emitReview(r, i, w, "submitted", nil); err != nil {
		return err
	}
	pending, err := reviewComments.list(c.tx, i.ID)
	if err != nil {
		return err
	}
	for _, m := range pending {
		if m.Review != w.ID {
			continue
		}
		if err := c.emitReviewComment(r, i, m, "created", nil); err != nil {
			return err
		}
	}
	return nil
}

// validationTexts is a refusal whose errors are plain sentences.
func validationTexts(texts ...string) error {
	return &apiError{status: http.StatusUnprocessableEntity, message: "Unprocessable Entity", sentences: texts}
}

// reviewOfPath returns the review of the path.
func (c *call) reviewOfPath(need level) (*repository, *issue, *review, error) {
	r, i, err := c.pullOfPath(need)
	if err != nil {
		return nil, nil, nil, err
	}
	id, err := c.idParam("review_id")
	if err != nil {
		return nil, nil, nil, err
	}
	w, err := reviews.get(c.tx, id)
	if err != nil {
		return nil, nil, nil, err
	}
	me := c.me()
	if w.Parent != i.ID || w.State == "PENDING" && (me == nil || me.ID != w.Author) {
		err = errNotFound
	}
	return r, i, w, err
}

func (c *call) getReview() (reply, error) {
	r, i, w, err := c.reviewOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	return c.answerReview(r, i, w)
}

func (c *call) updateReview() (reply, error) {
	r, i, w, err := c.reviewOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Body string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := c.mayEdit(r, w.Author); err != nil {
		return reply{}, err
	}
	from := w.Body
	w.Body, w.EditedAt = in.Body, c.tx.now
	if err := reviews.put(c.tx, w); err != nil {
		return reply{}, err
	}
	if w.State != "PENDING" {
		if err := c.emitReview(r, i, w, "edited", object{"body": object{"from": from}}); err != nil {
			return reply{}, err
		}
	}
	return c.answerReview(r, i, w)
}

func (c *call) deleteReview() (reply, error) {
	r, i, w, err := c.reviewOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	if w.State != "PENDING" {
		return reply{}, unprocessable("Can not delete a non-pending pull request review")
	}
	all, err := reviewComments.list(c.tx, i.ID)
	if err != nil {
		return reply{}, err
	}
	for _, m := range all {
		if m.Review == w.ID {
			if err := reviewComments.delete(c.tx, m.ID); err != nil {
				return reply{}, err
			}
		}
	}
	if err := reviews.delete(c.tx, w.ID); err != nil {
		return reply{}, err
	}
	return c.answerReview(r, i, w)
}

func (c *call) submitReview() (reply, error) {
	r, i, w, err := c.reviewOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in reviewInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if w.State != "PENDING" || in.Event == "" {
		return reply{}, unprocessable("Could not submit the review: it is not pending, or no event is given")
	}
	if in.Body != "" {
		w.Body = in.Body
	}
	if err := c.submit(r, i, w, &in); err != nil {
		return reply{}, err
	}
	return c.answerReview(r, i, w)
}

func (c *call) dismissReview() (reply, error) {
	r, i, w, err := c.reviewOfPath(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Message string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Message == "" {
		return reply{}, invalid("PullRequestReview", "message", "missing_field")
	}
	if w.State != "APPROVED" && w.State != "CHANGES_REQUESTED" {
		return reply{}, unprocessable("Can not dismiss a " + strings.ToLower(w.State) + " pull request review")
	}
	if err := c.dismiss(r, i, w, in.Message); err != nil {
		return reply{}, err
	}
	return c.answerReview(r, i, w)
}

// dismiss takes the weight off a review.
func (v *view) dismiss(r *repository, i *issue, w *review, message string) error {
	was := strings.ToLower(w.State)
	w.State = "DISMISSED"
	if err := reviews.put(v.tx, w); err != nil {
		return err
	}
	if err := v.addIssueEvent(i, &issueEvent{Event: "review_dismissed", Review: w.ID, Was: was, Message: message}); err != nil {
		return err
	}
	return v.emitReview(r, i, w, "dismissed", nil)
}

// verdicts returns the last review of each account that approves or requests
// changes: comments take nothing back.
func verdicts(all []*review) map[int64]*review {
	last := map[int64]*review{}
	for _, w := range all {
		switch w.State {
		case "APPROVED", "CHANGES_REQUESTED":
			last[w.Author] = w
		case "DISMISSED":
			// An older verdict of the same account does not come back.
			delete(last, w.Author)
		}
	}
	return last
}
