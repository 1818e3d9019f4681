// SPDX-License-Identifier: Apache-2.0

package rota

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/maintainers/roster"
)

// Place is a role in a release.
type Place struct {
	Version string `json:"version"`
	Role    Role   `json:"role"`
}

// Decline notes that somebody does nothing for a release that they have a role
// in. Make then finds somebody else.
func Decline(in Input, version, login string) (Rota, error) {
	a, err := in.coming(version)
	if err != nil {
		return Rota{}, err
	}
	if a.RoleOf(login) == "" {
		return Rota{}, fmt.Errorf("%s has no role in %s, which can't be declined so", login, version)
	}
	r := in.Rota.clone()
	r.Declined = append(r.Declined, Refusal{version, login})
	return r, nil
}

// Away notes that somebody is away. Make then finds others for what is theirs
// in those days.
func Away(in Input, login string, away roster.Interval) (Rota, error) {
	if !away.Until.IsZero() && away.Until.Before(away.From) {
		return Rota{}, fmt.Errorf("an absence from %s until %s ends before it begins", away.From.Format(time.DateOnly), away.Until.Format(time.DateOnly))
	}
	b, _, err := open(in)
	if err != nil {
		return Rota{}, err
	}
	if _, known := b.person(login); !known {
		return Rota{}, fmt.Errorf("%s is not among the people of this project", login)
	}
	r := in.Rota.clone()
	if a := (Absence{login, away}); !slices.Contains(r.Away, a) {
		r.Away = append(r.Away, a)
	}
	return r, nil
}

// Take gives somebody a role that nobody has.
func Take(in Input, at Place, login string) (Rota, error) {
	a, err := in.coming(at.Version)
	if err != nil {
		return Rota{}, err
	}
	if who := a.Who(at.Role); who == login {
		return Rota{}, fmt.Errorf("%s is %s of %s already", login, at.Role, at.Version)
	} else if who != "" {
		return Rota{}, fmt.Errorf("%s is %s of %s; ask them for a swap", who, at.Role, at.Version)
	}
	r := in.Rota.clone()
	r.Declined = slices.DeleteFunc(r.Declined, func(d Refusal) bool { return d == Refusal{at.Version, login} })
	i := r.index(at.Version)
	if at.Role != Lead && a.Lead == "" {
		return Rota{}, fmt.Errorf("nobody leads %s yet; a lead comes first", at.Version)
	}
	r.Releases[i] = a.With(at.Role, login)
	return r, check(in, r, at)
}

// Swap exchanges who has two roles. Swapped twice, it is as before.
func Swap(in Input, x, y Place) (Rota, error) {
	r := in.Rota.clone()
	var who [2]string
	for n, at := range []Place{x, y} {
		a, err := in.coming(at.Version)
		if err != nil {
			return Rota{}, err
		}
		if who[n] = a.Who(at.Role); who[n] == "" {
			return Rota{}, fmt.Errorf("nobody is %s of %s", at.Role, at.Version)
		}
	}
	if who[0] == who[1] {
		return Rota{}, fmt.Errorf("%s has both roles; there is nothing to swap", who[0])
	}
	for n, at := range []Place{x, y} {
		i := r.index(at.Version)
		*r.Releases[i].at(at.Role) = who[1-n]
	}
	return r, check(in, r, x, y)
}

// Counterpart finds what two people swap: the role of one in a release, and
// the role that the other has there, or has nearest to it.
func Counterpart(in Input, version, one, other string) (mine, theirs Place, err error) {
	a, err := in.coming(version)
	if err != nil {
		return Place{}, Place{}, err
	}
	role := a.RoleOf(one)
	if role == "" {
		return Place{}, Place{}, fmt.Errorf("%s has no role in %s to swap", one, version)
	}
	if there := a.RoleOf(other); there != "" {
		return Place{version, role}, Place{version, there}, nil
	}
	at := in.Rota.index(version)
	best := -1
	for i, b := range in.Rota.Releases {
		if _, err := in.coming(b.Version); err != nil || b.Who(role) != other || b.RoleOf(one) != "" {
			continue
		}
		if best < 0 || distance(i, at) < distance(best, at) {
			best = i
		}
	}
	if best < 0 {
		return Place{}, Place{}, fmt.Errorf("%s is %s of no coming release that %s has no role in; there is nothing to swap", other, role, one)
	}
	return Place{version, role}, Place{in.Rota.Releases[best].Version, role}, nil
}

