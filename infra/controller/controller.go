// SPDX-License-Identifier: Apache-2.0

// Package controller brings runs of jobs from being wanted to being over: it
// keeps them in order and within limits, has them run, keeps their results, and
// tells whoever wants to know.
//
// What is wanted is on the disk before Add returns. The process may be killed at
// any moment: a run is begun once, kept once, and told of at least once. It
// decides neither which jobs an event makes run (that is infra/job) nor how a
// job is run (that is a run.Runner). Packages of infra may import it. It hides
// in which order it does what. A Controller is safe concurrently.
package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/store"
)

// Config is what a Controller works with.
type Config struct {
	Store  *store.Store
	Runner run.Runner
	// Results is the folder of all results, laid out as run.Place says.
	Results string
	Limits  Limits
	// Report tells of a run that is in another state than before, and is called
	// again until it succeeds, one at a time. Nil tells nobody.
	Report func(context.Context, Run) error
	// Periodics are the jobs that run by the clock, whenever they are asked
	// for, with what they are to be run for.
	Periodics func(context.Context) ([]*job.Job, error)
	// CloneURI says where a repository, "owner/name", is cloned from if the job
	// does not. Nil is GitHub.
	CloneURI func(repo string) string
	// Now is the clock; nil is this machine's.
	Now func() time.Time
	Log *slog.Logger
}

// Run is a run and what is known of it.
type Run struct {
	store.Run
	Spec run.Spec
}

// state is how far a run is.
func (r *Run) state() job.State { return job.State(r.State) }

// Controller is what has runs run.
type Controller struct {
	config Config

	mu    sync.Mutex
	open  []*Run          // for which something is left to be done, oldest first
	byID  map[string]*Run // the same
	begin chan struct{}   // wakes what begins and ends runs
	after chan struct{}   // wakes what comes after: results, reports
	build int64           // the last number given
}

// New makes a Controller of the runs in the store.
func New(ctx context.Context, config Config) (*Controller, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	c := &Controller{config: config, byID: make(map[string]*Run), begin: make(chan struct{}, 1), after: make(chan struct{}, 1)}
	runs, err := config.Store.OpenRuns(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		one := &Run{Run: r}
		if err := json.Unmarshal(r.Spec, &one.Spec); err != nil {
			return nil, fmt.Errorf("run %s of %s: %w", r.ID, r.Job, err)
		}
		c.remember(one)
	}
	return c, nil
}

func (c *Controller) remember(r *Run) {
	c.open = append(c.open, r)
	c.byID[r.ID] = r
}

func (c *Controller) poke() {
	for _, wake := range []chan struct{}{c.begin, c.after} {
		select {
		case wake <- struct{}{}:
		default: // it is awake already
		}
	}
}

// number returns a number for a run that is higher than those before, also
// than those of a process before this one.
func (c *Controller) number() string {
	c.build = max(c.build+1, c.config.Now().UnixMicro())
	return fmt.Sprint(c.build)
}

// Add wants a run of a job. ID and build of the spec are given here. A key that
// was there before, whatever became of its run, wants nothing new, and Add
// reports false.
func (c *Controller) Add(ctx context.Context, key string, spec run.Spec) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	spec.Build = c.number()
	spec.ID = spec.Build
	spec.Extra = run.Extra(spec.Job)
	c.complete(&spec)
	if err := spec.Check(); err != nil {
		return false, err
	}
	raw, err := json.Marshal(spec)
	if err != nil {
		return false, err
	}
	r := &Run{Spec: spec, Run: store.Run{
		ID: spec.ID, Key: key, Job: spec.Job.Name, Spec: raw, State: string(job.Triggered), CreatedAt: c.config.Now().UTC(),
	}}
	if spec.Refs != nil {
		r.Repo = spec.Refs.Org + "/" + spec.Refs.Repo
		if len(spec.Refs.Pulls) > 0 {
			r.Number = spec.Refs.Pulls[0].Number
		}
	}
	fresh, err := c.config.Store.AddRun(ctx, r.Run)
	if err != nil || !fresh {
		return false, err
	}
	c.remember(r)
	c.poke()
	return true, nil
}

