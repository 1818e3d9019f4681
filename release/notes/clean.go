// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"strings"
	"unicode"
)

// normalise makes body valid UTF-8 with "\n" at the end of each line. GitHub's
// editor sends "\r\n", its API stores what it is given.
func normalise(body string) string {
	body = strings.ToValidUTF8(body, "�")
	if !strings.Contains(body, "\r") {
		return body
	}
	return strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
}

// unprintable reports whether r has no place in a note: control characters,
// and the invisible ones that reorder or hide text ("Trojan Source",
// https://trojansource.codes). Joiners stay, emoji and several scripts need
// them.
func unprintable(r rune) bool {
	switch r {
	case '\n', '\t', '\u200c', '\u200d':
		return false
	case '\u2028', '\u2029':
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// clean removes what is unprintable from s. Bad is the offset of the first, or
// -1.
func clean(s string) (cleaned string, bad int) {
	bad = strings.IndexFunc(s, unprintable)
	if bad < 0 {
		return s, bad
	}
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return -1
		}
		return r
	}, s), bad
}

// oneLine returns s cleaned, its white space collapsed to single spaces.
func oneLine(s string) string {
	s, _ = clean(strings.ToValidUTF8(s, "�"))
	return strings.Join(strings.Fields(s), " ")
}
