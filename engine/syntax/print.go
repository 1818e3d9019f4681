// SPDX-License-Identifier: Apache-2.0

package syntax

import "strings"

// Print writes an expression so that Parse reads the same again: parentheses
// around each and and or, one blank between words, quotes where they were or
// have to be.
func Print(e Expr) string {
	p := printer{quote: quoteSafely}
	p.expr(e)
	return p.b.String()
}

// PrintReference writes an expression as Falco describes compiled rules. That
// form loses which values had quotes, and Parse cannot always read it.
func PrintReference(e Expr) string {
	p := printer{quote: quoteAsReference, reference: true}
	p.expr(e)
	return p.b.String()
}

// PrintOperand writes a field or a transformer so that ParseOperand reads the
// same again.
func PrintOperand(o *Operand) string {
	p := printer{quote: quoteSafely}
	p.operand(o)
	return p.b.String()
}

// Quote returns the text as a value: in quotes where it needs them.
func Quote(text string) string {
	if IsBare(text) {
		return text
	}
	return inQuotes(text)
}

type printer struct {
	b         strings.Builder
	quote     func(Value) string
	reference bool
}

func (p *printer) expr(e Expr) {
	switch e := e.(type) {
	case *And:
		p.join(" and ", e.Args)
	case *Or:
		p.join(" or ", e.Args)
	case *Not:
		p.b.WriteString("not ")
		if _, again := e.Arg.(*Not); again && !p.reference {
			// Without parentheses two nots are none.
			p.join("", []Expr{e.Arg})
			return
		}
		p.expr(e.Arg)
	case *Macro:
		if e.Name == "not" && !p.reference {
			p.b.WriteString("(not)") // alone it is a macro, before anything else it is not
			return
		}
		p.b.WriteString(e.Name)
	case *Test:
		p.test(e)
	}
}

func (p *printer) join(word string, args []Expr) {
	p.b.WriteByte('(')
	for i, a := range args {
		if i > 0 {
			p.b.WriteString(word)
		}
		p.expr(a)
	}
	p.b.WriteByte(')')
}

func (p *printer) test(t *Test) {
	p.operand(t.Left)
	p.b.WriteByte(' ')
	p.b.WriteString(t.Op)
	if t.Op == "exists" {
		return
	}
	p.b.WriteByte(' ')
	if t.Mod != "" {
		p.b.WriteString(t.Mod)
		p.b.WriteByte(' ')
	}
	p.right(t.Right)
}

func (p *printer) right(r Right) {
	switch {
	case r.Operand != nil:
		p.operand(r.Operand)
	case !r.List && len(r.Values) == 1:
		p.b.WriteString(p.quote(r.Values[0]))
	default:
		p.b.WriteByte('(')
		for i, v := range r.Values {
			if i > 0 {
				p.b.WriteString(", ")
			}
			p.b.WriteString(p.quote(v))
		}
		p.b.WriteByte(')')
	}
}

func (p *printer) operand(o *Operand) {
	p.b.WriteString(o.Name)
	if o.Call {
		p.b.WriteByte('(')
		p.arguments(o.Args)
		p.b.WriteByte(')')
	}
	if o.Arg == "" {
		return
	}
	p.b.WriteByte('[')
	if p.reference {
		p.b.WriteString(p.quote(Value{Text: o.Arg}))
	} else {
		p.b.WriteString(quoteArg(o.Arg))
	}
	p.b.WriteByte(']')
}

func (p *printer) arguments(args []Argument) {
	for i, a := range args {
		if i > 0 {
			p.b.WriteByte(',')
		}
		switch {
		case a.Operand != nil:
			p.operand(a.Operand)
		case a.Value != nil:
			p.b.WriteString(p.quote(*a.Value))
		default:
			p.b.WriteByte('(')
			p.arguments(a.List)
			p.b.WriteByte(')')
		}
	}
}

// String returns the value as a condition has it, in quotes if it had them or
// needs them.
func (v Value) String() string { return quoteSafely(v) }

// quoteSafely keeps quotes, and adds them where the value needs them: a word
// that came out of a list can be any text.
func quoteSafely(v Value) string {
	if v.Quoted {
		return inQuotes(v.Text)
	}
	return Quote(v.Text)
}

// quoteAsReference adds quotes where the reference does: around blanks,
// backslashes and quotes, but not around what would end a word.
func quoteAsReference(v Value) string {
	if strings.ContainsAny(v.Text, "\b\f\n\r\t \\\"'") {
		return inQuotes(v.Text)
	}
	return v.Text
}

func quoteArg(arg string) string {
	for i := range len(arg) {
		if !isBareArg(arg[i]) {
			return inQuotes(arg)
		}
	}
	return arg
}

var escapes = strings.NewReplacer(
	"\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`, "\t", `\t`, `\`, `\\`, `"`, `\"`,
)

func inQuotes(s string) string { return `"` + escapes.Replace(s) + `"` }
