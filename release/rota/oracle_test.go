// SPDX-License-Identifier: Apache-2.0

package rota_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/release/rota"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// generate makes a project: some people, some history, something published.
func generate(r *rand.Rand, people, horizon int) rota.Input {
	zones := []string{"Europe/Berlin", "America/New_York", "Asia/Tokyo", "Europe/London"}
	names := []string{"alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"}
	in := rota.Input{Project: "lanner", Today: day("2027-01-05").AddDate(0, r.IntN(30), r.IntN(28)), Horizon: horizon}
	in.Rota.Rules = rota.Rules{Shadows: r.IntN(2), MostSlip: 14}
	for _, login := range names[:people] {
		p := roster.Person{Login: login, Lead: roster.LeadTerms{Shadows: min(1, r.IntN(5))}}
		if r.IntN(5) > 0 {
			zone, err := time.LoadLocation(zones[r.IntN(len(zones))])
			if err != nil {
				panic(err)
			}
			p.Zone = zone
			p.Region, _, _ = strings.Cut(zone.String(), "/")
		}
		if e := r.IntN(4); e > 0 {
			p.Employers = []roster.Employment{{Name: fmt.Sprint("employer ", e)}}
		}
		for range r.IntN(3) {
			from := in.Today.AddDate(0, 0, r.IntN(400))
			p.Away = append(p.Away, roster.Interval{From: from, Until: from.AddDate(0, 0, r.IntN(60))})
		}
		if r.IntN(4) == 0 {
			p.Joined = in.Today.AddDate(0, 0, r.IntN(500)-400)
		}
		if r.IntN(8) == 0 {
			p.Left = in.Today.AddDate(0, 0, r.IntN(500))
		}
		p.Lead.OptOut = r.IntN(10) == 0
		if r.IntN(3) == 0 {
			p.Lead.MostPerYear = 1 + r.IntN(2)
		}
		in.People = append(in.People, p)
	}
	if r.IntN(3) == 0 {
		in.Rota.Freezes = []rota.Freeze{{From: "12-20", Until: "01-05"}, {From: "2027-05-20", Until: "2027-06-03"}}
	}
	past(r, &in, names[:people])
	return in
}

// past lets some releases have been, and one or two be published.
func past(r *rand.Rand, in *rota.Input, names []string) {
	first := day("2027-01-01").AddDate(0, -2*r.IntN(8), 0)
	for minor := 1; minor < 20; minor++ {
		date := cadence(first)
		first = date.AddDate(0, 1, 5)
		if date.After(in.Today.AddDate(0, 2*r.IntN(3), 0)) {
			break
		}
		order := r.Perm(len(names))
		a := rota.Assignment{Version: fmt.Sprintf("v0.%d.0", minor), Date: date.Format(time.DateOnly), Lead: names[order[0]]}
		if len(names) > 2 {
			a.Backup, a.Shadow = names[order[1]], names[order[2]]
		}
		in.Rota.Releases = append(in.Rota.Releases, a)
	}
}

// cadence is the first last Tuesday of an odd month after a day.
func cadence(after time.Time) time.Time {
	for d := after.AddDate(0, 0, 1); ; d = d.AddDate(0, 0, 1) {
		if d.Month()%2 == 1 && d.Weekday() == time.Tuesday && d.AddDate(0, 0, 7).Month() != d.Month() {
			return d
		}
	}
}

// naive is the rules once more, written as they are told.
type naive struct {
	in  rota.Input
	all []rota.Assignment
}

func (o naive) day(i int) time.Time { return day(o.all[i].Date) }

func (o naive) member(p roster.Person, d time.Time) bool {
	return !d.Before(p.Joined) && (p.Left.IsZero() || d.Before(p.Left))
}

func (o naive) person(login string) (roster.Person, bool) {
	for _, p := range o.in.People {
		if p.Login == login {
			return p, true
		}
	}
	return roster.Person{}, false
}

func (o naive) absent(p roster.Person, d time.Time) bool {
	for _, a := range p.Away {
		if !d.Before(a.From) && (a.Until.IsZero() || !d.After(a.Until)) {
			return true
		}
	}
	return false
}

func (o naive) trained(p roster.Person) bool {
	n := p.Lead.Shadows
	for i, a := range o.all {
		if o.day(i).Before(o.in.Today) && (a.Shadow == p.Login || a.Lead == p.Login) {
			n++
		}
	}
	return n >= o.in.Rota.Rules.Shadows
}

