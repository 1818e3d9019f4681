// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	gh "github.com/google/go-github/v57/github"
)

// state is what a release leaves behind, without what differs between any two
// runs: object ids and times.
type state struct {
	Refs, Releases, Assets, Issues, Pulls, Milestones, Comments []string
}

func (w *world) state() state {
	w.t.Helper()
	owner, name, _ := strings.Cut(place, "/")
	c := w.forge.Client("alice")
	var s state
	for line := range strings.Lines(w.work.Git("ls-remote", "origin", "refs/heads/*", "refs/tags/*", "refs/lanner/*")) {
		_, ref, _ := strings.Cut(strings.TrimSpace(line), "\t")
		s.Refs = append(s.Refs, ref)
	}
	releases, _, err := c.Repositories.ListReleases(w.ctx(), owner, name, nil)
	w.check(err)
	for _, r := range releases {
		s.Releases = append(s.Releases, fmt.Sprintf("%s draft=%t prerelease=%t", r.GetTagName(), r.GetDraft(), r.GetPrerelease()))
		for _, a := range r.Assets {
			s.Assets = append(s.Assets, r.GetTagName()+" "+a.GetName()+" "+a.GetState())
		}
	}
	issues, _, err := c.Issues.ListByRepo(w.ctx(), owner, name, &gh.IssueListByRepoOptions{State: "all"})
	w.check(err)
	for _, i := range issues {
		kind := &s.Issues
		if i.IsPullRequest() {
			kind = &s.Pulls
		}
		*kind = append(*kind, fmt.Sprintf("%s %s ticks=%d open=%d", i.GetTitle(), i.GetState(), strings.Count(i.GetBody(), "- [x]"), strings.Count(i.GetBody(), "- [ ]")))
		comments, _, err := c.Issues.ListComments(w.ctx(), owner, name, i.GetNumber(), nil)
		w.check(err)
		for _, m := range comments {
			first, _, _ := strings.Cut(m.GetBody(), "\n")
			s.Comments = append(s.Comments, fmt.Sprintf("#%d %s", i.GetNumber(), first))
		}
	}
	milestones, _, err := c.Issues.ListMilestones(w.ctx(), owner, name, &gh.MilestoneListOptions{State: "all"})
	w.check(err)
	for _, m := range milestones {
		s.Milestones = append(s.Milestones, m.GetTitle()+" "+m.GetState())
	}
	for _, list := range []*[]string{&s.Refs, &s.Releases, &s.Assets, &s.Issues, &s.Pulls, &s.Milestones, &s.Comments} {
		slices.Sort(*list)
	}
	return s
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

var cutArgs = []string{"cut", "engine", "--waive", "commits-without-pull-request=the first commit"}

// released cuts v0.1.0 without any disturbance.
func (w *world) released() {
	w.t.Helper()
	if r := w.release("alice", cutArgs...); r.code != 1 || !strings.Contains(r.stderr, "waiting for the approval") {
		w.t.Fatalf("the first cut should wait for approvals: %v", r)
	}
	w.approve("bob", "carol")
	if r := w.must("alice", cutArgs...); !strings.HasSuffix(r.stdout, "v0.1.0\n") {
		w.t.Fatalf("released: %v", r)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.state()
	r := w.must("alice", append(slices.Clone(cutArgs), "--dry-run")...)
	if !strings.Contains(r.stdout, "v0.1.0 from ") || !strings.Contains(r.stdout, "The engine greets.") {
		t.Errorf("dry run: %v", r)
	}
	if diff := cmp.Diff(before, w.state()); diff != "" {
		t.Errorf("a dry run changed something: %s", diff)
	}
	w.released()
	s := w.state()
	if !slices.Contains(s.Refs, "refs/tags/v0.1.0") || len(s.Assets) < 10 || slices.ContainsFunc(s.Refs, func(r string) bool { return strings.HasPrefix(r, "refs/lanner/") }) {
		t.Errorf("state after the release: %+v", s)
	}
	// Run again, it finds everything done and changes nothing.
	w.must("alice", "cut", "engine", "v0.1.0")
	if diff := cmp.Diff(s, w.state()); diff != "" {
		t.Errorf("running a finished release again changed something: %s", diff)
	}
	r = w.must("alice", "status", "engine", "v0.1.0")
	if strings.Contains(r.stdout, "to do") && !strings.Contains(r.stdout, "verify-upload") {
		t.Errorf("status: %v", r)
	}
}

// TestKilled kills the command right after every single effect it has on the
// forge, and in the middle of every upload, until a run gets through.
func TestKilled(t *testing.T) {
	t.Parallel()
	undisturbed, w := newWorld(t), newWorld(t)
	undisturbed.released()
	k := &killer{t: t}
	w.forge.Intercept(k.serve)
	runs, approved := 0, false
	for {
		runs++
		if runs > 200 {
			t.Fatal("the release does not get ahead")
		}
		p := w.startPaused(k)
		r := p.wait()
		if r.code == -1 {
			continue // killed
		}
		if r.code == 1 && !approved && strings.Contains(r.stderr, "waiting for the approval") {
			w.forge.Intercept(nil)
			w.approve("bob", "carol")
			w.forge.Intercept(k.serve)
			approved = true
			continue
		}
		if r.code != 0 {
			t.Fatalf("run %d after %s: %v", runs, k.last, r)
		}
		break
	}
	w.forge.Intercept(nil)
	if diff := cmp.Diff(undisturbed.state(), w.state()); diff != "" {
		t.Errorf("killed %d times, the release differs from an undisturbed one: %s", len(k.kills), diff)
	}
	if len(k.kills) < 30 {
		t.Errorf("only %d kills: %s", len(k.kills), strings.Join(k.kills, "\n"))
	}
	t.Logf("killed %d times:\n%s", len(k.kills), strings.Join(k.kills, "\n"))
}

// killer kills a process once a new effect of it has happened: each effect is
// let through the second time it is tried.
type killer struct {
	t       *testing.T
	mu      sync.Mutex
	process *process
	seen    map[string]int
	kills   []string
	last    string
}

func (w *world) startPaused(k *killer) *process {
	k.mu.Lock() // no request is served before the process is known
	defer k.mu.Unlock()
	k.process = w.start("alice", cutArgs...)
	return k.process
}

func (k *killer) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if !effect(r) {
		next.ServeHTTP(w, r)
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	name, body := k.name(r)
	if k.seen == nil {
		k.seen = map[string]int{}
	}
	k.seen[name]++
	upload := strings.Contains(r.URL.Path, "/assets")
	switch n := k.seen[name]; {
	case upload && n == 1: // half of the file arrives, then the sender is dead
		half := body[:len(body)/2]
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(half), cutReader{k.process}))
		next.ServeHTTP(httptest.NewRecorder(), r)
		k.died(name + ", half")
		panic(http.ErrAbortHandler)
	case upload && n == 2, !upload && n == 1: // it happens, the answer is never heard
		next.ServeHTTP(httptest.NewRecorder(), r)
		k.process.kill()
		k.died(name)
		panic(http.ErrAbortHandler)
	}
	next.ServeHTTP(w, r)
}

