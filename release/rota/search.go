// SPDX-License-Identifier: Apache-2.0

package rota

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/maintainers/roster"
)

// search fills the slots in their order. Only who leads couples one release to
// the others by a hard rule, so that a search over leads alone tells exactly
// how few releases must go without.
type search struct {
	*board
	slots   []slot
	options [][]option // those of each slot, by login
	least   int        // the least spacing of any option, and
	most    int        // the most
	chosen  []string   // who leads each slot; empty is nobody, or nobody yet
	aim     holes      // what can be reached at best
	known   map[string]holes
}

// option is somebody who may lead a slot as far as what is published says.
type option struct {
	login string
	day   time.Time
	// alone: nobody could be the backup. room is how many more releases of
	// that year they lead.
	alone         bool
	room, spacing int
}

const unlimited = 1 << 30

// holes are how many releases have no lead, and how many others no backup.
type holes struct{ leads, backups int }

func (h holes) less(o holes) bool {
	return h.leads < o.leads || h.leads == o.leads && h.backups < o.backups
}

func (h holes) plus(leads, backups int) holes { return holes{h.leads + leads, h.backups + backups} }

func newSearch(b *board, slots []slot) *search {
	s := &search{board: b, slots: slots, chosen: make([]string, len(slots)), known: make(map[string]holes), least: 1 << 30}
	for n := range slots {
		s.options = append(s.options, s.possible(n))
	}
	s.aim = s.fewest(0)
	return s
}

// possible lists who may lead a slot.
func (s *search) possible(n int) []option {
	slot := s.slots[n]
	if !slot.open[Lead] || slot.noDay {
		return nil
	}
	var all []option
	for _, p := range s.people {
		day := s.dayFor(n, p)
		if len(s.breaks(slot.i, Lead, p, day)) > 0 {
			continue
		}
		o := option{login: p.Login, day: day, alone: s.alone(n, p, day), room: unlimited, spacing: s.spacing(day)}
		s.least, s.most = min(s.least, o.spacing), max(s.most, o.spacing)
		if most := p.Lead.MostPerYear; most > 0 {
			o.room = most
			for j, a := range s.all {
				if s.turn[j] >= 0 && a.Lead == p.Login && s.date[j].Year() == day.Year() {
					o.room--
				}
			}
		}
		all = append(all, o)
	}
	return all
}

// dayFor is the day of a slot with somebody as its lead: it waits for them,
// but not for long.
func (s *search) dayFor(n int, p roster.Person) time.Time {
	base := s.date[s.slots[n].i]
	if s.slots[n].fixed {
		return base
	}
	day, ok := s.rota.shift(base, func(d time.Time) bool { return !s.away(p.Login, d) })
	if !ok || daysBetween(base, day) > s.rota.Rules.MostSlip {
		return base
	}
	return day
}

// alone reports whether nobody could be the backup if p led.
func (s *search) alone(n int, p roster.Person, day time.Time) bool {
	slot := s.slots[n]
	if !slot.open[Backup] {
		return false
	}
	a := &s.all[slot.i]
	was := a.Lead
	a.Lead = p.Login
	defer func() { a.Lead = was }()
	return !slices.ContainsFunc(s.people, func(q roster.Person) bool { return len(s.breaks(slot.i, Backup, q, day)) == 0 })
}

// fits reports whether an option for slot n goes with those chosen for the
// slots before it.
func (s *search) fits(n int, o option) bool {
	sameYear := 0
	for m := range n {
		if s.chosen[m] != o.login {
			continue
		}
		if s.turn[s.slots[n].i]-s.turn[s.slots[m].i] < o.spacing && !slices.Contains(s.rota.Rules.Relax, RuleSpacing) {
			return false
		}
		if s.optionOf(m).day.Year() == o.day.Year() {
			sameYear++
		}
	}
	return sameYear < o.room
}

func (s *search) optionOf(n int) option {
	i := slices.IndexFunc(s.options[n], func(o option) bool { return o.login == s.chosen[n] })
	return s.options[n][i]
}

