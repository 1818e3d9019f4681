// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/state"
)

// A recording is a capture in memory, which can be gone through many times.
type recording struct {
	ctx    *extract.Context
	cursor *capture.Cursor
	chunks []*capture.Chunk
}

// record reads the capture on which the engine's speed is measured: a quarter
// of its events open files.
func record(t testing.TB) *recording {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(enginetest.Shared(t), "captures", "new", "sf_mpm-event_full_capture.new.scap"))
	if err != nil {
		t.Fatal(err)
	}
	table := state.New(state.Config{})
	r, err := capture.NewReader(bytes.NewReader(data), table)
	if err != nil {
		t.Fatal(err)
	}
	rec := &recording{ctx: extract.New(table), cursor: r.Cursor(table)}
	for {
		chunk, err := r.NextChunk()
		if errors.Is(err, io.EOF) {
			return rec
		} else if err != nil {
			t.Fatal(err)
		}
		rec.chunks = append(rec.chunks, chunk)
	}
}

// play goes through all events once, and returns how many there are.
func (r *recording) play(t testing.TB, visit func()) (events int) {
	t.Helper()
	var ev event.Event
	for _, chunk := range r.chunks {
		r.cursor.Start(chunk)
		for {
			if err := r.cursor.Next(&ev); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			r.ctx.Next(&ev)
			visit()
			events++
		}
	}
	return events
}

// measure reports the time for each event: to read and follow it, and to match
// it with rules.
func measure(b *testing.B, loaded []check.Rule) {
	b.Helper()
	p, err := program.Compile(loaded, program.Options{})
	if err != nil {
		b.Fatal(err)
	}
	rec, m := record(b), p.NewMatcher()
	var matched []int
	match := func() { matched = m.Match(rec.ctx, matched[:0]) }
	rec.play(b, match)
	events := 0
	for b.Loop() {
		events += rec.play(b, match)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
	b.ReportMetric(0, "ns/op")
}

// public are the rules of the first public rulesets, stable ones first.
func public(t testing.TB, files int) []check.Rule {
	t.Helper()
	var paths []string
	for _, name := range []string{"falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"}[:files] {
		paths = append(paths, filepath.Join(enginetest.Shared(t), "rules", name))
	}
	if files == 0 {
		return nil
	}
	return loadRules(t, paths...)
}

func BenchmarkMatch(b *testing.B) {
	for files := range 4 {
		loaded := public(b, files)
		b.Run(fmt.Sprintf("rules=%d", len(loaded)), func(b *testing.B) { measure(b, loaded) })
	}
}

// shapes are rules as people write them; "#" is different in each.
var shapes = []string{
	"evt.type in (open, openat) and fd.name startswith /opt/app#/ and proc.name in (p#, q#)",
	"evt.type = execve and proc.name = p# and proc.cmdline contains \"--flag#\"",
	"evt.type in (open, openat, openat2) and evt.is_open_write = true and fd.typechar = 'f' and fd.num >= 0 and (fd.name endswith .conf# or fd.name contains /secret#/) and not proc.pname in (a#, b#)",
	"evt.type = connect and fd.sport = # and not proc.name = x",
	"proc.name = x# and evt.rawres = -#",
	"evt.type in (open, openat) and evt.is_open_read = true and (fd.directory = /etc/d# or fd.filename = f#.key) and not proc.aname[2] = sshd#",
	"evt.type in (open, openat, read, close) and not proc.name in (a#, b#) and evt.arg.name contains zzz# and not proc.cmdline contains x#",
	"fd.name glob /srv/*/data#/* and proc.name != n#",
	"evt.type = open and (proc.name = aa# or fd.name = /bb#)",
	"evt.type != close and user.name = u# and fd.name startswith /home/u#",
}

// synthetic makes rules of all shapes in turn.
func synthetic(t testing.TB, n int) []check.Rule {
	t.Helper()
	var conditions []string
	for i := range n {
		conditions = append(conditions, strings.ReplaceAll(shapes[i%len(shapes)], "#", fmt.Sprint(1+i)))
	}
	return mustAccept(t, conditions...)
}

// A thousand rules cost at most twice what a hundred do.
func BenchmarkSynthetic(b *testing.B) {
	for _, n := range []int{100, 1000} {
		loaded := synthetic(b, n)
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) { measure(b, loaded) })
	}
}

func BenchmarkCompile(b *testing.B) {
	loaded := public(b, 3)
	for b.Loop() {
		if _, err := program.Compile(loaded, program.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// Match allocates nothing for an event, once the thread and the type have been
// seen.
func TestMatchAllocates(t *testing.T) {
	p, err := program.Compile(public(t, 3), program.Options{All: true})
	if err != nil {
		t.Fatal(err)
	}
	rec, m := record(t), p.NewMatcher()
	matched := make([]int, 0, 100)
	match := func() { matched = m.Match(rec.ctx, matched[:0]) }
	rec.play(t, match)
	n := 0
	rec.play(t, func() {
		if n++; n%7 == 0 && n < 20000 {
			if allocs := testing.AllocsPerRun(1, match); allocs > 0 {
				t.Fatalf("event %d, %v: %v allocations", rec.ctx.Event.Num, rec.ctx.Event.Type, allocs)
			}
			return
		}
		match()
	})
}
