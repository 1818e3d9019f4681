// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"time"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/syntax"
)

// A Set is what some rules files define together.
type Set struct {
	Rules  []*Rule // in the order in which they are evaluated: of their first definitions
	Macros []*Macro
	Lists  []*List

	// Broken says that a part of a file could not be read, so that what seems
	// to be missing may have been in it.
	Broken bool

	macros map[string]*Macro
	places places
}

// A Rule is a rule as it is after all changes to it.
type Rule struct {
	Name     Scalar
	Desc     string
	Priority Scalar
	Source   string
	Tags     []string // sorted, each once
	Enabled  bool

	WarnEventTypes  bool // false: matching all event types is meant
	SkipUnknown     bool // leave the rule out if it has an unknown field
	Capture         bool
	CaptureDuration time.Duration

	Output     Text
	Condition  syntax.Expr // with its exceptions, lists put in; nil where it cannot be used
	Exceptions []*Exception

	text   Text // of the condition
	descs  []string
	tags   []string
	byName map[string]*Exception
	first  diag.Pos
	class
}

// A Macro is a named condition.
type Macro struct {
	Name      Scalar
	Condition syntax.Expr // lists put in; nil where it cannot be used
	Used      bool        // by a rule or another macro

	text  Text
	state visit
	size  size // with the macros in it
	class
}

// A List is a named list of values.
type List struct {
	Name  Scalar
	Items []string // as written
	Used  bool     // in a condition or another list

	items  []listItem
	values []syntax.Value // with those of the lists in it
	text   Text           // gives the items their places
	state  visit
	class
}

// A class is what all three have in common.
type class struct {
	index      int // of the first definition
	visibility int // of the last change
	src        *source
}

// A Scalar is a short text and where it is written.
type Scalar struct {
	Value    string
	Pos, End diag.Pos
}

// An Exception is a list of cases that a rule does not match.
type Exception struct {
	Name   Scalar
	Fields []*syntax.Operand

	single bool // fields is a text, and values a flat list
	comps  []comparator
	values []excValue
	place  Scalar
}

// Macro returns the macro of a name, nil where there is none.
func (s *Set) Macro(name string) *Macro { return s.macros[name] }

// Place returns where a part of a condition or an output is written. Its end is
// zero where it cannot be told.
func (s *Set) Place(at syntax.Span) (pos, end diag.Pos) { return s.places.span(at) }

// Context returns what a mistake in the rule is in.
func (r *Rule) Context() []diag.Place {
	return []diag.Place{{Kind: "rule", Name: r.Name.Value, Pos: r.Name.Pos}}
}

// Context returns what a mistake in the macro is in.
func (m *Macro) Context() []diag.Place {
	return []diag.Place{{Kind: "macro", Name: m.Name.Value, Pos: m.Name.Pos}}
}

// First returns where the rule was defined first, which decides its place in
// the order.
func (r *Rule) First() diag.Pos { return r.first }

// Compiled returns a condition with its macros put in. Parts that cannot be
// used are left as they are.
func (s *Set) Compiled(e syntax.Expr) syntax.Expr { return s.splice(e, make(map[*Macro]syntax.Expr)) }
