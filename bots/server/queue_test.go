// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/server"
)

// propose opens a pull request of dave's that is reviewed, approved and green. It has
// its labels before it is approved: the queue may take it at once.
func (h *house) propose(branch, archive string, labels ...string) int {
	h.t.Helper()
	dave := h.f.Clone("dave", "acme/demo")
	sha := dave.Branch(branch, "origin/main", "Change "+branch, archive)
	pr, _, err := h.f.Client("dave").PullRequests.Create(h.t.Context(), "acme", "demo", &gh.NewPullRequest{Title: new("Change " + branch), Head: &branch, Base: new("main")})
	if err != nil {
		h.t.Fatal(err)
	}
	h.status(sha, "success")
	if labels != nil {
		if _, _, err := h.f.Client("alice").Issues.AddLabelsToIssue(h.t.Context(), "acme", "demo", pr.GetNumber(), labels); err != nil {
			h.t.Fatal(err)
		}
	}
	h.say("alice", pr.GetNumber(), "/lgtm\n/approve")
	return pr.GetNumber()
}

// candidates returns the branches of candidates, and the commits they are at.
func (h *house) candidates() map[string]string {
	h.t.Helper()
	branches, _, err := h.f.Client("alice").Repositories.ListBranches(h.t.Context(), "acme", "demo", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	at := make(map[string]string)
	for _, b := range branches {
		if strings.HasPrefix(b.GetName(), "lanner-queue/main/") {
			at[b.GetName()] = b.GetCommit().GetSHA()
		}
	}
	return at
}

// ci ends the checks of each candidate that it has not seen: what has a file
// "bad" fails. It returns the commits that passed.
func (h *house) ci(seen map[string]bool) {
	h.t.Helper()
	for _, sha := range h.candidates() {
		if _, ok := seen[sha]; ok {
			continue
		}
		tree, _, err := h.f.Client("alice").Git.GetTree(h.t.Context(), "acme", "demo", sha, true)
		if err != nil {
			h.t.Fatal(err)
		}
		bad := slices.ContainsFunc(tree.Entries, func(e *gh.TreeEntry) bool { return strings.HasSuffix(e.GetPath(), "/bad") })
		seen[sha] = !bad
		h.status(sha, map[bool]string{true: "failure", false: "success"}[bad])
	}
}

// TestQueue lands what was tested, at the commit that was tested, and finds the
// one that breaks it.
func TestQueue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.settle("-- .github/lanner.yaml --\nmerge: {required_checks: [unit], queue: {batch: 3, depth: 2}}\n")
	label := "tide/merge-method-squash"
	if _, _, err := h.f.Client("alice").Issues.CreateLabel(t.Context(), "acme", "demo", &gh.Label{Name: &label, Color: new("cccccc")}); err != nil {
		t.Fatal(err)
	}
	good := h.propose("good", "-- src/good.go --\npackage x\n")
	bad := h.propose("bad", "-- src/bad --\n\n")
	other := h.propose("other", "-- src/other.go --\npackage x\n")
	squashed := h.propose("squashed", "-- src/squashed.go --\npackage x\n", label)
	seen := make(map[string]bool)
	h.eventually("the good ones land", func() bool {
		h.ci(seen)
		return h.pull(good).GetMerged() && h.pull(other).GetMerged() && h.pull(squashed).GetState() == "closed"
	})
	h.eventually("no candidate is left", func() bool { h.ci(seen); return len(h.candidates()) == 0 })
	branch, _, err := h.f.Client("alice").Repositories.GetBranch(t.Context(), "acme", "demo", "main", 0)
	if err != nil {
		t.Fatal(err)
	}
	if tip := branch.GetCommit().GetSHA(); !seen[tip] {
		t.Errorf("main is at %s, which was not tested and found good: %v", tip, seen)
	}
	if h.pull(bad).GetState() != "open" {
		t.Error("what breaks main is not open any more")
	}
	h.say("dave", bad, "/why")
	h.answers(bad, "`merge queue`: `it is out of the queue until it changes: failed: unit; /hold and /hold cancel try it again`")
	h.answers(squashed, "Landed as `")
	h.work.Git("fetch", "-q", "origin", "main")
	if log := h.work.Git("log", "--format=%s", "FETCH_HEAD"); !strings.Contains(log, fmt.Sprintf("Change squashed (#%d)", squashed)) || strings.Contains(log, "Change bad") {
		t.Errorf("main has\n%s", log)
	}
	h.pages(bad, seen)
}

