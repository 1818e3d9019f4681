// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-github/v57/github"
	"golang.org/x/tools/txtar"

	"github.com/lanner-project/lanner/infra/git"
)

// Work is a work tree of a repository on the forge, cloned by one user.
type Work struct {
	git.Repo
	f *Forge
}

// NewRepository makes an empty repository "owner/name" that login administers:
// one of its own, or in an organization, which is made if it is not there.
func (f *Forge) NewRepository(login, fullName string) {
	f.t.Helper()
	owner, name, ok := strings.Cut(fullName, "/")
	if !ok {
		f.t.Fatalf("repository %q: want owner/name", fullName)
	}
	ctx, client := context.Background(), f.Client(login)
	org := owner
	if owner == login {
		org = ""
	} else if _, _, err := client.Organizations.Get(ctx, owner); isStatus(err, http.StatusNotFound) {
		if _, _, err := f.Admin().Admin.CreateOrg(ctx, &github.Organization{Login: &owner}, login); err != nil {
			f.t.Fatalf("make organization %s: %v", owner, err)
		}
	} else if err != nil {
		f.t.Fatalf("look for organization %s: %v", owner, err)
	}
	if _, _, err := client.Repositories.Create(ctx, org, &github.Repository{Name: &name}); err != nil {
		f.t.Fatalf("make repository %s: %v", fullName, err)
	}
}

// NewRepositoryFrom is NewRepository, with the files of a txtar archive as the
// first commit of branch main. It returns the work tree of login.
func (f *Forge) NewRepositoryFrom(login, fullName, archive string) *Work {
	f.t.Helper()
	f.NewRepository(login, fullName)
	w := f.Clone(login, fullName)
	w.Git("checkout", "-q", "-B", "main")
	w.Write(archive)
	w.Commit("Initial commit")
	w.Git("push", "-q", "origin", "main")
	return w
}

// PushRepository is NewRepository, with the branches and tags of an existing
// repository on disk.
func (f *Forge) PushRepository(login, fullName, dir string) {
	f.t.Helper()
	f.NewRepository(login, fullName)
	repo := git.Repo{Dir: dir}.WithToken(f.URL, f.Token(login))
	if _, err := repo.Run(context.Background(), "push", "-q", f.GitURL(fullName), "refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"); err != nil {
		f.t.Fatal(err)
	}
}

// GitURL is where git clones a repository from.
func (f *Forge) GitURL(fullName string) string { return f.URL + "/" + fullName + ".git" }

// Clone clones a repository into a temporary folder as login. The work tree
// commits and pushes as this user.
func (f *Forge) Clone(login, fullName string) *Work {
	f.t.Helper()
	ctx := context.Background()
	parent := f.t.TempDir()
	repo := git.Repo{Dir: parent}.WithToken(f.URL, f.Token(login))
	if _, err := repo.Run(ctx, "clone", "-q", f.GitURL(fullName), "work"); err != nil {
		f.t.Fatal(err)
	}
	repo.Dir = filepath.Join(parent, "work")
	w := &Work{Repo: repo.As(login, login+"@example.com", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), f: f}
	return w
}

// Git runs git in the work tree; a failure ends the test.
func (w *Work) Git(args ...string) string {
	w.f.t.Helper()
	out, err := w.Run(context.Background(), args...)
	if err != nil {
		w.f.t.Fatal(err)
	}
	return out
}

// Write writes the files of a txtar archive into the work tree.
func (w *Work) Write(archive string) {
	w.f.t.Helper()
	for _, file := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(w.Dir, filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			w.f.t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, 0o644); err != nil {
			w.f.t.Fatal(err)
		}
	}
}

// Commit commits everything in the work tree and returns the commit's id.
func (w *Work) Commit(message string) string {
	w.f.t.Helper()
	w.Git("add", "-A")
	w.Git("commit", "-q", "--allow-empty", "-m", message)
	return w.Git("rev-parse", "HEAD")
}

// Branch makes a branch from start, with the files of a txtar archive changed
// in one commit, pushes it, and returns its head.
func (w *Work) Branch(name, start, message, archive string) string {
	w.f.t.Helper()
	w.Git("checkout", "-q", "-B", name, start)
	w.Write(archive)
	head := w.Commit(message)
	w.Git("push", "-q", "--force", "origin", name)
	return head
}
