// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"slices"
)

// maxPullCommits is how many commits of a pull request GitHub lists.
const maxPullCommits = 250

func (c *call) listPullCommits() (reply, error) {
	r, i, err := c.pullOfPath(levelRead)
	if err != nil {
		return reply{}, err
	}
	oids, err := c.pullCommits(c.tx.ctx, r, i.Pull)
	if err != nil {
		return reply{}, err
	}
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	return paged(c, oids[:min(len(oids), maxPullCommits)], func(oid string) (object, error) {
		one, err := readCommit(c.tx.ctx, c.srv.git(r), oid)
		if err != nil {
			return nil, err
		}
		return c.commit(full, one)
	})
}

// listCommitPulls answers the pull requests that brought a commit into the
// default branch; of a commit that is not there, the open ones that have it.
func (c *call) listCommitPulls() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	oid, err := resolveCommit(c.tx.ctx, c.srv.git(r), c.param("commit_sha"))
	if err != nil {
		return reply{}, unprocessable("No commit found for SHA: " + c.param("commit_sha"))
	}
	all, err := c.pullsOfCommit(r, oid)
	if err != nil {
		return reply{}, err
	}
	return paged(c, all, func(i *issue) (object, error) { return c.simplePull(r, i) })
}

// pullsOfCommit returns the pull requests a commit belongs to: it is the merge,
// or one of what was proposed or merged. Those closed without merging are none.
func (v *view) pullsOfCommit(r *repository, oid string) ([]*issue, error) {
	all, err := issues.query(v.tx, "kind = ? AND id IN (SELECT issue FROM pull_commit WHERE repo = ? AND oid = ?) ORDER BY id",
		string(issues), r.ID, oid)
	return slices.DeleteFunc(all, func(i *issue) bool { return i.Closed && !i.Pull.merged() }), err
}

// rememberCommits keeps which commits a pull request has; asking git for each
// pull request would take forever in a repository with many.
func (v *view) rememberCommits(r *repository, i *issue, oids []string, afresh bool) error {
	if afresh {
		if _, err := v.tx.sql.ExecContext(v.tx.ctx, "DELETE FROM pull_commit WHERE issue = ?", i.ID); err != nil {
			return fmt.Errorf("forgetting the commits of pull request %d: %w", i.Number, err)
		}
	}
	for _, oid := range oids {
		_, err := v.tx.sql.ExecContext(v.tx.ctx, "INSERT INTO pull_commit VALUES (?, ?, ?) ON CONFLICT DO NOTHING", r.ID, oid, i.ID)
		if err != nil {
			return fmt.Errorf("remembering the commits of pull request %d: %w", i.Number, err)
		}
	}
	return nil
}

// pullMoments are a pull request's own entries in its timeline.
func (c *call) pullMoments(r *repository, i *issue) ([]moment, error) {
	var all []moment
	seen, err := c.visibleReviews(i)
	if err != nil {
		return nil, err
	}
	for _, w := range slices.DeleteFunc(seen, func(w *review) bool { return w.State == "PENDING" }) {
		all = append(all, moment{w.SubmittedAt, func() (object, error) {
			out, err := c.review(r, i, w)
			if err == nil {
				out["event"] = "reviewed"
			}
			return out, err
		}})
	}
	oids, err := c.pullCommits(c.tx.ctx, r, i.Pull)
	if err != nil {
		return nil, err
	}
	full, err := c.fullName(r)
	if err != nil {
		return nil, err
	}
	for _, oid := range oids[:min(len(oids), maxPullCommits)] {
		one, err := readCommit(c.tx.ctx, c.srv.git(r), oid)
		if err != nil {
			return nil, err
		}
		all = append(all, moment{one.committer.Date, func() (object, error) {
			out := c.gitCommit(full, one)
			out["event"], out["sha"], out["node_id"] = "committed", oid, commitNodeID(oid)
			out["html_url"], out["parents"] = c.web("/%s/commit/%s", full, oid), c.commitParents(full, one)
			return out, nil
		}})
	}
	return all, nil
}
