// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/infra/store"
)

// settle makes the settings the base branch's, and starts the bot.
func (h *house) settle(archive string) {
	h.t.Helper()
	h.work.Write(archive)
	h.work.Commit("Settings")
	h.work.Git("push", "-q", "origin", "main")
	h.startBot(time.Hour)
}

// answers waits until the bot has said something that holds each of some texts.
func (h *house) answers(number int, texts ...string) {
	h.t.Helper()
	h.eventually(fmt.Sprintf("%q", texts), func() bool {
		said := strings.Join(h.said(number), "\n----\n")
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(said, text) })
	})
}

// TestPeople assigns and asks, by owners and by name.
func TestPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.settle("-- .github/lanner.yaml --\nfeatures: [default, blunderbuss]\nreviewers: {count: 1}\n")
	n := h.open("better").GetNumber()
	asked := func() string {
		var logins []string
		for _, u := range h.pull(n).RequestedReviewers {
			logins = append(logins, u.GetLogin())
		}
		slices.Sort(logins)
		return strings.Join(logins, " ")
	}
	h.eventually("an owner is asked", func() bool { return asked() == "carol" })
	h.say("bob", n, "/cc @mallory alice\n/uncc carol")
	h.eventually("others are asked", func() bool { return asked() == "alice" })
	h.answers(n, "can't be asked for a review, for they are the author or have no access to the repository: mallory.")
	h.say("mallory", n, "/assign\n/assign @bob @erin")
	assigned := func() string {
		var logins []string
		for _, u := range h.pull(n).Assignees {
			logins = append(logins, u.GetLogin())
		}
		slices.Sort(logins)
		return strings.Join(logins, " ")
	}
	h.answers(n, "has no access and has said nothing here: erin.")
	h.eventually("two are assigned", func() bool { return strings.Contains(assigned(), "bob") })
	h.say("bob", n, "/unassign\n/unassign mallory")
	h.eventually("nobody is assigned", func() bool { return assigned() == "" })
}

