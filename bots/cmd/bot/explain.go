// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/server"
	"github.com/lanner-project/lanner/infra/cli"
)

func newExplain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain",
		Short: "Tells why things are as they are",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newExplainPR(), newExplainOwners())
	return cmd
}

func newExplainPR() *cobra.Command {
	var a access
	var login, output string
	cmd := &cobra.Command{
		Use:     "pr OWNER/REPO#NUMBER",
		Short:   "Tells why a pull request is not merging, and who can help",
		Example: "  bot explain pr 'lanner-project/lanner#7'",
		Args:    cli.Refusing(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := act.ParseTarget(args[0])
			if err != nil {
				return &cli.MisuseError{Err: err, Hint: "for example 'lanner-project/lanner#7'"}
			}
			if output != "text" && output != "json" {
				return &cli.MisuseError{Err: fmt.Errorf("output %q: want text or json", output), Hint: "leave -o out for text"}
			}
			e, err := explain(cmd.Context(), a, login, target, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
			if err != nil {
				return err
			}
			if output == "json" {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(e)
			}
			return e.print(cmd.OutOrStdout())
		},
	}
	a.flags(cmd)
	cmd.Flags().StringVar(&login, "login", "lanner", "the bot's account, whose own comments are no commands")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

// explanation is the answer to "why is it not merging?".
type explanation struct {
	PullRequest string             `json:"pull_request"`
	Head        string             `json:"head,omitempty"`
	Mergeable   bool               `json:"mergeable"`
	Criteria    []decide.Criterion `json:"criteria"`
}

func explain(ctx context.Context, a access, login string, target act.Target, log *slog.Logger) (explanation, error) {
	client, err := a.client(log)
	if err != nil {
		return explanation{}, err
	}
	reader := &server.Reader{GitHub: client, Login: login}
	in, err := reader.Read(ctx, target, decide.Memory{})
	if err != nil {
		return explanation{}, err
	}
	e := explanation{PullRequest: target.String(), Criteria: decide.Explain(in), Mergeable: true}
	if in.Pull != nil {
		e.Head = in.Pull.Head
	}
	for _, c := range e.Criteria {
		e.Mergeable = e.Mergeable && c.Met
	}
	return e, nil
}

func (e explanation) print(w io.Writer) error {
	verdict := "is not merging"
	if e.Mergeable {
		verdict = "meets all criteria: the bot merges it"
	}
	_, err := fmt.Fprintf(w, "%s %s\n", e.PullRequest, verdict)
	errs := []error{err}
	for _, c := range e.Criteria {
		mark := "wants"
		switch {
		case c.Met:
			mark = "ok"
		case c.Unknown:
			mark = "?"
		}
		line := fmt.Sprintf("  %-5s  %s: %s", mark, c.Name, c.Why)
		if len(c.Who) > 0 {
			line += "; ask " + strings.Join(c.Who, ", ")
		}
		if !c.Met && c.How != "" {
			line += "; say " + c.How
		}
		_, err := fmt.Fprintln(w, clean(line))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// clean keeps names of checks and labels, which strangers choose, from moving
// the cursor of the terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}
