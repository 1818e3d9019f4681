// SPDX-License-Identifier: Apache-2.0

package diag

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A quote is a line of a file, and what of it is meant, both as they can be
// shown on a terminal.
type quote struct {
	line   string
	before string // as wide as what stands before the place
	marks  string // ^^^^
}

// maxQuoted is how much of a line is shown on each side of the place.
// Conditions can stand on one line of thousands of characters.
const maxQuoted = 60

// quoteLine returns the line that the span begins on. It reports false where
// the place is not in the text.
func quoteLine(text []byte, pos, end Pos) (quote, bool) {
	if pos.Line == 0 || pos.Offset > len(text) || pos.Col < 1 || pos.Offset < pos.Col-1 {
		return quote{}, false
	}
	start := pos.Offset - (pos.Col - 1)
	line := text[start:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = bytes.TrimSuffix(line, []byte("\r"))
	from := min(pos.Offset-start, len(line))
	to := from + 1
	if end.Line == pos.Line && end.Offset > pos.Offset {
		to = end.Offset - start
	} else if end.Line > pos.Line {
		to = len(bytes.TrimRight(line, " \t"))
	}
	to = min(max(to, from+1), len(line))

	head, headCut := cutFront(line[:from])
	middle := line[from:max(from, to)]
	tail, tailCut := cutBack(line[max(from, to):])
	if len(middle) > 2*maxQuoted {
		middle, tail, tailCut = runesUpTo(middle, 2*maxQuoted), nil, true
	}
	q := quote{
		line:   printable(head) + printable(middle) + printable(tail),
		before: blank(printable(head)),
		marks:  strings.Repeat("^", max(1, utf8.RuneCount(middle))),
	}
	if headCut {
		q.line, q.before = "…"+q.line, " "+q.before
	}
	if tailCut {
		q.line += "…"
	}
	return q, true
}

// cutFront returns the last bytes of b, beginning with a whole character, and
// whether that is less than all.
func cutFront(b []byte) ([]byte, bool) {
	if len(b) <= maxQuoted {
		return b, false
	}
	b = b[len(b)-maxQuoted:]
	for len(b) > 0 && !utf8.RuneStart(b[0]) {
		b = b[1:]
	}
	return b, true
}

// cutBack is cutFront for the first bytes.
func cutBack(b []byte) ([]byte, bool) {
	if len(b) <= maxQuoted {
		return b, false
	}
	return runesUpTo(b, maxQuoted), true
}

// runesUpTo returns the first whole characters of b within n bytes.
func runesUpTo(b []byte, n int) []byte {
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// printable replaces what would move a terminal's cursor. A rules file may come
// from a stranger, and quoting it must not let it write anywhere else.
func printable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, string(b))
}

// blank returns a text as wide as s, with the same tabs.
func blank(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, s)
}