// TestIssue has an issue labelled, put into a milestone, renamed, closed and
// opened again.
func TestIssue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	alice := h.f.Client("alice")
	for _, label := range []string{"kind/bug", "needs-kind"} {
		if _, _, err := alice.Issues.CreateLabel(t.Context(), "acme", "demo", &gh.Label{Name: &label, Color: new("cccccc")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := alice.Issues.CreateMilestone(t.Context(), "acme", "demo", &gh.Milestone{Title: new("v0.2")}); err != nil {
		t.Fatal(err)
	}
	h.settle("-- .github/lanner.yaml --\nfeatures: [default, require-matching-label, welcome]\nrequired_labels: [{missing: needs-kind, regexp: ^kind/}]\n")
	issue, _, err := h.f.Client("mallory").Issues.Create(t.Context(), "acme", "demo", &gh.IssueRequest{Title: new("It is slow"), Body: new("Very.")})
	if err != nil {
		t.Fatal(err)
	}
	n := issue.GetNumber()
	get := func() *gh.Issue {
		i, _, err := alice.Issues.Get(t.Context(), "acme", "demo", n)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	labelled := func(want string) func() bool {
		return func() bool { return labels(&gh.PullRequest{Labels: get().Labels}) == want }
	}
	h.eventually("the missing label", labelled("needs-kind"))
	h.answers(n, "Welcome, mallory")
	h.say("mallory", n, "/kind Bug nonsense\n/good-first-issue")
	h.eventually("labels", labelled("good first issue help wanted kind/bug"))
	h.answers(n, "This repository has no label `kind/nonsense`.")
	h.say("carol", n, "/milestone v0.2\n/retitle It is *too* slow")
	h.eventually("milestone and title", func() bool {
		return get().GetMilestone().GetTitle() == "v0.2" && get().GetTitle() == "It is *too* slow"
	})
	h.say("carol", n, "/milestone clear\n/close not-planned")
	h.eventually("closed", func() bool {
		i := get()
		return i.GetState() == "closed" && i.GetStateReason() == "not_planned" && i.Milestone == nil
	})
	h.say("mallory", n, "/reopen")
	h.eventually("open", func() bool { return get().GetState() == "open" })
}

// TestSignOffStatus sets a status that GitHub itself then waits for.
func TestSignOffStatus(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.settle("-- .github/lanner.yaml --\nfeatures: [default, dco, size, wip, release-note, verify-owners]\n")
	pr := h.open("better")
	n := pr.GetNumber()
	h.eventually("labels", func() bool {
		return labels(h.pull(n)) == "dco-signoff: no do-not-merge/release-note-label-needed size/XS"
	})
	state := func() string {
		s, _, err := h.f.Client("alice").Repositories.GetCombinedStatus(t.Context(), "acme", "demo", h.pull(n).GetHead().GetSHA(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return s.GetState()
	}
	h.eventually("a red status", func() bool { return state() == "failure" })
	dave := h.f.Clone("dave", "acme/demo")
	dave.Git("checkout", "-q", "better")
	dave.Git("commit", "-q", "--amend", "--signoff", "-m", "Change x")
	dave.Git("push", "-q", "--force", "origin", "better")
	h.eventually("a green status", func() bool { return state() == "success" })
	h.say("bob", n, "/release-note-edit\n```release-note\nx is better.\n```")
	h.eventually("a note", func() bool {
		return labels(h.pull(n)) == "dco-signoff: yes release-note size/XS" && strings.Contains(h.pull(n).GetBody(), "x is better.")
	})
	dave.Branch("owners", "origin/main", "Let mallory in", "-- src/OWNERS --\napprovers: [bob, mallory]\n")
	second, _, err := h.f.Client("dave").PullRequests.Create(t.Context(), "acme", "demo", &gh.NewPullRequest{Title: new("WIP: owners"), Head: new("owners"), Base: new("main")})
	if err != nil {
		t.Fatal(err)
	}
	h.answers(second.GetNumber(), "in this repository: mallory.")
	h.eventually("blocked", func() bool {
		return strings.Contains(labels(h.pull(second.GetNumber())), "do-not-merge/invalid-owners-file do-not-merge/release-note-label-needed do-not-merge/work-in-progress")
	})
}

// TestCherryPick carries a merged change to two branches: one that it fits on,
// and one that it does not. The branch that it came from is deleted.
func TestCherryPick(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.work.Git("branch", "release/0.1")
	h.work.Git("checkout", "-q", "-b", "release/0.2")
	h.work.Write("-- src/x.go --\npackage other\n")
	h.work.Commit("Another x")
	h.work.Git("push", "-q", "origin", "release/0.1", "release/0.2")
	h.work.Git("checkout", "-q", "main")
	h.settle("-- .github/lanner.yaml --\nfeatures: [default, branchcleaner]\n")
	n := h.open("better").GetNumber()
	h.say("carol", n, "/lgtm\n/cherry-pick release/0.1 release/0.2")
	h.answers(n, "Once it is merged, it is carried to `release/0.1`, `release/0.2`.")
	h.say("bob", n, "/approve")
	h.eventually("merged", func() bool { return h.pull(n).GetMerged() })
	alice := h.f.Client("alice")
	h.eventually("a pull request", func() bool {
		pulls, _, err := alice.PullRequests.List(t.Context(), "acme", "demo", &gh.PullRequestListOptions{Base: "release/0.1"})
		if err != nil {
			t.Fatal(err)
		}
		return len(pulls) == 1 && pulls[0].GetTitle() == "[release/0.1] Change x"
	})
	h.eventually("an issue", func() bool {
		issues, _, err := alice.Issues.ListByRepo(t.Context(), "acme", "demo", &gh.IssueListByRepoOptions{Creator: "lanner"})
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(issues, func(i *gh.Issue) bool {
			return i.GetTitle() == fmt.Sprintf("Cherry-pick of #%d to release/0.2 has a conflict", n) && strings.Contains(i.GetBody(), "git cherry-pick -x")
		})
	})
	for _, branch := range []string{"better", fmt.Sprintf("cherry-pick-%d-to-release/0.2", n)} {
		h.eventually("no branch "+branch, func() bool {
			_, resp, err := alice.Repositories.GetBranch(t.Context(), "acme", "demo", branch, 0)
			if err != nil && (resp == nil || resp.StatusCode != http.StatusNotFound) {
				t.Fatal(err)
			}
			return err != nil
		})
	}
	h.work.Git("fetch", "-q", "origin")
	picked := fmt.Sprintf("origin/cherry-pick-%d-to-release/0.1", n)
	if got := h.work.Git("show", picked+":src/x.go"); got != "package x // better" {
		t.Errorf("it has %q", got)
	}
	if got := h.work.Git("rev-list", "--count", "origin/release/0.1.."+picked); got != "1" {
		t.Errorf("%s commits on top", got)
	}
	if got := h.work.Git("log", "-1", "--format=%B %an", picked); !strings.HasPrefix(got, "Change x\n\n(cherry picked from commit ") || !strings.Contains(got, "dave") {
		t.Errorf("the commit says %q", got)
	}
}

// TestWhy tells everything that is missing, and lets an administrator give it.
func TestWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.settle("-- .github/lanner.yaml --\nmerge: {required_checks: [unit]}\n")
	pr := h.open("better")
	n := pr.GetNumber()
	h.status(pr.GetHead().GetSHA(), "failure")
	h.say("bob", n, "/lgtm\n/approve\n/hold")
	h.eventually("labels", func() bool { return labels(h.pull(n)) == "approved do-not-merge/hold lgtm" })
	h.say("mallory", n, "/why")
	h.answers(n, "2 things are missing:", "- [ ] `no blocking label`: `the label do-not-merge/hold is there; /hold cancel takes it off`; how: `/hold cancel` (`merge.forbidden_labels` in `.github/lanner.yaml`)",
		"- [ ] `checks`: `failed: unit`; how: `/override` (`merge.required_checks` in `.github/lanner.yaml`)")
	h.say("bob", n, "/override unit\n/hold cancel")
	h.answers(n, "`/override` counts from administrators of this repository.")
	h.say("alice", n, "/override unit")
	h.eventually("merged", func() bool { return h.pull(n).GetMerged() })
}

// TestRecorded holds that what was decided can be decided again, to the same
// end.
func TestRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.settle("-- .github/lanner.yaml --\nfeatures: [default, size, dco]\nblockades: [{paths: [x$], why: y}]\n")
	n := h.open("better").GetNumber()
	h.say("bob", n, "/lgtm\n/approve\n/hold")
	h.eventually("labels", func() bool {
		return labels(h.pull(n)) == "approved dco-signoff: no do-not-merge/hold lgtm size/XS"
	})
	h.eventually("a record", func() bool {
		count, labelled := 0, false
		err := h.db.Decisions(t.Context(), time.Time{}, func(d store.Decision) error {
			count++
			in, err := decide.Decode(d.Input)
			if err != nil {
				return err
			}
			said := []string{}
			for _, a := range decide.Decide(in).Actions {
				said = append(said, decide.Describe(a))
			}
			labelled = labelled || slices.Contains(said, "AddLabel lgtm")
			again, err := json.Marshal(said)
			if err == nil && string(again) != string(d.Output) {
				t.Errorf("decided again: %s, and it was %s", again, d.Output)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return count >= 2 && labelled
	})
}

// TestQuiet lets a bot that is three months ahead find what nobody touches, and
// one further ahead close it.
func TestQuiet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	issue, _, err := h.f.Client("mallory").Issues.Create(t.Context(), "acme", "demo", &gh.IssueRequest{Title: new("Old")})
	if err != nil {
		t.Fatal(err)
	}
	h.ahead = 91 * 24 * time.Hour
	h.settle("-- .github/lanner.yaml --\nlifecycle: {stale_after: 90, rotten_after: 95}\n")
	h.answers(issue.GetNumber(), "and it is marked as stale. After 95 more it is marked as rotten.")
}

// TestRecover has the bot away while a webhook is sent: it is sent again, and
// taken then.
func TestRecover(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, _, err := h.f.Client("alice").Repositories.AddCollaborator(t.Context(), "acme", "demo", "lanner", &gh.RepositoryAddCollaboratorOptions{Permission: "admin"}); err != nil {
		t.Fatal(err)
	}
	missed := make(chan string, 100)
	h.hook.Forward(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-GitHub-Event") == "issues" {
			missed <- r.Header.Get("X-GitHub-Delivery")
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	if _, _, err := h.f.Client("mallory").Issues.Create(t.Context(), "acme", "demo", &gh.IssueRequest{Title: new("Lost")}); err != nil {
		t.Fatal(err)
	}
	guid := <-missed
	h.startBot(200 * time.Millisecond)
	h.eventually("the delivery is taken", func() bool {
		known, err := h.db.Known(t.Context(), guid)
		if err != nil {
			t.Fatal(err)
		}
		return known
	})
}

// TestBlocker has an issue stop all merges until it is closed.
func TestBlocker(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.settle("-- .github/lanner.yaml --\nmerge: {blocker_label: broken}\n")
	issue, _, err := h.f.Client("alice").Issues.Create(t.Context(), "acme", "demo", &gh.IssueRequest{Title: new("All is broken"), Labels: &[]string{"broken"}})
	if err != nil {
		t.Fatal(err)
	}
	n := h.propose("good", "-- src/good.go --\npackage x\n")
	h.eventually("both labels", func() bool { return labels(h.pull(n)) == "approved lgtm" })
	h.say("dave", n, "/why")
	h.answers(n, fmt.Sprintf("nothing is merged while #%d is open", issue.GetNumber()))
	if h.pull(n).GetMerged() {
		t.Error("it was merged")
	}
	if _, _, err := h.f.Client("alice").Issues.Edit(t.Context(), "acme", "demo", issue.GetNumber(), &gh.IssueRequest{State: new("closed")}); err != nil {
		t.Fatal(err)
	}
	h.eventually("merged", func() bool { return h.pull(n).GetMerged() })
}

// TestGenerated does not count what the base branch calls generated.
func TestGenerated(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.settle("-- .github/lanner.yaml --\nfeatures: [size]\n-- .gitattributes --\nsrc/gen.go linguist-generated\n")
	long := strings.Repeat("// A line.\n", 50)
	written := h.propose("written", "-- src/y.go --\n"+long)
	generated := h.propose("generated", "-- src/gen.go --\n"+long)
	h.eventually("sizes", func() bool { return labels(h.pull(written)) == "size/M" && labels(h.pull(generated)) == "size/XS" })
}
