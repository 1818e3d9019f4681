// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge"
)

// running is a forge behind a real listener.
type running struct {
	*forge.Server
	url string
}

// start opens the forge in dir; it is closed at the end of the test, if the
// test did not before.
func start(t *testing.T, dir string) *running {
	t.Helper()
	s, err := forge.Open(t.Context(), forge.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s)
	t.Cleanup(func() {
		srv.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &running{Server: s, url: srv.URL}
}

// client returns go-github with a token, or without one.
func (f *running) client(t *testing.T, token string) *github.Client {
	t.Helper()
	c := github.NewClient(nil)
	if token != "" {
		c = c.WithAuthToken(token)
	}
	c, err := c.WithEnterpriseURLs(f.url, f.url)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// user makes a user, and returns a client that speaks for it.
func (f *running) user(t *testing.T, login string) *github.Client {
	t.Helper()
	admin := f.client(t, f.AdminToken())
	if _, _, err := admin.Admin.CreateUser(t.Context(), login, login+"@example.org"); err != nil {
		t.Fatal(err)
	}
	auth, _, err := admin.Admin.CreateUserImpersonation(t.Context(), login, &github.ImpersonateUserOptions{Scopes: []string{"repo", "admin:org", "delete_repo"}})
	if err != nil {
		t.Fatal(err)
	}
	return f.client(t, auth.GetToken())
}

func statusOf(err error) int {
	var e *github.ErrorResponse
	if errors.As(err, &e) {
		return e.Response.StatusCode
	}
	return 0
}

func TestAccountsAndRepositories(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := start(t, t.TempDir())
	alice, bob, anybody := f.user(t, "alice"), f.user(t, "bob"), f.client(t, "")

	me, _, err := alice.Users.Get(ctx, "")
	if err != nil || me.GetLogin() != "alice" {
		t.Fatalf("GET /user = %v, %v", me.GetLogin(), err)
	}
	if _, _, err := f.client(t, "wrong").Users.Get(ctx, ""); statusOf(err) != http.StatusUnauthorized {
		t.Errorf("bad credentials: %v, want 401", err)
	}
	if _, _, err := anybody.Repositories.Create(ctx, "", &github.Repository{Name: new("x")}); statusOf(err) != http.StatusUnauthorized {
		t.Errorf("anonymous write: %v, want 401", err)
	}
	if _, _, err := alice.Repositories.Create(ctx, "", &github.Repository{Name: new("open"), AutoInit: new(true)}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := alice.Repositories.Create(ctx, "", &github.Repository{Name: new("secret"), Private: new(true)}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := alice.Repositories.Create(ctx, "", &github.Repository{Name: new("OPEN")}); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("same name: %v, want 422", err)
	}
	if r, _, err := anybody.Repositories.Get(ctx, "Alice", "open"); err != nil || r.GetFullName() != "alice/open" || r.GetDefaultBranch() != "main" {
		t.Errorf("public repository: %v, %v", r, err)
	}
	if _, _, err := bob.Repositories.Get(ctx, "alice", "secret"); statusOf(err) != http.StatusNotFound {
		t.Errorf("somebody's private repository: %v, want 404", err)
	}
	if _, _, err := bob.Repositories.Edit(ctx, "alice", "open", &github.Repository{Description: new("x")}); statusOf(err) != http.StatusForbidden {
		t.Errorf("somebody's repository edited: %v, want 403", err)
	}
	list, _, err := bob.Repositories.ListByUser(ctx, "alice", nil)
	if err != nil || len(list) != 1 {
		t.Errorf("bob sees %d repositories of alice, %v; want 1", len(list), err)
	}
}

func TestNotEmulated(t *testing.T) {
	t.Parallel()
	f := start(t, t.TempDir())
	resp, err := http.Get(f.url + "/api/v3/gists/public")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusNotImplemented || !strings.Contains(string(body), `"not emulated: GET /gists/public"`) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}
