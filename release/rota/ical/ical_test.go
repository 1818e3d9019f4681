// SPDX-License-Identifier: Apache-2.0

package ical_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	other "github.com/arran4/golang-ical"
	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/release/rota"
	"github.com/lanner-project/lanner/release/rota/ical"
)

func snapshot(t *testing.T, at, src string) ical.Snapshot {
	t.Helper()
	r, err := rota.Parse("rotation.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	return ical.Snapshot{At: when, Rota: r}
}

// history: bob takes v0.2.0 over from alice, and v0.3.0 is dropped.
func history(t *testing.T) []ical.Snapshot {
	t.Helper()
	return []ical.Snapshot{
		snapshot(t, "2027-01-01T12:00:00+01:00", `
releases:
  - {version: v0.1.0, date: 2027-01-26, lead: alice, shadow: bob, backup: carol}
  - {version: v0.2.0, date: 2027-03-30, lead: alice}
  - {version: v0.3.0, date: 2027-05-25, lead: alice}`),
		snapshot(t, "2027-01-02T12:00:00Z", `
releases:
  - {version: v0.1.0, date: 2027-01-26, lead: alice, shadow: bob, backup: carol}
  - {version: v0.2.0, date: 2027-04-05, slip: 6, lead: bob}
  - {version: v0.4.0, date: 2027-07-27, unstaffed: "spacing, region; and \\ more: é"}`),
	}
}

// read reads a feed with another program's reader: one line for each event.
func read(t *testing.T, feed []byte) []string {
	t.Helper()
	c, err := other.ParseCalendar(bytes.NewReader(feed))
	if err != nil {
		t.Fatalf("%v\n%s", err, feed)
	}
	var got []string
	for _, e := range c.Events() {
		value := func(p other.ComponentProperty) string {
			v := e.GetProperty(p)
			if v == nil {
				t.Fatalf("an event has no %s:\n%s", p, feed)
			}
			return v.Value
		}
		got = append(got, fmt.Sprintf("%s %s %s %s %s %s (%d alarms)", value(other.ComponentPropertyUniqueId), value(other.ComponentPropertySequence),
			value(other.ComponentPropertyDtstamp), value(other.ComponentPropertyDtStart), value(other.ComponentPropertyStatus), value(other.ComponentPropertySummary), len(e.Alarms())))
	}
	return got
}

func TestFeeds(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	people := []roster.Person{{Login: "bob", Zone: berlin}}
	for _, tt := range []struct {
		name string
		o    ical.Options
		want []string
	}{
		{"bob", ical.Options{Person: "bob"}, []string{
			"v0.1.0-shadow@p 0 20270101T110000Z 20270125 CONFIRMED v0.1.0: bob is shadow (3 alarms)",
			"v0.1.0-cut@p 0 20270101T110000Z 20270126T100000Z CONFIRMED v0.1.0: release cut (0 alarms)",
			"v0.2.0-cut@p 1 20270102T120000Z 20270405T080000Z CONFIRMED v0.2.0: release cut (0 alarms)", // summer time
			"v0.2.0-lead@p 1 20270102T120000Z 20270405 CONFIRMED v0.2.0: bob is lead (3 alarms)",
		}},
		{"alice", ical.Options{Person: "alice"}, []string{
			"v0.1.0-lead@p 0 20270101T110000Z 20270125 CONFIRMED v0.1.0: alice is lead (3 alarms)",
			"v0.1.0-cut@p 0 20270101T110000Z 20270126T100000Z CONFIRMED v0.1.0: release cut (0 alarms)",
			"v0.2.0-cut@p 1 20270102T120000Z 20270405T080000Z CANCELLED v0.2.0: release cut (0 alarms)",
			"v0.2.0-lead@p 1 20270102T120000Z 20270405 CANCELLED v0.2.0: bob is lead (0 alarms)",
			"v0.3.0-lead@p 1 20270102T120000Z 20270524 CANCELLED v0.3.0: alice is lead (0 alarms)",
			"v0.3.0-cut@p 1 20270102T120000Z 20270525T100000Z CANCELLED v0.3.0: release cut (0 alarms)",
		}},
		{"leads", ical.Options{Role: rota.Backup}, []string{"v0.1.0-backup@p 0 20270101T110000Z 20270125 CONFIRMED v0.1.0: carol is backup (3 alarms)"}},
	} {
		tt.o.Project, tt.o.People = "p", people
		if diff := cmp.Diff(tt.want, read(t, ical.Feed(history(t), tt.o))); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// TestAll: the feed of everything has what nobody leads, with its text whole.
func TestAll(t *testing.T) {
	t.Parallel()
	feed := ical.Feed(history(t), ical.Options{Project: "p"})
	c, err := other.ParseCalendar(bytes.NewReader(feed))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range c.Events() {
		if e.GetProperty(other.ComponentPropertyUniqueId).Value != "v0.4.0-lead@p" {
			continue
		}
		if status := e.GetProperty(other.ComponentPropertyStatus).Value; status != "TENTATIVE" {
			t.Errorf("v0.4.0 is %s", status)
		}
		if text := other.FromText(e.GetProperty(other.ComponentPropertyDescription).Value); text != `spacing, region; and \ more: é` {
			t.Errorf("v0.4.0 says %q", text)
		}
		return
	}
	t.Errorf("v0.4.0 is not there:\n%s", feed)
}

// TestFolding: whatever text, lines end in CRLF, have 75 octets at most and
// whole characters; unfolded, the text is as it was.
func TestFolding(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		var text strings.Builder
		for range 1 + r.IntN(200) {
			text.WriteRune([]rune("abc é漢😀,;\\n")[r.IntN(11)])
		}
		s := ical.Snapshot{At: time.Unix(0, 0), Rota: rota.Rota{Releases: []rota.Assignment{{Version: "v0.1.0", Date: "2027-01-26", Unstaffed: text.String()}}}}
		feed := string(ical.Feed([]ical.Snapshot{s}, ical.Options{Project: "p"}))
		for line := range strings.SplitSeq(strings.TrimSuffix(feed, "\r\n"), "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
				t.Fatalf("seed %d: line %q has %d octets", seed, line, len(line))
			}
		}
		escaped := strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`).Replace(text.String())
		if unfolded := strings.ReplaceAll(feed, "\r\n ", ""); !strings.Contains(unfolded, "DESCRIPTION:"+escaped+"\r\n") {
			t.Fatalf("seed %d: %q is not in\n%s", seed, escaped, unfolded)
		}
		read(t, []byte(feed))
	}
}
