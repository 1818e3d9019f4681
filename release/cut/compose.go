// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/history"
	"github.com/lanner-project/lanner/release/notes"
	"github.com/lanner-project/lanner/release/plan"
	"github.com/lanner-project/lanner/release/rota"
	"github.com/lanner-project/lanner/release/version"
)

// Want is what a maintainer asks for; empty fields are computed.
type Want struct {
	Component  string
	Version    string
	Prerelease string // "rc"
	Branch     string
}

// Components are those that can be released.
func Components() []string { return []string{"engine"} }

// Compose makes the plan of the next release. It changes nothing.
func (r *Release) Compose(ctx context.Context, want Want) error {
	if !slices.Contains(Components(), want.Component) {
		return fmt.Errorf("component %q can't be released; components: %s", want.Component, strings.Join(Components(), ", "))
	}
	branch, err := r.startBranch(ctx, want)
	if err != nil {
		return err
	}
	p, past, err := r.decide(ctx, want, branch)
	if err != nil {
		return err
	}
	// The release branch may exist already: frozen, or for a patch. Then the
	// release is made of its tip, whatever happened on the default branch since.
	if tip, err := r.ref(ctx, "refs/heads/"+p.Branch); err != nil {
		return err
	} else if tip != "" && branch != p.Branch {
		if p, past, err = r.decide(ctx, want, p.Branch); err != nil {
			return err
		}
	}
	doc := notes.Build(notes.Input{Version: p.Version, Previous: p.Previous, Date: p.Base.Time, Changes: past.Changes})
	p.Notes = string(doc.Markdown())
	r.planFindings = append(r.planFindings, findingsOf(doc)...)
	for _, c := range past.Changes {
		if c.Number > 0 && len(c.Commits) > 0 {
			p.PullRequests = append(p.PullRequests, plan.PullRequest{Number: c.Number, Title: c.Title, Author: c.Author, Merge: c.Commits[0]})
		}
	}
	if err := r.fillLead(ctx, &p); err != nil {
		return err
	}
	old, _, err := r.read(ctx, p.Base.Commit, plan.ChangelogPath)
	if err != nil {
		return err
	}
	p.Steps = StepNames(plan.KindRelease)
	for _, t := range artifact.Engine(artifact.Source{}, p.Version, p.Toolchain).Targets {
		p.Targets = append(p.Targets, t.String())
	}
	files := map[string][]byte{
		plan.ChangelogPath: plan.Changelog(old, p.Version, p.Notes),
		plan.StampPath:     plan.Stamp(p.Version, p.Base),
	}
	if err := r.fillCompat(ctx, &p, files); err != nil {
		return err
	}
	p.Artifacts = artifactNames(p)
	r.setPlan(p, files)
	return nil
}

// startBranch is where the changes are: the asked one, the release branch that
// the clone is on, or the default branch.
func (r *Release) startBranch(ctx context.Context, want Want) (string, error) {
	branch := want.Branch
	if branch == "" {
		at, err := r.cfg.Clone.Run(ctx, "rev-parse", "--abbrev-ref", "HEAD")
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(at, "release/") {
			branch = at
		} else if branch, err = r.defaultBranch(ctx); err != nil {
			return "", err
		}
	}
	tip, err := r.ref(ctx, "refs/heads/"+branch)
	if err != nil {
		return "", err
	}
	if tip == "" {
		return "", fmt.Errorf("origin has no branch %s; push it, or choose another with --branch", branch)
	}
	return branch, nil
}

// NothingError is a branch with nothing to release: all that is on it is
// already in a release.
type NothingError struct {
	Branch, Tag string
}

func (e *NothingError) Error() string {
	return fmt.Sprintf("nothing was merged to %s since %s", e.Branch, orNothing(e.Tag))
}

// releasedWith returns the highest release of a component that contains ref,
// empty if there is none.
func (r *Release) releasedWith(ctx context.Context, component, ref string) (string, error) {
	out, err := r.repo.Run(ctx, "for-each-ref", "--format=%(refname:strip=2)", "--contains="+ref, "refs/tags")
	if err != nil {
		return "", err
	}
	var highest version.Tag
	for name := range strings.FieldsSeq(out) {
		tag, err := version.ParseTag(name)
		if err != nil || tag.Component != component || tag.Version.Prerelease() != "" {
			continue
		}
		if highest.Version == nil || tag.Version.GreaterThan(highest.Version) {
			highest = tag
		}
	}
	return highest.Name, nil
}

