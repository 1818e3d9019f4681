// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
)

// pull is what a pull request has beyond an issue.
type pull struct {
	HeadRepo int64  `json:"head_repo"`
	HeadRef  string `json:"head_ref"`
	HeadSHA  string `json:"head_sha"`
	BaseRef  string `json:"base_ref"`
	// BaseSHA is where the base branch was when the head last changed; GitHub
	// does not follow the branch with it, either.
	BaseSHA   string  `json:"base_sha"`
	Draft     bool    `json:"draft,omitempty"`
	CanModify bool    `json:"can_modify,omitempty"`
	Reviewers []int64 `json:"reviewers,omitempty"`
	// LastPusher is who pushed the head.
	LastPusher int64   `json:"last_pusher,omitempty"`
	Teams      []int64 `json:"teams,omitempty"`

	MergedAt    time.Time `json:"merged_at,omitzero"`
	MergedBy    int64     `json:"merged_by,omitempty"`
	MergeCommit string    `json:"merge_commit,omitempty"`

	Test           mergeTest `json:"test,omitzero"`
	Commits        int       `json:"commits"`
	Additions      int       `json:"additions"`
	Deletions      int       `json:"deletions"`
	ChangedFiles   int       `json:"changed_files"`
	ReviewComments int       `json:"review_comments,omitempty"`
}

// mergeTest is what came of trying to merge Head into Base.
type mergeTest struct {
	Head       string `json:"head"`
	Base       string `json:"base"`
	Clean      bool   `json:"clean"`
	Rebaseable bool   `json:"rebaseable"`
	Commit     string `json:"commit,omitempty"` // refs/pull/N/merge
}

func (p *pull) merged() bool { return !p.MergedAt.IsZero() }

func pullRef(number int64, what string) string {
	return "refs/pull/" + strconv.FormatInt(number, 10) + "/" + what
}

// knownRef returns where a branch is, as far as it was told; "" if it is gone.
func (tx *tx) knownRef(repo int64, name string) (string, error) {
	refs, err := tx.knownRefs(repo)
	return refs[name], err
}

func (v *view) baseTip(r *repository, p *pull) (string, error) {
	return v.tx.knownRef(r.ID, "refs/heads/"+p.BaseRef)
}

// measure counts commits, files and lines between base and head, and points
// refs/pull/N/head to the head.
func (v *view) measure(r *repository, i *issue) error {
	ctx, repo, p := v.tx.ctx, v.srv.git(r), i.Pull
	if p.HeadRepo != r.ID {
		// A fork's commits are fetched, so that they outlive the fork.
		if _, err := repo.Run(ctx, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", v.srv.gitDir(p.HeadRepo), p.HeadSHA); err != nil {
			return fmt.Errorf("fetching the head of pull request %d: %w", i.Number, err)
		}
	}
	if err := setRef(ctx, repo, pullRef(i.Number, "head"), p.HeadSHA, ""); err != nil {
		return err
	}
	oids, err := v.pullCommits(ctx, r, p)
	if err != nil {
		return err
	}
	p.Commits = len(oids)
	if err := v.rememberCommits(r, i, oids, true); err != nil {
		return err
	}
	files, err := v.pullFiles(r, i)
	if err != nil {
		return err
	}
	p.ChangedFiles, p.Additions, p.Deletions = len(files), 0, 0
	for _, f := range files {
		p.Additions += f.additions
		p.Deletions += f.deletions
	}
	return nil
}

// pullFiles compares the head with where it left the base.
func (v *view) pullFiles(r *repository, i *issue) ([]fileDiff, error) {
	ctx, repo := v.tx.ctx, v.srv.git(r)
	from, err := mergeBase(ctx, repo, i.Pull.BaseSHA, i.Pull.HeadSHA)
	if errors.Is(err, errMissing) {
		from, err = emptyTree, nil
	}
	if err != nil {
		return nil, err
	}
	return diffTrees(ctx, repo, from, i.Pull.HeadSHA)
}

// pullEnd renders the head or the base of a pull request.
func (v *view) pullEnd(repoID int64, ref, sha string) (object, error) {
	r, err := repositories.get(v.tx, repoID)
	if errors.Is(err, errMissing) {
		return object{"label": "unknown:" + ref, "ref": ref, "sha": sha, "user": nil, "repo": nil}, nil // the fork was deleted
	}
	if err != nil {
		return nil, err
	}
	owner, err := accounts.get(v.tx, r.Parent)
	if err != nil {
		return nil, err
	}
	rendered, err := v.repository(r)
	if err != nil {
		return nil, err
	}
	return object{"label": owner.Login + ":" + ref, "ref": ref, "sha": sha, "user": v.user(owner), "repo": rendered}, nil
}

