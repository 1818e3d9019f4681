// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/syntax"
)

// A Text is a scalar of a file, or several that were appended to each other
// with a blank between them. Its bytes have places of their own, from Base on,
// which a Set's Place leads back to the files.
type Text struct {
	Value string
	Base  syntax.Pos

	size  int
	parts []part
}

// A part is a scalar in a text.
type part struct {
	start    int // in the text
	from, to int // of the scalar's value
	src      *source
	node     *yaml.Node
}

// newText makes a text of a scalar.
func newText(src *source, n *yaml.Node) Text {
	var t Text
	t.append(src, n, 0, len(n.Value))
	return t
}

// trimmedText makes a text of a scalar without the blanks around it.
func trimmedText(src *source, n *yaml.Node) Text {
	var t Text
	left := strings.TrimLeft(n.Value, " \t\r\n")
	from := len(n.Value) - len(left)
	t.append(src, n, from, from+len(strings.TrimRight(left, " \t\r\n")))
	return t
}

// append adds a part of a scalar behind a blank.
func (t *Text) append(src *source, n *yaml.Node, from, to int) {
	if t.size > 0 {
		t.size++
	}
	t.parts = append(t.parts, part{t.size, from, to, src, n})
	t.size += to - from
}

// join adds another text. The value is put together only when all parts are
// there: there may be thousands.
func (t *Text) join(u Text) {
	for _, p := range u.parts {
		t.append(p.src, p.node, p.from, p.to)
	}
}

// seal puts the value together.
func (t *Text) seal() {
	var b strings.Builder
	for _, p := range t.parts {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.node.Value[p.from:p.to])
	}
	t.Value = b.String()
}

// part returns the part that byte i is in.
func (t *Text) part(i int) part {
	n := sort.Search(len(t.parts), func(n int) bool { return t.parts[n].start > i })
	return t.parts[max(n-1, 0)]
}

// places leads from the places of texts to those of files.
type places struct {
	texts []*Text // in order of their bases

	// The map of the scalar that was asked for last: a condition's tests are
	// looked up one after another.
	node  *yaml.Node
	steps scalarMap
	at    int // where the scalar begins in its file
}

// add puts a text's value together and gives it its base.
func (ps *places) add(t *Text) {
	t.seal()
	ps.reserve(t)
}

// reserve gives a text its base.
func (ps *places) reserve(t *Text) {
	t.Base = 1
	if n := len(ps.texts); n > 0 {
		last := ps.texts[n-1]
		t.Base = last.Base + syntax.Pos(last.size) + 2
	}
	ps.texts = append(ps.texts, t)
}

// span returns where a span was written.
func (ps *places) span(at syntax.Span) (pos, end diag.Pos) {
	n := sort.Search(len(ps.texts), func(n int) bool { return ps.texts[n].Base > at.Start }) - 1
	if n < 0 {
		return diag.Pos{}, diag.Pos{}
	}
	t := ps.texts[n]
	src, from := ps.offset(t, int(at.Start-t.Base))
	if at.End <= at.Start {
		return src.pos(from), diag.Pos{}
	}
	// Behind the last byte, not at the next one: between them the line may end.
	last, to := ps.offset(t, int(at.End-t.Base)-1)
	if last != src || to < from {
		return src.pos(from), diag.Pos{}
	}
	return src.pos(from), src.pos(min(to+1, len(src.Data)))
}

// offset returns the file and the offset in it where byte i of a text was
// written.
func (ps *places) offset(t *Text, i int) (*source, int) {
	p := t.part(i)
	if ps.node != p.node {
		ps.node, ps.at, ps.steps = p.node, p.src.offset(p.node), nil
		if steps, ok := mapScalar(p.src.Data[ps.at:], p.node); ok {
			ps.steps = steps
		}
	}
	if ps.steps == nil {
		return p.src, ps.at
	}
	i = min(max(i-p.start, 0)+p.from, len(p.node.Value))
	return p.src, min(ps.at+ps.steps.at(i), len(p.src.Data))
}
