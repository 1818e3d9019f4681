// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
)

// diff shows how a file has to change, line by line: "-" goes, "+" comes, and
// what stays is shown for two lines around. A file that is not there is empty.
func diff(name, have, want string) string {
	a, b := lines(have), lines(want)
	var marked []string
	i, j := 0, 0
	common := subsequence(a, b)
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			marked = append(marked, "  "+a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			marked = append(marked, "- "+a[i])
			i++
		default:
			marked = append(marked, "+ "+b[j])
			j++
		}
	}
	var out strings.Builder
	out.WriteString(name + "\n")
	skipped := false
	for i, line := range marked {
		near := false
		for _, other := range marked[max(0, i-2):min(len(marked), i+3)] {
			near = near || !strings.HasPrefix(other, "  ")
		}
		if near {
			out.WriteString(line + "\n")
		} else if !skipped {
			out.WriteString("  …\n")
		}
		skipped = !near
	}
	return out.String()
}

// lines keeps a missing line feed at the end apart from one that is there.
func lines(s string) []string {
	if s == "" {
		return nil
	}
	all := strings.Split(s, "\n")
	if all[len(all)-1] == "" {
		return all[:len(all)-1]
	}
	all[len(all)-1] += " (no line feed at the end)"
	return all
}

// subsequence returns the lengths of the longest common subsequences of all
// the ends of a and b. The files have hundreds of lines, not more.
func subsequence(a, b []string) [][]int {
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	return length
}
