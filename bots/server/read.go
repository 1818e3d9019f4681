// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

	// Git objects never change: what was read once is kept. entries are the
	// objects of files by tree and path, blobs their texts.
	entries kept[string]
	blobs   kept[string]
	// changed are the files of pull requests, commits their commits, by head
	// and base.
	changed kept[[]change]
	commits kept[[]decide.Commit]
	// last is what the last look at a number found, so that the next one can
	// ask for what it will need along with the rest.
	last kept[hint]
	// untold are the repositories whose roles only REST tells the bot.
	untold sync.Map
}

// hint is what will be needed of a number, unless it has changed.
type hint struct {
	files string // the key of Reader.changed
	roles []string
	stood standing
}

// stood returns how a number stood when it was read last.
func (r *Reader) stood(t act.Target) standing {
	last, _ := r.last.peek(t.String())
	return last.stood
}

// reading is one issue or pull request being read.
type reading struct {
	*Reader
	t    act.Target
	in   *decide.Input
	of   *conversation
	home *branch // the default one; nil in an empty repository
	// roles are those that GitHub told, by login.
	roles map[string]string
}

// kept keeps what was read, up to a bound. It is safe concurrently.
type kept[T any] struct {
	mu sync.Mutex
	m  map[string]T
}

func (k *kept[T]) peek(key string) (T, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, ok := k.m[key]
	return v, ok
}

func (k *kept[T]) put(key string, v T) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil || len(k.m) >= objects {
		k.m = make(map[string]T)
	}
	k.m[key] = v
}

func (k *kept[T]) get(key string, read func() (T, error)) (T, error) {
	v, ok := k.peek(key)
	if ok {
		return v, nil
	}
	v, err := read()
	if err == nil {
		k.put(key, v)
	}
	return v, err
}

// own reports whether a login is the bot's: an App's is "name[bot]".
func (r *Reader) own(login string) bool {
	return strings.EqualFold(strings.TrimSuffix(login, "[bot]"), strings.TrimSuffix(r.Login, "[bot]"))
}

// Read reads the present state of an issue or pull request. It asks once for
// all of it, and again for what that shows to be needed as well, and new. It
// asks along for the roles of the logins, normalized, which may come to matter.
func (r *Reader) Read(ctx context.Context, t act.Target, memory decide.Memory, logins ...string) (decide.Input, error) {
	last, _ := r.last.peek(t.String())
	_, kept := r.changed.peek(last.files)
	roles := slices.Concat(last.roles, logins)
	slices.Sort(roles)
	g, err := r.converse(ctx, t, !kept, slices.Compact(roles))
	if err != nil {
		return decide.Input{}, fmt.Errorf("read %s: %w", t, err)
	}
	r.learn(g.home)
	c := g.of
	in := decide.Input{
		Login: r.Login, Repo: t.Repository(), Number: t.Number, Author: c.Author.login(), Open: !c.Closed && !c.Merged, Pinned: c.IsPinned,
		Title: c.Title, Newcomer: newcomer(c.AuthorAssociation), Created: c.CreatedAt, Updated: c.UpdatedAt, Now: r.now(),
		Settings: r.Shared.For(t.Repository()), Owners: owners.Parse(nil), Memory: memory,
	}
	for _, e := range c.TimelineItems.Nodes {
		in.Arrived = e.CreatedAt
	}
	if c.Milestone != nil {
		in.Milestone = c.Milestone.Title
	}
	for _, a := range c.Assignees.Nodes {
		in.Assignees = append(in.Assignees, a.Login)
	}
	for _, l := range c.Labels.Nodes {
		in.Labels = append(in.Labels, l.Name)
	}
	in.Remarks = []decide.Remark{{Ref: "opening", Author: in.Author, Body: c.Body, URL: c.URL, At: c.CreatedAt}}
	for _, m := range c.Comments.Nodes {
		said := m.remark("comment")
		said.ID = int64(m.FullDatabaseID)
		in.Remarks = append(in.Remarks, said)
	}
	g.in = &in
	if c.Typename == "PullRequest" {
		err = g.pull(ctx)
	} else {
		err = g.settings(ctx, g.home)
	}
	if err != nil {
		return decide.Input{}, fmt.Errorf("read %s: %w", t, err)
	}
	slices.SortStableFunc(in.Remarks[1:], func(a, b decide.Remark) int { return a.At.Compare(b.At) })
	if err := g.fill(ctx); err != nil {
		return in, err
	}
	r.last.put(t.String(), hint{files: g.changesKey(), roles: slices.Collect(maps.Keys(in.Roles)), stood: c.standing()})
	return in, nil
}

// remark returns what was said. An edit by anybody counts: who has write access
// may edit what others said.
func (m remark) remark(kind string) decide.Remark {
	return decide.Remark{
		Ref: fmt.Sprintf("%s-%d", kind, m.FullDatabaseID), Author: m.Author.login(), Body: m.Body, URL: m.URL,
		At: m.CreatedAt, Edited: m.LastEditedAt != nil, Commit: m.commit(),
	}
}

