// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/config"
	"github.com/lanner-project/lanner/engine/event"
)

const recordHelp = `Write what happens on this machine into a capture, until it is told to stop.

The capture (.scap) begins with the processes, files and users that were there
already. "lanner replay" runs rules over it, and other tools of the field read it
as well. With a name that ends in .gz it is compressed.

SIGINT and SIGTERM stop, and so do --for and --events; what was recorded until
then is written. Events that were lost, because they came faster than they could
be written, are counted by type on standard error, and make the exit code 1.`

// record is the command's flags.
type record struct {
	open   openLive
	out    string
	scope  string
	size   string
	types  []string
	during time.Duration
	events uint64
}

func newRecord(open openLive) *cobra.Command {
	r := record{open: open}
	cmd := &cobra.Command{
		Use:   "record -w FILE",
		Short: "Write what happens on this machine into a capture",
		Long:  recordHelp,
		Example: `  lanner record -w incident.scap.gz --for 1m
  lanner record -w - --scope pid-tree:4711 --type execve --type connect | lanner replay -`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&r.out, "write", "w", "", "write the capture to `FILE`; \"-\" is standard output")
	f.StringVar(&r.scope, "scope", "", "record `SCOPE` alone: cgroup:PATH or pid-tree:PID")
	f.StringVar(&r.size, "buffer-size", "8MiB", "`SIZE` of each ring buffer, a power of two")
	f.StringArrayVar(&r.types, "type", nil, "record events of this `TYPE` and what processes and files depend on; all that have parameters, if not given")
	f.DurationVar(&r.during, "for", 0, "stop after this time")
	f.Uint64Var(&r.events, "events", 0, "stop after `N` events")
	return cmd
}

// config is what the driver is asked for.
func (r *record) config(log *slog.Logger) (liveConfig, error) {
	cfg := liveConfig{Log: log}
	if r.out == "" {
		return cfg, misuse("-w FILE says where, -w - is standard output", "no file to write to")
	}
	scope, wrong := config.ParseScope(r.scope)
	if wrong != nil {
		return cfg, wrong
	}
	size, wrong := config.ParseSize(r.size)
	if wrong != nil {
		return cfg, wrong
	}
	cfg.Scope, cfg.BufferSize, cfg.Filter = scope, size, true
	if len(r.types) == 0 {
		cfg.Types = described()
	}
	for _, name := range r.types {
		types := event.TypesNamed(name)
		if len(types) == 0 {
			return cfg, misuse(`"lanner events" lists them`, "no type of events is named %q", name)
		}
		cfg.Types = append(cfg.Types, types...)
	}
	return cfg, nil
}

// described are the types of events that say more than which syscall it was.
// The others are recorded on demand alone: sysdig before 2023 crashes when it
// is to print the number of a syscall that is newer than itself.
func described() []event.Type {
	var all []event.Type
	for t := range event.Type(event.NumTypes) {
		if calls.OfType(t) != nil {
			all = append(all, t)
		}
	}
	return all
}

func (r *record) run(ctx context.Context, stdout, stderr io.Writer) error {
	log := newLogger(stderr, "text", new(slog.LevelVar))
	cfg, err := r.config(log)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if r.during > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.during)
		defer cancel()
	}
	// The driver first: what cannot be recorded does not cost an older recording.
	src, err := r.open(ctx, cfg)
	if err != nil {
		return err
	}
	n, err := r.toFile(ctx, cfg, src, stdout)
	if err := errors.Join(err, src.Close()); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "lanner: %d events\n", n)
	return nil
}

func (r *record) toFile(ctx context.Context, cfg liveConfig, src live, stdout io.Writer) (uint64, error) {
	out, err := r.create(stdout)
	if err != nil {
		return 0, err
	}
	n, err := r.record(ctx, cfg, src, out)
	return n, errors.Join(err, out.close())
}

// A recordingFile is the file that a capture goes to.
type recordingFile struct {
	*bufio.Writer
	file io.Closer // nil: not ours to close
}

func (r *record) create(stdout io.Writer) (*recordingFile, error) {
	if r.out == "-" {
		return &recordingFile{Writer: bufio.NewWriterSize(stdout, 256<<10)}, nil
	}
	// Others are not to read what all processes of a machine were given as
	// arguments and environment.
	f, err := os.OpenFile(r.out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err // it names the file
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		if err := f.Chmod(0o600); err != nil { // it may have been there
			return nil, errors.Join(err, f.Close())
		}
	}
	return &recordingFile{bufio.NewWriterSize(f, 256<<10), f}, nil
}

func (f *recordingFile) close() error {
	err := f.Flush()
	if f.file != nil {
		err = errors.Join(err, f.file.Close())
	}
	return err
}

// record writes a capture and returns how many events it holds.
func (r *record) record(ctx context.Context, cfg liveConfig, src live, out io.Writer) (n uint64, err error) {
	w := capture.NewWriter(out)
	if strings.HasSuffix(r.out, ".gz") {
		w = capture.NewGzipWriter(out)
	}
	if err := src.Snapshot(w); err != nil {
		return 0, fmt.Errorf("what was there before: %w", err)
	}
	cfg.Log.Info("recording", "file", r.out)
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-ctx.Done():
			src.Stop()
		case <-done:
		}
	}()
	n, err = r.copy(w, src)
	if err != nil {
		return n, fmt.Errorf("%s: %w", r.out, err)
	}
	return n, lost(src)
}

// copy writes events until there are none any more, or enough.
func (r *record) copy(w *capture.Writer, src live) (n uint64, err error) {
	var ev event.Event
	for r.events == 0 || n < r.events {
		if err := src.Next(&ev); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return n, errors.Join(err, w.Close())
		}
		if err := w.Event(&ev); err != nil {
			return n, err
		}
		n++
	}
	return n, w.Close()
}

// lost says which events a recording lacks.
func lost(src live) error {
	var parts []string
	var sum uint64
	src.DropCounts(func(cause string, t event.Type, n uint64) {
		sum += n
		parts = append(parts, fmt.Sprintf("%d %s (%s)", n, t, cause))
	})
	if sum == 0 {
		return nil
	}
	return &failure{
		err:  fmt.Errorf("%d events were lost: %s", sum, strings.Join(parts, ", ")),
		hint: "record fewer types (--type) or processes (--scope), or use a larger --buffer-size",
	}
}
