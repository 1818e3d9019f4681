// SPDX-License-Identifier: Apache-2.0

package decide_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
)

// everything is a repository that wants every feature, but for those that ask
// owners for a review and set a status, which have tests of their own.
func everything() config.Settings {
	s := config.Default()
	s.Features = nil
	for _, f := range config.Features() {
		if f.Name != "blunderbuss" && f.Name != "dco" && f.Name != "release-note" {
			s.Features = append(s.Features, f.Name)
		}
	}
	s.Labels.Additional = []string{"area x"}
	s.Required = []config.Required{{Missing: "needs-kind", Match: regexp.MustCompile("^kind/"), Issues: true}}
	s.Blockades = []config.Blockade{{Paths: []*regexp.Regexp{regexp.MustCompile("^frozen/")}, Except: []*regexp.Regexp{regexp.MustCompile("/ok$")}, Why: "ask `@all` first"}}
	s.Lifecycle = config.Lifecycle{StaleAfter: 90, RottenAfter: 30, CloseAfter: 20}
	return s
}

// newHouse is newWorld in such a repository, after the bot's first look.
func newHouse() *world {
	w := newWorld()
	w.in.Settings = everything()
	w.in.Title = "A title"
	w.in.Created, w.in.Updated, w.in.Now = noon, noon, noon
	w.in.RepoLabels = []string{"kind/bug", "kind/Design", "area x", "triage/accepted", "stage/alpha", "stage/beta"}
	w.in.Milestones = []decide.Milestone{{Number: 3, Title: "v0.3"}, {Number: 4, Title: "v0.4 later"}}
	w.in.Assignable = map[string]bool{"alice": true, "bob": true, "carol": true, "dave": true}
	w.in.Remarks = []decide.Remark{{Ref: "opening", Author: "dave", Body: "Does something.", At: noon}}
	w.in.Targets = map[string]decide.Target{
		"other": {Name: "o/Other", Writable: true, Issues: true}, "mute": {Name: "o/mute", Writable: true}, "locked": {Name: "o/locked", Issues: true},
	}
	w.pinnable = true
	w.in.Pull.Base = "main"
	w.in.Rotation = &decide.Rotation{Branch: "main", Commit: "cccc", Text: turns, People: turnPeople}
	w.in.Owners = owners.Parse(map[string]string{"OWNERS": "approvers: [Alice]\nreviewers: [carol]\nlabels: [area/all]", "src/OWNERS": "approvers: [bob]\nlabels: [area/src]"})
	return w
}

// issue makes it an issue.
func (w *world) issue() *world {
	w.in.Pull = nil
	return w
}

// settle decides, and once more if something was done: what follows from a
// merge is seen by the look after it.
func (w *world) settle() {
	w.step()
	if len(w.done) > 0 {
		w.in.Updated = w.in.Now
		w.step()
	}
}

// step is something that happens, and what the bot does then.
type step struct {
	does func(*world)
	want string
}

func says(who, text string) func(*world) { return func(w *world) { w.say(who, text) } }

func changes(change func(*decide.Pull)) func(*world) {
	return func(w *world) {
		p := *w.in.Pull
		change(&p)
		w.in.Pull = &p
	}
}

func waits(d time.Duration) func(*world) {
	return func(w *world) { w.in.Updated, w.in.Now = w.in.Now, w.in.Now.Add(d) }
}

