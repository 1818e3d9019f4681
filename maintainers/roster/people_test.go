// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/maintainers/roster"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestPeople(t *testing.T) {
	t.Parallel()
	people, err := roster.ParsePeople("people.yaml", []byte(`
- {login: bob}
- login: Alice
  zone: Europe/Berlin
  joined: 2026-01-01
  employers: [{name: One, until: 2026-12-31}, {name: Two, from: 2027-01-01}]
  away: [{from: 2027-03-01, until: 2027-03-20}, {from: 2028-01-01}]
  release_lead: {opt_out: true, most_per_year: 2, shadows: 1}
`))
	if err != nil || len(people) != 2 {
		t.Fatal(people, err)
	}
	a := people[0]
	if a.Login != "alice" || a.Region != "Europe" || a.Zone.String() != "Europe/Berlin" || a.Lead != (roster.LeadTerms{OptOut: true, MostPerYear: 2, Shadows: 1}) {
		t.Errorf("alice is %+v", a)
	}
	for on, want := range map[string]string{"2020-01-01": "One", "2026-12-31": "One", "2027-01-01": "Two"} {
		if got := a.Employer(day(on)); got != want {
			t.Errorf("on %s alice works for %q, want %q", on, got, want)
		}
	}
	for on, want := range map[string]bool{"2027-02-28": false, "2027-03-01": true, "2027-03-20": true, "2027-03-21": false, "2031-01-01": true} {
		if got := a.AwayOn(day(on)); got != want {
			t.Errorf("alice is away on %s: %v", on, got)
		}
	}
	if people[1].Employer(day("2027-01-01")) != "" || people[1].AwayOn(day("2027-01-01")) {
		t.Errorf("bob is %+v", people[1])
	}
}

func TestPeopleMistakes(t *testing.T) {
	t.Parallel()
	_, err := roster.ParsePeople("people.yaml", []byte(`- login: "@alice"
- login: bob
  zone: Mars/Olympus
- login: carol
  zone: Local
  joined: 1.1.2027
  away: [{from: 2027-03-02, until: 2027-03-01, why: x}]
- login: dave
  employers: [{from: 2027-01-01}]
  release_lead: {opt_out: maybe, most_per_year: -1}
- login: Bob
  nmae: Bob
- name: Nobody
`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`people.yaml:1:10: login is "@alice"`, `people.yaml:3:9: zone is "Mars/Olympus"`, `people.yaml:5:9: zone is "Local"`,
		`people.yaml:6:11: "1.1.2027" is no day`, `people.yaml:7:48: unknown key "why"`, `people.yaml:7:10: it ends on 2027-03-01`,
		`people.yaml:9:15: name is missing`, `people.yaml:10:27: want true or false`, `people.yaml:10:49: "-1" is no such number`,
		`people.yaml:11:3: bob is there twice`, `people.yaml:12:3: unknown key "nmae"`, `people.yaml:13:3: login is missing`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the errors lack %q:\n%v", want, err)
		}
	}
	if _, err := roster.ParsePeople("people.yaml", []byte("alice: bob\n")); err == nil || !strings.Contains(err.Error(), "want a list") {
		t.Errorf("a mapping: %v", err)
	}
}

// TestOurPeople: whoever maintains the whole repository is among the people.
func TestOurPeople(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../people.yaml")
	if err != nil {
		t.Fatal(err)
	}
	people, err := roster.ParsePeople("../people.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	data, err = os.ReadFile("../maintainers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := roster.Parse("../maintainers.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	var logins []string
	for _, p := range people {
		logins = append(logins, p.Login)
	}
	if got, want := strings.Join(logins, " "), strings.Join(r.Core("lanner"), " "); got != want {
		t.Errorf("people are %s, maintainers %s", got, want)
	}
}

func FuzzParsePeople(f *testing.F) {
	f.Add([]byte("- {login: alice, zone: Asia/Tokyo, employers: [{name: X}], away: [{from: 2027-01-01}], release_lead: {opt_out: true}}"))
	f.Add([]byte("- &a {login: a, away: [*a]}\n- *a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		people, err := roster.ParsePeople("people.yaml", data)
		if err != nil {
			return
		}
		for i, p := range people {
			if p.Login == "" || i > 0 && people[i-1].Login >= p.Login {
				t.Errorf("%+v has no login, or is not in order", p)
			}
		}
	})
}
