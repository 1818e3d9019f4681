// SPDX-License-Identifier: Apache-2.0

package command

// Suggest returns the known name that a mistyped one was probably meant to be,
// or "". Two slips are forgiven, one in a name of four letters or less, where
// two would make "/home" a mistyped "/hold". A slip is a letter too many, too
// few or wrong, or two neighbours swapped. Of equally near names the first
// wins.
func Suggest(name string, known []string) string {
	best, slips := "", 3
	for _, k := range known {
		allowed := 2
		if min(len(name), len(k)) <= 4 {
			allowed = 1
		}
		if d := distance(name, k); d <= allowed && d < slips {
			best, slips = k, d
		}
	}
	return best
}

// distance is the restricted Damerau-Levenshtein distance of a and b, in
// bytes: the command names are ASCII, and what is not is far from them anyway.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b)) // a name from outside costs quadratic time
	}
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
