// SPDX-License-Identifier: Apache-2.0

package diag

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteText writes the diagnostics for people, each as
//
//	rules.yaml:3:30: error LR0301: unknown field proc.nmae
//	  3 |   condition: evt.type=open and proc.nmae=cat
//	    |                                ^^^^^^^^^
//	  hint: did you mean proc.name?
//
// The first line is in the form that editors and CI systems find places by.
func (l *List) WriteText(w io.Writer) error {
	var b bytes.Buffer
	for i := range l.Diagnostics {
		l.writeOne(&b, &l.Diagnostics[i])
	}
	if l.dropped > 0 {
		fmt.Fprintf(&b, "and %d more\n", l.dropped)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (l *List) writeOne(b *bytes.Buffer, d *Diagnostic) {
	fmt.Fprintf(b, "%s%s %s: %s\n", place(d.Pos), d.Severity, d.Code, oneLine(d.Message))
	if q, ok := quoteLine(l.text(d.Pos.File), d.Pos, d.End); ok {
		number := strconv.Itoa(d.Pos.Line)
		fmt.Fprintf(b, "  %s | %s\n", number, q.line)
		fmt.Fprintf(b, "  %s | %s%s\n", strings.Repeat(" ", len(number)), q.before, q.marks)
	}
	if d.Hint != "" {
		fmt.Fprintf(b, "  hint: %s\n", oneLine(d.Hint))
	}
	for _, r := range d.Related {
		fmt.Fprintf(b, "  %snote: %s\n", place(r.Pos), oneLine(r.Message))
	}
}

// place returns "file:line:col: ", as much of it as is known.
func place(p Pos) string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return oneLine(p.File) + ": "
	}
	return fmt.Sprintf("%s:%d:%d: ", oneLine(p.File), p.Line, p.Col)
}

// oneLine keeps what a message quotes from a file on its line.
func oneLine(s string) string { return printable([]byte(strings.ReplaceAll(s, "\n", " "))) }
