// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/release/notes"
)

// pull is a pull request as GitHub tells it.
type pull struct {
	Number            int
	Title, Body, URL  string
	State             string
	UpdatedAt         time.Time
	MergedAt          time.Time
	BaseRefName       string
	HeadRefName       string
	IsCrossRepository bool
	Author            *struct { // null: the account is gone
		Login    string
		TypeName string `json:"__typename"`
	}
	Labels struct {
		Nodes []struct{ Name string }
	}
	MergeCommit *struct{ OID string }
	Commits     struct {
		TotalCount int
		Nodes      []struct {
			Commit struct{ AuthoredDate time.Time }
		}
	}

	owner *owner
}

// pullFields ask for a pull. A pull request has at most 100 labels. Only its
// last commit is asked for, to know a rebase merge; a hundred pull requests with
// all of their commits are more than GitHub answers in ten seconds.
const pullFields = `fragment pull on PullRequest {
  number title body url state updatedAt mergedAt baseRefName headRefName isCrossRepository
  author { login __typename }
  labels(first: 100) { nodes { name } }
  mergeCommit { oid }
  commits(last: 1) { totalCount nodes { commit { authoredDate } } }
}`

const pageQuery = `query($owner: String!, $name: String!, $base: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(states: MERGED, baseRefName: $base, orderBy: {field: UPDATED_AT, direction: DESC}, first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { ...pull }
    }
  }
}
` + pullFields

// batch is how many commits, pull requests or authors one query asks about.
// GitHub allows 500,000 nodes in an answer: 50 commits with up to 5 pull
// requests of 100 labels each stay far below.
const batch = 50

// skew is by how much clocks may differ: those of git users and GitHub's.
const skew = time.Hour

// change returns p as notes know it.
func (p *pull) change() notes.Change {
	c := notes.Change{Number: p.Number, Title: p.Title, Body: p.Body, URL: p.URL, MergedAt: p.MergedAt.UTC()}
	if p.Author != nil {
		c.Author, c.Bot = p.Author.Login, p.Author.TypeName == "Bot" || botName(p.Author.Login)
	}
	for _, l := range p.Labels.Nodes {
		c.Labels = append(c.Labels, l.Name)
	}
	slices.Sort(c.Labels)
	return c
}

func (p *pull) mergeCommit() string {
	if p.MergeCommit == nil {
		return ""
	}
	return p.MergeCommit.OID
}

// online asks GitHub.
type online struct {
	o        Options
	since    time.Time // no pull request of the range was merged before
	paged    bool
	pulls    map[int]*pull
	byCommit map[string]*pull // by merge commit
}

