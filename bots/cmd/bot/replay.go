// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/infra/cli"
	"github.com/lanner-project/lanner/infra/store"
)

type replayOptions struct {
	data     string
	since    time.Duration
	settings string
	own      string
	output   string
}

func newReplay() *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Tells what other settings, or this program, would have done",
		Long: `Replay decides again on everything that the bot looked at, and prints where it
would have done something else: with other settings, or because the program is
another one by now. It touches nothing.

Each decision is made from what was read at that time, what the bot remembered
then included: what follows from another decision is not played on.

The bot keeps its data for itself: stop it, or replay a copy of its folder.
Decisions are kept for 90 days.`,
		Example: "  bot replay --data ./bot --since 720h --settings new.yaml",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return replay(cmd, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.data, "data", "", "folder of the bot")
	flags.DurationVar(&o.since, "since", 30*24*time.Hour, "how far back to begin")
	flags.StringVar(&o.settings, "settings", "", "file with other settings of many repositories, under those of their own")
	flags.StringVar(&o.own, "own", "", "file to take for each repository's own settings")
	flags.StringVarP(&o.output, "output", "o", "text", "text or json")
	return cmd
}

// difference is one decision that would have been another.
type difference struct {
	At      time.Time `json:"at"`
	Subject string    `json:"subject"`
	// Not would not have been done, Instead would.
	Not     []string `json:"not,omitempty"`
	Instead []string `json:"instead,omitempty"`
	// Problem is why nothing could be decided.
	Problem string `json:"problem,omitempty"`
}

func replay(cmd *cobra.Command, o replayOptions) (err error) {
	switch {
	case o.data == "":
		return &cli.MisuseError{Err: errors.New("replay needs --data"), Hint: `"bot replay --help" says what it is`}
	case o.output != "text" && o.output != "json":
		return &cli.MisuseError{Err: fmt.Errorf("output %q: want text or json", o.output), Hint: "leave -o out for text"}
	}
	shared, err := readShared(o.settings)
	if err != nil {
		return err
	}
	var own []byte
	if o.own != "" {
		if own, err = os.ReadFile(o.own); err != nil {
			return fmt.Errorf("own settings: %w", err)
		}
		if _, err := config.Parse(o.own, own); err != nil {
			return err
		}
	}
	file := filepath.Join(o.data, "bot.db")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not there; --data is the folder of \"bot serve\"", file)
	}
	db, err := store.Open(cmd.Context(), file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	count := 0
	differences := []difference{}
	err = db.Decisions(cmd.Context(), time.Now().Add(-o.since), func(d store.Decision) error {
		count++
		diff, err := again(d, o, shared, own)
		if err == nil && diff != nil {
			differences = append(differences, *diff)
		}
		return err
	})
	if err != nil {
		return err
	}
	return printReplay(cmd, o, count, differences)
}

// again decides again, and returns nil for a decision that stays.
func again(d store.Decision, o replayOptions, shared *config.Shared, own []byte) (*difference, error) {
	in, err := decide.Decode(d.Input)
	if err != nil {
		return nil, fmt.Errorf("the decision on %s at %s: %w", d.Subject, d.At.Format(time.RFC3339), err)
	}
	var before []string
	if err := json.Unmarshal(d.Output, &before); err != nil {
		return nil, fmt.Errorf("the decision on %s at %s: %w", d.Subject, d.At.Format(time.RFC3339), err)
	}
	diff := &difference{At: d.At, Subject: d.Subject}
	if o.settings != "" || o.own != "" {
		text := []byte(in.Own)
		if o.own != "" {
			text = own
		}
		if in.Settings, err = config.ParseOver(shared.For(in.Repo), config.Path, text); err != nil {
			diff.Problem = err.Error()
			return diff, nil
		}
	}
	var after []string
	for _, a := range decide.Decide(in).Actions {
		after = append(after, decide.Describe(a))
	}
	diff.Not, diff.Instead = missing(before, after), missing(after, before)
	if len(diff.Not)+len(diff.Instead) == 0 {
		return nil, nil
	}
	return diff, nil
}

// missing returns what of all is not in others.
func missing(all, others []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(others, s) })
}

func printReplay(cmd *cobra.Command, o replayOptions, count int, differences []difference) error {
	if o.output == "json" {
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		return encoder.Encode(map[string]any{"decisions": count, "differences": differences})
	}
	var b strings.Builder
	for _, d := range differences {
		fmt.Fprintf(&b, "%s %s\n", d.At.Format(time.RFC3339), d.Subject)
		for _, s := range d.Not {
			fmt.Fprintf(&b, "  - %s\n", clean(s))
		}
		for _, s := range d.Instead {
			fmt.Fprintf(&b, "  + %s\n", clean(s))
		}
		if d.Problem != "" {
			fmt.Fprintf(&b, "  ! %s\n", clean(d.Problem))
		}
	}
	fmt.Fprintf(&b, "%d decisions, %d of them would have been others\n", count, len(differences))
	_, err := fmt.Fprint(cmd.OutOrStdout(), b.String())
	return err
}
