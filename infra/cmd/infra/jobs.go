// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/yamlfile"
)

func jobsCommand(stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use: "jobs", Short: "Check jobs, and explain which of them a change makes run",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(jobsCheckCommand(stdout), jobsExplainCommand(stdout))
	return cmd
}

// errMistakes is told when the mistakes themselves are on the standard output.
var errMistakes = errors.New("there are mistakes")

func jobsCheckCommand(stdout io.Writer) *cobra.Command {
	var repo, output string
	cmd := &cobra.Command{
		Use: "check FILE|DIR...", Short: "Check files of job configuration",
		Long: `check reads job configuration as Prow has it and reports all mistakes, each
with its line and column. A folder is a repository if it has a .prow.yaml or a
.prow, and a central folder otherwise; a file is a repository's if that is its
name or its folder's, and one of a central folder otherwise. All central files
are read as one. It exits 1 if there is a mistake.`,
		Example: "  infra jobs check .\n  infra jobs check config/jobs ~/src/demo",
		Args:    usage(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("output", output, "text", "json"); err != nil {
				return err
			}
			counts, err := check(repo, args)
			if output == "json" {
				return checkJSON(stdout, counts, err)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(stdout, "%d presubmits, %d postsubmits, %d periodics in %d files: no mistakes\n",
				counts.Presubmits, counts.Postsubmits, counts.Periodics, counts.Files)
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&repo, "repo", "", "the repository, org/name, of files that are inside of one")
	f.StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

func oneOf(what, value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return usageError{fmt.Errorf("%s %q: want %s", what, value, strings.Join(known, " or "))}
}

// counted is how much was checked.
type counted struct {
	Files       int `json:"files"`
	Presubmits  int `json:"presubmits"`
	Postsubmits int `json:"postsubmits"`
	Periodics   int `json:"periodics"`
}

func (c *counted) add(config *job.Config) {
	for _, j := range config.All() {
		switch j.Type {
		case job.Presubmit:
			c.Presubmits++
		case job.Postsubmit:
			c.Postsubmits++
		case job.Periodic:
			c.Periodics++
		}
	}
}

// check reads all that is named. The mistakes of all of it are one error.
func check(repo string, names []string) (counted, error) {
	var c counted
	sources, err := openSources(names)
	if err != nil {
		return c, err
	}
	var mistakes yamlfile.Mistakes
	collect := func(config *job.Config, err error) *job.Config {
		var more yamlfile.Mistakes
		if errors.As(err, &more) {
			mistakes = append(mistakes, more...)
			return nil
		}
		c.add(config)
		return config
	}
	c.Files = len(sources.central)
	central := collect(job.ParseCentral(sources.central...))
	for _, files := range sources.repos {
		c.Files += len(files)
		collect(job.ParseRepo(repo, central, files...))
	}
	if len(mistakes) > 0 {
		return c, mistakes
	}
	return c, nil
}

type mistakeJSON struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func checkJSON(stdout io.Writer, c counted, err error) error {
	out := struct {
		counted
		Mistakes []mistakeJSON `json:"mistakes"`
	}{counted: c, Mistakes: []mistakeJSON{}}
	var mistakes yamlfile.Mistakes
	if err != nil && !errors.As(err, &mistakes) {
		return err
	}
	for _, m := range mistakes {
		out.Mistakes = append(out.Mistakes, mistakeJSON{m.File, m.Line, m.Col, m.Message, m.Hint})
	}
	if err := writeJSON(stdout, out); err != nil {
		return err
	}
	if len(mistakes) > 0 {
		return errMistakes
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
