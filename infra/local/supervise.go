// SPDX-License-Identifier: Apache-2.0

package local

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/infra/censor"
	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/results"
)

// What a program is called when it is not itself: see Child.
const (
	supervisorName = "lanner-job-supervisor"
	innerName      = "lanner-job"
)

// Child is to be called first of all by a program that makes Runners: they
// start the same program again, once as what supervises a run and once as the
// first process in it. It reports whether this process is one of those, and
// what it exits with.
func Child(args []string) (code int, is bool) {
	switch {
	case len(args) == 2 && args[0] == supervisorName:
		if err := supervise(args[1]); err != nil {
			// Its standard error is a file of the run.
			fmt.Fprintln(os.Stderr, err)
			return 1, true
		}
		return 0, true
	case len(args) == 1 && args[0] == innerName:
		return inner(), true
	}
	return 0, false
}

// outcome is how a run ended.
type outcome struct {
	state job.State
	why   string
}

// supervisor is the process that is there from the beginning of a run to its
// end. Whoever started it may be gone.
type supervisor struct {
	dir    string
	task   task
	status run.Status
	news   *os.File // the pipe alive
	room   bool
	plan   plan
	censor *censor.Censor
	group  cgroup
	notes  map[string]any // for finished.json
	commit string
	asked  chan string // why it is to end
}

// The files that a supervisor is given.
const (
	lockFD = 3 // the lock of the run, taken
	newsFD = 4
)

func supervise(dir string) error {
	// The first process of a run dies with the thread that started it.
	runtime.LockOSThread()
	s := &supervisor{dir: dir, notes: make(map[string]any), asked: make(chan string, 1), news: os.NewFile(newsFD, alive)}
	held := os.NewFile(lockFD, lockFile)
	defer runtime.KeepAlive(held)
	unix.CloseOnExec(lockFD)
	unix.CloseOnExec(newsFD)
	if err := readJSON(filepath.Join(dir, specFile), &s.task); err != nil {
		return err
	}
	s.task.Config = s.task.Config.withDefaults()
	s.room = !s.task.Config.Plain
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	s.status = run.Status{ID: s.task.Spec.ID, State: job.Pending, Began: time.Now().UTC()}
	if err := s.tell(); err != nil {
		return err
	}
	if err := s.listen(); err != nil {
		return err
	}
	out, err := s.run()
	if err != nil {
		out = outcome{job.Error, err.Error()}
	}
	return s.finish(out)
}

// tell writes the status and says that it is another.
func (s *supervisor) tell() error {
	if err := writeJSON(filepath.Join(s.dir, statusFile), s.status); err != nil {
		return err
	}
	return poke(s.news)
}

// listen begins to look for the wish that the run ends.
func (s *supervisor) listen() error {
	pipe, err := openPipe(filepath.Join(s.dir, control))
	if err != nil {
		return err
	}
	look := func() {
		var why string
		if err := readJSON(filepath.Join(s.dir, abortFile), &why); err == nil {
			select {
			case s.asked <- why:
			default: // it was asked before
			}
		}
	}
	// First the pipe was opened: what is written from now on is heard.
	look()
	go func() {
		for buffer := make([]byte, 64); ; look() {
			if _, err := pipe.Read(buffer); err != nil {
				return // at the end of this process, and not before
			}
		}
	}()
	return nil
}

func (s *supervisor) work(names ...string) string {
	return filepath.Join(append([]string{s.dir, workDir}, names...)...)
}

func (s *supervisor) result(name string) string { return filepath.Join(s.dir, resultsDir, name) }

// run does everything up to the end of the containers. An error is of this
// machine, not of the job.
func (s *supervisor) run() (outcome, error) {
	at := where{home: insideHome, gopath: insideGo, artifacts: insideLogs + "/artifacts", tmp: "/tmp"}
	if !s.room {
		at = where{home: s.work("home"), gopath: s.work("home", "go"), artifacts: s.work("logs", "artifacts"), tmp: s.work("tmp")}
	}
	var err error
	if s.plan, err = makePlan(s.task.Spec, s.task.Config, at); err != nil {
		return outcome{}, err
	}
	if s.censor, err = censor.New(s.plan.secrets...); err != nil {
		return outcome{}, err
	}
	for _, name := range []string{"upper", "overlay", "root", "home/go", "logs/artifacts", "tmp", "volumes"} {
		if err := os.MkdirAll(s.work(name), 0o755); err != nil {
			return outcome{}, err
		}
	}
	if err := errors.Join(os.Chmod(s.work("tmp"), 0o1777), os.MkdirAll(s.result(run.ArtifactsDir), 0o755)); err != nil {
		return outcome{}, err
	}
	deadline := time.Now().Add(s.plan.timeout)
	repository, out, err := s.clone(deadline)
	if err != nil || out.state != "" {
		return out, err
	}
	if err := s.writeResult(run.StartedFile, s.task.Spec.Started(s.status.Began, s.commit)); err != nil {
		return outcome{}, err
	}
	for i := range s.plan.containers {
		c := &s.plan.containers[i]
		if dir := filepath.Join(repository, c.Dir); !filepath.IsAbs(c.Dir) {
			c.Dir = dir
		}
	}
	return s.contain(deadline)
}

