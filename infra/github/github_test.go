// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/github"
)

const secret = "ghp_secretsecretsecret"

// serve starts a server whose answers are a script: one handler a request, the
// last one for all that follow.
func serve(t *testing.T, script ...http.HandlerFunc) (url string, seen *atomic.Int32) {
	t.Helper()
	seen = new(atomic.Int32)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := int(seen.Add(1)) - 1
		script[min(i, len(script)-1)](w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, seen
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		fmt.Fprint(w, `{"message":"scripted"}`)
	}
}

func body(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, s) }
}

func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func client(t *testing.T, url string, log io.Writer) *github.Client {
	t.Helper()
	c, err := github.New(github.Options{
		BaseURL: url + "/api/v3/", Token: github.StaticToken(secret),
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), MaxWait: 3 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReadIsRepeated(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	url, seen := serve(t, status(502), cut, body(`{"login":"alice"}`))
	u, _, err := client(t, url, &log).Users.Get(context.Background(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	if u.GetLogin() != "alice" || seen.Load() != 3 {
		t.Errorf("login %q after %d requests, want alice after 3", u.GetLogin(), seen.Load())
	}
	if strings.Contains(log.String(), secret) {
		t.Error("the log shows the token")
	}
}

func TestWriteIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]http.HandlerFunc{"502": status(502), "cut": cut} {
		url, seen := serve(t, fault, body(`{}`))
		_, _, err := client(t, url, io.Discard).Issues.CreateComment(context.Background(), "o", "r", 1, &gh.IssueComment{Body: new("x")})
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if seen.Load() != 1 {
			t.Errorf("%s: a write that may have happened was sent %d times", name, seen.Load())
		}
	}
}

// TestMutationIsNotRepeated: a mutation is a write, and its errors tell whether
// it happened.
func TestMutationIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		undone bool
	}{
		"502":        {status(502), false},
		"cut":        {cut, false},
		"refused":    {body(`{"data":{"pinIssue":null},"errors":[{"type":"UNPROCESSABLE","message":"three are pinned"}]}`), true},
		"broken":     {body(`{"data":null,"errors":[{"message":"Something went wrong"}]}`), false},
		"no data":    {body(`{"errors":[{"message":"no such field"}]}`), false},
		"done after": {body(`{"data":{"pinIssue":{"issue":null}},"errors":[{"type":"FORBIDDEN","message":"unreadable"}]}`), false},
	} {
		url, seen := serve(t, tt.answer, body(`{"data":{}}`))
		err := client(t, url, io.Discard).Mutate(t.Context(), "mutation{x}", nil, nil)
		refusal := new(github.GraphQLError)
		if undone := errors.As(err, &refusal) && refusal.Undone; err == nil || undone != tt.undone || seen.Load() != 1 {
			t.Errorf("%s: %v after %d requests, undone is %v", name, err, seen.Load(), undone)
		}
	}
	url, seen := serve(t, status(403, "Retry-After", "0"), body(`{"data":{"x":7}}`))
	var out struct{ X int }
	if err := client(t, url, io.Discard).Mutate(t.Context(), "mutation{x}", nil, &out); err != nil || out.X != 7 || seen.Load() != 2 {
		t.Errorf("after a rate limit: %v, %d, %d requests", err, out.X, seen.Load())
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	url, seen := serve(t,
		status(403, "Retry-After", "0"),
		status(429, "Retry-After", "1"),
		status(403, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", fmt.Sprint(time.Now().Unix())),
		func(w http.ResponseWriter, r *http.Request) {
			data, err := io.ReadAll(r.Body)
			if err != nil || !strings.Contains(string(data), "hello") {
				t.Errorf("the repeated request has body %q, %v", data, err)
			}
			fmt.Fprint(w, `{"id":7}`)
		})
	c, _, err := client(t, url, &log).Issues.CreateComment(context.Background(), "o", "r", 1, &gh.IssueComment{Body: new("hello")})
	if err != nil {
		t.Fatal(err)
	}
	if c.GetID() != 7 || seen.Load() != 4 {
		t.Errorf("comment %d after %d requests", c.GetID(), seen.Load())
	}
	if n := strings.Count(log.String(), "rate limit, waiting"); n != 3 {
		t.Errorf("waiting was said %d times, want 3:\n%s", n, &log)
	}
}

func TestRateLimitTooLong(t *testing.T) {
	t.Parallel()
	url, seen := serve(t, status(403, "Retry-After", "3600"))
	_, _, err := client(t, url, io.Discard).Users.Get(context.Background(), "alice")
	if err == nil || seen.Load() != 1 {
		t.Errorf("err %v after %d requests, want the refusal at once", err, seen.Load())
	}
}

func TestTokenStaysOnItsHost(t *testing.T) {
	t.Parallel()
	var leaked atomic.Bool
	elsewhere, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			leaked.Store(true)
		}
		if r.URL.Path == "/first" {
			http.Redirect(w, r, "/second", http.StatusFound)
			return
		}
		fmt.Fprint(w, "asset")
	})
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+secret {
			t.Errorf("Authorization %q", r.Header.Get("Authorization"))
		}
		http.Redirect(w, r, elsewhere+"/first", http.StatusFound)
	})
	c := client(t, url, io.Discard)
	rc, _, err := c.Repositories.DownloadReleaseAsset(context.Background(), "o", "r", 1, c.Client.Client())
	if err != nil {
		t.Fatal(err)
	}
	defer rc.Close()
	if data, err := io.ReadAll(rc); err != nil || string(data) != "asset" {
		t.Errorf("asset %q, %v", data, err)
	}
	if leaked.Load() {
		t.Error("the token went to the host that a redirect named")
	}
}

