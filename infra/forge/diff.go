// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
)

// fileDiff is how one file differs between two trees.
type fileDiff struct {
	path, from           string // from: the name before, of a renamed or copied file
	status               string // as GitHub says: added, removed, modified, renamed, copied, changed
	sha                  string // the blob, of the new side if it is there
	additions, deletions int
	patch                string // from the first @@; "" for binary files and pure renames
}

// emptyTree is the tree of nothing; git knows it without having it.
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

// diffStatus is GitHub's word for git's letter.
var diffStatus = map[byte]string{'A': "added", 'D': "removed", 'M': "modified", 'R': "renamed", 'C': "copied", 'T': "changed"}

// diffTrees compares two trees or commits, finding renames.
func diffTrees(ctx context.Context, repo git.Repo, old, now string) ([]fileDiff, error) {
	out, err := repo.Run(ctx, "diff-tree", "-r", "-M", "-z", "--raw", "--numstat", "--no-abbrev", "--end-of-options", old, now)
	if err != nil {
		return nil, err
	}
	files, err := parseRawDiff(out)
	if err != nil {
		return nil, fmt.Errorf("comparing %s with %s: %w", old, now, err)
	}
	text, err := repo.Run(ctx, "diff-tree", "-r", "-M", "-p", "--no-color", "--no-ext-diff", "--end-of-options", old, now)
	if err != nil {
		return nil, err
	}
	patches := splitPatches(text)
	if len(patches) != len(files) {
		return nil, fmt.Errorf("comparing %s with %s: git lists %d files and %d patches", old, now, len(files), len(patches))
	}
	for i := range files {
		files[i].patch = patches[i]
	}
	return files, nil
}

// parseRawDiff reads what --raw --numstat -z prints: first a record for each
// file, then its counts, in the same order.
func parseRawDiff(out string) ([]fileDiff, error) {
	fields := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	var files []fileDiff
	i := 0
	next := func() string {
		if i >= len(fields) {
			return ""
		}
		i++
		return fields[i-1]
	}
	for i < len(fields) && strings.HasPrefix(fields[i], ":") {
		// :100644 100644 <old> <new> M
		head := strings.Fields(next())
		if len(head) != 5 || diffStatus[head[4][0]] == "" {
			return nil, fmt.Errorf("git printed %q where a file was expected", head)
		}
		f := fileDiff{status: diffStatus[head[4][0]], sha: head[3], path: next()}
		if f.status == "removed" {
			f.sha = head[2]
		}
		if f.status == "renamed" || f.status == "copied" {
			f.from, f.path = f.path, next()
		}
		files = append(files, f)
	}
	for n := range files {
		counts := strings.SplitN(next(), "\t", 3)
		if len(counts) != 3 {
			return nil, fmt.Errorf("git printed no counts for %s", files[n].path)
		}
		if counts[2] == "" { // renamed: both names follow
			next()
			next()
		}
		if counts[0] == "-" { // binary
			continue
		}
		var err error
		if files[n].additions, err = strconv.Atoi(counts[0]); err != nil {
			return nil, err
		}
		if files[n].deletions, err = strconv.Atoi(counts[1]); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// splitPatches cuts a diff into the hunks of each file. Within a patch each
// line begins with a space, a sign or a backslash: "diff --git" begins a file.
func splitPatches(text string) []string {
	if text == "" {
		return nil
	}
	var patches []string
	for _, part := range strings.Split("\n"+text, "\ndiff --git ")[1:] {
		_, hunks, found := strings.Cut(part, "\n@@ ")
		if found {
			hunks = "@@ " + hunks
		}
		patches = append(patches, strings.TrimSuffix(hunks, "\n"))
	}
	return patches
}

// diffEntry renders a file of a comparison whose new side is the commit at.
func (v *view) diffEntry(full, at string, f fileDiff) object {
	escaped := (&url.URL{Path: f.path}).EscapedPath()
	out := object{
		"sha": f.sha, "filename": f.path, "status": f.status,
		"additions": f.additions, "deletions": f.deletions, "changes": f.additions + f.deletions,
		"blob_url":     v.web("/%s/blob/%s/%s", full, at, escaped),
		"raw_url":      v.web("/%s/raw/%s/%s", full, at, escaped),
		"contents_url": v.api("/repos/%s/contents/%s?ref=%s", full, escaped, at),
	}
	if f.patch != "" {
		out["patch"] = f.patch
	}
	if f.from != "" {
		out["previous_filename"] = f.from
	}
	return out
}
