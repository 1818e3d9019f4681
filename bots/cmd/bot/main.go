// SPDX-License-Identifier: Apache-2.0

// Command bot answers commands on pull requests and merges what may be merged.
package main

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

// What the process exits with.
const (
	exitDone   = 0
	exitFailed = 1
	exitMisuse = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	os.Exit(report(os.Stderr, err))
}

// run is the command without the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	root := &cobra.Command{
		Use:   "bot",
		Short: "Answers commands on pull requests and merges what may be merged",
		Long: `Bot answers commands on pull requests, and merges what may be merged.

Results go to standard output, everything else to standard error.
Exit codes: 0 done, 1 failed, 2 asked wrongly.`,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newServe(), newExplain(), newCommands(), newReplay(), newSettings(), newImport())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &misuseError{err: err, hint: fmt.Sprintf("%q lists the flags", cmd.CommandPath()+" --help")}
	})
	for _, cmd := range append(root.Commands(), root) {
		cmd.Args = refusing(cmd.Args)
	}
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

// refusing makes a mistake in the arguments a misuse.
func refusing(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &misuseError{err: err, hint: fmt.Sprintf("%q shows how it is called", cmd.CommandPath()+" --help")}
		}
		return nil
	}
}

// misuseError is a mistake in how the command was called.
type misuseError struct {
	err  error
	hint string
}

func (e *misuseError) Error() string { return e.err.Error() }
func (e *misuseError) Unwrap() error { return e.err }

// report tells stderr about err and returns what to exit with.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	// Nobody is left to tell when standard error itself can't be written.
	fmt.Fprintf(stderr, "bot: %v\n", err)
	var misuse *misuseError
	if errors.As(err, &misuse) {
		fmt.Fprintf(stderr, "hint: %s\n", misuse.hint)
		return exitMisuse
	}
	return exitFailed
}
