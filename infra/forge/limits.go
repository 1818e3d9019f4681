// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// PrimaryLimit is how many requests of a resource one actor has.
type PrimaryLimit struct {
	Limit      int `json:"limit"`
	Remaining  int `json:"remaining"`
	ResetAfter int `json:"reset_after_seconds"`
}

// SecondaryLimit refuses the next requests, whatever is left of the primary
// limit: GitHub does so with clients that ask too fast.
type SecondaryLimit struct {
	Next       int `json:"next"`
	RetryAfter int `json:"retry_after_seconds"`
	Status     int `json:"status"` // 403 or 429: GitHub uses both
}

// window is one actor's use of one resource until reset.
type window struct {
	resource    string
	limit, used int
	reset       time.Time
}

// limits counts requests. Counts are not kept over a restart.
type limits struct {
	clock func() time.Time

	mu        sync.Mutex
	windows   map[string]*window
	forced    map[string]window // what new windows of a resource begin as, until its reset
	secondary SecondaryLimit
}

// force replaces what is left to everybody, until the reset; and sets how many
// requests the secondary limit refuses.
func (l *limits) force(primary map[string]PrimaryLimit, secondary SecondaryLimit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.windows = nil
	l.forced = make(map[string]window)
	for resource, p := range primary {
		l.forced[resource] = window{
			resource: resource, limit: p.Limit, used: p.Limit - p.Remaining,
			reset: l.clock().Add(time.Duration(p.ResetAfter) * time.Second),
		}
	}
	l.secondary = secondary
}

// open returns the window of an actor for a resource. l.mu is held.
func (l *limits) open(who, resource string) *window {
	now := l.clock()
	key := resource + " " + who
	if w := l.windows[key]; w != nil && now.Before(w.reset) {
		return w
	}
	w := &window{resource: resource, reset: now.Add(time.Hour).Truncate(time.Second)}
	anonymous := strings.HasPrefix(who, "ip ")
	switch {
	case resource == "search" && anonymous:
		w.limit, w.reset = 10, now.Add(time.Minute)
	case resource == "search":
		w.limit, w.reset = 30, now.Add(time.Minute)
	case anonymous && resource == "graphql":
		w.limit = 0 // GraphQL is for those signed in
	case anonymous:
		w.limit = 60
	default:
		w.limit = 5000
	}
	if f, ok := l.forced[resource]; ok && now.Before(f.reset) {
		*w = f
	}
	if l.windows == nil {
		l.windows = make(map[string]*window)
	}
	l.windows[key] = w
	return w
}

// refuseSecondary reports whether the secondary limit refuses this request.
func (l *limits) refuseSecondary() (SecondaryLimit, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.secondary.Next <= 0 {
		return SecondaryLimit{}, false
	}
	l.secondary.Next--
	return l.secondary, true
}

// pendingSecondary returns how many requests are still to be refused.
func (l *limits) pendingSecondary() SecondaryLimit {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.secondary
}

// resourceOf says which limit a path counts to.
func resourceOf(pattern string) string {
	switch {
	case strings.HasPrefix(pattern, "/search/"):
		return "search"
	case pattern == "/graphql":
		return "graphql"
	}
	return "core"
}

// limitKey names whose requests are counted together: an account's, whatever
// the token; an installation's; an address's.
func (c *call) limitKey() string {
	switch {
	case c.actor == nil:
		host, _, err := net.SplitHostPort(c.r.RemoteAddr)
		if err != nil {
			host = c.r.RemoteAddr
		}
		return "ip " + host
	case c.actor.app != nil:
		return fmt.Sprintf("app %d", c.actor.app.ID)
	case c.actor.token != nil && c.actor.token.Grant != nil:
		return fmt.Sprintf("installation %d", c.actor.token.Grant.Installation)
	}
	return fmt.Sprintf("user %d", c.actor.account.ID)
}

// countRequest counts the request, and refuses it beyond a limit. Asking how
// much is left costs nothing.
func (c *call) countRequest() error {
	if c.route.operation == "rate-limit/get" || strings.HasPrefix(c.route.pattern, "/_forge/") {
		return nil
	}
	l := &c.srv.limits
	if s, refused := l.refuseSecondary(); refused {
		return &apiError{
			status:  s.Status,
			message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
			docs:    "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
			header:  http.Header{"Retry-After": {strconv.Itoa(s.RetryAfter)}},
		}
	}
	who := c.limitKey()
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.open(who, resourceOf(c.route.pattern))
	refused := w.used >= w.limit
	if !refused {
		w.used++
		c.limit = w
	}
	w.writeTo(c.w.Header())
	if refused {
		return &apiError{
			status:  http.StatusForbidden,
			message: fmt.Sprintf("API rate limit exceeded for %s.", who),
			docs:    "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
		}
	}
	return nil
}

// giveBack takes the request out of the count.
func (c *call) giveBack() {
	if c.limit == nil {
		return
	}
	c.srv.limits.mu.Lock()
	defer c.srv.limits.mu.Unlock()
	c.limit.used--
	c.limit.writeTo(c.w.Header())
}

func (w *window) remaining() int { return max(0, w.limit-w.used) }

func (w *window) writeTo(h http.Header) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(w.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(w.remaining()))
	h.Set("X-RateLimit-Used", strconv.Itoa(w.used))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(w.reset.Unix(), 10))
	h.Set("X-RateLimit-Resource", w.resource)
}

// getRateLimit answers GET /rate_limit.
func (c *call) getRateLimit() (reply, error) {
	l := &c.srv.limits
	l.mu.Lock()
	defer l.mu.Unlock()
	resources := object{}
	for _, resource := range []string{"core", "search", "graphql"} {
		w := l.open(c.limitKey(), resource)
		resources[resource] = object{"limit": w.limit, "remaining": w.remaining(), "used": w.used, "reset": w.reset.Unix()}
	}
	return ok(object{"resources": resources, "rate": resources["core"]})
}
