// SPDX-License-Identifier: Apache-2.0

package check

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/syntax"
)

// A problem is a mistake in a condition, before it is known whether it is an
// error.
type problem struct {
	code          diag.Code
	at            syntax.Span
	message, hint string
	unknown       bool // a rule can ask to be left out because of it
}

func (p *problem) Error() string { return p.message }

func fail(code diag.Code, at syntax.Span, hint, format string, args ...any) *problem {
	return &problem{code: code, at: at, message: fmt.Sprintf(format, args...), hint: hint}
}

// A suggester finds a word that is like one that does not exist.
type suggester func(word string, candidates iter.Seq[string]) string

// An operands resolves names to fields.
type operands struct{ suggest suggester }

// didYouMean is a hint with the best suggestion, "" where there is none.
func (r operands) didYouMean(word string, candidates iter.Seq[string]) string {
	if s := r.suggest(word, candidates); s != "" {
		return fmt.Sprintf("did you mean %s?", s)
	}
	return ""
}

// operand resolves a field or a transformer.
func (r operands) operand(o *syntax.Operand) (Operand, *problem) {
	if o.Call {
		return r.transformer(o)
	}
	id, arg, ok := lookup(o.Name)
	if !ok {
		p := fail(diag.UnknownField, o.At, r.didYouMean(o.Name, fieldNames()), "unknown field %s", o.Name)
		p.unknown = true
		return Operand{}, p
	}
	f := id.Field()
	op := Operand{Field: id, Kind: f.Kind, List: f.List}
	if err := r.argument(&op, f, arg, o); err != nil {
		return Operand{}, err
	}
	op.Any = f.Any && !op.Arg.Set
	return op, nil
}

func fieldNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range event.Fields {
			if !yield(event.Fields[i].Name) {
				return
			}
		}
	}
}

// lookup finds a field by its name, which may go on with a dotted argument.
func lookup(name string) (id event.FieldID, arg string, ok bool) {
	if id, ok = event.LookupField(name); ok {
		return id, "", true
	}
	for i := len(name) - 1; i > 0; i-- {
		if name[i] != '.' {
			continue
		}
		if id, ok = event.LookupField(name[:i]); ok && id.Field().Arg&event.ArgDotted != 0 {
			return id, name[i+1:], true
		}
	}
	return 0, "", false
}

// argument reads what stands in brackets or behind the last dot.
func (r operands) argument(op *Operand, f *event.Field, dotted string, o *syntax.Operand) *problem {
	switch {
	case dotted != "" && o.Arg != "":
		return fail(diag.FieldArgument, o.At, "", "%s has two arguments, %s and %s", f.Name, dotted, o.Arg)
	case dotted != "":
		return r.dotted(op, f, dotted, o.At)
	case o.Arg == "":
		if f.Arg&event.ArgRequired == 0 {
			return nil
		}
		hint := fmt.Sprintf("write %s[…]", f.Name)
		if f.Arg&event.ArgDotted != 0 {
			hint = fmt.Sprintf("write %s.NAME", f.Name)
		}
		return fail(diag.FieldArgument, o.At, hint, "%s needs an argument", f.Name)
	case f.Arg&(event.ArgIndex|event.ArgKey) == 0 && f.Arg&event.ArgDotted != 0:
		return fail(diag.FieldArgument, o.At, fmt.Sprintf("write %s.%s", f.Name, o.Arg), "%s takes no argument in brackets", f.Name)
	case f.Arg&(event.ArgIndex|event.ArgKey) == 0:
		return fail(diag.FieldArgument, o.At, "", "%s takes no argument", f.Name)
	}
	index, err := strconv.ParseUint(o.Arg, 10, 31)
	switch {
	case f.Arg&event.ArgIndex != 0 && err == nil:
		op.Arg = Arg{Set: true, Index: int(index)}
	case f.Arg&event.ArgKey != 0:
		op.Arg = Arg{Set: true, Key: o.Arg, IsKey: true}
	default:
		hint := ""
		if f.Arg&event.ArgDotted != 0 {
			hint = fmt.Sprintf("write %s.%s", f.Name, o.Arg)
		}
		return fail(diag.FieldArgument, o.At, hint, "the argument of %s is a number, not %s", f.Name, o.Arg)
	}
	return nil
}

