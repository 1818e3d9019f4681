// SPDX-License-Identifier: Apache-2.0

package check

import (
	"iter"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/rules"
	"github.com/lanner-project/lanner/engine/syntax"
)

// A Format is an output string, taken apart: what stands between the fields,
// and the fields.
type Format struct {
	Text  string // as written
	Parts []Part
}

// A Part of a format is a text, or an operand that is printed.
type Part struct {
	Text    string   // of a text part
	Operand *Operand // nil for a text part
	Width   int      // pad with blanks or cut to so many bytes; 0: as long as it is
}

// maxWidth bounds the widths that outputs can ask for.
const maxWidth = 4096

// maxFormatProblems is after how many mistakes an output is given up.
const maxFormatProblems = 50

// ParseFormat reads an output string that is not in a rules file. Its error is
// one sentence with what to do.
func ParseFormat(text string) (Format, error) {
	p := formatParser{operands: operands{diag.Suggest}, text: text}
	f := p.parse()
	if len(p.problems) > 0 {
		first := *p.problems[0]
		if first.hint != "" {
			first.message += "; " + first.hint
		}
		return f, &first
	}
	return f, nil
}

// format reads the output of a rule.
func (c *checker) format(r *rules.Rule) (Format, []*problem, bool) {
	p := formatParser{operands: c.operands, text: r.Output.Value, base: r.Output.Base}
	f := p.parse()
	c.report(p.warnings, diag.Warning)
	return f, p.problems, len(p.problems) == 0
}

// A formatParser goes through an output once.
type formatParser struct {
	operands
	text string
	base syntax.Pos

	at                 int
	parts              []Part
	problems, warnings []*problem
}

// parse takes the text apart. A star at the beginning asks to print outputs
// that lack values; they are always printed, and the star is not.
func (p *formatParser) parse() Format {
	start := 0
	if strings.HasPrefix(p.text, "*") {
		start = 1
	}
	for p.at = start; p.at < len(p.text) && len(p.problems) < maxFormatProblems; {
		i := strings.IndexByte(p.text[p.at:], '%')
		if i < 0 {
			break
		}
		p.at += i
		p.literal(start, p.at)
		p.field()
		start = p.at
	}
	p.literal(start, len(p.text))
	return Format{Text: p.text, Parts: p.parts}
}

func (p *formatParser) literal(start, end int) {
	if start >= end {
		return
	}
	if n := len(p.parts); n > 0 && p.parts[n-1].Operand == nil {
		p.parts[n-1].Text += p.text[start:end]
		return
	}
	p.parts = append(p.parts, Part{Text: p.text[start:end]})
}

func (p *formatParser) span(start, end int) syntax.Span {
	return syntax.Span{Start: p.base + syntax.Pos(start), End: p.base + syntax.Pos(end)}
}

// field reads what follows a percent sign: a width, and a field or transformer.
func (p *formatParser) field() {
	sign := p.at
	p.at++
	digits := p.at
	for p.at < len(p.text) && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
		p.at++
	}
	if p.at == len(p.text) {
		bad := fail(diag.TrailingPercent, p.span(sign, p.at), "", "the output ends with a percent sign")
		if p.at > digits {
			bad = fail(diag.TrailingWidth, p.span(sign, p.at), "", "the output ends with the width of a field")
		}
		p.problems = append(p.problems, bad)
		return
	}
	width := 0
	if p.at > digits {
		var err error
		if width, err = strconv.Atoi(p.text[digits:p.at]); err != nil || width > maxWidth {
			p.problems = append(p.problems, fail(diag.OutputField, p.span(digits, p.at), "", "the width is more than %d", maxWidth))
		}
	}
	op, n, bad := p.operandAt()
	if bad != nil {
		p.problems = append(p.problems, bad)
		return
	}
	at := p.span(p.at, p.at+n)
	p.at += n
	if op.Transform == NoTransform && op.Field == event.FieldContainerInfo {
		p.warnings = append(p.warnings, fail(diag.ContainerInfo, at, "", "%%container.info prints nothing any more"))
		return
	}
	p.parts = append(p.parts, Part{Operand: op, Width: width})
	p.suspicious(op, at)
}

// suspicious warns about fields whose value says nothing in an output.
func (p *formatParser) suspicious(op *Operand, at syntax.Span) {
	if op.Transform != NoTransform {
		return
	}
	f := op.Field.Field()
	switch {
	case f.Deprecated != "":
		p.warnings = append(p.warnings, fail(diag.DeprecatedField, at, f.Deprecated, "field %s is deprecated", f.Name))
	case f.Any && f.Arg == event.ArgNone:
		// The two ends of a connection; those of proc.aname and its like are
		// printed in a row.
		p.warnings = append(p.warnings, fail(diag.AlwaysUnset, at, "", "%s has no single value and is printed as <NA>", f.Name))
	}
}

// operandAt reads the operand that the text goes on with. As in the reference,
// where a name is none the longest beginning of it counts that is one: in
// "%proc.name." the dot is text, and "%proc.namex" is a name and an x.
func (p *formatParser) operandAt() (*Operand, int, *problem) {
	rest := p.text[p.at:]
	o, n, err := syntax.ParseOperand(rest, p.base+syntax.Pos(p.at))
	var bad *problem
	if err == nil {
		var op Operand
		if op, bad = p.operand(o); bad == nil {
			return &op, n, nil
		}
	}
	name := wordPrefix(rest)
	silent := operands{func(string, iter.Seq[string]) string { return "" }}
	for k := len(name); k > 0; k-- {
		o, used, err := syntax.ParseOperand(name[:k], p.base+syntax.Pos(p.at))
		if err != nil || used != k {
			continue
		}
		if op, err := silent.operand(o); err == nil {
			if k < len(name) || k < len(rest) && rest[k] == '[' {
				p.warnings = append(p.warnings, fail(diag.OutputShortened, p.span(p.at, p.at+len(name)), "",
					"the field is %s, and %q is printed as it is", name[:k], rest[k:max(len(name), min(n, len(rest)))]))
			}
			return &op, k, nil
		}
	}
	out := fail(diag.OutputField, p.span(p.at-1, p.at+max(len(name), 1)), "", "no field or transformer after the percent sign")
	out.unknown = true
	switch {
	case bad != nil:
		out.message, out.hint, out.at = bad.message, bad.hint, p.span(p.at, p.at+n)
	case name != "":
		out.message, out.hint = "unknown field "+name, p.didYouMean(name, fieldNames())
	}
	return nil, 0, out
}

// wordPrefix returns the letters, digits, underscores and dots that s begins
// with, as many as a name can have.
func wordPrefix(s string) string {
	const longest = 80
	n := 0
	for n < len(s) && n < longest && (s[n] == '.' || s[n] == '_' || '0' <= s[n] && s[n] <= '9' || 'a' <= s[n]|0x20 && s[n]|0x20 <= 'z') {
		n++
	}
	return s[:n]
}
