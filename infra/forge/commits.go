// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
)

var commitRoutes = []route{
	{method: "GET", pattern: "/repos/{owner}/{repo}/commits", operation: "repos/list-commits", handle: (*call).listCommits},
	{method: "GET", pattern: "/repos/{owner}/{repo}/commits/{ref...}", operation: "repos/get-commit", handle: (*call).getCommit},
	{method: "GET", pattern: "/repos/{owner}/{repo}/compare/{basehead...}", operation: "repos/compare-commits-with-basehead", handle: (*call).compareCommits},
	{method: "POST", pattern: "/repos/{owner}/{repo}/merges", operation: "repos/merge", handle: (*call).mergeBranch},
}

// maxDiffFiles is how many files of a commit or a comparison GitHub shows at once.
const maxDiffFiles = 300

// commitOfPath returns the repository of the path, and the commit that a part
// of the path names.
func (c *call) commitOfPath(param string, need level) (*repository, string, error) {
	r, err := c.repo(need)
	if err != nil {
		return nil, "", err
	}
	oid, err := resolveCommit(c.tx.ctx, c.srv.git(r), c.param(param))
	if errors.Is(err, errMissing) {
		err = unprocessable("No commit found for SHA: " + c.param(param))
	}
	return r, oid, err
}

// readCommits reads many commits by one process.
func readCommits(ctx context.Context, repo git.Repo, oids []string) ([]rawCommit, error) {
	if len(oids) == 0 {
		return nil, nil
	}
	said, err := repo.About(ctx, strings.Join(oids, "\n")+"\n", "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	out := bytes.NewBufferString(said)
	commits := make([]rawCommit, 0, len(oids))
	for _, oid := range oids {
		// <oid> commit <size>, a line break, the object, a line break
		head, err := out.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("git printed nothing about commit %s: %w", oid, err)
		}
		fields := strings.Fields(head)
		if len(fields) != 3 || fields[1] != "commit" {
			return nil, fmt.Errorf("commit %s: git says %q", oid, head)
		}
		size, err := strconv.Atoi(fields[2])
		if err != nil {
			return nil, fmt.Errorf("commit %s: git says %q", oid, head)
		}
		text := string(out.Next(size))
		out.Next(1)
		c, err := parseCommit(text)
		if err != nil {
			return nil, fmt.Errorf("commit %s: %w", oid, err)
		}
		c.oid = fields[0]
		commits = append(commits, c)
	}
	return commits, nil
}

// renderCommits reads and renders commits as lists have them.
func (c *call) renderCommits(repo git.Repo, full string, oids []string) ([]object, error) {
	raw, err := readCommits(c.tx.ctx, repo, oids)
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, one := range raw {
		o, err := c.commit(full, one)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

var errEmptyRepo = &apiError{status: http.StatusConflict, message: "Git Repository is empty."}

func (c *call) listCommits() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	repo := c.srv.git(r)
	from := c.query("sha")
	if from == "" {
		from = r.DefaultBranch
	}
	start, err := resolveCommit(c.tx.ctx, repo, from)
	if errors.Is(err, errMissing) && c.query("sha") == "" {
		return reply{}, errEmptyRepo
	}
	if err != nil {
		return reply{}, err
	}
	filter := []string{start}
	for _, bound := range []string{"since", "until"} {
		if when := c.query(bound); when != "" {
			filter = append(filter, "--"+bound+"="+when)
		}
	}
	for _, role := range []string{"author", "committer"} {
		who := c.query(role)
		if who == "" {
			continue
		}
		if a, err := findUser(c.tx, who); err == nil {
			who = c.personOf(a).Email
		} else if !errors.Is(err, errMissing) {
			return reply{}, err
		}
		filter = append(filter, "--fixed-strings", "--"+role+"="+who)
	}
	filter = append(filter, "--")
	if path := c.query("path"); path != "" {
		filter = append(filter, ":(literal)"+path)
	}
	total, err := countCommits(c.tx.ctx, repo, filter)
	if err != nil {
		return reply{}, err
	}
	p := c.paging()
	out, err := repo.Run(c.tx.ctx, append([]string{"rev-list", fmt.Sprintf("--skip=%d", p.offset()), fmt.Sprintf("--max-count=%d", p.perPage)}, filter...)...)
	if err != nil {
		return reply{}, err
	}
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	list, err := c.renderCommits(repo, full, strings.Fields(out))
	return reply{status: http.StatusOK, body: list, header: c.links(p, total)}, err
}

func countCommits(ctx context.Context, repo git.Repo, args []string) (int, error) {
	out, err := repo.Run(ctx, append([]string{"rev-list", "--count"}, args...)...)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(out)
	if err != nil {
		return 0, fmt.Errorf("git counts %q commits", out)
	}
	return n, nil
}

// getCommit answers a commit with its files; or its id alone, or its diff, if
// such a media type is accepted.
func (c *call) getCommit() (reply, error) {
	r, oid, err := c.commitOfPath("ref", levelRead)
	if err != nil {
		return reply{}, err
	}
	repo := c.srv.git(r)
	raw, err := readCommit(c.tx.ctx, repo, oid)
	if err != nil {
		return reply{}, err
	}
	from := emptyTree
	if len(raw.parents) > 0 {
		from = raw.parents[0]
	}
	accept := c.r.Header.Get("Accept")
	switch {
	case strings.Contains(accept, "application/vnd.github") && strings.Contains(accept, "sha"):
		return c.plain("sha", oid)
	case strings.Contains(accept, ".diff"):
		return c.gitText(repo, "diff", "diff", "--full-index", from, oid)
	case strings.Contains(accept, ".patch"):
		return c.gitText(repo, "patch", "format-patch", "--stdout", "-1", oid)
	}
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	out, err := c.commit(full, raw)
	if err != nil {
		return reply{}, err
	}
	files, err := diffTrees(c.tx.ctx, repo, from, oid)
	if err != nil {
		return reply{}, err
	}
	additions, deletions := 0, 0
	for _, f := range files {
		additions += f.additions
		deletions += f.deletions
	}
	out["stats"] = object{"additions": additions, "deletions": deletions, "total": additions + deletions}
	out["files"] = c.diffEntries(full, oid, files)
	return ok(out)
}

func (c *call) diffEntries(full, at string, files []fileDiff) []object {
	list := []object{}
	for _, f := range files[:min(len(files), maxDiffFiles)] {
		list = append(list, c.diffEntry(full, at, f))
	}
	return list
}

// plain answers text in one of GitHub's media types.
func (c *call) plain(form, text string) (reply, error) {
	header := http.Header{"Content-Type": {"application/vnd.github." + form + "; charset=utf-8"}}
	return reply{status: http.StatusOK, body: []byte(text), header: header}, nil
}

// gitText is plain with what git prints.
func (c *call) gitText(repo git.Repo, form string, args ...string) (reply, error) {
	var out bytes.Buffer
	if err := repo.Stream(c.tx.ctx, nil, &out, args...); err != nil {
		return reply{}, err
	}
	return c.plain(form, out.String())
}

func (c *call) answerCommit(r *repository, oid string, status int) (reply, error) {
	full, err := c.fullName(r)
	if err != nil {
		return reply{}, err
	}
	list, err := c.renderCommits(c.srv.git(r), full, []string{oid})
	if err != nil {
		return reply{}, err
	}
	return reply{status: status, body: list[0]}, nil
}
