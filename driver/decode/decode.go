// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/event"
)

// HeaderSize is how many bytes a record has before the lengths of its
// parameters: struct header in driver/bpf/op.h.
const HeaderSize = 32

// Flags tell what a record lacks. The bits are those of enum record_flags.
type Flags uint8

// The flags.
const (
	Cut    Flags = 1 << iota // a value was longer than fits, and is cut or missing
	Fault                    // a value could not be read
	Compat                   // a syscall of the 32-bit interface
)

// ErrMalformed says that bytes are no record.
var ErrMalformed = errors.New("malformed record")

// A Decoder reads records.
type Decoder struct {
	boot  uint64 // nanoseconds since the epoch when the clock of records began
	forms *[maxTypes]*form
	buf   []byte
}

// New returns a decoder. boot is the time at which the clock of records began,
// in nanoseconds since the epoch.
func New(boot uint64) *Decoder {
	return &Decoder{boot: boot, forms: forms(), buf: make([]byte, 0, 64<<10)}
}

// Time returns the time of a record, on the clock that records have, without
// looking at the rest. It is 0 for what is too short to be one.
func Time(record []byte) uint64 {
	if len(record) < HeaderSize {
		return 0
	}
	return binary.LittleEndian.Uint64(record)
}

// Decode reads a record into an event. The event's parameters are valid until
// the next call; they are copies where they have to be rewritten, and views of
// the record elsewhere. Num is left alone.
func (d *Decoder) Decode(record []byte, ev *event.Event) (Flags, error) {
	if len(record) < HeaderSize {
		return 0, fmt.Errorf("%w: %d bytes, fewer than its header has", ErrMalformed, len(record))
	}
	le := binary.LittleEndian
	size, typ := le.Uint32(record[16:]), event.Type(le.Uint16(record[20:]))
	n := int(record[22])
	if int64(size) != int64(len(record)) {
		return 0, fmt.Errorf("%w: %d bytes, and its header says %d", ErrMalformed, len(record), size)
	}
	start := HeaderSize + 2*n
	if n > event.MaxParams || start > len(record) {
		return 0, fmt.Errorf("%w: %d parameters in %d bytes", ErrMalformed, n, len(record))
	}
	lens, data := record[HeaderSize:start], record[start:]
	ev.Time, ev.TID = le.Uint64(record)+d.boot, int64(le.Uint64(record[8:]))
	ev.CPU, ev.Type, ev.Merged = le.Uint16(record[24:]), typ, false
	form := d.forms[typ%maxTypes]
	if form == nil || int(typ) >= maxTypes {
		return 0, fmt.Errorf("%w: the driver makes no events of type %d", ErrMalformed, typ)
	}
	if n != len(form.params) {
		return 0, fmt.Errorf("%w: %s with %d parameters, and it has %d", ErrMalformed, typ, n, len(form.params))
	}
	flags := Flags(record[23])
	var sum int
	for i := range n {
		size := int(le.Uint16(lens[2*i:]))
		if w := form.params[i].width; w != 0 && size != 0 && size != w {
			return 0, fmt.Errorf("%w: parameter %d of %s has %d bytes, and not %d", ErrMalformed, i, typ, size, w)
		}
		sum += size
	}
	if sum != len(data) {
		return 0, fmt.Errorf("%w: parameters of %d bytes in %d", ErrMalformed, sum, len(data))
	}
	if !form.rewrite {
		ev.SetParams16(lens, data)
		return flags, nil
	}
	if form.resize {
		d.rewrite(form, lens, data, ev)
	} else {
		d.patch(form, lens, data, ev)
	}
	return flags, nil
}

// patch copies the parameters and changes numbers in place.
func (d *Decoder) patch(f *form, lens, data []byte, ev *event.Event) {
	d.buf = append(d.buf[:0], data...)
	at := 0
	for i := range f.params {
		size := int(binary.LittleEndian.Uint16(lens[2*i:]))
		if convert := f.params[i].convert; convert != nil && size != 0 {
			value := d.buf[at : at+size]
			appendNumber(value[:0], convert(number(value)), size)
		}
		at += size
	}
	ev.SetParams16(lens, d.buf)
}

// rewrite copies the parameters, saying numbers of the kernel's as the table of
// events has them.
func (d *Decoder) rewrite(f *form, lens, data []byte, ev *event.Event) {
	le := binary.LittleEndian
	var sizes [event.MaxParams]uint32
	out := d.buf[:0]
	for i := range f.params {
		p := &f.params[i]
		size := int(le.Uint16(lens[2*i:]))
		value := data[:size]
		data = data[size:]
		at := len(out)
		switch {
		case p.convert == nil || size == 0:
			out = append(out, value...)
		default:
			out = appendNumber(out, p.convert(number(value)), p.out)
		}
		sizes[i] = uint32(len(out) - at)
	}
	d.buf = out
	ev.Reset(out)
	for i := range f.params {
		ev.AddParam(sizes[i])
	}
}

func number(b []byte) uint64 {
	if len(b) == 4 {
		return uint64(binary.LittleEndian.Uint32(b))
	}
	var v uint64
	for i, c := range b {
		v |= uint64(c) << (8 * i)
	}
	return v
}

func appendNumber(b []byte, v uint64, width int) []byte {
	if width == 4 {
		return binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	for range width {
		b = append(b, byte(v))
		v >>= 8
	}
	return b
}

const maxTypes = calls.MaxNumber
