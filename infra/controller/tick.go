// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/store"
)

// seenKind are the notes of when a periodic job was first seen.
const seenKind = "periodic"

// tick wants the runs of the jobs whose time has come, and says when the next
// one's comes. What was missed while nothing ran is caught up once.
func (c *Controller) tick(ctx context.Context) (time.Duration, error) {
	periodics, err := c.config.Periodics(ctx)
	if err != nil {
		return 0, err
	}
	now := c.config.Now()
	past := make(map[string]job.Past)
	for _, j := range periodics {
		if past[j.Name], err = c.past(ctx, j.Name, now); err != nil {
			return 0, err
		}
	}
	due, later := job.Tick(periodics, past, now)
	for _, d := range due {
		spec := run.Spec{Type: job.Periodic, Job: d.Job}
		fresh, err := c.Add(ctx, fmt.Sprintf("tick %s %s", d.Job.Name, d.At.UTC().Format(time.RFC3339)), spec)
		if err != nil {
			return 0, fmt.Errorf("job %s: %w", d.Job.Name, err)
		}
		if fresh {
			c.config.Log.Info("a job runs by the clock", "job", d.Job.Name, "why", d.Why, "missed", d.Missed)
		}
	}
	// That of a job which now runs is known when it is over; which wakes.
	next := time.Hour
	for _, l := range later {
		if !l.At.IsZero() {
			next = min(next, max(l.At.Sub(now), time.Second))
		}
	}
	return next, nil
}

// past is what is known of a job's last run.
func (c *Controller) past(ctx context.Context, name string, now time.Time) (job.Past, error) {
	var p job.Past
	raw, err := c.config.Store.Note(ctx, seenKind, name)
	if err != nil {
		return p, err
	}
	if raw == nil {
		if raw, err = json.Marshal(now); err != nil {
			return p, err
		}
		if err := c.config.Store.SetNote(ctx, seenKind, name, raw); err != nil {
			return p, err
		}
	}
	if err := json.Unmarshal(raw, &p.Seen); err != nil {
		return p, fmt.Errorf("when job %s was first seen: %w", name, err)
	}
	last, err := c.config.Store.LastRun(ctx, name)
	if errors.Is(err, store.ErrNoRun) {
		return p, nil
	}
	// From when it was wanted: the limits may have let it wait.
	p.Started = last.CreatedAt
	if job.State(last.State).Done() {
		p.Completed = last.EndedAt
	}
	return p, err
}
