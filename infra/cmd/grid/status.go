// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/grid"
)

func planCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "plan", Short: "Say what is to be done: what is wanted and not known", Example: "  grid plan", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := o.state()
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, t := range grid.Checks(s.rows) {
				if _, err := fmt.Fprintf(out, "check %s %s (%d MB)\n", t.Release, t.Arch, t.Size>>20); err != nil {
					return err
				}
			}
			for _, r := range grid.Boots(s.rows) {
				if _, err := fmt.Fprintf(out, "boot %s %s, for class %.12s\n", r.Release, r.Arch, r.Class); err != nil {
					return err
				}
			}
			_, err = fmt.Fprintf(out, "%d kernels to check, and at least %d to boot; %d are known\n",
				len(grid.Checks(s.rows)), len(grid.Boots(s.rows)), len(s.rows)-len(grid.Checks(s.rows)))
			return err
		},
	}
}

func statusCommand(o *options) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "status", Short: "Say what is known of every kernel", Example: "  grid status --all\n  grid status -o json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.checkOutput(); err != nil {
				return err
			}
			s, err := o.state()
			if err != nil {
				return err
			}
			if o.output == "json" {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				if err := e.Encode(s.rows); err != nil {
					return err
				}
			} else if err := s.write(cmd.OutOrStdout(), all); err != nil {
				return err
			}
			return s.enough()
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "list those that work, too")
	o.outputFlag(cmd)
	return cmd
}

// enough is an error if a family is short of its threshold.
func (s *state) enough() error { return grid.Enough(s.families, s.rows) }

// write writes a table, and how many there are of each verdict.
func (s *state) write(w io.Writer, all bool) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range s.rows {
		if r.Verdict == grid.Works && !all {
			continue
		}
		reason := r.Reason
		if r.BootedOn != "" && r.BootedOn != r.Release {
			reason = strings.TrimSpace("booted: " + r.BootedOn + ". " + reason)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%.12s\t%s\n", r.Release, r.Arch, r.Verdict, r.Class, oneLine(reason))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	classes := make(map[string]bool)
	for _, r := range s.rows {
		if r.Class != "" {
			classes[r.Class] = true
		}
	}
	count := grid.Count(s.rows)
	var parts []string
	for _, v := range grid.Verdicts() {
		if count[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[v], v))
		}
	}
	for _, arch := range slices.Sorted(maps.Keys(s.drivers)) {
		if _, err := fmt.Fprintf(w, "driver for %s: %.12s\n", arch, s.drivers[arch]); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%d kernels of %d classes: %s\n", len(s.rows), len(classes), strings.Join(parts, ", "))
	return err
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
