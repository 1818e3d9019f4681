// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
)

// standing is how a pull request stands: what of it changes when something
// happened to it.
type standing struct {
	head, base string
	updated    time.Time
	mergeable  string
	checks     string // what they say together
}

// watched is an open pull request.
type watched struct {
	standing
	// read is when it was looked at; zero is never, since the bot started.
	read time.Time
	// near: nothing is missing for its merge that somebody must do to it.
	near bool
}

// openPulls remembers how the open pull requests stood when they were looked
// at, so that a webhook about a commit or a branch need not have them listed,
// and a list tells which of them must be looked at. A look at a pull request is
// what is believed of it; a list adds those that there was no look at. It is
// safe concurrently.
type openPulls struct {
	mu    sync.Mutex
	repos map[string]*openRepo
}

// openRepo is a repository that was listed.
type openRepo struct {
	pulls map[int]watched
	// tips are the commits that branches were at when what is on them was last
	// taken into account.
	tips map[string]string
	// strange are commits that are the head of none.
	strange map[string]bool
}

const (
	// lookAnyway is after how long a pull request is looked at that seems not
	// to have changed: roles change without a trace on it.
	lookAnyway = 6 * time.Hour
	// sameMoment is how much later than its last change a pull request must
	// have been read for that to be all of the change: GitHub's times have whole
	// seconds, and our clock is not its.
	sameMoment = 5 * time.Second
)

// listed takes note of the open pull requests of a repository, and returns
// those to look at.
func (o *openPulls) listed(repo act.Target, pulls map[int]standing, now time.Time) []int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.repos == nil {
		o.repos = make(map[string]*openRepo)
	}
	r := o.repos[repo.Repository()]
	if r == nil {
		r = &openRepo{pulls: make(map[int]watched), tips: make(map[string]string), strange: make(map[string]bool)}
		o.repos[repo.Repository()] = r
	}
	maps.DeleteFunc(r.pulls, func(n int, _ watched) bool {
		_, open := pulls[n]
		return !open
	})
	var look []int
	for n, s := range pulls {
		w, ok := r.pulls[n]
		if !ok {
			w = watched{standing: s}
			r.pulls[n] = w
		}
		if s.mergeable == "UNKNOWN" {
			s.mergeable = w.mergeable // it is computed anew each time that the base moves
		}
		settled := s == w.standing && w.read.Sub(s.updated) > sameMoment && now.Sub(w.read) < lookAnyway
		if !settled || w.near {
			look = append(look, n)
		}
	}
	slices.Sort(look)
	return look
}

// looked takes note of what a look found.
func (o *openPulls) looked(t act.Target, in decide.Input, s standing, near bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.repos[t.Repository()]
	switch {
	case r == nil: // never listed: the others are not known
	case in.Pull != nil && in.Open:
		r.pulls[t.Number] = watched{standing: s, read: in.Now, near: near}
	default:
		delete(r.pulls, t.Number)
	}
}

// forget has a number looked at by the next resync, whether it changed or not.
func (o *openPulls) forget(repo string, number int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.repos[repo]; r != nil {
		if w, ok := r.pulls[number]; ok {
			w.read = time.Time{}
			r.pulls[number] = w
		}
	}
}

// headed returns the pull requests that have one of the commits as their head.
// It is not sure of a repository that was not listed, nor of a commit that is
// nothing it knows: that may have been pushed a moment ago.
func (o *openPulls) headed(repo act.Target, shas map[string]bool) (numbers []int, sure bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.repos[repo.Repository()]
	if r == nil {
		return nil, false
	}
	known := make(map[string]bool)
	for n, w := range r.pulls {
		known[w.head] = true
		if shas[w.head] {
			numbers = append(numbers, n)
		}
	}
	for _, tip := range r.tips {
		known[tip] = true
	}
	for sha := range shas {
		if !known[sha] && !r.strange[sha] {
			return nil, false
		}
	}
	return numbers, true
}

// strangers takes note of commits that a list did not have.
func (o *openPulls) strangers(repo act.Target, shas map[string]bool) {
	const most = 10_000
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.repos[repo.Repository()]
	if len(r.strange) > most {
		clear(r.strange)
	}
	for sha := range shas {
		r.strange[sha] = true
	}
}

