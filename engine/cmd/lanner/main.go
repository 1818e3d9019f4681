// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// What the process exits with. Scripts depend on the difference between "it
// did not work" and "it was asked wrongly".
const (
	exitDone   = 0
	exitFailed = 1
	exitMisuse = 2
)

func main() {
	a := app{open: openProbe, confine: leastPrivilege}
	os.Exit(report(os.Stderr, a.run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)))
}

// run is the command without the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	return app{open: openProbe}.run(ctx, args, stdin, stdout, stderr)
}

// app is what the commands get from outside.
type app struct {
	open    openLive
	confine func(openLive) openLive // gives up what is not needed any more; nil: nothing does
}

func (a app) run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	root := newRoot()
	confined := a.open
	if a.confine != nil {
		confined = a.confine(a.open)
	}
	root.AddCommand(newConfig(), newDoctor(), newFields(), newEvents(), newRecord(confined), newReplay(), newRules(), newRun(confined), newSelftest(a.open), newVersion())
	root.AddCommand(actors()...)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "lanner",
		Short: "Runtime detection for Linux",
		Long: `Lanner watches what a Linux system does and raises an alert when a rule matches.

Results go to standard output, everything else to standard error.
Exit codes: 0 done, 1 failed, 2 asked wrongly (unknown command, flag or value).`,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true, // report prints them, in one form for all
		SilenceUsage:  true,
		// Without this, cobra suggests only what starts with the typed word or
		// is at distance 2; the default of 0 means 2, said here because
		// SuggestionsFor, called directly, does not apply the default.
		SuggestionsMinimumDistance: 2,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &misuseError{msg: err.Error(), hint: fmt.Sprintf("%q lists the flags", cmd.CommandPath()+" --help")}
	})
	return root
}

// knownCommand refuses what cobra would take as an argument of the root: a
// command that does not exist.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := fmt.Sprintf("%q lists the commands", root.Name()+" --help")
	if names := root.SuggestionsFor(args[0]); len(names) > 0 {
		hint = fmt.Sprintf("did you mean %q?", strings.Join(names, `" or "`))
	}
	return &misuseError{msg: fmt.Sprintf("unknown command %q", args[0]), hint: hint}
}

// noArguments is cobra.NoArgs with an error that says what to do.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &misuseError{
		msg:  fmt.Sprintf("%s takes no argument, got %q", cmd.CommandPath(), args[0]),
		hint: fmt.Sprintf("%q shows its flags", cmd.CommandPath()+" --help"),
	}
}

// misuseError is a mistake in how the command was called.
type misuseError struct {
	msg  string
	hint string // what to do instead
}

func (e *misuseError) Error() string { return e.msg }
func (e *misuseError) Hint() string  { return e.hint }

// failure is what did not work although it was asked rightly, where there is
// something to do about it.
type failure struct {
	err  error
	hint string
}

func (e *failure) Error() string { return e.err.Error() }
func (e *failure) Unwrap() error { return e.err }
func (e *failure) Hint() string  { return e.hint }

// report tells stderr about err and returns what to exit with.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	// Nobody is left to tell when standard error itself cannot be written.
	fmt.Fprintf(stderr, "lanner: %v\n", err)
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		fmt.Fprintf(stderr, "hint: %s\n", hinted.Hint())
	}
	var misuse *misuseError
	if errors.As(err, &misuse) {
		return exitMisuse
	}
	return exitFailed
}
