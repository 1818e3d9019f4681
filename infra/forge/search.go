// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

var searchRoutes = []route{
	{method: "GET", pattern: "/search/issues", operation: "search/issues-and-pull-requests", handle: (*call).searchIssues},
}

// maxFound is how many results GitHub gives of a search, whatever the pages.
const maxFound = 1000

// hit is an issue or pull request, and where it is.
type hit struct {
	repo *repository
	*issue
}

// searchScopes are the qualifiers that are not about a single issue.
var searchScopes = []string{"repo", "org", "user", "in", "sort"}

// search returns what a query finds, sorted, for who asks.
func (v *view) search(query, sort, order string) ([]hit, error) {
	terms, err := parseSearch(query)
	if err != nil {
		return nil, err
	}
	repos, err := v.searchedRepos(terms)
	if err != nil {
		return nil, err
	}
	in := []string{"title", "body", "comments"}
	var rest []term
	for _, t := range terms {
		switch t.key {
		case "sort":
			sort, order, _ = strings.Cut(t.value(), "-")
			order = cmp.Or(order, "desc")
		case "in":
			in = t.values
		case "repo", "org", "user":
		default:
			rest = append(rest, t)
		}
	}
	lag := v.srv.faults.searchLag()
	var all []hit
	for _, r := range repos {
		list, err := issues.list(v.tx, r.ID)
		if err != nil {
			return nil, err
		}
		for _, now := range list {
			i, err := v.indexed(now, lag)
			if err != nil {
				return nil, err
			}
			if i == nil {
				continue
			}
			f := hit{r, i}
			matches, err := v.matches(f, rest, in)
			if err != nil {
				return nil, err
			}
			if matches {
				all = append(all, f)
			}
		}
	}
	return all, v.sortFound(all, sort, order)
}

// searchLag is how far the index is behind.
func (f *faults) searchLag() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Duration(f.current.SearchLagMillis) * time.Millisecond
}

// searchedRepos returns the repositories that a query is about: those it
// names, or all that who asks may see.
func (v *view) searchedRepos(terms []term) ([]*repository, error) {
	all, err := repositories.all(v.tx)
	if err != nil {
		return nil, err
	}
	var seen, named []*repository
	out := map[int64]bool{}
	scoped := false
	for _, r := range all {
		have, err := v.myLevel(r)
		if err != nil {
			return nil, err
		}
		if have > levelNone {
			seen = append(seen, r)
		}
	}
	for _, t := range terms {
		if t.key != "repo" && t.key != "org" && t.key != "user" {
			continue
		}
		matched := 0
		for _, r := range seen {
			full, err := v.fullName(r)
			if err != nil {
				return nil, err
			}
			owner, _, _ := strings.Cut(full, "/")
			is := t.key == "repo" && strings.EqualFold(full, t.value()) || t.key != "repo" && strings.EqualFold(owner, t.value())
			switch {
			case !is:
			case t.not:
				out[r.ID] = true
			case !slices.Contains(named, r):
				named = append(named, r)
			}
			if is {
				matched++
			}
		}
		if matched == 0 && !t.not {
			if _, err := findAccount(v.tx, t.value()); t.key == "repo" || errors.Is(err, errMissing) {
				return nil, invalidBecause("Search", "q", "The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them.")
			}
		}
		scoped = scoped || !t.not
	}
	if !scoped {
		named = seen
	}
	return slices.DeleteFunc(named, func(r *repository) bool { return out[r.ID] }), nil
}

// matches reports whether every term holds.
func (v *view) matches(f hit, terms []term, in []string) (bool, error) {
	for _, t := range terms {
		match := searchMatchers[t.key]
		if t.key == "" {
			match = func(v *view, f hit, word string) (bool, error) { return v.mentions(f, word, in) }
		}
		values := t.values
		if t.key != "label" {
			values = []string{t.value()}
		}
		holds := false
		for _, value := range values {
			one, err := match(v, f, value)
			if err != nil {
				return false, err
			}
			holds = holds || one
		}
		if holds == t.not {
			return false, nil
		}
	}
	return true, nil
}

// mentions looks for a text in the places that a query names.
func (v *view) mentions(f hit, text string, in []string) (bool, error) {
	text = strings.ToLower(text)
	contains := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	if slices.Contains(in, "title") && contains(f.Title) || slices.Contains(in, "body") && contains(f.Body) {
		return true, nil
	}
	if !slices.Contains(in, "comments") {
		return false, nil
	}
	said, err := comments.list(v.tx, f.ID)
	return slices.ContainsFunc(said, func(m *comment) bool { return contains(m.Body) }), err
}

// sortFound sorts by creation, the newest first, if the query says nothing.
func (v *view) sortFound(all []hit, sort, order string) error {
	var key func(hit) int64
	switch sort {
	case "", "created", "best match":
		key = func(f hit) int64 { return f.CreatedAt.Unix() }
	case "updated":
		key = func(f hit) int64 { return f.UpdatedAt.Unix() }
	case "comments":
		key = func(f hit) int64 { return int64(f.Comments) }
	default:
		return searchNotEmulated("sorting by " + sort)
	}
	slices.SortStableFunc(all, func(a, b hit) int {
		n := cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a.ID, b.ID))
		if order == "asc" {
			return n
		}
		return -n
	})
	return nil
}

func (c *call) searchIssues() (reply, error) {
	if strings.TrimSpace(c.query("q")) == "" {
		return reply{}, invalid("Search", "q", "missing")
	}
	all, err := c.search(c.query("q"), c.query("sort"), c.query("order"))
	if err != nil {
		return reply{}, err
	}
	p := c.paging()
	if p.offset() >= maxFound {
		return reply{}, unprocessable("Only the first 1000 search results are available")
	}
	page, header := cut(c, all[:min(len(all), maxFound)])
	items := []object{}
	for _, f := range page {
		item, err := c.issue(f.repo, f.issue)
		if err != nil {
			return reply{}, err
		}
		item["score"] = 1.0
		items = append(items, item)
	}
	return reply{status: http.StatusOK, header: header, body: object{
		"total_count": len(all), "incomplete_results": false, "items": items, "search_type": "lexical",
	}}, nil
}
