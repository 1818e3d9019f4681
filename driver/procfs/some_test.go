// SPDX-License-Identifier: Apache-2.0

package procfs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lanner-project/lanner/driver/procfs"
)

// Some processes are told, each with its threads and descriptors, and those that
// have ended are left out.
func TestSomeProcesses(t *testing.T) {
	t.Parallel()
	a, b, gone := start(t, "threads"), start(t, "idle"), start(t, "idle")
	pid := gone.pid
	gone.stop()
	var to told
	stats, err := procfs.Processes(procfs.Config{Living: true}, []int{a.pid, pid, b.pid}, &to)
	if err != nil {
		t.Fatal(err)
	}
	if stats.Processes != 2 || stats.Ended == 0 || len(to.machine) != 0 {
		t.Errorf("%+v", stats)
	}
	for _, p := range []int{a.pid, b.pid, int(a.int("thread0"))} {
		to.main(t, p)
	}
	if len(to.files[int64(a.pid)]) == 0 || len(to.files[int64(b.pid)]) == 0 {
		t.Errorf("descriptors of %d processes", len(to.files))
	}
	all, err := procfs.List(procfs.Config{})
	if err != nil || !slices.Contains(all, a.pid) || slices.Contains(all, pid) {
		t.Errorf("the list of %d processes, %v, lacks one or has one too many", len(all), err)
	}
}

func TestGone(t *testing.T) {
	t.Parallel()
	c, other := start(t, "threads"), start(t, "idle")
	for _, tt := range []struct {
		pid, tid int64
		gone     bool
	}{
		{int64(c.pid), int64(c.pid), false},
		{int64(c.pid), c.int("thread0"), false},
		{-1, c.int("thread0"), false},
		{int64(other.pid), c.int("thread0"), true}, // its number is another process's
		{1 << 30, 1 << 30, true},
		{-1, 1 << 30, true},
	} {
		if gone, err := procfs.Gone("/proc", tt.pid, tt.tid); err != nil || gone != tt.gone {
			t.Errorf("thread %d of process %d: gone %t, %v", tt.tid, tt.pid, gone, err)
		}
	}
	if _, err := procfs.Gone(filepath.Join(t.TempDir(), "none"), 1, 1); err == nil {
		t.Error("without a process table a thread is gone, or not")
	}
	// One that has ended, and waits for its parent.
	if err := c.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		gone, err := procfs.Gone("/proc", int64(c.pid), int64(c.pid))
		return err == nil && gone
	})
}

// Of a thread that is on its way to its end the kernel has told that it ends.
func TestLiving(t *testing.T) {
	t.Parallel()
	const stat = "10 (p) R 1 10 10 0 -1 %d 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n"
	const status = "Name:\tp\nTgid:\t10\nPid:\t10\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nNStgid:\t10\nNSpid:\t10\nNSpgid:\t10\n"
	for _, tt := range []struct {
		flags  int
		living bool
		want   int
	}{{0, true, 1}, {4, true, 0}, {4, false, 1}} {
		root := t.TempDir()
		for name, text := range map[string]string{"stat": fmt.Sprintf(stat, tt.flags), "status": status} {
			if err := os.MkdirAll(filepath.Join(root, "10"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, "10", name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var to told
		if _, err := procfs.Processes(procfs.Config{Root: root, Living: tt.living}, []int{10}, &to); err != nil || len(to.procs) != tt.want {
			t.Errorf("flags %d, living %t: %d told, %v", tt.flags, tt.living, len(to.procs), err)
		}
	}
}
