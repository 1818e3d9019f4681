// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/rota"
	"github.com/lanner-project/lanner/release/rota/ical"
)

// role reads a role that somebody named.
func role(name string) (rota.Role, error) {
	r := rota.Role(strings.ToLower(name))
	if !slices.Contains(rota.Roles, r) {
		return "", usageError{fmt.Errorf("role %q: want lead, backup or shadow", name)}
	}
	return r, nil
}

func (f *rotaFlags) swapCommand() *cobra.Command {
	var with string
	cmd := &cobra.Command{
		Use: "swap VERSION LOGIN OTHER", Short: "Let two people swap their roles",
		Long: `swap gives LOGIN's role in a release to OTHER, and the role that OTHER has
there to LOGIN; if OTHER has none there, that of the nearest release in which
they have the same role. It is refused if a rule stands against it. Both have to
agree: let both approve the pull request.`,
		Example: "  release rota swap v0.2.0 bob carol\n  release rota swap v0.2.0 bob carol --with v0.5.0 --write",
		Args:    usage(cobra.ExactArgs(3)),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := f.read()
			if err != nil {
				return err
			}
			one, other := strings.ToLower(args[1]), strings.ToLower(args[2])
			mine, theirs, err := rota.Counterpart(r.in, args[0], one, other)
			if with != "" {
				mine, theirs, err = places(r.in.Rota, args[0], with, one, other)
			}
			if err != nil {
				return err
			}
			next, err := rota.Swap(r.in, mine, theirs)
			if err != nil {
				return err
			}
			return f.exactly(r, next)
		},
	}
	cmd.Flags().StringVar(&with, "with", "", "the release whose role OTHER gives")
	return f.writeFlag(cmd)
}

// places finds the roles of two people in two releases.
func places(r rota.Rota, version, with, one, other string) (mine, theirs rota.Place, err error) {
	for _, p := range []struct {
		at             *rota.Place
		version, login string
	}{{&mine, version, one}, {&theirs, with, other}} {
		a, err := r.Find(p.version)
		if err != nil {
			return mine, theirs, err
		}
		if *p.at = (rota.Place{Version: p.version, Role: a.RoleOf(p.login)}); p.at.Role == "" {
			return mine, theirs, fmt.Errorf("%s has no role in %s", p.login, p.version)
		}
	}
	return mine, theirs, nil
}

func (f *rotaFlags) takeCommand() *cobra.Command {
	name := string(rota.Lead)
	cmd := &cobra.Command{
		Use: "take VERSION LOGIN", Short: "Give somebody a role that nobody has",
		Example: "  release rota take v0.7.0 alice --role backup",
		Args:    usage(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			wanted, err := role(name)
			if err != nil {
				return err
			}
			r, err := f.read()
			if err != nil {
				return err
			}
			next, err := rota.Take(r.in, rota.Place{Version: args[0], Role: wanted}, strings.ToLower(args[1]))
			if err != nil {
				return err
			}
			return f.exactly(r, next)
		},
	}
	cmd.Flags().StringVar(&name, "role", name, "lead, backup or shadow")
	return f.writeFlag(cmd)
}

func (f *rotaFlags) declineCommand() *cobra.Command {
	return f.writeFlag(&cobra.Command{
		Use: "decline VERSION LOGIN", Short: "Let somebody else do what somebody can't",
		Example: "  release rota decline v0.2.0 bob\n  release rota decline v0.2.0 bob --write",
		Args:    usage(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			return f.changed(func(in rota.Input) (rota.Rota, error) { return rota.Decline(in, args[0], strings.ToLower(args[1])) })
		},
	})
}

func (f *rotaFlags) awayCommand() *cobra.Command {
	return f.writeFlag(&cobra.Command{
		Use: "away LOGIN FROM..UNTIL", Short: "Note that somebody is away, and plan around it",
		Example: "  release rota away bob 2027-03-20..2027-04-02 --write\n  release rota away bob 2027-03-20..",
		Args:    usage(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			away, err := rota.ParseInterval(args[1])
			if err != nil {
				return usageError{err}
			}
			return f.changed(func(in rota.Input) (rota.Rota, error) { return rota.Away(in, strings.ToLower(args[0]), away) })
		},
	})
}

// changed reads the rotation, changes it, and shows or writes what follows.
func (f *rotaFlags) changed(change func(rota.Input) (rota.Rota, error)) error {
	r, err := f.read()
	if err != nil {
		return err
	}
	next, err := change(r.in)
	if err != nil {
		return err
	}
	r.in.Keep = true
	return f.replan(r, next)
}

// exactly shows or writes a changed rotation, without planning anything.
func (f *rotaFlags) exactly(r rotation, next rota.Rota) error {
	return f.finish(r, next, rota.Plan{Releases: next.Releases, Decisions: []rota.Decision{}, Changes: rota.Changes(r.in.Rota.Releases, next.Releases)})
}

