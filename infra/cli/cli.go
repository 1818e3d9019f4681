// SPDX-License-Identifier: Apache-2.0

// Package cli is what the commands of the bot and of the maintainers have in
// common: how they start and stop, and how they tell a mistake of whoever
// called them from a failure.
//
// Results go to standard output, everything else to standard error. It hides
// signals and exit codes. Commands of bots and maintainers import it.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// What a process exits with.
const (
	Done   = 0
	Failed = 1
	Misuse = 2
)

// MisuseError is a mistake in how a command was called.
type MisuseError struct {
	Err  error
	Hint string // what to do instead
}

func (e *MisuseError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *MisuseError) Unwrap() error { return e.Err }

// Main runs a command as the process, until it ends or is told to stop, and
// exits.
func Main(name string, run func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(Report(name, os.Stderr, err))
}

// Run runs a command that has its subcommands. Mistakes in flags and arguments
// are *MisuseErrors.
func Run(ctx context.Context, root *cobra.Command, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	root.Args = cobra.NoArgs
	root.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &MisuseError{Err: err, Hint: fmt.Sprintf("%q lists the flags", cmd.CommandPath()+" --help")}
	})
	for _, cmd := range append(root.Commands(), root) {
		cmd.Args = Refusing(cmd.Args)
	}
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

// Refusing makes a mistake in the arguments a misuse.
func Refusing(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &MisuseError{Err: err, Hint: fmt.Sprintf("%q shows how it is called", cmd.CommandPath()+" --help")}
		}
		return nil
	}
}

// Report tells stderr about err and returns what to exit with.
func Report(name string, stderr io.Writer, err error) int {
	if err == nil {
		return Done
	}
	// Nobody is left to tell when standard error itself can't be written.
	fmt.Fprintf(stderr, "%s: %v\n", name, err)
	var misuse *MisuseError
	if errors.As(err, &misuse) {
		fmt.Fprintf(stderr, "hint: %s\n", misuse.Hint)
		return Misuse
	}
	return Failed
}