// issueTalks are conversations on an issue.
func issueTalks() map[string][]step {
	return map[string][]step{
		"assign commenter": {{says("mallory", "/assign"), "assign {[mallory]}"}},
		"kind":             {{says("mallory", "/kind bug design nonsense"), "reply comment-1, +kind/Design, +kind/bug, -needs-kind"}, {says("bob", "/remove-kind bug\n/remove-kind BUG"), "reply comment-3, -kind/bug"}, {says("bob", "/kind"), "reply comment-5"}},
		"restricted":       {{says("mallory", "/triage accepted"), "reply comment-1"}, {says("bob", "/triage accepted"), "+triage/accepted"}},
		"label":            {{says("bob", "/label area x"), "+area x"}, {says("bob", "/label kind/bug\n/label"), "reply comment-2"}, {says("bob", "/remove-label area x"), "-area x"}},
		"help":             {{says("bob", "/good-first-issue"), "+good first issue, +help wanted"}, {says("bob", "/remove-help"), "-good first issue, -help wanted"}, {says("bob", "/close\n/help"), "+help wanted, close {completed}"}, {says("bob", "/remove-help"), ""}},
		"stage":            {{says("bob", "/stage alpha"), "+stage/alpha"}, {says("bob", "/stage beta\n/kind bug"), "+kind/bug, -needs-kind, -stage/alpha, +stage/beta"}, {says("bob", "/stage gamma\n/remove-stage beta"), "reply comment-3, -stage/beta"}},
		"close":            {{says("mallory", "/close"), "reply comment-1"}, {says("bob", "/close not-planned"), "close {not_planned}"}, {says("dave", "/reopen"), "reopen {}"}, {says("dave", "/close"), "close {completed}"}},
		"age": {
			{func(w *world) { w.in.Now = noon.Add(89 * 24 * time.Hour) }, ""},
			{func(w *world) { w.in.Now = noon.Add(90 * 24 * time.Hour) }, "reply quiet-2024-05-06T12:00:00Z, +lifecycle/stale"},
			{waits(30 * 24 * time.Hour), "reply quiet-2024-08-04T12:00:00Z, +lifecycle/rotten, -lifecycle/stale"},
			{waits(20 * 24 * time.Hour), "reply quiet-2024-09-03T12:00:00Z, close {not_planned}"},
		},
		"transfer": {
			{says("mallory", "/transfer other"), "reply comment-1"},
			{says("bob", "/transfer\n/transfer-issue a b\n/transfer r\n/transfer p/other\n/transfer ..\n/transfer a/b/c\n/transfer missing\n/transfer locked\n/transfer-issue MUTE"), "reply comment-3"},
			{says("bob", "/transfer o/OTHER\n/retitle Moved"), "edit title Moved, transfer to o/Other"},
			{says("bob", "/transfer-issue missing\n/transfer-issue other\n/kind bug"), "reply comment-6, +kind/bug, -needs-kind, transfer to o/Other"},
		},
		"transfer twice": {{says("bob", "/transfer mute\n/transfer other\n/transfer other"), "reply comment-1, transfer to o/Other"}},
		"pin":            {{says("bob", "/pin-issue"), "reply comment-1"}, {says("alice", "/pin-issue now"), "reply comment-3"}, {says("Alice", "/pin-issue"), "pin"}, {says("alice", "/pin-issue"), ""}, {says("alice", "/unpin-issue\n/pin-issue\n/unpin-issue"), "unpin"}},
		"pin without a role": {
			{func(w *world) { w.in.Roles = map[string]string{"alice": "read"}; w.say("alice", "/pin-issue") }, "reply comment-1"},
		},
		"pin without approvers": {
			{func(w *world) { w.in.Owners = owners.Parse(nil); w.say("alice", "/unpin-issue") }, "reply comment-1"},
		},
		"pin refused": {
			{func(w *world) { w.pinnable = false; w.say("alice", "/pin-issue") }, "pin refused, reply pin-comment-1"},
			{func(w *world) { w.in.Memory = decide.Memory{} }, ""},
			{func(w *world) { w.pinnable = true; w.say("alice", "/pin-issue") }, "pin"},
		},
		"arrived": {
			{func(w *world) {
				w.say("bob", "/kind bug\n/transfer other")
				w.say("mallory", "/close")
				w.in.Arrived = w.in.Remarks[len(w.in.Remarks)-1].At
			}, ""},
			{says("bob", "/kind design"), "+kind/Design, -needs-kind"},
			{func(w *world) { w.in.Arrived = time.Time{} }, ""},
		},
		"pull only": {{says("bob", "/hold\n/cc\n/override x\n/link-issue 3\n/why"), ""}},
	}
}

