// SPDX-License-Identifier: Apache-2.0

package state_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// The process that has not acted for the longest time goes first, and what went
// is counted.
func TestEviction(t *testing.T) {
	t.Parallel()
	run := func() (*state.Table, state.Stats) {
		table := state.New(state.Config{Limits: state.Limits{Threads: 10, Files: 12}})
		for tid := 100; tid < 160; tid++ {
			do(
				table, cloneOf(0, tid, tid, 1, 0), enginetest.Made(event.OpenExit, int64(tid), p{"fd": 3, "name": "/x"}),
				enginetest.Made(event.OpenExit, 100, p{"fd": tid, "name": "/y"}), // one that acts all the time
				enginetest.Made(event.CloseExit, 100, p{"res": 0, "fd": tid}),
			)
		}
		return table, table.Stats()
	}
	table, stats := run()
	if stats.Threads != 10 || stats.Files > 12 || stats.EvictedThreads < 50 || stats.EvictedFiles < 45 || stats.RefusedFiles != 0 {
		t.Errorf("the counters are %+v", stats)
	}
	if table.Lookup(100) == nil || table.Lookup(159) == nil || table.Lookup(101) != nil {
		t.Error("not those went that had not acted")
	}
	if !table.Evicted(150) || table.Evicted(100) {
		t.Error("it is not remembered who went")
	}
	if _, again := run(); again != stats {
		t.Errorf("a second run gives %+v, the first %+v", again, stats)
	}
}

// A process that holds everything keeps what it has, but gets no more.
func TestRefusal(t *testing.T) {
	t.Parallel()
	table := state.New(state.Config{Limits: state.Limits{Files: 10}})
	var s *state.Subject
	for fd := range 30 {
		s = do(table, enginetest.Made(event.OpenExit, 7, p{"fd": fd, "name": "/x"}))
	}
	if stats := table.Stats(); stats.Files != 10 || stats.RefusedFiles != 20 {
		t.Errorf("the counters are %+v", stats)
	}
	if s.File == nil || string(s.File.Name) != "/x" || s.Thread.File(29) != nil {
		t.Errorf("a descriptor that is not kept is still the event's: %+v", s.File)
	}
}

// TestMemory measures what the default limits mean, with events made to hold as
// much memory as they can.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it fills 64 MiB, several times")
	}
	long := strings.Repeat("/very-long-name", 60)
	for _, c := range []struct {
		name string
		n    int
		hold func(table *state.Table, tid int)
	}{
		{"threads", 100_000, func(table *state.Table, tid int) { do(table, cloneOf(0, tid, 1, 1, cloneThread)) }},
		{"processes", 20_000, func(table *state.Table, tid int) {
			do(
				table, cloneOf(0, tid, tid, 1, 0),
				enginetest.Made(event.ExecveExit, int64(tid), p{"res": 0, "exe": "x", "pid": tid, "ptid": 1, "env": make([]byte, 4000), "args": make([]byte, 4000)}),
				enginetest.Made(event.ChdirExit, int64(tid), p{"res": 0, "path": long}),
			)
		}},
		{"descriptors", 40_000, func(table *state.Table, tid int) {
			do(
				table, enginetest.Made(event.OpenExit, int64(tid/100), p{"fd": tid%100 + 200, "name": long}),
				enginetest.Made(event.OpenExit, int64(tid/100), p{"fd": 1<<30 + tid, "name": long}),
			)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := heap()
			table := state.New(state.Config{})
			for tid := range c.n {
				c.hold(table, 1000+tid)
			}
			stats := table.Stats()
			used := heap() - before
			runtime.KeepAlive(table)
			t.Logf("%d MiB, %+v", used>>20, stats)
			if used > 80<<20 {
				t.Errorf("the table takes %d MiB, the limit is 64", used>>20)
			}
			if stats.EvictedThreads == 0 {
				t.Error("nothing was evicted: the test holds too little")
			}
		})
	}
}

// heap is how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
