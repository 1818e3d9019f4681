// SPDX-License-Identifier: Apache-2.0

package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/results"
)

// look is one Watch: which runs it has not told of since they changed.
type look struct {
	dirty []string
	wake  chan struct{}
}

// changed wakes whoever watches. The caller has the mutex.
func (r *Runner) changed(id string) {
	for _, l := range r.looks {
		l.mark(id)
	}
}

func (l *look) mark(id string) {
	if !slices.Contains(l.dirty, id) {
		l.dirty = append(l.dirty, id)
	}
	select {
	case l.wake <- struct{}{}:
	default: // it is awake already
	}
}

// Watch implements [run.Runner].
func (r *Runner) Watch(ctx context.Context, tell func(run.Status)) error {
	l := &look{wake: make(chan struct{}, 1)}
	r.mu.Lock()
	for id := range r.runs {
		l.mark(id)
	}
	r.looks = append(r.looks, l)
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.looks = slices.DeleteFunc(r.looks, func(other *look) bool { return other == l })
		r.mu.Unlock()
	}()
	for {
		var news []run.Status
		r.mu.Lock()
		for _, id := range l.dirty {
			if w := r.runs[id]; w != nil {
				news = append(news, w.status)
			}
		}
		l.dirty = l.dirty[:0]
		r.mu.Unlock()
		for _, status := range news {
			tell(status)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
		}
	}
}

// run returns a run, or an error that wraps [run.ErrNoRun].
func (r *Runner) run(id string) (*watched, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.runs[id]
	if w == nil {
		return nil, fmt.Errorf("run %q in %s: %w", id, r.config.Dir, run.ErrNoRun)
	}
	return w, nil
}

func (w *watched) done() bool {
	select {
	case <-w.over:
		return true
	default:
		return false
	}
}

// Status implements [run.Runner].
func (r *Runner) Status(_ context.Context, id string) (run.Status, error) {
	w, err := r.run(id)
	if err != nil {
		return run.Status{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return w.status, nil
}

// Abort implements [run.Runner].
func (r *Runner) Abort(_ context.Context, id, why string) error {
	w, err := r.run(id)
	if err != nil || w.done() {
		return err
	}
	if err := writeJSON(r.dir(id, abortFile), why); err != nil {
		return err
	}
	// Without a reader its supervisor is over, or will look for the file first
	// of all.
	pipe, err := os.OpenFile(r.dir(id, control), os.O_WRONLY|unix.O_NONBLOCK, 0)
	if errors.Is(err, unix.ENXIO) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(poke(pipe), pipe.Close())
}

// Log implements [run.Runner].
func (r *Runner) Log(ctx context.Context, id string, to io.Writer) error {
	w, err := r.run(id)
	if err != nil {
		return err
	}
	var t task
	if err := readJSON(r.dir(id, specFile), &t); err != nil {
		return err
	}
	name := run.LogFile
	if all := t.Spec.Job.Pod.Containers; len(all) > 1 {
		name = all[0].Name + "-" + name
	}
	return results.Follow(ctx, r.dir(id, resultsDir, name), w.over, to)
}

// Fetch implements [run.Runner].
func (r *Runner) Fetch(_ context.Context, id, dir string) error {
	w, err := r.run(id)
	if err != nil {
		return err
	}
	if !w.done() {
		return fmt.Errorf("run %s is not over: it has no results yet", id)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	// In the folder next to it, so that it is there whole or not at all.
	temporary, err := os.MkdirTemp(filepath.Dir(dir), ".fetch-")
	if err != nil {
		return err
	}
	err = errors.Join(os.Chmod(temporary, 0o755), os.CopyFS(temporary, os.DirFS(r.dir(id, resultsDir))))
	if err == nil {
		err = os.Rename(temporary, dir)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("results of run %s: %w", id, err), os.RemoveAll(temporary))
	}
	return nil
}

// Remove implements [run.Runner].
func (r *Runner) Remove(_ context.Context, id string) error {
	w, err := r.run(id)
	if err != nil {
		return err
	}
	if !w.done() {
		return fmt.Errorf("run %s is not over: abort it first", id)
	}
	// By another name first: half a folder is none.
	temporary := r.dir(unfinished + id)
	if err := os.Rename(r.dir(id), temporary); err != nil {
		return err
	}
	r.mu.Lock()
	delete(r.runs, id)
	r.mu.Unlock()
	return remove(temporary)
}