// pullTalks are conversations on a pull request.
func pullTalks() map[string][]step {
	yes, no := true, false
	return map[string][]step{
		"assign":              {{says("bob", "/assign\n/assign @Alice, mallory"), "reply comment-2, assign {[alice bob]}"}, {says("bob", "/assign bob\n/unassign ALICE"), "unassign {[alice]}"}},
		"cc":                  {{says("bob", "/cc\n/cc @alice dave @o/core @p/core"), "reply comment-2, askreview {[alice bob o/core]}"}, {says("bob", "/uncc"), "unaskreview {[bob]}"}},
		"lifecycle":           {{says("bob", "/lifecycle Frozen"), "+lifecycle/frozen"}, {says("bob", "/lifecycle active"), "+lifecycle/active, -lifecycle/frozen"}, {says("bob", "/remove-lifecycle active"), "-lifecycle/active"}, {says("bob", "/lifecycle dead"), "reply comment-5"}},
		"close a pull":        {{says("bob", "/close not-planned"), "reply comment-2"}, {says("bob", "/close"), "close {}"}, {says("mallory", "/reopen"), "reply comment-5"}},
		"close what is ready": {{says("bob", "/lgtm\n/approve\n/close"), "+lgtm, +approved, close {}"}},
		"frozen":              {{says("bob", "/lifecycle frozen"), "+lifecycle/frozen"}, {func(w *world) { w.in.Now = noon.Add(900 * 24 * time.Hour) }, ""}},
		"retitle":             {{says("mallory", "/retitle x"), "reply comment-2"}, {says("bob", "/retitle  Better   name "), "edit title Better name"}, {says("bob", "/retitle"), "reply comment-5"}},
		"milestone":           {{says("mallory", "/milestone v0.3"), "reply comment-2"}, {says("bob", "/milestone v0.4 later"), "edit milestone v0.4 later"}, {says("bob", "/milestone v9"), "reply comment-5"}, {says("bob", "/milestone clear"), "edit milestone "}},
		"wip":                 {{func(w *world) { w.in.Title = "[WIP] x" }, "+do-not-merge/work-in-progress"}, {says("bob", "/retitle wipe x"), "-do-not-merge/work-in-progress, edit title wipe x"}, {changes(func(p *decide.Pull) { p.Draft = true }), "+do-not-merge/work-in-progress"}},
		"rebase":              {{changes(func(p *decide.Pull) { p.Mergeable = &no }), "reply rebase-aaaaaaaaaaaaaaaaaaaa, +needs-rebase"}, {changes(func(p *decide.Pull) { p.Mergeable = nil }), ""}, {changes(func(p *decide.Pull) { p.Mergeable = &yes }), "-needs-rebase"}},
		"size":                {{changes(func(p *decide.Pull) { p.Lines = map[string]int{"a": 400, "b": 99} }), "+size/L, -size/XS"}, {changes(func(p *decide.Pull) { p.Lines = map[string]int{"a": 4000} }), "-size/L, +size/XXL"}},
		"link": {
			{says("mallory", "/link-issue 12"), "reply comment-2"},
			{says("dave", "/link-issue 12 a/b#3"), `edit body "Does something.\n\nCloses #12\n\nCloses a/b#3"`},
			{says("dave", "/unlink-issue 12\n/link-issue x"), `reply comment-5, edit body "Does something.\n\n\nCloses a/b#3"`},
		},
		"issue only": {{says("alice", "/transfer other\n/pin-issue\n/unpin-issue\n/help"), "reply comment-2"}},
		"why":        {{says("mallory", "/why"), "reply comment-2"}, {says("mallory", "/why not"), "reply comment-4"}},
		"look":       {{says("mallory", "/verify-owners\n/check-required-labels"), ""}},
		"off":        {{func(w *world) { w.in.Settings.Features = []string{"lgtm"} }, ""}, {says("bob", "/hold\n/retitle x\n/kind bug\n/assign"), ""}},
	}
}

