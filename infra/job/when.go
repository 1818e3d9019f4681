// SPDX-License-Identifier: Apache-2.0

package job

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// everywhere reports whether branches do not matter.
func (w When) everywhere() bool { return len(w.Branches)+len(w.SkipBranches) == 0 }

// On reports whether a job is for a branch. A branch that is skipped is,
// whatever else matches it.
func (w When) On(branch string) bool {
	matches := func(re *regexp.Regexp) bool { return re.MatchString(branch) }
	if slices.ContainsFunc(w.SkipBranches, matches) {
		return false
	}
	return len(w.Branches) == 0 || slices.ContainsFunc(w.Branches, matches)
}

// notOn says why a job is not for a branch.
func (w When) notOn(branch string) string {
	for _, re := range w.SkipBranches {
		if re.MatchString(branch) {
			return fmt.Sprintf("skip_branches %s matches %s", re, branch)
		}
	}
	return fmt.Sprintf("none of branches (%s) matches %s", join(w.Branches), branch)
}

func join(res []*regexp.Regexp) string {
	var texts []string
	for _, re := range res {
		texts = append(texts, re.String())
	}
	return strings.Join(texts, ", ")
}

// files reports whether the changed files make a job run, and why.
func (w When) files(changed []string) (bool, string) {
	if w.RunIfChanged != nil {
		for _, file := range changed {
			if w.RunIfChanged.MatchString(file) {
				return true, fmt.Sprintf("run_if_changed %s matches %s", w.RunIfChanged, file)
			}
		}
		return false, fmt.Sprintf("run_if_changed %s matches no changed file", w.RunIfChanged)
	}
	for _, file := range changed {
		if !w.SkipIfOnlyChanged.MatchString(file) {
			return true, fmt.Sprintf("skip_if_only_changed %s does not match %s", w.SkipIfOnlyChanged, file)
		}
	}
	return false, fmt.Sprintf("skip_if_only_changed %s matches every changed file", w.SkipIfOnlyChanged)
}

// meets reports whether two jobs may be for one branch. Two expressions are
// held to have no branch in common unless they are the same: whether they do
// cannot be told from them without a lot of trouble, and Prow does so.
func (w When) meets(other When) bool {
	if w.everywhere() || other.everywhere() {
		return true
	}
	if len(w.Branches) == 0 {
		return len(other.Branches) == 0 || other.meets(w)
	}
	for _, re := range w.Branches {
		if len(other.Branches) == 0 && other.On(re.String()) {
			return true
		}
		if slices.ContainsFunc(other.Branches, func(o *regexp.Regexp) bool { return o.String() == re.String() }) {
			return true
		}
	}
	return false
}
