// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v57/github"
)

// Delivery is one webhook as it arrived, validated.
type Delivery struct {
	ID     string // X-GitHub-Delivery
	Event  string // X-GitHub-Event
	Action string // "" for events without actions
	Body   []byte
	Header http.Header
}

// Name is the event and its action: "pull_request.opened", "push".
func (d Delivery) Name() string {
	if d.Action == "" {
		return d.Event
	}
	return d.Event + "." + d.Action
}

// Decode decodes the payload; a failure fails the test.
func (d Delivery) Decode(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(d.Body, into); err != nil {
		t.Fatalf("webhook %s: %v", d.Name(), err)
	}
}

// Receiver takes webhooks and checks them: signature, headers, payload.
type Receiver struct {
	// URL is where it listens.
	URL string
	// Secret is what deliveries must be signed with.
	Secret string

	t  testing.TB
	mu sync.Mutex
	// arrived is closed and made anew at each delivery.
	arrived    chan struct{}
	deliveries []Delivery
	taken      map[int]bool // deliveries that Wait returned
	forward    http.Handler
	ended      bool
}

// NewReceiver starts a receiver of webhooks, until the test ends.
func NewReceiver(t testing.TB) *Receiver {
	r := &Receiver{t: t, Secret: "a secret between the test and the forge", arrived: make(chan struct{}), taken: map[int]bool{}}
	server := httptest.NewServer(r)
	r.URL = server.URL + "/hook"
	t.Cleanup(func() {
		server.Close()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ended = true
	})
	return r
}

// Hook makes a receiver and a webhook of "owner/name" that sends the events to
// it, all of them if none is named. The ping is waited for.
func (f *Forge) Hook(login, fullName string, events ...string) *Receiver {
	f.t.Helper()
	r := NewReceiver(f.t)
	owner, name, _ := strings.Cut(fullName, "/")
	if len(events) == 0 {
		events = []string{"*"}
	}
	_, _, err := f.Client(login).Repositories.CreateHook(context.Background(), owner, name, &github.Hook{
		Events: events, Active: new(true),
		Config: map[string]any{"url": r.URL, "content_type": "json", "secret": r.Secret},
	})
	if err != nil {
		f.t.Fatalf("make a webhook of %s: %v", fullName, err)
	}
	r.Wait("ping")
	return r
}

// Forward hands each delivery on to the handler under test, and answers what it
// answers. Nil: every delivery is answered 200.
func (r *Receiver) Forward(h http.Handler) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forward = h
}

// ServeHTTP takes a delivery.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the connection was cut, and the forge knows
	}
	d := Delivery{ID: req.Header.Get("X-GitHub-Delivery"), Event: req.Header.Get("X-GitHub-Event"), Body: body, Header: req.Header.Clone()}
	var head struct {
		Action string `json:"action"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		r.errorf("webhook %s %s: %v", d.Event, d.ID, err)
	}
	d.Action = head.Action
	r.check(d)
	r.mu.Lock()
	r.deliveries = append(r.deliveries, d)
	close(r.arrived)
	r.arrived = make(chan struct{})
	forward := r.forward
	r.mu.Unlock()
	if forward != nil {
		req.Body = io.NopCloser(bytes.NewReader(body))
		forward.ServeHTTP(w, req)
	}
}

func (r *Receiver) check(d Delivery) {
	if err := github.ValidateSignature(d.Header.Get("X-Hub-Signature-256"), d.Body, []byte(r.Secret)); err != nil {
		r.errorf("webhook %s: X-Hub-Signature-256: %v", d.Name(), err)
	}
	if !strings.HasPrefix(d.Header.Get("User-Agent"), "GitHub-Hookshot/") {
		r.errorf("webhook %s: User-Agent is %q, GitHub's begins with GitHub-Hookshot/", d.Name(), d.Header.Get("User-Agent"))
	}
	if len(d.ID) != 36 {
		r.errorf("webhook %s: X-GitHub-Delivery is %q, want a GUID", d.Name(), d.ID)
	}
	if d.Header.Get("X-GitHub-Hook-ID") == "" {
		r.errorf("webhook %s: no X-GitHub-Hook-ID", d.Name())
	}
	schemas, err := loadWebhooks()
	if err == nil {
		err = schemas.check(d.Event, d.Body)
	}
	if err != nil {
		r.errorf("%v\npayload: %.1000s", err, d.Body)
	}
}

// errorf fails the test, unless it has ended: then nothing may be reported.
func (r *Receiver) errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.t.Errorf(format, args...)
	}
}

// Deliveries returns what has arrived so far, in this order.
func (r *Receiver) Deliveries() []Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Delivery(nil), r.deliveries...)
}

// patience is how long a webhook may take on a machine that does other things
// too. A test that passes does not wait for it.
const patience = 2 * time.Minute

// Wait returns the first delivery of this name ("push",
// "pull_request.opened") that no Wait has returned before. It fails the test
// if none comes within patience.
func (r *Receiver) Wait(name string) Delivery {
	r.t.Helper()
	deadline := time.After(patience)
	for {
		r.mu.Lock()
		arrived := r.arrived
		for i, d := range r.deliveries {
			if d.Name() == name && !r.taken[i] {
				r.taken[i] = true
				r.mu.Unlock()
				return d
			}
		}
		r.mu.Unlock()
		select {
		case <-arrived:
		case <-deadline:
			r.t.Fatalf("no webhook %s within %v; there were: %s", name, patience, strings.Join(r.names(), " "))
		}
	}
}

func (r *Receiver) names() []string {
	var names []string
	for _, d := range r.Deliveries() {
		names = append(names, d.Name())
	}
	return names
}