func (k *killer) died(what string) {
	k.last = what
	k.kills = append(k.kills, what)
}

// name tells two effects apart: by what they ask for, not by ids that a
// repeated attempt gets anew.
func (k *killer) name(r *http.Request) (string, []byte) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		k.t.Errorf("reading %s: %v", r.URL.Path, err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	name := r.Method + " " + path.Base(r.URL.Path) + " " + r.URL.Query().Get("name")
	if strings.HasSuffix(r.URL.Path, "/git-receive-pack") {
		// The first line names the refs: <length><old> <new> <ref>.
		if refs := bytes.Fields(body[:min(len(body), 400)]); len(refs) > 2 {
			name += string(bytes.SplitN(refs[2], []byte{0}, 2)[0])
			if bytes.Contains(refs[2], []byte("release-lock")) {
				name += map[bool]string{true: " taken", false: " given back"}[!bytes.HasPrefix(refs[1], []byte("0000"))]
			}
		}
	} else if !strings.Contains(r.URL.Path, "/assets") {
		name += fmt.Sprintf(" (%d ticks)", bytes.Count(body, []byte("- [x]")))
	}
	return name, body
}

// cutReader kills the sender and ends the body as a broken connection does.
type cutReader struct{ p *process }

func (c cutReader) Read([]byte) (int, error) {
	c.p.kill()
	return 0, io.ErrUnexpectedEOF
}