// upon returns the pull requests that are to be merged into a branch, only
// those that are near their merge or were never looked at unless all are
// wanted; and the commit that the branch was at.
func (o *openPulls) upon(repo act.Target, branch string, all bool) (numbers []int, tip string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.repos[repo.Repository()]
	if r == nil {
		return nil, ""
	}
	for n, w := range r.pulls {
		if w.base == branch && (all || w.near || w.read.IsZero()) {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, r.tips[branch]
}

// bases returns the branches that pull requests are to be merged into.
func (o *openPulls) bases(repo act.Target) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var bases []string
	if r := o.repos[repo.Repository()]; r != nil {
		for _, w := range r.pulls {
			bases = append(bases, w.base)
		}
	}
	slices.Sort(bases)
	return slices.Compact(bases)
}

func (o *openPulls) setTip(repo act.Target, branch, tip string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.repos[repo.Repository()]; r != nil {
		r.tips[branch] = tip
	}
}

// list lists the open pull requests and returns those to look at.
func (s *Server) list(ctx context.Context, repo act.Target) (all map[int]standing, look []int, err error) {
	query := "query($owner:String!,$name:String!,$after:String){repository(owner:$owner,name:$name){pullRequests(states:OPEN,first:100,after:$after){" +
		"nodes{number headRefOid baseRefName updatedAt mergeable commits(last:1){nodes{commit{oid statusCheckRollup{state}}}}} " + pageInfo + "}}}"
	page := func(after any) (paged[conversation], error) {
		var answer struct {
			Repository struct{ PullRequests paged[conversation] }
		}
		err := s.config.GitHub.GraphQL(ctx, query, map[string]any{"owner": repo.Owner, "name": repo.Name, "after": after}, &answer)
		return answer.Repository.PullRequests, err
	}
	pulls, err := page(nil)
	if err == nil {
		err = pulls.more(func(after string) (paged[conversation], error) { return page(after) })
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list the open pull requests of %s: %w", repo.Repository(), err)
	}
	all = make(map[int]standing, len(pulls.Nodes))
	for i := range pulls.Nodes {
		all[pulls.Nodes[i].Number] = pulls.Nodes[i].standing()
	}
	return all, s.open.listed(repo, all, s.reader.now()), nil
}

// standing returns how a pull request stands.
func (c *conversation) standing() standing {
	st := standing{head: c.HeadRefOID, base: c.BaseRefName, updated: c.UpdatedAt, mergeable: c.Mergeable}
	if n := len(c.Commits.Nodes); n > 0 {
		if head := c.Commits.Nodes[n-1].Commit; head.StatusCheckRollup != nil {
			st.checks = head.StatusCheckRollup.State
		}
	}
	return st
}

// baseMoved queues looks at the pull requests that a branch's new commits can
// matter to: all of them if the commits change who may approve what or the
// settings, else those that are near their merge.
func (s *Server) baseMoved(ctx context.Context, repo act.Target, branch, cause string) error {
	at, before := s.open.upon(repo, branch, true)
	if len(at) == 0 {
		return nil
	}
	tip, err := s.reader.tip(ctx, repo, branch)
	if err != nil {
		return err
	}
	now := ""
	if tip != nil {
		now = tip.Target.OID
	}
	if now == before && now != "" {
		return nil
	}
	rules, err := s.changesRules(ctx, repo, before, now)
	if err != nil {
		return err
	}
	at, _ = s.open.upon(repo, branch, rules)
	if err := s.queueAll(ctx, repo, at, cause); err != nil {
		return err
	}
	s.open.setTip(repo, branch, now)
	return nil
}

// changesRules reports whether what lies between two commits changes files that
// say who may approve what or how the bot works. Where that can't be told, it
// does.
func (s *Server) changesRules(ctx context.Context, repo act.Target, before, after string) (bool, error) {
	const most = 300 // files in the answer, of however many there are
	if before == "" || after == "" {
		return true, nil
	}
	got, resp, err := s.config.GitHub.Repositories.CompareCommits(ctx, repo.Owner, repo.Name, before, after, nil)
	if resp != nil && resp.StatusCode == 404 {
		return true, nil // one of them is gone
	}
	if err != nil {
		return false, err
	}
	if got.GetStatus() != "ahead" || len(got.Files) >= most {
		return true, nil
	}
	for _, f := range got.Files {
		for _, name := range []string{f.GetFilename(), f.GetPreviousFilename()} {
			if path.Base(name) == owners.Filename || slices.Contains([]string{owners.AliasesFilename, config.Path, config.AttributesPath}, name) {
				return true, nil
			}
		}
	}
	return false, nil
}

// queueAll queues a look at each number.
func (s *Server) queueAll(ctx context.Context, repo act.Target, numbers []int, cause string) error {
	for _, n := range numbers {
		if err := s.queue(ctx, repo, n, cause, time.Time{}, again{}); err != nil {
			return err
		}
	}
	return nil
}
