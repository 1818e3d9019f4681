// SPDX-License-Identifier: Apache-2.0

package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
)

// Runner runs jobs on this machine: a [run.Runner].
type Runner struct {
	config Config
	held   *os.File // the lock of the folder of all runs
	self   string   // this program, for the supervisors

	mu    sync.Mutex
	runs  map[string]*watched
	looks []*look
	wait  sync.WaitGroup
	stop  chan struct{}
}

// watched is a run that is looked after.
type watched struct {
	over   chan struct{} // closed when the status is the last one
	pipe   *os.File
	status run.Status
}

var _ run.Runner = (*Runner)(nil)

// ErrInUse is wrapped by the error of New for a folder that another Runner has.
var ErrInUse = errors.New("in use by another process")

// New makes a Runner of the runs in a folder, which it makes if need be. Runs
// that were begun before go on; of those whose supervisor is gone the Runner
// says so. The program must call [Child] first.
func New(config Config) (_ *Runner, err error) {
	config = config.withDefaults()
	if config.Dir, err = filepath.Abs(config.Dir); err != nil {
		return nil, err
	}
	if config.Secrets != "" {
		if config.Secrets, err = filepath.Abs(config.Secrets); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return nil, err
	}
	r := &Runner{config: config, runs: make(map[string]*watched), stop: make(chan struct{})}
	if r.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if r.held, err = lock(filepath.Join(config.Dir, lockFile)); err != nil {
		return nil, err
	}
	if r.held == nil {
		return nil, fmt.Errorf("the runs in %s: %w; stop it first", config.Dir, ErrInUse)
	}
	entries, err := os.ReadDir(config.Dir)
	for _, entry := range entries {
		switch {
		case err != nil || !entry.IsDir():
		case strings.HasPrefix(entry.Name(), unfinished):
			err = remove(r.dir(entry.Name())) // a Start that was killed
		default:
			err = r.find(entry.Name())
		}
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Close ends looking after runs. They go on.
func (r *Runner) Close() error {
	r.mu.Lock()
	select {
	case <-r.stop:
	default:
		close(r.stop)
	}
	for _, w := range r.runs {
		if w.pipe != nil {
			// Whoever reads it is to stop.
			_ = w.pipe.SetReadDeadline(time.Now())
		}
	}
	r.mu.Unlock()
	r.wait.Wait()
	return r.held.Close()
}

// unfinished begins the names of folders that are being made.
const unfinished = ".new-"

func (r *Runner) dir(names ...string) string {
	return filepath.Join(append([]string{r.config.Dir}, names...)...)
}

// Start implements [run.Runner]. A job that cannot be run on this machine is an
// error of Start, and no run.
func (r *Runner) Start(_ context.Context, spec run.Spec) error {
	if err := spec.Check(); err != nil {
		return fmt.Errorf("%w: %w", run.ErrRefused, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.runs[spec.ID] != nil {
		return nil
	}
	at := where{home: insideHome, gopath: insideGo, artifacts: insideLogs, tmp: "/tmp"}
	if _, err := makePlan(spec, r.config, at); err != nil {
		return fmt.Errorf("job %s: %w: %w", spec.Job.Name, run.ErrRefused, err)
	}
	temporary := r.dir(unfinished + spec.ID)
	if err := os.Mkdir(temporary, 0o700); err != nil {
		return err
	}
	err := errors.Join(
		unix.Mkfifo(filepath.Join(temporary, alive), 0o600),
		unix.Mkfifo(filepath.Join(temporary, control), 0o600),
		os.Mkdir(filepath.Join(temporary, resultsDir), 0o755),
		writeJSON(filepath.Join(temporary, specFile), task{Spec: spec, Config: r.config}),
	)
	if err == nil {
		err = os.Rename(temporary, r.dir(spec.ID))
	}
	if err == nil {
		err = syncFolder(r.config.Dir)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(temporary))
	}
	return r.found(spec.ID)
}

// find looks after a run that was there before this process.
func (r *Runner) find(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.found(id)
}

// found looks after a run, and begins it if it has not begun. The caller has
// the mutex.
func (r *Runner) found(id string) error {
	w := &watched{over: make(chan struct{}), status: run.Status{ID: id, State: job.Pending}}
	err := readJSON(r.dir(id, statusFile), &w.status)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.runs[id] = w
	if w.status.State.Done() {
		close(w.over)
		r.changed(id)
		return nil
	}
	// The reader's end comes first: nothing that is written is missed.
	if w.pipe, err = os.OpenFile(r.dir(id, alive), os.O_RDONLY|unix.O_NONBLOCK, 0); err != nil {
		return err
	}
	held, err := lock(r.dir(id, lockFile))
	if err != nil {
		return err
	}
	if held != nil {
		if !w.status.Began.IsZero() {
			err = r.bury(id, w)
			return errors.Join(err, held.Close(), w.pipe.Close())
		}
		if err := r.launch(id, held); err != nil {
			return err
		}
	}
	r.changed(id)
	r.wait.Go(func() { r.follow(id, w) })
	return nil
}

// launch starts the supervisor of a run, which inherits its lock.
func (r *Runner) launch(id string, held *os.File) (err error) {
	news, err := openPipe(r.dir(id, alive))
	if err != nil {
		return errors.Join(err, held.Close())
	}
	said, err := os.OpenFile(r.dir(id, "supervisor.log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return errors.Join(err, held.Close(), news.Close())
	}
	cmd := exec.Command(r.self)
	cmd.Args = []string{supervisorName, r.dir(id)}
	cmd.ExtraFiles = []*os.File{held, news}
	cmd.Stderr = said
	// It outlives this process, and hears no interrupt from its terminal.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	if err := errors.Join(err, held.Close(), news.Close(), said.Close()); err != nil {
		return err
	}
	// What it exits with is in its status.
	go func() { _ = cmd.Wait() }()
	return nil
}

// follow looks at the status each time there is news, until the supervisor is
// gone.
func (r *Runner) follow(id string, w *watched) {
	defer w.pipe.Close() // it was only read
	buffer := make([]byte, 64)
	for {
		_, err := w.pipe.Read(buffer)
		select {
		case <-r.stop:
			return
		default:
		}
		r.mu.Lock()
		if readErr := readJSON(r.dir(id, statusFile), &w.status); readErr != nil && err != nil {
			w.status = run.Status{ID: id, State: job.Pending}
		}
		done := w.status.State.Done()
		if err != nil && !done {
			// Its lock is free: it was killed.
			if buryErr := r.bury(id, w); buryErr != nil {
				w.status.State, w.status.Why = job.Error, buryErr.Error()
				close(w.over)
				r.changed(id)
			}
		} else if done {
			close(w.over)
			r.changed(id)
		} else {
			r.changed(id)
		}
		r.mu.Unlock()
		if err != nil || done {
			return
		}
	}
}

// bury ends a run whose supervisor was killed. It is not run again: nobody
// knows how far it was. The caller has the mutex.
func (r *Runner) bury(id string, w *watched) error {
	var t task
	if err := readJSON(r.dir(id, specFile), &t); err != nil {
		return err
	}
	var g cgroup
	if err := readJSON(r.dir(id, groupFile), &g); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	out := outcome{job.Error, "what supervised it was killed: it is not known how far it came"}
	if err := errors.Join(g.remove(), remove(r.dir(id, workDir))); err != nil {
		out.why += "; " + err.Error()
	}
	if err := seal(r.dir(id), t, w.status, out, nil); err != nil {
		return err
	}
	if err := readJSON(r.dir(id, statusFile), &w.status); err != nil {
		return err
	}
	close(w.over)
	r.changed(id)
	return nil
}
