// SPDX-License-Identifier: Apache-2.0

package rota

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/lanner-project/lanner/maintainers/roster"
)

// Term is one number of a score. Less is better, and the first that differs
// decides.
type Term struct {
	Name  string `json:"name"`
	Value int64  `json:"value"`
	text  string
}

func (t Term) String() string {
	if t.text != "" {
		return t.Name + " " + t.text
	}
	return fmt.Sprintf("%s %d", t.Name, t.Value)
}

func compareScores(a, b []Term) int {
	return slices.CompareFunc(a, b, func(a, b Term) int { return cmp.Compare(a.Value, b.Value) })
}

// Credit is what a role counts. A patch counts one for who leads it.
const (
	leadWeight  = 3
	otherWeight = 1
	// unit makes the mean of newcomers a whole number.
	unit = 1_000_000
	// window is over how many months work is shared.
	window = 24
	// share is how many percent of a year's leads one employer has at most.
	share = 40
)

// Credits returns what each has done, by login: three for a lead, one for
// each other role and for a patch.
func Credits(releases []Assignment) map[string]int {
	all := make(map[string]int)
	for _, a := range releases {
		for _, role := range Roles {
			if who := a.Who(role); who != "" {
				all[who] += weight(a, role)
			}
		}
	}
	return all
}

func weight(a Assignment, role Role) int {
	if role == Lead && regular(a.Version) {
		return leadWeight
	}
	return otherWeight
}

// load is what somebody has done and is to do in the window of release i: how
// often they lead, and their credits, in units. Who joined meanwhile starts at
// the mean of the others, and not at nothing.
func (b *board) load(i int, p roster.Person) (leads, credits int64) {
	first := b.date[i].AddDate(0, -window, 0)
	for j, a := range b.all {
		if j == i || !b.date[j].After(first) {
			continue
		}
		for _, role := range Roles {
			who := a.Who(role)
			part := int64(0)
			switch {
			case who == "":
			case who == p.Login:
				part = unit
			case b.date[j].Before(p.Joined):
				if _, known := b.person(who); known {
					part = unit / b.team(b.date[j])
				}
			}
			credits += part * int64(weight(a, role))
			if role == Lead && b.turn[j] >= 0 {
				leads += part
			}
		}
	}
	return leads, credits
}

func (b *board) team(day time.Time) int64 {
	n := int64(0)
	for _, p := range b.people {
		if member(p, day) {
			n++
		}
	}
	return max(1, n)
}

// score says how well somebody fits a role of release i on a day. For lead,
// alone tells that nobody could be their backup.
func (b *board) score(i int, role Role, p roster.Person, day time.Time, alone bool) []Term {
	leads, credits := b.load(i, p)
	load := Term{"credits", credits, decimal(credits)}
	switch role {
	case Lead:
		rest, never := b.lastLed(i, p.Login), "never"
		if !rest.IsZero() {
			never = rest.Format(time.DateOnly)
		} else {
			rest = time.Unix(0, 0)
		}
		return []Term{
			{Name: "without-backup", Value: number01(alone)},
			{Name: "slip", Value: int64(daysBetween(b.date[i], day))},
			{"leads", leads, decimal(leads)},
			{Name: "employer-share", Value: b.overShare(i, p, day)},
			{"last-led", rest.Unix() / 86400, never},
			load,
			b.lot(i, role, p),
		}
	case Backup:
		lead, _ := b.person(b.all[i].Lead)
		return []Term{load, {Name: "time-zones", Value: zones(lead, p, day)}, b.lot(i, role, p)}
	}
	return []Term{{Name: "has-shadowed", Value: int64(min(1, b.shadowed(p, day)))}, load, b.lot(i, role, p)}
}

func decimal(units int64) string { return fmt.Sprintf("%.2f", float64(units)/unit) }

func number01(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// overShare is 1 if with this lead an employer had more than its share of the
// year's releases.
func (b *board) overShare(i int, p roster.Person, day time.Time) int64 {
	employer := p.Employer(day)
	if employer == "" {
		return 0
	}
	const perYear = 6
	n := 1
	for j, a := range b.all {
		if lead, known := b.person(a.Lead); known && j != i && b.turn[j] >= 0 && b.date[j].Year() == day.Year() && lead.Employer(b.date[j]) == employer {
			n++
		}
	}
	return number01(n*100 > perYear*share)
}

// The hours of work, local time.
const opens, closes = 9, 17

// zones is how far two people are from what one wants: at least two hours of
// work in common, and clocks at least four hours apart.
func zones(a, b roster.Person, day time.Time) int64 {
	if a.Zone == nil || b.Zone == nil {
		return 0
	}
	offset := func(z *time.Location) int {
		_, seconds := time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, time.UTC).In(z).Zone()
		return seconds
	}
	apart := offset(a.Zone) - offset(b.Zone)
	apart = max(apart, -apart)
	apart = min(apart, 24*3600-apart)
	common := (closes-opens)*3600 - apart
	return number01(common < 2*3600) + number01(apart < 4*3600)
}

// lot decides between equals: by the project, the year, the release and the
// login, so that it is the same for everybody who looks.
func (b *board) lot(i int, role Role, p roster.Person) Term {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s %s %s", b.seed, b.date[i].Year(), b.all[i].Version, role, p.Login))
	return Term{Name: "lot", Value: int64(binary.BigEndian.Uint64(sum[:8]) >> 44)}
}
