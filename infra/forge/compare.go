// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
)

// comparison is two commits to compare, and a repository that has both.
type comparison struct {
	repo       git.Repo
	base, head string
	spec       string // as the caller wrote it
}

// parseComparison reads base...head; either may be owner:branch, of a fork.
func (c *call) parseComparison(r *repository) (*comparison, error) {
	spec := c.param("basehead")
	base, head, found := strings.Cut(spec, "...")
	if !found {
		return nil, errNotFound
	}
	cmp := &comparison{repo: c.srv.git(r), spec: spec}
	var err error
	if cmp.base, err = c.comparedCommit(r, cmp, base); err != nil {
		return nil, err
	}
	cmp.head, err = c.comparedCommit(r, cmp, head)
	return cmp, err
}

func (c *call) comparedCommit(r *repository, cmp *comparison, name string) (string, error) {
	login, branch, other := strings.Cut(name, ":")
	if !other {
		return resolveCommit(c.tx.ctx, cmp.repo, name)
	}
	owner, err := findAccount(c.tx, login)
	if err != nil {
		return "", err
	}
	if owner.ID == r.Parent {
		return resolveCommit(c.tx.ctx, cmp.repo, branch)
	}
	all, err := repositories.list(c.tx, owner.ID)
	if err != nil {
		return "", err
	}
	for _, candidate := range all {
		related := candidate.ForkOf == r.ID || candidate.ID == r.ForkOf || r.ForkOf != 0 && candidate.ForkOf == r.ForkOf
		if !related {
			continue
		}
		if err := c.needs(candidate, levelRead); err != nil {
			return "", err
		}
		// The objects of both, without copying any.
		cmp.repo = cmp.repo.WithEnv("GIT_ALTERNATE_OBJECT_DIRECTORIES=" + c.srv.gitDir(candidate.ID) + "/objects")
		return resolveCommit(c.tx.ctx, c.srv.git(candidate), branch)
	}
	return "", errNotFound
}

func (c *call) compareCommits() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	cmp, err := c.parseComparison(r)
	if err != nil {
		return reply{}, err
	}
	common, err := mergeBase(c.tx.ctx, cmp.repo, cmp.base, cmp.head)
	if errors.Is(err, errMissing) {
		return reply{}, &apiError{status: http.StatusNotFound, message: "No common ancestor between " + strings.Replace(cmp.spec, "...", " and ", 1) + "."}
	}
	if err != nil {
		return reply{}, err
	}
	accept := c.r.Header.Get("Accept")
	switch {
	case strings.Contains(accept, ".diff"):
		return c.gitText(cmp.repo, "diff", "diff", "--full-index", common, cmp.head)
	case strings.Contains(accept, ".patch"):
		return c.gitText(cmp.repo, "patch", "format-patch", "--stdout", common+".."+cmp.head)
	}
	return c.renderComparison(r, cmp, common)
}

func (c *call) renderComparison(r *repository, cmp *comparison, common string) (reply, error) {
	ctx := c.tx.ctx
	ahead, err := countCommits(ctx, cmp.repo, []string{cmp.base + ".." + cmp.head})
	if err != nil {
		return reply{}, err
	}
	behind, err := countCommits(ctx, cmp.repo, []string{cmp.head + ".." + cmp.base})
	if err != nil {
		return reply{}, err
	}
	listed, err := cmp.repo.Run(ctx, "rev-list", "--reverse", "--topo-order", cmp.base+".."+cmp.head)
	if err != nil {
		return reply{}, err
	}
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	oids := strings.Fields(listed)
	header := http.Header(nil)
	if c.query("page") != "" || c.query("per_page") != "" {
		oids, header = cut(c, oids)
	}
	commits, err := c.renderCommits(cmp.repo, full, oids[:min(len(oids), 250)])
	if err != nil {
		return reply{}, err
	}
	ends, err := c.renderCommits(cmp.repo, full, []string{cmp.base, common})
	if err != nil {
		return reply{}, err
	}
	status := "diverged"
	switch {
	case ahead == 0 && behind == 0:
		status = "identical"
	case behind == 0:
		status = "ahead"
	case ahead == 0:
		status = "behind"
	}
	escaped := (&url.URL{Path: cmp.spec}).EscapedPath()
	html := c.web("/%s/compare/%s", full, escaped)
	out := object{
		"url": c.api("/repos/%s/compare/%s", full, escaped), "html_url": html, "diff_url": html + ".diff", "patch_url": html + ".patch",
		"permalink_url": c.web("/%s/compare/%.7s...%.7s", full, cmp.base, cmp.head),
		"base_commit":   ends[0], "merge_base_commit": ends[1], "status": status,
		"ahead_by": ahead, "behind_by": behind, "total_commits": ahead, "commits": commits,
	}
	if c.paging().page == 1 { // the files are with the first page of the commits
		files, err := diffTrees(ctx, cmp.repo, common, cmp.head)
		if err != nil {
			return reply{}, err
		}
		out["files"] = c.diffEntries(full, cmp.head, files)
	}
	return reply{status: http.StatusOK, body: out, header: header}, nil
}

// mergeBranch merges one branch into another, without a pull request.
func (c *call) mergeBranch() (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Base, Head string
		Message    string `json:"commit_message"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	repo := c.srv.git(r)
	missing := func(what string) (reply, error) {
		return reply{}, &apiError{status: http.StatusNotFound, message: what + " does not exist"}
	}
	base, err := resolveRef(c.tx.ctx, repo, "refs/heads/"+in.Base)
	if errors.Is(err, errMissing) {
		return missing("Base")
	}
	if err != nil {
		return reply{}, err
	}
	head, err := resolveCommit(c.tx.ctx, repo, in.Head)
	if errors.Is(err, errMissing) {
		return missing("Head")
	}
	if err != nil {
		return reply{}, err
	}
	contained, err := isAncestor(c.tx.ctx, repo, head, base)
	if err != nil {
		return reply{}, err
	}
	if contained {
		return noContent()
	}
	tree, clean, err := mergeTrees(c.tx.ctx, repo, base, head)
	if err != nil {
		return reply{}, err
	}
	if !clean {
		return reply{}, conflict("Merge conflict")
	}
	if in.Message == "" {
		in.Message = "Merge " + in.Head + " into " + in.Base
	}
	oid, err := writeCommit(c.tx.ctx, repo, newCommit{tree: tree, parents: []string{base, head}, author: c.person(), committer: c.webFlow(), message: in.Message})
	if err != nil {
		return reply{}, err
	}
	if err := c.moveRef(r, refChange{Name: "refs/heads/" + in.Base, Old: base, New: oid}); err != nil {
		return reply{}, err
	}
	return c.answerCommit(r, oid, http.StatusCreated)
}
