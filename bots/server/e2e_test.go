// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/server"
	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/store"
)

const files = `
-- OWNERS --
approvers: [alice]
-- src/OWNERS --
approvers: [bob]
reviewers: [carol]
-- src/x.go --
package x
`

// house is a forge with the repository acme/demo, and the bot beside it.
type house struct {
	t    *testing.T
	f    *forgetest.Forge
	work *forgetest.Work
	hook *forgetest.Receiver
	db   *store.Store
	bot  *server.Server
	// ahead is how far the bot's clock is.
	ahead time.Duration
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, f: forgetest.Start(t)}
	h.work = h.f.NewRepositoryFrom("alice", "acme/demo", files)
	for login, permission := range map[string]string{"bob": "push", "carol": "triage", "dave": "push", "lanner": "push"} {
		client := h.f.Client(login)
		inv, _, err := h.f.Client("alice").Repositories.AddCollaborator(t.Context(), "acme", "demo", login, &gh.RepositoryAddCollaboratorOptions{Permission: permission})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Users.AcceptInvitation(t.Context(), inv.GetID()); err != nil {
			t.Fatal(err)
		}
	}
	h.f.Client("mallory")
	h.hook = h.f.Hook("alice", "acme/demo")
	return h
}

// startBot runs the bot until the test ends.
func (h *house) startBot(resync time.Duration) { h.t.Helper(); h.startBotDry(resync, nil) }

