// SPDX-License-Identifier: Apache-2.0

package lexicon

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A table is rows of cells, of which the last is a text that may be broken.
type table struct {
	head []string
	rows [][]string
}

const (
	gap        = 2  // blanks between columns
	widestName = 28 // a longer one gets a line of its own where lines are broken
	leastText  = 24 // a narrower last column goes below the others instead
	indent     = 4  // of what goes below
)

// write writes the table for lines of width characters; 0: of any length.
func (t *table) write(out *bytes.Buffer, width int) {
	columns := t.columns(width)
	left := 0
	for _, c := range columns {
		left += c + gap
	}
	if width > 0 && width-left < leastText {
		t.stack(out, width)
		return
	}
	rows := t.rows
	if t.head != nil {
		rows = append([][]string{t.head}, rows...)
	}
	for _, row := range rows {
		last := len(row) - 1
		lines := wrap(row[last], width-left)
		if width > 0 && utf8.RuneCountInString(row[0]) > columns[0] {
			out.WriteString(row[0] + "\n")
			row = append([]string{""}, row[1:]...)
		}
		var b strings.Builder
		for i, cell := range row[:last] {
			b.WriteString(pad(cell, columns[i]+gap))
		}
		for i, line := range lines {
			if i == 0 {
				line = b.String() + line
			} else {
				line = strings.Repeat(" ", left) + line
			}
			out.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
}

// columns are the widths of all columns but the last.
func (t *table) columns(width int) []int {
	var columns []int
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			if i == len(row)-1 {
				break
			}
			if i == len(columns) {
				columns = append(columns, 0)
			}
			n := utf8.RuneCountInString(cell)
			if i == 0 && width > 0 && n > widestName {
				continue
			}
			columns[i] = max(columns[i], n)
		}
	}
	return columns
}

// stack writes the table for narrow lines: the text of a row goes below the rest.
func (t *table) stack(out *bytes.Buffer, width int) {
	for _, row := range t.rows {
		last := len(row) - 1
		line := strings.TrimRight(strings.Join(row[:last], strings.Repeat(" ", gap)), " ")
		if utf8.RuneCountInString(line) > width && last > 1 {
			line = row[0] + "\n" + strings.Repeat(" ", indent) + strings.Join(row[1:last], strings.Repeat(" ", gap))
		}
		out.WriteString(line + "\n")
		if row[last] == "" {
			continue
		}
		for _, line := range wrap(row[last], width-indent) {
			out.WriteString(strings.Repeat(" ", indent) + line + "\n")
		}
	}
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// wrap breaks a text at its blanks into lines of at most width characters, but
// for a word that is longer by itself; a width below 1 breaks nothing.
func wrap(text string, width int) []string {
	if width < 1 {
		return []string{text}
	}
	var lines []string
	line, n := "", 0
	for word := range strings.FieldsSeq(text) {
		length := utf8.RuneCountInString(word)
		if n > 0 && n+1+length > width {
			lines = append(lines, line)
			line, n = "", 0
		}
		if n > 0 {
			line, n = line+" ", n+1
		}
		line, n = line+word, n+length
	}
	return append(lines, line)
}
