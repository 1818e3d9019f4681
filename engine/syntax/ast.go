// SPDX-License-Identifier: Apache-2.0

package syntax

// A Pos is a place in a text: the base that the text was parsed with, plus an
// offset in bytes. With disjoint bases for several texts, expressions made of
// parts of them still know where each part was written.
type Pos uint32

// A Span is from the first byte of something to behind its last.
type Span struct{ Start, End Pos }

// An Expr is *And, *Or, *Not, *Macro or *Test.
type Expr interface{ Span() Span }

// An And is true where all its parts are. It has two or more.
type And struct {
	Args []Expr
	At   Span
}

// An Or is true where one of its parts is. It has two or more.
type Or struct {
	Args []Expr
	At   Span
}

// A Not is true where its part is false.
type Not struct {
	Arg Expr
	At  Span
}

// A Macro stands for the condition of that name.
type Macro struct {
	Name string
	At   Span
}

// A Test compares an operand with values or with another operand.
type Test struct {
	Left  *Operand
	Op    string // as written: "=" and "==" are two
	Mod   string // "oneof", "anyof", "allof" or empty
	Right Right
	At    Span
	OpAt  Span
}

// Span returns where the expression is, with its parentheses if it has any.
func (e *And) Span() Span { return e.At }

// Span returns where the expression is, with its parentheses if it has any.
func (e *Or) Span() Span { return e.At }

// Span returns where the expression is.
func (e *Not) Span() Span { return e.At }

// Span returns where the macro's name is.
func (e *Macro) Span() Span { return e.At }

// Span returns where the test is, from its operand to its value.
func (e *Test) Span() Span { return e.At }

// A Right is what stands right of an operator: values, or an operand. It is
// empty for exists.
type Right struct {
	Values  []Value
	List    bool     // in parentheses
	Operand *Operand // a transformer or val(field)
	At      Span
}

// An Operand is a field, or a transformer and its arguments.
type Operand struct {
	Name string // "proc.name", "tolower"
	Call bool   // a transformer, or val
	Args []Argument
	Arg  string // in brackets, may be empty; getopt has one, too
	At   Span
}

// An Argument of a transformer is an operand, a value, or a list of both.
type Argument struct {
	Operand *Operand
	Value   *Value
	List    []Argument
	IsList  bool
	At      Span
}

// A Value is a constant. A word without quotes may be the name of a list.
type Value struct {
	Text   string // without quotes and escapes
	Quoted bool
	At     Span
}
