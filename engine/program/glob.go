// SPDX-License-Identifier: Apache-2.0

package program

import "strings"

// A glob matches as fnmatch(3) of glibc does in the C locale, bytes for bytes,
// without flags or with FNM_CASEFOLD: "*" crosses "/", a leading dot is nothing
// special. testdata/fnmatch.tsv holds what glibc itself answers.
//
// It is read anew for each text. To compile it would not be faster (patterns
// are short, and most texts differ from them early), and where a set ends may
// hang on the byte that is looked for (see matchBracket).
type glob struct {
	pattern string
	fold    bool
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// globParts is what a text has for sure that matches a pattern.
type globParts struct {
	plain              bool // the pattern matches itself alone
	start, end, middle string
	whole              bool // the pattern asks for nothing else
}

func partsOf(pattern string) globParts {
	first := strings.IndexAny(pattern, `*?[\`)
	if first < 0 {
		return globParts{plain: true}
	}
	p := globParts{start: pattern[:first]}
	if strings.ContainsAny(pattern, `?[\`) {
		return p
	}
	pieces := strings.Split(pattern, "*")
	p.end = pieces[len(pieces)-1]
	texts := 0
	for i, piece := range pieces {
		if piece != "" {
			texts++
		}
		if 0 < i && i < len(pieces)-1 && len(piece) > len(p.middle) {
			p.middle = piece
		}
	}
	p.whole = texts <= 1
	return p
}

// match reports whether the whole text matches. It goes back to the last star
// only: an earlier one could not match more than that.
func (g *glob) match(text []byte) bool {
	p, i := 0, 0
	star, starText := -1, 0
	for {
		for p < len(g.pattern) && g.pattern[p] == '*' {
			p++
			star, starText = p, i
		}
		if i == len(text) {
			return p == len(g.pattern)
		}
		if next := g.one(p, text[i]); next > 0 {
			p = next
			i++
			continue
		}
		if star < 0 {
			return false
		}
		starText++
		p, i = star, starText
	}
}

// one matches a byte with what stands at pattern[p], and returns where the
// pattern goes on; 0 if it does not match.
func (g *glob) one(p int, b byte) int {
	if p == len(g.pattern) {
		return 0
	}
	c := g.pattern[p]
	switch c {
	case '?':
		return p + 1
	case '\\':
		p++
		if p == len(g.pattern) {
			return 0
		}
		c = g.pattern[p]
	case '[':
		has, end := matchBracket(g.pattern, p+1, b, g.fold)
		if end != bracketOpen {
			if !has {
				return 0
			}
			return end
		}
	}
	if b != c && (!g.fold || lower(b) != lower(c)) {
		return 0
	}
	return p + 1
}
