// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"go.yaml.in/yaml/v3"
)

// YAML changes a text on its way from the file to the value: it folds lines,
// drops indentation, resolves quotes and escapes. To point at the wrong
// character of a condition one has to know where each byte of the value was
// written. The YAML package does not tell, so the text is walked a second time
// with the value beside it; where the two do not fit, only the scalar's
// beginning is known.

// A scalarMap leads from offsets in a value to offsets in the text. Between two
// steps both advance alike.
type scalarMap []mapStep

type mapStep struct{ value, text int }

// at returns where in the text the value's byte i was written.
func (m scalarMap) at(i int) int {
	n, found := slices.BinarySearchFunc(m, i, func(s mapStep, i int) int { return s.value - i })
	if !found {
		n--
	}
	if n < 0 {
		return 0
	}
	return m[n].text + i - m[n].value
}

// mapScalar maps a scalar whose text begins at the start of text. It reports
// false where the text does not lead to the node's value.
func mapScalar(text []byte, n *yaml.Node) (scalarMap, bool) {
	w := mapper{text: text, value: n.Value}
	var ok bool
	switch n.Style &^ (yaml.TaggedStyle | yaml.FlowStyle) {
	case yaml.LiteralStyle, yaml.FoldedStyle:
		ok = w.block()
	case yaml.DoubleQuotedStyle:
		ok = w.flow('"')
	case yaml.SingleQuotedStyle:
		ok = w.flow('\'')
	default:
		ok = w.flow(0)
	}
	return w.steps, ok
}

// A mapper walks a text and the value that it stands for together.
type mapper struct {
	text  []byte
	value string
	i, j  int // how far in the text and in the value
	steps scalarMap
}

// emit maps the next n bytes of the value, which it checks to be s, to the
// place at in the text.
func (w *mapper) emit(at int, s string) bool {
	if !strings.HasPrefix(w.value[w.j:], s) {
		return false
	}
	if k := len(w.steps); k == 0 || w.steps[k-1].text-w.steps[k-1].value != at-w.j {
		w.steps = append(w.steps, mapStep{w.j, at})
	}
	w.j += len(s)
	return true
}

// done reports whether all of the value is mapped.
func (w *mapper) done() bool { return w.j == len(w.value) }

// flow maps plain and quoted scalars.
func (w *mapper) flow(quote byte) bool {
	if quote != 0 {
		w.i = 1
	}
	for !w.done() {
		if w.i >= len(w.text) {
			return false
		}
		c := w.text[w.i]
		ok := true
		switch {
		case c == ' ' || c == '\t' || breakLen(w.text[w.i:]) > 0:
			ok = w.space()
		case c == '\'' && quote == c:
			ok = w.emit(w.i, "'")
			w.i += 2
		case c == '\\' && quote == '"':
			ok = w.escape()
		default:
			ok = w.emit(w.i, w.value[w.j:w.j+1]) && w.value[w.j-1] == c
			w.i++
		}
		if !ok {
			return false
		}
	}
	return true
}

// space maps blanks: those inside a line stay, those around a line break become
// one blank, or as many line breaks as there are empty lines.
func (w *mapper) space() bool {
	end := w.i
	for end < len(w.text) && (w.text[end] == ' ' || w.text[end] == '\t') {
		end++
	}
	if breakLen(w.text[end:]) == 0 {
		ok := w.emit(w.i, string(w.text[w.i:end]))
		w.i = end
		return ok
	}
	first, breaks, next := w.breaks(end)
	w.i = next
	if breaks == 1 {
		return w.emit(first, " ")
	}
	return w.emit(first, strings.Repeat("\n", breaks-1))
}

// breaks skips line breaks and blanks from at on.
func (w *mapper) breaks(at int) (first, count, next int) {
	first, next = at, at
	for next < len(w.text) {
		if n := breakLen(w.text[next:]); n > 0 {
			count++
			next += n
		} else if w.text[next] == ' ' || w.text[next] == '\t' {
			next++
		} else {
			break
		}
	}
	return first, count, next
}

// escape maps what a backslash begins in double quotes.
func (w *mapper) escape() bool {
	if w.i+1 >= len(w.text) {
		return false
	}
	at := w.i
	if breakLen(w.text[at+1:]) > 0 {
		// The line goes on behind the next one's indentation.
		_, breaks, next := w.breaks(at + 1)
		w.i = next
		return w.emit(at, strings.Repeat("\n", breaks-1))
	}
	s, n, ok := unescape(w.text[at+1:])
	w.i += 1 + n
	return ok && w.emit(at, s)
}

