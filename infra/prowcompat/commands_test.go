// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/prow/pkg/plugins"
)

var comments = flag.Int("comments", 4000, "how many comments TestCommands makes")

// part is a paragraph of a comment. Which of its lines a reader sees as the
// writer's own words, and so as commands, its maker knows: the test does not
// ask the parser that it tests.
type part struct {
	lines []string
	// before and after are around the lines, without a command in them.
	before, after string
	// how the lines are hidden from who reads the rendered comment; empty for
	// those that are not.
	hidden string
}

func (p part) String() string { return p.before + strings.Join(p.lines, "\n") + p.after }

// remark is a comment, in parts.
type remark struct {
	parts []part
	end   string // of each line
}

func (r remark) String() string {
	var texts []string
	for _, p := range r.parts {
		texts = append(texts, p.String())
	}
	return strings.ReplaceAll(strings.Join(texts, "\n\n"), "\n", r.end)
}

// covers are the ways in which a text can show a command without being one.
var covers = []part{
	{before: "```\n", after: "\n```", hidden: "code"},
	{before: "~~~~sh\n", after: "\n~~~~", hidden: "code"},
	{before: "````\n```\n", after: "\n````", hidden: "code"},
	{before: "`a\n", after: "\nb`", hidden: "code"},
	{before: "> somebody wrote\n", hidden: "quotation"},
	{before: "> - somebody\n", hidden: "quotation"},
	{before: "<!--\n", after: "\n-->", hidden: "HTML"},
	{before: "<!-- a template\n\n", after: "\n\n-->", hidden: "HTML"},
	{before: "<details>\n", after: "\n</details>", hidden: "HTML"},
	{before: "<pre>\n\n", after: "\n\n</pre>", hidden: "HTML"},
	{before: "[see\n", after: "\nthis](https://github.test/1)", hidden: "link"},
	{before: "~~no\n", after: "\nno~~", hidden: "struck out"},
}

// plain are the ways in which a command stays one.
var plain = []part{
	{},
	{},
	{},
	{},
	{},
	{},
	{before: "Thanks!\n"},
	{after: "\nThanks, *all* of you: `/x` — größer 🎉"},
	{before: "1. item\n2. another\n\n"},
	{before: "<details>\n\n", after: "\n\n</details>"},
	{before: "**well\n", after: "\ndone**"},
	{before: "# Title\n"},
	{before: "---\n"},
	{before: "```\ncode\n```\n"},
	{before: "> quoted\n\n"},
	{before: "- item\n\n  ```\n  code\n"}, // the fence ends with its item, in the first column
	{after: "\n--\nalice"},                // a signature, which makes a heading of what is above
}

// dull are parts without a command in the first column, for both.
var dull = []part{
	{before: "    /hold"},
	{before: "`/lgtm`"},
	{before: "> /lgtm\n> /hold"},
	{before: "- /hold\n- /lgtm"},
	{before: " /lgtm"},
	{before: "\t/hold"},
	{before: "please /hold"},
	{before: "/usr/bin/env: not found"},
	{before: "//hold"},
	{before: "/ hold"},
	{before: "\u00a0/hold"},
	{before: "\ufeffx /hold"},
	{before: "**/lgtm**"},
	{before: "| a |\n|---|\n| /lgtm |"},
	{before: "\\/hold"},
	{before: "／hold"},
	{before: "<!-- /hold -->"},
}

// words are the commands that are tried. Some make sense to nobody.
var words = []string{
	"/lgtm", "/lgtm no-issue", "/lgtm cancel", "/remove-lgtm", "/lgtm please", "/approve", "/approve no-issue", "/approve cancel", "/remove-approve",
	"/approve please", "/hold", "/hold for #12", "/hold größer", "/hold cancel", "/hold cancel please", "/unhold", "/remove-hold", "/unhold now",
	"/assign", "/assign @alice", "/assign alice carol", "/assign @nobody", "/assign @alice, @carol", "/unassign", "/unassign @carol",
	"/cc @alice", "/cc alice  carol", "/uncc @carol", "/uncc @nobody", "/kind bug", "/kind feature bug", "/kind nonsense", "/kind", "/remove-kind bug",
	"/area api", "/remove-area api docs", "/sig node", "/remove-sig node", "/priority high", "/remove-priority high", "/committee steering",
	"/remove-committee steering", "/language go", "/remove-language go", "/triage accepted", "/triage duplicate", "/remove-triage duplicate", "/wg batch",
	"/remove-wg batch", "/label tide/merge-method-squash", "/remove-label tide/merge-method-squash", "/label nonsense", "/stage alpha", "/stage beta",
	"/remove-stage alpha", "/help", "/remove-help", "/good-first-issue", "/remove-good-first-issue", "/help me", "/lifecycle stale", "/lifecycle rotten",
	"/lifecycle active", "/remove-lifecycle stale", "/lifecycle asleep", "/close", "/close not-planned", "/close it", "/reopen", "/reopen it",
	"/retitle A new title", "/retitle größer", "/milestone v1.0", "/milestone Next Release", "/milestone clear", "/milestone v9", "/milestone",
	"/release-note-none", "/check-required-labels", "/lgmt", "/hodl", "/aprove", "/test all", "/retest", "/meow", "/lgtm!", "/hold,", "/remove-holds", "/kinds bug",
	"/retitles x", "/kindbug", "/label-tide/merge-method-squash", "/lgtm\u00a0cancel", "/hold\u00a0it",
}