func (o naive) spacing(d time.Time) int {
	n := 0
	for _, p := range o.in.People {
		if o.member(p, d) && !p.Lead.OptOut && o.trained(p) {
			n++
		}
	}
	return max(2, n/2)
}

func (o naive) pair(lead, backup roster.Person) bool {
	employer := func(p roster.Person) string {
		if len(p.Employers) == 0 {
			return p.Login
		}
		return p.Employers[0].Name
	}
	return (lead.Region == "" || lead.Region != backup.Region) && employer(lead) != employer(backup)
}

// may reports whether a login may have a role in release i.
func (o naive) may(i int, role rota.Role, login string) bool {
	a, d := o.all[i], o.day(i)
	p, known := o.person(login)
	if !known || o.absent(p, d) || !o.member(p, d) || p.Lead.OptOut {
		return false
	}
	for _, other := range rota.Roles {
		if other != role && a.Who(other) == login {
			return false
		}
	}
	if role == rota.Shadow {
		for j, b := range o.all {
			if j < i && b.Lead == login && o.day(j).AddDate(1, 0, 0).After(d) {
				return false
			}
		}
		return true
	}
	if !o.trained(p) {
		return false
	}
	other := rota.Lead
	if role == rota.Lead {
		other = rota.Backup
		year := 0
		for j, b := range o.all {
			if b.Lead != login {
				continue
			}
			if o.day(j).Year() == d.Year() {
				year++
			}
			if j < i && i-j < o.spacing(d) || j > i && j-i < o.spacing(o.day(j)) {
				return false
			}
		}
		if most := p.Lead.MostPerYear; most > 0 && year > most {
			return false
		}
	}
	q, known := o.person(a.Who(other))
	lead, backup := p, q
	if role == rota.Backup {
		lead, backup = q, p
	}
	return !known || o.pair(lead, backup)
}

func (o naive) load(i int, p roster.Person) (leads, credits int64) {
	for j, a := range o.all {
		if j == i || !o.day(j).After(o.day(i).AddDate(0, -24, 0)) {
			continue
		}
		team := int64(0)
		for _, q := range o.in.People {
			if o.member(q, o.day(j)) {
				team++
			}
		}
		part := func(who string) int64 {
			_, known := o.person(who)
			switch {
			case who == p.Login:
				return 1_000_000
			case who != "" && known && o.day(j).Before(p.Joined):
				return 1_000_000 / max(team, 1)
			}
			return 0
		}
		leads += part(a.Lead)
		credits += 3*part(a.Lead) + part(a.Backup) + part(a.Shadow)
	}
	return leads, credits
}

func (o naive) lot(i int, role rota.Role, login string, year int) int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "lanner %d %s %s %s", year, o.all[i].Version, role, login))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 44)
}

// costLead is what a lead of release i costs; base is the day without waiting
// for them.
func (o naive) costLead(i int, base time.Time, login string, alone bool) []int64 {
	p, _ := o.person(login)
	d := o.day(i)
	o.all = slices.Clone(o.all)
	o.all[i].Date = base.Format(time.DateOnly) // scores go by the day before the wait
	leads, credits := o.load(i, p)
	last, same := int64(0), 1
	for j, a := range o.all {
		if a.Lead == login && j < i {
			last = max(last, o.day(j).Unix()/86400)
		}
		if q, known := o.person(a.Lead); known && j != i && o.day(j).Year() == d.Year() && len(q.Employers) > 0 && len(p.Employers) > 0 && q.Employers[0] == p.Employers[0] {
			same++
		}
	}
	cost := []int64{0, 0, int64(d.Sub(base) / (24 * time.Hour)), leads, 0, last, credits, o.lot(i, rota.Lead, login, base.Year())}
	if alone {
		cost[1] = 1
	}
	if len(p.Employers) > 0 && same > 2 {
		cost[4] = 1
	}
	return cost
}

func (o naive) costOther(i int, role rota.Role, login string) []int64 {
	p, _ := o.person(login)
	_, credits := o.load(i, p)
	lot := o.lot(i, role, login, o.day(i).Year())
	if role == rota.Shadow {
		has := int64(0)
		n := p.Lead.Shadows
		for j, a := range o.all {
			if o.day(j).Before(o.in.Today) && (a.Shadow == login || a.Lead == login) {
				n++
			}
		}
		if n > 0 {
			has = 1
		}
		return []int64{has, credits, lot}
	}
	lead, _ := o.person(o.all[i].Lead)
	zones := int64(0)
	if lead.Zone != nil && p.Zone != nil {
		_, a := o.day(i).Add(12 * time.Hour).In(lead.Zone).Zone()
		_, b := o.day(i).Add(12 * time.Hour).In(p.Zone).Zone()
		apart := max(a-b, b-a)
		if apart > 12*3600 {
			apart = 24*3600 - apart
		}
		if apart > 6*3600 {
			zones++
		}
		if apart < 4*3600 {
			zones++
		}
	}
	return []int64{credits, zones, lot}
}

