// SPDX-License-Identifier: Apache-2.0

package upgrade_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/capture/upgrade"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
)

// A recorded event has its parameters for itself.
type recorded struct {
	event.Event
	params [][]byte
}

func record(ev *event.Event) recorded {
	r := recorded{Event: *ev}
	for i := range ev.NumParams() {
		r.params = append(r.params, bytes.Clone(ev.Param(i)))
	}
	r.Reset(slices.Concat(r.params...))
	for _, p := range r.params {
		r.AddParam(uint32(len(p)))
	}
	return r
}

// made returns an event with parameters.
func made(typ event.Type, tid int64, params ...string) event.Event {
	ev := event.Event{Type: typ, TID: tid}
	ev.Reset([]byte(strings.Join(params, "")))
	for _, p := range params {
		ev.AddParam(uint32(len(p)))
	}
	return ev
}

func (r recorded) same(s recorded) bool {
	return r.Time == s.Time && r.TID == s.TID && r.CPU == s.CPU && r.Type == s.Type &&
		slices.EqualFunc(r.params, s.params, bytes.Equal)
}

func (r recorded) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d: %d.%09d %d %s(%d)", r.Num, r.Time/1e9, r.Time%1e9, r.TID, r.Type, uint16(r.Type))
	for i, p := range r.params {
		fmt.Fprintf(&text, " %s=%x", r.Type.Info().Params[i].Name, p)
	}
	return text.String()
}

// readRaw returns the events of a capture as they are in the file.
func readRaw(tb testing.TB, path string) []recorded {
	tb.Helper()
	return read(tb, capture.NewRawReader, path)
}

func read(tb testing.TB, newReader func(io.Reader, event.Snapshot) (*capture.Reader, error), path string) []recorded {
	tb.Helper()
	file, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	r, err := newReader(file, nil)
	if err != nil {
		tb.Fatal(err)
	}
	var events []recorded
	for {
		var ev event.Event
		if err := r.Next(&ev); errors.Is(err, io.EOF) {
			return events
		} else if err != nil {
			tb.Fatal(err)
		}
		events = append(events, record(&ev))
	}
}

// upgraded returns what an Upgrader makes of events.
func upgraded(u *upgrade.Upgrader, events []recorded) []recorded {
	var out []recorded
	for i := range events {
		ev := events[i].Event
		if u.Apply(&ev) {
			out = append(out, record(&ev))
		}
	}
	return out
}

// captures returns the paths of the captures of a folder of the shared data.
func captures(tb testing.TB, folder string) []string {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join(enginetest.Shared(tb), "captures", folder, "*.scap"))
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no captures in %q: %v", folder, err)
	}
	return paths
}

// initial returns how many events at the start tell of containers, users and
// groups that were there before: they are no events to rules.
func initial(events []recorded) int {
	for i, ev := range events {
		switch ev.Type {
		case event.Container, event.UserAdded, event.GroupAdded:
		default:
			return i
		}
	}
	return len(events)
}
