// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge"
	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	f.NewRepository("carol", "other/thing")
	ctx, alice, bob := context.Background(), f.Client("alice"), f.Client("bob")
	must[*github.Milestone](t)(alice.Issues.CreateMilestone(ctx, "acme", "widget", &github.Milestone{Title: new("v0.2")}))
	must[*github.Issue](t)(bob.Issues.Create(ctx, "acme", "widget", &github.IssueRequest{Title: new("It squeaks"), Body: new("see https://example.com")}))
	must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "widget", &github.IssueRequest{
		Title: new("Blocked"), Labels: &[]string{"release/blocker", "do not merge"}, Milestone: new(1), Assignees: &[]string{"alice"},
	}))
	must[*github.IssueComment](t)(bob.Issues.CreateComment(ctx, "acme", "widget", 2, &github.IssueComment{Body: new("oil it")}))
	head := w.Branch("feature", "main", "Two", "-- two.txt --\ntwo\n")
	propose(t, f, "alice", "feature", "Add two") // #3
	must[*github.PullRequestReview](t)(bob.PullRequests.CreateReview(ctx, "acme", "widget", 3, &github.PullRequestReviewRequest{Event: new("APPROVE")}))
	w.Branch("next", "main", "Three", "-- three.txt --\nthree\n")
	propose(t, f, "alice", "next", "Add three") // #4
	must[*github.PullRequestMergeResult](t)(alice.PullRequests.Merge(ctx, "acme", "widget", 4, "", nil))
	must[*github.Issue](t)(f.Client("carol").Issues.Create(ctx, "other", "thing", &github.IssueRequest{Title: new("Elsewhere it squeaks")}))

	f.Faults(forge.Faults{Primary: map[string]forge.PrimaryLimit{"search": {Limit: 1000, Remaining: 1000, ResetAfter: 3600}}})
	today := time.Now().UTC().Format(time.DateOnly)
	for query, want := range map[string][]int{
		"repo:acme/widget":                                         {1, 2, 3, 4},
		"repo:acme/widget is:pr":                                   {3, 4},
		"repo:ACME/widget is:pr is:open":                           {3},
		"repo:acme/widget is:issue -label:release/blocker":         {1},
		`repo:acme/widget label:"do not merge"`:                    {2},
		`repo:acme/widget label:"x y",release/blocker`:             {2},
		"repo:acme/widget is:merged base:main":                     {4},
		"repo:acme/widget head:feat":                               {3},
		"repo:acme/widget author:bob":                              {1},
		"repo:acme/widget author:@me":                              {2, 3, 4},
		"repo:acme/widget author:nobody":                           nil,
		"repo:acme/widget milestone:v0.2":                          {2},
		"repo:acme/widget no:milestone is:issue":                   {1},
		"repo:acme/widget is:pr review:approved":                   {3},
		"repo:acme/widget is:pr review:none":                       {4},
		"repo:acme/widget is:pr review:changes_requested":          nil,
		"repo:acme/widget reviewed-by:bob":                         {3},
		"repo:acme/widget commenter:bob":                           {2},
		"repo:acme/widget assignee:alice":                          {2},
		"repo:acme/widget sha:" + head[:10]:                        {3},
		"repo:acme/widget squeaks":                                 {1},
		"repo:acme/widget oil":                                     {2},
		"repo:acme/widget oil in:title":                            nil,
		"repo:acme/widget https://example.com":                     {1},
		"repo:acme/widget comments:>=1":                            {2},
		"repo:acme/widget is:issue created:" + today:               {1, 2},
		"repo:acme/widget merged:<2020-01-01":                      nil,
		"repo:acme/widget merged:2020-01-01..*":                    {4},
		"org:acme is:open":                                         {1, 2, 3},
		"squeaks -repo:acme/widget":                                {1},
		"repo:acme/widget repo:other/thing squeaks":                {1, 1},
		"repo:acme/widget is:open sort:created-asc draft:false x*": nil,
	} {
		result := must[*github.IssuesSearchResult](t)(alice.Search.Issues(ctx, query, &github.SearchOptions{Sort: "created", Order: "asc"}))
		var got []int
		for _, i := range result.Issues {
			got = append(got, i.GetNumber())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	for query, want := range map[string]int{
		"repo:acme/nothing":               http.StatusUnprocessableEntity,
		`repo:acme/widget label:"open`:    http.StatusUnprocessableEntity,
		"repo:acme/widget nose:long":      http.StatusNotImplemented,
		"repo:acme/widget (a OR b)":       http.StatusNotImplemented,
		"repo:acme/widget created:friday": http.StatusUnprocessableEntity,
	} {
		if _, _, err := alice.Search.Issues(ctx, query, nil); status(err) != want {
			t.Errorf("%s: %v, want %d", query, err, want)
		}
	}
}

func TestSearchRunsBehind(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := &steppedClock{now: now}
	f := forgetest.Start(t, forgetest.WithClock(clock.Now))
	f.NewRepository("alice", "acme/widget")
	f.Faults(forge.Faults{SearchLagMillis: 30_000})
	ctx, alice := context.Background(), f.Client("alice")
	count := func(query string) int {
		t.Helper()
		return must[*github.IssuesSearchResult](t)(alice.Search.Issues(ctx, "repo:acme/widget "+query, nil)).GetTotal()
	}
	must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "widget", &github.IssueRequest{Title: new("t")}))
	if n := count("is:open"); n != 0 {
		t.Errorf("at once, search finds %d, want none", n)
	}
	clock.step(31 * time.Second)
	if n := count("is:open"); n != 1 {
		t.Errorf("after the lag, search finds %d, want 1", n)
	}
	must[*github.Issue](t)(alice.Issues.Edit(ctx, "acme", "widget", 1, &github.IssueRequest{State: new("closed")}))
	if n := count("is:open"); n != 1 {
		t.Errorf("just closed, search still finds %d open, want 1", n)
	}
	clock.step(31 * time.Second)
	if n := count("is:open"); n != 0 {
		t.Errorf("closed for long, search finds %d open, want none", n)
	}
}
