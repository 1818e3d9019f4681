// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"slices"
	"strings"
	"time"
)

// Change is one merged pull request, or one commit that came to the branch
// without a pull request.
type Change struct {
	Number int    `json:"number,omitempty"` // 0: no pull request
	Title  string `json:"title"`
	Body   string `json:"body,omitempty"`
	URL    string `json:"url,omitempty"`
	Author string `json:"author,omitempty"` // login, "" if not known
	// AuthorName is the name in the commit, for want of a login.
	AuthorName string    `json:"author_name,omitempty"`
	Bot        bool      `json:"bot,omitempty"`
	FirstTime  bool      `json:"first_time,omitempty"` // the author's first merged pull request here
	Labels     []string  `json:"labels,omitempty"`
	Message    string    `json:"message,omitempty"` // of the merge or squash commit, or of the last rebased one
	Commits    []string  `json:"commits,omitempty"` // on the branch, newest first
	Paths      []string  `json:"paths,omitempty"`   // what it touches; nil: not known
	MergedAt   time.Time `json:"merged_at,omitzero"`
	// Origin is the pull request that this one was cherry-picked from, if it
	// could be found. It need not be part of the same release.
	Origin *Change `json:"origin,omitempty"`
}

// Kind is a kind of change, as a kind/… label names it.
type Kind struct {
	Name  string // without "kind/"; "" is a change without a known kind
	Title string // heading of its section
}

// Kinds returns the known kinds in the order of their sections. A change that
// carries several is listed under the first of them. The names are those of
// Kubernetes' label_sync, and "breaking".
func Kinds() []Kind {
	return []Kind{
		{"breaking", "Breaking changes"},
		{"deprecation", "Deprecations"},
		{"api-change", "API changes"},
		{"feature", "Features"},
		{"bug", "Bug fixes"},
		{"regression", "Regressions fixed"},
		{"documentation", "Documentation"},
		{"design", "Design"},
		{"failing-test", "Failing tests"},
		{"flake", "Flaky tests"},
		{"cleanup", "Cleanups"},
		{"", "Other changes"},
	}
}

// KindsOf returns the known kinds among c's labels (those of its origin if it
// has none of its own), in the order of Kinds.
func (c Change) KindsOf() []string {
	var kinds []string
	for _, k := range Kinds() {
		if k.Name != "" && slices.ContainsFunc(c.Labels, func(l string) bool { return kindName(l) == k.Name }) {
			kinds = append(kinds, k.Name)
		}
	}
	if kinds == nil && c.Origin != nil {
		return Change{Labels: c.Origin.Labels}.KindsOf()
	}
	return kinds
}

// kindName returns the kind that a label names, or "".
func kindName(label string) string {
	name, ok := strings.CutPrefix(strings.ToLower(label), "kind/")
	switch {
	case !ok:
		return ""
	case name == "breaking-change":
		return "breaking"
	}
	return name
}

// areas returns c's area/… labels without the prefix, sorted.
func (c Change) areas() []string {
	var areas []string
	for _, l := range c.Labels {
		if a, ok := strings.CutPrefix(l, "area/"); ok && a != "" {
			areas = append(areas, a)
		}
	}
	if areas == nil && c.Origin != nil {
		return Change{Labels: c.Origin.Labels}.areas()
	}
	slices.Sort(areas)
	return slices.Compact(areas)
}

func (c Change) hasLabel(name string) bool { return slices.Contains(c.Labels, name) }
