// SPDX-License-Identifier: Apache-2.0

package decide_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/decide"
)

const turns = `# Who leads.
releases:
  - {version: v0.1.0, date: 2024-03-26, lead: bob}
  - {version: v0.2.0, date: 2024-05-28, lead: alice, backup: bob}
  - {version: v0.3.0, date: 2024-07-30, lead: bob}
  - {version: v0.4.0, date: 2024-09-24, lead: carol, backup: alice}
`

const turnPeople = `
- {login: alice, release_lead: {shadows: 1}}
- {login: bob, release_lead: {shadows: 1}}
- {login: carol, release_lead: {shadows: 1}}
- {login: dave, release_lead: {shadows: 1}}
`

// TestReleaseLead: each command, what it answers, and what it proposes.
func TestReleaseLead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		say  string // "who: text", the last of several lines counts
		want string // in the answer
		diff string // the lines that are proposed to change
	}{
		"next":    {"mallory: /release-lead next", "- `v0.2.0` on 2024-05-28: alice leads, bob is backup", ""},
		"list":    {"mallory: /release-lead list", "- `v0.4.0` on 2024-09-24: carol leads, alice is backup", ""},
		"nothing": {"bob: /release-lead", "I don't understand", ""},
		"other":   {"bob: /release-lead resign", "I don't understand", ""},
		"decline": {
			"alice: /release-lead decline v0.2.0", "I open a pull request. It changes:\n\n- `v0.2.0: lead: alice → dave`",
			"-  - {version: v0.2.0, date: 2024-05-28, lead: alice, backup: bob}\n+  - {version: v0.2.0, date: 2024-05-28, lead: dave, backup: bob}\n+declined:\n+  - {version: v0.2.0, login: alice}\n",
		},
		"decline another's": {"mallory: /release-lead decline v0.2.0", "I did nothing: `mallory has no role in v0.2.0, which can't be declined so`", ""},
		"decline the past":  {"bob: /release-lead decline v0.1.0", "v0.1.0 was on 2024-03-26", ""},
		"take":              {"dave: /release-lead take v0.3.0 Backup", "- `v0.3.0: backup: nobody → dave`", "-  - {version: v0.3.0, date: 2024-07-30, lead: bob}\n+  - {version: v0.3.0, date: 2024-07-30, lead: bob, backup: dave}\n"},
		"take taken":        {"dave: /release-lead take v0.3.0", "bob is lead of v0.3.0; ask them for a swap", ""},
		"take as stranger":  {"mallory: /release-lead take v0.3.0 shadow", "mallory is not among the people of this project", ""},
		"take what":         {"dave: /release-lead take v0.3.0 captain", "I don't understand", ""},
		"away":              {"carol: /release-lead away 2024-09-01..2024-09-30", "`v0.4.0: lead: carol → dave`", "-  - {version: v0.4.0, date: 2024-09-24, lead: carol, backup: alice}\n+  - {version: v0.4.0, date: 2024-09-24, lead: dave, backup: alice}\n+away:\n+  - {login: carol, from: 2024-09-01, until: 2024-09-30}\n"},
		"away and free":     {"dave: /release-lead away 2024-09-01..", "- no role, for it is noted only", "+away:\n+  - {login: dave, from: 2024-09-01}\n"},
		"away when":         {"carol: /release-lead away tomorrow", "I don't understand", ""},
		"two at once": {
			"dave: /release-lead take v0.3.0 backup\n/release-lead take v0.4.0 shadow", "`v0.4.0: shadow: nobody → dave`",
			"-  - {version: v0.3.0, date: 2024-07-30, lead: bob}\n-  - {version: v0.4.0, date: 2024-09-24, lead: carol, backup: alice}\n" +
				"+  - {version: v0.3.0, date: 2024-07-30, lead: bob, backup: dave}\n+  - {version: v0.4.0, date: 2024-09-24, lead: carol, shadow: dave, backup: alice}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newHouse()
			who, text, _ := strings.Cut(tt.say, ": ")
			w.say(who, text)
			w.step()
			w.holds(t, tt.want, tt.diff)
		})
	}
}

