// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/syntax"
)

// Format lays a rules file out as we write them: items at the margin with a
// blank line between them, their keys two blanks in, conditions and lists broken
// before column 100. Comments stay where they are, and so does the text of what
// is not a condition or a list: the order of keys, how outputs are quoted.
//
// It reports false, and why to list, for a file that is not YAML. What the result
// means is held against what the file means: they are the same.
func Format(f File, list *diag.List) ([]byte, bool) {
	list.AddSource(f.Name, f.Data)
	if d, ok := refuse(f); !ok {
		list.Add(d)
		return nil, false
	}
	l := loader{diags: list, set: &Set{}, src: newSource(f)}
	docs, err := decode(f.Data)
	docs = l.documents(f.Data, docs, err)
	if l.set.Broken {
		return nil, false
	}
	p := formatter{src: l.src}
	for _, doc := range docs {
		p.document(doc)
	}
	p.between(len(f.Data))
	out := append(bytes.TrimRight(p.out.Bytes(), "\n"), '\n')
	if len(bytes.TrimSpace(out)) == 0 {
		out = nil
	}
	if line, same := sameMeaning(docs, out); !same {
		list.Add(diag.Diagnostic{
			Code: diag.NotLaidOut, Pos: l.src.pos(l.src.lines[min(line, len(l.src.lines))-1]),
			Message: "laying this out would change its meaning, so the file is left as it is",
		})
		return nil, false
	}
	return out, true
}

// formatWidth is how long lines may be that can be broken.
const formatWidth = 100

// A formatter copies a file from front to back.
type formatter struct {
	src *source
	at  int // up to where the file has been copied
	out bytes.Buffer
}

// document lays out the items of a document. What is no list of items is copied.
func (p *formatter) document(doc *yaml.Node) {
	root := doc
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		root = doc.Content[0]
	}
	if root.Kind != yaml.SequenceNode || root.Style&yaml.FlowStyle != 0 {
		return
	}
	for _, n := range root.Content {
		p.item(n)
	}
}

// item lays out an item: its keys one after another.
func (p *formatter) item(n *yaml.Node) {
	start := p.src.offset(n)
	dash := bytes.LastIndexByte(p.src.Data[p.at:max(start, p.at)], '-')
	if n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle != 0 || len(n.Content) == 0 || dash < 0 || n.Anchor != "" ||
		n.Style&yaml.TaggedStyle != 0 || len(bytes.TrimSpace(p.src.Data[p.at+dash+1:start])) > 0 {
		return // copied with what follows
	}
	p.between(p.at + dash)
	p.blankLine()
	p.at = start
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		margin := "  "
		if i == 0 {
			margin = "- "
		} else {
			p.comments(p.src.offset(key))
		}
		p.key(margin, key, value)
	}
	p.indentedComments()
}

// between copies the lines between items, up to an offset: comments, the marks
// of documents, and items that are not laid out. Several blank lines become one.
func (p *formatter) between(end int) {
	text := string(p.src.Data[min(p.at, end):end])
	p.at = max(p.at, end)
	if text == "" {
		return
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		line = strings.TrimRight(line, " \t\r")
		if line == "" {
			p.oneBlankLine()
			continue
		}
		if strings.HasPrefix(line, "#") {
			p.blankLine()
		}
		p.out.WriteString(line + "\n")
	}
}

// blankLine separates an item, or the comments above it, from what is before.
func (p *formatter) blankLine() {
	last := lastLine(p.out.Bytes())
	if len(last) > 0 && !bytes.HasPrefix(last, []byte("#")) && !bytes.HasPrefix(last, []byte("---")) {
		p.out.WriteByte('\n')
	}
}

// oneBlankLine writes a blank line, unless there is one or nothing before it.
func (p *formatter) oneBlankLine() {
	if b := p.out.Bytes(); len(b) > 0 && !bytes.HasSuffix(b, []byte("\n\n")) {
		p.out.WriteByte('\n')
	}
}

// lastLine returns the last line of b, without what ends it.
func lastLine(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return b[bytes.LastIndexByte(b, '\n')+1:]
}

// comments copies the comments before a key, indented as keys are.
func (p *formatter) comments(end int) {
	for line := range strings.SplitSeq(string(p.src.Data[min(p.at, end):end]), "\n") {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			p.out.WriteString("  " + line + "\n")
		}
	}
	p.at = max(p.at, end)
}

// indentedComments copies comments behind the last key that are indented: they
// belong to the item, those at the margin to the next.
func (p *formatter) indentedComments() {
	for p.at < len(p.src.Data) {
		line, _, _ := bytes.Cut(p.src.Data[p.at:], []byte("\n"))
		text := bytes.TrimSpace(line)
		if !bytes.HasPrefix(text, []byte("#")) || line[0] != ' ' {
			return
		}
		fmt.Fprintf(&p.out, "  %s\n", text)
		p.at += len(line) + 1
	}
	p.at = min(p.at, len(p.src.Data))
}

