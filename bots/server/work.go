// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/store"
)

// lookEvent is the event of the deliveries that the server makes for itself:
// look at that number, whatever happened to it.
const lookEvent = "lanner.look"

// again is the payload of a look that waits for GitHub to compute something.
type again struct {
	Times int `json:"times"`
}

// worker handles what can be claimed until run ends, the last of it under the
// context work.
func (s *Server) worker(run, work context.Context) error {
	for run.Err() == nil {
		batch, err := s.config.Store.Claim(work, time.Now())
		if err != nil {
			return err
		}
		if len(batch) > 0 {
			s.signal() // there may be more, for another worker
			if err := s.handle(work, batch); err != nil {
				return err
			}
			s.signal() // what waited for this one can start
			continue
		}
		if err := s.idle(run); err != nil {
			return err
		}
	}
	return nil
}

// idle waits until there may be something to claim.
func (s *Server) idle(run context.Context) error {
	next, err := s.config.Store.Next(context.WithoutCancel(run))
	if err != nil {
		return err
	}
	var due <-chan time.Time
	if !next.IsZero() {
		timer := time.NewTimer(time.Until(next))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-run.Done():
	case <-s.wake:
	case <-due:
	}
	return nil
}

// maxAttempts is how often a delivery is tried: with the pauses between, for
// about half an hour. The next resync looks anyway.
const maxAttempts = 10

// handle handles a batch and settles its deliveries. Its error is the store's.
func (s *Server) handle(ctx context.Context, batch []store.Delivery) error {
	last := batch[len(batch)-1]
	log := s.config.Log.With("repo", last.Repo, "number", last.Number, "delivery", last.ID)
	begin := time.Now()
	err := s.dispatch(ctx, batch)
	// A shutdown must not leave the outcome unwritten.
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		log.Info("handled", "deliveries", len(batch), "took", time.Since(begin))
	} else {
		log.Error("not handled", "err", err, "attempt", last.Attempts)
	}
	var errs []error
	for _, d := range batch {
		switch {
		case err == nil:
			errs = append(errs, s.config.Store.Complete(ctx, d.ID))
		case errors.Is(err, context.Canceled):
			errs = append(errs, s.config.Store.Retry(ctx, d.ID, time.Now(), err))
		case d.Attempts >= maxAttempts:
			s.open.forget(d.Repo, d.Number)
			errs = append(errs, s.config.Store.Fail(ctx, d.ID, err))
		default:
			errs = append(errs, s.config.Store.Retry(ctx, d.ID, time.Now().Add(time.Second<<d.Attempts), err))
		}
	}
	return errors.Join(errs...)
}

func (s *Server) dispatch(ctx context.Context, batch []store.Delivery) error {
	last := batch[len(batch)-1]
	repo, err := act.ParseRepository(last.Repo)
	if err != nil {
		return err
	}
	switch {
	case last.Number == 0:
		return s.spread(ctx, repo, batch)
	case queued(batch):
		return s.queues(ctx, repo, last.ID)
	}
	repo.Number = last.Number
	return s.look(ctx, repo, batch)
}

// spread queues a look at each open pull request that has one of the commits
// as its head, and at those that a push to their base can matter to. Webhooks
// about commits do not name the pull requests, or not those from forks.
func (s *Server) spread(ctx context.Context, repo act.Target, batch []store.Delivery) error {
	cause := batch[len(batch)-1].ID
	shas, branches := make(map[string]bool), make(map[string]bool)
	for _, d := range batch {
		var p payload
		if err := json.Unmarshal(d.Payload, &p); err != nil {
			return fmt.Errorf("delivery %s: %w", d.ID, err)
		}
		if sha, branch := p.place(); sha != "" {
			shas[sha] = true
		} else {
			branches[branch] = true
		}
	}
	numbers, sure := s.open.headed(repo, shas)
	if !sure {
		pulls, _, err := s.list(ctx, repo)
		if err != nil {
			return err
		}
		numbers = nil
		strange := maps.Clone(shas)
		for n, at := range pulls {
			if shas[at.head] { // of several, with other bases
				numbers = append(numbers, n)
				delete(strange, at.head)
			}
		}
		s.open.strangers(repo, strange)
	}
	if err := s.queueAll(ctx, repo, numbers, cause); err != nil {
		return err
	}
	for branch := range branches {
		if err := s.baseMoved(ctx, repo, branch, cause); err != nil {
			return err
		}
	}
	// A check of a candidate, or a push under it, is for the queue.
	all, err := s.ready(ctx, repo)
	if err != nil || len(all) == 0 {
		return err
	}
	return s.wakeQueue(ctx, repo, cause)
}

// lookAtAll queues a look at each open pull request, and at the queues.
func (s *Server) lookAtAll(ctx context.Context, t act.Target, cause string) error {
	pulls, _, err := s.list(ctx, t)
	if err != nil {
		return err
	}
	if err := s.queueAll(ctx, t, slices.Sorted(maps.Keys(pulls)), cause); err != nil {
		return err
	}
	return s.wakeQueue(ctx, t, cause)
}

// queue queues a look, because of cause.
func (s *Server) queue(ctx context.Context, repo act.Target, number int, cause string, at time.Time, times again) error {
	body, err := json.Marshal(times)
	if err != nil {
		return err
	}
	_, err = s.config.Store.Enqueue(ctx, store.Delivery{
		ID: fmt.Sprintf("%s/%d", cause, number), Event: lookEvent, Repo: repo.Repository(), Number: number,
		Payload: body, ReceivedAt: time.Now(), NotBefore: at,
	})
	s.signal()
	return err
}

