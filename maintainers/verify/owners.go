// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/maintainers/gather"
	"github.com/lanner-project/lanner/maintainers/project"
	"github.com/lanner-project/lanner/maintainers/roster"
)

func ownersFiles(in Input) []Finding {
	var findings []Finding
	for _, m := range in.Project.Snapshot.Tree.Mistakes() {
		findings = append(findings, Finding{Code: "owners-mistake", Path: m.File, Message: fmt.Sprintf("line %d: %s", m.Line, m.Message)})
	}
	for _, bad := range in.Project.BadLogins() {
		findings = append(findings, Finding{Code: "login-invalid", Path: bad.File, Login: bad.Login, Message: fmt.Sprintf("%q is no login", bad.Login)})
	}
	if _, ok := in.Project.Snapshot.Files[owners.Filename]; !ok {
		findings = append(findings, Finding{Code: "no-root-owners", Path: owners.Filename, Message: "the root has no OWNERS file"})
	}
	return findings
}

// people holds the entries against the OWNERS files.
func people(in Input) []Finding {
	var findings []Finding
	named := make(map[string]bool)
	missing := make(map[string]string)
	for _, f := range in.Project.Snapshot.Folders() {
		for _, login := range slices.Concat(f.Approvers, f.Partial, f.Reviewers) {
			named[login] = true
			if _, known := in.Project.Person(login); !known && missing[login] == "" {
				missing[login] = f.OwnersFile()
			}
		}
		// Emeriti need no entry: it would keep data about people who left.
		for _, login := range slices.Concat(f.EmeritusApprovers, f.EmeritusReviewers) {
			named[login] = true
		}
	}
	for login, file := range missing {
		findings = append(findings, Finding{Code: "person-missing", Path: in.People, Login: login, Message: login + " is in " + file + " and has no entry"})
	}
	// A file that can't be read could name anybody.
	if len(in.Project.Snapshot.Tree.Mistakes()) == 0 {
		for _, p := range in.Project.People {
			if !named[p.Login] {
				findings = append(findings, Finding{Code: "person-unused", Path: in.People, Login: p.Login, Message: p.Login + " has an entry and is in no OWNERS file"})
			}
		}
	}
	return findings
}

func lists(in Input) []Finding {
	var findings []Finding
	for _, f := range in.Project.Snapshot.Folders() {
		where := make(map[string][]string)
		for _, l := range []struct {
			name   string
			logins []string
		}{
			{"approvers", slices.Concat(f.Approvers, f.Partial)},
			{"reviewers", f.Reviewers},
			{"emeritus_approvers", f.EmeritusApprovers},
			{"emeritus_reviewers", f.EmeritusReviewers},
		} {
			for _, login := range l.logins {
				where[login] = append(where[login], l.name)
			}
		}
		for login, in := range where {
			if len(in) > 1 {
				findings = append(findings, Finding{Code: "two-lists", Path: f.OwnersFile(), Login: login, Message: login + " is in " + strings.Join(in, " and ")})
			}
		}
	}
	return findings
}

func approvers(in Input) []Finding {
	var findings []Finding
	for _, f := range in.Project.Snapshot.Folders() {
		own := slices.Concat(f.Approvers, f.Partial)
		all := in.Project.Snapshot.MayApprove(f.Path)
		switch {
		case len(own) == 1 && len(all) > 1:
			findings = append(findings, Finding{Code: "few-approvers", Path: f.OwnersFile(), Message: fmt.Sprintf("names one approver, %s; with those of the folders above, %d may approve", own[0], len(all))})
		case len(all) == 1:
			findings = append(findings, Finding{Code: "few-approvers", Path: f.OwnersFile(), Message: fmt.Sprintf("only %s may approve all below it", all[0])})
		case len(all) == 0:
			findings = append(findings, Finding{Code: "few-approvers", Path: f.OwnersFile(), Message: "nobody may approve all below it"})
		}
	}
	return findings
}

func emeriti(in Input) []Finding {
	var findings []Finding
	for _, f := range in.Project.Snapshot.Folders() {
		may := in.Project.Snapshot.MayApprove(f.Path)
		for _, login := range f.EmeritusApprovers {
			if slices.Contains(may, login) && !slices.Contains(f.Approvers, login) { // else in two lists
				findings = append(findings, Finding{Code: "emeritus-approves", Path: f.OwnersFile(), Login: login, Message: login + " is emeritus there and may approve it through a folder above"})
			}
			if in.History != nil && !in.History.Cut && !in.History.Was(login, gather.Approver) {
				findings = append(findings, Finding{Code: "emeritus-unproven", Path: f.OwnersFile(), Login: login, Message: login + " is emeritus there and was an approver at no commit"})
			}
		}
	}
	return findings
}

func employers(in Input) []Finding {
	var findings []Finding
	for _, m := range in.Project.Maintainers() {
		if !m.Left.IsZero() && !m.Left.After(in.Day) {
			findings = append(findings, Finding{Code: "person-left", Path: in.People, Login: m.Login, Message: fmt.Sprintf("%s approves, and left on %s", m.Login, m.Left.Format(time.DateOnly))})
		}
		ended := func(e roster.Employment) bool { return !e.Until.IsZero() && e.Until.Before(in.Day) }
		if all := project.Employers(m.Person); len(all) > 0 && !slices.ContainsFunc(all, func(e roster.Employment) bool { return !ended(e) }) {
			last := all[len(all)-1]
			findings = append(findings, Finding{Code: "employer-ended", Path: in.People, Login: m.Login, Message: fmt.Sprintf("the last employment of %s, with %s, ended on %s", m.Login, last.Name, last.Until.Format(time.DateOnly))})
		}
	}
	for _, s := range Shares(in.Project, in.Day) {
		if s.Votes*100 > in.Cap*s.Of {
			findings = append(findings, Finding{Code: "employer-cap", Path: in.People, Message: s.Employer + " has " + s.String() + "; the cap is " + fmt.Sprintf("%d%%", in.Cap)})
		}
	}
	return findings
}

// Share is how many of the core maintainers one employer has.
type Share struct {
	Employer  string
	Votes, Of int
}

func (s Share) String() string {
	// Rounded to the nearest, so that 12 of 19 are the 63% that people say.
	return fmt.Sprintf("%d of the %d core maintainers, %d%%", s.Votes, s.Of, (200*s.Votes+s.Of)/(2*s.Of))
}

// Shares returns the employers of the core maintainers on a day, the greatest
// first. Who has no employer then, or no entry, is counted as a core maintainer
// and for nobody.
func Shares(p project.Project, day time.Time) []Share {
	core := p.Core()
	byName := make(map[string]*Share)
	for _, m := range core {
		employer := m.Employer(day)
		if employer == "" || employer == project.Independent {
			continue
		}
		// "Example" and "example" are one: the cap must not hang on a capital.
		fold := strings.ToLower(strings.Join(strings.Fields(employer), " "))
		if s := byName[fold]; s != nil {
			s.Votes++
		} else {
			byName[fold] = &Share{Employer: employer, Votes: 1, Of: len(core)}
		}
	}
	var all []Share
	for _, fold := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, *byName[fold])
	}
	slices.SortStableFunc(all, func(a, b Share) int { return b.Votes - a.Votes })
	return all
}
