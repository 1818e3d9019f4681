// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/bots/server"
	"github.com/lanner-project/lanner/infra/github"
)

// reader reads as the bot, and counts what it asks.
type reader struct {
	h *house
	*server.Reader
	asked atomic.Int32
}

func (h *house) reader() *reader {
	h.t.Helper()
	token := h.f.Token("lanner")
	client, err := github.New(github.Options{BaseURL: h.f.URL, Token: github.StaticToken(token)})
	if err != nil {
		h.t.Fatal(err)
	}
	r := &reader{h: h, Reader: &server.Reader{GitHub: client, Login: "lanner"}}
	h.f.Intercept(func(w http.ResponseWriter, req *http.Request, next http.Handler) {
		if req.Header.Get("Authorization") == "Bearer "+token {
			r.asked.Add(1)
		}
		next.ServeHTTP(w, req)
	})
	return r
}

// read reads a number of acme/demo, and says how many requests that took.
func (r *reader) read(number int) (decide.Input, int) {
	r.h.t.Helper()
	r.asked.Store(0)
	in, err := r.Read(r.h.t.Context(), act.Target{Owner: "acme", Name: "demo", Number: number}, decide.Memory{})
	if err != nil {
		r.h.t.Fatal(err)
	}
	return in, int(r.asked.Load())
}

// TestReadOnce: one query is a look at what has not changed, and two are one at
// what has.
func TestReadOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader()
	n := h.open("better").GetNumber()
	h.say("bob", n, "/lgtm")
	for i, want := range []int{2, 1, 1} {
		if _, asked := r.read(n); asked != want {
			t.Errorf("look %d took %d requests, want %d", i, asked, want)
		}
	}
	dave := h.f.Clone("dave", "acme/demo")
	dave.Branch("better", "origin/better", "More", "-- src/y.go --\npackage x\n")
	in, asked := r.read(n)
	if len(in.Pull.Changes) != 2 || asked != 2 {
		t.Errorf("after a push: %d requests, changes %v", asked, in.Pull.Changes)
	}
	h.work.Write("-- README.md --\nmain\n")
	h.work.Commit("Elsewhere")
	h.work.Git("push", "-q", "origin", "main")
	if _, asked := r.read(n); asked > 2 {
		t.Errorf("after the base moved: %d requests", asked)
	}
	if _, err := r.Read(t.Context(), act.Target{Owner: "acme", Name: "demo", Number: 77}, decide.Memory{}); !github.IsNotFound(err) {
		t.Errorf("a number that is not there: %v", err)
	}
}

// TestReadPages has more files, checks and comments at lines than a page holds.
func TestReadPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader()
	var archive strings.Builder
	for i := range 120 {
		fmt.Fprintf(&archive, "-- src/f%03d.go --\npackage x\n", i)
	}
	archive.WriteString("-- src/long.go --\n" + strings.Repeat("// line\n", 30))
	dave := h.f.Clone("dave", "acme/demo")
	head := dave.Branch("many", "origin/main", "Many", archive.String())
	pr, _, err := h.f.Client("dave").PullRequests.Create(t.Context(), "acme", "demo", &gh.NewPullRequest{Title: new("Many"), Head: new("many"), Base: new("main")})
	if err != nil {
		t.Fatal(err)
	}
	n := pr.GetNumber()
	h.say("mallory", n, "comment")
	for i := range 103 {
		context := fmt.Sprintf("check %d", i)
		if _, _, err := h.f.Client("alice").Repositories.CreateStatus(t.Context(), "acme", "demo", head, &gh.RepoStatus{State: new("success"), Context: &context}); err != nil {
			t.Fatal(err)
		}
	}
	var lines []*gh.DraftReviewComment
	for i := range 25 {
		lines = append(lines, &gh.DraftReviewComment{Path: new("src/long.go"), Line: new(i + 1), Side: new("RIGHT"), Body: new(fmt.Sprintf("line %d", i))})
	}
	for i := range 9 {
		review := &gh.PullRequestReviewRequest{Event: new("COMMENT"), Body: new(fmt.Sprintf("review %d", i))}
		if i == 7 {
			review.Comments = lines
		}
		if _, _, err := h.f.Client("bob").PullRequests.CreateReview(t.Context(), "acme", "demo", n, review); err != nil {
			t.Fatal(err)
		}
	}
	in, _ := r.read(n)
	if len(in.Problems) > 0 || len(in.Pull.Changes) != 121 || len(in.Pull.Checks) != 103 || in.Pull.Lines["src/long.go"] != 30 {
		t.Errorf("%d changes, %d checks, problems %v", len(in.Pull.Changes), len(in.Pull.Checks), in.Problems)
	}
	kinds := make(map[string]int)
	bodies := make(map[string]bool)
	for _, m := range in.Remarks {
		kind, _, _ := strings.Cut(m.Ref, "-")
		kinds[kind]++
		bodies[m.Body] = true
		if kind == "inline" && (m.Commit != head || m.Author != "bob") {
			t.Errorf("%+v, want one of bob's on %s", m, head)
		}
	}
	if diff := cmp.Diff(map[string]int{"opening": 1, "comment": 1, "review": 9, "inline": 25}, kinds); diff != "" || !bodies["comment"] || !bodies["review 8"] || !bodies["line 24"] {
		t.Errorf("remarks (-want +got):\n%s", diff)
	}
}

