// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/store"
)

// beginAll wants what the clock wants, ends what is not wanted any more, and
// begins what may. Like endAll it says when to look again though nothing
// happens. An error is of the store: all others are tried again.
func (c *Controller) beginAll(ctx context.Context) (time.Duration, error) {
	again := time.Hour
	if c.config.Periodics != nil {
		next, err := c.tick(ctx)
		if err != nil && ctx.Err() == nil {
			c.config.Log.Error("the jobs that run by the clock", "err", err)
			next = retryAfter
		}
		again = min(again, next)
	}
	unwanted := c.list(func(r *Run) bool { return r.Wish != "" && !r.state().Done() })
	if err := c.each(ctx, "ending a run", unwanted, c.abort, &again); err != nil {
		return 0, err
	}
	return again, c.each(ctx, "beginning a run", c.admitted(), c.start, &again)
}

// endAll keeps the results of what is over, and tells of what is new.
func (c *Controller) endAll(ctx context.Context) (time.Duration, error) {
	again := time.Hour
	steps := []struct {
		what string
		due  func(*Run) bool
		do   func(context.Context, Run) error
	}{
		{"keeping results", func(r *Run) bool { return r.state().Done() && !r.Kept }, c.keep},
		{"telling of a run", func(r *Run) bool { return r.Reported != r.State && (r.Kept || !r.state().Done()) }, c.report},
		{"closing a run", func(r *Run) bool { return r.state().Done() && r.Kept && r.Reported == r.State }, c.close},
	}
	for _, step := range steps {
		if err := c.each(ctx, step.what, c.list(step.due), step.do, &again); err != nil {
			return 0, err
		}
	}
	c.forget()
	return again, nil
}

// each does something with each run. What fails is said, and is tried again.
func (c *Controller) each(ctx context.Context, what string, runs []Run, do func(context.Context, Run) error, again *time.Duration) error {
	for _, r := range runs {
		err := do(ctx, r)
		var broken storeError
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &broken):
			return err
		case err != nil:
			c.config.Log.Warn(what, "run", r.ID, "job", r.Job, "err", err)
			*again = min(*again, retryAfter)
		}
	}
	return nil
}

// storeError is an error of the store, without which nothing goes on.
type storeError struct{ error }

func (e storeError) Unwrap() error { return e.error }

func (c *Controller) set(ctx context.Context, id string, f func(*store.Run)) error {
	if err := c.change(ctx, id, f); err != nil {
		return storeError{err}
	}
	return nil
}

func (c *Controller) admitted() []Run {
	waiting := c.list(func(r *Run) bool { return r.state() == job.Triggered && r.Wish == "" })
	running := c.list(func(r *Run) bool { return r.state() == job.Pending })
	var all []Run
	for _, i := range Admit(needs(waiting), needs(running), c.config.Limits) {
		all = append(all, waiting[i])
	}
	return all
}

func needs(runs []Run) []Waiting {
	var all []Waiting
	for _, r := range runs {
		all = append(all, Waiting{Job: r.Job, Queue: r.Spec.Job.Queue, Max: r.Spec.Job.MaxConcurrency})
	}
	return all
}

func (c *Controller) start(ctx context.Context, r Run) error {
	err := c.config.Runner.Start(ctx, r.Spec)
	if errors.Is(err, run.ErrRefused) {
		return c.set(ctx, r.ID, func(s *store.Run) {
			s.State, s.Why, s.EndedAt = string(job.Error), err.Error(), c.config.Now().UTC()
		})
	}
	if err != nil {
		return err
	}
	return c.set(ctx, r.ID, func(s *store.Run) {
		// What runs it may have said more meanwhile.
		if s.State == string(job.Triggered) {
			s.State = string(job.Pending)
		}
	})
}

func (c *Controller) abort(ctx context.Context, r Run) error {
	err := c.config.Runner.Abort(ctx, r.ID, r.Wish)
	if r.state() == job.Triggered && errors.Is(err, run.ErrNoRun) {
		return c.set(ctx, r.ID, func(s *store.Run) {
			s.State, s.Why, s.EndedAt = string(job.Aborted), s.Wish, c.config.Now().UTC()
		})
	}
	return err
}

// keep copies the results to where all are. What was never begun has none.
func (c *Controller) keep(ctx context.Context, r Run) error {
	place, err := r.Spec.Place()
	if err != nil {
		return err
	}
	dir := filepath.Join(c.config.Results, filepath.FromSlash(place.Dir))
	// It is there if this process was killed just after.
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		err = c.config.Runner.Fetch(ctx, r.ID, dir)
		if err != nil && !errors.Is(err, run.ErrNoRun) {
			return err
		}
		if err == nil {
			err = c.point(place, r.Spec.Build)
		}
		if err != nil && !errors.Is(err, run.ErrNoRun) {
			return err
		}
	} else if err != nil {
		return err
	} else if err := c.point(place, r.Spec.Build); err != nil {
		return err
	}
	return c.set(ctx, r.ID, func(s *store.Run) { s.Kept = true })
}

// point writes the files that name a run.
func (c *Controller) point(place run.Place, build string) error {
	write := func(name, text string) error {
		name = filepath.Join(c.config.Results, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name+".new", []byte(text), 0o644); err != nil {
			return err
		}
		return os.Rename(name+".new", name)
	}
	for _, name := range place.Latest {
		if err := write(name, build); err != nil {
			return err
		}
	}
	if place.Alias == "" {
		return nil
	}
	return write(place.Alias, place.Dir)
}

func (c *Controller) report(ctx context.Context, r Run) error {
	if c.config.Report != nil {
		if err := c.config.Report(ctx, r); err != nil {
			return err
		}
	}
	return c.set(ctx, r.ID, func(s *store.Run) { s.Reported = r.State })
}

// close has the runner forget a run.
func (c *Controller) close(ctx context.Context, r Run) error {
	if err := c.config.Runner.Remove(ctx, r.ID); err != nil && !errors.Is(err, run.ErrNoRun) {
		return err
	}
	return c.set(ctx, r.ID, func(s *store.Run) { s.Closed = true })
}

// forget lets go of the runs that are closed.
func (c *Controller) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = slices.DeleteFunc(c.open, func(r *Run) bool {
		if r.Closed {
			delete(c.byID, r.ID)
		}
		return r.Closed
	})
}
