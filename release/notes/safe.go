// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxDepth is how deep lists of a note are kept; deeper ones are flattened.
const maxDepth = 3

// safeMarkdown rewrites a note as Markdown that can stand inside a list item:
// paragraphs of one line each, bullet lists, fenced code, code spans and
// http(s) links. The first line is always a paragraph; lead is used for it
// when the note starts with something else. Everything else of the note
// becomes escaped text.
//
// It goes through the tree rather than through regular expressions, because
// what is code and what is text is decided by a parser on the reader's side as
// well: a filter that sees it differently lets things through.
func safeMarkdown(note, lead string) string {
	p := parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithInlineParsers(append(parser.DefaultInlineParsers(),
			util.Prioritized(extension.NewLinkifyParser(), 999))...),
	)
	w := safeWriter{src: []byte(note)}
	w.blocks(p.Parse(text.NewReader(w.src)), 0)
	if len(w.out) == 0 || w.out[0].kind != paragraph || w.out[0].depth != 0 {
		w.out = append([]block{{kind: paragraph, lines: []string{escapeLine(oneLine(lead))}}}, w.out...)
	}
	return w.String()
}

type blockKind int

const (
	paragraph blockKind = iota
	item
	code
)

// block is a piece of a rewritten note. Depth is the number of list items that
// it is in; an item is the first paragraph of one.
type block struct {
	kind  blockKind
	depth int
	lines []string
}

type safeWriter struct {
	src []byte
	out []block
}

// String lays the blocks out.
func (w *safeWriter) String() string {
	var b strings.Builder
	for i, bl := range w.out {
		prefix, first := strings.Repeat("  ", bl.depth), ""
		if bl.kind == item {
			first = strings.Repeat("  ", bl.depth-1) + "- "
		}
		if i > 0 && (bl.kind != item || w.out[i-1].kind != item) {
			b.WriteByte('\n')
		}
		for j, line := range bl.lines {
			if j == 0 && first != "" {
				b.WriteString(first)
			} else if line != "" {
				b.WriteString(prefix)
			}
			b.WriteString(line + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// blocks rewrites the children of n, which is in depth list items.
func (w *safeWriter) blocks(n ast.Node, depth int) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Paragraph, *ast.TextBlock, *ast.Heading:
			w.paragraph(inlines(c, w.src), depth)
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			w.code(string(c.Lines().Value(w.src)), depth)
		case *ast.HTMLBlock:
			raw := string(c.Lines().Value(w.src))
			if c.HasClosure() {
				raw += string(c.ClosureLine.Value(w.src))
			}
			w.paragraph(escapeLine(oneLine(raw)), depth)
		case *ast.ListItem:
			w.item(c, depth)
		case *ast.ThematicBreak:
		default: // a list, a quote
			w.blocks(c, depth)
		}
	}
}

func (w *safeWriter) paragraph(line string, depth int) {
	if line != "" {
		w.out = append(w.out, block{kind: paragraph, depth: depth, lines: []string{line}})
	}
}

// item rewrites a list item: its first paragraph carries the bullet.
func (w *safeWriter) item(n ast.Node, depth int) {
	if depth >= maxDepth {
		w.blocks(n, depth)
		return
	}
	at := len(w.out)
	w.blocks(n, depth+1)
	if at == len(w.out) {
		return
	}
	if b := &w.out[at]; b.kind == paragraph && b.depth == depth+1 {
		b.kind = item
		return
	}
	// The item starts with code or another list: no paragraph takes the bullet.
	for i := at; i < len(w.out); i++ {
		w.out[i].depth--
	}
}

func (w *safeWriter) code(raw string, depth int) {
	raw = strings.TrimRight(raw, " \t\n")
	if strings.TrimSpace(raw) == "" {
		return
	}
	fence := strings.Repeat("`", max(3, longestRun(raw)+1))
	lines := []string{fence}
	for line := range strings.SplitSeq(raw, "\n") {
		lines = append(lines, strings.TrimRight(line, " \t"))
	}
	w.out = append(w.out, block{kind: code, depth: depth, lines: append(lines, fence)})
}

// longestRun returns the length of the longest run of backticks in s.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// safeURL returns raw as it may stand in a Markdown link: absolute, http or
// https, without credentials, and without characters that could end the link.
func safeURL(raw string) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return "", false
	}
	s := strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\\", "%5C", "*", "%2A", "`", "%60").Replace(u.String())
	for _, r := range s {
		if r <= ' ' || r >= 0x7f {
			return "", false
		}
	}
	return s, true
}
