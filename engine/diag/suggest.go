// SPDX-License-Identifier: Apache-2.0

package diag

import (
	"iter"
	"strings"
)

// Suggest returns the candidate that is most like word, or "" where none is
// close enough to be a slip of the fingers: one letter too many, missing, wrong
// or two exchanged, once in four letters. The first of equally close ones wins.
func Suggest(word string, candidates iter.Seq[string]) string {
	best, limit := "", max(1, min(3, len(word)/4))
	var rows distanceRows
	lower := strings.ToLower(word)
	for c := range candidates {
		if c == word || len(c) > len(word)+limit || len(word) > len(c)+limit {
			continue
		}
		if strings.EqualFold(c, word) {
			return c
		}
		if d := rows.distance(lower, strings.ToLower(c), limit); d <= limit {
			best, limit = c, d-1
		}
		if limit == 0 {
			break
		}
	}
	return best
}

// distanceRows are the last three rows of the table of edit distances.
type distanceRows [3][]int

// distance returns how many letters have to be inserted, removed, replaced or
// exchanged with their neighbour to make a into b, or more than limit.
func (r *distanceRows) distance(a, b string, limit int) int {
	for i := range r {
		if cap(r[i]) <= len(b) {
			r[i] = make([]int, len(b)+1)
		}
		r[i] = r[i][:len(b)+1]
	}
	for j := range r[1] {
		r[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		older, old, row := r[0], r[1], r[2]
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return limit + 1
		}
		r[0], r[1], r[2] = old, row, older
	}
	return r[1][len(b)]
}
