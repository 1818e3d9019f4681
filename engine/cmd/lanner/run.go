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
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/config"
	"github.com/lanner-project/lanner/engine/metrics"
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
	cfg    *loaded // of the start
	log    *slog.Logger
	level  *slog.LevelVar
	stdout io.Writer
	stderr io.Writer
	notify *notifier

	live     atomic.Pointer[config.Config] // cfg, and what reloads changed of it
	limits   atomic.Pointer[[]config.Limit]
	rules    ruleSource
	reloads  reloads
	stopping atomic.Bool

	reloading sync.Mutex // one reload at a time

	set     *sink.Set
	limiter *sink.Limiter
	alerts  *metrics.Alerts
	src     live
	table   *state.Table
	engine  *engine.Engine
	pulse   *pulse

	abandoned bool // the loop did not end
}

func (r *runCommand) run(ctx context.Context, stdout, stderr io.Writer) error {
	roomToLoad()
	boundMemory(1)
	text := r.config.read()
	cfg, err := r.config.load(text, stderr)
	if err != nil {
		return err
	}
	d := &daemon{runCommand: r, cfg: cfg, stdout: stdout, stderr: stderr, level: new(slog.LevelVar)}
	d.level.Set(levelOf(cfg.Log.Level))
	d.log = newLogger(stderr, cfg.Log.Format, d.level)
	d.live.Store(&cfg.Config)
	d.limits.Store(&cfg.Limits)
	if d.notify, err = newNotifier(); err != nil {
		return err
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	d.reloads.attempt(fingerprint(text, cfg.Rules.Paths), cfg.Rules.Paths)
	first, err := d.rules.compile(&cfg.Config)
	if err != nil {
		return reportTo(stderr, err)
	}
	collectAt(daemonPercent)
	if err := d.openSinks(); err != nil {
		return err
	}
	if err = d.watch(ctx, first, signals); errors.Is(err, errAtOnce) {
		return err
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.cfg.Drain)
	defer cancel()
	return errors.Join(err, d.closeSinks(closing, signals))
}

// watch runs the engine from the first event to the last.
func (d *daemon) watch(ctx context.Context, first *compiled, signals <-chan os.Signal) (err error) {
	d.src, err = d.open(ctx, liveConfig{Driver: d.cfg.Driver, Types: first.types, Log: d.log})
	if err != nil {
		return err
	}
	defer func() {
		if !d.abandoned { // else the loop still reads from it
			err = errors.Join(err, d.src.Close())
		}
	}()
	s := d.cfg.State
	d.table = state.New(state.Config{
		Limits: state.Limits{Threads: s.Threads, Files: s.Files, Bytes: int(s.Memory)},
		Find:   d.src.Find,
	})
	if err := d.src.Snapshot(d.table); err != nil {
		return fmt.Errorf("what was there before: %w", err)
	}
	d.src.Renew(d.table)
	d.engine = engine.New(engine.Config{Table: d.table, Rules: first.ruleset, Alerts: d.alerts, Hostname: d.hostname()})
	d.reloads.begin(first)
	d.pulse = &pulse{stuck: d.cfg.Server.Stuck, progress: func() (events, alerts uint64) {
		return d.engine.Progress().Events, d.alerts.Total()
	}}
	d.src.Waits(func(waiting bool) {
		if waiting {
			d.engine.Publish()
		}
		d.pulse.waits(waiting)
	})
	stopServing, err := d.serve()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopServing()) }()
	// Nothing may speak to the source once it is closed.
	beside, cancel := context.WithCancel(ctx)
	var helpers sync.WaitGroup
	defer helpers.Wait()
	defer cancel()
	d.start(beside, &helpers)
	return d.loop(ctx, signals)
}

// start starts what goes on beside the loop, until ctx ends.
func (d *daemon) start(ctx context.Context, helpers *sync.WaitGroup) {
	helpers.Go(func() { d.pulse.watch(ctx) })
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	helpers.Go(func() {
		defer signal.Stop(hangups)
		for {
			select {
			case <-hangups:
				d.set.Reopen()
				d.reload("SIGHUP")
			case <-ctx.Done():
				return
			}
		}
	})
	if d.notify.watchdog > 0 {
		helpers.Go(func() { d.feedWatchdog(ctx) })
	}
	if !d.cfg.Watch {
		return
	}
	files, err := newFileWatch(d.log)
	if err != nil {
		d.log.Warn("changes of files will not be seen; SIGHUP reloads", "error", err)
		return
	}
	helpers.Go(func() { d.watchFiles(ctx, files) })
}