// TestReadRename: what is moved has the place that it comes from, whose owners
// have a say.
func TestReadRename(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.work.Write("-- src/long.go --\n" + strings.Repeat("// line\n", 30) + "-- doc/OWNERS --\napprovers: [carol]\n")
	h.work.Commit("More")
	h.work.Git("push", "-q", "origin", "main")
	r := h.reader()
	dave := h.f.Clone("dave", "acme/demo")
	dave.Git("checkout", "-q", "-b", "move", "origin/main")
	dave.Git("mv", "src/long.go", "doc/long.go")
	dave.Git("rm", "-q", "src/x.go")
	dave.Commit("Move it")
	dave.Git("push", "-q", "origin", "move")
	pr, _, err := h.f.Client("dave").PullRequests.Create(t.Context(), "acme", "demo", &gh.NewPullRequest{Title: new("Move"), Head: new("move"), Base: new("main")})
	if err != nil {
		t.Fatal(err)
	}
	in, _ := r.read(pr.GetNumber())
	want := []owners.Change{{Path: "doc/long.go", From: "src/long.go"}, {Path: "src/x.go"}}
	if diff := cmp.Diff(want, in.Pull.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	for _, c := range want {
		for _, p := range []string{c.Path, c.From} {
			if who := in.Owners.LeafApprovers(p); p != "" && len(who) != 1 {
				t.Errorf("%s is approved by %v", p, who)
			}
		}
	}
	if _, asked := r.read(pr.GetNumber()); asked != 1 {
		t.Errorf("the second look took %d requests", asked)
	}
}

// TestReadRoles: each look knows the roles that are, under GitHub's names.
func TestReadRoles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader()
	n := h.open("better").GetNumber()
	for _, login := range []string{"alice", "bob", "carol", "mallory"} {
		h.say(login, n, "/lgtm")
	}
	want := map[string]string{"alice": "admin", "bob": "write", "carol": "triage", "dave": "write", "mallory": "read"}
	in, _ := r.read(n)
	if diff := cmp.Diff(want, in.Roles); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	if _, err := h.f.Client("alice").Repositories.RemoveCollaborator(t.Context(), "acme", "demo", "bob"); err != nil {
		t.Fatal(err)
	}
	want["bob"] = "read"
	in, asked := r.read(n)
	if diff := cmp.Diff(want, in.Roles); diff != "" || asked != 1 {
		t.Errorf("%d requests after bob was put out; roles (-want +got):\n%s", asked, diff)
	}
	// A role that is not GitHub's own can be told by REST alone.
	h.work.Write("-- .github/lanner.yaml --\ntrusted_roles: [admin, gardener]\n")
	h.work.Commit("Settings")
	h.work.Git("push", "-q", "origin", "main")
	in, asked = r.read(n)
	if diff := cmp.Diff(want, in.Roles); diff != "" || asked < len(want) {
		t.Errorf("%d requests; roles (-want +got):\n%s", asked, diff)
	}
}

// TestReadRolesRefused: where GraphQL does not tell the bot of roles, REST does.
func TestReadRolesRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader()
	n := h.open("better").GetNumber()
	h.f.Intercept(func(w http.ResponseWriter, req *http.Request, next http.Handler) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		if bytes.Contains(body, []byte("collaborators(login:")) {
			fmt.Fprint(w, `{"data":{"repository":null},"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`)
			return
		}
		next.ServeHTTP(w, req)
	})
	h.say("carol", n, "/lgtm")
	for range 2 {
		in, _ := r.read(n)
		if diff := cmp.Diff(map[string]string{"carol": "triage", "dave": "write"}, in.Roles); diff != "" {
			t.Errorf("roles (-want +got):\n%s", diff)
		}
	}
}

