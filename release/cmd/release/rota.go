// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/release/rota"
)

const (
	rotationFile = "maintainers/rotation.yaml"
	peopleFile   = "maintainers/people.yaml"
)

// rotaFlags are those of the commands about the rotation.
type rotaFlags struct {
	*globals
	today, project string
	write          bool
}

// rotation is the rotation of a clone, read.
type rotation struct {
	file string
	data []byte
	in   rota.Input
}

func rotaCommand(g *globals) *cobra.Command {
	f := &rotaFlags{globals: g}
	cmd := &cobra.Command{
		Use: "rota [VERSION]", Short: "Show and plan who leads which release",
		Long: `rota shows who leads the coming releases, or one of them, as
maintainers/rotation.yaml has it. Its subcommands plan the next ones, say why
it is whose turn, and change the rotation by the same rules. What changes the
file prints what would change, and writes it with --write only: the change goes
into a pull request like any other.`,
		Example: "  release rota\n  release rota v0.1.0\n  release rota plan --write\n  release rota why v0.6.0",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE:    f.show,
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&f.today, "today", "", "plan as of this day, such as 2027-01-26 (default: the clock's)")
	flags.StringVar(&f.project, "project", "lanner", "name of the project: lots are drawn, and calendar entries named, by it")
	cmd.AddCommand(f.planCommand(), f.showCommand(), f.whyCommand(), f.swapCommand(), f.takeCommand(), f.declineCommand(), f.awayCommand(),
		f.icsCommand(), f.issueCommand(), f.remindCommand(), f.checkCommand())
	return cmd
}

// read reads the clone's rotation and people.
func (f *rotaFlags) read() (rotation, error) {
	if err := f.checkOutput(); err != nil {
		return rotation{}, err
	}
	r := rotation{file: filepath.Join(f.clone, filepath.FromSlash(rotationFile))}
	var err error
	if r.data, err = os.ReadFile(r.file); err != nil {
		return r, err
	}
	if r.in.Rota, err = rota.Parse(r.file, r.data); err != nil {
		return r, err
	}
	people := filepath.Join(f.clone, filepath.FromSlash(peopleFile))
	switch data, err := os.ReadFile(people); {
	case errors.Is(err, fs.ErrNotExist): // they may be in the rotation itself
	case err != nil:
		return r, err
	default:
		if r.in.People, err = roster.ParsePeople(people, data); err != nil {
			return r, err
		}
	}
	r.in.Project, r.in.Today = f.project, f.now()
	if f.today != "" {
		if r.in.Today, err = time.Parse(time.DateOnly, f.today); err != nil {
			return r, usageError{fmt.Errorf("--today %q: want a day, such as 2027-01-26", f.today)}
		}
	}
	return r, nil
}

// write is the flag of the commands that change the rotation.
func (f *rotaFlags) writeFlag(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&f.write, "write", false, "write the file, instead of showing what would change")
	return cmd
}

// replan fills what is open in next, and shows or writes the result.
func (f *rotaFlags) replan(r rotation, next rota.Rota) error {
	before := r.in.Rota.Releases
	r.in.Rota = next
	plan, err := rota.Make(r.in)
	if err != nil {
		return err
	}
	plan.Changes = rota.Changes(before, plan.Releases)
	next.Releases = plan.Releases
	return f.finish(r, next, plan)
}

// finish shows or writes a changed rotation.
func (f *rotaFlags) finish(r rotation, next rota.Rota, plan rota.Plan) error {
	text, err := rota.Edit(r.file, r.data, next)
	if err != nil {
		return err
	}
	if f.write {
		if err := replaceFile(r.file, text); err != nil {
			return err
		}
	}
	return f.print(plan, func(w io.Writer) error {
		changed := difference(string(r.data), string(text))
		if changed == "" {
			changed = "nothing changes\n"
		}
		if _, err := io.WriteString(w, changed); err != nil {
			return err
		}
		return printUnstaffed(w, plan)
	})
}

func printUnstaffed(w io.Writer, plan rota.Plan) error {
	for _, d := range plan.Decisions {
		for _, r := range d.Roles {
			if r.Unstaffed == "" || r.Role != rota.Lead && d.Lead == "" {
				continue
			}
			if _, err := fmt.Fprintf(w, "UNSTAFFED %s: it has no %s: %s\n", d.Version, r.Role, r.Unstaffed); err != nil {
				return err
			}
		}
	}
	return nil
}

// replaceFile writes a file such that a reader sees the old or the new one.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".rotation-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// difference shows the lines that go and those that come.
func difference(before, after string) string {
	a, b := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	// common[i][j] is how many lines a[i:] and b[j:] have in common.
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i, line := range slices.Backward(a) {
		for j, other := range slices.Backward(b) {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if line == other {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out strings.Builder
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out.WriteString("-" + strings.TrimSuffix(a[i], "\n") + "\n")
			i++
		default:
			out.WriteString("+" + strings.TrimSuffix(b[j], "\n") + "\n")
			j++
		}
	}
	return out.String()
}

func (f *rotaFlags) planCommand() *cobra.Command {
	horizon := rota.Horizon
	cmd := &cobra.Command{
		Use: "plan", Short: "Plan the next releases",
		Long: `plan finds lead, backup and shadow for the next releases and shows what
would change in the file. Who is published stays, unless they are away, gone,
take no part or declined. The same files and the same day give the same plan.`,
		Example: "  release rota plan\n  release rota plan --write\n  release rota plan --today 2027-01-01 --releases 12 -o json",
		Args:    usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			r, err := f.read()
			if err != nil {
				return err
			}
			r.in.Horizon = horizon
			return f.replan(r, r.in.Rota)
		},
	}
	cmd.Flags().IntVar(&horizon, "releases", horizon, "how many releases there are to be from today on")
	return f.writeFlag(cmd)
}

