// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
)

// mergeBase returns the best common ancestor of two commits, or errMissing.
func mergeBase(ctx context.Context, repo git.Repo, a, b string) (string, error) {
	oid, err := repo.About(ctx, "", "merge-base", a, b)
	return strings.TrimSpace(oid), missingIf(err, "a common ancestor of "+a+" and "+b)
}

// mergeTrees merges two commits without a work tree. Not clean: they conflict,
// and there is no tree.
func mergeTrees(ctx context.Context, repo git.Repo, ours, theirs string) (tree string, clean bool, err error) {
	tree, err = repo.Run(ctx, "merge-tree", "--write-tree", "--no-messages", ours, theirs)
	if git.ExitCode(err) == 1 {
		return "", false, nil
	}
	return tree, err == nil, err
}

// rebase writes copies of the commits base..head, merges left out, on top of
// base. Not clean: one of them conflicts.
func rebase(ctx context.Context, repo git.Repo, base, head string, committer person) (tip string, clean bool, err error) {
	list, err := repo.Run(ctx, "rev-list", "--reverse", "--topo-order", "--no-merges", base+".."+head)
	if err != nil {
		return "", false, err
	}
	tip = base
	for oid := range strings.FieldsSeq(list) {
		if tip, clean, err = cherryPick(ctx, repo, oid, tip, committer); err != nil || !clean {
			return "", clean, err
		}
	}
	return tip, true, nil
}

// cherryPick copies one commit on top of another. git merge-tree finds the
// merge base itself (to name one came with git 2.40), so the target is given a
// stand-in with the same tree whose parent is the commit's own.
func cherryPick(ctx context.Context, repo git.Repo, oid, onto string, committer person) (string, bool, error) {
	c, err := readCommit(ctx, repo, oid)
	if err != nil {
		return "", false, err
	}
	target, err := readCommit(ctx, repo, onto)
	if err != nil {
		return "", false, err
	}
	standIn, err := writeCommit(ctx, repo, newCommit{tree: target.tree, parents: c.parents, author: committer, committer: committer})
	if err != nil {
		return "", false, err
	}
	tree, clean, err := mergeTrees(ctx, repo, standIn, oid)
	if err != nil || !clean {
		return "", false, err
	}
	copied, err := writeCommit(ctx, repo, newCommit{tree: tree, parents: []string{onto}, author: c.author, committer: committer, message: c.message + "\n"})
	return copied, err == nil, err
}
