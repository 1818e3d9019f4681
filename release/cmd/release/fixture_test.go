// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	gh "github.com/google/go-github/v57/github"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// The tests run this test binary as the release command: the real main, in a
// process that can be killed.
func TestMain(m *testing.M) {
	if os.Getenv("LANNER_TEST_MAIN") == "release" {
		main()
		return
	}
	testscript.Main(m, map[string]func(){"release": main})
}

var update = flag.Bool("update", false, "rewrite the expected output of the scripts")

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: *update})
}

const place = "lanner-project/lanner"

// module is a small engine with the files that a release needs.
const module = `
-- go.mod --
module github.com/lanner-project/lanner

go 1.26.0
-- go.sum --
-- engine/packaging/lanner.service --
[Unit]
Description=Lanner
-- engine/packaging/lanner.yaml --
# The configuration.
-- engine/packaging/lanner.schema.json --
{}
-- LICENSE --
Apache-2.0
-- README.md --
# Lanner
-- engine/cmd/lanner/main.go --
package main

import (
	"fmt"
	"runtime/debug"
)

func main() {
	info, _ := debug.ReadBuildInfo()
	fmt.Println("version", info.Main.Version)
}
-- engine/cmd/lanner/release.txt --
-- maintainers/maintainers.yaml --
- {name: Alice, github: https://github.com/alice, projects: [https://github.com/lanner-project/lanner]}
- {name: Bob, github: https://github.com/bob, projects: [https://github.com/lanner-project/lanner]}
- {name: Carol, github: https://github.com/carol, projects: [https://github.com/lanner-project/lanner]}
`