// TestQueueMethod says how a pull request is to be merged when it is tested
// otherwise already: what lands is what was tested, and as it was said.
func TestQueueMethod(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.settle("-- .github/lanner.yaml --\nmerge: {required_checks: [unit], queue: {batch: 3, depth: 2}}\n")
	label := "tide/merge-method-squash"
	if _, _, err := h.f.Client("alice").Issues.CreateLabel(t.Context(), "acme", "demo", &gh.Label{Name: &label, Color: new("cccccc")}); err != nil {
		t.Fatal(err)
	}
	one := h.propose("one", "-- src/one.go --\npackage x\n")
	h.eventually("it is tested", func() bool { return len(h.candidates()) == 1 })
	merged := h.candidates()
	if _, _, err := h.f.Client("alice").Issues.AddLabelsToIssue(t.Context(), "acme", "demo", one, []string{label}); err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	h.eventually("it lands", func() bool { h.ci(seen); return h.pull(one).GetState() == "closed" })
	h.work.Git("fetch", "-q", "origin", "main")
	if tip := h.work.Git("rev-parse", "FETCH_HEAD"); slices.Contains(slices.Collect(maps.Values(merged)), tip) || !seen[tip] {
		t.Errorf("main is at %s; the merge was %v, and tested was %v", tip, merged, seen)
	}
	if log := h.work.Git("log", "-1", "--format=%s", "FETCH_HEAD"); log != fmt.Sprintf("Change one (#%d)", one) {
		t.Errorf("main ends with %q", log)
	}
}

// pages holds that what landed is recorded with its checks, and that whoever
// asks is told why the bad one is not merging.
func (h *house) pages(bad int, seen map[string]bool) {
	h.t.Helper()
	var queues []server.QueuePage
	h.page("/queues/acme/demo", &queues)
	if len(queues) != 1 || len(queues[0].Pulls) != 1 || queues[0].Pulls[0].Number != bad || len(queues[0].Landed) == 0 {
		h.t.Fatalf("the queues are %+v", queues)
	}
	landed := 0
	for _, l := range queues[0].Landed {
		landed += len(l.Pulls)
		if !seen[l.Commit] || len(l.Checks) != 1 || l.Checks[0].State != "green" || l.Tree == "" || l.At.IsZero() {
			h.t.Errorf("landed: %+v", l)
		}
	}
	if landed != 3 {
		h.t.Errorf("%d pull requests landed, want 3", landed)
	}
	var why server.PullPage
	h.page(fmt.Sprintf("/pulls/acme/demo/%d.json", bad), &why)
	if why.Mergeable || !slices.ContainsFunc(why.Criteria, func(c decide.Criterion) bool {
		return c.Name == "merge queue" && strings.Contains(c.Why, "failed: unit")
	}) {
		h.t.Errorf("why is #%d not merging: %+v", bad, why)
	}
	rec := httptest.NewRecorder()
	h.bot.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/pulls/acme/demo/%d", bad), nil))
	if text := rec.Body.String(); rec.Code != http.StatusOK || !strings.Contains(text, "<h1>Change bad</h1>") {
		h.t.Errorf("%d\n%s", rec.Code, text)
	}
}

// TestQueueTakenBack has an approval taken back while the candidate is tested:
// green or not, it does not land.
func TestQueueTakenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.settle("-- .github/lanner.yaml --\nmerge: {required_checks: [unit], queue: {}}\n")
	n := h.propose("good", "-- src/good.go --\npackage x\n")
	h.eventually("a candidate", func() bool { return len(h.candidates()) == 1 })
	h.say("alice", n, "/hold")
	h.eventually("a hold", func() bool { return strings.Contains(labels(h.pull(n)), "hold") })
	for _, sha := range h.candidates() {
		h.status(sha, "success")
	}
	h.eventually("no candidate", func() bool { return len(h.candidates()) == 0 })
	if h.pull(n).GetMerged() {
		t.Error("it landed")
	}
	h.say("alice", n, "/hold cancel")
	seen := make(map[string]bool)
	h.eventually("it lands", func() bool { h.ci(seen); return h.pull(n).GetMerged() })
}

// page reads a page of the bot's as JSON.
func (h *house) page(path string, into any) {
	h.t.Helper()
	rec := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.Header.Set("Accept", "application/json")
	h.bot.Handler().ServeHTTP(rec, req)
	if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil || rec.Code != http.StatusOK {
		h.t.Fatalf("%s: %d, %v: %s", path, rec.Code, err, rec.Body)
	}
}
