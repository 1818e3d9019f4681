// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// refNode is a branch or tag.
type refNode struct {
	repo      *repository
	name, oid string // the full name
}

func (refNode) graphType() string { return "Ref" }

var refFields = map[string]resolver{
	"id": plain(func(r refNode) any { return "REF_" + idKey(r.repo.ID) + ":" + r.name }),
	"name": plain(func(r refNode) any {
		_, name := splitRef(r.name)
		return name
	}),
	"prefix": plain(func(r refNode) any {
		prefix, _ := splitRef(r.name)
		return prefix
	}),
	"target":     field(func(q *query, r refNode, _ args) (any, error) { return q.gitObject(r.repo, r.oid) }),
	"repository": plain(func(r refNode) any { return r.repo }),
}

// splitRef divides refs/heads/a/b into refs/heads/ and a/b.
func splitRef(name string) (prefix, rest string) {
	parts := strings.SplitN(name, "/", 3)
	if len(parts) < 3 {
		return "", name
	}
	return parts[0] + "/" + parts[1] + "/", parts[2]
}

// ref returns a reference by its full name, nil if it is not there.
func (q *query) ref(r *repository, name string) (any, error) {
	oid, err := resolveRef(q.tx.ctx, q.srv.git(r), name)
	if errors.Is(err, errMissing) {
		return nil, nil
	}
	return refNode{r, name, oid}, err
}

func (q *query) refByName(r *repository, a args) (any, error) {
	name := a.text("qualifiedName")
	if !strings.HasPrefix(name, "refs/") {
		name = "refs/heads/" + name
	}
	return q.ref(r, name)
}

// objectByName finds an object by its id, or by an expression as git rev-parse
// takes it.
func (q *query) objectByName(r *repository, a args) (any, error) {
	oid, expression := a.text("oid"), a.text("expression")
	if oid == "" && expression == "" {
		return nil, &graphqlError{Message: "One of the arguments `oid` and `expression` is required"}
	}
	if oid != "" {
		if !isOID(oid) {
			return nil, nil
		}
		return q.gitObject(r, oid)
	}
	found, err := resolveRef(q.tx.ctx, q.srv.git(r), expression)
	if errors.Is(err, errMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return q.gitObject(r, found)
}

// objectNode is what all objects of git have.
type objectNode struct {
	repo *repository
	typ  string // Commit, Tree, Blob, Tag
	oid  string
	size int64
}

func (o objectNode) graphType() string { return o.typ }

// commitNode is a commit, read.
type commitNode struct {
	repo *repository
	rawCommit
}

func (commitNode) graphType() string { return "Commit" }

// gitObject reads an object; one that is not there is nil.
func (q *query) gitObject(r *repository, oid string) (any, error) {
	repo := q.srv.git(r)
	out, err := repo.About(q.tx.ctx, oid+"\n", "cat-file", "--batch-check=%(objecttype) %(objectsize)")
	if err != nil {
		return nil, err
	}
	typ, size, _ := strings.Cut(strings.TrimSpace(out), " ")
	bytes, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		return nil, nil // "<oid> missing"
	}
	switch typ {
	case "commit":
		return q.commitNode(r, oid)
	case "tree", "blob", "tag":
		return objectNode{r, strings.ToUpper(typ[:1]) + typ[1:], oid, bytes}, nil
	}
	return nil, fmt.Errorf("object %s is a %q", oid, typ)
}

func (q *query) commitNode(r *repository, oid string) (any, error) {
	c, err := readCommit(q.tx.ctx, q.srv.git(r), oid)
	return commitNode{r, c}, err
}

// gitFields makes the fields that all objects have, of how to know which it is.
func gitFields[T node](of func(T) (*repository, string)) map[string]resolver {
	return map[string]resolver{
		"id":             plain(func(n T) any { r, oid := of(n); return "G_" + idKey(r.ID) + ":" + oid }),
		"oid":            plain(func(n T) any { _, oid := of(n); return oid }),
		"abbreviatedOid": plain(func(n T) any { _, oid := of(n); return oid[:7] }),
		"repository":     plain(func(n T) any { r, _ := of(n); return r }),
		"commitUrl":      field(func(q *query, n T, _ args) (any, error) { r, oid := of(n); return q.page(r, "/commit/%s", oid) }),
	}
}

var objectFields = gitFields(func(o objectNode) (*repository, string) { return o.repo, o.oid })

var blobFields = with(objectFields, map[string]resolver{
	"byteSize":    plain(func(o objectNode) any { return o.size }),
	"isTruncated": plain(func(objectNode) any { return false }),
	"isBinary": field(func(q *query, o objectNode, _ args) (any, error) {
		content, err := q.content(o)
		return !isText(content), err
	}),
	"text": field(func(q *query, o objectNode, _ args) (any, error) {
		content, err := q.content(o)
		if err != nil || !isText(content) {
			return nil, err
		}
		return string(content), nil
	}),
})

func isText(content []byte) bool { return utf8.Valid(content) && bytes.IndexByte(content, 0) < 0 }

// content reads a blob to the last byte.
func (q *query) content(o objectNode) ([]byte, error) {
	var out bytes.Buffer
	err := q.srv.git(o.repo).Stream(q.tx.ctx, nil, &out, "cat-file", "blob", o.oid)
	return out.Bytes(), err
}

// entryNode is what a tree has under a path.
type entryNode struct {
	repo *repository
	treeEntry
}

