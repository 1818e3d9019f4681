// SPDX-License-Identifier: Apache-2.0

package rota

import (
	"fmt"
	"slices"
	"time"

	"github.com/lanner-project/lanner/maintainers/roster"
)

// Rule is a hard rule: who breaks one has no role.
type Rule string

// The hard rules. The order is that of how much a project gives up by relaxing
// them, least first.
const (
	RuleRegion   Rule = "region"        // backup and lead are in different regions
	RuleEmployer Rule = "employer"      // and have different employers
	RuleSpacing  Rule = "spacing"       // nobody leads soon again
	RuleMost     Rule = "most-per-year" // nobody leads more often than they said
	RuleShadows  Rule = "shadows"       // who leads or takes over has shadowed before
	RuleLed      Rule = "led"           // who has led in the last year learns nothing as a shadow
	RuleDeclined Rule = "declined"      // they said no
	RuleAway     Rule = "away"          // they are not there
	RuleOptOut   Rule = "opt-out"       // they take no part
	RuleTeam     Rule = "team"          // they have not joined, or left
	RuleFreeze   Rule = "freeze"        // nothing may be released for weeks
	RuleBusy     Rule = "busy"          // they have another role in the release
)

var (
	rulesInOrder = []Rule{RuleRegion, RuleEmployer, RuleSpacing, RuleMost, RuleShadows, RuleLed, RuleDeclined, RuleAway, RuleOptOut, RuleTeam, RuleFreeze, RuleBusy}
	// relaxable are those about the project; the others are about people, who
	// alone can give way.
	relaxable = []Rule{RuleRegion, RuleEmployer, RuleSpacing, RuleShadows, RuleLed}
)

// Rejection is a rule that somebody would break, and how.
type Rejection struct {
	Rule Rule   `json:"rule"`
	Why  string `json:"why"`
}

// board is the rotation while it is planned.
type board struct {
	rota   Rota
	people []roster.Person // by login
	// all are the releases, with what has been chosen so far; turn is the
	// place of each among the regular ones, or -1.
	all  []Assignment
	turn []int
	// date is the day of each.
	date []time.Time
	// today parts what is done from what can be changed.
	today time.Time
	seed  string
}

func (b *board) person(login string) (roster.Person, bool) {
	i, ok := slices.BinarySearchFunc(b.people, login, func(p roster.Person, login string) int {
		switch {
		case p.Login < login:
			return -1
		case p.Login > login:
			return 1
		}
		return 0
	})
	if !ok {
		return roster.Person{}, false
	}
	return b.people[i], true
}

func (b *board) away(login string, day time.Time) bool {
	p, _ := b.person(login)
	return p.AwayOn(day) || slices.ContainsFunc(b.rota.Away, func(a Absence) bool { return a.Login == login && a.Covers(day) })
}

// member reports whether somebody is of the team on a day.
func member(p roster.Person, day time.Time) bool {
	return !day.Before(p.Joined) && (p.Left.IsZero() || day.Before(p.Left))
}

// unfit returns why somebody can't have any role in release i on a day: what
// makes a published slot invalid, too.
func (b *board) unfit(i int, login string, day time.Time) []Rejection {
	p, known := b.person(login)
	var why []Rejection
	if !known || !member(p, day) {
		why = append(why, Rejection{RuleTeam, "not of the team on " + day.Format(time.DateOnly)})
	}
	if p.Lead.OptOut {
		why = append(why, Rejection{RuleOptOut, "takes no part in releases"})
	}
	if b.away(login, day) {
		why = append(why, Rejection{RuleAway, "away on " + day.Format(time.DateOnly)})
	}
	if slices.Contains(b.rota.Declined, Refusal{b.all[i].Version, login}) {
		why = append(why, Rejection{RuleDeclined, "declined " + b.all[i].Version})
	}
	return why
}

