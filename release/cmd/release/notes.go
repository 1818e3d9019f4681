// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/history"
	"github.com/lanner-project/lanner/release/notes"
)

func notesCommand(g *globals) *cobra.Command {
	var from, to, version string
	var offline bool
	cmd := &cobra.Command{
		Use: "notes", Short: "Write the release notes of what was merged",
		Long: `notes writes the notes of everything that was merged since the last release:
from the clone's commits and, unless --offline, from the pull requests on
GitHub. What is wrong with a pull request's note is said on standard error.`,
		Example: "  release notes\n  release notes --from v0.1.0 --to release/0.2 -o json\n  release notes --offline",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := filepath.Abs(g.clone)
			if err != nil {
				return err
			}
			repo := git.Repo{Dir: dir}
			opts := history.Options{Repo: repo, Head: to, From: from, Component: "engine"}
			if !offline {
				if err := g.online(cmd, repo, &opts); err != nil {
					return err
				}
			}
			past, err := history.Read(cmd.Context(), opts)
			if err != nil {
				return err
			}
			doc := notes.Build(notes.Input{Version: version, Previous: past.From, Changes: past.Changes})
			for _, f := range doc.Findings {
				if _, err := fmt.Fprintf(g.stderr, "release: %s\n", f); err != nil {
					return err
				}
			}
			return g.print(doc, func(w io.Writer) error {
				_, err := w.Write(doc.Markdown())
				return err
			})
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "tag or commit to start behind (default: the last release that the end contains)")
	cmd.Flags().StringVar(&to, "to", "HEAD", "branch or commit to end at")
	cmd.Flags().StringVar(&version, "version", "", "version for the heading")
	cmd.Flags().BoolVar(&offline, "offline", false, "use the commits only, ask no GitHub")
	return cmd
}

// online lets the history ask GitHub for the pull requests. Reading a public
// repository needs no token on a forge; github.com's GraphQL always wants one.
func (g *globals) online(cmd *cobra.Command, repo git.Repo, opts *history.Options) error {
	_, place, err := g.place(cmd.Context(), repo)
	if err != nil {
		return err
	}
	token, err := g.token(place)
	if err != nil {
		return fmt.Errorf("%w; or use --offline", err)
	}
	client, err := github.New(github.Options{BaseURL: place.BaseURL, Token: token, Log: g.log()})
	if err != nil {
		return err
	}
	meta, _, err := client.Repositories.Get(cmd.Context(), place.Owner, place.Name)
	if err != nil {
		return err
	}
	opts.Owner, opts.Name, opts.GraphQL = place.Owner, place.Name, client
	opts.Bases = []string{meta.GetDefaultBranch()}
	branch, err := repo.Run(cmd.Context(), "rev-parse", "--abbrev-ref", opts.Head)
	if err == nil && branch != meta.GetDefaultBranch() && strings.HasPrefix(branch, "release/") {
		opts.Bases = append(opts.Bases, branch)
	}
	return nil
}
