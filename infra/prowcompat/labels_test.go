// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"flag"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/prow/pkg/plugins"

	"github.com/lanner-project/lanner/bots/config"
)

var cases = flag.Int("cases", 20000, "how many states and comments TestLabels and TestAutomatic make")

// said is what is known of one difference: a fact that is not the same after
// both judged.
type said struct {
	before, theirs, ours *state
	login, body          string
	words                []string // of the command, in lower case
	key                  string
}

func (d said) is(names ...string) bool { return len(d.words) > 0 && slices.Contains(names, d.words[0]) }

// reason is a known difference in what is decided, and a choice.
type reason struct {
	name  string
	holds func(said) bool
}

// roleNames are what GitHub says of who comments. Prow asks whether somebody is
// a collaborator or a member, we which role they have.
var roleNames = []string{"none", "read", "triage", "write", "maintain", "admin"}

// decisions are the commands that are tried alone, one to a comment.
var decisions = []string{
	"/lgtm", "/lgtm cancel", "/remove-lgtm", "/hold", "/hold cancel", "/unhold", "/assign", "/assign @frank", "/assign @carol @mallory", "/unassign", "/unassign @carol",
	"/cc", "/cc @carol", "/cc @dave", "/cc @mallory @alice", "/uncc @carol", "/kind bug", "/kind bug feature", "/remove-kind bug", "/kind nonsense", "/kind Bug",
	"/area api", "/priority high", "/remove-priority high", "/sig node", "/remove-sig node", "/triage accepted", "/remove-triage accepted", "/triage duplicate",
	"/remove-triage duplicate", "/label tide/merge-method-squash", "/remove-label tide/merge-method-squash", "/label kind/bug", "/label needs info",
	"/stage alpha", "/stage beta", "/remove-stage alpha", "/help", "/remove-help", "/good-first-issue", "/remove-good-first-issue",
	"/lifecycle active", "/lifecycle frozen", "/lifecycle stale", "/lifecycle rotten", "/remove-lifecycle stale", "/remove-lifecycle frozen",
	"/close", "/close not-planned", "/close not planned", "/reopen", "/retitle A better title", "/retitle Fixes #12", "/retitle for @bob",
	"/milestone v1.0", "/milestone clear", "/milestone v9", "/release-note-none", "/check-required-labels",
}

func makeState(r *rand.Rand) *state {
	s := &state{
		pull: r.IntN(3) > 0, open: r.IntN(5) > 0, author: []string{"dave", "frank", "carol"}[r.IntN(3)], title: "A title", body: "Does something.",
		roles: map[string]string{"carol": "write", "frank": "read", "mallory": "none"}, files: map[string]int{"x.go": 3},
	}
	for _, login := range []string{"alice", "bob", "dave"} {
		s.roles[login] = roleNames[r.IntN(len(roleNames))]
	}
	for login := range s.roles {
		if trusted(s.roles[login]) && r.IntN(3) > 0 {
			s.members = append(s.members, login)
		}
	}
	if s.pull && !s.open {
		s.merged = r.IntN(2) == 0
	}
	if !s.open && !s.pull {
		s.reason = "completed"
	}
	for _, label := range repoLabels {
		if label != "approved" && r.IntN(4) == 0 && !strings.HasPrefix(label, "stage/") && !strings.HasPrefix(label, "lifecycle/") {
			s.labels = append(s.labels, label)
		}
	}
	for _, one := range []string{"stage/", "lifecycle/"} {
		group := slices.DeleteFunc(slices.Clone(repoLabels), func(l string) bool { return !strings.HasPrefix(l, one) })
		if r.IntN(2) == 0 {
			s.labels = append(s.labels, group[r.IntN(len(group))])
		}
	}
	for _, login := range []string{"bob", "carol", "frank"} {
		if r.IntN(3) == 0 {
			s.assignees = append(s.assignees, login)
		}
		if s.pull && r.IntN(3) == 0 && login != s.author {
			s.requested = append(s.requested, login)
		}
	}
	s.milestone = []string{"", "v1.0", "v1.1"}[r.IntN(3)]
	return s
}

// TestLabels holds what one command does to a pull request or an issue, by
// whom, against what it does with Prow's plugins.
func TestLabels(t *testing.T) {
	features := []string{"assign", "help", "hold", "label", "lgtm", "lifecycle", "milestone", "retitle", "stage"}
	theirs := newReference(t, features, func(*plugins.Configuration) {})
	mine := newOurs()
	count := newTally(choices)
	for seed := range *cases {
		r := rand.New(rand.NewPCG(uint64(seed), 13))
		before := makeState(r)
		login := slices.Sorted(maps.Keys(before.roles))[r.IntN(len(before.roles))]
		body := decisions[r.IntN(len(decisions))]
		count.hold(t, said{
			before: before, login: login, body: body, words: strings.Fields(strings.ToLower(body)),
			theirs: theirs.comment(t, before, login, body), ours: mine.comment(t, before, login, body),
		})
	}
	count.report(t)
}

// tally counts differences by their reason.
type tally struct {
	reasons                           []reason
	counts                            map[string]int
	compared, changed, differ, failed int
}

