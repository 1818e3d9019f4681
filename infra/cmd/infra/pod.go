// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/pod"
)

// exited is a container of a job that ended with this code: all is said.
type exited int

func (e exited) Error() string { return fmt.Sprintf("it exited with %d", int(e)) }

// podCommand is what goes on in the pods of jobs; nobody types it.
func podCommand(stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{Use: "pod", Short: "What goes on in the pods of jobs", Hidden: true, Args: usage(cobra.NoArgs)}
	one := func(use, short string, run func(*cobra.Command) error) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: usage(cobra.NoArgs), RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd) }}
	}
	clone := one("clone", "Bring what is to be tested", func(cmd *cobra.Command) error { return pod.Clone(cmd.Context()) })
	place := one("place", "Copy this program to where the test finds it", func(*cobra.Command) error { return pod.Place() })
	wait := one("wait", "Live until the results were fetched", func(*cobra.Command) error {
		told := make(chan os.Signal, 1)
		signal.Notify(told, syscall.SIGTERM, syscall.SIGINT)
		<-told
		return nil
	})
	abort := &cobra.Command{
		Use: "abort -- WHY", Short: "Ask the test to end", Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return pod.Abort(args[0]) },
	}
	var end, at string
	gather := one("results", "Write the results as a tar archive", func(cmd *cobra.Command) error {
		var e pod.End
		if err := json.Unmarshal([]byte(end), &e); err != nil {
			return usageError{fmt.Errorf("--end: %w", err)}
		}
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return usageError{fmt.Errorf("--at: %w", err)}
		}
		return pod.Results(cmd.Context(), e, when, stdout)
	})
	gather.Flags().StringVar(&end, "end", "", "how the run ended, as JSON")
	gather.Flags().StringVar(&at, "at", "", "when")
	cmd.AddCommand(clone, place, wait, abort, gather, entrypointCommand(stdout))
	return cmd
}

func entrypointCommand(stdout io.Writer) *cobra.Command {
	var e pod.Entry
	cmd := &cobra.Command{
		Use: "entrypoint -- COMMAND...", Short: "Run the test", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			e.Args = args
			code, err := e.Run(stdout)
			if err == nil && code != 0 {
				err = exited(code)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&e.Name, "name", "test", "name of the container")
	f.StringVar(&e.Log, "log", "", "file of the log")
	f.DurationVar(&e.Timeout, "timeout", 0, "how long it may take")
	f.DurationVar(&e.Grace, "grace", 0, "how long it may take to end")
	f.StringArrayVar(&e.SecretVariables, "secret-variable", nil, "variable with a secret; may be repeated")
	f.StringArrayVar(&e.SecretFolders, "secret-folder", nil, "folder with secrets; may be repeated")
	return cmd
}
