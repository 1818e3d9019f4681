// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/maintainers/publish"
)

func newGenerate() *cobra.Command {
	var s source
	var check bool
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Writes maintainers.yaml, MAINTAINERS.md and CODEOWNERS",
		Long: `Generate writes maintainers/maintainers.yaml, the tables in
maintainers/MAINTAINERS.md and .github/CODEOWNERS, from people.yaml and the
OWNERS files. The same files make the same bytes, on every machine and every
day. It prints the files that it changed.

With --check it changes nothing: it shows what would change, and exits with 1
if anything would.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := s.load(cmd.Context())
			if err != nil {
				return err
			}
			files, err := publish.Generate(p, s.people)
			if err != nil {
				return err
			}
			stale := 0
			for _, f := range files {
				have, there := p.Snapshot.Files[f.Path]
				if check {
					if there && have == string(f.Content) {
						continue
					}
					stale++
					if _, err := fmt.Fprint(cmd.OutOrStdout(), diff(f.Path, have, string(f.Content))); err != nil {
						return err
					}
					continue
				}
				changed, err := write(s.dir, f)
				if err != nil {
					return err
				}
				if changed {
					if _, err := fmt.Fprintln(cmd.OutOrStdout(), f.Path); err != nil {
						return err
					}
				}
			}
			if stale > 0 {
				return fmt.Errorf("%d of %d files are not what \"maintainers generate\" makes", stale, len(files))
			}
			return nil
		},
	}
	s.flags(cmd)
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; exit with 1 if something would change")
	return cmd
}

// write replaces a file below dir, in one step: a reader sees the old content
// or the new one.
func write(dir string, f publish.File) (changed bool, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	name := filepath.FromSlash(f.Path)
	have, err := root.ReadFile(name)
	if err == nil && string(have) == string(f.Content) {
		return false, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	if err := root.MkdirAll(filepath.FromSlash(path.Dir(f.Path)), 0o755); err != nil {
		return false, err
	}
	draft := name + ".new"
	if err := root.WriteFile(draft, f.Content, 0o644); err != nil {
		return false, err
	}
	if err := root.Rename(draft, name); err != nil {
		return false, errors.Join(err, root.Remove(draft))
	}
	return true, nil
}
