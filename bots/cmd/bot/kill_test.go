// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

const files = `
-- OWNERS --
approvers: [alice]
-- x.txt --
zero
`

// site is a forge with the repository acme/demo, its webhook, and the bot as a
// process of its own.
type site struct {
	t    *testing.T
	f    *forgetest.Forge
	hook *forgetest.Receiver
	args []string

	mu     sync.Mutex
	bot    *exec.Cmd
	health string // the URL that tells how busy it is
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, f: forgetest.Start(t)}
	s.f.NewRepositoryFrom("alice", "acme/demo", files)
	for _, login := range []string{"bob", "lanner"} {
		client := s.f.Client(login)
		inv, _, err := s.f.Client("alice").Repositories.AddCollaborator(t.Context(), "acme", "demo", login, &gh.RepositoryAddCollaboratorOptions{Permission: "push"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Users.AcceptInvitation(t.Context(), inv.GetID()); err != nil {
			t.Fatal(err)
		}
	}
	s.hook = s.f.Hook("alice", "acme/demo")
	dir := t.TempDir()
	write := func(name, content string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	s.args = []string{
		"serve", "--listen", "127.0.0.1:0", "--github-url", s.f.URL, "--token-file", write("token", s.f.Token("lanner")),
		"--webhook-secret-file", write("secret", s.hook.Secret), "--data", filepath.Join(dir, "data"), "--repo", "acme/demo",
	}
	t.Cleanup(s.kill)
	return s
}

// start starts the bot and sends the webhooks to it.
func (s *site) start() {
	s.t.Helper()
	cmd := exec.Command(os.Args[0], s.args...)
	cmd.Env = append(os.Environ(), serveEnv+"=1")
	cmd.Stderr = s.t.Output()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		s.t.Fatalf("the bot does not say where it listens: %v", err)
	}
	target, err := url.Parse(strings.Fields(line)[2])
	if err != nil {
		s.t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.Out.URL = target },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	s.mu.Lock()
	s.bot, s.health = cmd, "http://"+target.Host+"/healthz"
	s.mu.Unlock()
	s.hook.Forward(proxy)
}

// kill kills the bot as the kernel does when memory is short.
func (s *site) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bot == nil {
		return
	}
	if err := s.bot.Process.Kill(); err != nil {
		s.t.Errorf("kill the bot: %v", err)
	}
	// It was killed: that is the error.
	_ = s.bot.Wait()
	s.bot = nil
}

// killAt kills the bot at its nth request that changes something: before the
// forge sees it, or after it did it and before the bot hears of that. The
// channel is closed when it is done.
func (s *site) killAt(n int, after bool) <-chan struct{} {
	killed := make(chan struct{})
	var count atomic.Int32
	s.f.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mine := r.Header.Get("Authorization") == "Bearer "+s.f.Token("lanner")
		reads := r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/graphql")
		if !mine || reads || int(count.Add(1)) != n {
			next.ServeHTTP(w, r)
			return
		}
		if after {
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		s.kill()
		close(killed)
		panic(http.ErrAbortHandler)
	})
	return killed
}

// TestKill kills the bot before and after each of the requests by which it
// drives a pull request to merged, and starts it again. Each time the end is
// the same: nothing is missing, nothing is there twice.
func TestKill(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const most = 20
	for n := 1; n <= most; n++ {
		happened := false
		for _, after := range []bool{false, true} {
			happened = s.round(n, after) || happened
		}
		if !happened {
			if n < 5 {
				t.Errorf("the bot changed something only %d times", n-1)
			}
			return
		}
	}
	t.Errorf("the bot changed something more than %d times", most)
}

