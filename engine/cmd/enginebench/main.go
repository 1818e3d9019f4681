// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(2)
		}
		fmt.Fprintf(os.Stderr, "enginebench: %v\n", err)
		os.Exit(1)
	}
}

// bench is what all measurements share.
type bench struct {
	data   string // captures and rules
	work   string // for files that are made
	lanner string
	rounds int
	out    io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	b := bench{out: stdout}
	shared := os.Getenv("LANNER_SHARED")
	if shared == "" {
		shared = "../shared"
	}
	f := flag.NewFlagSet("enginebench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&b.data, "data", filepath.Join(shared, "data"), "folder with captures and rules")
	f.StringVar(&b.lanner, "lanner", "", "lanner to measure; without it, the one of this tree is built")
	f.IntVar(&b.rounds, "rounds", 7, "how often each command is run")
	if err := f.Parse(args); err != nil {
		return err
	}
	if _, err := exec.LookPath("sysdig"); err != nil {
		return fmt.Errorf("%w\nhint: it is Debian's package sysdig", err)
	}
	if _, err := os.Stat(b.data); err != nil {
		return fmt.Errorf("the shared captures are not there: %w", err)
	}
	if b.work, err = os.MkdirTemp("", "enginebench"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.work)) }()
	if b.lanner == "" {
		b.lanner = filepath.Join(b.work, "lanner")
		build := exec.CommandContext(ctx, "go", "build", "-o", b.lanner, "./engine/cmd/lanner")
		build.Stdout, build.Stderr = stderr, stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("building lanner: %w", err)
		}
	}
	fmt.Fprintf(stdout, "Whole processes, %d runs each, in turn; medians. CPU is user and system time together.\n", b.rounds)
	for _, measure := range []func(context.Context) error{b.reading, b.alerts, b.start, b.manyRules, b.crowd, b.workers} {
		if err := measure(ctx); err != nil {
			return err
		}
	}
	return nil
}

// file makes a benchmark file.
func (b *bench) file(name, source string, rounds, copies int) (string, error) {
	rec, err := read(filepath.Join(b.data, "captures", "new", source+".new.scap"))
	if err != nil {
		return "", err
	}
	path := filepath.Join(b.work, name+".scap")
	return path, rec.write(path, rounds, copies)
}

// replay is the command that replays a file with rules.
func (b *bench) replay(file string, args ...string) []string {
	return append([]string{b.lanner, "replay", file, "--stats", "none"}, args...)
}

// events asks lanner how many events and alerts there are.
func (b *bench) count(ctx context.Context, command []string) (events, alerts uint64, err error) {
	command = append(command, "--stats", "json")
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, said.String())
	}
	var stats struct{ Events, Alerts uint64 }
	err = json.Unmarshal([]byte(said.String()), &stats)
	return stats.Events, stats.Alerts, err
}

// rulesets are the flags for none, the stable, and all of the public rules.
func (b *bench) rulesets() map[string][]string {
	file := func(name string) string { return filepath.Join(b.data, "rules", name) }
	stable := []string{"-r", file("falco_rules.yaml")}
	return map[string][]string{
		"no rules": append([]string{"--disable", "*"}, stable...),
		"25 rules": stable,
		"93 rules": {"-r", file("falco_rules.yaml"), "-r", file("falco-incubating_rules.yaml"), "-r", file("falco-sandbox_rules.yaml")},
	}
}

// own writes a rules file.
func (b *bench) own(name, text string) ([]string, error) {
	path := filepath.Join(b.work, name+".yaml")
	return []string{"-r", path}, os.WriteFile(path, []byte(text), 0o600)
}
