// SPDX-License-Identifier: Apache-2.0

package alert

import "unicode/utf8"

const replacement = "\uFFFD"

// printable reports whether a value can be printed as it is. Nearly all can, so
// that this is all that most values cost.
func printable(text []byte) bool {
	for i, b := range text {
		if b-' ' >= 0x7F-' ' {
			return b >= utf8.RuneSelf && printableRunes(text[i:])
		}
	}
	return true
}

func printableRunes(text []byte) bool {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if !printableRune(r, size) {
			return false
		}
		text = text[size:]
	}
	return true
}

// printableRune says what the reference lets through to outputs: no control
// characters of either set, no non-characters. A terminal acts on the first,
// and decoders refuse the last.
func printableRune(r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1:
		return false
	case r < ' ', r >= 0x7F && r < 0xA0:
		return false
	case r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
		return false
	}
	return true
}

// appendPrintable appends text with U+FFFD in place of what cannot be printed.
func appendPrintable(dst, text []byte) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			size = brokenLen(text)
			dst = append(dst, replacement...)
		} else if printableRune(r, size) {
			dst = append(dst, text[:size]...)
		} else {
			dst = append(dst, replacement...)
		}
		text = text[size:]
	}
	return dst
}

// brokenLen returns how many bytes of a broken UTF-8 sequence one U+FFFD stands
// for: the longest start of a character that could have become valid. It is
// what Unicode recommends ("substitution of maximal subparts") and the
// reference does; Go would replace each byte.
//
// Preconditions: text is not empty and does not start with a whole character.
func brokenLen(text []byte) int {
	need := 0 // bytes that have to follow
	lo, hi := byte(0x80), byte(0xBF)
	switch b := text[0]; {
	case b >= 0xC2 && b <= 0xDF:
		need = 1
	case b >= 0xE0 && b <= 0xEF:
		need = 2
		if b == 0xE0 {
			lo = 0xA0 // less is an overlong form
		} else if b == 0xED {
			hi = 0x9F // more is half of a surrogate pair
		}
	case b >= 0xF0 && b <= 0xF4:
		need = 3
		if b == 0xF0 {
			lo = 0x90
		} else if b == 0xF4 {
			hi = 0x8F // more is beyond U+10FFFF
		}
	}
	n := 1
	for n <= need && n < len(text) && text[n] >= lo && text[n] <= hi {
		lo, hi = 0x80, 0xBF
		n++
	}
	return n
}

const hexDigits = "0123456789abcdef"

// appendQuoted appends text as a JSON string.
func appendQuoted[T string | []byte](dst []byte, text T) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, text)
	return append(dst, '"')
}

// appendEscaped appends text as it stands inside a JSON string. It escapes what
// JSON demands and no more: the reference leaves "/", "<" and all that is not
// ASCII as they are.
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
			i += brokenLen([]byte(text[i:min(i+utf8.UTFMax, len(text))]))
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
