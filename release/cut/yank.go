// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	gh "github.com/google/go-github/v57/github"
	"golang.org/x/mod/modfile"

	"github.com/lanner-project/lanner/infra/download"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/plan"
)

// ComposeYank makes the plan that withdraws a version of the engine: a patch
// whose go.mod retracts the version and itself, so that `go install …@latest`
// goes back and nothing new is shipped.
func (r *Release) ComposeYank(ctx context.Context, version, reason string) error {
	if err := r.loadYank(ctx, version); !errors.Is(err, ErrNoPlan) {
		return err
	}
	index, err := r.index(ctx)
	if err != nil {
		return err
	}
	old := index.Find(version)
	switch {
	case old == nil:
		return fmt.Errorf("%s was never released; the download index has %s", version, strings.Join(versionsOf(index), ", "))
	case old.Yanked != nil:
		return fmt.Errorf("%s is withdrawn already, by %s: %s", version, old.Yanked.RetractedBy, old.Yanked.Reason)
	case strings.TrimSpace(reason) == "":
		return errors.New("a withdrawal needs a --reason: users read it in go.mod, on the release and on the download site")
	}
	tags, err := r.tags(ctx)
	if err != nil {
		return err
	}
	next := nextPatch(version, tags)
	branch := branchOf("engine", version)
	tip, err := r.ref(ctx, "refs/heads/"+branch)
	if err != nil {
		return err
	}
	if tip == "" {
		return fmt.Errorf("there is no branch %s to release %s from; make it at tag %s", branch, next, version)
	}
	p := plan.Plan{
		Schema: plan.Schema, Kind: plan.KindYank, Component: "engine", Version: next, Tag: next, Previous: version, Branch: branch,
		Steps: StepNames(plan.KindYank), Yank: &plan.Yank{Version: version, Reason: oneLine(reason)},
		Notes: fmt.Sprintf("## %s\n\nWithdraws %s: %s\n\nThis version retracts %s and itself and ships nothing.\n", next, version, oneLine(reason), version),
	}
	after, err := index.WithYank(version, download.Yanked{Reason: p.Yank.Reason, Date: old.Date, RetractedBy: next})
	if err != nil {
		return err
	}
	p.Yank.Fallback = after.Latest.Stable
	if err := r.fillBase(ctx, &p, tip); err != nil {
		return err
	}
	if err := r.fillLead(ctx, &p); err != nil {
		return err
	}
	files, err := r.yankFiles(ctx, p)
	if err != nil {
		return err
	}
	r.setPlan(p, files)
	return nil
}

// loadYank finds a withdrawal of version that is on its way.
func (r *Release) loadYank(ctx context.Context, version string) error {
	issues, err := r.trackingIssues(ctx, "open")
	if err != nil {
		return err
	}
	for _, issue := range issues {
		tag := trackedTag(issue.GetBody())
		if tag == "" || componentOf(tag) != "engine" {
			continue
		}
		err := r.loadVersion(ctx, "engine", tag)
		if err == nil && r.plan.Kind == plan.KindYank && r.plan.Yank.Version == version {
			return nil
		}
		if err != nil && !errors.Is(err, ErrNoPlan) {
			return err
		}
	}
	r.plan, r.files = plan.Plan{}, nil
	return ErrNoPlan
}

func (r *Release) yankFiles(ctx context.Context, p plan.Plan) (map[string][]byte, error) {
	data, ok, err := r.read(ctx, p.Base.Commit, "go.mod")
	if err != nil || !ok {
		return nil, fmt.Errorf("go.mod of %s: %w", short(p.Base.Commit), errors.Join(err, errMissing))
	}
	mod, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return nil, err
	}
	rationale := "Withdrawn: " + p.Yank.Reason
	intervals := []modfile.VersionInterval{{Low: p.Yank.Version, High: p.Yank.Version}, {Low: p.Version, High: p.Version}}
	if nextPatch(p.Yank.Version, nil) == p.Version {
		intervals = []modfile.VersionInterval{{Low: p.Yank.Version, High: p.Version}}
	}
	for _, interval := range intervals {
		if err := mod.AddRetract(interval, rationale); err != nil {
			return nil, err
		}
	}
	changed, err := mod.Format()
	if err != nil {
		return nil, err
	}
	old, _, err := r.read(ctx, p.Base.Commit, plan.ChangelogPath)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"go.mod": changed, plan.ChangelogPath: plan.Changelog(old, p.Version, p.Notes)}, nil
}

