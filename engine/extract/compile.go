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

	format format
}

// format says how values of a kind are printed, where that differs by field.
type format uint8

// Compile makes the extractor of an operand.
func Compile(op check.Operand) (Extractor, error) {
	f := op.Field.Field()
	x := Extractor{Need: f.Need, Kind: f.Kind}
	switch op.Field {
	case event.FieldEvtNum:
		x.One = func(c *Context) (Value, bool) { return Value{Num: c.Event.Num}, true }
	default:
		return Extractor{}, fmt.Errorf("field %s cannot be extracted", f.Name)
	}
	return x, nil
}

// AppendText appends the operand's value for the current event as outputs print
// it. It reports false, and appends nothing, where there is no value.
func (x *Extractor) AppendText(dst []byte, c *Context) ([]byte, bool) {
	return dst, false
}

// AppendJSON appends the operand's value for the current event as alerts hold
// it: numbers as numbers, null where there is no value.
func (x *Extractor) AppendJSON(dst []byte, c *Context) []byte {
	return append(dst, "null"...)
}
