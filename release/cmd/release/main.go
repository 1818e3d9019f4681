// SPDX-License-Identifier: Apache-2.0

// Command release plans, cuts, shows, proves and withdraws releases.
//
// Results go to standard output, talk to standard error. It exits 0 when done,
// 1 when it failed or waits for people, 2 when it was misused.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/release/cut"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(exitCode(err, os.Stderr))
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	cmd := newCommand(env{stdout: stdout, stderr: stderr, getenv: os.Getenv, now: time.Now})
	cmd.SetArgs(args)
	cmd.SetIn(stdin)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	return cmd.ExecuteContext(ctx)
}

// env is what of the outside the commands use.
type env struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
}

// usageError is a command line that cannot be meant.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// errReported is a failure that standard output has told already, such as a
// verification with a failed check.
var errReported = errors.New("failed")

func exitCode(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	code := 1
	var usage usageError
	if errors.As(err, &usage) {
		code = 2
	}
	if errors.Is(err, errReported) {
		return code
	}
	// Nothing is left to be done about a standard error that can't be written.
	_, _ = fmt.Fprintf(stderr, "release: %v\n", err)
	if hint := hintFor(err); hint != "" {
		_, _ = fmt.Fprintf(stderr, "hint: %s\n", hint)
	}
	return code
}

func hintFor(err error) string {
	var waiting *cut.WaitingError
	var held *cut.HeldError
	var usage usageError
	switch {
	case errors.As(err, &waiting):
		return waiting.Hint
	case errors.As(err, &held):
		return fmt.Sprintf("ask %s; if that run is dead on a machine that is gone, run again with --take-over", held.Who)
	case errors.As(err, &usage):
		return "see release --help"
	case errors.Is(err, context.Canceled):
		return "nothing is lost: run the same command again"
	}
	return ""
}

func newCommand(e env) *cobra.Command {
	g := &globals{env: e}
	root := &cobra.Command{
		Use:   "release",
		Short: "Plan, cut, prove and withdraw releases",
		Long: `release takes a component from merged pull requests to a published,
signed release that anyone can rebuild: a plan is one file, two maintainers
approve it in a pull request, and "release cut" executes exactly that file.
The tag comes last. Every command can be run again at any time.`,
		Example:       "  release plan engine\n  release cut engine --dry-run\n  release cut engine\n  release verify v0.1.0",
		SilenceErrors: true, SilenceUsage: true,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	g.flags(root)
	root.AddCommand(planCommand(g), cutCommand(g), statusCommand(g), notesCommand(g), verifyCommand(g), yankCommand(g), rotaCommand(g))
	return root
}

func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%s: %w", cmd.CommandPath(), err)}
		}
		return nil
	}
}
