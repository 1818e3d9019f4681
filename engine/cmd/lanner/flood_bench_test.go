// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// profileVariable names a file for a profile of the processor time that lanner
// run takes in benchmarks.
const profileVariable = "LANNER_TEST_PROFILE"

// profiledMain is main with a profile.
func profiledMain() {
	os.Exit(report(os.Stderr, profiled()))
}

func profiled() error {
	f, err := os.Create(os.Getenv(profileVariable))
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return app{open: openProbe, confine: leastPrivilege}.run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// A product is lanner run as a process of its own, on the first processor.
type product struct {
	*running
	cmd *exec.Cmd
}

// startProduct runs the public ruleset, where it is there.
func startProduct(b *testing.B, scope string, flags ...string) *product {
	b.Helper()
	args := append([]string{"run", "--config", os.DevNull, "--scope", scope, "--listen", "127.0.0.1:0", "-o", "json"}, flags...)
	if path := filepath.Join("..", "..", "..", "..", "shared", "data", "rules", "falco_rules.yaml"); exists(path) {
		args = append(args, "-r", path)
	} else {
		b.Log("the public ruleset is not here: with the default rules")
	}
	p := &product{running: &running{t: b, done: make(chan error, 1)}, cmd: exec.Command("/proc/self/exe")}
	p.cmd.Args = append([]string{"lanner"}, args...)
	if os.Getenv(profileVariable) != "" {
		p.cmd.Args[0] = "lanner-profiled"
	}
	p.cmd.Stderr = &p.stderr
	onProcessor(b, 0, p.cmd.Start)
	go func() { p.done <- p.cmd.Wait() }()
	b.Cleanup(func() { _ = p.cmd.Process.Kill() }) // if it is there still
	p.await("it serves", func() bool {
		if strings.Contains(p.stderr.String(), "CAP_BPF") && os.Geteuid() != 0 {
			b.Skip("the driver cannot be attached: ", p.stderr.String())
		}
		m := serving.FindStringSubmatch(p.stderr.String())
		if m != nil {
			p.url = "http://" + m[1]
		}
		return m != nil && strings.Contains(p.stderr.String(), "msg=running")
	})
	return p
}

// onProcessor starts a process on one processor.
func onProcessor(b *testing.B, cpu int, start func() error) {
	b.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, one unix.CPUSet
	one.Set(cpu)
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		b.Fatal(err)
	}
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		b.Fatal(err)
	}
	if err := start(); err != nil {
		b.Fatal(err)
	}
	if err := unix.SchedSetaffinity(0, &all); err != nil {
		b.Fatal(err)
	}
}

func (p *product) end() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if err := <-p.done; err != nil {
		p.t.Fatalf("%v\n%s", err, p.stderr.String())
	}
}

// A reading is what the product says of itself.
type reading struct{ events, dropped, cpu float64 }

func (p *product) read() (r reading) {
	p.t.Helper()
	_, text := p.get("/metrics")
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if i := strings.LastIndex(line, "} "); i >= 0 {
			name, value = line[:i], strings.TrimSpace(line[i+2:])
		}
		family, _, _ := strings.Cut(name, "{")
		sum := map[string]*float64{
			"lanner_events_total": &r.events, "lanner_events_dropped_total": &r.dropped, "process_cpu_seconds_total": &r.cpu,
		}[family]
		if sum == nil {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			p.t.Fatal(err)
		}
		*sum += n
	}
	return r
}

// A span is what happened while a flooder was at work.
type span struct {
	reading         // the difference
	seconds, rounds float64
	lag             float64 // at the end, seconds
}

func (s *span) made() float64 { return s.events + s.dropped }
func (s *span) rate() float64 { return s.made() / s.seconds }

// flood floods, and waits until all that came of it is read.
func (p *product) flood(b *testing.B, f *flooder, what flood) (s span) {
	b.Helper()
	before := p.read()
	did := f.begin(b, what)()
	s.lag = p.metric("lanner_event_lag_seconds")
	p.await("all is read", func() bool { return p.metric("lanner_engine_waiting") == 1 })
	after := p.read()
	s.reading = reading{after.events - before.events, after.dropped - before.dropped, after.cpu - before.cpu}
	s.seconds, s.rounds = did.Seconds, float64(did.Rounds)
	return s
}

// calibrate finds out how many events a round of a mix makes.
func (p *product) calibrate(b *testing.B, f *flooder, mix string) float64 {
	b.Helper()
	s := p.flood(b, f, flood{Mix: mix, Seconds: 0.5, Rate: 2000})
	return s.made() / s.rounds
}

