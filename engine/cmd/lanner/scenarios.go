// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/scenario"
)

const rulesTestHelp = `Run tests of rules.

A scenario says which rules are loaded, what is there, what happens, and which
alerts each event raises. The default rules have theirs beside them; the website
explains the language. Of a folder, all files that end in .scenario are run.
With -r, those rules are tested instead of the ones that the scenario loads.`

func newRulesTest() *cobra.Command {
	var paths []string
	var verbose bool
	cmd := &cobra.Command{
		Use:     "test FILE|FOLDER...",
		Short:   "Run tests of rules",
		Long:    rulesTestHelp,
		Example: "  lanner rules test rules.d",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("a scenario is a text file; the website explains its language", "no scenario given")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := scenarioFiles(args)
			if err != nil {
				return err
			}
			failed := 0
			for _, name := range names {
				r := scenarioRun{name: name, rules: paths, verbose: verbose, out: cmd.OutOrStdout(), err: cmd.ErrOrStderr()}
				ok, err := r.run()
				if err != nil {
					return err
				}
				if !ok {
					failed++
				}
			}
			if failed > 0 {
				return fmt.Errorf("%d of %d scenarios failed", failed, len(names))
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVarP(&paths, "rules", "r", nil, "test the rules in `FILE`, or folder of such")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "name each test")
	return cmd
}

// scenarioFiles returns files as they are, and of folders their scenarios.
func scenarioFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		in, err := filepath.Glob(filepath.Join(path, "*.scenario"))
		if err != nil {
			return nil, err
		}
		if len(in) == 0 {
			return nil, fmt.Errorf("%s: the folder has no file whose name ends in .scenario", path)
		}
		files = append(files, in...)
	}
	return files, nil
}

// scenarioRun runs the tests of one file.
type scenarioRun struct {
	name     string
	rules    []string
	verbose  bool
	out, err io.Writer
}

// run reports whether all tests pass.
func (r *scenarioRun) run() (bool, error) {
	text, err := os.ReadFile(r.name)
	if err != nil {
		return false, err
	}
	f, list := scenario.Parse(r.name, string(text))
	if list.Errors() > 0 {
		return false, list.WriteText(r.err)
	}
	paths := r.rules
	if len(paths) == 0 {
		for _, l := range f.Loads {
			paths = append(paths, r.beside(l.Path))
		}
	}
	checked, err := loadRules(paths, r.err)
	if err != nil {
		return false, err
	}
	failed := 0
	for i := range f.Tests {
		ok, err := r.test(&f.Tests[i], checked)
		if err != nil {
			return false, fmt.Errorf("%s: test %q: %w", r.name, f.Tests[i].Name, err)
		}
		if !ok {
			failed++
		}
	}
	verdict := "ok  "
	if failed > 0 {
		verdict = "FAIL"
	}
	_, err = fmt.Fprintf(r.out, "%s %s: %d of %d tests pass\n", verdict, r.name, len(f.Tests)-failed, len(f.Tests))
	return failed == 0, err
}

func (r *scenarioRun) test(t *scenario.Test, checked []check.Rule) (bool, error) {
	failures, err := t.Run(checked, r.open)
	for _, f := range failures {
		detail := ""
		if f.Detail != "" {
			detail = "    " + strings.ReplaceAll(strings.TrimRight(f.Detail, "\n"), "\n", "\n    ") + "\n"
		}
		if _, err := fmt.Fprintf(r.out, "%s:%d:%d: %s\n%s", f.Pos.File, f.Pos.Line, f.Pos.Col, f.Message, detail); err != nil {
			return false, err
		}
	}
	if r.verbose && err == nil {
		verdict := "ok  "
		if len(failures) > 0 {
			verdict = "FAIL"
		}
		_, err = fmt.Fprintf(r.out, "  %s %s\n", verdict, t.Name)
	}
	return len(failures) == 0, err
}

// beside is a path in a scenario, seen from here.
func (r *scenarioRun) beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(r.name), path)
}

func (r *scenarioRun) open(path string, snap event.Snapshot) (scenario.Source, io.Closer, error) {
	return openCapture(r.beside(path), snap)
}

// openCapture opens a capture that is read by one goroutine.
func openCapture(path string, snap event.Snapshot) (*capture.Reader, io.Closer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	src, err := capture.NewReader(f, snap)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, joinClose(err, f))
	}
	return src, f, nil
}
