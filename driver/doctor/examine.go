// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// The kernel's numbers of capabilities (include/uapi/linux/capability.h).
const (
	capDACReadSearch = 2
	capSysPtrace     = 19
	capSysAdmin      = 21
	capSysResource   = 24
	capPerfmon       = 38
	capBPF           = 39
)

// The numbers of the machine's first namespaces (include/linux/proc_ns.h).
const (
	firstUserNS = 0xeffffffd
	firstPIDNS  = 0xeffffffc
)

// Examine decides what the facts mean for the driver. It is pure.
func Examine(f Facts) Report {
	return Report{Checks: []Check{
		release(f), btf(f), ringBuffer(f), tracing(f), lockdown(f),
		bpfRights(f), processRights(f), userNamespace(f), pidNamespace(f), hidePID(f),
		buffers(f), memlock(f), cgroups(f), jit(f), clock(f),
		unprivileged(f), paranoid(f), ioUring(f), compat(f),
	}}
}

func (f Facts) has(capability int) bool { return f.Capabilities>>capability&1 != 0 }

// version takes the two first numbers of a release like 6.1.0-13-amd64.
func version(release string) (major, minor int, ok bool) {
	n, err := fmt.Sscanf(release, "%d.%d", &major, &minor)
	return major, minor, err == nil && n == 2
}

// before reports whether the kernel is known to be older.
func (f Facts) before(major, minor int) bool {
	a, b, ok := version(f.Release)
	return ok && (a < major || a == major && b < minor)
}

func ok(name, found string, args ...any) Check {
	return Check{Name: name, Status: OK, Found: fmt.Sprintf(found, args...)}
}

func release(f Facts) Check {
	c := ok("kernel", "%s", f.Release)
	switch _, _, known := version(f.Release); {
	case !known:
		c.Status, c.Found, c.Fix = Warn, fmt.Sprintf("release %q, which has no version", f.Release), "make sure that it is Linux 5.10 or later"
	case f.before(5, 10):
		c.Status, c.Fix = Fail, "use Linux 5.10 or later: older ones lack what the driver's programs are made of"
	}
	return c
}

func btf(f Facts) Check {
	if f.BTF <= 0 {
		return Check{
			"kernel types", Fail, "/sys/kernel/btf/vmlinux is not there",
			"use a kernel with CONFIG_DEBUG_INFO_BTF=y, as those of all large distributions have since 2021; in a container, mount /sys",
		}
	}
	return ok("kernel types", "/sys/kernel/btf/vmlinux, %s", size(uint64(f.BTF)))
}

func ringBuffer(f Facts) Check {
	return asked("ring buffer", f, f.Kernel.RingBuffer, "the kernel makes them", "use Linux 5.10 or later")
}

func tracing(f Facts) Check {
	return asked("tracepoints", f, f.Kernel.Tracing, "the kernel loads programs for them",
		"use a kernel with CONFIG_BPF_EVENTS=y and CONFIG_DEBUG_INFO_BTF=y")
}

// asked says what the kernel answered. Who may not ask does not learn anything.
func asked(name string, f Facts, err error, yes, fix string) Check {
	switch {
	case err == nil:
		return ok(name, "%s", yes)
	case !errors.Is(err, fs.ErrPermission):
		return Check{name, Fail, "the kernel does not have it: " + err.Error(), fix}
	case f.mayLoad():
		return Check{
			name, Fail, "refused in spite of CAP_BPF and CAP_PERFMON: " + err.Error(),
			"allow bpf(2) where it is forbidden: the seccomp profile of the container, a security module, a user namespace",
		}
	}
	return Check{name, Warn, "not known: asking takes CAP_BPF and CAP_PERFMON", "run this as root"}
}

// mayLoad reports whether this process has what loading the driver takes.
func (f Facts) mayLoad() bool {
	return f.has(capSysAdmin) || f.has(capBPF) && f.has(capPerfmon)
}

// lockdown looks at the mode that is in brackets in the kernel's line, and at
// what comes of it: the line is often not there, for its file system has to be
// mounted.
func lockdown(f Facts) Check {
	const name, fix = "lockdown", "boot with lockdown=integrity"
	_, mode, _ := strings.Cut(f.Lockdown, "[")
	mode, _, _ = strings.Cut(mode, "]")
	err := f.Kernel.ReadKernel
	switch {
	case mode == "confidentiality":
		return Check{name, Fail, "confidentiality: programs may not read the kernel's memory", fix}
	case mode != "":
		return ok(name, "%s", mode)
	case err == nil:
		return ok(name, "not told; programs may read the kernel's memory")
	case errors.Is(err, fs.ErrPermission) || f.Kernel.Tracing != nil:
		return Check{name, Warn, "not known", "mount /sys/kernel/security, or run this as root"}
	}
	return Check{name, Fail, "not told; programs may not read the kernel's memory: " + err.Error(), fix}
}

