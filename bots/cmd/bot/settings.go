// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/settings"
	"github.com/lanner-project/lanner/infra/cli"
)

type settingsOptions struct {
	access
	file   string
	output string
	apply  bool
}

func newSettings() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "settings",
		Short: "Makes labels, milestones, branch protection and teams what a file says",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, apply := range []bool{false, true} {
		cmd.AddCommand(newSettingsVerb(apply))
	}
	return cmd
}

func newSettingsVerb(apply bool) *cobra.Command {
	o := settingsOptions{apply: apply}
	cmd := &cobra.Command{
		Use:   "plan OWNER/REPO",
		Short: "Shows what would change, and changes nothing",
		Long: `Plan compares the file with what GitHub has, and shows what "apply" would change.
It exits with 1 when the plan is refused, for it would remove too much.`,
		Args: cli.Refusing(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := act.ParseRepository(args[0])
			if err != nil {
				return &cli.MisuseError{Err: err, Hint: "for example lanner-project/lanner"}
			}
			return runSettings(cmd, o, target)
		},
	}
	if apply {
		cmd.Use, cmd.Short = "apply OWNER/REPO", "Makes the changes that \"plan\" shows"
		cmd.Long = `Apply makes the changes that "plan" shows, one after the other, and stops at the
first that fails. It can be run again: what is done then is not there to do any
more. What would remove more than the limit of the file is refused as a whole.`
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&o.file, "file", settings.Path, "what is to be")
	cmd.Flags().StringVarP(&o.output, "output", "o", "text", "text or json")
	return cmd
}

func runSettings(cmd *cobra.Command, o settingsOptions, target act.Target) error {
	if o.output != "text" && o.output != "json" {
		return &cli.MisuseError{Err: fmt.Errorf("output %q: want text or json", o.output), Hint: "leave -o out for text"}
	}
	src, err := os.ReadFile(o.file)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	want, err := settings.Parse(o.file, src)
	if err != nil {
		return err
	}
	client, err := o.client(slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
	if err != nil {
		return err
	}
	there := &remote{ctx: cmd.Context(), github: client, target: target}
	have, err := there.read(want)
	if err != nil {
		return err
	}
	changes, refusals := settings.Plan(want, have)
	if err := printPlan(cmd.OutOrStdout(), o.output, changes); err != nil {
		return err
	}
	if len(refusals) > 0 {
		return fmt.Errorf("refused: %w; raise the limit in %s if that is meant", errors.Join(refusals...), o.file)
	}
	if !o.apply {
		return nil
	}
	for _, c := range changes {
		if err := there.do(c); err != nil {
			return fmt.Errorf("%s %s: %w", c.Verb, c.Name(), err)
		}
		if o.output == "text" {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "done: %s %s\n", c.Verb, clean(c.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func printPlan(w io.Writer, output string, changes []settings.Change) error {
	if output == "json" {
		if changes == nil {
			changes = []settings.Change{}
		}
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(changes)
	}
	var b strings.Builder
	for _, c := range changes {
		mark := map[settings.Verb]string{settings.Create: "+", settings.Update: "~", settings.Delete: "-"}[c.Verb]
		fmt.Fprintf(&b, "%s %s\n", mark, clean(c.Name()))
		for _, f := range c.Fields() {
			fmt.Fprintf(&b, "    %s\n", clean(f))
		}
	}
	if len(changes) == 0 {
		b.WriteString("nothing to change\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
