// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// propose opens a pull request of branch onto main as login.
func propose(t *testing.T, f *forgetest.Forge, login, branch, title string) *github.PullRequest {
	t.Helper()
	return must[*github.PullRequest](t)(f.Client(login).PullRequests.Create(context.Background(), "acme", "widget", &github.NewPullRequest{
		Title: &title, Head: &branch, Base: new("main"), Body: new("As said in #1."),
	}))
}

// tested waits until the forge has tried to merge a pull request.
func tested(t *testing.T, f *forgetest.Forge, number int) *github.PullRequest {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		p := must[*github.PullRequest](t)(f.Client("alice").PullRequests.Get(context.Background(), "acme", "widget", number))
		if p.Mergeable != nil {
			return p
		}
	}
	t.Fatalf("pull request %d was not tried to merge within 20 seconds", number)
	return nil
}

// join makes a user a member of the organization, and a collaborator who may write.
func join(t *testing.T, f *forgetest.Forge, login string) {
	t.Helper()
	ctx, client := context.Background(), f.Client(login)
	must[*github.Membership](t)(f.Client("alice").Organizations.EditOrgMembership(ctx, login, "acme", &github.Membership{Role: new("member")}))
	must[*github.Membership](t)(client.Organizations.EditOrgMembership(ctx, "", "acme", &github.Membership{State: new("active")}))
	if _, _, err := f.Client("alice").Repositories.AddCollaborator(ctx, "acme", "widget", login, &github.RepositoryAddCollaboratorOptions{Permission: "push"}); err != nil {
		t.Fatal(err)
	}
}

func TestPullRequestLife(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n-- old.txt --\na\nb\nc\nd\ne\n")
	hook := f.Hook("alice", "acme/widget")
	ctx, alice := context.Background(), f.Client("alice")
	w.Git("checkout", "-q", "-b", "feature")
	w.Git("mv", "old.txt", "new.txt")
	first := w.Branch("feature", "feature", "Rename and add", "-- README.md --\none\ntwo\n-- bin.dat --\n\x00\x01\n")
	hook.Wait("create")
	hook.Wait("push")

	p := propose(t, f, "alice", "feature", "Add two")
	if p.Mergeable != nil || p.GetMergeableState() != "unknown" {
		t.Errorf("a new pull request is mergeable %v, %s; nobody can know yet", p.Mergeable, p.GetMergeableState())
	}
	if p.GetNumber() != 1 || p.GetHead().GetSHA() != first || p.GetHead().GetLabel() != "acme:feature" || p.GetCommits() != 1 || p.GetChangedFiles() != 3 {
		t.Errorf("the pull request is %v", p)
	}
	hook.Wait("pull_request.opened")
	if p = tested(t, f, 1); !p.GetMergeable() || p.GetMergeableState() != "clean" {
		t.Errorf("tried to merge, it is %v, %s; want clean", p.GetMergeable(), p.GetMergeableState())
	}
	refs := w.Git("ls-remote", "origin", "refs/pull/*")
	if !strings.Contains(refs, first+"\trefs/pull/1/head") || !strings.Contains(refs, p.GetMergeCommitSHA()+"\trefs/pull/1/merge") {
		t.Errorf("the references of the pull request are:\n%s", refs)
	}

	files := must[[]*github.CommitFile](t)(alice.PullRequests.ListFiles(ctx, "acme", "widget", 1, nil))
	var got []string
	for _, file := range files {
		got = append(got, file.GetStatus()+" "+file.GetPreviousFilename()+" "+file.GetFilename()+" "+file.GetPatch())
	}
	want := []string{"modified  README.md @@ -1 +1,2 @@\n one\n+two", "added  bin.dat ", "renamed old.txt new.txt "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}

	second := w.Branch("feature", "feature", "More", "-- more.txt --\nmore\n")
	var sync github.PullRequestEvent
	hook.Wait("pull_request.synchronize").Decode(t, &sync)
	if sync.GetBefore() != first || sync.GetAfter() != second || sync.GetPullRequest().GetHead().GetSHA() != second {
		t.Errorf("synchronize tells %s -> %s, want %s -> %s", sync.GetBefore(), sync.GetAfter(), first, second)
	}
	commits := must[[]*github.RepositoryCommit](t)(alice.PullRequests.ListCommits(ctx, "acme", "widget", 1, nil))
	if len(commits) != 2 || commits[1].GetSHA() != second || commits[1].GetAuthor().GetLogin() != "alice" {
		t.Errorf("commits are %v", commits)
	}

	must[*github.PullRequest](t)(alice.PullRequests.Edit(ctx, "acme", "widget", 1, &github.PullRequest{Title: new("Add two and more"), Body: new("x")}))
	hook.Wait("pull_request.edited")
	must[*github.PullRequest](t)(alice.PullRequests.Edit(ctx, "acme", "widget", 1, &github.PullRequest{State: new("closed")}))
	hook.Wait("pull_request.closed")
	must[*github.PullRequest](t)(alice.PullRequests.Edit(ctx, "acme", "widget", 1, &github.PullRequest{State: new("open")}))
	hook.Wait("pull_request.reopened")
	w.Git("push", "-q", "origin", ":feature")
	hook.Wait("pull_request.closed")
	if _, _, err := alice.PullRequests.Edit(ctx, "acme", "widget", 1, &github.PullRequest{State: new("open")}); status(err) != http.StatusUnprocessableEntity {
		t.Errorf("reopening without the head branch: %v, want 422", err)
	}
	must[[]*github.Timeline](t)(alice.Issues.ListIssueTimeline(ctx, "acme", "widget", 1, nil))
}

