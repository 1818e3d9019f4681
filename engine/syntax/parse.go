// SPDX-License-Identifier: Apache-2.0

package syntax

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lanner-project/lanner/engine/diag"
)

// maxDepth is how deep parentheses and transformers may be nested.
const maxDepth = 1000

// An Error is what is wrong with a text and where.
type Error struct {
	Code    diag.Code
	At      Span
	Message string
	Hint    string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Parse parses a condition. Its error is an *Error.
func Parse(text string, base Pos) (Expr, error) {
	p := parser{text: text, base: base}
	p.blank()
	if p.done() {
		return nil, p.fail(diag.EmptyCondition, 0, 0, "the condition is empty", "")
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.done() {
		return nil, p.unexpected()
	}
	return e, nil
}

// ParseOperand parses a field or a transformer at the beginning of a text. It
// returns how many bytes that takes; what follows is not looked at.
func ParseOperand(text string, base Pos) (*Operand, int, error) {
	p := parser{text: text, base: base}
	o, err := p.operand()
	if err != nil {
		return nil, 0, err
	}
	if o == nil {
		return nil, 0, p.fail(diag.UnknownField, 0, p.wordEnd(), "expected a field or a transformer", "")
	}
	return o, p.at, nil
}

// ParseRight parses what stands right of an operator. All of the text has to
// belong to it.
func ParseRight(op, mod, text string, base Pos) (Right, error) {
	p := parser{text: text, base: base}
	r, err := p.right(op, mod)
	if err != nil {
		return Right{}, err
	}
	p.blank()
	if !p.done() {
		return Right{}, p.unexpected()
	}
	return r, nil
}

// A parser goes through a text once, by recursive descent.
type parser struct {
	text  string
	base  Pos
	at    int
	depth int
}

func (p *parser) rest() string { return p.text[p.at:] }
func (p *parser) done() bool   { return p.at == len(p.text) }

// span returns the span from start to where the parser is.
func (p *parser) span(start int) Span {
	return Span{p.base + Pos(start), p.base + Pos(p.at)}
}

// blank skips blanks and reports whether there were any.
func (p *parser) blank() bool {
	start := p.at
	for !p.done() && isBlank(p.text[p.at]) {
		p.at++
	}
	return p.at > start
}

// take skips s and reports whether it was there.
func (p *parser) take(s string) bool {
	if !strings.HasPrefix(p.rest(), s) {
		return false
	}
	p.at += len(s)
	return true
}

// or = and { "or" and }.
func (p *parser) or() (Expr, error) {
	return p.chain("or", p.and, func(args []Expr, at Span) Expr { return &Or{args, at} })
}

// and = not { "and" not }.
func (p *parser) and() (Expr, error) {
	return p.chain("and", p.not, func(args []Expr, at Span) Expr { return &And{args, at} })
}

// chain parses parts joined by a word, which a blank or a parenthesis follows.
// After a parenthesis the part ends with it, as in the reference: in
// "a or(b) and c" nothing is left for "and" to continue.
func (p *parser) chain(word string, part func() (Expr, error), join func([]Expr, Span) Expr) (Expr, error) {
	p.blank()
	start := p.at
	first, err := part()
	if err != nil {
		return nil, err
	}
	var args []Expr
	end := p.at
	for p.blank(); p.take(word); p.blank() {
		if args == nil {
			args = append(make([]Expr, 0, 4), first)
		}
		var next Expr
		switch {
		case p.blank():
			next, err = part()
		case strings.HasPrefix(p.rest(), "("):
			next, err = p.parentheses()
		default:
			err = p.fail(diag.ExpectedBlank, p.at-len(word), p.at,
				fmt.Sprintf("expected a blank or a parenthesis after %q", word), "")
		}
		if err != nil {
			return nil, err
		}
		args = append(args, next)
		end = p.at
	}
	if args == nil {
		return first, nil
	}
	return join(args, Span{p.base + Pos(start), p.base + Pos(end)}), nil
}

// not = { "not" } ( "not(" or ")" | check ). Two nots are none.
func (p *parser) not() (Expr, error) {
	p.blank()
	start := p.at
	negate := false
	for strings.HasPrefix(p.rest(), "not") {
		n := p.at + len("not")
		if n < len(p.text) && isSpace(p.text[n]) {
			for n < len(p.text) && isSpace(p.text[n]) {
				n++
			}
		} else if n == len(p.text) || p.text[n] != '(' {
			break // a word that begins so
		}
		p.at = n
		negate = !negate
	}
	e, err := p.check()
	if err != nil || !negate {
		return e, err
	}
	return &Not{e, p.span(start)}, nil
}

// parentheses = "(" or ")".
func (p *parser) parentheses() (Expr, error) {
	start := p.at
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(diag.TooDeep, start, start+1,
			fmt.Sprintf("more than %d parentheses inside each other", maxDepth), "")
	}
	p.at++
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	p.blank()
	if !p.take(")") {
		if !p.done() {
			return nil, p.unexpected()
		}
		return nil, p.fail(diag.ExpectedParenthesis, start, start+1, "this parenthesis is not closed", "")
	}
	p.depth--
	switch e := e.(type) {
	case *And:
		return &And{e.Args, p.span(start)}, nil
	case *Or:
		return &Or{e.Args, p.span(start)}, nil
	}
	return e, nil
}

// check = "(" or ")" | operand condition | macro.
func (p *parser) check() (Expr, error) {
	p.blank()
	if strings.HasPrefix(p.rest(), "(") {
		return p.parentheses()
	}
	start := p.at
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	if left != nil {
		return p.condition(start, left)
	}
	if n := wordLen(p.rest()); n > 0 {
		p.at += n
		return &Macro{p.text[start:p.at], p.span(start)}, nil
	}
	return nil, p.fail(diag.ExpectedTest, p.at, p.wordEnd(),
		"expected a field, a macro or a parenthesis, found "+p.found(), "")
}

// condition parses the operator and what is right of it.
func (p *parser) condition(start int, left *Operand) (Expr, error) {
	p.blank()
	t := &Test{Left: left}
	opStart := p.at
	switch {
	case p.take("exists"):
		t.Op = "exists"
		t.OpAt, t.At = p.span(opStart), p.span(start)
		return t, nil
	case p.takeOp(t, orderOps, false), p.takeOp(t, symbolOps, false), p.takeOp(t, wordOps, true), p.takeOp(t, listOps, false):
	default:
		return nil, p.noOperator(left)
	}
	t.OpAt = p.span(opStart)
	p.blank()
	if !slices.Contains(orderOps, t.Op) && !slices.Contains(listOps, t.Op) {
		t.Mod = p.modifier()
	}
	var err error
	if t.Right, err = p.right(t.Op, t.Mod); err != nil {
		return nil, err
	}
	t.At = p.span(start)
	return t, nil
}

// takeOp reads one of the operators; some need a blank behind them.
func (p *parser) takeOp(t *Test, ops []string, needBlank bool) bool {
	for _, op := range ops {
		if !strings.HasPrefix(p.rest(), op) {
			continue
		}
		if end := p.at + len(op); needBlank && (end == len(p.text) || !isBlank(p.text[end])) {
			continue
		}
		p.at += len(op)
		t.Op = op
		return true
	}
	return false
}

// modifier reads a modifier, which only a list can follow: without one, the
// word is a value.
func (p *parser) modifier() string {
	for _, m := range modifiers {
		if !strings.HasPrefix(p.rest(), m) {
			continue
		}
		n := p.at + len(m)
		for n < len(p.text) && isBlank(p.text[n]) {
			n++
		}
		if n < len(p.text) && p.text[n] == '(' {
			p.at = n
			return m
		}
	}
	return ""
}

// noOperator explains what follows a field instead of an operator.
func (p *parser) noOperator(left *Operand) error {
	name := left.Name
	if p.done() {
		return p.fail(diag.ExpectedOperator, int(left.At.Start-p.base), int(left.At.End-p.base),
			fmt.Sprintf("expected an operator after %s", name), fmt.Sprintf("to ask whether it has a value write: %s exists", name))
	}
	word := p.text[p.at:p.wordEnd()]
	hint := ""
	switch s := diag.Suggest(word, slices.Values(Operators())); {
	case slices.Contains(wordOps, word):
		hint = "put a blank after " + word
	case s != "":
		hint = fmt.Sprintf("did you mean %s?", s)
	case strings.HasPrefix(word, "~"), strings.HasPrefix(word, "matches"), strings.HasPrefix(word, "like"):
		hint = "patterns are compared with glob or regex"
	}
	return p.fail(diag.ExpectedOperator, p.at, p.wordEnd(),
		fmt.Sprintf("expected an operator after %s, found %s", name, p.found()), hint)
}

// right parses what follows an operator.
func (p *parser) right(op, mod string) (Right, error) {
	p.blank()
	start := p.at
	list := TakesList(op, mod)
	if list && strings.HasPrefix(p.rest(), "(") {
		values, err := p.list()
		return Right{Values: values, List: true, At: p.span(start)}, err
	}
	if mod == "" {
		o, err := p.rightOperand()
		if err != nil {
			return Right{}, err
		}
		if o != nil {
			return Right{Operand: o, At: p.span(start)}, nil
		}
	}
	if list {
		// One word without parentheses is a list of one.
		if n := wordLen(p.rest()); n > 0 && mod == "" {
			p.at += n
			v := Value{Text: p.text[start:p.at], At: p.span(start)}
			return Right{Values: []Value{v}, At: v.At}, nil
		}
		return Right{}, p.fail(diag.ExpectedList, p.at, p.wordEnd(),
			fmt.Sprintf("expected a list in parentheses after %s, found %s", strings.TrimSpace(op+" "+mod), p.found()), "")
	}
	v, err := p.value()
	if err != nil {
		return Right{}, err
	}
	return Right{Values: []Value{v}, At: v.At}, nil
}

// list = "(" [ value { "," value } ] ")".
func (p *parser) list() ([]Value, error) {
	start := p.at
	p.at++
	p.blank()
	if p.take(")") {
		return nil, nil
	}
	var values []Value
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		p.blank()
		switch {
		case p.take(","):
		case p.take(")"):
			return values, nil
		case p.done():
			return nil, p.fail(diag.ExpectedParenthesis, start, start+1, "this list is not closed", "")
		default:
			return nil, p.fail(diag.ExpectedParenthesis, p.at, p.wordEnd(),
				"expected a comma or the list's end, found "+p.found(), "a value with blanks or special characters needs quotes")
		}
		p.blank()
	}
}