// commitTalks are those about what a pull request holds, and what becomes of it.
func commitTalks() map[string][]step {
	return map[string][]step{
		"commits": {
			{changes(func(p *decide.Pull) {
				p.Commits = []decide.Commit{{SHA: "1", Message: "Merge branch", Parents: 2}, {SHA: "2", Message: "x\n\nFixes #12", Parents: 1}, {SHA: "3", Message: "fixup! y", Parents: 1}, {SHA: "4", Message: "hello @bob"}}
			}), "reply merges-aaaaaaaaaaaaaaaaaaaa, reply messages-aaaaaaaaaaaaaaaaaaaa, +do-not-merge/contains-merge-commits, +do-not-merge/invalid-commit-message"},
			{changes(func(p *decide.Pull) {
				p.Commits = []decide.Commit{{SHA: "2", Message: "a: prefix #12\n\nhas no@address.example\nCo-authored-by: B <b@c.example>\nReviewed-by: @bob", Parents: 1}}
			}), "-do-not-merge/contains-merge-commits, -do-not-merge/invalid-commit-message"},
		},
		"blockade": {
			{changes(func(p *decide.Pull) { p.Changes = []owners.Change{{Path: "new", From: "frozen/a"}} }), "reply blocked-aaaaaaaaaaaaaaaaaaaa, +do-not-merge/blocked-paths"},
			{changes(func(p *decide.Pull) { p.Changes = []owners.Change{{Path: "frozen/ok"}} }), "-do-not-merge/blocked-paths"},
		},
		"owners files": {
			{changes(func(p *decide.Pull) { p.OwnersFiles = map[string]string{"src/OWNERS": "approvers: [bob, mallory]"} }), "reply owners-aaaaaaaaaaaaaaaaaaaa, +do-not-merge/invalid-owners-file"},
			{changes(func(p *decide.Pull) { p.OwnersFiles = map[string]string{"src/OWNERS": "approvers: [bob, carol]"} }), "-do-not-merge/invalid-owners-file"},
			{changes(func(p *decide.Pull) {
				p.Head = "cccc"
				p.OwnersFiles = map[string]string{"OWNERS_ALIASES": "aliases: {x: y}"}
			}), "reply owners-cccc, +do-not-merge/invalid-owners-file"},
		},
		"override": {
			{changes(func(p *decide.Pull) {
				p.Checks = []decide.Check{{Name: "test / unit", State: decide.Red, Status: true}, {Name: "lint", State: decide.Red}}
			}), ""},
			{says("bob", "/override lint"), "reply comment-2"},
			{says("alice", "/override \"test / unit\" nolint"), "reply comment-4, status test / unit success"},
			{says("bob", "/lgtm\n/approve"), "+lgtm, +approved"},
			{says("alice", "/override lint"), "merge aaaa by merge"},
		},
		"cherry-pick": {
			{says("mallory", "/cherry-pick release/0.1"), "reply comment-2"},
			{says("bob", "/cherry-pick release/0.1 main ../x\n/cherrypick release/0.2"), "reply comment-4"},
			{says("bob", "/lgtm\n/approve"), "+lgtm, +approved, merge aaaa by merge, cherry-pick to release/0.1, cherry-pick to release/0.2"},
			{says("bob", "/cherry-pick release/0.3"), "cherry-pick to release/0.3"},
		},
		"never merged": {{says("bob", "/close"), "close {}"}, {says("bob", "/cherry-pick x"), "reply comment-3"}},
		"branch": {
			{changes(func(p *decide.Pull) { p.Branch = "topic" }), ""},
			{says("bob", "/lgtm\n/approve"), "+lgtm, +approved, merge aaaa by merge, deletebranch {topic aaaaaaaaaaaaaaaaaaaa}"},
		},
	}
}

