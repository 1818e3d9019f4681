// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v57/github"
	"golang.org/x/mod/modfile"

	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/plan"
)

// Finding is a reason not to release.
type Finding struct {
	// Code is stable, for waivers and for machines: "checks-not-green".
	Code    string `json:"code"`
	Message string `json:"message"`
	// Fix says what to do about it.
	Fix string `json:"fix"`
	// Final findings can't be waived: nothing good could come of going on.
	Final bool `json:"final,omitempty"`
	// Waiver is who let it pass and why; nil if it stands.
	Waiver *plan.Waiver `json:"waiver,omitempty"`
}

// BlockerLabel marks an open issue that holds every release.
const BlockerLabel = "release-blocker"

// Preflight looks for reasons not to release. The returned findings include
// waived ones; an error is a check that could not be made.
func (r *Release) Preflight(ctx context.Context) ([]Finding, error) {
	checks := []func(context.Context) ([]Finding, error){
		r.checkClone, r.checkLead, r.checkPermission, r.checkGreen, r.checkBlockers, r.checkRetractions, r.checkKey, r.checkToolchain,
	}
	r.findings = slices.Clone(r.planFindings)
	for _, check := range checks {
		found, err := check(ctx)
		if err != nil {
			return nil, fmt.Errorf("preflight: %w", err)
		}
		r.findings = append(r.findings, found...)
	}
	for i := range r.findings {
		f := &r.findings[i]
		if reason, ok := r.cfg.Waive[f.Code]; ok && !f.Final {
			f.Waiver = &plan.Waiver{Finding: f.Code, By: r.me, Reason: oneLine(reason)}
		}
	}
	for _, w := range r.plan.Waivers { // approved with the plan
		for i := range r.findings {
			if f := &r.findings[i]; f.Code == w.Finding && f.Waiver == nil && !f.Final {
				f.Waiver = &w
			}
		}
	}
	return r.findings, nil
}

// Blocking returns the findings that stand.
func Blocking(findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Waiver != nil })
}

func (r *Release) waived() []plan.Waiver {
	waivers := slices.Clone(r.plan.Waivers)
	for _, f := range r.findings {
		if f.Waiver != nil && !slices.Contains(waivers, *f.Waiver) {
			waivers = append(waivers, *f.Waiver)
		}
	}
	return waivers
}

// checkClone: what is released is what origin has; a maintainer whose clone
// differs is probably about to release something else than they think.
func (r *Release) checkClone(ctx context.Context) ([]Finding, error) {
	var found []Finding
	dirty, err := r.cfg.Clone.Run(ctx, "status", "--porcelain")
	if err != nil {
		return nil, err
	}
	if dirty != "" {
		first, _, _ := strings.Cut(dirty, "\n")
		found = append(found, Finding{
			Code: "dirty-tree", Message: fmt.Sprintf("the work tree has changes that are not committed (%s)", strings.TrimSpace(first)),
			Fix: "commit or stash them: a release is made from what origin has",
		})
	}
	branch, err := r.cfg.Clone.Run(ctx, "rev-parse", "--abbrev-ref", "HEAD")
	if err != nil {
		return nil, err
	}
	main, err := r.defaultBranch(ctx)
	if err != nil {
		return nil, err
	}
	if branch != main && branch != r.plan.Branch {
		found = append(found, Finding{
			Code: "wrong-branch", Message: fmt.Sprintf("the clone is on branch %s", branch),
			Fix: fmt.Sprintf("git switch %s (or %s)", main, r.plan.Branch),
		})
		return found, nil
	}
	head, err := r.cfg.Clone.Run(ctx, "rev-parse", "HEAD")
	if err != nil {
		return nil, err
	}
	if _, err := r.repo.Run(ctx, "merge-base", "--is-ancestor", head, "refs/heads/"+branch); err != nil {
		found = append(found, Finding{
			Code: "not-pushed", Message: fmt.Sprintf("the clone's %s has commits that origin's has not", branch),
			Fix: "open a pull request with them: a release is made from what origin has",
		})
	}
	return found, nil
}

func (r *Release) defaultBranch(ctx context.Context) (string, error) {
	repo, _, err := r.cfg.GitHub.Repositories.Get(ctx, r.cfg.Place.Owner, r.cfg.Place.Name)
	if err != nil {
		return "", err
	}
	return repo.GetDefaultBranch(), nil
}

func (r *Release) checkLead(context.Context) ([]Finding, error) {
	if r.me == strings.ToLower(r.plan.Lead) || r.cfg.Reason != "" {
		return nil, nil
	}
	return []Finding{{
		Code: "not-lead", Message: fmt.Sprintf("%s leads %s, you are %s", r.plan.Lead, r.plan.Tag, r.me),
		Fix: "let the lead do it, or say why you do: --reason TEXT, which is recorded", Final: true,
	}}, nil
}

