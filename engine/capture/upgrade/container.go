// SPDX-License-Identifier: Apache-2.0

package upgrade

import (
	"strconv"
	"unicode/utf8"

	"github.com/lanner-project/lanner/engine/event"
)

// appendContainer adds the description of a container that the parameters of a
// ContainerV4 give: its id, type, name and image.
func appendContainer(out []byte, ev *event.Event) []byte {
	if ev.NumParams() < 4 {
		return out
	}
	kind, _ := ev.Uint(1)
	out = appendJSON(append(out, `{"id":`...), ev.Text(0))
	out = strconv.AppendUint(append(out, `,"type":`...), kind, 10)
	out = appendJSON(append(out, `,"name":`...), ev.Text(2))
	out = appendJSON(append(out, `,"image":`...), ev.Text(3))
	return append(out, '}', 0)
}

// appendJSON adds a string as JSON has it. The reference adds it as it is.
func appendJSON(out, text []byte) []byte {
	out = append(out, '"')
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < ' ':
			const hex = "0123456789abcdef"
			out = append(out, '\\', 'u', '0', '0', hex[r>>4], hex[r&0xf])
		default:
			out = utf8.AppendRune(out, r)
		}
		text = text[size:]
	}
	return append(out, '"')
}
