// SPDX-License-Identifier: Apache-2.0

package syntax

import (
	"fmt"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
)

// operand = field | transformer. It returns nil where there is neither.
func (p *parser) operand() (*Operand, error) {
	start := p.at
	if n := fieldLen(p.rest()); n > 0 {
		p.at += n
		o := &Operand{Name: p.text[start:p.at]}
		err := p.brackets(o)
		o.At = p.span(start)
		return o, err
	}
	for _, name := range transforms {
		if strings.HasPrefix(p.rest(), name) && strings.HasPrefix(p.rest()[len(name):], "(") {
			p.at += len(name)
			return p.call(start, name)
		}
	}
	return nil, nil
}

// rightOperand is operand for the right side of an operator, where a field is
// written val(field): without val it is a text.
func (p *parser) rightOperand() (*Operand, error) {
	start := p.at
	if !p.take("val(") {
		if fieldLen(p.rest()) > 0 {
			return nil, nil
		}
		return p.operand()
	}
	p.blank()
	o := &Operand{Name: "val", Call: true}
	fieldStart := p.at
	n := fieldLen(p.rest())
	if n == 0 {
		return nil, p.fail(diag.BadCallArgument, p.at, p.wordEnd(), "expected a field in val(…), found "+p.found(), "")
	}
	field, err := p.operand()
	if err != nil {
		return nil, err
	}
	o.Args = []Argument{{Operand: field, At: p.span(fieldStart)}}
	p.blank()
	if !p.take(")") {
		return nil, p.fail(diag.ExpectedParenthesis, start, p.at, "val( is not closed", "")
	}
	o.At = p.span(start)
	return o, nil
}

// brackets reads the argument that may follow a field's name.
func (p *parser) brackets(o *Operand) error {
	start := p.at
	if !p.take("[") {
		return nil
	}
	if !p.done() && (p.text[p.at] == '"' || p.text[p.at] == '\'') {
		text, err := p.quoted()
		if err != nil {
			return err
		}
		o.Arg = text
	} else {
		argStart := p.at
		for !p.done() && isBareArg(p.text[p.at]) {
			p.at++
		}
		if p.at == argStart {
			return p.fail(diag.BadFieldArgument, start, min(len(p.text), p.at+1),
				"expected an argument in the brackets", "write it without blanks, or in quotes")
		}
		o.Arg = p.text[argStart:p.at]
	}
	if !p.take("]") {
		return p.fail(diag.BadFieldArgument, start, p.at, "this bracket is not closed",
			"an argument with blanks or brackets needs quotes")
	}
	return nil
}

// call = "(" argument { "," argument } ")" [ "[" arg "]" ].
func (p *parser) call(start int, name string) (*Operand, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(diag.TooDeep, start, p.at,
			fmt.Sprintf("more than %d transformers inside each other", maxDepth), "")
	}
	open := p.at
	p.at++
	args, err := p.arguments(true)
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.fail(diag.ExpectedParenthesis, open, open+1,
			fmt.Sprintf("the parenthesis of %s is not closed", name), "")
	}
	p.depth--
	o := &Operand{Name: name, Call: true, Args: args}
	err = p.brackets(o)
	o.At = p.span(start)
	return o, err
}

// arguments reads arguments up to the parenthesis that closes them, one or
// more. A list among them can have none, and has no list in it.
func (p *parser) arguments(lists bool) ([]Argument, error) {
	var args []Argument
	for {
		p.blank()
		a, err := p.argument(lists)
		if err != nil {
			return nil, err
		}
		args = append(args, a)
		p.blank()
		if !p.take(",") {
			return args, nil
		}
	}
}

// argument = quoted | number | field | transformer | "(" arguments ")".
func (p *parser) argument(lists bool) (Argument, error) {
	start := p.at
	rest := p.rest()
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		text, err := p.quoted()
		at := p.span(start)
		return Argument{Value: &Value{Text: text, Quoted: true, At: at}, At: at}, err
	}
	if n := numberPrefix(rest); n > 0 {
		p.at += n
		at := p.span(start)
		return Argument{Value: &Value{Text: p.text[start:p.at], At: at}, At: at}, nil
	}
	if lists && strings.HasPrefix(rest, "(") {
		p.at++
		p.blank()
		a := Argument{IsList: true}
		if !strings.HasPrefix(p.rest(), ")") {
			var err error
			if a.List, err = p.arguments(false); err != nil {
				return Argument{}, err
			}
		}
		if !p.take(")") {
			return Argument{}, p.fail(diag.ExpectedParenthesis, start, start+1, "this list is not closed", "")
		}
		a.At = p.span(start)
		return a, nil
	}
	o, err := p.operand()
	if err != nil {
		return Argument{}, err
	}
	if o == nil {
		return Argument{}, p.fail(diag.BadCallArgument, p.at, p.wordEnd(),
			"expected a field, a transformer, a number or a text in quotes, found "+p.found(), "put quotes around texts")
	}
	return Argument{Operand: o, At: p.span(start)}, nil
}

// numberPrefix returns how long the number is that s begins with.
func numberPrefix(s string) int {
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' && isAlnum(s[2]) {
		n := 3
		for n < len(s) && isAlnum(s[n]) {
			n++
		}
		return n
	}
	return numberLen(s)
}
