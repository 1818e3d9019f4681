// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type parseTest struct {
	name string
	body string
	want Note // findings compared by place and code
}

const f = "```"

// wellFormed are bodies without a mistake.
func wellFormed() []parseTest {
	return []parseTest{
		{"nothing", "just prose", Note{}},
		{"plain", "Hi\n\n" + f + "release-note\nA note.\n" + f + "\n", Note{Texts: []string{"A note."}}},
		{"carriage returns", "Hi\r\n\r\n" + f + "release-note\r\nA note.\r\nMore.\r\n" + f + "\r\n", Note{Texts: []string{"A note.\nMore."}}},
		{"lone carriage returns", f + "release-note\rA note.\r" + f, Note{Texts: []string{"A note."}}},
		{"tildes", "~~~release-note\nA note.\n~~~", Note{Texts: []string{"A note."}}},
		{"spaces before the word", f + "  release-note  \nA note.\n" + f, Note{Texts: []string{"A note."}}},
		{"plural and capitals", f + "Release-Notes\nA note.\n" + f, Note{Texts: []string{"A note."}}},
		{
			"longer fence holds a shorter one", "`````release-note\nRun:\n\n```sh\nlanner run\n```\n`````\n",
			Note{Texts: []string{"Run:\n\n```sh\nlanner run\n```"}},
		},
		{"closing fence may be longer", f + "release-note\nA note.\n````", Note{Texts: []string{"A note."}}},
		{"closing fence indented", f + "release-note\nA note.\n   " + f, Note{Texts: []string{"A note."}}},
		{"several", f + "release-note\nOne.\n" + f + "\ntext\n" + f + "release-note\nTwo.\n" + f, Note{Texts: []string{"One.", "Two."}}},
		{"said twice", f + "release-note\nOne.\n" + f + "\n" + f + "release-note\nOne.\n" + f, Note{Texts: []string{"One."}}},
		{"none", f + "release-note\nNONE\n" + f, Note{None: true}},
		{"none with a full stop", f + "release-note\n none. \n" + f, Note{None: true}},
		{"no", f + "release-note\nNo\n" + f, Note{None: true}},
		{"none in quotes", f + "release-note\n\"NONE\"\n" + f, Note{None: true}},
		{"none as code", f + "release-note\n`none`\n" + f, Note{None: true}},
		{"not applicable", f + "release-note\nN/A\n" + f, Note{None: true}},
		{"none under a comment", f + "release-note\n<!-- or NONE -->\nNONE\n" + f, Note{None: true}},
		{"a note about none", f + "release-note\nNone of the drops is silent.\n" + f, Note{Texts: []string{"None of the drops is silent."}}},
		{"comment removed", f + "release-note\n<!-- what changes? -->\nA note.\n" + f, Note{Texts: []string{"A note."}}},
		{
			"action required", f + "release-note\nACTION REQUIRED: rename the key.\n" + f,
			Note{Texts: []string{"ACTION REQUIRED: rename the key."}, ActionRequired: true},
		},
		{
			"action required in brackets", f + "release-note\n[Action Required] rename the key.\n" + f,
			Note{Texts: []string{"[Action Required] rename the key."}, ActionRequired: true},
		},
		{
			"action required later", f + "release-note\nThe key is gone. **Action required:** rename it.\n" + f,
			Note{Texts: []string{"The key is gone. **Action required:** rename it."}, ActionRequired: true},
		},
		{"no action required", f + "release-note\nFaster; no action required.\n" + f, Note{Texts: []string{"Faster; no action required."}}},
		{
			"the other fence is open", f + "release-note\nA note.\n" + f + "\n\n" + f + "\ncode",
			Note{Texts: []string{"A note."}},
		},
		{
			"example in a comment and a real one", "<!--\n" + f + "release-note\nexample\n" + f + "\n-->\n\n" + f + "release-note\nA note.\n" + f,
			Note{Texts: []string{"A note."}},
		},
		{"not UTF-8", f + "release-note\nA \xff note.\n" + f, Note{Texts: []string{"A � note."}}},
		{"another language", f + "release-noteworthy\nA note.\n" + f, Note{}},
	}
}