// missing names the capabilities that this process does not have.
func (f Facts) missing(names []string, numbers []int) string {
	var out []string
	for i, n := range numbers {
		if !f.has(n) {
			out = append(out, names[i])
		}
	}
	return strings.Join(out, ", ")
}

func bpfRights(f Facts) Check {
	const name = "right to load"
	missing := f.missing([]string{"CAP_BPF", "CAP_PERFMON"}, []int{capBPF, capPerfmon})
	switch {
	case missing == "":
		return ok(name, "CAP_BPF, CAP_PERFMON")
	case f.has(capSysAdmin):
		return ok(name, "CAP_SYS_ADMIN, which includes %s", missing)
	}
	return Check{name, Fail, "without " + missing, "run as root, or give the process CAP_BPF and CAP_PERFMON"}
}

func processRights(f Facts) Check {
	const name = "right to look"
	missing := f.missing([]string{"CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"}, []int{capSysPtrace, capDACReadSearch})
	if missing == "" {
		return ok(name, "CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH")
	}
	return Check{
		name, Warn, "without " + missing + ": what other users' processes have open before the start stays unknown",
		"run as root, or give the process these capabilities",
	}
}

func userNamespace(f Facts) Check {
	const name = "user namespace"
	switch f.UserNS {
	case 0:
		return Check{name, Warn, "not known", "mount the machine's /proc"}
	case firstUserNS:
		return ok(name, "the machine's first")
	}
	return Check{
		name, Fail, fmt.Sprintf("%d, not the machine's first: capabilities count for nothing outside of it", f.UserNS),
		"start the process outside, or the container without user namespaces",
	}
}

func pidNamespace(f Facts) Check {
	const name = "pid namespace"
	switch f.PIDNS {
	case 0:
		return Check{name, Warn, "not known", "mount the machine's /proc"}
	case firstPIDNS:
		return ok(name, "the machine's first")
	}
	return Check{
		name, Fail, fmt.Sprintf("%d, not the machine's first: processes have other numbers there than in events", f.PIDNS),
		"start the container with the machine's pid namespace (--pid=host, hostPID: true)",
	}
}

func hidePID(f Facts) Check {
	const name = "process table"
	switch {
	case f.HidePID == "" || f.HidePID == "0" || f.HidePID == "off":
		return ok(name, "/proc shows all processes")
	case f.has(capSysPtrace):
		return ok(name, "/proc is mounted with hidepid=%s, which CAP_SYS_PTRACE sees through", f.HidePID)
	}
	return Check{
		name, Warn, "/proc is mounted with hidepid=" + f.HidePID + ": processes that were there before the start stay unknown",
		"give the process CAP_SYS_PTRACE",
	}
}

func size(n uint64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}

func buffers(f Facts) Check {
	const name = "memory"
	need := f.Kernel.Buffers
	have, where := f.Available, "available"
	if f.Limit != 0 && (have == 0 || f.Limit < have) {
		have, where = f.Limit, "left to this process's cgroup"
	}
	found := fmt.Sprintf("buffers of %s, %s %s", size(need), size(have), where)
	switch {
	case have == 0:
		return Check{name, Warn, fmt.Sprintf("buffers of %s, and what is available is not known", size(need)), "mount the machine's /proc"}
	case need >= have:
		return Check{name, Fail, found, "use smaller buffers (driver.buffer_size), or give it more memory"}
	case need >= have/4:
		return Check{name, Warn, found, "use smaller buffers (driver.buffer_size), or give it more memory"}
	}
	return Check{Name: name, Found: found}
}

// memlock counts below Linux 5.11, where buffers were locked memory.
func memlock(f Facts) Check {
	const name = "locked memory"
	limit := "any"
	if f.Memlock >= 0 {
		limit = size(uint64(f.Memlock))
	}
	switch {
	case !f.before(5, 11):
		return ok(name, "limit %s, which has no meaning for buffers since Linux 5.11", limit)
	case f.Memlock < 0 || uint64(f.Memlock) > f.Kernel.Buffers+16<<20:
		return ok(name, "limit %s", limit)
	case f.has(capSysResource):
		return ok(name, "limit %s, which CAP_SYS_RESOURCE can raise", limit)
	}
	return Check{
		name, Fail, fmt.Sprintf("limit %s, and before Linux 5.11 buffers of %s count", limit, size(f.Kernel.Buffers)),
		"set ulimit -l unlimited (LimitMEMLOCK=infinity), or give the process CAP_SYS_RESOURCE",
	}
}

