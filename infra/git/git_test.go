// SPDX-License-Identifier: Apache-2.0

package git_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lanner-project/lanner/infra/git"
)

// TestAbout asks about an object once; one that is missing it asks about until
// it is there.
func TestAbout(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	repo := git.Repo{Dir: t.TempDir(), Memo: new(git.Memo)}
	if _, err := repo.Run(ctx, "init", "-q"); err != nil {
		t.Fatal(err)
	}
	const blob = "ce013625030ba8dba906f756967f9e9ca394464a" // "hello\n"
	ask := func(r git.Repo) string {
		t.Helper()
		said, err := r.About(ctx, blob+"\n", "cat-file", "--batch-check=%(objecttype)")
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	if got := ask(repo); got != blob+" missing\n" {
		t.Fatalf("before it is there: %q", got)
	}
	if err := os.WriteFile(filepath.Join(repo.Dir, "file"), []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.Run(ctx, "hash-object", "-w", "file"); err != nil {
		t.Fatal(err)
	}
	if got := ask(repo); got != "blob\n" {
		t.Fatalf("once it is there: %q", got)
	}
	// Nobody asks git any more: the folder can go.
	if err := os.RemoveAll(filepath.Join(repo.Dir, ".git", "objects")); err != nil {
		t.Fatal(err)
	}
	if got := ask(repo); got != "blob\n" {
		t.Errorf("asked again: %q", got)
	}
	forgetful := repo
	forgetful.Memo = nil
	if said, err := forgetful.About(ctx, blob+"\n", "cat-file", "--batch-check=%(objecttype)"); err == nil && said == "blob\n" {
		t.Error("without a memo it remembers")
	}
	elsewhere := repo
	elsewhere.Env = []string{"X=y"}
	if said, err := elsewhere.About(ctx, blob+"\n", "cat-file", "--batch-check=%(objecttype)"); err == nil && said == "blob\n" {
		t.Error("in another environment it remembers")
	}
}
