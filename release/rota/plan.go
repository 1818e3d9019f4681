// SPDX-License-Identifier: Apache-2.0

package rota

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/maintainers/roster"
)

// Horizon is how many releases are planned.
const Horizon = 6

// Input is all that a plan depends on.
type Input struct {
	// Project is a name that the lots are drawn by.
	Project string
	// Today parts what is done from what can be changed. Only its day counts.
	Today time.Time
	Rota  Rota
	// People are those of people.yaml; those of the Rota itself are added.
	People []roster.Person
	// Horizon is how many releases there are to be from today on; 0 adds none
	// to those that are there.
	Horizon int
	// Keep leaves roles empty that are: only those are filled again whose
	// holder is out.
	Keep bool
}

// Plan is a rotation with everything filled that can be.
type Plan struct {
	// Releases are all, those that are done too.
	Releases []Assignment `json:"releases"`
	// Decisions are about those from today on.
	Decisions []Decision `json:"decisions"`
	// Changes are what differs from the input.
	Changes []Change `json:"changes"`
}

// Decision is how one release came to its people.
type Decision struct {
	Assignment
	// Nominal is the day that the cadence has it on.
	Nominal string         `json:"nominal"`
	Roles   []RoleDecision `json:"roles"`
}

// RoleDecision is how a role was filled.
type RoleDecision struct {
	Role Role `json:"role"`
	// Login is who has it; empty is nobody.
	Login string `json:"login,omitempty"`
	// Published: it was there, and stayed.
	Published bool `json:"published,omitempty"`
	// Freed says why who had it has it no more.
	Freed string `json:"freed,omitempty"`
	// Unstaffed says why nobody has it, and which rules would have to give
	// way.
	Unstaffed string `json:"unstaffed,omitempty"`
	// Candidates are all people, the best first, those who are out last.
	Candidates []Candidate `json:"candidates"`
}

// Candidate is one person for one role.
type Candidate struct {
	Login    string      `json:"login"`
	Rejected []Rejection `json:"rejected,omitempty"`
	// Needed: a later release could not be led without them.
	Needed bool `json:"needed,omitempty"`
	// Score decides among those who are not rejected.
	Score []Term `json:"score,omitempty"`

	person roster.Person
	day    time.Time
}

// Change is one difference between two rotations.
type Change struct {
	Version string `json:"version"`
	What    string `json:"what"` // a role, "date" or "release"
	Before  string `json:"before,omitempty"`
	After   string `json:"after,omitempty"`
}

func (c Change) String() string {
	before, after := c.Before, c.After
	if before == "" {
		before = "nobody"
	}
	if after == "" {
		after = "nobody"
	}
	return fmt.Sprintf("%s: %s: %s → %s", c.Version, c.What, before, after)
}

// Changes returns what differs between two rotations.
func Changes(before, after []Assignment) []Change {
	var all []Change
	for _, b := range after {
		a := Assignment{Version: b.Version}
		if i := slices.IndexFunc(before, func(a Assignment) bool { return a.Version == b.Version }); i >= 0 {
			a = before[i]
		}
		if a.Date != b.Date {
			all = append(all, Change{b.Version, "date", cmpOr(a.Date, "none"), cmpOr(b.Date, "none")})
		}
		for _, role := range Roles {
			if a.Who(role) != b.Who(role) {
				all = append(all, Change{b.Version, string(role), a.Who(role), b.Who(role)})
			}
		}
		if a.Unstaffed != b.Unstaffed && b.Unstaffed != "" {
			all = append(all, Change{b.Version, "unstaffed", cmpOr(a.Unstaffed, "no"), b.Unstaffed})
		}
	}
	return all
}

func cmpOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Make plans. Published roles stay with whom they are, unless that one is away
// or gone, takes no part or declined. All other roles are filled so that
// first, as few releases as can be lack a lead; then as few lack a backup;
// then each release, the next first, has the best by the scores. The search is
// exact.
func Make(in Input) (Plan, error) {
	b, slots, err := open(in)
	if err != nil {
		return Plan{}, err
	}
	s := newSearch(b, slots)
	p := Plan{}
	for n := range slots {
		p.Decisions = append(p.Decisions, s.decide(n))
	}
	for n := range slots {
		s.explain(n, &p.Decisions[n])
	}
	p.Releases = b.all
	p.Changes = Changes(in.Rota.Releases, p.Releases)
	return p, nil
}