// holds checks the last answer and what is proposed.
func (w *world) holds(t *testing.T, want, diff string) {
	t.Helper()
	answer := ""
	for _, r := range w.in.Remarks {
		if r.Author == "lanner" && decide.Marked(r.Body, "<!-- lanner:reply") {
			answer = r.Body
		}
	}
	if !strings.Contains(answer, want) {
		t.Errorf("the answer lacks %q:\n%s", want, answer)
	}
	var got strings.Builder
	for _, p := range w.proposed {
		if p.Base != "main" || p.Commit != "cccc" || p.Path != decide.RotationPath || !strings.HasPrefix(p.Branch, "release-lead/7-comment-") {
			t.Errorf("proposed is %+v", p)
		}
		got.WriteString(lineDiff(turns, p.Text))
	}
	if d := cmp.Diff(diff, got.String()); d != "" {
		t.Errorf("proposed (-want +got):\n%s", d)
	}
}

// lineDiff lists the lines that only one of two texts has.
func lineDiff(before, after string) string {
	var out strings.Builder
	for line := range strings.Lines(before) {
		if !strings.Contains(after, line) {
			out.WriteString("-" + line)
		}
	}
	for line := range strings.Lines(after) {
		if !strings.Contains(before, line) {
			out.WriteString("+" + line)
		}
	}
	return out.String()
}

// TestSwapLeads: it takes both, each for themselves and on the same number.
func TestSwapLeads(t *testing.T) {
	t.Parallel()
	type line struct{ say, want, diff string }
	for name, story := range map[string][]line{
		"refused": {
			{"alice: /release-lead swap v0.2.0 @carol", "I did nothing: `carol is lead of no coming release that alice has no role in; there is nothing to swap`", ""},
			{"alice: /release-lead swap v0.3.0 @bob", "alice has no role in v0.3.0 to swap", ""},
		},
		"asked": {
			{"carol: /release-lead swap v0.4.0 @alice", "alice is to be lead of `v0.4.0`, and carol backup of `v0.4.0`. If alice says `/release-lead swap v0.4.0` here too", ""},
			{"bob: /release-lead swap v0.4.0", "Nobody has asked you here to swap a role of `v0.4.0`.", ""},
			{"carol: /release-lead swap v0.4.0", "Nobody has asked you here", ""},
			{"alice: /release-lead swap v0.4.0", "`v0.4.0: lead: carol → alice`", "-  - {version: v0.4.0, date: 2024-09-24, lead: carol, backup: alice}\n+  - {version: v0.4.0, date: 2024-09-24, lead: alice, backup: carol}\n"},
		},
		"by name": {
			{"carol: /release-lead swap v0.4.0 @Alice", "If alice says", ""},
			{"alice: /release-lead swap v0.4.0 @carol", "I open a pull request", "-  - {version: v0.4.0, date: 2024-09-24, lead: carol, backup: alice}\n+  - {version: v0.4.0, date: 2024-09-24, lead: alice, backup: carol}\n"},
		},
		"once": {
			{"carol: /release-lead swap v0.4.0 @alice", "If alice says", ""},
			{"carol: /release-lead swap v0.4.0 @dave", "dave is lead of no coming release that carol has no role in", ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newHouse()
			for _, l := range story {
				who, text, _ := strings.Cut(l.say, ": ")
				w.say(who, text)
				w.step()
				w.holds(t, l.want, l.diff)
			}
		})
	}
}

// TestNoRotation: without a file, or with one that does not parse, the answer
// says so.
func TestNoRotation(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rotation *decide.Rotation
		want     string
	}{
		"none":        {nil, "there is no maintainers/rotation.yaml on the default branch"},
		"wrong":       {&decide.Rotation{Text: "releases: [x]"}, "`maintainers/rotation.yaml:1:12: want a mapping (key: value)`"},
		"wrong too":   {&decide.Rotation{Text: turns, People: "- {login: '@x'}"}, "`maintainers/people.yaml:1:11: login is \"@x\"`"},
		"no people":   {&decide.Rotation{Text: turns}, "there are no people to plan with"},
		"not by line": {&decide.Rotation{Text: "releases: [{version: v0.2.0, date: 2024-05-28, lead: bob}]", People: turnPeople}, "can't be changed by a program as it is written"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newHouse()
			w.in.Rotation = tt.rotation
			w.say("bob", "/release-lead decline v0.2.0")
			w.step()
			w.holds(t, tt.want, "")
		})
	}
}
