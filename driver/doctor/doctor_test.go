// SPDX-License-Identifier: Apache-2.0

package doctor_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/driver/doctor"
)

const (
	bpf, perfmon, admin, ptrace, search, resource = 1 << 39, 1 << 38, 1 << 21, 1 << 19, 1 << 2, 1 << 24
	all                                           = 1<<41 - 1
)

// good are the facts of a machine on which nothing is to be said.
func good() doctor.Facts {
	return doctor.Facts{
		Arch: "amd64", Release: "6.1.0-13-amd64", BTF: 5 << 20, Capabilities: bpf | perfmon | ptrace | search,
		Kernel: doctor.Kernel{Buffers: 64 << 20},
		UserNS: 4026531837, PIDNS: 4026531836, Lockdown: "none [integrity] confidentiality", Memlock: 8 << 20,
		CgroupV2: "/sys/fs/cgroup", Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Clock: "tsc", Available: 4 << 30,
		UnprivilegedBPF: sysctl(2), PerfParanoid: sysctl(3), JIT: sysctl(1), IOUring: sysctl(2),
	}
}

var (
	errRefused = fmt.Errorf("loading: %w", syscall.EPERM)
	errLacking = errors.New("not supported (requires >= v5.8)")
)

func sysctl(n int) doctor.Sysctl { return doctor.Sysctl{Value: n, State: doctor.Known} }

