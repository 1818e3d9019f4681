// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// inlineWriter rewrites the inline content of one paragraph to one line. Text
// is collected and escaped only when something else follows: pieces that are
// harmless alone ("@" and "alice", "&" and "#64;") are not when joined.
type inlineWriter struct {
	src  []byte
	out  strings.Builder
	text strings.Builder
}

// inlines returns the inline content of n as one line of safe Markdown.
func inlines(n ast.Node, src []byte) string {
	w := inlineWriter{src: src}
	w.children(n, false)
	w.flush()
	return strings.TrimSpace(w.out.String())
}

func (w *inlineWriter) children(n ast.Node, inLink bool) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			w.text.WriteString(unescape(c.Value(w.src)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				w.text.WriteByte(' ')
			}
		case *ast.String:
			w.text.WriteString(unescape(c.Value))
		case *ast.CodeSpan:
			w.code(c)
		case *ast.Link:
			w.link(c, inLink)
		case *ast.AutoLink:
			w.autoLink(c, inLink)
		case *ast.RawHTML:
			for i := range c.Segments.Len() {
				seg := c.Segments.At(i)
				w.text.Write(seg.Value(w.src))
			}
		default: // emphasis; an image is its alternative text
			w.children(c, inLink)
		}
	}
}

// unescape returns the text that a reader sees: backslash escapes and entities
// resolved. What comes out is escaped again, so the order does not matter.
func unescape(raw []byte) string {
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(raw))))
}

// flush writes the collected text, escaped.
func (w *inlineWriter) flush() {
	raw := w.text.String()
	w.text.Reset()
	if raw == "" {
		return
	}
	s, _ := clean(strings.ToValidUTF8(raw, "�"))
	s = strings.NewReplacer("\n", " ", "\t", " ").Replace(s)
	escaped := escapeText(s)
	if w.out.Len() == 0 {
		escaped = escapeStart(strings.TrimLeft(escaped, " "))
	}
	w.out.WriteString(escaped)
}

func (w *inlineWriter) code(n *ast.CodeSpan) {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Value(w.src))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
		}
	}
	s := oneLine(b.String())
	if s == "" {
		return
	}
	w.flush()
	// Two runs of backticks that touch become one, and what was code is text.
	if strings.HasSuffix(w.out.String(), "`") {
		w.out.WriteByte(' ')
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if s[0] == '`' || s[len(s)-1] == '`' {
		s = " " + s + " "
	}
	w.out.WriteString(fence + s + fence)
}

func (w *inlineWriter) link(n *ast.Link, inLink bool) {
	dest, ok := safeURL(unescape(n.Destination))
	if !ok || inLink {
		w.children(n, inLink)
		return
	}
	inner := inlineWriter{src: w.src}
	inner.children(n, true)
	inner.flush()
	label := strings.TrimSpace(inner.out.String())
	w.flush()
	// A label that shows one address and leads to another is a trap.
	if label == "" || strings.Contains(label, "://") || strings.Contains(label, "www.") {
		w.out.WriteString("<" + dest + ">")
		return
	}
	w.out.WriteString("[" + label + "](" + dest + ")")
}

func (w *inlineWriter) autoLink(n *ast.AutoLink, inLink bool) {
	dest, ok := safeURL(string(n.URL(w.src)))
	if !ok || inLink || n.AutoLinkType != ast.AutoLinkURL {
		w.text.Write(n.Label(w.src))
		return
	}
	w.flush()
	w.out.WriteString("<" + dest + ">")
}

// escapeLine escapes s, one line of text that is not Markdown.
func escapeLine(s string) string { return escapeStart(escapeText(s)) }

// escapeText escapes what has a meaning inside a line of Markdown, and what
// GitHub gives one: mentions and references to issues.
//
// GitHub looks for those in the rendered text, so neither a backslash nor an
// entity for the character itself helps; a zero-width space after it does
// (Dependabot writes mentions the same way).
func escapeText(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := 0; i < len(s); i++ {
		c := s[i]
		prev, next := byte(' '), byte(' ')
		if i > 0 {
			prev = s[i-1]
		}
		if i+1 < len(s) {
			next = s[i+1]
		}
		switch c {
		case '\\', '`', '*', '[', ']', '<', '~', '|', '$':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '_':
			// Between letters it is never emphasis: max_size stays readable.
			if !alnum(prev) || !alnum(next) {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		case '!':
			// What follows the text may be a link, and "![" an image.
			if i+1 == len(s) {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		case '&':
			if alnum(next) || next == '#' {
				b.WriteString("&amp;")
			} else {
				b.WriteByte(c)
			}
		case '@':
			b.WriteByte(c)
			if !alnum(prev) && next != ' ' {
				b.WriteString("&#8203;")
			}
		case '#':
			b.WriteByte(c)
			if next >= '0' && next <= '9' {
				b.WriteString("&#8203;")
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// escapeStart escapes what has a meaning at the start of a line only. S is
// already escaped by escapeText.
func escapeStart(s string) string {
	if s == "" {
		return s
	}
	switch s[0] {
	case '#', '+', '-', '=', '>', ':':
		return "\\" + s
	}
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	if digits > 0 && digits < len(s) && (s[digits] == '.' || s[digits] == ')') {
		return s[:digits] + "\\" + s[digits:]
	}
	return s
}

// alnum reports whether c is an ASCII letter or digit. Other letters do not
// count: to GitHub "é@alice" is a mention.
func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
