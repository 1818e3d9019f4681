// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Note is what the release-note blocks of one pull request's body say.
type Note struct {
	// Texts are the notes, one for each block, control characters and HTML
	// comments removed. They are still the contributor's Markdown.
	Texts []string
	// None says that a block declares that there is nothing to note.
	None bool
	// ActionRequired says that a text calls for action on upgrading.
	ActionRequired bool
	// Findings are what is wrong with the blocks. A block with a finding that
	// makes its text doubtful is not in Texts.
	Findings []Finding
}

// MaxNote is the size in bytes at which a note is cut. GitHub takes release
// pages of 125,000 characters: one note must not fill it.
const MaxNote = 8 << 10

// maxBlocks bounds the blocks that are read from one body.
const maxBlocks = 20

// Parse reads the release-note blocks of a pull request's body: fenced code
// blocks, at the top level, whose info string is "release-note" (or
// "release-notes", which Kubernetes' tools take as well). Fences are those of
// CommonMark: a longer fence may hold a shorter one, and what is in a comment,
// a quote or another block is not a fence.
func Parse(body string) Note {
	body = normalise(body)
	src := []byte(shallow(body))
	var note Note
	var nested []int
	// No inline parsers: fences are all that matters, and a megabyte of "[" or
	// "*" then costs nothing.
	doc := parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...)).Parse(text.NewReader(src))
	top := 0
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		fence, ok := n.(*ast.FencedCodeBlock)
		if !ok || !entering || !isNoteInfo(string(fence.Language(src))) {
			return ast.WalkContinue, nil
		}
		if n.Parent() != doc {
			if nested == nil {
				nested = []int{opening(body, fence)}
			}
			return ast.WalkContinue, nil
		}
		if top++; top > maxBlocks {
			note.Findings = append(note.Findings, Finding{
				Code:    CodeLong,
				Message: fmt.Sprintf("there are more than %d release-note blocks; the others were not read", maxBlocks),
				Hint:    "say it in one block",
			}.at(body, opening(body, fence)))
			return ast.WalkStop, nil
		}
		note.read(body, fence)
		return ast.WalkContinue, nil
	}) // the function returns no error
	if top == 0 {
		note.hidden(body, nested)
	}
	if note.None && len(note.Texts) > 0 {
		note.None = false
		note.Findings = append(note.Findings, Finding{
			Code:    CodeConflict,
			Message: "one release-note block says NONE and another has a note",
			Hint:    "remove the block that says NONE; the note was taken",
		})
	}
	return note
}

// maxPrefix bounds what a line may start with before its text.
const maxPrefix = 64

// shallow returns body with the same bytes at the same places, but for the
// markers of quotes and lists beyond the first 64 bytes of a line, which become
// letters. The parser's time grows with the square of the nesting: a megabyte
// of ">" would take it many minutes. Blocks at the top level, which are all
// that count, are not affected; their text is read from body itself.
func shallow(body string) string {
	var out []byte
	for start := 0; start < len(body); {
		end := start
		for end < len(body) && strings.IndexByte(" \t>-+*.)0123456789", body[end]) >= 0 {
			end++
		}
		if end-start > maxPrefix {
			if out == nil {
				out = []byte(body)
			}
			for i := start + maxPrefix; i < end; i++ {
				out[i] = 'x'
			}
		}
		nl := strings.IndexByte(body[end:], '\n')
		if nl < 0 {
			break
		}
		start = end + nl + 1
	}
	if out == nil {
		return body
	}
	return string(out)
}

func isNoteInfo(info string) bool {
	return strings.EqualFold(info, "release-note") || strings.EqualFold(info, "release-notes")
}

// opening returns the offset of a fence's first character.
func opening(body string, fence *ast.FencedCodeBlock) int {
	at := fence.Info.Segment.Start
	for at > 0 && (body[at-1] == ' ' || body[at-1] == '\t') {
		at--
	}
	for at > 0 && (body[at-1] == '`' || body[at-1] == '~') {
		at--
	}
	return at
}

// read takes one block into n.
func (n *Note) read(body string, fence *ast.FencedCodeBlock) {
	open := opening(body, fence)
	raw := content(body, fence)
	if !closed(body, fence, open) {
		n.Findings = append(n.Findings, Finding{
			Code:    CodeUnclosed,
			Message: "the release-note block is not closed",
			Hint:    "put a line of " + fenceOf(body, open) + " after the note; until then the title stands for it",
		}.at(body, open))
		return
	}
	cleaned, bad := clean(raw)
	if bad >= 0 {
		n.Findings = append(n.Findings, Finding{
			Code:    CodeControl,
			Message: fmt.Sprintf("the release note has the unprintable character %U; it was removed", mustRune(raw[bad:])),
			Hint:    "delete it, and look for others: the text may have been pasted from a terminal",
		}.at(body, locate(body, fence, bad)))
	}
	note := strings.TrimSpace(stripComments(cleaned))
	switch {
	case note == "":
		n.Findings = append(n.Findings, Finding{
			Code:    CodeEmptyNote,
			Message: "the release-note block is empty",
			Hint:    "write what changes for users, or NONE",
		}.at(body, open))
		return
	case isNone(note):
		n.None = true
		return
	case len(note) > MaxNote:
		n.Findings = append(n.Findings, Finding{
			Code:    CodeLong,
			Message: fmt.Sprintf("the release note has %d bytes; it was cut after %d", len(note), MaxNote),
			Hint:    "say it in a few lines and link to the documentation",
		}.at(body, open))
		note = strings.TrimSpace(strings.ToValidUTF8(note[:MaxNote], "")) + " …"
	}
	n.ActionRequired = n.ActionRequired || actionRequired(note)
	if !slices.Contains(n.Texts, note) {
		n.Texts = append(n.Texts, note)
	}
}

