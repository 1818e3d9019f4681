// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The codes of findings.
const (
	CodeNoNote      = "no-note"           // no block, and no label that says there is none
	CodeEmptyNote   = "empty-note"        // a block without text
	CodeUnclosed    = "unclosed-fence"    // the block has no end
	CodeHidden      = "hidden-note"       // a block in a comment, a quote, a list or another block
	CodeConflict    = "conflicting-note"  // NONE and a note
	CodeControl     = "control-character" // removed from the note
	CodeLong        = "long-note"         // cut
	CodeNoKind      = "no-kind"           // no kind/… label
	CodeNoPull      = "no-pull-request"   // a commit that no pull request brought
	CodeUnknownPick = "unknown-origin"    // says it is a cherry-pick of something that is not there
)

// Finding is something wrong with what a pull request says. It stops nothing.
type Finding struct {
	Number  int    `json:"number,omitempty"` // the pull request
	Commit  string `json:"commit,omitempty"` // the commit, if there is no pull request
	Line    int    `json:"line,omitempty"`   // in its body, from 1; 0: no place
	Col     int    `json:"col,omitempty"`    // in characters, from 1
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
	Source  string `json:"source,omitempty"` // the line, for the caret
}

// String returns the finding as a person reads it: place, message, the line
// with a caret, hint.
func (f Finding) String() string {
	var b strings.Builder
	switch {
	case f.Number > 0:
		fmt.Fprintf(&b, "#%d", f.Number)
	case f.Commit != "":
		b.WriteString(short(f.Commit))
	default:
		b.WriteString("body")
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Col)
	}
	fmt.Fprintf(&b, ": %s", f.Message)
	if f.Line > 0 && f.Source != "" {
		fmt.Fprintf(&b, "\n  %s\n  %s^", f.Source, strings.Repeat(" ", f.Col-1))
	}
	if f.Hint != "" {
		fmt.Fprintf(&b, "\n  hint: %s", f.Hint)
	}
	return b.String()
}

func short(commit string) string {
	if len(commit) > 12 {
		return commit[:12]
	}
	return commit
}

// sourceWidth bounds the quoted line: a body may be one line of a megabyte.
const sourceWidth = 120

// at places f at a byte offset of body.
func (f Finding) at(body string, offset int) Finding {
	offset = min(max(offset, 0), len(body))
	start := strings.LastIndexByte(body[:offset], '\n') + 1
	f.Line = strings.Count(body[:offset], "\n") + 1
	f.Col = utf8.RuneCountInString(body[start:offset]) + 1
	line, _, _ := strings.Cut(body[start:], "\n")
	f.Source = ""
	if f.Col <= sourceWidth {
		runes := 0
		f.Source = strings.TrimRight(strings.Map(func(r rune) rune {
			if runes++; runes > sourceWidth {
				return -1
			}
			if r == '\t' || unprintable(r) {
				return ' ' // one column each, so that the caret stays under its place
			}
			return r
		}, line), " ")
	}
	return f
}
