// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/trigger"
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
			return s, fmt.Errorf("%s: there is no %s, no %s/, and no *.yaml", name, trigger.JobFile, trigger.JobFolder)
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
	return path.Base(name) == trigger.JobFile || strings.Contains("/"+path.Dir(name)+"/", "/"+trigger.JobFolder+"/")
}

// repositoryFiles returns the files of a folder that is a repository, or nil.
func repositoryFiles(dir string) ([]job.File, error) {
	file, err := readFile(filepath.Join(dir, trigger.JobFile))
	single := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	folder := filepath.Join(dir, trigger.JobFolder)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		if single {
			return []job.File{file}, nil
		}
		return nil, nil
	}
	if single {
		return nil, trigger.ErrBoth
	}
	return folderFiles(folder)
}

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
		case entry.IsDir() || !trigger.IsYAML(filepath.ToSlash(name)):
			return nil
		}
		file, err := readFile(name)
		files = append(files, file)
		return err
	})
	return files, err
}