// breaks returns the hard rules that somebody would break in a role of release
// i on a day.
func (b *board) breaks(i int, role Role, p roster.Person, day time.Time) []Rejection {
	why := b.unfit(i, p.Login, day)
	if other := b.all[i].RoleOf(p.Login); other != "" && other != role {
		why = append(why, Rejection{RuleBusy, fmt.Sprintf("is its %s", other)})
	}
	if need := b.rota.Rules.Shadows; role != Shadow && b.shadowed(p, day) < need {
		why = append(why, Rejection{RuleShadows, fmt.Sprintf("has shadowed %d of %d", b.shadowed(p, day), need)})
	}
	switch role {
	case Lead:
		why = append(why, b.tooOften(i, p, day)...)
		if backup, ok := b.person(b.all[i].Backup); ok {
			why = append(why, apart(p, backup, day)...)
		}
	case Backup:
		if lead, ok := b.person(b.all[i].Lead); ok {
			why = append(why, apart(lead, p, day)...)
		}
	case Shadow:
		if last := b.lastLed(i, p.Login); !last.IsZero() && last.After(day.AddDate(-1, 0, 0)) {
			why = append(why, Rejection{RuleLed, "has led on " + last.Format(time.DateOnly)})
		}
	}
	return slices.DeleteFunc(why, func(r Rejection) bool { return slices.Contains(b.rota.Rules.Relax, r.Rule) })
}

// tooOften are the rules about how often somebody leads.
func (b *board) tooOften(i int, p roster.Person, day time.Time) []Rejection {
	var why []Rejection
	sameYear := 0
	for j, a := range b.all {
		if j == i || a.Lead != p.Login || b.turn[j] < 0 {
			continue
		}
		if b.date[j].Year() == day.Year() {
			sameYear++
		}
		gap, later := b.turn[i]-b.turn[j], day
		if gap < 0 {
			gap, later = -gap, b.date[j]
		}
		if k := b.spacing(later); gap < k && len(why) == 0 {
			why = append(why, Rejection{RuleSpacing, fmt.Sprintf("leads %s, and that is fewer than %d releases away", a.Version, k)})
		}
	}
	if most := p.Lead.MostPerYear; most > 0 && sameYear >= most {
		why = append(why, Rejection{RuleMost, fmt.Sprintf("leads %d in %d already", sameYear, day.Year())})
	}
	return why
}

// spacing is how many releases later somebody leads again at the earliest.
func (b *board) spacing(day time.Time) int {
	if k := b.rota.Rules.Spacing; k > 0 {
		return k
	}
	n := 0
	for _, p := range b.people {
		if member(p, day) && !p.Lead.OptOut && b.shadowed(p, day) >= b.rota.Rules.Shadows {
			n++
		}
	}
	return max(2, n/2)
}

// shadowed counts the releases that somebody has shadowed, or led, and that
// are done.
func (b *board) shadowed(p roster.Person, before time.Time) int {
	n := p.Lead.Shadows
	for j, a := range b.all {
		if (a.Shadow == p.Login || a.Lead == p.Login) && b.date[j].Before(b.today) && b.date[j].Before(before) {
			n++
		}
	}
	return n
}

// lastLed is when somebody led last before release i.
func (b *board) lastLed(i int, login string) time.Time {
	var last time.Time
	for j, a := range b.all {
		if j != i && a.Lead == login && b.date[j].Before(b.date[i]) && b.date[j].After(last) {
			last = b.date[j]
		}
	}
	return last
}

// apart are the rules about lead and backup.
func apart(lead, backup roster.Person, day time.Time) []Rejection {
	var why []Rejection
	if lead.Login == backup.Login {
		return nil // another rule says it
	}
	if lead.Region != "" && lead.Region == backup.Region {
		why = append(why, Rejection{RuleRegion, fmt.Sprintf("%s and %s are both in %s", lead.Login, backup.Login, lead.Region)})
	}
	if e := lead.Employer(day); e != "" && e == backup.Employer(day) {
		why = append(why, Rejection{RuleEmployer, fmt.Sprintf("%s and %s are both at %s", lead.Login, backup.Login, e)})
	}
	return why
}
