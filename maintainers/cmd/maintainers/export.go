// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/maintainers/publish"
)

type exportOptions struct {
	source
	format, maturity, title string
}

func newExport() *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Prints the maintainers in a format of others",
		Long: `Export prints the maintainers in a format of others:

  csv         the block of the CNCF's project-maintainers.csv: core maintainers
  project     the maintainers.yaml of a .project repository
  gitdm       the lines of gitdm's developers_affiliations, of those people only
              who have public_emails in people.yaml
  codeowners  GitHub's CODEOWNERS
  markdown    the tables of MAINTAINERS.md
  teams       the teams: section of .github/settings.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", o.format, "csv", "project", "gitdm", "codeowners", "markdown", "teams"); err != nil {
				return err
			}
			return runExport(cmd, o)
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&o.format, "format", "markdown", "csv, project, gitdm, codeowners, markdown or teams")
	cmd.Flags().StringVar(&o.maturity, "maturity", "Sandbox", "the CNCF's level of the project, in the CSV")
	cmd.Flags().StringVar(&o.title, "title", "", "the project's name in the CSV; the repository's when empty")
	return cmd
}

func runExport(cmd *cobra.Command, o exportOptions) error {
	p, err := o.load(cmd.Context())
	if err != nil {
		return err
	}
	if err := publish.Ready(p); err != nil {
		return err
	}
	var out []byte
	switch o.format {
	case "csv":
		if o.title == "" {
			o.title = p.Name()
		}
		out, err = publish.CSV(p, o.maturity, o.title)
	case "project":
		out, err = publish.DotProject(p)
	case "gitdm":
		var silent int
		out, silent = publish.Gitdm(p)
		if silent > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "maintainers: %d of %d people have no public_emails and are left out\n", silent, len(p.People))
		}
	case "codeowners":
		out, err = publish.Codeowners(p, "")
	case "markdown":
		out = publish.Tables(p)
	case "teams":
		out, err = publish.TeamsSection(p)
	}
	if err != nil {
		return err
	}
	_, err = cmd.OutOrStdout().Write(out)
	return err
}
