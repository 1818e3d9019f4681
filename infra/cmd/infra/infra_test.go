// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/git"
)

func up(t *testing.T, data string) *platform {
	t.Helper()
	p, err := start(t.Context(), options{data: data, listen: "127.0.0.1:0", forgeListen: "127.0.0.1:0", log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// TestUp starts the platform, merges a pull request by comments, stops it and
// starts it again on other ports: nothing is lost, and webhooks arrive.
func TestUp(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := up(t, data)
	for path, want := range map[string]int{"/": 200, "/releases": 200, "/healthz": 204, "/nothing": 404} {
		if code, body := get(t, p.siteURL+path); code != want {
			t.Errorf("GET %s: %d, want %d\n%s", path, code, want, body)
		}
	}
	if _, body := get(t, p.siteURL+"/"); !strings.Contains(body, p.forgeURL) || !strings.Contains(body, "alice") {
		t.Errorf("the home page: %s", body)
	}
	work := filepath.Join(t.TempDir(), "work")
	pushFirst(t, p, work)
	merge(t, p, work, "first")
	if err := p.close(); err != nil {
		t.Fatalf("close: %v", err)
	}

	p = up(t, data)
	defer func() {
		if err := p.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	if _, err := (git.Repo{Dir: work}).Run(t.Context(), "remote", "set-url", "origin", p.forgeURL+"/"+owner+"/"+repoName); err != nil {
		t.Fatal(err)
	}
	merge(t, p, work, "second")
	status, err := p.status(t.Context())
	if err != nil || status.Queue.Failed != 0 || status.Queue.Done == 0 {
		t.Errorf("queue %+v, %v", status.Queue, err)
	}
	entries, err := os.ReadDir(filepath.Join(data, "tokens"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("token file %s has mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
}

func pushFirst(t *testing.T, p *platform, work string) {
	t.Helper()
	repo := gitAs(t, p, work, "alice")
	if err := os.MkdirAll(work, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"README.md": "hello\n", "OWNERS": "approvers: [alice, bob, carol]\n"} {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range []string{"init -q -b main", "add -A", "commit -q -m first", "remote add origin " + p.forgeURL + "/" + owner + "/" + repoName, "push -q origin main"} {
		if _, err := repo.Run(t.Context(), strings.Fields(args)...); err != nil {
			t.Fatal(err)
		}
	}
}

func gitAs(t *testing.T, p *platform, dir, login string) git.Repo {
	t.Helper()
	token, err := os.ReadFile(p.tokenFile(login))
	if err != nil {
		t.Fatal(err)
	}
	return git.Repo{Dir: dir}.WithToken(p.forgeURL, strings.TrimSpace(string(token))).As(login, login+"@example.org", time.Now())
}

// merge opens a pull request as alice and lets bob and carol talk it through.
func merge(t *testing.T, p *platform, work, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	if err := os.WriteFile(filepath.Join(work, name), []byte(name), 0o644); err != nil {
		t.Fatal(err)
	}
	repo := gitAs(t, p, work, "alice")
	for _, args := range []string{"fetch -q origin", "switch -q -c " + name + " origin/main", "add -A", "commit -q -m " + name, "push -q origin " + name} {
		if _, err := repo.Run(ctx, strings.Fields(args)...); err != nil {
			t.Fatal(err)
		}
	}
	head, err := repo.Run(ctx, "rev-parse", "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	alice, err := p.as("alice")
	if err != nil {
		t.Fatal(err)
	}
	pull, _, err := alice.PullRequests.Create(ctx, owner, repoName, &gh.NewPullRequest{Title: &name, Head: &name, Base: new("main")})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := alice.Repositories.CreateStatus(ctx, owner, repoName, head, &gh.RepoStatus{State: new("success"), Context: new("ci")}); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"bob", "carol"} {
		c, err := p.as(who)
		if err != nil {
			t.Fatal(err)
		}
		text := map[string]string{"bob": "/lgtm", "carol": "/approve"}[who]
		if _, _, err := c.Issues.CreateComment(ctx, owner, repoName, pull.GetNumber(), &gh.IssueComment{Body: &text}); err != nil {
			t.Fatal(err)
		}
	}
	err = await(ctx, fmt.Sprintf("pull request %s to be merged", name), func() (bool, error) {
		got, _, err := alice.PullRequests.Get(ctx, owner, repoName, pull.GetNumber())
		return got.GetMerged(), err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"up --listen 0.0.0.0:80":  "loopback",
		"up --forge-listen :8418": "loopback",
		"up here":                 "unknown command",
		"up --lisen x":            "unknown flag",
		"down":                    "unknown command",
	} {
		err := run(t.Context(), strings.Fields(args), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("infra %s: %v, want %q", args, err, want)
		}
	}
}