// fewest returns the fewest holes of the slots from n on, with those chosen
// before. It stops at the first way that reaches the bound, and keeps what it
// found: what comes after depends only on the latest leads and on who has
// reached their most of a year.
func (s *search) fewest(n int) holes {
	if n == len(s.slots) {
		return holes{}
	}
	if !s.slots[n].open[Lead] {
		return s.fewest(n + 1)
	}
	key := s.key(n)
	if h, ok := s.known[key]; ok {
		return h
	}
	low, best := s.bound(n), holes{1 << 30, 0}
	try := func(login string, leads, backups int) {
		if !low.less(best) {
			return
		}
		s.chosen[n] = login
		if h := s.fewest(n+1).plus(leads, backups); h.less(best) {
			best = h
		}
		s.chosen[n] = ""
	}
	for _, alone := range []bool{false, true} {
		for _, o := range s.options[n] {
			if o.alone == alone && s.fits(n, o) {
				try(o.login, 0, int(number01(alone)))
			}
		}
	}
	try("", 1, 0)
	s.known[key] = best
	return best
}

// key is what the slots from n on depend on of those before.
func (s *search) key(n int) string {
	var b strings.Builder
	fmt.Fprint(&b, n)
	for m := range n {
		if s.chosen[m] == "" {
			continue
		}
		o := s.optionOf(m)
		near := s.turn[s.slots[n].i]-s.turn[s.slots[m].i] < s.most
		if near {
			fmt.Fprintf(&b, " %d %s", m, o.login)
		}
		if o.room < unlimited {
			fmt.Fprintf(&b, " %s/%d", o.login, o.day.Year())
		}
	}
	return b.String()
}

// bound is how many holes the slots from n on have at least. Releases that are closer together than
// the spacing need a lead each, another one each: the largest matching tells how
// many have one, and that of people who would have a backup, how many have both.
func (s *search) bound(n int) holes {
	var have holes
	for n < len(s.slots) {
		first := s.turn[s.slots[n].i]
		var group []int
		for ; n < len(s.slots) && (len(group) == 0 || s.turn[s.slots[n].i]-first < s.reach()); n++ {
			if s.slots[n].open[Lead] {
				group = append(group, n)
			}
		}
		led, both := s.matching(group, true), s.matching(group, false)
		have.leads += len(group) - led
		have.backups += led - both
	}
	return have
}

func (s *search) reach() int {
	if slices.Contains(s.rota.Rules.Relax, RuleSpacing) {
		return 1
	}
	return s.least
}

func (s *search) matching(group []int, alone bool) int {
	taken := make(map[string]int) // the slot of each
	var seen map[string]bool
	var find func(n int) bool
	find = func(n int) bool {
		for _, o := range s.options[n] {
			if seen[o.login] || o.alone && !alone || !s.fits(n, o) {
				continue
			}
			seen[o.login] = true
			if other, busy := taken[o.login]; !busy || find(other) {
				taken[o.login] = n
				return true
			}
		}
		return false
	}
	size := 0
	for _, n := range group {
		seen = make(map[string]bool)
		if find(n) {
			size++
		}
	}
	return size
}

// decide fills slot n, and says why so. Those before it are filled.
func (s *search) decide(n int) Decision {
	slot := s.slots[n]
	a := &s.all[slot.i]
	d := Decision{Nominal: slot.nominal.Format(time.DateOnly)}
	for _, role := range Roles {
		candidates := s.candidates(n, role)
		r := RoleDecision{Role: role, Login: a.Who(role), Published: !slot.open[role], Freed: slot.freed[role]}
		switch {
		case r.Published:
		case role != Lead && a.Lead == "":
			r.Unstaffed = "nobody leads it"
		default:
			if c := s.pick(n, role, candidates); c != nil {
				r.Login = c.Login
				*a = a.With(role, c.Login)
				if role == Lead {
					s.chosen[n], s.date[slot.i] = c.Login, c.day
					if !slot.fixed {
						a.Date, a.Slip = c.day.Format(time.DateOnly), daysBetween(slot.nominal, c.day)
					}
				}
			} else if role == Lead {
				s.restore(n)
			}
		}
		r.Candidates = candidates
		d.Roles = append(d.Roles, r)
	}
	return d
}

// restore puts back who was let go to lead, and then did not.
func (s *search) restore(n int) {
	slot := &s.slots[n]
	if slot.spare.login == "" {
		return
	}
	*s.all[slot.i].at(slot.spare.role) = slot.spare.login
	slot.open[slot.spare.role] = false
	delete(slot.freed, slot.spare.role)
}