func distance(a, b int) int { return max(a-b, b-a) }

// coming returns a release that is not done.
func (in Input) coming(version string) (Assignment, error) {
	i := in.Rota.index(version)
	if i < 0 {
		return Assignment{}, fmt.Errorf("the rotation has no release %s; coming are %s", version, join(in.ahead()))
	}
	a := in.Rota.Releases[i]
	if day := in.Today.Format(time.DateOnly); a.Date != "" && a.Date < day {
		return Assignment{}, fmt.Errorf("%s was on %s; coming are %s", version, a.Date, join(in.ahead()))
	}
	return a, nil
}

func (in Input) ahead() []string {
	var all []string
	for _, a := range in.Rota.Releases {
		if a.Date >= in.Today.Format(time.DateOnly) {
			all = append(all, a.Version)
		}
	}
	return all
}

// check holds who got new roles against the hard rules. That somebody shadows
// who has led lately is theirs to decide.
func check(in Input, r Rota, at ...Place) error {
	in.Rota, in.Horizon = r, 0
	b, _, err := open(Input{Project: in.Project, Today: in.Today, Rota: r, People: in.People})
	if err != nil {
		return err
	}
	b.all = slices.Clone(r.Releases) // open has let go of some
	slices.SortFunc(b.all, byVersion)
	for _, place := range at {
		i := slices.IndexFunc(b.all, func(a Assignment) bool { return a.Version == place.Version })
		login := b.all[i].Who(place.Role)
		p, known := b.person(login)
		if !known {
			return fmt.Errorf("%s is not among the people of this project", login)
		}
		why := slices.DeleteFunc(b.breaks(i, place.Role, p, b.date[i]), func(r Rejection) bool { return r.Rule == RuleLed })
		if len(why) > 0 {
			var all []string
			for _, w := range why {
				all = append(all, fmt.Sprintf("%s (%s)", w.Rule, w.Why))
			}
			return fmt.Errorf("%s can't be %s of %s, by the rule %s", login, place.Role, place.Version, strings.Join(all, ", and the rule "))
		}
	}
	return nil
}

// Problem is something about a coming release that somebody must see to.
type Problem struct {
	Version string `json:"version"`
	// Urgent: the release is in a week or less.
	Urgent  bool   `json:"urgent,omitempty"`
	Message string `json:"message"`
}

// Problems lists what is wrong with the rotation as it is: roles that nobody
// has or can have any more, days that nothing may be released on, and releases
// that are missing.
func Problems(in Input) ([]Problem, error) {
	in.Horizon = max(in.Horizon, 1)
	plan, err := Make(in)
	if err != nil {
		return nil, err
	}
	var all []Problem
	for _, d := range plan.Decisions {
		day := dateOf(d.Assignment)
		urgent := daysBetween(in.Today.Truncate(24*time.Hour), day) <= 7
		add := func(format string, args ...any) {
			all = append(all, Problem{d.Version, urgent, fmt.Sprintf(format, args...)})
		}
		if in.Rota.index(d.Version) < 0 {
			add("it is not in the rotation yet")
			continue
		}
		if !in.Rota.working(day) {
			add("nothing may be released on %s, a %s", d.Date, day.Weekday())
		}
		for _, r := range d.Roles {
			switch {
			case d.Lead == "" && r.Role != Lead: // there is more to see to
			case r.Unstaffed != "":
				add("UNSTAFFED: it has no %s: %s", r.Role, r.Unstaffed)
			case r.Freed != "" && r.Login == "":
				add("%s is open: %s", r.Role, r.Freed)
			case r.Freed != "":
				add("%s is open: %s; %s would do it", r.Role, r.Freed, r.Login)
			}
		}
	}
	return all, nil
}

// ParseInterval reads "2027-03-20..2027-04-02" or, without an end,
// "2027-03-20..".
func ParseInterval(s string) (roster.Interval, error) {
	from, until, found := strings.Cut(s, "..")
	var i roster.Interval
	var err error
	if i.From, err = time.Parse(time.DateOnly, from); err == nil && until != "" {
		i.Until, err = time.Parse(time.DateOnly, until)
	}
	if err != nil || !found {
		return roster.Interval{}, fmt.Errorf("%q is no interval; want such as 2027-03-20..2027-04-02", s)
	}
	return i, nil
}