// noteMemory is the kind of the notes that hold what decide remembers.
const noteMemory = "bot memory"

// look reads the state of a number, decides and acts.
func (s *Server) look(ctx context.Context, t act.Target, batch []store.Delivery) error {
	last := batch[len(batch)-1]
	pass := fmt.Sprintf("%s.%d", last.ID, last.Attempts)
	if err := s.actor.Settle(ctx, t); err != nil {
		return err
	}
	memory, err := s.memory(ctx, t)
	if err != nil {
		return err
	}
	in, err := s.reader.Read(ctx, t, memory, senders(batch)...)
	if github.IsNotFound(err) {
		return s.missing(ctx, t, memory, batch, err)
	}
	if err != nil {
		return err
	}
	if in.Arrived.IsZero() {
		in.Arrived = arrival(batch)
	}
	if in.Queue, err = s.say(ctx, t); err != nil {
		return err
	}
	plan := decide.Decide(in)
	s.open.looked(t, in, s.reader.stood(t), decide.Near(in, plan))
	if err := s.record(ctx, in, plan); err != nil {
		return err
	}
	err = s.actor.Do(ctx, t, pass, plan.Actions)
	var refused *act.RefusedError
	if errors.As(err, &refused) {
		return s.refused(ctx, t, plan.Memory, batch, refused)
	}
	if err != nil {
		return err
	}
	if memory.Blocks != plan.Memory.Blocks {
		if err := s.lookAtAll(ctx, t, last.ID); err != nil {
			return err
		}
	}
	if err := s.remember(ctx, t, plan.Memory); err != nil {
		return err
	}
	if err := s.enter(ctx, t, in, plan, last.ID); err != nil {
		return err
	}
	if plan.LookAgain {
		return s.later(ctx, t, batch)
	}
	return nil
}

// senders returns who a batch of webhooks is from: their roles are likely to
// matter.
func senders(batch []store.Delivery) []string {
	var logins []string
	for _, d := range batch {
		var p payload
		if err := json.Unmarshal(d.Payload, &p); err == nil && decide.Login(p.Sender.Login) {
			logins = append(logins, owners.Normalize(p.Sender.Login))
		}
	}
	return logins
}

// record keeps what was decided, and from what.
func (s *Server) record(ctx context.Context, in decide.Input, plan decide.Plan) error {
	if s.config.DryRun != nil {
		return nil
	}
	input, digest, err := decide.Encode(in)
	if err != nil {
		return err
	}
	said := []string{}
	for _, a := range plan.Actions {
		said = append(said, decide.Describe(a))
	}
	output, err := json.Marshal(said)
	if err != nil {
		return err
	}
	return s.config.Store.RecordDecision(ctx, store.Decision{At: time.Now(), Subject: in.Subject(), Input: input, Output: output}, digest)
}

// refused handles a merge that GitHub refused. It is told in the status
// comment, or tried again soon when the world only moved.
func (s *Server) refused(ctx context.Context, t act.Target, memory decide.Memory, batch []store.Delivery, refused *act.RefusedError) error {
	s.config.Log.Warn("merge refused", "pull", t.String(), "sha", refused.SHA, "message", refused.Message)
	memory.Refusal = nil
	if !refused.Moved {
		memory.Refusal = &decide.Refusal{SHA: refused.SHA, Message: refused.Message}
	}
	if err := s.remember(ctx, t, memory); err != nil {
		return err
	}
	if refused.Moved {
		return s.later(ctx, t, batch)
	}
	in, err := s.reader.Read(ctx, t, memory)
	if err != nil {
		return err
	}
	told := slices.DeleteFunc(decide.Decide(in).Actions, func(a decide.Action) bool {
		_, merge := a.(decide.Merge)
		return merge
	})
	last := batch[len(batch)-1]
	return s.actor.Do(ctx, t, fmt.Sprintf("%s.%d refused", last.ID, last.Attempts), told)
}

// later queues another look at t, after one second, then two, then four, …
// The first wait is about what GitHub takes to compute a merge.
func (s *Server) later(ctx context.Context, t act.Target, batch []store.Delivery) error {
	const most = 8
	times := again{}
	for _, d := range batch {
		if d.Event != lookEvent {
			continue
		}
		var a again
		if err := json.Unmarshal(d.Payload, &a); err != nil {
			return fmt.Errorf("delivery %s: %w", d.ID, err)
		}
		times.Times = max(times.Times, a.Times)
	}
	if times.Times >= most {
		s.config.Log.Warn("GitHub does not get done; the next resync looks again", "number", t.String())
		s.open.forget(t.Repository(), t.Number)
		return nil
	}
	wait := time.Second << times.Times
	times.Times++
	return s.queue(ctx, t, t.Number, batch[len(batch)-1].ID, time.Now().Add(wait), times)
}

func (s *Server) memory(ctx context.Context, t act.Target) (decide.Memory, error) {
	var m decide.Memory
	data, err := s.config.Store.Note(ctx, noteMemory, t.String())
	if err != nil || data == nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("what is remembered of %s: %w", t, err)
	}
	return m, nil
}

// remember keeps what decide wants to know the next time. A dry run remembers
// nothing: the real one must find all commands unanswered.
func (s *Server) remember(ctx context.Context, t act.Target, m decide.Memory) error {
	if s.config.DryRun != nil {
		return nil
	}
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.config.Store.SetNote(ctx, noteMemory, t.String(), data)
}
