// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// FuzzParseNote holds what every caller relies on, whatever the body.
func FuzzParseNote(f *testing.F) {
	for _, seed := range []string{
		"", "```release-note\nA note.\n```", "```release-note\r\nNONE\r\n```\r\n", "````release-note\n```\nx\n```\n````",
		"```release-note\nopen", "<!--\n```release-note\nx\n```\n-->", "> ```release-note\n> x\n> ```", "~~~release-note\n\x00\u202e\n~~~",
		"- \t```release-note\n\t x", "```release-note\n<!-- a --><!--\n```", "\t```release-note\n" + strings.Repeat(">", 100),
		"1. ```release-note\n   a\n   ```\n\n```release-notes\nACTION REQUIRED\n```", "```release-note\n\xff\n```",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		note := Parse(body)
		if note.None && len(note.Texts) > 0 {
			t.Errorf("NONE and a note: %q", note.Texts)
		}
		if note.ActionRequired && len(note.Texts) == 0 {
			t.Error("action is required, but there is no text")
		}
		for _, text := range note.Texts {
			if text == "" || text != strings.TrimSpace(text) || !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable) {
				t.Errorf("note %q is not clean", text)
			}
			if len(text) > MaxNote+len(" …") {
				t.Errorf("note of %d bytes", len(text))
			}
		}
		lines := strings.Split(normalise(body), "\n")
		for _, f := range note.Findings {
			if f.Message == "" || f.Hint == "" || f.Code == "" {
				t.Errorf("finding without message, hint or code: %+v", f)
			}
			if f.Line == 0 && f.Code == CodeConflict {
				continue
			}
			if f.Line < 1 || f.Line > len(lines) || f.Col < 1 || f.Col > utf8.RuneCountInString(lines[f.Line-1])+1 {
				t.Errorf("finding at %d:%d is outside of the body", f.Line, f.Col)
			}
			if strings.ContainsFunc(f.String(), unprintable) {
				t.Errorf("finding %q is not printable", f.String())
			}
		}
		// What GitHub stores with "\r\n" says the same.
		if strings.Contains(body, "\r") {
			return
		}
		again := Parse(strings.ReplaceAll(body, "\n", "\r\n"))
		if strings.Join(again.Texts, "\x00") != strings.Join(note.Texts, "\x00") || again.None != note.None {
			t.Errorf("with carriage returns: %q, without: %q", again.Texts, note.Texts)
		}
	})
}

// FuzzRender reads the page with a Markdown parser, as GitHub would, and finds
// only what this package put there.
func FuzzRender(f *testing.F) {
	for _, seed := range [][4]string{
		{"# heading", "- ## x\n\n---\n\n===", "alice", "area/engine"},
		{"<script>alert(1)</script>", "<img src=x onerror=alert(1)>\n\n<!-- x", "<b>", "area/<i>"},
		{"![x](http://x/y.png)", "wow![x](javascript:alert(1)) [a](http://b/c) <http://d.e> www.f.gh", "@bob", "area/@team"},
		{"@alice fixes #1", "é@alice @o/team a@b.c closes o/r#12 &#64;carol &commat;dave", "a]b", "area/# x"},
		{"``` `a", "`a`![](x)``b` c``\n\n```\n</details>\n````\n```", "x", "area/|"},
		{"| a | b |", "| a | b |\n|---|---|\n| 1 | 2 |\n\n[x]: http://e.vil\n\n[x]", "x y", "area/1. "},
		{"1. x", "1) x\n   - y\n     > z\n\n       code\n\n\t* * *\n\n[ ] x\n[x](http://a.b 'c')", "+", "kind/bug"},
		{"a\u2028b\x00", "&#10;# x\n&#x202e; \\\\` x ` [http://a.b](http://c.d) <http://a.b/(`*_)>", "\u200b", "area/a\nb"},
		{"~~x~~ __y__ $z$", "* a\n\n  ~~~\n  # x\n  ~~~\n* b\n\n      # y", "-", "area/-"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], "https://github.com/o/r/pull/1")
	}
	f.Fuzz(func(t *testing.T, title, note, author, label, url string) {
		fence := strings.Repeat("`", longestRun(note)+3)
		body := fence + "release-note\n" + note + "\n" + fence
		d := Build(Input{Version: "v0.1.0", Previous: label, Changes: []Change{
			{Number: 1, Title: title, Body: body, Author: author, Labels: []string{"kind/feature", label}, URL: url},
			{Number: 2, Title: title, Author: author, URL: url, Labels: []string{"release-note-action-required"}},
			{Title: title, AuthorName: author, Commits: []string{"0123456789abcdef"}},
		}})
		page := d.Markdown()
		checkPage(t, d, page)
		if out, err := d.JSON(); err != nil || !json.Valid(out) {
			t.Errorf("JSON: %v", err)
		}
		if !bytes.Equal(page, d.Markdown()) {
			t.Error("the page differs when it is made again")
		}
	})
}

// mention is what GitHub takes for one in rendered text.
var (
	mention   = regexp.MustCompile(`(?:^|[^0-9A-Za-z_])@[0-9A-Za-z]`)
	reference = regexp.MustCompile(`#[0-9]`)
)

func checkPage(t *testing.T, d Document, page []byte) {
	t.Helper()
	if !utf8.Valid(page) || bytes.ContainsFunc(page, unprintable) {
		t.Errorf("the page has unprintable characters:\n%q", page)
	}
	headings, entries := 1, len(d.ActionRequired)
	if entries > 0 {
		headings++
	}
	for _, s := range d.Sections {
		headings++
		for _, g := range s.Groups {
			if entries += len(g.Entries); g.Area != "" {
				headings++
			}
		}
	}
	if len(d.Contributors) > 0 {
		headings++
	}
	if len(d.NewContributors) > 0 {
		headings++
		entries += len(d.NewContributors)
	}
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	doc := md.Parser().Parse(text.NewReader(page))
	gotHeadings, gotEntries := 0, 0
	credits := false // the contributors are mentioned
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			gotHeadings++
			title := visible(n, page)
			credits = n.Level == 3 && (title == "Contributors" || title == "New contributors")
		case *ast.ListItem:
			if n.Parent().Parent() == doc {
				gotEntries++
			}
		case *ast.Link:
			checkURL(t, string(n.Destination))
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkURL {
				checkURL(t, string(n.URL(page)))
			}
		case *ast.Paragraph, *ast.TextBlock:
			shown := visible(n, page)
			if mention.MatchString(shown) && !credits {
				t.Errorf("somebody is mentioned: %q", shown)
			}
			if own := strings.NewReplacer("#1", "", "#2", "").Replace(shown); reference.MatchString(own) {
				t.Errorf("an issue is referenced: %q", shown)
			}
		case *ast.List, *ast.Text, *ast.String, *ast.CodeSpan, *ast.FencedCodeBlock, *ast.Document:
		default:
			t.Errorf("the page has a %s:\n%s", n.Kind(), page)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if gotHeadings != headings || gotEntries != entries {
		t.Errorf("%d headings and %d entries, want %d and %d:\n%s", gotHeadings, gotEntries, headings, entries, page)
	}
}

func checkURL(t *testing.T, dest string) {
	t.Helper()
	if !strings.HasPrefix(dest, "http://") && !strings.HasPrefix(dest, "https://") {
		t.Errorf("a link leads to %q", dest)
	}
}

// visible returns the text of a block as a reader sees it, outside of code and
// links: GitHub looks for mentions and references there.
func visible(n ast.Node, page []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.WriteString(unescape(t.Value(page)))
			if t.SoftLineBreak() {
				b.WriteByte('\n')
			}
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