func cgroups(f Facts) Check {
	const name = "cgroups"
	switch {
	case f.CgroupV2 != "" && len(f.CgroupV1) == 0:
		return ok(name, "version 2 at %s", f.CgroupV2)
	case len(f.CgroupV1) > 0:
		found := "version 1"
		if f.CgroupV2 != "" {
			found = fmt.Sprintf("both versions, 2 at %s", f.CgroupV2)
		}
		return ok(name, "%s; 1 with %s", found, strings.Join(f.CgroupV1, ", "))
	}
	return Check{
		name, Warn, "none mounted: containers are told apart, but --scope cgroup: has nothing to name",
		"mount /sys/fs/cgroup",
	}
}

func jit(f Facts) Check {
	const name = "compiler"
	fix := "sysctl net.core.bpf_jit_enable=1"
	switch {
	case f.JIT.State == Unreadable:
		return Check{name, Warn, "net.core.bpf_jit_enable cannot be read", "run this as root"}
	case f.JIT.State == Absent:
		return Check{name, Warn, "net.core.bpf_jit_enable is not there: no compiler, or another network namespace", "use a kernel with CONFIG_BPF_JIT=y"}
	case f.JIT.Value == 0:
		return Check{name, Warn, "net.core.bpf_jit_enable is 0: programs are interpreted, and slow down every syscall", fix}
	case f.JIT.Value > 1:
		return Check{name, Warn, fmt.Sprintf("net.core.bpf_jit_enable is %d: the kernel logs what it compiles", f.JIT.Value), fix}
	}
	return ok(name, "net.core.bpf_jit_enable is 1")
}

// slowClocks take a bus's round trip for each look (Documentation/timers).
var slowClocks = map[string]bool{"hpet": true, "acpi_pm": true, "jiffies": true, "refined-jiffies": true}

func clock(f Facts) Check {
	const name = "clock"
	at := f.Now.UTC().Format(time.DateTime)
	source := f.Clock
	if source == "" {
		source = "a source that is not told"
	}
	switch {
	case f.Now.Year() < 2024:
		return Check{name, Warn, at + " UTC: it is not set, and alerts will have wrong times", "set the clock, or start a time service"}
	case slowClocks[f.Clock]:
		return Check{name, Warn, fmt.Sprintf("%s UTC, from %s, which is slow", at, f.Clock), "use tsc or the hypervisor's clock (/sys/devices/system/clocksource)"}
	}
	return ok(name, "%s UTC, from %s", at, source)
}

func unprivileged(f Facts) Check {
	const name = "programs of others"
	switch s := f.UnprivilegedBPF; {
	case s.State != Known:
		return ok(name, "kernel.unprivileged_bpf_disabled is not told")
	case s.Value == 0:
		return Check{
			name, Warn, "kernel.unprivileged_bpf_disabled is 0: any user may load BPF programs",
			"sysctl kernel.unprivileged_bpf_disabled=2",
		}
	default:
		return ok(name, "kernel.unprivileged_bpf_disabled is %d", s.Value)
	}
}

// paranoid is a setting that people look at first, and that does not count for
// who has the capability.
func paranoid(f Facts) Check {
	const name = "performance events"
	switch s := f.PerfParanoid; {
	case s.State != Known:
		return ok(name, "kernel.perf_event_paranoid is not told; the driver does not use them")
	case f.has(capPerfmon) || f.has(capSysAdmin):
		return ok(name, "kernel.perf_event_paranoid is %d, which does not bind this process", s.Value)
	default:
		return ok(name, "kernel.perf_event_paranoid is %d; the driver does not use them", s.Value)
	}
}

func ioUring(f Facts) Check {
	const name = "io_uring"
	const seen = "that a process sets it up is seen, what it asks for is not"
	switch s := f.IOUring; {
	case s.State == Known && s.Value == 2:
		return ok(name, "kernel.io_uring_disabled is 2")
	case s.State == Known && s.Value == 1:
		return Check{name, Warn, "kernel.io_uring_disabled is 1, some may use it: " + seen, "sysctl kernel.io_uring_disabled=2, where nothing needs it"}
	case s.State == Known:
		return Check{name, Warn, "kernel.io_uring_disabled is 0: " + seen, "sysctl kernel.io_uring_disabled=2, where nothing needs it"}
	}
	return Check{name, Warn, "the kernel has no kernel.io_uring_disabled (before Linux 6.6): " + seen, "forbid io_uring_setup(2) in the seccomp profiles of what does not need it"}
}

func compat(f Facts) Check {
	const name = "32-bit programs"
	switch {
	case !f.Compat:
		return ok(name, "the kernel runs none")
	case f.Arch == "amd64":
		return ok(name, "the kernel runs them; their syscalls are seen")
	}
	return Check{
		name, Warn, "the kernel runs them; their syscalls are counted, not seen",
		"use a kernel without CONFIG_COMPAT, where nothing needs it",
	}
}
