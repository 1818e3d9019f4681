// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"strings"
	"testing"
	"time"
)

// TestHostile has texts that are made to hurt. Each is refused, or obeyed as
// far as it is a command, and the bot goes on.
func TestHostile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.startBot(time.Hour)
	n := h.open("better").GetNumber()
	h.eventually("a status comment", func() bool { return len(h.said(n)) == 1 })
	var nested strings.Builder
	for i := range 30 << 10 / 8 {
		nested.WriteString(strings.Repeat("> ", i%40) + "```\n")
	}
	h.say("mallory", n, nested.String()[:60<<10]+"\n/lgtm\n/approve\n")
	h.say("mallory", n, strings.Repeat("/lgmt\n", 60<<10/6))
	h.say("mallory", n, "/assign @a/b @../../x @"+strings.Repeat("x", 1000)+"\n/cc @%2e%2e/orgs\n/cherry-pick ../../x\n/milestone <script>\n/retitle \x1b[31mred\n/label "+strings.Repeat("y", 1000))
	h.say("carol", n, "/lgtm")
	h.eventually("lgtm", func() bool { return strings.Contains(labels(h.pull(n)), "lgtm") })
	pr := h.pull(n)
	if pr.GetTitle() != "Change x" || len(pr.Assignees) > 0 || len(pr.RequestedReviewers) > 0 || labels(pr) != "lgtm" {
		t.Errorf("%s %v %v %s", pr.GetTitle(), pr.Assignees, pr.RequestedReviewers, labels(pr))
	}
}

// TestHostileBase has settings and OWNERS files that are made to hurt. Nothing
// is approved by them, and it is said where the mistake is.
func TestHostileBase(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ archive, says string }{
		"large settings":    {"-- .github/lanner.yaml --\nwelcome: " + strings.Repeat("x", 5<<20) + "\n", ".github/lanner.yaml"},
		"many keys":         {"-- .github/lanner.yaml --\n" + strings.Repeat("merge: {method: merge}\n", 30_000), ".github/lanner.yaml"},
		"alias bomb":        {"-- .github/lanner.yaml --\na: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c]\n", ".github/lanner.yaml"},
		"OWNERS cycle":      {"-- src/OWNERS --\napprovers: &a [bob, *a]\n", "src/OWNERS"},
		"alias cycle":       {"-- OWNERS_ALIASES --\naliases: {x: [y], y: [x]}\n-- src/OWNERS --\napprovers: [x]\noptions: {no_parent_owners: true}\n", "OWNERS"},
		"login with a path": {"-- src/OWNERS --\napprovers: [../../orgs/acme, 'bob/x']\noptions: {no_parent_owners: true}\n", "OWNERS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.settle(tt.archive)
			n := h.propose("better", "-- src/x.go --\npackage x // better\n")
			h.eventually("an answer", func() bool {
				said := h.said(n)
				return len(said) > 0 && strings.Contains(said[0], tt.says)
			})
			if pr := h.pull(n); strings.Contains(labels(pr), "approved") || pr.GetMerged() {
				t.Errorf("%s, merged %v", labels(pr), pr.GetMerged())
			}
		})
	}
}
