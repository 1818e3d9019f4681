// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/driver/kernel"
	"github.com/lanner-project/lanner/infra/debian"
	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/grid"
	"github.com/lanner-project/lanner/infra/propose"
)

const crawlHelp = `Look for kernels that the files of targets do not have yet.

The package indexes of the suites that a file names are fetched by apt, which
checks their signatures; the machine's own apt says from which mirror. What is
found is printed. --write adds it to the files; --propose opens a pull request
that does, with the token of GITHUB_TOKEN, GH_TOKEN or --token-file. There is one
pull request for one outcome, and a newer one takes its place.`

// proposals is what the branches of crawled files begin with.
const proposals = "grid/"

// found is what a crawl came upon in one file.
type found struct {
	file  string
	fam   *grid.Family
	added []grid.Target
}

func crawlCommand(o *options) *cobra.Command {
	var write, proposing bool
	var remote propose.Remote
	branch := "main"
	cmd := &cobra.Command{
		Use: "crawl", Short: "Look for kernels that appeared", Long: crawlHelp, Example: "  grid crawl --write\n  grid crawl --propose", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, err := o.families()
			if err != nil {
				return err
			}
			var news []found
			for _, file := range slices.Sorted(maps.Keys(files)) {
				added, err := o.crawl(cmd, files[file])
				if err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
				if len(added) > 0 {
					news = append(news, found{file, files[file], added})
				}
			}
			if proposing && len(news) > 0 {
				return proposeTargets(cmd, branch, remote, news)
			}
			for _, n := range news {
				if write {
					if err := os.WriteFile(n.file, n.fam.Format(), 0o644); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.BoolVar(&write, "write", false, "add what was found to the files of targets")
	f.BoolVar(&proposing, "propose", false, "open a pull request that adds what was found")
	f.StringVar(&branch, "branch", "main", "branch that it is to be merged into")
	f.StringVar(&remote.Name, "remote", "origin", "the git remote that is the repository on GitHub, or its address")
	f.StringVar(&remote.BaseURL, "base-url", "", "GitHub's REST address (default: by the remote)")
	f.StringVar(&remote.TokenFile, "token-file", "", "file with the GitHub token (default: $GITHUB_TOKEN, then $GH_TOKEN)")
	cmd.MarkFlagsMutuallyExclusive("write", "propose")
	return cmd
}

// maxNamed is how many kernels a pull request names one by one.
const maxNamed = 200

// proposeTargets opens the pull request that adds what was found.
func proposeTargets(cmd *cobra.Command, branch string, remote propose.Remote, news []found) error {
	ctx := cmd.Context()
	dir, err := filepath.Abs(filepath.Dir(news[0].file))
	if err != nil {
		return err
	}
	repo := git.Repo{Dir: dir}
	remote.Dir = dir
	p := propose.Proposal{Kind: proposals, Branch: branch}
	if p.Commit, err = repo.Run(ctx, "rev-parse", "HEAD"); err != nil {
		return err
	}
	prefix, err := repo.Run(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return err
	}
	var files []propose.File
	var body strings.Builder
	all := 0
	for _, n := range news {
		files = append(files, propose.File{Path: prefix + filepath.Base(n.file), Content: n.fam.Format()})
		all += len(n.added)
		fmt.Fprintf(&body, "`%s%s`:\n\n", prefix, filepath.Base(n.file))
		for i, t := range n.added {
			if i == maxNamed {
				fmt.Fprintf(&body, "- and %d more\n", len(n.added)-i)
				break
			}
			fmt.Fprintf(&body, "- %s, %s: `%s` %s of %s\n", t.Release, t.Arch, t.Package, t.Version, t.Suite)
		}
		body.WriteString("\n")
	}
	body.WriteString("The next run of the grid checks them, and boots one of each class that is new.\n\n```release-note\nNONE\n```\n")
	p.Title, p.Body = fmt.Sprintf("Add %d kernels to the targets of the driver", all), body.String()
	if all == 1 {
		p.Title = "Add a kernel to the targets of the driver"
	}
	if err := p.Connect(ctx, remote, cmd.ErrOrStderr()); err != nil {
		return err
	}
	return p.Open(ctx, files, cmd.OutOrStdout())
}

// crawl adds what is new to a family, and returns it.
func (o *options) crawl(cmd *cobra.Command, fam *grid.Family) ([]grid.Target, error) {
	ctx := cmd.Context()
	a, err := o.archive(cmd, fam)
	if err != nil {
		return nil, err
	}
	if err := a.Update(ctx); err != nil {
		return nil, err
	}
	indexes, err := a.Indexes(ctx)
	if err != nil {
		return nil, err
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
			return nil, err
		}
	}
	added := fam.Add(found)
	for _, t := range added {
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "new: %s %s, %s %s of %s\n", t.Release, t.Arch, t.Package, t.Version, t.Suite); err != nil {
			return nil, err
		}
	}
	if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %d kernels are offered, %d of them are new\n", fam.Name, len(found), len(added)); err != nil {
		return nil, err
	}
	return added, nil
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