// spoil writes a line as people do.
func spoil(r *rand.Rand, line string) string {
	switch r.IntN(12) {
	case 0:
		name, rest, _ := strings.Cut(line, " ")
		return strings.TrimRight(strings.ToUpper(name)+" "+rest, " ")
	case 1:
		return line + "  "
	case 2:
		return line + "\t"
	case 3:
		return strings.Replace(line, " ", "  ", 1)
	case 4:
		return strings.Replace(line, " ", "\t", 1)
	case 5:
		return strings.Replace(line, " ", " \t ", 1)
	case 6:
		if name, rest, ok := strings.Cut(line, " "); ok {
			return name + "\n" + rest
		}
	}
	return line
}

func makeRemark(r *rand.Rand) remark {
	c := remark{end: "\n"}
	switch r.IntN(6) {
	case 0, 1:
		c.end = "\r\n"
	case 2:
		c.end = "\r"
	}
	for range 1 + r.IntN(3) {
		p := plain[r.IntN(len(plain))]
		switch r.IntN(6) {
		case 0, 1:
			p = covers[r.IntN(len(covers))]
		case 2:
			c.parts = append(c.parts, dull[r.IntN(len(dull))])
			continue
		}
		for range 1 + r.IntN(3)/2 {
			p.lines = append(p.lines, strings.Split(spoil(r, words[r.IntN(len(words))]), "\n")...)
		}
		c.parts = append(c.parts, p)
	}
	return c
}

// scenes are the states in which comments are tried: what is off in one is on
// in the other, so that each command shows.
func scenes() map[string]*state {
	roles := map[string]string{"alice": "admin", "bob": "write", "carol": "triage", "dave": "read"}
	base := func(pull, open bool) *state {
		return &state{
			pull: pull, open: open, author: "dave", title: "A title", body: "Does something.", roles: roles, members: []string{"alice", "bob", "carol"},
			files: map[string]int{"x.go": 3},
		}
	}
	pull, pullOn, issue, issueOn, closedPull, closedIssue := base(true, true), base(true, true), base(false, true), base(false, true), base(true, false), base(false, false)
	on := []string{
		"area/api", "area/docs", "committee/steering", "kind/bug", "language/go", "priority/high", "sig/node", "triage/duplicate", "wg/batch",
		"tide/merge-method-squash", "stage/alpha",
	}
	pullOn.labels = append(slices.Clone(on), "lgtm", "approved", "do-not-merge/hold", "lifecycle/stale")
	pullOn.approved, pullOn.assignees, pullOn.requested, pullOn.milestone = []string{"bob"}, []string{"bob", "carol"}, []string{"carol"}, "v1.1"
	issueOn.labels = append(slices.Clone(on), "good first issue", "help wanted", "lifecycle/rotten")
	issueOn.assignees = []string{"bob", "carol"}
	return map[string]*state{"pull": pull, "pull, on": pullOn, "issue": issue, "issue, on": issueOn, "closed pull": closedPull, "closed issue": closedIssue}
}

// TestCommands holds which commands of a comment are obeyed against which
// Prow's plugins obey. A difference must have a reason out of readings: the
// comment that is rewritten as the reason says must do with Prow what the
// comment itself does with us.
func TestCommands(t *testing.T) {
	features := []string{"approve", "assign", "help", "hold", "label", "lgtm", "lifecycle", "milestone", "retitle", "stage"}
	theirs := newReference(t, features, func(c *plugins.Configuration) {
		c.Owners.SkipCollaborators = []string{org}
		c.Retitle.AllowClosedIssues = true
	})
	mine := newOurs()
	reasons, fired, compared, differ, failed := make(map[string]int), make(map[string]int), 0, 0, 0
	for seed := range *comments {
		c := makeRemark(rand.New(rand.NewPCG(uint64(seed), 11)))
		for scene, before := range scenes() {
			compared++
			got := mine.comment(t, before, "bob", c.String())
			same := func(c remark) bool {
				return len(differences(got, theirs.comment(t, before, "bob", c.String()))) == 0
			}
			for _, key := range differences(before, got) {
				fired[strings.Fields(key)[0]]++
			}
			if same(c) {
				continue
			}
			differ++
			because := explain(c, before, same)
			for _, reason := range because {
				reasons[reason]++
			}
			if because == nil {
				if failed++; failed <= 10 {
					t.Errorf("seed %d, %s: %q: without a reason, Prow and we differ about %q", seed, scene, c, differences(got, theirs.comment(t, before, "bob", c.String())))
				}
			}
		}
	}
	t.Logf("%d comments, each in %d states: %d compared, %d differ, each for a reason or more", *comments, len(scenes()), compared, differ)
	t.Logf("what our commands changed: %v", fired)
	for _, r := range readings {
		t.Logf("%6d  %s", reasons[r.name], r.name)
		if reasons[r.name] == 0 && *comments >= 4000 {
			t.Errorf("nothing differs any more for this reason: %s", r.name)
		}
	}
}

// explain returns the fewest reasons that, together, make Prow do what we do.
func explain(c remark, before *state, same func(remark) bool) []string {
	var apply []reading
	for _, r := range readings {
		if rewritten := r.rewrite(c, before); rewritten.String() != c.String() {
			apply = append(apply, r)
		}
	}
	masks := make([]uint, 0, 1<<len(apply))
	for mask := range uint(1) << len(apply) {
		masks = append(masks, mask)
	}
	slices.SortStableFunc(masks, func(a, b uint) int { return ones(a) - ones(b) })
	for _, mask := range masks[1:] {
		rewritten := c
		var names []string
		for i, r := range apply {
			if mask&(1<<i) != 0 {
				rewritten, names = r.rewrite(rewritten, before), append(names, r.name)
			}
		}
		if same(rewritten) {
			return names
		}
	}
	return nil
}

func ones(mask uint) int {
	n := 0
	for ; mask > 0; mask &= mask - 1 {
		n++
	}
	return n
}
