// SPDX-License-Identifier: Apache-2.0

// Command infra runs the whole platform in one process on loopback: a local
// GitHub, the bot, jobs, the download site, a home page. It also checks the
// configuration of jobs, explains which of them a change makes run, and runs them.
//
// It exits 0 when done, 1 when it failed, 2 when it was misused.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/local"
)

func main() {
	// What runs a job is this program again.
	if code, is := local.Child(os.Args); is {
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err == nil {
		return
	}
	var code exited
	if errors.As(err, &code) {
		os.Exit(int(code))
	}
	// Nothing is left to be done about a standard error that can't be written.
	_, _ = fmt.Fprintf(os.Stderr, "infra: %v\n", err)
	var usage usageError
	if errors.As(err, &usage) {
		_, _ = fmt.Fprintln(os.Stderr, "hint: see infra --help")
		os.Exit(2)
	}
	os.Exit(1)
}

// usageError is a command line that cannot be meant.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	root := &cobra.Command{
		Use: "infra", Short: "Run the platform on this machine",
		SilenceErrors: true, SilenceUsage: true,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(upCommand(stdout, stderr), demoCommand(stdout, stderr), jobsCommand(stdout), runCommand(stdout, stderr), podCommand(stdout))
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%s: %w", cmd.CommandPath(), err)}
		}
		return nil
	}
}

func upCommand(stdout, stderr io.Writer) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use: "up", Short: "Start the platform and keep it up",
		Long: `up starts a local GitHub, the bot, jobs and the download site in one process. All
state is in the data folder: stop it at any time, start it again, nothing is
lost. The first start makes example accounts and an empty repository, and
prints where everything is.`,
		Example: "  infra up --data ./platform",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !isLoopback(o.listen) || !isLoopback(o.forgeListen) {
				return usageError{errors.New("infra up is for one machine: --listen and --forge-listen must be loopback addresses, such as 127.0.0.1:8417")}
			}
			o.log = newLog(stderr, o.verbose)
			p, err := start(cmd.Context(), o)
			if err != nil {
				return err
			}
			if err := p.describe(stdout); err != nil {
				return errors.Join(err, p.close())
			}
			return errors.Join(p.wait(cmd.Context()), p.close())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "lanner-data", "folder that holds everything")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8417", "address of the home page, the download site and the bot")
	f.StringVar(&o.forgeListen, "forge-listen", "127.0.0.1:8418", "address of the local GitHub")
	f.StringVar(&o.jobs, "jobs", "", "central folder of jobs, beside those that the repository has")
	f.StringVar(&o.secrets, "secrets", "", "folder of the jobs' secrets, NAME/KEY")
	f.IntVar(&o.parallel, "parallel", runtime.NumCPU(), "how many jobs run at a time")
	f.BoolVar(&o.plain, "plain", false, "run jobs in no namespaces: as mere processes, which may change this machine")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "log more")
	return cmd
}