// decide reads what was merged and computes the version, and what is to be
// said against it.
func (r *Release) decide(ctx context.Context, want Want, branch string) (plan.Plan, history.Range, error) {
	main, err := r.defaultBranch(ctx)
	if err != nil {
		return plan.Plan{}, history.Range{}, err
	}
	released, err := r.releasedWith(ctx, want.Component, "refs/heads/"+branch)
	if err != nil {
		return plan.Plan{}, history.Range{}, err
	}
	if released != "" {
		return plan.Plan{}, history.Range{}, &NothingError{Branch: branch, Tag: released}
	}
	bases := slices.Compact([]string{branch, main})
	past, err := history.Read(ctx, history.Options{
		Repo: r.repo, Head: "refs/heads/" + branch, Component: want.Component,
		Owner: r.cfg.Place.Owner, Name: r.cfg.Place.Name, Bases: bases, GraphQL: r.cfg.GitHub,
	})
	if err != nil {
		return plan.Plan{}, history.Range{}, fmt.Errorf("reading what was merged to %s: %w", branch, err)
	}
	if len(past.Changes) == 0 {
		return plan.Plan{}, history.Range{}, &NothingError{Branch: branch, Tag: past.From}
	}
	decision, err := version.Next(version.Input{
		Component: want.Component, Branch: branch, Tags: past.Tags, Changes: past.Changes, Requested: want.Version, Prerelease: want.Prerelease,
	})
	if err != nil {
		return plan.Plan{}, history.Range{}, err
	}
	p := plan.Plan{
		Schema: plan.Schema, Kind: plan.KindRelease, Component: want.Component, Version: decision.Version, Tag: decision.Tag,
		Previous: decision.Previous, Bump: decision.Bump, Reasons: decision.Reasons, Branch: branchOf(want.Component, decision.Version),
	}
	r.planFindings = nil
	if len(decision.TooLow) > 0 {
		r.planFindings = append(r.planFindings, Finding{
			Code:    "version-too-low",
			Message: fmt.Sprintf("%s was asked for, but what was merged calls for more: %s", decision.Version, strings.Join(decision.TooLow, "; ")),
			Fix:     "ask for no version, or say why users can take it for what it calls itself with --waive",
		})
	}
	return p, past, r.fillBase(ctx, &p, past.Head)
}

// fillBase writes the commit and the toolchain into a plan.
func (r *Release) fillBase(ctx context.Context, p *plan.Plan, commit string) error {
	tree, err := r.repo.Run(ctx, "rev-parse", commit+"^{tree}")
	if err != nil {
		return err
	}
	when, err := r.commitTime(ctx, commit)
	if err != nil {
		return err
	}
	p.Base = plan.Base{Commit: commit, Tree: tree, Time: when.Truncate(time.Second)}
	out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	if err != nil {
		return fmt.Errorf("go env GOVERSION: %w; Go must be on PATH", err)
	}
	p.Toolchain = strings.TrimSpace(string(out))
	return nil
}

// fillLead reads at the planned commit who leads the release.
func (r *Release) fillLead(ctx context.Context, p *plan.Plan) error {
	const path = "maintainers/rotation.yaml"
	data, ok, err := r.read(ctx, p.Base.Commit, path)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("commit %s has no %s, which says who leads a release", short(p.Base.Commit), path)
	}
	rotation, err := rota.Parse(path, data)
	if err != nil {
		return err
	}
	turn, err := rotation.Lead(p.Version)
	if err != nil {
		return err
	}
	p.Lead = turn.Lead
	return nil
}

func (r *Release) setPlan(p plan.Plan, files map[string][]byte) {
	if p.Lead == "" {
		p.Lead = r.me
	}
	p.Files = nil
	for _, path := range slices.Sorted(maps.Keys(files)) {
		p.Files = append(p.Files, plan.File{Path: path, SHA256: plan.Sum(files[path])})
	}
	for code, reason := range r.cfg.Waive {
		p.Waivers = append(p.Waivers, plan.Waiver{Finding: code, By: r.me, Reason: oneLine(reason)})
	}
	slices.SortFunc(p.Waivers, func(a, b plan.Waiver) int { return strings.Compare(a.Finding, b.Finding) })
	r.plan, r.files = p, files
}

// findingsOf turns what the notes' making found into reasons not to release.
func findingsOf(doc notes.Document) []Finding {
	var found []Finding
	var without []string
	for _, f := range doc.Findings {
		switch f.Code {
		case notes.CodeNoPull:
			without = append(without, short(f.Commit))
		case notes.CodeNoKind:
			// The version's reasons say what was taken instead.
		default:
			found = append(found, Finding{Code: f.Code, Message: f.String(), Fix: "correct the pull request's text, then plan again"})
		}
	}
	if len(without) > 0 {
		shown := strings.Join(without[:min(3, len(without))], ", ")
		found = append(found, Finding{
			Code:    "commits-without-pull-request",
			Message: fmt.Sprintf("%d commits came without a pull request, so nobody reviewed them (%s…)", len(without), shown),
			Fix:     "say why that is right with --waive",
		})
	}
	return found
}

func artifactNames(p plan.Plan) []string {
	spec := specFor(p)
	names := append(spec.Files(), spec.Provenance(), spec.Provenance()+artifact.SignatureSuffix, artifact.Checksums+artifact.SignatureSuffix)
	slices.Sort(names)
	return names
}

// tags lists origin's tags.
func (r *Release) tags(ctx context.Context) ([]string, error) {
	out, err := r.repo.Run(ctx, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags")
	if err != nil {
		return nil, err
	}
	return strings.Fields(out), nil
}

// Tagged reports whether r's tag is on origin: the point of no return.
func (r *Release) Tagged(ctx context.Context) (bool, error) {
	object, err := r.ref(ctx, "refs/tags/"+r.plan.Tag)
	return object != "", err
}
