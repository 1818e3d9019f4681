// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/server"
	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/store"
)

const (
	forgeURL = "http://forge.test"
	botURL   = "http://bot.test/hook"
	secret   = "of the simulation"
	resync   = 10 * time.Minute
)

// world is a forge, the people on it, and a bot that may be dead.
type world struct {
	t      *testing.T
	dir    string
	random *rand.Rand // the story's
	forge  *forge.Server
	people map[string]*gh.Client
	queued bool // the settings have a merge queue
	story  []string
	log    bytes.Buffer // the bot's

	// mu is held during each exchange with the forge, together with what the
	// model makes of it.
	mu       sync.Mutex
	chance   *rand.Rand // of what befalls the bot's requests
	troubled bool       // requests and webhooks go wrong, the bot is killed
	model    model
	writes   int // requests of the bot's that change something
	bot      *bot
}

// bot is one life of the bot.
type bot struct {
	w      *world
	db     *store.Store
	server *server.Server
	stop   context.CancelFunc
	ended  chan error
	dead   bool // under world.mu
	killAt int  // the request at which it is killed; under world.mu
}

func (w *world) fail(format string, args ...any) {
	w.t.Errorf(format+"\nthe story so far:\n%s", append(args, strings.Join(w.story, "\n"))...)
}

func (w *world) tell(format string, args ...any) {
	w.story = append(w.story, time.Now().Format(time.TimeOnly)+" "+fmt.Sprintf(format, args...))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// template makes the folder of a forge that has the people, the repository and
// its webhook. Each story begins with a copy of it.
func template(t *testing.T, dir string, settings string) {
	server := must(forge.Open(t.Context(), forge.Config{Dir: dir, Webhooks: refuse{}}))
	defer func() {
		if err := server.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	people := clients(t, server)
	ctx, alice := t.Context(), people["alice"]
	must[any](first(people["admin"].Admin.CreateOrg(ctx, &gh.Organization{Login: new("acme")}, "alice")))
	must[any](first(alice.Repositories.Create(ctx, "acme", &gh.Repository{Name: new("demo")})))
	for path, text := range map[string]string{
		"OWNERS": "approvers: [alice]\n", "src/OWNERS": "approvers: [bob]\nreviewers: [carol]\n", "docs/OWNERS": "approvers: [carol]\n",
		"src/x": "0\n", "docs/x": "0\n", ".github/lanner.yaml": settings,
	} {
		must[any](first(alice.Repositories.CreateFile(ctx, "acme", "demo", path, &gh.RepositoryContentFileOptions{
			Message: new("Add " + path), Content: []byte(text), Branch: new("main"),
		})))
	}
	for login, role := range map[string]string{"bob": "push", "carol": "triage", "dave": "push", "lanner": "push"} {
		inv := must(first(alice.Repositories.AddCollaborator(ctx, "acme", "demo", login, &gh.RepositoryAddCollaboratorOptions{Permission: role})))
		must(people[login].Users.AcceptInvitation(ctx, inv.GetID()))
	}
	must[any](first(alice.Repositories.CreateHook(ctx, "acme", "demo", &gh.Hook{
		Events: []string{"*"}, Active: new(true), Config: map[string]any{"url": botURL, "content_type": "json", "secret": secret},
	})))
}

func first[T any](v T, _ *gh.Response, err error) (T, error) { return v, err }

// refuse is a network on which nobody answers.
type refuse struct{}

func (refuse) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("connection refused")
}

// handled carries a request to a handler without a network.
func handled(h http.Handler, r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			resp, err = nil, io.ErrUnexpectedEOF
		}
	}()
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr, in.Host = r.URL.RequestURI(), "192.0.2.1:1", r.URL.Host
	if in.Body == nil {
		in.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, in)
	resp = rec.Result()
	resp.Request = r
	return resp, nil
}

// line carries people's requests.
type line struct{ h http.Handler }

func (l line) RoundTrip(r *http.Request) (*http.Response, error) { return handled(l.h, r) }

// clients returns those of the people and of the administrator.
func clients(t *testing.T, server *forge.Server) map[string]*gh.Client {
	client := func(token string) *gh.Client {
		return must(gh.NewClient(&http.Client{Transport: line{server}}).WithAuthToken(token).WithEnterpriseURLs(forgeURL, forgeURL))
	}
	all := map[string]*gh.Client{"admin": client(server.AdminToken())}
	for _, login := range []string{"alice", "bob", "carol", "dave", "mallory", "lanner"} {
		all[login] = client(token(t, all["admin"], login))
	}
	return all
}

func token(t *testing.T, admin *gh.Client, login string) string {
	if _, _, err := admin.Admin.CreateUser(t.Context(), login, login+"@example.com"); err != nil && github.StatusOf(err) != http.StatusUnprocessableEntity {
		t.Fatal(err)
	}
	return must(first(admin.Admin.CreateUserImpersonation(t.Context(), login, &gh.ImpersonateUserOptions{
		Scopes: []string{"repo", "admin:org", "admin:repo_hook", "workflow"},
	}))).GetToken()
}

