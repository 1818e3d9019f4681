// SPDX-License-Identifier: Apache-2.0

package server

import (
	"sync"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
)

// openPulls remembers where the open pull requests are, so that a webhook about
// a commit or a branch need not have them listed: a repository whose tests
// report often would be listed as often. A look at a pull request is what is
// believed of it; a list adds those that there was no look at. One that is not
// known, because its webhooks were lost, is found by the next resync, as
// everything is. It is safe concurrently.
type openPulls struct {
	mu    sync.Mutex
	repos map[string]map[int]where // those that were listed
}

// where is a pull request's head and the branch that it is to be merged into.
type where struct{ head, base string }

// listed adds the open pull requests of a repository.
func (o *openPulls) listed(repo act.Target, pulls []*gh.PullRequest) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.repos == nil {
		o.repos = make(map[string]map[int]where)
	}
	all := o.repos[repo.Repository()]
	if all == nil {
		all = make(map[int]where)
		o.repos[repo.Repository()] = all
	}
	for _, pr := range pulls {
		if _, ok := all[pr.GetNumber()]; !ok {
			all[pr.GetNumber()] = where{pr.GetHead().GetSHA(), pr.GetBase().GetRef()}
		}
	}
}

// looked takes note of what a look found.
func (o *openPulls) looked(t act.Target, in decide.Input) {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.repos[t.Repository()]
	switch {
	case all == nil: // never listed: the others are not known
	case in.Pull != nil && in.Open:
		all[t.Number] = where{in.Pull.Head, in.Pull.Base}
	default:
		delete(all, t.Number)
	}
}

// at returns the pull requests that have one of the commits as their head or
// one of the branches as their base. It is not sure of a repository that was
// not listed, nor of a commit that is no head: that may have been pushed a
// moment ago.
func (o *openPulls) at(repo act.Target, shas, branches map[string]bool) (numbers []int, sure bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	all, sure := o.repos[repo.Repository()]
	heads := make(map[string]bool)
	for n, w := range all {
		heads[w.head] = true
		if shas[w.head] || branches[w.base] {
			numbers = append(numbers, n)
		}
	}
	for sha := range shas {
		sure = sure && heads[sha]
	}
	return numbers, sure
}