// pull reads what only a pull request has.
func (g *reading) pull(ctx context.Context) error {
	c := g.of
	p := &decide.Pull{Head: c.HeadRefOID, Base: c.BaseRefName, Draft: c.IsDraft, Merged: c.Merged}
	if c.Mergeable != "UNKNOWN" {
		p.Mergeable = new(c.Mergeable == "MERGEABLE")
	}
	g.in.Pull = p
	if err := g.requested(ctx); err != nil {
		return err
	}
	if c.HeadRepository != nil && strings.EqualFold(c.HeadRepository.NameWithOwner, g.t.Repository()) {
		p.Branch = c.HeadRefName
	}
	for _, v := range c.Reviews.Nodes {
		if v.State == "PENDING" {
			continue // a draft that only its author sees
		}
		said := v.remark.remark("review")
		said.At, said.Verdict = v.SubmittedAt, decide.Verdict(v.State)
		g.in.Remarks = append(g.in.Remarks, said)
	}
	for _, v := range c.Reviews.Nodes {
		for _, m := range v.Comments.Nodes {
			if v.State != "PENDING" {
				g.in.Remarks = append(g.in.Remarks, m.remark("inline"))
			}
		}
	}
	if !g.in.Open {
		if err := g.settings(ctx, g.home); err != nil {
			return err
		}
		return g.protected(ctx)
	}
	head, err := g.head(ctx)
	if err != nil {
		return err
	}
	p.Tree, p.Committed = head.Tree.OID, head.CommittedDate
	p.Checks = checks(head)
	return g.base(ctx)
}

// requested reads who is asked for a review. Of teams REST tells.
func (g *reading) requested(ctx context.Context) error {
	p := g.in.Pull
	for _, asked := range g.of.ReviewRequests.Nodes {
		a := asked.RequestedReviewer
		if a != nil && a.Login != "" {
			p.Requested = append(p.Requested, a.login())
			continue
		}
		all, err := github.All(func(page gh.ListOptions) ([]string, *gh.Response, error) {
			some, resp, err := g.GitHub.PullRequests.ListReviewers(ctx, g.t.Owner, g.t.Name, g.t.Number, &page)
			if err != nil {
				return nil, resp, err
			}
			var names []string
			for _, u := range some.Users {
				names = append(names, u.GetLogin())
			}
			for _, team := range some.Teams {
				names = append(names, g.t.Owner+"/"+team.GetSlug())
			}
			return names, resp, nil
		})
		p.Requested = all
		return err
	}
	return nil
}

// head returns the head commit. The last commit of the list is it, unless the
// order of their dates has another one there.
func (g *reading) head(ctx context.Context) (headCommit, error) {
	if n := len(g.of.Commits.Nodes); n > 0 && g.of.Commits.Nodes[n-1].Commit.OID == g.of.HeadRefOID {
		c := g.of.Commits.Nodes[n-1].Commit
		err := g.allChecks(ctx, g.t, &c)
		return c, err
	}
	return g.commit(ctx, g.t, g.of.HeadRefOID)
}

// base reads the changed files, the settings and the OWNERS files at the tip of
// the base branch, and the OWNERS files that are changed, as they would be.
func (g *reading) base(ctx context.Context) error {
	changes, err := g.changes(ctx)
	if err != nil {
		return err
	}
	p := g.in.Pull
	p.Lines = make(map[string]int, len(changes))
	var paths []string
	for _, c := range changes {
		p.Changes = append(p.Changes, owners.Change{Path: c.path, From: c.from})
		p.Lines[c.path] = c.lines
		paths = append(paths, c.path)
		if c.from != "" {
			paths = append(paths, c.from)
		}
	}
	var owned []place
	for _, name := range decide.OwnersFiles(p.Changes) {
		if i := slices.IndexFunc(changes, func(c change) bool { return c.path == name }); i < 0 || !changes[i].removed {
			// GitHub serves the commits of a fork's branch from the repository
			// that it is to be merged into.
			owned = append(owned, place{p.Head, p.Tree, name})
		}
	}
	var above []place
	base := g.of.BaseRef
	if base == nil {
		g.in.Problems = append(g.in.Problems, fmt.Sprintf("the base branch %q is gone", p.Base))
	} else {
		g.learn(base)
		above = places(base.Target.OID, base.Target.Tree.OID, paths)
	}
	texts, err := g.files(ctx, slices.Concat(above, owned))
	if err != nil {
		return err
	}
	if after := under(texts, owned); len(after) > 0 {
		p.OwnersFiles = after
	}
	if base != nil {
		before := under(texts, above)
		g.in.Owners = owners.Parse(before)
		g.parse(before)
	}
	return nil
}

// under returns the texts at some places, by path.
func under(texts map[place]string, at []place) map[string]string {
	files := make(map[string]string)
	for _, p := range at {
		if text, ok := texts[p]; ok {
			files[p.path] = text
		}
	}
	return files
}

// parse reads the settings among files.
func (g *reading) parse(files map[string]string) {
	g.in.Attributes = files[config.AttributesPath]
	src, ok := files[config.Path]
	if !ok {
		return
	}
	g.in.Own = src
	settings, err := config.ParseOver(g.in.Settings, config.Path, []byte(src))
	if err != nil {
		g.in.Problems = append(g.in.Problems, err.Error())
		return
	}
	g.in.Settings = settings
}

// checks returns what is said of a commit, the statuses first.
func checks(c headCommit) []decide.Check {
	if c.StatusCheckRollup == nil {
		return nil
	}
	var statuses, runs []decide.Check
	for _, n := range c.StatusCheckRollup.Contexts.Nodes {
		if n.Typename == "StatusContext" {
			state := decide.Pending
			switch n.State {
			case "SUCCESS":
				state = decide.Green
			case "FAILURE", "ERROR":
				state = decide.Red
			}
			statuses = append(statuses, decide.Check{Name: n.Context, State: state, Status: true, Text: n.Description})
			continue
		}
		state := decide.Pending
		if n.Status == "COMPLETED" {
			state = decide.Red
			if slices.Contains([]string{"SUCCESS", "NEUTRAL", "SKIPPED"}, n.Conclusion) {
				state = decide.Green
			}
		}
		runs = append(runs, decide.Check{Name: n.Name, State: state})
	}
	return append(statuses, runs...)
}

var errNoFile = errors.New("GitHub gave a folder where its tree has a file")