func newTally(reasons []reason) *tally { return &tally{reasons: reasons, counts: make(map[string]int)} }

func (c *tally) hold(t *testing.T, d said) {
	t.Helper()
	c.compared++
	if len(differences(d.before, d.ours)) > 0 {
		c.changed++
	}
	keys := differences(d.theirs, d.ours)
	if len(keys) > 0 {
		c.differ++
	}
	for _, d.key = range keys {
		i := slices.IndexFunc(c.reasons, func(r reason) bool { return r.holds(d) })
		if i >= 0 {
			c.counts[c.reasons[i].name]++
			continue
		}
		if c.failed++; c.failed <= 10 {
			t.Errorf("without a reason, %q differs after %q by %s (%s): Prow %q, we %q\n%+v", d.key, d.body, d.login, d.before.roles[d.login], d.theirs.facts()[d.key], d.ours.facts()[d.key], *d.before)
		}
	}
}

func (c *tally) report(t *testing.T) {
	t.Helper()
	t.Logf("%d compared, we change something in %d, %d differ, each for a reason", c.compared, c.changed, c.differ)
	for _, r := range c.reasons {
		t.Logf("%6d  %s", c.counts[r.name], r.name)
		if c.counts[r.name] == 0 {
			t.Errorf("nothing differs any more for this reason: %s", r.name)
		}
	}
}

// reader is who has the role read, or is a member without a trusted role.
func (d said) reader() bool { return d.before.roles[d.login] == "read" }

func (d said) outsider() bool { return !containsFold(d.before.members, d.login) }

// choices are the differences of commands. What is not here is a fault.
var choices = []reason{
	{"who says /lgtm is assigned by Prow, to be known to GitHub as somebody who may be; we ask for the role", func(d said) bool {
		return d.is("/lgtm", "/remove-lgtm") && d.key == "assignee "+d.login && d.login != d.before.author && d.ours.facts()[d.key] == ""
	}},
	{"a reader's word counts for nothing, unless the settings trust that role; Prow trusts every collaborator", func(d said) bool {
		return d.reader() && d.is("/lgtm", "/remove-lgtm", "/close", "/reopen", "/retitle") && len(differences(d.before, d.ours)) == 0
	}},
	{"what is closed is left alone but for labels, title and milestone; Prow holds, assigns, asks and ages it", func(d said) bool {
		return !d.before.open && d.is("/hold", "/unhold", "/assign", "/unassign", "/cc", "/uncc", "/lifecycle", "/remove-lifecycle") && len(differences(d.before, d.ours)) == 0
	}},
	{"a title may be changed on what is closed; Prow has a setting for it, which is off", func(d said) bool {
		return !d.before.open && d.is("/retitle") && d.key == "title"
	}},
	{"a title may mention people and issues: who has the role may write it on GitHub as well; Prow refuses it", func(d said) bool {
		return d.is("/retitle") && strings.ContainsAny(d.body, "#@") && d.key == "title" && d.ours.title != d.before.title
	}},
	{"a pull request may be frozen: that is what keeps it from being closed for its age; Prow freezes issues only", func(d said) bool {
		return d.before.pull && d.body == "/lifecycle frozen" && strings.HasPrefix(d.key, "label lifecycle/")
	}},
	{"restricted labels take a trusted role, on and off; Prow wants a member of the organization, and lets anybody take triage/accepted off", func(d said) bool {
		return d.key == "label triage/accepted" && (d.outsider() || !trusted(d.before.roles[d.login]))
	}},
	{"a label of /label may have blanks in its name; Prow takes one word", func(d said) bool {
		return d.key == "label needs info" && d.body == "/label needs info"
	}},
	{"good first issue is never without help wanted; Prow sees to that only when it changes the other one of the two", func(d said) bool {
		return d.is("/good-first-issue", "/remove-help") && containsFold(d.before.labels, "good first issue") && !containsFold(d.before.labels, "help wanted") &&
			containsFold(d.ours.labels, "good first issue") == containsFold(d.ours.labels, "help wanted")
	}},
	{"/close not planned is understood; Prow wants the hyphen", func(d said) bool {
		return d.body == "/close not planned" && d.key == "open"
	}},
}

