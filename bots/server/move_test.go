// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
	"github.com/lanner-project/lanner/infra/github"
)

// neighbour makes the repository acme/other, which the bot serves as well.
func (h *house) neighbour() *forgetest.Receiver {
	h.t.Helper()
	h.f.NewRepositoryFrom("alice", "acme/other", "-- OWNERS --\napprovers: [alice]\n")
	for login, permission := range map[string]string{"bob": "push", "carol": "push", "lanner": "push"} {
		inv, _, err := h.f.Client("alice").Repositories.AddCollaborator(h.t.Context(), "acme", "other", login, &gh.RepositoryAddCollaboratorOptions{Permission: permission})
		if err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.f.Client(login).Users.AcceptInvitation(h.t.Context(), inv.GetID()); err != nil {
			h.t.Fatal(err)
		}
	}
	hook := h.f.Hook("alice", "acme/other")
	hook.Forward(h.bot.Handler())
	h.t.Cleanup(func() { hook.Forward(nil) })
	return hook
}

func (h *house) issue(title string, labels ...string) int {
	h.t.Helper()
	request := &gh.IssueRequest{Title: &title}
	if len(labels) > 0 {
		request.Labels = &labels
	}
	i, _, err := h.f.Client("alice").Issues.Create(h.t.Context(), "acme", "demo", request)
	if err != nil {
		h.t.Fatal(err)
	}
	return i.GetNumber()
}

// in returns the issues of a repository, open or not, the oldest first.
func (h *house) in(repo string) []*gh.Issue {
	h.t.Helper()
	all, _, err := h.f.Client("alice").Issues.ListByRepo(h.t.Context(), "acme", repo, &gh.IssueListByRepoOptions{State: "all", Direction: "asc"})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// idle waits until the bot has nothing to do, and holds that nothing failed.
func (h *house) idle() {
	h.t.Helper()
	h.eventually("all is done", func() bool {
		counts, err := h.db.Counts(h.t.Context())
		if err != nil || counts.Failed > 0 {
			h.t.Fatalf("%+v, %v", counts, err)
		}
		return counts.Queued+counts.Running == 0
	})
}

// forgetful has GitHub keep transfers out of the history of issues, so that
// their webhooks alone tell of them.
func (h *house) forgetful() {
	h.f.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/api/graphql" {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			body = bytes.ReplaceAll(body, []byte("itemTypes:[TRANSFERRED_EVENT],last:1"), []byte("itemTypes:[TRANSFERRED_EVENT],last:0"))
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		next.ServeHTTP(w, r)
	})
}

// TestTransfer moves an issue to another repository, where what was said is not
// obeyed again, and what is said is.
func TestTransfer(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*house){"good": func(*house) {}, "without history": (*house).forgetful} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			prepare(h)
			h.transferStory(t)
		})
	}
}

