// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/sink"
	"github.com/lanner-project/lanner/engine/state"
)

const replayHelp = `Run rules over recorded events.

FILE is a capture (.scap), plain or compressed with gzip; "-" is standard input.
Several are read one after the other, each as a machine of its own. Alerts go to
standard output, or where --to says; statistics follow on standard error.

A capture that is cut off raises its alerts up to there; then the exit code is 1.
The same capture and rules give the same alerts in the same order, with any
number of workers. The clock in texts is that of the local zone, as the
reference has it, unless --utc or --time-format iso8601 is given.

Rules are chosen in the order in which these flags stand: --disable and --enable
take a name, in which "*" stands for any text, or tag=TAG. --rule and --tag say
which rules alone are to run.

` + destinationHelp + "\n\n" + limitHelp

// replay is the command's flags.
type replay struct {
	rules      ruleFlags
	output     string
	encoding   encodingFlags
	to         []string
	connection connection
	limits     []string
	hostname   string
	workers    int
	stats      string
	drain      time.Duration
}

func newReplay() *cobra.Command {
	var r replay
	cmd := &cobra.Command{
		Use:   "replay FILE... [-r RULES]...",
		Short: "Run rules over recorded events",
		Long:  replayHelp,
		Example: `  lanner replay incident.scap -r falco_rules.yaml
  lanner replay -o json --rule-matching all *.scap -r rules.d --priority notice
  zcat big.scap.gz | lanner replay - --disable '*' --enable tag=network --to file:alerts.log`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse(`name one or more captures, or "-" for standard input`, "no capture given")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.run(cmd.Context(), args, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	r.rules.define(f)
	f.StringVarP(&r.output, "output", "o", "text", "form of alerts: text or json")
	f.StringArrayVar(&r.to, "to", nil, "send alerts to a `DESTINATION`, see above")
	f.StringArrayVar(&r.limits, "limit", nil, "hold back repetition: `LIMIT`, see above")
	f.IntVar(&r.workers, "workers", 1, "split the events by process among `N` workers")
	r.encoding.define(f)
	f.StringVar(&r.hostname, "hostname", "", "`NAME` in alerts, instead of the recorded machine's")
	f.StringVar(&r.stats, "stats", "text", "statistics at the end: text, json or none")
	f.StringArrayVar(&r.connection.header, "header", nil, "`NAME: VALUE` that goes with http requests")
	f.StringVar(&r.connection.files.CA, "ca", "", "trust the authorities in `FILE`, and not the system's")
	f.StringVar(&r.connection.files.Cert, "cert", "", "client certificate in `FILE`")
	f.StringVar(&r.connection.files.Key, "key", "", "its key, in `FILE`")
	f.DurationVar(&r.drain, "drain", 30*time.Second, "how long to wait at the end until all alerts are delivered")
	return cmd
}

// session is one run of the command.
type session struct {
	*replay
	ruleset *engine.Ruleset
	set     *sink.Set
	limiter *sink.Limiter
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	summary summary
}

func (r *replay) run(ctx context.Context, files []string, stdin io.Reader, stdout, stderr io.Writer) error {
	roomToLoad()
	s, err := r.prepare(stdin, stdout, stderr)
	if err != nil {
		return err
	}
	boundMemory(r.workers)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	reopen := make(chan os.Signal, 1)
	signal.Notify(reopen, syscall.SIGHUP)
	defer signal.Stop(reopen)
	go func() {
		for {
			select {
			case <-reopen:
				s.set.Reopen()
			case <-ctx.Done():
				return
			}
		}
	}()
	err = s.replayAll(ctx, files)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.drain)
	defer cancel()
	err = errors.Join(err, s.set.Close(closing))
	s.summary.finish(s)
	return errors.Join(err, s.summary.write(stderr, r.stats))
}

// prepare finds all that is wrong with the flags and the rules before anything
// is read or sent.
func (r *replay) prepare(stdin io.Reader, stdout, stderr io.Writer) (*session, error) {
	base := sink.Outlet{Wait: true, Threshold: check.Debug, Hostname: r.hostname, Report: func(name string, err error) {
		fmt.Fprintf(stderr, "lanner: %s: %v\n", name, err)
	}}
	switch r.output {
	case "json":
		base.JSON = true
	case "text":
	default:
		return nil, misuse("-o takes text or json", "unknown output format %q", r.output)
	}
	if r.stats != "text" && r.stats != "json" && r.stats != "none" {
		return nil, misuse("--stats takes text, json or none", "unknown form of statistics %q", r.stats)
	}
	if r.workers < 1 {
		return nil, misuse("--workers takes a number from 1", "no number of workers: %d", r.workers)
	}
	var err error
	if base.Encoding, err = r.encoding.encoding(); err != nil {
		return nil, err
	}
	limits, err := parseLimits(r.limits)
	if err != nil {
		return nil, err
	}
	ruleset, err := r.rules.load(stderr, r.encoding.location())
	if err != nil {
		return nil, err
	}
	destinations, err := parseDestinations(r.to)
	if err != nil {
		return nil, err
	}
	sinks, err := outlets(destinations, base, r.connection, asWritten, stdout, stderr)
	if err != nil {
		return nil, err
	}
	set := sink.Start(sinks...)
	return &session{
		replay: r, ruleset: ruleset, set: set, limiter: sink.NewLimiter(set, limitOf(limits)),
		stdin: stdin, stdout: stdout, stderr: stderr,
	}, nil
}

// replayAll replays captures until one cannot be read, or not to its end; the
// others are read all the same.
func (s *session) replayAll(ctx context.Context, files []string) error {
	var errs []error
	for _, name := range files {
		if err := s.replayFile(ctx, name); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			errs = append(errs, errors.New("interrupted: what was not read yet raised no alerts"))
			break
		}
	}
	return errors.Join(errs...)
}

