// SPDX-License-Identifier: Apache-2.0

package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/infra/job"
)

// first is the first process of a run.
type first struct {
	cmd     *exec.Cmd
	reports *os.File
	outputs []*os.File // of each container
}

// launch starts the first process, puts it into its cgroup, and only then lets
// it start anything.
func (s *supervisor) launch() (_ first, err error) {
	var f first
	var given, kept []*os.File // their ends, and ours
	pipe := func() error {
		r, w, err := os.Pipe()
		given, kept = append(given, w), append(kept, r)
		return err
	}
	orderR, orderW, err := os.Pipe()
	if err != nil {
		return f, err
	}
	given, kept = append(given, orderR), append(kept, orderW)
	for range len(s.plan.containers) + 1 {
		if err := pipe(); err != nil {
			return f, err
		}
	}
	f.cmd = exec.Command("/proc/self/exe")
	f.cmd.Args = []string{innerName}
	f.cmd.Env = []string{}
	f.cmd.ExtraFiles = given
	f.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	o := order{Containers: s.plan.containers, FileSize: s.task.Config.Disk, Processes: s.task.Config.Processes}
	if s.room {
		f.cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS
		if os.Geteuid() != 0 {
			f.cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
			f.cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
			f.cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
		}
		o.Room = &room{Work: s.work(), Hide: s.hidden(), User: os.Geteuid() != 0}
		for _, c := range s.plan.containers {
			o.Room.Mounts = append(o.Room.Mounts, c.Mounts...)
		}
	}
	err = f.cmd.Start()
	for _, file := range given {
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return f, fmt.Errorf("%w; if namespaces are not allowed here, run jobs with --plain", err)
	}
	if err := s.group.add(f.cmd.Process.Pid); err != nil {
		s.group.Lacks = append(s.group.Lacks, err.Error())
	}
	f.reports, f.outputs = kept[1], kept[2:]
	// A first process that is gone already has a report that says so, or none.
	if err := errors.Join(json.NewEncoder(orderW).Encode(o), orderW.Close()); err != nil && !errors.Is(err, unix.EPIPE) {
		return f, err
	}
	return f, nil
}

// hidden are the folders that the run does not see.
func (s *supervisor) hidden() []string {
	dirs := []string{"/root", filepath.Dir(insideHome), s.task.Config.Dir}
	if s.task.Config.Secrets != "" {
		dirs = append(dirs, s.task.Config.Secrets)
	}
	return append(dirs, s.task.Config.Hide...)
}

// watch is what is looked at while the containers run.
type watch struct {
	s       *supervisor
	first   first
	reports <-chan []report
	limit   <-chan time.Time
	// state and why are set if the run was ended.
	state job.State
	why   string
}

// slowest is how often at least it is looked how much a run has written.
const slowest = 10 * time.Second

// wait returns the reports when there will be no more. Until then it ends the
// run when it is to end.
func (w *watch) wait() []report {
	var grace <-chan time.Time
	end := func(state job.State, why string) {
		if w.state != "" {
			return
		}
		w.state, w.why = state, why
		_ = unix.Kill(w.first.cmd.Process.Pid, unix.SIGINT) // if it is over, its report comes
		grace = time.After(w.s.plan.grace)
	}
	every := time.Second
	disk := time.NewTimer(every)
	defer disk.Stop()
	for {
		select {
		case said := <-w.reports:
			return said
		case <-w.limit:
			end(job.Failure, fmt.Sprintf("it took longer than %s", w.s.plan.timeout))
		case why := <-w.s.asked:
			end(job.Aborted, why)
		case <-grace:
			w.why += fmt.Sprintf("; it did not end within %s of SIGINT", w.s.plan.grace)
			_ = unix.Kill(w.first.cmd.Process.Pid, unix.SIGKILL) // as above
			if !w.s.room {
				killAll(w.first.cmd.Process.Pid)
			}
		case <-disk.C:
			began := time.Now()
			if used := diskUsed(w.s.work()); used > w.s.task.Config.Disk {
				end(job.Failure, fmt.Sprintf("it wrote %d bytes, and may write %d", used, w.s.task.Config.Disk))
				_ = unix.Kill(w.first.cmd.Process.Pid, unix.SIGKILL) // there may be no room to end with grace
			}
			// To look at many files must not be what this machine does.
			every = min(max(time.Second, 20*time.Since(began)), slowest)
			disk.Reset(every)
		}
	}
}

// diskUsed is how many bytes the files below a folder take. What comes and
// goes meanwhile does not matter.
func diskUsed(dir string) int64 {
	var sum int64
	var first *syscall.Stat_t
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // it is gone
		}
		info, err := entry.Info()
		if err != nil {
			return nil // as above
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return nil
		}
		if first == nil {
			first = stat
		}
		if stat.Dev != first.Dev && entry.IsDir() {
			return fs.SkipDir
		}
		sum += stat.Blocks * 512
		return nil
	})
	if err != nil {
		return 0
	}
	return sum
}
