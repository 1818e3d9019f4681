// SPDX-License-Identifier: Apache-2.0

package owners

import (
	"slices"
	"strings"
)

// Change is one file that a pull request changes.
type Change struct {
	Path string
	// From is the path before a rename, or empty. A copy has none: it leaves
	// its source alone.
	From string
}

// Coverage says which parts of a change are approved, and who can approve the
// rest.
type Coverage struct {
	// Parts are the files, grouped by folder and by who may approve them,
	// sorted by folder. Those that need nobody are in none.
	Parts []Part
	// Empty is a change without any file, which nobody can approve.
	Empty bool
}

// Part is files that the same people may approve.
type Part struct {
	// Dir is the folder of the OWNERS file that is nearest, "" for the root.
	Dir   string
	Files []string
	// Approvers may approve it; Near are those of them that Dir's own file
	// names, who know it best; By did.
	Approvers []string
	Near      []string
	By        []string
}

// Covered reports whether everything is approved.
func (c Coverage) Covered() bool {
	return !c.Empty && !slices.ContainsFunc(c.Parts, func(p Part) bool { return len(p.By) == 0 })
}

// Cover holds the approvals of some people against a change.
func (t *Tree) Cover(changes []Change, approvedBy []string) Coverage {
	said := make(map[string]bool, len(approvedBy))
	for _, login := range approvedBy {
		said[Normalize(login)] = true
	}
	c := Coverage{Empty: len(changes) == 0}
	index := make(map[string]int)
	for _, file := range paths(changes) {
		if t.selfApproved(file) {
			continue
		}
		home, approvers := t.Home(file), t.Approvers(file)
		near := t.near(file, approvers)
		key := strings.Join(append(append([]string{home}, approvers...), near...), "\x00")
		i, ok := index[key]
		if !ok {
			i = len(c.Parts)
			index[key] = i
			part := Part{Dir: home, Approvers: approvers, Near: near}
			for _, a := range approvers {
				if said[a] {
					part.By = append(part.By, a)
				}
			}
			c.Parts = append(c.Parts, part)
		}
		c.Parts[i].Files = append(c.Parts[i].Files, file)
	}
	slices.SortStableFunc(c.Parts, func(a, b Part) int { return strings.Compare(a.Dir, b.Dir) })
	return c
}

// paths returns every path that a change touches, sorted.
func paths(changes []Change) []string {
	var all []string
	for _, ch := range changes {
		all = append(all, ch.Path)
		if ch.From != "" {
			all = append(all, ch.From)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Suggest returns few people who together can approve what is not approved
// yet, without those to leave out: for each part those near it, and others
// only where there are none. It takes whoever is near most of what is left,
// and of equals the first by name: the answer is the same each time. What only
// people to leave out could approve is left.
func (c Coverage) Suggest(leaveOut ...string) []string {
	var left []Part
	for _, p := range c.Parts {
		if len(p.By) == 0 {
			left = append(left, p)
		}
	}
	var suggested []string
	for {
		best := mostWanted(left, leaveOut)
		if best == "" {
			slices.Sort(suggested)
			return suggested
		}
		suggested = append(suggested, best)
		left = slices.DeleteFunc(left, func(p Part) bool { return slices.Contains(p.Approvers, best) })
	}
}

func mostWanted(parts []Part, leaveOut []string) string {
	isOut := func(login string) bool {
		return slices.ContainsFunc(leaveOut, func(out string) bool { return Normalize(out) == login })
	}
	count := make(map[string]int)
	for _, p := range parts {
		candidates := slices.DeleteFunc(slices.Clone(p.Near), isOut)
		if len(candidates) == 0 {
			candidates = slices.DeleteFunc(slices.Clone(p.Approvers), isOut)
		}
		for _, login := range candidates {
			count[login]++
		}
	}
	best := ""
	for login, n := range count {
		if best == "" || n > count[best] || n == count[best] && login < best {
			best = login
		}
	}
	return best
}
