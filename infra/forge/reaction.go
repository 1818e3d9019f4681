// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"slices"
)

var reactionRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/issues/{number}/reactions", operation: "reactions/list-for-issue", handle: onIssue((*call).listReactions)},
	{method: "POST", pattern: "/repos/{owner}/{repo}/issues/{number}/reactions", operation: "reactions/create-for-issue", handle: onIssue((*call).createReaction)},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/issues/{number}/reactions/{reaction_id}", operation: "reactions/delete-for-issue", handle: onIssue((*call).deleteReaction)},
	{method: "GET", pattern: "/repos/{owner}/{repo}/issues/comments/{id}/reactions", operation: "reactions/list-for-issue-comment", handle: onComment((*call).listReactions)},
	{method: "POST", pattern: "/repos/{owner}/{repo}/issues/comments/{id}/reactions", operation: "reactions/create-for-issue-comment", handle: onComment((*call).createReaction)},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/issues/comments/{id}/reactions/{reaction_id}", operation: "reactions/delete-for-issue-comment", handle: onComment((*call).deleteReaction)},
}

// reaction is one account's reaction to an issue or comment, its parent. Key:
// account and content, which a parent has once.
type reaction struct {
	meta
	Account int64  `json:"account"`
	Content string `json:"content"`
}

const reactions kind[reaction, *reaction] = "reaction"

var reactionContents = []string{"+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"}

// reactionSummary counts the reactions to what has an id and a URL.
func (v *view) reactionSummary(u string, parent int64) (object, error) {
	all, err := reactions.list(v.tx, parent)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, a := range all {
		counts[a.Content]++
	}
	out := object{"url": u + "/reactions", "total_count": len(all)}
	for _, content := range reactionContents {
		out[content] = counts[content]
	}
	return out, nil
}

func (v *view) reaction(a *reaction) (object, error) {
	user, err := v.userByID(a.Account)
	if err != nil {
		return nil, err
	}
	return object{"id": a.ID, "node_id": nodeID("Reaction", a.ID), "user": user, "content": a.Content, "created_at": stamp(a.CreatedAt)}, nil
}

// onIssue makes a handler of what is done with reactions to the issue of the path.
func onIssue(do func(c *call, parent int64) (reply, error)) handler {
	return func(c *call) (reply, error) {
		_, i, err := c.issueOfPath(levelRead)
		if err != nil {
			return reply{}, err
		}
		return do(c, i.ID)
	}
}

// onComment is onIssue for the comment of the path.
func onComment(do func(c *call, parent int64) (reply, error)) handler {
	return func(c *call) (reply, error) {
		_, _, m, err := ofIssue(c, comments)
		if err != nil {
			return reply{}, err
		}
		return do(c, m.ID)
	}
}

func (c *call) listReactions(parent int64) (reply, error) {
	all, err := reactions.list(c.tx, parent)
	if err != nil {
		return reply{}, err
	}
	if content := c.query("content"); content != "" {
		all = slices.DeleteFunc(all, func(a *reaction) bool { return a.Content != content })
	}
	return paged(c, all, c.reaction)
}

// createReaction answers 200 where the reaction was there already.
func (c *call) createReaction(parent int64) (reply, error) {
	var in struct{ Content string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if !slices.Contains(reactionContents, in.Content) {
		return reply{}, invalid("Reaction", "content", "invalid")
	}
	key := idKey(c.me().ID) + " " + in.Content
	status := 200
	a, err := reactions.find(c.tx, parent, key)
	if errors.Is(err, errMissing) {
		status, a = 201, &reaction{Account: c.me().ID, Content: in.Content}
		err = reactions.insert(c.tx, parent, key, a)
	}
	if err != nil {
		return reply{}, err
	}
	out, err := c.reaction(a)
	return reply{status: status, body: out}, err
}

func (c *call) deleteReaction(parent int64) (reply, error) {
	id, err := c.idParam("reaction_id")
	if err != nil {
		return reply{}, err
	}
	a, err := reactions.get(c.tx, id)
	if err != nil {
		return reply{}, err
	}
	if a.Parent != parent || a.Account != c.me().ID {
		return reply{}, errNotFound
	}
	if err := reactions.delete(c.tx, id); err != nil {
		return reply{}, err
	}
	return noContent()
}
