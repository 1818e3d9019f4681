// SPDX-License-Identifier: Apache-2.0

package trigger

import (
	"context"
	"slices"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/controller"
	"github.com/lanner-project/lanner/infra/job"
)

// Report shows at the tested commit how far a run is.
func (t *Trigger) Report(ctx context.Context, r controller.Run) error {
	refs := r.Spec.Refs
	if refs == nil || r.Spec.Type == job.InBatch || r.Spec.Job.Report.Skip {
		return nil
	}
	sha := refs.BaseSHA
	if len(refs.Pulls) > 0 {
		sha = refs.Pulls[0].SHA
	}
	title := r.Why
	o := gh.CreateCheckRunOptions{
		Name: r.Spec.Job.Report.Context, HeadSHA: sha, ExternalID: new(r.ID), DetailsURL: new(t.config.Pages + "/runs/" + r.ID),
	}
	switch state := job.State(r.State); {
	case !state.Done() && state != job.Pending:
		o.Status, title = new("queued"), "it waits for its turn"
	case !state.Done():
		o.Status, title = new("in_progress"), "it runs"
	default:
		o.Status, o.Conclusion = new("completed"), new(conclusion(state))
		o.CompletedAt = &gh.Timestamp{Time: r.EndedAt}
		if title == "" {
			title = "succeeded"
		}
		if !r.BeganAt.IsZero() {
			title += " after " + r.EndedAt.Sub(r.BeganAt).Round(time.Second).String()
		}
	}
	if !r.BeganAt.IsZero() {
		o.StartedAt = &gh.Timestamp{Time: r.BeganAt}
	}
	summary := "The log and the artifacts are at " + *o.DetailsURL + "\n"
	if rerun := r.Spec.Job.Command.Rerun; rerun != "" {
		summary += "\nTo run it again, comment `" + rerun + "`, or ask for it here.\n"
	}
	o.Output = &gh.CheckRunOutput{Title: new(title), Summary: new(summary)}
	return t.check(ctx, refs.Org, refs.Repo, o)
}

func conclusion(state job.State) string {
	switch state {
	case job.Success:
		return "success"
	case job.Aborted:
		return "cancelled"
	}
	return "failure" // what could not be run must not look as if it had
}

// check makes a check run, or changes the one of the same name and external ID.
func (t *Trigger) check(ctx context.Context, owner, name string, o gh.CreateCheckRunOptions) error {
	checks := t.config.GitHub.Checks
	there, _, err := checks.ListCheckRunsForRef(ctx, owner, name, o.HeadSHA, &gh.ListCheckRunsOptions{
		CheckName: new(o.Name), Filter: new("all"), ListOptions: gh.ListOptions{PerPage: 100},
	})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(there.CheckRuns, func(c *gh.CheckRun) bool { return c.GetExternalID() == o.GetExternalID() })
	if at < 0 {
		_, _, err = checks.CreateCheckRun(ctx, owner, name, o)
		return err
	}
	_, _, err = checks.UpdateCheckRun(ctx, owner, name, there.CheckRuns[at].GetID(), gh.UpdateCheckRunOptions{
		Name: o.Name, DetailsURL: o.DetailsURL, ExternalID: o.ExternalID, Status: o.Status, Conclusion: o.Conclusion, CompletedAt: o.CompletedAt,
		Output: o.Output,
	})
	return err
}
