// SPDX-License-Identifier: Apache-2.0

package trigger

import (
	"context"
	"fmt"
	"slices"
	"strings"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/controller"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/store"
)

// subject is a pull request and an event of it.
type subject struct {
	d           store.Delivery
	e           event
	owner, name string
	pull        *gh.PullRequest
}

// configCheck is the check that says what is wrong with the jobs.
const configCheck = "job configuration"

// pull does what an event of a pull request asks for.
func (t *Trigger) pull(ctx context.Context, d store.Delivery, e event) error {
	s := subject{d: d, e: e}
	s.owner, s.name, _ = strings.Cut(d.Repo, "/")
	var err error
	if s.pull, _, err = t.config.GitHub.PullRequests.Get(ctx, s.owner, s.name, d.Number); err != nil {
		if github.IsNotFound(err) {
			return nil
		}
		return err
	}
	action := e.action(d.Event)
	if s.pull.GetState() != "open" && action != job.Closed {
		return nil
	}
	c, err := t.change(ctx, s)
	if err != nil {
		return err
	}
	config, err := t.jobs(d.Repo, c.Jobs)
	if err != nil {
		return t.mistaken(ctx, s, err)
	}
	presubmits := config.Presubmits[d.Repo]
	if len(presubmits) == 0 {
		return nil
	}
	p, err := t.gather(ctx, s, action, c)
	if err != nil {
		return err
	}
	return t.apply(ctx, s, p.Plan(presubmits))
}

func (t *Trigger) change(ctx context.Context, s subject) (Change, error) {
	base, head := s.pull.GetBase().GetRef(), fmt.Sprintf("refs/pull/%d/head", s.d.Number)
	repo, done, err := t.mirror(ctx, s.d.Repo, "refs/heads/"+base+":refs/base/"+base, "+"+head+":"+head)
	if err != nil {
		return Change{}, err
	}
	defer done()
	// The head as GitHub's answer has it: a newer one is a newer event.
	return ReadChange(ctx, repo, "refs/base/"+base, s.pull.GetHead().GetSHA())
}

// mistaken says at the pull request what is wrong with its jobs.
func (t *Trigger) mistaken(ctx context.Context, s subject, mistakes error) error {
	return t.check(ctx, s.owner, s.name, gh.CreateCheckRunOptions{
		Name: configCheck, HeadSHA: s.pull.GetHead().GetSHA(), ExternalID: new(s.d.ID), Status: new("completed"), Conclusion: new("failure"),
		Output: &gh.CheckRunOutput{Title: new("the jobs have mistakes"), Summary: new("```\n" + mistakes.Error() + "\n```")},
	})
}

// gather asks for all that is needed to decide.
func (t *Trigger) gather(ctx context.Context, s subject, action job.Action, c Change) (job.Pull, error) {
	p := job.Pull{
		Action: action, Branch: s.pull.GetBase().GetRef(), Files: c.Files, Draft: s.pull.GetDraft(), Conflicts: c.Conflicts,
		ByUs: slices.Contains(t.config.Own, s.e.Sender.GetLogin()),
	}
	for _, label := range s.pull.Labels {
		p.Labels = append(p.Labels, label.GetName())
	}
	by := s.e.Sender.GetLogin()
	if s.e.Comment != nil {
		p.Comment, by = s.e.Comment.Body, s.e.Comment.User.GetLogin()
	}
	if s.e.Label != nil {
		p.Label = s.e.Label.Name
	}
	var err error
	if p.AuthorTrusted, err = t.trusted(ctx, s, s.pull.GetUser().GetLogin()); err != nil {
		return p, err
	}
	if p.ByTrusted, err = t.trusted(ctx, s, by); err != nil {
		return p, err
	}
	p.Statuses, err = t.statuses(ctx, s)
	return p, err
}

// trusted reports whether an account may run what it likes here: whoever may
// write to the repository can anyway.
func (t *Trigger) trusted(ctx context.Context, s subject, login string) (bool, error) {
	level, _, err := t.config.GitHub.Repositories.GetPermissionLevel(ctx, s.owner, s.name, login)
	if github.IsNotFound(err) {
		return false, nil
	}
	return slices.Contains([]string{"admin", "maintain", "write"}, level.GetPermission()), err
}

