// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

// maxDiffPairs bounds the table of pairs of lines that a difference is found by.
const maxDiffPairs = 50_000_000

// contextLines is how many unchanged lines are shown around a change.
const contextLines = 3

// unifiedDiff returns what changes from old to new as "diff -u" prints it, ""
// where nothing does.
func unifiedDiff(name string, old, new []byte) string {
	a, b := strings.SplitAfter(string(old), "\n"), strings.SplitAfter(string(new), "\n")
	var out strings.Builder
	var hunk []edit
	flush := func() {
		if len(hunk) == 0 {
			return
		}
		if out.Len() == 0 {
			fmt.Fprintf(&out, "--- %s\n+++ %s\n", name, name)
		}
		writeHunk(&out, hunk)
		hunk = nil
	}
	edits := lineEdits(a, b)
	unchanged := contextLines + 1 // since the last change
	for i, e := range edits {
		if e.kind != ' ' {
			if unchanged > 2*contextLines {
				flush()
			}
			if len(hunk) == 0 {
				hunk = append(hunk, edits[max(0, i-min(unchanged, contextLines)):i]...)
			}
			hunk = append(hunk, e)
			unchanged = 0
			continue
		}
		if unchanged++; len(hunk) > 0 {
			hunk = append(hunk, e)
		}
		if unchanged == 2*contextLines+1 && len(hunk) > 0 {
			hunk = hunk[:len(hunk)-contextLines-1]
			flush()
		}
	}
	if n := unchanged - contextLines; n > 0 && len(hunk) > n {
		hunk = hunk[:len(hunk)-n]
	}
	flush()
	return out.String()
}

// An edit is a line that stays (' '), goes ('-') or comes ('+').
type edit struct {
	kind     byte
	line     string
	old, new int // where it is in both, from 0
}

func writeHunk(out *strings.Builder, hunk []edit) {
	olds, news := 0, 0
	for _, e := range hunk {
		if e.kind != '+' {
			olds++
		}
		if e.kind != '-' {
			news++
		}
	}
	fmt.Fprintf(out, "@@ -%s +%s @@\n", hunkRange(hunk[0].old, olds), hunkRange(hunk[0].new, news))
	for _, e := range hunk {
		out.WriteByte(e.kind)
		out.WriteString(e.line)
		if !strings.HasSuffix(e.line, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

func hunkRange(start, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", start)
	case 1:
		return fmt.Sprint(start + 1)
	}
	return fmt.Sprintf("%d,%d", start+1, count)
}

// lineEdits finds the longest sequence of lines that stays, from the table of
// its lengths for all pairs of rests: what is equal at both ends is set aside
// first, and rules files are not long.
func lineEdits(a, b []string) []edit {
	a, b = withoutEmptyEnd(a), withoutEmptyEnd(b)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	length := stayLengths(x, y)
	edits := make([]edit, 0, len(a)+len(b))
	i, j := 0, 0
	add := func(kind byte, line string) {
		edits = append(edits, edit{kind, line, i, j})
		if kind != '+' {
			i++
		}
		if kind != '-' {
			j++
		}
	}
	for _, line := range a[:head] {
		add(' ', line)
	}
	for i-head < len(x) || j-head < len(y) {
		switch at, to := i-head, j-head; {
		case at == len(x):
			add('+', y[to])
		case to == len(y), length == nil:
			add('-', x[at])
		case x[at] == y[to]:
			add(' ', x[at])
		case length[at+1][to] >= length[at][to+1]:
			add('-', x[at])
		default:
			add('+', y[to])
		}
	}
	for _, line := range a[len(a)-tail:] {
		add(' ', line)
	}
	return edits
}

// stayLengths returns how many lines stay of each pair of rests, nil where there
// are too many pairs: then all lines go, and all come anew.
func stayLengths(x, y []string) [][]int32 {
	if len(x)*len(y) > maxDiffPairs {
		return nil
	}
	length := make([][]int32, len(x)+1)
	for i := range length {
		length[i] = make([]int32, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	return length
}

// withoutEmptyEnd drops what is behind the last line break.
func withoutEmptyEnd(lines []string) []string {
	if n := len(lines); n > 0 && lines[n-1] == "" {
		return lines[:n-1]
	}
	return lines
}
