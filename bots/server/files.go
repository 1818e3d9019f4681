// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/owners"
)

// objects is how many of a kind of git object are kept in memory.
const objects = 10_000

// files returns, by path, the OWNERS files above some paths, OWNERS_ALIASES
// and the settings at a commit. It walks only the trees it needs, and those by
// their hash: of a repository whose base moves on it asks for what changed.
func (r *Reader) files(ctx context.Context, t act.Target, commit, root string, paths []string) (map[string]string, error) {
	folders := map[string]bool{"": true, path.Dir(config.Path): true}
	for _, p := range paths {
		for dir := path.Dir(p); dir != "." && !folders[dir]; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	files := make(map[string]string)
	var walk func(dir, sha string) error
	walk = func(dir, sha string) error {
		entries, err := r.tree(ctx, t, sha)
		if err != nil {
			return err
		}
		for _, e := range entries {
			p := path.Join(dir, e.GetPath())
			switch {
			case e.GetType() == "tree" && folders[p]:
				if err := walk(p, e.GetSHA()); err != nil {
					return err
				}
			case e.GetType() == "blob" && strings.HasPrefix(e.GetMode(), "100") && wanted(p):
				if files[p], err = r.blob(ctx, t, commit, p, e.GetSHA()); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return files, walk("", root)
}

func wanted(p string) bool {
	return path.Base(p) == owners.Filename || slices.Contains([]string{owners.AliasesFilename, config.Path, config.AttributesPath}, p)
}

func (r *Reader) tree(ctx context.Context, t act.Target, sha string) ([]*gh.TreeEntry, error) {
	return r.trees.get(sha, func() ([]*gh.TreeEntry, error) {
		tree, _, err := r.GitHub.Git.GetTree(ctx, t.Owner, t.Name, sha, false)
		if err != nil {
			return nil, fmt.Errorf("tree %s: %w", sha, err)
		}
		if tree.GetTruncated() {
			return nil, fmt.Errorf("tree %s: GitHub cut its listing off", sha)
		}
		return tree.Entries, nil
	})
}

func (r *Reader) blob(ctx context.Context, t act.Target, commit, p, sha string) (string, error) {
	return r.blobs.get(sha, func() (string, error) {
		file, _, _, err := r.GitHub.Repositories.GetContents(ctx, t.Owner, t.Name, p, &gh.RepositoryContentGetOptions{Ref: commit})
		if err == nil && file == nil {
			err = errNoFile
		}
		src := ""
		if err == nil {
			src, err = file.GetContent()
		}
		if err != nil {
			return "", fmt.Errorf("%s at %s: %w", p, commit, err)
		}
		return src, nil
	})
}
