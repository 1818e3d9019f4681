// SPDX-License-Identifier: Apache-2.0

package program

import "strings"

// What matchBracket returns instead of an end.
const (
	bracketBad  = -1 // a mistake: nothing matches
	bracketOpen = -2 // there is no end: the bracket is an ordinary byte
)

// matchBracket reports whether c is in the set whose "[" stands before
// pattern[i], and where the pattern goes on behind its "]". glibc reads the set
// anew for each byte, and stops to look for mistakes once the byte was found:
// what is wrong behind it does not count. So do we.
func matchBracket(pattern string, i int, c byte, fold bool) (has bool, end int) {
	r := bracketReader{pattern: pattern, at: i}
	negate := r.peek() == '!' || r.peek() == '^'
	if negate {
		r.at++
	}
	for first := true; ; first = false {
		if r.at >= len(r.pattern) {
			return false, bracketOpen
		}
		if r.pattern[r.at] == ']' && !first {
			return negate, r.at + 1
		}
		if class, ok := r.class(); ok {
			in, known := inClass(class, c)
			if !known {
				return false, bracketBad
			}
			if in {
				return !negate, r.rest()
			}
			continue
		}
		if same, ok := r.equivalent(); ok {
			if same == c {
				return !negate, r.rest()
			}
			continue
		}
		lo, status := r.element()
		if status != 0 {
			return false, status
		}
		hi := lo
		if r.peek() == '-' && r.peekAt(1) != ']' {
			r.at++
			if r.at >= len(r.pattern) {
				if lo == c {
					return false, bracketOpen
				}
				return false, bracketBad
			}
			if hi, status = r.element(); status != 0 {
				return false, status
			}
		}
		x := c
		if fold {
			x, lo, hi = lower(x), lower(lo), lower(hi)
		}
		if lo <= x && x <= hi {
			return !negate, r.rest()
		}
	}
}

type bracketReader struct {
	pattern string
	at      int
}

func (r *bracketReader) peek() byte { return r.peekAt(0) }

func (r *bracketReader) peekAt(n int) byte {
	if r.at+n < len(r.pattern) {
		return r.pattern[r.at+n]
	}
	return 0
}

// class reads a "[:name:]". What only looks like one is ordinary bytes.
func (r *bracketReader) class() (name string, ok bool) {
	rest := r.pattern[r.at:]
	if !strings.HasPrefix(rest, "[:") {
		return "", false
	}
	n := strings.Index(rest[2:], ":]")
	if n < 0 || strings.Trim(rest[2:2+n], "abcdefghijklmnopqrstuvwxy") != "" {
		return "", false
	}
	r.at += n + 4
	return rest[2 : 2+n], true
}

// equivalent reads a "[=x=]", in the C locale x alone.
func (r *bracketReader) equivalent() (c byte, ok bool) {
	if r.peek() != '[' || r.peekAt(1) != '=' || r.peekAt(3) != '=' || r.peekAt(4) != ']' {
		return 0, false
	}
	r.at += 5
	return r.pattern[r.at-3], true
}

// element reads one end of a range: a byte, escaped perhaps, or "[.x.]".
func (r *bracketReader) element() (c byte, status int) {
	c = r.pattern[r.at]
	r.at++
	switch {
	case c == '\\':
		if r.at >= len(r.pattern) {
			return 0, bracketBad
		}
		c = r.pattern[r.at]
		r.at++
	case c == '[' && r.peek() == '.':
		if r.peekAt(2) != '.' || r.peekAt(3) != ']' {
			return 0, bracketBad // in the C locale, symbols have no names
		}
		c = r.peekAt(1)
		r.at += 4
	}
	return c, 0
}

// rest finds the end of a set of which a byte was found already.
func (r *bracketReader) rest() int {
	for {
		switch c := r.peek(); {
		case r.at >= len(r.pattern):
			return bracketOpen
		case c == ']':
			return r.at + 1
		case c == '\\':
			if r.at+1 >= len(r.pattern) {
				return bracketBad
			}
			r.at += 2
		case c == '[' && r.peekAt(1) == '=':
			if _, ok := r.equivalent(); !ok {
				return bracketBad
			}
		case c == '[' && r.peekAt(1) == '.':
			end := strings.Index(r.pattern[r.at+2:], ".]")
			if end < 0 {
				return bracketBad
			}
			r.at += end + 4
		case c == '[' && r.peekAt(1) == ':':
			if _, ok := r.class(); !ok {
				r.at++
			}
		default:
			r.at++
		}
	}
}

// inClass reports whether c is in a class of the C locale, and whether there is
// such a class.
func inClass(name string, c byte) (in, known bool) {
	isUpper, isLower := 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z'
	digit := '0' <= c && c <= '9'
	alnum := isUpper || isLower || digit
	graph := '!' <= c && c <= '~'
	switch name {
	case "alpha":
		return isUpper || isLower, true
	case "digit":
		return digit, true
	case "alnum":
		return alnum, true
	case "upper":
		return isUpper, true
	case "lower":
		return isLower, true
	case "xdigit":
		return digit || 'a' <= lower(c) && lower(c) <= 'f', true
	case "space":
		return c == ' ' || '\t' <= c && c <= '\r', true
	case "blank":
		return c == ' ' || c == '\t', true
	case "punct":
		return graph && !alnum, true
	case "graph":
		return graph, true
	case "print":
		return graph || c == ' ', true
	case "cntrl":
		return c < ' ' || c == 0x7f, true
	}
	return false, false
}
