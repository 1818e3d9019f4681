// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
)

// captures returns the captures of a folder of the shared data, decompressed.
func captures(tb testing.TB, folder string) map[string][]byte {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join(enginetest.Shared(tb), "captures", folder, "*.scap"))
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no captures in %q: %v", folder, err)
	}
	files := make(map[string][]byte)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				tb.Fatal(err)
			}
			if data, err = io.ReadAll(z); err != nil {
				tb.Fatal(err)
			}
		}
		files[strings.TrimSuffix(filepath.Base(path), ".scap")] = data
	}
	return files
}

// readAll reads a capture and calls each for its events, as they are.
func readAll(t *testing.T, data []byte, each func(*event.Event)) (Stats, error) {
	t.Helper()
	return readWith(t, NewRawReader, data, each)
}

// A newFunc is NewReader or NewRawReader.
type newFunc func(io.Reader, event.Snapshot) (*Reader, error)

func readWith(t *testing.T, newReader newFunc, data []byte, each func(*event.Event)) (Stats, error) {
	t.Helper()
	r, err := newReader(bytes.NewReader(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	var ev event.Event
	for {
		if err := r.Next(&ev); err != nil {
			return r.Stats(), err
		}
		each(&ev)
	}
}

// Every event of every capture is read and fits the table.
func TestEveryCapture(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"", "new", "corrupt"} {
		for name, data := range captures(t, folder) {
			stats, err := readAll(t, data, func(ev *event.Event) { checkParams(t, name, ev) })
			if !errors.Is(err, io.EOF) {
				t.Errorf("%s: %v", name, err)
			}
			want := Stats{Events: stats.Events, Sections: 1}
			if folder == "corrupt" { // the reference cannot read these
				want.Damaged, want.DamagedBytes = 1, stats.DamagedBytes
			}
			if stats != want || stats.Events == 0 {
				t.Errorf("%s: read %+v", name, stats)
			}
		}
	}
}

func checkParams(t *testing.T, name string, ev *event.Event) {
	t.Helper()
	params := ev.Type.Info().Params
	if ev.NumParams() > len(params) {
		t.Errorf("%s: event %d: %s has %d parameters, %d in the table", name, ev.Num, ev.Type, ev.NumParams(), len(params))
		return
	}
	for i := range ev.NumParams() {
		if n := len(ev.Param(i)); n != 0 && params[i].Kind.Width() != 0 && n != params[i].Kind.Width() {
			t.Errorf("%s: event %d: parameter %s of %s has %d bytes, its kind %s %d",
				name, ev.Num, params[i].Name, ev.Type, n, params[i].Kind, params[i].Kind.Width())
		}
	}
}

// The reference counts the same events of the same types.
func TestCountsLikeSysdig(t *testing.T) {
	t.Parallel()
	sysdig, err := exec.LookPath("sysdig")
	if err != nil {
		t.Skip("sysdig is not installed; infra/setup test does so")
	}
	for _, folder := range []string{"", "new"} {
		for name, data := range captures(t, folder) {
			if name == "libs_curl_google_comments" {
				continue // sysdig cannot skip the options in its head
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "x.scap")
				if err := os.WriteFile(path, data, 0o666); err != nil {
					t.Fatal(err)
				}
				out, err := exec.CommandContext(t.Context(), sysdig, "-r", path, "-p", "%evt.type %evt.dir").Output()
				if err != nil {
					t.Fatalf("%s: %v", sysdig, err)
				}
				want := make(map[string]int)
				for l := range strings.Lines(string(out)) {
					want[strings.TrimSpace(l)]++
				}
				delete(want, "container >")
				have := make(map[string]int)
				if _, err := readAll(t, data, func(ev *event.Event) {
					if shown(ev) {
						have[shownName(ev)]++
					}
				}); !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, have); diff != "" {
					t.Errorf("-sysdig +ours:\n%s", diff)
				}
			})
		}
	}
}

// shown reports whether sysdig prints an event: not what only sources have to
// say to one another, not the types that came after Debian's version, and of
// the containers only those that it did not know.
func shown(ev *event.Event) bool {
	return ev.Type.Info().Category != event.CategoryInternal && ev.Type <= event.Clone3Exit &&
		ev.Type.String() != "container"
}

func shownName(ev *event.Event) string {
	name := ev.Type.String()
	if ev.Type == event.GenericEnter || ev.Type == event.GenericExit {
		id, _ := ev.Uint(0)
		name = event.Syscall(id).String()
	}
	switch name { // what they were called then
	case "rt_sigreturn":
		name = "sigreturn"
	case "unknown":
		name = "<unknown>"
	}
	if ev.Type.IsEnter() {
		return name + " >"
	}
	return name + " <"
}

// repeated returns a capture whose events come n times.
func repeated(tb testing.TB, data []byte, n int) []byte {
	tb.Helper()
	b := newBlocks(bytes.NewReader(data), len(data))
	for {
		typ, _, err := b.header()
		if err != nil {
			tb.Fatal(err)
		}
		if _, _, event := eventBlock(typ); event {
			break
		}
		if _, _, err := b.block(); err != nil {
			tb.Fatal(err)
		}
	}
	first := b.offset()
	return append(data[:first:first], bytes.Repeat(data[first:], n)...)
}

func BenchmarkReader(b *testing.B) {
	for _, bench := range []struct {
		name, folder, capture string
		newReader             newFunc
	}{
		{"new/raw", "new", "sf_mpm-event_full_capture.new", NewRawReader},
		{"new", "new", "sf_mpm-event_full_capture.new", NewReader},
		{"old/raw", "", "sf_mpm-event_full_capture", NewRawReader},
		{"old", "", "sf_mpm-event_full_capture", NewReader},
	} {
		b.Run(bench.name, func(b *testing.B) {
			data := repeated(b, captures(b, bench.folder)[bench.capture], 50)
			var ev event.Event
			var n uint64
			for b.Loop() {
				r, err := bench.newReader(bytes.NewReader(data), nil)
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					err = r.Next(&ev)
				}
				n += r.Stats().Events
			}
			b.SetBytes(int64(len(data)))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
		})
	}
}

// What is paid for an event to know whose it is.
func BenchmarkNextHeader(b *testing.B) {
	data := repeated(b, captures(b, "new")["sf_mpm-event_full_capture.new"], 50)
	r, err := NewReader(bytes.NewReader(data), nil)
	if err != nil {
		b.Fatal(err)
	}
	var chunks []*Chunk
	for {
		chunk, err := r.NextChunk()
		if err != nil {
			break
		}
		chunks = append(chunks, chunk)
	}
	var h event.Header
	var n int
	for b.Loop() {
		c := r.Cursor(nil)
		for _, chunk := range chunks {
			c.Start(chunk)
			for c.NextHeader(&h) == nil {
				n++
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
}
