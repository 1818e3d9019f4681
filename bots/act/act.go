// SPDX-License-Identifier: Apache-2.0

// Package act carries out what bots/decide decided: on GitHub, once each.
//
// An effect is written down before it happens and after. A process killed
// between the two leaves an intent whose outcome is unknown; the next look at
// the same number begins with [Actor.Settle], which asks GitHub whether it
// happened. So nothing is done twice, and what was not done is decided anew.
// One gap remains that no client can close: a request that reached GitHub, but
// takes effect there only after Settle has looked.
//
// The package decides nothing and reads nothing that it was not asked to do
// something to. bots/server and bots/cmd import it. An Actor may be used
// concurrently, for different numbers.
package act

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/store"
)

// Actor acts as one account.
type Actor struct {
	GitHub *github.Client
	Store  *store.Store
	// Login is the account's.
	Login string
	Log   *slog.Logger
	// DryRun, if set, is told what would be done, and nothing is done.
	DryRun io.Writer

	dry sync.Mutex // held while DryRun is written
}

// RefusedError is GitHub's refusal to merge. Nothing happened.
type RefusedError struct {
	SHA     string
	Message string
	// Moved: the head is another one by now, or the base moved meanwhile. A
	// new decision may merge after all.
	Moved bool
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("GitHub refuses to merge %s: %s", e.SHA, e.Message)
}

// Do carries out the actions in their order, labels that are added one after
// the other at once. It stops at the first that fails; a refused merge is a
// *RefusedError. pass names this attempt, for all time: what can be done several
// times is done once in a pass.
//
// Preconditions: Settle(target) was called before the state was read that the
// actions were decided from, and no one else acts on target since.
func (a *Actor) Do(ctx context.Context, target Target, pass string, actions []decide.Action) error {
	var effects []effect
	for _, action := range actions {
		e := a.effect(target, pass, action)
		if a.DryRun != nil {
			if err := a.tell(e); err != nil {
				return err
			}
			continue
		}
		effects = append(effects, e)
	}
	for len(effects) > 0 {
		n := 1
		for n < len(effects) && effects[0].inputs.Kind == addLabel && effects[n].inputs.Kind == addLabel {
			n++
		}
		if err := a.once(ctx, effects[:n]); err != nil {
			return err
		}
		effects = effects[n:]
	}
	return nil
}

func (a *Actor) tell(e effect) error {
	a.dry.Lock()
	defer a.dry.Unlock()
	_, err := fmt.Fprintf(a.DryRun, "would %s\n", e.describe())
	return err
}

// once does those of some effects, one or labels to add, that the record does
// not say were done. Each has an intent and an outcome of its own: what a label
// came of is seen without the others.
func (a *Actor) once(ctx context.Context, effects []effect) error {
	var todo []effect
	for _, e := range effects {
		begun, err := a.begin(ctx, e)
		if err != nil {
			return fmt.Errorf("%s: %w", e.describe(), err)
		}
		if begun {
			todo = append(todo, e)
		}
	}
	if len(todo) == 0 {
		return nil
	}
	e := todo[0]
	for _, also := range todo[1:] {
		e.also = append(e.also, also.inputs.Label)
	}
	outputs, err := e.perform(ctx)
	if err != nil && refused(err) {
		return a.undone(ctx, todo, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", e.describe(), err) // it may have happened: Settle will see
	}
	for _, e := range todo {
		a.Log.Info("done", "action", e.describe())
		if err := a.finish(ctx, e.key, outputs); err != nil {
			return fmt.Errorf("%s: %w", e.describe(), err)
		}
	}
	return nil
}

// undone handles GitHub's refusal of some effects. Of several labels it may be
// one that GitHub does not want: the others are not to wait for it.
func (a *Actor) undone(ctx context.Context, todo []effect, refusal error) error {
	for _, e := range todo {
		if err := a.Store.Abandon(ctx, e.key); err != nil {
			return fmt.Errorf("%s: %w", e.describe(), errors.Join(refusal, err))
		}
	}
	if len(todo) == 1 {
		return fmt.Errorf("%s: %w", todo[0].describe(), refusal)
	}
	for _, e := range todo {
		if err := a.once(ctx, []effect{e}); err != nil {
			return err
		}
	}
	return nil
}

// begin writes down the intent of e. It reports false for what was done before.
func (a *Actor) begin(ctx context.Context, e effect) (bool, error) {
	inputs, err := json.Marshal(e.inputs)
	if err != nil {
		return false, err
	}
	prior, err := a.Store.Begin(ctx, store.Action{Key: e.key, Subject: e.target.String(), Kind: e.inputs.Kind, Inputs: inputs, BegunAt: time.Now()})
	if err != nil {
		return false, err
	}
	if prior != nil && !prior.DoneAt.IsZero() {
		a.Log.Info("done before", "action", e.describe(), "at", prior.DoneAt)
		return false, nil
	}
	if prior != nil {
		return false, fmt.Errorf("an intent of %s was not settled", prior.BegunAt.Format(time.RFC3339))
	}
	return true, nil
}

func (a *Actor) finish(ctx context.Context, key string, o outputs) error {
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return a.Store.Finish(ctx, key, data, time.Now())
}

// Settle asks GitHub about each intent on target whose outcome is unknown, and
// writes it down.
func (a *Actor) Settle(ctx context.Context, target Target) error {
	open, err := a.Store.Unfinished(ctx, target.String())
	if err != nil {
		return err
	}
	for _, intent := range open {
		e := effect{actor: a, target: target, key: intent.Key}
		if err := json.Unmarshal(intent.Inputs, &e.inputs); err != nil {
			return fmt.Errorf("settle %s: %w", intent.Key, err)
		}
		outputs, happened, err := e.look(ctx)
		if missing(err) {
			gone, goneErr := a.Gone(ctx, target)
			if goneErr == nil && gone {
				happened, err = false, nil // there is nothing left that it could have happened to
			}
		}
		if err != nil {
			return fmt.Errorf("look whether it happened: %s: %w", e.describe(), err)
		}
		a.Log.Info("settled", "action", e.describe(), "happened", happened)
		if happened {
			err = a.finish(ctx, intent.Key, outputs)
		} else {
			err = a.Store.Abandon(ctx, intent.Key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refused reports whether GitHub answered that it did nothing. What got no
// answer, or one from something on the way, may have happened.
func refused(err error) bool {
	var merge *RefusedError
	if errors.As(err, &merge) {
		return true
	}
	var limited *gh.RateLimitError
	var secondary *gh.AbuseRateLimitError
	if errors.As(err, &limited) || errors.As(err, &secondary) {
		return true
	}
	status := github.StatusOf(err)
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout
}

// own reports whether a login is the actor's: an App's comments are by
// "name[bot]".
func (a *Actor) own(login string) bool {
	return strings.EqualFold(strings.TrimSuffix(login, "[bot]"), strings.TrimSuffix(a.Login, "[bot]"))
}
