// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"regexp"
	"slices"
	"strings"
)

// reading is a known difference in how a comment is read, and a choice. rewrite
// says to Prow, in words that it reads as we do, what we take a comment for.
type reading struct {
	name    string
	rewrite func(remark, *state) remark
}

// readings are all of them. What is not here is a fault.
var readings = []reading{
	{"in code: it shows a command; Prow obeys it", drop("code")},
	{"in a quotation that it continues lazily: somebody else said it; Prow obeys it", drop("quotation")},
	{"in an HTML comment or block: nobody can read it; Prow obeys it, but for labels", drop("HTML")},
	{"inside a link: it is the name of the link; Prow obeys it", drop("link")},
	{"struck out: it is taken back; Prow obeys it", drop("struck out")},
	{"a carriage return alone ends a line, as in Markdown; for Prow it is a blank", func(c remark, _ *state) remark {
		c.end = strings.Replace(c.end, "\r", "\n", 1)
		c.end = strings.Replace(c.end, "\n\n", "\n", 1)
		return c
	}},
	{"upper case is as good in all names; Prow wants labels' and milestones' commands in lower case", lines(func(line string, _ *state) []string {
		name, rest := cut(line)
		return []string{strings.ToLower(name) + rest}
	})},
	{"words are apart by any blanks, as in all commands; Prow wants one space in some of them", lines(func(line string, _ *state) []string {
		return []string{strings.Join(strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' }), " ")}
	})},
	{"a command ends with its line; Prow takes the argument of some from the next one", lines(func(line string, _ *state) []string {
		switch name := strings.ToLower(strings.TrimSpace(line)); {
		case wantsWords.MatchString(name):
			return nil
		case name == "/hold":
			return []string{line, "."}
		}
		return []string{line}
	})},
	{"a command ends with its name: /kindbug and /retitles are none; Prow reads /kind bug and /retitle s", lines(func(line string, _ *state) []string {
		if name, _ := cut(strings.ToLower(line)); glued.MatchString(name) && !wantsWords.MatchString(name) {
			return nil
		}
		return []string{line}
	})},
	{"a word that a command does not know gets an answer; Prow approves and holds all the same, and closes nothing for another /close beside it", lines(func(line string, before *state) []string {
		line = strings.TrimSpace(line)
		if unknownWord.MatchString(strings.ToLower(line)) || before.pull && strings.EqualFold(line, "/close not-planned") {
			return nil
		}
		return []string{line}
	})},
	{"names may have commas between them; Prow assigns nobody then", lines(func(line string, _ *state) []string {
		if name, rest := cut(line); strings.EqualFold(name, "/assign") {
			return []string{name + strings.ReplaceAll(rest, ",", "")}
		}
		return []string{line}
	})},
	{"what is closed is left alone but for labels, title and milestone; Prow holds, assigns, asks and ages it", lines(func(line string, before *state) []string {
		if name, _ := cut(strings.ToLower(line)); !before.open && onlyOpen.MatchString(name) {
			return nil
		}
		return []string{line}
	})},
	{"/lgtm says nothing about approval; Prow takes it for /approve, and /lgtm cancel for /approve cancel, in a comment with an /approve", approvalLast},
	{"of two commands of a comment that say the opposite the last one holds; Prow has an order of its own", lastWord},
}

var (
	family      = `(remove-)?(area|committee|kind|language|priority|sig|triage|wg)`
	wantsWords  = regexp.MustCompile(`^/(` + family + `|retitle|milestone)$`)
	glued       = regexp.MustCompile(`^/(` + family + `|retitle)[^\s]`)
	unknownWord = regexp.MustCompile(`^/(hold\s+cancel\s+.*|approve\s+please)$`)
	onlyOpen    = regexp.MustCompile(`^/(hold|unhold|remove-hold|assign|unassign|cc|uncc|lifecycle|remove-lifecycle)$`)
)

// cut parts a line after its first word.
func cut(line string) (name, rest string) {
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		return line[:i], line[i:]
	}
	return line, ""
}

// drop leaves out what is hidden in one way.
func drop(hidden string) func(remark, *state) remark {
	return func(c remark, _ *state) remark {
		c.parts = slices.DeleteFunc(slices.Clone(c.parts), func(p part) bool { return p.hidden == hidden })
		return c
	}
}

// lines rewrites each line that may be a command.
func lines(rewrite func(string, *state) []string) func(remark, *state) remark {
	return func(c remark, before *state) remark {
		c.parts = slices.Clone(c.parts)
		for i, p := range c.parts {
			var all []string
			for _, line := range p.lines {
				all = append(all, rewrite(line, before)...)
			}
			c.parts[i].lines = all
		}
		return c
	}
}

// approvalLast moves what is said about approval to the end, where it is Prow's
// last word too.
func approvalLast(c remark, _ *state) remark {
	var moved []string
	c.parts = slices.Clone(c.parts)
	for i, p := range c.parts {
		if p.hidden != "" {
			continue
		}
		c.parts[i].lines = slices.DeleteFunc(slices.Clone(p.lines), func(line string) bool {
			name, _ := cut(strings.ToLower(line))
			if name == "/approve" || name == "/remove-approve" {
				moved = append(moved, line)
			}
			return name == "/approve" || name == "/remove-approve"
		})
	}
	if len(moved) > 0 {
		c.parts = append(c.parts, part{lines: moved})
	}
	return c
}

// lastWord leaves, of the commands about the same thing, the last one.
func lastWord(c remark, before *state) remark {
	c = netHelp(c)
	said := make(map[string]bool)
	c.parts = slices.Clone(c.parts)
	for i := len(c.parts) - 1; i >= 0; i-- {
		if c.parts[i].hidden != "" {
			continue
		}
		var kept []string
		for _, line := range slices.Backward(c.parts[i].lines) {
			if line = unsaid(line, before, said); line != "" {
				kept = append(kept, line)
			}
		}
		slices.Reverse(kept)
		c.parts[i].lines = kept
	}
	return c
}

// about are the names of the commands about one thing.
var about = map[string]string{
	"/lgtm": "lgtm", "/remove-lgtm": "lgtm", "/approve": "approve", "/remove-approve": "approve", "/hold": "hold", "/unhold": "hold", "/remove-hold": "hold",
	"/close": "open", "/reopen": "open", "/retitle": "title", "/milestone": "milestone",
}

// unsaid returns what of a line was not overruled by a later one.
func unsaid(line string, before *state, said map[string]bool) string {
	words := strings.Fields(strings.ToLower(line))
	if len(words) == 0 {
		return line
	}
	if thing, ok := about[words[0]]; ok {
		if len(words) == 1 && (thing == "title" || thing == "milestone") || misuse(words, before) {
			return line
		}
		if said[thing] {
			return ""
		}
		said[thing] = true
		return line
	}
	prefix := strings.TrimPrefix(strings.TrimPrefix(words[0], "/"), "remove-")
	if !slices.Contains([]string{"area", "committee", "kind", "language", "priority", "sig", "triage", "wg", "label"}, prefix) || len(words) == 1 {
		return line
	}
	kept := []string{words[0]}
	for _, word := range words[1:] {
		if !said[prefix+"/"+word] {
			kept = append(kept, word)
		}
	}
	for _, word := range words[1:] {
		said[prefix+"/"+word] = true
	}
	if len(kept) == 1 {
		return ""
	}
	return strings.Join(kept, " ")
}

// misuse reports whether a line is no command of the thing that it is about.
func misuse(words []string, before *state) bool {
	rest := strings.Join(words[1:], " ")
	switch words[0] {
	case "/lgtm", "/approve":
		return !slices.Contains([]string{"", "no-issue", "cancel"}, rest)
	case "/remove-lgtm", "/remove-approve", "/unhold", "/remove-hold", "/reopen":
		return rest != ""
	case "/hold":
		return strings.HasPrefix(rest, "cancel ")
	case "/close":
		return !before.open || rest != "" && (before.pull || rest != "not-planned")
	}
	return false
}

// netHelp replaces the commands that ask for help by those that come to the
// same: Prow obeys one of them in a comment.
func netHelp(c remark) remark {
	last, wants, first := -1, 0, 0 // 1 is on, -1 is off
	c.parts = slices.Clone(c.parts)
	for i, p := range c.parts {
		if p.hidden != "" {
			continue
		}
		c.parts[i].lines = slices.DeleteFunc(slices.Clone(p.lines), func(line string) bool {
			switch strings.ToLower(strings.TrimSpace(line)) {
			case "/help":
				wants = 1
			case "/remove-help":
				wants, first = -1, -1
			case "/good-first-issue":
				wants, first = 1, 1
			case "/remove-good-first-issue":
				first = -1
			default:
				return false
			}
			last = i
			return true
		})
	}
	if last < 0 {
		return c
	}
	p := &c.parts[last]
	switch {
	case first > 0:
		p.lines = append(p.lines, "/good-first-issue")
	case wants > 0 && first < 0:
		p.lines = append(p.lines, "/help", "/remove-good-first-issue")
	case wants > 0:
		p.lines = append(p.lines, "/help")
	case wants < 0:
		p.lines = append(p.lines, "/remove-help")
	case first < 0:
		p.lines = append(p.lines, "/remove-good-first-issue")
	}
	return c
}
