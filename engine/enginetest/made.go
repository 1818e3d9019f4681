// SPDX-License-Identifier: Apache-2.0

package enginetest

import (
	"encoding/binary"
	"fmt"

	"github.com/lanner-project/lanner/engine/event"
)

// P are parameters by name.
type P map[string]any

// Made makes an event of a type, with the parameters that matter for a test: an
// int is encoded as its parameter's kind has it, a string gets its NUL, and
// []byte is taken as it is. The others are empty.
func Made(typ event.Type, tid int64, params P) *event.Event {
	ev := &event.Event{Type: typ, TID: tid, Num: 1, Time: 1 << 60}
	var data []byte
	var sizes []uint32
	left := len(params)
	all := typ.Info().Common()
	if _, ok := params[event.Opened]; ok {
		all = typ.Info().Params
	}
	for i := range all {
		p := &all[i]
		from := len(data)
		if v, ok := params[p.Name]; ok {
			data = appendMade(data, p.Kind, v)
			left--
		}
		sizes = append(sizes, uint32(len(data)-from))
	}
	if left > 0 {
		panic(fmt.Sprintf("the event %s has not all of the parameters %v", typ, params))
	}
	ev.Reset(data)
	for _, n := range sizes {
		ev.AddParam(n)
	}
	return ev
}

func appendMade(dst []byte, kind event.Kind, v any) []byte {
	switch v := v.(type) {
	case int:
		return append(dst, binary.LittleEndian.AppendUint64(nil, uint64(v))[:kind.Width()]...)
	case string:
		return append(append(dst, v...), 0)
	case []byte:
		return append(dst, v...)
	}
	panic(fmt.Sprintf("a parameter cannot be made of a %T", v))
}

// Tuple4 is a parameter with two IPv4 addresses, as in Tuple4(10, 0, 0, 1, 4000, 10, 0, 0, 2, 80).
func Tuple4(a, b, c, d byte, port uint16, e, f, g, h byte, to uint16) []byte {
	p := binary.LittleEndian.AppendUint16([]byte{2, a, b, c, d}, port)
	return binary.LittleEndian.AppendUint16(append(p, e, f, g, h), to)
}

// Sockaddr4 is a parameter with one.
func Sockaddr4(a, b, c, d byte, port uint16) []byte {
	return binary.LittleEndian.AppendUint16([]byte{2, a, b, c, d}, port)
}
