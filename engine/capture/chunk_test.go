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
	fmt.Fprintf(&s, "%d %d tid=%d cpu=%d %d", ev.Num, ev.Time, ev.TID, ev.CPU, ev.Type)
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
	r, err := newReader(bytes.NewReader(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	const workers = 3
	have, stats := inChunks(t, r, workers)
	for i := range workers {
		if i == 2 { // of the others it may have the header alone
			for n := range min(len(want), len(have[i])) {
				if strings.HasPrefix(want[n], have[i][n]) {
					have[i][n] = want[n]
				}
			}
		}
		if diff := cmp.Diff(want, have[i]); diff != "" {
			t.Fatalf("%s: worker %d: -one reader +in chunks:\n%s", name, i, diff)
		}
		total := r.Stats()
		if total.Add(stats[i]); total != wantStats {
			t.Errorf("%s: worker %d counted %+v, one reader %+v", name, i, total, wantStats)
		}
	}
}

// inChunks reads a capture with several workers at once. The second of them reads
// headers first, the third has the parameters of every other event only.
func inChunks(t *testing.T, r *Reader, workers int) (events [][]string, stats []Stats) {
	t.Helper()
	events, stats = make([][]string, workers), make([]Stats, workers)
	type job struct {
		*Chunk
		left *atomic.Int32 // workers who read it
	}
	var queues []chan job
	read := make(chan *Chunk, 100)
	var wg sync.WaitGroup
	for i := range workers {
		queue := make(chan job, 2)
		queues = append(queues, queue)
		cursor := r.Cursor(nil)
		wg.Go(func() {
			var ev event.Event
			for chunk := range queue {
				cursor.Start(chunk.Chunk)
				for {
					next := cursor.Next
					if i > 0 {
						next = cursor.NextHeader
					}
					if next(&ev) != nil {
						break
					}
					header := show(&ev)
					if i == 1 || i == 2 && ev.Num%2 == 0 {
						if !cursor.Params(&ev) {
							t.Errorf("event %d has no parameters", ev.Num)
						}
					}
					if after := show(&ev); !strings.HasPrefix(after, header) {
						t.Errorf("the header of %s was %s", after, header)
					}
					events[i] = append(events[i], show(&ev))
				}
				if chunk.left.Add(-1) == 0 {
					read <- chunk.Chunk
				}
			}
			stats[i] = cursor.Stats()
		})
	}
	for {
		chunk, err := r.NextChunk()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Error(err)
			break
		}
		j := job{chunk, new(atomic.Int32)}
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
	return events, stats
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
