// SPDX-License-Identifier: Apache-2.0

package rota

import (
	"fmt"
	"strings"
	"time"
)

// checkpoints are how many days before a release people are reminded of it,
// by the checklist of its issue. The alarms of the calendars ring on the same
// days.
var checkpoints = []int{1, 7, 14}

// Reminder is what is to be said about a coming release, once for each Days.
type Reminder struct {
	Assignment
	// Days is the checkpoint that was passed last, 14, 7 or 1 days before it;
	// 0 is before the first.
	Days int
	// Text is for its people, who are named with an @. It is empty before the
	// first checkpoint.
	Text string
	// Urgent: somebody has to act, or there is no release.
	Urgent bool
}

// Reminders returns what is to be said today about the releases of the next
// so many days, in their order.
func Reminders(in Input, ahead int) ([]Reminder, error) {
	problems, err := Problems(in)
	if err != nil {
		return nil, err
	}
	today, err := time.Parse(time.DateOnly, in.Today.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	var all []Reminder
	for _, a := range in.Rota.Releases {
		day, err := time.Parse(time.DateOnly, a.Date)
		if err != nil {
			continue // without a day there is nothing to count
		}
		left := int(day.Sub(today).Hours() / 24)
		if left < 0 || left > ahead {
			continue
		}
		r := Reminder{Assignment: a}
		for _, c := range checkpoints {
			if left <= c {
				r.Days = c
				break
			}
		}
		if r.Days > 0 {
			r.say(problems, left)
		}
		all = append(all, r)
	}
	return all, nil
}

func (r *Reminder) say(problems []Problem, left int) {
	var b strings.Builder
	when := fmt.Sprintf("in %d days, on %s", left, r.Date)
	switch left {
	case 0:
		when = "today"
	case 1:
		when = "tomorrow"
	}
	fmt.Fprintf(&b, "%s is to be released %s.", r.Version, when)
	for _, role := range []struct{ login, does string }{{r.Lead, "leads it"}, {r.Backup, "steps in"}, {r.Shadow, "learns it"}} {
		if role.login != "" {
			fmt.Fprintf(&b, " @%s %s.", role.login, role.does)
		}
	}
	for _, p := range problems {
		if p.Version != r.Version {
			continue
		}
		r.Urgent = r.Urgent || p.Urgent
		fmt.Fprintf(&b, "\n\n**%s**", p.Message)
	}
	if r.Urgent {
		b.WriteString("\n\nSomebody has to take it: `/release-lead take " + r.Version + "`, and `/release-lead next` says who may.")
	}
	r.Text = b.String()
}