// BenchmarkRate looks for the rate of events from one processor at which the
// first is lost, or for the most that one makes: steps of three seconds each, at
// the default size of buffers.
func BenchmarkRate(b *testing.B) {
	const step, most, seconds = 100_000, 2_000_000, 3
	for _, mix := range []string{"mix", "light"} {
		b.Run(mix, func(b *testing.B) {
			for b.Loop() {
				f := startFlooder(b)
				p := startProduct(b, f.scope())
				each := p.calibrate(b, f, mix)
				var best span
				short := 0
				for rate := step; rate <= most; rate += step {
					s := p.flood(b, f, flood{Mix: mix, Seconds: seconds, Rate: int(float64(rate) / each)})
					b.Logf("%s of %d: %.0f events/s, %.0f lost, %.0f ns of processor time an event, %.3f s behind at the end, %s",
						mix, rate, s.rate(), s.dropped, 1e9*s.cpu/s.events, s.lag, loadAverage(b))
					if s.dropped > 0 {
						b.ReportMetric(s.rate(), "first-lost-events/s")
						break
					}
					if s.rate() > best.rate() || best.seconds == 0 {
						best = s
					}
					if s.rate() > 0.95*float64(rate) {
						short = 0
					} else if short++; short == 3 {
						b.Logf("one processor makes no more")
						break
					}
				}
				b.ReportMetric(best.rate(), "events/s")
				b.ReportMetric(1e9*best.cpu/max(best.events, 1), "ns/event")
				b.ReportMetric(each, "events/round")
				p.end()
			}
		})
	}
}

// BenchmarkFirstLoss finds where the first event is lost, when one processor makes
// what it can: at which size of buffers, and at the default size, with how many
// threads more that take the reader's processor from it.
func BenchmarkFirstLoss(b *testing.B) {
	const seconds = 2
	report := func(b *testing.B, s *span, what string) bool {
		b.Helper()
		b.Logf("%s: %.0f events/s, %.0f lost, %.3f s behind at the end, %s", what, s.rate(), s.dropped, s.lag, loadAverage(b))
		if s.dropped > 0 {
			b.ReportMetric(s.rate(), "first-lost-events/s")
			b.ReportMetric(100*s.dropped/s.made(), "lost-%")
		}
		return s.dropped > 0
	}
	b.Run("smaller buffers", func(b *testing.B) {
		for b.Loop() {
			f := startFlooder(b)
			for size := 8 << 20; size >= 64<<10; size /= 2 {
				p := startProduct(b, f.scope(), "--buffer-size", fmt.Sprintf("%dKiB", size>>10))
				s := p.flood(b, f, flood{Mix: "light", Seconds: seconds})
				p.end()
				if report(b, &s, fmt.Sprintf("buffers of %d KiB", size>>10)) {
					b.ReportMetric(float64(size>>10), "KiB")
					break
				}
			}
		}
	})
	b.Run("more threads", func(b *testing.B) {
		for b.Loop() {
			f := startFlooder(b)
			p := startProduct(b, f.scope())
			for beside := 1; beside <= 16; beside *= 2 {
				s := p.flood(b, f, flood{Mix: "light", Seconds: seconds, Beside: beside})
				if report(b, &s, fmt.Sprintf("%d threads beside the reader", beside)) {
					b.ReportMetric(float64(beside), "threads")
					break
				}
			}
			p.end()
		}
	})
}

// BenchmarkSteady measures what lanner run takes at 50,000 events a second.
func BenchmarkSteady(b *testing.B) {
	const rate, seconds = 50_000, 10
	for b.Loop() {
		f := startFlooder(b)
		p := startProduct(b, f.scope())
		each := p.calibrate(b, f, "mix")
		s := p.flood(b, f, flood{Mix: "mix", Seconds: seconds, Rate: int(rate / each), Life: 2000})
		b.Logf("%.0f events/s, %.0f lost, %s", s.rate(), s.dropped, loadAverage(b))
		b.ReportMetric(s.rate(), "events/s")
		b.ReportMetric(100*s.cpu/s.seconds, "cpu-%")
		b.ReportMetric(1e9*s.cpu/s.events, "ns/event")
		for line := range strings.Lines(string(mustRead(b, fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid)))) {
			for name, unit := range map[string]string{"VmRSS:": "rss-MB", "RssAnon:": "rss-anonymous-MB", "VmHWM:": "rss-most-MB"} {
				if words := strings.Fields(line); words[0] == name {
					kib, err := strconv.ParseFloat(words[1], 64)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(kib*1024/1e6, unit)
				}
			}
		}
		p.end()
	}
}

func mustRead(b *testing.B, name string) []byte {
	b.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func loadAverage(b *testing.B) string {
	b.Helper()
	words := bytes.Fields(mustRead(b, "/proc/loadavg"))
	return "load " + string(words[0])
}
