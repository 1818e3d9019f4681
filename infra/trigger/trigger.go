// SPDX-License-Identifier: Apache-2.0

// Package trigger makes runs of jobs out of what happens on GitHub, and shows
// GitHub how they end, as check runs.
//
// A webhook is on the disk before Accept returns, and what it makes run is
// wanted once, however often it comes and whenever the process is killed. Which
// jobs that are is decided by infra/job; how they run, by infra/controller. It
// trusts who may write to the repository, and reads a repository's jobs out of
// what is to be tested. Packages of infra may import it. It hides how GitHub
// and git are asked. A Trigger is safe concurrently.
package trigger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/controller"
	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/store"
)

// Config is what a Trigger works with.
type Config struct {
	// GitHub acts as an App that may write checks, labels and comments.
	GitHub *github.Client
	Store  *store.Store
	// Controller is given what is to run. It is set before Run is called.
	Controller *controller.Controller
	// Mirrors is a folder for copies of the repositories.
	Mirrors string
	// CloneURI says where a repository, "owner/name", is cloned from.
	CloneURI func(repo string) string
	// Central are the jobs of the central folder.
	Central *job.Config
	// Pages is the address of the pages of runs.
	Pages string
	// Own are the logins whose comments are the platform's own.
	Own []string
	Log *slog.Logger
}

// Trigger makes runs out of webhooks.
type Trigger struct {
	config Config
	wake   chan struct{}

	mu      sync.Mutex // of the mirrors
	mirrors map[string]*sync.Mutex
}

// New makes a Trigger.
func New(config Config) *Trigger {
	return &Trigger{config: config, wake: make(chan struct{}, 1), mirrors: make(map[string]*sync.Mutex)}
}

// UseController says who runs what is wanted. Precondition: before Run.
func (t *Trigger) UseController(c *controller.Controller) { t.config.Controller = c }

// event is what all of the events have that matter here.
type event struct {
	Action     string         `json:"action"`
	Repository *gh.Repository `json:"repository"`
	Sender     *gh.User       `json:"sender"`
	Pull       *struct {
		Number int `json:"number"`
	} `json:"pull_request"`
	Issue *struct {
		Number int `json:"number"`
		Pull   *struct {
			URL string `json:"url"`
		} `json:"pull_request"`
	} `json:"issue"`
	Comment *struct {
		Body string   `json:"body"`
		User *gh.User `json:"user"`
	} `json:"comment"`
	Label *struct {
		Name string `json:"name"`
	} `json:"label"`
	Changes struct {
		Base *json.RawMessage `json:"base"`
	} `json:"changes"`
	Check *struct {
		ExternalID string `json:"external_id"`
	} `json:"check_run"`
	Ref     string `json:"ref"`
	Before  string `json:"before"`
	After   string `json:"after"`
	Deleted bool   `json:"deleted"`
}

// action says what an event is to jobs; empty is nothing.
func (e event) action(kind string) job.Action {
	switch {
	case kind == "pull_request" && e.Action == "edited" && e.Changes.Base != nil:
		return job.Retargeted
	case kind == "pull_request":
		switch a := job.Action(e.Action); a {
		case job.Opened, job.Reopened, job.Synchronized, job.ReadyForReview, job.Labeled, job.Closed, job.Drafted:
			return a
		}
	case kind == "issue_comment" && e.Action == "created" && e.Issue != nil && e.Issue.Pull != nil:
		return job.Commented
	}
	return ""
}

// number is the pull request that an event is of, or 0.
func (e event) number() int {
	switch {
	case e.Pull != nil:
		return e.Pull.Number
	case e.Issue != nil:
		return e.Issue.Number
	}
	return 0
}

// Accept writes down a webhook whose signature was checked. What does not
// matter to jobs is let go.
func (t *Trigger) Accept(ctx context.Context, kind, id string, payload []byte) error {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return fmt.Errorf("webhook %s: %w", id, err)
	}
	matters := e.action(kind) != "" || kind == "push" && strings.HasPrefix(e.Ref, "refs/heads/") ||
		kind == "check_run" && e.Action == "rerequested" && e.Check != nil && e.Check.ExternalID != ""
	if !matters || e.Repository == nil {
		return nil
	}
	_, err := t.config.Store.Enqueue(ctx, store.Delivery{
		ID: id, Event: kind, Repo: e.Repository.GetFullName(), Number: e.number(), Payload: payload, ReceivedAt: time.Now(),
	})
	select {
	case t.wake <- struct{}{}:
	default: // it is awake already
	}
	return err
}

const (
	retryAfter  = 5 * time.Second
	maxAttempts = 10
)

