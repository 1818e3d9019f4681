// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/maintainers/gather"
)

func newHistory() *cobra.Command {
	var s source
	var output, login string
	cmd := &cobra.Command{
		Use:   "history",
		Short: "Tells who approved or reviewed which folder from when to when",
		Long: `History tells who had which role in which folder, from when to when, by the
OWNERS files on the branch. A day is that of the commit which came to the branch.
In a shallow clone, what was before its first commit is unknown, and the first
days are too late.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("output", output, "text", "json"); err != nil {
				return err
			}
			history, err := s.history(cmd.Context())
			if err != nil {
				return err
			}
			if history.Cut {
				fmt.Fprintln(cmd.ErrOrStderr(), "maintainers: the clone is shallow: what was before its first commit is unknown")
			}
			tenures := history.Tenures
			if login != "" {
				tenures = slices.DeleteFunc(tenures, func(t gather.Tenure) bool { return t.Login != owners.Normalize(login) })
			}
			return printHistory(cmd.OutOrStdout(), output, tenures)
		},
	}
	cmd.Flags().StringVar(&s.dir, "dir", ".", "the root of the repository")
	cmd.Flags().StringVar(&s.at, "at", "", "up to this commit; HEAD when empty")
	cmd.Flags().StringVar(&login, "login", "", "of this person alone")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

func printHistory(w io.Writer, output string, tenures []gather.Tenure) error {
	if output == "json" {
		if tenures == nil {
			tenures = []gather.Tenure{}
		}
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(tenures)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(table, "FOLDER\tLOGIN\tROLE\tSINCE\tUNTIL"); err != nil {
		return err
	}
	for _, t := range tenures {
		folder, until := t.Folder, "-"
		if folder == "" {
			folder = "."
		}
		if t.Until != nil {
			until = t.Until.Date
		}
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", clean(folder), clean(t.Login), t.Role, t.Since.Date, until); err != nil {
			return err
		}
	}
	return table.Flush()
}
