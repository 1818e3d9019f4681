// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/check"
)

// A Selection turns rules on or off: those with a name, or those with a tag.
type Selection struct {
	Enable bool
	Rule   string // a name in which "*" stands for any text; "": any name
	Tag    string // "": any tags
}

// Select applies selections to rules, in order, each to what those before it
// left, and then turns off what is less severe than the threshold. It returns
// the selections that no rule answers to: mistakes, most likely.
func Select(rules []check.Rule, threshold check.Priority, selections []Selection) []Selection {
	var unused []Selection
	for _, s := range selections {
		used := false
		for i := range rules {
			if s.matches(&rules[i]) {
				rules[i].Enabled, used = s.Enable, true
			}
		}
		if !used {
			unused = append(unused, s)
		}
	}
	for i := range rules {
		if rules[i].Priority > threshold {
			rules[i].Enabled = false
		}
	}
	return unused
}

func (s Selection) matches(r *check.Rule) bool {
	return (s.Rule == "" || MatchName(s.Rule, r.Name)) && (s.Tag == "" || slices.Contains(r.Tags, s.Tag))
}

// MatchName reports whether a name fits a pattern in which "*" stands for any
// text, also none.
func MatchName(pattern, name string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	if !strings.HasPrefix(name, head) {
		return false
	}
	name = name[len(head):]
	parts := strings.Split(rest, "*")
	last := len(parts) - 1
	for _, part := range parts[:last] {
		at := strings.Index(name, part)
		if at < 0 {
			return false
		}
		name = name[at+len(part):]
	}
	return strings.HasSuffix(name, parts[last])
}
