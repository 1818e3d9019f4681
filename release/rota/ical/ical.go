// SPDX-License-Identifier: Apache-2.0

// Package ical writes the rotation as calendars (RFC 5545).
//
// A calendar follows from the history of rotation.yaml alone: the sequence
// number of an event counts its changes, its time stamp is that of the commit
// that changed it last, and what is no more is kept as cancelled. So the same
// history gives the same bytes. It does no I/O; release/cmd imports it.
package ical

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/release/rota"
)

// Snapshot is the rotation from some commit on.
type Snapshot struct {
	At   time.Time
	Rota rota.Rota
}

// Options say what a calendar shows. With no Role and no Person it shows all.
type Options struct {
	// Project makes the events' names unlike those of other projects:
	// "lanner.lanner-project.github.com".
	Project string
	Role    rota.Role
	Person  string
	// People tell the hour of the cut, ten in the morning where the lead is.
	People []roster.Person
}

// event is one entry as it is after some commit.
type event struct {
	uid, summary, text string
	who                string // empty for the cut
	role               rota.Role
	people             []string // for whom it is
	day                time.Time
	cut                time.Time // zero for a week
	tentative          bool
}

// equal compares what people see.
func (e event) equal(o event) bool {
	return e.summary == o.summary && e.text == o.text && e.day.Equal(o.day) && e.cut.Equal(o.cut) && e.tentative == o.tentative && slices.Equal(e.people, o.people)
}

// state is an event with its history.
type state struct {
	event
	sequence  int
	at        time.Time
	cancelled bool
	// past are the versions of it before, for feeds that it left.
	past []event
}

// Feed writes a calendar.
//
// Preconditions: history is by time, and not empty.
func Feed(history []Snapshot, o Options) []byte {
	name := "Releases"
	switch {
	case o.Person != "":
		name = "Releases: " + o.Person
	case o.Role != "":
		name = "Releases: " + string(o.Role)
	}
	w := &writer{}
	w.line("BEGIN:VCALENDAR")
	w.line("VERSION:2.0")
	w.line("PRODID:-//Lanner//release rota//EN")
	w.line("CALSCALE:GREGORIAN")
	w.line("METHOD:PUBLISH")
	w.text("NAME", name)
	w.text("X-WR-CALNAME", name)
	w.line("REFRESH-INTERVAL;VALUE=DURATION:PT12H")
	w.line("X-PUBLISHED-TTL:PT12H")
	for _, s := range follow(history, o) {
		if shown, gone := o.shows(s); shown {
			w.event(s, gone)
		}
	}
	w.line("END:VCALENDAR")
	return []byte(w.b.String())
}

// follow runs through the history. The states are in order of their first day
// and name.
func follow(history []Snapshot, o Options) []*state {
	states := make(map[string]*state)
	for _, snapshot := range history {
		there := make(map[string]bool)
		for _, e := range events(snapshot.Rota, o) {
			there[e.uid] = true
			s, known := states[e.uid]
			switch {
			case !known:
				states[e.uid] = &state{event: e, at: snapshot.At}
			case !s.equal(e) || s.cancelled:
				s.past = append(s.past, s.event)
				s.event, s.cancelled, s.at = e, false, snapshot.At
				s.sequence++
			}
		}
		for uid, s := range states {
			if !there[uid] && !s.cancelled {
				s.cancelled, s.at = true, snapshot.At
				s.sequence++
			}
		}
	}
	var all []*state
	for _, s := range states {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *state) int {
		if d := a.day.Compare(b.day); d != 0 {
			return d
		}
		return strings.Compare(a.uid, b.uid)
	})
	return all
}

// shows reports whether a feed has an event, and whether as cancelled there:
// who gave a role away must see that it is gone.
func (o Options) shows(s *state) (shown, gone bool) {
	if o.matches(s.event) {
		return true, s.cancelled
	}
	if i := slices.IndexFunc(s.past, o.matches); i >= 0 {
		return true, true
	}
	return false, false
}

func (o Options) matches(e event) bool {
	return (o.Role == "" || o.Role == e.role) && (o.Person == "" || slices.Contains(e.people, o.Person))
}