// brute tries every order of leads for the open releases.
type brute struct {
	naive
	open []int // releases whose three roles are to be filled
	base []time.Time
	best []int64
	plan []rota.Assignment
}

func (o *brute) try(n int, cost []int64) {
	if n == len(o.open) {
		if o.best == nil || slices.Compare(cost, o.best) < 0 {
			o.best, o.plan = slices.Clone(cost), slices.Clone(o.all)
		}
		return
	}
	i := o.open[n]
	empty := rota.Assignment{Version: o.all[i].Version, Date: o.base[n].Format(time.DateOnly)}
	for _, p := range o.in.People {
		o.all[i] = empty
		for wait := range 15 {
			d := o.base[n].AddDate(0, 0, wait)
			if o.free(d) && !o.absent(p, d) {
				o.all[i].Date = d.Format(time.DateOnly)
				break
			}
		}
		o.all[i].Lead = p.Login
		if !o.may(i, rota.Lead, p.Login) {
			continue
		}
		next := slices.Clone(cost)
		backup, backupCost := o.other(i, rota.Backup)
		o.all[i].Backup = backup
		if backup == "" {
			next[1]++
		}
		next = append(next, o.costLead(i, o.base[n], p.Login, backup == "")...)
		shadow, shadowCost := o.other(i, rota.Shadow)
		o.all[i].Shadow = shadow
		next = append(next, backupCost...)
		o.try(n+1, append(next, shadowCost...))
	}
	o.all[i] = empty
	next := append(slices.Clone(cost), 1)
	next[0]++
	o.try(n+1, append(next, make([]int64, 13)...))
}

func (o *brute) free(d time.Time) bool {
	if w := d.Weekday(); w == time.Friday || w == time.Saturday || w == time.Sunday {
		return false
	}
	if len(o.in.Rota.Freezes) == 0 {
		return true
	}
	s := d.Format(time.DateOnly)
	return s[5:] > "01-05" && s[5:] < "12-20" && (s < "2027-05-20" || s > "2027-06-03")
}

func (o *brute) other(i int, role rota.Role) (string, []int64) {
	who, best := "", []int64{0, 0, 0}
	for _, p := range o.in.People {
		if !o.may(i, role, p.Login) {
			continue
		}
		if cost := o.costOther(i, role, p.Login); who == "" || slices.Compare(cost, best) < 0 {
			who, best = p.Login, cost
		}
	}
	return who, best
}

// TestOracle holds the search against trying everything.
func TestOracle(t *testing.T) {
	t.Parallel()
	holes := 0
	for seed := range uint64(80) {
		r := rand.New(rand.NewPCG(seed, 1))
		in := generate(r, 1+r.IntN(6), 1+r.IntN(4))
		// The oracle fills whole releases: the coming ones are all open.
		in.Rota.Releases = slices.DeleteFunc(in.Rota.Releases, func(a rota.Assignment) bool { return !day(a.Date).Before(in.Today) })
		o := brute{naive: naive{in: in, all: slices.Clone(in.Rota.Releases)}}
		last := in.Today
		for range in.Horizon {
			last = cadence(last)
			base := last
			for !o.free(base) {
				base = base.AddDate(0, 0, 1)
			}
			o.open, o.base = append(o.open, len(o.all)), append(o.base, base)
			o.all = append(o.all, rota.Assignment{Version: fmt.Sprintf("v0.%d.0", len(o.all)+1), Date: base.Format(time.DateOnly)})
			last = base
		}
		o.try(0, []int64{0, 0})
		got, err := rota.Make(in)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range o.plan {
			have := got.Releases[i]
			if (have.Unstaffed != "") != (have.Lead == "") {
				t.Errorf("seed %d: %+v", seed, have)
			}
			if have.Unstaffed != "" {
				holes++
			}
			have.Slip, have.Unstaffed, want.Slip = 0, "", 0
			if have != want {
				t.Fatalf("seed %d, release %d of %d:\n got %+v\nwant %+v\ncost %v", seed, i, len(o.plan), have, want, o.best)
			}
		}
	}
	if holes == 0 {
		t.Error("no release was unstaffed: the inputs are too tame")
	}
}
