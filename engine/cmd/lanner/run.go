// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/sink"
	"github.com/lanner-project/lanner/engine/state"
)

const runHelp = `Run rules over what happens on this machine, until it is told to stop.

What it works with is in a file, /etc/lanner/lanner.yaml unless --config names
another; a variable of the environment is stronger than the file, and a flag
stronger than both. "lanner config keys" lists all keys, "lanner config show
--origin" says where each value comes from.

SIGHUP, and a change of the files where watch is on, loads configuration and
rules anew, and keeps what is known of processes and files. If something is
wrong with them, the old rules go on. SIGTERM and SIGINT stop: what was recorded
still raises its alerts, which are delivered as long as --drain allows. A second
one ends at once.

` + destinationHelp + "\n\n" + limitHelp

// runCommand is lanner run.
type runCommand struct {
	open   openLive
	config configFlags
}

func newRun(open openLive) *cobra.Command {
	r := runCommand{open: open}
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run rules over what happens on this machine",
		Long:  runHelp,
		Example: `  lanner run
  lanner run -r /etc/lanner/rules.d -o json --to file:/var/log/lanner/alerts.jsonl
  lanner run --scope pid-tree:4711 --log-level debug`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().SortFlags = false
	r.config.define(cmd.Flags())
	return cmd
}

// A daemon is lanner run at work.
type daemon struct {
	*runCommand
	cfg    *loaded
	log    *slog.Logger
	level  *slog.LevelVar
	stdout io.Writer
	stderr io.Writer

	rules   ruleSource
	set     *sink.Set
	limiter *sink.Limiter
	src     live
	table   *state.Table
	engine  *engine.Engine
}

func (r *runCommand) run(ctx context.Context, stdout, stderr io.Writer) error {
	cfg, err := r.config.load(stderr)
	if err != nil {
		return err
	}
	d := &daemon{runCommand: r, cfg: cfg, stdout: stdout, stderr: stderr, level: new(slog.LevelVar)}
	d.level.Set(levelOf(cfg.Log.Level))
	d.log = newLogger(stderr, cfg.Log.Format, d.level)
	boundMemory(1)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	first, err := d.rules.compile(&d.cfg.Config)
	if err != nil {
		return reportTo(stderr, err)
	}
	if err := d.openSinks(); err != nil {
		return err
	}
	err = d.watch(ctx, first, signals)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.cfg.Drain)
	defer cancel()
	return errors.Join(err, d.set.Close(closing))
}

// watch runs the engine from the first event to the last.
func (d *daemon) watch(ctx context.Context, first *compiled, signals <-chan os.Signal) (err error) {
	d.src, err = d.open(ctx, liveConfig{Driver: d.cfg.Driver, Types: first.types, Log: d.log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.src.Close()) }()
	s := d.cfg.State
	d.table = state.New(state.Config{Limits: state.Limits{Threads: s.Threads, Files: s.Files, Bytes: int(s.Memory)}})
	if err := d.src.Snapshot(d.table); err != nil {
		return fmt.Errorf("what was there before: %w", err)
	}
	d.engine = engine.New(engine.Config{Table: d.table, Rules: first.ruleset, Alerts: d.limiter, Hostname: d.hostname()})
	hard, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan error, 1)
	go func() {
		err := d.engine.Run(hard, d.src)
		ended <- errors.Join(err, d.limiter.Flush(hard))
	}()
	d.log.Info("running", "rules", first.ruleset.Enabled(), "generation", first.generation, "digest", first.digest)
	return d.until(ctx, ended, signals, cancel)
}

// until waits for the end: of the source, or because somebody asks for it.
func (d *daemon) until(ctx context.Context, ended <-chan error, signals <-chan os.Signal, cancel context.CancelCauseFunc) error {
	var deadline <-chan time.Time
	done := ctx.Done()
	stop := func(why string) {
		d.log.Info("stopping", "reason", why, "drain_timeout", d.cfg.Drain)
		d.src.Stop()
		timer := time.NewTimer(d.cfg.Drain)
		deadline, done = timer.C, nil
	}
	for {
		select {
		case err := <-ended:
			return err
		case sig := <-signals:
			if deadline != nil {
				return fmt.Errorf("a second signal, %s: what was not delivered yet is lost", sig)
			}
			stop(sig.String())
		case <-done:
			stop("canceled")
		case <-deadline:
			err := fmt.Errorf("events were not read to the last within %s", d.cfg.Drain)
			cancel(err)
			return err
		}
	}
}

// openSinks opens where alerts go.
func (d *daemon) openSinks() error {
	base := sink.Outlet{JSON: d.cfg.Output.Format == "json", Threshold: check.Debug, Hostname: d.cfg.Hostname}
	base.Report = func(name string, err error) { d.log.Warn("sink", "name", name, "error", err) }
	base.Encoding = d.encoding()
	outlets, err := outlets(d.cfg.Sinks, base, connection{}, d.stdout, d.stderr)
	if err != nil {
		return err
	}
	d.set = sink.Start(outlets...)
	d.limiter = sink.NewLimiter(d.set, limitOf(d.cfg.Limits))
	return nil
}

func (d *daemon) encoding() alert.Encoding {
	o := &d.cfg.Output
	e := encodingFlags{clock: o.TimeFormat, utc: o.UTC, omit: o.Omit, message: o.JSONMessage}
	enc, err := e.encoding()
	if err != nil {
		panic(err) // the configuration was checked
	}
	return enc
}

// hostname returns the name of the machine that alerts are about.
func (d *daemon) hostname() string {
	if d.cfg.Hostname != "" {
		return d.cfg.Hostname
	}
	if name := d.table.Hostname(); name != "" {
		return name
	}
	name, err := os.Hostname()
	if err != nil {
		d.log.Warn("the machine's name is not known", "error", err)
	}
	return name
}

func levelOf(name string) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(name)); err != nil {
		panic(err) // the configuration was checked
	}
	return level
}

func newLogger(w io.Writer, format string, level slog.Leveler) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