func (h *house) transferStory(t *testing.T) {
	t.Helper()
	h.settle("-- .github/lanner.yaml --\nmerge: {blocker_label: broken}\n")
	there := h.neighbour()
	n := h.issue("All is broken", "broken")
	blocked := h.propose("good", "-- src/good.go --\npackage x\n")
	h.eventually("both labels", func() bool { return labels(h.pull(blocked)) == "approved lgtm" })
	h.say("carol", n, "/close not-planned\n/lgmt")
	h.answers(n, "Did you mean `/lgtm`?")
	h.eventually("closed", func() bool { return h.in("demo")[0].GetState() == "closed" })
	if _, _, err := h.f.Client("alice").Issues.Edit(t.Context(), "acme", "demo", n, &gh.IssueRequest{State: new("open")}); err != nil {
		t.Fatal(err)
	}
	h.say("mallory", n, "/transfer other")
	h.answers(n, "`/transfer` counts from those who have one of these roles in this repository")
	h.say("bob", n, "/transfer nowhere\n/retitle Broken")
	h.answers(n, "There is no repository `nowhere`, or I may not write to it.")
	h.say("bob", n, "/transfer-issue acme/Other")
	h.eventually("it is elsewhere", func() bool { return len(h.in("other")) == 1 })
	h.eventually("what it blocked is merged", func() bool { return h.pull(blocked).GetMerged() })

	moved := h.in("other")[0]
	there.Wait("issues.opened")
	h.idle()
	arrived := time.Now() // of commands in the same second nobody knows where they were given
	h.eventually("another second", func() bool { return time.Now().Unix() > arrived.Unix() })
	alice := h.f.Client("alice")
	comment := func(login, text string) {
		t.Helper()
		if _, _, err := h.f.Client(login).Issues.CreateComment(t.Context(), "acme", "other", moved.GetNumber(), &gh.IssueComment{Body: &text}); err != nil {
			t.Fatal(err)
		}
	}
	comment("carol", "/retitle Broken no more")
	h.eventually("a command is obeyed", func() bool { return h.in("other")[0].GetTitle() == "Broken no more" })
	h.idle()
	if state := h.in("other")[0].GetState(); state != "open" {
		t.Errorf("the old /close was obeyed again: it is %s", state)
	}
	said, _, err := alice.Issues.ListComments(t.Context(), "acme", "other", moved.GetNumber(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var bot []string
	for _, c := range said {
		if c.GetUser().GetLogin() == "lanner" {
			bot = append(bot, c.GetBody())
		}
	}
	if len(bot) != 3 {
		t.Errorf("the bot said there:\n%s", strings.Join(bot, "\n----\n"))
	}
}

// TestTransferByHand has somebody else transfer an issue while the bot has much
// to look at there: it is settled, as is one that the bot has no memory of.
func TestTransferByHand(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.startBot(time.Hour)
	h.neighbour()
	client, err := github.New(github.Options{BaseURL: h.f.URL, Token: github.StaticToken(h.f.Token("alice"))})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		n := h.issue("Not here")
		h.say("bob", n, "/lgmt")
		var ids struct {
			From, To struct {
				ID    string
				Issue struct{ ID string }
			}
		}
		query := fmt.Sprintf(`{from:repository(owner:"acme",name:"demo"){id issue(number:%d){id}} to:repository(owner:"acme",name:"other"){id}}`, n)
		if err := client.GraphQL(t.Context(), query, nil, &ids); err != nil {
			t.Fatal(err)
		}
		var out struct{}
		if err := client.Mutate(t.Context(), "mutation($id:ID!,$to:ID!){transferIssue(input:{issueId:$id,repositoryId:$to}){clientMutationId}}",
			map[string]any{"id": ids.From.Issue.ID, "to": ids.To.ID}, &out); err != nil {
			t.Fatal(err)
		}
		h.hook.Wait("issues.transferred")
		h.idle()
	}
	for _, i := range h.in("other") {
		if i.GetComments() > 2 {
			t.Errorf("%s has %d comments", i.GetHTMLURL(), i.GetComments())
		}
	}
}

// TestPinIssue pins as many issues as GitHub takes, and one more.
func TestPinIssue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.startBot(time.Hour)
	client, err := github.New(github.Options{BaseURL: h.f.URL, Token: github.StaticToken(h.f.Token("alice"))})
	if err != nil {
		t.Fatal(err)
	}
	pinned := func(n int) func() bool {
		return func() bool {
			var answer struct {
				Repository struct{ Issue struct{ IsPinned bool } }
			}
			query := fmt.Sprintf(`{repository(owner:"acme",name:"demo"){issue(number:%d){isPinned}}}`, n)
			if err := client.GraphQL(t.Context(), query, nil, &answer); err != nil {
				t.Fatal(err)
			}
			return answer.Repository.Issue.IsPinned
		}
	}
	first := h.issue("Read this")
	h.say("bob", first, "/pin-issue")
	h.answers(first, "count from the approvers in the OWNERS file at the root who have one of the roles", "in this repository: alice.")
	h.say("alice", first, "/pin-issue")
	h.eventually("pinned", pinned(first))
	for range 2 {
		n := h.issue("And this")
		h.say("alice", n, "/pin-issue")
		h.eventually("pinned", pinned(n))
	}
	last := h.issue("This as well")
	h.say("alice", last, "/pin-issue")
	h.answers(last, "GitHub refuses to pin this issue. It pins three in a repository at most;", "Maximum 3 pinned issues per repository")
	h.say("alice", first, "/unpin-issue")
	h.eventually("not pinned", func() bool { return !pinned(first)() })
	h.say("alice", last, "/pin-issue")
	h.eventually("pinned", pinned(last))
	h.idle()
	if said := h.said(last); len(said) != 1 {
		t.Errorf("the bot said:\n%s", strings.Join(said, "\n----\n"))
	}
}
