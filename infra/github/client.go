// SPDX-License-Identifier: Apache-2.0

// Package github is the GitHub client of every tool here: go-github, plus
// what its callers would each get wrong alone.
//
// It waits for rate limits and says so, repeats reads that failed and never a
// write that may have happened, speaks GraphQL beside REST, authenticates as a
// person or as an App, and keeps the token out of messages. It decides
// nothing: which calls to make is its callers' business. Any package of infra,
// bots, maintainers or release may import it. A Client is safe for concurrent
// use.
package github

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	gh "github.com/google/go-github/v57/github"
)

// Options say which GitHub to talk to, and as whom.
type Options struct {
	// BaseURL is the REST endpoint; empty means github.com's. For a GitHub
	// Enterprise Server or a local forge it ends in /api/v3/.
	BaseURL string
	// UploadURL is where release assets are uploaded; empty means what belongs
	// to BaseURL.
	UploadURL string
	// Token authenticates; nil reads anonymously.
	Token TokenSource
	// Transport carries the requests; nil means http.DefaultTransport.
	Transport http.RoundTripper
	// Log hears of waiting and repeating; nil means silence.
	Log *slog.Logger
	// MaxWait is the longest wait for a rate limit that is taken without
	// failing instead; zero means 65 minutes, longer than GitHub's window.
	MaxWait time.Duration
}

// Client is a go-github client with a transport that waits and retries.
type Client struct {
	*gh.Client
	graphQL string
	token   TokenSource
	log     *slog.Logger
	maxWait time.Duration
}

// New returns a client. It makes no request.
func New(opts Options) (*Client, error) {
	base := http.RoundTripper(http.DefaultTransport)
	if opts.Transport != nil {
		base = opts.Transport
	}
	log := opts.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	wait := opts.MaxWait
	if wait == 0 {
		wait = 65 * time.Minute
	}
	t := &transport{base: base, token: opts.Token, log: log, maxWait: wait}
	c := gh.NewClient(&http.Client{Transport: t})
	c.UserAgent = "lanner"
	if opts.BaseURL == "" {
		t.hosts = []string{c.BaseURL.Host, c.UploadURL.Host}
		return &Client{Client: c, graphQL: "https://api.github.com/graphql", token: opts.Token, log: log, maxWait: wait}, nil
	}
	upload := opts.UploadURL
	if upload == "" {
		upload = strings.TrimSuffix(strings.TrimSuffix(opts.BaseURL, "/"), "/api/v3")
	}
	c, err := c.WithEnterpriseURLs(opts.BaseURL, upload)
	if err != nil {
		return nil, fmt.Errorf("GitHub base URL %q: %w", opts.BaseURL, err)
	}
	t.hosts = []string{c.BaseURL.Host, c.UploadURL.Host}
	graphQL := strings.TrimSuffix(c.BaseURL.String(), "v3/") + "graphql"
	return &Client{Client: c, graphQL: graphQL, token: opts.Token, log: log, maxWait: wait}, nil
}

// Login returns the login of the account that the client acts as. GitHub tells
// it a person at /user, which no App may read.
func (c *Client) Login(ctx context.Context) (string, error) {
	if app, ok := c.token.(*App); ok {
		return app.Login(ctx)
	}
	me, _, err := c.Users.Get(ctx, "")
	return me.GetLogin(), err
}

// IsNotFound reports whether err is GitHub's answer 404.
func IsNotFound(err error) bool { return StatusOf(err) == http.StatusNotFound }

// StatusOf returns the HTTP status that err carries, or 0. What GraphQL says of
// a missing or forbidden thing counts as the status that REST says it with.
func StatusOf(err error) int {
	var e *gh.ErrorResponse
	if errors.As(err, &e) && e.Response != nil {
		return e.Response.StatusCode
	}
	var q *GraphQLError
	if errors.As(err, &q) {
		return q.status()
	}
	return 0
}

// All collects the pages of a list call.
func All[T any](list func(gh.ListOptions) ([]T, *gh.Response, error)) ([]T, error) {
	var all []T
	opts := gh.ListOptions{PerPage: 100}
	for {
		page, resp, err := list(opts)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if resp.NextPage == 0 {
			return all, nil
		}
		opts.Page = resp.NextPage
	}
}

// Remote is a repository's place on a GitHub.
type Remote struct {
	Owner, Name string
	// BaseURL is the REST endpoint of that GitHub, empty for github.com.
	BaseURL string
	// Web is the repository's address for people, without a trailing slash.
	Web string
}

// ParseRemote reads a git remote URL: https://host/owner/name(.git),
// ssh://git@host/owner/name or git@host:owner/name.
func ParseRemote(remote string) (Remote, error) {
	s := remote
	if !strings.Contains(s, "://") {
		host, path, ok := strings.Cut(s, ":")
		if !ok || strings.Contains(host, "/") {
			return Remote{}, fmt.Errorf("remote %q is no GitHub address; want https://host/owner/name or git@host:owner/name", remote)
		}
		s = "ssh://" + host + "/" + path
	}
	u, err := url.Parse(s)
	if err != nil {
		return Remote{}, fmt.Errorf("remote %q: %w", remote, err)
	}
	parts := strings.Split(strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git"), "/")
	if len(parts) != 2 || parts[0] == "" || parts[1] == "" || u.Host == "" {
		return Remote{}, fmt.Errorf("remote %q is no GitHub address; want https://host/owner/name or git@host:owner/name", remote)
	}
	scheme, host := "https", u.Host
	switch u.Scheme {
	case "http":
		scheme = "http"
	case "ssh", "git":
		host = u.Hostname()
	}
	r := Remote{Owner: parts[0], Name: parts[1], Web: scheme + "://" + host + "/" + parts[0] + "/" + parts[1]}
	if host != "github.com" {
		r.BaseURL = scheme + "://" + host + "/api/v3/"
	}
	return r, nil
}

func (r Remote) String() string { return r.Owner + "/" + r.Name }

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	if len(line) > 200 {
		line = line[:200] + "…"
	}
	return line
}
