// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/event"
)

const benchVariable = "LANNER_TEST_BENCH"

// benchChild is the process that benchmarks watch: for each line with a number
// it makes so many syscalls and says how many nanoseconds of its time each took.
func benchChild(what string) int {
	runtime.LockOSThread()
	var cpus unix.CPUSet
	cpus.Set(runtime.NumCPU() - 1)
	if err := unix.SchedSetaffinity(0, &cpus); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		n, err := strconv.Atoi(in.Text())
		if err != nil {
			return 2
		}
		var from, to unix.Timespec
		err = errors.Join(unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &from), benchWork[what](n),
			unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &to))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(float64(to.Nano()-from.Nano()) / float64(n))
	}
	return 0
}

var benchWork = map[string]func(n int) error{
	"getppid": func(n int) error {
		for range n {
			_, _, _ = unix.RawSyscall(unix.SYS_GETPPID, 0, 0, 0)
		}
		return nil
	},
	// Of each five calls three are of files and what they depend on, one is data,
	// and one is what rules alone may want.
	"mix": func(n int) error {
		path, buf := []byte("/etc/hostname\x00"), make([]byte, 16)
		for range n {
			fd, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, ^uintptr(99), addressOf(path), 0, 0, 0, 0)
			if errno != 0 {
				return errno
			}
			_, _, _ = unix.RawSyscall(unix.SYS_READ, fd, addressOf(buf), 16)
			_, _, _ = unix.RawSyscall(unix.SYS_DUP3, fd, 200, 0)
			_, _, _ = unix.RawSyscall(unix.SYS_CLOSE, fd, 0, 0)
			_, _, _ = unix.RawSyscall(unix.SYS_MKDIRAT, ^uintptr(99), addressOf(path), 0)
		}
		return nil
	},
	"open": func(n int) error {
		path := []byte("/etc/hostname\x00")
		for range n {
			fd, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, ^uintptr(99), addressOf(path), 0, 0, 0, 0)
			if errno != 0 {
				return errno
			}
			_, _, _ = unix.RawSyscall(unix.SYS_CLOSE, fd, 0, 0)
		}
		return nil
	},
}

// A bencher is the watched process, from outside.
type bencher struct {
	pid int
	in  io.WriteCloser
	out *bufio.Scanner
}

func startBencher(b testing.TB, what string) *bencher {
	b.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{benchVariable + "=" + what, "GOGC=off"}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			b.Errorf("the watched process: %v", err)
		}
	})
	return &bencher{cmd.Process.Pid, in, bufio.NewScanner(out)}
}

func (c *bencher) run(b testing.TB, n int) float64 {
	b.Helper()
	fmt.Fprintln(c.in, n)
	if !c.out.Scan() {
		b.Fatal("the watched process ended")
	}
	ns, err := strconv.ParseFloat(c.out.Text(), 64)
	if err != nil {
		b.Fatal(err)
	}
	return ns
}

// drain reads events until the probe is stopped.
func drain(p *Probe) (wait func() uint64) {
	done := make(chan uint64)
	go func() {
		var ev event.Event
		var n uint64
		for p.Next(&ev) == nil {
			n++
		}
		done <- n
	}()
	return func() uint64 { return <-done }
}

// with measures under a probe.
func (c *bencher) with(b testing.TB, types calls.Types, n int) float64 {
	b.Helper()
	p, err := Open(Config{Scope: Scope{PID: c.pid}, Types: types})
	if err != nil {
		skipUnprivileged(b, err)
		b.Fatal(err)
	}
	if err := p.Follow([]int{c.pid}); err != nil {
		b.Fatal(err)
	}
	wait := drain(p)
	ns := c.run(b, n)
	if err := p.Stop(); err != nil {
		b.Fatal(err)
	}
	wait()
	if err := p.Close(); err != nil {
		b.Fatal(err)
	}
	return ns
}

// withEmpty measures under a raw tracepoint that does nothing.
func (c *bencher) withEmpty(b testing.TB, n int) float64 {
	b.Helper()
	prog, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Type: ebpf.RawTracepoint, License: "GPL", Instructions: asm.Instructions{asm.Mov.Imm(asm.R0, 0), asm.Return()},
	})
	if err != nil {
		skipUnprivileged(b, explain(err, ""))
		b.Fatal(err)
	}
	defer func() { _ = prog.Close() }()
	l, err := link.AttachRawTracepoint(link.RawTracepointOptions{Name: "sys_exit", Program: prog})
	if err != nil {
		b.Fatal(err)
	}
	ns := c.run(b, n)
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	return ns
}

