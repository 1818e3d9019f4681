// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// nodeIDs returns the IDs that GraphQL has for repositories and issues, which
// are named "owner/name" and "owner/name#7".
func nodeIDs(t *testing.T, f *forgetest.Forge, login string, names ...string) []string {
	t.Helper()
	var ids []string
	for _, name := range names {
		full, number, isIssue := strings.Cut(name, "#")
		owner, repo, _ := strings.Cut(full, "/")
		if !isIssue {
			number = "0"
		}
		data, errs := ask(t, f, login, fmt.Sprintf(`{repository(owner:%q,name:%q){id issue(number:%s)@include(if:%t){id}}}`, owner, repo, number, isIssue), nil)
		var answer struct {
			Repository struct {
				ID    string
				Issue *struct{ ID string }
			}
		}
		if err := json.Unmarshal([]byte(data), &answer); err != nil || errs != "" {
			t.Fatalf("%s: %v %s", name, err, errs)
		}
		id := answer.Repository.ID
		if isIssue {
			id = answer.Repository.Issue.ID
		}
		ids = append(ids, id)
	}
	return ids
}

const (
	transferIssue = `mutation($id:ID!,$to:ID!,$labels:Boolean){transferIssue(input:{issueId:$id,repositoryId:$to,createLabelsIfMissing:$labels,clientMutationId:"x"}){clientMutationId issue{number repository{nameWithOwner}}}}`
	pinIssue      = `mutation($id:ID!){pinIssue(input:{issueId:$id}){issue{number isPinned}}}`
	unpinIssue    = `mutation($id:ID!){unpinIssue(input:{issueId:$id}){clientMutationId id issue{number isPinned}}}`
)

func TestTransferIssue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	f := forgetest.Start(t, forgetest.WithClock(func() time.Time { return now }))
	ctx, alice := t.Context(), f.Client("alice")
	for _, name := range []string{"acme/widget", "acme/gadget"} {
		f.NewRepository("alice", name)
	}
	must[*github.Label](t)(alice.Issues.CreateLabel(ctx, "acme", "gadget", &github.Label{Name: new("Kind/Bug")}))
	for _, repo := range []string{"widget", "gadget"} {
		must[*github.Milestone](t)(alice.Issues.CreateMilestone(ctx, "acme", repo, &github.Milestone{Title: new("v1")}))
	}
	must[*github.Issue](t)(f.Client("bob").Issues.Create(ctx, "acme", "widget", &github.IssueRequest{Title: new("It squeaks"), Body: new("Loudly.")}))
	must[*github.Issue](t)(alice.Issues.Edit(ctx, "acme", "widget", 1, &github.IssueRequest{
		Labels: &[]string{"kind/bug", "oil"}, Assignees: &[]string{"alice"}, Milestone: new(1),
	}))
	said := must[*github.IssueComment](t)(f.Client("carol").Issues.CreateComment(ctx, "acme", "widget", 1, &github.IssueComment{Body: new("Here too.")}))
	from, to := f.Hook("alice", "acme/widget", "issues"), f.Hook("alice", "acme/gadget", "issues")
	ids := nodeIDs(t, f, "alice", "acme/widget#1", "acme/gadget")
	vars := map[string]any{"id": ids[0], "to": ids[1], "labels": false}

	if _, errs := ask(t, f, "bob", transferIssue, vars); !strings.Contains(errs, `"type":"FORBIDDEN"`) {
		t.Errorf("who may not write transfers an issue: %s", errs)
	}
	now = now.Add(time.Hour)
	data, errs := ask(t, f, "alice", transferIssue, vars)
	if want := `{"transferIssue":{"clientMutationId":"x","issue":{"number":1,"repository":{"nameWithOwner":"acme/gadget"}}}}`; errs != "" || data != want {
		t.Fatalf("the transfer was answered %s %s", data, errs)
	}
	var told struct {
		Issue   github.Issue
		Changes struct {
			New github.Issue `json:"new_issue"`
			Old github.Issue `json:"old_issue"`
		}
	}
	from.Wait("issues.transferred").Decode(t, &told)
	to.Wait("issues.opened").Decode(t, &told)
	if told.Changes.Old.GetID() == told.Issue.GetID() || told.Changes.New.GetID() != told.Issue.GetID() {
		t.Errorf("the events tell of %v", told)
	}

	i := must[*github.Issue](t)(alice.Issues.Get(ctx, "acme", "gadget", 1))
	got := []any{
		i.GetTitle(), i.GetBody(), i.GetUser().GetLogin(), labelNames(i.Labels), i.Assignee.GetLogin(), i.GetMilestone().GetTitle(),
		i.GetCreatedAt().Sub(now.Add(-time.Hour)), i.GetUpdatedAt().Sub(now), i.GetComments(),
	}
	if diff := cmp.Diff([]any{"It squeaks", "Loudly.", "bob", "Kind/Bug", "alice", "v1", time.Duration(0), time.Duration(0), 1}, got); diff != "" {
		t.Errorf("the issue in the other repository (-want +got):\n%s", diff)
	}
	m := must[[]*github.IssueComment](t)(alice.Issues.ListComments(ctx, "acme", "gadget", 1, nil))
	if len(m) != 1 || m[0].GetUser().GetLogin() != "carol" || !m[0].GetCreatedAt().Equal(said.GetCreatedAt()) || m[0].GetID() == said.GetID() {
		t.Errorf("the comments in the other repository are %v", m)
	}
	data, errs = ask(t, f, "alice", `{repository(owner:"acme",name:"gadget"){issue(number:1){timelineItems(itemTypes:[TRANSFERRED_EVENT],last:1){totalCount nodes{... on TransferredEvent{createdAt actor{login} fromRepository{name} issue{number}}}}}}}`, nil)
	if want := `[{"actor":{"login":"alice"},"createdAt":"2026-03-04T06:06:07Z","fromRepository":{"name":"widget"},"issue":{"number":1}}]`; !strings.Contains(data, want) {
		t.Errorf("its history is %s %s", data, errs)
	}
	open := must[*github.Repository](t)(alice.Repositories.Get(ctx, "acme", "widget")).GetOpenIssuesCount()
	here := must[*github.Repository](t)(alice.Repositories.Get(ctx, "acme", "gadget")).GetOpenIssuesCount()
	if open != 0 || here != 1 {
		t.Errorf("%d open issues left, and %d where it is now", open, here)
	}
}

