// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cilium/ebpf/btf"
	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/bpf"
)

// A Scope is whose doings are recorded. The zero value is the whole machine.
type Scope struct {
	PID    int    // a process and all that descend from it; 0: not by process
	Cgroup string // a folder in a cgroup file system and those below it; "": not by cgroup
}

// where is a scope as the programs know it.
type where struct {
	kind      uint32
	cgroup    uint64
	level     int32
	subsystem int32
}

// resolve finds out what the kernel calls a scope.
func (s Scope) resolve() (where, error) {
	switch {
	case s.PID != 0 && s.Cgroup != "":
		return where{}, errors.New("a scope is a process or a cgroup, not both")
	case s.PID != 0:
		if err := unix.Kill(s.PID, 0); err != nil && !errors.Is(err, unix.EPERM) {
			return where{}, fmt.Errorf("scope: process %d: %w", s.PID, err)
		}
		if !isProcess(s.PID) {
			return where{}, fmt.Errorf("scope: %d is a thread: name its process", s.PID)
		}
		return where{kind: uint32(bpf.LannerScopeSCOPE_TREE)}, nil
	case s.Cgroup != "":
		return cgroupScope(s.Cgroup)
	}
	return where{kind: uint32(bpf.LannerScopeSCOPE_HOST)}, nil
}

// isProcess reports whether a number is a process's, and not that of one of its
// other threads, by which it can be named too.
func isProcess(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err != nil || strings.Contains(string(status), fmt.Sprintf("\nTgid:\t%d\n", pid))
}

// cgroupScope finds the cgroup behind a folder: the number of the folder is
// that of the kernel's node.
func cgroupScope(path string) (where, error) {
	path = cgroupFolder(path)
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return where{}, fmt.Errorf("scope: cgroup %s: %w", path, err)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return where{}, fmt.Errorf("scope: %w", err)
	}
	m, ok := cgroupMount(string(mounts), path)
	if !ok {
		return where{}, fmt.Errorf("scope: %s is in no cgroup file system: name a folder below /sys/fs/cgroup", path)
	}
	w := where{kind: uint32(bpf.LannerScopeSCOPE_CGROUP), cgroup: st.Ino, subsystem: -1}
	w.level = int32(depth(m.root) + depth(strings.TrimPrefix(path, m.point)))
	if m.controllers == nil {
		return w, nil
	}
	w.subsystem, err = subsystem(m.controllers)
	if err != nil {
		return where{}, fmt.Errorf("scope: cgroup %s: %w", path, err)
	}
	return w, nil
}

// cgroupRoot is where cgroups are mounted by convention; next to those of
// version 1 the second version's are in a folder there.
const cgroupRoot = "/sys/fs/cgroup"

// cgroupFolder is the folder of a cgroup that is named by its path from the root
// of cgroups, or by the folder itself.
func cgroupFolder(path string) string {
	path = filepath.Join("/", path)
	if path == cgroupRoot || strings.HasPrefix(path, cgroupRoot+"/") {
		return path
	}
	for _, root := range []string{cgroupRoot + "/unified", cgroupRoot} {
		if _, err := os.Stat(root + path); err == nil {
			return root + path
		}
	}
	return path
}

func depth(path string) int {
	return len(strings.FieldsFunc(path, func(r rune) bool { return r == '/' }))
}

// A mount is where a hierarchy of cgroups is mounted.
type mount struct {
	root, point string
	controllers []string // of version 1; nil: version 2
}

// cgroupMount finds the innermost cgroup file system that a path is in, in the
// text of /proc/self/mountinfo.
func cgroupMount(mountinfo, path string) (mount, bool) {
	var best mount
	found := false
	for line := range strings.Lines(mountinfo) {
		head, tail, ok := strings.Cut(line, " - ")
		words, rest := strings.Fields(head), strings.Fields(tail)
		if !ok || len(words) < 5 || len(rest) < 3 {
			continue
		}
		m := mount{root: unescape(words[3]), point: unescape(words[4])}
		switch rest[0] {
		case "cgroup2":
		case "cgroup":
			m.controllers = strings.Split(rest[2], ",")
		default:
			continue
		}
		if path != m.point && !strings.HasPrefix(path, strings.TrimSuffix(m.point, "/")+"/") {
			continue
		}
		if !found || len(m.point) >= len(best.point) {
			best, found = m, true
		}
	}
	return best, found
}

// unescape undoes what the kernel does to blanks in paths: \040 and such.
func unescape(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] == '\\' && i+3 < len(path) {
			if n, err := strconv.ParseUint(path[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(path[i])
	}
	return b.String()
}

// subsystem finds the kernel's number of one of the controllers of a hierarchy
// of version 1.
func subsystem(controllers []string) (int32, error) {
	spec, err := btf.LoadKernelSpec()
	if err != nil {
		return 0, fmt.Errorf("the kernel's types: %w", err)
	}
	var ids *btf.Enum
	if err := spec.TypeByName("cgroup_subsys_id", &ids); err != nil {
		return 0, fmt.Errorf("the kernel's cgroup controllers: %w", err)
	}
	for _, v := range ids.Values {
		name := strings.TrimSuffix(v.Name, "_cgrp_id")
		if name == "io" {
			name = "blkio"
		}
		if slices.Contains(controllers, name) {
			return int32(v.Value), nil
		}
	}
	return 0, fmt.Errorf("its hierarchy has no controller (%s): name a folder of another one", strings.Join(controllers, ","))
}

// Processes returns the processes in the scope now; nil is all of the machine.
func (s Scope) Processes(descendants func(pid int) ([]int, error)) ([]int, error) {
	switch {
	case s.PID != 0:
		below, err := descendants(s.PID)
		return append([]int{s.PID}, below...), err
	case s.Cgroup != "":
		return cgroupProcesses(cgroupFolder(s.Cgroup))
	}
	return nil, nil
}

func cgroupProcesses(path string) ([]int, error) {
	pids := []int{}
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "cgroup.procs" {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // removed meanwhile
			}
			return err
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return nil // of a threaded cgroup, or removed meanwhile
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		for lines.Scan() {
			if pid, err := strconv.Atoi(lines.Text()); err == nil && pid > 0 {
				pids = append(pids, pid)
			}
		}
		return lines.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("processes in cgroup %s: %w", path, err)
	}
	return pids, nil
}
