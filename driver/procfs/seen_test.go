// SPDX-License-Identifier: Apache-2.0

package procfs_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/driver/probe"
	"github.com/lanner-project/lanner/driver/procfs"
	"github.com/lanner-project/lanner/engine/event"
)

// again runs the program anew when it gets a line.
func again() (map[string]any, error) {
	fmt.Println("{}")
	if _, err := os.Stdin.Read(make([]byte, 1)); err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(os.Getenv("NEW_USER")); err == nil {
		if err := errors.Join(syscall.Setresgid(n, n, n), syscall.Setresuid(n, n, n)); err != nil {
			return nil, err
		}
	}
	// Go raises the limit of descriptors when a program starts and undoes that at
	// exec, unless the program set a limit itself.
	var limit syscall.Rlimit
	if err := errors.Join(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit), syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)); err != nil {
		return nil, err
	}
	env := append(os.Environ(), roleVariable+"=idle", "LONG="+strings.Repeat("e", 5000))
	argv := []string{"odd name", "", "a\nb"}
	if n, err := strconv.Atoi(os.Getenv("ARGUMENTS")); err == nil {
		argv = append(argv, strings.Repeat("x", n))
	}
	return nil, syscall.Exec("/proc/self/exe", argv, env)
}

// TestAsSeen compares what is told of a process that is found with what the
// driver tells of the same one when it starts: they have to be alike.
func TestAsSeen(t *testing.T) {
	t.Parallel()
	namespaces := func(c *exec.Cmd) {
		c.SysProcAttr.Cloneflags = syscall.CLONE_NEWPID | syscall.CLONE_NEWNS
		c.SysProcAttr.Setpgid = true
	}
	for name, change := range map[string]func(*exec.Cmd){
		"plain":          func(*exec.Cmd) {},
		"session":        func(c *exec.Cmd) { c.SysProcAttr.Setsid = true },
		"long arguments": func(c *exec.Cmd) { c.Env = append(c.Env, "ARGUMENTS=5000") },
		"almost too long": func(c *exec.Cmd) {
			c.Env = append(c.Env, fmt.Sprint("ARGUMENTS=", 4096-len("\x00a\nb\x00")-1))
		},
		"namespaces": namespaces,
		"other user": func(c *exec.Cmd) { c.Env = append(c.Env, "NEW_USER=12345") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if os.Geteuid() != 0 {
				t.Skip("only root may load the driver")
			}
			at := realDir(t)
			c := start(t, "again", dir(at), change)
			seen := execOf(t, c)
			s, _ := snapshot(t, c.pid)
			p := s.main(t, c.pid)
			found := map[string]any{
				"exe": string(p.Exe), "args": string(p.Args), "env": string(p.Env), "tid": p.TID, "pid": p.PID, "ptid": p.PPID,
				"cwd": string(p.CWD), "fdlimit": p.FDLimit, "cgroups": firstCgroups(string(p.Cgroups)), "tty": p.TTY,
				"vpgid": p.VPGID, "pgid": p.PGID, "loginuid": p.LoginUID, "uid": p.UID, "gid": p.GID,
				"capabilities": []uint64{p.CapInheritable, p.CapPermitted, p.CapEffective},
				"exe inode":    []uint64{p.ExeIno, p.ExeCtime, p.ExeMtime}, "path": string(p.ExePath),
				"exe kind": []bool{p.ExeWritable, p.ExeUpperLayer, p.ExeFromMemfd, p.ExeLowerLayer},
			}
			if diff := cmp.Diff(seen, found); diff != "" {
				t.Errorf("(-seen +found):\n%s", diff)
			}
		})
	}
}

// firstCgroups are those that the driver tells.
func firstCgroups(text string) string {
	parts := strings.SplitAfter(text, "\x00")
	return strings.Join(parts[:min(3, len(parts))], "")
}

// execOf lets a child run its program anew, and returns what the driver tells of
// it.
func execOf(t *testing.T, c *child) map[string]any {
	t.Helper()
	p, err := probe.Open(probe.Config{Scope: probe.Scope{PID: c.pid}, BufferSize: 1 << 20})
	if errors.Is(err, fs.ErrPermission) {
		t.Skip("this process may not load the driver: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := p.Follow([]int{c.pid}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.stdin.(io.Writer).Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { // until it has run its program anew
		s := new(told)
		err := procfs.Process(procfs.Config{}, c.pid, s)
		return err == nil && len(s.procs) > 0 && string(s.procs[0].Exe) == "odd name"
	})
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	for {
		var ev event.Event
		if err := p.Next(&ev); err != nil {
			t.Fatalf("no execve is told: %v", err)
		}
		if res, ok := ev.Int64(0); ev.Type != event.ExecveExit || !ok || res != 0 {
			continue
		}
		text := func(i int) string { return string(ev.Text(i)) }
		number := func(i int) uint64 { n, _ := ev.Uint(i); return n }
		signed := func(i int) int64 { n, _ := ev.Int64(i); return n }
		flags := number(19)
		return map[string]any{
			"exe": text(1), "args": string(ev.Param(2)), "env": string(ev.Param(15)), "tid": signed(3), "pid": signed(4), "ptid": signed(5),
			"cwd": text(6), "fdlimit": signed(7), "cgroups": string(ev.Param(14)), "tty": uint32(number(16)),
			"vpgid": signed(17), "pgid": signed(28), "loginuid": uint32(number(18)), "uid": uint32(number(26)), "gid": uint32(number(29)),
			"capabilities": []uint64{number(20), number(21), number(22)}, "exe inode": []uint64{number(23), number(24), number(25)},
			"path": text(27), "exe kind": []bool{flags&1 != 0, flags&2 != 0, flags&4 != 0, flags&8 != 0},
		}
	}
}
