// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/github"
)

func (r *Release) milestones(ctx context.Context) (map[string]*gh.Milestone, error) {
	list, err := github.All(func(o gh.ListOptions) ([]*gh.Milestone, *gh.Response, error) {
		return r.cfg.GitHub.Issues.ListMilestones(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.MilestoneListOptions{State: "all", ListOptions: o})
	})
	if err != nil {
		return nil, fmt.Errorf("listing milestones: %w", err)
	}
	found := map[string]*gh.Milestone{}
	for _, m := range list {
		found[m.GetTitle()] = m
	}
	return found, nil
}

// nextMilestone is the next minor version after a minor, the next patch after
// a patch; a pre-release closes and opens none.
func (r *Release) nextMilestone() string {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(r.plan.Version, "v"))
	if err != nil || v.Prerelease() != "" {
		return ""
	}
	if v.Patch() == 0 {
		return "v" + v.IncMinor().String()
	}
	return "v" + v.IncPatch().String()
}

func (r *Release) stepMilestone() Step {
	return Step{
		Name: "milestone", Title: "close this milestone and open the next",
		Needs: []Permission{{"github", "issues: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			next := r.nextMilestone()
			if next == "" {
				return "none for a pre-release", true, nil
			}
			have, err := r.milestones(ctx)
			if err != nil {
				return "", false, err
			}
			mine := have[r.plan.Version]
			return "next is " + next, have[next] != nil && (mine == nil || mine.GetState() == "closed"), nil
		},
		Do: func(ctx context.Context) error {
			have, err := r.milestones(ctx)
			if err != nil {
				return err
			}
			if next := r.nextMilestone(); have[next] == nil {
				if _, _, err := r.cfg.GitHub.Issues.CreateMilestone(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.Milestone{Title: &next}); err != nil {
					return fmt.Errorf("milestone %s: %w", next, err)
				}
			}
			if mine := have[r.plan.Version]; mine != nil && mine.GetState() != "closed" {
				if _, _, err := r.cfg.GitHub.Issues.EditMilestone(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, mine.GetNumber(), &gh.Milestone{State: new("closed")}); err != nil {
					return fmt.Errorf("milestone %s: %w", r.plan.Version, err)
				}
			}
			return nil
		},
	}
}

// stepForward brings the changelog and the tag's ancestry to the default
// branch, by a pull request that goes the way of every other.
func (r *Release) stepForward() Step {
	head := func() string { return "forward/" + r.plan.Tag }
	return Step{
		Name: "forward", Title: "open the pull request that brings the release to the default branch",
		Needs: []Permission{{"git", "contents: write"}, {"github", "pull requests: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			base, commit, err := r.forwardEnds(ctx)
			if err != nil {
				return "", false, err
			}
			if _, err := r.repo.Run(ctx, "merge-base", "--is-ancestor", commit, "refs/heads/"+base); err == nil {
				return fmt.Sprintf("`%s` contains the release", base), true, nil
			}
			pulls, _, err := r.cfg.GitHub.PullRequests.List(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.PullRequestListOptions{
				State: "all", Head: r.cfg.Place.Owner + ":" + head(), Base: base,
			})
			if err != nil || len(pulls) == 0 {
				return "", false, err
			}
			return fmt.Sprintf("#%d", pulls[0].GetNumber()), true, nil
		},
		Do: func(ctx context.Context) error {
			base, commit, err := r.forwardEnds(ctx)
			if err != nil {
				return err
			}
			if err := r.push(ctx, "refs/heads/"+head(), commit, ""); err != nil {
				return err
			}
			title := fmt.Sprintf("release: forward %s to %s", r.plan.Tag, base)
			body := fmt.Sprintf("The plan, the changelog and the tag's history of %s, as released.\n\n```release-note\nNONE\n```\n", r.plan.Tag)
			_, _, err = r.cfg.GitHub.PullRequests.Create(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, &gh.NewPullRequest{
				Title: &title, Head: new(head()), Base: &base, Body: &body,
			})
			if err != nil {
				return fmt.Errorf("opening the forward pull request: %w", err)
			}
			return r.fetch(ctx)
		},
	}
}

func (r *Release) forwardEnds(ctx context.Context) (base, commit string, err error) {
	if base, err = r.defaultBranch(ctx); err != nil {
		return "", "", err
	}
	commit, err = r.releaseCommit(ctx)
	return base, commit, err
}
