// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/infra/github"
)

// Reader reads from GitHub what a decision depends on. It is safe concurrently.
type Reader struct {
	GitHub *github.Client
	// Login is the bot's own account.
	Login string
	// Shared are the settings that hold before a repository's own; nil is
	// none.
	Shared *config.Shared
	// Now is the clock; nil is the machine's.
	Now func() time.Time

	// Git objects never change: what was read once is kept.
	trees kept[[]*gh.TreeEntry]
	blobs kept[string]
	heads kept[*gh.Commit]
	// changed are the files of pull requests, by head and base.
	changed kept[[]*gh.CommitFile]
}

// kept keeps what was read, up to a bound. It is safe concurrently.
type kept[T any] struct {
	mu sync.Mutex
	m  map[string]T
}

func (k *kept[T]) get(key string, read func() (T, error)) (T, error) {
	k.mu.Lock()
	v, ok := k.m[key]
	k.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := read()
	if err != nil {
		return v, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil || len(k.m) >= objects {
		k.m = make(map[string]T)
	}
	k.m[key] = v
	return v, nil
}

// own reports whether a login is the bot's: an App's is "name[bot]".
func (r *Reader) own(login string) bool {
	return strings.EqualFold(strings.TrimSuffix(login, "[bot]"), strings.TrimSuffix(r.Login, "[bot]"))
}

// Read reads the present state of an issue or pull request.
func (r *Reader) Read(ctx context.Context, t act.Target, memory decide.Memory) (decide.Input, error) {
	issue, _, err := r.GitHub.Issues.Get(ctx, t.Owner, t.Name, t.Number)
	if err != nil {
		return decide.Input{}, fmt.Errorf("read %s: %w", t, err)
	}
	in := decide.Input{
		Login: r.Login, Repo: t.Repository(), Number: t.Number, Author: issue.GetUser().GetLogin(), Open: issue.GetState() == "open",
		Title: issue.GetTitle(), Milestone: issue.GetMilestone().GetTitle(), Newcomer: newcomer(issue.GetAuthorAssociation()),
		Created: issue.GetCreatedAt().Time, Updated: issue.GetUpdatedAt().Time, Now: r.now(),
		Settings: r.Shared.For(t.Repository()), Owners: owners.Parse(nil), Memory: memory,
	}
	for _, a := range issue.Assignees {
		in.Assignees = append(in.Assignees, a.GetLogin())
	}
	for _, l := range issue.Labels {
		in.Labels = append(in.Labels, l.GetName())
	}
	in.Remarks = []decide.Remark{{Ref: "opening", Author: in.Author, Body: issue.GetBody(), URL: issue.GetHTMLURL(), At: issue.GetCreatedAt().Time}}
	if err := r.comments(ctx, t, &in); err != nil {
		return decide.Input{}, fmt.Errorf("read the comments of %s: %w", t, err)
	}
	if issue.IsPullRequest() {
		err = r.pull(ctx, t, &in)
	} else {
		err = r.settings(ctx, t, &in)
	}
	if err != nil {
		return decide.Input{}, fmt.Errorf("read %s: %w", t, err)
	}
	slices.SortStableFunc(in.Remarks[1:], func(a, b decide.Remark) int { return a.At.Compare(b.At) })
	return in, r.fill(ctx, t, &in)
}

func (r *Reader) comments(ctx context.Context, t act.Target, in *decide.Input) error {
	comments, err := github.All(func(page gh.ListOptions) ([]*gh.IssueComment, *gh.Response, error) {
		return r.GitHub.Issues.ListComments(ctx, t.Owner, t.Name, t.Number, &gh.IssueListCommentsOptions{ListOptions: page})
	})
	for _, c := range comments {
		in.Remarks = append(in.Remarks, decide.Remark{
			Ref: fmt.Sprintf("comment-%d", c.GetID()), ID: c.GetID(), Author: c.GetUser().GetLogin(), Body: c.GetBody(), URL: c.GetHTMLURL(),
			At: c.GetCreatedAt().Time, Edited: c.GetUpdatedAt().Sub(c.GetCreatedAt().Time) > time.Second,
		})
	}
	return err
}

func (r *Reader) pull(ctx context.Context, t act.Target, in *decide.Input) error {
	pr, _, err := r.GitHub.PullRequests.Get(ctx, t.Owner, t.Name, t.Number)
	if err != nil {
		return err
	}
	in.Open = pr.GetState() == "open"
	in.Pull = &decide.Pull{
		Head: pr.GetHead().GetSHA(), Base: pr.GetBase().GetRef(), Draft: pr.GetDraft(), Merged: pr.GetMerged(), Mergeable: pr.Mergeable,
	}
	for _, u := range pr.RequestedReviewers {
		in.Pull.Requested = append(in.Pull.Requested, u.GetLogin())
	}
	for _, team := range pr.RequestedTeams {
		in.Pull.Requested = append(in.Pull.Requested, t.Owner+"/"+team.GetSlug())
	}
	if strings.EqualFold(pr.GetHead().GetRepo().GetFullName(), t.Repository()) {
		in.Pull.Branch = pr.GetHead().GetRef()
	}
	reviews, err := github.All(func(page gh.ListOptions) ([]*gh.PullRequestReview, *gh.Response, error) {
		return r.GitHub.PullRequests.ListReviews(ctx, t.Owner, t.Name, t.Number, &page)
	})
	if err != nil {
		return err
	}
	for _, v := range reviews {
		if v.GetState() == "PENDING" {
			continue // a draft that only its author sees
		}
		in.Remarks = append(in.Remarks, decide.Remark{
			Ref: fmt.Sprintf("review-%d", v.GetID()), Author: v.GetUser().GetLogin(), Body: v.GetBody(), URL: v.GetHTMLURL(),
			At: v.GetSubmittedAt().Time, Verdict: decide.Verdict(v.GetState()), Commit: v.GetCommitID(),
		})
	}
	if pr.GetReviewComments() > 0 {
		if err := r.inline(ctx, t, in); err != nil {
			return err
		}
	}
	if !in.Open {
		if err := r.settings(ctx, t, in); err != nil {
			return err
		}
		return r.protected(ctx, t, pr, in)
	}
	commit, err := r.heads.get(in.Pull.Head, func() (*gh.Commit, error) {
		commit, _, err := r.GitHub.Git.GetCommit(ctx, t.Owner, t.Name, in.Pull.Head)
		return commit, err
	})
	if err != nil {
		return err
	}
	in.Pull.Tree, in.Pull.Committed = commit.GetTree().GetSHA(), commit.GetCommitter().GetDate().Time
	if err := r.changes(ctx, t, pr, in); err != nil {
		return err
	}
	if err := r.base(ctx, t, pr.GetBase().GetRef(), in); err != nil {
		return err
	}
	return r.checks(ctx, t, in)
}

// inline reads the comments on lines of the change.
func (r *Reader) inline(ctx context.Context, t act.Target, in *decide.Input) error {
	comments, err := github.All(func(page gh.ListOptions) ([]*gh.PullRequestComment, *gh.Response, error) {
		return r.GitHub.PullRequests.ListComments(ctx, t.Owner, t.Name, t.Number, &gh.PullRequestListCommentsOptions{ListOptions: page})
	})
	for _, c := range comments {
		in.Remarks = append(in.Remarks, decide.Remark{
			Ref: fmt.Sprintf("inline-%d", c.GetID()), Author: c.GetUser().GetLogin(), Body: c.GetBody(), URL: c.GetHTMLURL(),
			At: c.GetCreatedAt().Time, Edited: c.GetUpdatedAt().Sub(c.GetCreatedAt().Time) > time.Second, Commit: c.GetCommitID(),
		})
	}
	return err
}

// changes reads the changed files. GitHub lists 3000 at most: who may approve
// the others is then unknown.
func (r *Reader) changes(ctx context.Context, t act.Target, pr *gh.PullRequest, in *decide.Input) error {
	// The list is of what differs from where the branch began. When the base
	// comes to have some of it, the list that is kept is longer than it need be.
	key := fmt.Sprintf("%s %s %s %s", t, pr.GetHead().GetSHA(), pr.GetBase().GetRef(), pr.GetBase().GetSHA())
	files, err := r.changed.get(key, func() ([]*gh.CommitFile, error) {
		return github.All(func(page gh.ListOptions) ([]*gh.CommitFile, *gh.Response, error) {
			return r.GitHub.PullRequests.ListFiles(ctx, t.Owner, t.Name, t.Number, &page)
		})
	})
	if err != nil {
		return err
	}
	in.Pull.Lines = make(map[string]int, len(files))
	removed := make(map[string]bool)
	for _, f := range files {
		c := owners.Change{Path: f.GetFilename()}
		if f.GetStatus() == "renamed" {
			c.From = f.GetPreviousFilename()
		}
		in.Pull.Changes = append(in.Pull.Changes, c)
		in.Pull.Lines[c.Path] = f.GetAdditions() + f.GetDeletions()
		if f.GetStatus() == "removed" {
			removed[c.Path] = true
		}
	}
	if n := pr.GetChangedFiles(); n > len(files) {
		in.Problems = append(in.Problems, fmt.Sprintf("GitHub lists %d of the %d files that are changed; split the pull request", len(files), n))
	}
	return r.ownersFiles(ctx, t, in, removed)
}

// base reads the settings and the OWNERS files at the tip of the base branch.
func (r *Reader) base(ctx context.Context, t act.Target, name string, in *decide.Input) error {
	branch, resp, err := r.GitHub.Repositories.GetBranch(ctx, t.Owner, t.Name, name, 1)
	// This call alone of go-github's makes no ErrorResponse.
	if resp != nil && resp.StatusCode == http.StatusNotFound {
		in.Problems = append(in.Problems, fmt.Sprintf("the base branch %q is gone", name))
		return nil
	}
	if err != nil {
		return err
	}
	var paths []string
	for _, c := range in.Pull.Changes {
		paths = append(paths, c.Path)
		if c.From != "" {
			paths = append(paths, c.From)
		}
	}
	commit := branch.GetCommit()
	files, err := r.files(ctx, t, commit.GetSHA(), commit.GetCommit().GetTree().GetSHA(), paths)
	if err != nil {
		return err
	}
	in.Owners = owners.Parse(files)
	r.parse(files, in)
	return nil
}

// parse reads the settings among files.
func (r *Reader) parse(files map[string]string, in *decide.Input) {
	in.Attributes = files[config.AttributesPath]
	src, ok := files[config.Path]
	if !ok {
		return
	}
	in.Own = src
	settings, err := config.ParseOver(in.Settings, config.Path, []byte(src))
	if err != nil {
		in.Problems = append(in.Problems, err.Error())
		return
	}
	in.Settings = settings
}

// checks reads the statuses and the check runs of the head.
func (r *Reader) checks(ctx context.Context, t act.Target, in *decide.Input) error {
	statuses, err := github.All(func(page gh.ListOptions) ([]*gh.RepoStatus, *gh.Response, error) {
		combined, resp, err := r.GitHub.Repositories.GetCombinedStatus(ctx, t.Owner, t.Name, in.Pull.Head, &page)
		if err != nil {
			return nil, resp, err
		}
		return combined.Statuses, resp, nil
	})
	if err != nil {
		return err
	}
	for _, s := range statuses {
		state := decide.Pending
		switch s.GetState() {
		case "success":
			state = decide.Green
		case "failure", "error":
			state = decide.Red
		}
		in.Pull.Checks = append(in.Pull.Checks, decide.Check{Name: s.GetContext(), State: state, Status: true, Text: s.GetDescription()})
	}
	runs, err := github.All(func(page gh.ListOptions) ([]*gh.CheckRun, *gh.Response, error) {
		list, resp, err := r.GitHub.Checks.ListCheckRunsForRef(ctx, t.Owner, t.Name, in.Pull.Head, &gh.ListCheckRunsOptions{ListOptions: page})
		if err != nil {
			return nil, resp, err
		}
		return list.CheckRuns, resp, nil
	})
	if err != nil {
		return err
	}
	for _, run := range runs {
		state := decide.Pending
		if run.GetStatus() == "completed" {
			state = decide.Red
			if slices.Contains([]string{"success", "neutral", "skipped"}, run.GetConclusion()) {
				state = decide.Green
			}
		}
		in.Pull.Checks = append(in.Pull.Checks, decide.Check{Name: run.GetName(), State: state})
	}
	return nil
}

// role returns the role of a login in the repository: "none" for a stranger,
// "" for nobody. go-github's type has no role_name, which tells maintain and
// triage from write and read.
func (r *Reader) role(ctx context.Context, t act.Target, login string) (string, error) {
	if strings.HasSuffix(login, "[bot]") {
		return "", nil // an App is no collaborator, and GitHub answers 404 or worse
	}
	req, err := r.GitHub.NewRequest("GET", fmt.Sprintf("repos/%s/%s/collaborators/%s/permission", t.Owner, t.Name, login), nil)
	if err != nil {
		return "", err
	}
	var answer struct {
		Permission string `json:"permission"`
		RoleName   string `json:"role_name"`
	}
	if _, err := r.GitHub.Do(ctx, req, &answer); err != nil {
		if github.IsNotFound(err) {
			return "", nil
		}
		return "", err
	}
	if answer.RoleName == "" {
		return answer.Permission, nil
	}
	return answer.RoleName, nil
}

var errNoFile = errors.New("GitHub gave a folder where its tree has a file")