// replayFile replays one capture.
func (s *session) replayFile(ctx context.Context, name string) (err error) {
	in, total := s.stdin, int64(0)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err // it names the file
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		in, total = f, info.Size()
	} else {
		name = "standard input"
	}
	var terminal io.Writer
	if showsProgress(s.stdout, s.stderr) {
		terminal = s.stderr
	}
	p := startProgress(terminal, total)
	defer p.finish()
	if err := s.replayReader(ctx, name, p.reader(in)); err != nil && ctx.Err() == nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (s *session) replayReader(ctx context.Context, name string, in io.Reader) error {
	if s.workers > 1 {
		return s.replaySplit(ctx, name, in)
	}
	table := state.New(state.Config{})
	r, err := capture.NewReader(in, table)
	if err != nil {
		return err
	}
	e := engine.New(engine.Config{Table: table, Rules: s.ruleset, Alerts: s.limiter, Hostname: s.hostOf(table)})
	err = e.Run(ctx, recording{r})
	s.summary.add(name, e.Stats(), r.Stats())
	return errors.Join(err, s.limiter.Flush(ctx))
}

// replaySplit is replayReader with several workers.
func (s *session) replaySplit(ctx context.Context, name string, in io.Reader) error {
	all, kin, tables := newTables(s.workers)
	r, err := capture.NewReader(in, all)
	if err != nil {
		return err
	}
	e := engine.New(engine.Config{Rules: s.ruleset, Alerts: s.limiter, Hostname: s.hostOf(tables[0])})
	f := newFeed(r)
	err = e.RunSplit(ctx, f, kin, tables)
	s.summary.add(name, e.Stats(), f.stats())
	return errors.Join(err, s.limiter.Flush(ctx))
}

// hostOf returns the name of the machine that alerts are about.
func (s *session) hostOf(t *state.Table) string {
	if s.hostname != "" {
		return s.hostname
	}
	return t.Hostname()
}

// recording is a capture as a source that knows what it lost.
type recording struct{ *capture.Reader }

func (r recording) Drops() uint64 { return r.Stats().Drops }
