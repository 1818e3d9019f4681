// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/bots/prowimport"
	"github.com/lanner-project/lanner/infra/cli"
)

func newImport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Translates the configuration of another bot",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newImportProw())
	return cmd
}

func newImportProw() *cobra.Command {
	var plugins, config string
	cmd := &cobra.Command{
		Use:   "prow",
		Short: "Translates Prow's plugins.yaml and config.yaml",
		Long: `Prow translates plugins.yaml, and of config.yaml what is about merging, into a
file for "bot serve --settings", which it prints. Repositories that want the same
are in one block. What could not be carried over is listed on standard error,
each with its place.`,
		Example: "  bot import prow --plugins plugins.yaml --config config.yaml > bot.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if plugins == "" && config == "" {
				return &cli.MisuseError{Err: errors.New("prow needs --plugins or --config"), Hint: `"bot import prow --help" says what they are`}
			}
			var src [2][]byte
			for i, file := range []string{plugins, config} {
				if file == "" {
					continue
				}
				var err error
				if src[i], err = os.ReadFile(file); err != nil {
					return err
				}
			}
			result, err := prowimport.Import(src[0], src[1])
			if err != nil {
				return err
			}
			for _, left := range result.Left {
				if _, err := fmt.Fprintf(cmd.ErrOrStderr(), "left out: %s\n", clean(left)); err != nil {
					return err
				}
			}
			_, err = cmd.OutOrStdout().Write(result.Settings)
			return err
		},
	}
	cmd.Flags().StringVar(&plugins, "plugins", "", "Prow's plugins.yaml")
	cmd.Flags().StringVar(&config, "config", "", "Prow's config.yaml")
	return cmd
}
