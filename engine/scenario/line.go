// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
)

// A word is a part of a line between blanks. A value in quotes or brackets is
// one word with what stands before it.
type word struct {
	key    string // before "="; empty where the word has none
	value  string // after it, or the whole word; quotes are undone
	list   []string
	isList bool
	quoted bool
	pos    diag.Pos
}

// splitLine cuts a line into words. The second result says what is wrong with
// the line, and is empty where nothing is.
func splitLine(text string, pos diag.Pos) ([]word, string, diag.Pos) {
	s := lineScanner{text: text, pos: pos}
	var words []word
	for {
		s.blanks()
		if s.i == len(s.text) || s.text[s.i] == '#' {
			return words, "", pos
		}
		w := word{pos: s.at()}
		w.key = s.key()
		valuePos := s.at()
		if problem := s.value(&w); problem != "" {
			return nil, problem, valuePos
		}
		words = append(words, w)
	}
}

type lineScanner struct {
	text string
	i    int
	pos  diag.Pos // of the line's first byte
}

func (s *lineScanner) at() diag.Pos {
	p := s.pos
	p.Col += s.i
	p.Offset += s.i
	return p
}

func (s *lineScanner) blanks() {
	for s.i < len(s.text) && (s.text[s.i] == ' ' || s.text[s.i] == '\t') {
		s.i++
	}
}

// key reads "name=", where a word starts so.
func (s *lineScanner) key() string {
	end := s.i
	for end < len(s.text) && (isWord(s.text[end]) || s.text[end] == '.' || s.text[end] == '[' || s.text[end] == ']') {
		end++
	}
	if end == s.i || end == len(s.text) || s.text[end] != '=' {
		return ""
	}
	key := s.text[s.i:end]
	s.i = end + 1
	return key
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (s *lineScanner) value(w *word) string {
	if w.key != "" && s.startsList() {
		s.i++
		w.isList = true
		for {
			s.blanks()
			if s.i == len(s.text) {
				return `the list has no "]"`
			}
			if s.text[s.i] == ']' {
				s.i++
				return ""
			}
			item, _, problem := s.item("] \t")
			if problem != "" {
				return problem
			}
			w.list = append(w.list, item)
		}
	}
	var problem string
	w.value, w.quoted, problem = s.item(" \t")
	return problem
}

// startsList reports whether a list comes, not an address such as [::1]:80.
func (s *lineScanner) startsList() bool {
	rest, found := strings.CutPrefix(s.text[s.i:], "[")
	first, _, _ := strings.Cut(rest, " ")
	return found && !strings.Contains(first, "]:")
}

// item reads a quoted text, or a bare one up to one of the bytes of stop.
func (s *lineScanner) item(stop string) (text string, quoted bool, problem string) {
	if s.i < len(s.text) && s.text[s.i] == '"' {
		prefix, err := strconv.QuotedPrefix(s.text[s.i:])
		if err != nil {
			return "", true, "the quoted text does not end, or has an escape that Go does not know"
		}
		text, err := strconv.Unquote(prefix)
		if err != nil {
			return "", true, "the quoted text has an escape that Go does not know"
		}
		s.i += len(prefix)
		return text, true, ""
	}
	end := len(s.text)
	if n := strings.IndexAny(s.text[s.i:], stop); n >= 0 {
		end = s.i + n
	}
	text = s.text[s.i:end]
	s.i = end
	return text, false, ""
}