// clone brings the repositories. What cannot be merged is a failure of what is
// tested, not of this machine.
func (s *supervisor) clone(deadline time.Time) (repository string, out outcome, err error) {
	inside := s.work("home")
	if s.room {
		inside = insideHome
	}
	refs := slices.Clone(s.task.Spec.Extra)
	if s.task.Spec.Refs != nil {
		refs = append([]run.Refs{*s.task.Spec.Refs}, refs...)
	}
	if len(refs) == 0 || s.task.Spec.Job.Decoration.SkipCloning {
		return inside, out, nil
	}
	log, err := results.CreateLog(s.result(run.CloneLogFile), s.censor, s.task.Config.Log)
	if err != nil {
		return "", out, err
	}
	ctx, stop := s.untilAsked(deadline)
	var records []Record
	first := -1
	for i, one := range refs {
		record, cloneErr := Clone(ctx, s.work("home", "go"), one, log)
		records = append(records, record)
		if cloneErr != nil {
			err = cloneErr
			break
		}
		if one.WorkDir || first < 0 && i == 0 {
			first = i
		}
	}
	asked := stop()
	if err := errors.Join(log.Close(), s.writeResult(cloneRecordsFile, records)); err != nil {
		return "", out, err
	}
	switch {
	case asked.state != "":
		return "", asked, nil
	case err != nil:
		return "", outcome{job.Failure, s.censor.String("clone: " + firstLine(err.Error()))}, nil
	}
	s.commit = records[0].FinalSHA
	folder, err := Folder(filepath.Join(inside, "go"), refs[first])
	return folder, out, err
}

// cloneRecordsFile has a list of Record.
const cloneRecordsFile = "clone-records.json"