// TestFeatures plays conversations as TestCommands does, in a repository that
// has all features.
func TestFeatures(t *testing.T) {
	t.Parallel()
	for kind, talks := range map[string]map[string][]step{"issue": issueTalks(), "pull request": pullTalks(), "commits": commitTalks()} {
		for name, steps := range talks {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newHouse()
				if kind == "issue" {
					w.issue()
				}
				w.step()
				for i, s := range steps {
					w.done = nil
					s.does(w)
					w.settle()
					if got := strings.Join(w.done, ", "); got != s.want {
						t.Fatalf("step %d: did\n%s\nwant\n%s\n%s", i, got, s.want, w.in.Remarks[len(w.in.Remarks)-1].Body)
					}
					if plan := decide.Decide(w.in); len(plan.Actions) > 0 {
						t.Errorf("step %d: deciding again does %+v", i, plan.Actions)
					}
				}
			})
		}
	}
}

// TestReleaseNote follows the note in a description and the commands about it.
func TestReleaseNote(t *testing.T) {
	t.Parallel()
	w := newHouse()
	w.in.Settings.Features = append(w.in.Settings.Features, "release-note")
	const needed = "do-not-merge/release-note-label-needed"
	body := func(text string) func() { return func() { w.in.Remarks[0].Body = text } }
	for i, s := range []struct {
		does func()
		want string
	}{
		{func() {}, "reply note, +area/all, +area/src, +" + needed + ", +size/XS"},
		{body("x\r\n```release-note\r\nIt is faster.\r\n```\r\n"), "-" + needed + ", +release-note"},
		{func() { w.say("dave", "/release-note-none") }, "reply comment-3"},
		{body("```release-note\nNone\n```"), "-release-note, +release-note-none"},
		{body("```release-note\n<!-- for users -->\nN/A.\n```"), ""},
		{body("nothing"), ""},
		{func() { w.say("mallory", "/release-note-edit\n```release-note\nx\n```") }, "reply comment-5"},
		{func() { w.say("bob", "/release-note-edit\n````release-note\nAction required: do ``` it\n````") }, "+release-note-action-required, -release-note-none, edit body \"nothing\\n\\n````release-note\\nAction required: do ``` it\\n````\\n\""},
		{func() { w.say("bob", "/release-note-edit\n~~~ release-note\nBetter.\n~~~") }, "+release-note, -release-note-action-required, edit body \"nothing\\n\\n```release-note\\nBetter.\\n```\\n\""},
		{func() { w.say("bob", "/release-note-edit") }, "reply comment-9"},
		{body("```release-note\nNo action required.\n```"), ""},
		{body("gone"), "+" + needed + ", -release-note"},
		{func() { w.say("mallory", "/release-note-none") }, "reply comment-11"},
		{func() { w.say("dave", "/release-note-none") }, "-" + needed + ", +release-note-none"},
	} {
		w.done = nil
		s.does()
		w.step()
		if got := strings.Join(w.done, ", "); got != s.want {
			t.Fatalf("step %d: did\n%s\nwant\n%s\n%s", i, got, s.want, w.in.Remarks[0].Body)
		}
		if plan := decide.Decide(w.in); len(plan.Actions) > 0 {
			t.Errorf("step %d: deciding again does %+v", i, plan.Actions)
		}
	}
}

