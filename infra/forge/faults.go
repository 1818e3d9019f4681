// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// Faults is the body of GET and PUT /_forge/faults: what goes wrong on
// purpose. A PUT replaces all of it. Faults are not kept over a restart.
type Faults struct {
	Webhooks  WebhookFaults           `json:"webhooks"`
	Primary   map[string]PrimaryLimit `json:"primary_limit,omitempty"` // by resource: core, search, graphql
	Secondary SecondaryLimit          `json:"secondary_limit"`
	Requests  []RequestFault          `json:"requests"`
	// SearchLagMillis is how far the index that searches see is behind.
	SearchLagMillis int `json:"search_lag_ms,omitempty"`
}

// WebhookFaults says what happens to webhook deliveries on their way. The
// shares are between 0 and 1; the same seed gives the same mishaps.
type WebhookFaults struct {
	Seed        int64   `json:"seed"`
	Lose        float64 `json:"lose"`
	Duplicate   float64 `json:"duplicate"`
	Reorder     float64 `json:"reorder"`
	DelayMillis int     `json:"delay_ms"`
}

// RequestFault makes requests fail that match a method ("" is any) and a path,
// in which * stands for anything. The first Skip requests that match pass, the
// next Times do not. A Status is answered in place of doing what was asked.
// Without one, the request is done, and its connection cut after so many bytes
// of its body were read, or of the answer's body sent.
type RequestFault struct {
	Method           string `json:"method"`
	Path             string `json:"path"`
	Skip             int    `json:"skip"`
	Times            int    `json:"times"`
	Status           int    `json:"status,omitempty"`
	CutRequestAfter  *int64 `json:"cut_request_after,omitempty"`
	CutResponseAfter *int64 `json:"cut_response_after,omitempty"`
}

type faults struct {
	mu      sync.Mutex
	current Faults
}

// webhooks returns what is to go wrong with webhooks.
func (f *faults) webhooks() WebhookFaults {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.current.Webhooks
}

func (f *faults) set(next Faults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.current = next
}

func (f *faults) get() Faults {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.current
	out.Requests = append([]RequestFault{}, out.Requests...)
	return out
}

// take returns the fault that is to happen to a request, if any, and counts it.
func (f *faults) take(r *http.Request) *RequestFault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.current.Requests {
		q := &f.current.Requests[i]
		if q.Times <= 0 || q.Method != "" && !strings.EqualFold(q.Method, r.Method) || !glob(q.Path, r.URL.Path) {
			continue
		}
		if q.Skip > 0 {
			q.Skip--
			continue
		}
		q.Times--
		hit := *q
		return &hit
	}
	return nil
}

// glob matches a whole path with a pattern in which * stands for anything.
func glob(pattern, path string) bool {
	expr := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
	matched, err := regexp.MatchString("^(?s:"+expr+")$", path)
	return err == nil && matched
}

// serve passes a request on to next, or makes it fail.
func (f *faults) serve(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
	if strings.HasPrefix(r.URL.Path, "/_forge/") {
		next(w, r)
		return
	}
	fault := f.take(r)
	if fault == nil {
		next(w, r)
		return
	}
	if fault.Status != 0 {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(fault.Status)
		// The client may be gone: there is nobody to tell.
		_, _ = fmt.Fprintf(w, `{"message":"fault switched on: %d","documentation_url":"https://docs.github.com/rest"}`, fault.Status)
		return
	}
	line := &cutLine{ResponseWriter: w}
	if fault.CutRequestAfter != nil {
		r.Body = &cutBody{ReadCloser: r.Body, left: *fault.CutRequestAfter, line: line}
	}
	line.left, line.limited = 0, fault.CutResponseAfter != nil
	if line.limited {
		line.left = *fault.CutResponseAfter
	}
	next(line, r)
	if line.cut {
		// The server's way to close the connection without finishing the answer.
		panic(http.ErrAbortHandler)
	}
}

var errLineCut = errors.New("the connection was cut")

// cutLine is an answer whose connection breaks after some bytes.
type cutLine struct {
	http.ResponseWriter
	limited bool
	left    int64
	cut     bool
}

func (l *cutLine) WriteHeader(status int) {
	if l.limited && l.left == 0 {
		l.cut = true
	}
	if !l.cut {
		l.ResponseWriter.WriteHeader(status)
	}
}

func (l *cutLine) Write(p []byte) (int, error) {
	if l.cut {
		return 0, errLineCut
	}
	if !l.limited || int64(len(p)) <= l.left {
		n, err := l.ResponseWriter.Write(p)
		l.left -= int64(n)
		return n, err
	}
	n, err := l.ResponseWriter.Write(p[:l.left])
	l.cut = true
	// What was sent is to arrive: else a client sees no answer at all.
	err = errors.Join(err, http.NewResponseController(l.ResponseWriter).Flush(), errLineCut)
	return n, err
}

// Unwrap lets http.ResponseController find the real writer.
func (l *cutLine) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// cutBody is a request whose connection breaks after some bytes.
type cutBody struct {
	io.ReadCloser
	left int64
	line *cutLine
}

func (b *cutBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		b.line.cut = true
		return 0, io.ErrUnexpectedEOF
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}

// switchRoutes are the forge's own, for the site administrator.
var switchRoutes = []route{
	{method: "GET", pattern: "/_forge/faults", operation: "forge/get-faults", handle: (*call).getFaults, admin: true},
	{method: "PUT", pattern: "/_forge/faults", operation: "forge/set-faults", handle: (*call).putFaults, admin: true},
	{method: "POST", pattern: "/_forge/apps", operation: "forge/register-app", handle: (*call).registerApp, admin: true},
}

func (c *call) getFaults() (reply, error) {
	now := c.srv.faults.get()
	now.Secondary = c.srv.limits.pendingSecondary()
	return ok(now)
}

func (c *call) putFaults() (reply, error) {
	body, err := io.ReadAll(io.LimitReader(c.r.Body, 1<<20))
	if err != nil {
		return reply{}, fmt.Errorf("reading the faults: %w", err)
	}
	var next Faults
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields() // a fault that is misspelt must not silently not happen
	if err := dec.Decode(&next); err != nil {
		return reply{}, &apiError{status: http.StatusBadRequest, message: "faults: " + err.Error()}
	}
	if s := &next.Secondary; s.Status == 0 {
		s.Status = http.StatusForbidden
	}
	if next.Requests == nil {
		next.Requests = []RequestFault{}
	}
	c.srv.limits.force(next.Primary, next.Secondary)
	c.srv.faults.set(next)
	return ok(next)
}
