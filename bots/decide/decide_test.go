// SPDX-License-Identifier: Apache-2.0

package decide_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/command"
	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
)

var noon = time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)

// world is a pull request on a GitHub of a few lines: what is decided is
// applied to it.
type world struct {
	in   decide.Input
	done []string // what was done, in words
	next int64    // ID of the next comment

	proposed []decide.Propose
	pinnable bool // GitHub lets the issue be pinned
}

// newWorld has a pull request by dave to a file that alice and bob may
// approve, in a repository where all but mallory have a say.
func newWorld() *world {
	yes := true
	return &world{next: 1, in: decide.Input{
		Login: "lanner", Repo: "o/r", Number: 7, Author: "dave", Open: true,
		Pull: &decide.Pull{
			Head: "aaaaaaaaaaaaaaaaaaaa", Tree: "tree1", Mergeable: &yes,
			Changes: []owners.Change{{Path: "src/x.go"}},
		},
		Roles:    map[string]string{"alice": "admin", "bob": "write", "carol": "triage", "dave": "write", "mallory": "read"},
		Settings: config.Default(),
		Owners:   owners.Parse(map[string]string{"OWNERS": "approvers: [Alice]\nreviewers: [carol]", "src/OWNERS": "approvers: [bob]"}),
	}}
}

func (w *world) say(author, body string) {
	w.hear(decide.Remark{Author: author, Body: body})
}

func (w *world) hear(r decide.Remark) {
	id := w.next
	w.next++
	kind := "comment"
	if r.Verdict != "" || r.Commit != "" {
		kind = "review"
	}
	r.ID, r.Ref, r.At = id, fmt.Sprintf("%s-%d", kind, id), noon.Add(time.Duration(id)*time.Minute)
	r.URL = fmt.Sprintf("https://github.test/o/r/pull/7#%s-%d", kind, id)
	w.in.Remarks = append(w.in.Remarks, r)
}

// step decides, and applies the decision.
func (w *world) step() decide.Plan {
	plan := decide.Decide(w.in)
	for _, a := range plan.Actions {
		w.apply(a)
	}
	w.in.Memory = plan.Memory
	return plan
}

func (w *world) apply(a decide.Action) {
	switch a := a.(type) {
	case decide.AddLabel:
		w.in.Labels = append(slices.DeleteFunc(slices.Clone(w.in.Labels), func(l string) bool { return l == a.Label }), a.Label)
		w.done = append(w.done, "+"+a.Label)
	case decide.RemoveLabel:
		w.in.Labels = slices.DeleteFunc(slices.Clone(w.in.Labels), func(l string) bool { return l == a.Label })
		w.done = append(w.done, "-"+a.Label)
	case decide.Reply:
		w.say("lanner", a.Body)
		w.done = append(w.done, "reply "+a.Ref)
	case decide.Notify:
		if i := slices.IndexFunc(w.in.Remarks, func(r decide.Remark) bool { return r.ID == a.Comment && a.Comment != 0 }); i >= 0 {
			w.in.Remarks = slices.Clone(w.in.Remarks)
			w.in.Remarks[i].Body = a.Body
		} else {
			w.say("lanner", a.Body)
		}
	case decide.Merge:
		pull := *w.in.Pull
		pull.Merged = true
		w.in.Pull, w.in.Open = &pull, false
		w.done = append(w.done, "merge "+a.SHA[:4]+" by "+string(a.Method))
	default:
		w.applyMore(a)
	}
}

