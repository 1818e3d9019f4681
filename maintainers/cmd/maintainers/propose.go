// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/propose"
	"github.com/lanner-project/lanner/maintainers/publish"
)

// proposals is what the branches of generated files begin with.
const proposals = "maintainers/"

func newPropose() *cobra.Command {
	s := source{at: "HEAD"}
	var remote propose.Remote
	cmd := &cobra.Command{
		Use:   "propose",
		Short: "Opens the pull request that brings the generated files up to date",
		Long: `Propose makes what "generate" makes, from the files of the commit --at, and
opens a pull request with it against --branch. There is one pull request for one
outcome: run again, it finds the one that is there, open or closed. Those that it
opened before for another outcome are closed. Where everything is up to date, it
says so and asks GitHub nothing.

The token of GITHUB_TOKEN, GH_TOKEN or --token-file needs to write contents and
pull requests; its account signs the commit off.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, commit, err := stale(cmd.Context(), s)
			if err != nil {
				return err
			}
			if len(files) == 0 {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "everything is up to date")
				return err
			}
			remote.Dir = s.dir
			return proposed(cmd.Context(), s.branch, commit, files, remote, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&remote.Name, "remote", "origin", "the git remote that is the repository on GitHub, or its address")
	cmd.Flags().StringVar(&remote.BaseURL, "base-url", "", "GitHub's REST address (default: by the remote)")
	cmd.Flags().StringVar(&remote.TokenFile, "token-file", "", "file with the GitHub token (default: $GITHUB_TOKEN, then $GH_TOKEN)")
	s.flags(cmd)
	// The folder as it is may hold what nobody has committed.
	cmd.Flags().Lookup("at").DefValue, s.at = "HEAD", "HEAD"
	cmd.Flags().Lookup("at").Usage = "read the files of this commit, which --branch must have"
	return cmd
}

// stale returns the files that are not what they should be, and the commit that
// they were read at.
func stale(ctx context.Context, s source) (files []propose.File, commit string, err error) {
	project, err := s.load(ctx)
	if err != nil {
		return nil, "", err
	}
	if commit, err = (git.Repo{Dir: s.dir}).Run(ctx, "rev-parse", "--verify", s.at+"^{commit}"); err != nil {
		return nil, "", err
	}
	made, err := publish.Generate(project, s.people)
	if err != nil {
		return nil, "", err
	}
	for _, f := range made {
		if have, there := project.Snapshot.Files[f.Path]; !there || have != string(f.Content) {
			files = append(files, propose.File{Path: f.Path, Content: f.Content})
		}
	}
	return files, commit, nil
}

// proposed opens the pull request with the files.
func proposed(ctx context.Context, branch, commit string, files []propose.File, r propose.Remote, stdout, stderr io.Writer) error {
	var body strings.Builder
	body.WriteString("The `OWNERS` files or `people.yaml` changed, and what is generated from them did not. `maintainers generate` makes:\n\n")
	for _, f := range files {
		fmt.Fprintf(&body, "- `%s`\n", f.Path)
	}
	body.WriteString("\n```release-note\nNONE\n```\n")
	p := propose.Proposal{Kind: proposals, Branch: branch, Commit: commit, Title: "Bring the maintainers up to date", Body: body.String()}
	if err := p.Connect(ctx, r, stderr); err != nil {
		return err
	}
	return p.Open(ctx, files, stdout)
}
