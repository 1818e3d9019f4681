// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// A commit is built from its parts, as a bot does, and git reads it.
func TestCommitFromParts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	hook := f.Hook("alice", "alice/falcon", "push", "create", "delete")
	head := headOf(t, alice)

	blob, _, err := alice.Git.CreateBlob(ctx, "alice", "falcon", &github.Blob{Content: new("aGVsbG8K"), Encoding: new("base64")})
	if err != nil {
		t.Fatal(err)
	}
	base, _, err := alice.Git.GetCommit(ctx, "alice", "falcon", head)
	if err != nil {
		t.Fatal(err)
	}
	tree, _, err := alice.Git.CreateTree(ctx, "alice", "falcon", base.GetTree().GetSHA(), []*github.TreeEntry{
		{Path: new("docs/deep/hello.txt"), Mode: new("100644"), Type: new("blob"), SHA: blob.SHA},
		{Path: new("run.sh"), Mode: new("100755"), Type: new("blob"), Content: new("#!/bin/sh\n")},
		{Path: new("README.md"), Mode: new("100644"), Type: new("blob")}, // no content: it goes
	})
	if err != nil {
		t.Fatal(err)
	}
	commit, _, err := alice.Git.CreateCommit(ctx, "alice", "falcon", &github.Commit{
		Message: new("Say hello\n\nAt length."), Tree: tree, Parents: []*github.Commit{{SHA: &head}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := alice.Git.CreateRef(ctx, "alice", "falcon", &github.Reference{
		Ref: new("refs/heads/feature/hello"), Object: &github.GitObject{SHA: commit.SHA},
	}); err != nil {
		t.Fatal(err)
	}
	var push struct {
		Ref     string
		Commits []struct{ Added, Removed []string }
	}
	hook.Wait("create")
	hook.Wait("push").Decode(t, &push)
	if push.Ref != "refs/heads/feature/hello" || len(push.Commits) != 1 {
		t.Fatalf("push = %+v", push)
	}
	if diff := cmp.Diff([]string{"docs/deep/hello.txt", "run.sh"}, push.Commits[0].Added); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	w := f.Clone("alice", "alice/falcon")
	listed := w.Git("ls-tree", "-r", "--format=%(objectmode) %(path)", "origin/feature/hello")
	if want := "100644 docs/deep/hello.txt\n100755 run.sh"; strings.TrimSpace(listed) != want {
		t.Errorf("git sees\n%s\nwant\n%s", listed, want)
	}
	if author := strings.TrimSpace(w.Git("log", "-1", "--format=%an", "origin/feature/hello")); author != "alice" {
		t.Errorf("author %q, want alice", author)
	}
	recursive, _, err := alice.Git.GetTree(ctx, "alice", "falcon", "feature/hello", true)
	if err != nil || len(recursive.Entries) != 4 {
		t.Errorf("recursive tree = %v, %v; want 4 entries", recursive, err)
	}
	if _, err := alice.Git.DeleteRef(ctx, "alice", "falcon", "heads/feature/hello"); err != nil {
		t.Fatal(err)
	}
	hook.Wait("delete")
	for name, err := range map[string]error{
		"an unknown tree": second(alice.Git.CreateCommit(ctx, "alice", "falcon", &github.Commit{
			Message: new("x"), Tree: &github.Tree{SHA: new(strings.Repeat("1", 40))},
		}, nil)),
		"a malformed path": second(alice.Git.CreateTree(ctx, "alice", "falcon", "", []*github.TreeEntry{
			{Path: new("../x"), Mode: new("100644"), Type: new("blob"), SHA: blob.SHA},
		})),
		"a blob that is not there": second(alice.Git.CreateTree(ctx, "alice", "falcon", "", []*github.TreeEntry{
			{Path: new("x"), Mode: new("100644"), Type: new("blob"), SHA: new(strings.Repeat("2", 40))},
		})),
	} {
		if statusOf(err) != http.StatusUnprocessableEntity {
			t.Errorf("%s: %v, want 422", name, err)
		}
	}
}

// The forge shows a signature that a commit was made with, and what it signs.
func TestCommitSignature(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	head := headOf(t, alice)
	base, _, err := alice.Git.GetCommit(ctx, "alice", "falcon", head)
	if err != nil {
		t.Fatal(err)
	}
	if got := base.GetVerification().GetReason(); got != "unsigned" {
		t.Errorf("a plain commit is %q", got)
	}
	signature := "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----"
	made, _, err := alice.Git.CreateCommit(ctx, "alice", "falcon", &github.Commit{
		Message: new("Signed"), Tree: base.Tree, Parents: []*github.Commit{{SHA: &head}},
		Verification: &github.SignatureVerification{Signature: &signature},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := made.GetVerification()
	if v.GetReason() != "unknown_key" || v.GetSignature() != signature {
		t.Errorf("verification = %v", v)
	}
	if p := v.GetPayload(); !strings.HasPrefix(p, "tree ") || !strings.HasSuffix(p, "\n\nSigned") || strings.Contains(p, "gpgsig") {
		t.Errorf("payload = %q", p)
	}
}

func second[T any](_ T, _ *github.Response, err error) error { return err }

func TestReferencesAndTags(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	head := headOf(t, alice)
	tag, _, err := alice.Git.CreateTag(ctx, "alice", "falcon", &github.Tag{
		Tag: new("v0.1.0"), Message: new("Release v0.1.0\n-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n"),
		Object: &github.GitObject{SHA: &head, Type: new("commit")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if tag.GetVerification().GetReason() != "unknown_key" || tag.GetObject().GetSHA() != head {
		t.Errorf("tag = %v", tag)
	}
	if _, _, err := alice.Git.GetRef(ctx, "alice", "falcon", "tags/v0.1.0"); statusOf(err) != http.StatusNotFound {
		t.Errorf("the object made a reference: %v, want 404", err)
	}
	ref := &github.Reference{Ref: new("refs/tags/v0.1.0"), Object: &github.GitObject{SHA: tag.SHA}}
	made, _, err := alice.Git.CreateRef(ctx, "alice", "falcon", ref)
	if err != nil || made.GetObject().GetType() != "tag" {
		t.Fatalf("CreateRef = %v, %v", made, err)
	}
	if _, _, err := alice.Git.CreateRef(ctx, "alice", "falcon", ref); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("a reference twice: %v, want 422", err)
	}
	read, _, err := alice.Git.GetTag(ctx, "alice", "falcon", tag.GetSHA())
	if err != nil || read.GetTagger().GetName() != "alice" {
		t.Errorf("GetTag = %v, %v", read, err)
	}
	// A moved tag is not a fast forward, unless it is forced.
	ref.Object.SHA = &head
	if _, _, err := alice.Git.UpdateRef(ctx, "alice", "falcon", &github.Reference{Ref: ref.Ref, Object: &github.GitObject{SHA: &head}}, false); err != nil && statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("moving a tag: %v", err)
	}
	matching, _, err := alice.Git.ListMatchingRefs(ctx, "alice", "falcon", &github.ReferenceListOptions{Ref: "tags/v"})
	if err != nil || len(matching) != 1 {
		t.Errorf("ListMatchingRefs = %v, %v; want one", matching, err)
	}
	if _, err := alice.Git.DeleteRef(ctx, "alice", "falcon", "heads/main"); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("deleting the default branch: %v, want 422", err)
	}
	if _, err := alice.Git.DeleteRef(ctx, "alice", "falcon", "tags/v0.1.0"); err != nil {
		t.Errorf("deleting a tag: %v", err)
	}
}

func TestContents(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	path := "docs/a b/guide.md"
	write := func(message, content string, sha *string) (*github.RepositoryContentResponse, error) {
		r, _, err := alice.Repositories.CreateFile(ctx, "alice", "falcon", "docs/a%20b/guide.md", &github.RepositoryContentFileOptions{
			Message: &message, Content: []byte(content), SHA: sha, Branch: new("main"),
		})
		return r, err
	}
	first, err := write("Add a guide", "one\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := write("Overwrite", "two\n", nil); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("writing over a file without its id: %v, want 422", err)
	}
	if _, err := write("Overwrite", "two\n", new(strings.Repeat("0", 40))); statusOf(err) != http.StatusConflict {
		t.Errorf("writing over a file that has changed: %v, want 409", err)
	}
	if _, err := write("Improve the guide", "two\n", first.GetContent().SHA); err != nil {
		t.Fatal(err)
	}
	file, _, _, err := alice.Repositories.GetContents(ctx, "alice", "falcon", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := file.GetContent(); err != nil || text != "two\n" || file.GetPath() != path {
		t.Errorf("%s = %q, %v", file.GetPath(), text, err)
	}
	old, _, _, err := alice.Repositories.GetContents(ctx, "alice", "falcon", path, &github.RepositoryContentGetOptions{Ref: first.GetSHA()})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := old.GetContent(); err != nil || text != "one\n" {
		t.Errorf("before, it was %q, %v", text, err)
	}
	_, dir, _, err := alice.Repositories.GetContents(ctx, "alice", "falcon", "docs", nil)
	if err != nil || len(dir) != 1 || dir[0].GetType() != "dir" {
		t.Errorf("folder = %v, %v", dir, err)
	}
	if _, _, err := alice.Repositories.DeleteFile(ctx, "alice", "falcon", "docs/a%20b/guide.md", &github.RepositoryContentFileOptions{
		Message: new("Remove the guide"), SHA: file.SHA,
	}); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := alice.Repositories.GetContents(ctx, "alice", "falcon", path, nil); statusOf(err) != http.StatusNotFound {
		t.Errorf("a removed file: %v, want 404", err)
	}
	list, _, err := alice.Repositories.ListCommits(ctx, "alice", "falcon", &github.CommitsListOptions{Path: path})
	if err != nil || len(list) != 3 {
		t.Errorf("%d commits of the file, %v; want 3", len(list), err)
	}
	page, resp, err := alice.Repositories.ListCommits(ctx, "alice", "falcon", &github.CommitsListOptions{ListOptions: github.ListOptions{PerPage: 1, Page: 2}})
	if err != nil || len(page) != 1 || resp.NextPage != 3 || resp.LastPage != 4 || page[0].GetCommit().GetMessage() != "Improve the guide" {
		t.Errorf("page 2 = %v (next %d, last %d), %v", page, resp.NextPage, resp.LastPage, err)
	}
}

func TestCompareAndMerge(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	f.NewRepositoryFrom("alice", "alice/falcon", "-- a.txt --\none\n")
	w := f.Clone("alice", "alice/falcon")
	w.Branch("topic/x", "origin/main", "Topic", "-- b.txt --\nb\n")
	w.Git("push", "-q", "origin", "topic/x")
	w.Branch("clash", "origin/main", "Clash", "-- a.txt --\nclash\n")
	w.Git("push", "-q", "origin", "clash")
	alice := f.Client("alice")
	compare := func(base, head string) string {
		t.Helper()
		c, _, err := alice.Repositories.CompareCommits(ctx, "alice", "falcon", base, head, nil)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s +%d -%d, %d files", c.GetStatus(), c.GetAheadBy(), c.GetBehindBy(), len(c.Files))
	}
	if got, want := compare("main", "topic/x"), "ahead +1 -0, 1 files"; got != want {
		t.Errorf("main...topic/x is %s, want %s", got, want)
	}
	if got, want := compare("clash", "topic/x"), "diverged +1 -1, 1 files"; got != want {
		t.Errorf("clash...topic/x is %s, want %s", got, want)
	}
	merge := func(head string) (*github.RepositoryCommit, error) {
		c, _, err := alice.Repositories.Merge(ctx, "alice", "falcon", &github.RepositoryMergeRequest{Base: new("main"), Head: &head})
		return c, err
	}
	commit, err := merge("topic/x")
	if err != nil || len(commit.Parents) != 2 {
		t.Fatalf("merge = %v, %v", commit, err)
	}
	w.Git("checkout", "-q", "-B", "other", "origin/main")
	w.Write("-- a.txt --\nother\n")
	w.Commit("Other")
	w.Git("push", "-q", "origin", "other")
	if _, err := merge("other"); err != nil {
		t.Fatal(err)
	}
	if _, err := merge("clash"); statusOf(err) != http.StatusConflict {
		t.Errorf("merging what conflicts: %v, want 409", err)
	}
	if _, err := merge("nowhere"); statusOf(err) != http.StatusNotFound {
		t.Errorf("merging no branch: %v, want 404", err)
	}
	got, _, err := alice.Repositories.GetCommit(ctx, "alice", "falcon", commit.GetSHA(), nil)
	if err != nil || got.GetStats().GetAdditions() != 1 || len(got.Files) != 1 || got.Files[0].GetFilename() != "b.txt" {
		t.Errorf("GetCommit = %v, %v", got, err)
	}
	if _, _, err := alice.Repositories.GetCommit(ctx, "alice", "falcon", "nowhere", nil); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("no commit: %v, want 422", err)
	}
}
