// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/sink"
)

// Build says which build runs.
type Build struct{ Version, Commit, Go string }

// Reloads count how often configuration and rules were loaded anew.
type Reloads struct {
	Changed, Unchanged, Failed uint64
	Successful                 bool // the last one
	At                         time.Time
}

// Rules are those that run.
type Rules struct {
	Generation uint64
	Digest     string
	Enabled    int
}

// A Run is asked at each scrape. All of its functions are safe for concurrent
// use.
type Run struct {
	Build    Build
	Progress func() engine.Progress
	Waiting  func() bool
	Lag      func() time.Duration
	Drops    func(func(cause string, t event.Type, n uint64))
	Unseen   func(func(what string, n uint64))
	Renewals func() (rounds, processes uint64, stale bool)
	Alerts   *Alerts
	Held     func() uint64
	Sinks    func() []sink.Stats
	Reloads  func() Reloads
	Rules    func() Rules
}

// Handler answers scrapes.
func Handler(r *Run) http.Handler {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(&collector{r, descriptions()},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// description is a row of the table with what Prometheus knows it by.
type description struct {
	*Info
	desc *prometheus.Desc
}

func descriptions() map[string]description {
	all := make(map[string]description, len(table))
	for i := range table {
		t := &table[i]
		all[t.Name] = description{t, prometheus.NewDesc(t.Name, t.Doc, t.Labels, nil)}
	}
	return all
}

type collector struct {
	*Run
	all map[string]description
}

// Describe tells of all metrics.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range c.all {
		to <- d.desc
	}
}

// Collect asks for all values.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	send := func(name string, value float64, labels ...string) {
		d := c.all["lanner_"+name]
		kind := prometheus.GaugeValue
		if d.Counter {
			kind = prometheus.CounterValue
		}
		m, err := prometheus.NewConstMetric(d.desc, kind, value, labels...)
		if err != nil {
			m = prometheus.NewInvalidMetric(d.desc, err)
		}
		to <- m
	}
	send("build_info", 1, c.Build.Version, c.Build.Commit, c.Build.Go)
	c.engine(send)
	c.drops(send)
	c.Alerts.each(func(rule, priority string, n uint64) { send("alerts_total", float64(n), rule, priority) })
	send("alerts_held_total", float64(c.Held()))
	c.sinks(send)
	c.rules(send)
}

type sender func(name string, value float64, labels ...string)

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (c *collector) engine(send sender) {
	p := c.Progress()
	byType := p.ByType()
	for _, name := range slices.Sorted(maps.Keys(byType)) {
		send("events_total", float64(byType[name]), name)
	}
	send("engine_waiting", truth(c.Waiting()))
	send("event_lag_seconds", c.Lag().Seconds())
	send("state_threads", float64(p.State.Threads))
	send("state_files", float64(p.State.Files))
	send("state_evicted_threads_total", float64(p.State.EvictedThreads))
	send("state_evicted_files_total", float64(p.State.EvictedFiles))
	send("state_refused_threads_total", float64(p.State.RefusedThreads))
	send("state_refused_files_total", float64(p.State.RefusedFiles))
	send("state_found_threads_total", float64(p.State.FoundThreads))
	send("state_unknown_threads_total", float64(p.State.UnknownThreads))
	rounds, processes, stale := c.Renewals()
	send("state_renewals_total", float64(rounds))
	send("state_renewed_processes_total", float64(processes))
	send("state_stale", truth(stale))
}

// drops adds up types of one name: the begin and the end of a syscall, old
// forms and new.
func (c *collector) drops(send sender) {
	type label struct{ cause, name string }
	sum := make(map[label]uint64)
	c.Drops(func(cause string, t event.Type, n uint64) { sum[label{cause, t.String()}] += n })
	for l, n := range sum {
		send("events_dropped_total", float64(n), l.cause, l.name)
	}
	c.Unseen(func(what string, n uint64) { send("unseen_total", float64(n), what) })
}

func (c *collector) sinks(send sender) {
	names := make(map[string]int)
	for _, s := range c.Sinks() {
		names[s.Name]++
		if n := names[s.Name]; n > 1 {
			s.Name = fmt.Sprintf("%s (%d)", s.Name, n)
		}
		for result, n := range map[string]uint64{"delivered": s.Delivered, "shed": s.Shed, "refused": s.Refused, "abandoned": s.Abandoned} {
			send("sink_alerts_total", float64(n), s.Name, result)
		}
		send("sink_retries_total", float64(s.Retries), s.Name)
		send("sink_queue_length", float64(s.Waiting), s.Name)
		send("sink_queue_capacity", float64(s.Capacity), s.Name)
		send("sink_failing", truth(s.Failing), s.Name)
	}
}

func (c *collector) rules(send sender) {
	reloads := c.Reloads()
	send("config_reloads_total", float64(reloads.Changed), "changed")
	send("config_reloads_total", float64(reloads.Unchanged), "unchanged")
	send("config_reloads_total", float64(reloads.Failed), "failed")
	send("config_last_reload_successful", truth(reloads.Successful))
	send("config_last_reload_success_timestamp_seconds", float64(reloads.At.UnixNano())/1e9)
	rules := c.Rules()
	send("ruleset_generation", float64(rules.Generation))
	send("ruleset_info", 1, rules.Digest)
	send("rules_enabled", float64(rules.Enabled))
}
