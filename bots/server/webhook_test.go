// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/prow/pkg/pluginhelp"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/server"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/store"
)

const comment = `{"action":"created","repository":{"full_name":"o/r"},"sender":{"login":"alice"},"issue":{"number":7},"comment":{"id":1,"body":"/lgtm"}}`

func openStore(t *testing.T, path string) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func sign(secret, body string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method  string
		event   string
		body    string
		header  map[string]string
		status  int
		answer  string
		deliver bool
	}{
		"comment":               {body: comment, status: 200, answer: "queued", deliver: true},
		"old secret":            {body: comment, header: map[string]string{"X-Hub-Signature-256": sign("old", comment)}, status: 200, answer: "queued", deliver: true},
		"secret of others":      {body: comment, header: map[string]string{"X-Hub-Signature-256": sign("other", comment)}, status: 403},
		"wrong secret":          {body: comment, header: map[string]string{"X-Hub-Signature-256": sign("guess", comment)}, status: 403},
		"no signature":          {body: comment, header: map[string]string{"X-Hub-Signature-256": ""}, status: 403},
		"old kind of signature": {body: comment, header: map[string]string{"X-Hub-Signature-256": "sha1=00"}, status: 403},
		"no hex":                {body: comment, header: map[string]string{"X-Hub-Signature-256": "sha256=zz"}, status: 403},
		"unsigned rubbish":      {body: "{", header: map[string]string{"X-Hub-Signature-256": "sha256=00"}, status: 403},
		"signed rubbish":        {body: "{", status: 400, answer: "the payload is not JSON"},
		"GET":                   {method: http.MethodGet, status: 405},
		"form":                  {body: comment, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, status: 400, answer: "want Content-Type"},
		"charset":               {body: comment, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}, status: 200, answer: "queued", deliver: true},
		"no event":              {body: comment, header: map[string]string{"X-GitHub-Event": ""}, status: 400},
		"no delivery":           {body: comment, header: map[string]string{"X-GitHub-Delivery": ""}, status: 400},
		"ping":                  {event: "ping", body: `{"zen":"x","repository":{"full_name":"o/r"}}`, status: 200, answer: "ignored"},
		"star":                  {event: "star", body: `{}`, status: 200, answer: "ignored"},
		"own comment":           {body: strings.Replace(comment, "alice", "Lanner[bot]", 1), status: 200, answer: "ignored"},
		"own label":             {event: "pull_request", body: `{"action":"labeled","repository":{"full_name":"o/r"},"sender":{"login":"lanner"},"pull_request":{"number":7}}`, status: 200, answer: "ignored"},
		"own issue":             {event: "issues", body: `{"action":"opened","repository":{"full_name":"o/r"},"sender":{"login":"lanner"},"issue":{"number":7}}`, status: 200, answer: "ignored"},
		"own transfer to here":  {event: "issues", body: `{"action":"opened","repository":{"full_name":"o/r"},"sender":{"login":"lanner"},"issue":{"number":7},"changes":{"old_issue":{"number":3}}}`, status: 200, answer: "queued", deliver: true},
		"own transfer to there": {event: "issues", body: `{"action":"transferred","repository":{"full_name":"o/r"},"sender":{"login":"lanner"},"issue":{"number":7}}`, status: 200, answer: "queued", deliver: true},
		"own pin":               {event: "issues", body: `{"action":"pinned","repository":{"full_name":"o/r"},"sender":{"login":"lanner"},"issue":{"number":7}}`, status: 200, answer: "ignored"},
		"status":                {event: "status", body: `{"sha":"abc","repository":{"full_name":"o/r"}}`, status: 200, answer: "queued", deliver: true},
		"push of a tag":         {event: "push", body: `{"ref":"refs/tags/v1","repository":{"full_name":"o/r"}}`, status: 200, answer: "ignored"},
		"push":                  {event: "push", body: `{"ref":"refs/heads/main","repository":{"full_name":"o/r"}}`, status: 200, answer: "queued", deliver: true},
		"other repository":      {body: strings.Replace(comment, "o/r", "../../x", 1), status: 400, answer: "want owner/name"},
		"too large":             {body: strings.Repeat(" ", 25<<20+1), status: 413},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openStore(t, filepath.Join(t.TempDir(), "bot.db"))
			bot := newServer(t, db)
			if tt.method == "" {
				tt.method = http.MethodPost
			}
			r := httptest.NewRequest(tt.method, "/hook", strings.NewReader(tt.body))
			for k, v := range map[string]string{"X-GitHub-Event": "issue_comment", "X-GitHub-Delivery": "id", "Content-Type": "application/json", "X-Hub-Signature-256": sign("new", tt.body)} {
				r.Header.Set(k, v)
			}
			if tt.event != "" {
				r.Header.Set("X-GitHub-Event", tt.event)
			}
			for k, v := range tt.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			bot.Handler().ServeHTTP(w, r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.answer) {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, tt.status, tt.answer)
			}
			counts, err := db.Counts(t.Context())
			if err != nil || (counts.Queued == 1) != tt.deliver {
				t.Errorf("%+v, %v", counts, err)
			}
		})
	}
}

