// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"strings"

	"github.com/lanner-project/lanner/engine/syntax"
)

// conditionLines lays a condition out as the value of a key: behind the key
// where it fits, else as a folded text. It returns nil for what is no condition.
func conditionLines(text string) []string {
	head := 0
	e, err := syntax.Parse(text, 0)
	if err != nil {
		head = len(fragmentHead)
		text = fragmentHead + text
		if e, err = syntax.Parse(text, 0); err != nil {
			return nil
		}
	}
	g := grouped(text, e)
	if head > 0 {
		g.parts = g.parts[1:] // and or or stays
		if len(g.parts) == 0 || g.parts[0].word == "" {
			return nil
		}
	}
	one := g.flat()
	if len("  condition: "+one) <= formatWidth && isPlain(one) {
		return []string{" " + one}
	}
	lines := []string{" >"}
	for _, line := range g.lines(formatWidth - 4) {
		lines = append(lines, "  "+line)
	}
	return lines
}

// isPlain reports whether YAML reads a text without quotes as it is.
func isPlain(s string) bool {
	return s != "" && !strings.ContainsAny(s[:1], "!&*-?:,[]{}#|>@`\"'%~= ") && !strings.Contains(s, ": ") &&
		!strings.Contains(s, " #") && !strings.HasSuffix(s, ":") && !strings.ContainsAny(s, "\n\t\r") &&
		s != "null" && s != "true" && s != "false"
}

// A group is what stands between two parentheses, or all of a condition.
type group struct{ parts []groupPart }

// A groupPart is a word (and, or), or a test, a macro or a group with the nots
// before it.
type groupPart struct {
	word  string
	nots  int
	leaf  string
	test  *syntax.Test
	group *group
}

// grouped takes a condition apart as it is written, parentheses and all: an
// expression does not have those that change nothing, but what is appended to a
// condition may need them.
func grouped(text string, e syntax.Expr) *group {
	stack := []*group{{}}
	nots := 0
	add := func(p groupPart) {
		p.nots, nots = nots, 0
		top := stack[len(stack)-1]
		top.parts = append(top.parts, p)
	}
	between := func(s string) {
		for i := 0; i < len(s); {
			switch {
			case s[i] == '(':
				inner := &group{}
				add(groupPart{group: inner})
				stack = append(stack, inner)
				i++
			case s[i] == ')':
				stack = stack[:len(stack)-1]
				i++
			case strings.HasPrefix(s[i:], "and"), strings.HasPrefix(s[i:], "not"):
				if s[i] == 'n' {
					nots++
				} else {
					add(groupPart{word: "and"})
				}
				i += 3
			case strings.HasPrefix(s[i:], "or"):
				add(groupPart{word: "or"})
				i += 2
			default:
				i++ // a blank
			}
		}
	}
	at := 0
	leaves(e, func(leaf syntax.Expr) {
		span := leaf.Span()
		between(text[at:span.Start])
		p := groupPart{leaf: syntax.Print(leaf)}
		p.test, _ = leaf.(*syntax.Test)
		if m, ok := leaf.(*syntax.Macro); ok {
			p.leaf = m.Name // with the parentheses that it has
		}
		add(p)
		at = int(span.End)
	})
	between(text[at:])
	return stack[0]
}

// leaves calls f for the tests and macros of an expression, from left to right.
func leaves(e syntax.Expr, f func(syntax.Expr)) {
	switch e := e.(type) {
	case *syntax.And:
		for _, a := range e.Args {
			leaves(a, f)
		}
	case *syntax.Or:
		for _, a := range e.Args {
			leaves(a, f)
		}
	case *syntax.Not:
		leaves(e.Arg, f)
	default:
		f(e)
	}
}

// flat writes a group on one line.
func (g *group) flat() string {
	words := make([]string, 0, len(g.parts))
	for i := range g.parts {
		words = append(words, g.parts[i].flat())
	}
	return strings.Join(words, " ")
}

func (p *groupPart) flat() string {
	s := p.word + p.leaf
	if p.group != nil {
		s = "(" + p.group.flat() + ")"
	}
	return strings.Repeat("not ", p.nots) + s
}

// lines writes a group on as many lines as it takes, none longer than width
// where that can be. Each or begins a line, and where there is none each and.
func (g *group) lines(width int) []string {
	if one := g.flat(); len(one) <= width {
		return []string{one}
	}
	word := "and"
	for i := range g.parts {
		if g.parts[i].word == "or" {
			word = "or"
		}
	}
	var lines []string
	indent, prefix := "", ""
	for start := 0; start < len(g.parts); {
		end := start
		for end < len(g.parts) && g.parts[end].word != word {
			end++
		}
		if piece := (&group{g.parts[start:end]}); len(piece.parts) > 0 {
			for i, line := range piece.pieceLines(width - len(prefix) - len(indent)) {
				if i == 0 {
					line = prefix + line
				} else {
					line = "  " + line
				}
				lines = append(lines, indent+line)
			}
		}
		start, prefix = end+1, word+" "
	}
	return lines
}

// pieceLines writes what stands between two words.
func (g *group) pieceLines(width int) []string {
	one := g.flat()
	if len(one) <= width {
		return []string{one}
	}
	if len(g.parts) > 1 {
		return g.lines(width - 2)
	}
	p := &g.parts[0]
	nots := strings.Repeat("not ", p.nots)
	switch {
	case p.group != nil:
		lines := p.group.lines(width - 3)
		lines[0] = nots + "(" + lines[0]
		lines[len(lines)-1] += ")"
		return lines
	case p.test != nil && p.test.Right.List:
		lines := listTestLines(p.test, width)
		lines[0] = nots + lines[0]
		return lines
	}
	return []string{one}
}

// listTestLines breaks a test between the values of its list.
func listTestLines(t *syntax.Test, width int) []string {
	empty := *t
	empty.Right.Values = nil
	line := strings.TrimSuffix(syntax.Print(&empty), ")")
	var lines []string
	for i, v := range t.Right.Values {
		word := v.String()
		if i < len(t.Right.Values)-1 {
			word += ","
		} else {
			word += ")"
		}
		switch {
		case i == 0:
			line += word
		case len(line)+1+len(word) > width-2:
			lines = append(lines, line)
			line = "  " + word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
