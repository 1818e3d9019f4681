// SPDX-License-Identifier: Apache-2.0

// Command driver says whether the driver is for a kernel: by holding its
// relocations against the kernel's types, and by booting the kernel in a virtual
// machine and running the driver's tests there. Kernels are given as files: this
// command fetches nothing.
//
// It exits 0 if the driver is for all of them, 1 if not or if it failed, 2 when it
// was misused.
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

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(report(os.Stderr, err))
}

// misuseError is a command line that cannot be meant, with what to do instead.
type misuseError struct {
	err  error
	hint string
}

func (e *misuseError) Error() string { return e.err.Error() }
func (e *misuseError) Unwrap() error { return e.err }

func misuse(hint, format string, args ...any) error {
	return &misuseError{fmt.Errorf(format, args...), hint}
}

// report tells about an error and returns what to exit with.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	// Nobody is left to tell when standard error itself can't be written.
	fmt.Fprintf(stderr, "driver: %v\n", err)
	var wrong *misuseError
	if errors.As(err, &wrong) {
		fmt.Fprintf(stderr, "hint: %s\n", wrong.hint)
		return 2
	}
	return 1
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	root := &cobra.Command{
		Use: "driver", Short: "Say whether the driver is for a kernel", Args: arguments(cobra.NoArgs),
		SilenceErrors: true, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return misuse(fmt.Sprintf("%q lists the flags", cmd.CommandPath()+" --help"), "%w", err)
	})
	root.AddCommand(detectCommand(), checkCommand(), guestCommand(), bootCommand())
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

// arguments makes a mistake in the arguments a misuse.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return misuse(fmt.Sprintf("%q shows how it is called", cmd.CommandPath()+" --help"), "%w", err)
		}
		return nil
	}
}

// outputFlag adds -o.
func outputFlag(cmd *cobra.Command, output *string) {
	cmd.Flags().StringVarP(output, "output", "o", "text", "form of the results: text or json")
}

func checkOutput(output string) error {
	if output != "text" && output != "json" {
		return misuse("-o takes text or json", "unknown output format %q", output)
	}
	return nil
}