// TestTransferredNumber: what is left of an issue where it was.
func TestTransferredNumber(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx, alice := t.Context(), f.Client("alice")
	for _, name := range []string{"acme/one", "acme/two", "acme/three"} {
		f.NewRepository("alice", name)
	}
	must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "one", &github.IssueRequest{Title: new("It moves"), Labels: &[]string{"oil"}}))
	for _, step := range [][]string{{"acme/one#1", "acme/two"}, {"acme/two#1", "acme/three"}} {
		ids := nodeIDs(t, f, "alice", step...)
		if _, errs := ask(t, f, "alice", transferIssue, map[string]any{"id": ids[0], "to": ids[1], "labels": true}); errs != "" {
			t.Fatal(errs)
		}
	}
	if all := must[[]*github.Issue](t)(alice.Issues.ListByRepo(ctx, "acme", "one", &github.IssueListByRepoOptions{State: "all"})); len(all) != 0 {
		t.Errorf("it is still listed: %v", all)
	}
	for _, repo := range []string{"one", "two"} {
		i := must[*github.Issue](t)(alice.Issues.Get(ctx, "acme", repo, 1))
		if !strings.HasSuffix(i.GetRepositoryURL(), "/acme/three") || labelNames(i.Labels) != "oil" {
			t.Errorf("acme/%s#1 leads to %v", repo, i)
		}
		if _, _, err := alice.Issues.ListComments(ctx, "acme", repo, 1, nil); status(err) != http.StatusNotFound {
			t.Errorf("the comments of acme/%s#1: %v, want 404", repo, err)
		}
		if _, errs := ask(t, f, "alice", fmt.Sprintf(`{repository(owner:"acme",name:%q){issueOrPullRequest(number:1){__typename}}}`, repo), nil); !strings.Contains(errs, "NOT_FOUND") {
			t.Errorf("acme/%s#1 in GraphQL: %s", repo, errs)
		}
	}
	must[*github.Repository](t)(alice.Repositories.Edit(ctx, "acme", "three", &github.Repository{Private: new(true)}))
	if _, _, err := f.Client("bob").Issues.Get(ctx, "acme", "one", 1); status(err) != http.StatusNotFound {
		t.Errorf("a stranger is led into a private repository: %v", err)
	}
	if next := must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "one", &github.IssueRequest{Title: new("Another")})); next.GetNumber() != 2 {
		t.Errorf("the next one is #%d: a number is used again", next.GetNumber())
	}
}