func TestSignOff(t *testing.T) {
	t.Parallel()
	w := newHouse()
	w.in.Settings.Features = []string{"dco"}
	w.in.Pull.Commits = []decide.Commit{
		{SHA: "1", Message: "a\n\nSigned-off-by: D <D@example.com>\n", Email: "d@example.com", Parents: 1},
		{SHA: "2", Message: "b\n\nSigned-off-by: E <e@example.com>", Email: "d@example.com", Parents: 1},
		{SHA: "3", Message: "Merge", Parents: 2},
	}
	w.step()
	if got := strings.Join(w.done, ", "); got != "reply dco-aaaaaaaaaaaaaaaaaaaa, +dco-signoff: no, status dco failure" {
		t.Errorf("did %s", got)
	}
	if body := w.in.Remarks[1].Body; !strings.Contains(body, "- `2` `b`\n") || strings.Contains(body, "`a`") {
		t.Error(body)
	}
	if plan := decide.Decide(w.in); len(plan.Actions) > 0 {
		t.Errorf("deciding again does %+v", plan.Actions)
	}
	w.done, w.in.Pull.Commits[1].Message = nil, "b\n\nSigned-off-by: E <e@example.com>\nsigned-off-by:  D  <d@example.com> "
	w.step()
	if got := strings.Join(w.done, ", "); got != "-dco-signoff: no, +dco-signoff: yes, status dco success" {
		t.Errorf("did %s", got)
	}
}

// TestReviewers asks whom the files, the load and the settings want.
func TestReviewers(t *testing.T) {
	t.Parallel()
	tree := map[string]string{
		"OWNERS":   "approvers: [alice]\nreviewers: [erin]\n",
		"a/OWNERS": "approvers: [bob]\nreviewers: [carol, frank, dave]\nrequired_reviewers: [grace]",
		"b/OWNERS": "reviewers: [heidi]",
	}
	for name, tt := range map[string]struct {
		change func(*decide.Input)
		want   string
	}{
		"near, by lines": {func(in *decide.Input) { in.Pull.Lines = map[string]int{"b/x": 100} }, "askreview {[frank grace heidi]}"},
		"load":           {func(in *decide.Input) { in.Load = map[string]int{"carol": 3, "heidi": 9} }, "askreview {[carol frank grace]}"},
		"one": {func(in *decide.Input) {
			in.Settings.Reviewers.Count = 1
			in.Load = map[string]int{"carol": 9, "heidi": 9}
		}, "askreview {[frank grace]}"},
		"at most": {func(in *decide.Input) { in.Settings.Reviewers.Most = 1 }, "askreview {[grace]}"},
		"approvers last": {func(in *decide.Input) {
			in.Pull.Changes = []owners.Change{{Path: "b/x"}}
			in.Settings.Reviewers.Count = 3
			in.Author = "dave"
		}, "askreview {[alice erin heidi]}"},
		"no approvers": {func(in *decide.Input) {
			in.Pull.Changes = []owners.Change{{Path: "b/x"}}
			in.Settings.Reviewers = config.Reviewers{Count: 3, ExcludeApprovers: true}
		}, "askreview {[erin heidi]}"},
		"a draft":           {func(in *decide.Input) { in.Pull.Draft = true }, ""},
		"asked by somebody": {func(in *decide.Input) { in.Pull.Requested = []string{"erin"} }, ""},
		"looked at": {func(in *decide.Input) {
			in.Remarks = append(in.Remarks, decide.Remark{Ref: "review-1", Author: "erin", Verdict: "COMMENTED"})
		}, ""},
		"off": {func(in *decide.Input) { in.Settings.Features = nil }, ""},
	} {
		w := newHouse()
		w.in.Settings.Features = []string{"blunderbuss", "assign"}
		w.in.Owners = owners.Parse(tree)
		w.in.Pull.Changes = []owners.Change{{Path: "a/x"}, {Path: "b/x"}}
		tt.change(&w.in)
		w.in.Assignable = map[string]bool{}
		for _, login := range decide.Need(w.in).Assignable {
			w.in.Assignable[login] = true
		}
		w.step()
		if got := strings.Join(w.done, ", "); !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s: did %s, want %s", name, got, tt.want)
		}
		if w.in.Pull.Draft {
			continue
		}
		w.done = nil
		w.say("bob", "/uncc carol erin frank grace heidi alice")
		w.settle()
		if w.done = nil; len(decide.Decide(w.in).Actions) > 0 {
			t.Errorf("%s: asks again", name)
		}
	}
}