// complete says of each repository where it is cloned from.
func (c *Controller) complete(spec *run.Spec) {
	if c.config.CloneURI == nil {
		return
	}
	all := []*run.Refs{}
	if spec.Refs != nil {
		own := *spec.Refs
		spec.Refs = &own
		all = append(all, spec.Refs)
	}
	for i := range spec.Extra {
		all = append(all, &spec.Extra[i])
	}
	for _, r := range all {
		if r.CloneURI == "" {
			r.CloneURI = c.config.CloneURI(r.Org + "/" + r.Repo)
		}
	}
}

// Abort wants the runs of a pull request to end, those that match.
func (c *Controller) Abort(ctx context.Context, repo string, number int, why string, match func(Run) bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.open {
		if r.Repo != repo || r.Number != number || r.state().Done() || r.Wish != "" || match != nil && !match(*r) {
			continue
		}
		r.Wish = why
		if err := c.config.Store.SetRun(ctx, r.Run); err != nil {
			return err
		}
	}
	c.poke()
	return nil
}

// retryAfter is how long it waits before it tries again what failed.
const retryAfter = 10 * time.Second

// Run does everything until the context ends, which is no error. Precondition:
// one at a time.
func (c *Controller) Run(ctx context.Context) error {
	if err := c.lost(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	start := func(f func(context.Context) error) {
		all.Go(func() {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				cancel(err)
			}
		})
	}
	start(func(ctx context.Context) error {
		return c.config.Runner.Watch(ctx, func(s run.Status) {
			if err := c.seen(ctx, s); err != nil && ctx.Err() == nil {
				cancel(err)
			}
		})
	})
	// Whoever is slow to hear of a run must not hold up the next one.
	start(func(ctx context.Context) error { return c.loop(ctx, c.begin, c.beginAll) })
	start(func(ctx context.Context) error { return c.loop(ctx, c.after, c.endAll) })
	all.Wait()
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return nil
	}
	return cause
}

// loop works when it is woken, and when work says so.
func (c *Controller) loop(ctx context.Context, wake <-chan struct{}, work func(context.Context) (time.Duration, error)) error {
	for {
		again, err := work(ctx)
		if err != nil {
			return err
		}
		timer := time.NewTimer(again)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return nil
		}
	}
}

// lost ends the runs that were begun and that the runner does not know.
func (c *Controller) lost(ctx context.Context) error {
	for _, r := range c.list(func(r *Run) bool { return r.state() == job.Pending }) {
		_, err := c.config.Runner.Status(ctx, r.ID)
		if errors.Is(err, run.ErrNoRun) {
			err = c.seen(ctx, run.Status{ID: r.ID, State: job.Error, Why: "it was begun, and nothing is there of it", Began: r.BeganAt, Ended: c.config.Now()})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list returns the open runs that match, as they are now.
func (c *Controller) list(match func(*Run) bool) []Run {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Run
	for _, r := range c.open {
		if match(r) {
			all = append(all, *r)
		}
	}
	return all
}

// seen writes down what the runner says of a run. What it says is also said
// again, and of runs that are nobody's.
func (c *Controller) seen(ctx context.Context, s run.Status) error {
	return c.change(ctx, s.ID, func(r *store.Run) {
		at := job.State(r.State)
		if at.Done() {
			return
		}
		r.State, r.BeganAt, r.EndedAt = string(s.State), s.Began.UTC(), s.Ended.UTC()
		r.Why = s.Why
	})
}

// change changes a run here and in the store.
func (c *Controller) change(ctx context.Context, id string, f func(*store.Run)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.byID[id]
	if r == nil {
		return nil
	}
	before := r.Run
	f(&r.Run)
	if r.State == before.State && r.Kept == before.Kept && r.Reported == before.Reported && r.Closed == before.Closed && r.BeganAt.Equal(before.BeganAt) {
		return nil
	}
	if err := c.config.Store.SetRun(ctx, r.Run); err != nil {
		r.Run = before
		return err
	}
	c.poke()
	return nil
}
