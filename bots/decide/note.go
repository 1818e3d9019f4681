// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/release/notes"
)

// block is the first block of code of a text that is a release note: what is
// in it, and where, fences included.
type noteBlock struct {
	text       string
	start, end int
}

// findNote finds the release note in a text, to put another one in its place.
// What it says is for release/notes to read, as it will for the release.
func findNote(body string) (noteBlock, bool) {
	src := []byte(body)
	if len(src) > 64<<10 {
		return noteBlock{}, false
	}
	for n := checklists.Parse(text.NewReader(src)).FirstChild(); n != nil; n = n.NextSibling() {
		block, ok := n.(*ast.FencedCodeBlock)
		if !ok || block.Info == nil || !noteInfo.Match(block.Info.Segment.Value(src)) {
			continue
		}
		found := noteBlock{start: lineStart(body, block.Info.Segment.Start), end: lineEnd(body, block.Info.Segment.Stop)}
		var b strings.Builder
		for i := range block.Lines().Len() {
			line := block.Lines().At(i)
			b.Write(line.Value(src))
			found.end = line.Stop
		}
		found.text = strings.TrimSpace(b.String())
		if fence := closing.FindString(body[found.end:]); fence != "" {
			found.end += len(fence)
		}
		return found, true
	}
	return noteBlock{}, false
}

var (
	noteInfo = regexp.MustCompile(`(?i)^\s*release-notes?\s*$`)
	closing  = regexp.MustCompile("^\r?\n?[ \t]*(?:`{3,}|~{3,})[ \t]*")
)

func lineStart(s string, at int) int { return strings.LastIndexByte(s[:at], '\n') + 1 }

func lineEnd(s string, at int) int {
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

// noteLabels are those of the release note, of which one is on.
var noteLabels = []string{labels.ReleaseNote, labels.ReleaseNoteNone, labels.ReleaseNoteActionRequired, labels.ReleaseNoteLabelNeeded}

// releaseNote sets the label that the description's release note asks for. One
// without a note says so, in the label that /release-note-none or a hand put
// on.
func (d *decision) releaseNote() {
	if !d.in.Settings.Has("release-note") {
		return
	}
	note := notes.Parse(d.body)
	silent := len(note.Texts) == 0
	want := labels.ReleaseNote
	switch {
	case silent && (note.None || d.labelled(labels.ReleaseNoteNone)):
		want = labels.ReleaseNoteNone
	case silent:
		want = labels.ReleaseNoteLabelNeeded
		if !d.labelled(want) {
			d.reply("note", sayNoteNeeded)
		}
	case note.ActionRequired:
		want = labels.ReleaseNoteActionRequired
	}
	for _, label := range noteLabels {
		d.label(label, label == want)
	}
}

func (d *decision) noNote(r Remark, args []string) bool {
	switch {
	case len(args) > 0:
		return false
	case !sameLogin(r.Author, d.in.Author) && !d.in.trusted(r.Author):
		d.reply(r.Ref, sayUntrusted("release-note-none", d.in.Settings.TrustedRoles))
	case len(notes.Parse(d.body).Texts) > 0:
		d.reply(r.Ref, sayHasNote)
	default:
		d.label(labels.ReleaseNoteNone, true)
	}
	return true
}

// editNote puts the block that follows the command into the description, in
// place of the one that is there.
func (d *decision) editNote(r Remark, args []string) bool {
	fresh, ok := findNote(r.Body)
	switch {
	case len(args) > 0 || !ok:
		return false
	case !d.in.trusted(r.Author):
		d.reply(r.Ref, sayUntrusted("release-note-edit", d.in.Settings.TrustedRoles))
		return true
	}
	fence := ticks(fresh.text, 3)
	block := fence + "release-note\n" + fresh.text + "\n" + fence
	if old, ok := findNote(d.body); ok {
		d.body = d.body[:old.start] + block + d.body[old.end:]
	} else {
		d.body = strings.TrimRight(d.body, "\r\n") + "\n\n" + block + "\n"
	}
	return true
}
