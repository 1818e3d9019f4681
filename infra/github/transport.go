// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// attempts is how often a read is tried before its failure is reported.
const attempts = 4

// repeatable marks, in a context, a POST that changes nothing.
type repeatable struct{}

type transport struct {
	base    http.RoundTripper
	token   TokenSource
	hosts   []string // who may see the token
	log     *slog.Logger
	maxWait time.Duration
}

// RoundTrip sends req, waits for rate limits, and repeats reads that failed.
// A write is sent again only after a rate limit's refusal, which says that it
// did not happen; after a lost answer nobody knows, so its caller must look.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	safe := req.Method == http.MethodGet || req.Method == http.MethodHead || req.Context().Value(repeatable{}) != nil
	for try := 1; ; {
		resp, err := t.send(req, try)
		if err != nil {
			if !safe || try == attempts || req.Context().Err() != nil || errors.Is(err, errToken) {
				return nil, err
			}
			t.log.Warn("no answer from GitHub, asking again", "request", label(req), "err", err)
			if err := sleep(req.Context(), backoff(try)); err != nil {
				return nil, err
			}
			try++
			continue
		}
		wait, limited := rateLimit(resp, time.Now())
		switch {
		case limited && wait <= t.maxWait && rewindable(req):
			drain(resp)
			t.log.Warn("rate limit, waiting", "request", label(req), "status", resp.StatusCode, "wait", wait.Round(time.Second).String())
			if err := sleep(req.Context(), wait); err != nil {
				return nil, fmt.Errorf("waiting %s for GitHub's rate limit: %w", wait.Round(time.Second), err)
			}
		case !limited && resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented && safe && try < attempts:
			drain(resp)
			t.log.Warn("GitHub failed, asking again", "request", label(req), "status", resp.StatusCode)
			if err := sleep(req.Context(), backoff(try)); err != nil {
				return nil, err
			}
			try++
		default:
			return resp, nil
		}
	}
}

func (t *transport) send(req *http.Request, try int) (*http.Response, error) {
	r := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		if try == 1 {
			defer req.Body.Close()
		}
		r.Body = body
	}
	// An asset download redirects to another host, which gets no token.
	if t.token != nil && slices.Contains(t.hosts, req.URL.Host) {
		token, err := t.token.Token(req.Context())
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errToken, err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return t.base.RoundTrip(r)
}

// rateLimit tells whether resp refuses for a limit, and how long to wait.
// GitHub answers 403 or 429; a secondary limit names Retry-After, the primary
// one X-RateLimit-Remaining: 0 and the time of its reset, and where neither is
// there its documentation asks for a minute.
// https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
func rateLimit(resp *http.Response, now time.Time) (time.Duration, bool) {
	if resp.StatusCode != http.StatusForbidden && resp.StatusCode != http.StatusTooManyRequests {
		return 0, false
	}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s >= 0 {
		return time.Duration(s) * time.Second, true
	}
	if resp.Header.Get("X-RateLimit-Remaining") == "0" {
		return untilReset(resp.Header, now), true
	}
	return time.Minute, resp.StatusCode == http.StatusTooManyRequests
}

// untilReset returns how long to wait for a limit to be reset, by default a
// minute.
func untilReset(header http.Header, now time.Time) time.Duration {
	reset, err := strconv.ParseInt(header.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return time.Minute
	}
	// The reset has a resolution of one second and clocks differ.
	return max(time.Unix(reset, 0).Sub(now), 0) + time.Second
}

func rewindable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

func backoff(try int) time.Duration {
	base := 250 * time.Millisecond << try
	return base/2 + rand.N(base)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// drain lets the connection be used again. What it reads is of no interest.
func drain(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	_ = resp.Body.Close()
}

func label(req *http.Request) string { return req.Method + " " + req.URL.Path }
