// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"encoding/json"
	"fmt"
	"strings"
)

// JSON returns the document as indented JSON, with a newline at the end.
func (d Document) JSON() ([]byte, error) {
	out, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the release notes of %s: %w", d.Version, err)
	}
	return append(out, '\n'), nil
}

// Markdown returns the document as a part of a changelog: one heading of
// level 2, the rest below it. Findings and what was dropped are for those who
// release, not for readers: they are only in the JSON.
func (d Document) Markdown() []byte {
	var b strings.Builder
	title := oneLine(d.Version)
	if title == "" {
		title = "Unreleased"
	}
	if d.Date != "" {
		title += " (" + d.Date + ")"
	}
	fmt.Fprintf(&b, "## %s\n", escapeText(title))
	if d.Previous != "" {
		fmt.Fprintf(&b, "\nChanges since %s.\n", escapeText(oneLine(d.Previous)))
	}
	if len(d.ActionRequired) > 0 {
		b.WriteString("\n### Action required\n\n")
		writeEntries(&b, d.ActionRequired)
	}
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "\n### %s\n", escapeText(oneLine(s.Title)))
		for _, g := range s.Groups {
			if g.Area != "" {
				fmt.Fprintf(&b, "\n#### %s\n", escapeLine(oneLine(g.Area)))
			}
			b.WriteByte('\n')
			writeEntries(&b, g.Entries)
		}
	}
	if len(d.ActionRequired)+len(d.Sections) == 0 {
		b.WriteString("\nNo change that users see.\n")
	}
	if len(d.NewContributors) > 0 {
		b.WriteString("\n### New contributors\n\n")
		for _, c := range d.NewContributors {
			fmt.Fprintf(&b, "- @%s made a first contribution in %s\n", c.Login, cite(c.Number, c.URL))
		}
	}
	if len(d.Contributors) > 0 {
		logins := make([]string, len(d.Contributors))
		for i, c := range d.Contributors {
			logins[i] = "@" + c.Login
		}
		fmt.Fprintf(&b, "\n### Contributors\n\n%s\n", strings.Join(logins, ", "))
	}
	return []byte(b.String())
}

// writeEntries writes a list. The citation ends the first line of each entry,
// which is always a paragraph.
func writeEntries(b *strings.Builder, entries []Entry) {
	for _, e := range entries {
		first, rest, more := strings.Cut(e.Markdown, "\n")
		refs := []string{}
		switch {
		case e.Number > 0:
			refs = append(refs, cite(e.Number, e.URL))
		case e.Commit != "":
			refs = append(refs, "`"+short(e.Commit)+"`")
		}
		for _, n := range e.Also {
			refs = append(refs, cite(n, sibling(e.URL, e.Number, n)))
		}
		if e.Author != "" {
			refs = append(refs, escapeText(e.Author))
		}
		fmt.Fprintf(b, "- %s", first)
		if len(refs) > 0 {
			fmt.Fprintf(b, " (%s)", strings.Join(refs, ", "))
		}
		b.WriteByte('\n')
		if !more {
			continue
		}
		for line := range strings.SplitSeq(rest, "\n") {
			if line != "" {
				b.WriteString("  " + line)
			}
			b.WriteByte('\n')
		}
	}
}

// cite links to a pull request, if its address can be linked to.
func cite(number int, url string) string {
	if dest, ok := safeURL(url); ok {
		return fmt.Sprintf("[#%d](%s)", number, dest)
	}
	return fmt.Sprintf("#%d", number)
}

// sibling returns the address of another pull request of the same repository.
func sibling(url string, number, other int) string {
	base, ok := strings.CutSuffix(url, fmt.Sprintf("/%d", number))
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s/%d", base, other)
}
