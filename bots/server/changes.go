// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/github"
)

// change is a file that a pull request changes.
type change struct {
	path, from string
	lines      int
	removed    bool
}

// changesKey names the list of changed files. It is of what differs from where
// the branch began: when the base comes to have some of it, a list that is kept
// is longer than it need be.
func (g *reading) changesKey() string {
	if g.of.Typename != "PullRequest" {
		return ""
	}
	return fmt.Sprintf("%s %s %s %s", g.t, g.of.HeadRefOID, g.of.BaseRefName, g.of.BaseRefOID)
}

// changes returns the changed files. GitHub lists 3000 at most: who may approve
// the others is then unknown.
func (g *reading) changes(ctx context.Context) ([]change, error) {
	all, err := g.changed.get(g.changesKey(), func() ([]change, error) { return g.readChanges(ctx) })
	if err != nil {
		return nil, err
	}
	if n := g.of.ChangedFiles; n > len(all) {
		g.in.Problems = append(g.in.Problems, fmt.Sprintf("GitHub lists %d of the %d files that are changed; split the pull request", len(all), n))
	}
	// Names are bytes to git and text to GraphQL: what is above such a file can't
	// be asked for.
	if i := slices.IndexFunc(all, func(c change) bool { return strings.ContainsRune(c.path+c.from, utf8.RuneError) }); i >= 0 {
		g.in.Problems = append(g.in.Problems, fmt.Sprintf("the name of the changed file %q is not UTF-8; who owns it can't be read", all[i].path))
	}
	return all, nil
}

func (g *reading) readChanges(ctx context.Context) ([]change, error) {
	files := g.of.Files
	if files == nil { // what was kept is of another head or base
		var err error
		if files, err = g.still(ctx, fileList.first()); err != nil {
			return nil, err
		}
	}
	if files == nil {
		return nil, errors.New("GitHub does not list the files that are changed")
	}
	later := files.PageInfo.HasNextPage
	if err := rest(ctx, g.Reader, g.t, fileList, files, g.of.Typename); err != nil {
		return nil, err
	}
	var all []change
	for _, f := range files.Nodes {
		if !slices.Contains([]string{"ADDED", "CHANGED", "DELETED", "MODIFIED"}, f.ChangeType) {
			renamed, err := g.renamed(ctx)
			if err != nil {
				return nil, err
			}
			_, err = g.still(ctx, "")
			return renamed, err
		}
		all = append(all, change{path: f.Path, lines: f.Additions + f.Deletions, removed: f.ChangeType == "DELETED"})
	}
	if later {
		_, err := g.still(ctx, "")
		return all, err
	}
	return all, nil
}

// errMoved says that what was read is of two heads. The next look reads anew.
var errMoved = errors.New("it was pushed to while it was read")

// still makes sure that the head and the base are those that were asked for
// first: files of another head, taken for this one's, would have other owners
// approve. It asks for the files along with that if they are selected.
func (g *reading) still(ctx context.Context, files string) (*paged[changedFile], error) {
	query := "query($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name){pullRequest(number:$number){headRefOid baseRefOid baseRefName " + files + "}}}"
	var answer struct {
		Repository struct{ PullRequest conversation }
	}
	err := g.GitHub.GraphQL(ctx, query, map[string]any{"owner": g.t.Owner, "name": g.t.Name, "number": g.t.Number}, &answer)
	now := answer.Repository.PullRequest
	if err == nil && (now.HeadRefOID != g.of.HeadRefOID || now.BaseRefOID != g.of.BaseRefOID || now.BaseRefName != g.of.BaseRefName) {
		err = errMoved
	}
	return now.Files, err
}

// renamed reads the changed files where some are renamed: GraphQL does not say
// from where, and the owners of both places must approve.
func (g *reading) renamed(ctx context.Context) ([]change, error) {
	files, err := github.All(func(page gh.ListOptions) ([]*gh.CommitFile, *gh.Response, error) {
		return g.GitHub.PullRequests.ListFiles(ctx, g.t.Owner, g.t.Name, g.t.Number, &page)
	})
	if err != nil {
		return nil, err
	}
	var all []change
	for _, f := range files {
		c := change{path: f.GetFilename(), lines: f.GetAdditions() + f.GetDeletions(), removed: f.GetStatus() == "removed"}
		if f.GetStatus() == "renamed" {
			c.from = f.GetPreviousFilename()
		}
		all = append(all, c)
	}
	return all, nil
}