func TestPullRequestInputIsChecked(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	w.Branch("feature", "main", "Add two", "-- two.txt --\ntwo\n")
	w.Git("push", "-q", "origin", "main:same")
	propose(t, f, "alice", "feature", "t")
	ctx := context.Background()
	for name, test := range map[string]struct {
		login, head, base, title string
		want                     int
	}{
		"no such head":    {"alice", "nowhere", "main", "t", 422},
		"no such base":    {"alice", "feature", "nowhere", "t", 422},
		"nothing between": {"alice", "same", "main", "t", 422},
		"there already":   {"alice", "acme:feature", "main", "t", 422},
		"no title":        {"alice", "feature", "same", "", 422},
		"no fork":         {"alice", "bob:feature", "main", "t", 422},
		"a stranger":      {"bob", "feature", "same", "t", 403},
	} {
		_, _, err := f.Client(test.login).PullRequests.Create(ctx, "acme", "widget", &github.NewPullRequest{Title: &test.title, Head: &test.head, Base: &test.base})
		if status(err) != test.want {
			t.Errorf("%s: %v, want %d", name, err, test.want)
		}
	}
}

func TestMergeMethods(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	hook := f.Hook("alice", "acme/widget", "pull_request", "issues", "push")
	ctx, alice := context.Background(), f.Client("alice")
	issue := must[*github.Issue](t)(alice.Issues.Create(ctx, "acme", "widget", &github.IssueRequest{Title: new("t")}))
	for _, test := range []struct {
		method  string
		parents int
		subject string
	}{
		{"merge", 2, "Merge pull request #2 from acme/by-merge"},
		{"squash", 1, "Pull by-squash (#3)"},
		{"rebase", 1, "Second of by-rebase"},
	} {
		branch := "by-" + test.method
		w.Git("fetch", "-q", "origin")
		w.Branch(branch, "origin/main", "First of "+branch, "-- "+branch+"1 --\n1\n")
		head := w.Branch(branch, branch, "Second of "+branch, "-- "+branch+"2 --\n2\n")
		p := propose(t, f, "alice", branch, "Pull "+branch)
		if test.method == "rebase" {
			must[*github.PullRequest](t)(alice.PullRequests.Edit(ctx, "acme", "widget", p.GetNumber(), &github.PullRequest{Body: new("Fixes #1")}))
		}
		_, _, err := alice.PullRequests.Merge(ctx, "acme", "widget", p.GetNumber(), "", &github.PullRequestOptions{MergeMethod: test.method, SHA: w.Git("rev-parse", "origin/main")})
		if status(err) != http.StatusConflict {
			t.Errorf("%s: another head than expected: %v, want 409", test.method, err)
		}
		result := must[*github.PullRequestMergeResult](t)(alice.PullRequests.Merge(ctx, "acme", "widget", p.GetNumber(), "", &github.PullRequestOptions{MergeMethod: test.method, SHA: head}))
		w.Git("fetch", "-q", "origin")
		if tip := w.Git("rev-parse", "origin/main"); !result.GetMerged() || result.GetSHA() != tip {
			t.Errorf("%s: the result is %v, main is at %s", test.method, result, tip)
		}
		if parents := len(strings.Fields(w.Git("log", "-1", "--format=%P", "origin/main"))); parents != test.parents {
			t.Errorf("%s: the new commit has %d parents, want %d", test.method, parents, test.parents)
		}
		if subject := w.Git("log", "-1", "--format=%s", "origin/main"); subject != test.subject {
			t.Errorf("%s: the new commit is %q, want %q", test.method, subject, test.subject)
		}
		w.Git("cat-file", "-e", "origin/main:"+branch+"2")
		var closed github.PullRequestEvent
		hook.Wait("pull_request.closed").Decode(t, &closed)
		if got := closed.GetPullRequest(); !got.GetMerged() || got.GetMergedBy().GetLogin() != "alice" || got.GetMergeCommitSHA() != result.GetSHA() {
			t.Errorf("%s: the closed event tells %v", test.method, got)
		}
		pulls := must[[]*github.PullRequest](t)(alice.PullRequests.ListPullRequestsWithCommit(ctx, "acme", "widget", result.GetSHA(), nil))
		if len(pulls) != 1 || pulls[0].GetNumber() != p.GetNumber() {
			t.Errorf("%s: the pull requests of the new commit are %v", test.method, pulls)
		}
		if _, _, err := alice.PullRequests.Merge(ctx, "acme", "widget", p.GetNumber(), "", nil); status(err) != http.StatusMethodNotAllowed {
			t.Errorf("%s: merging again: %v, want 405", test.method, err)
		}
	}
	hook.Wait("issues.closed")
	if issue = must[*github.Issue](t)(alice.Issues.Get(ctx, "acme", "widget", issue.GetNumber())); issue.GetState() != "closed" {
		t.Errorf("the issue that was fixed is %s", issue.GetState())
	}
}

