// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/bots/server"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/sharedtest"
	"github.com/lanner-project/lanner/infra/store"
)

// examples returns GitHub's example payloads, by event.
func examples(t *testing.T) map[string][]json.RawMessage {
	t.Helper()
	f, err := os.Open(sharedtest.Data(t, "github/webhooks/examples.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Name     string
		Examples []json.RawMessage
	}
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	payloads := make(map[string][]json.RawMessage)
	for _, e := range all {
		payloads[e.Name] = append(payloads[e.Name], e.Examples...)
	}
	return payloads
}

// TestExamplePayloads takes every example payload that GitHub publishes, and
// each of them with things missing, of another kind or absurdly large. None
// fails inside; what is queued is for the number that the payload is about, and
// nothing is queued of events that the bot does not know.
func TestExamplePayloads(t *testing.T) {
	t.Parallel()
	payloads := examples(t)
	db := openStore(t, filepath.Join(t.TempDir(), "bot.db"))
	client, err := github.New(github.Options{BaseURL: "http://127.0.0.1:1", Token: github.StaticToken("x")})
	if err != nil {
		t.Fatal(err)
	}
	bot, err := server.New(server.Config{Store: db, GitHub: client, Secrets: []server.Secret{{Value: "s"}}, Login: "lanner"})
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"issue_comment", "issues", "pull_request", "pull_request_review", "pull_request_review_comment", "status", "check_run", "check_suite", "push"}
	r := rand.New(rand.NewPCG(1, 2))
	sent, queued := 0, 0
	send := func(event string, body []byte) (int, string) {
		sent++
		q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hook", bytes.NewReader(body))
		q.Header.Set("Content-Type", "application/json")
		q.Header.Set("X-GitHub-Event", event)
		q.Header.Set("X-GitHub-Delivery", strconv.Itoa(sent))
		q.Header.Set("X-Hub-Signature-256", sign("s", string(body)))
		w := httptest.NewRecorder()
		bot.Handler().ServeHTTP(w, q)
		answer, err := io.ReadAll(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		return w.Code, strings.TrimSpace(string(answer))
	}
	for event, list := range payloads {
		for i, raw := range list {
			code, answer := send(event, raw)
			if answer == "queued" {
				queued++
				if err := rightPlace(t, db, event, raw); err != "" {
					t.Errorf("%s %d: %s", event, i, err)
				}
			}
			if code != 200 || answer == "queued" && !slices.Contains(known, event) {
				t.Errorf("%s %d: %d %s", event, i, code, answer)
			}
			for range 3 {
				if code, answer := send(event, mutate(r, raw)); code >= 500 {
					t.Errorf("%s %d, changed: %d %s", event, i, code, answer)
				}
				drain(t, db)
			}
		}
	}
	if queued < 50 {
		t.Errorf("%d of %d payloads were queued", queued, sent)
	}
	t.Logf("%d payloads, %d examples queued", sent, queued)
}

// drain takes all that is queued.
func drain(t *testing.T, db *store.Store) (all []store.Delivery) {
	t.Helper()
	for {
		batch, err := db.Claim(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if len(batch) == 0 {
			return all
		}
		for _, d := range batch {
			if err := db.Complete(t.Context(), d.ID); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, batch...)
	}
}

// rightPlace takes what was queued, and says what is wrong with where it is to
// look.
func rightPlace(t *testing.T, db *store.Store, event string, raw []byte) string {
	t.Helper()
	var p struct {
		Repository struct {
			FullName string `json:"full_name"`
		}
		Issue struct{ Number int }
		Pull  struct{ Number int } `json:"pull_request"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return err.Error()
	}
	want := map[string]int{"issue_comment": p.Issue.Number, "issues": p.Issue.Number, "pull_request": p.Pull.Number, "pull_request_review": p.Pull.Number, "pull_request_review_comment": p.Pull.Number}[event]
	queued := drain(t, db)
	if len(queued) != 1 || queued[0].Repo != p.Repository.FullName || queued[0].Number != want {
		return fmt.Sprintf("queued is %+v, want %s#%d", queued, p.Repository.FullName, want)
	}
	return ""
}

// mutate changes one thing somewhere in a payload.
func mutate(r *rand.Rand, raw []byte) []byte {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return raw
	}
	odd := []any{nil, true, -1.0, 1e300, "", "\x00../../\n", "a/b/c", []any{}, map[string]any{}, strings.Repeat("x", 1<<16), []any{map[string]any{"number": "7"}}}
	at := v
	for {
		m, ok := at.(map[string]any)
		if !ok || len(m) == 0 {
			break
		}
		var keys []string
		for key := range m {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		key := keys[r.IntN(len(keys))]
		if next, ok := m[key].(map[string]any); ok && r.IntN(3) > 0 && len(next) > 0 {
			at = next
			continue
		}
		if r.IntN(4) == 0 {
			delete(m, key)
		} else {
			m[key] = odd[r.IntN(len(odd))]
		}
		break
	}
	changed, err := json.Marshal(v)
	if err != nil {
		return raw
	}
	if r.IntN(20) == 0 {
		changed = changed[:r.IntN(len(changed))]
	}
	return changed
}
