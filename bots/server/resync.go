// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/infra/github"
)

// noteResync is the kind of the notes that hold when a repository's issues
// were last looked through.
const noteResync = "bot resync"

// keep is how long the IDs of handled deliveries are known. GitHub offers to
// send one again for three days.
const keep = 30 * 24 * time.Hour

// keepDecisions is how long it can be asked what other settings would have
// done.
const keepDecisions = 90 * 24 * time.Hour

// resyncer looks at everything open at once, and every Resync at what changed: what
// happened while the bot was down sent webhooks to nobody.
func (s *Server) resyncer(run, work context.Context) error {
	ticker := time.NewTicker(s.config.Resync)
	defer ticker.Stop()
	for {
		if err := s.resync(work); err != nil && run.Err() == nil {
			return err
		}
		select {
		case <-run.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// resync queues looks in all known repositories. One that can't be read does
// not keep the others waiting.
func (s *Server) resync(ctx context.Context) error {
	if err := s.config.Store.Prune(ctx, time.Now().Add(-keep)); err != nil {
		return err
	}
	if err := s.config.Store.PruneDecisions(ctx, time.Now().Add(-keepDecisions)); err != nil {
		return err
	}
	repos, err := s.config.Store.Names(ctx, noteRepository)
	if err != nil {
		return err
	}
	for _, name := range repos {
		repo, err := act.ParseRepository(name)
		if err == nil {
			err = s.resyncRepo(ctx, repo)
		}
		if err != nil {
			s.config.Log.Error("resync", "repo", name, "err", err)
		}
	}
	return nil
}

func (s *Server) resyncRepo(ctx context.Context, repo act.Target) error {
	now := time.Now().UTC()
	cause := fmt.Sprintf("resync %s %s", repo.Repository(), now.Format(time.RFC3339Nano))
	_, changed, err := s.list(ctx, repo)
	if err != nil {
		return err
	}
	if err := s.queueAll(ctx, repo, changed, cause); err != nil {
		return err
	}
	for _, base := range s.open.bases(repo) {
		if err := s.baseMoved(ctx, repo, base, cause); err != nil {
			return err
		}
	}
	all, err := s.ready(ctx, repo)
	if err == nil && len(all) > 0 {
		err = s.wakeQueue(ctx, repo, cause)
	}
	return errors.Join(err, s.recover(ctx, repo, now), s.resyncIssues(ctx, repo, cause, now), s.sweep(ctx, repo, now))
}

// resyncIssues queues a look at each issue, and each pull request that is
// closed, which changed since the last time. At the first time there is none:
// questions from before the bot came need no answer.
func (s *Server) resyncIssues(ctx context.Context, repo act.Target, cause string, now time.Time) error {
	name := repo.Repository()
	note, err := s.config.Store.Note(ctx, noteResync, name)
	if err != nil {
		return err
	}
	if note != nil {
		since, err := time.Parse(time.RFC3339, string(note))
		if err != nil {
			return fmt.Errorf("when the issues of %s were looked through: %w", name, err)
		}
		issues, err := github.All(func(page gh.ListOptions) ([]*gh.Issue, *gh.Response, error) {
			// The clocks differ: a minute is looked at twice.
			return s.config.GitHub.Issues.ListByRepo(ctx, repo.Owner, repo.Name, &gh.IssueListByRepoOptions{State: "all", Since: since.Add(-time.Minute), ListOptions: page})
		})
		if err != nil {
			return fmt.Errorf("list the issues of %s: %w", name, err)
		}
		for _, i := range issues {
			if i.IsPullRequest() && i.GetState() == "open" {
				continue // that is looked at anyway
			}
			if err := s.queue(ctx, repo, i.GetNumber(), cause, time.Time{}, again{}); err != nil {
				return err
			}
		}
	}
	return s.config.Store.SetNote(ctx, noteResync, name, []byte(now.Format(time.RFC3339)))
}

// noteSweep is the kind of the notes that hold when a repository was last
// searched for what nobody touches.
const noteSweep = "bot sweep"

// sweepEvery is the time between two such searches. The settings count days.
const sweepEvery = 6 * time.Hour

// sweep queues a look at each open issue that has not changed for as long as
// the settings of the repository allow.
func (s *Server) sweep(ctx context.Context, repo act.Target, now time.Time) error {
	name := repo.Repository()
	note, err := s.config.Store.Note(ctx, noteSweep, name)
	if err != nil {
		return err
	}
	if note != nil {
		last, err := time.Parse(time.RFC3339, string(note))
		if err != nil {
			return fmt.Errorf("when %s was swept: %w", name, err)
		}
		if now.Sub(last) < sweepEvery {
			return nil
		}
	}
	_, in, err := s.reader.settingsAt(ctx, repo, "")
	if err != nil {
		return fmt.Errorf("settings of %s: %w", name, err)
	}
	if days := soonest(in.Settings); days > 0 {
		cause := fmt.Sprintf("sweep %s %s", name, now.Format(time.RFC3339Nano))
		if err := s.sweepQuiet(ctx, repo, cause, s.reader.now().Add(-time.Duration(days)*24*time.Hour)); err != nil {
			return err
		}
	}
	return s.config.Store.SetNote(ctx, noteSweep, name, []byte(now.Format(time.RFC3339)))
}

// soonest returns after how many days the first step of the life cycle is due,
// or 0 for never.
func soonest(s config.Settings) int {
	first := 0
	for _, days := range []int{s.Lifecycle.StaleAfter, s.Lifecycle.RottenAfter, s.Lifecycle.CloseAfter} {
		if days > 0 && (first == 0 || days < first) {
			first = days
		}
	}
	if !s.Has("lifecycle") {
		return 0
	}
	return first
}

// sweepQuiet queues a look at what has not changed since a time.
func (s *Server) sweepQuiet(ctx context.Context, repo act.Target, cause string, since time.Time) error {
	page := gh.ListOptions{PerPage: 100}
	for {
		issues, resp, err := s.config.GitHub.Issues.ListByRepo(ctx, repo.Owner, repo.Name, &gh.IssueListByRepoOptions{State: "open", Sort: "updated", Direction: "asc", ListOptions: page})
		if err != nil {
			return fmt.Errorf("list the issues of %s: %w", repo.Repository(), err)
		}
		for _, i := range issues {
			if i.GetUpdatedAt().After(since) {
				return nil
			}
			if err := s.queue(ctx, repo, i.GetNumber(), cause, time.Time{}, again{}); err != nil {
				return err
			}
		}
		if resp.NextPage == 0 {
			return nil
		}
		page.Page = resp.NextPage
	}
}
