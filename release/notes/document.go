// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Input is what release notes are made of.
type Input struct {
	Version  string    // the tag's version, "v0.3.0"; "" for what is not released yet
	Previous string    // the tag of the release before, "" for the first
	Date     time.Time // zero: none is shown
	Changes  []Change  // in any order
}

// Document is the notes of one release.
type Document struct {
	Version         string        `json:"version,omitempty"`
	Previous        string        `json:"previous,omitempty"`
	Date            string        `json:"date,omitempty"` // 2006-01-02
	ActionRequired  []Entry       `json:"action_required"`
	Sections        []Section     `json:"sections"`
	NewContributors []Contributor `json:"new_contributors"`
	Contributors    []Contributor `json:"contributors"`
	Dropped         []Dropped     `json:"dropped"`
	Findings        []Finding     `json:"findings"`
}

// Section is the changes of one kind.
type Section struct {
	Kind   string  `json:"kind"` // "" for changes without a known kind
	Title  string  `json:"title"`
	Groups []Group `json:"groups"`
}

// Group is the changes of one area. A change of several areas is in the group
// that names them all.
type Group struct {
	Area    string  `json:"area"` // "" for changes without one, which come first
	Entries []Entry `json:"entries"`
}

// Entry is one change as the notes tell it.
type Entry struct {
	Number    int      `json:"number,omitempty"`
	Commit    string   `json:"commit,omitempty"` // if there is no pull request
	Also      []int    `json:"also,omitempty"`   // its cherry-picks in this release, or the origin of one
	URL       string   `json:"url,omitempty"`
	Author    string   `json:"author,omitempty"`
	Text      string   `json:"text"`     // as it was written: untrusted Markdown
	Markdown  string   `json:"markdown"` // the same, safe to place in a list item
	FromTitle bool     `json:"from_title,omitempty"`
	Kinds     []string `json:"kinds,omitempty"`
	Areas     []string `json:"areas,omitempty"`
}

// Contributor is an author of a change.
type Contributor struct {
	Login  string `json:"login"`
	Number int    `json:"number"` // the first pull request in this release
	URL    string `json:"url,omitempty"`
}

// Build makes the notes. It does not fail: what could not be understood is in
// Findings, and the change is told by its title.
func Build(in Input) Document {
	d := Document{
		Version: in.Version, Previous: in.Previous,
		ActionRequired: []Entry{}, Sections: []Section{}, NewContributors: []Contributor{},
		Contributors: []Contributor{}, Dropped: []Dropped{}, Findings: []Finding{},
	}
	if !in.Date.IsZero() {
		d.Date = in.Date.UTC().Format(time.DateOnly)
	}
	kept, dropped := Effective(in.Changes)
	d.Dropped = append(d.Dropped, dropped...)
	sections := map[string]map[string][]Entry{}
	for _, c := range kept {
		note, findings := c.note()
		d.Findings = append(d.Findings, findings...)
		if note.None {
			continue
		}
		for _, e := range c.entries(note, picksOf(c, dropped)) {
			if note.ActionRequired {
				d.ActionRequired = append(d.ActionRequired, e)
				continue
			}
			kind, area := "", strings.Join(e.Areas, ", ")
			if len(e.Kinds) > 0 {
				kind = e.Kinds[0]
			}
			if sections[kind] == nil {
				sections[kind] = map[string][]Entry{}
			}
			sections[kind][area] = append(sections[kind][area], e)
		}
	}
	for _, k := range Kinds() {
		if groups := sections[k.Name]; groups != nil {
			d.Sections = append(d.Sections, Section{Kind: k.Name, Title: k.Title, Groups: sortGroups(groups)})
		}
	}
	d.credit(in.Changes)
	return d
}

func sortGroups(entries map[string][]Entry) []Group {
	groups := make([]Group, 0, len(entries))
	for area, es := range entries {
		groups = append(groups, Group{Area: area, Entries: es})
	}
	slices.SortFunc(groups, func(a, b Group) int { return cmp.Compare(a.Area, b.Area) })
	return groups
}

// picksOf returns the cherry-picks of c that were dropped in its favour.
func picksOf(c Change, dropped []Dropped) []int {
	var also []int
	if c.Origin != nil && c.Origin.Title != "" {
		also = append(also, c.Origin.Number)
	}
	for _, d := range dropped {
		if c.Number > 0 && d.By == c.Number && strings.HasPrefix(d.Reason, "it is a cherry-pick of") {
			also = append(also, d.Number)
		}
	}
	return also
}

// ActionRequired reports whether c calls for action on upgrading: its note
// does, or the note of its origin if it has none itself, or a label.
func (c Change) ActionRequired() bool {
	note, _ := c.note()
	return note.ActionRequired
}

