// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/spf13/cobra"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show, check and explain the configuration of lanner run",
		Args:  knownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigCheck())
	return cmd
}

func newConfigCheck() *cobra.Command {
	var c configFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say whether lanner run would take the configuration and its rules",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := c.load(c.read(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			var s ruleSource
			if _, err := s.compile(&cfg.Config); err != nil {
				return reportTo(cmd.ErrOrStderr(), err)
			}
			return nil
		},
	}
	c.define(cmd.Flags())
	return cmd
}
