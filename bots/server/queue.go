// SPDX-License-Identifier: Apache-2.0

package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/queue"
	"github.com/lanner-project/lanner/infra/store"
)

// The kinds of the notes of the merge queue: what is ready, by pull request,
// and the state of a queue, by "owner/name@branch".
const (
	noteReady = "bot ready"
	noteQueue = "bot queue"
)

// queueNumber is the number of the deliveries that are for a repository's
// queues: one at a time, beside the pull requests.
const queueNumber = -1

// readyNote is a pull request that the queue may take.
type readyNote struct {
	Base   string        `json:"base"`
	Title  string        `json:"title"`
	Method config.Method `json:"method"`
	Entry  queue.Entry   `json:"entry"`
}

// enter notes what a decision says about the queue, and wakes the queue if
// that is news.
func (s *Server) enter(ctx context.Context, t act.Target, in decide.Input, plan decide.Plan, cause string) error {
	if in.Pull == nil || s.config.DryRun != nil {
		return nil
	}
	old, err := s.config.Store.Note(ctx, noteReady, t.String())
	if err != nil {
		return err
	}
	if plan.Queued == nil {
		if old == nil {
			return nil
		}
		if err := s.config.Store.DeleteNote(ctx, noteReady, t.String()); err != nil {
			return err
		}
		return s.wakeQueue(ctx, t, cause)
	}
	note := readyNote{Base: in.Pull.Base, Title: in.Title, Method: in.Settings.Merge.MethodFor(in.Labels), Entry: *plan.Queued}
	note.Entry.Since = s.reader.now().UTC()
	if old != nil {
		var before readyNote
		if err := json.Unmarshal(old, &before); err != nil {
			return fmt.Errorf("what is ready of %s: %w", t, err)
		}
		if before.Entry.Head == note.Entry.Head {
			note.Entry.Since = before.Entry.Since
		}
	}
	data, err := json.Marshal(note)
	if err != nil || string(data) == string(old) {
		return err
	}
	if err := s.config.Store.SetNote(ctx, noteReady, t.String(), data); err != nil {
		return err
	}
	return s.wakeQueue(ctx, t, cause)
}

func (s *Server) wakeQueue(ctx context.Context, t act.Target, cause string) error {
	return s.queue(ctx, act.Target{Owner: t.Owner, Name: t.Name}, queueNumber, fmt.Sprintf("%s %d", cause, t.Number), time.Time{}, again{})
}

// ready returns what is ready in a repository, by base branch.
func (s *Server) ready(ctx context.Context, repo act.Target) (map[string][]readyNote, error) {
	names, err := s.config.Store.Names(ctx, noteReady)
	if err != nil {
		return nil, err
	}
	all := make(map[string][]readyNote)
	for _, name := range names {
		if !strings.HasPrefix(name, repo.Repository()+"#") {
			continue
		}
		data, err := s.config.Store.Note(ctx, noteReady, name)
		if err != nil {
			return nil, err
		}
		if data == nil {
			continue // a look at it took it out meanwhile
		}
		var n readyNote
		if err := json.Unmarshal(data, &n); err != nil {
			return nil, fmt.Errorf("what is ready of %s: %w", name, err)
		}
		all[n.Base] = append(all[n.Base], n)
	}
	queues, err := s.config.Store.Names(ctx, noteQueue)
	for _, name := range queues {
		if base, ok := strings.CutPrefix(name, repo.Repository()+"@"); ok && all[base] == nil {
			all[base] = []readyNote{}
		}
	}
	return all, err
}

// queues works on the queues of a repository.
func (s *Server) queues(ctx context.Context, repo act.Target, cause string) error {
	all, err := s.ready(ctx, repo)
	if err != nil {
		return err
	}
	for base, notes := range all {
		w := &queueWork{s: s, repo: repo, base: base, notes: notes, cause: cause}
		if err := w.run(ctx); err != nil {
			return fmt.Errorf("the merge queue of %s: %w", base, err)
		}
	}
	return nil
}

// queueWork is one look at one queue.
type queueWork struct {
	s     *Server
	repo  act.Target
	base  string
	notes []readyNote
	cause string
	in    queue.Input
	// checks are those of the candidates, by commit.
	checks map[string][]decide.Check
}

func (w *queueWork) name() string { return w.repo.Repository() + "@" + w.base }

