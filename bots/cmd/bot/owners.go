// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/infra/cli"
)

func newExplainOwners() *cobra.Command {
	var dir, output string
	cmd := &cobra.Command{
		Use:   "owners PATH...",
		Short: "Tells who may approve a change to a file, and why",
		Long: `Owners tells who may approve a change to a file, by the OWNERS files of a folder
on this machine: which file names whom, and where the way up ends. The file
itself need not be there.`,
		Example: "  bot explain owners engine/state/thread.go",
		Args:    cli.Refusing(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return &cli.MisuseError{Err: fmt.Errorf("output %q: want text or json", output), Hint: "leave -o out for text"}
			}
			tree, err := ownersBelow(dir)
			if err != nil {
				return err
			}
			var all []owners.Explanation
			for _, arg := range args {
				file := path.Clean(filepath.ToSlash(arg))
				if path.IsAbs(file) || file == "." || strings.HasPrefix(file, "..") {
					return &cli.MisuseError{Err: fmt.Errorf("path %q is not below %s", arg, dir), Hint: "give it as the repository has it: engine/state/thread.go"}
				}
				all = append(all, tree.Explain(file))
			}
			if output == "json" {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				err = encoder.Encode(all)
			} else {
				err = printOwners(cmd.OutOrStdout(), all)
			}
			if mistakes := tree.Mistakes(); len(mistakes) > 0 {
				return errors.Join(err, mistakes)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the root of the repository")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

// ownersBelow reads the OWNERS files of a folder. Links are not followed: git
// does not know what is behind them.
func ownersBelow(dir string) (*owners.Tree, error) {
	files := make(map[string]string)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("repository: %w", err)
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), ".", func(p string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".git":
			return fs.SkipDir
		case !entry.Type().IsRegular() || entry.Name() != owners.Filename && p != owners.AliasesFilename:
			return nil
		}
		src, err := root.ReadFile(p)
		files[p] = string(src)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("repository %s: %w", dir, err)
	}
	return owners.Parse(files), nil
}

func printOwners(w io.Writer, all []owners.Explanation) error {
	var b strings.Builder
	for i, x := range all {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s\n", x.Path)
		switch {
		case x.Unowned:
			b.WriteString("  needs no approval: nobody claims its folder\n")
		case len(x.Approvers) == 0:
			b.WriteString("  nobody may approve it\n")
		default:
			fmt.Fprintf(&b, "  approvers: %s\n", strings.Join(x.Approvers, ", "))
		}
		if len(x.Reviewers) > 0 {
			fmt.Fprintf(&b, "  reviewers: %s\n", strings.Join(x.Reviewers, ", "))
		}
		if len(x.Labels) > 0 {
			fmt.Fprintf(&b, "  labels: %s\n", strings.Join(x.Labels, ", "))
		}
		if x.Problem != "" {
			fmt.Fprintf(&b, "  %s\n", x.Problem)
		}
		for _, s := range x.Steps {
			b.WriteString("  " + step(s) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func step(s owners.Step) string {
	line := "from " + s.File
	if len(s.Filters) > 0 {
		line += ", filters " + strings.Join(s.Filters, "  ")
	}
	if len(s.Approvers) > 0 {
		line += ": " + strings.Join(s.Approvers, ", ")
	}
	if s.Why != "" {
		line += "; " + s.Why
	}
	if s.Ends {
		line += ": the folders above have no say"
	}
	return clean(line)
}