// untilAsked returns a context that ends when the run is to end. What stop
// returns has no state if it was not.
func (s *supervisor) untilAsked(deadline time.Time) (_ context.Context, stop func() outcome) {
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	over := make(chan struct{})
	var out outcome
	var listener sync.WaitGroup
	listener.Go(func() {
		select {
		case why := <-s.asked:
			out = outcome{job.Aborted, why}
			cancel()
		case <-ctx.Done():
			out = outcome{job.Failure, fmt.Sprintf("it took longer than %s, and was not even cloned", s.plan.timeout)}
		case <-over:
		}
	})
	return ctx, func() outcome {
		close(over)
		listener.Wait()
		cancel()
		return out
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func (s *supervisor) writeResult(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(s.result(name), []byte(s.censor.String(string(text))+"\n"), 0o644)
}

// contain starts the containers and waits for their end.
func (s *supervisor) contain(deadline time.Time) (outcome, error) {
	s.group = makeCgroup("lanner-" + s.task.Spec.ID)
	if err := writeJSON(filepath.Join(s.dir, groupFile), s.group); err != nil {
		return outcome{}, err
	}
	s.group.limit(s.plan, s.task.Config.Processes)
	first, err := s.launch()
	if err != nil {
		return outcome{}, err
	}
	var readers sync.WaitGroup
	logErrs := make([]error, len(first.outputs))
	for i, from := range first.outputs {
		readers.Go(func() { logErrs[i] = s.keepLog(s.plan.containers[i].Name, from) })
	}
	reports := make(chan []report, 1)
	go func() { reports <- readReports(first.reports) }()
	limit := time.NewTimer(time.Until(deadline))
	defer limit.Stop()
	w := watch{s: s, first: first, reports: reports, limit: limit.C}
	said := w.wait()
	// All that is left of it is in its namespace, or below this process.
	waitErr := first.cmd.Wait()
	if !s.room {
		killAll(os.Getpid())
	}
	readers.Wait()
	if err := errors.Join(logErrs...); err != nil {
		return outcome{}, fmt.Errorf("the log: %w", err)
	}
	return s.judge(said, w.why, w.state, waitErr)
}

func (s *supervisor) keepLog(name string, from io.ReadCloser) (err error) {
	file := run.LogFile
	if len(s.plan.containers) > 1 {
		file = name + "-" + run.LogFile
	}
	log, err := results.CreateLog(s.result(file), s.censor, s.task.Config.Log)
	if err != nil {
		return err
	}
	_, err = io.Copy(log, from)
	return errors.Join(err, log.Close(), from.Close())
}

func readReports(from io.ReadCloser) []report {
	var all []report
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		var r report
		if err := json.Unmarshal(lines.Bytes(), &r); err == nil {
			all = append(all, r)
		}
	}
	// Nothing more will come, for whatever reason: what is missing is missed.
	return all
}

// judge says how the run ended from what is known of its containers.
func (s *supervisor) judge(said []report, why string, state job.State, waitErr error) (outcome, error) {
	for _, r := range said {
		if r.Error != "" && state == "" {
			return outcome{job.Failure, r.Error}, nil
		}
		if r.Left > 0 {
			s.notes["left-processes"] = r.Left
		}
	}
	if killed := s.group.outOfMemory(); killed > 0 {
		s.notes["out-of-memory"] = killed
		if state == "" {
			why = fmt.Sprintf("out of memory: %d processes were killed at the limit of %d bytes", killed, s.plan.memory)
		}
	}
	if state != "" {
		return outcome{state, why}, nil
	}
	if len(said) < len(s.plan.containers) {
		return outcome{}, fmt.Errorf("the first process of the run was killed (%v)", waitErr)
	}
	for _, r := range said {
		name := s.plan.containers[r.Container].Name
		reason := ""
		switch {
		case r.Signal != 0:
			reason = fmt.Sprintf("%s was ended by %s", name, unix.SignalName(r.Signal))
		case r.Exit != 0:
			reason = fmt.Sprintf("%s exited with %d", name, r.Exit)
		}
		if reason != "" {
			if why != "" {
				reason += "; " + why
			}
			return outcome{job.Failure, reason}, nil
		}
	}
	return outcome{job.Success, why}, nil
}

// finish writes down the end, the status last of all.
func (s *supervisor) finish(out outcome) error {
	var errs []error
	if err := s.group.remove(); err != nil {
		errs = append(errs, fmt.Errorf("cgroup: %w", err))
	}
	if s.censor != nil {
		copied, err := results.Copy(context.Background(), s.work("logs", "artifacts"), s.result(run.ArtifactsDir), s.censor, s.task.Config.Artifacts)
		if copied.LeftOut > 0 {
			s.notes["artifacts-left-out"] = copied
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("artifacts: %w", err))
		}
	}
	if err := remove(s.work()); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil && !slices.Contains([]job.State{job.Aborted, job.Failure}, out.state) {
		out = outcome{job.Error, err.Error()}
	}
	if len(s.group.Lacks) > 0 {
		s.notes["limits-not-set"] = s.group.Lacks
	}
	return seal(s.dir, s.task, s.status, out, s.notes)
}

// seal writes finished.json and the last status of a run.
func seal(dir string, t task, status run.Status, out outcome, notes map[string]any) error {
	status.State, status.Why, status.Ended = out.state, out.why, time.Now().UTC()
	finished, err := t.Spec.Finished(status.Ended, out.state)
	if err != nil {
		return err
	}
	if finished.Metadata = notes; finished.Metadata == nil {
		finished.Metadata = make(map[string]any)
	}
	if out.why != "" {
		finished.Metadata["why"] = out.why
	}
	text, err := json.MarshalIndent(finished, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, resultsDir), 0o755); err != nil {
		return err
	}
	name := filepath.Join(dir, resultsDir, run.FinishedFile)
	if err := os.WriteFile(name, append(text, '\n'), 0o644); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, statusFile), status)
}

// remove deletes a folder whose files a job made: it may have taken the right
// to do so from its folders.
func remove(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil || !errors.Is(err, fs.ErrPermission) {
		return err
	}
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() {
			return os.Chmod(name, 0o700)
		}
		return err
	})
	return errors.Join(err, os.RemoveAll(dir))
}