// automaticCase makes what plugins judge that nobody commands.
func automaticCase(r *rand.Rand) *state {
	s := makeState(r)
	s.open, s.merged, s.reason = true, false, ""
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	s.title = pick("WIP", "WIP x", "wip: x", "[WIP] x", "(wip)x", "wipe x", "A WIP", "WIPx", " WIP x", "##WIP x")
	s.draft = r.IntN(4) == 0
	s.body = pick("", "Nothing here.", "```release-note\nIt is faster.\n```", "```release-note\r\nNONE\r\n```", "```release-note\nnone.\n```", "```release-note\nNo\n```",
		"```release-note\nN/A\n```", "```release-note\n\n```", "```release-note\nAction required: restart.\n```", "```release-note\nNo action required.\n```",
		"~~~release-note\nIt is faster.\n~~~", "```release-note\n<!-- what users see -->\n```", "```release-note\nIt is faster.", "> ```release-note\n> x\n> ```",
		"**Release note**:\n```\nIt is faster.\n```", "````release-note\nRun ```x``` first.\n````")
	s.files = make(map[string]int)
	s.renamed = make(map[string]string)
	for range 1 + r.IntN(3) {
		file := pick("x.go", "vendor/y.go", "vendor/README.md", "docs/z.md", "a/b.go")
		s.files[file] = []int{0, 1, 4, 9, 10, 29, 30, 99, 100, 499, 500, 999, 1000, 5000}[r.IntN(14)]
		if r.IntN(4) == 0 {
			s.renamed[file] = pick("vendor/old.go", "old.go")
		}
	}
	for _, label := range []string{
		"size/XS", "size/L", "size/huge", "do-not-merge/work-in-progress", "do-not-merge/blocked-paths", "release-note", "release-note-none",
		"release-note-action-required", "do-not-merge/release-note-label-needed", "needs-kind", "needs-triage",
	} {
		if r.IntN(4) == 0 {
			s.labels = append(s.labels, label)
		}
	}
	return s
}

// TestAutomatic holds what is judged without a command, of what was opened,
// against Prow's plugins.
func TestAutomatic(t *testing.T) {
	features := []string{"blockade", "release-note", "require-matching-label", "size", "wip"}
	theirs := newReference(t, features, func(c *plugins.Configuration) {
		c.Blockades = []plugins.Blockade{{Repos: []string{org}, BlockRegexps: []string{"^vendor/"}, ExceptionRegexps: []string{`\.md$`}}}
		c.RequireMatchingLabel = []plugins.RequireMatchingLabel{matching("needs-kind", "^kind/", true, true), matching("needs-triage", "^triage/", false, true)}
	})
	mine := newOurs(features...)
	mine.settings.Blockades = []config.Blockade{{Paths: []*regexp.Regexp{regexp.MustCompile("^vendor/")}, Except: []*regexp.Regexp{regexp.MustCompile(`\.md$`)}}}
	mine.settings.Required = []config.Required{
		{Missing: "needs-kind", Match: regexp.MustCompile("^kind/"), Pulls: true, Issues: true}, {Missing: "needs-triage", Match: regexp.MustCompile("^triage/"), Issues: true},
	}
	count := newTally(automatic)
	for seed := range *cases {
		r := rand.New(rand.NewPCG(uint64(seed), 17))
		before := automaticCase(r)
		// Nobody of the generated ones may approve: that is for TestApproval.
		before.author = "dave"
		d := said{before: before, login: "dave", theirs: theirs.opened(t, before), ours: mine.opened(t, before)}
		if before.pull && r.IntN(3) == 0 {
			d.login, d.body = slices.Sorted(maps.Keys(before.roles))[r.IntN(len(before.roles))], "/release-note-none"
			d.theirs, d.ours = theirs.comment(t, d.theirs, d.login, d.body), mine.comment(t, d.ours, d.login, d.body)
		}
		count.hold(t, d)
	}
	count.report(t)
}

// What the labels of the release note say.
const (
	written = "release-note"
	none    = "release-note-none"
	missing = "do-not-merge/release-note-label-needed"
)

func (d said) note() bool { return strings.Contains(d.key, "release-note") }

// automatic are the differences of what nobody commands.
var automatic = []reason{
	{"a file that leaves a blocked path is blocked too; Prow looks at where it comes to", func(d said) bool {
		return d.key == "label do-not-merge/blocked-paths" && slices.ContainsFunc(slices.Collect(maps.Values(d.before.renamed)), func(from string) bool { return strings.HasPrefix(from, "vendor/") })
	}},
	{"labels beginning with size/ that are no sizes stay; Prow takes all off", func(d said) bool { return d.key == "label size/huge" }},
	{"a note is what release/notes will read for the release, by CommonMark: any fence, at the top level, without HTML comments; Prow has a regular expression", func(d said) bool {
		for _, odd := range []struct{ begins, label string }{{"~~~", written}, {"```release-note\n<!--", missing}, {"**Release", missing}, {"````", written}, {"> ```", missing}} {
			if strings.HasPrefix(d.before.body, odd.begins) {
				return d.note() && (containsFold(d.ours.labels, odd.label) || odd.label == missing && containsFold(d.ours.labels, none))
			}
		}
		return false
	}},
	{"N/A is no note; Prow takes it for one", func(d said) bool {
		return d.note() && strings.Contains(d.before.body, "N/A") && containsFold(d.ours.labels, none)
	}},
	{"no action required calls for no action; Prow sees the words", func(d said) bool {
		return d.note() && strings.Contains(d.before.body, "No action required") && containsFold(d.ours.labels, written)
	}},
	{"a deprecation may go without a note; Prow has a rule for the label kind/deprecation", func(d said) bool {
		return d.note() && containsFold(d.before.labels, "kind/deprecation")
	}},
	{"/release-note-none is for the author and trusted roles; Prow asks for the organization", func(d said) bool {
		return d.note() && d.body != "" && d.login != d.before.author && trusted(d.before.roles[d.login]) == d.outsider()
	}},
}
