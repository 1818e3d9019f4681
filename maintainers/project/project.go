// SPDX-License-Identifier: Apache-2.0

// Package project joins who people are with what the OWNERS files give them:
// who is a maintainer, of what, and who is a core maintainer.
//
// Whoever approves anything is a maintainer. Core maintainers approve the root
// of the repository or of a core component; through a filter, or in a folder
// below, does not count. It reads no files and does not judge: package verify
// does. Packages of maintainers may import it. A Project does not change after
// it was made and is safe for concurrent reading.
package project

import (
	"slices"
	"strings"

	"github.com/lanner-project/lanner/maintainers/gather"
	"github.com/lanner-project/lanner/maintainers/roster"
)

// What stands for an employer that there is none of.
const (
	Independent = "Independent" // an entry without employers
	Unknown     = "UNKNOWN"     // no entry
)

// Project is a repository with its people.
type Project struct {
	Snapshot   gather.Snapshot
	People     []roster.Person // sorted by login, as roster.ParsePeople returns them
	Components []roster.Component
	// Repository is its address, https://github.com/lanner-project/lanner, and
	// Branch the one whose OWNERS files count.
	Repository, Branch string
}

// Maintainer is somebody who approves something.
type Maintainer struct {
	roster.Person        // with the login alone when there is no entry
	Known         bool   // there is an entry
	Company       string // the last employer of the entry
	// Folders are those whose files name them as an approver, sorted; in
	// Partial for what a filter matches.
	Folders, Partial []string
	Core             bool
}

// Maintainers returns all of them, sorted by name, then folders, then login.
func (p Project) Maintainers() []Maintainer {
	byLogin := make(map[string]*Maintainer)
	at := func(login string) *Maintainer {
		m := byLogin[login]
		if m == nil {
			person, known := p.Person(login)
			m = &Maintainer{Person: person, Known: known, Company: p.Company(login)}
			byLogin[login] = m
		}
		return m
	}
	for _, f := range p.Snapshot.Folders() {
		for _, login := range f.Approvers {
			m := at(login)
			m.Folders = append(m.Folders, f.Path)
			m.Core = m.Core || p.core(f.Path)
		}
		for _, login := range f.Partial {
			m := at(login)
			m.Partial = append(m.Partial, f.Path)
		}
	}
	var all []Maintainer
	for _, m := range byLogin {
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b Maintainer) int {
		if a.Name != b.Name {
			return strings.Compare(a.Name, b.Name)
		}
		if c := slices.Compare(a.Projects(p), b.Projects(p)); c != 0 {
			return c
		}
		return strings.Compare(a.Login, b.Login)
	})
	return all
}

// Core returns the core maintainers, sorted as Maintainers are.
func (p Project) Core() []Maintainer {
	return slices.DeleteFunc(p.Maintainers(), func(m Maintainer) bool { return !m.Core })
}

// core reports whether the approvers of a folder are core maintainers.
func (p Project) core(folder string) bool {
	return folder == "" || slices.ContainsFunc(p.Components, func(c roster.Component) bool { return c.Path == folder && c.Scope == "Core" })
}

// Person returns the entry of a login in lower case, or one that has nothing but the login.
func (p Project) Person(login string) (person roster.Person, known bool) {
	i, known := slices.BinarySearchFunc(p.People, login, func(q roster.Person, login string) int { return strings.Compare(q.Login, login) })
	if known {
		person = p.People[i]
	} else {
		person.Login = login
	}
	if person.Name == "" {
		person.Name = person.Login
	}
	return person, known
}

// Company returns the last employer of a login's entry. It asks no clock, so
// that the same files always make the same output; that an employment has
// ended is for package verify to say.
func (p Project) Company(login string) string {
	person, known := p.Person(login)
	switch {
	case !known:
		return Unknown
	case len(person.Employers) == 0:
		return Independent
	}
	employers := Employers(person)
	return employers[len(employers)-1].Name
}

// Employers returns somebody's employers in order of time: as they began.
func Employers(person roster.Person) []roster.Employment {
	all := slices.Clone(person.Employers)
	slices.SortStableFunc(all, func(a, b roster.Employment) int { return a.From.Compare(b.From) })
	return all
}

// Projects returns the addresses of what a maintainer approves, sorted: the
// repository alone for who approves its root. Who approves the root only
// through a filter gets the address of its branch's tree, which is not that
// of the repository: whoever reads the file must not take them for more.
func (m Maintainer) Projects(p Project) []string {
	if slices.Contains(m.Folders, "") {
		return []string{p.Repository}
	}
	var all []string
	for _, folder := range slices.Concat(m.Folders, m.Partial) {
		all = append(all, p.Address(folder))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
