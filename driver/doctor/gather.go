// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Gather collects what is in files below root, a folder with the machine's proc
// and sys in it: "/". What cannot be read stays as facts have it that are not
// known. The kernel's own word is the caller's to add.
func Gather(root string) (Facts, error) {
	f := Facts{Arch: runtime.GOARCH, Now: time.Now(), Memlock: -1}
	t := tree(root)
	f.Release = t.line("proc/sys/kernel/osrelease")
	status := t.text("proc/self/status")
	if f.Release == "" || status == "" {
		return f, fmt.Errorf("%s has no process table: mount it", filepath.Join(root, "proc"))
	}
	f.Capabilities, _ = strconv.ParseUint(value(status, "CapEff:"), 16, 64)
	if info, err := os.Stat(t.path("sys/kernel/btf/vmlinux")); err == nil {
		f.BTF = info.Size()
	}
	f.UserNS, f.PIDNS = t.namespace("user"), t.namespace("pid")
	f.Lockdown = t.line("sys/kernel/security/lockdown")
	// Soft limit, hard limit, unit.
	if words := strings.Fields(value(t.text("proc/self/limits"), "Max locked memory")); len(words) > 0 {
		if n, err := strconv.ParseInt(words[0], 10, 64); err == nil {
			f.Memlock = n
		}
	}
	mounts(t.text("proc/self/mountinfo"), &f)
	f.Compat = t.exists("proc/sys/abi/vsyscall32") || f.Arch == "arm64" && t.exists("proc/sys/abi/cp15_barrier")
	f.Clock = t.line("sys/devices/system/clocksource/clocksource0/current_clocksource")
	if words := strings.Fields(value(t.text("proc/meminfo"), "MemAvailable:")); len(words) > 0 {
		kib, _ := strconv.ParseUint(words[0], 10, 54)
		f.Available = kib << 10
	}
	f.Limit = t.memoryLimit(t.text("proc/self/cgroup"))
	for name, to := range map[string]*Sysctl{
		"kernel/unprivileged_bpf_disabled": &f.UnprivilegedBPF, "kernel/perf_event_paranoid": &f.PerfParanoid,
		"net/core/bpf_jit_enable": &f.JIT, "kernel/io_uring_disabled": &f.IOUring,
	} {
		*to = t.sysctl(name)
	}
	return f, nil
}

// A tree is a root folder.
type tree string

func (t tree) path(name string) string { return filepath.Join(string(t), name) }

func (t tree) text(name string) string {
	b, err := os.ReadFile(t.path(name))
	if err != nil {
		return ""
	}
	return string(b)
}

func (t tree) line(name string) string { return strings.TrimSpace(t.text(name)) }

func (t tree) exists(name string) bool {
	_, err := os.Stat(t.path(name))
	return err == nil
}

// namespace returns N of a link like "pid:[N]".
func (t tree) namespace(kind string) uint64 {
	link, err := os.Readlink(t.path("proc/self/ns/" + kind))
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseUint(strings.TrimSuffix(strings.TrimPrefix(link, kind+":["), "]"), 10, 64)
	return n
}

func (t tree) sysctl(name string) Sysctl {
	b, err := os.ReadFile(t.path("proc/sys/" + name))
	if errors.Is(err, fs.ErrNotExist) {
		return Sysctl{}
	}
	n, err2 := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || err2 != nil {
		return Sysctl{State: Unreadable}
	}
	return Sysctl{n, Known}
}

// memoryLimit returns what the cgroup of this process, or one above it, limits
// its memory to.
func (t tree) memoryLimit(cgroup string) uint64 {
	var least uint64
	for line := range strings.Lines(cgroup) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		base, file := "sys/fs/cgroup", "memory.max"
		if parts[1] == "memory" {
			base, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if parts[1] != "" {
			continue
		}
		for path := filepath.Join("/", parts[2]); ; path = filepath.Dir(path) {
			// Version 1 says a number that no machine has where there is no limit.
			const noLimit = 1 << 62
			n, err := strconv.ParseUint(t.line(base+path+"/"+file), 10, 64)
			if err == nil && n < noLimit && (least == 0 || n < least) {
				least = n
			}
			if path == "/" {
				break
			}
		}
	}
	return least
}

// value returns what is in a line after its name.
func value(text, name string) string {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// mounts reads what is mounted: cgroups, and how the process table is.
func mounts(mountinfo string, f *Facts) {
	for line := range strings.Lines(mountinfo) {
		head, tail, ok := strings.Cut(line, " - ")
		words, rest := strings.Fields(head), strings.Fields(tail)
		if !ok || len(words) < 5 || len(rest) < 3 {
			continue
		}
		point, options := words[4], strings.Split(rest[2], ",")
		switch rest[0] {
		case "cgroup2":
			if f.CgroupV2 == "" {
				f.CgroupV2 = point
			}
		case "cgroup":
			for _, o := range options {
				if o != "rw" && o != "ro" && !strings.Contains(o, "=") && o != "xattr" && o != "clone_children" {
					f.CgroupV1 = append(f.CgroupV1, o)
				}
			}
		case "proc":
			if point == "/proc" {
				f.HidePID = ""
				for _, o := range options {
					if v, ok := strings.CutPrefix(o, "hidepid="); ok {
						f.HidePID = v
					}
				}
			}
		}
	}
}
