// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/release/notes"
)

// hub asks one repository on GitHub, in as few queries as its limits allow.
type hub struct {
	ask         GraphQL
	owner, name string
	bases       []string
}

// pull is a merged pull request, as pullFields has it.
type pull struct {
	Number      int
	Title       string
	Body        string
	URL         string
	BaseRefName string
	HeadRefName string
	MergedAt    time.Time
	UpdatedAt   time.Time
	MergeCommit struct{ OID string }
	Author      *struct {
		Login    string
		Typename string `json:"__typename"`
	}
	Labels  struct{ Nodes []struct{ Name string } }
	Commits struct {
		TotalCount int
		Nodes      []struct {
			Commit struct {
				MessageHeadline string
				AuthoredDate    time.Time
			}
		}
	}
}

const pullFields = `fragment pull on PullRequest {
  number title body url baseRefName headRefName mergedAt updatedAt
  mergeCommit { oid }
  author { login __typename }
  labels(first: 100) { nodes { name } }
  commits(last: 1) { totalCount nodes { commit { messageHeadline authoredDate } } }
}`

func (p *pull) own() bool { return ownBranch(p.HeadRefName) }

func (p *pull) change(message string) notes.Change {
	c := notes.Change{Number: p.Number, Title: p.Title, Body: p.Body, URL: p.URL, Message: message, MergedAt: p.MergedAt}
	if p.Author != nil { // the account may be gone
		c.Author = p.Author.Login
		c.Bot = p.Author.Typename == "Bot"
	}
	for _, l := range p.Labels.Nodes {
		c.Labels = append(c.Labels, l.Name)
	}
	slices.Sort(c.Labels)
	return c
}

// merged reads the pull requests that were merged to the bases after since,
// a hundred at a time, the last touched first: a pull request is touched by
// its merge, so the first one older than since ends the search.
func (h hub) merged(ctx context.Context, since time.Time) ([]*pull, error) {
	const query = `query($owner: String!, $name: String!, $base: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(states: MERGED, baseRefName: $base, orderBy: {field: UPDATED_AT, direction: DESC}, first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { ...pull }
    }
  }
}
` + pullFields
	var pulls []*pull
	for _, base := range h.bases {
		vars := map[string]any{"owner": h.owner, "name": h.name, "base": base}
		for {
			var answer struct {
				Repository struct {
					PullRequests struct {
						PageInfo struct {
							HasNextPage bool
							EndCursor   string
						}
						Nodes []*pull
					}
				}
			}
			if err := h.ask.GraphQL(ctx, query, vars, &answer); err != nil {
				return nil, err
			}
			page := answer.Repository.PullRequests
			pulls = append(pulls, page.Nodes...)
			if !page.PageInfo.HasNextPage || len(page.Nodes) == 0 || page.Nodes[len(page.Nodes)-1].UpdatedAt.Before(since) {
				break
			}
			vars["after"] = page.PageInfo.EndCursor
		}
	}
	return pulls, nil
}

// assign finds the pull request of each commit: GitHub names the merge commit,
// the squashed one, or the last of the rebased ones, which follow each other.
func assign(commits []commit, pulls []*pull) []*pull {
	byMerge := map[string]*pull{}
	for _, p := range pulls {
		if p.MergeCommit.OID != "" {
			byMerge[p.MergeCommit.OID] = p
		}
	}
	owned := make([]*pull, len(commits))
	for i, c := range commits {
		p := byMerge[c.id]
		if p == nil {
			continue
		}
		owned[i] = p
		if !p.rebased(c) {
			continue
		}
		for j := i + 1; j < len(commits) && j < i+p.Commits.TotalCount; j++ {
			if commits[j].parents != 1 || byMerge[commits[j].id] != nil {
				break
			}
			owned[j] = p
		}
	}
	return owned
}

// rebased tells a rebase from a squash: it keeps the last commit's subject and
// author's date.
func (p *pull) rebased(c commit) bool {
	if c.parents != 1 || p.Commits.TotalCount < 2 || len(p.Commits.Nodes) == 0 {
		return false
	}
	last := p.Commits.Nodes[0].Commit
	return last.AuthoredDate.Equal(c.date) && last.MessageHeadline == c.subject()
}

// batch is how many objects one query asks for.
const batch = 50

