// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	gh "github.com/google/go-github/v57/github"
)

// model is what the simulation knows by itself, from what people did: never
// from what the bot thinks.
type model struct {
	pulls  map[int]*pull
	checks map[string]string // the state of the status "unit", by commit
	main   string            // where the branch was last seen
	moved  []string          // where the bot moved it to
}

// pull is a pull request, with what is necessary for its merge.
type pull struct {
	number int
	author string
	branch string
	path   string // the one file that it changes
	head   string
	tree   string
	// lgtm: somebody who may found this very tree good. The label or a command.
	lgtm map[string]bool
	// votes are the last words of people on /approve.
	votes  map[string]bool
	held   bool
	merged bool
	// bad is why it must not be merged, "" for nothing; ended is when the last
	// time ended in which nothing was.
	bad   string
	ended time.Time
	// looked is when the bot began to read it last.
	looked time.Time
}

func newModel() model {
	return model{pulls: make(map[int]*pull), checks: make(map[string]string)}
}

// mayApprove is what the OWNERS files of the template say.
func mayApprove(path, login string) bool {
	switch {
	case login == "alice":
		return true
	case strings.HasPrefix(path, "src/"):
		return login == "bob"
	}
	return strings.HasPrefix(path, "docs/") && login == "carol"
}

// trusted are those with a role in the repository.
func trusted(login string) bool { return login != "mallory" }

// judge returns why a pull request must not be merged.
func (m *model) judge(p *pull) string {
	approved := false
	for login, yes := range p.votes {
		approved = approved || yes && mayApprove(p.path, login)
	}
	if _, voted := p.votes[p.author]; !voted && mayApprove(p.path, p.author) {
		approved = true
	}
	switch {
	case !approved:
		return "it is not approved"
	case len(p.lgtm) == 0:
		return "nobody found these files good"
	case p.held:
		return "it is held"
	case m.checks[p.head] != "success":
		return fmt.Sprintf("its check is %q", m.checks[p.head])
	}
	return ""
}

// changed is called after each thing that people did.
func (m *model) changed() {
	for _, p := range m.pulls {
		bad := m.judge(p)
		if bad != "" && p.bad == "" {
			p.ended = time.Now()
		}
		p.bad = bad
	}
}

// forbidden returns why the bot must not merge p now, with what it can have
// read: GitHub has no way to merge only if nothing was said meanwhile.
func (p *pull) forbidden() string {
	if p.bad == "" || !p.ended.IsZero() && !p.ended.Before(p.looked) {
		return ""
	}
	return p.bad
}

// pushed makes another commit the head.
func (p *pull) pushed(head, tree string) {
	if tree != p.tree {
		clear(p.lgtm)
	}
	p.head, p.tree = head, tree
}

// said is a comment or the text of a review.
func (p *pull) said(login, body string) {
	switch body {
	case "/lgtm":
		if trusted(login) && login != p.author {
			p.lgtm["said"] = true
		}
	case "/lgtm cancel":
		if trusted(login) || login == p.author {
			clear(p.lgtm)
		}
	case "/approve":
		p.votes[login] = trusted(login)
	case "/approve cancel":
		p.votes[login] = false
	case "/hold":
		p.held = p.held || trusted(login) || login == p.author
	case "/hold cancel":
		p.held = false
	}
}

var onePull = regexp.MustCompile(`/(?:issues|pulls)/(\d+)$`)

// lookingAt notes that the bot reads pull requests, and returns what the
// branch is at.
func (m *model) lookingAt(r *http.Request, body []byte) string {
	if p := m.pulls[asked(r, body)]; p != nil {
		p.looked = time.Now()
	}
	return m.main
}

// asked returns the number that a read is about, or 0.
func asked(r *http.Request, body []byte) int {
	if strings.HasSuffix(r.URL.Path, "/graphql") {
		var query struct {
			Variables struct {
				Number int `json:"number"`
			} `json:"variables"`
		}
		if json.Unmarshal(body, &query) != nil {
			return 0
		}
		return query.Variables.Number
	}
	m := onePull.FindStringSubmatch(r.URL.Path)
	if r.Method != http.MethodGet || m == nil || !strings.Contains(m[0], "/issues/") {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}

var merging = regexp.MustCompile(`/pulls/(\d+)/merge$`)

// done looks at what the bot has done.
func (w *world) done(r *http.Request, body []byte, before string) {
	var in struct {
		SHA string `json:"sha"`
	}
	switch m := merging.FindStringSubmatch(r.URL.Path); {
	case r.Method == http.MethodPut && m != nil:
		p := w.model.pulls[must(strconv.Atoi(m[1]))]
		w.tell("the bot merges #%d", p.number)
		if err := json.Unmarshal(body, &in); err != nil || in.SHA != p.head {
			w.fail("#%d was merged at %s, its head is %s (%v)", p.number, in.SHA, p.head, err)
		}
		if w.queued {
			w.fail("#%d was merged beside the queue", p.number)
		}
		w.landed(p)
		w.model.main = w.tip()
	case r.Method == http.MethodPatch && strings.HasSuffix(r.URL.Path, "/git/refs/heads/main"):
		if err := json.Unmarshal(body, &in); err != nil {
			w.fail("move main: %v", err)
		}
		w.tell("the bot moves main to %.8s", in.SHA)
		if w.model.checks[in.SHA] != "success" {
			w.fail("main is moved to %s, whose check is %q", in.SHA, w.model.checks[in.SHA])
		}
		for _, p := range w.newIn(before, in.SHA) {
			w.landed(p)
		}
		w.model.main = in.SHA
		w.model.moved = append(w.model.moved, in.SHA)
	}
}

func (w *world) landed(p *pull) {
	if why := p.forbidden(); why != "" {
		w.fail("#%d was merged, and %s", p.number, why)
	}
	p.merged = true
}

// tip returns where main is.
func (w *world) tip() string {
	return must(first(w.people["alice"].Git.GetRef(context.Background(), "acme", "demo", "heads/main"))).GetObject().GetSHA()
}

// newIn returns the pull requests whose heads main has now.
func (w *world) newIn(before, after string) []*pull {
	got := must(first(w.people["alice"].Repositories.CompareCommits(context.Background(), "acme", "demo", before, after, &gh.ListOptions{PerPage: 100})))
	var in []*pull
	for _, p := range w.model.pulls {
		if slices.ContainsFunc(got.Commits, func(c *gh.RepositoryCommit) bool { return c.GetSHA() == p.head }) {
			in = append(in, p)
		}
	}
	if len(in) == 0 {
		w.fail("main went from %s to %s, which merges no pull request at its head", before, after)
	}
	return in
}
