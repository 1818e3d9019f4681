// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"bytes"
	"unsafe"
)

// view is the bytes of a string that lasts, such as a name in a table. They must
// not be written to, and no value is.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// notAvailable is what text that is not there reads as where the reference has
// a value nevertheless.
var notAvailable = []byte("<NA>")

// mark and since make texts in the context's scratch memory:
//
//	start := c.mark()
//	c.scratch = append(c.scratch, …)
//	return c.since(start)
//
// Where the memory grows, texts made before stay where they were.
func (c *Context) mark() int { return len(c.scratch) }

func (c *Context) since(start int) (Value, bool) {
	return Value{Bytes: c.scratch[start:len(c.scratch):len(c.scratch)]}, true
}

// appendJoined appends a NUL-separated list with sep in place of the NULs.
func appendJoined(dst, list []byte, sep byte) []byte {
	start := len(dst)
	dst = append(dst, list...)
	for rest := dst[start:]; ; {
		i := bytes.IndexByte(rest, 0)
		if i < 0 {
			return dst
		}
		rest[i] = sep
		rest = rest[i+1:]
	}
}

// untilNUL is b up to its first NUL.
func untilNUL(b []byte) []byte {
	if before, _, ok := bytes.Cut(b, []byte{0}); ok {
		return before
	}
	return b
}