// loop runs the engine, in a goroutine of its own, and waits for the end.
func (d *daemon) loop(ctx context.Context, signals <-chan os.Signal) error {
	hard, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	ended, left := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(left)
		err := d.engine.Run(hard, d.src)
		ended <- errors.Join(err, d.limiter.Flush(hard))
	}()
	r, _ := d.reloads.report()
	d.log.Info("running", "rules", r.Enabled, "generation", r.Generation, "digest", r.Digest, "config", d.cfg.file)
	d.tell("READY=1", d.status())
	err := d.until(ctx, ended, signals, cancel)
	cancel(err)
	select {
	case <-left:
	case <-time.After(letGo): // it hangs in a sink: the process ends without it
		d.abandoned = true
	}
	p := d.engine.Progress()
	d.log.Info("ended", "events", p.Events, "events_dropped", d.src.Drops(), "alerts", d.alerts.Total(), "alerts_held", d.limiter.Total())
	return err
}

// letGo is how long the loop has to notice that nobody waits for it any more.
const letGo = time.Second

// errAtOnce is how a run ends that nobody waits for.
var errAtOnce = errors.New("a second signal: what was not delivered yet is lost")

// until waits for the end: of the source, or because somebody asks for it.
func (d *daemon) until(ctx context.Context, ended <-chan error, signals <-chan os.Signal, cancel context.CancelCauseFunc) error {
	var deadline <-chan time.Time
	done := ctx.Done()
	stop := func(why string) {
		d.stopping.Store(true)
		d.tell("STOPPING=1")
		d.log.Info("stopping", "because", why, "drain_timeout", d.cfg.Drain)
		d.src.Stop()
		timer := time.NewTimer(d.cfg.Drain)
		deadline, done = timer.C, nil
	}
	for {
		select {
		case err := <-ended:
			d.stopping.Store(true)
			return err
		case sig := <-signals:
			if deadline != nil {
				return errAtOnce
			}
			stop(sig.String())
		case <-done:
			stop("it was canceled")
		case <-deadline:
			err := fmt.Errorf("events were not read to the last within %s", d.cfg.Drain)
			cancel(err)
			return err
		}
	}
}

// closeSinks delivers what waits, until ctx ends or a signal comes.
func (d *daemon) closeSinks(ctx context.Context, signals <-chan os.Signal) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	closed := make(chan error, 1)
	go func() { closed <- d.set.Close(ctx) }()
	for stopped := d.stopping.Load(); ; stopped = true {
		select {
		case err := <-closed:
			return err
		case <-signals:
			if stopped {
				return errAtOnce
			}
		}
	}
}

// tell tells systemd, as far as it is there.
func (d *daemon) tell(lines ...string) {
	if err := d.notify.send(lines...); err != nil {
		d.log.Warn("notify", "error", err)
	}
}

// status is what "systemctl status" shows.
func (d *daemon) status() string {
	rules, last := d.reloads.report()
	text := fmt.Sprintf("STATUS=%d rules, generation %d (%s)", rules.Enabled, rules.Generation, rules.Digest)
	if !last.Successful {
		text += "; the last reload failed: " + strings.ReplaceAll(last.Error, "\n", "; ")
	}
	return text
}

// feedWatchdog tells systemd that the loop goes on, as long as it does.
func (d *daemon) feedWatchdog(ctx context.Context) {
	ticker := time.NewTicker(d.notify.watchdog / 2)
	defer ticker.Stop()
	for was := true; ; {
		live, still := d.pulse.alive()
		if live {
			d.tell("WATCHDOG=1")
		} else if was {
			d.log.Error("the loop does not go on; systemd is not told that it does", "still_for", still)
		}
		was = live
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// openSinks opens where alerts go.
func (d *daemon) openSinks() error {
	base := sink.Outlet{JSON: d.cfg.Output.Format == "json", Threshold: check.Debug, Hostname: d.cfg.Hostname}
	base.Report = func(name string, err error) { d.log.Warn("sink", "name", name, "error", err) }
	base.Encoding = d.encoding()
	outlets, err := outlets(d.cfg.Sinks, base, connection{}, (*config.Sink).Name, d.stdout, d.stderr)
	if err != nil {
		return err
	}
	d.set = sink.Start(outlets...)
	d.limiter = sink.NewLimiter(d.set, func(rule string) (sink.Limit, bool) { return limitOf(*d.limits.Load())(rule) })
	d.alerts = &metrics.Alerts{Next: d.limiter}
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
