// SPDX-License-Identifier: Apache-2.0

package owners

import "path"

// Step is what one folder on the way up says about a file.
type Step struct {
	// File is the OWNERS file.
	File string `json:"file"`
	// Filters are the filters that match; none for a file without filters.
	Filters   []string `json:"filters,omitempty"`
	Approvers []string `json:"approvers,omitempty"`
	Reviewers []string `json:"reviewers,omitempty"`
	// Ends: the folders above have no say, because of Why.
	Ends bool   `json:"ends,omitempty"`
	Why  string `json:"why,omitempty"`
}

// Explanation says who may approve a change to a file, and how that comes.
type Explanation struct {
	Path      string   `json:"path"`
	Approvers []string `json:"approvers"`
	Reviewers []string `json:"reviewers"`
	Labels    []string `json:"labels,omitempty"`
	// Unowned: nobody is needed, for the folder above approves folders that
	// nobody claims.
	Unowned bool `json:"unowned,omitempty"`
	// Steps are the folders with an OWNERS file, the nearest first, down to
	// the last one that has a say.
	Steps []Step `json:"steps"`
	// Problem is why nobody may approve anything, or empty.
	Problem string `json:"problem,omitempty"`
}

// Explain says who may approve a change to a file, and how that comes. It tells
// the same as Approvers and Reviewers.
func (t *Tree) Explain(file string) Explanation {
	x := Explanation{Path: file, Approvers: t.Approvers(file), Reviewers: t.Reviewers(file), Labels: t.Labels(file), Unowned: t.selfApproved(file)}
	if t.brokenAliases && file != AliasesFilename {
		x.Problem = AliasesFilename + " can't be read: which names are aliases is unknown"
		return x
	}
	found := false
	for d := range ancestors(file) {
		entry := t.dirs[d]
		if entry == nil {
			continue
		}
		s := Step{File: path.Join(d, Filename)}
		if entry.broken {
			if file == s.File {
				s.Why = "it can't be read, and who is above may mend it"
				x.Steps = append(x.Steps, s)
				continue
			}
			s.Ends, s.Why = true, "it can't be read: whom it names is unknown, and whether those above have a say"
			x.Steps = append(x.Steps, s)
			return x
		}
		for _, r := range entry.matching(file, d) {
			if r.filter != "" {
				s.Filters = append(s.Filters, r.filter)
			}
			s.Approvers = append(s.Approvers, r.approvers...)
			s.Reviewers = append(s.Reviewers, r.reviewers...)
		}
		found = found || len(s.Approvers) > 0
		switch {
		case entry.noParent && found:
			s.Ends, s.Why = true, "no_parent_owners"
		case entry.noParent:
			s.Why = "no_parent_owners, but it names no approver for this file"
		case len(s.Filters) == 0 && len(entry.rules) > 0 && entry.rules[0].filter != "":
			s.Why = "none of its filters matches"
		}
		x.Steps = append(x.Steps, s)
		if s.Ends {
			return x
		}
	}
	return x
}
