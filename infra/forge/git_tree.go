// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
)

// maxTreeEntries is how much of a tree GitHub shows before it is "truncated".
const maxTreeEntries = 100_000

// listTree lists a tree, with all below it if recursive.
func (c *call) listTree(repo git.Repo, tree string, recursive bool) ([]treeEntry, error) {
	args := []string{"ls-tree", "-z", "--long", tree}
	if recursive {
		args = []string{"ls-tree", "-z", "--long", "-r", "-t", tree}
	}
	out, err := repo.Run(c.tx.ctx, args...)
	if err != nil {
		return nil, err
	}
	var entries []treeEntry
	for line := range strings.SplitSeq(out, "\x00") {
		// <mode> <type> <oid> <size, or ->, a tab, the path
		head, path, found := strings.Cut(line, "\t")
		fields := strings.Fields(head)
		if !found || len(fields) != 4 {
			continue
		}
		e := treeEntry{Mode: fields[0], Type: fields[1], SHA: fields[2], Path: path}
		if e.Type == "blob" {
			if e.Size, err = strconv.ParseInt(fields[3], 10, 64); err != nil {
				return nil, fmt.Errorf("git says %q of a tree", line)
			}
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func (c *call) getTree() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	repo, name := c.srv.git(r), c.param("tree_sha")
	if commit, err := resolveCommit(c.tx.ctx, repo, name); err == nil {
		name = commit
	} else if !errors.Is(err, errMissing) {
		return reply{}, err
	}
	if !isOID(name) {
		return reply{}, errNotFound
	}
	tree, err := repo.Run(c.tx.ctx, "rev-parse", "--verify", "--quiet", name+"^{tree}")
	if err := missingIf(err, name); err != nil {
		return reply{}, err
	}
	return c.answerTree(r, tree, c.query("recursive") != "", http.StatusOK)
}

func (c *call) answerTree(r *repository, tree string, recursive bool, status int) (reply, error) {
	entries, err := c.listTree(c.srv.git(r), tree, recursive)
	if err != nil {
		return reply{}, err
	}
	u, err := c.repoURL(r, "/git")
	if err != nil {
		return reply{}, err
	}
	list := []object{}
	for _, e := range entries[:min(len(entries), maxTreeEntries)] {
		o := object{"path": e.Path, "mode": e.Mode, "type": e.Type, "sha": e.SHA}
		switch e.Type {
		case "blob":
			o["size"], o["url"] = e.Size, u+"/blobs/"+e.SHA
		case "tree":
			o["url"] = u + "/trees/" + e.SHA
		}
		list = append(list, o)
	}
	return reply{status: status, body: object{
		"sha": tree, "url": u + "/trees/" + tree, "tree": list, "truncated": len(entries) > maxTreeEntries,
	}}, nil
}

// treeChange is an entry of a tree to be made: an object, content to be stored,
// or, with neither, a path to be left out.
type treeChange struct {
	Path, Mode, Type string
	SHA, Content     *string
}

func (c *call) createTree() (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Tree []treeChange
		Base string `json:"base_tree"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if len(in.Tree) == 0 {
		return reply{}, unprocessable("Invalid tree info")
	}
	repo := c.srv.git(r)
	if in.Base != "" {
		base, err := repo.Run(c.tx.ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", in.Base+"^{tree}")
		if err := missingIf(err, in.Base); errors.Is(err, errMissing) || !isOID(in.Base) {
			return reply{}, unprocessable("base_tree is not a valid tree oid")
		} else if err != nil {
			return reply{}, err
		}
		in.Base = base
	}
	for i := range in.Tree {
		e := &in.Tree[i]
		if e.Content == nil || e.SHA != nil {
			continue
		}
		oid, err := writeBlob(c.tx.ctx, repo, []byte(*e.Content))
		if err != nil {
			return reply{}, err
		}
		e.SHA = &oid
	}
	tree, err := c.srv.editTree(c, repo, in.Base, in.Tree)
	if err != nil {
		return reply{}, err
	}
	return c.answerTree(r, tree, false, http.StatusCreated)
}

// editTree returns base ("" is nothing) with the changes made.
func (s *Server) editTree(c *call, repo git.Repo, base string, changes []treeChange) (string, error) {
	index := filepath.Join(s.config.Dir, "tmp", "index-"+requestID())
	defer func() {
		if err := os.Remove(index); err != nil && !errors.Is(err, os.ErrNotExist) {
			s.log.Warn("removing an index", "err", err)
		}
	}()
	repo = repo.WithEnv("GIT_INDEX_FILE=" + index)
	if base != "" {
		if _, err := repo.Run(c.tx.ctx, "read-tree", base); err != nil {
			return "", err
		}
	}
	for _, e := range changes {
		if err := c.editIndex(repo, e); err != nil {
			return "", err
		}
	}
	tree, err := repo.Run(c.tx.ctx, "write-tree")
	if git.ExitCode(err) > 0 { // an object is not there
		return "", unprocessable("GitRPC::BadObjectState")
	}
	return tree, err
}

func (c *call) editIndex(repo git.Repo, e treeChange) error {
	malformed := unprocessable("tree.path contains a malformed path component")
	if e.Path == "" || strings.ContainsRune(e.Path, 0) {
		return malformed
	}
	if e.SHA == nil || e.Mode == "040000" {
		// Whatever is there, be it a file or a folder, goes.
		if err := c.clearIndex(repo, e.Path); err != nil {
			return err
		}
	}
	if e.SHA == nil {
		return nil
	}
	typ, err := c.objectType(repo, *e.SHA)
	wants := map[string]string{"100644": "blob", "100755": "blob", "120000": "blob", "040000": "tree", "160000": "commit"}[e.Mode]
	switch {
	case wants == "":
		return unprocessable("tree.mode must be one of 100644, 100755, 040000, 160000, 120000")
	case err != nil && !errors.Is(err, errMissing):
		return err
	case wants != "commit" && typ != wants:
		return unprocessable("tree.sha " + *e.SHA + " is not a valid " + wants)
	}
	args := []string{"update-index", "--add", "--replace", "--cacheinfo", e.Mode + "," + *e.SHA + "," + e.Path}
	if wants == "tree" {
		args = []string{"read-tree", "--prefix=" + e.Path + "/", *e.SHA}
	}
	_, err = repo.Run(c.tx.ctx, args...)
	if git.ExitCode(err) > 0 {
		return malformed
	}
	return err
}

// clearIndex removes a path from the index. git rm would want a work tree.
func (c *call) clearIndex(repo git.Repo, path string) error {
	out, err := repo.Run(c.tx.ctx, "ls-files", "-z", "--", ":(literal)"+path)
	if err != nil || out == "" {
		return err
	}
	var in strings.Builder
	for name := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		fmt.Fprintf(&in, "0 %s\t%s\x00", zeroOID, name)
	}
	_, err = repo.RunInput(c.tx.ctx, strings.NewReader(in.String()), "update-index", "-z", "--index-info")
	return err
}
