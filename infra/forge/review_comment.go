// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

var reviewCommentRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{number}/comments", operation: "pulls/list-review-comments", handle: (*call).listReviewComments},
	{method: "POST", pattern: "/repos/{owner}/{repo}/pulls/{number}/comments", operation: "pulls/create-review-comment", handle: (*call).createReviewComment},
	{method: "POST", pattern: "/repos/{owner}/{repo}/pulls/{number}/comments/{id}/replies", operation: "pulls/create-reply-for-review-comment", handle: (*call).replyToReviewComment},
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls/{number}/reviews/{review_id}/comments", operation: "pulls/list-comments-for-review", handle: (*call).listCommentsOfReview},
	{method: "GET", pattern: "/repos/{owner}/{repo}/pulls/comments/{id}", operation: "pulls/get-review-comment", handle: (*call).getReviewComment},
	{method: "PATCH", pattern: "/repos/{owner}/{repo}/pulls/comments/{id}", operation: "pulls/update-review-comment", handle: (*call).updateReviewComment},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/pulls/comments/{id}", operation: "pulls/delete-review-comment", handle: (*call).deleteReviewComment},
}

// reviewComment is a comment at a line of a diff. Parent: the pull request.
type reviewComment struct {
	meta
	Review    int64  `json:"review"`
	Author    int64  `json:"author"`
	Body      string `json:"body"`
	Path      string `json:"path"`
	Commit    string `json:"commit"`
	Side      string `json:"side"`
	Line      int    `json:"line,omitempty"` // 0: the comment is about the file
	StartSide string `json:"start_side,omitempty"`
	StartLine int    `json:"start_line,omitempty"`
	Position  int    `json:"position,omitempty"`
	Hunk      string `json:"hunk,omitempty"`
	InReplyTo int64  `json:"in_reply_to,omitempty"`

	EditedAt time.Time `json:"edited_at,omitzero"`
}

const reviewComments kind[reviewComment, *reviewComment] = "review_comment"

// reviewCommentInput is what creating a comment takes: by line and side, or by
// the older position in the diff.
type reviewCommentInput struct {
	Body      string `json:"body"`
	Commit    string `json:"commit_id"`
	Path      string `json:"path"`
	Position  int    `json:"position"`
	Side      string `json:"side"`
	Line      int    `json:"line"`
	StartLine int    `json:"start_line"`
	StartSide string `json:"start_side"`
	InReplyTo int64  `json:"in_reply_to"`
	Subject   string `json:"subject_type"`
}

func (v *view) reviewComment(r *repository, i *issue, m *reviewComment) (object, error) {
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
	u := v.api("/repos/%s/pulls/comments/%d", full, m.ID)
	html := v.web("/%s/pull/%d#discussion_r%d", full, i.Number, m.ID)
	pullURL := v.api("/repos/%s/pulls/%d", full, i.Number)
	reactions, err := v.reactionSummary(u, m.ID)
	if err != nil {
		return nil, err
	}
	subject := "line"
	if m.Line == 0 {
		subject = "file"
	}
	out := object{
		"id": m.ID, "node_id": nodeID("PullRequestReviewComment", m.ID), "url": u, "html_url": html, "pull_request_url": pullURL,
		"pull_request_review_id": m.Review, "diff_hunk": m.Hunk, "path": m.Path, "commit_id": m.Commit, "original_commit_id": m.Commit,
		"user": v.user(author), "body": m.Body, "created_at": stamp(m.CreatedAt), "updated_at": stamp(m.UpdatedAt),
		"author_association": association, "reactions": reactions, "subject_type": subject, "side": cmp.Or(m.Side, "RIGHT"),
		"_links":     object{"self": object{"href": u}, "html": object{"href": html}, "pull_request": object{"href": pullURL}},
		"start_line": nil, "original_start_line": nil, "start_side": nil,
		"line": max(1, m.Line), "original_line": max(1, m.Line), "position": max(1, m.Position), "original_position": max(1, m.Position),
	}
	if m.StartLine != 0 {
		out["start_line"], out["original_start_line"], out["start_side"] = m.StartLine, m.StartLine, cmp.Or(m.StartSide, "RIGHT")
	}
	if m.InReplyTo != 0 {
		out["in_reply_to_id"] = m.InReplyTo
	}
	return out, nil
}

