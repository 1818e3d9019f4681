// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/cilium/ebpf/features"

	"github.com/lanner-project/lanner/engine/event"
)

// Tests watch a process that they start for it: this program again, which does
// one thing (a deed) and says what should have been seen of it.

// A sight is an event that should have been seen, by the names and texts of
// parameters. Those that it does not name may be anything.
type sight struct {
	Type   event.Type
	Params map[string]string
}

const deedVariable = "LANNER_TEST_DEED"

func TestMain(m *testing.M) {
	if name := os.Getenv(deedVariable); name != "" {
		os.Exit(doDeed(name))
	}
	if what := os.Getenv(benchVariable); what != "" {
		os.Exit(benchChild(what))
	}
	if pid := os.Getenv(hangVariable); pid != "" {
		os.Exit(hang(pid))
	}
	os.Exit(m.Run())
}

// doDeed is the child: it waits for a line, does what it is to do, tells what
// should have been seen, and waits for the end of its input.
func doDeed(name string) int {
	runtime.LockOSThread()
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		return 3
	}
	sights, err := deeds[name]()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := json.NewEncoder(os.Stdout).Encode(sights); err != nil {
		return 1
	}
	_, _ = in.ReadString('\n') // its end is what is waited for
	return 0
}

// child is a process that waits to do its deed.
type child struct {
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *json.Decoder
}

// startChild starts one. It ends when the test does, or when it is told to.
func startChild(t testing.TB, deed string) *child {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{deedVariable + "=" + deed, "HOME=/nowhere"}
	cmd.Dir = t.TempDir()
	cmd.Stdin, cmd.Stderr = r, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd, stdin: w, stdout: json.NewDecoder(out)}
	t.Cleanup(func() {
		_ = w.Close()
		_ = r.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the child: %v", err)
		}
	})
	return c
}

// do lets it do its deed and returns what should have been seen.
func (c *child) do() (want []sight, err error) {
	if _, err := c.stdin.WriteString("go\n"); err != nil {
		return nil, err
	}
	if err := c.stdout.Decode(&want); err != nil {
		return nil, fmt.Errorf("the child says nothing: %w", err)
	}
	return want, nil
}

// watched is a child with a probe on it.
type watched struct {
	*Probe
	*child
	before func() // is called when the child has done its deed; nil: nothing is
}

// watch starts a child for a deed and a probe that sees it alone.
func watch(t testing.TB, deed string, cfg Config) *watched {
	t.Helper()
	c := &watched{child: startChild(t, deed)}
	cmd := c.cmd
	var err error
	if cfg.Scope == (Scope{}) {
		cfg.Scope = Scope{PID: cmd.Process.Pid}
	}
	if c.Probe, err = Open(cfg); err != nil {
		skipUnprivileged(t, err)
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if cfg.Scope.PID != 0 {
		if err := c.Follow([]int{cmd.Process.Pid}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// skipUnprivileged skips where nobody may load programs.
func skipUnprivileged(t testing.TB, err error) {
	if os.Geteuid() != 0 && strings.Contains(err.Error(), "CAP_BPF") {
		t.Skip("not allowed to load programs: ", err)
	}
}

// act lets the child do its deed and returns what should have been seen, and
// all that was.
func (c *watched) act(t testing.TB) (want []sight, got []event.Event) {
	t.Helper()
	want, err := c.do()
	if err != nil {
		t.Fatal(err)
	}
	if c.before != nil {
		c.before()
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	return want, c.rest(t)
}

// rest reads all events until the end.
func (c *watched) rest(t testing.TB) []event.Event {
	t.Helper()
	var all []event.Event
	for {
		var ev event.Event
		if err := c.Next(&ev); err != nil {
			break
		}
		all = append(all, clone(&ev))
	}
	if q := c.Quality(); q.Malformed != 0 {
		t.Errorf("%d records are malformed", q.Malformed)
	}
	return all
}

// clone copies an event with its parameters.
func clone(ev *event.Event) event.Event {
	c := *ev
	var data []byte
	for i := range ev.NumParams() {
		data = append(data, ev.Param(i)...)
	}
	c.Reset(data)
	for i := range ev.NumParams() {
		c.AddParam(uint32(len(ev.Param(i))))
	}
	return c
}

// show says the parameters of an event by name.
func show(ev *event.Event) map[string]string {
	m := make(map[string]string)
	for i := range ev.NumParams() {
		info := ev.Type.Info().Params[i]
		m[info.Name] = text(info.Kind, ev.Param(i))
	}
	return m
}

func text(k event.Kind, p []byte) string {
	if len(p) == 0 {
		return "<none>"
	}
	if w := k.Width(); w == len(p) && k.IsNumber() {
		var v uint64
		for i, b := range p {
			v |= uint64(b) << (8 * i)
		}
		if k.Signed() && w == 8 {
			return strconv.FormatInt(int64(v), 10)
		}
		return strconv.FormatUint(v, 10)
	}
	switch k {
	case event.KindString, event.KindPath, event.KindRelPath:
		return strings.TrimSuffix(string(p), "\x00")
	case event.KindBytes:
		return strings.TrimSuffix(strings.ReplaceAll(string(p), "\x00", " "), " ")
	}
	return fmt.Sprintf("%x", p)
}

// TestDeeds does real syscalls and compares what is seen of each with what was
// done.
func TestDeeds(t *testing.T) {
	for name := range deeds {
		if name == "32 bits" || name == "io_uring" || name == "fork storm" {
			continue // they have tests of their own
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testDeed(t, name, Config{})
		})
	}
	for _, name := range []string{"open", "processes", "sockets", "identity"} {
		t.Run(name+" before 6.2", func(t *testing.T) {
			t.Parallel()
			testDeed(t, name, Config{helpersOnly: true})
		})
		t.Run(name+" from 7.0", func(t *testing.T) {
			t.Parallel()
			if v, err := features.LinuxVersionCode(); err != nil || v < 6<<16|15<<8 {
				t.Skip("this kernel lets no such program call functions")
			}
			testDeed(t, name, Config{preemptible: true})
		})
	}
}

func testDeed(t *testing.T, name string, cfg Config) {
	c := watch(t, name, cfg)
	want, got := c.act(t)
	if len(want) == 0 {
		t.Fatal("the deed tells of nothing")
	}
	for _, w := range want {
		find(t, w, got)
	}
}

// find reports an error if no event is as it should be.
func find(t *testing.T, w sight, got []event.Event) {
	t.Helper()
	var near string
	for i := range got {
		if got[i].Type != w.Type {
			continue
		}
		params, wrong := show(&got[i]), ""
		for name, value := range w.Params {
			if params[name] != value {
				wrong += fmt.Sprintf(" %s is %q", name, params[name])
			}
		}
		if wrong == "" {
			return
		}
		if len(near) < 2000 {
			near += "\n\t" + wrong
		}
	}
	t.Errorf("no %s with %v among %d events; those of its type:%s", w.Type, w.Params, len(got), near)
}
