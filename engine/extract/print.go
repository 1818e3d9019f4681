// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// A printer writes a value, as text and as JSON.
type printer struct {
	text, json func(dst []byte, c *Context, v Value) []byte
}

// AppendText appends the operand's value for the current event as outputs print
// it. It reports false, and appends nothing, where there is no value. Several
// values are a list in parentheses. What would disturb a terminal, or is no text
// in UTF-8, is replaced.
func (x *Extractor) AppendText(dst []byte, c *Context) ([]byte, bool) {
	if one := x.single(); one != nil {
		v, ok := one(c)
		if !ok {
			return dst, false
		}
		return x.print.text(dst, c, v), true
	}
	c.argument = x.Many(c, c.argument[:0])
	if len(c.argument) == 0 {
		return dst, false
	}
	dst = append(dst, '(')
	for i, v := range c.argument {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = x.print.text(dst, c, v)
	}
	return append(dst, ')'), true
}

// AppendJSON appends the operand's value for the current event as alerts hold
// it: numbers as numbers, several values as a list, null where there is none.
func (x *Extractor) AppendJSON(dst []byte, c *Context) []byte {
	if one := x.single(); one != nil {
		v, ok := one(c)
		if !ok {
			return append(dst, "null"...)
		}
		return x.print.json(dst, c, v)
	}
	c.argument = x.Many(c, c.argument[:0])
	if len(c.argument) == 0 {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, v := range c.argument {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = x.print.json(dst, c, v)
	}
	return append(dst, ']')
}

// single is how the operand's only value for outputs is read; nil where it may
// have several.
func (x *Extractor) single() one {
	if x.output != nil {
		return x.output
	}
	return x.One
}

// printerOf is how values of a kind are printed.
func printerOf(kind event.Kind) printer {
	switch kind {
	case event.KindInt8, event.KindInt16, event.KindInt32, event.KindInt64, event.KindErrno, event.KindFD, event.KindPID, event.KindPID32:
		return printer{appendSigned, appendSigned}
	case event.KindBool:
		return printer{appendBool, appendBool}
	case event.KindDouble:
		return printer{appendDouble, appendDoubleJSON}
	case event.KindIP, event.KindIPv4, event.KindIPv6, event.KindIPNet:
		return printer{appendIPText, appendIPJSON}
	case event.KindBytes, event.KindDynamic:
		return printer{appendBuffer, appendBufferJSON}
	case event.KindString, event.KindPath, event.KindRelPath, event.KindNone:
		return printer{appendSanitized, appendString}
	case event.KindSockaddr:
		return printer{
			func(dst []byte, _ *Context, v Value) []byte { return state.AppendSockaddr(dst, v.Bytes) },
			func(dst []byte, c *Context, v Value) []byte { return quote(dst, c, v, state.AppendSockaddr) },
		}
	case event.KindSocktuple:
		return printer{
			func(dst []byte, _ *Context, v Value) []byte { return state.AppendTuple(dst, v.Bytes) },
			func(dst []byte, c *Context, v Value) []byte { return quote(dst, c, v, state.AppendTuple) },
		}
	}
	return printer{appendUnsigned, appendUnsigned}
}

// quote appends what write makes of a value as a JSON string.
func quote(dst []byte, c *Context, v Value, write func(dst, b []byte) []byte) []byte {
	start := c.mark()
	c.scratch = write(c.scratch, v.Bytes)
	made, _ := c.since(start)
	return appendString(dst, c, made)
}

func appendSigned(dst []byte, _ *Context, v Value) []byte {
	return strconv.AppendInt(dst, int64(v.Num), 10)
}

func appendUnsigned(dst []byte, _ *Context, v Value) []byte {
	return strconv.AppendUint(dst, v.Num, 10)
}

// appendPadded appends a fraction of a second with all its digits.
func appendPadded(dst []byte, _ *Context, v Value) []byte {
	for limit := uint64(100_000_000); limit > 1 && v.Num < limit; limit /= 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendUint(dst, v.Num, 10)
}

func appendHex(dst []byte, _ *Context, v Value) []byte {
	return appendNumber(dst, event.FormatHex, v.Num, 0)
}

func appendHexJSON(dst []byte, c *Context, v Value) []byte {
	return append(appendHex(append(dst, '"'), c, v), '"')
}

func appendBool(dst []byte, _ *Context, v Value) []byte { return strconv.AppendBool(dst, v.Num != 0) }

func appendDouble(dst []byte, _ *Context, v Value) []byte {
	return strconv.AppendFloat(dst, math.Float64frombits(v.Num), 'f', 1, 64)
}

// appendDoubleJSON appends a number that is seen not to be an integer.
func appendDoubleJSON(dst []byte, _ *Context, v Value) []byte {
	f := math.Float64frombits(v.Num)
	if size := math.Abs(f); size != 0 && size < 1e-4 || size >= 1e15 {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if f == math.Trunc(f) {
		dst = append(dst, ".0"...)
	}
	return dst
}

func appendIPText(dst []byte, _ *Context, v Value) []byte { return state.AppendIP(dst, v.Bytes) }

func appendIPJSON(dst []byte, _ *Context, v Value) []byte {
	return append(state.AppendIP(append(dst, '"'), v.Bytes), '"')
}

func appendBuffer(dst []byte, _ *Context, v Value) []byte { return appendDots(dst, v.Bytes) }

func appendBufferJSON(dst []byte, c *Context, v Value) []byte {
	return quote(dst, c, v, appendDots)
}

// replacement stands for what is not to be printed.
const replacement = "\uFFFD"

func appendSanitized(dst []byte, _ *Context, v Value) []byte { return Sanitize(dst, v.Bytes) }

// Sanitize appends text with a replacement for each control character, for each
// part that is not UTF-8, and for code points that are no characters.
func Sanitize(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		if n := printable(b[i:]); n > 0 {
			dst = append(dst, b[i:i+n]...)
			i += n
			continue
		}
		c := b[i]
		r, size := utf8.DecodeRune(b[i:])
		if size <= 1 && c >= utf8.RuneSelf {
			size = maximalSubpart(b[i:])
			r = utf8.RuneError
		}
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef {
			dst = append(dst, replacement...)
		} else {
			dst = append(dst, b[i:i+size]...)
		}
		i += size
	}
	return dst
}

// printable is how many bytes at the start of b are printable ASCII. It looks at
// eight at once: most texts are nothing else.
func printable(b []byte) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	n := 0
	for ; len(b)-n >= 8; n += 8 {
		x := binary.LittleEndian.Uint64(b[n:])
		// The high bit of a byte is set by a byte that has it, by one less than
		// a blank, which borrows, and by 0x7f, which carries.
		if (x|(x-ones*' ')|(x+ones))&highs != 0 {
			break
		}
	}
	for n < len(b) && b[n] >= ' ' && b[n] < 0x7f {
		n++
	}
	return n
}

