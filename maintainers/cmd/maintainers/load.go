// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"

	"github.com/lanner-project/lanner/infra/cli"
	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/maintainers/gather"
	"github.com/lanner-project/lanner/maintainers/project"
	"github.com/lanner-project/lanner/maintainers/publish"
	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/maintainers/verify"
)

// source is where the files are read.
type source struct {
	dir, at, people, repository, branch string
}

func (s *source) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.dir, "dir", ".", "the root of the repository")
	cmd.Flags().StringVar(&s.at, "at", "", "read the files of this commit; as they are in the folder when empty")
	cmd.Flags().StringVar(&s.people, "people", "maintainers/people.yaml", "who people are, in the repository; components.yaml is beside it, if there is one")
	cmd.Flags().StringVar(&s.repository, "repository", "", "the repository's address; that of the module in go.mod when empty")
	cmd.Flags().StringVar(&s.branch, "branch", "main", "the branch that addresses name")
}

// load reads the project.
func (s *source) load(ctx context.Context) (project.Project, error) {
	components := path.Join(path.Dir(s.people), "components.yaml")
	extra := []string{s.people, components, "go.mod", publish.MaintainersFile, publish.TablesFile, publish.CodeownersFile, verify.SettingsFile}
	var (
		p   = project.Project{Repository: strings.TrimSuffix(s.repository, "/"), Branch: s.branch}
		err error
	)
	if s.at != "" {
		p.Snapshot, err = gather.At(ctx, git.Repo{Dir: s.dir}, s.at, extra...)
	} else {
		p.Snapshot, err = gather.InFolder(s.dir, extra...)
	}
	if err != nil {
		return project.Project{}, err
	}
	files := p.Snapshot.Files
	if p.Repository == "" {
		p.Repository = ofModule(files["go.mod"])
	}
	if err := project.CheckRepository(p.Repository); err != nil {
		return project.Project{}, &cli.MisuseError{Err: err, Hint: "give it with --repository"}
	}
	src, ok := files[s.people]
	if !ok {
		return project.Project{}, fmt.Errorf("there is no %s; each entry has a login, a name and employers", s.people)
	}
	var broken []error
	if p.People, err = roster.ParsePeople(s.people, []byte(src)); err != nil {
		broken = append(broken, err)
	}
	if p.Components, err = roster.ParseComponents(components, []byte(files[components])); err != nil {
		broken = append(broken, err)
	}
	return p, errors.Join(broken...)
}

// ofModule returns the address of the repository that a module is in.
func ofModule(gomod string) string {
	parts := strings.Split(modfile.ModulePath([]byte(gomod)), "/")
	if len(parts) < 3 || !strings.Contains(parts[0], ".") {
		return ""
	}
	return "https://" + strings.Join(parts[:3], "/")
}

// history reads how the OWNERS files changed up to what s names, or says why
// that can't be.
func (s *source) history(ctx context.Context) (gather.History, error) {
	repo := git.Repo{Dir: s.dir}
	rev := s.at
	if rev == "" {
		rev = "HEAD"
	}
	prefix, err := repo.Run(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return gather.History{}, fmt.Errorf("history of %s: %w", s.dir, err)
	}
	if prefix != "" {
		return gather.History{}, fmt.Errorf("history: %s is not the root of its repository", s.dir)
	}
	return gather.Past(ctx, repo, rev)
}

// oneOf makes a word that is none of these a misuse.
func oneOf(flag, value string, words ...string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return &cli.MisuseError{Err: fmt.Errorf("--%s %q: want one of %s", flag, value, strings.Join(words, ", ")), Hint: "\"maintainers --help\" lists the commands"}
}