func TestGraphQL(t *testing.T) {
	t.Parallel()
	url, seen := serve(t, cut, body(`{"data":{"viewer":{"login":"alice"}}}`), body(`{"data":null,"errors":[{"message":"no field x"}]}`), body(`{"data":`))
	c := client(t, url, io.Discard)
	var out struct{ Viewer struct{ Login string } }
	if err := c.GraphQL(context.Background(), `{viewer{login}}`, nil, &out); err != nil || out.Viewer.Login != "alice" {
		t.Errorf("viewer %q, %v", out.Viewer.Login, err)
	}
	if seen.Load() != 2 {
		t.Errorf("%d requests, want a cut query repeated once", seen.Load())
	}
	if err := c.GraphQL(context.Background(), `{x}`, nil, &out); err == nil || !strings.Contains(err.Error(), "no field x") {
		t.Errorf("error %v", err)
	}
	if err := c.GraphQL(context.Background(), `{x}`, nil, &out); err == nil {
		t.Error("a cut answer passed")
	}
}

func TestParseRemote(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]github.Remote{
		"https://github.com/o/r.git":  {Owner: "o", Name: "r", Web: "https://github.com/o/r"},
		"git@github.com:o/r.git":      {Owner: "o", Name: "r", Web: "https://github.com/o/r"},
		"ssh://git@ghe.test:22/o/r":   {Owner: "o", Name: "r", Web: "https://ghe.test/o/r", BaseURL: "https://ghe.test/api/v3/"},
		"http://127.0.0.1:8080/o/r":   {Owner: "o", Name: "r", Web: "http://127.0.0.1:8080/o/r", BaseURL: "http://127.0.0.1:8080/api/v3/"},
		"https://t:x@github.com/o/r/": {Owner: "o", Name: "r", Web: "https://github.com/o/r"},
	} {
		got, err := github.ParseRemote(in)
		if err != nil || got != want {
			t.Errorf("ParseRemote(%q) = %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "/srv/git/r", "https://github.com/o", "https://github.com/o/r/x", "o/r"} {
		if got, err := github.ParseRemote(in); err == nil {
			t.Errorf("ParseRemote(%q) = %+v, want an error", in, got)
		}
	}
}

func TestTokenIsNotPrinted(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(format, github.Options{Token: github.StaticToken(secret)}); strings.Contains(s, secret) {
			t.Errorf("%s shows the token: %s", format, s)
		}
	}
}

// TestGraphQLErrors: what is beyond the rate limit is asked again, and what is
// missing is a 404, though both are answered 200.
func TestGraphQLErrors(t *testing.T) {
	t.Parallel()
	limited := func(reset time.Time) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-RateLimit-Reset", fmt.Sprint(reset.Unix()))
			fmt.Fprint(w, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`)
		}
	}
	url, seen := serve(t, limited(time.Now()), body(`{"data":{"viewer":{"login":"alice"}}}`), limited(time.Now().Add(time.Hour)),
		body(`{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","message":"no such number"}]}`),
		body(`{"data":{"a":{}},"errors":[{"type":"NOT_FOUND","message":"one"},{"message":"two"}]}`))
	c := client(t, url, io.Discard)
	var out struct{ Viewer struct{ Login string } }
	if err := c.GraphQL(context.Background(), `{viewer{login}}`, nil, &out); err != nil || out.Viewer.Login != "alice" || seen.Load() != 2 {
		t.Errorf("viewer %q, %v after %d requests", out.Viewer.Login, err, seen.Load())
	}
	if err := c.GraphQL(context.Background(), `{x}`, nil, &out); err == nil || !strings.Contains(err.Error(), "rate limit exceeded") || seen.Load() != 3 {
		t.Errorf("error %v after %d requests", err, seen.Load())
	}
	if err := c.GraphQL(context.Background(), `{x}`, nil, &out); !github.IsNotFound(err) {
		t.Errorf("error %v, want a 404", err)
	}
	if err := c.GraphQL(context.Background(), `{x}`, nil, &out); err == nil || github.IsNotFound(err) {
		t.Errorf("error %v, want one that is no 404", err)
	}
}