func (w *queueWork) run(ctx context.Context) error {
	settings, err := w.begin(ctx)
	if err != nil || settings == nil {
		return err
	}
	if err := w.outcomes(ctx, settings); err != nil {
		return err
	}
	before := w.says()
	// A round for each thing to do: more than there are candidates and pull
	// requests is a mistake in here, and the next look goes on.
	for range 10 * (len(w.notes) + len(w.in.State.Candidates) + 1) {
		action, state := queue.Decide(w.in)
		if w.in.State = state; action == nil {
			break
		}
		if err := w.save(ctx); err != nil {
			return err
		}
		if err := w.do(ctx, action); err != nil {
			return err
		}
	}
	if err := w.save(ctx); err != nil {
		return err
	}
	if err := w.s.actor.Sweep(ctx, w.repo, w.base, w.in.State.Candidates); err != nil {
		return err
	}
	// What /why and the pages say of a pull request has changed for these.
	for n, said := range w.says() {
		if before[n] != said && strings.Contains(said, "out of the queue") {
			if err := w.s.queue(ctx, w.repo, n, w.cause+" "+w.base, time.Time{}, again{}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *queueWork) says() map[int]string {
	all := make(map[int]string)
	for _, e := range w.in.Ready {
		all[e.Number] = w.in.Explain(e.Number)
	}
	return all
}

// begin reads the branch, its settings and the state. Without a queue in the
// settings the state is given up.
func (w *queueWork) begin(ctx context.Context) (*config.Settings, error) {
	r := w.s.reader
	branch, in, err := r.settingsAt(ctx, w.repo, w.base)
	if err != nil {
		return nil, err
	}
	if len(in.Problems) > 0 {
		w.s.config.Log.Warn("the merge queue waits for settings that can be read", "queue", w.name(), "problem", in.Problems[0])
		return nil, nil
	}
	q := in.Settings.Merge.Queue
	if q == nil || branch == nil {
		return nil, errors.Join(w.s.config.Store.DeleteNote(ctx, noteQueue, w.name()), w.s.actor.Sweep(ctx, w.repo, w.base, nil))
	}
	w.in = queue.Input{Tip: branch.Target.OID, Frozen: in.Settings.Merge.Frozen(r.now()), Batch: q.Batch, Depth: q.Depth}
	for _, n := range w.notes {
		w.in.Ready = append(w.in.Ready, n.Entry)
	}
	if in.Settings.Merge.BlockerLabel != "" {
		if err := r.blockers(ctx, w.repo, &in); err != nil {
			return nil, fmt.Errorf("read the blockers: %w", err)
		}
		w.in.Frozen = cmp.Or(w.in.Frozen, decide.Blocked(in.Blockers, w.base))
	}
	data, err := w.s.config.Store.Note(ctx, noteQueue, w.name())
	if err == nil && data != nil {
		err = json.Unmarshal(data, &w.in.State)
	}
	if err != nil {
		return nil, err
	}
	return &in.Settings, w.settle(ctx)
}

func (w *queueWork) save(ctx context.Context) error {
	data, err := json.Marshal(w.in.State)
	if err != nil {
		return err
	}
	return w.s.config.Store.SetNote(ctx, noteQueue, w.name(), data)
}

// outcomes reads the checks of the candidates.
func (w *queueWork) outcomes(ctx context.Context, settings *config.Settings) error {
	w.in.State.Candidates = slices.Clone(w.in.State.Candidates)
	w.checks = make(map[string][]decide.Check)
	for i := range w.in.State.Candidates {
		c := &w.in.State.Candidates[i]
		head, err := w.s.reader.commit(ctx, w.repo, c.Commit)
		if err != nil {
			return err
		}
		in := decide.Input{Settings: *settings, Pull: &decide.Pull{Head: c.Commit, Checks: checks(head)}}
		w.checks[c.Commit] = in.Pull.Checks
		verdict := decide.Checks(in)
		c.Outcome, c.Why = queue.Pending, verdict.Why
		switch {
		case verdict.Met:
			c.Outcome = queue.Green
		case strings.HasPrefix(verdict.Why, "failed"):
			c.Outcome = queue.Red
		}
	}
	return nil
}

func (w *queueWork) do(ctx context.Context, action queue.Action) error {
	switch a := action.(type) {
	case queue.Build:
		return w.build(ctx, a.Candidate)
	case queue.Land:
		return w.land(ctx, a)
	}
	return nil // what is discarded is swept
}

func (w *queueWork) build(ctx context.Context, c queue.Candidate) error {
	var how []act.Merging
	for _, p := range c.Pulls {
		m := act.Merging{Pull: p}
		if i := slices.IndexFunc(w.notes, func(n readyNote) bool { return n.Entry.Pull == p }); i >= 0 {
			m.Title, m.Method = w.notes[i].Title, w.notes[i].Method
		}
		how = append(how, m)
	}
	built, err := w.s.actor.Build(ctx, w.repo, w.base, c, how)
	var misfit *act.MisfitError
	switch {
	case errors.As(err, &misfit) && misfit.Nothing:
		// It was merged, and nobody has told yet.
		w.in.State = w.in.State.Conflict(c, misfit.Number)
		return w.leave(ctx, misfit.Number)
	case errors.As(err, &misfit):
		w.in.State = w.in.State.Conflict(c, misfit.Number)
		return nil
	case err != nil:
		return err
	}
	w.in.State = w.in.State.Done(built)
	return nil
}

// leave takes a pull request out of what is ready, and has it looked at.
func (w *queueWork) leave(ctx context.Context, number int) error {
	t := w.repo
	t.Number = number
	w.in.Ready = slices.DeleteFunc(w.in.Ready, func(e queue.Entry) bool { return e.Number == number })
	w.notes = slices.DeleteFunc(w.notes, func(n readyNote) bool { return n.Entry.Number == number })
	if err := w.s.config.Store.DeleteNote(ctx, noteReady, t.String()); err != nil {
		return err
	}
	return w.s.queue(ctx, w.repo, number, w.cause+" left "+w.base, time.Time{}, again{})
}

// land moves the branch, once each pull request was looked at again: what was
// said of it a moment ago may have been taken back, and its webhook be on the
// way.
func (w *queueWork) land(ctx context.Context, a queue.Land) error {
	for _, p := range a.Pulls {
		still, err := w.still(ctx, p)
		if err != nil {
			return err
		}
		if !still {
			return w.leave(ctx, p.Number)
		}
	}
	landing, err := w.intend(ctx, a)
	if err != nil {
		return err
	}
	err = w.s.actor.Land(ctx, w.repo, w.base, a.Candidate)
	var refused *act.RefusedError
	if errors.As(err, &refused) {
		if err := w.forgetIntent(ctx); err != nil {
			return err
		}
	}
	switch {
	case errors.As(err, &refused) && refused.Moved:
		branch, err := w.s.reader.tip(ctx, w.repo, w.base)
		if err == nil && branch != nil {
			w.in.Tip = branch.Target.OID
		}
		return err
	case errors.As(err, &refused):
		w.in.Frozen = "GitHub refuses to move the branch: " + refused.Message
		w.s.config.Log.Error("the merge queue may not move its branch", "queue", w.name(), "message", refused.Message)
		return nil
	case err != nil:
		return err
	}
	w.in.Tip = a.Candidate.Commit
	return w.landed(ctx, landing)
}

func (w *queueWork) still(ctx context.Context, p queue.Pull) (bool, error) {
	t := w.repo
	t.Number = p.Number
	memory, err := w.s.memory(ctx, t)
	if err != nil {
		return false, err
	}
	in, err := w.s.reader.Read(ctx, t, memory)
	if err != nil {
		return false, err
	}
	plan := decide.Decide(in)
	return plan.Queued != nil && plan.Queued.Pull == p && in.Pull.Base == w.base, nil
}

// merged closes a pull request that GitHub does not see merged, for its
// commits became another one.
func (w *queueWork) merged(ctx context.Context, p queue.Pull, l Landing) error {
	t := w.repo
	t.Number = p.Number
	i := slices.IndexFunc(w.notes, func(n readyNote) bool { return n.Entry.Pull == p })
	if i >= 0 && w.notes[i].Method == config.BySquash {
		err := w.s.actor.Do(ctx, t, w.cause+" landed "+strconv.Itoa(p.Number), decide.Landed(l.Commit, l.Tree))
		if err != nil {
			return err
		}
	}
	return w.leave(ctx, p.Number)
}

// say returns what the queue does with a pull request, in words.
func (s *Server) say(ctx context.Context, t act.Target) (string, error) {
	data, err := s.config.Store.Note(ctx, noteReady, t.String())
	if err != nil || data == nil {
		return "", err
	}
	var n readyNote
	if err := json.Unmarshal(data, &n); err != nil {
		return "", fmt.Errorf("what is ready of %s: %w", t, err)
	}
	state, err := s.config.Store.Note(ctx, noteQueue, t.Repository()+"@"+n.Base)
	if err != nil {
		return "", err
	}
	all, err := s.ready(ctx, t)
	if err != nil {
		return "", err
	}
	in := queue.Input{}
	if state != nil {
		if err := json.Unmarshal(state, &in.State); err != nil {
			return "", fmt.Errorf("the queue of %s: %w", n.Base, err)
		}
	}
	for _, other := range all[n.Base] {
		in.Ready = append(in.Ready, other.Entry)
	}
	return in.Explain(t.Number), nil
}

// queued reports whether a batch is for the queues of a repository.
func queued(batch []store.Delivery) bool { return batch[len(batch)-1].Number == queueNumber }
