// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/event"
)

// seed is a capture with everything a capture can have, as small as may be.
func seed(tb testing.TB, w func(io.Writer) *Writer) []byte {
	tb.Helper()
	var b bytes.Buffer
	c := w(&b)
	c.Machine(&event.Machine{CPUs: 2, Hostname: "host", BootTime: 1})
	c.Interface(&event.Interface{Name: "lo", Addr: []byte{127, 0, 0, 1}, Netmask: make([]byte, 4), Broadcast: make([]byte, 4)})
	c.Interface(&event.Interface{Name: "lo", Addr: make([]byte, 16), Netmask: make([]byte, 16), Broadcast: make([]byte, 16)})
	c.User(&event.User{Name: "root", Home: "/root", Shell: "/bin/sh"})
	c.Group(&event.Group{GID: 1, Name: "daemon"})
	c.Proc(&event.Proc{TID: 7, PID: 7, Comm: []byte("sh"), Args: []byte("-c\x00ls\x00"), Cgroups: []byte("cpu=/\x00")})
	for typ := event.FileUnknown; typ <= event.FilePID+1; typ++ {
		c.File(7, &event.File{FD: int64(typ), Type: typ, Name: []byte("/x"), SrcPort: 80})
	}
	ev := event.Event{Time: 1, TID: 7, Type: event.OpenExit}
	ev.SetParams16([]byte{8, 0, 3, 0}, []byte("\x03\x00\x00\x00\x00\x00\x00\x00/x\x00"))
	for _, typ := range []event.Type{event.OpenExit, event.Container, event.DropEnter} {
		ev.Type = typ
		if err := c.Event(&ev); err != nil {
			tb.Fatal(err)
		}
	}
	c.Group(&event.Group{GID: 2, Name: "bin"}) // a second section
	if err := c.Event(&ev); err != nil {
		tb.Fatal(err)
	}
	if err := c.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// oldSeed is a capture as the first versions wrote them: lists whose entries
// have no lengths, events that do not say how many parameters they have.
func oldSeed(tb testing.TB) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := NewWriter(&b)
	list := func(typ uint32, body []byte) {
		start := w.begin(typ)
		w.out = append(w.out, body...)
		w.end(start)
	}
	proc := slices.Concat(make([]byte, 24), []byte("\x02\x00sh\x02\x00sh\x00\x00\x01\x00/"), make([]byte, 20))
	list(blockProcsV1, proc)
	list(blockProcsV4, slices.Concat(proc, make([]byte, 28), make([]byte, 2), make([]byte, 16), make([]byte, 2)))
	list(blockFiles, slices.Concat(make([]byte, 8), make([]byte, 16), []byte{1, 2, 0, '/', 'x'}))
	list(blockInterfaces, slices.Concat([]byte{3, 0, 2, 0}, make([]byte, 12), []byte("lo")))
	list(blockUsers, slices.Concat(make([]byte, 9), []byte("\x01\x00a\x00\x00\x00\x00"), []byte{1, 5, 0, 0, 0, 1, 0, 'g'}))
	event := slices.Concat(make([]byte, 2), make([]byte, 16), []byte{22 + 4 + 11, 0, 0, 0, 3, 0}, []byte{8, 0, 3, 0}, make([]byte, 8), []byte("/x\x00"))
	list(blockEvent, event)
	list(blockEventFlags, slices.Insert(event, 2, 0, 0, 0, 0))
	if err := w.flush(0); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// Whatever the bytes: no panic, no event with parameters that are not there,
// chunks give the same, and what was read can be written and read again.
func FuzzReader(f *testing.F) {
	f.Add(seed(f, NewWriter))
	f.Add(seed(f, NewGzipWriter))
	f.Add(oldSeed(f))
	whole := seed(f, NewWriter)
	f.Add(whole[:len(whole)-30])
	damaged := bytes.Clone(whole)
	damaged[len(whole)/2] ^= 0xff
	f.Add(damaged)
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) && len(data) > 1<<12 {
			t.Skip("enough to decompress to gigabytes")
		}
		var b bytes.Buffer
		w := NewWriter(&b)
		var read lists
		r, err := NewRawReader(bytes.NewReader(data), read.both(w))
		if err != nil {
			return
		}
		var events []string
		var ev event.Event
		for err == nil {
			if err = r.Next(&ev); err == nil {
				events = append(events, show(&ev))
				if err := w.Event(&ev); err != nil && !errors.Is(err, ErrTooLarge) {
					t.Fatal(err)
				}
			}
		}
		if up, err := NewReader(bytes.NewReader(data), nil); err == nil {
			for err == nil {
				if err = up.Next(&ev); err == nil {
					_ = show(&ev)
				}
			}
		}
		chunked := readChunks(t, data)
		if r.Stats().Malformed == 0 && errors.Is(err, io.EOF) {
			if diff := cmp.Diff(events, chunked); diff != "" {
				t.Errorf("-at once +in chunks:\n%s", diff)
			}
		}
		if r.Stats().Damaged == 0 && errors.Is(err, io.EOF) {
			sameWithSmallBuffer(t, data, read, events, r.Stats())
		}
		if r.Stats().Malformed == 0 && w.Close() == nil {
			sameAgain(t, b.Bytes(), read, events)
		}
	})
}

func readChunks(t *testing.T, data []byte) (events []string) {
	t.Helper()
	r, err := NewRawReader(bytes.NewReader(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Cursor(nil)
	for {
		chunk, err := r.NextChunk()
		if err != nil {
			break
		}
		chunk.Tell(discard{})
		c.Start(chunk)
		headers, err := headersOf(c)
		events = append(events, inChunk(t, chunk, headers)...)
		if !errors.Is(err, io.EOF) {
			break
		}
		r.Recycle(chunk)
	}
	return events
}

// sameWithSmallBuffer reads with a buffer that every list is longer than. Only
// how damaged lists are counted may differ.
func sameWithSmallBuffer(t *testing.T, data []byte, wantLists lists, wantEvents []string, want Stats) {
	t.Helper()
	var haveLists lists
	r, err := newReader(bytes.NewReader(data), &haveLists, nil, minBlock)
	var events []string
	var ev event.Event
	for err == nil {
		if err = r.Next(&ev); err == nil {
			events = append(events, show(&ev))
		}
	}
	if want.Malformed > 0 {
		return
	}
	if r.Stats() != want {
		t.Errorf("read with a small buffer %+v, with a large one %+v", r.Stats(), want)
	}
	if diff := cmp.Diff(wantLists.all, haveLists.all) + cmp.Diff(wantEvents, events); diff != "" {
		t.Errorf("-large buffer +small buffer:\n%s", diff)
	}
}

// sameAgain reads what was written. Some of it may be cut: the format has
// limits that those who read need not keep.
func sameAgain(t *testing.T, data []byte, wantLists lists, wantEvents []string) {
	t.Helper()
	var haveLists lists
	r, err := NewRawReader(bytes.NewReader(data), &haveLists)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	var ev event.Event
	for {
		err := r.Next(&ev)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if stats := r.Stats(); stats.Malformed+stats.Damaged+stats.UnknownTypes+stats.UnknownBlocks > 0 {
		t.Fatalf("what was written is read as %+v", stats)
	}
	if len(haveLists.all) != len(wantLists.all) || n > len(wantEvents) {
		t.Fatalf("read %d entries of lists and %d events, read back %d and %d",
			len(wantLists.all), len(wantEvents), len(haveLists.all), n)
	}
}
