// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
)

// fileInput is what writing and deleting a file take.
type fileInput struct {
	Message, SHA, Branch string
	Content              *string
	Author, Committer    *personInput
}

func (c *call) putContents() (reply, error) { return c.changeContents(true) }

func (c *call) deleteContents() (reply, error) { return c.changeContents(false) }

// changeContents commits one file, or the lack of it, to a branch.
func (c *call) changeContents(put bool) (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in fileInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	change := treeChange{Path: c.param("path"), Mode: "100644"}
	switch {
	case in.Message == "":
		return reply{}, invalid("Commit", "message", "missing_field")
	case put && in.Content == nil:
		return reply{}, invalid("Commit", "content", "missing_field")
	case change.Path == "":
		return reply{}, unprocessable("path contains a malformed path component")
	}
	if in.Branch == "" {
		in.Branch = r.DefaultBranch
	}
	repo := c.srv.git(r)
	tip, err := c.branchTip(r, in.Branch)
	if err != nil {
		return reply{}, err
	}
	found, err := c.fileBefore(r, tip, &change, &in, put)
	if err != nil {
		return reply{}, err
	}
	if put {
		content, err := decodeContent(*in.Content, "base64")
		if err != nil {
			return reply{}, err
		}
		oid, err := writeBlob(c.tx.ctx, repo, content)
		if err != nil {
			return reply{}, err
		}
		change.SHA = &oid
	}
	commit, err := c.commitChange(r, tip, change, &in)
	if err != nil {
		return reply{}, err
	}
	if err := c.moveRef(r, refChange{Name: "refs/heads/" + in.Branch, Old: orZero(tip), New: commit}); err != nil {
		return reply{}, err
	}
	return c.answerChange(r, commit, &in, change, found)
}

func orZero(oid string) string {
	if oid == "" {
		return zeroOID
	}
	return oid
}

// branchTip returns where a branch is: "" for the default branch of a
// repository that is empty, whose first commit this will be.
func (c *call) branchTip(r *repository, branch string) (string, error) {
	tip, err := resolveRef(c.tx.ctx, c.srv.git(r), "refs/heads/"+branch)
	if !errors.Is(err, errMissing) {
		return tip, err
	}
	known, err := c.tx.knownRefs(r.ID)
	if err != nil {
		return "", err
	}
	if len(known) == 0 && branch == r.DefaultBranch {
		return "", nil
	}
	return "", &apiError{status: http.StatusNotFound, message: "Branch " + branch + " not found"}
}

// fileBefore reports whether the file is there, and checks that the caller has
// seen it as it is: who writes over a file must say its id.
func (c *call) fileBefore(r *repository, tip string, change *treeChange, in *fileInput, put bool) (bool, error) {
	if tip == "" {
		if !put {
			return false, errNotFound
		}
		return false, nil
	}
	l, err := c.lookUp(r, tip, change.Path)
	if errors.Is(err, errMissing) || errors.Is(err, errNotFound) {
		switch {
		case !put:
			return false, errNotFound
		case in.SHA != "":
			return false, conflict(change.Path + " does not match " + in.SHA)
		}
		return false, nil
	}
	switch {
	case err != nil:
		return false, err
	case l.entry.Type != "blob":
		return false, unprocessable(change.Path + " is a directory or a submodule")
	case in.SHA == "":
		return false, unprocessable("Invalid request.\n\n\"sha\" wasn't supplied.")
	case in.SHA != l.entry.SHA:
		return false, conflict(change.Path + " does not match " + in.SHA)
	}
	change.Mode = l.entry.Mode
	return true, nil
}

func (c *call) commitChange(r *repository, tip string, change treeChange, in *fileInput) (string, error) {
	repo := c.srv.git(r)
	tree, err := c.srv.editTree(c, repo, tip, []treeChange{change})
	if err != nil {
		return "", err
	}
	next := newCommit{tree: tree, message: in.Message, author: in.Author.or(c.person())}
	next.committer = in.Committer.or(next.author)
	if tip != "" {
		next.parents = []string{tip}
	}
	return writeCommit(c.tx.ctx, repo, next)
}

func (c *call) answerChange(r *repository, commit string, in *fileInput, change treeChange, replaced bool) (reply, error) {
	rep, err := c.answerGitCommit(r, commit, http.StatusOK)
	if err != nil {
		return reply{}, err
	}
	out := object{"content": nil, "commit": rep.body}
	if change.SHA == nil {
		return ok(out)
	}
	l, err := c.lookUp(r, in.Branch, change.Path)
	if err != nil {
		return reply{}, err
	}
	out["content"] = c.content(l, l.path, l.entry)
	if replaced {
		return ok(out)
	}
	return created(out)
}