// explain completes a decision when all are made: only then it is known what
// stands against those who could not be taken.
func (s *search) explain(n int, d *Decision) {
	a := &s.all[s.slots[n].i]
	for i := range d.Roles {
		r := &d.Roles[i]
		if r.Login != "" || r.Role == Shadow || r.Unstaffed != "" {
			continue
		}
		if !s.slots[n].open[r.Role] { // it was to stay as it was
			r.Unstaffed = map[Role]string{Lead: a.Unstaffed}[r.Role]
			continue
		}
		r.Candidates = s.candidates(n, r.Role)
		r.Unstaffed = relaxing(r.Role, r.Candidates)
	}
	if a.Lead == "" {
		a.Unstaffed = d.Roles[0].Unstaffed
	}
	d.Assignment = *a
}

// candidates are all people for a role, the best first.
func (s *search) candidates(n int, role Role) []Candidate {
	slot := s.slots[n]
	var all []Candidate
	for _, p := range s.people {
		c := Candidate{Login: p.Login, person: p, day: s.date[slot.i]}
		if role == Lead {
			c.day = s.dayFor(n, p)
		}
		c.Rejected = s.breaks(slot.i, role, p, c.day)
		if slot.noDay {
			c.Rejected = append(c.Rejected, Rejection{RuleFreeze, "there is no day for it before the next one"})
		}
		slices.SortStableFunc(c.Rejected, func(a, b Rejection) int { return ruleRank(a.Rule) - ruleRank(b.Rule) })
		if len(c.Rejected) == 0 {
			c.Score = s.score(slot.i, role, p, c.day, role == Lead && s.alone(n, p, c.day))
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Candidate) int {
		if d := number01(len(a.Rejected) > 0) - number01(len(b.Rejected) > 0); d != 0 {
			return int(d)
		}
		if d := compareScores(a.Score, b.Score); d != 0 {
			return d
		}
		return strings.Compare(a.Login, b.Login)
	})
	return all
}

// pick returns the best candidate with whom as few releases lack people as
// can be; those who are needed later are marked.
func (s *search) pick(n int, role Role, candidates []Candidate) *Candidate {
	for i := range candidates {
		c := &candidates[i]
		if len(c.Rejected) > 0 {
			return nil
		}
		if role != Lead || s.reaches(n, c) {
			return c
		}
		c.Needed = true
	}
	return nil
}

// reaches reports whether with this lead of slot n, what can be reached at
// best still can.
func (s *search) reaches(n int, c *Candidate) bool {
	defer func(was string) { s.chosen[n] = was }(s.chosen[n])
	s.chosen[n] = c.Login
	have := s.sofar(n)
	return s.fewest(n+1).plus(have.leads, have.backups) == s.aim
}

// sofar counts the holes of the slots up to n.
func (s *search) sofar(n int) holes {
	var h holes
	for m := range n + 1 {
		switch {
		case !s.slots[m].open[Lead]:
		case s.chosen[m] == "":
			h.leads++
		case s.optionOf(m).alone:
			h.backups++
		}
	}
	return h
}

func ruleRank(r Rule) int { return slices.Index(rulesInOrder, r) }

// relaxing says which rules would have to give way for a role: first such as
// the project sets itself, then the fewest, then the least important.
func relaxing(role Role, candidates []Candidate) string {
	theirs := func(c Candidate) int {
		n := 0
		for _, r := range c.Rejected {
			if r.Rule != RuleBusy && !slices.Contains(relaxable, r.Rule) {
				n++
			}
		}
		return n
	}
	best := slices.MinFunc(candidates, func(a, b Candidate) int {
		if d := theirs(a) - theirs(b); d != 0 {
			return d
		}
		if d := len(a.Rejected) - len(b.Rejected); d != 0 {
			return d
		}
		for i := range a.Rejected {
			if d := ruleRank(a.Rejected[i].Rule) - ruleRank(b.Rejected[i].Rule); d != 0 {
				return d
			}
		}
		return 0
	})
	verb := map[Role]string{Lead: "lead it", Backup: "back it up"}[role]
	if len(best.Rejected) == 0 {
		return best.Login + " could " + verb + ", but is needed for a later release"
	}
	var rules, whys []string
	for _, r := range best.Rejected {
		rules, whys = append(rules, string(r.Rule)), append(whys, r.Why)
	}
	return "without the rule " + strings.Join(rules, " and ") + ", " + best.Login + " could " + verb + " (" + strings.Join(whys, "; ") + ")"
}