// simplePull renders a pull request as lists and reviews have it.
func (v *view) simplePull(r *repository, i *issue) (object, error) {
	out, err := v.issueCommon(r, i)
	if err != nil {
		return nil, err
	}
	full, err := v.fullName(r)
	if err != nil {
		return nil, err
	}
	p := i.Pull
	repoURL := v.api("/repos/%s", full)
	u := fmt.Sprintf("%s/pulls/%d", repoURL, i.Number)
	issueURL := fmt.Sprintf("%s/issues/%d", repoURL, i.Number)
	html := v.web("/%s/pull/%d", full, i.Number)
	urls := object{
		"url": u, "html_url": html, "diff_url": html + ".diff", "patch_url": html + ".patch", "issue_url": issueURL,
		"commits_url": u + "/commits", "review_comments_url": u + "/comments", "review_comment_url": repoURL + "/pulls/comments{/number}",
		"comments_url": issueURL + "/comments", "statuses_url": repoURL + "/statuses/" + p.HeadSHA,
	}
	links := object{}
	for _, name := range []string{"html", "issue", "comments", "review_comments", "review_comment", "commits", "statuses"} {
		links[name] = object{"href": urls[name+"_url"]}
	}
	links["self"] = object{"href": u}
	maps.Copy(out, urls)
	out["id"], out["node_id"], out["_links"] = i.ID, nodeID("PullRequest", i.ID), links
	out["merged_at"], out["draft"], out["auto_merge"] = stamp(p.MergedAt), p.Draft, nil
	out["merge_commit_sha"] = orNull(p.MergeCommit)
	if !p.merged() && !i.Closed {
		out["merge_commit_sha"] = orNull(p.Test.Commit)
	}
	if out["head"], err = v.pullEnd(p.HeadRepo, p.HeadRef, p.HeadSHA); err != nil {
		return nil, err
	}
	if out["base"], err = v.pullEnd(r.ID, p.BaseRef, p.BaseSHA); err != nil {
		return nil, err
	}
	return out, v.renderReviewers(p, out)
}

func (v *view) renderReviewers(p *pull, out object) error {
	users, groups := []object{}, []object{}
	for _, id := range p.Reviewers {
		u, err := v.userByID(id)
		if err != nil {
			return err
		}
		users = append(users, u)
	}
	for _, id := range p.Teams {
		t, err := teams.get(v.tx, id)
		if errors.Is(err, errMissing) {
			continue
		}
		if err != nil {
			return err
		}
		rendered, err := v.team(t)
		if err != nil {
			return err
		}
		groups = append(groups, rendered)
	}
	out["requested_reviewers"], out["requested_teams"] = users, groups
	return nil
}

// forEvents takes out of a rendered pull request what webhooks do not tell of
// teams.
func forEvents(rendered object) object {
	if groups, is := rendered["requested_teams"].([]object); is {
		for _, t := range groups {
			delete(t, "type")
			delete(t, "organization_id")
			delete(t, "parent")
		}
	}
	return rendered
}

// pull renders a pull request by itself, and in its own webhooks.
func (v *view) pull(r *repository, i *issue) (object, error) {
	out, err := v.simplePull(r, i)
	if err != nil {
		return nil, err
	}
	p := i.Pull
	state, err := v.mergeState(r, i)
	if err != nil {
		return nil, err
	}
	out["merged"], out["mergeable"], out["rebaseable"], out["mergeable_state"] = p.merged(), state.mergeable, state.rebaseable, state.name
	if out["merged_by"], err = v.userByID(p.MergedBy); err != nil {
		return nil, err
	}
	out["comments"], out["review_comments"], out["maintainer_can_modify"] = i.Comments, p.ReviewComments, p.CanModify
	out["commits"], out["additions"], out["deletions"], out["changed_files"] = p.Commits, p.Additions, p.Deletions, p.ChangedFiles
	return out, nil
}

// touched says that the pull request has to be tried to merge anew: then
// mergeable is null until that is done.
func (v *view) touched(i *issue) {
	i.Pull.Test = mergeTest{}
	v.tx.untested++
}

// pullOfPath returns the pull request of the path.
func (c *call) pullOfPath(need level) (*repository, *issue, error) {
	r, i, err := c.issueOfPath(need)
	if err == nil && i.Pull == nil {
		err = errNotFound
	}
	return r, i, err
}

// pullCommits returns the commits of a pull request, the oldest first.
func (v *view) pullCommits(ctx context.Context, r *repository, p *pull) ([]string, error) {
	out, err := v.srv.git(r).About(ctx, "", "rev-list", "--reverse", "--topo-order", p.BaseSHA+".."+p.HeadSHA)
	if err != nil {
		return nil, err
	}
	return strings.Fields(out), nil
}