// outcomes are all that a check can come to.
var outcomes = []struct {
	name   string
	change func(*doctor.Facts)
	check  string
	want   doctor.Status
	found  string // a part of it
}{
	{"first kernel", func(f *doctor.Facts) { f.Release = "5.10.0"; f.Memlock = -1 }, "kernel", doctor.OK, "5.10.0"},
	{"old kernel", func(f *doctor.Facts) { f.Release = "5.9.16-1" }, "kernel", doctor.Fail, "5.9.16-1"},
	{"very old kernel", func(f *doctor.Facts) { f.Release = "4.19.0" }, "kernel", doctor.Fail, "4.19.0"},
	{"strange kernel", func(f *doctor.Facts) { f.Release = "next" }, "kernel", doctor.Warn, `"next"`},
	{"no types", func(f *doctor.Facts) { f.BTF = 0 }, "kernel types", doctor.Fail, "not there"},
	{"no ring buffer", func(f *doctor.Facts) { f.Kernel.RingBuffer = errLacking }, "ring buffer", doctor.Fail, "not supported"},
	{"no tracepoints", func(f *doctor.Facts) { f.Kernel.Tracing = errLacking }, "tracepoints", doctor.Fail, "not supported"},
	{"refused", func(f *doctor.Facts) { f.Kernel.Tracing = errRefused }, "tracepoints", doctor.Fail, "in spite of"},
	{"may not ask", func(f *doctor.Facts) { f.Kernel.Tracing, f.Capabilities = errRefused, 0 }, "tracepoints", doctor.Warn, "not known"},
	{"no lockdown", func(f *doctor.Facts) { f.Lockdown = "" }, "lockdown", doctor.OK, "may read"},
	{"lockdown felt", func(f *doctor.Facts) { f.Lockdown, f.Kernel.ReadKernel = "", errLacking }, "lockdown", doctor.Fail, "may not read"},
	{"lockdown unknown", func(f *doctor.Facts) { f.Lockdown, f.Kernel.ReadKernel = "", errRefused }, "lockdown", doctor.Warn, "not known"},
	{"lockdown not asked", func(f *doctor.Facts) { f.Lockdown, f.Kernel.ReadKernel, f.Kernel.Tracing = "", errLacking, errLacking }, "lockdown", doctor.Warn, "not known"},
	{"lockdown off", func(f *doctor.Facts) { f.Lockdown = "[none] integrity confidentiality" }, "lockdown", doctor.OK, "none"},
	{"locked down", func(f *doctor.Facts) { f.Lockdown = "none integrity [confidentiality]" }, "lockdown", doctor.Fail, "confidentiality"},
	{"root", func(f *doctor.Facts) { f.Capabilities = all }, "right to load", doctor.OK, "CAP_BPF"},
	{"old right", func(f *doctor.Facts) { f.Capabilities = admin }, "right to load", doctor.OK, "CAP_SYS_ADMIN"},
	{"half a right", func(f *doctor.Facts) { f.Capabilities = bpf }, "right to load", doctor.Fail, "without CAP_PERFMON"},
	{"no right", func(f *doctor.Facts) { f.Capabilities = 0 }, "right to load", doctor.Fail, "CAP_BPF, CAP_PERFMON"},
	{"may not look", func(f *doctor.Facts) { f.Capabilities = bpf | perfmon | ptrace }, "right to look", doctor.Warn, "CAP_DAC_READ_SEARCH"},
	{"may not look at all", func(f *doctor.Facts) { f.Capabilities = 0 }, "right to look", doctor.Warn, "CAP_SYS_PTRACE, CAP_DAC"},
	{"user namespace", func(f *doctor.Facts) { f.UserNS = 4026532000 }, "user namespace", doctor.Fail, "4026532000"},
	{"no user namespace", func(f *doctor.Facts) { f.UserNS = 0 }, "user namespace", doctor.Warn, "not known"},
	{"container", func(f *doctor.Facts) { f.PIDNS = 4026532001 }, "pid namespace", doctor.Fail, "4026532001"},
	{"no pid namespace", func(f *doctor.Facts) { f.PIDNS = 0 }, "pid namespace", doctor.Warn, "not known"},
	{"hidden, seen through", func(f *doctor.Facts) { f.HidePID = "2" }, "process table", doctor.OK, "hidepid=2"},
	{"hidden", func(f *doctor.Facts) { f.HidePID, f.Capabilities = "invisible", bpf|perfmon }, "process table", doctor.Warn, "invisible"},
	{"not hidden", func(f *doctor.Facts) { f.HidePID, f.Capabilities = "off", bpf|perfmon }, "process table", doctor.OK, "all"},
	{"little memory", func(f *doctor.Facts) { f.Available = 200 << 20 }, "memory", doctor.Warn, "200 MiB"},
	{"less memory", func(f *doctor.Facts) { f.Available = 64 << 20 }, "memory", doctor.Fail, "64 MiB"},
	{"memory unknown", func(f *doctor.Facts) { f.Available = 0 }, "memory", doctor.Warn, "not known"},
	{"limited memory", func(f *doctor.Facts) { f.Limit = 32 << 20 }, "memory", doctor.Fail, "cgroup"},
	{"limit above all", func(f *doctor.Facts) { f.Limit = 32 << 30 }, "memory", doctor.OK, "available"},
	{"locked", func(f *doctor.Facts) { f.Release, f.Memlock = "5.10.0", 64<<10 }, "locked memory", doctor.Fail, "64 KiB"},
	{"locked, may raise", func(f *doctor.Facts) { f.Release, f.Memlock = "5.10.0", 64<<10; f.Capabilities |= resource }, "locked memory", doctor.OK, "CAP_SYS_RESOURCE"},
	{"locked, any", func(f *doctor.Facts) { f.Release, f.Memlock = "5.10.0", -1 }, "locked memory", doctor.OK, "any"},
	{"locked, new kernel", func(f *doctor.Facts) { f.Release, f.Memlock = "5.11.0", 0 }, "locked memory", doctor.OK, "no meaning"},
	{"old cgroups", func(f *doctor.Facts) { f.CgroupV2, f.CgroupV1 = "", []string{"cpu", "memory"} }, "cgroups", doctor.OK, "cpu, memory"},
	{"both cgroups", func(f *doctor.Facts) { f.CgroupV1 = []string{"pids"} }, "cgroups", doctor.OK, "both"},
	{"no cgroups", func(f *doctor.Facts) { f.CgroupV2 = "" }, "cgroups", doctor.Warn, "none"},
	{"no compiler", func(f *doctor.Facts) { f.JIT = sysctl(0) }, "compiler", doctor.Warn, "interpreted"},
	{"compiler that talks", func(f *doctor.Facts) { f.JIT = sysctl(2) }, "compiler", doctor.Warn, "logs"},
	{"compiler hidden", func(f *doctor.Facts) { f.JIT.State = doctor.Unreadable }, "compiler", doctor.Warn, "cannot be read"},
	{"compiler absent", func(f *doctor.Facts) { f.JIT.State = doctor.Absent }, "compiler", doctor.Warn, "not there"},
	{"no clock", func(f *doctor.Facts) { f.Now = time.Unix(100, 0) }, "clock", doctor.Warn, "1970-01-01 00:01:40 UTC"},
	{"slow clock", func(f *doctor.Facts) { f.Clock = "hpet" }, "clock", doctor.Warn, "hpet"},
	{"unknown clock", func(f *doctor.Facts) { f.Clock = "" }, "clock", doctor.OK, "2026-01-02 03:04:05 UTC"},
	{"others load", func(f *doctor.Facts) { f.UnprivilegedBPF = sysctl(0) }, "programs of others", doctor.Warn, "any user"},
	{"others unknown", func(f *doctor.Facts) { f.UnprivilegedBPF = doctor.Sysctl{} }, "programs of others", doctor.OK, "not told"},
	{"paranoid", func(f *doctor.Facts) { f.Capabilities = ptrace }, "performance events", doctor.OK, "is 3"},
	{"paranoia unknown", func(f *doctor.Facts) { f.PerfParanoid = doctor.Sysctl{} }, "performance events", doctor.OK, "not told"},
	{"rings", func(f *doctor.Facts) { f.IOUring = sysctl(0) }, "io_uring", doctor.Warn, "is 0"},
	{"rings for some", func(f *doctor.Facts) { f.IOUring = sysctl(1) }, "io_uring", doctor.Warn, "is 1"},
	{"rings always", func(f *doctor.Facts) { f.IOUring = doctor.Sysctl{} }, "io_uring", doctor.Warn, "6.6"},
	{"32 bits", func(f *doctor.Facts) { f.Compat = true }, "32-bit programs", doctor.OK, "are seen"},
	{"32 bits elsewhere", func(f *doctor.Facts) { f.Compat, f.Arch = true, "arm64" }, "32-bit programs", doctor.Warn, "counted"},
}

