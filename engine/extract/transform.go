// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
)

// compileTransform makes the extractor of a transformer and its arguments.
func compileTransform(op check.Operand) (Extractor, error) {
	args := make([]Extractor, len(op.Args))
	need, fields := event.NeedNothing, 0
	for i := range op.Args {
		x, err := compileArgument(&op.Args[i])
		if err != nil {
			return Extractor{}, err
		}
		args[i] = x
		switch {
		case op.Args[i].Operand == nil: // constants hang on nothing at all
		case fields == 0:
			need, fields = x.Need, 1
		default:
			need = union(need, x.Need)
		}
	}
	x := Extractor{Need: need, Kind: op.Kind}
	switch op.Transform {
	case check.ToLower:
		return mapped(x, args, lower)
	case check.ToUpper:
		return mapped(x, args, upper)
	case check.Basename:
		return mapped(x, args, basename)
	case check.Base64:
		return mapped(x, args, decodeBase64)
	case check.Val:
		if len(args) != 1 {
			return Extractor{}, errOneArgument
		}
		args[0].Need, args[0].Kind = need, op.Kind
		return args[0], nil
	case check.Len:
		return compileLen(x, args)
	case check.ListOf:
		return listOf(x, args)
	case check.Concat:
		x.One = concat(args)
	case check.Join:
		if len(args) != 2 {
			return Extractor{}, errors.New("join needs a separator and a list")
		}
		x.One = join(args[0], args[1])
	case check.Getopt:
		if len(args) != 2 {
			return Extractor{}, errors.New("getopt needs a list and its options")
		}
		return compileGetopt(x, op, args[0])
	default:
		return Extractor{}, fmt.Errorf("transformer %d is unknown", op.Transform)
	}
	x.print = printerOf(x.Kind)
	return x, nil
}

var errOneArgument = errors.New("a transformer needs one argument")

// union is what a value hangs on that hangs on two others. NeedNothing is a need
// too: such a field differs from type to type.
func union(a, b event.Need) event.Need {
	if a == b {
		return a
	}
	return event.NeedEvent
}

// compileArgument makes an extractor of an argument, whose constants are values
// like others.
func compileArgument(a *check.Argument) (Extractor, error) {
	if a.Operand != nil {
		return Compile(*a.Operand)
	}
	values := make([]Value, len(a.Values))
	for i, v := range a.Values {
		values[i] = Value{Bytes: []byte(v.Text), Num: v.Num}
	}
	x := Extractor{Need: event.NeedNothing, Kind: event.KindString}
	if a.List || len(values) != 1 {
		x.Many = func(_ *Context, dst []Value) []Value { return append(dst, values...) }
	} else {
		x.One = func(*Context) (Value, bool) { return values[0], true }
	}
	return x, nil
}

// listOf is the list of its arguments. Where one of them has no value, the list
// has none.
func listOf(x Extractor, args []Extractor) (Extractor, error) {
	for i := range args {
		if args[i].One == nil {
			return Extractor{}, errors.New("an item of a list has to be a single value")
		}
	}
	x.Many = func(c *Context, dst []Value) []Value {
		n := len(dst)
		for i := range args {
			v, ok := args[i].One(c)
			if !ok {
				return dst[:n]
			}
			dst = append(dst, v)
		}
		return dst
	}
	x.print = printerOf(x.Kind)
	return x, nil
}

// mapped applies change to each value. change appends what the value becomes,
// and reports false where it becomes nothing.
func mapped(x Extractor, args []Extractor, change func(dst, b []byte) ([]byte, bool)) (Extractor, error) {
	if len(args) != 1 {
		return Extractor{}, errOneArgument
	}
	arg := args[0]
	apply := func(c *Context, v Value) (Value, bool) {
		start := c.mark()
		grown, ok := change(c.scratch, v.Bytes)
		if !ok {
			return missing, false
		}
		c.scratch = grown
		return c.since(start)
	}
	x.print = printerOf(x.Kind)
	if arg.One != nil {
		x.One = func(c *Context) (Value, bool) {
			v, ok := arg.One(c)
			if !ok {
				return missing, false
			}
			return apply(c, v)
		}
		return x, nil
	}
	x.Many = func(c *Context, dst []Value) []Value {
		n := len(dst)
		dst = arg.Many(c, dst)
		kept := dst[:n]
		for _, v := range dst[n:] {
			if v, ok := apply(c, v); ok {
				kept = append(kept, v)
			}
		}
		return kept
	}
	return x, nil
}

func lower(dst, b []byte) ([]byte, bool) {
	for _, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst, true
}

