// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/decide"
	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/infra/store"
)

// recorded returns a bot's folder with decisions on two pull requests of
// yesterday, one of them twice the same, and on one of last year.
func recorded(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(data, "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	for i, age := range []time.Duration{365 * 24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour} {
		in := decide.Input{
			Login: "lanner", Repo: "acme/demo", Number: []int{3, 1, 1, 2}[i], Author: "dave", Open: true, Settings: config.Default(),
			Owners: owners.Parse(map[string]string{"OWNERS": "approvers: [alice]"}), Own: "# ours\n",
			Pull: &decide.Pull{Head: "aaaa", Mergeable: &yes, Changes: []owners.Change{{Path: "x"}}, Lines: map[string]int{"x": 3}},
			Now:  time.Now().Add(-age),
		}
		if i == 3 {
			in.Labels = []string{"lgtm", "frozen"}
			in.Memory.LGTM = &decide.LGTM{}
			in.Memory.Votes = map[string]decide.Vote{"alice": {Approve: true}}
			in.Roles = map[string]string{"alice": "admin"}
		}
		input, digest, err := decide.Encode(in)
		if err != nil {
			t.Fatal(err)
		}
		said := []string{}
		for _, a := range decide.Decide(in).Actions {
			said = append(said, decide.Describe(a))
		}
		output, err := json.Marshal(said)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.RecordDecision(t.Context(), store.Decision{At: in.Now, Subject: in.Subject(), Input: input, Output: output}, digest); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

// TestReplay asks what other settings would have done.
func TestReplay(t *testing.T) {
	t.Parallel()
	data := recorded(t)
	write := func(name, text string) string {
		name = filepath.Join(data, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"the same":     {nil, "2 decisions, 0 of them would have been others\n"},
		"from the day": {[]string{"--since", "1h"}, "0 decisions, 0 of them would have been others\n"},
		"others": {[]string{"--settings", write("s.yaml", "repositories: [{match: [acme/*], settings: {features: [default, size], merge: {forbidden_labels: [frozen]}}}]")}, `
DAY acme/demo#1
  + AddLabel size/XS
DAY acme/demo#2
  - Merge aaaa by merge
  + AddLabel size/XS
2 decisions, 2 of them would have been others
`},
		"own": {[]string{"--own", write("own.yaml", "merge: {method: squash}")}, `
DAY acme/demo#2
  - Merge aaaa by merge
  + Merge aaaa by squash
2 decisions, 1 of them would have been others
`},
	} {
		var out bytes.Buffer
		if err := run(t.Context(), append([]string{"replay", "--data", data}, tt.args...), nil, &out, t.Output()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lines := strings.Split(out.String(), "\n")
		for i, line := range lines {
			if day, rest, ok := strings.Cut(line, " acme/"); ok && !strings.HasPrefix(day, " ") {
				lines[i] = "DAY acme/" + rest
			}
		}
		if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), strings.Join(lines, "\n")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	err := run(t.Context(), []string{"replay", "--data", t.TempDir()}, nil, t.Output(), t.Output())
	if err == nil || !strings.Contains(err.Error(), `--data is the folder of "bot serve"`) {
		t.Errorf("without data: %v", err)
	}
}