// note returns what c's body says (or its origin's, for a cherry-pick that
// says nothing itself), with its labels, and what is wrong.
func (c Change) note() (Note, []Finding) {
	note := Parse(c.Body)
	findings := note.Findings
	silent := len(note.Texts) == 0 && !note.None
	if silent && len(findings) == 0 && c.Origin != nil {
		origin := Parse(c.Origin.Body) // what is wrong with it was found in its own release
		note.Texts, note.None, note.ActionRequired = origin.Texts, origin.None, origin.ActionRequired
		silent = len(note.Texts) == 0 && !note.None
	}
	if silent && c.hasLabel("release-note-none") {
		note.None, silent = true, false
	}
	if c.hasLabel("release-note-action-required") {
		note.ActionRequired = true
		if note.None {
			note.None = false
			findings = append(findings, Finding{
				Code:    CodeConflict,
				Message: "the label says that action is required, but the release note is NONE; the title stands for it",
				Hint:    "say in the release-note block what users must do, or remove the label release-note-action-required",
			})
		}
	}
	switch {
	case c.Number == 0:
		findings = append(findings, Finding{
			Code:    CodeNoPull,
			Message: "the commit " + quote(c.Title) + " came without a pull request",
			Hint:    "nobody reviewed it in public; say why in the release pull request",
		})
	case silent && len(findings) == 0:
		findings = append(findings, Finding{
			Code:    CodeNoNote,
			Message: "there is no release note; the title stands for it",
			Hint:    "add a block ```release-note … ``` to the pull request's body (NONE if users see nothing of it)",
		})
	}
	if c.Number > 0 && len(c.KindsOf()) == 0 {
		findings = append(findings, Finding{
			Code:    CodeNoKind,
			Message: "there is no kind/… label",
			Hint:    "comment /kind bug, /kind feature, … on the pull request",
		})
	}
	if c.Origin != nil && c.Origin.Title == "" {
		findings = append(findings, Finding{
			Code:    CodeUnknownPick,
			Message: "it says that it is a cherry-pick of " + c.Origin.Name() + ", which is not a merged pull request of this repository that could be found",
			Hint:    "correct the number in the pull request's body",
		})
	}
	for i := range findings {
		findings[i].Number = c.Number
		if c.Number == 0 {
			findings[i].Commit = c.id()
		}
	}
	return note, findings
}

func quote(s string) string { return "\"" + oneLine(s) + "\"" }

// entries returns c as the notes tell it: an entry for each of its notes.
func (c Change) entries(note Note, also []int) []Entry {
	e := Entry{
		Number: c.Number, Also: also, URL: c.URL, Author: oneLine(cmp.Or(c.Author, c.AuthorName)),
		Kinds: c.KindsOf(), Areas: c.areas(),
	}
	if c.Number == 0 {
		e.Commit = c.id()
	}
	title := oneLine(c.Title)
	if c.Origin != nil && c.Origin.Title != "" {
		title = oneLine(c.Origin.Title) // not "[release-0.3] …"
	}
	if title == "" {
		title = "Untitled change"
	}
	if len(note.Texts) == 0 {
		e.Text, e.Markdown, e.FromTitle = title, escapeLine(title), true
		return []Entry{e}
	}
	var entries []Entry
	for _, text := range note.Texts {
		e.Text, e.Markdown = text, safeMarkdown(text, title)
		entries = append(entries, e)
	}
	return entries
}

// login is what GitHub allows: 39 characters, and nothing that Markdown minds.
var login = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$`)

// credit fills the contributors: people with an account, also those whose
// change was taken back.
func (d *Document) credit(changes []Change) {
	byLogin := map[string]Contributor{}
	fresh := map[string]bool{}
	for _, c := range changes {
		if c.Bot || c.Number == 0 || !login.MatchString(c.Author) {
			continue
		}
		key := strings.ToLower(c.Author)
		fresh[key] = fresh[key] || c.FirstTime
		if known, ok := byLogin[key]; !ok || c.Number < known.Number {
			byLogin[key] = Contributor{Login: c.Author, Number: c.Number, URL: c.URL}
		}
	}
	for key, c := range byLogin {
		d.Contributors = append(d.Contributors, c)
		if fresh[key] {
			d.NewContributors = append(d.NewContributors, c)
		}
	}
	byName := func(a, b Contributor) int { return cmp.Compare(strings.ToLower(a.Login), strings.ToLower(b.Login)) }
	slices.SortFunc(d.Contributors, byName)
	slices.SortFunc(d.NewContributors, byName)
}