// Run works off what came in until the context ends, which is no error.
func (t *Trigger) Run(ctx context.Context) error {
	for {
		claimed, err := t.config.Store.Claim(ctx, time.Now())
		if err != nil {
			return ignoreEnd(ctx, err)
		}
		for _, d := range claimed {
			if err := t.settle(ctx, d); err != nil {
				return ignoreEnd(ctx, err)
			}
		}
		if len(claimed) > 0 {
			continue
		}
		timer := time.NewTimer(retryAfter) // for what waits to be tried again
		select {
		case <-ctx.Done():
		case <-t.wake:
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return nil
		}
	}
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// settle handles one delivery and writes down what became of it.
func (t *Trigger) settle(ctx context.Context, d store.Delivery) error {
	err := t.handle(ctx, d)
	switch {
	case err == nil:
		return t.config.Store.Complete(ctx, d.ID)
	case ctx.Err() != nil:
		return ctx.Err()
	case d.Attempts >= maxAttempts:
		t.config.Log.Error("a webhook is given up", "delivery", d.ID, "event", d.Event, "repo", d.Repo, "number", d.Number, "err", err)
		return t.config.Store.Fail(ctx, d.ID, err)
	}
	t.config.Log.Warn("a webhook is tried again", "delivery", d.ID, "event", d.Event, "attempt", d.Attempts, "err", err)
	return t.config.Store.Retry(ctx, d.ID, time.Now().Add(retryAfter), err)
}

func (t *Trigger) handle(ctx context.Context, d store.Delivery) error {
	var e event
	if err := json.Unmarshal(d.Payload, &e); err != nil {
		return err
	}
	switch d.Event {
	case "push":
		return t.push(ctx, d, e)
	case "check_run":
		return t.again(ctx, d, e)
	}
	return t.pull(ctx, d, e)
}

// mirror brings a copy of a repository up to date. The caller calls done when it
// has read it.
func (t *Trigger) mirror(ctx context.Context, repo string, refs ...string) (_ git.Repo, done func(), err error) {
	t.mu.Lock()
	lock := t.mirrors[repo]
	if lock == nil {
		lock = new(sync.Mutex)
		t.mirrors[repo] = lock
	}
	t.mu.Unlock()
	lock.Lock()
	defer func() {
		if err != nil {
			lock.Unlock()
		}
	}()
	r := git.Repo{Dir: filepath.Join(t.config.Mirrors, filepath.FromSlash(repo)+".git")}
	if err := os.MkdirAll(r.Dir, 0o755); err != nil {
		return r, nil, err
	}
	if _, err := r.Run(ctx, "init", "--quiet", "--bare"); err != nil {
		return r, nil, err
	}
	args := append([]string{"fetch", "--quiet", "--no-tags", "--", t.config.CloneURI(repo)}, refs...)
	if _, err := r.Run(ctx, args...); err != nil {
		return r, nil, err
	}
	return r, lock.Unlock, nil
}

// jobs reads the jobs of a repository: its own and those of the central folder.
func (t *Trigger) jobs(repo string, files []job.File) (*job.Config, error) {
	config, err := job.ParseRepo(repo, t.config.Central, files...)
	if err != nil {
		return nil, err
	}
	if t.config.Central != nil {
		config.Presubmits[repo] = append(config.Presubmits[repo], t.config.Central.Presubmits[repo]...)
		config.Postsubmits[repo] = append(config.Postsubmits[repo], t.config.Central.Postsubmits[repo]...)
	}
	return config, nil
}

// push runs what is for commits that came to a branch.
func (t *Trigger) push(ctx context.Context, d store.Delivery, e event) error {
	branch := strings.TrimPrefix(e.Ref, "refs/heads/")
	if e.Deleted {
		return nil
	}
	repo, done, err := t.mirror(ctx, d.Repo, e.After)
	if err != nil {
		return err
	}
	defer done()
	files, err := readJobs(ctx, repo, e.After)
	if err != nil {
		return err
	}
	changed, err := t.pushed(ctx, repo, d.Repo, e)
	if err != nil {
		return err
	}
	config, err := t.jobs(d.Repo, files)
	if err != nil {
		// Nobody waits for an answer: the check of a pull request said it.
		t.config.Log.Warn("the jobs of a push", "repo", d.Repo, "branch", branch, "err", err)
		return nil
	}
	org, name, _ := strings.Cut(d.Repo, "/")
	plan := job.Push{Branch: branch, Files: changed}.Plan(config.Postsubmits[d.Repo])
	for _, choice := range plan.Run {
		refs := &run.Refs{Org: org, Repo: name, BaseRef: branch, BaseSHA: e.After}
		if err := t.want(ctx, d, run.Spec{Type: job.Postsubmit, Job: choice.Job, Refs: refs}); err != nil {
			return err
		}
	}
	return nil
}

// pushed are the files that a push changed; of a new branch all that it has.
func (t *Trigger) pushed(ctx context.Context, repo git.Repo, name string, e event) ([]string, error) {
	if strings.Trim(e.Before, "0") == "" {
		out, err := repo.Run(ctx, "ls-tree", "-r", "--name-only", "-z", e.After)
		return split(out), err
	}
	if _, err := repo.Run(ctx, "cat-file", "-e", e.Before); err != nil {
		if _, err := repo.Run(ctx, "fetch", "--quiet", "--no-tags", "--", t.config.CloneURI(name), e.Before); err != nil {
			return nil, err
		}
	}
	out, err := repo.Run(ctx, "diff", "--name-only", "--no-renames", "-z", e.Before, e.After, "--")
	return split(out), err
}

// want wants one run, once for this delivery.
func (t *Trigger) want(ctx context.Context, d store.Delivery, spec run.Spec) error {
	refs := spec.Refs.Cloned(spec.Job.Clone)
	spec.Refs = &refs
	_, err := t.config.Controller.Add(ctx, d.ID+" "+spec.Job.Name, spec)
	if errors.Is(err, context.Canceled) {
		return err
	}
	if err != nil {
		return fmt.Errorf("job %s: %w", spec.Job.Name, err)
	}
	return nil
}

// again runs what somebody asks for at its check run.
func (t *Trigger) again(ctx context.Context, d store.Delivery, e event) error {
	old, err := t.config.Store.FindRun(ctx, e.Check.ExternalID)
	if errors.Is(err, store.ErrNoRun) {
		return nil // it is another's
	}
	if err != nil {
		return err
	}
	var spec run.Spec
	if err := json.Unmarshal(old.Spec, &spec); err != nil {
		return err
	}
	return t.want(ctx, d, spec)
}
