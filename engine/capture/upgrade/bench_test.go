// SPDX-License-Identifier: Apache-2.0

package upgrade_test

import (
	"path/filepath"
	"testing"

	"github.com/lanner-project/lanner/engine/capture/upgrade"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
)

// BenchmarkApply takes the time for an event of a file. "none" is what it takes
// to have an event to work on.
func BenchmarkApply(b *testing.B) {
	folder := filepath.Join(enginetest.Shared(b), "captures")
	older := readRaw(b, filepath.Join(folder, "sf_mpm-event_full_capture.scap"))
	newest := readRaw(b, filepath.Join(folder, "new", "sf_mpm-event_full_capture.new.scap"))
	for _, bench := range []struct {
		name   string
		events []recorded
		apply  func(*upgrade.Upgrader, *event.Event) bool
	}{
		{"none", newest, func(_ *upgrade.Upgrader, ev *event.Event) bool { return ev.Type != 0 }},
		{"new", newest, (*upgrade.Upgrader).Apply},
		{"old", older, (*upgrade.Upgrader).Apply},
	} {
		b.Run(bench.name, func(b *testing.B) {
			u := upgrade.New(upgrade.Limits{})
			var ev event.Event
			kept, n := 0, 0
			for b.Loop() {
				for i := range bench.events {
					ev = bench.events[i].Event
					if bench.apply(u, &ev) {
						kept++
					}
				}
				n += len(bench.events)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
			b.ReportMetric(float64(kept)/float64(n), "kept/event")
		})
	}
}

// BenchmarkNew is what a start costs the first time: the plans for all types.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		upgrade.New(upgrade.Limits{})
	}
}