func (v *view) emitReviewComment(r *repository, i *issue, m *reviewComment, action string, changes object) error {
	rendered, err := v.reviewComment(r, i, m)
	if err != nil {
		return err
	}
	subject, err := v.simplePull(r, i)
	if err != nil {
		return err
	}
	payload := object{"comment": rendered, "pull_request": forEvents(subject)}
	if changes != nil {
		payload["changes"] = changes
	}
	return v.emit(event{name: "pull_request_review_comment", action: action, repo: r, payload: payload})
}

// hunkLine is a line of a file's patch and where it stands.
type hunkLine struct {
	text             string
	oldLine, newLine int // 0 where the line is not on that side
	header           int // index of the hunk's header in the patch
}

// patchLines numbers the lines of a patch, whose index is GitHub's "position".
func patchLines(patch string) []hunkLine {
	var lines []hunkLine
	var header, oldLine, newLine int
	for n, text := range strings.Split(patch, "\n") {
		l := hunkLine{text: text}
		switch {
		case strings.HasPrefix(text, "@@"):
			header = n
			oldLine, newLine = hunkStart(text, '-'), hunkStart(text, '+')
		case strings.HasPrefix(text, "-"):
			l.oldLine = oldLine
			oldLine++
		case strings.HasPrefix(text, "+"):
			l.newLine = newLine
			newLine++
		case strings.HasPrefix(text, " "):
			l.oldLine, l.newLine = oldLine, newLine
			oldLine++
			newLine++
		}
		l.header = header
		lines = append(lines, l)
	}
	return lines
}

