// SPDX-License-Identifier: Apache-2.0

package procfs_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/lanner-project/lanner/driver/procfs"
	"github.com/lanner-project/lanner/engine/event"
)

// The test's binary runs itself as the processes that are looked at: no others
// are. What one does is in roles, by the variable that names it.
const roleVariable = "LANNER_PROCFS_ROLE"

func TestMain(m *testing.M) {
	role, is := roles[os.Getenv(roleVariable)]
	if !is {
		os.Exit(m.Run())
	}
	runtime.LockOSThread()
	facts, err := role()
	if err != nil {
		facts = map[string]any{"error": err.Error()}
	}
	if err := json.NewEncoder(os.Stdout).Encode(facts); err != nil {
		os.Exit(1)
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test closes it
	os.Exit(0)
}

// A role does what is looked at, and says what it was.
type role func() (map[string]any, error)

// A child is one of the test's processes.
type child struct {
	pid   int
	facts map[string]any
	cmd   *exec.Cmd
	stdin io.Closer
}

// start runs the test's binary in a role until the test ends.
func start(t testing.TB, role string, change ...func(*exec.Cmd)) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, "GORACE=atexit_sleep_ms=0")
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	for _, c := range change {
		c(cmd)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{pid: cmd.Process.Pid, cmd: cmd, stdin: stdin}
	t.Cleanup(c.stop)
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		c.stop()
		t.Fatalf("the child says nothing: %v\n%s", err, stderr.Bytes())
	}
	if err := json.Unmarshal(line, &c.facts); err != nil {
		t.Fatal(err)
	}
	if e, failed := c.facts["error"]; failed {
		t.Fatalf("the child: %v", e)
	}
	return c
}

func (c *child) stop() {
	if c.cmd != nil {
		_ = c.stdin.Close()
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait() // it was killed
		c.cmd = nil
	}
}

func (c *child) int(name string) int64 {
	n, ok := c.facts[name].(float64)
	if !ok {
		panic(fmt.Sprintf("the child does not say %s: %v", name, c.facts))
	}
	return int64(n)
}

func (c *child) string(name string) string { return c.facts[name].(string) }

// A told is what a snapshot received.
type told struct {
	machine    []event.Machine
	procs      []event.Proc
	files      map[int64]map[int64]event.File // by thread and number
	interfaces []event.Interface
	users      []event.User
	groups     []event.Group
}

func (s *told) Machine(m *event.Machine) { s.machine = append(s.machine, *m) }

func (s *told) Proc(p *event.Proc) {
	c := *p
	for _, b := range []*[]byte{&c.Comm, &c.Exe, &c.ExePath, &c.Args, &c.Env, &c.Cgroups, &c.CWD, &c.Root} {
		*b = bytes.Clone(*b)
	}
	s.procs = append(s.procs, c)
}

func (s *told) File(tid int64, f *event.File) {
	if s.files == nil {
		s.files = make(map[int64]map[int64]event.File)
	}
	if s.files[tid] == nil {
		s.files[tid] = make(map[int64]event.File)
	}
	c := *f
	c.Name = bytes.Clone(f.Name)
	s.files[tid][f.FD] = c
}

func (s *told) Interface(i *event.Interface) {
	c := *i
	c.Addr, c.Netmask, c.Broadcast = slices.Clone(i.Addr), slices.Clone(i.Netmask), slices.Clone(i.Broadcast)
	s.interfaces = append(s.interfaces, c)
}

func (s *told) User(u *event.User)   { s.users = append(s.users, *u) }
func (s *told) Group(g *event.Group) { s.groups = append(s.groups, *g) }

// main returns the main thread of a process.
func (s *told) main(t testing.TB, pid int) event.Proc {
	t.Helper()
	for _, p := range s.procs {
		if p.TID == int64(pid) {
			return p
		}
	}
	t.Fatalf("process %d is not told", pid)
	return event.Proc{}
}

// snapshot reads the given processes alone.
func snapshot(t testing.TB, pids ...int) (*told, procfs.Stats) {
	t.Helper()
	s := new(told)
	stats, err := procfs.Snapshot(procfs.Config{PIDs: append([]int{}, pids...)}, s) // nil would be all there are
	if err != nil {
		t.Fatal(err)
	}
	return s, stats
}