// applyMore applies what is done by single commands.
func (w *world) applyMore(a decide.Action) {
	var pull decide.Pull
	if w.in.Pull != nil {
		pull = *w.in.Pull
		defer func() { w.in.Pull = &pull }()
	}
	drop := func(all, out []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(out, s) })
	}
	did := fmt.Sprintf("%s %v", strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", a), "decide.")), a)
	switch a := a.(type) {
	case decide.Assign:
		w.in.Assignees = append(slices.Clone(w.in.Assignees), a.Logins...)
	case decide.Unassign:
		w.in.Assignees = drop(w.in.Assignees, a.Logins)
	case decide.AskReview:
		pull.Requested = append(slices.Clone(pull.Requested), a.Logins...)
	case decide.UnaskReview:
		pull.Requested = drop(pull.Requested, a.Logins)
	case decide.Edit:
		did = "edit"
		if a.Title != nil {
			w.in.Title = *a.Title
			did += " title " + *a.Title
		}
		if a.Body != nil {
			w.in.Remarks = slices.Clone(w.in.Remarks)
			w.in.Remarks[0].Body = *a.Body
			did += fmt.Sprintf(" body %q", *a.Body)
		}
		if a.Milestone != nil {
			w.in.Milestone = ""
			for _, m := range w.in.Milestones {
				if m.Number == *a.Milestone {
					w.in.Milestone = m.Title
				}
			}
			did += " milestone " + w.in.Milestone
		}
	case decide.Close:
		w.in.Open = false
	case decide.Reopen:
		w.in.Open = true
	case decide.SetStatus:
		state := map[string]decide.CheckState{"success": decide.Green, "failure": decide.Red}[a.State]
		pull.Checks = append(slices.DeleteFunc(slices.Clone(pull.Checks), func(c decide.Check) bool { return c.Name == a.Context && c.Status }),
			decide.Check{Name: a.Context, State: state, Status: true, Text: a.Text})
		did = fmt.Sprintf("status %s %s", a.Context, a.State)
	case decide.Propose:
		w.proposed = append(w.proposed, a)
		did = "propose " + a.Branch
	case decide.CherryPick:
		did = "cherry-pick to " + a.Branch
	case decide.Pin:
		w.in.Pinned = w.pinnable
		did = "pin"
		if !w.pinnable {
			w.say("lanner", decide.SayRefused(a.Refused.Body, "Three are pinned, says @GitHub"))
			did += " refused, reply " + a.Refused.Ref
		}
	case decide.Unpin:
		w.in.Pinned = false
		did = "unpin"
	case decide.Transfer:
		did = "transfer to " + a.To
	}
	w.done = append(w.done, did)
}

func (w *world) push(tree string) {
	pull := *w.in.Pull
	pull.Tree, pull.Head = tree, strings.Repeat("b", 10)+tree
	w.in.Pull = &pull
}

// status returns the text of the status comment.
func (w *world) status() string {
	for _, r := range w.in.Remarks {
		if decide.Marked(r.Body, decide.StatusMarker) {
			return r.Body
		}
	}
	return ""
}

