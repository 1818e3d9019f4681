// SPDX-License-Identifier: Apache-2.0

// Package rota says who leads which release.
//
// It reads maintainers/rotation.yaml, plans the next releases by fixed rules,
// and says for each choice why it was made. It does no I/O and reads no clock:
// the day is an argument. The same files and the same day give the same plan,
// whatever order people and releases stand in. Any package may import it. A
// Rota is not changed after Parse and is safe for concurrent reading.
package rota

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"github.com/lanner-project/lanner/maintainers/roster"
)

// Assignment is one release and who does what for it. The people are logins,
// in lower case.
type Assignment struct {
	Version string `json:"version"` // "v0.3.0"
	// Date is the day the release is meant for, "2027-01-26"; empty if open.
	Date string `json:"date,omitempty"`
	// Slip is by how many days that is later than the cadence has it.
	Slip int `json:"slip,omitempty"`
	// Lead is empty only for a release that is Unstaffed.
	Lead string `json:"lead,omitempty"`
	// Shadow learns; Backup takes over. Either may be empty.
	Shadow string `json:"shadow,omitempty"`
	Backup string `json:"backup,omitempty"`
	// Unstaffed says why nobody leads it.
	Unstaffed string `json:"unstaffed,omitempty"`
}

// Role is what somebody does for a release.
type Role string

// The roles, in the order in which they are filled.
const (
	Lead   Role = "lead"
	Backup Role = "backup"
	Shadow Role = "shadow"
)

// Roles are all of them.
var Roles = []Role{Lead, Backup, Shadow}

// Who returns who has a role, or "".
func (a Assignment) Who(r Role) string { return *a.at(r) }

// With returns the assignment with somebody in a role.
func (a Assignment) With(r Role, login string) Assignment {
	*a.at(r) = login
	if a.Lead != "" {
		a.Unstaffed = ""
	}
	return a
}

func (a *Assignment) at(r Role) *string {
	switch r {
	case Lead:
		return &a.Lead
	case Backup:
		return &a.Backup
	}
	return &a.Shadow
}

// RoleOf returns the role of a login in the release, or "".
func (a Assignment) RoleOf(login string) Role {
	for _, r := range Roles {
		if login != "" && a.Who(r) == login {
			return r
		}
	}
	return ""
}

// Rota is the content of one rotation.yaml.
type Rota struct {
	file     string
	Releases []Assignment // by version, lowest first
	// Freezes are when nothing is released.
	Freezes []Freeze
	Rules   Rules
	// Away and Declined are what people said by command.
	Away     []Absence
	Declined []Refusal
	// People are those of the file itself; most projects have a people.yaml.
	People []roster.Person
}

// Absence is somebody who is away.
type Absence struct {
	Login string
	roster.Interval
}

// Refusal is somebody who does nothing for a release.
type Refusal struct{ Version, Login string }

// Rules are what a project sets for itself.
type Rules struct {
	// Shadows is how many releases somebody shadows before they lead one.
	Shadows int
	// MostSlip is by how many days a release waits for its lead at most.
	MostSlip int
	// Spacing is how many releases later somebody leads again at the
	// earliest; 0 is half of those who could lead, and 2 at least.
	Spacing int
	// Relax are the rules that do not hold here.
	Relax []Rule
}

func defaultRules() Rules { return Rules{Shadows: 1, MostSlip: 14} }

// Lead returns who leads a version ("v0.3.0"). A patch without an entry of its
// own is led by who led its minor version's first release, a pre-release by
// who leads its final one.
func (r Rota) Lead(version string) (Assignment, error) {
	a, err := r.Find(version)
	if err != nil {
		return Assignment{}, err
	}
	if a.Lead == "" {
		return Assignment{}, fmt.Errorf("%s: nobody leads %s: %s", r.file, version, a.Unstaffed)
	}
	return a, nil
}

// Find returns the entry that Lead goes by.
func (r Rota) Find(version string) (Assignment, error) {
	v := number(version)
	if v == nil || !strings.HasPrefix(version, "v") {
		return Assignment{}, fmt.Errorf("version %q is not semantic; %s", version, wants["version"])
	}
	final := fmt.Sprintf("v%d.%d.%d", v.Major(), v.Minor(), v.Patch())
	first := fmt.Sprintf("v%d.%d.0", v.Major(), v.Minor())
	for _, want := range []string{version, final, first} {
		if i := r.index(want); i >= 0 {
			return r.Releases[i], nil
		}
	}
	return Assignment{}, fmt.Errorf("%s names nobody to lead %s; add a release %s with a lead by a pull request", r.file, version, first)
}

func (r Rota) index(version string) int {
	return slices.IndexFunc(r.Releases, func(a Assignment) bool { return a.Version == version })
}

// clone returns a Rota whose lists can be changed.
func (r Rota) clone() Rota {
	r.Releases, r.Away, r.Declined = slices.Clone(r.Releases), slices.Clone(r.Away), slices.Clone(r.Declined)
	return r
}

// regular reports whether a version is one of the cadence, no patch and no
// pre-release.
func regular(version string) bool {
	v := number(version)
	return v != nil && v.Patch() == 0 && v.Prerelease() == ""
}

func number(version string) *semver.Version {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	if err != nil {
		return nil
	}
	return v
}

func byVersion(a, b Assignment) int { return number(a.Version).Compare(number(b.Version)) }

// dateOf is the day of a release, or zero.
func dateOf(a Assignment) time.Time {
	day, err := time.Parse(time.DateOnly, a.Date)
	if err != nil {
		return time.Time{}
	}
	return day
}
