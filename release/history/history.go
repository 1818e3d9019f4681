// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/notes"
	"github.com/lanner-project/lanner/release/version"
)

// GraphQL asks GitHub a query that changes nothing.
type GraphQL interface {
	GraphQL(ctx context.Context, query string, vars map[string]any, out any) error
}

// Options say what to read.
type Options struct {
	Repo      git.Repo // has the whole history of Head, and the tags
	Head      string   // branch or commit to end at
	Component string   // whose tags count: "engine"
	// From is the tag or commit to begin behind; empty finds the last release.
	From string
	// Owner and Name are the repository's on GitHub, Bases the branches whose
	// pull requests count.
	Owner, Name string
	Bases       []string
	// GitHub is asked for the pull requests; nil reads commits alone.
	GraphQL GraphQL
}

// Range is what was merged between two points.
type Range struct {
	// From is the tag of the last release, empty if there is none.
	From string
	// FromCommit is where the range begins: the tag's commit, or, where the tag
	// is on a release branch, the commit that the branch began at.
	FromCommit string
	Head       string // commit
	Tags       []string
	// Changes are the newest first: a pull request, or a commit that came
	// without one.
	Changes []notes.Change
}

// Read reads the range that ends at o.Head.
func Read(ctx context.Context, o Options) (Range, error) {
	if shallow, err := o.Repo.Run(ctx, "rev-parse", "--is-shallow-repository"); err != nil {
		return Range{}, err
	} else if shallow == "true" {
		return Range{}, fmt.Errorf("%s is a shallow clone, so the history is not all there; run: git fetch --unshallow --tags", o.Repo.Dir)
	}
	head, err := o.Repo.Run(ctx, "rev-parse", "--verify", "--end-of-options", o.Head+"^{commit}")
	if err != nil {
		return Range{}, fmt.Errorf("no commit %q: %w", o.Head, err)
	}
	r := Range{Head: head}
	tags, err := o.tags(ctx)
	if err != nil {
		return Range{}, err
	}
	for _, t := range tags {
		r.Tags = append(r.Tags, t.name)
	}
	if o.From != "" {
		r.From = o.From
		r.FromCommit, err = o.Repo.Run(ctx, "rev-parse", "--verify", "--end-of-options", o.From+"^{commit}")
		if err != nil {
			return Range{}, fmt.Errorf("no tag or commit %q: %w", o.From, err)
		}
	} else if r.From, r.FromCommit, err = o.lastRelease(ctx, head, tags); err != nil {
		return Range{}, err
	}
	commits, err := walk(ctx, o.Repo, r.FromCommit, head)
	if err != nil {
		return Range{}, err
	}
	if r.Changes, err = o.changes(ctx, commits, r.FromCommit); err != nil {
		return Range{}, err
	}
	return r, nil
}

type tag struct {
	name, commit string
	merged       bool            // head contains it
	version      *semver.Version // of the component, stable; else nil
}

// tags lists all tags, those of the component with their versions.
func (o Options) tags(ctx context.Context) ([]tag, error) {
	const format = "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)"
	all, err := o.Repo.Run(ctx, "for-each-ref", format, "refs/tags")
	if err != nil {
		return nil, err
	}
	merged, err := o.Repo.Run(ctx, "for-each-ref", format, "--merged="+o.Head, "refs/tags")
	if err != nil {
		return nil, err
	}
	in := map[string]bool{}
	for line := range strings.Lines(merged) {
		name, _, _ := strings.Cut(line, "\x00")
		in[name] = true
	}
	var tags []tag
	for line := range strings.Lines(all) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\x00")
		if len(fields) != 3 {
			return nil, fmt.Errorf("git for-each-ref printed %q", line)
		}
		t := tag{name: fields[0], commit: fields[1], merged: in[fields[0]]}
		if fields[2] != "" {
			t.commit = fields[2] // what an annotated tag points to
		}
		if parsed, err := version.ParseTag(t.name); err == nil && parsed.Component == o.Component && parsed.Version.Prerelease() == "" {
			t.version = parsed.Version
		}
		tags = append(tags, t)
	}
	return tags, nil
}