// statuses are those of the newest commit, check runs as well.
func (t *Trigger) statuses(ctx context.Context, s subject) (map[string]string, error) {
	all := make(map[string]string)
	sha := s.pull.GetHead().GetSHA()
	combined, _, err := t.config.GitHub.Repositories.GetCombinedStatus(ctx, s.owner, s.name, sha, &gh.ListOptions{PerPage: 100})
	if err != nil {
		return nil, err
	}
	for _, status := range combined.Statuses {
		all[status.GetContext()] = status.GetState()
	}
	opts := &gh.ListCheckRunsOptions{ListOptions: gh.ListOptions{PerPage: 100}}
	for {
		checks, resp, err := t.config.GitHub.Checks.ListCheckRunsForRef(ctx, s.owner, s.name, sha, opts)
		if err != nil {
			return nil, err
		}
		for _, check := range checks.CheckRuns {
			state := "failure"
			switch {
			case check.GetStatus() != "completed":
				state = "pending"
			case slices.Contains([]string{"success", "neutral", "skipped"}, check.GetConclusion()):
				state = "success"
			}
			all[check.GetName()] = state
		}
		if resp.NextPage == 0 {
			return all, nil
		}
		opts.Page = resp.NextPage
	}
}

// apply does what was decided. All of it may be done again.
func (t *Trigger) apply(ctx context.Context, s subject, plan job.Plan) error {
	head := s.pull.GetHead().GetSHA()
	if plan.Abort != "" {
		older := func(r controller.Run) bool {
			return r.Spec.Type == job.Presubmit && (plan.Abort != "the pull request has new commits" || r.Spec.Refs.Pulls[0].SHA != head)
		}
		if err := t.config.Controller.Abort(ctx, s.d.Repo, s.d.Number, plan.Abort, older); err != nil {
			return err
		}
	}
	issues := t.config.GitHub.Issues
	if len(plan.Add) > 0 {
		if _, _, err := issues.AddLabelsToIssue(ctx, s.owner, s.name, s.d.Number, plan.Add); err != nil {
			return err
		}
	}
	for _, label := range plan.Remove {
		if _, err := issues.RemoveLabelForIssue(ctx, s.owner, s.name, s.d.Number, label); err != nil && !github.IsNotFound(err) {
			return err
		}
	}
	for _, status := range plan.Skipped {
		if err := t.check(ctx, s.owner, s.name, gh.CreateCheckRunOptions{
			Name: status.Context, HeadSHA: head, ExternalID: new(s.d.ID), Status: new("completed"), Conclusion: new("skipped"),
			Output: &gh.CheckRunOutput{Title: new(status.Description), Summary: new(status.Description)},
		}); err != nil {
			return err
		}
	}
	pull := run.Pull{
		Number: s.d.Number, Author: s.pull.GetUser().GetLogin(), SHA: head, Title: s.pull.GetTitle(), HeadRef: s.pull.GetHead().GetRef(),
		Link: s.pull.GetHTMLURL(),
	}
	for _, choice := range plan.Run {
		refs := &run.Refs{Org: s.owner, Repo: s.name, BaseRef: s.pull.GetBase().GetRef(), BaseSHA: s.pull.GetBase().GetSHA(), Pulls: []run.Pull{pull}}
		if err := t.want(ctx, s.d, run.Spec{Type: job.Presubmit, Job: choice.Job, Refs: refs}); err != nil {
			return err
		}
	}
	if plan.Reply == "" {
		return nil
	}
	return t.reply(ctx, s, plan.Reply)
}

// reply answers once, which a comment that nobody sees in it tells.
func (t *Trigger) reply(ctx context.Context, s subject, text string) error {
	mark := "<!-- jobs: " + s.d.ID + " -->"
	if s.d.Attempts > 1 {
		opts := &gh.IssueListCommentsOptions{ListOptions: gh.ListOptions{PerPage: 100}}
		for {
			comments, resp, err := t.config.GitHub.Issues.ListComments(ctx, s.owner, s.name, s.d.Number, opts)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(comments, func(c *gh.IssueComment) bool { return strings.Contains(c.GetBody(), mark) }) {
				return nil
			}
			if resp.NextPage == 0 {
				break
			}
			opts.Page = resp.NextPage
		}
	}
	_, _, err := t.config.GitHub.Issues.CreateComment(ctx, s.owner, s.name, s.d.Number, &gh.IssueComment{Body: new(text + "\n\n" + mark)})
	return err
}
