// SPDX-License-Identifier: Apache-2.0

package event

import "encoding/binary"

// A Type is the kind of an event: a syscall's return, a change of a process, a
// notice of the source. The numbers are those of the capture format.
type Type uint16

// MaxParams is how many parameters an event can have at most, in the capture
// format as in the driver.
const MaxParams = 32

// An Event is one thing that happened: a type, when, who, and its parameters
// as bytes, little-endian, in the order of the type's table row.
//
// An Event is meant to be used again for the next one: sources fill it in
// place. Its parameters are views of the source's buffer.
type Event struct {
	Num  uint64 // position in its source, from 1
	Time uint64 // nanoseconds since the epoch
	TID  int64  // the thread, in the machine's first pid namespace
	CPU  uint16
	Type Type

	// Merged says that the source told of the call's begin apart from its end,
	// and that the event is made of both.
	Merged bool

	data []byte
	n    int
	ends [MaxParams]uint32
}

// Reset gives the event new parameters: data holds them back to back. Lengths
// are added with AddParam, in order.
func (e *Event) Reset(data []byte) { e.data, e.n = data, 0 }

// AddParam says that the next parameter is size bytes long. It reports whether
// the event has room for it and its data is long enough.
func (e *Event) AddParam(size uint32) bool {
	var start uint32
	if e.n > 0 {
		start = e.ends[e.n-1]
	}
	end := uint64(start) + uint64(size)
	if e.n == MaxParams || end > uint64(len(e.data)) {
		return false
	}
	e.ends[e.n] = uint32(end)
	e.n++
	return true
}

// SetParams16 gives the event new parameters at once: lens holds their lengths,
// two bytes each, and data holds them back to back. It reports whether the event
// has room for them and data is long enough; if not, the event has none.
func (e *Event) SetParams16(lens, data []byte) bool {
	e.data, e.n = data, 0
	n := len(lens) / 2
	if n > MaxParams {
		return false
	}
	var end uint32
	for i := range n {
		end += uint32(binary.LittleEndian.Uint16(lens[2*i:]))
		e.ends[i] = end
	}
	if uint64(end) > uint64(len(data)) {
		return false
	}
	e.n = n
	return true
}

// NumParams returns how many parameters the event carries, which may be fewer
// than its type has: older sources know fewer.
func (e *Event) NumParams() int { return e.n }

// Param returns parameter i, or nil where the event does not carry it. The
// bytes are valid until the source reads its next event.
func (e *Event) Param(i int) []byte {
	if i >= e.n {
		return nil
	}
	var start uint32
	if i > 0 {
		start = e.ends[i-1]
	}
	return e.data[start:e.ends[i]:e.ends[i]]
}

// Int64 returns parameter i as a signed number of eight bytes (FD, PID, ERRNO),
// and whether the event carries it.
func (e *Event) Int64(i int) (int64, bool) {
	p := e.Param(i)
	if len(p) != 8 {
		return 0, false
	}
	return int64(binary.LittleEndian.Uint64(p)), true
}

// Uint returns parameter i as an unsigned number of one to eight bytes, and
// whether the event carries it in such a size.
func (e *Event) Uint(i int) (uint64, bool) {
	switch p := e.Param(i); len(p) {
	case 8:
		return binary.LittleEndian.Uint64(p), true
	case 4:
		return uint64(binary.LittleEndian.Uint32(p)), true
	case 2:
		return uint64(binary.LittleEndian.Uint16(p)), true
	case 1:
		return uint64(p[0]), true
	}
	return 0, false
}

// Text returns parameter i as text, without the NUL that ends it.
func (e *Event) Text(i int) []byte {
	p := e.Param(i)
	if n := len(p); n > 0 && p[n-1] == 0 {
		return p[:n-1]
	}
	return p
}
