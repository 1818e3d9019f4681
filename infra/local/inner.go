// SPDX-License-Identifier: Apache-2.0

package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// What the first process of a run is given: files of these numbers.
const (
	orderFD  = 3 // an order is read from it
	reportFD = 4 // reports are written to it, a line each
	outputFD = 5 // the first container's output; the next one's is 6
)

// An order is what the first process is told.
type order struct {
	Containers []container
	Room       *room // nil is to be a mere process
	FileSize   int64 // that no file may exceed
	Processes  int64
}

// A report is how one container ended, or that nothing could be begun.
type report struct {
	Container int            `json:"container"`
	Exit      int            `json:"exit"`
	Signal    syscall.Signal `json:"signal,omitempty"`
	// Error says what went wrong before or instead.
	Error string `json:"error,omitempty"`
	// Left is how many processes were still there at the end.
	Left int `json:"left,omitempty"`
}

// inner is the first process of a run: it makes the room that the containers
// are in, starts them, hands on SIGINT to them, and ends when the last of them
// has. In a namespace all that is left dies with it.
func inner() int {
	// What one thread gives up is given up by what that thread starts.
	runtime.LockOSThread()
	// Its other threads do not give up anything: the job must not trace it.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return 1
	}
	out := json.NewEncoder(os.NewFile(reportFD, "report"))
	var o order
	if err := json.NewDecoder(os.NewFile(orderFD, "order")).Decode(&o); err != nil {
		if errors.Is(err, io.EOF) { // whoever started this is gone
			return 1
		}
		return complain(out, fmt.Errorf("reading the order: %w", err))
	}
	// None of these are for what it starts.
	for fd := range outputFD + len(o.Containers) {
		if fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	asked := make(chan os.Signal, 8)
	signal.Notify(asked, unix.SIGINT, unix.SIGTERM)
	if err := o.prepare(); err != nil {
		return complain(out, err)
	}
	running, err := o.start()
	if err != nil {
		return complain(out, err)
	}
	go func() {
		for range asked {
			for _, cmd := range running {
				// It may be over already.
				_ = unix.Kill(-cmd.Process.Pid, unix.SIGINT)
			}
		}
	}()
	if err := reap(out, running); err != nil {
		return complain(out, err)
	}
	return 0
}

func complain(out *json.Encoder, err error) int {
	// There is nobody else to tell.
	_ = out.Encode(report{Error: err.Error()})
	return 1
}

func (o order) prepare() error {
	if o.Room != nil {
		if err := o.Room.enter(); err != nil {
			return fmt.Errorf("making the room of the run: %w", err)
		}
	} else if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	limits := map[int]uint64{unix.RLIMIT_FSIZE: uint64(o.FileSize), unix.RLIMIT_CORE: 0}
	if o.Room != nil && o.Room.User {
		// There may be no cgroup; in a user namespace this counts what is in it.
		limits[unix.RLIMIT_NPROC] = uint64(o.Processes)
	}
	for resource, limit := range limits {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("limits: %w", err)
		}
	}
	return nil
}

// start starts all containers. They can't be waited for by os/exec: this
// process waits for orphans as well, with one call for all.
func (o order) start() ([]*exec.Cmd, error) {
	var running []*exec.Cmd
	var outputs []*os.File
	for i := range o.Containers {
		outputs = append(outputs, os.NewFile(uintptr(outputFD+i), "output"))
	}
	for i, c := range o.Containers {
		cmd := exec.Command(c.Args[0], c.Args[1:]...)
		cmd.Path, cmd.Err = lookPath(c.Args[0], c.Env)
		if cmd.Err != nil {
			return nil, fmt.Errorf("container %s: %w", c.Name, cmd.Err)
		}
		cmd.Env, cmd.Dir = c.Env, c.Dir
		cmd.Stdout, cmd.Stderr = outputs[i], outputs[i]
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			return nil, fmt.Errorf("container %s: %w", c.Name, err)
		}
		running = append(running, cmd)
	}
	var err error
	for _, f := range outputs {
		err = errors.Join(err, f.Close())
	}
	return running, err
}

// lookPath finds a program in the PATH of the container, not in ours.
func lookPath(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, kv := range env {
		list, ok := strings.CutPrefix(kv, "PATH=")
		for _, dir := range filepath.SplitList(list) {
			path := filepath.Join(dir, name)
			if info, err := os.Stat(path); ok && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("%q is not in the PATH of the job: what it needs is installed on this machine, or named by its path", name)
}

// reap waits for every process there is until no container is left, and
// reports each container's end.
func reap(out *json.Encoder, running []*exec.Cmd) error {
	order := make(map[int]int)
	for i, cmd := range running {
		order[cmd.Process.Pid] = i
	}
	for left := len(running); left > 0; {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return fmt.Errorf("waiting: %w", err)
		}
		at, ok := order[pid]
		if !ok || !status.Exited() && !status.Signaled() {
			continue
		}
		left--
		r := report{Container: at}
		if status.Signaled() {
			r.Signal = status.Signal()
		} else {
			r.Exit = status.ExitStatus()
		}
		if left == 0 {
			r.Left = len(descendants(os.Getpid()))
		}
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// descendants are the processes below one, as far as /proc shows them.
func descendants(of int) []int {
	children := make(map[int][]int)
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it ended meanwhile
		}
		// The name of the program is in parentheses, and may have some.
		_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
		fields := strings.Fields(rest)
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil || len(fields) < 2 || fields[0] == "Z" {
			continue
		}
		parent, err := strconv.Atoi(fields[1])
		if err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	var all []int
	for queue := []int{of}; len(queue) > 0; queue = queue[1:] {
		all = append(all, children[queue[0]]...)
		queue = append(queue, children[queue[0]]...)
	}
	return all
}

// killAll ends all that is below a process, until there is nothing: each of
// them may have just started another.
func killAll(of int) {
	for range 100 {
		left := descendants(of)
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			_ = unix.Kill(pid, unix.SIGKILL) // it may be over
		}
		reapZombies()
	}
}

// reapZombies waits for the orphans that this process was given, and not for
// those of os/exec, which are ended by then.
func reapZombies() {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if err != nil || pid <= 0 {
			return
		}
	}
}
