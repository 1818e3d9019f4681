// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/sink"
)

// A pulse knows whether the loop goes on. It is alive while it waits for events
// that nobody makes, and while it gets on with those that are there: what it
// counts was different not long ago.
type pulse struct {
	stuck    time.Duration
	progress func() (events, alerts uint64)
	waiting  atomic.Bool
	woke     atomic.Int64 // when it last had to do something, nanoseconds since the epoch

	mu             sync.Mutex
	events, alerts uint64
	moved          time.Time // when they were last seen to change
}

// waits is what the source calls before and after it waits.
func (p *pulse) waits(waiting bool) {
	if !waiting {
		p.woke.Store(time.Now().UnixNano())
	}
	p.waiting.Store(waiting)
}

// watch looks now and then until ctx ends, so that a question finds an answer
// that is not old.
func (p *pulse) watch(ctx context.Context) {
	ticker := time.NewTicker(max(p.stuck/8, 10*time.Millisecond))
	defer ticker.Stop()
	for {
		p.alive()
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// alive reports whether the loop goes on, and since when it has not moved.
func (p *pulse) alive() (bool, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	events, alerts := p.progress()
	if events != p.events || alerts != p.alerts || p.moved.IsZero() {
		p.events, p.alerts, p.moved = events, alerts, now
	}
	if p.waiting.Load() {
		return true, 0
	}
	since := p.moved
	if woke := time.Unix(0, p.woke.Load()); woke.After(since) {
		since = woke
	}
	still := now.Sub(since)
	return still < p.stuck, still
}

// A healthReport is what /healthz and /readyz say with ?verbose.
type healthReport struct {
	Live    bool     `json:"live"`
	Ready   bool     `json:"ready"`
	Reasons []string `json:"reasons"` // why not

	Events  uint64       `json:"events"`
	Dropped uint64       `json:"events_dropped"`
	Lag     float64      `json:"event_lag_seconds"`
	Waiting bool         `json:"waiting"`
	Alerts  uint64       `json:"alerts"`
	Held    uint64       `json:"alerts_held"`
	Rules   rulesReport  `json:"rules"`
	Reload  reloadReport `json:"last_reload"`
	Sinks   []sinkHealth `json:"sinks"`
}

type rulesReport struct {
	Generation uint64 `json:"generation"`
	Digest     string `json:"digest"`
	Enabled    int    `json:"enabled"`
}

type reloadReport struct {
	Successful bool     `json:"successful"`
	Time       string   `json:"time"`
	Error      string   `json:"error"`
	Restart    []string `json:"needs_restart"`
}

type sinkHealth struct {
	sinkReport
	Required bool `json:"required"`
	Failing  bool `json:"failing"`
	Waiting  int  `json:"waiting"`
	Capacity int  `json:"capacity"`
}

// lag is how long ago the last event happened when the engine was done with it.
func lag(p *engine.Progress, waiting bool, now time.Time) time.Duration {
	if waiting || p.Last == 0 {
		return 0
	}
	return max(0, now.Sub(time.Unix(0, int64(p.Last))))
}

// failing returns why required sinks keep the engine from being ready.
func failing(stats []sink.Stats, required []bool) []string {
	var reasons []string
	for i := range stats {
		if stats[i].Failing && required[i] {
			reasons = append(reasons, "the required sink "+stats[i].Name+" fails")
		}
	}
	return reasons
}