// hunkStart reads a number of "@@ -12,3 +14,5 @@".
func hunkStart(header string, sign byte) int {
	_, rest, _ := strings.Cut(header, " "+string(sign))
	digits := rest
	if end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		digits = rest[:end]
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// place finds the line that a comment is about in the diff of the pull
// request, and sets line, side, position and hunk.
func (in *reviewCommentInput) place(files []fileDiff, m *reviewComment) error {
	at := slices.IndexFunc(files, func(f fileDiff) bool { return f.path == in.Path })
	if at < 0 {
		return invalidBecause("PullRequestReviewComment", "path", fmt.Sprintf("path %q is not part of the diff", in.Path))
	}
	if in.Subject == "file" {
		return nil
	}
	lines := patchLines(files[at].patch)
	for n, l := range lines {
		found := in.Position > 0 && n == in.Position ||
			in.Position == 0 && in.Line > 0 && (m.Side == "LEFT" && l.oldLine == in.Line || m.Side != "LEFT" && l.newLine == in.Line)
		if !found {
			continue
		}
		m.Position, m.Line = n, cmp.Or(in.Line, l.newLine, l.oldLine)
		if in.Position > 0 && l.newLine == 0 {
			m.Side = "LEFT"
		}
		var hunk []string
		for _, line := range lines[l.header : n+1] {
			hunk = append(hunk, line.text)
		}
		m.Hunk = strings.Join(hunk, "\n")
		return nil
	}
	if in.Line == 0 && in.Position == 0 {
		return invalid("PullRequestReviewComment", "line", "missing_field")
	}
	return invalidBecause("PullRequestReviewComment", "pull_request_review_thread.line", "pull_request_review_thread.line must be part of the diff")
}

// addReviewComment stores a comment of a review.
func (c *call) addReviewComment(r *repository, i *issue, w *review, in *reviewCommentInput) (*reviewComment, error) {
	if err := checkComment("PullRequestReviewComment", in.Body); err != nil {
		return nil, err
	}
	m := &reviewComment{
		Review: w.ID, Author: w.Author, Body: in.Body, Path: in.Path, Commit: in.Commit, Side: cmp.Or(in.Side, "RIGHT"),
		StartLine: in.StartLine, StartSide: in.StartSide,
	}
	files, err := c.pullFiles(r, i)
	if err != nil {
		return nil, err
	}
	if err := in.place(files, m); err != nil {
		return nil, err
	}
	return m, c.storeReviewComment(i, m)
}

func (c *call) storeReviewComment(i *issue, m *reviewComment) error {
	if err := reviewComments.insert(c.tx, i.ID, "", m); err != nil {
		return err
	}
	i.Pull.ReviewComments++
	return c.putIssue(i)
}

// createReviewComment answers a single comment; it is a review by itself.
func (c *call) createReviewComment() (reply, error) {
	r, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	var in reviewCommentInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.InReplyTo != 0 {
		return c.reply(r, i, in.InReplyTo, in.Body)
	}
	if err := c.pullHasCommit(r, i, in.Commit); err != nil {
		return reply{}, err
	}
	w, err := c.loneReview(i, in.Commit)
	if err != nil {
		return reply{}, err
	}
	m, err := c.addReviewComment(r, i, w, &in)
	if err != nil {
		return reply{}, err
	}
	return c.answerNewComment(r, i, m)
}

// loneReview is the review that a comment by itself belongs to.
func (c *call) loneReview(i *issue, commit string) (*review, error) {
	w := &review{Author: c.me().ID, State: "COMMENTED", Commit: commit, SubmittedAt: c.tx.now}
	return w, reviews.insert(c.tx, i.ID, "", w)
}

func (c *call) answerNewComment(r *repository, i *issue, m *reviewComment) (reply, error) {
	if err := c.emitReviewComment(r, i, m, "created", nil); err != nil {
		return reply{}, err
	}
	return showNew(c.reviewComment(r, i, m))
}

func (c *call) replyToReviewComment() (reply, error) {
	r, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	id, err := c.idParam("id")
	if err != nil {
		return reply{}, err
	}
	var in struct{ Body string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	return c.reply(r, i, id, in.Body)
}

// reply stands where the comment that it answers stands.
func (c *call) reply(r *repository, i *issue, to int64, body string) (reply, error) {
	if err := checkComment("PullRequestReviewComment", body); err != nil {
		return reply{}, err
	}
	first, err := reviewComments.get(c.tx, to)
	if err != nil || first.Parent != i.ID {
		return reply{}, errNotFound
	}
	w, err := c.loneReview(i, first.Commit)
	if err != nil {
		return reply{}, err
	}
	m := *first
	m.meta, m.Review, m.Author, m.Body, m.EditedAt = meta{}, w.ID, w.Author, body, time.Time{}
	m.InReplyTo = cmp.Or(first.InReplyTo, first.ID)
	if err := c.storeReviewComment(i, &m); err != nil {
		return reply{}, err
	}
	return c.answerNewComment(r, i, &m)
}

// knownComments leaves out the comments of reviews that are pending.
func (c *call) knownComments(i *issue) ([]*reviewComment, error) {
	all, err := reviewComments.list(c.tx, i.ID)
	if err != nil {
		return nil, err
	}
	seen, err := c.visibleReviews(i)
	return slices.DeleteFunc(all, func(m *reviewComment) bool {
		return !slices.ContainsFunc(seen, func(w *review) bool { return w.ID == m.Review && w.State != "PENDING" })
	}), err
}

func (c *call) listReviewComments() (reply, error) {
	r, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := c.knownComments(i)
	if err != nil {
		return reply{}, err
	}
	if c.query("direction") == "desc" {
		slices.Reverse(all)
	}
	return paged(c, all, func(m *reviewComment) (object, error) { return c.reviewComment(r, i, m) })
}

func (c *call) listCommentsOfReview() (reply, error) {
	r, i, w, err := c.reviewOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	all, err := reviewComments.list(c.tx, i.ID)
	if err != nil {
		return reply{}, err
	}
	all = slices.DeleteFunc(all, func(m *reviewComment) bool { return m.Review != w.ID })
	return paged(c, all, func(m *reviewComment) (object, error) { return c.reviewComment(r, i, m) })
}

func (c *call) getReviewComment() (reply, error) {
	r, i, m, err := ofIssue(c, reviewComments)
	if err != nil {
		return reply{}, err
	}
	return show(c.reviewComment(r, i, m))
}

func (c *call) updateReviewComment() (reply, error) {
	r, i, m, err := ofIssue(c, reviewComments)
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
	if err := checkComment("PullRequestReviewComment", in.Body); err != nil {
		return reply{}, err
	}
	from := m.Body
	m.Body, m.EditedAt = in.Body, c.tx.now
	if err := reviewComments.put(c.tx, m); err != nil {
		return reply{}, err
	}
	if err := c.emitReviewComment(r, i, m, "edited", object{"body": object{"from": from}}); err != nil {
		return reply{}, err
	}
	return show(c.reviewComment(r, i, m))
}

func (c *call) deleteReviewComment() (reply, error) {
	r, i, m, err := ofIssue(c, reviewComments)
	if err != nil {
		return reply{}, err
	}
	if err := c.mayEdit(r, m.Author); err != nil {
		return reply{}, err
	}
	i.Pull.ReviewComments--
	if err := c.putIssue(i); err != nil {
		return reply{}, err
	}
	if err := c.emitReviewComment(r, i, m, "deleted", nil); err != nil {
		return reply{}, err
	}
	if err := reviewComments.delete(c.tx, m.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}