// TestTwoAtOnce: one wins, the other is told who.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	locked, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.forge.Intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if effect(r) && !strings.HasSuffix(r.URL.Path, "/git-receive-pack") {
			once.Do(func() { close(locked); <-goOn })
		}
		next.ServeHTTP(rw, r)
	})
	alice := w.start("alice", cutArgs...)
	select {
	case <-locked:
	case <-time.After(2 * time.Minute):
		alice.kill()
		t.Fatalf("the first run does nothing: %v", alice.wait())
	}
	bob := w.release("bob", append(slices.Clone(cutArgs), "--reason", "alice is on a plane", "--work-dir", w.dir+"/bob")...)
	close(goOn)
	if bob.code != 1 || !strings.Contains(bob.stderr, "v0.1.0 is being cut by alice since") {
		t.Errorf("the second run: %v", bob)
	}
	if r := alice.wait(); r.code != 1 || !strings.Contains(r.stderr, "waiting for the approval") {
		t.Errorf("the first run: %v", r)
	}
	if s := w.state(); len(s.Issues) != 1 || len(s.Pulls) != 2 {
		t.Errorf("two runs at once left %+v", s)
	}
}

// TestApp cuts as a GitHub App: it proposes, people approve.
func TestApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := func(name string, permissions map[string]string) []string {
		made := w.forge.App(name, strings.Split(place, "/")[0], permissions)
		file := filepath.Join(t.TempDir(), "app.pem")
		w.check(os.WriteFile(file, []byte(made.PEM), 0o600))
		return append(slices.Clone(cutArgs), "--reason", "alice let it", "--app-id", fmt.Sprint(made.ID), "--app-key-file", file)
	}
	r := w.release("nobody", app("Reader", map[string]string{"contents": "read", "issues": "write"})...)
	if r.code != 1 || !strings.Contains(r.stderr, "finding no-permission: the installation of reader[bot] on "+place+" lacks contents: write, pull_requests: write") {
		t.Errorf("an app that may only read: %v", r)
	}
	args := app("Releaser", map[string]string{"contents": "write", "issues": "write", "pull_requests": "write", "checks": "read", "statuses": "read"})
	if r := w.release("nobody", args...); r.code != 1 || !strings.Contains(r.stderr, "waiting for the approval") {
		t.Fatalf("the first cut should wait for approvals: %v", r)
	}
	w.approve("alice", "bob")
	if r := w.must("nobody", args...); !strings.HasSuffix(r.stdout, "v0.1.0\n") {
		t.Errorf("released: %v", r)
	}
	if body := w.trackingBody(); !strings.Contains(body, "Cut by releaser[bot], not by the lead: alice let it") {
		t.Errorf("the tracking issue: %s", body)
	}
}

// TestTamperedPlan: what was approved is what is executed.
func TestTamperedPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.release("alice", cutArgs...)
	w.approve("bob")
	// A push after an approval: the approval was of another commit.
	w.work.Git("fetch", "-q", "origin")
	w.work.Branch("release-plan/v0.1.0", "origin/release-plan/v0.1.0", "one more thing", "-- engine/extra.txt --\nx\n")
	w.work.Git("checkout", "-q", "main")
	w.approve("carol")
	r := w.release("alice", cutArgs...)
	if r.code != 1 || !strings.Contains(r.stderr, "engine/extra.txt, which the plan does not name") {
		t.Errorf("a plan with an extra file: %v", r)
	}
	if s := w.state(); len(s.Releases) != 0 || slices.Contains(s.Refs, "refs/tags/v0.1.0") {
		t.Errorf("something was published: %+v", s)
	}
}