// value = quoted | bare.
func (p *parser) value() (Value, error) {
	p.blank()
	start := p.at
	if !p.done() && (p.text[p.at] == '"' || p.text[p.at] == '\'') {
		text, err := p.quoted()
		return Value{Text: text, Quoted: true, At: p.span(start)}, err
	}
	for !p.done() && isBare(p.text[p.at]) {
		p.at++
	}
	if p.at == start {
		return Value{}, p.fail(diag.ExpectedValue, p.at, p.wordEnd(), "expected a value, found "+p.found(), "")
	}
	return Value{Text: p.text[start:p.at], At: p.span(start)}, nil
}

func (p *parser) quoted() (string, error) {
	text, n, err := quoted(p.rest())
	if err != nil {
		at := p.base + Pos(p.at)
		err.At.Start += at
		err.At.End += at
		return "", err
	}
	p.at += n
	return text, nil
}

// unexpected is the error for a text that goes on where it should end.
func (p *parser) unexpected() error {
	word := p.text[p.at:p.wordEnd()]
	hint := "a value with blanks or any of ( ) , = needs quotes"
	switch {
	case strings.HasPrefix(word, ")"):
		hint = "there are more closing parentheses than opening ones"
	case slices.Contains([]string{"AND", "And", "&&", "&"}, word):
		hint = "write and"
	case slices.Contains([]string{"OR", "Or", "||", "|"}, word):
		hint = "write or"
	case p.at >= 3 && strings.EqualFold(strings.TrimRight(p.text[:p.at], " \t\n"), "not"):
		hint = "write not in lower case"
	}
	return p.fail(diag.UnexpectedText, p.at, p.wordEnd(), "expected and, or, or the end, found "+p.found(), hint)
}

// wordEnd returns where the word ends that the parser is at, one character
// further at least.
func (p *parser) wordEnd() int {
	end := p.at
	for end < len(p.text) && isBare(p.text[end]) {
		end++
	}
	if end == p.at && end < len(p.text) {
		_, n := utf8.DecodeRuneInString(p.rest())
		end += n
	}
	return end
}

// found names what the parser is at.
func (p *parser) found() string {
	word := p.text[p.at:p.wordEnd()]
	switch {
	case word == "":
		return "the end"
	case len(word) > 40:
		return fmt.Sprintf("%q…", runePrefix(word, 40))
	}
	return fmt.Sprintf("%q", word)
}

// runePrefix returns at most n bytes of s, ending with a whole character.
func runePrefix(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func (p *parser) fail(code diag.Code, start, end int, message, hint string) error {
	return &Error{Code: code, At: Span{p.base + Pos(start), p.base + Pos(end)}, Message: message, Hint: hint}
}
