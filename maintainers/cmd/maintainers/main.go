// SPDX-License-Identifier: Apache-2.0

// Command maintainers makes the lists of maintainers from one source, and says
// where they disagree.
package main

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/cli"
)

func main() { cli.Main("maintainers", run) }

// run is the command without the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	root := &cobra.Command{
		Use:   "maintainers",
		Short: "Makes the lists of maintainers from one source, and says where they disagree",
		Long: `Maintainers makes the lists of maintainers from one source: people.yaml, which
says who people are, and the OWNERS files, which say who approves what.

Results go to standard output, everything else to standard error.
Exit codes: 0 done, 1 failed or something was found, 2 asked wrongly.`,
	}
	root.AddCommand(newGenerate(), newPropose(), newExport(), newVerify(time.Now), newHistory())
	return cli.Run(ctx, root, args, stdin, stdout, stderr)
}