// maximalSubpart is how many bytes at the start of b begin a character that is
// not finished, which Unicode wants replaced as one.
func maximalSubpart(b []byte) int {
	need, low, high := 0, byte(0x80), byte(0xbf)
	switch c := b[0]; {
	case c >= 0xc2 && c <= 0xdf:
		need = 1
	case c >= 0xe0 && c <= 0xef:
		need = 2
		if c == 0xe0 {
			low = 0xa0
		} else if c == 0xed {
			high = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		need = 3
		if c == 0xf0 {
			low = 0x90
		} else if c == 0xf4 {
			high = 0x8f
		}
	}
	n := 1
	for n <= need && n < len(b) && b[n] >= low && b[n] <= high {
		n++
		low, high = 0x80, 0xbf
	}
	return n
}

// appendString appends text as a JSON string, sanitized.
func appendString(dst []byte, c *Context, v Value) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(v.Bytes); {
		b := v.Bytes[i]
		switch {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
			i++
		case b >= ' ' && b < 0x7f:
			dst = append(dst, b)
			i++
		default:
			n := 1
			for i+n < len(v.Bytes) && (v.Bytes[i+n] < ' ' || v.Bytes[i+n] >= 0x7f) {
				n++
			}
			dst = Sanitize(dst, v.Bytes[i:i+n])
			i += n
		}
	}
	return append(dst, '"')
}