// key lays out a key and its value, and the comment behind it.
func (p *formatter) key(margin string, key, value *yaml.Node) {
	start, end := p.src.offset(key), p.end(value)
	keyEnd := p.end(key)
	end = max(end, keyEnd)
	lines := p.value(key, value)
	if lines == nil {
		lines = p.copied(start, end)
	} else {
		lines[0] = string(p.src.Data[start:keyEnd]) + ":" + lines[0]
	}
	rest, _, _ := bytes.Cut(p.src.Data[end:], []byte("\n"))
	p.at = min(end+len(rest)+1, len(p.src.Data))
	comment := strings.TrimSpace(string(rest))
	for i, line := range lines {
		p.out.WriteString(margin + line)
		if i == len(lines)-1 && strings.HasPrefix(comment, "#") && !isBlock(value) {
			p.out.WriteString(" " + comment)
		}
		p.out.WriteByte('\n')
		margin = "  "
		if i+1 < len(lines) && lines[i+1] == "" {
			margin = ""
		}
	}
}

// copied returns the lines from start to end as they are, but for their
// indentation, which is that of the first.
func (p *formatter) copied(start, end int) []string {
	column := p.src.pos(start).Col - 1
	lines := strings.Split(string(p.src.Data[start:end]), "\n")
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		if i > 0 {
			// What is less indented than its key is a quoted text or a list in
			// brackets, which may be anywhere.
			line = line[min(column, len(line)-len(strings.TrimLeft(line, " "))):]
		}
		lines[i] = line
	}
	return lines
}

func isBlock(n *yaml.Node) bool { return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 }

// value lays out a value that may be laid out anew. It returns nil for others.
func (p *formatter) value(key, value *yaml.Node) []string {
	if value.Anchor != "" || value.Style&yaml.TaggedStyle != 0 || key.Style != 0 {
		return nil
	}
	// A comment between the key and its value stays where it is.
	begin := p.src.offset(value)
	if isBlock(value) {
		header, _, _ := bytes.Cut(p.src.Data[begin:], []byte("\n"))
		begin += len(header)
	}
	if bytes.IndexByte(p.src.Data[p.end(key):max(begin, p.end(key))], '#') >= 0 {
		return nil
	}
	if key.Value == "condition" && value.Kind == yaml.ScalarNode {
		if lines := conditionLines(value.Value); lines != nil {
			return lines
		}
	}
	switch text := p.src.Data[p.src.offset(value):p.end(value)]; {
	case value.Kind == yaml.ScalarNode && len(text) > 0 && bytes.IndexByte(text, '\n') < 0 && p.sameLine(key, value):
		return []string{" " + string(text)}
	case value.Kind == yaml.SequenceNode && value.Style&yaml.FlowStyle != 0 && !p.hasComment(value):
		return p.listLines(key.Value, value)
	}
	return nil
}

func (p *formatter) sameLine(a, b *yaml.Node) bool {
	return p.src.pos(p.src.offset(a)).Line == p.src.pos(p.src.offset(b)).Line
}

// hasComment reports whether there is a comment between the brackets.
func (p *formatter) hasComment(n *yaml.Node) bool {
	return flowEnd(p.src.Data, p.src.offset(n)).comment
}

// listLines lays out a list in brackets: on one line, or as many values on each
// as fit.
func (p *formatter) listLines(key string, n *yaml.Node) []string {
	var values []string
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode || c.Anchor != "" || c.Style&yaml.TaggedStyle != 0 {
			return nil
		}
		text := string(p.src.Data[p.src.offset(c):p.end(c)])
		if strings.ContainsAny(text, "\n\r") {
			return nil
		}
		values = append(values, text)
	}
	if one := " [" + strings.Join(values, ", ") + "]"; len("  "+key+":"+one) <= formatWidth {
		return []string{one}
	}
	lines := []string{" ["}
	line := " "
	for i, v := range values {
		if i < len(values)-1 {
			v += ","
		}
		if len(line)+1+len(v) > formatWidth-2 && line != " " {
			lines = append(lines, line)
			line = " "
		}
		line += " " + v
	}
	return append(lines, line, "]")
}

// end returns where a node's text ends.
func (p *formatter) end(n *yaml.Node) int {
	at := p.src.offset(n)
	switch {
	case n.Kind == yaml.AliasNode:
		return at + 1 + len(n.Value)
	case n.Kind == yaml.ScalarNode && isBlock(n):
		return p.blockEnd(at)
	case n.Kind == yaml.ScalarNode:
		return p.scalarEnd(n, at)
	case n.Style&yaml.FlowStyle != 0:
		return flowEnd(p.src.Data, at).end
	}
	end := at
	for _, c := range n.Content {
		end = max(end, p.end(c))
	}
	return end
}

