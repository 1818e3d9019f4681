// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/git"
)

var gitObjectRoutes = []route{
	{method: "POST", pattern: "/repos/{owner}/{repo}/git/blobs", operation: "git/create-blob", handle: (*call).createBlob},
	{method: "GET", pattern: "/repos/{owner}/{repo}/git/blobs/{file_sha}", operation: "git/get-blob", handle: (*call).getBlob},
	{method: "POST", pattern: "/repos/{owner}/{repo}/git/trees", operation: "git/create-tree", handle: (*call).createTree},
	{method: "GET", pattern: "/repos/{owner}/{repo}/git/trees/{tree_sha...}", operation: "git/get-tree", handle: (*call).getTree},
	{method: "POST", pattern: "/repos/{owner}/{repo}/git/commits", operation: "git/create-commit", handle: (*call).createCommit},
	{method: "GET", pattern: "/repos/{owner}/{repo}/git/commits/{commit_sha}", operation: "git/get-commit", handle: (*call).getGitCommit},
	{method: "POST", pattern: "/repos/{owner}/{repo}/git/tags", operation: "git/create-tag", handle: (*call).createTag},
	{method: "GET", pattern: "/repos/{owner}/{repo}/git/tags/{tag_sha}", operation: "git/get-tag", handle: (*call).getTag},
}

// readObject returns the content of an object of the type, or errMissing.
func (c *call) readObject(repo git.Repo, typ, oid string) ([]byte, error) {
	have, err := c.objectType(repo, oid)
	if err != nil {
		return nil, err
	}
	if have != typ {
		return nil, fmt.Errorf("%s is a %s: %w", oid, have, errMissing)
	}
	var out bytes.Buffer
	err = repo.Stream(c.tx.ctx, nil, &out, "cat-file", typ, oid)
	return out.Bytes(), err
}

// decodeContent reads content in the encoding that came with it.
func decodeContent(content, encoding string) ([]byte, error) {
	switch encoding {
	case "", "utf-8":
		return []byte(content), nil
	case "base64":
		plain, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(content))
		if err != nil {
			return nil, unprocessable("content is not valid Base64")
		}
		return plain, nil
	}
	return nil, unprocessable("encoding must be utf-8 or base64")
}

func (c *call) createBlob() (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Content, Encoding string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	content, err := decodeContent(in.Content, in.Encoding)
	if err != nil {
		return reply{}, err
	}
	oid, err := writeBlob(c.tx.ctx, c.srv.git(r), content)
	if err != nil {
		return reply{}, err
	}
	u, err := c.repoURL(r, "/git/blobs/%s", oid)
	if err != nil {
		return reply{}, err
	}
	return created(object{"sha": oid, "url": u})
}

func (c *call) getBlob() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	oid := c.param("file_sha")
	content, err := c.readObject(c.srv.git(r), "blob", oid)
	if err != nil {
		return reply{}, err
	}
	if strings.Contains(c.r.Header.Get("Accept"), "raw") {
		return c.plain("raw", string(content))
	}
	u, err := c.repoURL(r, "/git/blobs/%s", oid)
	if err != nil {
		return reply{}, err
	}
	return ok(object{
		"sha": oid, "node_id": "B_" + oid, "size": len(content), "url": u,
		"content": wrapBase64(content), "encoding": "base64",
	})
}

// wrapBase64 encodes in lines of 60 characters, as GitHub does.
func wrapBase64(content []byte) string {
	text := base64.StdEncoding.EncodeToString(content)
	var b strings.Builder
	for len(text) > 0 {
		n := min(60, len(text))
		b.WriteString(text[:n])
		b.WriteByte('\n')
		text = text[n:]
	}
	return b.String()
}

// personInput is an author, committer or tagger in the input.
type personInput struct {
	Name, Email string
	Date        *time.Time
}

// or returns the person, or another if there is no input.
func (in *personInput) or(other person) person {
	if in == nil {
		return other
	}
	p := person{Name: in.Name, Email: in.Email, Date: other.Date}
	if in.Date != nil {
		p.Date = *in.Date
	}
	return p
}

func (c *call) createCommit() (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Message, Tree, Signature string
		Parents                  []string
		Author, Committer        *personInput
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	repo := c.srv.git(r)
	if in.Message == "" {
		return reply{}, invalid("Commit", "message", "missing_field")
	}
	if typ, err := c.objectType(repo, in.Tree); errors.Is(err, errMissing) || err == nil && typ != "tree" {
		return reply{}, unprocessable("Tree SHA does not exist")
	} else if err != nil {
		return reply{}, err
	}
	for _, parent := range in.Parents {
		if typ, err := c.objectType(repo, parent); errors.Is(err, errMissing) || err == nil && typ != "commit" {
			return reply{}, unprocessable("Parent SHA does not exist or is not a commit object")
		} else if err != nil {
			return reply{}, err
		}
	}
	author := in.Author.or(c.person())
	oid, err := writeCommit(c.tx.ctx, repo, newCommit{
		tree: in.Tree, parents: in.Parents, author: author, committer: in.Committer.or(author),
		message: in.Message, signature: in.Signature,
	})
	if err != nil {
		return reply{}, err
	}
	return c.answerGitCommit(r, oid, http.StatusCreated)
}

func (c *call) getGitCommit() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	return c.answerGitCommit(r, c.param("commit_sha"), http.StatusOK)
}

func (c *call) answerGitCommit(r *repository, oid string, status int) (reply, error) {
	text, err := c.readObject(c.srv.git(r), "commit", oid)
	if err != nil {
		return reply{}, err
	}
	raw, err := parseCommit(string(text))
	if err != nil {
		return reply{}, err
	}
	raw.oid = oid
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	out := c.gitCommit(full, raw)
	out["sha"], out["node_id"] = oid, commitNodeID(oid)
	out["html_url"], out["parents"] = c.web("/%s/commit/%s", full, oid), c.commitParents(full, raw)
	return reply{status: status, body: out}, nil
}
