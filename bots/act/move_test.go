// SPDX-License-Identifier: Apache-2.0

package act_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/store"
)

// mover is an Actor in acme/demo, beside which there is acme/other.
func mover(t *testing.T) (*forgetest.Forge, *act.Actor) {
	t.Helper()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/demo")
	f.NewRepository("alice", "acme/other")
	client, err := github.New(github.Options{BaseURL: f.URL, Token: github.StaticToken(f.Token("alice"))})
	if err != nil {
		t.Fatal(err)
	}
	return f, &act.Actor{GitHub: client, Store: newStore(t), Login: "alice", Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
}

func newStore(t *testing.T) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func openIssue(t *testing.T, a *act.Actor, repo string) act.Target {
	t.Helper()
	i, _, err := a.GitHub.Issues.Create(t.Context(), "acme", repo, &gh.IssueRequest{Title: new("t")})
	if err != nil {
		t.Fatal(err)
	}
	return act.Target{Owner: "acme", Name: repo, Number: i.GetNumber()}
}

func said(t *testing.T, a *act.Actor, on act.Target) []string {
	t.Helper()
	all, _, err := a.GitHub.Issues.ListComments(t.Context(), on.Owner, on.Name, on.Number, nil)
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, c := range all {
		bodies = append(bodies, c.GetBody())
	}
	return bodies
}

// lose cuts the answers to a request, which happens, after some others.
func lose(f *forgetest.Forge, path string, skip int) {
	cut := int64(0)
	f.Faults(forge.Faults{Requests: []forge.RequestFault{{Method: http.MethodPost, Path: path, Skip: skip, Times: 1, CutResponseAfter: &cut}}})
}

// TestTransferOnce: an issue that was transferred while the answer got lost is
// not looked for, or transferred, again.
func TestTransferOnce(t *testing.T) {
	t.Parallel()
	f, a := mover(t)
	issue := openIssue(t, a, "demo")
	actions := []decide.Action{decide.Transfer{To: "acme/other", Refused: decide.Reply{Ref: "transfer-comment-1", Body: "No:"}}}
	lose(f, "*/graphql", 2) // the third question is the mutation
	if err := a.Do(t.Context(), issue, "one", actions); err == nil {
		t.Fatal("the answer was not lost")
	}
	if err := a.Do(t.Context(), issue, "two", actions); err == nil || !strings.Contains(err.Error(), "was not settled") {
		t.Errorf("before it is known whether it happened: %v", err)
	}
	for range 2 {
		if err := a.Settle(t.Context(), issue); err != nil {
			t.Fatal(err)
		}
		if err := a.Do(t.Context(), issue, "three", actions); err != nil {
			t.Errorf("what is done is done again: %v", err)
		}
	}
	there, _, err := a.GitHub.Issues.ListByRepo(t.Context(), "acme", "other", nil)
	if err != nil || len(there) != 1 {
		t.Errorf("there are %v, %v", there, err)
	}
	if gone, err := a.Gone(t.Context(), issue); err != nil || !gone {
		t.Errorf("it is gone: %v, %v", gone, err)
	}
	if gone, err := a.Gone(t.Context(), act.Target{Owner: "acme", Name: "other", Number: 1}); err != nil || gone {
		t.Errorf("where it is now, it is gone: %v, %v", gone, err)
	}
}

// TestSettleGone: what was to happen to an issue that is transferred meanwhile
// is given up.
func TestSettleGone(t *testing.T) {
	t.Parallel()
	f, a := mover(t)
	issue := openIssue(t, a, "demo")
	reply := decide.Reply{Ref: "comment-1", Body: decide.Marker("comment-1") + "\nYes."}
	lose(f, "*/comments", 0)
	if err := a.Do(t.Context(), issue, "one", []decide.Action{reply}); err == nil {
		t.Fatal("the answer was not lost")
	}
	elsewhere := &act.Actor{GitHub: a.GitHub, Store: newStore(t), Login: "alice", Log: a.Log}
	if err := elsewhere.Do(t.Context(), issue, "one", []decide.Action{decide.Transfer{To: "acme/other"}}); err != nil {
		t.Fatal(err)
	}
	if err := a.Settle(t.Context(), issue); err != nil {
		t.Error(err)
	}
	if open, err := a.Store.Unfinished(t.Context(), issue.String()); err != nil || len(open) > 0 {
		t.Errorf("open is %v, %v", open, err)
	}
}

// TestTransferRefused: GitHub's refusal is told once, even if the answer to that
// gets lost.
func TestTransferRefused(t *testing.T) {
	t.Parallel()
	f, a := mover(t)
	if _, _, err := a.GitHub.Repositories.Edit(t.Context(), "acme", "other", &gh.Repository{HasIssues: new(false)}); err != nil {
		t.Fatal(err)
	}
	issue := openIssue(t, a, "demo")
	body := decide.Marker("transfer-comment-1") + "\nNo:"
	actions := []decide.Action{decide.Transfer{To: "acme/other", Refused: decide.Reply{Ref: "transfer-comment-1", Body: body}}}
	lose(f, "*/comments", 0)
	if err := a.Do(t.Context(), issue, "one", actions); err == nil {
		t.Fatal("the answer was not lost")
	}
	for range 2 {
		if err := a.Settle(t.Context(), issue); err != nil {
			t.Fatal(err)
		}
		if err := a.Do(t.Context(), issue, "two", actions); err != nil {
			t.Error(err)
		}
	}
	want := body + "\n\n```\nIssues are disabled in the repository to transfer to.\n```"
	if got := said(t, a, issue); len(got) != 1 || got[0] != want {
		t.Errorf("said %q, want %q", got, want)
	}
}

func TestPin(t *testing.T) {
	t.Parallel()
	f, a := mover(t)
	pin := func(on act.Target, pass string, action decide.Action) error {
		if err := a.Settle(t.Context(), on); err != nil {
			t.Fatal(err)
		}
		return a.Do(t.Context(), on, pass, []decide.Action{action})
	}
	first := openIssue(t, a, "demo")
	lose(f, "*/graphql", 1)
	if err := pin(first, "one", decide.Pin{}); err == nil {
		t.Fatal("the answer was not lost")
	}
	if err := pin(first, "two", decide.Pin{}); err != nil { // it is pinned
		t.Error(err)
	}
	for range 2 {
		if err := pin(openIssue(t, a, "demo"), "one", decide.Pin{}); err != nil {
			t.Error(err)
		}
	}
	last := openIssue(t, a, "demo")
	refused := decide.Reply{Ref: "pin-comment-1", Body: decide.Marker("pin-comment-1") + "\nNo:"}
	if err := pin(last, "one", decide.Pin{Refused: refused}); err != nil {
		t.Error(err)
	}
	if got := said(t, a, last); len(got) != 1 || got[0] != refused.Body+"\n\n```\nMaximum 3 pinned issues per repository\n```" {
		t.Errorf("said %q", got)
	}
	for _, action := range []decide.Action{decide.Unpin{}, decide.Unpin{}} {
		if err := pin(first, "three", action); err != nil {
			t.Error(err)
		}
	}
	if err := pin(last, "two", decide.Pin{}); err != nil {
		t.Error(err)
	}
	if got := append(said(t, a, last), said(t, a, first)...); len(got) != 1 {
		t.Errorf("said %q", got)
	}
}
