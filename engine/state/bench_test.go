// SPDX-License-Identifier: Apache-2.0

package state_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// BenchmarkApply follows the events of a web server under load, of which a
// quarter open files and another quarter close them. What it says of each event
// includes nothing of reading it.
func BenchmarkApply(b *testing.B) {
	table := state.New(state.Config{})
	events := record(b, "captures/new/sf_mpm-event_full_capture.new.scap", table)
	var s state.Subject
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		table.Apply(&events[i%len(events)], &s)
	}
}

// BenchmarkStep is BenchmarkApply for one type of event at a time.
func BenchmarkStep(b *testing.B) {
	for _, typ := range []event.Type{event.OpenExit, event.OpenatExit, event.CloseExit, event.ReadExit, event.ConnectExit, event.CloneExit, event.ExecveExit} {
		b.Run(typ.String(), func(b *testing.B) {
			table := state.New(state.Config{})
			var some []event.Event
			for _, ev := range record(b, "captures/new/sf_mpm-event_full_capture.new.scap", table) {
				if ev.Type == typ {
					some = append(some, ev)
				}
			}
			if len(some) == 0 {
				b.Skip("the capture has none")
			}
			var s state.Subject
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				table.Apply(&some[i%len(some)], &s)
			}
		})
	}
}

// record reads a capture's events into memory, and what was before them into
// snap.
func record(tb testing.TB, name string, snap event.Snapshot) []event.Event {
	tb.Helper()
	f, err := os.Open(filepath.Join(enginetest.Shared(tb), name))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	src, err := capture.NewReader(f, snap)
	if err != nil {
		tb.Fatal(err)
	}
	var events []event.Event
	for {
		var ev event.Event
		if err := src.Next(&ev); err != nil {
			if !errors.Is(err, io.EOF) {
				tb.Fatal(err)
			}
			return events
		}
		events = append(events, keep(&ev))
	}
}

// keep returns a copy of an event with memory of its own.
func keep(ev *event.Event) event.Event {
	var data []byte
	for i := range ev.NumParams() {
		data = append(data, ev.Param(i)...)
	}
	kept := *ev
	kept.Reset(bytes.Clone(data))
	for i := range ev.NumParams() {
		kept.AddParam(uint32(len(ev.Param(i))))
	}
	return kept
}
