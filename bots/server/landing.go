// SPDX-License-Identifier: Apache-2.0

package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/queue"
	"github.com/lanner-project/lanner/infra/github"
)

// Landing is the record of what the merge queue moved a branch to, and why it
// might: the commit that is there is the commit that was tested.
type Landing struct {
	// At is when the branch was moved.
	At     time.Time    `json:"at"`
	Base   string       `json:"base"`
	Parent string       `json:"parent"`
	Commit string       `json:"commit"`
	Tree   string       `json:"tree"`
	Pulls  []queue.Pull `json:"pulls"`
	// Checks are those of the commit.
	Checks []LandingCheck `json:"checks"`
}

// LandingCheck is one check of a commit that landed.
type LandingCheck struct {
	Name  string            `json:"name"`
	State decide.CheckState `json:"state"`
}

// The kinds of the notes that hold landings: those that were, by
// "owner/name@branch commit", and the one that is about to be, by
// "owner/name@branch".
const (
	noteLanding = "bot landing"
	noteIntent  = "bot landing intent"
)

func (w *queueWork) setLanding(ctx context.Context, kind, name string, l Landing) error {
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return w.s.config.Store.SetNote(ctx, kind, name, data)
}

// forgetIntent forgets that the branch was about to be moved.
func (w *queueWork) forgetIntent(ctx context.Context) error {
	return w.s.config.Store.DeleteNote(ctx, noteIntent, w.name())
}

// intend writes down that the branch is about to be moved.
func (w *queueWork) intend(ctx context.Context, a queue.Land) (Landing, error) {
	c := a.Candidate
	l := Landing{Base: w.base, Parent: a.From, Commit: c.Commit, Tree: c.Tree, Pulls: a.Pulls}
	for _, check := range w.checks[c.Commit] {
		l.Checks = append(l.Checks, LandingCheck{check.Name, check.State})
	}
	return l, w.setLanding(ctx, noteIntent, w.name(), l)
}

// landed does what follows once the branch was moved.
func (w *queueWork) landed(ctx context.Context, l Landing) error {
	for _, p := range l.Pulls {
		if err := w.merged(ctx, p, l); err != nil {
			return err
		}
	}
	l.At = w.s.reader.now().UTC()
	if err := w.setLanding(ctx, noteLanding, w.name()+" "+l.Commit, l); err != nil {
		return err
	}
	return w.forgetIntent(ctx)
}

// settle finds out what became of a landing whose outcome nobody wrote down:
// the process ended meanwhile.
func (w *queueWork) settle(ctx context.Context) error {
	data, err := w.s.config.Store.Note(ctx, noteIntent, w.name())
	if err != nil || data == nil {
		return err
	}
	var l Landing
	if err := json.Unmarshal(data, &l); err != nil {
		return fmt.Errorf("the landing that was meant for %s: %w", w.name(), err)
	}
	got, _, err := w.s.reader.GitHub.Repositories.CompareCommits(ctx, w.repo.Owner, w.repo.Name, l.Commit, w.in.Tip, nil)
	switch {
	case err == nil && (got.GetStatus() == "identical" || got.GetStatus() == "ahead"):
		err = w.landed(ctx, l)
	case err == nil || github.IsNotFound(err):
		err = w.forgetIntent(ctx)
	}
	if err != nil {
		return fmt.Errorf("settle the landing of %s: %w", l.Commit, err)
	}
	return nil
}

// landings returns what landed on a branch, the last first.
func (s *Server) landings(ctx context.Context, repo act.Target, base string) ([]Landing, error) {
	names, err := s.config.Store.Names(ctx, noteLanding)
	if err != nil {
		return nil, err
	}
	all := []Landing{}
	for _, name := range names {
		if !strings.HasPrefix(name, repo.Repository()+"@"+base+" ") {
			continue
		}
		data, err := s.config.Store.Note(ctx, noteLanding, name)
		if err != nil {
			return nil, err
		}
		var l Landing
		if err := json.Unmarshal(data, &l); err != nil {
			return nil, errors.Join(fmt.Errorf("the landing %s", name), err)
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b Landing) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Commit, b.Commit)) })
	return all, nil
}