// startBotDry is startBot, in a dry run if dry is set.
func (h *house) startBotDry(resync time.Duration, dry io.Writer) {
	h.t.Helper()
	client, err := github.New(github.Options{BaseURL: h.f.URL, Token: github.StaticToken(h.f.Token("lanner"))})
	if err != nil {
		h.t.Fatal(err)
	}
	h.db = openStore(h.t, filepath.Join(h.t.TempDir(), "bot.db"))
	bot, err := server.New(server.Config{
		Store: h.db, GitHub: client, Secrets: []server.Secret{{Value: h.hook.Secret}}, Login: "lanner", Repositories: []string{"acme/demo"}, Resync: resync, DryRun: dry,
		HookURL: h.hook.URL, Pages: true, Now: func() time.Time { return time.Now().Add(h.ahead) },
		Log: slog.New(slog.NewTextHandler(h.t.Output(), nil)),
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.bot = bot
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- bot.Run(ctx) }()
	h.t.Cleanup(func() {
		h.hook.Forward(nil)
		stop()
		if err := <-ended; err != nil {
			h.t.Errorf("the bot ended with %v", err)
		}
	})
	h.hook.Forward(bot.Handler())
}

// open opens a pull request of dave's that changes src/x.go.
func (h *house) open(branch string) *gh.PullRequest {
	h.t.Helper()
	dave := h.f.Clone("dave", "acme/demo")
	dave.Branch(branch, "origin/main", "Change x", "-- src/x.go --\npackage x // "+branch+"\n")
	pr, _, err := h.f.Client("dave").PullRequests.Create(h.t.Context(), "acme", "demo", &gh.NewPullRequest{
		Title: new("Change x"), Head: &branch, Base: new("main"), Body: new("It is better so."),
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return pr
}

func (h *house) say(login string, number int, body string) {
	h.t.Helper()
	if _, _, err := h.f.Client(login).Issues.CreateComment(h.t.Context(), "acme", "demo", number, &gh.IssueComment{Body: &body}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) status(sha, state string) {
	h.t.Helper()
	if _, _, err := h.f.Client("alice").Repositories.CreateStatus(h.t.Context(), "acme", "demo", sha, &gh.RepoStatus{State: &state, Context: new("unit")}); err != nil {
		h.t.Fatal(err)
	}
}

// said returns what the bot said, in order.
func (h *house) said(number int) []string {
	h.t.Helper()
	comments, _, err := h.f.Client("alice").Issues.ListComments(h.t.Context(), "acme", "demo", number, &gh.IssueListCommentsOptions{ListOptions: gh.ListOptions{PerPage: 100}})
	if err != nil {
		h.t.Fatal(err)
	}
	var said []string
	for _, c := range comments {
		if c.GetUser().GetLogin() == "lanner" {
			said = append(said, c.GetBody())
		}
	}
	return said
}

func (h *house) pull(number int) *gh.PullRequest {
	h.t.Helper()
	pr, _, err := h.f.Client("alice").PullRequests.Get(h.t.Context(), "acme", "demo", number)
	if err != nil {
		h.t.Fatal(err)
	}
	return pr
}

func labels(pr *gh.PullRequest) string {
	var names []string
	for _, l := range pr.Labels {
		names = append(names, l.GetName())
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// eventually polls until done says so; the bot works on its own time.
func (h *house) eventually(what string, done func() bool) {
	h.t.Helper()
	deadline := time.Now().Add(4 * time.Minute)
	for !done() {
		if time.Now().After(deadline) {
			h.t.Fatalf("still not: %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// TestOpenedToMerged drives a pull request from opened to merged by comments,
// on a network that treats webhooks well or badly. It ends the same.
func TestOpenedToMerged(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		faults forge.WebhookFaults
		resync time.Duration
	}{
		"good":       {resync: time.Hour},
		"duplicated": {faults: forge.WebhookFaults{Seed: 1, Duplicate: 1}, resync: time.Hour},
		"reordered":  {faults: forge.WebhookFaults{Seed: 2, Reorder: 0.7, Duplicate: 0.3}, resync: time.Hour},
		"lost":       {faults: forge.WebhookFaults{Seed: 3, Lose: 1}, resync: 200 * time.Millisecond},
		"half lost":  {faults: forge.WebhookFaults{Seed: 4, Lose: 0.5, Duplicate: 0.5, Reorder: 0.5}, resync: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.f.Faults(forge.Faults{Webhooks: tt.faults})
			h.startBot(tt.resync)
			h.story()
		})
	}
}

func (h *house) story() {
	h.t.Helper()
	pr := h.open("better")
	n, sha := pr.GetNumber(), pr.GetHead().GetSHA()
	h.eventually("a status comment", func() bool { return len(h.said(n)) == 1 })
	h.status(sha, "pending")
	h.say("mallory", n, "Like this?\n```\n/lgtm\n/approve\n```\n> /hold\n\n`/hold`")
	h.say("bob", n, "/lgmt")
	h.say("carol", n, "Fine.\r\n/lgtm\r\n")
	h.say("alice", n, "/hold until noon")
	h.say("bob", n, "/approve")
	h.eventually("all labels", func() bool { return labels(h.pull(n)) == "approved do-not-merge/hold lgtm" })
	h.say("carol", n, "/hold cancel")
	h.eventually("no hold", func() bool { return labels(h.pull(n)) == "approved lgtm" })
	if h.pull(n).GetMerged() {
		h.t.Fatal("merged with a pending status")
	}
	h.status(sha, "success")
	h.eventually("merged", func() bool { return h.pull(n).GetMerged() })

	said := h.said(n)
	if len(said) != 2 || !strings.Contains(said[0], "This PR is **APPROVED**") || !strings.Contains(said[1], "Did you mean `/lgtm`?") {
		h.t.Errorf("the bot said:\n%s", strings.Join(said, "\n----\n"))
	}
	h.work.Git("fetch", "-q", "origin", "main")
	if got := h.work.Git("show", "FETCH_HEAD:src/x.go"); got != "package x // better" {
		h.t.Errorf("main has %q", got)
	}
}

// TestPush takes the label lgtm off when other files are pushed, and keeps it
// when only the commit changes.
func TestPush(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.startBot(time.Hour)
	pr := h.open("better")
	n := pr.GetNumber()
	h.say("carol", n, "/lgtm")
	h.eventually("lgtm", func() bool { return labels(h.pull(n)) == "lgtm" })

	dave := h.f.Clone("dave", "acme/demo")
	dave.Git("checkout", "-q", "better")
	dave.Git("commit", "-q", "--amend", "-m", "Other words")
	dave.Git("push", "-q", "--force", "origin", "better")
	h.say("bob", n, "/lgmt") // its answer tells that the push was seen
	h.eventually("an answer", func() bool { return len(h.said(n)) == 2 })
	if got := labels(h.pull(n)); got != "lgtm" {
		h.t.Errorf("after a push of the same files: %s", got)
	}
	dave.Branch("better", "HEAD", "Other files", "-- src/y.go --\npackage x\n")
	h.eventually("no lgtm", func() bool { return labels(h.pull(n)) == "" })
	if said := h.said(n); len(said) != 3 || !strings.Contains(said[2], "New changes are detected") {
		h.t.Errorf("the bot said:\n%s", strings.Join(said, "\n----\n"))
	}
}

// TestBrokenBase has OWNERS and settings that do not parse: nothing is
// approved, and the status comment says where the mistake is.
func TestBrokenBase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.work.Write("-- src/OWNERS --\naprovers: [bob]\n-- .github/lanner.yaml --\nmerge: {method: fast}\n")
	h.work.Commit("Break it")
	h.work.Git("push", "-q", "origin", "main")
	h.startBot(time.Hour)
	pr := h.open("better")
	n := pr.GetNumber()
	h.say("alice", n, "/lgtm\n/approve")
	h.eventually("lgtm", func() bool { return labels(h.pull(n)) == "lgtm" && len(h.said(n)) == 1 })
	for _, want := range []string{"src/OWNERS:1:1: unknown key \"aprovers\"", ".github/lanner.yaml:1:17: unknown merge method \"fast\"", "NOT APPROVED"} {
		if said := h.said(n); len(said) != 1 || !strings.Contains(said[0], want) {
			t.Errorf("the bot does not say %s:\n%s", want, strings.Join(said, "\n----\n"))
		}
	}
}

// TestSquash merges by the method of the settings; TestMethod of the forge
// holds what that does.
func TestSquash(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.work.Write("-- .github/lanner.yaml --\nmerge: {method: squash, required_labels: [approved]}\n")
	h.work.Commit("Settings")
	h.work.Git("push", "-q", "origin", "main")
	h.startBot(time.Hour)
	n := h.open("better").GetNumber()
	h.say("alice", n, "/approve")
	h.eventually("merged", func() bool { return h.pull(n).GetMerged() })
	h.work.Git("fetch", "-q", "origin", "main")
	if parents := strings.Fields(h.work.Git("log", "-1", "--format=%P", "FETCH_HEAD")); len(parents) != 1 {
		t.Errorf("the merge has %d parents, want a squash", len(parents))
	}
}

// TestRefused has a rule of GitHub's own, which the bot does not know: the
// status comment tells what GitHub says, and the merge happens once it may.
func TestRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, _, err := h.f.Client("alice").Repositories.UpdateBranchProtection(t.Context(), "acme", "demo", "main", &gh.ProtectionRequest{
		RequiredStatusChecks: &gh.RequiredStatusChecks{Contexts: []string{"unit"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.startBot(time.Hour)
	pr := h.open("better")
	n := pr.GetNumber()
	h.say("bob", n, "/lgtm\n/approve")
	h.eventually("the refusal is told", func() bool {
		said := h.said(n)
		return len(said) == 1 && strings.Contains(said[0], "GitHub refused to merge")
	})
	h.status(pr.GetHead().GetSHA(), "success")
	h.eventually("merged", func() bool { return h.pull(n).GetMerged() })
	if said := h.said(n); len(said) != 1 {
		t.Errorf("the bot said:\n%s", strings.Join(said, "\n----\n"))
	}
}

// lines hands on what is written to it.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

// TestDryRun says what it would do, and changes nothing.
func TestDryRun(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.open("better")
	h.say("alice", 1, "/hold")
	told := make(lines, 100)
	h.startBotDry(time.Hour, told)
	for _, want := range []string{"would add label do-not-merge/hold: acme/demo#1\n", "would write the status comment: acme/demo#1\n"} {
		if got := <-told; got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	if said, got := h.said(1), labels(h.pull(1)); len(said) > 0 || got != "" {
		t.Errorf("it said %q and labelled %q", said, got)
	}
}

// TestReleaseStatus asks on an issue.
func TestReleaseStatus(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.startBot(time.Hour)
	issue := func(title, body string, labels ...string) int {
		request := &gh.IssueRequest{Title: &title, Body: &body}
		if len(labels) > 0 {
			request.Labels = &labels
		}
		i, _, err := h.f.Client("alice").Issues.Create(t.Context(), "acme", "demo", request)
		if err != nil {
			t.Fatal(err)
		}
		return i.GetNumber()
	}
	tracking := issue("Release v0.1.0", "<!-- lanner:release v0.1.0 -->\n- [x] plan\n- [ ] tag\n", "release/tracking")
	n := issue("When?", "Soon, I hope.")
	h.say("mallory", n, "/release status")
	h.eventually("an answer", func() bool { return len(h.said(n)) == 1 })
	want := fmt.Sprintf("- `v0.1.0`, [#%d](%s/acme/demo/issues/%d): 1 of 2 steps are done, next is `tag`", tracking, h.f.URL, tracking)
	if got := h.said(n)[0]; !strings.Contains(got, want) {
		t.Errorf("the bot says %q, want %q", got, want)
	}
}

// TestUnreliableGitHub has a GitHub that fails writes in the worst way: it does
// them, and the answer is lost.
func TestUnreliableGitHub(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cut := int64(0)
	h.f.Faults(forge.Faults{Requests: []forge.RequestFault{
		{Method: http.MethodPost, Path: "*/issues/*/comments", Skip: 2, Times: 1, CutResponseAfter: &cut},
		{Method: http.MethodPost, Path: "*/issues/*/labels", Times: 1, CutResponseAfter: &cut},
		{Method: http.MethodPut, Path: "*/merge", Times: 1, CutResponseAfter: &cut},
		{Method: http.MethodPost, Path: "*/graphql", Times: 2, Status: http.StatusBadGateway},
	}})
	h.startBot(time.Hour)
	n := h.open("better").GetNumber()
	h.say("bob", n, "/lgmt\n/approve")
	h.say("carol", n, "/lgtm")
	h.eventually("merged and told", func() bool { return h.pull(n).GetMerged() && len(h.said(n)) >= 2 })
	if said := h.said(n); len(said) != 2 {
		t.Errorf("the bot said:\n%s", strings.Join(said, "\n----\n"))
	}
}
