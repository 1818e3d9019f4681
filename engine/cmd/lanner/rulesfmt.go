// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/rules"
)

const rulesFmtHelp = `Lay rules files out in one form: items at the margin with a blank line between
them, conditions and lists broken before column 100. Comments stay where they
are, and the texts of outputs and descriptions as they are.

Without a flag, the result goes to standard output; "-" reads standard input.
What the result means is held against what the file means before it is written.

The exit code is 1 where a file is no rules file, and with -d also where a file
would change.`

func newRulesFmt() *cobra.Command {
	var write, differences bool
	cmd := &cobra.Command{
		Use:     "fmt FILE...",
		Short:   "Lay rules files out in one form",
		Long:    rulesFmtHelp,
		Example: "  lanner rules fmt -w rules.d\n  lanner rules fmt -d my_rules.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return misuse("name one or more rules files, folders of such, or -", "no rules file given")
			case write && differences:
				return misuse("-w writes the files, -d prints what would change", "-w and -d together")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var list diag.List
			files, err := readForFmt(args, cmd.InOrStdin(), &list)
			if err != nil {
				return err
			}
			changed, err := fmtRules(files, &list, func(f rules.File, result []byte) error {
				switch {
				case differences:
					_, err := io.WriteString(cmd.OutOrStdout(), unifiedDiff(f.Name, f.Data, result))
					return err
				case write && f.Name != stdinName:
					return rewrite(f.Name, f.Data, result)
				}
				_, err := cmd.OutOrStdout().Write(result)
				return err
			})
			list.Sort()
			if err := errors.Join(err, list.WriteText(cmd.ErrOrStderr())); err != nil {
				return err
			}
			switch {
			case list.Errors() > 0:
				return fmt.Errorf("%d files are not laid out", list.Errors())
			case differences && changed > 0:
				return fmt.Errorf("%d files would change", changed)
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the files instead of printing")
	cmd.Flags().BoolVarP(&differences, "diff", "d", false, "print what would change instead")
	return cmd
}

// maxStdin is more than what rules files may have.
const maxStdin = 16 << 20

// stdinName is what standard input is called in messages.
const stdinName = "<stdin>"

func readForFmt(paths []string, stdin io.Reader, list *diag.List) ([]rules.File, error) {
	var files []rules.File
	for _, path := range paths {
		if path != "-" {
			files = append(files, rules.Read([]string{path}, list)...)
			continue
		}
		data, err := io.ReadAll(io.LimitReader(stdin, maxStdin))
		if err != nil {
			return nil, fmt.Errorf("reading standard input: %w", err)
		}
		files = append(files, rules.File{Name: stdinName, Data: data})
	}
	return files, nil
}

// fmtRules lays files out and hands on each result. It returns how many files
// change.
func fmtRules(files []rules.File, list *diag.List, use func(rules.File, []byte) error) (changed int, err error) {
	for _, f := range files {
		result, ok := rules.Format(f, list)
		if !ok {
			continue
		}
		if !bytes.Equal(f.Data, result) {
			changed++
		}
		if err := use(f, result); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// rewrite replaces a file at once: whoever reads it sees the old or the new.
func rewrite(name string, old, data []byte) (err error) {
	if bytes.Equal(old, data) {
		return nil
	}
	// Through a link, so that the link stays.
	name, err = filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Chmod(info.Mode().Perm()), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