func (p *formatter) scalarEnd(n *yaml.Node, at int) int {
	quotes := 0
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		quotes = 1
	}
	if n.Value == "" {
		if quotes == 1 {
			return at + 2
		}
		return at
	}
	m, ok := mapScalar(p.src.Data[at:], n)
	if !ok {
		return at
	}
	last := len(n.Value) - 1
	end := at + m.at(last) + 1
	if quotes == 0 {
		return end
	}
	// An escape or a doubled quote is longer than what it stands for.
	q := p.src.Data[at]
	if end < len(p.src.Data) {
		if i := bytes.IndexByte(p.src.Data[end:], q); i >= 0 {
			return end + i + 1
		}
	}
	return end
}

// blockEnd returns the end of a literal or folded text: before the first line
// that is not indented more than the line it begins on.
func (p *formatter) blockEnd(at int) int {
	begin := p.src.pos(at)
	line := p.src.Data[at-(begin.Col-1):]
	indent := keyIndent(line)
	end := at
	for n := begin.Line; ; n++ {
		eol := bytes.IndexByte(p.src.Data[end:], '\n')
		if eol < 0 {
			return len(bytes.TrimRight(p.src.Data, " \t\r\n"))
		}
		next := p.src.Data[end+eol+1:]
		text, _, _ := bytes.Cut(next, []byte("\n"))
		if t := bytes.TrimSpace(text); len(t) > 0 && len(text)-len(bytes.TrimLeft(text, " ")) <= indent {
			return at + len(bytes.TrimRight(p.src.Data[at:end+eol], " \t\r\n"))
		}
		end += eol + 1
	}
}

// keyIndent returns the column of the key that a line begins with, behind its
// dashes.
func keyIndent(line []byte) int {
	n := 0
	for n < len(line) && (line[n] == ' ' || line[n] == '-' && n+1 < len(line) && line[n+1] == ' ') {
		n++
	}
	return n
}

// A flow is a list or mapping in brackets.
type flow struct {
	end     int
	comment bool
}

// flowEnd finds the bracket that closes the one at an offset.
func flowEnd(data []byte, at int) flow {
	var f flow
	depth := 0
	for i := at; i < len(data); i++ {
		switch c := data[i]; {
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				f.end = i + 1
				return f
			}
		case c == '#' && (data[i-1] == ' ' || data[i-1] == '\n' || data[i-1] == '\t'):
			f.comment = true
			for i < len(data) && data[i] != '\n' {
				i++
			}
		case (c == '"' || c == '\'') && bytes.IndexByte([]byte(" \n\t,[{:"), data[i-1]) >= 0:
			for i++; i < len(data) && data[i] != c; i++ {
				if c == '"' && data[i] == '\\' {
					i++
				}
			}
		}
	}
	f.end = len(data)
	return f
}

// sameMeaning holds the result against the file's documents: the same items with
// the same texts, conditions that are parsed alike. It returns the first line
// that is not the same.
func sameMeaning(docs []*yaml.Node, out []byte) (int, bool) {
	before := meaning(docs)
	formatted, err := decode(out)
	if err != nil {
		return 1, false
	}
	after := meaning(formatted)
	for i := range max(len(before), len(after)) {
		switch {
		case i >= len(before):
			return 1, false
		case i >= len(after) || before[i].text != after[i].text:
			return max(before[i].line, 1), false
		}
	}
	return 0, true
}

type meant struct {
	text string
	line int
}

// meaning returns all texts of a file in order. Those of conditions are as they
// are printed.
func meaning(docs []*yaml.Node) []meant {
	var out []meant
	var walk func(n *yaml.Node, key string)
	walk = func(n *yaml.Node, key string) {
		text := n.Value
		if e := parseFragment(text); key == "condition" && n.Kind == yaml.ScalarNode && e != nil {
			text = syntax.Print(e)
		}
		out = append(out, meant{fmt.Sprintf("%d %s %s %q", n.Kind, n.ShortTag(), n.Anchor, text), n.Line})
		for i, c := range n.Content {
			key := ""
			if n.Kind == yaml.MappingNode && i%2 == 1 {
				key = n.Content[i-1].Value
			}
			walk(c, key)
		}
	}
	for _, doc := range docs {
		walk(doc, "")
	}
	return out
}

// parseFragment parses a condition, or what is appended to one.
func parseFragment(text string) syntax.Expr {
	if e, err := syntax.Parse(text, 0); err == nil {
		return e
	}
	e, err := syntax.Parse(fragmentHead+text, 0)
	if err != nil {
		return nil
	}
	return e
}

// fragmentHead makes a condition of what is appended to one.
const fragmentHead = "x "