// newWorld opens a copy of a template.
func newWorld(t *testing.T, dir, from string, seed uint64) *world {
	w := &world{t: t, dir: dir, random: rand.New(rand.NewPCG(seed, 1)), chance: rand.New(rand.NewPCG(seed, 2)), model: newModel()}
	if err := os.CopyFS(filepath.Join(dir, "forge"), os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	w.forge = must(forge.Open(context.Background(), forge.Config{Dir: filepath.Join(dir, "forge"), Webhooks: &mail{w}}))
	w.people = clients(t, w.forge)
	return w
}

// close ends the forge and the bot.
func (w *world) close() {
	w.endBot()
	if err := w.forge.Close(); err != nil {
		w.t.Error(err)
	}
}

// startBot begins a life of the bot, over what the last one has on disk.
func (w *world) startBot() {
	b := &bot{w: w, ended: make(chan error, 1)}
	b.db = must(store.Open(context.Background(), filepath.Join(w.dir, "bot.db")))
	client := must(github.New(github.Options{BaseURL: forgeURL, Token: github.StaticToken(w.botToken()), Transport: b}))
	b.server = must(server.New(server.Config{
		Store: b.db, GitHub: client, Secrets: []server.Secret{{Value: secret}}, Login: "lanner", Repositories: []string{"acme/demo"},
		Resync: resync, Workers: 2, Pages: true, Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	}))
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	w.mu.Lock()
	w.bot = b
	if w.troubled && w.chance.IntN(2) == 0 {
		b.killAt = 1 + w.chance.IntN(60)
	}
	w.mu.Unlock()
	go func() { b.ended <- b.server.Run(ctx) }()
}

func (w *world) botToken() string { return token(w.t, w.people["admin"], "lanner") }

// endBot ends the bot's life, if it has not ended.
func (w *world) endBot() {
	w.mu.Lock()
	b := w.bot
	w.bot = nil
	dead := b == nil || b.dead
	w.mu.Unlock()
	if b == nil {
		return
	}
	b.stop()
	err := <-b.ended
	if err != nil && !dead {
		w.fail("the bot ended with %v", err)
	}
	if err := b.db.Close(); err != nil {
		w.fail("close the bot's store: %v", err)
	}
}

// died reports whether the bot was killed.
func (w *world) died() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bot.dead
}

var errKilled = errors.New("the bot is dead")

// RoundTrip carries the bot's requests, as far as its fate lets them.
func (b *bot) RoundTrip(r *http.Request) (*http.Response, error) {
	w := b.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if b.dead {
		return nil, errKilled
	}
	if b.killAt--; b.killAt == 0 {
		w.tell("the bot is killed at %s %s", r.Method, r.URL.Path)
		b.dead = true
		b.stop()
		// What it would still write down, it must not.
		if err := b.db.Close(); err != nil {
			w.fail("close the store of the killed bot: %v", err)
		}
		if w.chance.IntN(2) == 0 {
			return nil, errKilled
		}
	}
	fate := 100
	if w.troubled {
		fate = w.chance.IntN(100)
	}
	switch {
	case fate < 2:
		return answer(r, http.StatusBadGateway, nil), nil
	case fate < 3:
		return answer(r, http.StatusForbidden, http.Header{"Retry-After": {"3"}}), nil
	case fate < 4:
		return nil, io.ErrUnexpectedEOF
	}
	resp, err := w.exchange(r)
	switch {
	case err != nil:
		return nil, err
	case b.dead:
		return nil, errKilled
	case fate < 6:
		return nil, io.ErrUnexpectedEOF // it happened, and the bot does not know
	case fate < 7:
		return answer(r, http.StatusGatewayTimeout, nil), nil
	}
	return resp, nil
}

func answer(r *http.Request, status int, header http.Header) *http.Response {
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(`{"message":"trouble"}`)), Request: r,
	}
}

// exchange lets the forge answer the bot, and the model see it.
func (w *world) exchange(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	before := w.model.lookingAt(r, body)
	resp, err := handled(w.forge, r)
	if err != nil {
		return nil, err
	}
	if r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/graphql") {
		w.writes++
	}
	if resp.StatusCode < 300 {
		w.done(r, body, before)
	}
	return resp, nil
}

// mail carries webhooks to the bot.
type mail struct{ w *world }

func (m *mail) RoundTrip(r *http.Request) (*http.Response, error) {
	m.w.mu.Lock()
	b := m.w.bot
	down := b == nil || b.dead
	m.w.mu.Unlock()
	if down {
		return nil, errKilled
	}
	return handled(b.server.Handler(), r)
}
