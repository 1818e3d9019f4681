// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// TestGraphQLEdits: what was edited says so, and nothing else does.
func TestGraphQLEdits(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- a.txt --\none\n")
	ctx, alice, bob := context.Background(), f.Client("alice"), f.Client("bob")
	head := w.Branch("feature", "main", "Change it", "-- a.txt --\ntwo\n")
	must[*github.PullRequest](t)(alice.PullRequests.Create(ctx, "acme", "widget", &github.NewPullRequest{Title: new("t"), Head: new("feature"), Base: new("main")}))
	said := must[*github.IssueComment](t)(alice.Issues.CreateComment(ctx, "acme", "widget", 1, &github.IssueComment{Body: new("first")}))
	must[*github.IssueComment](t)(alice.Issues.CreateComment(ctx, "acme", "widget", 1, &github.IssueComment{Body: new("second")}))
	review := must[*github.PullRequestReview](t)(bob.PullRequests.CreateReview(ctx, "acme", "widget", 1, &github.PullRequestReviewRequest{
		Event: new("COMMENT"), Body: new("So?"), Comments: []*github.DraftReviewComment{{Path: new("a.txt"), Line: new(1), Side: new("RIGHT"), Body: new("Why?")}},
	}))
	const query = `query($n:Int!){repository(owner:"acme",name:"widget"){pullRequest(number:$n){
		comments(first:9){nodes{fullDatabaseId url lastEditedAt}}
		reviews(first:9){nodes{id body lastEditedAt comments(first:9){nodes{fullDatabaseId author{login} body path lastEditedAt commit{oid} url pullRequestReview{fullDatabaseId}}}}}}}}`
	type edited struct {
		URL, Body, LastEditedAt, FullDatabaseID string
		Commit                                  struct{ OID string }
	}
	type reviewed struct {
		edited
		ID       string
		Comments struct{ Nodes []edited }
	}
	var answer struct {
		Repository struct {
			PullRequest struct {
				Comments struct{ Nodes []edited }
				Reviews  struct{ Nodes []reviewed }
			}
		}
	}
	read := func() (comments []edited, one reviewed) {
		t.Helper()
		data, errs := ask(t, f, "alice", query, map[string]any{"n": 1})
		if err := json.Unmarshal([]byte(data), &answer); err != nil || errs != "" {
			t.Fatalf("%v %s", err, errs)
		}
		pull := answer.Repository.PullRequest
		return pull.Comments.Nodes, pull.Reviews.Nodes[0]
	}
	comments, one := read()
	if comments[0].LastEditedAt+comments[1].LastEditedAt+one.LastEditedAt+one.Comments.Nodes[0].LastEditedAt != "" {
		t.Errorf("edited, and nobody did: %+v %+v", comments, one)
	}
	if want := fmt.Sprintf("%s/acme/widget/pull/1#issuecomment-%d", f.URL, said.GetID()); comments[0].URL != want || comments[0].FullDatabaseID != fmt.Sprint(said.GetID()) {
		t.Errorf("the comment is %+v, want %s", comments[0], want)
	}
	if got := one.Comments.Nodes[0]; got.Body != "Why?" || got.Commit.OID != head || !strings.Contains(got.URL, "/pull/1#discussion_r") {
		t.Errorf("the comment of the review is %+v", got)
	}
	must[*github.IssueComment](t)(alice.Issues.EditComment(ctx, "acme", "widget", said.GetID(), &github.IssueComment{Body: new("other")}))
	must[*github.PullRequestReview](t)(bob.PullRequests.UpdateReview(ctx, "acme", "widget", 1, review.GetID(), "Oh."))
	comments, one = read()
	if comments[0].LastEditedAt == "" || comments[1].LastEditedAt != "" || one.LastEditedAt == "" || one.Comments.Nodes[0].LastEditedAt != "" {
		t.Errorf("the first comment and the review are edited, and it says %+v %+v", comments, one)
	}
	data, errs := ask(t, f, "alice", `query($id:ID!){node(id:$id){... on PullRequestReview{body comments(first:1){totalCount}}}}`, map[string]any{"id": one.ID})
	if want := `{"node":{"body":"Oh.","comments":{"totalCount":1}}}`; data != want || errs != "" {
		t.Errorf("the node is %s, want %s; errors %s", data, want, errs)
	}
}

// TestGraphQLCollaborators: roles with their names, and only of those who were
// given one.
func TestGraphQLCollaborators(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- docs/a.txt --\none\n")
	for login, role := range map[string]string{"bob": "triage", "carol": "maintain", "dave": "push"} {
		client := f.Client(login)
		inv := must[*github.CollaboratorInvitation](t)(f.Client("alice").Repositories.AddCollaborator(t.Context(), "acme", "widget", login, &github.RepositoryAddCollaboratorOptions{Permission: role}))
		if _, err := client.Users.AcceptInvitation(t.Context(), inv.GetID()); err != nil {
			t.Fatal(err)
		}
	}
	f.Client("mallory")
	const query = `query($a:String,$b:String){repository(owner:"acme",name:"widget"){
		a:collaborators(login:$a,first:1){edges{permission node{login}}} b:collaborators(login:$b,first:1){edges{permission node{login}}}}}`
	for _, test := range []struct{ a, b, want string }{
		{"BOB", "carol", `{"repository":{"a":{"edges":[{"node":{"login":"bob"},"permission":"TRIAGE"}]},"b":{"edges":[{"node":{"login":"carol"},"permission":"MAINTAIN"}]}}}`},
		{"mallory", "nobody", `{"repository":{"a":{"edges":[]},"b":{"edges":[]}}}`},
	} {
		data, errs := ask(t, f, "dave", query, map[string]any{"a": test.a, "b": test.b})
		if diff := cmp.Diff(test.want, data); diff != "" || errs != "" {
			t.Errorf("%s, %s (-want +got):\n%s%s", test.a, test.b, diff, errs)
		}
	}
	if _, errs := ask(t, f, "mallory", query, nil); !strings.Contains(errs, `"type":"FORBIDDEN"`) {
		t.Errorf("a stranger is told %s", errs)
	}
	w.Git("checkout", "-q", "main")
	w.Write("-- docs/b --\nb\n")
	w.Git("add", "docs/b")
	w.Git("update-index", "--chmod=+x", "docs/b")
	w.Git("commit", "-q", "-m", "An executable")
	w.Git("push", "-q", "origin", "main")
	data, errs := ask(t, f, "dave", `{repository(owner:"acme",name:"widget"){object(expression:"main"){... on Commit{
		docs:file(path:"docs"){name type mode} a:file(path:"docs/a.txt"){name path type mode object{... on Blob{text isTruncated}}} b:file(path:"docs/b"){mode} c:file(path:"docs/*"){mode} d:file(path:"docs/a.txt/x"){mode}}}}}`, nil)
	want := `{"repository":{"object":{"a":{"mode":33188,"name":"a.txt","object":{"isTruncated":false,"text":"one\n"},"path":"docs/a.txt","type":"blob"},"b":{"mode":33261},"c":null,"d":null,"docs":{"mode":16384,"name":"docs","type":"tree"}}}}`
	if diff := cmp.Diff(want, data); diff != "" || errs != "" {
		t.Errorf("files (-want +got):\n%s%s", diff, errs)
	}
}
