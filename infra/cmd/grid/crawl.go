// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/driver/kernel"
	"github.com/lanner-project/lanner/infra/debian"
	"github.com/lanner-project/lanner/infra/grid"
)

const crawlHelp = `Look for kernels that the files of targets do not have yet.

The package indexes of the suites that a file names are fetched by apt, which
checks their signatures; the machine's own apt says from which mirror. What is
found is printed. --write adds it to the files, for a pull request.`

func crawlCommand(o *options) *cobra.Command {
	var write bool
	cmd := &cobra.Command{
		Use: "crawl", Short: "Look for kernels that appeared", Long: crawlHelp, Example: "  grid crawl --write", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, err := o.families()
			if err != nil {
				return err
			}
			for _, file := range slices.Sorted(maps.Keys(files)) {
				if err := o.crawl(cmd, file, files[file], write); err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&write, "write", false, "add what was found to the files of targets")
	return cmd
}

func (o *options) crawl(cmd *cobra.Command, file string, fam *grid.Family, write bool) error {
	ctx := cmd.Context()
	a, err := o.archive(cmd, fam)
	if err != nil {
		return err
	}
	if err := a.Update(ctx); err != nil {
		return err
	}
	indexes, err := a.Indexes(ctx)
	if err != nil {
		return err
	}
	var found []grid.Target
	for _, i := range indexes {
		arch, err := kernel.ParseArch(i.Arch)
		if err != nil {
			continue // packages for any machine have no kernels
		}
		err = a.Read(ctx, i, func(r io.Reader) error {
			some, err := fam.Crawl(i.Suite, arch, r)
			found = append(found, some...)
			return err
		})
		if err != nil {
			return err
		}
	}
	added := fam.Add(found)
	for _, t := range added {
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "new: %s %s, %s %s of %s\n", t.Release, t.Arch, t.Package, t.Version, t.Suite); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %d kernels are offered, %d of them are new\n", fam.Name, len(found), len(added)); err != nil {
		return err
	}
	if !write || len(added) == 0 {
		return nil
	}
	return os.WriteFile(file, fam.Format(), 0o644)
}

// archive is where a family's packages come from.
func (o *options) archive(cmd *cobra.Command, fam *grid.Family) (*debian.Archive, error) {
	dir, err := o.cacheDir()
	if err != nil {
		return nil, err
	}
	if fam.Name != "debian" {
		return nil, fmt.Errorf("where the packages of %q come from is not known: only Debian's are", fam.Name)
	}
	var archs []string
	for _, a := range fam.Architectures {
		archs = append(archs, string(a))
	}
	return debian.Open(cmd.Context(), dir, fam.Suites, archs)
}