// own asks in pages as long as that is cheaper than to ask about the commits
// themselves, which it does for what is left.
func (s *online) own(ctx context.Context, lines [][]*commit) error {
	unknown := s.match(lines)
	// One question answers for 50 commits: a patch release needs no more.
	if len(unknown) > batch && !s.paged {
		s.paged = true
		waiting := make(map[string]bool, len(unknown))
		for _, c := range unknown {
			waiting[c.id] = true
		}
		for _, base := range s.o.Bases {
			if err := s.pages(ctx, base, waiting); err != nil {
				return err
			}
		}
		unknown = s.match(lines)
	}
	for chunk := range slices.Chunk(unknown, batch) {
		if err := s.ask(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// pages reads the pull requests merged to base that were touched since the
// range began. It stops when so few commits are waiting that to ask about them
// takes one question.
func (s *online) pages(ctx context.Context, base string, waiting map[string]bool) error {
	var after any
	for {
		var answer struct {
			Repository *struct {
				PullRequests struct {
					PageInfo struct {
						HasNextPage bool
						EndCursor   string
					}
					Nodes []*pull
				}
			}
		}
		vars := map[string]any{"owner": s.o.Owner, "name": s.o.Name, "base": base, "after": after}
		if err := s.o.GraphQL.GraphQL(ctx, pageQuery, vars, &answer); err != nil {
			return fmt.Errorf("asking for the pull requests merged to %s: %w", base, err)
		}
		if answer.Repository == nil {
			return s.unseen()
		}
		page := answer.Repository.PullRequests
		for _, p := range page.Nodes {
			if p = s.add(p); p != nil {
				delete(waiting, p.mergeCommit())
			}
		}
		last := len(page.Nodes) - 1
		if !page.PageInfo.HasNextPage || last < 0 || page.Nodes[last].UpdatedAt.Before(s.since.Add(-skew)) {
			return nil
		}
		if len(waiting) <= batch {
			return nil
		}
		after = page.PageInfo.EndCursor
	}
}

func (s *online) unseen() error {
	return fmt.Errorf("GitHub shows no repository %s/%s; correct the name, or use a token that may read it", s.o.Owner, s.o.Name)
}

// add remembers a merged pull request of this repository.
func (s *online) add(p *pull) *pull {
	if p == nil || p.State != "MERGED" {
		return nil
	}
	// A commit is known in all forks: a fork's pull requests are not ours.
	if !strings.Contains(strings.ToLower(p.URL), strings.ToLower("/"+s.o.Owner+"/"+s.o.Name+"/pull/")) {
		return nil
	}
	if known := s.pulls[p.Number]; known != nil {
		return known
	}
	p.owner = &owner{change: p.change(), hidden: own(p.HeadRefName, p.IsCrossRepository)}
	s.pulls[p.Number] = p
	if id := p.mergeCommit(); id != "" {
		s.byCommit[id] = p
	}
	return p
}

// match sets the owners that are known and returns the commits that are left.
func (s *online) match(lines [][]*commit) []*commit {
	for _, line := range lines {
		for _, c := range line {
			if p := s.byCommit[c.id]; p != nil {
				c.owner = p.owner
			}
		}
	}
	var unknown []*commit
	for _, line := range lines {
		for i, c := range line {
			if p := s.byCommit[c.id]; p != nil {
				rebased(p, line[i:])
			}
			if c.owner == nil {
				unknown = append(unknown, c)
			}
		}
	}
	return unknown
}

// rebased gives p the commits of a rebase merge: as many as it has, back from
// its merge commit, which comes first in line.
//
// GitHub does not say by which method it merged. A squash merge with one parent
// looks the same, and the commits before it belong to others. But it is
// authored when it is merged, while a rebased commit keeps the time at which
// its author wrote it.
func rebased(p *pull, line []*commit) {
	count := p.Commits.TotalCount
	if count < 2 || count > len(line) || line[0].parents != 1 || len(p.Commits.Nodes) != 1 ||
		!p.Commits.Nodes[0].Commit.AuthoredDate.Equal(line[0].authored) {
		return
	}
	for _, c := range line[1:count] {
		if c.parents != 1 || c.owner != nil && c.owner != p.owner {
			return // merges in its branch were left out by the rebase; the commits are asked about
		}
	}
	for _, c := range line[1:count] {
		c.owner = p.owner
	}
}

// ask asks which pull requests commits are associated with.
func (s *online) ask(ctx context.Context, commits []*commit) error {
	ids := make([]string, len(commits))
	for i, c := range commits {
		ids[i] = c.id
	}
	pulls, err := s.associated(ctx, ids)
	if err != nil {
		return err
	}
	for _, c := range commits {
		if p := pulls[c.id]; p != nil {
			c.owner = p.owner
		}
	}
	return nil
}

// associated returns the pull request that brought each commit, if any did.
func (s *online) associated(ctx context.Context, ids []string) (map[string]*pull, error) {
	type object struct {
		AssociatedPullRequests struct{ Nodes []*pull }
	}
	var answer struct{ Repository map[string]*object }
	var q strings.Builder
	for i, id := range ids {
		fmt.Fprintf(&q, "    c%d: object(oid: %q) { ... on Commit { associatedPullRequests(first: 5) { nodes { ...pull } } } }\n", i, id)
	}
	if err := s.o.GraphQL.GraphQL(ctx, inRepository(q.String()), s.vars(), &answer); err != nil {
		return nil, fmt.Errorf("asking for the pull requests of %d commits: %w", len(ids), err)
	}
	if answer.Repository == nil {
		return nil, s.unseen()
	}
	pulls := map[string]*pull{}
	for i, id := range ids {
		o := answer.Repository[fmt.Sprintf("c%d", i)]
		if o == nil {
			continue // GitHub does not have the commit
		}
		var best *pull
		for _, p := range o.AssociatedPullRequests.Nodes {
			if p = s.add(p); p != nil && (best == nil || s.rank(p, id) < s.rank(best, id)) {
				best = p
			}
		}
		if best != nil {
			pulls[id] = best
		}
	}
	return pulls, nil
}

// rank orders the pull requests that a commit was part of: the one that merged
// it, then one to a branch that is released from, then one to a branch that
// came in with another.
func (s *online) rank(p *pull, id string) int {
	switch {
	case p.mergeCommit() == id:
		return 0
	case slices.Contains(s.o.Bases, p.BaseRefName):
		return 1
	}
	return 2
}

func inRepository(fields string) string {
	return "query($owner: String!, $name: String!) {\n  repository(owner: $owner, name: $name) {\n" + fields + "  }\n}\n" + pullFields
}

func (s *online) vars() map[string]any { return map[string]any{"owner": s.o.Owner, "name": s.o.Name} }

// finish finds the origins of cherry-picks and the first-time contributors.
func (s *online) finish(ctx context.Context, changes []notes.Change, hasPast bool) error {
	if err := s.origins(ctx, changes); err != nil {
		return err
	}
	return s.firstTimers(ctx, changes, hasPast)
}