// TestCommands plays conversations: "who: text" says something, other words
// change the world, and each step tells what the bot does then.
func TestCommands(t *testing.T) {
	t.Parallel()
	type step struct {
		does string // what happens
		want string // what is done
	}
	for name, steps := range map[string][]step{
		"merge":               {{"carol: /lgtm", "+lgtm"}, {"bob: /approve", "+approved, merge aaaa by merge"}},
		"all at once":         {{"bob: /lgtm\n/approve", "+lgtm, +approved, merge aaaa by merge"}},
		"in a fence":          {{"bob: ```\n/lgtm\n/approve\n```", ""}},
		"own lgtm":            {{"dave: /lgtm", "reply comment-2"}},
		"lgtm by a stranger":  {{"mallory: /lgtm", "reply comment-2"}},
		"lgtm misuse":         {{"bob: /lgtm please", "reply comment-2"}},
		"lgtm no-issue":       {{"bob: /LGTM no-issue", "+lgtm"}},
		"lgtm cancel":         {{"bob: /lgtm", "+lgtm"}, {"carol: /lgtm cancel", "-lgtm"}},
		"remove-lgtm":         {{"bob: /lgtm", "+lgtm"}, {"dave: /remove-lgtm", "-lgtm"}},
		"cancel by stranger":  {{"bob: /lgtm", "+lgtm"}, {"mallory: /lgtm cancel", "reply comment-3"}},
		"push":                {{"bob: /lgtm", "+lgtm"}, {"push tree2", "reply push-bbbbbbbbbbtree2, -lgtm"}, {"carol: /lgtm", "+lgtm"}},
		"push of one tree":    {{"bob: /lgtm", "+lgtm"}, {"push tree1", ""}},
		"label by hand":       {{"label lgtm", ""}, {"push tree2", "reply push-bbbbbbbbbbtree2, -lgtm"}},
		"label off by hand":   {{"bob: /lgtm", "+lgtm"}, {"unlabel lgtm", ""}, {"push tree2", ""}},
		"approved by hand":    {{"label approved", "-approved"}},
		"approve":             {{"bob: /approve", "+approved"}, {"push tree2", ""}, {"bob: /approve cancel", "-approved"}},
		"remove-approve":      {{"alice: /approve no-issue", "+approved"}, {"alice: /remove-approve", "-approved"}},
		"approve misuse":      {{"bob: /approve this", "reply comment-2"}},
		"approve by reviewer": {{"carol: /approve", ""}},
		"approve by stranger": {{"mallory: /approve", ""}},
		"approve by review":   {{"bob approves", "+approved"}, {"bob objects", "-approved"}, {"bob: /approve", "+approved"}},
		"hold":                {{"mallory: /hold for #3", "+do-not-merge/hold"}, {"bob: /lgtm\n/approve", "+lgtm, +approved"}, {"carol: /unhold", "-do-not-merge/hold, merge aaaa by merge"}},
		"hold cancel":         {{"bob: /hold\n/hold cancel", ""}, {"bob: /hold", "+do-not-merge/hold"}, {"bob: /hold CANCEL", "-do-not-merge/hold"}},
		"hold cancel please":  {{"bob: /hold cancel please", "reply comment-2"}},
		"remove-hold":         {{"label do-not-merge/hold", ""}, {"bob: /remove-hold", "-do-not-merge/hold"}},
		"unknown":             {{"bob: /lgmt", "reply comment-2"}, {"bob: /test all\n/help\n/tmp", ""}},
		"needs rebase":        {{"label needs-rebase", ""}, {"bob: /lgtm\n/approve", "+lgtm, +approved"}, {"unlabel needs-rebase", "merge aaaa by merge"}},
		"other block":         {{"label do-not-merge/blocked-paths", ""}, {"bob: /lgtm\n/approve", "+lgtm, +approved"}},
		"draft":               {{"draft", ""}, {"bob: /lgtm\n/approve", "+lgtm, +approved"}},
		"red":                 {{"check unit red", ""}, {"bob: /lgtm\n/approve", "+lgtm, +approved"}, {"check unit green", "merge aaaa by merge"}},
		"pending":             {{"check unit pending", ""}, {"bob: /lgtm\n/approve", "+lgtm, +approved"}},
		"conflict":            {{"conflict", ""}, {"bob: /lgtm\n/approve", "+lgtm, +approved"}},
		"computing":           {{"computing", ""}, {"bob: /lgtm\n/approve", "+lgtm, +approved"}},
		"problem":             {{"problem", ""}, {"bob: /lgtm\n/approve", "+lgtm"}},
		"edited":              {{"edited", "reply comment-2"}},
		"old review":          {{"old review", "reply review-2"}},
		"after the merge":     {{"bob: /lgtm\n/approve", "+lgtm, +approved, merge aaaa by merge"}, {"bob: /lgtm cancel\n/hold", ""}, {"bob: /release status", "reply comment-4"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.step()
			for _, s := range steps {
				w.done = nil
				w.happen(t, s.does)
				w.step()
				if got := strings.Join(w.done, ", "); got != s.want {
					t.Fatalf("%s: did %q, want %q\n%s", s.does, got, s.want, w.status())
				}
				w.done = nil
				if plan := w.step(); len(plan.Actions) > 0 {
					t.Errorf("%s: deciding again does %+v", s.does, plan.Actions)
				}
			}
		})
	}
}

