// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/lanner-project/lanner/release/cut"
)

// Progress is talk: an error of writing it changes nothing that is done, so it
// is not reported.

type silence struct{}

func (silence) Step(string, cut.State, string) {}
func (silence) Progress(string, int64, int64)  {}

// lines reports in plain lines: each step, and what takes longer than ten
// seconds once in that time.
type lines struct {
	w    io.Writer
	mu   sync.Mutex
	last time.Time
}

func (l *lines) Step(name string, state cut.State, detail string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = time.Now()
	_, _ = fmt.Fprintf(l.w, "%-8s %s: %s\n", state, name, detail)
}

func (l *lines) Progress(what string, done, total int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.Sub(l.last) > 10*time.Second {
		l.last = now
		_, _ = fmt.Fprintf(l.w, "         %s: %s\n", what, fraction(done, total))
	}
}

// bars draws one status line at the bottom of a terminal.
type bars struct {
	w    io.Writer
	mu   sync.Mutex
	last time.Time
}

const clearLine = "\r\x1b[K"

func (b *bars) Step(name string, state cut.State, detail string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	mark := map[cut.State]string{cut.Done: "✓", cut.Already: "✓", cut.Failed: "✗", cut.Waiting: "…", cut.Would: "○"}[state]
	if state == cut.Running {
		_, _ = fmt.Fprintf(b.w, "%s… %s: %s", clearLine, name, detail)
		return
	}
	_, _ = fmt.Fprintf(b.w, "%s%s %s: %s\n", clearLine, mark, name, detail)
}

func (b *bars) Progress(what string, done, total int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := time.Now(); done == total || now.Sub(b.last) > 100*time.Millisecond {
		b.last = now
		const width = 24
		full := 0
		if total > 0 {
			full = int(width * done / total)
		}
		_, _ = fmt.Fprintf(b.w, "%s[%s%s] %s %s", clearLine, strings.Repeat("█", full), strings.Repeat("░", width-full), what, fraction(done, total))
	}
}

// fraction prints bytes as megabytes, anything small as a count.
func fraction(done, total int64) string {
	if total < 10_000 {
		return fmt.Sprintf("%d/%d", done, total)
	}
	return fmt.Sprintf("%.1f/%.1f MB", float64(done)/1e6, float64(total)/1e6)
}
