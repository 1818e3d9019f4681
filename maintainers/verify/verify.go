// SPDX-License-Identifier: Apache-2.0

// Package verify says what is wrong with a project's people: what the lists of
// them disagree on, who approves without being there any more, and where too
// much hangs on one person or one employer.
//
// It reads nothing and repairs nothing. A finding's code does not change its
// meaning: other programs read it. Packages of maintainers may import it; its
// functions are safe concurrently.
package verify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/maintainers/gather"
	"github.com/lanner-project/lanner/maintainers/project"
	"github.com/lanner-project/lanner/maintainers/publish"
)

// Finding is one thing wrong.
type Finding struct {
	Code    string `json:"code"`
	Path    string `json:"path,omitempty"`  // the file to change
	Login   string `json:"login,omitempty"` // whom it is about
	Message string `json:"message"`
}

// Codes are those of all findings, sorted, with what each means.
var Codes = []struct{ Code, Meaning string }{
	{"csv-drift", "the CNCF's project-maintainers.csv differs from the core maintainers"},
	{"emeritus-approves", "an emeritus approver of a folder still may approve it, through a folder above"},
	{"emeritus-unproven", "an emeritus approver was never an approver in this repository's history"},
	{"employer-cap", "one employer has more of the core maintainers' votes than the cap allows"},
	{"employer-ended", "the last employment of an approver has ended: nobody knows for whom they decide"},
	{"few-approvers", "an OWNERS file names a single approver, or fewer than two may approve"},
	{"file-drift", "a generated file is not what \"maintainers generate\" makes"},
	{"login-invalid", "a name in an OWNERS file is no login of GitHub"},
	{"no-root-owners", "the repository has no OWNERS file at its root"},
	{"owners-mistake", "an OWNERS file can't be read, and nobody may approve what it governs"},
	{"person-left", "somebody approves who has left, by their entry"},
	{"person-missing", "an approver or a reviewer has no entry in people.yaml"},
	{"person-unused", "an entry of people.yaml is in no OWNERS file"},
	{"project-drift", "the maintainers.yaml of .project differs from the core maintainers"},
	{"team-drift", "a team in .github/settings.yaml differs from the OWNERS files"},
	{"two-lists", "one person is in two lists of the same OWNERS file"},
}

// Input is what is held against each other.
type Input struct {
	Project project.Project
	// People is the path of people.yaml.
	People string
	// Day is the one for employments, midnight in UTC.
	Day time.Time
	// Cap is how much of the votes one employer may have, in percent.
	Cap int
	// History is nil when there is none to prove anything by.
	History *gather.History
	// CSV and DotProject are the files of others, empty when not given; Title
	// is the project's name in the CSV.
	CSV, DotProject, Title string
}

// Check returns the findings, sorted by code, path and login.
func Check(in Input) ([]Finding, error) {
	var findings []Finding
	for _, check := range []func(Input) []Finding{ownersFiles, people, lists, approvers, emeriti, employers} {
		findings = append(findings, check(in)...)
	}
	drifts := []func(Input) ([]Finding, error){files, teams, csvBlock, dotProject}
	if publish.Ready(in.Project) != nil {
		// That is among the findings, and nothing can be said to differ.
		drifts = nil
	}
	for _, check := range drifts {
		more, err := check(in)
		if err != nil {
			return nil, err
		}
		findings = append(findings, more...)
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Code, b.Code), strings.Compare(a.Path, b.Path), strings.Compare(a.Login, b.Login), strings.Compare(a.Message, b.Message))
	})
	return findings, nil
}