func (w *world) happen(t *testing.T, what string) {
	t.Helper()
	if who, text, ok := strings.Cut(what, ": "); ok {
		w.say(who, text)
		return
	}
	pull := *w.in.Pull
	no := false
	words := strings.Fields(what)
	switch words[0] {
	case "push":
		w.push(words[1])
		return
	case "label":
		w.apply(decide.AddLabel{Label: words[1]})
	case "unlabel":
		w.apply(decide.RemoveLabel{Label: words[1]})
	case "bob":
		w.hear(decide.Remark{Author: "Bob", Verdict: map[string]decide.Verdict{"approves": decide.ApprovedReview, "objects": decide.ChangesRequested}[words[1]], Commit: pull.Head})
	case "draft":
		pull.Draft = true
	case "check":
		pull.Checks = []decide.Check{{Name: words[1], State: decide.CheckState(words[2])}}
	case "conflict":
		pull.Mergeable = &no
	case "computing":
		pull.Mergeable = nil
	case "problem":
		w.in.Problems = []string{"the settings are broken"}
	case "edited":
		w.hear(decide.Remark{Author: "bob", Body: "/lgtm\n/approve", Edited: true})
	case "old":
		w.hear(decide.Remark{Author: "bob", Body: "/lgtm", Commit: "0123456789abcdef"})
	default:
		t.Fatalf("unknown event %q", what)
	}
	w.in.Pull = &pull
	w.done = nil
}

func TestLookAgain(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.in.Pull.Mergeable = nil
	if w.step().LookAgain {
		t.Error("looks again although labels are missing")
	}
	w.say("bob", "/lgtm\n/approve")
	if !w.step().LookAgain {
		t.Error("does not look again for GitHub's answer")
	}
}

// TestFirstSight has comments and pushes of a time when the bot was not there,
// or had another data folder.
func TestFirstSight(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say("bob", "/lgtm")
	w.in.Pull.Committed = noon.Add(time.Hour)
	w.step()
	if got := strings.Join(w.done, ", "); got != "reply comment-1" {
		t.Errorf("an lgtm older than the head: did %q", got)
	}
	w.say("bob", "/lgtm")
	w.step()
	w.push("tree2")
	w.step()
	if got := strings.Join(w.done, ", "); got != "reply comment-1, +lgtm, reply push-bbbbbbbbbbtree2, -lgtm" {
		t.Fatalf("did %q", got)
	}
	w.done, w.in.Memory, w.in.Pull.Committed = nil, decide.Memory{}, time.Time{}
	w.step()
	if len(w.done) > 0 {
		t.Errorf("after the memory was lost: did %v", w.done)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.in.Memory.Refusal = &decide.Refusal{SHA: w.in.Pull.Head, Message: "2 reviews are required"}
	w.step()
	if !strings.Contains(w.status(), "GitHub refused to merge `aaaaaaaaaaaa`: `2 reviews are required`") {
		t.Error(w.status())
	}
	w.push("tree2")
	w.step()
	if strings.Contains(w.status(), "refused") {
		t.Error(w.status())
	}
}

// TestSelfApproval has an author who may approve all of the change: it needs
// no /approve, until the author takes it back.
func TestSelfApproval(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.in.Author = "Bob"
	w.step()
	if diff := cmp.Diff([]string{"+approved"}, w.done); diff != "" {
		t.Error(diff)
	}
	w.say("bob", "/approve cancel")
	w.step()
	if diff := cmp.Diff([]string{"+approved", "-approved"}, w.done); diff != "" {
		t.Error(diff)
	}
}

func TestRequiredChecks(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.in.Settings.Merge.RequiredChecks = []string{"unit"}
	w.in.Settings.Merge.Method = config.BySquash
	w.in.Pull.Checks = []decide.Check{{Name: "lint", State: decide.Green}}
	w.say("bob", "/lgtm\n/approve")
	w.step()
	if slices.Contains(w.done, "merge aaaa by squash") {
		t.Error("merged before a required check reported")
	}
	w.in.Pull.Checks = append(w.in.Pull.Checks, decide.Check{Name: "unit", State: decide.Green})
	w.step()
	if !slices.Contains(w.done, "merge aaaa by squash") {
		t.Errorf("did %v", w.done)
	}
}

// TestBlocker has open issues with the label that stops merges.
func TestBlocker(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		title string
		stops bool
	}{{"The build is broken", true}, {"branch:main is broken", true}, {"Branch: release/0.1 and branch:release/0.2", false}} {
		w := newWorld()
		w.in.Settings.Merge.BlockerLabel, w.in.Pull.Base = "blocker", "main"
		w.in.Blockers = []decide.Blocker{{Number: 12, Title: tt.title}}
		if !decide.Need(w.in).Blockers {
			t.Error("the blockers are not read")
		}
		w.say("bob", "/lgtm\n/approve")
		plan := w.step()
		why := plan.Criteria[len(plan.Criteria)-1].Why
		if w.in.Pull.Merged == tt.stops || tt.stops != strings.Contains(why, "while #12 is open") {
			t.Errorf("%s: merged %v; %s", tt.title, w.in.Pull.Merged, why)
		}
	}
}

