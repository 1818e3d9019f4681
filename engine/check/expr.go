// SPDX-License-Identifier: Apache-2.0

package check

import (
	"net/netip"
	"regexp"

	"github.com/lanner-project/lanner/engine/event"
)

// An Expr is a checked condition: And, Or, Not or *Test. A test whose left (or
// right) field has no value is false, whatever its operator.
type Expr interface{ expr() }

// And is true where all are; And{} is true.
type And []Expr

// Or is true where one is; Or{} is false.
type Or []Expr

// Not is true where X is false.
type Not struct{ X Expr }

func (And) expr()   {}
func (Or) expr()    {}
func (Not) expr()   {}
func (*Test) expr() {}

// A Test compares an operand with constants or with another operand.
type Test struct {
	Left  Operand
	Op    Op
	Mod   Modifier
	Right []Value  // the constants: one, or a list's
	Field *Operand // instead of Right: val(...) or a transformer
}

// An Operand is what a test reads of an event: a field, or a transformer and
// its arguments.
type Operand struct {
	Field event.FieldID
	Arg   Arg

	Transform Transform // where not NoTransform: applied to Args, and Field is not used
	Args      []Argument

	Kind event.Kind // of its values
	List bool       // has several values, to which list operators apply
	Any  bool       // has several values of which one has to match
}

// An Argument of a transformer is an operand, a constant, or a list of constants.
type Argument struct {
	Operand *Operand
	Values  []Value
	List    bool
}

// An Arg is what stands in the brackets after a field's name.
type Arg struct {
	Set   bool
	Index int // where it is a number
	Key   string
	IsKey bool
}

// A Transform changes the value of an operand.
type Transform uint8

// The transformers.
const (
	NoTransform Transform = iota
	ToLower
	ToUpper
	Base64
	Basename
	Len
	Join
	Concat
	Getopt
	Val
	ListOf // no word of the language: the list of its arguments, which are single
)

// An Op is a comparison.
type Op uint8

// The operators. "==" is "=".
const (
	Exists Op = iota
	Equal
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	Contains
	IContains
	BContains
	StartsWith
	BStartsWith
	EndsWith
	Glob
	IGlob
	Regex
	In
	Intersects
	PMatch
)

// A Modifier says of how many constants the comparison has to hold.
type Modifier uint8

// The modifiers.
const (
	Single Modifier = iota // no list: Right has one constant
	AnyOf
	AllOf
	OneOf // exactly one
)

// A Value is a constant in the form in which its operand's kind is compared.
type Value struct {
	Text   string // as written; strings, paths and byte buffers (decoded hex) compare with it
	Num    uint64 // numbers, ports, booleans, times, flags; signed ones in two's complement
	Float  float64
	Prefix netip.Prefix   // addresses (full length) and networks
	Regexp *regexp.Regexp // for Regex, anchored at both ends
}