func TestMergeConflict(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	w.Branch("feature", "main", "Two", "-- README.md --\ntwo\n")
	propose(t, f, "alice", "feature", "t")
	if p := tested(t, f, 1); !p.GetMergeable() {
		t.Errorf("before the conflict it is %s", p.GetMergeableState())
	}
	w.Branch("main", "main", "Three", "-- README.md --\nthree\n")
	if p := tested(t, f, 1); p.GetMergeable() || p.GetMergeableState() != "dirty" {
		t.Errorf("with a conflict it is %v, %s", p.GetMergeable(), p.GetMergeableState())
	}
	ctx, alice := context.Background(), f.Client("alice")
	for _, method := range []string{"merge", "squash", "rebase"} {
		if _, _, err := alice.PullRequests.Merge(ctx, "acme", "widget", 1, "", &github.PullRequestOptions{MergeMethod: method}); status(err) != http.StatusMethodNotAllowed {
			t.Errorf("%s with a conflict: %v, want 405", method, err)
		}
	}
}

func TestMergedByPush(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	hook := f.Hook("alice", "acme/widget", "pull_request")
	w.Branch("feature", "main", "Two", "-- two.txt --\ntwo\n")
	propose(t, f, "alice", "feature", "t")
	w.Git("checkout", "-q", "main")
	w.Git("merge", "-q", "--no-ff", "-m", "By hand", "feature")
	merge := w.Git("rev-parse", "HEAD")
	w.Branch("main", "main", "And on", "-- on.txt --\non\n")
	var closed github.PullRequestEvent
	hook.Wait("pull_request.closed").Decode(t, &closed)
	if p := closed.GetPullRequest(); !p.GetMerged() || p.GetMergeCommitSHA() != merge {
		t.Errorf("merged %v by %s, want %s", p.GetMerged(), p.GetMergeCommitSHA(), merge)
	}
}

