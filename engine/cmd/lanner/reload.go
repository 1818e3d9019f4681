// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/config"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/metrics"
	"github.com/lanner-project/lanner/engine/rules"
)

// reloads is what is known of the rules that run, and of the attempts to change
// them. It may be asked at any time.
type reloads struct {
	mu      sync.Mutex
	current *compiled
	count   metrics.Reloads
	last    time.Time
	err     error    // of the last attempt
	restart []string // keys that changed and need a restart

	// Of the last attempt, whatever came of it.
	fingerprint string
	rules       []string // paths
}

// attempt says what is about to be loaded.
func (r *reloads) attempt(fingerprint string, rules []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fingerprint, r.rules = fingerprint, rules
}

// attempted returns what was last loaded, or was to be.
func (r *reloads) attempted() (fingerprint string, rules []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fingerprint, r.rules
}

// begin takes the rules of the start.
func (r *reloads) begin(first *compiled) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current, r.last = first, time.Now()
	r.count.Successful, r.count.At = true, r.last
}

// end takes the outcome of an attempt; next is nil where nothing changed.
func (r *reloads) end(next *compiled, restart []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last, r.err = time.Now(), err
	r.count.Successful = err == nil
	switch {
	case err != nil:
		r.count.Failed++
		return
	case next != nil:
		r.count.Changed++
		r.current = next
	default:
		r.count.Unchanged++
	}
	r.restart, r.count.At = restart, r.last
}

func (r *reloads) counts() metrics.Reloads {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count
}

func (r *reloads) report() (rulesReport, reloadReport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := reloadReport{Successful: r.count.Successful, Time: r.last.UTC().Format(time.RFC3339Nano), Restart: slices.Clone(r.restart)}
	if last.Restart == nil {
		last.Restart = []string{}
	}
	if r.err != nil {
		last.Error = r.err.Error()
	}
	return rulesReport{r.current.generation, r.current.digest, r.current.ruleset.Enabled()}, last
}

// reload loads configuration and rules anew. If something is wrong with them,
// all stays as it is.
func (d *daemon) reload(why string) {
	d.reloading.Lock() // there are signals, and files that change
	defer d.reloading.Unlock()
	d.log.Debug("reloading", "because", why)
	lines, err := reloading()
	if err != nil {
		d.log.Warn("reload", "error", err)
	}
	d.tell(lines...)
	next, restart, err := d.tryReload()
	d.reloads.end(next, restart, err)
	if err != nil {
		d.log.Error("nothing is reloaded: the old rules go on", "because", why, "error", err, "mistakes", reportOf(err))
	}
	d.tell("READY=1", d.status())
}

// invalid is a configuration with mistakes, and the report of them.
type invalid struct {
	error
	report string
}

// reportOf returns the report of mistakes on one line each, if err is such.
func reportOf(err error) string {
	if m, ok := errors.AsType[*mistakes](err); ok {
		return m.report
	}
	if i, ok := errors.AsType[*invalid](err); ok {
		return i.report
	}
	return ""
}

func (d *daemon) tryReload() (next *compiled, restart []string, err error) {
	var wrong bytes.Buffer
	text := d.config.read()
	cfg, err := d.config.load(text, &wrong)
	if err != nil {
		_, paths := d.reloads.attempted()
		d.reloads.attempt(fingerprint(text, paths), paths)
		return nil, nil, &invalid{err, wrong.String()}
	}
	d.reloads.attempt(fingerprint(text, cfg.Rules.Paths), cfg.Rules.Paths)
	old := d.live.Load()
	changed, restart := config.Changed(old, &cfg.Config)
	merged := config.Merge(old, &cfg.Config)
	if len(restart) > 0 {
		d.log.Warn("these keys of the configuration changed and need a restart", "keys", strings.Join(restart, " "))
	}
	next, err = d.rules.compile(merged)
	if err != nil {
		return nil, nil, err
	}
	before := d.reloads.currently()
	d.live.Store(merged)
	d.level.Set(levelOf(merged.Log.Level))
	d.limits.Store(&merged.Limits)
	if next.digest == before.digest {
		d.rules.generation = before.generation // the number is free again
		d.log.Info("reloaded: the rules are the same", "generation", before.generation, "digest", before.digest, "changed_keys", strings.Join(changed, " "))
		if len(changed) == 0 {
			return nil, restart, nil
		}
		return before, restart, nil
	}
	if err := d.swap(before, next); err != nil {
		d.rules.generation = before.generation
		return nil, nil, err
	}
	added, removed, other := engine.Changes(before.ruleset, next.ruleset)
	d.log.Info("reloaded", "generation", next.generation, "digest", next.digest, "before", before.digest, "rules", next.ruleset.Enabled(),
		"added", quoted(added), "removed", quoted(removed), "changed", quoted(other), "changed_keys", strings.Join(changed, " "))
	return next, restart, nil
}

// swap makes the engine go on with other rules. Before it does, the driver
// records what either need: an event of neither's interest costs less than one
// that is missing.
func (d *daemon) swap(before, next *compiled) error {
	both := slices.Concat(before.types, next.types)
	slices.Sort(both)
	if err := d.want(slices.Compact(both)); err != nil {
		return err
	}
	d.engine.Swap(next.ruleset)
	if err := d.want(next.types); err != nil {
		d.log.Warn("events are recorded that no rule needs any more", "error", err)
	}
	return nil
}

func (d *daemon) want(types []event.Type) error {
	if err := d.src.Want(types); err != nil {
		return fmt.Errorf("tell the driver what the rules need: %w", err)
	}
	return nil
}

// fingerprint tells apart what a reload would read: the files' bytes, and who
// may write to them.
func fingerprint(config configText, paths []string) string {
	h := sha256.New()
	add := func(name string, data []byte) {
		mode := "missing"
		if info, err := os.Stat(name); err == nil {
			mode = info.Mode().String()
		}
		fmt.Fprintf(h, "%s %s %d\n", name, mode, len(data))
		h.Write(data)
	}
	add(config.name, config.data)
	var list diag.List
	for _, path := range paths {
		add(path, nil)
		for _, f := range rules.Read([]string{path}, &list) {
			add(f.Name, f.Data)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// watchFiles reloads when files change, until ctx ends.
func (d *daemon) watchFiles(ctx context.Context, files *fileWatch) {
	paths := func() []string {
		_, rules := d.reloads.attempted()
		return append([]string{d.config.read().name}, rules...)
	}
	files.run(ctx, paths, func() {
		last, rules := d.reloads.attempted()
		if fingerprint(d.config.read(), rules) != last {
			d.reload("files changed")
		}
	})
	if err := files.w.Close(); err != nil {
		d.log.Debug("watch", "error", err)
	}
}

func (r *reloads) currently() *compiled {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current
}

// quoted lists names of rules, which hold blanks.
func quoted(names []string) string {
	const most = 20
	var b strings.Builder
	for i, name := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", name)
	}
	return b.String()
}