// malformed are bodies with one.
func malformed() []parseTest {
	return []parseTest{
		{"unclosed", "text\n\n" + f + "release-note\nA note.\n", Note{Findings: []Finding{{Line: 3, Col: 1, Code: CodeUnclosed}}}},
		{"unclosed at the end", f + "release-note", Note{Findings: []Finding{{Line: 1, Col: 1, Code: CodeUnclosed}}}},
		{"closed by a shorter fence", "````release-note\nA note.\n" + f, Note{Findings: []Finding{{Line: 1, Col: 1, Code: CodeUnclosed}}}},
		{"closed by other characters", f + "release-note\nA note.\n~~~", Note{Findings: []Finding{{Line: 1, Col: 1, Code: CodeUnclosed}}}},
		{"empty", f + "release-note\n\n" + f, Note{Findings: []Finding{{Line: 1, Col: 1, Code: CodeEmptyNote}}}},
		{
			"only the template's comment", " " + f + "release-note\n<!-- or NONE -->\n" + f,
			Note{Findings: []Finding{{Line: 1, Col: 2, Code: CodeEmptyNote}}},
		},
		{"in a quote", "> " + f + "release-note\n> A note.\n> " + f, Note{Findings: []Finding{{Line: 1, Col: 3, Code: CodeHidden}}}},
		{"in a list", "- x\n\n  " + f + "release-note\n  A note.\n  " + f, Note{Findings: []Finding{{Line: 3, Col: 3, Code: CodeHidden}}}},
		{"in a comment", "<!--\n" + f + "release-note\nA note.\n" + f + "\n-->", Note{Findings: []Finding{{Line: 2, Col: 1, Code: CodeHidden}}}},
		{
			"in an open comment", "<!-- Write below.\n\n" + f + "release-note\nA note.\n" + f,
			Note{Findings: []Finding{{Line: 3, Col: 1, Code: CodeHidden}}},
		},
		{"in another block", "````\n" + f + "release-note\nA note.\n" + f + "\n````", Note{Findings: []Finding{{Line: 2, Col: 1, Code: CodeHidden}}}},
		{
			"none and a note", f + "release-note\nNONE\n" + f + "\n" + f + "release-note\nA note.\n" + f,
			Note{Texts: []string{"A note."}, Findings: []Finding{{Code: CodeConflict}}},
		},
		{
			"control characters", f + "release-note\nA\x1b[31m no\x00te.\n" + f,
			Note{Texts: []string{"A[31m note."}, Findings: []Finding{{Line: 2, Col: 2, Code: CodeControl}}},
		},
		{
			"text that runs backwards", f + "release-note\nök \u202eevil\n" + f,
			Note{Texts: []string{"ök evil"}, Findings: []Finding{{Line: 2, Col: 4, Code: CodeControl}}},
		},
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range append(wellFormed(), malformed()...) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Parse(tt.body)
			for i, f := range got.Findings {
				if f.Message == "" || f.Hint == "" {
					t.Errorf("finding %s has no message or no hint", f.Code)
				}
				got.Findings[i] = Finding{Line: f.Line, Col: f.Col, Code: f.Code}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.body, diff)
			}
		})
	}
}

func TestFindingString(t *testing.T) {
	t.Parallel()
	note := Parse("What it does.\n\n\t\n  ````release-note\nA note.\n```\n")
	if len(note.Findings) != 1 {
		t.Fatalf("findings: %v", note.Findings)
	}
	f := note.Findings[0]
	f.Number = 12
	want := "#12:4:3: the release-note block is not closed\n" +
		"    ````release-note\n" +
		"    ^\n" +
		"  hint: put a line of ```` after the note; until then the title stands for it"
	if diff := cmp.Diff(want, f.String()); diff != "" {
		t.Error(diff)
	}
}

// A body may be a megabyte of anything (GitHub stops at 65,536 characters, a
// file that is given may not), and must not cost seconds.
func TestParseLarge(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	long := "```release-note\n" + strings.Repeat("word ", size/5) + "\n```\n"
	bodies := map[string]string{
		"one note":       long,
		"prose":          strings.Repeat("word ", size/5) + "\n\n```release-note\nA note.\n```\n",
		"quotes":         strings.Repeat(">", size),
		"quotes, spaced": strings.Repeat("> ", size/2),
		"lists":          strings.Repeat("- ", size/2),
		"brackets":       strings.Repeat("[", size),
		"stars":          strings.Repeat("*a ", size/3),
		"backticks":      strings.Repeat("`", size),
		"blank lines":    strings.Repeat("\n", size),
		"fences":         strings.Repeat("```release-note\nx\n```\n", size/22),
		"open fences":    strings.Repeat("```release-note\n", size/16),
		"comments":       "```release-note\n" + strings.Repeat("<!--", size/4) + "\n```\n",
		"html":           strings.Repeat("<a>\n", size/4),
		"open quotes":    strings.Repeat("> ```release-note\n", size/18),
		"empty fences":   strings.Repeat("```release-note\n```\n", size/20),
		"indented lists": indented(1000),
		"control":        "```release-note\n" + strings.Repeat("\x1b", size) + "\n```\n",
		"notes":          "```release-note\n" + strings.Repeat("[![`*_<", size/7) + "\n```\n",
	}
	for name, piece := range map[string]string{
		"quote": ">", "list": "- ", "bracket": "[", "star": "*a ", "backtick": "`a``", "image": "![", "html": "<a ", "link": "[a](b", "entity": "&amp;",
	} {
		bodies["a note of: "+name] = "```release-note\n" + strings.Repeat(piece, MaxNote/len(piece)) + "\n```\n"
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := Build(Input{Version: "v0.1.0", Changes: []Change{{Number: 1, Title: "t", Body: body, Labels: []string{"kind/bug"}}}})
			if size := len(d.Markdown()); size > 32*MaxNote {
				t.Errorf("the page has %d bytes", size)
			}
		})
	}
}

// indented returns lists in lists, as deep as n lines can make them.
func indented(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", 2*i) + "- x\n")
	}
	return b.String()
}
