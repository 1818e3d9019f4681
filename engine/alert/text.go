// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"bytes"
	"unicode/utf8"
)

const replacement = "\uFFFD"

const hexDigits = "0123456789abcdef"

// appendQuoted appends text as a JSON string.
func appendQuoted[T string | []byte](dst []byte, text T) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, text)
	return append(dst, '"')
}

// appendClean is appendEscaped for text that is UTF-8 without control
// characters, as values are in outputs: all that is left to escape is found
// faster than byte by byte.
func appendClean(dst, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '"')
		if i < 0 {
			i = len(text)
		}
		if j := bytes.IndexByte(text[:i], '\\'); j >= 0 {
			i = j
		}
		dst = append(dst, text[:i]...)
		if i == len(text) {
			return dst
		}
		dst = append(dst, '\\', text[i])
		text = text[i+1:]
	}
}

// needsEscape reports whether text that appendClean takes is another one inside a
// JSON string.
func needsEscape(text []byte) bool {
	return bytes.IndexByte(text, '"') >= 0 || bytes.IndexByte(text, '\\') >= 0
}

// appendEscaped appends text as it stands inside a JSON string. It escapes what
// JSON demands and no more: the reference leaves "/", "<" and all that is not
// ASCII as they are. What is not UTF-8 is replaced: values of fields are so
// already, names of rules and hosts need not be.
func appendEscaped[T string | []byte](dst []byte, text T) []byte {
	start := 0
	for i := 0; i < len(text); {
		b := text[i]
		if b >= ' ' && b < utf8.RuneSelf && b != '"' && b != '\\' {
			i++
			continue
		}
		if b >= utf8.RuneSelf {
			size := runeLen(text[i:])
			if size > 0 {
				i += size
				continue
			}
			dst = append(dst, text[start:i]...)
			dst = append(dst, replacement...)
			i++
			start = i
			continue
		}
		dst = append(dst, text[start:i]...)
		dst = appendEscape(dst, b)
		i++
		start = i
	}
	return append(dst, text[start:]...)
}

// runeLen returns the length of the whole character that text starts with, 0
// where it does not start with one.
func runeLen[T string | []byte](text T) int {
	head := string(text[:min(utf8.UTFMax, len(text))]) // does not escape: no allocation
	r, size := utf8.DecodeRuneInString(head)
	if r == utf8.RuneError && size == 1 {
		return 0
	}
	return size
}

func appendEscape(dst []byte, b byte) []byte {
	switch b {
	case '"', '\\':
		return append(dst, '\\', b)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
}

// appendFitted appends text in exactly width bytes: with blanks behind it, or
// cut. The reference cuts through characters; this stops before one.
func appendFitted(dst, text []byte, width int) []byte {
	if len(text) > width {
		cut := width
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	dst = append(dst, text...)
	for n := len(text); n < width; n++ {
		dst = append(dst, ' ')
	}
	return dst
}
