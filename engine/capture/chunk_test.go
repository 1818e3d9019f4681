// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/event"
)

// show writes all of an event, to compare it with another.
func show(ev *event.Event) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d %d tid=%d cpu=%d %d %t", ev.Num, ev.Time, ev.TID, ev.CPU, ev.Type, ev.Merged)
	for i := range ev.NumParams() {
		fmt.Fprintf(&s, " %x", ev.Param(i))
	}
	return s.String()
}

// Several workers see in chunks what one reader sees.
func TestChunks(t *testing.T) {
	t.Parallel()
	for folder, names := range map[string][]string{
		"":        {"libs_curl_google", "libs_sample", "sf_rename_rename"},
		"new":     {"sf_rename_rename.new"},
		"corrupt": {"falco_trace_files_syscall.new"},
	} {
		for _, name := range names {
			data := captures(t, folder)[name]
			data = append(data[:len(data):len(data)], data...) // a second section
			checkChunks(t, name+", raw", NewRawReader, data)
			checkChunks(t, name, NewReader, data)
		}
	}
}

func checkChunks(t *testing.T, name string, newReader newFunc, data []byte) {
	t.Helper()
	var want []string
	wantStats, err := readWith(t, newReader, data, func(ev *event.Event) { want = append(want, show(ev)) })
	if !errors.Is(err, io.EOF) {
		t.Errorf("%s: %v", name, err)
	}
	const workers = 2
	events, total := inChunks(t, newReader, data, workers)
	for i, have := range events {
		if diff := cmp.Diff(want, have); diff != "" {
			t.Fatalf("%s: worker %d: -one reader +in chunks:\n%s", name, i, diff)
		}
	}
	if total != wantStats {
		t.Errorf("%s: counted in chunks %+v, by one reader %+v", name, total, wantStats)
	}
}

// inChunks reads a capture with several workers at once.
func inChunks(t *testing.T, newReader newFunc, data []byte, workers int) (events [][]string, stats Stats) {
	t.Helper()
	r, err := newReader(bytes.NewReader(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	events = make([][]string, workers)
	type job struct {
		*Chunk
		headers []event.Header
		left    *atomic.Int32 // workers who read it
	}
	var queues []chan job
	read := make(chan *Chunk, 100)
	var wg sync.WaitGroup
	for i := range workers {
		queue := make(chan job, 2)
		queues = append(queues, queue)
		wg.Go(func() {
			for chunk := range queue {
				events[i] = append(events[i], inChunk(t, chunk.Chunk, chunk.headers)...)
				if chunk.left.Add(-1) == 0 {
					read <- chunk.Chunk
				}
			}
		})
	}
	cursor := r.Cursor(nil)
	for {
		chunk, err := r.NextChunk()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Error(err)
			break
		}
		cursor.Start(chunk)
		headers, err := headersOf(cursor)
		if !errors.Is(err, io.EOF) {
			t.Error(err)
		}
		j := job{chunk, headers, new(atomic.Int32)}
		j.left.Store(int32(workers))
		for _, q := range queues {
			q <- j
		}
		for len(read) > 0 {
			r.Recycle(<-read)
		}
	}
	for _, q := range queues {
		close(q)
	}
	wg.Wait()
	stats = r.Stats()
	stats.Add(cursor.Stats())
	stats.Malformed -= r.unreadable.Load() / uint64(workers) * uint64(workers-1) // each of them counted
	return events, stats
}

// headersOf reads the headers of a chunk.
func headersOf(c *Cursor) (headers []event.Header, err error) {
	for {
		var h event.Header
		if err := c.NextHeader(&h); err != nil {
			return headers, err
		}
		headers = append(headers, h)
	}
}

// inChunk reads all events of a chunk.
func inChunk(t *testing.T, chunk *Chunk, headers []event.Header) (events []string) {
	t.Helper()
	var ev event.Event
	for _, h := range headers {
		ev.Num = h.Num
		if !chunk.Event(h.Place, &ev) {
			continue
		}
		if h.Time != ev.Time || h.TID != ev.TID || h.Type != ev.Type {
			t.Errorf("the header of %s was %+v", show(&ev), h)
		}
		events = append(events, show(&ev))
	}
	return events
}

// The lists in a chunk, and no others, reach those who ask for them.
func TestChunkTells(t *testing.T) {
	t.Parallel()
	data := captures(t, "")["sf_rename_rename"]
	data = append(data[:len(data):len(data)], data...)
	var head, have lists
	if _, err := NewReader(bytes.NewReader(data[:len(data)/2]), &head); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	cursor := r.Cursor(nil)
	for {
		chunk, err := r.NextChunk()
		if err != nil {
			break
		}
		chunk.Tell(&have)
		cursor.Start(chunk)
		if _, err := headersOf(cursor); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(head.all, have.all); diff != "" {
		t.Errorf("-head of the second section +told by chunks:\n%s", diff)
	}
}

// Chunks that are recycled make do with the memory of a few.
func TestRecycle(t *testing.T) {
	data := manyEvents(t, 100_000)
	n := 0
	got := allocated(func() {
		r, err := NewReader(bytes.NewReader(data), nil)
		if err != nil {
			t.Fatal(err)
		}
		c := r.Cursor(nil)
		var ev event.Event
		for {
			chunk, err := r.NextChunk()
			if err != nil {
				break
			}
			for c.Start(chunk); c.Next(&ev) == nil; {
				n++
			}
			r.Recycle(chunk)
		}
	})
	if n != 100_000 {
		t.Errorf("read %d events", n)
	}
	if got > 4*bufferSize {
		t.Errorf("took %d bytes of memory for %d", got, len(data))
	}
}
