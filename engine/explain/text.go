// SPDX-License-Identifier: Apache-2.0

package explain

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/syntax"
)

// maxList is how many values of a list are shown: some have hundreds.
const maxList = 6

// Write prints a tree, a line for each part, those that hold with "+" and those
// that do not with "-".
func Write(w io.Writer, n *Node) error { return write(w, n, 0) }

func write(w io.Writer, n *Node, depth int) error {
	mark := "-"
	if n.True {
		mark = "+"
	}
	text := n.Op
	if n.Op == "test" {
		text = n.Test + "   " + n.Saw()
	}
	if _, err := fmt.Fprintf(w, "%s%s %s\n", strings.Repeat("  ", depth), mark, text); err != nil {
		return err
	}
	for _, kid := range n.Kids {
		if err := write(w, kid, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// Saw says what a test saw: the value, and where there is none the reason.
func (n *Node) Saw() string {
	saw := "is " + quoted(n.Value)
	if n.Right != "" {
		saw += ", right side " + quoted(n.Right)
	}
	if n.Why != "" {
		saw += ": " + n.Why
	}
	return saw
}

func quoted(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || !strconv.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// TestText writes a test as a rule would.
func TestText(t *check.Test) string {
	var b strings.Builder
	writeOperand(&b, &t.Left)
	fmt.Fprintf(&b, " %s", t.Op)
	if t.Op == check.Exists {
		return b.String()
	}
	b.WriteByte(' ')
	if t.Mod != check.Single {
		fmt.Fprintf(&b, "%s ", modifiers[t.Mod])
	}
	switch {
	case t.Field != nil && t.Field.Transform == check.NoTransform:
		b.WriteString("val(")
		writeOperand(&b, t.Field)
		b.WriteByte(')')
	case t.Field != nil:
		writeOperand(&b, t.Field)
	case t.Mod != check.Single || t.Op == check.In || t.Op == check.Intersects || t.Op == check.PMatch:
		writeValues(&b, t.Right)
	case len(t.Right) > 0:
		b.WriteString(syntax.Quote(t.Right[0].Text))
	}
	return b.String()
}

var modifiers = map[check.Modifier]string{check.AnyOf: "anyof", check.AllOf: "allof", check.OneOf: "oneof"}

func writeValues(b *strings.Builder, values []check.Value) {
	b.WriteByte('(')
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == maxList && len(values) > maxList+1 {
			fmt.Fprintf(b, "and %d more", len(values)-i)
			break
		}
		b.WriteString(syntax.Quote(v.Text))
	}
	b.WriteByte(')')
}

func writeOperand(b *strings.Builder, op *check.Operand) {
	if op.Transform != check.NoTransform {
		fmt.Fprintf(b, "%s(", op.Transform)
		for i := range op.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			a := &op.Args[i]
			switch {
			case a.Operand != nil:
				writeOperand(b, a.Operand)
			case a.List:
				writeValues(b, a.Values)
			case len(a.Values) > 0:
				b.WriteString(syntax.Quote(a.Values[0].Text))
			}
		}
		b.WriteByte(')')
	} else {
		b.WriteString(op.Field.Field().Name)
	}
	writeArg(b, op)
}

func writeArg(b *strings.Builder, op *check.Operand) {
	switch a := op.Arg; {
	case !a.Set:
	case a.IsKey && op.Transform == check.NoTransform && op.Field.Field().Arg&event.ArgDotted != 0:
		b.WriteString("." + a.Key)
	case a.IsKey:
		b.WriteString("[" + a.Key + "]")
	default:
		fmt.Fprintf(b, "[%d]", a.Index)
	}
}
