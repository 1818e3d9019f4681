// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/git"
)

// rawCommit is a commit as git stores it.
type rawCommit struct {
	oid, tree         string
	parents           []string
	author, committer person
	message           string
	signature         string // "" if there is none
	payload           string // what is signed: the commit without its signature
}

// readCommit reads one commit, its message without the line break at its end.
func readCommit(ctx context.Context, repo git.Repo, oid string) (rawCommit, error) {
	all, err := readCommits(ctx, repo, []string{oid})
	if err != nil {
		return rawCommit{}, err
	}
	c := all[0]
	c.message = strings.TrimRight(c.message, "\n")
	return c, nil
}

// parseCommit reads a commit object. Headers that it does not know (an
// encoding, a merged tag) are left out.
func parseCommit(text string) (c rawCommit, err error) {
	head, message, _ := strings.Cut(text, "\n\n")
	c.message = message
	for line := range strings.SplitSeq(head, "\n") {
		name, value, _ := strings.Cut(line, " ")
		switch name {
		case "tree":
			c.tree = value
		case "parent":
			c.parents = append(c.parents, value)
		case "author":
			c.author, err = parseSignature(value)
		case "committer":
			c.committer, err = parseSignature(value)
		}
		if err != nil {
			return c, err
		}
	}
	if c.tree == "" {
		return c, fmt.Errorf("no tree in %.60q", text)
	}
	c.signature, c.payload = cutCommitSignature(head)
	if c.signature != "" {
		c.payload += "\n\n" + message
	}
	return c, nil
}

// cutCommitSignature takes the signature out of a commit's headers. It goes
// on in lines that begin with a space.
func cutCommitSignature(head string) (signature, rest string) {
	before, after, found := strings.Cut(head, "\ngpgsig ")
	if !found {
		return "", head
	}
	lines := strings.Split(after, "\n")
	n := 1
	for n < len(lines) && strings.HasPrefix(lines[n], " ") {
		lines[n] = lines[n][1:]
		n++
	}
	return strings.Join(lines[:n], "\n"), strings.Join(append([]string{before}, lines[n:]...), "\n")
}

// parseSignature reads "Name <email> 1700000000 +0100".
func parseSignature(text string) (person, error) {
	name, rest, found := strings.Cut(text, "<")
	email, when, closed := strings.Cut(rest, ">")
	p := person{Name: strings.TrimSpace(name), Email: email}
	fields := strings.Fields(when)
	if !found || !closed || len(fields) != 2 {
		return p, fmt.Errorf("author or committer %q is not of the form Name <email> time zone", text)
	}
	seconds, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return p, fmt.Errorf("author or committer %q: %w", text, err)
	}
	zone, err := strconv.Atoi(fields[1])
	if err != nil {
		return p, fmt.Errorf("author or committer %q: %w", text, err)
	}
	p.Date = time.Unix(seconds, 0).In(time.FixedZone("", (zone/100)*3600+(zone%100)*60))
	return p, nil
}

// author returns the account that an address in a commit belongs to, or nil.
func (v *view) author(email string) (*account, error) {
	if id, rest, found := strings.Cut(email, "+"); found && strings.HasSuffix(rest, "@users.noreply.github.com") {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return nil, nil
		}
		a, err := accounts.get(v.tx, n)
		if errors.Is(err, errMissing) {
			return nil, nil
		}
		return a, err
	}
	if email == "" {
		return nil, nil
	}
	found, err := accounts.query(v.tx, "kind = ? AND json_extract(body, '$.email') = ? LIMIT 1", string(accounts), email)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// gitCommit renders what git itself knows of a commit.
func (v *view) gitCommit(full string, c rawCommit) object {
	return object{
		"author": c.author.object(), "committer": c.committer.object(), "message": strings.TrimRight(c.message, "\n"),
		"tree":         object{"sha": c.tree, "url": v.api("/repos/%s/git/trees/%s", full, c.tree)},
		"url":          v.api("/repos/%s/git/commits/%s", full, c.oid),
		"verification": verification(c.signature, c.payload),
	}
}

func (p person) object() object {
	return object{"name": p.Name, "email": p.Email, "date": stamp(p.Date)}
}

func (v *view) commitParents(full string, c rawCommit) []object {
	parents := []object{}
	for _, p := range c.parents {
		parents = append(parents, object{
			"sha": p, "url": v.api("/repos/%s/commits/%s", full, p), "html_url": v.web("/%s/commit/%s", full, p),
		})
	}
	return parents
}

// commit renders a commit as lists of commits have it.
func (v *view) commit(full string, c rawCommit) (object, error) {
	u := v.api("/repos/%s/commits/%s", full, c.oid)
	inner := v.gitCommit(full, c)
	inner["comment_count"] = 0
	out := object{
		"sha": c.oid, "node_id": commitNodeID(c.oid), "url": u, "html_url": v.web("/%s/commit/%s", full, c.oid),
		"comments_url": u + "/comments", "commit": inner, "parents": v.commitParents(full, c), "author": nil, "committer": nil,
	}
	for role, email := range map[string]string{"author": c.author.Email, "committer": c.committer.Email} {
		a, err := v.author(email)
		if err != nil {
			return nil, err
		}
		if a != nil {
			out[role] = v.user(a)
		}
	}
	return out, nil
}

// commitNodeID is the id of a commit in GraphQL: what is in git has no number.
func commitNodeID(oid string) string { return "C_" + oid }