// round drives one pull request to merged, with a kill. It reports false when
// the story was over before the kill.
func (s *site) round(n int, after bool) bool {
	name := fmt.Sprintf("kill-%d-%v", n, after)
	killed := s.killAt(n, after)
	defer s.f.Intercept(nil)
	bob := s.f.Clone("bob", "acme/demo")
	bob.Branch(name, "origin/main", "Change x", "-- x.txt --\n"+name+"\n")
	pr, _, err := s.f.Client("bob").PullRequests.Create(s.t.Context(), "acme", "demo", &gh.NewPullRequest{Title: &name, Head: &name, Base: new("main")})
	if err != nil {
		s.t.Fatal(err)
	}
	number := pr.GetNumber()
	if _, _, err := s.f.Client("alice").Issues.CreateComment(s.t.Context(), "acme", "demo", number, &gh.IssueComment{Body: new("/lgmt\n/lgtm\n/approve")}); err != nil {
		s.t.Fatal(err)
	}
	s.start()
	deadline := time.After(2 * time.Minute)
	happened := false
	for {
		select {
		case <-killed:
			killed = nil
			happened = true
			s.start()
		case <-deadline:
			s.t.Fatalf("%s: not merged", name)
		case <-time.After(50 * time.Millisecond):
		}
		pr, _, err := s.f.Client("alice").PullRequests.Get(s.t.Context(), "acme", "demo", number)
		if err != nil {
			s.t.Fatal(err)
		}
		if pr.GetMerged() && s.idle() {
			break
		}
	}
	s.kill()
	s.check(name, number)
	return happened
}

// idle asks the bot whether it has handled everything.
func (s *site) idle() bool {
	s.mu.Lock()
	health := s.health
	s.mu.Unlock()
	resp, err := http.Get(health)
	if err != nil {
		return false // it is dead
	}
	defer resp.Body.Close()
	var counts struct{ Queued, Running int }
	if err := json.NewDecoder(resp.Body).Decode(&counts); err != nil {
		s.t.Errorf("%s: %v", health, err)
	}
	return counts.Queued == 0 && counts.Running == 0
}

func (s *site) check(name string, number int) {
	comments, _, err := s.f.Client("alice").Issues.ListComments(s.t.Context(), "acme", "demo", number, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	var said []string
	for _, c := range comments {
		if c.GetUser().GetLogin() == "lanner" {
			line, _, _ := strings.Cut(c.GetBody(), " -->")
			said = append(said, line)
		}
	}
	slices.Sort(said)
	want := fmt.Sprintf("<!-- lanner:reply comment-%d|<!-- lanner:status", comments[0].GetID())
	if got := strings.Join(said, "|"); got != want {
		s.t.Errorf("%s: the bot said %s, want %s", name, got, want)
	}
	pr, _, err := s.f.Client("alice").PullRequests.Get(s.t.Context(), "acme", "demo", number)
	if err != nil {
		s.t.Fatal(err)
	}
	var labels []string
	for _, l := range pr.Labels {
		labels = append(labels, l.GetName())
	}
	slices.Sort(labels)
	if got := strings.Join(labels, " "); got != "approved lgtm" {
		s.t.Errorf("%s: labels %s", name, got)
	}
}

// TestExplain asks why a pull request is not merging.
func TestExplain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	bob := s.f.Clone("bob", "acme/demo")
	bob.Branch("better", "origin/main", "Change x", "-- x.txt --\none\n")
	pr, _, err := s.f.Client("bob").PullRequests.Create(t.Context(), "acme", "demo", &gh.NewPullRequest{Title: new("x"), Head: new("better"), Base: new("main")})
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"explain", "pr", fmt.Sprintf("acme/demo#%d", pr.GetNumber()), "--github-url", s.f.URL, "--token-file", s.args[6]}
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		fmt.Sprintf("acme/demo#%d is not merging\n", pr.GetNumber()), "  wants  label approved: an approver is missing from OWNERS; ask alice; say /approve\n",
		"  wants  label lgtm: ", "  ok     checks: none has reported and none is required\n",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in:\n%s", want, &stdout)
		}
	}
	stdout.Reset()
	if err := run(t.Context(), append(args, "-o", "json"), strings.NewReader(""), &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	var e explanation
	if err := json.Unmarshal(stdout.Bytes(), &e); err != nil || e.Mergeable || e.Head != pr.GetHead().GetSHA() || len(e.Criteria) != 7 {
		t.Errorf("%v\n%s", err, &stdout)
	}
	if err := run(t.Context(), []string{"explain", "pr", "acme/demo#999", "--github-url", s.f.URL, "--token-file", s.args[6]}, strings.NewReader(""), &stdout, &stderr); err == nil || !strings.Contains(err.Error(), "acme/demo#999") {
		t.Errorf("a pull request that is not there: %v", err)
	}
}