// bpftrace expects the file systems of tracing where this puts them, in a mount
// namespace of its own.
const bpftraceSetup = `mount -t tmpfs none /sys/kernel/debug && mkdir -p /sys/kernel/debug/tracing &&
mount -t tracefs none /sys/kernel/debug/tracing && exec bpftrace -e "$1"`

// withBpftrace measures while bpftrace prints each syscall's number and result.
func (c *bencher) withBpftrace(b testing.TB, n int) float64 {
	b.Helper()
	program := fmt.Sprintf(`BEGIN { printf("attached\n"); }
tracepoint:raw_syscalls:sys_exit /pid == %d/ { printf("%%llu %%d %%d %%d\n", nsecs, tid, args->id, args->ret); }`, c.pid)
	cmd := exec.Command("unshare", "-m", "sh", "-c", bpftraceSetup, "sh", program)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		return 0
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			_ = cmd.Wait()
			return 0 // it does not run here
		}
		if strings.Contains(line, "attached") {
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	ns := c.run(b, n)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		b.Fatal(err)
	}
	_ = cmd.Wait() // its exit code says that it was interrupted
	return ns
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// BenchmarkOverhead measures what a cheap syscall costs more when it is
// observed: by an empty raw tracepoint, by the driver when nothing wants the
// call, by the driver when it records it, and by bpftrace when it prints it.
// Medians of ten rounds, taken in turn, in nanoseconds of the caller's time.
func BenchmarkOverhead(b *testing.B) {
	const rounds, n, few = 10, 300_000, 20_000
	for b.Loop() {
		c := startBencher(b, "getppid")
		var bare, empty, unwanted, recorded, bpftrace []float64
		for range rounds {
			bare = append(bare, c.run(b, n))
			empty = append(empty, c.withEmpty(b, n))
			unwanted = append(unwanted, c.with(b, calls.Types{}, n))
			recorded = append(recorded, c.with(b, calls.Types{event.GenericExit: true}, n))
			bpftrace = append(bpftrace, c.withBpftrace(b, few))
		}
		base := median(bare)
		added := func(v []float64) float64 { return median(v) - base }
		b.ReportMetric(base, "bare-ns")
		b.ReportMetric(added(empty), "empty-ns")
		b.ReportMetric(added(unwanted), "unwanted-ns")
		b.ReportMetric(added(recorded), "recorded-ns")
		b.ReportMetric(added(unwanted)/added(empty), "unwanted/empty")
		if traced := added(bpftrace); traced > 0 {
			b.ReportMetric(traced, "bpftrace-ns")
			b.ReportMetric(added(recorded)/traced, "recorded/bpftrace")
		}
	}
}

// BenchmarkOpen measures what opening and closing a file costs more when it is
// recorded, with its path.
func BenchmarkOpen(b *testing.B) {
	const rounds, n = 5, 100_000
	for b.Loop() {
		c := startBencher(b, "open")
		var bare, recorded []float64
		for range rounds {
			bare = append(bare, c.run(b, n))
			recorded = append(recorded, c.with(b, calls.Types{event.OpenatExit: true}, n))
		}
		b.ReportMetric(median(bare), "bare-ns")
		b.ReportMetric(median(recorded)-median(bare), "recorded-ns")
	}
}

// BenchmarkDrain measures reading and decoding: a producer makes events as fast
// as it can, and the reader takes all of them.
func BenchmarkDrain(b *testing.B) {
	const n = 2_000_000
	for b.Loop() {
		c := startBencher(b, "getppid")
		p, err := Open(Config{Scope: Scope{PID: c.pid}, Types: calls.Types{event.GenericExit: true}})
		if err != nil {
			skipUnprivileged(b, err)
			b.Fatal(err)
		}
		if err := p.Follow([]int{c.pid}); err != nil {
			b.Fatal(err)
		}
		wait := drain(p)
		var before, after unix.Rusage
		begin := time.Now()
		if err := unix.Getrusage(unix.RUSAGE_SELF, &before); err != nil {
			b.Fatal(err)
		}
		c.run(b, n)
		took := time.Since(begin)
		if err := errors.Join(p.Stop(), unix.Getrusage(unix.RUSAGE_SELF, &after)); err != nil {
			b.Fatal(err)
		}
		got := wait()
		cpu := after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
		b.ReportMetric(float64(got)/took.Seconds(), "events/s")
		b.ReportMetric(float64(cpu)/float64(got), "reader-ns/event")
		b.ReportMetric(100*float64(n-min(n, int(got)))/n, "lost-%")
		if err := p.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
