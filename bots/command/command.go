// SPDX-License-Identifier: Apache-2.0

// Package command is the grammar of a comment: it finds the commands in the
// Markdown that people write on pull requests and issues.
//
// A command is a line of the comment's own text that begins with a slash and a
// name, in its first column:
//
//	/hold for the benchmark
//
// What renders as something else than the writer's own words is no command: a
// line in a code block or in inline code, in a quotation (also one that it
// continues lazily: "> a" and "/lgtm" on the next line render as one
// quotation), in an HTML comment or block, in a table, struck out, or inside a
// link. Names are case-insensitive, as Prow's are.
//
// The package does not know which commands exist or what they mean. It is
// pure; any package of bots may import it, and its functions are safe
// concurrently.
package command

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// Command is one line of a comment that commands something.
type Command struct {
	// Name is in lower case and without the slash. It is whatever was written
	// there, known or not, and never empty.
	Name string
	// Args are the words after it.
	Args []string
	// Line and Col are where its slash is, counted from 1.
	Line, Col int
}

// markdown parses as GitHub does. Parsing does not change it.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList)).Parser()

// opening matches what a line must begin with to be worth parsing the comment
// around it. A name has no further slash: "/usr/bin/env: not found" opens a
// sentence. It may end in what is no letter, so that "/lgtm!" can be answered.
var opening = regexp.MustCompile(`(?m)^/([A-Za-z][^\s/]{0,63})(?:[ \t\n]|$)`)

// limit is how many characters of a comment are read: GitHub refuses longer
// ones. It also bounds the time for what is built to be slow, such as a line
// of 30,000 quotation marks: nested blocks cost quadratic time, and a queue
// that one comment blocks would block everybody.
const limit = 65536

// Parse returns the commands of a comment, in their order. Of a comment that
// is longer than GitHub takes it reads the beginning, up to a whole line.
func Parse(body string) []Command {
	body = normalize(clip(body))
	candidates := opening.FindAllStringSubmatchIndex(body, -1)
	if candidates == nil {
		return nil
	}
	src := []byte(body)
	plain := readable(markdown.Parse(text.NewReader(src)), src)
	var commands []Command
	line, counted := 1, 0
	for _, m := range candidates {
		start := m[0]
		if !plain.starts[start] {
			continue
		}
		line += strings.Count(body[counted:start], "\n")
		counted = start
		commands = append(commands, Command{
			Name: strings.ToLower(body[m[2]:m[3]]),
			Args: strings.Fields(plain.rest(body, m[3])),
			Line: line,
			Col:  1,
		})
	}
	return commands
}

// Own returns the lines of a comment whose beginning is its writer's own words,
// as Parse takes them, for those who look for something else than commands in
// them. Inline HTML is cut out.
func Own(body string) string {
	body = normalize(clip(body))
	plain := readable(markdown.Parse(text.NewReader([]byte(body))), []byte(body))
	var own strings.Builder
	for at := 0; at < len(body); {
		if plain.starts[at] {
			own.WriteString(plain.rest(body, at))
			own.WriteString("\n")
		}
		end := strings.IndexByte(body[at:], '\n')
		if end < 0 {
			break
		}
		at += end + 1
	}
	return own.String()
}

func clip(body string) string {
	if len(body) <= limit {
		return body
	}
	characters := 0
	for i := range body {
		if characters == limit {
			return body[:strings.LastIndexAny(body[:i], "\r\n")+1]
		}
		characters++
	}
	return body
}

// normalize makes every line end in a line feed alone. GitHub's own comment
// form sends CRLF, its API keeps what it was sent.
func normalize(body string) string {
	return strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
}

// passage is what a reader of the rendered comment takes for its writer's own
// words.
type passage struct {
	starts map[int]bool    // offsets of lines that begin with such words
	hidden []*text.Segment // inline HTML, in order of the source
}

// readable walks the document and collects the starts of its plain lines.
func readable(doc ast.Node, src []byte) passage {
	p := passage{starts: make(map[int]bool)}
	// Walk's callback fails only if ours does.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			at := n.Segment.Start
			if at < len(src) && (at == 0 || src[at-1] == '\n') {
				p.starts[at] = true
			}
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				s := n.Segments.At(i)
				p.hidden = append(p.hidden, &s)
			}
		// A heading at the first column is one that the line below makes:
		// "/lgtm" above the "--" of a mail's signature.
		case *ast.Document, *ast.Paragraph, *ast.TextBlock, *ast.Heading, *ast.List, *ast.ListItem, *ast.Emphasis:
		default:
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return p
}

// rest returns the remainder of the line at offset at, without inline HTML.
func (p passage) rest(body string, at int) string {
	end := len(body)
	if i := strings.IndexByte(body[at:], '\n'); i >= 0 {
		end = at + i
	}
	if len(p.hidden) == 0 {
		return body[at:end]
	}
	var b bytes.Buffer
	for _, h := range p.hidden {
		if h.Stop <= at || h.Start >= end {
			continue
		}
		if h.Start > at {
			b.WriteString(body[at:h.Start])
		}
		b.WriteByte(' ')
		at = min(h.Stop, end)
	}
	b.WriteString(body[at:end])
	return b.String()
}
