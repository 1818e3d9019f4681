// SPDX-License-Identifier: Apache-2.0

package act_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/store"
)

// TestLabelsTogether: labels are added by one request, each is recorded by
// itself, and one that GitHub refuses does not keep the others off.
func TestLabelsTogether(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepositoryFrom("alice", "acme/demo", "-- a.txt --\na\n")
	client, err := github.New(github.Options{BaseURL: f.URL, Token: github.StaticToken(f.Token("alice"))})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Issues.Create(t.Context(), "acme", "demo", &gh.IssueRequest{Title: new("t")}); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	var posts atomic.Int32
	f.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost {
			posts.Add(1)
		}
		next.ServeHTTP(w, r)
	})
	a := &act.Actor{GitHub: client, Store: db, Login: "alice", Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	target := act.Target{Owner: "acme", Name: "demo", Number: 1}
	add := func(pass string, want int32, labels ...string) error {
		t.Helper()
		var actions []decide.Action
		for _, l := range labels {
			actions = append(actions, decide.AddLabel{Label: l})
		}
		posts.Store(0)
		err := a.Do(t.Context(), target, pass, actions)
		if got := posts.Load(); got != want {
			t.Errorf("pass %s: %d requests, want %d", pass, got, want)
		}
		return err
	}
	there := func(want string) {
		t.Helper()
		issue, _, err := client.Issues.Get(t.Context(), "acme", "demo", 1)
		var names []string
		for _, l := range issue.Labels {
			names = append(names, l.GetName())
		}
		if got := strings.Join(names, " "); err != nil || got != want {
			t.Errorf("the labels are %q, want %q; %v", got, want, err)
		}
	}
	if err := add("one", 1, "a", "b", "c"); err != nil {
		t.Error(err)
	}
	there("a b c")
	if err := add("one", 1, "a", "b", "d"); err != nil { // a and b were done
		t.Error(err)
	}
	there("a b c d")
	if err := add("two", 3, "e", strings.Repeat("x", 51), "f"); err == nil || !strings.Contains(err.Error(), "add label xxx") {
		t.Errorf("error %v, want one about the label that is too long", err)
	}
	there("a b c d e")
	// The answer gets lost: what happened is found out for each label.
	cut := int64(0)
	f.Faults(forge.Faults{Requests: []forge.RequestFault{{Method: http.MethodPost, Path: "*/labels", Times: 1, CutResponseAfter: &cut}}})
	if err := add("three", 1, "g", "h"); err == nil {
		t.Error("a lost answer passed")
	}
	if _, err := client.Issues.RemoveLabelForIssue(t.Context(), "acme", "demo", 1, "h"); err != nil {
		t.Fatal(err)
	}
	if err := a.Settle(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	if err := add("three", 1, "g", "h"); err != nil {
		t.Error(err)
	}
	there("a b c d e g h")
}
