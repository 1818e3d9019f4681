// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"errors"
	"time"
)

// mergeState is how a pull request stands with its base.
type mergeState struct {
	mergeable, rebaseable any    // a bool; nil while nobody knows
	name                  string // mergeable_state
}

// mergeState says whether a pull request can be merged. "mergeable" is about
// conflicts alone; the name is about all that stands in the way.
func (v *view) mergeState(r *repository, i *issue) (mergeState, error) {
	p := i.Pull
	tip, err := v.baseTip(r, p)
	if err != nil {
		return mergeState{}, err
	}
	tried := p.Test.Head != "" && p.Test.Head == p.HeadSHA && p.Test.Base == tip
	switch {
	case i.Closed || !tried:
		return mergeState{name: "unknown"}, nil
	case !p.Test.Clean:
		return mergeState{mergeable: false, rebaseable: false, name: "dirty"}, nil
	}
	s := mergeState{mergeable: true, rebaseable: p.Test.Rebaseable}
	findings, err := v.mergeFindings(r, i, everybody)
	switch {
	case err != nil:
		return mergeState{}, err
	case p.Draft:
		s.name = "draft"
	case findings.behind:
		s.name = "behind"
	case len(findings.blocks) > 0:
		s.name = "blocked"
	case findings.unstable:
		s.name = "unstable"
	default:
		s.name = "clean"
	}
	return s, nil
}

// testMerges is a worker: it tries to merge what was touched, as GitHub does
// in the background.
func (s *Server) testMerges(ctx context.Context) {
	for {
		err := s.testMergesOnce(ctx)
		var retry <-chan time.Time
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "trying to merge pull requests", "err", err)
			retry = time.After(time.Second)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.untested:
		case <-retry:
		}
	}
}

func (s *Server) testMergesOnce(ctx context.Context) error {
	var ids []int64
	err := s.view(ctx, func(v *view) error {
		open, err := issues.query(v.tx, `kind = ? AND json_extract(body, '$.pull') IS NOT NULL AND json_extract(body, '$.closed') IS NULL
			AND json_extract(body, '$.pull.test') IS NULL ORDER BY id`, string(issues))
		for _, i := range open {
			ids = append(ids, i.ID)
		}
		return err
	})
	for _, id := range ids {
		if err != nil || ctx.Err() != nil {
			break
		}
		err = s.testMerge(ctx, id)
	}
	return err
}

// testMerge tries to merge one pull request. The work is done before the
// lock is taken; what has moved meanwhile is tried again.
func (s *Server) testMerge(ctx context.Context, id int64) error {
	var r *repository
	var i *issue
	var test mergeTest
	err := s.view(ctx, func(v *view) (err error) {
		if i, err = issues.get(v.tx, id); err != nil {
			return err
		}
		if r, err = repositories.get(v.tx, i.Parent); err != nil {
			return err
		}
		test.Head = i.Pull.HeadSHA
		test.Base, err = v.baseTip(r, i.Pull)
		return err
	})
	if errors.Is(err, errMissing) || err == nil && test.Base == "" {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	if err := s.tryMerge(ctx, r, i, &test); err != nil {
		return err
	}
	defer s.repos.lock(r.ID)()
	return s.update(ctx, nil, func(v *view) error {
		fresh, err := issues.get(v.tx, id)
		if errors.Is(err, errMissing) {
			return nil
		}
		if err != nil {
			return err
		}
		tip, err := v.baseTip(r, fresh.Pull)
		if err != nil {
			return err
		}
		if fresh.Closed || fresh.Pull.HeadSHA != test.Head || tip != test.Base {
			if !fresh.Closed {
				v.touched(fresh)
			}
			return nil
		}
		if test.Clean {
			if err := setRef(v.tx.ctx, s.git(r), pullRef(fresh.Number, "merge"), test.Commit, ""); err != nil {
				return err
			}
		}
		fresh.Pull.Test = test
		// Nothing about the pull request itself changed: its time stays.
		return issues.keep(v.tx, fresh)
	})
}

// tryMerge fills in what came of merging test.Head into test.Base.
func (s *Server) tryMerge(ctx context.Context, r *repository, i *issue, test *mergeTest) error {
	repo := s.git(r)
	tree, clean, err := mergeTrees(ctx, repo, test.Base, test.Head)
	if err != nil || !clean {
		return err
	}
	test.Clean = true
	by := person{Name: "GitHub", Email: "noreply@github.com", Date: s.config.Clock()}
	test.Commit, err = writeCommit(ctx, repo, newCommit{
		tree: tree, parents: []string{test.Base, test.Head}, author: by, committer: by,
		message: "Merge " + test.Head + " into " + test.Base,
	})
	if err != nil {
		return err
	}
	_, test.Rebaseable, err = rebase(ctx, repo, test.Base, test.Head, by)
	return err
}