const withdrawnMark = "<!-- lanner:withdrawn -->"

func (r *Release) stepWithdraw() Step {
	return Step{
		Name: "withdraw", Title: "say on the release that it is withdrawn, move latest back",
		Needs: []Permission{{"github", "contents: write"}},
		Done: func(ctx context.Context) (string, bool, error) {
			rel, err := r.githubRelease(ctx, r.plan.Yank.Version)
			if err != nil || rel == nil {
				return "", false, err
			}
			if !strings.HasPrefix(rel.GetBody(), withdrawnMark) {
				return "", false, nil
			}
			if r.plan.Yank.Fallback == "" {
				return "the release says so; there is no other to be latest", true, nil
			}
			latest, _, err := r.cfg.GitHub.Repositories.GetLatestRelease(ctx, r.cfg.Place.Owner, r.cfg.Place.Name)
			if err != nil && !github.IsNotFound(err) {
				return "", false, err
			}
			return "the release says so; latest is " + latest.GetTagName(), latest.GetTagName() == r.plan.Yank.Fallback, nil
		},
		Do: r.withdraw,
	}
}

func (r *Release) withdraw(ctx context.Context) error {
	rel, err := r.githubRelease(ctx, r.plan.Yank.Version)
	if err != nil {
		return err
	}
	if rel == nil {
		return fmt.Errorf("there is no release %s on %s", r.plan.Yank.Version, r.cfg.Place)
	}
	if !strings.HasPrefix(rel.GetBody(), withdrawnMark) {
		instead := "There is no other release yet."
		if r.plan.Yank.Fallback != "" {
			instead = "Use " + r.plan.Yank.Fallback + " instead."
		}
		body := fmt.Sprintf("%s\n> [!WARNING]\n> **Withdrawn.** %s %s\n\n%s", withdrawnMark, r.plan.Yank.Reason, instead, rel.GetBody())
		_, _, err := r.cfg.GitHub.Repositories.EditRelease(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, rel.GetID(), &gh.RepositoryRelease{
			Body: &body, MakeLatest: new("false"),
		})
		if err != nil {
			return err
		}
	}
	if r.plan.Yank.Fallback == "" {
		return nil
	}
	back, err := r.githubRelease(ctx, r.plan.Yank.Fallback)
	if err != nil || back == nil {
		return fmt.Errorf("release %s, to be latest again: %w", r.plan.Yank.Fallback, errors.Join(err, errMissing))
	}
	_, _, err = r.cfg.GitHub.Repositories.EditRelease(ctx, r.cfg.Place.Owner, r.cfg.Place.Name, back.GetID(), &gh.RepositoryRelease{MakeLatest: new("true")})
	return err
}

func versionsOf(x download.Index) []string {
	versions := []string{}
	for _, rel := range x.Releases {
		versions = append(versions, rel.Version)
	}
	return versions
}

// nextPatch is the patch after version that no tag has.
func nextPatch(version string, tags []string) string {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	if err != nil {
		return ""
	}
	for {
		next := v.IncPatch()
		v = &next
		if !slices.Contains(tags, "v"+v.String()) {
			return "v" + v.String()
		}
	}
}

func compareVersions(a, b string) int {
	x, errX := semver.StrictNewVersion(strings.TrimPrefix(a, "v"))
	y, errY := semver.StrictNewVersion(strings.TrimPrefix(b, "v"))
	if errX != nil || errY != nil {
		return strings.Compare(a, b)
	}
	return x.Compare(y)
}