func upper(dst, b []byte) ([]byte, bool) {
	for _, c := range b {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst, true
}

// basename is what follows the last slash.
func basename(dst, b []byte) ([]byte, bool) {
	return append(dst, b[bytes.LastIndexByte(b, '/')+1:]...), true
}

func decodeBase64(dst, b []byte) ([]byte, bool) {
	b = bytes.TrimRight(b, "=")
	size := base64.RawStdEncoding.DecodedLen(len(b))
	start := len(dst)
	for range size {
		dst = append(dst, 0)
	}
	n, err := base64.RawStdEncoding.Decode(dst[start:], b)
	return dst[:start+n], err == nil
}

// compileLen counts bytes of a text, or values of a list.
func compileLen(x Extractor, args []Extractor) (Extractor, error) {
	if len(args) != 1 {
		return Extractor{}, errOneArgument
	}
	arg := args[0]
	x.print = printerOf(event.KindUint64)
	if arg.One != nil {
		x.One = func(c *Context) (Value, bool) {
			v, ok := arg.One(c)
			return Value{Num: uint64(len(v.Bytes))}, ok
		}
		return x, nil
	}
	x.One = func(c *Context) (Value, bool) {
		c.argument = arg.Many(c, c.argument[:0])
		return num(len(c.argument))
	}
	return x, nil
}

// concat joins its arguments; it has no value unless all have one.
func concat(args []Extractor) one {
	return func(c *Context) (Value, bool) {
		start := c.mark()
		var text []byte
		for i := range args {
			v, ok := args[i].firstOf(c)
			if !ok {
				return missing, false
			}
			at := c.mark() // an argument may have made its text after start
			c.scratch = append(append(c.scratch, text...), v.Bytes...)
			text = c.scratch[at:]
			start = at
		}
		return c.since(start)
	}
}

// firstOf reads the value of an operand, the first of several.
func (x *Extractor) firstOf(c *Context) (Value, bool) {
	if x.One != nil {
		return x.One(c)
	}
	c.argument = x.Many(c, c.argument[:0])
	if len(c.argument) == 0 {
		return missing, false
	}
	return c.argument[0], true
}

func join(sep, list Extractor) one {
	return func(c *Context) (Value, bool) {
		s, ok := sep.firstOf(c)
		if !ok {
			return missing, false
		}
		values, ok := list.values(c)
		if !ok {
			return missing, false
		}
		start := c.mark()
		for i, v := range values {
			if i > 0 {
				c.scratch = append(c.scratch, s.Bytes...)
			}
			c.scratch = append(c.scratch, v.Bytes...)
		}
		return c.since(start)
	}
}

// values reads all values of an operand into the context's memory for them.
func (x *Extractor) values(c *Context) ([]Value, bool) {
	c.argument = c.argument[:0]
	if x.Many != nil {
		c.argument = x.Many(c, c.argument)
		return c.argument, true
	}
	v, ok := x.One(c)
	if !ok {
		return nil, false
	}
	c.argument = append(c.argument, v)
	return c.argument, true
}

// compileGetopt reads an option of a command line as getopt(3) finds it. The
// option string says which letters there are, with a colon after those that
// have a value; the argument in brackets which of them is asked for.
func compileGetopt(x Extractor, op check.Operand, list Extractor) (Extractor, error) {
	if len(op.Args[1].Values) != 1 {
		return Extractor{}, errors.New("getopt needs its options as a text")
	}
	options, want := op.Args[1].Values[0].Text, op.Arg.Key
	if !op.Arg.IsKey && op.Arg.Set {
		want = strconv.Itoa(op.Arg.Index)
	}
	if len(want) != 1 {
		return Extractor{}, fmt.Errorf("getopt reads one option, not %q", want)
	}
	x.print = printerOf(x.Kind)
	x.One = func(c *Context) (Value, bool) {
		values, ok := list.values(c)
		if !ok {
			return missing, false
		}
		return getopt(values, options, want[0])
	}
	return x, nil
}

func getopt(values []Value, options string, want byte) (Value, bool) {
	for i := 0; i < len(values); i++ {
		word := values[i].Bytes
		if len(word) < 2 || word[0] != '-' {
			continue
		}
		if string(word) == "--" {
			break
		}
		for j := 1; j < len(word); j++ {
			letter := word[j]
			if !takesValue(options, letter) {
				if letter == want {
					return text(nil)
				}
				continue
			}
			value := word[j+1:]
			if len(value) == 0 && i+1 < len(values) {
				i++
				value = values[i].Bytes
			}
			if letter == want {
				return text(value)
			}
			break
		}
	}
	return missing, false
}

func takesValue(options string, letter byte) bool {
	for i := range len(options) - 1 {
		if options[i] == letter && options[i+1] == ':' {
			return true
		}
	}
	return false
}
