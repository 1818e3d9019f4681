// SPDX-License-Identifier: Apache-2.0

// Command bot answers commands on pull requests and merges what may be merged.
package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/cli"
)

func main() { cli.Main("bot", run) }

// run is the command without the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	root := &cobra.Command{
		Use:   "bot",
		Short: "Answers commands on pull requests and merges what may be merged",
		Long: `Bot answers commands on pull requests, and merges what may be merged.

Results go to standard output, everything else to standard error.
Exit codes: 0 done, 1 failed, 2 asked wrongly.`,
	}
	root.AddCommand(newServe(), newExplain(), newCommands(), newReplay(), newSettings(), newImport())
	return cli.Run(ctx, root, args, stdin, stdout, stderr)
}
