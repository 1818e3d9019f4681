// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/git"
)

// token returns what a client made by user authenticates with.
func (f *running) token(t *testing.T, login string) string {
	t.Helper()
	auth, _, err := f.client(t, f.AdminToken()).Admin.CreateUserImpersonation(t.Context(), login,
		&github.ImpersonateUserOptions{Scopes: []string{"repo", "admin:org", "delete_repo"}})
	if err != nil {
		t.Fatal(err)
	}
	return auth.GetToken()
}

// worktree is a local repository that speaks for one user.
type worktree struct {
	git.Repo
	t *testing.T
}

// worktree makes an empty one with the remote origin; token "" is nobody.
func (f *running) worktree(t *testing.T, token, fullName string) worktree {
	t.Helper()
	w := worktree{git.Repo{Dir: t.TempDir()}.WithToken(f.url, token).As("alice", "alice@example.org", time.Unix(1700000000, 0)), t}
	w.git("init", "-q", "-b", "main")
	w.git("remote", "add", "origin", f.url+"/"+fullName+".git")
	return w
}

func (w worktree) git(args ...string) string {
	w.t.Helper()
	out, err := w.Run(context.Background(), args...)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// refused runs git, which must fail and say want.
func (w worktree) refused(want string, args ...string) {
	w.t.Helper()
	_, err := w.Run(context.Background(), args...)
	if err == nil {
		w.t.Errorf("git %s: done, want refused with %q", strings.Join(args, " "), want)
	} else if !strings.Contains(err.Error(), want) {
		w.t.Errorf("git %s: %v, want %q", strings.Join(args, " "), err, want)
	}
}

// commit writes a file, commits it, and returns the commit.
func (w worktree) commit(name, content string) string {
	w.t.Helper()
	path := filepath.Join(w.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
	w.git("add", "-A")
	w.git("commit", "-q", "-m", "Write "+name)
	return w.git("rev-parse", "HEAD")
}

func (f *running) repository(t *testing.T, c *github.Client, r *github.Repository) {
	t.Helper()
	if _, _, err := c.Repositories.Create(t.Context(), "", r); err != nil {
		t.Fatal(err)
	}
}

func TestPushAndFetch(t *testing.T) {
	t.Parallel()
	f := start(t, t.TempDir())
	alice := f.user(t, "alice")
	f.repository(t, alice, &github.Repository{Name: new("x")})
	w := f.worktree(t, f.token(t, "alice"), "alice/x")
	first := w.commit("README.md", "one\n")
	// The first branch that is pushed becomes the default one.
	w.git("push", "-q", "origin", "main:trunk")
	r, _, err := alice.Repositories.Get(t.Context(), "alice", "x")
	if err != nil || r.GetDefaultBranch() != "trunk" {
		t.Errorf("default branch %q, %v; want trunk", r.GetDefaultBranch(), err)
	}
	w.git("tag", "-a", "-m", "v1", "v1")
	w.git("push", "-q", "origin", "v1", "main:refs/lanner/lease")
	second := w.commit("b", "two\n")

	// A reference is compared and swapped.
	w.refused("stale info", "push", "--force-with-lease=refs/lanner/lease:"+second, "origin", "main:refs/lanner/lease")
	w.refused("stale info", "push", "--force-with-lease=refs/lanner/lease:", "origin", "main:refs/lanner/lease")
	w.git("push", "-q", "--force-with-lease=refs/lanner/lease:"+first, "origin", "main:refs/lanner/lease")
	w.refused("rejected", "push", "origin", first+":refs/lanner/lease")
	w.refused("deny updating a hidden ref", "push", "origin", "main:refs/pull/1/head")
	w.git("push", "-q", "origin", "+main:trunk", ":refs/lanner/lease")
	w.refused("refusing to delete the current branch", "push", "origin", ":trunk")

	anybody := f.worktree(t, "", "alice/x")
	anybody.git("fetch", "-q", "--depth=1", "origin", first)
	if got := anybody.git("rev-parse", "FETCH_HEAD"); got != first {
		t.Errorf("fetched %s by its id, want %s", got, first)
	}
	want := second + "\tHEAD\n" + second + "\trefs/heads/trunk\n"
	if got := anybody.git("ls-remote", "origin"); !strings.HasPrefix(got, want) || !strings.Contains(got, "refs/tags/v1^{}") || strings.Contains(got, "lanner") {
		t.Errorf("ls-remote:\n%s\nwant it to begin with:\n%s", got, want)
	}
	// Version 0 of the protocol has an advertisement of its own.
	if got := anybody.git("-c", "protocol.version=0", "ls-remote", "origin", "HEAD"); got != second+"\tHEAD" {
		t.Errorf("ls-remote in version 0: %q", got)
	}
}

func TestBigPush(t *testing.T) {
	t.Parallel()
	f := start(t, t.TempDir())
	alice := f.user(t, "alice")
	f.repository(t, alice, &github.Repository{Name: new("x")})
	w := f.worktree(t, f.token(t, "alice"), "alice/x")
	// More than http.postBuffer: git probes first, then sends in chunks.
	noise := make([]byte, 3<<20)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	w.commit("noise", string(noise))
	w.git("push", "-q", "origin", "main")
	// Many "have" lines: the request for a fetch is compressed.
	for range 40 {
		w.git("commit", "-q", "--allow-empty", "-m", "more")
	}
	w.git("push", "-q", "origin", "main")
	head := w.git("rev-parse", "HEAD")
	w.git("reset", "-q", "--hard", "HEAD~20")
	for range 40 {
		w.git("commit", "-q", "--allow-empty", "-m", "other")
	}
	w.git("fetch", "-q", "origin")
	if got := w.git("rev-parse", "origin/main"); got != head {
		t.Errorf("fetched %s, want %s", got, head)
	}
}

func TestGitPermissions(t *testing.T) {
	t.Parallel()
	f := start(t, t.TempDir())
	alice, _ := f.user(t, "alice"), f.user(t, "bob")
	f.repository(t, alice, &github.Repository{Name: new("open")})
	f.repository(t, alice, &github.Repository{Name: new("secret"), Private: new(true)})
	aliceToken, bobToken := f.token(t, "alice"), f.token(t, "bob")
	for _, name := range []string{"alice/open", "alice/secret"} {
		w := f.worktree(t, aliceToken, name)
		w.commit("a", "a")
		w.git("push", "-q", "origin", "main")
	}
	f.worktree(t, "", "alice/open").git("fetch", "-q", "origin")
	f.worktree(t, bobToken, "alice/open").git("fetch", "-q", "origin")
	f.worktree(t, aliceToken, "alice/secret").git("fetch", "-q", "origin")

	// Without credentials git is asked for some, and cannot give them here.
	f.worktree(t, "", "alice/secret").refused("could not read Username", "fetch", "origin")
	f.worktree(t, "", "alice/nothing").refused("could not read Username", "fetch", "origin")
	f.worktree(t, bobToken, "alice/secret").refused("not found", "fetch", "origin")
	f.worktree(t, "wrong", "alice/open").refused("could not read Username", "fetch", "origin")
	for _, token := range []string{"", bobToken} {
		w := f.worktree(t, token, "alice/open")
		w.commit("b", "b")
		want := "could not read Username"
		if token != "" {
			want = "403"
		}
		w.refused(want, "push", "origin", "main:mine")
	}
	if _, _, err := alice.Repositories.Edit(t.Context(), "alice", "open", &github.Repository{Archived: new(true)}); err != nil {
		t.Fatal(err)
	}
	w := f.worktree(t, aliceToken, "alice/open")
	w.commit("c", "c")
	w.refused("Repository was archived", "push", "origin", "main:mine")
}

// TestMalformedPush sends what no git sends.
func TestMalformedPush(t *testing.T) {
	t.Parallel()
	f := start(t, t.TempDir())
	alice := f.user(t, "alice")
	f.repository(t, alice, &github.Repository{Name: new("x")})
	token := f.token(t, "alice")
	for _, body := range []string{"", "zzzz", "0003", "ffff", "0008abcd0000"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+"/alice/x.git/git-receive-pack", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("push of %q: %d, want 400", body, resp.StatusCode)
		}
	}
}
