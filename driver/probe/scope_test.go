// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/event"
)

// What is in a cgroup, and in those below it, is seen, and nothing else: in the
// hierarchy of version 2 and in those of version 1.
func TestScopeCgroup(t *testing.T) {
	for _, parent := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids"} {
		t.Run(parent, func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(parent, "cgroup.procs")); err != nil {
				t.Skip("no hierarchy: ", err)
			}
			dir := filepath.Join(parent, fmt.Sprintf("lanner-test-%d", os.Getpid()))
			below := filepath.Join(dir, "below")
			if err := os.MkdirAll(below, 0o755); err != nil {
				t.Skip("no cgroup can be made: ", err)
			}
			t.Cleanup(func() { removeWhenEmpty(t, below, dir) })
			outside := startBencher(t, "open")
			c := watch(t, "open", Config{Scope: Scope{Cgroup: dir}, Types: calls.Types{event.OpenatExit: true}})
			enter(t, below, c.cmd.Process.Pid)
			if in, err := (Scope{Cgroup: dir}).Processes(nil); err != nil || len(in) != 1 || in[0] != c.cmd.Process.Pid {
				t.Errorf("processes in the scope: %v, %v", in, err)
			}
			outside.run(t, 1000)
			want, got := c.act(t)
			for _, w := range want {
				find(t, w, got)
			}
			pids := threadsOf(t, outside.pid)
			for i := range got {
				if pids[got[i].TID] {
					t.Fatalf("a %s of a process outside is seen", got[i].Type)
				}
			}
		})
	}
}

func enter(t *testing.T, cgroup string, pid int) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(cgroup, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// removeWhenEmpty removes cgroups as soon as the kernel lets go of those that
// ended there.
func removeWhenEmpty(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
			err := os.Remove(dir)
			if err == nil {
				break
			}
			if time.Now().After(deadline) {
				t.Errorf("removing a cgroup: %v", err)
				break
			}
		}
	}
}

func threadsOf(t *testing.T, pid int) map[int64]bool {
	t.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[int64]bool)
	for _, task := range tasks {
		if tid, err := strconv.ParseInt(task.Name(), 10, 64); err == nil {
			all[tid] = true
		}
	}
	return all
}

func TestScopeMistakes(t *testing.T) {
	for want, scope := range map[string]Scope{
		"a scope is a process or a cgroup, not both": {PID: 1, Cgroup: "/"},
		"no such process":                                  {PID: 1 << 29},
		"cgroup /nonexistent/lanner: no such file":         {Cgroup: "/nonexistent/lanner"},
		"is in no cgroup file system: name a folder below": {Cgroup: "/usr/bin"},
	} {
		if _, err := scope.resolve(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", scope, err, want)
		}
	}
}

func TestCgroupMount(t *testing.T) {
	const mounts = `24 1 0:21 / /sys/fs/cgroup rw - tmpfs tmpfs rw
25 24 0:22 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
26 24 0:23 /system.slice /sys/fs/cgroup/uni\040fied rw shared:9 - cgroup2 cgroup2 rw
`
	for path, want := range map[string]string{
		"/sys/fs/cgroup/memory/a/b":   "{/ /sys/fs/cgroup/memory [rw memory]} true",
		"/sys/fs/cgroup/memory":       "{/ /sys/fs/cgroup/memory [rw memory]} true",
		"/sys/fs/cgroup/memory2":      "{  []} false",
		"/sys/fs/cgroup/uni fied/one": "{/system.slice /sys/fs/cgroup/uni fied []} true",
	} {
		m, ok := cgroupMount(mounts, path)
		if got := fmt.Sprint(m, ok); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
