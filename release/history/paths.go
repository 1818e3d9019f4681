// SPDX-License-Identifier: Apache-2.0

package history

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/release/notes"
)

// claimsBreaking reports whether c says what a commit must say to be taken for a
// breaking change, in Conventional Commits' words.
func claimsBreaking(c notes.Change) bool {
	return strings.Contains(c.Title, "!:") || strings.Contains(c.Message, "BREAKING")
}

// fillPaths fills in which paths changes touch, where that matters: for a
// component with a folder, whose changes are chosen by it, and for changes that
// claim to break something, which those of vendored code can't. To have the
// paths of all commits would double what the walk costs.
func (o Options) fillPaths(ctx context.Context, changes []notes.Change) ([]notes.Change, error) {
	whole := o.Component == "engine" || o.Component == ""
	var ids strings.Builder
	for _, c := range changes {
		if !whole || claimsBreaking(c) && len(c.KindsOf()) == 0 {
			for _, id := range c.Commits {
				ids.WriteString(id + "\n")
			}
		}
	}
	if ids.Len() == 0 {
		return changes, nil
	}
	paths, err := o.readPaths(ctx, ids.String())
	if err != nil {
		return nil, err
	}
	for i := range changes {
		c := &changes[i]
		for _, id := range c.Commits {
			c.Paths = append(c.Paths, paths[id]...)
		}
		slices.Sort(c.Paths)
		c.Paths = slices.Compact(c.Paths)
	}
	if whole {
		return changes, nil
	}
	return slices.DeleteFunc(changes, func(c notes.Change) bool {
		return !slices.ContainsFunc(c.Paths, func(p string) bool { return strings.HasPrefix(p, o.Component+"/") })
	}), nil
}

// readPaths returns what each commit changes against its first parent. Ids has
// one a line.
func (o Options) readPaths(ctx context.Context, ids string) (map[string][]string, error) {
	paths := map[string][]string{}
	commit, fresh := "", false
	p := recordReader{take: func(rec []byte) error {
		// No path starts with a slash. The first behind a commit follows a newline.
		if id, ok := bytes.CutPrefix(rec, []byte("/")); ok {
			commit, fresh = string(id), true
			return nil
		}
		if commit == "" {
			return fmt.Errorf("git diff-tree printed %.80q before any commit", rec)
		}
		if fresh {
			rec, fresh = bytes.TrimPrefix(rec, []byte("\n")), false
		}
		paths[commit] = append(paths[commit], string(rec))
		return nil
	}}
	err := o.Repo.Stream(ctx, strings.NewReader(ids), &p, "diff-tree", "--stdin", "-r", "-z", "--root", "--name-only", "--no-renames", "--diff-merges=first-parent", "--format=/%H")
	if p.err != nil {
		return nil, p.err
	}
	if err != nil {
		return nil, err
	}
	return paths, p.close()
}
