// SPDX-License-Identifier: Apache-2.0

package rota

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Edit returns a rotation.yaml with the releases, absences and refusals of
// next. Lines of entries that stay are kept to the byte, and so is all else,
// comments too.
func Edit(file string, data []byte, next Rota) ([]byte, error) {
	before, err := Parse(file, data)
	if err != nil {
		return nil, err
	}
	text := string(data)
	for _, list := range []struct {
		key           string
		before, after []entry
	}{
		{"releases", entries(before.Releases, releaseEntry), entries(next.Releases, releaseEntry)},
		{"away", entries(before.Away, awayEntry), entries(next.Away, awayEntry)},
		{"declined", entries(before.Declined, declinedEntry), entries(next.Declined, declinedEntry)},
	} {
		if slices.Equal(list.before, list.after) {
			continue
		}
		if text, err = editList(file, text, list.key, list.before, list.after); err != nil {
			return nil, err
		}
	}
	// What is written in an unusual way (a list in brackets, an entry whose last
	// bracket is on a line of its own) shows here at the latest.
	after, err := Parse(file, []byte(text))
	if err != nil || !slices.Equal(after.Releases, next.Releases) || len(after.Away) != len(next.Away) || len(after.Declined) != len(next.Declined) {
		return nil, notByLine(file)
	}
	return []byte(text), nil
}

func notByLine(file string) error {
	return fmt.Errorf("%s can't be changed by a program as it is written; write each entry on a line of its own, as in `  - {version: v0.1.0, lead: alice}`", file)
}

// entry is one line of a list.
type entry struct{ id, line string }

func entries[T any](list []T, entry1 func(T) entry) []entry {
	var all []entry
	for _, item := range list {
		all = append(all, entry1(item))
	}
	return all
}

func releaseEntry(a Assignment) entry {
	parts := []string{"version: " + a.Version}
	add := func(key, value string) {
		if value != "" {
			parts = append(parts, key+": "+value)
		}
	}
	add("date", a.Date)
	if a.Slip > 0 {
		add("slip", strconv.Itoa(a.Slip))
	}
	add("lead", word(a.Lead))
	add("shadow", word(a.Shadow))
	add("backup", word(a.Backup))
	if a.Unstaffed != "" {
		add("unstaffed", strconv.Quote(a.Unstaffed))
	}
	return entry{a.Version, "  - {" + strings.Join(parts, ", ") + "}"}
}

func awayEntry(a Absence) entry {
	line := "  - {login: " + word(a.Login) + ", from: " + a.From.Format(time.DateOnly)
	if !a.Until.IsZero() {
		line += ", until: " + a.Until.Format(time.DateOnly)
	}
	return entry{line, line + "}"}
}

func declinedEntry(d Refusal) entry {
	line := "  - {version: " + d.Version + ", login: " + word(d.Login) + "}"
	return entry{line, line}
}

var plain = regexp.MustCompile(`^[a-z][a-z0-9-]+$`)

// word quotes what some reader of YAML takes for something else than a word.
func word(login string) string {
	if login == "" || plain.MatchString(login) && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off"}, login) {
		return login
	}
	return strconv.Quote(login)
}

// section is where a list stands.
type section struct {
	from, until int // lines, from 0; until is the first behind it
	items       []item
}

type item struct {
	id          string
	from, until int
}

func editList(file, text, key string, before, after []entry) (string, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if text == "" {
		lines = nil
	}
	s, found := find(file, text, key, lines)
	if !found {
		lines = append(lines, key+":")
		s = section{len(lines) - 1, len(lines), nil}
	} else if len(s.items) == 0 {
		lines[s.from] = key + ":"
	}
	old := make(map[string]string)
	for _, e := range before {
		old[e.id] = e.line
	}
	var out []string
	at, rest := s.from+1, slices.Clone(after)
	write := func(until int) {
		out = append(out, lines[at:until]...)
		at = until
	}
	for _, it := range s.items {
		if it.from < at || it.until > len(lines) {
			return "", notByLine(file)
		}
		write(it.from)
		// What comes before it and is not there yet.
		i := slices.IndexFunc(rest, func(e entry) bool { return e.id == it.id })
		for _, e := range rest[:max(i, 0)] {
			if old[e.id] == "" {
				out = append(out, e.line)
				rest = slices.DeleteFunc(slices.Clone(rest), func(o entry) bool { return o == e })
			}
		}
		i = slices.IndexFunc(rest, func(e entry) bool { return e.id == it.id })
		switch {
		case i < 0:
			at = it.until
		case rest[i].line == old[it.id]:
			write(it.until)
		default:
			out, at = append(out, rest[i].line), it.until
		}
		if i >= 0 {
			rest = slices.Delete(slices.Clone(rest), i, i+1)
		}
	}
	for _, e := range rest {
		out = append(out, e.line)
	}
	all := slices.Concat(lines[:s.from+1], out, lines[min(at, len(lines)):])
	return strings.Join(all, "\n") + "\n", nil
}

// find returns where a list of blocks stands in a file that parses.
func find(file, text, key string, lines []string) (section, bool) {
	f, root := yamlfile.Open(file, []byte(text))
	if root == nil {
		return section{}, false
	}
	for _, field := range f.Fields(root) {
		if field.Name != key {
			continue
		}
		s := section{from: field.Key.Line - 1}
		value := yamlfile.Resolve(field.Value)
		if value.Kind != yaml.SequenceNode {
			return s, true
		}
		for _, node := range value.Content {
			it := item{from: node.Line - 1, until: lastLine(node)}
			words, _ := mapping(f, node, "version", "date", "slip", "lead", "shadow", "backup", "unstaffed", "login", "from", "until")
			it.id = identity(key, words)
			s.items = append(s.items, it)
		}
		return s, true
	}
	return section{}, false
}

func identity(key string, w fields) string {
	login := strings.ToLower(w["login"])
	switch key {
	case "away":
		a := Absence{Login: login}
		a.From, a.Until = w.day("from"), w.day("until")
		return awayEntry(a).id
	case "declined":
		return declinedEntry(Refusal{w["version"], login}).id
	}
	return w["version"]
}

// lastLine is the line behind a node, counted from 0.
func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, c := range n.Content {
		last = max(last, lastLine(c))
	}
	return last
}
