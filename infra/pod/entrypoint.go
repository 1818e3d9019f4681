// SPDX-License-Identifier: Apache-2.0

package pod

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/infra/censor"
	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/results"
)

// Entry is what runs a test in its container.
type Entry struct {
	Name string // of the container
	// Log is the file of its log, in the shared folder.
	Log            string
	Timeout, Grace time.Duration
	// SecretVariables and SecretFolders have what is to be taken out of the log.
	SecretVariables, SecretFolders []string
	Args                           []string
}

// terminationLog is where Kubernetes looks for how a container ended.
const terminationLog = "/dev/termination-log"

// Run runs the test to its end and returns what the container is to exit with.
func (e Entry) Run(stdout io.Writer) (int, error) {
	end, code, err := e.run(stdout)
	if err != nil {
		end, code = End{job.Error, err.Error()}, 127
	}
	text, encodeErr := json.Marshal(end)
	if len(text) > 4000 { // Kubernetes takes 4,096 bytes
		text, encodeErr = json.Marshal(End{end.State, end.Why[:2000]})
	}
	return code, errors.Join(err, encodeErr, os.WriteFile(terminationLog, text, 0o644))
}

func (e Entry) run(stdout io.Writer) (End, int, error) {
	why, err := os.ReadFile(filepath.Join(Logs, cloneFailed))
	if err == nil {
		return End{job.Failure, string(why)}, 1, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return End{}, 0, err
	}
	c, err := e.censor()
	if err != nil {
		return End{}, 0, err
	}
	log, err := results.CreateLog(filepath.Join(Logs, e.Log), c, maxLog)
	if err != nil {
		return End{}, 0, err
	}
	shown := c.Writer(stdout)
	end, code, err := e.watch(io.MultiWriter(log, shown))
	return end, code, errors.Join(err, shown.Close(), log.Close())
}

func (e Entry) censor() (*censor.Censor, error) {
	var secrets []string
	for _, name := range e.SecretVariables {
		secrets = append(secrets, os.Getenv(name))
	}
	for _, dir := range e.SecretFolders {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, entry := range entries {
			value, err := secretFile(filepath.Join(dir, entry.Name()))
			if err != nil {
				return nil, err
			}
			secrets = append(secrets, value)
		}
	}
	return censor.New(secrets...)
}

// watch starts the test and ends it when it is time to, or when it is asked.
func (e Entry) watch(out io.Writer) (End, int, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return End{}, 0, err
	}
	if err := watcher.Add(Logs); err != nil {
		return End{}, 0, errors.Join(err, watcher.Close())
	}
	told := make(chan os.Signal, 4)
	signal.Notify(told, unix.SIGTERM, unix.SIGINT)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := exec.CommandContext(ctx, e.Args[0], e.Args[1:]...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// What it left behind may keep its output open.
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			return End{job.Failure, err.Error()}, 127, watcher.Close()
		}
		return End{}, 0, errors.Join(err, watcher.Close())
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	end := e.until(cmd, over, told, watcher)
	return end, exitCode(end, cmd), watcher.Close()
}

func exitCode(end End, cmd *exec.Cmd) int {
	switch {
	case end.State == job.Success:
		return 0
	case end.State == job.Aborted:
		return 130
	case cmd.ProcessState != nil && cmd.ProcessState.ExitCode() > 0:
		return cmd.ProcessState.ExitCode()
	}
	return 1
}

// until waits for the end of the test.
func (e Entry) until(cmd *exec.Cmd, over <-chan error, told <-chan os.Signal, watcher *fsnotify.Watcher) End {
	limit := time.NewTimer(e.Timeout)
	defer limit.Stop()
	var grace <-chan time.Time
	var end End
	stop := func(state job.State, why string) {
		if end.State == "" {
			end = End{state, why}
			_ = unix.Kill(-cmd.Process.Pid, unix.SIGINT) // it may be over
			grace = time.After(e.Grace)
		}
	}
	look := func() {
		if why, err := os.ReadFile(filepath.Join(Logs, abortFile)); err == nil {
			stop(job.Aborted, string(why))
		}
	}
	look()
	for {
		select {
		case err := <-over:
			if end.State == "" {
				end = e.ended(cmd, err)
			}
			return end
		case <-limit.C:
			stop(job.Failure, fmt.Sprintf("it took longer than %s", e.Timeout))
		case <-told:
			stop(job.Aborted, "the pod was ended")
		case <-watcher.Events:
			look()
		case <-grace:
			end.Why += fmt.Sprintf("; it did not end within %s of SIGINT", e.Grace)
			_ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL) // as above
		}
	}
}

// ended says how a test ended by itself.
func (e Entry) ended(cmd *exec.Cmd, err error) End {
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case ok && status.Signaled():
		return End{job.Failure, fmt.Sprintf("%s was ended by %s", e.Name, unix.SignalName(status.Signal()))}
	case cmd.ProcessState.ExitCode() != 0:
		return End{job.Failure, fmt.Sprintf("%s exited with %d", e.Name, cmd.ProcessState.ExitCode())}
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return End{job.Error, err.Error()}
	}
	return End{State: job.Success}
}