func TestNeed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say("Mallory", "just talking")
	w.say("carol", "/lgtm")
	w.say("lanner", "/hold")
	w.in.Memory = decide.Memory{Votes: map[string]decide.Vote{"alice": {Approve: true}}}
	if diff := cmp.Diff(decide.Needs{Roles: []string{"alice", "carol", "dave"}}, decide.Need(w.in)); diff != "" {
		t.Error(diff)
	}
	w.in.Memory.Answered = []string{"comment-2"}
	w.say("eve", "/release status")
	if diff := cmp.Diff(decide.Needs{Roles: []string{"alice", "dave", "eve"}, Releases: true}, decide.Need(w.in)); diff != "" {
		t.Error(diff)
	}
}

func TestReleaseStatus(t *testing.T) {
	t.Parallel()
	issues := []decide.Release{
		{Number: 3, URL: "https://github.test/o/r/issues/3", Body: "<!-- lanner:release v0.1.0 -->\r\n- [x] plan\r\n- [ ] tag `v0.1.0` @bob\r\n- [ ] publish\r\n\r\n```\r\n- [x] not a step\r\n```\r\n"},
		{Number: 4, URL: "https://github.test/o/r/issues/4", Body: "<!-- lanner:release v0.10.0 -->\n- [x] plan\n* [X] tag\n"},
		{Number: 5, URL: "javascript:alert(1)", Body: "<!-- lanner:release v0.9.0-rc.1 -->\nno list"},
		{Number: 6, Body: "no marker\n<!-- lanner:release v0.2.0 -->"},
		{Number: 8, Body: "<!-- lanner:release vNext -->"},
	}
	for ask, want := range map[string]string{
		"/release status": "- `v0.10.0`, [#4](https://github.test/o/r/issues/4): all 2 steps are done\n" +
			"- `v0.9.0-rc.1`, [#5](#): it has no checklist\n" +
			"- `v0.1.0`, [#3](https://github.test/o/r/issues/3): 1 of 3 steps are done, next is `tag v0.1.0 @bob`",
		"/release status v0.1.0": "- `v0.1.0`, [#3](https://github.test/o/r/issues/3): 1 of 3 steps are done, next is `tag v0.1.0 @bob`",
		"/release status `x`":    "No open issue with the label `release/tracking` tracks a release `` `x` ``.",
		"/release":               "I did nothing: I don't understand what comes after `/release`. It is `/release status` or `/release status v1.2.3`.",
	} {
		w := newWorld()
		w.in.Pull, w.in.Releases = nil, issues
		w.say("mallory", ask)
		w.step()
		_, got, _ := strings.Cut(w.in.Remarks[len(w.in.Remarks)-1].Body, "\n\n")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", ask, diff)
		}
	}
	w := newWorld()
	w.say("bob", "/release status")
	w.step()
	if got := w.in.Remarks[1].Body; !strings.HasSuffix(got, "No release is under way: no open issue has the label `release/tracking`.") {
		t.Error(got)
	}
}

// TestStrangersText says what is built to break out of an answer.
func TestStrangersText(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.in.Pull.Changes = []owners.Change{{Path: "a`@bob\n/lgtm\n<!--"}}
	w.in.Owners = owners.Parse(map[string]string{"OWNERS": "approvers: ['[x](y)', '@all *b*']", "broken/OWNERS": "```\n/approve\n: ["})
	w.in.Problems = []string{"```\n/approve\n@bob"}
	w.say("bob", "/lgmt`@alice\n/hodl<b>\n/release status @bob\n/lgtm ![](x)")
	w.step()
	for _, r := range w.in.Remarks {
		if r.Author != "lanner" {
			continue
		}
		if got := command.Parse(r.Body); len(got) > 0 {
			t.Errorf("the bot commands %v:\n%s", got, r.Body)
		}
		prose := withoutCode(r.Body)
		for _, bad := range []string{"@", "<b>", "![", "[x]("} {
			if strings.Contains(prose, bad) {
				t.Errorf("%q is outside of code:\n%s", bad, r.Body)
			}
		}
	}
}