// world is a forge with a repository that is ready to be released.
type world struct {
	t     *testing.T
	forge *forgetest.Forge
	work  *forgetest.Work // alice's clone, on main
	dir   string
	key   string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, forge: forgetest.Start(t), dir: t.TempDir()}
	w.key = filepath.Join(w.dir, "key")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice", "-f", w.key).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	public, err := os.ReadFile(w.key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	rotation, err := os.ReadFile(filepath.FromSlash("../../../maintainers/rotation.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w.work = w.forge.NewRepositoryFrom("alice", place, module+
		"-- release/allowed_signers --\nalice namespaces=\"git,lanner-release\" "+string(public)+
		"-- maintainers/rotation.yaml --\n"+string(rotation))
	owner, name, _ := strings.Cut(place, "/")
	for _, login := range []string{"bob", "carol"} {
		w.forge.Token(login)
		invitation, _, err := w.forge.Client("alice").Repositories.AddCollaborator(w.ctx(), owner, name, login, &gh.RepositoryAddCollaboratorOptions{Permission: "push"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.forge.Client(login).Users.AcceptInvitation(w.ctx(), invitation.GetID()); err != nil {
			t.Fatal(err)
		}
	}
	w.pull("engine-greets", "engine: greet", "kind/feature", "-- engine/greet.txt --\nhello\n", "```release-note\nThe engine greets.\n```")
	w.green()
	return w
}

func (w *world) ctx() context.Context { return context.Background() }

// pull merges a pull request that changes files.
func (w *world) pull(branch, title, label, files, body string) int {
	w.t.Helper()
	owner, name, _ := strings.Cut(place, "/")
	w.work.Branch(branch, "main", title, files)
	c := w.forge.Client("alice")
	pr, _, err := c.PullRequests.Create(w.ctx(), owner, name, &gh.NewPullRequest{Title: &title, Head: &branch, Base: new("main"), Body: &body})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, _, err := c.Issues.AddLabelsToIssue(w.ctx(), owner, name, pr.GetNumber(), []string{label}); err != nil {
		w.t.Fatal(err)
	}
	if _, _, err := c.PullRequests.Merge(w.ctx(), owner, name, pr.GetNumber(), "", nil); err != nil {
		w.t.Fatal(err)
	}
	w.work.Git("checkout", "-q", "main")
	w.work.Git("pull", "-q", "--ff-only", "origin", "main")
	return pr.GetNumber()
}

// green says that main's head is tested.
func (w *world) green() {
	w.t.Helper()
	owner, name, _ := strings.Cut(place, "/")
	_, _, err := w.forge.Client("alice").Repositories.CreateStatus(w.ctx(), owner, name, w.work.Git("rev-parse", "main"), &gh.RepoStatus{
		State: new("success"), Context: new("ci"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// approve reviews the open release pull request as these people.
func (w *world) approve(logins ...string) {
	w.t.Helper()
	owner, name, _ := strings.Cut(place, "/")
	pulls, _, err := w.forge.Client("alice").PullRequests.List(w.ctx(), owner, name, &gh.PullRequestListOptions{State: "open"})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range pulls {
		if !strings.HasPrefix(p.GetHead().GetRef(), "release-plan/") {
			continue
		}
		for _, login := range logins {
			_, _, err := w.forge.Client(login).PullRequests.CreateReview(w.ctx(), owner, name, p.GetNumber(), &gh.PullRequestReviewRequest{
				CommitID: p.GetHead().SHA, Event: new("APPROVE"), Body: new("as planned"),
			})
			if err != nil {
				w.t.Fatal(err)
			}
		}
		return
	}
	w.t.Fatal("no release pull request is open")
}

// result is how a run of the command ended.
type result struct {
	code           int // -1: killed
	stdout, stderr string
}

func (r result) String() string {
	return fmt.Sprintf("exit %d\nstdout:\n%s\nstderr:\n%s", r.code, r.stdout, r.stderr)
}

// process is a run of the command.
type process struct {
	cmd  *exec.Cmd
	out  bytes.Buffer
	err  watched
	once sync.Once
}

// start runs the command as a person in the clone.
func (w *world) start(login string, args ...string) *process {
	w.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	p := &process{cmd: exec.Command(exe, args...)}
	p.cmd.Dir = w.work.Dir
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	p.cmd.Env = append(os.Environ(), "LANNER_TEST_MAIN=release", "GITHUB_TOKEN="+w.forge.Token(login), "XDG_CACHE_HOME="+filepath.Join(w.dir, "cache"), "GOCACHE="+userCache(w.t))
	p.cmd.Args = append(p.cmd.Args, "--signing-key", w.key, "--second-cache", secondCache(w.t))
	if err := p.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(p.kill)
	return p
}

func (p *process) kill() {
	p.once.Do(func() {
		// It may have ended by itself: then there is nothing to kill.
		_ = p.cmd.Process.Kill()
	})
}

func (p *process) wait() result {
	err := p.cmd.Wait()
	code := 0
	if err != nil {
		code = p.cmd.ProcessState.ExitCode()
	}
	return result{code: code, stdout: p.out.String(), stderr: p.err.String()}
}

func (w *world) release(login string, args ...string) result {
	w.t.Helper()
	return w.start(login, args...).wait()
}

// must runs the command and wants exit 0.
func (w *world) must(login string, args ...string) result {
	w.t.Helper()
	r := w.release(login, args...)
	if r.code != 0 {
		w.t.Fatalf("release %s: %v", strings.Join(args, " "), r)
	}
	return r
}

// watched is a writer that calls a function with each line.
type watched struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	line func(string)
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(p)
	if w.line != nil {
		for line := range strings.Lines(string(p)) {
			w.line(line)
		}
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

// secondCache is shared by all tests and kept between runs: compiling Go's own
// library for two targets is no test of ours.
func secondCache(t *testing.T) string {
	t.Helper()
	return filepath.Join(userCache(t), "lanner-second-build")
}

func userCache(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// effect reports whether a request changes something on the forge: no read, no
// GraphQL query, no fetch, and not the lock, without which nothing starts.
func effect(r *http.Request) bool {
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return false
	case strings.HasSuffix(r.URL.Path, "/graphql"), strings.HasSuffix(r.URL.Path, "/git-upload-pack"):
		return false
	}
	return true
}
