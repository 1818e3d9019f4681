// SPDX-License-Identifier: Apache-2.0

package diag

import (
	"cmp"
	"iter"
	"slices"
)

// A Pos is a place in a file. Line and Col count from 1, Col in bytes; a zero
// Line means that the place is not known.
type Pos struct {
	File      string
	Line, Col int
	Offset    int // in bytes from the file's start
}

// A Severity says whether a text can be used in spite of a diagnostic.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warning
)

// String returns the word that is printed.
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// A Diagnostic is one thing that is wrong at one place.
type Diagnostic struct {
	Severity Severity
	Code     Code
	Pos      Pos
	End      Pos    // behind the last byte; zero where only a point is known
	Message  string // one sentence without a full stop
	Hint     string // what to write instead, may be empty

	Context []Place   // what the place is in, outermost first
	Related []Related // other places that one has to see to understand it
}

// A Place is an item of a file that a diagnostic is in: a rule, its condition.
type Place struct {
	Kind string // "rule", "macro condition"
	Name string // may be empty
	Pos  Pos
}

// A Related place explains a diagnostic: "first defined here".
type Related struct {
	Pos     Pos
	Message string
}

// A List collects diagnostics, so that all mistakes are told at once.
type List struct {
	// ErrorsOnly leaves warnings out, and spares whoever checks the work that only
	// warnings need.
	ErrorsOnly bool

	Diagnostics []Diagnostic
	sources     []source
	errors      int
	dropped     int // not kept, being too many
	compared    int // candidates of suggestions
}

// maxKept is how many diagnostics a list keeps. Nobody reads more, and a file
// made to have millions must not take the memory for them.
const maxKept = 2000

// A source is a file that was read.
type source struct {
	file string
	text []byte
}

// Add puts a diagnostic at the end. Beyond a limit it is only counted.
func (l *List) Add(d Diagnostic) {
	if d.Severity == Error {
		l.errors++
	}
	if d.Severity == Warning && l.ErrorsOnly {
		return
	}
	if l.full() {
		l.dropped++
		return
	}
	l.Diagnostics = append(l.Diagnostics, d)
}

// AddSource gives the list the text of a file, from which it quotes lines. The
// files are reported in the order in which they are added.
func (l *List) AddSource(file string, text []byte) {
	l.sources = append(l.sources, source{file, text})
}

// Keeps reports whether the next diagnostic of a severity is kept. If not, it is
// of no use to look up its place.
func (l *List) Keeps(s Severity) bool { return !l.full() && !(s == Warning && l.ErrorsOnly) }

func (l *List) full() bool { return len(l.Diagnostics) >= maxKept }

// maxCompared is with how many candidates a list's words are compared.
const maxCompared = 500_000

// Suggest is Suggest for a diagnostic of the list, or "" once that has cost too
// much: a file can have a thousand unknown names, and as many known ones.
func (l *List) Suggest(word string, candidates iter.Seq[string]) string {
	if l.full() {
		return ""
	}
	return Suggest(word, func(yield func(string) bool) {
		for c := range candidates {
			if l.compared++; l.compared > maxCompared || !yield(c) {
				return
			}
		}
	})
}

// Errors returns how many errors there are.
func (l *List) Errors() int { return l.errors }

// Warnings returns how many warnings there are.
func (l *List) Warnings() int { return len(l.Diagnostics) + l.dropped - l.errors }

// Sort puts the diagnostics in the order of their places: of the files as they
// were added, and within each from top to bottom. What has no place comes
// first.
func (l *List) Sort() {
	order := make(map[string]int, len(l.sources))
	for i, s := range l.sources {
		order[s.file] = i + 1
	}
	slices.SortStableFunc(l.Diagnostics, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(order[a.Pos.File], order[b.Pos.File]),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col),
			cmp.Compare(a.Severity, b.Severity),
		)
	})
}

// text returns the source of a file, nil where it is not known.
func (l *List) text(file string) []byte {
	for _, s := range l.sources {
		if s.file == file {
			return s.text
		}
	}
	return nil
}
