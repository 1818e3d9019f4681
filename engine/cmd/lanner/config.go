// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/engine/config"
	"github.com/lanner-project/lanner/engine/metrics"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show, check and explain the configuration of lanner run",
		Args:  knownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newConfigCheck(), newConfigShow(),
		printing("schema", "Print the JSON Schema of the configuration file", config.WriteSchema),
		printing("example", "Print a configuration file with all keys, their defaults and what they say", config.WriteExample),
		printing("keys", "Print the reference of all keys, as Markdown", config.WriteMarkdown),
		printing("metrics", "Print the reference of all metrics of lanner run, as Markdown", metrics.WriteMarkdown),
	)
	return cmd
}

// printing makes a command that prints what the code knows.
func printing(name, short string, write func(io.Writer) error) *cobra.Command {
	return &cobra.Command{
		Use:   name,
		Short: short,
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return write(cmd.OutOrStdout()) },
	}
}

func newConfigCheck() *cobra.Command {
	var c configFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say whether lanner run would take the configuration and its rules",
		Long: `Say whether lanner run would take the configuration and its rules. It takes the
same flags, reads the same files, and opens nothing that alerts go to.

The exit code is 0 if so, and 1 if something is wrong with them.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := c.load(c.read(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			var s ruleSource
			_, err = s.compile(&cfg.Config)
			return reportTo(cmd.ErrOrStderr(), err)
		},
	}
	cmd.Flags().SortFlags = false
	c.define(cmd.Flags())
	return cmd
}

func newConfigShow() *cobra.Command {
	var c configFlags
	var origin bool
	var form string
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Print the configuration that holds, and where each value comes from",
		Long: `Print the configuration that lanner run would work with, given the same flags:
as a file that gives the same, or with --as json as a list of objects with the
members key, value and origin. Headers and passwords are not shown.`,
		Example: "  lanner config show --origin\n  lanner config show --config lanner.yaml --as json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := c.load(c.read(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			switch form {
			case "yaml":
				return cfg.WriteYAML(cmd.OutOrStdout(), origin)
			case "json":
				values, err := cfg.Values()
				if err != nil {
					return err
				}
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				enc.SetEscapeHTML(false)
				return enc.Encode(values)
			}
			return misuse("--as takes yaml or json", "unknown form %q", form)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&origin, "origin", false, "say of each value where it comes from: flag, variable, file and line, or default")
	cmd.Flags().StringVar(&form, "as", "yaml", "yaml or json")
	c.define(cmd.Flags())
	return cmd
}
