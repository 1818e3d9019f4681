// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
)

// A source is a file and where its lines begin.
type source struct {
	File
	lines     []int // offsets, as people and editors count: by \n
	yamlLines []int // as YAML counts, which has five kinds of line break

	// The place that was looked up last: lists can have all their items on one
	// line, and are gone through from left to right.
	last struct{ line, column, at int }
}

func newSource(f File) *source {
	n := bytes.Count(f.Data, []byte{'\n'}) + 1
	s := &source{File: f, lines: make([]int, 1, n), yamlLines: make([]int, 1, n)}
	// YAML skips a byte order mark without counting it.
	if bytes.HasPrefix(f.Data, []byte("\uFEFF")) {
		s.yamlLines[0] = len("\uFEFF")
	}
	for i := 0; i < len(f.Data); {
		if c := f.Data[i]; '\r' < c && c < 0xC2 {
			i++ // begins no line break
			continue
		}
		n := breakLen(f.Data[i:])
		if n == 0 {
			i++
			continue
		}
		i += n
		s.yamlLines = append(s.yamlLines, i)
		if f.Data[i-1] == '\n' {
			s.lines = append(s.lines, i)
		}
	}
	return s
}

// breakLen returns how long the line break is that b begins with.
func breakLen(b []byte) int {
	switch {
	case len(b) == 0:
		return 0
	case b[0] == '\n':
		return 1
	case b[0] == '\r':
		if len(b) > 1 && b[1] == '\n' {
			return 2
		}
		return 1
	case b[0] == 0xC2 && len(b) > 1 && b[1] == 0x85: // next line
		return 2
	case b[0] == 0xE2 && len(b) > 2 && b[1] == 0x80 && b[2]|1 == 0xA9: // line and paragraph separator
		return 3
	}
	return 0
}

// offset returns where a node begins, behind its tag and its anchor.
func (s *source) offset(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(s.yamlLines) {
		return 0
	}
	column, at := 1, s.yamlLines[n.Line-1]
	if s.last.line == n.Line && s.last.column <= n.Column {
		column, at = s.last.column, s.last.at
	}
	for ; column < n.Column; column++ {
		_, size := utf8.DecodeRune(s.Data[at:])
		at += size
	}
	s.last.line, s.last.column, s.last.at = n.Line, n.Column, at
	switch {
	case n.Kind == yaml.AliasNode:
	case n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&^yaml.TaggedStyle == 0:
		at = s.behindProperties(at) // there is nothing: what comes next is another's
	default:
		at = s.skipProperties(at)
	}
	return min(at, len(s.Data))
}

// skipProperties skips "!tag" and "&anchor". No value begins with either sign.
func (s *source) skipProperties(at int) int {
	for at < len(s.Data) && (s.Data[at] == '!' || s.Data[at] == '&') {
		for at < len(s.Data) && s.Data[at] != ' ' && s.Data[at] != '\t' && breakLen(s.Data[at:]) == 0 {
			at++
		}
		at = s.skipSpace(at)
	}
	return at
}

// behindProperties returns where the properties of one line end.
func (s *source) behindProperties(at int) int {
	end := at
	for at < len(s.Data) && (s.Data[at] == '!' || s.Data[at] == '&') {
		for at < len(s.Data) && s.Data[at] != ' ' && s.Data[at] != '\t' && breakLen(s.Data[at:]) == 0 {
			at++
		}
		for end = at; at < len(s.Data) && (s.Data[at] == ' ' || s.Data[at] == '\t'); {
			at++
		}
	}
	return end
}

// skipSpace skips blanks, line breaks and comments.
func (s *source) skipSpace(at int) int {
	for at < len(s.Data) {
		switch n := breakLen(s.Data[at:]); {
		case n > 0:
			at += n
		case s.Data[at] == ' ' || s.Data[at] == '\t':
			at++
		case s.Data[at] == '#':
			for at < len(s.Data) && breakLen(s.Data[at:]) == 0 {
				at++
			}
		default:
			return at
		}
	}
	return at
}

// pos returns the place of an offset.
func (s *source) pos(offset int) diag.Pos {
	line, found := slices.BinarySearch(s.lines, offset)
	if !found {
		line--
	}
	return diag.Pos{File: s.Name, Line: line + 1, Col: offset - s.lines[line] + 1, Offset: offset}
}

// span returns the place of a node, and its end where that is on the same line.
func (s *source) span(n *yaml.Node) (start, end diag.Pos) {
	at := s.offset(n)
	start = s.pos(at)
	if n.Kind != yaml.ScalarNode {
		return start, diag.Pos{}
	}
	m, ok := mapScalar(s.Data[at:], n)
	if !ok || n.Value == "" {
		return start, diag.Pos{}
	}
	start = s.pos(at + m.at(0))
	return start, s.pos(at + m.at(len(n.Value)-1) + 1)
}