func newServer(t *testing.T, db *store.Store) *server.Server {
	t.Helper()
	client, err := github.New(github.Options{BaseURL: "http://127.0.0.1:1/api/v3/"})
	if err != nil {
		t.Fatal(err)
	}
	bot, err := server.New(server.Config{Store: db, GitHub: client, Secrets: []server.Secret{{Value: "old"}, {Value: "new"}, {Value: "other", For: config.Patterns{"other/*"}}}, Login: "lanner"})
	if err != nil {
		t.Fatal(err)
	}
	return bot
}

func TestRepeatedWebhook(t *testing.T) {
	t.Parallel()
	db := openStore(t, filepath.Join(t.TempDir(), "bot.db"))
	srv := httptest.NewServer(newServer(t, db).Handler())
	defer srv.Close()
	for i, want := range []string{"queued\n", "seen before\n", "seen before\n"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/hook", strings.NewReader(comment))
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range map[string]string{"X-GitHub-Event": "issue_comment", "X-GitHub-Delivery": "id", "Content-Type": "application/json", "X-Hub-Signature-256": sign("new", comment)} {
			req.Header.Set(k, v)
		}
		if got := do(t, req); got != want {
			t.Errorf("time %d: %q", i, got)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	var counts store.Counts
	if err := json.Unmarshal([]byte(do(t, req)), &counts); err != nil || counts != (store.Counts{Queued: 1}) {
		t.Errorf("%+v, %v", counts, err)
	}
}

func do(t *testing.T, req *http.Request) string {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, resp.Body); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", resp.Status, &b)
	}
	return b.String()
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]server.Config{
		"no secret": {Login: "lanner"}, "empty secret": {Login: "lanner", Secrets: []server.Secret{{Value: "a"}, {}}}, "no login": {Secrets: []server.Secret{{Value: "a"}}},
	} {
		if _, err := server.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestHelp asks as Prow's pages and Prow's hook do.
func TestHelp(t *testing.T) {
	t.Parallel()
	shared, err := config.ParseShared("f", []byte("repositories: [{match: [o/r], settings: {features: [lgtm, size]}}]"))
	if err != nil {
		t.Fatal(err)
	}
	db := openStore(t, filepath.Join(t.TempDir(), "bot.db"))
	if err := db.SetNote(t.Context(), "bot repository", "o/r", []byte{}); err != nil {
		t.Fatal(err)
	}
	client, err := github.New(github.Options{BaseURL: "http://127.0.0.1:1", Token: github.StaticToken("x")})
	if err != nil {
		t.Fatal(err)
	}
	bot, err := server.New(server.Config{Store: db, GitHub: client, Shared: shared, Secrets: []server.Secret{{Value: "x"}}, Login: "lanner"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, body string, into any) int {
		w := httptest.NewRecorder()
		bot.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
		if w.Code == 200 {
			if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
				t.Fatal(err)
			}
		}
		return w.Code
	}
	var all pluginhelp.Help
	if code := ask("GET", "/plugin-help", "", &all); code != 200 || len(all.AllRepos) != 1 || strings.Join(all.RepoPlugins["o/r"], " ") != "lgtm size" {
		t.Errorf("%d %v %v", code, all.AllRepos, all.RepoPlugins["o/r"])
	}
	lgtm := all.PluginHelp["lgtm"].Commands
	if len(lgtm) != 2 || lgtm[0].Usage != "/lgtm or /lgtm cancel" || strings.Join(lgtm[0].Examples, ",") != "/lgtm,/lgtm cancel" || len(all.PluginHelp) < 20 {
		t.Errorf("%+v of %d", lgtm, len(all.PluginHelp))
	}
	var one pluginhelp.PluginHelp
	if code := ask("POST", "/help", `[{"Org":"o","Repo":"r"}]`, &one); code != 200 || one.Config["o/r"] != "lgtm, size" || len(one.Commands) < 20 {
		t.Errorf("%d %+v", code, one.Config)
	}
	for _, body := range []string{"", "{}", "[" + strings.Repeat(" ", 2<<20) + "]"} {
		if code := ask("POST", "/help", body, nil); code != 400 {
			t.Errorf("%.10q: %d", body, code)
		}
	}
	if code := ask("GET", "/help", "", nil); code != 405 {
		t.Errorf("GET /help: %d", code)
	}
}
