// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/infra/github"
)

// redeliverFor is how long GitHub offers to send a webhook again.
const redeliverFor = 72 * time.Hour

// redeliverMost is how often one is sent again.
const redeliverMost = 3

// recover asks GitHub to send again what did not arrive. A look at everything
// that changed, which comes with it, heals what was lost as well; what this adds
// is that the record of deliveries is whole. It takes the right to see the
// webhooks of the repository: without it, nothing is asked for.
func (s *Server) recover(ctx context.Context, repo act.Target, now time.Time) error {
	if s.config.HookURL == "" || s.config.DryRun != nil {
		return nil
	}
	hooks, err := github.All(func(page gh.ListOptions) ([]*gh.Hook, *gh.Response, error) {
		return s.config.GitHub.Repositories.ListHooks(ctx, repo.Owner, repo.Name, &page)
	})
	if status := github.StatusOf(err); status == http.StatusForbidden || status == http.StatusNotFound {
		if _, told := s.blind.LoadOrStore(repo.Repository(), true); !told {
			s.config.Log.Info("lost webhooks are not sent again: the bot may not see the webhooks", "repo", repo.Repository())
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("list the webhooks of %s: %w", repo.Repository(), err)
	}
	for _, hook := range hooks {
		if url, _ := hook.Config["url"].(string); url == s.config.HookURL {
			if err := s.redeliver(ctx, repo, hook.GetID(), now); err != nil {
				return err
			}
		}
	}
	return nil
}

// redeliver has the deliveries of one webhook sent again that nobody took.
func (s *Server) redeliver(ctx context.Context, repo act.Target, hook int64, now time.Time) error {
	attempts := make(map[string]int)
	arrived := make(map[string]bool)
	last := make(map[string]*gh.HookDelivery)
	page := gh.ListCursorOptions{PerPage: 100}
	for {
		deliveries, resp, err := s.config.GitHub.Repositories.ListHookDeliveries(ctx, repo.Owner, repo.Name, hook, &page)
		if err != nil {
			return fmt.Errorf("list the deliveries of webhook %d: %w", hook, err)
		}
		for _, d := range deliveries {
			if now.Sub(d.GetDeliveredAt().Time) > redeliverFor {
				resp.Cursor = ""
				break
			}
			attempts[d.GetGUID()]++
			arrived[d.GetGUID()] = arrived[d.GetGUID()] || d.GetStatusCode()/100 == 2
			if last[d.GetGUID()] == nil {
				last[d.GetGUID()] = d
			}
		}
		if page.Cursor = resp.Cursor; page.Cursor == "" {
			break
		}
	}
	for guid, d := range last {
		// What is on its way has no status yet.
		if arrived[guid] || d.GetStatusCode() == 0 && d.GetStatus() == "" || attempts[guid] > redeliverMost {
			continue
		}
		known, err := s.config.Store.Known(ctx, guid)
		if err != nil {
			return err
		}
		if known {
			continue
		}
		_, _, err = s.config.GitHub.Repositories.RedeliverHookDelivery(ctx, repo.Owner, repo.Name, hook, d.GetID())
		var accepted *gh.AcceptedError
		if err != nil && !errors.As(err, &accepted) {
			return fmt.Errorf("have delivery %s sent again: %w", guid, err)
		}
		s.config.Log.Info("a webhook that did not arrive is sent again", "repo", repo.Repository(), "delivery", guid, "event", d.GetEvent())
	}
	return nil
}