// withoutCode cuts what stands between runs of backticks of one length.
func withoutCode(s string) string {
	var out strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '`')
		if i < 0 {
			break
		}
		out.WriteString(s[:i])
		s = s[i:]
		run := s[:len(s)-len(strings.TrimLeft(s, "`"))]
		s = s[len(run):]
		for {
			j := strings.Index(s, run)
			if j < 0 {
				return out.String() + run + s
			}
			s = s[j:]
			got := len(s) - len(strings.TrimLeft(s, "`"))
			s = s[got:]
			if got == len(run) {
				break
			}
		}
	}
	return out.String() + s
}

func TestExplain(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.say("bob", "/hold")
	w.in.Labels = []string{"do-not-merge/hold"}
	w.in.Pull.Checks = []decide.Check{{Name: "unit", State: decide.Red}, {Name: "unit", State: decide.Green}, {Name: "lint", State: decide.Pending}}
	got := decide.Explain(w.in)
	want := []decide.Criterion{
		{Name: "readable", Met: true, Why: "settings and files could be read"},
		{Name: "no draft", Met: true, Why: "it is ready for review"},
		{Name: "label approved", Why: "an approver is missing from src/OWNERS", Who: []string{"bob"}, How: "/approve", Source: "merge.required_labels"},
		{Name: "label lgtm", Why: "nobody has said /lgtm to these files; any trusted person but the author can", Who: []string{"carol"}, How: "/lgtm", Source: "merge.required_labels"},
		{Name: "no blocking label", Why: "the label do-not-merge/hold is there; /hold cancel takes it off", How: "/hold cancel", Source: "merge.forbidden_labels"},
		{Name: "checks", Why: "failed: unit", How: "/override", Source: "merge.required_checks"},
		{Name: "no conflict", Met: true, Why: "it can be merged"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Somebody took the hold off by hand: the old command must not count.
	w.in.Labels = nil
	if c := decide.Explain(w.in)[4]; !c.Met {
		t.Errorf("%+v", c)
	}
	w.in.Open = false
	if got := decide.Explain(w.in); got[0].Why != "o/r#7 is closed; reopen it" {
		t.Errorf("%+v", got)
	}
}

// TestOneSecond has a comment and a review by one person in one second.
func TestOneSecond(t *testing.T) {
	t.Parallel()
	for body, verdict := range map[string]decide.Verdict{"/approve": decide.ChangesRequested, "/approve cancel": decide.ApprovedReview} {
		w := newWorld()
		w.say("bob", body)
		w.hear(decide.Remark{Author: "bob", Body: "Hm.", Verdict: verdict})
		w.in.Remarks[1].At = w.in.Remarks[0].At
		w.step()
		if slices.Contains(w.in.Labels, "approved") {
			t.Errorf("%s and %s: approved", body, verdict)
		}
	}
}

// TestPushedMeanwhile has a push and a /lgtm between two looks: nobody knows
// which was first, and an author could see to it that the push is late.
func TestPushedMeanwhile(t *testing.T) {
	t.Parallel()
	for what, want := range map[string]string{
		"bob: /lgtm": "reply comment-2", "label lgtm": "reply push-bbbbbbbbbbtree2, -lgtm",
	} {
		w := newWorld()
		w.step()
		w.happen(t, what)
		w.push("tree2")
		w.step()
		if got := strings.Join(w.done, ", "); got != want {
			t.Errorf("%s: did %q, want %q", what, got, want)
		}
		w.done = nil
		w.say("bob", "/lgtm")
		if w.step(); strings.Join(w.done, ", ") != "+lgtm" {
			t.Errorf("%s, and /lgtm later: did %q", what, w.done)
		}
	}
}
