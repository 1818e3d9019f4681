// SPDX-License-Identifier: Apache-2.0

// Package cut holds the ordered steps of a release and of its withdrawal, and
// carries them out.
//
// A step asks the world whether it is done, comparing by content, before it
// acts; there is no other state. To resume after any crash is to run the same
// command again. Everything is built, signed, rehearsed and uploaded before a
// tag exists. The package decides no version and writes no notes (see version,
// notes), builds nothing itself (see artifact), and never retries an effect
// whose outcome is unknown: the next run looks. Only release/cmd/release and
// tests import it. A Release is used by one goroutine.
package cut

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/plan"
)

// Config says where a release happens, and as whom.
type Config struct {
	Clone  git.Repo // the maintainer's clone
	Remote string   // its origin: where is fetched from and pushed to
	Place  github.Remote
	GitHub *github.Client
	Token  github.TokenSource
	// WorkDir keeps what can be made again: fetched objects, built artifacts.
	WorkDir string
	// Cache is the compile cache of the first build, usually the maintainer's
	// own; SecondCache is another, for the second build.
	Cache, SecondCache string
	// LockDir keeps this machine's side of the release lock.
	LockDir string
	// SigningKey is the file of the OpenSSH ed25519 private key that signs tags
	// and artifacts.
	SigningKey string
	// AgentSocket is where an SSH agent listens, for keys with a passphrase.
	AgentSocket string
	// Grid is where the index of the driver's grid is published: a folder, or an
	// address. Empty is nowhere.
	Grid string
	// Waive lets findings pass, by code, with the reason.
	Waive map[string]string
	// Reason says why somebody who is not the lead acts; empty for the lead.
	Reason string
	// TakeOver breaks another's lock.
	TakeOver bool
	Report   Reporter
	Log      *slog.Logger
}

// Reporter shows a person what happens. Its methods return at once, and may be
// called concurrently.
type Reporter interface {
	// Step says that a step has reached a state.
	Step(name string, state State, detail string)
	// Progress says how much of something large is done, in bytes or in items.
	Progress(what string, done, total int64)
}

// State is how far a step is.
type State string

// The states of a step.
const (
	Running State = "running"
	Done    State = "done"    // by this run
	Already State = "already" // found done
	Waiting State = "waiting" // for people
	Would   State = "would"   // a dry run
	Failed  State = "failed"
)

// Permission is what a step needs to be allowed.
type Permission struct {
	Where string `json:"where"` // "github", "git", "local"
	What  string `json:"what"`  // "contents: write"
}

// Step is one effect of a release, or one proof.
type Step struct {
	Name  string
	Title string
	Needs []Permission
	// Done asks the world. Its detail says what is there, for the record.
	Done func(context.Context) (detail string, done bool, err error)
	// Do acts. Precondition: every step before is done.
	Do func(context.Context) error
}

// WaitingError is a step that only people can make done.
type WaitingError struct {
	What string // what is awaited
	Hint string // who can do what
}

func (e *WaitingError) Error() string { return "waiting for " + e.What }

// Result is a step's outcome, for status and records.
type Result struct {
	Step   string `json:"step"`
	Title  string `json:"title"`
	State  State  `json:"state"`
	Detail string `json:"detail,omitempty"`
}

// Run carries out the steps that are not done. It stops at the first that
// fails or waits for people. Every step that is done is recorded in the
// tracking issue.
func (r *Release) Run(ctx context.Context) error {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	err = r.run(ctx)
	if unlockErr := unlock(context.WithoutCancel(ctx)); err == nil {
		err = unlockErr
	}
	return err
}

func (r *Release) run(ctx context.Context) error {
	r.results = nil
	for _, s := range r.steps() {
		state := Already
		detail, done, err := s.Done(ctx)
		if err == nil && !done {
			r.cfg.Report.Step(s.Name, Running, s.Title)
			if err = s.Do(ctx); err == nil {
				state = Done
				if detail, done, err = s.Done(ctx); err == nil && !done {
					err = fmt.Errorf("ran without an error, but the result is not there: %s", detail)
				}
			}
		}
		if err != nil {
			return r.stop(s, err)
		}
		r.results = append(r.results, Result{Step: s.Name, Title: s.Title, State: state, Detail: detail})
		r.cfg.Report.Step(s.Name, state, detail)
		if err := r.record(ctx); err != nil {
			return r.stop(s, err)
		}
	}
	return nil
}

func (r *Release) stop(s Step, err error) error {
	state := Failed
	if _, ok := asWaiting(err); ok {
		state = Waiting
	}
	r.cfg.Report.Step(s.Name, state, err.Error())
	return fmt.Errorf("step %s: %w", s.Name, err)
}

// Status asks every step whether it is done, and changes nothing.
func (r *Release) Status(ctx context.Context) ([]Result, error) {
	var results []Result
	open := false
	for _, s := range r.steps() {
		detail, done, err := s.Done(ctx)
		result := Result{Step: s.Name, Title: s.Title, State: Already, Detail: detail}
		switch w, waiting := asWaiting(err); {
		case waiting:
			result.State, result.Detail, open = Waiting, w.What, true
		case err != nil && open:
			// A step after an open one may miss what that one makes.
			result.State, result.Detail = Would, s.Title
		case err != nil:
			result.State, result.Detail, open = Failed, err.Error(), true
		case !done:
			result.State, result.Detail, open = Would, s.Title, true
		}
		results = append(results, result)
	}
	return results, nil
}

// Permissions lists what each step of p needs, without asking anything.
func Permissions(p plan.Plan) []Step {
	r := &Release{plan: p}
	return r.steps()
}

// StepNames lists the steps of a kind of plan, in order, as a plan records
// them.
func StepNames(kind string) []string {
	var names []string
	for _, s := range Permissions(plan.Plan{Kind: kind}) {
		names = append(names, s.Name)
	}
	return names
}
