// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/lanner-project/lanner/engine/event"
)

// allocated returns how many bytes f takes from the heap.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A capture cut off anywhere gives the events up to there, and says where.
func TestCut(t *testing.T) {
	t.Parallel()
	whole := seed(t, NewWriter)
	var all []string
	if _, err := readAll(t, whole, func(ev *event.Event) { all = append(all, show(ev)) }); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	for n := range len(whole) {
		r, err := NewRawReader(bytes.NewReader(whole[:n]), nil)
		var events []string
		var ev event.Event
		for err == nil {
			if err = r.Next(&ev); err == nil {
				events = append(events, show(&ev))
			}
		}
		if len(events) > len(all) || !slices.Equal(events, all[:len(events)]) {
			t.Fatalf("cut after %d bytes: read %q", n, events)
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, ErrNotCapture) && n < minBlock:
		case errors.Is(err, io.ErrUnexpectedEOF) && strings.HasPrefix(err.Error(), "byte "):
		default:
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
	}
	_, err := readAll(t, whole[:len(whole)-5], func(*event.Event) {})
	const want = "byte 1524: cut off after 51 of 56 bytes of a block of type 0x216: unexpected EOF"
	if err == nil || err.Error() != want {
		t.Errorf("cut in the last event: %v, want %s", err, want)
	}
}

// What is cut off within the compression is so, too.
func TestCutGzip(t *testing.T) {
	t.Parallel()
	whole := seed(t, NewGzipWriter)
	for n := range len(whole) {
		r, err := NewRawReader(bytes.NewReader(whole[:n]), nil)
		var ev event.Event
		for err == nil {
			err = r.Next(&ev)
		}
		if errors.Is(err, io.EOF) || !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, ErrNotCapture) {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
	}
}

func TestNotCapture(t *testing.T) {
	t.Parallel()
	head := seed(t, NewWriter)[:28]
	with := func(at int, b byte) []byte {
		c := bytes.Clone(head)
		c[at] = b
		return c
	}
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, `it starts with ""`},
		{[]byte("#!/bin/sh\necho no\n"), `it starts with "#!/bin/s"`},
		{[]byte{0x1f, 0x8b, 0, 0}, "not a capture: "},
		{with(8, 0), "byte order"},
		{slices.Concat(head[:8], []byte{0x1a, 0x2b, 0x3c, 0x4d}, head[12:]), "big-endian"},
		{with(12, 2), "its version is 2.2, and this reads 1 only"},
	} {
		_, err := NewRawReader(bytes.NewReader(c.data), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.data, err, c.want)
		}
	}
	bad := errors.New("disk on fire")
	if _, err := NewRawReader(iotest.ErrReader(bad), nil); !errors.Is(err, bad) {
		t.Errorf("a file that cannot be read: %v", err)
	}
	r, err := NewRawReader(io.MultiReader(bytes.NewReader(seed(t, NewWriter)), iotest.ErrReader(bad)), nil)
	var ev event.Event
	for err == nil {
		err = r.Next(&ev)
	}
	if !errors.Is(err, bad) {
		t.Errorf("a file that cannot be read to its end: %v", err)
	}
}

// A length is believed as far as there are bytes.
func TestHostileLengths(t *testing.T) {
	head := seed(t, NewWriter)[:28]
	for _, typ := range []uint32{blockEventV2, blockEventV2Large, blockProcsV9, blockFilesV2, blockMachine, 0x999} {
		for _, length := range []uint32{0, 11, 12, maxEvent, maxEvent + 1, maxLarge, maxList, ^uint32(0)} {
			data := slices.Concat(head, le.AppendUint32(le.AppendUint32(nil, typ), length), make([]byte, 1<<10))
			got := allocated(func() {
				r, err := NewRawReader(bytes.NewReader(data), nil)
				var ev event.Event
				for err == nil {
					err = r.Next(&ev)
				}
				if errors.Is(err, io.EOF) {
					t.Errorf("block %#x of %d bytes: nobody noticed", typ, length)
				}
			})
			if got > 2*bufferSize {
				t.Errorf("block %#x of %d bytes: took %d bytes of memory", typ, length, got)
			}
		}
	}
}