func TestTransferRefused(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	ctx, alice := t.Context(), f.Client("alice")
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	f.NewRepository("alice", "acme/mute")
	f.NewRepository("bob", "zoo/lion")
	f.NewRepository("alice", "acme/secret")
	must[*github.Repository](t)(alice.Repositories.Edit(ctx, "acme", "mute", &github.Repository{HasIssues: new(false)}))
	must[*github.Repository](t)(alice.Repositories.Edit(ctx, "acme", "secret", &github.Repository{Private: new(true)}))
	must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "widget", &github.IssueRequest{Title: new("It stays")}))
	must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "secret", &github.IssueRequest{Title: new("Psst")}))
	w.Branch("feature", "main", "Oil it", "-- oil.txt --\noil\n")
	pr := must[*github.PullRequest](t)(alice.PullRequests.Create(ctx, "acme", "widget", &github.NewPullRequest{Title: new("Oil it"), Head: new("feature"), Base: new("main")}))
	ids := nodeIDs(t, f, "alice", "acme/widget#1", "acme/widget", "acme/mute", "zoo/lion", "acme/secret#1")
	for name, tt := range map[string]struct{ id, to, want string }{
		"a pull request": {pr.GetNodeID(), ids[2], "NOT_FOUND"},
		"no issue":       {"x", ids[2], "NOT_FOUND"},
		"no repository":  {ids[0], ids[0], "NOT_FOUND"},
		"the same":       {ids[0], ids[1], "is in this repository already"},
		"no issues":      {ids[0], ids[2], "Issues are disabled"},
		"not writable":   {ids[0], ids[3], "FORBIDDEN"},
		"made public":    {ids[4], ids[1], "private repositories"},
	} {
		data, errs := ask(t, f, "alice", transferIssue, map[string]any{"id": tt.id, "to": tt.to, "labels": false})
		if data != `{"transferIssue":null}` || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: answered %s %s, want %s", name, data, errs, tt.want)
		}
	}
}

func TestPinIssue(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepository("alice", "acme/widget")
	hook := f.Hook("alice", "acme/widget", "issues")
	var ids []string
	for n := range 4 {
		must[*github.Issue](t)(f.Client("bob").Issues.Create(t.Context(), "acme", "widget", &github.IssueRequest{Title: new("Look")}))
		ids = append(ids, nodeIDs(t, f, "alice", fmt.Sprintf("acme/widget#%d", n+1))...)
	}
	for i, step := range []struct {
		who, mutation string
		issue         int
		data, errs    string
	}{
		{"bob", pinIssue, 1, `{"pinIssue":null}`, "bob does not have the correct permissions to execute `PinIssue`"},
		{"alice", unpinIssue, 1, `{"unpinIssue":null}`, "UNPROCESSABLE"},
		{"alice", pinIssue, 1, `{"pinIssue":{"issue":{"isPinned":true,"number":1}}}`, ""},
		{"alice", pinIssue, 1, `{"pinIssue":null}`, "already pinned"},
		{"alice", pinIssue, 2, `{"pinIssue":{"issue":{"isPinned":true,"number":2}}}`, ""},
		{"alice", pinIssue, 3, `{"pinIssue":{"issue":{"isPinned":true,"number":3}}}`, ""},
		{"alice", pinIssue, 4, `{"pinIssue":null}`, "Maximum 3 pinned issues"},
		{"alice", unpinIssue, 2, `"issue":{"isPinned":false,"number":2}}}`, ""},
		{"alice", pinIssue, 4, `{"pinIssue":{"issue":{"isPinned":true,"number":4}}}`, ""},
	} {
		data, errs := ask(t, f, step.who, step.mutation, map[string]any{"id": ids[step.issue-1]})
		if !strings.HasSuffix(data, step.data) || !strings.Contains(errs, step.errs) || step.errs == "" && errs != "" {
			t.Errorf("step %d: answered %s %s", i, data, errs)
		}
	}
	hook.Wait("issues.pinned")
	hook.Wait("issues.unpinned")
}
