// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge"
)

// Forge is a running forge, and the test it runs for.
type Forge struct {
	// URL is where it listens, "http://127.0.0.1:port".
	URL string
	// Dir holds its state.
	Dir string

	t        testing.TB
	config   forge.Config
	log      *lockedBuffer
	rest     *description
	coverage *counter

	mu        sync.Mutex
	intercept func(http.ResponseWriter, *http.Request, http.Handler)
	tokens    map[string]string
	ended     bool

	// serving is held for reading by requests, for writing by Restart: a
	// request comes before the restart or after it, never into a closed server.
	serving sync.RWMutex
	server  *forge.Server
}

// Option changes how a forge is started.
type Option func(*forge.Config)

// WithDir keeps the forge's state in dir instead of a temporary folder.
func WithDir(dir string) Option { return func(c *forge.Config) { c.Dir = dir } }

// WithClock gives the forge another clock.
func WithClock(clock func() time.Time) Option { return func(c *forge.Config) { c.Clock = clock } }

// Start starts a forge on 127.0.0.1 over a temporary folder, and stops it when
// the test ends. Whatever is exchanged with it is validated; a violation is a
// t.Errorf.
func Start(t testing.TB, options ...Option) *Forge {
	t.Helper()
	f := &Forge{
		t: t, log: new(lockedBuffer), tokens: map[string]string{},
		coverage: &counter{exercised: map[string]int{}, invalid: map[string]int{}},
	}
	var err error
	if f.rest, err = loadDescription(); err != nil {
		t.Fatal(err)
	}
	f.config = forge.Config{Log: slog.New(slog.NewTextHandler(f.log, nil))}
	for _, option := range options {
		option(&f.config)
	}
	if f.config.Dir == "" {
		f.config.Dir = filepath.Join(t.TempDir(), "forge")
	}
	f.Dir = f.config.Dir
	if f.server, err = forge.Open(context.Background(), f.config); err != nil {
		t.Fatalf("start a forge: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(errors.Join(err, f.server.Close()))
	}
	f.URL = "http://" + listener.Addr().String()
	server := &http.Server{Handler: f, ErrorLog: slog.NewLogLogger(slog.NewTextHandler(f.log, nil), slog.LevelError)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() { f.stop(server, served) })
	return f
}

func (f *Forge) stop(server *http.Server, served <-chan error) {
	// Clients of the test may hold connections open; what is under way is
	// given a moment, then cut.
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		if err := server.Close(); err != nil {
			f.t.Errorf("stop the forge: %v", err)
		}
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		f.t.Errorf("serve the forge: %v", err)
	}
	f.mu.Lock()
	f.ended = true
	f.mu.Unlock()
	if err := f.server.Close(); err != nil {
		f.t.Errorf("close the forge: %v", err)
	}
	if err := f.coverage.write(); err != nil {
		f.t.Errorf("write the forge's coverage: %v", err)
	}
	if text := f.log.String(); f.t.Failed() && text != "" {
		f.t.Logf("the forge's log:\n%s", text)
	}
}

// ServeHTTP lets a request pass through the interceptor, the forge and the
// validation, in this order.
func (f *Forge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	intercept := f.intercept
	f.mu.Unlock()
	next := http.HandlerFunc(f.serveValidated)
	if intercept != nil {
		intercept(w, r, next)
		return
	}
	next(w, r)
}

func (f *Forge) serveValidated(w http.ResponseWriter, r *http.Request) {
	f.serving.RLock()
	defer f.serving.RUnlock()
	x := record(w, r, f.server)
	if x == nil {
		return
	}
	if entryPoint(r.URL.Path) == "/api/graphql" {
		schema, err := loadGraphQL()
		if err == nil {
			err = checkGraphQL(schema, x)
		}
		f.violation(err)
		return
	}
	operation, violations := f.rest.check(x)
	f.coverage.add(operation, !x.refused(), len(violations) == 0)
	f.violation(errors.Join(violations...))
}

// violation fails the test, unless it has ended: then nothing may be reported.
func (f *Forge) violation(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil && !f.ended {
		f.t.Errorf("forgetest: %v", err)
	}
}

// Intercept puts fn before the forge: it may answer by itself, cut the
// connection (panic with [http.ErrAbortHandler]), or call the handler. What
// it answers is not validated. Nil takes it away.
func (f *Forge) Intercept(fn func(http.ResponseWriter, *http.Request, http.Handler)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.intercept = fn
}

// Restart closes the forge and opens it again over the same folder, at the
// same URL. Requests that come meanwhile wait.
func (f *Forge) Restart() {
	f.t.Helper()
	f.serving.Lock()
	defer f.serving.Unlock()
	if err := f.server.Close(); err != nil {
		f.t.Fatalf("close the forge: %v", err)
	}
	server, err := forge.Open(context.Background(), f.config)
	if err != nil {
		f.t.Fatalf("open the forge again: %v", err)
	}
	f.server = server
}

// Admin returns a client of the site administrator.
func (f *Forge) Admin() *github.Client {
	f.t.Helper()
	f.serving.RLock()
	defer f.serving.RUnlock()
	return f.client(f.server.AdminToken())
}

// Client returns a client of the user login, who is made at the first use.
func (f *Forge) Client(login string) *github.Client {
	f.t.Helper()
	return f.client(f.Token(login))
}

func (f *Forge) client(token string) *github.Client {
	f.t.Helper()
	c, err := github.NewClient(nil).WithAuthToken(token).WithEnterpriseURLs(f.URL, f.URL)
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// Token returns a token of the user login that may do what the user may. The
// user is made at the first use; the token is the same each time.
func (f *Forge) Token(login string) string {
	f.t.Helper()
	f.mu.Lock()
	token := f.tokens[login]
	f.mu.Unlock()
	if token != "" {
		return token
	}
	ctx, admin := context.Background(), f.Admin()
	if _, _, err := admin.Admin.CreateUser(ctx, login, login+"@example.com"); err != nil && !isStatus(err, http.StatusUnprocessableEntity) {
		f.t.Fatalf("make user %s: %v", login, err)
	}
	auth, _, err := admin.Admin.CreateUserImpersonation(ctx, login, &github.ImpersonateUserOptions{
		Scopes: []string{"repo", "admin:org", "admin:repo_hook", "admin:org_hook", "delete_repo", "workflow"},
	})
	if err != nil {
		f.t.Fatalf("make a token for %s: %v", login, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens[login] = auth.GetToken()
	return auth.GetToken()
}

// Faults sets the forge's fault switches; the zero value switches all off.
func (f *Forge) Faults(faults forge.Faults) {
	f.t.Helper()
	req, err := f.Admin().NewRequest(http.MethodPut, f.URL+"/_forge/faults", faults)
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := f.Admin().Do(context.Background(), req, nil); err != nil {
		f.t.Fatalf("set faults: %v", err)
	}
}

// isStatus says whether err is GitHub's answer with this status.
func isStatus(err error, status int) bool {
	var e *github.ErrorResponse
	return errors.As(err, &e) && e.Response.StatusCode == status
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