// content returns the text of a fence, from body: what was parsed may be
// changed (see shallow).
func content(body string, fence *ast.FencedCodeBlock) string {
	var b strings.Builder
	for _, seg := range fence.Lines().Sliced(0, fence.Lines().Len()) {
		b.WriteString(strings.Repeat(" ", seg.Padding) + body[seg.Start:seg.Stop])
	}
	return b.String()
}

// closed reports whether a top-level fence has its closing line. CommonMark
// closes an open fence at the end of the text, and the tree does not tell.
func closed(body string, fence *ast.FencedCodeBlock, open int) bool {
	end := fence.Info.Segment.Stop
	if lines := fence.Lines(); lines.Len() > 0 {
		end = lines.At(lines.Len() - 1).Start
	}
	nl := strings.IndexByte(body[end:], '\n')
	if nl < 0 {
		return false
	}
	line, _, _ := strings.Cut(body[end+nl+1:], "\n")
	mark := fenceOf(body, open)
	line = strings.TrimRight(strings.TrimLeft(line, " "), " \t")
	return strings.HasPrefix(line, mark) && strings.Trim(line, mark[:1]) == ""
}

// fenceOf returns the run of fence characters at open.
func fenceOf(body string, open int) string {
	end := open
	for end < len(body) && body[end] == body[open] {
		end++
	}
	return body[open:end]
}

// locate returns the offset in body of the offset bad in the fence's text.
func locate(body string, fence *ast.FencedCodeBlock, bad int) int {
	lines := fence.Lines()
	for i := range lines.Len() {
		seg := lines.At(i)
		size := seg.Padding + seg.Stop - seg.Start
		if bad < size {
			return seg.Start + max(bad-seg.Padding, 0)
		}
		bad -= size
	}
	return opening(body, fence)
}

func mustRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// hiddenNote finds a line that looks like the start of a block, wherever it is.
var hiddenNote = regexp.MustCompile("(?im)^[ \\t>*+0-9.-]*(```+|~~~+)[ \\t]*release-notes?[ \\t]*$")

// hidden reports blocks that are there but are not read, if there is no other.
func (n *Note) hidden(body string, nested []int) {
	f := Finding{
		Code:    CodeHidden,
		Message: "the release-note block is inside a quote or a list, where it is not read",
		Hint:    "start its fence at the beginning of a line, with nothing before it",
	}
	if len(nested) == 0 {
		m := hiddenNote.FindStringSubmatchIndex(body)
		if m == nil {
			return
		}
		nested = []int{m[2]}
		f.Message = "the release-note block is inside a comment or another code block, where it is not read"
		f.Hint = "move it out (is a \"-->\" or a closing fence missing above?)"
	}
	n.Findings = append(n.Findings, f.at(body, nested[0]))
}

// isNone reports whether a note says that there is none: NONE, no, N/A, na,
// with the quotes and full stops that people put around it.
func isNone(note string) bool {
	switch strings.ToLower(strings.Trim(note, " \t\n\"'`*_.()[]“”‘’")) {
	case "none", "no", "n/a", "na", "no release note", "no release notes":
		return true
	}
	return false
}

// actionRequired reports whether note calls for action, in the words of
// Kubernetes' convention. "No action required" says the opposite.
func actionRequired(note string) bool {
	words := strings.Fields(strings.ToLower(note))
	for i := 0; i+1 < len(words); i++ {
		first := strings.TrimLeft(words[i], "[(*_`\"'")
		second := strings.TrimRight(words[i+1], "])*_`\"':.,;!-–—")
		second, _, _ = strings.Cut(second, ":")
		if first == "action" && second == "required" &&
			(i == 0 || !slices.Contains([]string{"no", "without", "not", "any"}, strings.Trim(words[i-1], "*_([.,\"'`"))) {
			return true
		}
	}
	return false
}

// stripComments removes closed HTML comments: templates leave them in the block.
func stripComments(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "<!--")
		_, after, closed := strings.Cut(rest, "-->")
		if !ok || !closed {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(before)
		s = after
	}
}
