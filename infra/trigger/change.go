// SPDX-License-Identifier: Apache-2.0

package trigger

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/job"
)

// Where a repository has its jobs.
const (
	JobFile   = ".prow.yaml"
	JobFolder = ".prow"
)

// ErrBoth is the error for a repository that has both of them.
var ErrBoth = fmt.Errorf("there is %s and %s/ as well: Prow reads the folder, and nothing of the file; move the file into it", JobFile, JobFolder)

// IsYAML reports whether a file is one of YAML by its name.
func IsYAML(name string) bool { return path.Ext(name) == ".yaml" || path.Ext(name) == ".yml" }

// Change is what lies between two revisions of a repository.
type Change struct {
	Files     []string   // that differ
	Jobs      []job.File // as they are in what would be tested
	Conflicts bool
}

// ReadChange reads a change as GitHub and Prow look at it: the files that head
// changed since it left base, and the jobs of both merged. If they cannot be
// merged, the jobs are those of head.
func ReadChange(ctx context.Context, repo git.Repo, base, head string) (Change, error) {
	var c Change
	// A rename counts for both of its names.
	out, err := repo.Run(ctx, "diff", "--name-only", "--no-renames", "-z", base+"..."+head, "--")
	if err != nil {
		return c, err
	}
	c.Files = split(out)
	tree, err := repo.Run(ctx, "merge-tree", "--write-tree", "--no-messages", base, head)
	switch {
	case git.ExitCode(err) == 1:
		c.Conflicts, tree = true, head
	case err != nil:
		return c, err
	}
	c.Jobs, err = readJobs(ctx, repo, tree)
	return c, err
}

// readJobs reads the jobs of a tree.
func readJobs(ctx context.Context, repo git.Repo, tree string) ([]job.File, error) {
	out, err := repo.Run(ctx, "ls-tree", "-r", "--full-tree", "--name-only", "-z", tree, "--", JobFile, JobFolder+"/")
	if err != nil {
		return nil, err
	}
	names := split(out)
	var jobs []job.File
	for _, name := range names {
		if name == JobFile && len(names) > 1 {
			return nil, ErrBoth
		}
		if !IsYAML(name) {
			continue
		}
		src, err := repo.Run(ctx, "cat-file", "blob", tree+":"+name)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job.File{Name: name, Src: []byte(src + "\n")})
	}
	return jobs, nil
}

func split(out string) []string {
	return strings.FieldsFunc(out, func(r rune) bool { return r == 0 })
}
