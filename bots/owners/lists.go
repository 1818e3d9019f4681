// SPDX-License-Identifier: Apache-2.0

package owners

import (
	"path"
	"slices"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Lists is whom one OWNERS file names, each list sorted, aliases replaced by
// their members.
type Lists struct {
	// Approvers approve all below the folder; Partial only what a filter
	// matches. Nobody is in both.
	Approvers []string
	Partial   []string
	Reviewers []string
	// The emeriti have no right any more. Their lists are read with goodwill:
	// what is wrong in them is no mistake of the file.
	EmeritusApprovers []string
	EmeritusReviewers []string
	// Filters are those that do not match everything, in the file's order.
	Filters []string
}

// Lists returns whom an OWNERS file names, and false when there is no such
// file or when it, or the file of aliases, is broken.
func (t *Tree) Lists(ownersFile string) (Lists, bool) {
	entry := t.dirs[parent(ownersFile)]
	src, ok := t.files[ownersFile]
	if !ok || path.Base(ownersFile) != Filename || entry == nil || entry.broken || t.brokenAliases {
		return Lists{}, false
	}
	var l Lists
	for _, r := range entry.rules {
		if r.match == nil {
			l.Approvers = append(l.Approvers, r.approvers...)
		} else {
			l.Filters = append(l.Filters, r.filter)
			l.Partial = append(l.Partial, r.approvers...)
		}
		l.Reviewers = append(append(l.Reviewers, r.reviewers...), r.required...)
	}
	f, root := yamlfile.Open(ownersFile, []byte(src))
	p := &parser{File: f, aliases: t.aliases}
	if root != nil {
		for _, field := range f.Fields(root) {
			switch field.Name {
			case "emeritus_approvers":
				l.EmeritusApprovers = p.logins(field.Value)
			case "emeritus_reviewers":
				l.EmeritusReviewers = p.logins(field.Value)
			}
		}
	}
	for _, list := range []*[]string{&l.Approvers, &l.Partial, &l.Reviewers} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	l.Partial = slices.DeleteFunc(l.Partial, func(login string) bool { return slices.Contains(l.Approvers, login) })
	return l, true
}