// unescape returns what the escape stands for that b begins with, and its
// length. The list is YAML 1.2's, section 5.7.
func unescape(b []byte) (string, int, bool) {
	const simple = "0\x00a\x07b\bt\tn\nv\vf\fr\re\x1b \x20\"\"''//\\\\"
	for k := 0; k < len(simple); k += 2 {
		if b[0] == simple[k] {
			return simple[k+1 : k+2], 1, true
		}
	}
	switch b[0] {
	case '\t':
		return "\t", 1, true
	case 'N':
		return "\u0085", 1, true
	case '_':
		return "\u00a0", 1, true
	case 'L':
		return "\u2028", 1, true
	case 'P':
		return "\u2029", 1, true
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[b[0]]
	if digits == 0 || len(b) <= digits {
		return "", 0, false
	}
	r, err := strconv.ParseUint(string(b[1:1+digits]), 16, 32)
	if err != nil || utf16.IsSurrogate(rune(r)) {
		return "", 0, false
	}
	return string(rune(r)), 1 + digits, true
}

// block maps literal and folded scalars.
func (w *mapper) block() bool {
	i := bytes.IndexAny(w.text, "\n\r\u0085\u2028\u2029")
	if i < 0 {
		return w.done()
	}
	w.i = i + breakLen(w.text[i:])
	indent, ok := w.indent()
	if !ok {
		return w.done()
	}
	for !w.done() {
		start := w.i
		breaks, ok := w.emptyLines(indent)
		if !ok {
			return strings.Trim(w.value[w.j:], "\n") == "" && w.emit(start, w.value[w.j:])
		}
		if !w.lineBreaks(start, breaks) {
			return false
		}
		w.i += indent
		end := w.i
		for end < len(w.text) && breakLen(w.text[end:]) == 0 {
			end++
		}
		if !w.emit(w.i, string(w.text[w.i:end])) {
			return false
		}
		w.i = end
	}
	return true
}

// indent finds how much of each line is not the value's: what the first line
// that is not blank has more than the value's.
func (w *mapper) indent() (int, bool) {
	for i := w.i; i < len(w.text); {
		n := 0
		for i+n < len(w.text) && w.text[i+n] == ' ' {
			n++
		}
		if k := breakLen(w.text[i+n:]); k > 0 {
			i += n + k
			continue
		}
		if i+n == len(w.text) {
			return 0, false
		}
		before := w.value[:len(w.value)-len(strings.TrimLeft(w.value, " \n"))]
		own := len(before) - (strings.LastIndexByte(before, '\n') + 1)
		return n - own, n >= own
	}
	return 0, false
}

// emptyLines skips line breaks and lines with nothing but indentation. It
// reports false where no line of the scalar follows.
func (w *mapper) emptyLines(indent int) (breaks int, ok bool) {
	for w.i < len(w.text) {
		if n := breakLen(w.text[w.i:]); n > 0 {
			breaks++
			w.i += n
			continue
		}
		n := 0
		for n < indent && w.i+n < len(w.text) && w.text[w.i+n] == ' ' {
			n++
		}
		switch k := breakLen(w.text[w.i+n:]); {
		case k > 0:
			breaks++
			w.i += n + k
		case n < indent || w.i+n == len(w.text):
			return breaks, false
		default:
			return breaks, true
		}
	}
	return breaks, false
}

// lineBreaks maps the breaks between two lines, which start in the text at at:
// a folded scalar has a blank for one, and one less for several, unless one of
// the lines begins with a blank.
func (w *mapper) lineBreaks(at, breaks int) bool {
	if breaks == 0 || w.done() {
		return true
	}
	if breaks == 1 && w.value[w.j] == ' ' {
		return w.emit(at, " ")
	}
	n := 0
	for w.j+n < len(w.value) && w.value[w.j+n] == '\n' {
		n++
	}
	// Each line break of the value is at one of the text; the first of a folded
	// one has none.
	if n != breaks && n != breaks-1 {
		return false
	}
	return w.emit(at, strings.Repeat("\n", n))
}
