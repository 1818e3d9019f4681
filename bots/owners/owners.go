// SPDX-License-Identifier: Apache-2.0

// Package owners knows who may approve a change to which path, from the OWNERS
// and OWNERS_ALIASES files of a repository.
//
// It reads Prow's format with Prow's meaning (approvers of a folder approve
// what is below it, unless no_parent_owners cuts them off; filters; aliases;
// logins in any case), with two knowing differences. A file that does not parse
// fails closed: Prow skips it, and so a typing error hands a folder to the
// owners of its parent. And a rename needs the approval of both paths: with
// Prow, who owns the destination can move files out of any folder.
//
// The files must be those of the base branch: a pull request must not approve
// itself. The package reads no repository, and whether a login is real is not
// its concern. Packages of bots and maintainers may import it. A Tree does not
// change: it is safe concurrently.
package owners

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Tree is the OWNERS of a repository at one commit.
type Tree struct {
	dirs          map[string]*dir   // by folder, "" is the root
	files         map[string]string // as parsed
	aliases       map[string][]string
	brokenAliases bool
	mistakes      yamlfile.Mistakes
}

type dir struct {
	rules       []rule
	noParent    bool
	autoApprove bool
	broken      bool
}

// rule is one filter, or a file without filters.
type rule struct {
	match     *regexp.Regexp // nil is everything
	filter    string         // empty in a file without filters
	approvers []string
	reviewers []string
	required  []string
	labels    []string
}

// MarshalJSON writes the files that the tree was parsed from, those of OWNERS
// and the aliases.
func (t *Tree) MarshalJSON() ([]byte, error) {
	files := make(map[string]string)
	for p, src := range t.files {
		if path.Base(p) == Filename || p == AliasesFilename {
			files[p] = src
		}
	}
	return json.Marshal(files)
}

// UnmarshalJSON parses the files anew.
func (t *Tree) UnmarshalJSON(data []byte) error {
	var files map[string]string
	if err := json.Unmarshal(data, &files); err != nil {
		return err
	}
	*t = *Parse(files)
	return nil
}

// Mistakes returns what is wrong in the files, by file and line. As long as
// there is something, the files' folders can't be approved.
func (t *Tree) Mistakes() yamlfile.Mistakes { return t.mistakes }

// Approvers returns who may approve a change to a file, sorted. A broken OWNERS
// file ends the way up: nobody whom it or a folder above it names may approve
// what it governs. There is one way out: the broken file itself can be changed
// by those whom the folders above it name.
func (t *Tree) Approvers(file string) []string {
	return t.people(file, func(r rule) []string { return r.approvers })
}

// Reviewers returns who is asked to review a change to a file, sorted.
func (t *Tree) Reviewers(file string) []string {
	return t.people(file, func(r rule) []string { return r.reviewers })
}

// LeafApprovers returns whom the nearest folder that names an approver for a
// file names, sorted.
func (t *Tree) LeafApprovers(file string) []string {
	return t.leaf(file, func(r rule) []string { return r.approvers })
}

// LeafReviewers returns whom the nearest folder that names a reviewer for a
// file names, sorted.
func (t *Tree) LeafReviewers(file string) []string {
	return t.leaf(file, func(r rule) []string { return r.reviewers })
}

// RequiredReviewers returns who is always asked to review a change to a file,
// sorted.
func (t *Tree) RequiredReviewers(file string) []string {
	return t.people(file, func(r rule) []string { return r.required })
}

// Labels returns the labels of a file, sorted: those of all the folders above it
// that say so, up to one that cuts its parents off. They give nobody a right, so
// that a broken file above does not matter.
func (t *Tree) Labels(file string) []string {
	var all []string
	for d := range ancestors(file) {
		if entry := t.dirs[d]; entry != nil {
			for _, r := range entry.matching(file, d) {
				all = append(all, r.labels...)
			}
			if entry.noParent && len(all) > 0 {
				break
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Names returns everybody whom one OWNERS file, or the file of aliases, names:
// sorted, aliases replaced by their members.
func (t *Tree) Names(ownersFile string) []string {
	var all []string
	if ownersFile == AliasesFilename {
		for _, members := range t.aliases {
			all = append(all, members...)
		}
	} else if entry := t.dirs[parent(ownersFile)]; entry != nil {
		for _, r := range entry.rules {
			all = append(append(append(all, r.approvers...), r.reviewers...), r.required...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (t *Tree) leaf(file string, of func(rule) []string) []string {
	if t.brokenAliases && file != AliasesFilename {
		return nil
	}
	for d := range ancestors(file) {
		entry := t.dirs[d]
		if entry == nil {
			continue
		}
		if entry.broken && file != path.Join(d, Filename) {
			return nil
		}
		var people []string
		for _, r := range entry.matching(file, d) {
			people = append(people, of(r)...)
		}
		if len(people) > 0 {
			slices.Sort(people)
			return slices.Compact(people)
		}
	}
	return nil
}

func (t *Tree) people(file string, of func(rule) []string) []string {
	if t.brokenAliases && file != AliasesFilename {
		// Which names are aliases is unknown, and a login can be registered
		// for each of them.
		return nil
	}
	var people []string
	for d := range ancestors(file) {
		entry := t.dirs[d]
		if entry == nil {
			continue
		}
		if entry.broken {
			if file == path.Join(d, Filename) {
				continue
			}
			// Whom the file names is unknown, and whether it cuts off those
			// above. Those below it have their say whatever it says.
			break
		}
		for _, r := range entry.matching(file, d) {
			people = append(people, of(r)...)
		}
		// Prow's rule: a folder that names nobody for this file does not cut
		// the owners above it off.
		if entry.noParent && len(people) > 0 {
			break
		}
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// matching returns the rules of folder d for a file below it.
func (e *dir) matching(file, d string) []rule {
	relative := strings.TrimPrefix(strings.TrimPrefix(file, d), "/")
	var rules []rule
	for _, r := range e.rules {
		if r.match == nil || r.match.MatchString(relative) {
			rules = append(rules, r)
		}
	}
	return rules
}

// Home returns the folder whose OWNERS file is the nearest that names an
// approver for a file, "" for the root.
func (t *Tree) Home(file string) string {
	for d := range ancestors(file) {
		entry := t.dirs[d]
		if entry == nil {
			continue
		}
		if entry.broken && file != path.Join(d, Filename) {
			return d
		}
		for _, r := range entry.matching(file, d) {
			if len(r.approvers) > 0 {
				return d
			}
		}
	}
	return ""
}

// near returns those of a file's approvers whom its home names itself, sorted.
func (t *Tree) near(file string, approvers []string) []string {
	home := t.Home(file)
	entry := t.dirs[home]
	if entry == nil {
		return nil
	}
	var near []string
	for _, r := range entry.matching(file, home) {
		for _, login := range r.approvers {
			if slices.Contains(approvers, login) {
				near = append(near, login)
			}
		}
	}
	slices.Sort(near)
	return slices.Compact(near)
}

// selfApproved reports whether a file lies in a subfolder that no OWNERS file
// claims, of a folder that approves those without anybody.
func (t *Tree) selfApproved(file string) bool {
	home := t.Home(file)
	entry := t.dirs[home]
	return entry != nil && entry.autoApprove && !t.brokenAliases && parent(file) != home
}

// ancestors yields the folders above a file, the nearest first, the root last.
func ancestors(file string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for d := parent(file); yield(d) && d != ""; {
			d = parent(d)
		}
	}
}
