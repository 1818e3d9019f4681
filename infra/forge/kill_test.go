// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/git"
)

// killDir tells the test binary to be a forge on this folder, until killed.
const killDir = "FORGE_KILL_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		fmt.Fprintln(os.Stderr, serveUntilKilled(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func serveUntilKilled(dir string) error {
	s, err := forge.Open(context.Background(), forge.Config{Dir: dir})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	// A test that dies closes the pipe: nobody is left to kill this process.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // its end is all that counts
		os.Exit(2)
	}()
	fmt.Printf("http://%s\n", listener.Addr())
	return http.Serve(listener, s)
}

// mortal is a forge in a process of its own.
type mortal struct {
	cmd *exec.Cmd
	url string
}

func startMortal(t *testing.T, dir string) *mortal {
	t.Helper()
	m := &mortal{cmd: exec.Command(os.Args[0], "-test.run=^$")}
	m.cmd.Env = append(os.Environ(), killDir+"="+dir)
	m.cmd.Stderr = os.Stderr
	stdin, err := m.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := m.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close() }) // Wait has closed it already
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the forge did not start: %v", err)
	}
	m.url = strings.TrimSpace(line)
	return m
}

func (m *mortal) kill(t *testing.T) {
	t.Helper()
	if err := m.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = m.cmd.Wait() // "signal: killed"
}

// pushed is one push event.
type pushed struct{ Ref, Before, After string }

// listener records push events.
type listener struct {
	mu     sync.Mutex
	events []pushed
	more   chan struct{}
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var p pushed
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil || p.Ref == "" {
		return // cut by the kill, or a ping
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, p)
	close(l.more)
	l.more = make(chan struct{})
}

// chain waits until the events of a branch have come to head, and checks that
// none is missing between.
func (l *listener) chain(t *testing.T, ref, head string) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		l.mu.Lock()
		events, more := l.events, l.more
		l.mu.Unlock()
		at := zeroes
		for _, e := range events {
			switch {
			case e.Ref != ref, e.After == at: // sent again, after a kill
			case e.Before != at:
				t.Fatalf("%s: an event from %s to %s follows one to %s", ref, e.Before, e.After, at)
			default:
				at = e.After
			}
		}
		if at == head {
			return
		}
		select {
		case <-more:
		case <-deadline:
			t.Fatalf("%s: the events end at %s, want %s", ref, at, head)
		}
	}
}

var zeroes = strings.Repeat("0", 40)

// pusher pushes to a branch of its own.
type pusher struct {
	work          git.Repo
	branch        string
	acked, latest string // what the forge said it has; what it may have
}

func (p *pusher) run(url string) error {
	for n := 0; ; n++ {
		ctx := context.Background()
		if _, err := p.work.Run(ctx, "commit", "-q", "--allow-empty", "-m", fmt.Sprintf("%s %d", p.branch, n)); err != nil {
			return err
		}
		head, err := p.work.Run(ctx, "rev-parse", "HEAD")
		if err != nil {
			return err
		}
		p.latest = head
		if _, err := p.work.Run(ctx, "push", "-q", url+"/alice/x.git", "HEAD:refs/heads/"+p.branch); err != nil {
			return nil // killed
		}
		p.acked = head
	}
}

// reporter opens issues.
type reporter struct {
	tried int
	acked []int
}

func (r *reporter) run(client *github.Client) {
	for {
		r.tried++
		title := fmt.Sprint("issue ", r.tried)
		_, _, err := client.Issues.Create(context.Background(), "alice", "x", &github.IssueRequest{Title: &title})
		if err != nil {
			return // killed
		}
		r.acked = append(r.acked, r.tried)
	}
}