// dotted reads an argument that is a part of the name.
func (r operands) dotted(op *Operand, f *event.Field, arg string, at syntax.Span) *problem {
	op.Arg = Arg{Set: true, Key: arg, IsKey: true}
	switch op.Field {
	case event.FieldEvtArg, event.FieldEvtRawArg:
		kind, ok := parameters()[arg]
		if !ok {
			return fail(diag.UnknownParameter, at, r.didYouMean(arg, parameterNames()), "no event has a parameter %s", arg)
		}
		if op.Field == event.FieldEvtRawArg {
			op.Kind = kind
		}
	case event.FieldEvtTypeIs:
		if len(event.TypesNamed(arg)) == 0 {
			p := fail(diag.UnknownEventType, at, r.didYouMean(arg, typeNames()), "unknown event type %s", arg)
			p.unknown = true
			return p
		}
	case event.FieldEvtAbsPath:
		if arg != "src" && arg != "dst" {
			return fail(diag.FieldArgument, at, "", "%s has src and dst, not %s", f.Name, arg)
		}
	}
	return nil
}

// parameters are the kinds of event parameters by name: of several of one name,
// that of the first event that has it, as in the reference.
var parameters = sync.OnceValue(func() map[string]event.Kind {
	kinds := make(map[string]event.Kind)
	for t := range event.Type(event.NumTypes) {
		for _, p := range t.Info().Params {
			if _, found := kinds[p.Name]; !found {
				kinds[p.Name] = p.Kind
			}
		}
	}
	return kinds
})

func parameterNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for t := range event.Type(event.NumTypes) {
			for _, p := range t.Info().Params {
				if !yield(p.Name) {
					return
				}
			}
		}
	}
}

// transforms are the transformers by name.
var transforms = map[string]Transform{
	"tolower": ToLower, "toupper": ToUpper, "b64": Base64, "basename": Basename, "len": Len,
	"join": Join, "concat": Concat, "getopt": Getopt, "val": Val,
}

// String returns the transformer's name.
func (t Transform) String() string {
	for name, other := range transforms {
		if other == t {
			return name
		}
	}
	return ""
}

// transformer resolves a transformer and its arguments.
func (r operands) transformer(o *syntax.Operand) (Operand, *problem) {
	op := Operand{Transform: transforms[o.Name], Kind: event.KindString}
	if o.Arg != "" && op.Transform != Getopt {
		return Operand{}, fail(diag.FieldArgument, o.At, "", "%s takes no argument in brackets", o.Name)
	}
	for i := range o.Args {
		a, err := r.callArgument(&o.Args[i])
		if err != nil {
			return Operand{}, err
		}
		if f := noTransform(&a); f != "" && op.Transform != Val {
			return Operand{}, fail(diag.TransformerType, o.Args[i].At, "", "field %s takes no transformer", f)
		}
		op.Args = append(op.Args, a)
	}
	var err *problem
	switch op.Transform {
	case Join:
		err = checkJoin(&op, o)
	case Concat:
		err = checkConcat(&op, o)
	case Getopt:
		err = checkGetopt(&op, o)
	default:
		err = checkUnary(&op, o)
	}
	return op, err
}

// noTransform returns the name of the field that no transformer can be applied
// to, if the argument is one.
func noTransform(a *Argument) string {
	switch {
	case a.Operand == nil:
	case a.Operand.Transform == NoTransform && a.Operand.Field.Field().NoTransform:
		return a.Operand.Field.Field().Name
	case a.Operand.Transform == ListOf:
		for i := range a.Operand.Args {
			if f := noTransform(&a.Operand.Args[i]); f != "" {
				return f
			}
		}
	}
	return ""
}

