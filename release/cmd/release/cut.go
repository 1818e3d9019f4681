// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/release/cut"
	"github.com/lanner-project/lanner/release/plan"
)

func planCommand(g *globals) *cobra.Command {
	var want cut.Want
	var permissions, propose bool
	cmd := &cobra.Command{
		Use: "plan COMPONENT", Short: "Show what the next release would be",
		Long: `plan reads the merged pull requests since the last release and prints the
plan: the version and why, the notes, the findings that stand against it, and
the steps. It changes nothing, unless --propose opens the release pull request.`,
		Example: "  release plan engine\n  release plan engine --pre rc -o json\n  release plan engine --propose\n  release plan engine --permissions",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if want.Component = args[0]; permissions {
				return g.printPermissions()
			}
			r, err := g.open(cmd.Context())
			if err != nil {
				return err
			}
			if err := r.Compose(cmd.Context(), want); err != nil {
				return err
			}
			findings, err := r.Preflight(cmd.Context())
			if err != nil {
				return err
			}
			if err := g.printPlan(r.Plan(), findings); err != nil || !propose {
				return err
			}
			return g.goOn(cmd.Context(), r, findings)
		},
	}
	cmd.Flags().StringVar(&want.Version, "version", "", "ask for this version instead of the computed one")
	cmd.Flags().StringVar(&want.Prerelease, "pre", "", "make a pre-release of this kind: rc, beta or alpha")
	cmd.Flags().StringVar(&want.Branch, "branch", "", "release from this branch (default: the clone's, if it is a release branch)")
	cmd.Flags().BoolVar(&permissions, "permissions", false, "list what each step needs to be allowed")
	cmd.Flags().BoolVar(&propose, "propose", false, "open the tracking issue and the release pull request")
	g.cutFlags(cmd)
	return cmd
}

func cutCommand(g *globals) *cobra.Command {
	var want cut.Want
	var dryRun bool
	cmd := &cobra.Command{
		Use: "cut COMPONENT [VERSION]", Short: "Carry out a release",
		Long: `cut carries out the plan that is on its way; there being none, it makes one,
proposes it, and stops until two maintainers have approved it. It first shows
every step with what is done already. Run it again after an approval, a failure
or a crash: each step looks at the world before it acts.`,
		Example: "  release cut engine --dry-run\n  release cut engine\n  release cut engine --waive no-checks='first release'",
		Args:    usage(cobra.RangeArgs(1, 2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			want.Component = args[0]
			if len(args) == 2 {
				want.Version = args[1]
			}
			r, err := g.open(cmd.Context())
			if err != nil {
				return err
			}
			err = r.Load(cmd.Context(), want.Component, want.Version)
			if errors.Is(err, cut.ErrNoPlan) {
				err = r.Compose(cmd.Context(), want)
			}
			// With nothing to release, show the last one: the run that finished it
			// may have been killed before it could say so.
			var nothing *cut.NothingError
			if errors.As(err, &nothing) {
				if _, err := fmt.Fprintf(g.stderr, "release: %v\n", nothing); err != nil {
					return err
				}
				err = r.Load(cmd.Context(), want.Component, path.Base(nothing.Tag))
			}
			if err != nil {
				return err
			}
			if r.Plan().Kind == plan.KindYank {
				return fmt.Errorf("the withdrawal of %s is on its way; finish it with `release yank %s`", r.Plan().Yank.Version, r.Plan().Yank.Version)
			}
			return g.carryOut(cmd.Context(), r, dryRun)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "do nothing, say everything")
	cmd.Flags().StringVar(&want.Prerelease, "pre", "", "make a pre-release of this kind: rc, beta or alpha")
	g.cutFlags(cmd)
	return cmd
}

func yankCommand(g *globals) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use: "yank VERSION", Short: "Withdraw a release",
		Long: `yank withdraws a release by a plan of its own: a patch version whose go.mod
retracts the release and itself, the release's text and the download index say
so, the latest pointers go back. Nothing is deleted and no tag moves.`,
		Example: "  release yank v0.1.0 --reason 'crashes on start'",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			why := g.reason
			r, err := g.open(cmd.Context())
			if err != nil {
				return err
			}
			if err := r.ComposeYank(cmd.Context(), args[0], why); err != nil {
				return err
			}
			return g.carryOut(cmd.Context(), r, dryRun)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "do nothing, say everything")
	g.cutFlags(cmd)
	return cmd
}