func TestUpdateBranch(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	hook := f.Hook("alice", "acme/widget", "pull_request")
	head := w.Branch("feature", "main", "Two", "-- two.txt --\ntwo\n")
	propose(t, f, "alice", "feature", "t")
	tip := w.Branch("main", "main", "Three", "-- three.txt --\nthree\n")
	_, _, err := f.Client("alice").PullRequests.UpdateBranch(context.Background(), "acme", "widget", 1, nil)
	if _, accepted := err.(*github.AcceptedError); !accepted {
		t.Fatalf("updating the branch: %v, want 202", err)
	}
	hook.Wait("pull_request.synchronize")
	w.Git("fetch", "-q", "origin")
	if got := w.Git("log", "-1", "--format=%P", "origin/feature"); got != head+" "+tip {
		t.Errorf("the branch's new commit has parents %s, want %s %s", got, head, tip)
	}
}

func TestPullRequestFromFork(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	ctx, bob := context.Background(), f.Client("bob")
	if _, _, err := bob.Repositories.CreateFork(ctx, "acme", "widget", nil); err == nil {
		t.Fatal("forking answers 202, which go-github calls an error")
	}
	fork := f.Clone("bob", "bob/widget")
	fork.Branch("feature", "origin/main", "Two", "-- two.txt --\ntwo\n")
	p := propose(t, f, "bob", "bob:feature", "From afar")
	if p.GetHead().GetRepo().GetFullName() != "bob/widget" || p.GetAuthorAssociation() != "NONE" {
		t.Errorf("the pull request comes from %s by %s", p.GetHead().GetRepo().GetFullName(), p.GetAuthorAssociation())
	}
	next := fork.Branch("feature", "feature", "Three", "-- three.txt --\nthree\n")
	if p = tested(t, f, 1); p.GetHead().GetSHA() != next || !p.GetMergeable() {
		t.Errorf("after a push to the fork: %s, mergeable %v", p.GetHead().GetSHA(), p.GetMergeable())
	}
	must[*github.PullRequestMergeResult](t)(f.Client("alice").PullRequests.Merge(ctx, "acme", "widget", 1, "", nil))
}