// callArgument resolves one argument of a transformer.
func (r operands) callArgument(a *syntax.Argument) (Argument, *problem) {
	switch {
	case a.Operand != nil:
		op, err := r.operand(a.Operand)
		return Argument{Operand: &op}, err
	case a.Value != nil:
		return Argument{Values: []Value{{Text: a.Value.Text}}}, nil
	}
	out := Argument{List: true}
	list := Operand{Transform: ListOf, Kind: event.KindString, List: true}
	constant := true
	for i := range a.List {
		item, err := r.callArgument(&a.List[i])
		if err != nil {
			return Argument{}, err
		}
		constant = constant && item.Operand == nil
		list.Args = append(list.Args, item)
		out.Values = append(out.Values, item.Values...)
	}
	if !constant {
		return Argument{Operand: &list}, nil
	}
	return out, nil
}

// isText reports whether the argument is one text.
func (a *Argument) isText() bool {
	if a.Operand != nil {
		return a.Operand.Kind.IsString() && !a.Operand.List && !a.Operand.Any
	}
	return !a.List
}

// isTexts reports whether the argument is a list of texts.
func (a *Argument) isTexts() bool {
	if a.Operand == nil {
		return a.List
	}
	if a.Operand.Transform == ListOf && slices.ContainsFunc(a.Operand.Args, func(i Argument) bool { return !i.isText() }) {
		return false
	}
	return a.Operand.Kind.IsString() && a.Operand.List
}

func wrongArguments(o *syntax.Operand, takes string) *problem {
	return fail(diag.TransformerArguments, o.At, "", "%s takes %s", o.Name, takes)
}

func checkJoin(op *Operand, o *syntax.Operand) *problem {
	if len(op.Args) != 2 || !op.Args[0].isText() || !op.Args[1].isTexts() {
		return wrongArguments(o, "a text and a list of texts")
	}
	return nil
}

func checkConcat(op *Operand, o *syntax.Operand) *problem {
	if len(op.Args) < 2 || slices.ContainsFunc(op.Args, func(a Argument) bool { return !a.isText() }) {
		return wrongArguments(o, "two or more texts")
	}
	return nil
}

// checkGetopt: with an option in brackets the value of that option, else the
// list of all that was found.
func checkGetopt(op *Operand, o *syntax.Operand) *problem {
	if len(op.Args) != 2 || !op.Args[0].isTexts() || op.Args[1].Operand != nil || op.Args[1].List {
		return wrongArguments(o, "a list of texts, and the options as one text in quotes")
	}
	op.List = o.Arg == ""
	if len(o.Arg) > 1 {
		return fail(diag.FieldArgument, o.At, "", "the argument of getopt is one character, not %s", o.Arg)
	}
	if o.Arg != "" {
		op.Arg = Arg{Set: true, Key: o.Arg, IsKey: true}
	}
	return nil
}

// checkUnary: these keep the kind of what they are applied to, but for len.
func checkUnary(op *Operand, o *syntax.Operand) *problem {
	if len(op.Args) != 1 || op.Args[0].Operand == nil {
		return wrongArguments(o, "one field")
	}
	arg := op.Args[0].Operand
	if arg.Transform == ListOf {
		return wrongArguments(o, "one field")
	}
	op.Kind, op.List = arg.Kind, arg.List
	ok := false
	switch op.Transform {
	case Val:
		op.Any = arg.Any
		ok = true
	case Base64:
		ok = arg.Kind.IsString() || arg.Kind == event.KindBytes
	case Len:
		ok = arg.Kind.IsString() || arg.Kind == event.KindBytes || arg.List
		op.Kind, op.List = event.KindUint64, false
	default:
		ok = arg.Kind.IsString()
	}
	if !ok {
		return fail(diag.TransformerType, o.At, "", "%s cannot be applied to %s, which is %s",
			o.Name, strings.TrimSpace(syntax.PrintOperand(o.Args[0].Operand)), article(arg))
	}
	return nil
}

// article names what values an operand has.
func article(op *Operand) string {
	kind := "of kind " + op.Kind.String()
	switch {
	case op.Kind.IsString():
		kind = "a text"
	case op.Kind == event.KindBytes:
		kind = "bytes"
	case op.Kind == event.KindBool:
		kind = "true or false"
	case op.Kind == event.KindIP:
		kind = "an address"
	case op.Kind == event.KindIPNet:
		kind = "a network"
	case op.Kind == event.KindPort:
		kind = "a port"
	case op.Kind.IsNumber():
		kind = "a number"
	}
	if op.List {
		return "a list, each " + kind
	}
	return kind
}