// associated asks for the merged pull requests of commits that no merge
// commit explains, fifty in a query.
func (h hub) associated(ctx context.Context, ids []string) (map[string]*pull, error) {
	found := map[string]*pull{}
	for part := range slices.Chunk(ids, batch) {
		var q strings.Builder
		q.WriteString("query($owner: String!, $name: String!) {\n  repository(owner: $owner, name: $name) {\n")
		for i, id := range part {
			fmt.Fprintf(&q, "    c%d: object(oid: %q) { ... on Commit { oid associatedPullRequests(first: 10) { nodes { ...pull } } } }\n", i, id)
		}
		q.WriteString("  }\n}\n" + pullFields)
		var answer struct {
			Repository map[string]*struct {
				OID                    string
				AssociatedPullRequests struct{ Nodes []*pull }
			}
		}
		if err := h.ask.GraphQL(ctx, q.String(), map[string]any{"owner": h.owner, "name": h.name}, &answer); err != nil {
			return nil, err
		}
		for _, c := range answer.Repository {
			if c == nil {
				continue // pushed to nowhere that GitHub has seen
			}
			for _, p := range c.AssociatedPullRequests.Nodes {
				if !p.MergedAt.IsZero() && slices.Contains(h.bases, p.BaseRefName) {
					found[c.OID] = p
					break
				}
			}
		}
	}
	return found, nil
}

// origins finds the pull requests that cherry-picks say they come from.
func (h hub) origins(ctx context.Context, changes []notes.Change) error {
	wanted := map[int]bool{}
	commits := map[string]bool{}
	for _, c := range changes {
		numbers, ids := c.PickedFrom()
		for _, n := range numbers {
			wanted[n] = true
		}
		for _, id := range ids {
			commits[id] = true
		}
	}
	byCommit, err := h.associated(ctx, slices.Sorted(maps.Keys(commits)))
	if err != nil {
		return err
	}
	byNumber, err := h.numbered(ctx, slices.Sorted(maps.Keys(wanted)))
	if err != nil {
		return err
	}
	for i, c := range changes {
		numbers, ids := c.PickedFrom()
		switch {
		case len(numbers) > 0:
			origin := notes.Change{Number: numbers[0]} // without a title: not found
			if p := byNumber[numbers[0]]; p != nil && !p.MergedAt.IsZero() {
				origin = p.change("")
			}
			changes[i].Origin = &origin
		case len(ids) > 0:
			for id, p := range byCommit {
				if strings.HasPrefix(id, ids[0]) && p.Number != c.Number {
					origin := p.change("")
					changes[i].Origin = &origin
				}
			}
		}
	}
	return nil
}

// numbered asks for pull requests by number, fifty in a query.
func (h hub) numbered(ctx context.Context, numbers []int) (map[int]*pull, error) {
	found := map[int]*pull{}
	for part := range slices.Chunk(numbers, batch) {
		var q strings.Builder
		q.WriteString("query($owner: String!, $name: String!) {\n  repository(owner: $owner, name: $name) {\n")
		for _, n := range part {
			// An issue of that number is no error this way, as it would be with
			// pullRequest(number:).
			fmt.Fprintf(&q, "    n%d: issueOrPullRequest(number: %d) { ...pull }\n", n, n)
		}
		q.WriteString("  }\n}\n" + pullFields)
		var answer struct{ Repository map[string]*pull }
		if err := h.ask.GraphQL(ctx, q.String(), map[string]any{"owner": h.owner, "name": h.name}, &answer); err != nil {
			return nil, err
		}
		for _, p := range answer.Repository {
			if p != nil && p.Number > 0 {
				found[p.Number] = p
			}
		}
	}
	return found, nil
}

// firstTimers marks each author's first merged pull request, twenty authors in
// a query: what GitHub says of an author's association is of today, not of
// then.
func (h hub) firstTimers(ctx context.Context, changes []notes.Change) error {
	logins := map[string]bool{}
	for _, c := range changes {
		if c.Author != "" && !c.Bot {
			logins[c.Author] = true
		}
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(logins)), 20) {
		var q strings.Builder
		q.WriteString("query {\n")
		for i, login := range part {
			search := fmt.Sprintf("repo:%s/%s is:pr is:merged author:%s sort:created-asc", h.owner, h.name, login)
			fmt.Fprintf(&q, "  a%d: search(type: ISSUE, query: %q, first: 1) { nodes { ... on PullRequest { number } } }\n", i, search)
		}
		q.WriteString("}\n")
		var answer map[string]struct{ Nodes []struct{ Number int } }
		if err := h.ask.GraphQL(ctx, q.String(), nil, &answer); err != nil {
			return err
		}
		for _, a := range answer {
			for i := range changes {
				if len(a.Nodes) > 0 && changes[i].Number == a.Nodes[0].Number {
					changes[i].FirstTime = true
				}
			}
		}
	}
	return nil
}