func TestReviews(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\ntwo\nthree\n")
	ctx, alice, bob := context.Background(), f.Client("alice"), f.Client("bob")
	head := w.Branch("feature", "main", "Change", "-- README.md --\none\n2\nthree\n")
	propose(t, f, "alice", "feature", "t")
	hook := f.Hook("alice", "acme/widget")

	if _, _, err := alice.PullRequests.CreateReview(ctx, "acme", "widget", 1, &github.PullRequestReviewRequest{Event: new("APPROVE")}); status(err) != http.StatusUnprocessableEntity {
		t.Errorf("the author approves: %v, want 422", err)
	}
	r := must[*github.PullRequestReview](t)(bob.PullRequests.CreateReview(ctx, "acme", "widget", 1, &github.PullRequestReviewRequest{
		Event: new("REQUEST_CHANGES"), Body: new("No."), CommitID: &head,
		Comments: []*github.DraftReviewComment{{Path: new("README.md"), Line: new(2), Side: new("RIGHT"), Body: new("Why?")}},
	}))
	if r.GetState() != "CHANGES_REQUESTED" || r.GetCommitID() != head {
		t.Errorf("the review is %v", r)
	}
	hook.Wait("pull_request_review.submitted")
	var said github.PullRequestReviewCommentEvent
	hook.Wait("pull_request_review_comment.created").Decode(t, &said)
	if got := said.GetComment(); got.GetDiffHunk() != "@@ -1,3 +1,3 @@\n one\n-two\n+2" || got.GetPosition() != 3 {
		t.Errorf("the comment stands at %d of %q", got.GetPosition(), got.GetDiffHunk())
	}
	if _, _, err := bob.PullRequests.CreateComment(ctx, "acme", "widget", 1, &github.PullRequestComment{Body: new("x"), CommitID: &head, Path: new("README.md"), Line: new(20)}); status(err) != http.StatusUnprocessableEntity {
		t.Errorf("a comment beyond the diff: %v, want 422", err)
	}
	must[*github.PullRequestComment](t)(alice.PullRequests.CreateCommentInReplyTo(ctx, "acme", "widget", 1, "Because.", said.GetComment().GetID()))
	if all := must[[]*github.PullRequestComment](t)(bob.PullRequests.ListComments(ctx, "acme", "widget", 1, nil)); len(all) != 2 || all[1].GetInReplyTo() != said.GetComment().GetID() {
		t.Errorf("the comments are %v", all)
	}
	must[*github.PullRequestReview](t)(bob.PullRequests.CreateReview(ctx, "acme", "widget", 1, &github.PullRequestReviewRequest{Event: new("APPROVE")}))
	if _, _, err := alice.PullRequests.DismissReview(ctx, "acme", "widget", 1, r.GetID(), &github.PullRequestReviewDismissalRequest{Message: new("Seen to.")}); err != nil {
		t.Error(err)
	}
	hook.Wait("pull_request_review.dismissed")
	var states []string
	for _, r := range must[[]*github.PullRequestReview](t)(alice.PullRequests.ListReviews(ctx, "acme", "widget", 1, nil)) {
		states = append(states, r.GetState())
	}
	if got := strings.Join(states, " "); got != "DISMISSED COMMENTED APPROVED" {
		t.Errorf("the reviews are %s", got)
	}
	must[[]*github.Timeline](t)(alice.Issues.ListIssueTimeline(ctx, "acme", "widget", 1, nil))
}

func TestRequestedReviewers(t *testing.T) {
	t.Parallel()
	f := forgetest.Start(t)
	w := f.NewRepositoryFrom("alice", "acme/widget", "-- README.md --\none\n")
	ctx, alice := context.Background(), f.Client("alice")
	join(t, f, "bob")
	w.Branch("feature", "main", "Change", "-- README.md --\ntwo\n")
	propose(t, f, "alice", "feature", "t")
	hook := f.Hook("alice", "acme/widget")
	for _, wrong := range []string{"alice", "nobody"} {
		if _, _, err := alice.PullRequests.RequestReviewers(ctx, "acme", "widget", 1, github.ReviewersRequest{Reviewers: []string{wrong}}); status(err) != http.StatusUnprocessableEntity {
			t.Errorf("asking %s: %v, want 422", wrong, err)
		}
	}
	p := must[*github.PullRequest](t)(alice.PullRequests.RequestReviewers(ctx, "acme", "widget", 1, github.ReviewersRequest{Reviewers: []string{"bob"}}))
	if len(p.RequestedReviewers) != 1 {
		t.Errorf("asked are %v", p.RequestedReviewers)
	}
	hook.Wait("pull_request.review_requested")
	if _, err := alice.PullRequests.RemoveReviewers(ctx, "acme", "widget", 1, github.ReviewersRequest{Reviewers: []string{"bob"}}); err != nil {
		t.Error(err)
	}
	hook.Wait("pull_request.review_request_removed")
}
