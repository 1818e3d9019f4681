// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/state"
)

// A Source gives events in the order in which they happened.
type Source interface {
	// Next reads the next event. It returns io.EOF when there is none any more.
	Next(*event.Event) error
}

// A Dropper is a Source that knows how many events it lost.
type Dropper interface {
	Drops() uint64
}

// Alerts takes alerts. An alert is valid during Put alone.
type Alerts interface {
	Put(context.Context, *alert.Alert) error
}

// Config says what an engine works with.
type Config struct {
	Table    *state.Table // with what its source told of the time before its events
	Rules    *Ruleset
	Alerts   Alerts
	Hostname string // of the machine, for alerts
}

// An Engine runs rules over the events of one machine.
type Engine struct {
	Config
	current atomic.Pointer[Ruleset]
	drops   drops
	elapsed time.Duration
	split   state.Stats // of the tables of split runs
	worker
	published published
}

// New makes an engine.
func New(cfg Config) *Engine {
	e := &Engine{Config: cfg}
	e.current.Store(cfg.Rules)
	e.init(cfg.Table, cfg.Hostname)
	return e
}

// Swap makes the engine go on with other rules from the next event on. What it
// knows of the machine stays: processes, their files, users.
func (e *Engine) Swap(rs *Ruleset) { e.current.Store(rs) }

// patience is how many events pass between looks at the context.
const patience = 1024

// Run reads events until the source ends, ctx does, or an alert cannot be
// handed on.
func (e *Engine) Run(ctx context.Context, src Source) error {
	start := time.Now()
	defer func() { e.elapsed += time.Since(start) }()
	e.drops.source, _ = src.(Dropper)
	var ev event.Event
	for {
		if e.events%patience == 0 {
			if e.Publish(); ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
		if err := src.Next(&ev); err != nil {
			e.Publish()
			// What a source lost last, it may only know at its end.
			return errors.Join(endOf(err), e.drops.tell(ctx, e.last, e.hostname, e.Alerts))
		}
		e.use(e.current.Load())
		for _, rule := range e.match(&ev) {
			if err := e.Alerts.Put(ctx, e.alert(rule)); err != nil {
				return fmt.Errorf("alert of rule %q: %w", e.set.rules[rule].Name, err)
			}
		}
		if ev.Time >= e.drops.next {
			if err := e.drops.look(ctx, e.last, e.hostname, e.Alerts); err != nil {
				return err
			}
		}
	}
}

// endOf returns how a run ends whose source ended with err.
func endOf(err error) error {
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// Stats returns what was counted so far. It is to be asked between runs.
func (e *Engine) Stats() Stats {
	s := e.stats()
	s.Elapsed, s.Drops = e.elapsed, e.drops.told
	s.State = e.split
	if e.Table != nil {
		s.State = addStates(s.State, e.Table.Stats())
	}
	return s
}

// A worker matches events with rules, in one goroutine.
type worker struct {
	counters
	ctx      *extract.Context
	hostname string
	set      *Ruleset
	matcher  *program.Matcher
	matched  []int
	out      alert.Alert
	last     uint64 // time of the last event
	opening
}

func (w *worker) init(table *state.Table, hostname string) {
	w.ctx = extract.New(table)
	w.hostname = hostname
	w.byRule = make(map[string]uint64)
}

// use makes the worker go on with rules, if it does not yet.
func (w *worker) use(rs *Ruleset) {
	if rs != w.set {
		w.set, w.matcher = rs, rs.program.NewMatcher()
	}
}

// match follows an event and returns the numbers of the rules that match it.
func (w *worker) match(ev *event.Event) []int {
	w.ctx.Next(ev)
	w.events++
	w.byType[ev.Type%maxTypes]++
	w.last = ev.Time
	if w.with(ev.Type) {
		return nil
	}
	w.matched = w.matcher.Match(w.ctx, w.matched[:0])
	return w.matched
}

// An opening is what a source says of the time before: users, groups and
// containers, told as events, before anything else happened. The reference asks
// no rule about those, but about later ones.
type opening struct{ over bool }

// with reports whether the event that comes next belongs to it, too.
func (o *opening) with(t event.Type) bool {
	if o.over {
		return false
	}
	switch t {
	case event.ContainerV1, event.ContainerV4, event.Container,
		event.UserAdded, event.UserDeleted, event.GroupAdded, event.GroupDeleted:
		return true
	}
	o.over = true
	return false
}

// alert makes the alert of a rule for the current event. It is valid until the
// next one is made.
func (w *worker) alert(rule int) *alert.Alert {
	w.byRule[w.set.rules[rule].Name]++
	w.set.printers[rule].Print(&w.out, w.ctx)
	w.out.Hostname = w.hostname
	return &w.out
}
