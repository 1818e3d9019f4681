// SPDX-License-Identifier: Apache-2.0

package syntax

import (
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
)

// The words of the language. What is a word hangs on the place: after an
// operator "and" is a text like any other, which rules in the field rely on.
var (
	orderOps   = []string{"<=", "<", ">=", ">"}
	symbolOps  = []string{"==", "=", "!="}
	wordOps    = []string{"glob", "iglob", "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "regex"}
	listOps    = []string{"intersects", "in", "pmatch"}
	modifiers  = []string{"oneof", "anyof", "allof"}
	transforms = []string{"tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt"}
)

// Operators returns all operators as they are written.
func Operators() []string {
	return slices.Concat([]string{"exists"}, orderOps, symbolOps, wordOps, listOps)
}

// TakesList reports whether the operator is followed by a list, always or with
// this modifier.
func TakesList(op, mod string) bool {
	if mod == "" {
		return slices.Contains(listOps, op)
	}
	return slices.Contains(modifiers, mod) && (slices.Contains(symbolOps, op) || slices.Contains(wordOps, op))
}

// Transformers returns the names that can be followed by a parenthesis.
func Transformers() []string { return append([]string{"val"}, transforms...) }

// IsOrder reports whether the operator compares by size, so that only a number
// can follow it.
func IsOrder(op string) bool { return slices.Contains(orderOps, op) }

// IsNumber reports whether the text is a number as the language writes them.
func IsNumber(s string) bool {
	rest, hex := strings.CutPrefix(strings.ToLower(s), "0x")
	if hex {
		return rest != "" && strings.IndexFunc(rest, func(r rune) bool { return r >= 0x80 || !isAlnum(byte(r)) }) < 0
	}
	return s != "" && numberLen(s) == len(s)
}

// IsMacroName reports whether a condition can name a macro so.
func IsMacroName(s string) bool { return s != "" && wordLen(s) == len(s) }

// IsBare reports whether the text can stand in a condition without quotes.
func IsBare(s string) bool {
	for i := range len(s) {
		if !isBare(s[i]) {
			return false
		}
	}
	return s != ""
}

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isAlnum(c byte) bool { return isAlpha(c) || isDigit(c) }

// isBlank: backspace counts as a blank in the reference's grammar.
func isBlank(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\b'
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// isBare reports whether a value without quotes can have the byte. A backspace
// ends it, being a blank; in the reference it is both.
func isBare(c byte) bool {
	switch c {
	case ' ', '\t', '\n', '\v', '\f', '\r', '\b', '(', ')', '"', '\'', '=', ',':
		return false
	}
	return true
}

// isBareArg reports whether an argument in brackets can have the byte without
// quotes.
func isBareArg(c byte) bool {
	switch c {
	case ' ', '\t', '\n', '\v', '\f', '\r', '[', ']', '"', '\'':
		return false
	}
	return true
}

// wordLen returns how long the word is that s begins with.
func wordLen(s string) int {
	if s == "" || !isAlpha(s[0]) {
		return 0
	}
	n := 1
	for n < len(s) && (isAlnum(s[n]) || s[n] == '_') {
		n++
	}
	return n
}

// fieldLen returns how long the field's name is that s begins with: words
// joined by dots, two or more.
func fieldLen(s string) int {
	n := wordLen(s)
	dots := 0
	for n > 0 && n < len(s) && s[n] == '.' {
		w := wordLen(s[n+1:])
		if w == 0 {
			break
		}
		n += 1 + w
		dots++
	}
	if dots == 0 {
		return 0
	}
	return n
}

// numberLen returns how long the decimal number is that s begins with: a sign,
// digits, and maybe a fraction and an exponent, whose sign is not optional.
func numberLen(s string) int {
	digits := func(n int) int {
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		return n
	}
	n := 0
	if s != "" && (s[0] == '+' || s[0] == '-') {
		n = 1
	}
	end := digits(n)
	if end == n {
		return 0
	}
	if end < len(s) && s[end] == '.' {
		end = digits(end + 1)
	}
	if end+1 < len(s) && s[end]|0x20 == 'e' && (s[end+1] == '+' || s[end+1] == '-') {
		if e := digits(end + 2); e > end+2 {
			end = e
		}
	}
	return end
}

// quoted reads a text in quotes at the beginning of s. It returns the text,
// how many bytes it takes with its quotes, and what is wrong with it, placed
// relative to s.
func quoted(s string) (text string, n int, err *Error) {
	q := s[0]
	plain := strings.IndexByte(s[1:], q)
	if plain >= 0 && strings.IndexByte(s[1:1+plain], '\\') < 0 {
		return s[1 : 1+plain], plain + 2, nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == q:
			return b.String(), i + 1, nil
		case c != '\\':
			b.WriteByte(c)
		case i+1 == len(s):
			// Falls out of the loop: the quote is not closed.
		default:
			i++
			r, ok := unescape(s[i], q)
			if !ok {
				return "", 0, &Error{
					Code: diag.BadEscape, At: Span{Pos(i - 1), Pos(i + 1)},
					Message: "unknown escape " + s[i-1:i+1],
					Hint:    `write two backslashes for one; known are \b \f \n \r \t \\ \/ and \` + string(q),
				}
			}
			b.WriteByte(r)
		}
	}
	return "", 0, &Error{
		Code: diag.UnclosedQuote, At: Span{0, 1},
		Message: "this quote is not closed",
		Hint:    "close it with " + string(q),
	}
}

// unescape returns what an escape stands for. A backslash before a blank is a
// backslash: a public ruleset was written so when the reference still accepted
// anything.
func unescape(c, quote byte) (byte, bool) {
	switch c {
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case ' ', '\\':
		return '\\', true
	case '/':
		return '/', true
	case quote:
		return quote, true
	}
	return 0, false
}
