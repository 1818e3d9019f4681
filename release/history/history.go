// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/notes"
)

// GraphQL asks GitHub; infra/github's client does.
type GraphQL interface {
	GraphQL(ctx context.Context, query string, vars map[string]any, out any) error
}

// Options say which commits to read.
type Options struct {
	Repo git.Repo
	// Head is where to end: a branch, a tag or a commit; empty is HEAD. The name
	// matters: what is on release/0.3 follows a release before v0.4.0, whatever
	// else is released.
	Head string
	// Component whose tags count, "engine" for root tags. Of another component
	// only the changes are read that touch its folder.
	Component string
	// From is the tag or commit to start behind; empty: the last stable release
	// before Head.
	From string
	// Owner and Name are the repository on GitHub.
	Owner, Name string
	// Bases are the branches that pull requests were merged to.
	Bases []string
	// GraphQL asks GitHub; nil: nobody is asked.
	GraphQL GraphQL
}

// Range is what was read.
type Range struct {
	From       string   // the tag behind which it starts, empty: everything up to Head
	FromCommit string   // what From points at
	Head       string   // commit
	Tags       []string // all tags of the repository, by name
	// Changes are newest first, by when they came to the branch.
	Changes []notes.Change
}

// Read reads a range.
func Read(ctx context.Context, o Options) (Range, error) {
	if o.Head == "" {
		o.Head = "HEAD"
	}
	if o.GraphQL != nil && (o.Owner == "" || o.Name == "") {
		return Range{}, errors.New("history: GitHub can't be asked about a repository without an owner and a name")
	}
	o.Repo = o.Repo.WithEnv("GIT_NO_REPLACE_OBJECTS=1") // a replaced commit is one that nobody else sees
	head, err := o.resolve(ctx, o.Head)
	if err != nil {
		return Range{}, err
	}
	tags, err := listTags(ctx, o.Repo)
	if err != nil {
		return Range{}, err
	}
	r := Range{Head: head}
	for _, t := range tags {
		r.Tags = append(r.Tags, t.name)
	}
	g, err := o.walkRange(ctx, &r, tags)
	if err != nil {
		return Range{}, err
	}
	var src source = &offline{o: o, pulls: map[int]*owner{}}
	if o.GraphQL != nil {
		src = &online{o: o, since: g.since, pulls: map[int]*pull{}, byCommit: map[string]*pull{}}
	}
	commits, err := attribute(ctx, g, src)
	if err != nil {
		return Range{}, err
	}
	changes := assemble(commits)
	if changes, err = o.fillPaths(ctx, changes); err != nil {
		return Range{}, err
	}
	if err := src.finish(ctx, changes, r.From != ""); err != nil {
		return Range{}, err
	}
	r.Changes = changes
	return r, nil
}

// resolve returns the commit that name points at, in a clone that has all of
// its history.
func (o Options) resolve(ctx context.Context, name string) (string, error) {
	out, err := o.Repo.Run(ctx, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return "", err
	}
	if out == "true" {
		return "", fmt.Errorf("%s is a shallow clone, which knows too little of its past; run `git fetch --unshallow --tags`", o.Repo.Dir)
	}
	id, err := o.Repo.Run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
	if err != nil {
		if git.ExitCode(err) == 1 {
			return "", fmt.Errorf("%q is no branch, tag or commit here; run `git fetch --tags`, or correct the name", name)
		}
		return "", err
	}
	return id, nil
}

// walkRange chooses where to start, if it is not given, and reads the commits.
func (o Options) walkRange(ctx context.Context, r *Range, tags []tag) (*graph, error) {
	if o.From != "" {
		commit, err := o.resolve(ctx, o.From)
		if err != nil {
			return nil, err
		}
		r.From, r.FromCommit = strings.TrimPrefix(o.From, "refs/tags/"), commit
		return walk(ctx, o.Repo, r.Head, commit)
	}
	stable := stableTags(tags, o.Component, limitOf(o.Head, o.Component, tags))
	for {
		if len(stable) == 0 {
			r.From, r.FromCommit = "", ""
			return walk(ctx, o.Repo, r.Head, "")
		}
		// The highest release is nearly always right, and whether it is shows in
		// the commits themselves: asking git first would walk them twice.
		last := stable[len(stable)-1]
		r.From, r.FromCommit = last.name, last.commit
		g, err := walk(ctx, o.Repo, r.Head, last.commit)
		if err != nil {
			return nil, err
		}
		switch {
		case g.seen == 0 && last.commit != r.Head:
			// Head is older than that release.
			stable = stable[:len(stable)-1]
			continue
		case g.seen == 0:
			return g, nil
		}
		// Another release on the way from Head is nearer than the highest, which
		// is then one of a later line.
		nearer := g.onMainline(stable)
		if len(nearer) == 0 {
			return g, nil
		}
		stable = nearer
	}
}