func (f *rotaFlags) icsCommand() *cobra.Command {
	var name, person, dir, at string
	cmd := &cobra.Command{
		Use: "ics", Short: "Write the rotation as calendars",
		Long: `ics writes a calendar (RFC 5545) of all releases, of one role or of one
person; with --dir, all of them. It follows from the commits that changed the
rotation: the same history gives the same bytes. What is not committed is not in
it, unless --at says when that is to count from.`,
		Example: "  release rota ics --person alice > alice.ics\n  release rota ics --dir calendars",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := f.read()
			if err != nil {
				return err
			}
			history, err := f.history(cmd.Context(), r, at)
			if err != nil {
				return err
			}
			o := ical.Options{Project: f.project, Person: strings.ToLower(person), People: slices.Concat(r.in.People, r.in.Rota.People)}
			if name != "" {
				if o.Role, err = role(name); err != nil {
					return err
				}
			}
			if dir != "" {
				return writeFeeds(dir, history, o)
			}
			_, err = f.stdout.Write(ical.Feed(history, o))
			return err
		},
	}
	cmd.Flags().StringVar(&name, "role", "", "only lead, backup or shadow")
	cmd.Flags().StringVar(&person, "person", "", "only what is for this login")
	cmd.Flags().StringVar(&dir, "dir", "", "write all calendars into this folder: all.ics, lead.ics, …, person-LOGIN.ics")
	cmd.Flags().StringVar(&at, "at", "", "the file as it is counts, from this time on, such as 2027-01-26T12:00:00Z")
	return cmd
}

// writeFeeds writes every calendar.
func writeFeeds(dir string, history []ical.Snapshot, o ical.Options) error {
	feeds := map[string]ical.Options{"all": o}
	for _, r := range rota.Roles {
		with := o
		with.Role = r
		feeds[string(r)] = with
	}
	for _, s := range history {
		for _, a := range s.Rota.Releases {
			for _, r := range rota.Roles {
				if who := a.Who(r); who != "" {
					with := o
					with.Person = who
					feeds["person-"+who] = with
				}
			}
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, o := range feeds {
		if err := os.WriteFile(filepath.Join(dir, name+".ics"), ical.Feed(history, o), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// history reads the rotation at each commit that changed it. Commits whose
// file does not parse changed nothing that counts.
func (f *rotaFlags) history(ctx context.Context, r rotation, at string) ([]ical.Snapshot, error) {
	var history []ical.Snapshot
	dir, err := filepath.Abs(f.clone)
	if err != nil {
		return nil, err
	}
	repo := git.Repo{Dir: dir}
	if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
		log, err := repo.Run(ctx, "log", "--first-parent", "--reverse", "--format=%H %ct", "--", rotationFile)
		if err != nil && at == "" {
			return nil, err
		}
		for line := range strings.Lines(log) {
			s, ok, err := snapshot(ctx, repo, strings.TrimSpace(line))
			if err != nil {
				return nil, err
			}
			if ok {
				history = append(history, s)
			}
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if at != "" {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return nil, usageError{fmt.Errorf("--at %q: want a time, such as 2027-01-26T12:00:00Z", at)}
		}
		history = append(history, ical.Snapshot{At: when, Rota: r.in.Rota})
	}
	if len(history) == 0 {
		return nil, fmt.Errorf("no commit of %s has a %s; commit it, or say with --at when it counts from", dir, rotationFile)
	}
	return history, nil
}

func snapshot(ctx context.Context, repo git.Repo, line string) (ical.Snapshot, bool, error) {
	commit, seconds, _ := strings.Cut(line, " ")
	when, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return ical.Snapshot{}, false, fmt.Errorf("git log says %q: %w", line, err)
	}
	s := ical.Snapshot{At: time.Unix(when, 0)}
	listed, err := repo.Run(ctx, "ls-tree", commit, "--", rotationFile)
	if err != nil || listed == "" { // empty: this commit deleted it
		return s, err == nil, err
	}
	text, err := repo.Run(ctx, "show", commit+":"+rotationFile)
	if err != nil {
		return s, false, err
	}
	r, err := rota.Parse(rotationFile, []byte(text))
	if err != nil {
		return s, false, nil
	}
	s.Rota = r
	return s, true, nil
}

// tracking is the text of the issue that a release is followed in before its
// plan is made. The issue that ticks itself is the one that "release cut" opens.
var tracking = template.Must(template.New("issue").Parse(`# Release {{.Version}}{{with .Date}} on {{.}}{{end}}

{{if .Lead}}@{{.Lead}} leads it.{{else}}Nobody leads it: {{.Unstaffed}}.{{end}}{{with .Backup}} @{{.}} takes over if needed.{{end}}{{with .Shadow}} @{{.}} shadows.{{end}}
{{- if .Slip}}
It is {{.Slip}} days later than the cadence has it.{{end}}

## Two weeks before{{with .Two}} ({{.}}){{end}}

- [ ] Lead, backup and shadow are there on the day; who is not says ` + "`/release-lead decline {{.Version}}`" + `
- [ ] Everything that has to be in it has an issue in the milestone {{.Version}}
- [ ] Release notes are in every merged pull request: ` + "`release notes`" + ` finds nothing

## A week before{{with .One}} ({{.}}){{end}}

- [ ] The milestone {{.Version}} is empty, or what is left was moved
- [ ] No issue is labelled ` + "`release-blocker`" + `
- [ ] ` + "`release plan engine`" + ` shows the version {{.Version}} and no finding

## On the day

- [ ] ` + "`release cut engine`" + `: the plan is proposed, and two maintainers have approved it
- [ ] ` + "`release cut engine`" + ` again: it is released
- [ ] ` + "`release verify {{.Version}}`" + ` proves it, on another machine

## After it

- [ ] It is announced
- [ ] What went wrong has an issue
- [ ] ` + "`release rota plan --write`" + `: the rotation is long enough again, in a pull request
`))

func (f *rotaFlags) issueCommand() *cobra.Command {
	return &cobra.Command{
		Use: "issue VERSION", Short: "Print the text of the issue that a release is prepared in",
		Example: "  release rota issue v0.2.0 > issue.md",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := f.read()
			if err != nil {
				return err
			}
			a, err := r.in.Rota.Find(args[0])
			if err != nil {
				return err
			}
			return prepare(f.stdout, a)
		},
	}
}