func TestExamine(t *testing.T) {
	t.Parallel()
	if r := doctor.Examine(good()); r.Worst() != doctor.OK || len(r.Failed()) != 0 {
		t.Errorf("a good machine is not: %+v", r.Checks)
	}
	for _, test := range outcomes {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := good()
			test.change(&f)
			r := doctor.Examine(f)
			for _, c := range r.Checks {
				if c.Name != test.check {
					continue
				}
				if c.Status != test.want || !strings.Contains(c.Found, test.found) {
					t.Errorf("%s: %q, want %s with %q", c.Status, c.Found, test.want, test.found)
				}
				if (c.Status == doctor.OK) != (c.Fix == "") {
					t.Errorf("%s with the fix %q", c.Status, c.Fix)
				}
				if r.Worst() < c.Status {
					t.Errorf("the worst is %s", r.Worst())
				}
				return
			}
			t.Errorf("no check %q", test.check)
		})
	}
}

func TestWriters(t *testing.T) {
	t.Parallel()
	r := doctor.Report{Checks: []doctor.Check{
		{Name: "kernel", Found: "6.1.0"},
		{Name: "lockdown", Status: doctor.Warn, Found: "a\nFAIL  b", Fix: "<do> this"},
		{Name: "x", Status: doctor.Fail, Found: "y", Fix: "z"},
	}}
	var text, object bytes.Buffer
	if err := errors.Join(r.WriteText(&text), r.WriteJSON(&object)); err != nil {
		t.Fatal(err)
	}
	wantText := `OK    kernel    6.1.0
WARN  lockdown  a FAIL b
                fix: <do> this
FAIL  x         y
                fix: z
`
	if diff := cmp.Diff(wantText, text.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	wantObject := `{
  "status": "FAIL",
  "checks": [
    {
      "name": "kernel",
      "status": "OK",
      "found": "6.1.0",
      "fix": ""
    },
    {
      "name": "lockdown",
      "status": "WARN",
      "found": "a\nFAIL  b",
      "fix": "<do> this"
    },
    {
      "name": "x",
      "status": "FAIL",
      "found": "y",
      "fix": "z"
    }
  ]
}
`
	if diff := cmp.Diff(wantObject, object.String()); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	if got := r.Failed(); len(got) != 1 || got[0] != "x" {
		t.Errorf("failed: %q", got)
	}
	if w := (doctor.Report{}).Worst(); w != doctor.OK {
		t.Errorf("the worst of nothing is %s", w)
	}
}

// TestGather reads a machine that is made of files.
func TestGather(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{
		"proc/sys/kernel/osrelease":                 "5.10.0-9-amd64\n",
		"proc/self/status":                          "Name:\tCapEff:\nCapInh:\t0\nCapEff:\t000000c000000004\n",
		"proc/self/limits":                          "Limit                     Soft Limit           Hard Limit           Units     \nMax locked memory         65536                65536                bytes     \n",
		"proc/self/cgroup":                          "5:memory:/a/b\n0::/a/b\n",
		"proc/meminfo":                              "MemTotal:        8000000 kB\nMemAvailable:    1024 kB\n",
		"proc/sys/kernel/unprivileged_bpf_disabled": "1\n",
		"proc/sys/kernel/perf_event_paranoid":       "-1\n",
		"proc/sys/net/core/bpf_jit_enable":          "x\n",
		"proc/sys/abi/vsyscall32":                   "1\n",
		"sys/kernel/btf/vmlinux":                    "12345",
		"sys/kernel/security/lockdown":              "[none] integrity confidentiality\n",
		"sys/devices/system/clocksource/clocksource0/current_clocksource": "kvm-clock\n",
		"sys/fs/cgroup/a/memory.max":                                      "2097152\n",
		"sys/fs/cgroup/a/b/memory.max":                                    "max\n",
		"sys/fs/cgroup/memory/a/b/memory.limit_in_bytes":                  "9223372036854771712\n",
		"sys/fs/cgroup/memory/memory.limit_in_bytes":                      "3145728\n",
		"proc/self/mountinfo": "22 1 0:20 / /proc rw,nosuid - proc proc rw,gid=7,hidepid=invisible\n" +
			"23 1 0:21 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n" +
			"24 1 0:22 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
			"25 1 0:23 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\nbroken\n",
	} {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	ns := filepath.Join(root, "proc/self/ns")
	if err := errors.Join(os.Mkdir(ns, 0o700), os.Symlink("pid:[4026532000]", ns+"/pid")); err != nil {
		t.Fatal(err)
	}
	f, err := doctor.Gather(root)
	if err != nil {
		t.Fatal(err)
	}
	if time.Since(f.Now) > time.Minute {
		t.Errorf("it is %v", f.Now)
	}
	want := doctor.Facts{
		Arch: f.Arch, Release: "5.10.0-9-amd64", BTF: 5, Capabilities: 0xc000000004, PIDNS: 4026532000,
		Lockdown: "[none] integrity confidentiality", Memlock: 65536, HidePID: "invisible",
		CgroupV1: []string{"memory"}, CgroupV2: "/sys/fs/cgroup/unified", Compat: true, Now: f.Now, Clock: "kvm-clock",
		Available: 1 << 20, Limit: 2 << 20,
		UnprivilegedBPF: doctor.Sysctl{Value: 1, State: doctor.Known}, PerfParanoid: doctor.Sysctl{Value: -1, State: doctor.Known},
		JIT: doctor.Sysctl{State: doctor.Unreadable},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := doctor.Gather(t.TempDir()); err == nil || !strings.Contains(err.Error(), "proc") {
		t.Errorf("without anything: %v", err)
	}
}

// TestThisMachine has facts that any machine has that runs tests.
func TestThisMachine(t *testing.T) {
	t.Parallel()
	f, err := doctor.Gather("/")
	if err != nil {
		t.Fatal(err)
	}
	if f.UserNS == 0 || f.PIDNS == 0 || f.Available == 0 {
		t.Errorf("%+v", f)
	}
	for _, c := range doctor.Examine(f).Checks {
		if c.Name == "" || c.Found == "" || (c.Status == doctor.OK) != (c.Fix == "") {
			t.Errorf("%+v", c)
		}
	}
}
