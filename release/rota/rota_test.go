// SPDX-License-Identifier: Apache-2.0

package rota_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/release/rota"
)

func TestLead(t *testing.T) {
	t.Parallel()
	r, err := rota.Parse("rotation.yaml", []byte(`
releases:
  - {version: v0.2.0, lead: Bob}
  - {version: v0.1.0, date: 2027-01-26, lead: alice, backup: carol}
  - {version: v0.1.2, lead: carol}
`))
	if err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{
		"v0.1.0": "alice", "v0.1.0-rc.3": "alice", "v0.1.1": "alice", "v0.1.2": "carol", "v0.1.2-rc.1": "carol", "v0.2.0": "bob",
	} {
		if a, err := r.Lead(version); err != nil || a.Lead != want {
			t.Errorf("%s is led by %+v, %v; want %s", version, a, err, want)
		}
	}
	for version, want := range map[string]string{"v0.3.0": "names nobody to lead v0.3.0", "0.1.0": "not semantic", "v1": "not semantic"} {
		if a, err := r.Lead(version); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is led by %+v, %v; want %q", version, a, err, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	_, err := rota.Parse("rotation.yaml", []byte(`releases:
  - version: 0.1.0
    lead: alice
  - version: v0.2.0
    led: bob
  - version: v0.3.0
    lead: "@carol"
    date: 26.1.2027
  - version: v0.4.0
    lead: alice
    backup: Alice
  - version: v0.5.0
  - version: v0.6.0
    lead: bob
  - version: v0.6.0
    lead: carol
`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"rotation.yaml:2:14: version is \"0.1.0\"\n  - version: 0.1.0\n             ^\nhint: want a semantic version",
		"rotation.yaml:5:5: unknown key \"led\"",
		"rotation.yaml:7:11: lead is \"@carol\"",
		"rotation.yaml:8:11: date is \"26.1.2027\"",
		"rotation.yaml:9:5: alice is lead",
		"rotation.yaml:12:5: version or lead is missing",
		"rotation.yaml:15:5: v0.6.0 is there twice",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the errors lack %q:\n%v", want, err)
		}
	}
}

func TestOurs(t *testing.T) {
	t.Parallel()
	const file = "../../maintainers/rotation.yaml"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rota.Parse(file, data)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := r.Lead("v0.1.0"); err != nil || a.Lead != "alice" {
		t.Errorf("v0.1.0 is led by %+v, %v", a, err)
	}
}

func TestMoreMistakes(t *testing.T) {
	t.Parallel()
	_, err := rota.Parse("rotation.yaml", []byte(`releases:
  - {version: v0.1.0, lead: alice, slip: 0}
  - {version: v0.2.0, lead: alice, unstaffed: why}
  - {version: v0.3.0, lead: alice, shadow: bob, backup: bob}
away:
  - {login: alice, from: 2027-03-02, until: 2027-03-01}
  - {login: alice}
declined: {version: v0.1.0}
freezes:
  - {from: 12-20, until: 2027-01-05}
  - {from: 12-32, until: 01-05, wy: x}
rules: {shadows: -1, relax: [away], most: 2}
people:
  - {login: alice, zone: Nowhere}
`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`rotation.yaml:2:42: slip is "0"`, "rotation.yaml:3:5: v0.2.0 has a lead", "rotation.yaml:4:5: bob is backup and shadow", "rotation.yaml:6:5: that is no absence",
		"rotation.yaml:7:5: that is no absence", "rotation.yaml:8:11: declined is no list", "rotation.yaml:10:5: that is no interval", `rotation.yaml:11:12: from is "12-32"`,
		`rotation.yaml:11:33: unknown key "wy"`, `rotation.yaml:12:18: shadows is "-1"`, `rotation.yaml:12:30: no rule "away" can be relaxed`, `rotation.yaml:12:37: unknown key "most"`,
		`rotation.yaml:14:26: zone is "Nowhere"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the errors lack %q:\n%v", want, err)
		}
	}
}

// TestCalendar: the last Tuesday of every second month, later in a freeze and
// for a lead who is away shortly.
func TestCalendar(t *testing.T) {
	t.Parallel()
	in := rota.Input{Project: "lanner", Today: day("2026-12-01"), Horizon: 7, People: []roster.Person{
		{Login: "alice", Away: []roster.Interval{{From: day("2027-07-27"), Until: day("2027-07-29")}}}, // a Tuesday to a Thursday
	}}
	in.Rota.Freezes = []rota.Freeze{{From: "12-20", Until: "01-26", Why: "holidays"}, {From: "2027-05-24", Until: "2027-05-28"}}
	in.Rota.Rules = rota.Rules{MostSlip: 14, Relax: []rota.Rule{rota.RuleSpacing}}
	var got []string
	for _, a := range mustPlan(t, in).Releases {
		got = append(got, fmt.Sprintf("%s %s %d", a.Version, a.Date, a.Slip))
	}
	want := []string{"v0.1.0 2027-01-27 1", "v0.2.0 2027-03-30 0", "v0.3.0 2027-05-31 6", "v0.4.0 2027-08-02 6", "v0.5.0 2027-09-28 0", "v0.6.0 2027-11-30 0", "v0.7.0 2028-01-27 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("releases:\n  - {version: v0.1.0, lead: alice}\n"))
	f.Add([]byte("releases:\n  - version: v0.1.0\n    lead: alice\n  # c\naway: [{login: a, from: 2027-01-01}]\ndeclined: []\nrules: {relax: [employer]}\npeople: [{login: alice}, {login: bob}]\n"))
	f.Add([]byte("releases: &a [*a]"))
	f.Add([]byte("releases: [{version: v0.1.0, date: 2027-02-01, lead: alice}]\n"))
	f.Add([]byte("releases:\n  - {version: v0.1.0, date: 2027-02-01,\n     lead: alice\n    }\n"))
	f.Add([]byte("people: []\nreleases:\n- version: v0.1.0\n  date: 2027-02-01\n  lead: >\n    alice\n"))
	var many strings.Builder
	many.WriteString("people: [{login: alice, release_lead: {most_per_year: 1}}]\nreleases:\n")
	for i := range 40 {
		fmt.Fprintf(&many, "  - {version: v0.%d.0, date: 2027-02-01, unstaffed: x}\n", i)
	}
	f.Add([]byte(many.String()))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := rota.Parse("rotation.yaml", data)
		if err != nil {
			return
		}
		for _, a := range r.Releases {
			if got, err := r.Find(a.Version); err != nil || got != a {
				t.Errorf("%s is led by %+v, %v; listed is %+v", a.Version, got, err, a)
			}
		}
		in := rota.Input{Project: "lanner", Today: day("2027-01-01"), Rota: r, People: []roster.Person{{Login: "zoe"}, {Login: "yan"}}, Horizon: 2}
		p, err := rota.Make(in)
		if err != nil {
			return
		}
		r.Releases = p.Releases
		changed, err := rota.Edit("rotation.yaml", data, r)
		if err != nil {
			return
		}
		if again, err := rota.Parse("rotation.yaml", changed); err != nil || !slices.Equal(again.Releases, p.Releases) {
			t.Errorf("%v: written\n%s\nread %+v\nwant %+v", err, changed, again.Releases, p.Releases)
		}
	})
}
