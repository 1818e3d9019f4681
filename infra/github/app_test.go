// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
	"github.com/lanner-project/lanner/infra/github"
)

// loadApp makes the token source of an app, by the file that its owner has.
func loadApp(t *testing.T, id int64, key, repository string) *github.App {
	t.Helper()
	file := filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(file, []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := github.LoadAppKey(file)
	if err != nil {
		t.Fatal(err)
	}
	remote, err := github.ParseRemote(repository)
	if err != nil {
		t.Fatal(err)
	}
	return &github.App{ID: id, Key: loaded, Remote: remote}
}

func appClient(t *testing.T, app *github.App) *github.Client {
	t.Helper()
	c, err := github.New(github.Options{BaseURL: app.Remote.BaseURL, Token: app})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestApp acts as the installation of an app, as far as it may and no further.
func TestApp(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/falcon")
	f.NewRepository("alice", "acme/owl")
	made := f.App("Falconer", "acme", map[string]string{"issues": "write", "contents": "read"})
	var issued atomic.Int32
	f.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/access_tokens") {
			issued.Add(1)
		}
		next.ServeHTTP(w, r)
	})
	app := loadApp(t, made.ID, made.PEM, f.URL+"/acme/falcon")
	c := appClient(t, app)

	if login, err := c.Login(t.Context()); err != nil || login != "falconer[bot]" {
		t.Errorf("login %q, %v", login, err)
	}
	issue, _, err := c.Issues.Create(t.Context(), "acme", "falcon", &gh.IssueRequest{Title: new("By an app")})
	if err != nil || issue.GetUser().GetLogin() != "falconer[bot]" {
		t.Errorf("an issue by %q, %v", issue.GetUser().GetLogin(), err)
	}
	granted, err := app.Permissions(t.Context())
	if err != nil || granted.GetIssues() != "write" || granted.GetContents() != "read" || granted.GetPullRequests() != "" {
		t.Errorf("permissions %v, %v", granted, err)
	}
	if n := issued.Load(); n != 1 {
		t.Errorf("%d tokens were asked for, want one for all", n)
	}
	_, _, err = c.Repositories.CreateRelease(t.Context(), "acme", "falcon", &gh.RepositoryRelease{TagName: new("v1")})
	if status := github.StatusOf(err); status != http.StatusForbidden && status != http.StatusNotFound {
		t.Errorf("writing what it may only read: %v", err)
	}
	// The token is for the one repository, though the app is installed on both.
	_, _, err = c.Issues.Create(t.Context(), "acme", "owl", &gh.IssueRequest{Title: new("By an app")})
	if status := github.StatusOf(err); status != http.StatusForbidden && status != http.StatusNotFound {
		t.Errorf("writing to another repository: %v", err)
	}
}

func TestAppRefused(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/falcon")
	f.NewRepository("bob", "bob/falcon")
	made := f.App("Falconer", "acme", map[string]string{"issues": "write"})
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	stranger := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	for _, c := range []struct {
		name, key, repository string
		id                    int64
		status                int
	}{
		{"another key", stranger, "acme/falcon", made.ID, http.StatusUnauthorized},
		{"no such app", made.PEM, "acme/falcon", made.ID + 1000, http.StatusUnauthorized},
		{"not installed", made.PEM, "bob/falcon", made.ID, http.StatusNotFound},
	} {
		app := loadApp(t, c.id, c.key, f.URL+"/"+c.repository)
		if token, err := app.Token(t.Context()); err == nil || github.StatusOf(err) != c.status || !strings.Contains(err.Error(), " on "+c.repository) {
			t.Errorf("%s: token %q, %v; want %d", c.name, token, err, c.status)
		}
	}
}
