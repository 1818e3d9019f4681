// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

// openProbe says that there is nothing to attach to.
func openProbe(context.Context, liveConfig) (live, error) {
	return nil, &failure{
		err:  errors.New("only Linux can be watched"),
		hint: `"lanner replay" runs rules over a recording`,
	}
}

// leastPrivilege has nothing to give up.
func leastPrivilege(open openLive) openLive { return open }

// newSelftest says the same.
func newSelftest(open openLive) *cobra.Command {
	return &cobra.Command{
		Use: "selftest", Short: "See that the default rules raise alerts on this machine", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := open(cmd.Context(), liveConfig{})
			return err
		},
	}
}

func actors() []*cobra.Command { return nil }

// reloading is what systemd wants to know, which is on Linux alone.
func reloading() ([]string, error) { return []string{"RELOADING=1"}, nil }