// TestKilled kills a forge while pushes and issues come in, and looks for what
// it said it had, and for what the world was not told.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "forge")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	told := &listener{more: make(chan struct{})}
	hook := httptest.NewServer(told)
	defer hook.Close()

	m := startMortal(t, dir)
	secret := prepareMortal(t, m, dir, hook.URL)
	var pushers []*pusher
	for n := range 3 {
		p := &pusher{work: git.Repo{Dir: t.TempDir()}.As("alice", "alice@example.org", time.Unix(1700000000, 0)), branch: fmt.Sprint("b", n)}
		if _, err := p.work.Run(t.Context(), "init", "-q"); err != nil {
			t.Fatal(err)
		}
		pushers = append(pushers, p)
	}
	issues := new(reporter)
	for range 5 {
		var workers sync.WaitGroup
		for _, p := range pushers {
			p.work = p.work.WithToken(m.url, secret)
			workers.Go(func() {
				if err := p.run(m.url); err != nil {
					t.Error(err)
				}
			})
		}
		workers.Go(func() { issues.run((&running{url: m.url}).client(t, secret)) })
		// When it dies is left to chance: that is what is tested.
		<-time.After(time.Duration(50+random.IntN(700)) * time.Millisecond)
		m.kill(t)
		workers.Wait()
		m = startMortal(t, dir)
		for _, p := range pushers {
			checkPusher(t, m, p)
		}
	}
	checkIssues(t, m, secret, issues)
	for _, p := range pushers {
		head := checkPusher(t, m, p)
		if head != zeroes {
			told.chain(t, "refs/heads/"+p.branch, head)
		}
	}
	clone := git.Repo{Dir: t.TempDir()}
	if _, err := clone.Run(t.Context(), "clone", "-q", "--mirror", m.url+"/alice/x.git", "."); err != nil {
		t.Error(err)
	}
	if _, err := clone.Run(t.Context(), "fsck", "--full", "--strict"); err != nil {
		t.Error(err)
	}
	m.kill(t)
}

// prepareMortal makes alice/x with a webhook, and returns a token of alice.
func prepareMortal(t *testing.T, m *mortal, dir, hook string) (secret string) {
	t.Helper()
	ctx := t.Context()
	text, err := os.ReadFile(filepath.Join(dir, "admin-token"))
	if err != nil {
		t.Fatal(err)
	}
	f := &running{url: m.url}
	admin := f.client(t, strings.TrimSpace(string(text)))
	if _, _, err := admin.Admin.CreateUser(ctx, "alice", "alice@example.org"); err != nil {
		t.Fatal(err)
	}
	auth, _, err := admin.Admin.CreateUserImpersonation(ctx, "alice", &github.ImpersonateUserOptions{Scopes: []string{"repo", "admin:repo_hook"}})
	if err != nil {
		t.Fatal(err)
	}
	alice := f.client(t, auth.GetToken())
	f.repository(t, alice, &github.Repository{Name: new("x")})
	if _, _, err := alice.Repositories.CreateHook(ctx, "alice", "x", &github.Hook{
		Events: []string{"push"}, Active: new(true), Config: map[string]any{"url": hook, "content_type": "json"},
	}); err != nil {
		t.Fatal(err)
	}
	return auth.GetToken()
}

// checkPusher finds on the branch what was acknowledged, or the push that was
// under way, and returns it.
func checkPusher(t *testing.T, m *mortal, p *pusher) string {
	t.Helper()
	out, err := p.work.Run(t.Context(), "ls-remote", m.url+"/alice/x.git", "refs/heads/"+p.branch)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(out, "\t")
	if head != p.acked && head != p.latest {
		t.Fatalf("branch %s is at %q; %q was acknowledged, %q was under way", p.branch, head, p.acked, p.latest)
	}
	p.acked = head // what was seen may not go
	if head == "" {
		return zeroes
	}
	return head
}

func checkIssues(t *testing.T, m *mortal, secret string, r *reporter) {
	t.Helper()
	client := (&running{url: m.url}).client(t, secret)
	titles, numbers := make(map[string]int), make(map[int]bool)
	options := &github.IssueListByRepoOptions{State: "all", ListOptions: github.ListOptions{PerPage: 100}}
	for {
		page, resp, err := client.Issues.ListByRepo(t.Context(), "alice", "x", options)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page {
			titles[i.GetTitle()]++
			numbers[i.GetNumber()] = true
		}
		if resp.NextPage == 0 {
			break
		}
		options.Page = resp.NextPage
	}
	for n := 1; n <= r.tried; n++ {
		if got := titles[fmt.Sprint("issue ", n)]; got > 1 {
			t.Errorf("issue %d is there %d times", n, got)
		}
	}
	for _, n := range r.acked {
		if titles[fmt.Sprint("issue ", n)] == 0 {
			t.Errorf("issue %d was acknowledged, and is lost", n)
		}
	}
	for n := 1; n <= len(numbers); n++ {
		if !numbers[n] {
			t.Errorf("number %d was left out", n)
		}
	}
}
