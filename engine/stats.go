// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"time"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// Stats counts what an engine did.
type Stats struct {
	Events  uint64
	ByType  map[string]uint64 // by the name of the syscall or notice
	Alerts  uint64
	ByRule  map[string]uint64
	Elapsed time.Duration // in Run and RunSplit, on the clock
	Drops   uint64        // events that the source says it lost
	State   state.Stats
}

// Add adds the counters of another engine, of another capture.
func (s *Stats) Add(o Stats) {
	s.Events += o.Events
	s.Alerts += o.Alerts
	s.Elapsed += o.Elapsed
	s.Drops += o.Drops
	s.ByType = addCounts(s.ByType, o.ByType)
	s.ByRule = addCounts(s.ByRule, o.ByRule)
	s.State = addStates(s.State, o.State)
}

func addStates(s, o state.Stats) state.Stats {
	s.Threads += o.Threads
	s.Files += o.Files
	s.EvictedThreads += o.EvictedThreads
	s.EvictedFiles += o.EvictedFiles
	s.FoundThreads += o.FoundThreads
	s.UnknownThreads += o.UnknownThreads
	s.RefusedFiles += o.RefusedFiles
	return s
}

func addCounts(sum, more map[string]uint64) map[string]uint64 {
	if sum == nil {
		sum = make(map[string]uint64, len(more))
	}
	for name, n := range more {
		sum[name] += n
	}
	return sum
}

// maxTypes is more than there are types of events.
const maxTypes = 512

// counters are what a worker counts as it goes.
type counters struct {
	events uint64
	byType [maxTypes]uint64
	byRule map[string]uint64
}

func (c *counters) stats() Stats {
	s := Stats{Events: c.events, ByType: make(map[string]uint64), ByRule: addCounts(nil, c.byRule)}
	for t, n := range c.byType {
		if n > 0 {
			s.ByType[event.Type(t).String()] += n
		}
	}
	for _, n := range c.byRule {
		s.Alerts += n
	}
	return s
}

func (c *counters) add(o *counters) {
	c.events += o.events
	for t, n := range o.byType {
		c.byType[t] += n
	}
	for name, n := range o.byRule {
		c.byRule[name] += n
	}
}
