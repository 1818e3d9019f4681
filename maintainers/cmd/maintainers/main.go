// SPDX-License-Identifier: Apache-2.0

// Command maintainers makes the lists of maintainers from one source, and says
// where they disagree.
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
		Use:   "maintainers",
		Short: "Makes the lists of maintainers from one source, and says where they disagree",
		Long: `Maintainers makes the lists of maintainers from one source: people.yaml, which
says who people are, and the OWNERS files, which say who approves what.

Results go to standard output, everything else to standard error.
Exit codes: 0 done, 1 failed or something was found, 2 asked wrongly.`,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newGenerate(), newPropose(), newExport(), newVerify(time.Now), newHistory())
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
	fmt.Fprintf(stderr, "maintainers: %v\n", err)
	var misuse *misuseError
	if errors.As(err, &misuse) {
		fmt.Fprintf(stderr, "hint: %s\n", misuse.hint)
		return exitMisuse
	}
	return exitFailed
}
