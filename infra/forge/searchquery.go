// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// term is one part of a search query: a word, or a qualifier with its values,
// of which one must hold.
type term struct {
	not    bool
	key    string // "" for a word
	values []string
}

// value returns the values as they were written, for what takes only one.
func (t term) value() string { return strings.Join(t.values, ",") }

// parseSearch reads GitHub's search syntax: words and qualifiers, divided by
// spaces, each negated by a leading minus; a value with spaces is quoted. A
// qualifier that is not understood is refused: GitHub takes it for a word to
// look for, which here would hide that it is missing.
func parseSearch(query string) ([]term, error) {
	var terms []term
	for rest := strings.TrimSpace(query); rest != ""; rest = strings.TrimSpace(rest) {
		var t term
		var err error
		quoted := strings.HasPrefix(rest, `"`)
		if t, rest, err = nextTerm(rest); err != nil {
			return nil, err
		}
		word := t.value()
		if t.key == "" && !quoted && (word == "AND" || word == "OR" || word == "NOT" || strings.ContainsAny(word, "()")) {
			return nil, searchNotEmulated("the operator " + word)
		}
		if t.key != "" && searchMatchers[t.key] == nil && !slices.Contains(searchScopes, t.key) {
			return nil, searchNotEmulated("the qualifier " + t.key + ":")
		}
		terms = append(terms, t)
	}
	return terms, nil
}

// nextTerm takes the first term off a query that begins with one.
func nextTerm(query string) (t term, rest string, err error) {
	rest = query
	if len(rest) > 1 && rest[0] == '-' && !isBlank(rest[1]) {
		t.not = true
		rest = rest[1:]
	}
	if rest[0] != '"' {
		// A colon within the first word makes it a qualifier, if what is
		// before it can be one: "https://…" is a word.
		end := strings.IndexAny(rest, " \t\r\n\"")
		if end < 0 {
			end = len(rest)
		}
		if colon := strings.IndexByte(rest[:end], ':'); colon > 0 && isSearchKey(rest[:colon]) && !strings.HasPrefix(rest[colon:], "://") {
			t.key = strings.ToLower(rest[:colon])
			rest = rest[colon+1:]
		}
	}
	for {
		var value string
		if value, rest, err = nextValue(rest, query); err != nil {
			return term{}, "", err
		}
		t.values = append(t.values, value)
		if !strings.HasPrefix(rest, ",") {
			return t, rest, nil
		}
		rest = rest[1:]
	}
}

// nextValue takes a quoted text, or all up to a comma or a blank.
func nextValue(text, query string) (value, rest string, err error) {
	if strings.HasPrefix(text, `"`) {
		value, rest, found := strings.Cut(text[1:], `"`)
		if !found {
			return "", "", unprocessable(fmt.Sprintf("The search query has a quote that is not closed: %s", query))
		}
		return value, rest, nil
	}
	end := strings.IndexAny(text, ", \t\r\n")
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:], nil
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

func isSearchKey(s string) bool {
	return strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz-") == ""
}

func searchNotEmulated(what string) error {
	return &apiError{status: http.StatusNotImplemented, message: "not emulated: " + what + " in a search query"}
}

// searchRange is the value of a qualifier that takes a number or a time: "5",
// ">=5", "5..9", "*..9". A bound that is "" is open.
type searchRange struct {
	from, to       string
	fromOut, toOut bool // the bound itself is out
}

func parseSearchRange(value string) searchRange {
	if from, to, found := strings.Cut(value, ".."); found {
		return searchRange{from: strings.TrimPrefix(from, "*"), to: strings.TrimPrefix(to, "*")}
	}
	for _, op := range []string{">=", "<=", ">", "<"} {
		bound, found := strings.CutPrefix(value, op)
		switch {
		case !found:
		case op[0] == '>':
			return searchRange{from: bound, fromOut: op == ">"}
		default:
			return searchRange{to: bound, toOut: op == "<"}
		}
	}
	return searchRange{from: value, to: value}
}
