// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/config"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/rules"
	defaultrules "github.com/lanner-project/lanner/engine/rules/default"
	"github.com/lanner-project/lanner/engine/state"
)

const selftestHelp = `Do what the default rules watch for, and see that each of them raises its alert.

All of the way is tried: a process does something, the driver records it in the
kernel, the engine matches it, an alert comes out. The process works in a root
folder, a mount and a network namespace and a cgroup of its own, which are gone
afterwards: no file, network or setting of the machine is touched. Only what this
process does is recorded.

Exit codes: 0 all rules that could be tried raised an alert, 1 one did not.`

// The results of a rule.
const (
	fired    = "fired"
	missed   = "MISSED"
	notTried = "not tried"
)

// A trial is what became of a rule.
type trial struct {
	Rule   string `json:"rule"`
	Result string `json:"result"`
	Detail string `json:"detail"` // what was done, or why nothing was
}

func newSelftest(open openLive) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "selftest",
		Short:   "See that the default rules raise alerts on this machine",
		Long:    selftestHelp,
		Example: "  lanner selftest\n  lanner selftest -o json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "text" && output != "json" {
				return misuse("-o takes text or json", "unknown output format %q", output)
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			trials, err := selftest(ctx, open, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if err := writeTrials(cmd.OutOrStdout(), output, trials); err != nil {
				return err
			}
			if n := countTrials(trials, missed); n > 0 {
				return &failure{err: fmt.Errorf("%d rules raised no alert", n), hint: `"lanner doctor" says what the kernel lacks`}
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "form of the results: text or json")
	return cmd
}

func countTrials(trials []trial, result string) int {
	n := 0
	for _, t := range trials {
		if t.Result == result {
			n++
		}
	}
	return n
}

func writeTrials(w io.Writer, output string, trials []trial) error {
	if output == "json" {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(trials)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, t := range trials {
		fmt.Fprintf(table, "%s\t%s\t%s\n", t.Result, t.Rule, t.Detail)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d rules: %d fired, %d missed, %d not tried\n", len(trials),
		countTrials(trials, fired), countTrials(trials, missed), countTrials(trials, notTried))
	return err
}

// raised collects which rules raised alerts.
type raised map[string]int

// Put implements engine.Alerts.
func (r raised) Put(_ context.Context, a *alert.Alert) error {
	r[a.Rule]++
	return nil
}

// selftest runs all deeds under the driver and the default rules.
func selftest(ctx context.Context, open openLive, stderr io.Writer) (trials []trial, err error) {
	ruleset, names, err := selftestRules()
	if err != nil {
		return nil, err
	}
	actor, err := startActor(ctx, stderr)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, actor.end()) }()
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	cfg := liveConfig{Types: typesOf(ruleset), Log: log}
	cfg.Scope, cfg.BufferSize, cfg.Filter = config.Scope{Kind: "pid-tree", PID: actor.cmd.Process.Pid}, 8<<20, true
	src, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	table := state.New(state.Config{})
	if err := src.Snapshot(table); err != nil {
		return nil, fmt.Errorf("what was there before: %w", err)
	}
	alerts := make(raised)
	e := engine.New(engine.Config{Table: table, Rules: ruleset, Alerts: alerts})
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx, src) }()
	tried, err := actor.act()
	src.Stop()
	if err := errors.Join(err, <-ended); err != nil {
		return nil, err
	}
	return judge(names, tried, alerts), nil
}

// judge holds what was done against the alerts.
func judge(names []string, tried map[string]trial, alerts raised) []trial {
	trials := make([]trial, 0, len(names))
	for _, name := range names {
		t, ok := tried[name]
		switch {
		case !ok:
			t = trial{name, notTried, "no harmless way is known to provoke it"}
		case t.Result != notTried && alerts[name] > 0:
			t.Result = fired
		case t.Result != notTried:
			t.Result = missed
		}
		trials = append(trials, t)
	}
	return trials
}

// selftestRules compiles the default rules, so that each gets its chance.
func selftestRules() (*engine.Ruleset, []string, error) {
	list := diag.List{ErrorsOnly: true}
	checked := check.Rules(rules.Load([]rules.File{defaultrules.File()}, &list), &list)
	if list.Errors() > 0 {
		return nil, nil, errors.New("the default rules have mistakes")
	}
	var names []string
	for i := range checked {
		checked[i].Enabled = true
		names = append(names, checked[i].Name)
	}
	ruleset, err := engine.NewRuleset(checked, engine.RulesetConfig{All: true})
	return ruleset, names, err
}

func typesOf(r *engine.Ruleset) []event.Type {
	var all []event.Type
	set := r.Types()
	for t := range set.All() {
		all = append(all, t)
	}
	return all
}

// An actor is the process that does what rules watch for.
type actor struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Scanner
	root   string
	cgroup string // "": it has none of its own
}

// startActor starts this program again, in a cgroup that looks like that of a
// container, and lets it make its surroundings.
func startActor(ctx context.Context, stderr io.Writer) (*actor, error) {
	root, err := os.MkdirTemp("", "lanner-selftest-")
	if err != nil {
		return nil, err
	}
	a := &actor{root: root, cmd: exec.CommandContext(ctx, "/proc/self/exe", actorCommand, root)}
	a.cmd.Args[0] = "lanner"
	a.cmd.Env = []string{"PATH=/bin"}
	a.cmd.Stderr = stderr
	if a.in, err = a.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	a.out = bufio.NewScanner(out)
	if err := a.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.Remove(root))
	}
	a.cgroup = containerCgroup(a.cmd.Process.Pid)
	return a, nil
}

// containerCgroup puts a process into a cgroup of its own, by whose name it is
// in a container, and returns its folder; "" where that is not possible.
func containerCgroup(pid int) string {
	for _, parent := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids"} {
		if _, err := os.Stat(filepath.Join(parent, "cgroup.procs")); err != nil {
			continue
		}
		dir := filepath.Join(parent, fmt.Sprintf("docker-5e1f7e57%056x.scope", pid))
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			continue
		}
		if os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644) == nil {
			return dir
		}
		_ = os.Remove(dir) // nothing is in it
	}
	return ""
}

// act lets the actor do all that it can.
func (a *actor) act() (map[string]trial, error) {
	tried := make(map[string]trial)
	inContainer := "yes"
	if a.cgroup == "" {
		inContainer = "no"
	}
	if _, err := fmt.Fprintln(a.in, inContainer); err != nil {
		return nil, fmt.Errorf("the process that acts: %w", err)
	}
	for a.out.Scan() {
		line := a.out.Text()
		if line == actorDone {
			return tried, nil
		}
		words := strings.SplitN(line, "\t", 3)
		if len(words) != 3 {
			return nil, fmt.Errorf("the process that acts says %q", line)
		}
		tried[words[1]] = trial{Rule: words[1], Result: words[0], Detail: words[2]}
	}
	return nil, errors.Join(errors.New("the process that acts ended before it had done everything"), a.out.Err())
}

func (a *actor) end() error {
	err := a.in.Close()
	if e := a.cmd.Wait(); e != nil {
		err = errors.Join(err, fmt.Errorf("the process that acts: %w", e))
	}
	err = errors.Join(err, os.Remove(a.root))
	if a.cgroup != "" {
		err = errors.Join(err, removeCgroup(a.cgroup))
	}
	return err
}

// removeCgroup removes a cgroup as soon as the kernel has let go of those that
// ended in it.
func removeCgroup(dir string) error {
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		err := os.Remove(dir)
		if !errors.Is(err, syscall.EBUSY) || time.Now().After(deadline) {
			return err
		}
	}
}