// carryOut shows the plan and its steps, then runs them.
func (g *globals) carryOut(ctx context.Context, r *cut.Release, dryRun bool) error {
	results, err := r.Status(ctx)
	if err != nil {
		return err
	}
	if finished(results) {
		if err := r.Sweep(ctx); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(g.stderr, "release: %s is released, nothing to do\n", r.Plan().Tag); err != nil {
			return err
		}
		return g.print(results, func(w io.Writer) error { return printResults(w, results) })
	}
	findings, err := r.Preflight(ctx)
	if err != nil {
		return err
	}
	if dryRun {
		if err := g.printPlan(r.Plan(), findings); err != nil {
			return err
		}
		return g.print(results, func(w io.Writer) error { return printResults(w, results) })
	}
	if err := printResults(g.stderr, results); err != nil {
		return err
	}
	return g.goOn(ctx, r, findings)
}

func (g *globals) goOn(ctx context.Context, r *cut.Release, findings []cut.Finding) error {
	if err := printFindings(g.stderr, findings); err != nil {
		return err
	}
	tagged, err := r.Tagged(ctx)
	if err != nil {
		return err
	}
	// Behind the tag there is no way back: what is left must be finished.
	if blocking := cut.Blocking(findings); len(blocking) > 0 && !tagged {
		return fmt.Errorf("%d findings stand against %s; resolve them, or let them pass with --waive CODE=REASON", len(blocking), r.Plan().Tag)
	}
	if err := r.Run(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(g.stdout, "%s\n", r.Plan().Tag)
	return err
}

func finished(results []cut.Result) bool {
	for _, res := range results {
		if res.State != cut.Already && res.Step != "verify-upload" && res.Step != "rehearsal" && res.Step != "artifacts" {
			return false
		}
	}
	return true
}

func statusCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "status [COMPONENT [VERSION]]", Short: "Show how far a release is",
		Example: "  release status\n  release status engine v0.1.0 -o json",
		Args:    usage(cobra.RangeArgs(0, 2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			component, version := "engine", ""
			if len(args) > 0 {
				component = args[0]
			}
			if len(args) > 1 {
				version = args[1]
			}
			r, err := g.open(cmd.Context())
			if err != nil {
				return err
			}
			if err := r.Load(cmd.Context(), component, version); err != nil {
				return err
			}
			results, err := r.Status(cmd.Context())
			if err != nil {
				return err
			}
			return g.print(results, func(w io.Writer) error {
				if _, err := fmt.Fprintf(w, "%s, led by %s\n", r.Plan().Tag, r.Plan().Lead); err != nil {
					return err
				}
				return printResults(w, results)
			})
		},
	}
}

func (g *globals) printPlan(p plan.Plan, findings []cut.Finding) error {
	v := struct {
		Plan     plan.Plan     `json:"plan"`
		Findings []cut.Finding `json:"findings"`
	}{p, findings}
	return g.print(v, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s from %s (%s), led by %s\n", p.Tag, p.Base.Commit, p.Branch, p.Lead)
		for _, reason := range p.Reasons {
			if err == nil {
				_, err = fmt.Fprintf(w, "  %s\n", reason)
			}
		}
		if err == nil {
			_, err = fmt.Fprintf(w, "\n%s\n", p.Notes)
		}
		if err == nil {
			err = printFindings(w, findings)
		}
		return err
	})
}

func printFindings(w io.Writer, findings []cut.Finding) error {
	for _, f := range findings {
		state := "finding"
		if f.Waiver != nil {
			state = fmt.Sprintf("waived (%s: %s)", f.Waiver.By, f.Waiver.Reason)
		}
		if _, err := fmt.Fprintf(w, "%s %s: %s\n  %s\n", state, f.Code, f.Message, f.Fix); err != nil {
			return err
		}
	}
	return nil
}

func printResults(w io.Writer, results []cut.Result) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, res := range results {
		state := map[cut.State]string{cut.Already: "done", cut.Would: "to do"}[res.State]
		if state == "" {
			state = string(res.State)
		}
		if _, err := fmt.Fprintf(tw, "  %s\t%s\t%s\n", state, res.Step, res.Detail); err != nil {
			return err
		}
	}
	return tw.Flush()
}

func (g *globals) printPermissions() error {
	type row struct {
		Step  string           `json:"step"`
		Title string           `json:"title"`
		Needs []cut.Permission `json:"needs"`
	}
	var rows []row
	for _, s := range cut.Permissions(plan.Plan{Kind: plan.KindRelease}) {
		rows = append(rows, row{s.Name, s.Title, s.Needs})
	}
	return g.print(rows, func(w io.Writer) error {
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, r := range rows {
			for _, n := range r.Needs {
				if _, err := fmt.Fprintf(tw, "%s\t%s\t%s\n", r.Step, n.Where, n.What); err != nil {
					return err
				}
			}
		}
		return tw.Flush()
	})
}