// events are those of the rotation: a week for each role, and the cut.
func events(r rota.Rota, o Options) []event {
	var all []event
	for _, a := range r.Releases {
		day, err := time.Parse(time.DateOnly, a.Date)
		if err != nil {
			continue // nobody knows when
		}
		monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
		for _, role := range rota.Roles {
			who := a.Who(role)
			e := event{
				uid: fmt.Sprintf("%s-%s@%s", a.Version, role, o.Project), who: who, role: role, people: []string{who}, day: monday,
				summary: fmt.Sprintf("%s: %s is %s", a.Version, who, role), text: fmt.Sprintf("%s is %s of %s, which is meant for %s.", who, role, a.Version, a.Date),
			}
			if who == "" {
				if role != rota.Lead {
					continue
				}
				e.people, e.tentative = nil, true
				e.summary, e.text = fmt.Sprintf("%s: nobody is %s", a.Version, role), a.Unstaffed
			}
			if a.Slip > 0 {
				e.text += fmt.Sprintf(" It is %d days later than usual.", a.Slip)
			}
			all = append(all, e)
		}
		if a.Lead != "" {
			all = append(all, event{
				uid: fmt.Sprintf("%s-cut@%s", a.Version, o.Project), role: rota.Lead, people: []string{a.Lead, a.Backup, a.Shadow}, day: day, cut: morning(day, a.Lead, o.People),
				summary: a.Version + ": release cut", text: fmt.Sprintf("%s cuts %s.", a.Lead, a.Version),
			})
		}
	}
	return all
}

func morning(day time.Time, login string, people []roster.Person) time.Time {
	zone := time.UTC
	for _, p := range people {
		if p.Login == login && p.Zone != nil {
			zone = p.Zone
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, zone).UTC()
}

// writer writes content lines.
type writer struct{ b strings.Builder }

const (
	dateFormat = "20060102"
	timeFormat = "20060102T150405Z"
)

func (w *writer) event(s *state, gone bool) {
	w.line("BEGIN:VEVENT")
	w.text("UID", s.uid)
	w.line(fmt.Sprintf("SEQUENCE:%d", s.sequence))
	w.line("DTSTAMP:" + s.at.UTC().Format(timeFormat))
	w.line("LAST-MODIFIED:" + s.at.UTC().Format(timeFormat))
	if s.cut.IsZero() {
		w.line("DTSTART;VALUE=DATE:" + s.day.Format(dateFormat))
		w.line("DTEND;VALUE=DATE:" + s.day.AddDate(0, 0, 5).Format(dateFormat))
		w.line("TRANSP:TRANSPARENT")
	} else {
		w.line("DTSTART:" + s.cut.Format(timeFormat))
		w.line("DTEND:" + s.cut.Add(time.Hour).Format(timeFormat))
	}
	status := "CONFIRMED"
	switch {
	case gone:
		status = "CANCELLED"
	case s.tentative:
		status = "TENTATIVE"
	}
	w.line("STATUS:" + status)
	w.text("SUMMARY", s.summary)
	w.text("DESCRIPTION", s.text)
	if s.cut.IsZero() && !gone {
		for _, days := range []int{14, 7, 1} {
			w.line("BEGIN:VALARM")
			w.line("ACTION:DISPLAY")
			w.text("DESCRIPTION", s.summary)
			w.line(fmt.Sprintf("TRIGGER:-P%dD", days))
			w.line("END:VALARM")
		}
	}
	w.line("END:VEVENT")
}

// escape is what text values need (RFC 5545, 3.3.11).
var escape = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

func (w *writer) text(name, value string) { w.line(name + ":" + escape.Replace(value)) }

// line writes one content line, folded such that no line has more than 75
// octets and no character is torn apart (RFC 5545, 3.1).
func (w *writer) line(s string) {
	const most = 75
	for room := most; len(s) > room; room = most - 1 {
		cut := room
		for cut > 1 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		w.b.WriteString(s[:cut] + "\r\n ")
		s = s[cut:]
	}
	w.b.WriteString(s + "\r\n")
}
