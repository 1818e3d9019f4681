// SPDX-License-Identifier: Apache-2.0

package diag

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
	Kind string // "rule", "macro", "condition expression"
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
	Diagnostics []Diagnostic
	sources     map[string][]byte
}

// Add puts a diagnostic at the end.
func (l *List) Add(d Diagnostic) { l.Diagnostics = append(l.Diagnostics, d) }

// AddSource gives the list the text of a file, from which it quotes lines.
func (l *List) AddSource(file string, text []byte) {
	if l.sources == nil {
		l.sources = make(map[string][]byte)
	}
	l.sources[file] = text
}

// Errors returns how many of the diagnostics are errors.
func (l *List) Errors() int {
	n := 0
	for i := range l.Diagnostics {
		if l.Diagnostics[i].Severity == Error {
			n++
		}
	}
	return n
}