// lastRelease finds where the range begins: at the highest release that head
// contains, or, where a higher one was made on a release branch that began
// later, at that beginning.
func (o Options) lastRelease(ctx context.Context, head string, tags []tag) (name, commit string, err error) {
	var last *tag
	var beside []tag
	for _, t := range tags {
		switch {
		case t.version == nil:
		case !t.merged:
			beside = append(beside, t)
		case last == nil || t.version.GreaterThan(last.version):
			last = &t
		}
	}
	slices.SortFunc(beside, func(a, b tag) int { return b.version.Compare(a.version) })
	for _, t := range beside {
		if last != nil && t.version.LessThan(last.version) {
			break
		}
		began, err := o.Repo.Run(ctx, "merge-base", head, t.commit)
		if git.ExitCode(err) == 1 {
			continue // nothing in common
		}
		if err != nil {
			return "", "", err
		}
		if last == nil {
			return t.name, began, nil
		}
		_, err = o.Repo.Run(ctx, "merge-base", "--is-ancestor", last.commit, began)
		if err == nil {
			return t.name, began, nil
		}
		if git.ExitCode(err) != 1 {
			return "", "", err
		}
	}
	if last == nil {
		return "", "", nil
	}
	return last.name, last.commit, nil
}

// changes turns commits into pull requests where they came by one.
func (o Options) changes(ctx context.Context, commits []commit, from string) ([]notes.Change, error) {
	if o.GraphQL == nil {
		return offline(commits), nil
	}
	h := hub{ask: o.GraphQL, owner: o.Owner, name: o.Name, bases: o.Bases}
	since, err := commitTime(ctx, o.Repo, from)
	if err != nil {
		return nil, err
	}
	pulls, err := h.merged(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("reading the merged pull requests of %s/%s: %w", o.Owner, o.Name, err)
	}
	owned := assign(commits, pulls)
	var orphans []string
	for i, c := range commits {
		if owned[i] == nil {
			orphans = append(orphans, c.id)
		}
	}
	others, err := h.associated(ctx, orphans)
	if err != nil {
		return nil, fmt.Errorf("asking for the pull requests of %d commits: %w", len(orphans), err)
	}
	for i, c := range commits {
		if owned[i] == nil {
			owned[i] = others[c.id]
		}
	}
	changes := collect(commits, owned)
	if err := h.origins(ctx, changes); err != nil {
		return nil, fmt.Errorf("asking where cherry-picks come from: %w", err)
	}
	if err := h.firstTimers(ctx, changes); err != nil {
		return nil, fmt.Errorf("asking who is new: %w", err)
	}
	return changes, o.paths(ctx, changes)
}

// paths fills in what the changes touch whose subject alone would decide the
// version: whether they are of this project at all depends on it.
func (o Options) paths(ctx context.Context, changes []notes.Change) error {
	var want []string
	for _, c := range changes {
		if len(c.KindsOf()) == 0 && len(c.Commits) > 0 {
			want = append(want, c.Commits...)
		}
	}
	touched, err := touchedBy(ctx, o.Repo, want)
	if err != nil {
		return err
	}
	for i, c := range changes {
		for _, id := range c.Commits {
			changes[i].Paths = append(changes[i].Paths, touched[id]...)
		}
	}
	return nil
}

// collect makes one change of each pull request, and one of each commit
// without one, in the order of the commits. The platform's own pull requests,
// which carry a release plan or forward a release, are no changes.
func collect(commits []commit, owned []*pull) []notes.Change {
	var changes []notes.Change
	at := map[int]int{}
	for i, c := range commits {
		p := owned[i]
		switch {
		case p == nil:
			changes = append(changes, c.change())
		case p.own():
		default:
			n, seen := at[p.Number]
			if !seen {
				n = len(changes)
				at[p.Number] = n
				changes = append(changes, p.change(c.message))
			}
			changes[n].Commits = append(changes[n].Commits, c.id)
		}
	}
	return changes
}

var errFormat = errors.New("unexpected output of git")