// Events take no memory.
func TestNextAllocatesNothing(t *testing.T) {
	r, err := NewRawReader(bytes.NewReader(manyEvents(t, 1000)), nil)
	if err != nil {
		t.Fatal(err)
	}
	var ev event.Event
	if n := testing.AllocsPerRun(3, func() {
		if err := r.Next(&ev); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("Next allocates %v times", n)
	}
}

// A list of more processes than should be in memory is read nevertheless.
func TestLongList(t *testing.T) {
	const n = 20_000
	env := bytes.Repeat([]byte{'x'}, maxArgs)
	var list []byte // the entries in one block, which our writer does not make
	for tid := range int64(n) {
		one := &Writer{}
		one.Proc(&event.Proc{TID: tid, Env: env})
		list = append(list, one.procs...)
	}
	w := &Writer{}
	w.block(blockProcsV9, &list)

	count := &counts{}
	got := allocated(func() {
		if _, err := NewRawReader(bytes.NewReader(w.out), count); err != nil {
			t.Error(err)
		}
	})
	if count.procs != n || count.last != n-1 {
		t.Errorf("read %d processes up to %d, want %d", count.procs, count.last, n)
	}
	if got > 2*bufferSize {
		t.Errorf("took %d bytes of memory for %d", got, len(w.out))
	}
}

type counts struct {
	discard
	procs int
	last  int64
}

func (c *counts) Proc(p *event.Proc) { c.procs++; c.last = p.TID }

// Memory does not grow with the file.
func TestConstantMemory(t *testing.T) {
	data := manyEvents(t, 100_000)
	got := allocated(func() {
		r, err := NewRawReader(io.LimitReader(bytes.NewReader(data), int64(len(data))), nil)
		var ev event.Event
		n := 0
		for err == nil {
			err = r.Next(&ev)
			n++
		}
		if !errors.Is(err, io.EOF) {
			t.Error(err)
		}
	})
	if got > 2*bufferSize {
		t.Errorf("took %d bytes of memory for %d", got, len(data))
	}
}

// manyEvents is a capture with nothing but events.
func manyEvents(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b)
	ev := event.Event{Type: event.OpenExit}
	ev.SetParams16([]byte{8, 0, 3, 0}, []byte("\x03\x00\x00\x00\x00\x00\x00\x00/x\x00"))
	for range n {
		if err := w.Event(&ev); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A block whose length is wrong costs its event, no more.
func TestDamagedBlock(t *testing.T) {
	t.Parallel()
	whole := manyEvents(t, 100)
	var starts []int64
	for b := newBlocks(bytes.NewReader(whole), bufferSize); ; {
		start := b.offset()
		block, _, err := b.block()
		if err != nil {
			break
		}
		if le.Uint32(block) == blockEventV2 {
			starts = append(starts, start)
		}
	}
	for _, i := range []int{0, 1, 50, 98} {
		for at := range 8 { // of its type and its length
			data := bytes.Clone(whole)
			data[starts[i]+int64(at)] ^= 0x55
			n := 0
			stats, err := readAll(t, data, func(*event.Event) { n++ })
			if !errors.Is(err, io.EOF) || n != 99 || stats.Damaged+stats.UnknownBlocks != 1 {
				t.Errorf("byte %d of event %d is damaged: read %d events, %+v, %v", at, i, n, stats, err)
			}
		}
	}
	// Nothing good follows the last one.
	data := bytes.Clone(whole)
	data[starts[99]+4] ^= 0x55
	if _, err := readAll(t, data, func(*event.Event) {}); !errors.Is(err, ErrDamaged) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the last event is damaged: %v", err)
	}
}
