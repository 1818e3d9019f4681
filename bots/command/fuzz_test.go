// SPDX-License-Identifier: Apache-2.0

package command_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/command"
)

// FuzzParse holds for any comment: parsing does not panic; a command is a line
// of the source that begins with its name; what is said below an empty line
// changes nothing above it; and a comment put into a fence, a quotation or an
// HTML comment commands nothing.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"/lgtm", "a\n/hold for x\r\n/unhold", "```\n/lgtm\n```\n/approve", "> a\n/lgtm", "<!--\n/lgtm\n-->", "- a\n/lgtm\n\n  /hold",
		"[a]:\n/lgtm\n", "[a](\n/lgtm\n)", "/a|b\n-|-\n", "~~a\n/lgtm~~", "/lgtm\n--", "`\n/lgtm\n`", "<a\n/lgtm>", "/hold <!-- x -->y", "\t/x\n1.\n/y",
		"/a\x00b\n\xff", "*a\n/lgtm*", "<details>\n\n/lgtm\n</details>", "[x]\n/lgtm\n[x]: /y",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		// The bound on length has a test of its own.
		if len(body) > 8<<10 {
			t.Skip()
		}
		commands := command.Parse(body)
		checkPositions(t, body, commands)
		if !strings.Contains(body, "]:") { // a definition gives a meaning to brackets above it
			if diff := cmp.Diff(commands, command.Parse(body+"\n\nthanks")); diff != "" {
				t.Errorf("text below an empty line changes the commands of %q:\n%s", body, diff)
			}
		}
		for what, hidden := range map[string]string{
			"fence": fence(body), "quotation": quote(body), "HTML comment": "<!--\n" + strings.ReplaceAll(body, ">", "") + "\n-->",
		} {
			if got := command.Parse(hidden); len(got) > 0 {
				t.Errorf("a command in a %s fires: %v in %q", what, got, hidden)
			}
		}
		checkSuggestion(t, commands)
	})
}

func checkPositions(t *testing.T, body string, commands []command.Command) {
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n"), "\n")
	last := 0
	for _, c := range commands {
		if c.Line <= last || c.Line > len(lines) || c.Col != 1 {
			t.Fatalf("%q: a command at line %d, column %d", body, c.Line, c.Col)
		}
		last = c.Line
		if line := strings.ToLower(lines[c.Line-1]); !strings.HasPrefix(line, "/"+c.Name) {
			t.Errorf("%q: line %d is %q, not /%s", body, c.Line, line, c.Name)
		}
	}
}

func checkSuggestion(t *testing.T, commands []command.Command) {
	known := []string{"approve", "hold", "lgtm"}
	for _, c := range commands {
		if s := command.Suggest(c.Name, known); s != "" && !slices.Contains(known, s) {
			t.Errorf("Suggest(%q) = %q", c.Name, s)
		}
	}
}

// fence puts body into a fence that nothing in it can close.
func fence(body string) string {
	ticks := strings.Repeat("`", 3+strings.Count(body, "`"))
	return ticks + "\n" + body + "\n" + ticks + "\n"
}

func quote(body string) string {
	body = strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
	if !utf8.ValidString(body) {
		body = strings.ToValidUTF8(body, "?")
	}
	return "> " + strings.ReplaceAll(body, "\n", "\n> ")
}
