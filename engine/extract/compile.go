// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"fmt"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
)

// An Extractor reads an operand of the current event. Exactly one of One and
// Many is set: Many for operands with several values (List and Any). Both
// allocate nothing, and are safe for concurrent use with different contexts.
type Extractor struct {
	One  func(*Context) (Value, bool)    // false: no value
	Many func(*Context, []Value) []Value // appends the values; none: no value
	Need event.Need
	Kind event.Kind // of the values

	print  printer
	output one // the value for outputs, where that is not the one for conditions
}

// A one reads a single value, a many appends several.
type (
	one  = func(*Context) (Value, bool)
	many = func(*Context, []Value) []Value
)

// A reader says how a field is read. A field without argument has a one or a
// many; the others are made for their argument.
type reader struct {
	one    one
	many   many
	make   func(check.Operand) (reader, error)
	print  printer
	output one
}

// Compile makes the extractor of an operand.
func Compile(op check.Operand) (Extractor, error) {
	if op.Transform != check.NoTransform {
		return compileTransform(op)
	}
	f := op.Field.Field()
	var r reader
	if int(op.Field) < len(readers) {
		r = readers[op.Field]
	}
	if r.make != nil {
		made, err := r.make(op)
		if err != nil {
			return Extractor{}, fmt.Errorf("field %s: %w", f.Name, err)
		}
		if made.print.text == nil {
			made.print = r.print
		}
		r = made
	}
	if r.one == nil && r.many == nil {
		return Extractor{}, fmt.Errorf("field %s is not in this version's events", f.Name)
	}
	x := Extractor{One: r.one, Many: r.many, Need: f.Need, Kind: f.Kind, print: r.print, output: r.output}
	if op.Kind != event.KindNone {
		x.Kind = op.Kind
	}
	if x.print.text == nil {
		x.print = printerOf(x.Kind)
	}
	return x, nil
}

// text makes a value of bytes.
func text(b []byte) (Value, bool) { return Value{Bytes: b}, true }

// num makes a value of a number.
func num[T ~int | ~int16 | ~int32 | ~int64 | ~uint16 | ~uint32 | ~uint64 | ~uint8](n T) (Value, bool) {
	return Value{Num: uint64(n)}, true
}

func boolean(b bool) (Value, bool) {
	if b {
		return Value{Num: 1}, true
	}
	return Value{}, true
}

var missing Value
