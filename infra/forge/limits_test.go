// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// Asking again for what has not changed costs nothing, and says so.
func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	get := func(etag string) *http.Response {
		t.Helper()
		req, err := alice.NewRequest("GET", "repos/alice/falcon", nil)
		if err != nil {
			t.Fatal(err)
		}
		if etag != "" {
			req.Header.Set("If-None-Match", etag)
		}
		resp, err := alice.Do(ctx, req, nil)
		if err != nil && statusOf(err) != http.StatusNotModified {
			t.Fatal(err)
		}
		return resp.Response
	}
	first := get("")
	again := get(first.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("asked again: %s, want 304", again.Status)
	}
	if was, is := first.Header.Get("X-RateLimit-Remaining"), again.Header.Get("X-RateLimit-Remaining"); was != is {
		t.Errorf("remaining went from %s to %s", was, is)
	}
	if _, _, err := alice.Repositories.Edit(ctx, "alice", "falcon", &github.Repository{Description: new("a bird")}); err != nil {
		t.Fatal(err)
	}
	if changed := get(first.Header.Get("ETag")); changed.StatusCode != http.StatusOK {
		t.Errorf("asked after a change: %s, want 200", changed.Status)
	}
}

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	now := &clock{now: time.Now()}
	f := forgetest.Start(t, forgetest.WithClock(now.time))
	alice, bob := newRepo(t, f), f.Client("bob")
	limits, _, err := alice.RateLimit.Get(ctx)
	if err != nil || limits.Core.Limit != 5000 || limits.Core.Remaining >= 5000 {
		t.Fatalf("limits = %v, %v", limits, err)
	}
	f.Faults(forge.Faults{Primary: map[string]forge.PrimaryLimit{"core": {Limit: 5000, Remaining: 1, ResetAfter: 600}}})
	if _, _, err := alice.Repositories.Get(ctx, "alice", "falcon"); err != nil {
		t.Fatalf("the last request: %v", err)
	}
	var limited *github.RateLimitError
	// Another client: go-github itself would not ask before the reset.
	if _, _, err := f.Client("alice").Repositories.Get(ctx, "alice", "falcon"); !errors.As(err, &limited) || limited.Rate.Remaining != 0 {
		t.Errorf("beyond the limit: %v, want a RateLimitError", err)
	}
	if limits, _, err := bob.RateLimit.Get(ctx); err != nil || limits.Core.Remaining != 1 {
		t.Errorf("somebody else's limits: %v, %v; want 1 left", limits, err)
	}
	now.advance(11 * time.Minute)
	if _, _, err := f.Client("alice").Repositories.Get(ctx, "alice", "falcon"); err != nil {
		t.Errorf("after the reset: %v", err)
	}
	for _, status := range []int{http.StatusForbidden, http.StatusTooManyRequests} {
		f.Faults(forge.Faults{Secondary: forge.SecondaryLimit{Next: 1, RetryAfter: 7, Status: status}})
		_, resp, err := f.Client("alice").Repositories.Get(ctx, "alice", "falcon")
		if statusOfAny(err) != status || resp.Header.Get("Retry-After") != "7" {
			t.Errorf("secondary limit: %v, Retry-After %q; want %d", err, resp.Header.Get("Retry-After"), status)
		}
	}
	if _, _, err := f.Client("alice").Repositories.Get(ctx, "alice", "falcon"); err != nil {
		t.Errorf("after the secondary limit: %v", err)
	}
}

// statusOfAny is statusOf, for go-github's error of a secondary limit, too.
func statusOfAny(err error) int {
	var abuse *github.AbuseRateLimitError
	if errors.As(err, &abuse) {
		return abuse.Response.StatusCode
	}
	return statusOf(err)
}

// The answer is cut off in the middle, after all was done.
func TestCutAnswer(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	some := int64(20)
	f.Faults(forge.Faults{Requests: []forge.RequestFault{
		{Method: "PATCH", Path: "/api/v3/repos/*", Times: 1, CutResponseAfter: &some},
		{Method: "GET", Path: "/api/v3/repos/*", Skip: 1, Times: 1, Status: http.StatusBadGateway},
	}})
	if _, _, err := alice.Repositories.Edit(ctx, "alice", "falcon", &github.Repository{Description: new("a bird")}); err == nil {
		t.Error("an answer of 20 bytes was good")
	}
	if r, _, err := alice.Repositories.Get(ctx, "alice", "falcon"); err != nil || r.GetDescription() != "a bird" {
		t.Errorf("description %q, %v; want what was written", r.GetDescription(), err)
	}
	if _, _, err := alice.Repositories.Get(ctx, "alice", "falcon"); statusOf(err) != http.StatusBadGateway {
		t.Errorf("the second request: %v, want 502", err)
	}
}
