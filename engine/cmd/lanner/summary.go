// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/capture"
)

// A summary is the statistics of a run.
type summary struct {
	Captures []string          `json:"captures"`
	Events   uint64            `json:"events"`
	ByType   map[string]uint64 `json:"events_by_type"`
	Alerts   uint64            `json:"alerts"`
	ByRule   map[string]uint64 `json:"alerts_by_rule"`
	Held     map[string]uint64 `json:"alerts_held_by_rule"` // by --limit
	Seconds  float64           `json:"seconds"`
	PerEvent float64           `json:"ns_per_event"`
	Lost     uint64            `json:"events_lost"` // by the source, as it says
	Skipped  skipped           `json:"not_read"`
	State    stateReport       `json:"state"`
	Sinks    []sinkReport      `json:"sinks"`

	total engine.Stats
}

// skipped is what a capture holds that could not be read.
type skipped struct {
	UnknownTypes uint64 `json:"events_of_unknown_types"`
	Malformed    uint64 `json:"malformed"`
	Blocks       uint64 `json:"damaged_blocks"`
	Bytes        uint64 `json:"damaged_bytes"`
	BeginsLost   uint64 `json:"begins_of_syscalls_lost"` // of old captures
	Dropped      uint64 `json:"events_without_newest_form"`
}

type stateReport struct {
	EvictedThreads uint64 `json:"evicted_threads"`
	EvictedFiles   uint64 `json:"evicted_files"`
	RefusedFiles   uint64 `json:"refused_files"`
	UnknownThreads uint64 `json:"unknown_threads"`
}

type sinkReport struct {
	Name      string `json:"name"`
	Delivered uint64 `json:"delivered"`
	Shed      uint64 `json:"shed"`
	Refused   uint64 `json:"refused"`
	Abandoned uint64 `json:"abandoned"`
	Retries   uint64 `json:"retries"`
}

// add takes the numbers of one capture.
func (r *summary) add(name string, e engine.Stats, c capture.Stats) {
	r.Captures = append(r.Captures, name)
	r.total.Add(e)
	r.Skipped.UnknownTypes += c.UnknownTypes
	r.Skipped.Malformed += c.Malformed
	r.Skipped.Blocks += c.Damaged + c.UnknownBlocks
	r.Skipped.Bytes += c.DamagedBytes
	r.Skipped.BeginsLost += c.Upgrade.Lost
	r.Skipped.Dropped += c.Upgrade.Dropped
}

// finish takes the numbers of the end.
func (r *summary) finish(s *session) {
	t := &r.total
	r.Events, r.ByType, r.Alerts, r.ByRule, r.Lost = t.Events, t.ByType, t.Alerts, t.ByRule, t.Drops
	r.Held = s.limiter.Held()
	r.Seconds = t.Elapsed.Seconds()
	if t.Events > 0 {
		r.PerEvent = float64(t.Elapsed.Nanoseconds()) / float64(t.Events)
	}
	r.State = stateReport{t.State.EvictedThreads, t.State.EvictedFiles, t.State.RefusedFiles, t.State.UnknownThreads}
	for _, o := range s.set.Stats() {
		r.Sinks = append(r.Sinks, sinkReport{o.Name, o.Delivered, o.Shed, o.Refused, o.Abandoned, o.Retries})
	}
}

func (r *summary) write(w io.Writer, form string) error {
	switch form {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	case "text":
		_, err := io.WriteString(w, r.text())
		return err
	}
	return nil
}

func (r *summary) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d events in %.3f s, %.0f ns each; %d alerts\n", r.Events, r.Seconds, r.PerEvent, r.Alerts)
	table(&b, "alerts by rule", r.ByRule)
	table(&b, "held back by --limit", r.Held)
	table(&b, "events by type", r.ByType)
	notice := func(n uint64, what string) {
		if n > 0 {
			fmt.Fprintf(&b, "%9d  %s\n", n, what)
		}
	}
	notice(r.Lost, "events were lost by whoever made the capture")
	notice(r.Skipped.UnknownTypes, "events of unknown types were not read; a newer lanner may know them")
	notice(r.Skipped.Malformed, "events or entries of lists were not read: they cannot be what they say")
	notice(r.Skipped.Blocks, fmt.Sprintf("damaged blocks were not read, %d bytes", r.Skipped.Bytes))
	notice(r.State.EvictedThreads, "threads were forgotten to stay inside the memory limits")
	notice(r.State.EvictedFiles, "open files were forgotten to stay inside the memory limits")
	notice(r.State.RefusedFiles, "open files were not remembered to stay inside the memory limits")
	notice(r.Skipped.BeginsLost, "ends of syscalls whose begin is not recorded; they lack what old captures have there alone")
	for _, s := range r.Sinks {
		notice(s.Shed+s.Refused+s.Abandoned, fmt.Sprintf("alerts did not get to %s: %d shed, %d refused, %d left at the end",
			s.Name, s.Shed, s.Refused, s.Abandoned))
	}
	return b.String()
}

// table writes counts, the largest first.
func table(b *strings.Builder, title string, counts map[string]uint64) {
	if len(counts) == 0 {
		return
	}
	fmt.Fprintln(b, title)
	names := slices.SortedFunc(maps.Keys(counts), func(x, y string) int {
		if counts[x] != counts[y] {
			if counts[x] > counts[y] {
				return -1
			}
			return 1
		}
		return strings.Compare(x, y)
	})
	for _, name := range names {
		fmt.Fprintf(b, "%9d  %s\n", counts[name], name)
	}
}