// TestCommandsAreExplained holds that each command has a feature that the
// settings know, a usage and words for the help.
func TestCommandsAreExplained(t *testing.T) {
	t.Parallel()
	s := config.Default()
	s.Features = nil
	for _, f := range config.Features() {
		s.Features = append(s.Features, f.Name)
	}
	seen := map[string]bool{}
	for _, c := range decide.Commands(s) {
		if seen[c.Name] || !strings.Contains(c.Usage, "`/"+c.Name) || c.Does == "" || c.Who == "" || c.Where == "" {
			t.Errorf("%+v", c)
		}
		seen[c.Name] = true
	}
	s.Features = []string{"no such"}
	if left := decide.Commands(s); len(left) > 0 {
		t.Errorf("of no feature: %+v", left)
	}
	if len(seen) < 40 {
		t.Errorf("%d commands", len(seen))
	}
}

// TestBesideProw has the features alone that a Prow does not have: approval and
// merging are left to it.
func TestBesideProw(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.in.Settings.Features = []string{"release"}
	w.in.Labels = []string{"lgtm", "approved"} // the Prow's
	for _, text := range []string{"/lgtm\n/approve\n/hold\n/test all", "/lgmt", "/release-note-none"} {
		w.say("bob", text)
		w.step()
	}
	w.push("tree2")
	w.step()
	if len(w.done) > 0 || len(w.in.Remarks) != 3 || w.in.Pull.Merged {
		t.Errorf("did %v, said %+v", w.done, w.in.Remarks)
	}
	w.in.Releases = nil
	w.say("bob", "/release status")
	if w.step(); strings.Join(w.done, ", ") != "reply comment-4" {
		t.Errorf("did %v", w.done)
	}
}

// TestMoveWords: what is said about a transfer that can't be, and of which
// repositories it is asked.
func TestMoveWords(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]string{
		"":          "I don't understand what comes after `/transfer`. It is `/transfer REPO`.",
		"a b":       "I don't understand what comes after `/transfer`. It is `/transfer REPO`.",
		"R":         "This issue is in that repository already.",
		"p/other":   "GitHub transfers issues between repositories of one owner only: `p/other` is not one of `o`.",
		"@x/`y`":    "is no name of a repository.",
		"..":        "`..` is no name of a repository.",
		"o/Missing": "There is no repository `Missing`, or I may not write to it.",
		"locked":    "There is no repository `locked`, or I may not write to it.",
		"mute":      "The repository `o/mute` has its issues turned off.",
	} {
		w := newHouse().issue()
		w.step()
		w.say("bob", "/transfer "+arg)
		w.step()
		if said := w.in.Remarks[len(w.in.Remarks)-1].Body; !strings.Contains(said, want) {
			t.Errorf("/transfer %s: said %q, want %q", arg, said, want)
		}
	}
	w := newHouse().issue()
	w.say("mallory", "/transfer secret")
	w.say("bob", "/transfer O/Other\n/transfer-issue a b\n/transfer other\n/transfer r\n/transfer p/q\n/transfer missing")
	if diff := cmp.Diff([]string{"missing", "other"}, decide.Targets(w.in)); diff != "" {
		t.Errorf("repositories (-want +got):\n%s", diff)
	}
	w.in.Settings.Features = []string{"assign"}
	if names := decide.Targets(w.in); names != nil {
		t.Errorf("without the feature: %v", names)
	}
	w = newHouse().issue()
	w.say("mallory", "/unpin-issue")
	if need := decide.Need(w.in); !need.Owners {
		t.Errorf("to pin, it needs %+v", need)
	}
}
