// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// A progress shows on a terminal how much of the input was read.
type progress struct {
	w     io.Writer
	total int64
	read  atomic.Int64

	stop chan struct{}
	done sync.WaitGroup
}

const (
	progressDelay = 500 * time.Millisecond // what is over sooner needs none
	progressPace  = 200 * time.Millisecond
	clearLine     = "\r\x1b[K"
)

// showsProgress reports whether there is a terminal for a progress bar, which
// alerts do not go to as well.
func showsProgress(stdout, stderr io.Writer) bool {
	return isTerminal(stderr) && !isTerminal(stdout) && os.Getenv("TERM") != "dumb"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// startProgress shows progress towards total bytes until finish is called; 0
// stands for an end that is not known. Without a terminal w is nil.
func startProgress(w io.Writer, total int64) *progress {
	p := &progress{w: w, total: total, stop: make(chan struct{})}
	if w != nil {
		p.done.Go(p.run)
	}
	return p
}

// reader counts what is read through it.
func (p *progress) reader(r io.Reader) io.Reader { return &progressReader{r, p} }

type progressReader struct {
	io.Reader
	p *progress
}

func (r *progressReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.p.read.Add(int64(n))
	return n, err
}

// finish takes the bar away.
func (p *progress) finish() {
	close(p.stop)
	p.done.Wait()
}

func (p *progress) run() {
	start := time.Now()
	pause := time.NewTimer(progressDelay)
	defer pause.Stop()
	shown := false
	for {
		select {
		case <-p.stop:
			if shown {
				fmt.Fprint(p.w, clearLine)
			}
			return
		case <-pause.C:
			fmt.Fprint(p.w, clearLine+bar(p.read.Load(), p.total, time.Since(start)))
			shown = true
			pause.Reset(progressPace)
		}
	}
}

// bar draws a progress bar of less than 80 columns.
func bar(read, total int64, took time.Duration) string {
	rate := megabytes(int64(float64(read)/took.Seconds())) + "/s"
	if total <= 0 {
		return fmt.Sprintf("%s read, %s", megabytes(read), rate)
	}
	const width = 30
	filled := int(min(read, total) * width / total)
	return fmt.Sprintf("%3d %% [%s%s] %s of %s, %s", min(read, total)*100/total,
		strings.Repeat("=", filled), strings.Repeat(" ", width-filled), megabytes(read), megabytes(total), rate)
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