func (r *Release) checkPermission(ctx context.Context) ([]Finding, error) {
	if app, ok := r.cfg.Token.(*github.App); ok {
		return r.checkAppPermissions(ctx, app)
	}
	level, _, err := r.cfg.GitHub.Repositories.GetPermissionLevel(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, r.me)
	// Who may not even push may not ask either.
	if status := github.StatusOf(err); err != nil && status != http.StatusForbidden && status != http.StatusNotFound {
		return nil, err
	}
	if p := level.GetPermission(); p != "admin" && p != "write" {
		return []Finding{{
			Code: "no-permission", Message: fmt.Sprintf("%s has permission %q on %s", r.me, p, r.cfg.Place),
			Fix: "a release needs write; `release plan --permissions` lists what for", Final: true,
		}}, nil
	}
	return nil, nil
}

// checkAppPermissions: an App is no collaborator, its installation says what it
// may.
func (r *Release) checkAppPermissions(ctx context.Context, app *github.App) ([]Finding, error) {
	granted, err := app.Permissions(ctx)
	if err != nil {
		return nil, err
	}
	var lacks []string
	for _, p := range []struct{ name, have string }{
		{"contents", granted.GetContents()}, {"issues", granted.GetIssues()}, {"pull_requests", granted.GetPullRequests()},
	} {
		if p.have != "write" {
			lacks = append(lacks, p.name+": write")
		}
	}
	if len(lacks) == 0 {
		return nil, nil
	}
	return []Finding{{
		Code: "no-permission", Message: fmt.Sprintf("the installation of %s on %s lacks %s", r.me, r.cfg.Place, strings.Join(lacks, ", ")),
		Fix: "grant it in the App's settings; `release plan --permissions` lists what for", Final: true,
	}}, nil
}

// checkGreen: statuses and check runs of exactly the planned commit.
func (r *Release) checkGreen(ctx context.Context) ([]Finding, error) {
	if r.plan.Kind == plan.KindYank {
		return nil, nil // nothing is built of it
	}
	commit := r.plan.Base.Commit
	status, _, err := r.cfg.GitHub.Repositories.GetCombinedStatus(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, commit, &gh.ListOptions{PerPage: 100})
	if err != nil {
		return nil, err
	}
	runs, _, err := r.cfg.GitHub.Checks.ListCheckRunsForRef(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, commit, &gh.ListCheckRunsOptions{ListOptions: gh.ListOptions{PerPage: 100}})
	if err != nil {
		return nil, err
	}
	var bad []string
	for _, s := range status.Statuses {
		if s.GetState() != "success" {
			bad = append(bad, s.GetContext()+" is "+s.GetState())
		}
	}
	for _, c := range runs.CheckRuns {
		switch {
		case c.GetStatus() != "completed":
			bad = append(bad, c.GetName()+" is "+c.GetStatus())
		case !slices.Contains([]string{"success", "neutral", "skipped"}, c.GetConclusion()):
			bad = append(bad, c.GetName()+" is "+c.GetConclusion())
		}
	}
	switch {
	case len(bad) > 0:
		return []Finding{{Code: "checks-not-green", Message: fmt.Sprintf("on commit %s: %s", short(commit), strings.Join(bad, ", ")), Fix: "make them green, then plan again"}}, nil
	case len(status.Statuses)+len(runs.CheckRuns) == 0:
		return []Finding{{Code: "no-checks", Message: fmt.Sprintf("nothing has tested commit %s", short(commit)), Fix: "run the jobs on it"}}, nil
	}
	return nil, nil
}

func (r *Release) checkBlockers(ctx context.Context) ([]Finding, error) {
	issues, err := github.All(func(o gh.ListOptions) ([]*gh.Issue, *gh.Response, error) {
		return r.cfg.GitHub.Issues.ListByRepo(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.IssueListByRepoOptions{State: "open", Labels: []string{BlockerLabel}, ListOptions: o})
	})
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, issue := range issues {
		found = append(found, Finding{
			Code: "release-blocker", Message: fmt.Sprintf("#%d is open and labelled %s: %s", issue.GetNumber(), BlockerLabel, oneLine(issue.GetTitle())),
			Fix: "resolve it, or take the label off",
		})
	}
	return found, nil
}

// checkRetractions: Go reads retractions from the highest version's go.mod
// only, so a release that lacks an earlier one would un-withdraw it.
func (r *Release) checkRetractions(ctx context.Context) ([]Finding, error) {
	index, err := r.index(ctx)
	if err != nil {
		return nil, err
	}
	data, ok, err := r.read(ctx, r.plan.Base.Commit, "go.mod")
	if err != nil || !ok {
		return nil, err
	}
	if changed, ok := r.files["go.mod"]; ok {
		data = changed
	}
	mod, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, rel := range index.Releases {
		if rel.Yanked == nil {
			continue
		}
		covered := slices.ContainsFunc(mod.Retract, func(v *modfile.Retract) bool {
			return compareVersions(v.Low, rel.Version) <= 0 && compareVersions(rel.Version, v.High) <= 0
		})
		if !covered {
			found = append(found, Finding{
				Code: "retraction-lost", Message: fmt.Sprintf("%s is withdrawn, but go.mod of commit %s does not retract it", rel.Version, short(r.plan.Base.Commit)),
				Fix: fmt.Sprintf("merge the forward pull request of %s first", rel.Yanked.RetractedBy), Final: true,
			})
		}
	}
	return found, nil
}
