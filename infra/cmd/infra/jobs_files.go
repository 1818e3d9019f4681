// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/job"
)

// Where a repository has its jobs.
const (
	prowFile   = ".prow.yaml"
	prowFolder = ".prow"
)

// sources are files of job configuration.
type sources struct {
	central []job.File
	repos   [][]job.File // of each repository
}

// openSources reads what is named: files and folders.
func openSources(names []string) (sources, error) {
	var s sources
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return s, err
		}
		if !info.IsDir() {
			file, err := readFile(name)
			if err != nil {
				return s, err
			}
			if inRepository(name) {
				s.repos = append(s.repos, []job.File{file})
			} else {
				s.central = append(s.central, file)
			}
			continue
		}
		files, err := repositoryFiles(name)
		if err != nil {
			return s, err
		}
		if files != nil {
			s.repos = append(s.repos, files)
			continue
		}
		central, err := folderFiles(name)
		if err != nil {
			return s, err
		}
		if len(central) == 0 {
			return s, fmt.Errorf("%s: there is no %s, no %s/, and no *.yaml", name, prowFile, prowFolder)
		}
		s.central = append(s.central, central...)
	}
	return s, nil
}

func readFile(name string) (job.File, error) {
	src, err := os.ReadFile(name)
	return job.File{Name: filepath.ToSlash(name), Src: src}, err
}

// inRepository reports whether a file is where a repository has its jobs.
func inRepository(name string) bool {
	name = filepath.ToSlash(name)
	return path.Base(name) == prowFile || strings.Contains("/"+path.Dir(name)+"/", "/"+prowFolder+"/")
}

// repositoryFiles returns the files of a folder that is a repository, or nil.
func repositoryFiles(dir string) ([]job.File, error) {
	file, err := readFile(filepath.Join(dir, prowFile))
	single := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	folder := filepath.Join(dir, prowFolder)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		if single {
			return []job.File{file}, nil
		}
		return nil, nil
	}
	if single {
		return nil, errBoth
	}
	return folderFiles(folder)
}

var errBoth = fmt.Errorf("there is %s and %s/ as well: Prow reads the folder, and nothing of the file; move the file into it", prowFile, prowFolder)

func isYAML(name string) bool { return path.Ext(name) == ".yaml" || path.Ext(name) == ".yml" }

// folderFiles returns the YAML files below a folder, in order of their names.
// What begins with two dots is how Kubernetes keeps the versions of a mounted
// ConfigMap.
func folderFiles(dir string) ([]job.File, error) {
	var files []job.File
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(entry.Name(), "..") && name != dir:
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() || !isYAML(filepath.ToSlash(name)):
			return nil
		}
		file, err := readFile(name)
		files = append(files, file)
		return err
	})
	return files, err
}

// change is what lies between two revisions of a repository.
type change struct {
	files     []string   // that differ
	jobs      []job.File // as they are in what would be tested
	conflicts bool
}

// readChange reads a change as GitHub and Prow look at it: the files that head
// changed since it left base, and the jobs of both merged.
func readChange(ctx context.Context, dir, base, head string) (change, error) {
	var c change
	repo := git.Repo{Dir: dir}
	// A rename counts for both of its names.
	out, err := repo.Run(ctx, "diff", "--name-only", "--no-renames", "-z", base+"..."+head, "--")
	if err != nil {
		return c, err
	}
	c.files = split(out)
	tree, err := repo.Run(ctx, "merge-tree", "--write-tree", "--no-messages", base, head)
	switch {
	case git.ExitCode(err) == 1:
		c.conflicts, tree = true, head
	case err != nil:
		return c, err
	}
	out, err = repo.Run(ctx, "ls-tree", "-r", "--full-tree", "--name-only", "-z", tree, "--", prowFile, prowFolder+"/")
	if err != nil {
		return c, err
	}
	names := split(out)
	for _, name := range names {
		if name == prowFile && len(names) > 1 {
			return c, errBoth
		}
		if !isYAML(name) {
			continue
		}
		src, err := repo.Run(ctx, "cat-file", "blob", tree+":"+name)
		if err != nil {
			return c, err
		}
		c.jobs = append(c.jobs, job.File{Name: name, Src: []byte(src + "\n")})
	}
	return c, nil
}

func split(out string) []string {
	return strings.FieldsFunc(out, func(r rune) bool { return r == 0 })
}
