// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

var (
	beside = flag.Bool("beside", false, "run TestBeside: minutes, and a build of Prow's hook")
	pulls  = flag.Int("pulls", 1000, "how many pull requests are open in TestBeside")
	single = flag.Int("single", 50, "how many of them get their comments one after the other")
	burst  = flag.Int("burst", 100, "how many others get theirs all at once")
)

const (
	owner, demo = "acme", "demo"
	full        = owner + "/" + demo
	bot         = "lanner"
	secret      = "a secret between the test and the forge"
)

// fixture is a forge's folder with the repository in it, and what is needed to
// begin from it again.
type fixture struct {
	dir    string
	tokens map[string]string
}

// makeFixture makes a repository with open pull requests by dave: alice may
// approve them, carol and bob review. Nobody has said anything.
func makeFixture(t *testing.T, dir string) fixture {
	fix := fixture{dir: filepath.Join(dir, "forge"), tokens: make(map[string]string)}
	t.Run("fixture", func(t *testing.T) {
		f := forgetest.Start(t, forgetest.WithDir(fix.dir))
		f.Faults(unlimited())
		work := f.NewRepositoryFrom("alice", full, "-- OWNERS --\napprovers: [alice]\nreviewers: [bob, carol]\n-- .github/lanner.yaml --\nfeatures: [default, size, wip]\n-- src/x.go --\npackage x\n")
		for _, login := range []string{"bob", "carol", "dave", bot} {
			client := f.Client(login)
			inv, _, err := f.Client("alice").Repositories.AddCollaborator(t.Context(), owner, demo, login, &gh.RepositoryAddCollaboratorOptions{Permission: "push"})
			if err == nil {
				_, err = client.Users.AcceptInvitation(t.Context(), inv.GetID())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, login := range []string{"alice", "bob", "carol", "dave", bot} {
			fix.tokens[login] = f.Token(login)
		}
		for _, label := range []string{"kind/bug", "lgtm", "approved", "do-not-merge/hold"} {
			if _, _, err := f.Client("alice").Issues.CreateLabel(t.Context(), owner, demo, &gh.Label{Name: &label, Color: new("d73a4a")}); err != nil {
				t.Fatal(err)
			}
		}
		var script bytes.Buffer
		base := work.Git("rev-parse", "HEAD")
		for i := range *pulls + 1 {
			text := fmt.Sprintf("package x // %d\n", i)
			fmt.Fprintf(&script, "commit refs/heads/topic-%d\ncommitter dave <dave@example.com> 1700000000 +0000\ndata 8\nChange x\nfrom %s\nM 100644 inline src/f%d.go\ndata %d\n%s\n", i, base, i, len(text), text)
		}
		if _, err := work.RunInput(t.Context(), &script, "fast-import", "--quiet"); err != nil {
			t.Fatal(err)
		}
		work.Git("push", "-q", "origin", "refs/heads/topic-*:refs/heads/topic-*")
		for i := range *pulls {
			open(t, f.Client("dave"), i)
		}
	})
	// SQLite takes its journal away once the last connection is closed.
	journal := filepath.Join(fix.dir, "forge.db-shm")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(journal); errors.Is(err, os.ErrNotExist) {
			return fix
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still there", journal)
		}
	}
}

func unlimited() forge.Faults {
	primary := make(map[string]forge.PrimaryLimit)
	for _, resource := range []string{"core", "graphql", "search"} {
		primary[resource] = forge.PrimaryLimit{Limit: 1e9, Remaining: 1e9, ResetAfter: 86400}
	}
	return forge.Faults{Primary: primary}
}

func open(t *testing.T, dave *gh.Client, i int) int {
	t.Helper()
	pr, _, err := dave.PullRequests.Create(t.Context(), owner, demo, &gh.NewPullRequest{
		Title: new("Change x"), Head: new(fmt.Sprintf("topic-%d", i)), Base: new("main"), Body: new("It is better so."),
	})
	if err != nil {
		t.Fatal(err)
	}
	return pr.GetNumber()
}

// stage is a forge of the fixture, and one of the two at work on it.
type stage struct {
	*meter
	url    string
	hook   string // where it takes webhooks
	tokens map[string]string
	dir    string // for its files
	// plugins is what hook's configuration has beside its own plugins.
	plugins string
}

// newStage starts the forge over a copy of the fixture.
func newStage(t *testing.T, fix fixture) *stage {
	t.Helper()
	s := &stage{tokens: fix.tokens, dir: t.TempDir()}
	dir := filepath.Join(s.dir, "forge")
	if err := os.CopyFS(dir, os.DirFS(fix.dir)); err != nil {
		t.Fatal(err)
	}
	f, err := forge.Open(t.Context(), forge.Config{Dir: dir, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		t.Fatal(err)
	}
	s.meter = newMeter(f, fix.tokens[bot])
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(errors.Join(err, f.Close()))
	}
	server := &http.Server{Handler: s.meter}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-served
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	s.url = "http://" + listener.Addr().String()
	admin := s.client(t, f.AdminToken())
	req, err := admin.NewRequest(http.MethodPut, s.url+"/_forge/faults", unlimited())
	if err == nil {
		_, err = admin.Do(t.Context(), req, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.hook = fmt.Sprintf("http://127.0.0.1:%d/hook", port(t))
	return s
}

func (s *stage) client(t *testing.T, token string) *gh.Client {
	t.Helper()
	c, err := gh.NewClient(nil).WithAuthToken(token).WithEnterpriseURLs(s.url, s.url)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s *stage) as(t *testing.T, login string) *gh.Client {
	t.Helper()
	return s.client(t, s.tokens[login])
}

// write writes a file for the program, and returns its path.
func (s *stage) write(t *testing.T, file, text string) string {
	t.Helper()
	path := filepath.Join(s.dir, file)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// port returns a port that is free, for now.
func port(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// start launches a program and has the forge send it webhooks.
func (s *stage) start(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	s.launch(t, cmd)
	_, _, err := s.as(t, "alice").Repositories.CreateHook(t.Context(), owner, demo, &gh.Hook{
		Events: []string{"*"}, Active: new(true), Config: map[string]any{"url": s.hook, "content_type": "json", "secret": secret},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}

// launch starts a program, waits until it takes webhooks, and stops it, by its
// process, when the test ends.
func (s *stage) launch(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	log, err := os.CreateTemp(s.dir, "log")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(errors.Join(err, log.Close()))
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		if t.Failed() {
			text, err := os.ReadFile(log.Name())
			t.Logf("%v\n%s", err, text[max(len(text)-8000, 0):])
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Error(err)
		}
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Log("it had to be killed")
			if err := errors.Join(cmd.Process.Kill(), <-ended); err != nil {
				t.Log(err)
			}
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	address := strings.TrimSuffix(strings.TrimPrefix(s.hook, "http://"), "/hook")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen: %v", cmd.Path, err)
		}
	}
}

// build builds a program. Ours is built by its own module alone, as its users
// do.
func build(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	file := filepath.Join(dir, filepath.Base(program))
	cmd := exec.CommandContext(t.Context(), "go", slices.Concat([]string{"build", "-o", file}, args, []string{program})...)
	if strings.HasPrefix(program, ".") {
		cmd.Dir, cmd.Env = filepath.Join("..", ".."), append(os.Environ(), "GOWORK=off")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", program, err, out)
	}
	return file
}

// ourBot is the command that starts our bot.
func ourBot(t *testing.T, s *stage, binary string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(context.WithoutCancel(t.Context()), binary, "serve", "--listen", strings.TrimSuffix(strings.TrimPrefix(s.hook, "http://"), "/hook"),
		"--github-url", s.url, "--token-file", s.write(t, "token", s.tokens[bot]), "--webhook-secret-file", s.write(t, "secret", secret),
		"--data", filepath.Join(s.dir, "data"), "--repo", full)
}

// kubeconfig lets hook make its clients of a cluster. Without a plugin that
// starts jobs it asks none.
const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: none, cluster: {server: "http://127.0.0.1:1"}}]
contexts: [{name: none, context: {cluster: none, user: none}}]
users: [{name: none, user: {}}]
current-context: none
`

// prowHook is the command that starts Prow's hook, with the plugins whose work
// our features do. It clones by https only; git is told that the forge speaks
// http.
func prowHook(t *testing.T, s *stage, binary string) *exec.Cmd {
	t.Helper()
	_, listen, _ := strings.Cut(strings.TrimSuffix(s.hook, "/hook"), "http://127.0.0.1:")
	host := strings.TrimPrefix(s.url, "http://")
	token := s.tokens[bot]
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), binary, "--dry-run=false", "--port", listen,
		"--github-host", host, "--github-endpoint", s.url+"/api/v3", "--github-graphql-endpoint", s.url+"/api/graphql",
		"--github-token-path", s.write(t, "token", token), "--hmac-secret-file", s.write(t, "secret", secret),
		"--kubeconfig", s.write(t, "kubeconfig", kubeconfig), "--config-path", s.write(t, "config.yaml", "prowjob_namespace: default\npod_namespace: default\n"),
		"--plugin-config", s.write(t, "plugins.yaml", "plugins:\n  "+full+":\n    plugins: [approve, assign, help, hold, label, lgtm, lifecycle, milestone, override, retitle, size, stage, wip]\nowners:\n  filenames: {}\n"+s.plugins),
		"--health-port", fmt.Sprint(port(t)), "--metrics-port", fmt.Sprint(port(t)), "--pprof-port", fmt.Sprint(port(t)), "--grace-period", "5s",
	)
	login := bot + ":" + token + "@" + host + "/"
	cmd.Env = append(os.Environ(), "TMPDIR="+s.dir, "HOME="+s.dir, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url.http://"+login+".insteadOf", "GIT_CONFIG_VALUE_0=https://"+login)
	return cmd
}
