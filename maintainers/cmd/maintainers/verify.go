// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/cli"
	"github.com/lanner-project/lanner/maintainers/verify"
)

type verifyOptions struct {
	source
	output, day, title, csv, dotProject string
	cap                                 int
	allow                               []string
	noHistory                           bool
}

func newVerify(now func() time.Time) *cobra.Command {
	var o verifyOptions
	var long strings.Builder
	long.WriteString(`Verify holds against each other what says who the maintainers are, and says what
is wrong. It exits with 1 when there is something. Each finding has a code:

`)
	for _, c := range verify.Codes {
		fmt.Fprintf(&long, "  %-18s %s\n", c.Code, c.Meaning)
	}
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Says where the lists disagree, and where too much hangs on one",
		Long:  strings.TrimSuffix(long.String(), "\n"),
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.day == "" {
				o.day = now().UTC().Format(time.DateOnly)
			}
			day, err := o.check()
			if err != nil {
				return err
			}
			return runVerify(cmd, o, day)
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVarP(&o.output, "output", "o", "text", "text or json")
	cmd.Flags().StringVar(&o.day, "on", "", "the day for employments; today when empty")
	cmd.Flags().IntVar(&o.cap, "cap", 40, "how much of the core maintainers' votes one employer may have, in percent")
	cmd.Flags().StringSliceVar(&o.allow, "allow", nil, "codes that are not reported")
	cmd.Flags().BoolVar(&o.noHistory, "no-history", false, "do not read git's history, which proves emeriti")
	cmd.Flags().StringVar(&o.csv, "csv", "", "a project-maintainers.csv of the CNCF to compare with")
	cmd.Flags().StringVar(&o.title, "title", "", "the project's name in the CSV; the repository's when empty")
	cmd.Flags().StringVar(&o.dotProject, "dot-project", "", "a maintainers.yaml of a .project repository to compare with")
	return cmd
}

// check refuses what can't be meant, and returns the day.
func (o verifyOptions) check() (time.Time, error) {
	if err := oneOf("output", o.output, "text", "json"); err != nil {
		return time.Time{}, err
	}
	day, err := time.Parse(time.DateOnly, o.day)
	if err != nil {
		return time.Time{}, &cli.MisuseError{Err: fmt.Errorf("--on %q: want a day", o.day), Hint: "for example 2027-01-26"}
	}
	if o.cap < 1 || o.cap > 100 {
		return time.Time{}, &cli.MisuseError{Err: fmt.Errorf("--cap %d: want percent, 1 to 100", o.cap), Hint: "leave it out for 40"}
	}
	for _, code := range o.allow {
		if !slices.ContainsFunc(verify.Codes, func(c struct{ Code, Meaning string }) bool { return c.Code == code }) {
			return time.Time{}, &cli.MisuseError{Err: fmt.Errorf("--allow %q: there is no such code", code), Hint: `"maintainers verify --help" lists them`}
		}
	}
	return day, nil
}

func runVerify(cmd *cobra.Command, o verifyOptions, day time.Time) error {
	p, err := o.load(cmd.Context())
	if err != nil {
		return err
	}
	in := verify.Input{Project: p, People: o.people, Day: day, Cap: o.cap, Title: o.title}
	if in.Title == "" {
		in.Title = p.Name()
	}
	if !o.noHistory {
		history, err := o.history(cmd.Context())
		if err != nil {
			return fmt.Errorf("%w; --no-history does without", err)
		}
		if history.Cut {
			fmt.Fprintln(cmd.ErrOrStderr(), "maintainers: the clone is shallow: its history proves no emeritus")
		}
		in.History = &history
	}
	for name, content := range map[string]*string{o.csv: &in.CSV, o.dotProject: &in.DotProject} {
		if name == "" {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("to compare with: %w", err)
		}
		*content = string(src)
	}
	findings, err := verify.Check(in)
	if err != nil {
		return err
	}
	findings = slices.DeleteFunc(findings, func(f verify.Finding) bool { return slices.Contains(o.allow, f.Code) })
	if err := printFindings(cmd.OutOrStdout(), o.output, findings); err != nil {
		return err
	}
	if n := len(findings); n > 0 {
		return fmt.Errorf("%d found", n)
	}
	return nil
}

func printFindings(w io.Writer, output string, findings []verify.Finding) error {
	if output == "json" {
		if findings == nil {
			findings = []verify.Finding{}
		}
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(findings)
	}
	var b strings.Builder
	for _, f := range findings {
		if f.Path != "" {
			b.WriteString(clean(f.Path) + ": ")
		}
		fmt.Fprintf(&b, "%s [%s]\n", clean(f.Message), f.Code)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// clean keeps a stranger's text from moving the cursor of a terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e' || r == '\u2066' || r == '\u2067' || r == '\u2028' {
			return '\uFFFD'
		}
		return r
	}, s)
}
