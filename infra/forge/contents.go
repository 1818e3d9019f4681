// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
)

var contentsRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/contents/{path...}", operation: "repos/get-content", handle: (*call).getContents},
	{method: "PUT", pattern: "/repos/{owner}/{repo}/contents/{path...}", operation: "repos/create-or-update-file-contents", handle: (*call).putContents},
	{method: "DELETE", pattern: "/repos/{owner}/{repo}/contents/{path...}", operation: "repos/delete-file", handle: (*call).deleteContents},
	{method: "GET", pattern: "/repos/{owner}/{repo}/readme", operation: "repos/get-readme", handle: (*call).getReadme},
}

// rawRoutes serve files as they are.
var rawRoutes = []route{
	{method: "GET", pattern: "/{owner}/{repo}/raw/{ref}/{path...}", operation: "web/raw", handle: (*call).getRaw},
}

// GitHub sends the content of a file up to 1 MB with its description, up to
// 100 MB raw.
const (
	maxContent    = 1 << 20
	maxRawContent = 100 << 20
)

// lookup is where a path leads in a commit.
type lookup struct {
	repo   git.Repo
	full   string // owner/name
	ref    string // as asked for
	commit string
	path   string
	entry  treeEntry
}

// lookUp finds the path in the commit that ref names, "" the default branch.
func (c *call) lookUp(r *repository, ref, name string) (*lookup, error) {
	l := &lookup{repo: c.srv.git(r), ref: ref, path: strings.Trim(name, "/")}
	if l.ref == "" {
		l.ref = r.DefaultBranch
	}
	var err error
	if l.full, err = c.fullName(r); err != nil {
		return nil, err
	}
	l.commit, err = resolveCommit(c.tx.ctx, l.repo, l.ref)
	switch {
	case errors.Is(err, errMissing) && ref == "":
		return nil, &apiError{status: http.StatusNotFound, message: "This repository is empty."}
	case errors.Is(err, errMissing):
		return nil, &apiError{status: http.StatusNotFound, message: "No commit found for the ref " + ref}
	case err != nil:
		return nil, err
	}
	return l, c.findEntry(l)
}

// findEntry fills in what is at the path, or returns errMissing.
func (c *call) findEntry(l *lookup) error {
	l.entry = treeEntry{Mode: "040000", Type: "tree", SHA: l.commit + "^{tree}"}
	if l.path == "" {
		return nil
	}
	dir, base := path.Split(l.path)
	parent := l.commit + ":" + strings.TrimSuffix(dir, "/")
	entries, err := c.listTree(l.repo, parent, false)
	if err := missingIf(err, l.path); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Path == base {
			l.entry = e
			return nil
		}
	}
	return errNotFound
}

func (c *call) getContents() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	l, err := c.lookUp(r, c.query("ref"), c.param("path"))
	if err != nil {
		return reply{}, err
	}
	return c.answerContents(l)
}

func (c *call) answerContents(l *lookup) (reply, error) {
	if l.entry.Type == "tree" {
		return c.listContents(l)
	}
	raw := strings.Contains(c.r.Header.Get("Accept"), "raw")
	if raw && l.entry.Type == "blob" {
		if l.entry.Size > maxRawContent {
			return reply{}, forbidden("This API returns blobs up to 100 MB in size.")
		}
		content, err := c.readObject(l.repo, "blob", l.entry.SHA)
		if err != nil {
			return reply{}, err
		}
		return c.plain("raw", string(content))
	}
	out := c.content(l, l.path, l.entry)
	switch {
	case l.entry.Type == "commit":
		out["submodule_git_url"] = nil // it is in .gitmodules, which git has not to be asked for
		return ok(out)
	case l.entry.Size > maxContent:
		out["content"], out["encoding"] = "", "none"
		return ok(out)
	}
	content, err := c.readObject(l.repo, "blob", l.entry.SHA)
	if err != nil {
		return reply{}, err
	}
	if l.entry.Mode == "120000" {
		out["target"] = string(content)
		return ok(out)
	}
	out["content"], out["encoding"] = wrapBase64(content), "base64"
	return ok(out)
}

func (c *call) listContents(l *lookup) (reply, error) {
	tree := l.entry.SHA
	entries, err := c.listTree(l.repo, tree, false)
	if err != nil {
		return reply{}, err
	}
	list := []object{}
	for _, e := range entries {
		list = append(list, c.content(l, path.Join(l.path, e.Path), e))
	}
	return ok(list)
}

// content renders what a folder says of an entry.
func (c *call) content(l *lookup, name string, e treeEntry) object {
	kinds := map[string]string{"blob": "file", "tree": "dir", "commit": "submodule"}
	typ, ref := kinds[e.Type], l.ref
	if e.Mode == "120000" {
		typ = "symlink"
	}
	if strings.Contains(ref, "/") {
		ref = l.commit // a path cannot tell where the branch ends
	}
	escaped := (&url.URL{Path: name}).EscapedPath()
	self := c.api("/repos/%s/contents/%s?ref=%s", l.full, escaped, url.QueryEscape(l.ref))
	gitURL, html := c.api("/repos/%s/git/%ss/%s", l.full, e.Type, e.SHA), c.web("/%s/%s/%s/%s", l.full, e.Type, ref, escaped)
	download := any(nil)
	if e.Type == "blob" {
		download = c.web("/%s/raw/%s/%s", l.full, ref, escaped)
	}
	return object{
		"name": path.Base(name), "path": name, "sha": e.SHA, "size": e.Size, "type": typ,
		"url": self, "git_url": gitURL, "html_url": html, "download_url": download,
		"_links": object{"self": self, "git": gitURL, "html": html},
	}
}

func (c *call) getReadme() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	l, err := c.lookUp(r, c.query("ref"), "")
	if err != nil {
		return reply{}, err
	}
	entries, err := c.listTree(l.repo, l.entry.SHA, false)
	if err != nil {
		return reply{}, err
	}
	at := slices.IndexFunc(entries, func(e treeEntry) bool {
		stem, _, _ := strings.Cut(strings.ToLower(e.Path), ".")
		return e.Type == "blob" && stem == "readme"
	})
	if at < 0 {
		return reply{}, errNotFound
	}
	l.path, l.entry = entries[at].Path, entries[at]
	return c.answerContents(l)
}

func (c *call) getRaw() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	l, err := c.lookUp(r, c.param("ref"), c.param("path"))
	if err != nil {
		return reply{}, err
	}
	content, err := c.readObject(l.repo, "blob", l.entry.SHA)
	if err != nil {
		return reply{}, err
	}
	// As text whatever it is: nobody's page is to run at this address.
	header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"}}
	return reply{status: http.StatusOK, body: content, header: header}, nil
}
