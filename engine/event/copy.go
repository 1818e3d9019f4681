// SPDX-License-Identifier: Apache-2.0

package event

import "encoding/binary"

// copyHeader is how long a copy is but for the parameters: time, thread, CPU,
// type, whether the event is merged, the number of parameters.
const copyHeader = 8 + 8 + 2 + 2 + 1 + 1

// AppendCopy appends all of an event, but for its number, for ReadCopy: it is
// there after the source has gone on. The form is for the memory of one process.
func (e *Event) AppendCopy(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint64(b, e.Time)
	b = le.AppendUint64(b, uint64(e.TID))
	b = le.AppendUint16(b, e.CPU)
	b = le.AppendUint16(b, uint16(e.Type))
	merged := byte(0)
	if e.Merged {
		merged = 1
	}
	b = append(b, merged, byte(e.n))
	var end uint32
	for _, end = range e.ends[:e.n] {
		b = le.AppendUint32(b, end)
	}
	return append(b, e.data[:end]...)
}

// ReadCopy makes the event what AppendCopy wrote at the start of b, of which its
// parameters are views. The number stays.
func (e *Event) ReadCopy(b []byte) {
	le := binary.LittleEndian
	e.Time, e.TID = le.Uint64(b), int64(le.Uint64(b[8:]))
	e.CPU, e.Type = le.Uint16(b[16:]), Type(le.Uint16(b[18:]))
	e.Merged, e.n = b[20] != 0, int(b[21])
	b = b[copyHeader:]
	for i := range e.n {
		e.ends[i] = le.Uint32(b[4*i:])
	}
	e.data = b[4*e.n:]
}
