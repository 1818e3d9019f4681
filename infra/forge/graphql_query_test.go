// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// ask sends a query, and returns data and errors as JSON.
func ask(t *testing.T, f *forgetest.Forge, login, query string, vars map[string]any) (data, errs string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, f.URL+"/api/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "bearer "+f.Token(login))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Data, Errors json.RawMessage }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the answer is %s: %v", resp.Status, err)
	}
	return string(answer.Data), string(answer.Errors)
}

func TestGraphQL(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	ctx, alice := context.Background(), f.Client("alice")
	must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "widget", &github.IssueRequest{Title: new("It squeaks"), Labels: &[]string{"kind/bug"}}))
	head := w.Branch("feature", "main", "Oil it\n\nWith much oil.", "-- oil.txt --\noil\n")
	must[*github.PullRequest](t)(alice.PullRequests.Create(ctx, "acme", "widget", &github.NewPullRequest{
		Title: new("Oil it"), Head: new("feature"), Base: new("main"), Body: new("Fixes #1"),
	}))
	tested(t, f, 2)
	join(t, f, "bob")
	state := &github.RepoStatus{State: new("failure"), Context: new("ci"), Description: new("red")}
	must[*github.RepoStatus](t)(alice.Repositories.CreateStatus(ctx, "acme", "widget", head, state))
	must[*github.RepositoryRelease](t)(alice.Repositories.CreateRelease(ctx, "acme", "widget", &github.RepositoryRelease{TagName: new("v0.1.0"), Body: new("First.")}))
	must[*github.PullRequestReview](t)(f.Client("bob").PullRequests.CreateReview(ctx, "acme", "widget", 2, &github.PullRequestReviewRequest{Event: new("APPROVE")}))
	for name, test := range map[string]struct{ query, want string }{
		"viewer and fragments": {
			`query { me: viewer { ...who } rateLimit { cost limit } } fragment who on User { login isViewer }`,
			`{"me":{"isViewer":true,"login":"alice"},"rateLimit":{"cost":1,"limit":5000}}`,
		},
		"a pull request": {
			`{repository(owner:"acme",name:"widget"){nameWithOwner defaultBranchRef{name prefix}
				pullRequest(number:2){title state author{login} baseRef{name prefix} headRefName mergeable mergeStateStatus canBeRebased reviewDecision mergedAt mergeCommit{oid}
				commits(last:4){totalCount nodes{commit{messageHeadline messageBody}}} files(first:5){nodes{path changeType}}
				closingIssuesReferences(first:5){nodes{number}}}}}`,
			`{"repository":{"defaultBranchRef":{"name":"main","prefix":"refs/heads/"},"nameWithOwner":"acme/widget",` +
				`"pullRequest":{"author":{"login":"alice"},"baseRef":{"name":"main","prefix":"refs/heads/"},"canBeRebased":true,` +
				`"closingIssuesReferences":{"nodes":[{"number":1}]},` +
				`"commits":{"nodes":[{"commit":{"messageBody":"With much oil.","messageHeadline":"Oil it"}}],"totalCount":1},` +
				`"files":{"nodes":[{"changeType":"ADDED","path":"oil.txt"}]},"headRefName":"feature","mergeCommit":null,"mergeStateStatus":"UNSTABLE",` +
				`"mergeable":"MERGEABLE","mergedAt":null,"reviewDecision":"APPROVED","state":"OPEN","title":"Oil it"}}}`,
		},
		"an object": {
			`{repository(owner:"acme",name:"widget"){a:object(oid:"` + head + `"){... on Commit{oid associatedPullRequests(first:10){nodes{number}}}}
				b:object(expression:"main:README.md"){__typename ... on Blob{text byteSize}} c:object(oid:"` + strings.Repeat("1", 40) + `"){oid}}}`,
			`{"repository":{"a":{"associatedPullRequests":{"nodes":[{"number":2}]},"oid":"` + head + `"},` +
				`"b":{"__typename":"Blob","byteSize":4,"text":"one\n"},"c":null}}`,
		},
		"a search": {
			`query($q:String!){search(type:ISSUE,first:1,query:$q){issueCount pageInfo{hasNextPage} nodes{__typename ... on PullRequest{number} ... on Issue{number labels(first:9){nodes{name}}}}}}`,
			`{"search":{"issueCount":2,"nodes":[{"__typename":"PullRequest","number":2}],"pageInfo":{"hasNextPage":true}}}`,
		},
		"statuses and releases": {
			`{repository(owner:"acme",name:"widget"){latestRelease{tagName isLatest tagCommit{messageHeadline}} releases(first:5){totalCount}
				pullRequest(number:2){commits(last:1){nodes{commit{status{state contexts{context state description}}
				statusCheckRollup{state contexts(last:100){nodes{__typename ... on CheckRun{name conclusion} ... on StatusContext{context}}}}}}}}}}`,
			`{"repository":{"latestRelease":{"isLatest":true,"tagCommit":{"messageHeadline":"Initial commit"},"tagName":"v0.1.0"},` +
				`"pullRequest":{"commits":{"nodes":[{"commit":{"status":{"contexts":[{"context":"ci","description":"red","state":"FAILURE"}],"state":"FAILURE"},` +
				`"statusCheckRollup":{"contexts":{"nodes":[{"__typename":"StatusContext","context":"ci"}]},"state":"FAILURE"}}}]}},"releases":{"totalCount":1}}}`,
		},
		"directives": {
			`{viewer{login @skip(if:true) id @include(if:false) name}}`,
			`{"viewer":{"name":null}}`,
		},
		"an issue or a pull request": {
			`{repository(owner:"acme",name:"widget"){i:issueOrPullRequest(number:1){... on Issue{title} ... on PullRequest{number}}}}`,
			`{"repository":{"i":{"title":"It squeaks"}}}`,
		},
	} {
		data, errs := ask(t, f, "alice", test.query, map[string]any{"q": "repo:acme/widget"})
		if errs != "" {
			t.Errorf("%s: errors: %s", name, errs)
		}
		if diff := cmp.Diff(test.want, data); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestGraphQLPages(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/widget")
	for range 5 {
		must[*github.Issue](t)(f.Client("alice").Issues.Create(context.Background(), "acme", "widget", &github.IssueRequest{Title: new("t")}))
	}
	const query = `query($after:String){repository(owner:"acme",name:"widget"){issues(first:2,after:$after,orderBy:{field:CREATED_AT,direction:DESC}){nodes{number} pageInfo{endCursor hasNextPage}}}}`
	var got []int
	vars := map[string]any{"after": nil}
	for range 10 {
		data, errs := ask(t, f, "alice", query, vars)
		var answer struct {
			Repository struct {
				Issues struct {
					Nodes    []struct{ Number int }
					PageInfo struct {
						EndCursor   string
						HasNextPage bool
					}
				}
			}
		}
		if err := json.Unmarshal([]byte(data), &answer); err != nil || errs != "" {
			t.Fatalf("%v %s", err, errs)
		}
		page := answer.Repository.Issues
		for _, n := range page.Nodes {
			got = append(got, n.Number)
		}
		if !page.PageInfo.HasNextPage {
			break
		}
		vars["after"] = page.PageInfo.EndCursor
	}
	if diff := cmp.Diff([]int{5, 4, 3, 2, 1}, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestGraphQLRefuses(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/widget")
	if _, _, err := f.Client("alice").Repositories.Edit(context.Background(), "acme", "widget", &github.Repository{Private: new(true)}); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		`{viewer{login`:                   "Expected",
		`{viewer{sponsorsListing{name}}}`: "not emulated, or no part of GitHub's schema: Cannot query field \\\"sponsorsListing\\\"",
		`mutation{addStar(input:{starrableId:"x"}){clientMutationId}}`:         "not emulated, or no part of GitHub's schema: Cannot query field \\\"addStar\\\"",
		`query($n:Int!){repository(owner:"a",name:"b"){issue(number:$n){id}}}`: "must be defined",
		`{repository(owner:"acme",name:"widget"){name}}`:                       `"type":"NOT_FOUND","path":["repository"]`,
		`{repository(owner:"acme",name:"nothing"){name}}`:                      `Could not resolve to a Repository with the name 'acme/nothing'.`,
		`{search(type:ISSUE,first:101,query:"x"){issueCount}}`:                 `EXCESSIVE_PAGINATION`,
		`{search(type:ISSUE,query:"x"){issueCount}}`:                           `MISSING_PAGINATION_BOUNDARIES`,
		`{search(type:ISSUE,first:1,query:"x",after:"bad"){issueCount}}`:       `INVALID_CURSOR_ARGUMENTS`,
		`{search(type:ISSUE,first:1,query:"nose:long"){issueCount}}`:           `not emulated: the qualifier nose:`,
		`{node(id:"MDU6TGFiZWwx"){id}}`:                                        `not emulated: the node of a Label`,
	} {
		if _, errs := ask(t, f, "bob", query, nil); !strings.Contains(errs, want) {
			t.Errorf("%s: errors %s, want %s", query, errs, want)
		}
	}
}

// TestGraphQLSchemaIsGitHubs: every type, field and argument that is served is
// GitHub's, with GitHub's types.
func TestGraphQLSchemaIsGitHubs(t *testing.T) {
	t.Parallel()
	for _, difference := range forgetest.CompareGraphQL(t, "graphql/schema.graphql") {
		t.Error(difference)
	}
}
