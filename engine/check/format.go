// SPDX-License-Identifier: Apache-2.0

package check

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