func (entryNode) graphType() string { return "TreeEntry" }

var treeEntryFields = map[string]resolver{
	"name": plain(func(e entryNode) any { return path.Base(e.Path) }),
	"path": plain(func(e entryNode) any { return e.Path }),
	"mode": field(func(_ *query, e entryNode, _ args) (any, error) { return strconv.ParseInt(e.Mode, 8, 64) }), // git's is octal
	"type": plain(func(e entryNode) any { return e.Type }),
	"oid":  plain(func(e entryNode) any { return e.SHA }),
	"object": field(func(q *query, e entryNode, _ args) (any, error) {
		if e.Type == "commit" {
			return nil, nil // of a submodule: it is in another repository
		}
		return q.gitObject(e.repo, e.SHA)
	}),
}

// fileOfCommit is null where nothing has the path.
func (q *query) fileOfCommit(c commitNode, a args) (any, error) {
	name := strings.Trim(a.text("path"), "/")
	if name == "" || strings.ContainsRune(name, 0) {
		return nil, nil
	}
	out, err := q.srv.git(c.repo).About(q.tx.ctx, "", "ls-tree", "-z", "--full-tree", c.oid, "--", name)
	if err != nil {
		return nil, err
	}
	head, found, _ := strings.Cut(strings.TrimRight(out, "\x00"), "\t")
	fields := strings.Fields(head)
	if len(fields) != 3 || found != name {
		return nil, nil
	}
	return entryNode{c.repo, treeEntry{Mode: fields[0], Type: fields[1], SHA: fields[2], Path: found}}, nil
}

var tagFields = with(objectFields, map[string]resolver{
	"name":    tagged(func(_ *query, t tagText) (any, error) { return t.header["tag"], nil }),
	"message": tagged(func(_ *query, t tagText) (any, error) { return t.message, nil }),
	"target":  tagged(func(q *query, t tagText) (any, error) { return q.gitObject(t.repo, t.header["object"]) }),
	"tagger": tagged(func(_ *query, t tagText) (any, error) {
		p, err := parseSignature(t.header["tagger"])
		if err != nil {
			return nil, nil // tags may have none
		}
		return gitActor{p}, nil
	}),
})

// tagText is a tag object, read.
type tagText struct {
	repo    *repository
	header  map[string]string
	message string
}

func tagged(get func(*query, tagText) (any, error)) resolver {
	return field(func(q *query, o objectNode, _ args) (any, error) {
		text, err := q.srv.git(o.repo).Run(q.tx.ctx, "cat-file", "tag", o.oid)
		if err != nil {
			return nil, err
		}
		head, message, _ := strings.Cut(text, "\n\n")
		t := tagText{repo: o.repo, header: map[string]string{}, message: message}
		for line := range strings.SplitSeq(head, "\n") {
			name, value, _ := strings.Cut(line, " ")
			t.header[name] = value
		}
		return get(q, t)
	})
}

var commitFields = with(gitFields(func(c commitNode) (*repository, string) { return c.repo, c.oid }), map[string]resolver{
	"message":         plain(func(c commitNode) any { return strings.TrimRight(c.message, "\n") }),
	"messageHeadline": plain(func(c commitNode) any { headline, _, _ := strings.Cut(c.message, "\n"); return headline }),
	"messageBody":     plain(func(c commitNode) any { _, body, _ := strings.Cut(c.message, "\n"); return strings.TrimSpace(body) }),
	"authoredDate":    plain(func(c commitNode) any { return c.author.Date.UTC().Format(time.RFC3339) }),
	"committedDate":   plain(func(c commitNode) any { return c.committer.Date.UTC().Format(time.RFC3339) }),
	"author":          plain(func(c commitNode) any { return gitActor{c.rawCommit.author} }),
	"committer":       plain(func(c commitNode) any { return gitActor{c.committer} }),
	"url":             field(func(q *query, c commitNode, _ args) (any, error) { return q.page(c.repo, "/commit/%s", c.oid) }),
	"tree":            plain(func(c commitNode) any { return objectNode{repo: c.repo, typ: "Tree", oid: c.tree} }),
	"file":            field((*query).fileOfCommit),
	"parents": field(func(q *query, c commitNode, a args) (any, error) {
		return q.commitPage("CommitConnection", c.repo, c.parents, a)
	}),
	"history": field(func(q *query, c commitNode, a args) (any, error) {
		oids, err := q.srv.git(c.repo).Run(q.tx.ctx, "rev-list", c.oid)
		if err != nil {
			return nil, err
		}
		return q.commitPage("CommitHistoryConnection", c.repo, strings.Fields(oids), a)
	}),
	"status":            field((*query).status),
	"statusCheckRollup": field((*query).statusCheckRollup),
	"associatedPullRequests": field(func(q *query, c commitNode, a args) (any, error) {
		all, err := q.pullsOfCommit(c.repo, c.oid)
		if err != nil {
			return nil, err
		}
		return issuePage("PullRequestConnection", c.repo, all, a)
	}),
})

// commitPage makes a page of commits; only those of the page are read.
func (q *query) commitPage(typ string, r *repository, oids []string, a args) (any, error) {
	page, err := pageOf(typ, oids, func(oid string) string { return oid }, func(oid string) (any, error) { return q.commitNode(r, oid) }, a)
	if err == nil {
		for n := range page.edges {
			page.edges[n].typ = "CommitEdge"
		}
	}
	return page, err
}