// slot is a release that is not done.
type slot struct {
	i       int // in board.all
	nominal time.Time
	// fixed: its day was published. noDay: there is none.
	fixed, noDay bool
	// open are the roles to fill, freed why who had one has it no more.
	open  map[Role]bool
	freed map[Role]string
	// spare was let go so that they could lead.
	spare struct {
		role  Role
		login string
	}
}

// open sets up the board and lets go of what became invalid.
func open(in Input) (*board, []slot, error) {
	people := slices.Concat(in.People, in.Rota.People)
	slices.SortFunc(people, func(a, b roster.Person) int { return strings.Compare(a.Login, b.Login) })
	for i := 1; i < len(people); i++ {
		if people[i].Login == people[i-1].Login {
			return nil, nil, fmt.Errorf("%s is both in people.yaml and in %s; once is enough", people[i].Login, in.Rota.file)
		}
	}
	if len(people) == 0 {
		return nil, nil, errors.New("there are no people to plan with: add them to maintainers/people.yaml")
	}
	y, m, d := in.Today.Date()
	b := &board{rota: in.Rota, people: people, today: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), seed: in.Project}
	b.all = slices.Clone(in.Rota.Releases)
	slices.SortFunc(b.all, byVersion)
	slots := b.schedule(in.Horizon)
	for n := range slots {
		b.free(&slots[n], in.Keep)
	}
	for n := range slots {
		b.promote(&slots[n])
	}
	return b, slots, nil
}

// schedule gives each regular release its turn and its day, and adds those
// that are missing.
func (b *board) schedule(horizon int) []slot {
	var slots []slot
	turn, last := 0, b.today
	place := func(i int) {
		a := &b.all[i]
		day, s := dateOf(*a), slot{i: i, open: map[Role]bool{}, freed: map[Role]string{}}
		s.nominal, s.fixed = day.AddDate(0, 0, -a.Slip), a.Lead != ""
		if day.IsZero() {
			s.nominal, s.fixed = nominal(last), false
		}
		b.turn = append(b.turn, turn)
		turn++
		if !s.fixed && (day.IsZero() || !day.Before(b.today)) {
			var ok bool
			day, ok = b.rota.shift(s.nominal, func(time.Time) bool { return true })
			s.noDay = !ok
			a.Date, a.Slip = day.Format(time.DateOnly), daysBetween(s.nominal, day)
		}
		b.date = append(b.date, day)
		if day.After(last) {
			last = day
		}
		if !day.Before(b.today) {
			slots = append(slots, s)
		}
	}
	for i, a := range b.all {
		if regular(a.Version) {
			place(i)
			continue
		}
		b.turn, b.date = append(b.turn, -1), append(b.date, dateOf(a))
	}
	for len(slots) < horizon {
		b.all = append(b.all, Assignment{Version: b.next()})
		place(len(b.all) - 1)
	}
	return slots
}

// next is the version after the last one.
func (b *board) next() string {
	if len(b.all) == 0 {
		return "v0.1.0"
	}
	v := number(b.all[len(b.all)-1].Version)
	return fmt.Sprintf("v%d.%d.0", v.Major(), v.Minor()+1)
}

// free opens the roles that nobody has, or with keep, nobody any more.
func (b *board) free(s *slot, keep bool) {
	a := &b.all[s.i]
	for _, role := range Roles {
		login := a.Who(role)
		if why := b.unfit(s.i, login, b.date[s.i]); login != "" && len(why) > 0 {
			s.freed[role] = login + " is out: " + why[0].Why
			*a.at(role) = ""
		}
		s.open[role] = a.Who(role) == "" && (!keep || s.freed[role] != "")
	}
}

// promote lets who else is in the release lead it when nobody from outside
// can: one of them is better than none.
func (b *board) promote(s *slot) {
	day := b.date[s.i]
	can := func(p roster.Person) bool { return len(b.breaks(s.i, Lead, p, day)) == 0 }
	if !s.open[Lead] || !s.fixed || slices.ContainsFunc(b.people, can) {
		return
	}
	for _, role := range []Role{Backup, Shadow} {
		login := b.all[s.i].Who(role)
		p, known := b.person(login)
		if !known {
			continue
		}
		*b.all[s.i].at(role) = ""
		if can(p) {
			s.open[role], s.freed[role] = true, login+" is let go so that somebody can lead"
			s.spare.role, s.spare.login = role, login
			return
		}
		*b.all[s.i].at(role) = login
	}
}
