// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
)

// An Extra adds to the alerts of the rules that it matches. Empty conditions
// match all rules.
type Extra struct {
	Rule   string   // its name
	Source string   // its source
	Tags   []string // all of which it has

	Output check.Format // behind its own, after a blank
	Fields []ExtraField // beside those of its output
}

// An ExtraField is a field that a rule's output does not name.
type ExtraField struct {
	Name   string
	Format check.Format
	Raw    bool // Format is one field alone: its value and not its text
}

func (x *Extra) matches(rule *check.Rule) bool {
	if x.Rule != "" && x.Rule != rule.Name || x.Source != "" && x.Source != rule.Source {
		return false
	}
	for _, tag := range x.Tags {
		if !slices.Contains(rule.Tags, tag) {
			return false
		}
	}
	return true
}

// Suggested adds where an alert comes from to the output of all rules about
// system calls, as the reference does unless it is told not to: the public
// rulesets count on it and do not name these fields.
func Suggested() Extra {
	var parts []check.Part
	for i, id := range []event.FieldID{
		event.FieldContainerID, event.FieldContainerName, event.FieldContainerImageRepository,
		event.FieldContainerImageTag, event.FieldK8sPodName, event.FieldK8sNSName,
	} {
		f := id.Field()
		label := strings.ReplaceAll(f.Name, ".", "_") + "="
		if i > 0 {
			label = " " + label
		}
		parts = append(parts, check.Part{Text: label}, check.Part{Operand: &check.Operand{Field: id, Kind: f.Kind}})
	}
	return Extra{Source: "syscall", Output: check.Format{Text: "suggested fields", Parts: parts}}
}

// A builder makes a Printer.
type builder struct {
	p      *Printer
	byName map[string]int // columns of operands
	fields map[string]int // columns of the alert's fields
}

// format compiles a format: its operands become columns and fields.
func (b *builder) format(f check.Format) ([]piece, error) {
	pieces := make([]piece, 0, len(f.Parts))
	for _, part := range f.Parts {
		if part.Operand == nil {
			pieces = append(pieces, piece{text: part.Text, column: -1})
			continue
		}
		if part.Width > maxWidth {
			return nil, fmt.Errorf("the width of %%%d%s is more than %d", part.Width, operandName(part.Operand), maxWidth)
		}
		col, err := b.operand(part.Operand)
		if err != nil {
			return nil, err
		}
		if err := b.addFields(part.Operand, col); err != nil {
			return nil, err
		}
		pieces = append(pieces, piece{column: col, width: part.Width})
	}
	return pieces, nil
}

// operand returns the column of an operand, which is new only if no part
// before named the same.
func (b *builder) operand(op *check.Operand) (int, error) {
	name := operandName(op)
	if col, found := b.byName[name]; found {
		return col, nil
	}
	col, err := newColumn(op)
	if err != nil {
		return 0, err
	}
	b.p.columns = append(b.p.columns, col)
	b.byName[name] = len(b.p.columns) - 1
	return b.byName[name], nil
}

// newColumn says how an operand is read for outputs. For fields with several
// values, that is the reference's choice: ancestors' texts one after the other,
// but of their process numbers only the process's own, and nothing of
// connections that have two sides.
func newColumn(op *check.Operand) (column, error) {
	if op.Transform == check.NoTransform {
		if c := clockOf(op.Field); c != noClock {
			return column{from: fromClock, clock: c}, nil
		}
		if op.Any && op.Field == event.FieldProcAncestorPID {
			op = &check.Operand{Field: event.FieldProcPID, Kind: event.FieldProcPID.Field().Kind}
		}
	}
	read, err := extract.Compile(*op)
	if err != nil {
		return column{}, err
	}
	switch {
	case !op.Any || read.Many == nil:
		text := !op.List && textual(read.Kind)
		return column{read: read, text: text, clean: text}, nil // extractors see to it
	case read.Kind == event.KindString:
		return column{from: fromFields, read: read, text: true, clean: true}, nil
	}
	return column{from: fromNowhere}, nil
}

// addFields makes a column a field of the alert. Of a transformer the fields
// inside are the alert's, not what it makes of them: so the reference has it.
func (b *builder) addFields(op *check.Operand, col int) error {
	if op.Transform == check.NoTransform {
		b.fields[operandName(op)] = col
		return nil
	}
	for i := range op.Args {
		inner := op.Args[i].Operand
		if inner == nil {
			continue
		}
		col, err := b.operand(inner)
		if err != nil {
			return err
		}
		if err := b.addFields(inner, col); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) extraField(f ExtraField) error {
	if f.Raw {
		if len(f.Format.Parts) != 1 || f.Format.Parts[0].Operand == nil {
			return fmt.Errorf("%q is not one field alone", f.Format.Text)
		}
		col, err := b.operand(f.Format.Parts[0].Operand)
		if err == nil {
			b.fields[f.Name] = col
		}
		return err
	}
	named := b.fields
	b.fields = make(map[string]int) // what the format names does not become a field
	pieces, err := b.format(f.Format)
	b.fields = named
	if err != nil {
		return err
	}
	col := column{from: fromPieces, pieces: joinTexts(pieces), text: true}
	col.clean, _ = clean(col.pieces)
	b.p.columns = append(b.p.columns, col)
	b.fields[f.Name] = len(b.p.columns) - 1
	return nil
}

// clean reports whether what is put together from pieces is UTF-8 without
// control characters, and whether its texts also need no escape in JSON. Values
// are clean, and cutting them to a width does not break them; what stands between
// them is the rule's author's.
func clean(pieces []piece) (clean, plain bool) {
	plain = true
	for i := range pieces {
		text := []byte(pieces[i].text)
		if !bytes.Equal(text, extract.Sanitize(nil, text)) {
			return false, false
		}
		plain = plain && !needsEscape(text)
	}
	return true, plain
}

// operandName writes an operand as rules do. For a field it is the key of its
// value in an alert.
func operandName(op *check.Operand) string {
	if op.Transform != check.NoTransform {
		return transformName(op)
	}
	f := op.Field.Field()
	switch {
	case !op.Arg.Set:
		return f.Name
	case !op.Arg.IsKey:
		return f.Name + "[" + strconv.Itoa(op.Arg.Index) + "]"
	case f.Arg&event.ArgDotted != 0:
		return f.Name + "." + op.Arg.Key
	}
	return f.Name + "[" + op.Arg.Key + "]"
}

// transformName tells transformers apart; nobody reads it.
func transformName(op *check.Operand) string {
	var name strings.Builder
	fmt.Fprintf(&name, "transform %d %d %t %+v(", op.Transform, op.Kind, op.List, op.Arg)
	for i := range op.Args {
		arg := &op.Args[i]
		if arg.Operand != nil {
			fmt.Fprintf(&name, "%s, ", operandName(arg.Operand))
		} else {
			fmt.Fprintf(&name, "%t %+v, ", arg.List, arg.Values)
		}
	}
	return name.String() + ")"
}
