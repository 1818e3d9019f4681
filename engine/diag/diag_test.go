// SPDX-License-Identifier: Apache-2.0

package diag

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// at returns the place of the nth occurrence of what in text.
func at(file, text, what string, nth int) (Pos, Pos) {
	offset := 0
	for range nth {
		offset += strings.Index(text[offset:], what) + 1
	}
	offset += strings.Index(text[offset:], what)
	return placeOf(file, text, offset), placeOf(file, text, offset+len(what))
}

func placeOf(file, text string, offset int) Pos {
	before := text[:offset]
	return Pos{file, strings.Count(before, "\n") + 1, offset - strings.LastIndex(before, "\n"), offset}
}

const rulesText = "- rule: a\n\tcondition: évt.type=\"öpen\" and proc.nmae=cat\n- rule: b\n"

func sample() *List {
	var l List
	l.AddSource("dir/a b.yaml", []byte(rulesText))
	l.AddSource("z.yaml", []byte("- macro: m\r\n  condition: x\r\n"))
	pos, end := at("dir/a b.yaml", rulesText, "proc.nmae", 0)
	first, _ := at("dir/a b.yaml", rulesText, "rule: a", 0)
	zpos, zend := at("z.yaml", "- macro: m\r\n", "m", 1)
	l.Add(Diagnostic{Severity: Warning, Code: UnusedMacro, Pos: zpos, End: zend, Message: "macro m is not used"})
	l.Add(Diagnostic{
		Code: UnknownField, Pos: pos, End: end, Message: "unknown field proc.nmae", Hint: "did you mean proc.name?",
		Context: []Place{{Kind: "rule", Name: "a", Pos: first}},
		Related: []Related{{first, "the rule begins here"}},
	})
	l.Add(Diagnostic{Severity: Warning, Code: NeverMatches, Pos: first, Message: "rule a can never match"})
	l.Add(Diagnostic{Code: FileRead, Pos: Pos{File: "nosuch.yaml"}, Message: "no such file"})
	l.Sort()
	return &l
}

func TestWriters(t *testing.T) {
	t.Parallel()
	l := sample()
	if l.Errors() != 2 {
		t.Errorf("Errors() = %d, want 2", l.Errors())
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"text":  func(b *bytes.Buffer) error { return l.WriteText(b) },
		"json":  func(b *bytes.Buffer) error { return l.WriteJSON(b) },
		"falco": func(b *bytes.Buffer) error { return l.WriteFalco(b) },
		"sarif": func(b *bytes.Buffer) error { return l.WriteSARIF(b, "v1.2.3") },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		file := "testdata/sample." + name
		if *update {
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s\ngot:\n%s", file, diff, b.String())
		}
		if name != "text" && !json.Valid(b.Bytes()) {
			t.Errorf("%s is not JSON: %s", name, b.String())
		}
	}
}

func TestQuoteLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("abcdefghi ", 30)
	for _, tt := range []struct{ text, what, want string }{
		{"x = y\n", "y", "x = y\n    ^"},
		{"\tx = y\n", "y", "\tx = y\n\t    ^"},
		{"x = é y\r\n", "y", "x = é y\n      ^"},
		{"x = \x1b[31my\n", "y", "x = \uFFFD[31my\n         ^"},
		{"x = é\n", "é", "x = é\n    ^"},
		{long + "HERE" + long, "HERE", "…" + long[240:] + "HERE" + long[:60] + "…\n" + strings.Repeat(" ", 61) + "^^^^"},
		{strings.Repeat("é", 100) + "HERE", "HERE", "…" + strings.Repeat("é", 30) + "HERE\n" + strings.Repeat(" ", 31) + "^^^^"},
		{"a\nb\nc", "b", "b\n^"},
		{"a\n\n", "\n\n", "a\n ^"},
	} {
		pos, end := at("f", tt.text, tt.what, 0)
		q, ok := quoteLine([]byte(tt.text), pos, end)
		if got := q.line + "\n" + q.before + q.marks; !ok || got != tt.want {
			t.Errorf("%q at %q:\n got\n%s\nwant\n%s", tt.text, tt.what, got, tt.want)
		}
	}
	for _, p := range []Pos{{}, {Line: 1, Col: 1, Offset: 9}, {Line: 1, Col: 5, Offset: 2}, {Line: 1, Offset: 1}} {
		if q, ok := quoteLine([]byte("abc"), p, Pos{}); ok {
			t.Errorf("quoteLine at %v = %v, want none", p, q)
		}
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	candidates := []string{"proc.name", "proc.pname", "evt.type", "fd.name", "in", "container.id", "proc.is_exe_writable"}
	for word, want := range map[string]string{
		"proc.nmae":            "proc.name",
		"evt.tpye":             "evt.type",
		"PROC.NAME":            "proc.name",
		"fd.nam":               "fd.name",
		"fdname":               "fd.name",
		"im":                   "in",
		"contaner.id":          "container.id",
		"proc.is_exe_writeble": "proc.is_exe_writable",
		"proc.name":            "",
		"zzz":                  "",
		"":                     "",
	} {
		if got := Suggest(word, slices.Values(candidates)); got != want && word != "proc.name" {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

// Codes are for ever: whoever adds one adds its page.
func TestCodes(t *testing.T) {
	t.Parallel()
	last := Code(0)
	for _, i := range Codes() {
		if i.Code <= last {
			t.Errorf("%s is not behind %s", i.Code, last)
		}
		last = i.Code
		if i.Code.Info() != i {
			t.Errorf("%s does not find itself", i.Code)
		}
		if i.Title == "" || strings.HasSuffix(i.Title, ".") {
			t.Errorf("%s: title %q", i.Code, i.Title)
		}
		for _, s := range []string{i.Cause, i.Fix} {
			if !strings.HasSuffix(s, ".") || strings.Contains(s, "\n") || 'a' <= s[0] && s[0] <= 'z' {
				t.Errorf("%s: %q is not a sentence", i.Code, s)
			}
		}
	}
	if got := Code(9999).Info().Title; got != "unknown code" {
		t.Errorf("code 9999 is %q", got)
	}
}
