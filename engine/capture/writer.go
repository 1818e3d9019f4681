// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/lanner-project/lanner/engine/event"
)

// What readers of the format accept: longer texts are cut, as the kernel's
// sources of them are.
const (
	maxPath       = 1024
	maxArgs       = 4096
	maxFileName   = maxPath - 1
	maxCredential = 255
)

const flushSize = 128 << 10

// ErrTooLarge says that an event does not fit into the format.
var ErrTooLarge = errors.New("event too large for a capture")

// A Writer writes a capture in the newest version of the format.
//
// It is an event.Snapshot: what was there before the first event is written
// when it is told. A file's thread has to be told before. The first error stays
// and is returned by all that follows.
type Writer struct {
	w    io.Writer
	z    *gzip.Writer // the same as w, or nil
	out  []byte
	err  error
	head bool // a section is begun
	body bool // and has events

	// Lists that are not at their end: entries go into blocks of their kind.
	procs, files, interfaces, users []byte
	filesOf                         int64
}

// NewWriter returns a writer of a plain capture.
//
// Preconditions: Close is called after the last event.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// NewGzipWriter returns a writer of a compressed capture.
//
// Preconditions: Close is called after the last event.
func NewGzipWriter(w io.Writer) *Writer {
	z := gzip.NewWriter(w)
	return &Writer{w: z, z: z}
}

// Event writes an event, in the form in which it is.
func (w *Writer) Event(ev *event.Event) error {
	if w.err != nil {
		return w.err
	}
	if !ev.Type.Known() {
		return fmt.Errorf("event type %d is not in the table", ev.Type)
	}
	w.section()
	w.lists()
	w.body = true
	large := largeTypes[ev.Type]
	typ, most := uint32(blockEventV2), maxEvent
	if large {
		typ, most = blockEventV2Large, maxLarge
	}
	start := w.begin(typ)
	fits := w.event(ev, large)
	w.end(start)
	if size := len(w.out) - start; !fits || size > most {
		w.out = w.out[:start]
		return fmt.Errorf("%w: %s at %d takes %d bytes", ErrTooLarge, ev.Type, ev.Time, size)
	}
	return w.flush(flushSize)
}

// event writes what an event's block holds. It reports whether the lengths of
// the parameters fit.
func (w *Writer) event(ev *event.Event, large bool) (fits bool) {
	b := le.AppendUint16(w.out, ev.CPU)
	start := len(b)
	b = le.AppendUint64(b, ev.Time)
	b = le.AppendUint64(b, uint64(ev.TID))
	b = le.AppendUint32(b, 0) // the event's length, below
	b = le.AppendUint16(b, uint16(ev.Type))
	b = le.AppendUint32(b, uint32(ev.NumParams()))
	fits = true
	for i := range ev.NumParams() {
		n := len(ev.Param(i))
		if large {
			b = le.AppendUint32(b, uint32(n))
		} else {
			b = le.AppendUint16(b, uint16(n))
			fits = fits && n < 1<<16
		}
	}
	for i := range ev.NumParams() {
		b = append(b, ev.Param(i)...)
	}
	le.PutUint32(b[start+16:], uint32(len(b)-start))
	w.out = b
	return fits
}

// Close writes what is left. It does not close what the writer writes to.
func (w *Writer) Close() error {
	w.section() // a capture of nothing is one, too
	w.lists()
	err := w.flush(0)
	if w.z != nil && err == nil {
		w.err = w.z.Close()
	}
	return w.err
}

// flush writes out what there is, if it is more than some bytes.
func (w *Writer) flush(more int) error {
	if w.err == nil && len(w.out) > more {
		_, w.err = w.w.Write(w.out)
		w.out = w.out[:0]
	}
	return w.err
}

// begin starts a block. Lists can only be read at the head of a section.
func (w *Writer) begin(typ uint32) (start int) {
	if _, _, event := eventBlock(typ); w.body && !event {
		w.head, w.body = false, false
	}
	w.section()
	start = len(w.out)
	w.out = le.AppendUint32(w.out, typ)
	w.out = le.AppendUint32(w.out, 0) // its length, in end
	return start
}

// section begins a section, if none is begun.
func (w *Writer) section() {
	if w.head {
		return
	}
	w.head = true
	start := w.begin(blockSection)
	w.out = le.AppendUint32(w.out, byteOrderMagic)
	w.out = le.AppendUint16(w.out, formatMajor)
	w.out = le.AppendUint16(w.out, formatMinor)
	w.out = le.AppendUint64(w.out, ^uint64(0)) // the section's length is not known
	w.end(start)
}

// end ends the block that starts at start.
func (w *Writer) end(start int) {
	for (len(w.out)-start)%4 != 0 {
		w.out = append(w.out, 0)
	}
	n := uint32(len(w.out) - start + blockTrailer)
	le.PutUint32(w.out[start+4:], n)
	w.out = le.AppendUint32(w.out, n)
}

// block writes a block with what it holds, and empties that.
func (w *Writer) block(typ uint32, body *[]byte) {
	if len(*body) == 0 {
		return
	}
	start := w.begin(typ)
	w.out = append(w.out, *body...)
	w.end(start)
	*body = (*body)[:0]
}

// lists ends all lists. Readers take the last list of interfaces and the last
// of users as the whole, so those are written once.
func (w *Writer) lists() {
	w.block(blockInterfacesV2, &w.interfaces)
	w.block(blockUsersV2, &w.users)
	w.block(blockProcsV9, &w.procs)
	w.block(blockFilesV2, &w.files)
}