// TestReadPeople: an App is not the account of its name, a team is one of the
// owner's, and what was edited says so.
func TestReadPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader()
	n := h.open("better").GetNumber()
	made := h.f.App("Carol", "acme", map[string]string{"issues": "write"})
	file := filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(file, []byte(made.PEM), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := github.LoadAppKey(file)
	if err != nil {
		t.Fatal(err)
	}
	remote, err := github.ParseRemote(h.f.URL + "/acme/demo")
	if err != nil {
		t.Fatal(err)
	}
	app, err := github.New(github.Options{BaseURL: h.f.URL, Token: &github.App{ID: made.ID, Key: key, Remote: remote}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := app.Issues.CreateComment(t.Context(), "acme", "demo", n, &gh.IssueComment{Body: new("/lgtm")}); err != nil {
		t.Fatal(err)
	}
	alice := h.f.Client("alice")
	if _, _, err := alice.Teams.CreateTeam(t.Context(), "acme", gh.NewTeam{Name: "core"}); err != nil {
		t.Fatal(err)
	}
	if _, err := alice.Teams.AddTeamRepoBySlug(t.Context(), "acme", "core", "acme", "demo", &gh.TeamAddTeamRepoOptions{Permission: "push"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := alice.PullRequests.RequestReviewers(t.Context(), "acme", "demo", n, gh.ReviewersRequest{Reviewers: []string{"bob"}, TeamReviewers: []string{"core"}}); err != nil {
		t.Fatal(err)
	}
	h.say("carol", n, "/hold")
	h.say("bob", n, "Hm.")
	bob := h.f.Client("bob")
	all, _, err := bob.Issues.ListComments(t.Context(), "acme", "demo", n, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := bob.Issues.EditComment(t.Context(), "acme", "demo", all[1].GetID(), &gh.IssueComment{Body: new("/hold cancel")}); err != nil {
		t.Fatal(err)
	}
	in, _ := r.read(n)
	var got []string
	for i, m := range in.Remarks[1:] {
		got = append(got, fmt.Sprintf("%s: %s %v", m.Author, m.Body, m.Edited))
		if m.ID != all[i].GetID() || m.URL != all[i].GetHTMLURL() || !m.At.Equal(all[i].GetCreatedAt().Time) {
			t.Errorf("%+v, want what REST says: %+v", m, all[i])
		}
	}
	if diff := cmp.Diff([]string{"carol[bot]: /lgtm false", "carol: /hold cancel true", "bob: Hm. false"}, got); diff != "" {
		t.Errorf("remarks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"bob", "acme/core"}, in.Pull.Requested); diff != "" {
		t.Errorf("asked for a review (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"carol[bot]": "", "carol": "triage", "dave": "write"}, in.Roles); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
}

// TestReadFiles: a link is no OWNERS file, and one that is not UTF-8 is read,
// to be told wrong.
func TestReadFiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.work.Write("-- lib/y.go --\npackage y\n-- lib/OWNERS --\n# caf\xe9\napprovers: [bob]\n")
	h.work.Git("rm", "-q", "src/OWNERS")
	if err := os.Symlink("../OWNERS", filepath.Join(h.work.Dir, "src", "OWNERS")); err != nil {
		t.Fatal(err)
	}
	h.work.Commit("Other owners")
	h.work.Git("push", "-q", "origin", "main")
	r := h.reader()
	dave := h.f.Clone("dave", "acme/demo")
	dave.Branch("both", "origin/main", "Both", "-- src/x.go --\npackage z\n-- lib/y.go --\npackage z\n-- src/deep/OWNERS --\napprovers: [dave]\n")
	pr, _, err := h.f.Client("dave").PullRequests.Create(t.Context(), "acme", "demo", &gh.NewPullRequest{Title: new("Both"), Head: new("both"), Base: new("main")})
	if err != nil {
		t.Fatal(err)
	}
	in, _ := r.read(pr.GetNumber())
	if got := in.Owners.Approvers("src/x.go"); !slices.Equal(got, []string{"alice"}) {
		t.Errorf("src/x.go is approved by %v", got)
	}
	if mistakes := in.Owners.Mistakes(); len(mistakes) != 1 || !strings.Contains(mistakes[0].Error(), "lib/OWNERS") {
		t.Errorf("mistakes: %v", mistakes)
	}
	if diff := cmp.Diff(map[string]string{"src/deep/OWNERS": "approvers: [dave]\n"}, in.Pull.OwnersFiles); diff != "" {
		t.Errorf("OWNERS files (-want +got):\n%s", diff)
	}
}