func (f *rotaFlags) showCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show [VERSION]", Short: "Show who leads the coming releases, or one",
		Example: "  release rota show\n  release rota show v0.1.0 -o json",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE:    f.show,
	}
}

func (f *rotaFlags) show(_ *cobra.Command, args []string) error {
	r, err := f.read()
	if err != nil {
		return err
	}
	if len(args) == 1 {
		turn, err := r.in.Rota.Lead(args[0])
		if err != nil {
			return err
		}
		return f.print(turn, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s is led by %s\n", args[0], turn.Lead)
			return err
		})
	}
	coming := []rota.Assignment{}
	for _, a := range r.in.Rota.Releases {
		if a.Date == "" || a.Date >= r.in.Today.Format(time.DateOnly) {
			coming = append(coming, a)
		}
	}
	return f.print(coming, func(w io.Writer) error {
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		if _, err := fmt.Fprintln(tw, "VERSION\tDATE\tSLIP\tLEAD\tBACKUP\tSHADOW"); err != nil {
			return err
		}
		for _, a := range coming {
			lead := a.Lead
			if lead == "" {
				lead = "UNSTAFFED"
			}
			if _, err := fmt.Fprintf(tw, "%s\t%s\t%d\t%s\t%s\t%s\n", a.Version, orDash(a.Date), a.Slip, lead, orDash(a.Backup), orDash(a.Shadow)); err != nil {
				return err
			}
		}
		return tw.Flush()
	})
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (f *rotaFlags) whyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "why VERSION", Short: "Say why it is whose turn",
		Long: `why lists for each role of a coming release everybody in question: who is
out, by which rule, and the numbers that decide among the others. Less is
better, and the first number that differs decides.`,
		Example: "  release rota why v0.6.0",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := f.read()
			if err != nil {
				return err
			}
			r.in.Horizon = rota.Horizon
			plan, err := rota.Make(r.in)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(plan.Decisions, func(d rota.Decision) bool { return d.Version == args[0] })
			if i < 0 {
				return fmt.Errorf("%s is no coming release; `release rota plan` shows those that there are to be", args[0])
			}
			return f.print(plan.Decisions[i], func(w io.Writer) error { return printDecision(w, plan.Decisions[i]) })
		},
	}
}

func printDecision(w io.Writer, d rota.Decision) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s", d.Version, d.Date)
	if d.Slip > 0 {
		fmt.Fprintf(&b, ", %d days after %s, for nothing is released in a freeze, from Friday to Sunday, or without its lead", d.Slip, d.Nominal)
	}
	b.WriteString("\n")
	for _, r := range d.Roles {
		fmt.Fprintf(&b, "\n%s: ", r.Role)
		switch {
		case r.Login == "" && r.Unstaffed != "":
			b.WriteString("UNSTAFFED: " + r.Unstaffed)
		case r.Login == "":
			b.WriteString("nobody, for nobody is left who may learn")
		case r.Published:
			b.WriteString(r.Login + ", as published")
		default:
			b.WriteString(r.Login)
		}
		if r.Freed != "" {
			b.WriteString("; " + r.Freed)
		}
		b.WriteString("\n")
		for _, c := range r.Candidates {
			var why []string
			for _, x := range c.Rejected {
				why = append(why, fmt.Sprintf("%s (%s)", x.Rule, x.Why))
			}
			what := "out by " + strings.Join(why, ", ")
			if len(why) == 0 {
				what = terms(c.Score)
			}
			if c.Needed {
				what += "; passed over, for a later release needs them"
			}
			fmt.Fprintf(&b, "  %s: %s\n", c.Login, what)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func terms(score []rota.Term) string {
	var all []string
	for _, t := range score {
		all = append(all, t.String())
	}
	return strings.Join(all, ", ")
}

func (f *rotaFlags) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Look for what somebody must see to",
		Long: `check reads the rotation and the people and lists what is wrong with the
coming releases: roles that nobody has, or whose holder is away, gone or
declined, days that nothing may be released on. Urgent is what is wrong with a
release in a week or less. It exits 1 if there is anything.`,
		Example: "  release rota check\n  release rota check -o json",
		Args:    usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			r, err := f.read()
			if err != nil {
				return err
			}
			problems, err := rota.Problems(r.in)
			if err != nil {
				return err
			}
			err = f.print(problems, func(w io.Writer) error {
				for _, p := range problems {
					urgent := ""
					if p.Urgent {
						urgent = "URGENT "
					}
					if _, err := fmt.Fprintf(w, "%s%s: %s\n", urgent, p.Version, p.Message); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			if len(problems) > 0 {
				return fmt.Errorf("%w: the rotation has %d problems", errReported, len(problems))
			}
			return nil
		},
	}
}
