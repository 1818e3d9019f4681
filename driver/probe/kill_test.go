// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cilium/ebpf"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/event"
)

const hangVariable = "LANNER_TEST_HANG"

// hang attaches a probe to a process, says the numbers of its programs, and
// reads nothing, until it is killed.
func hang(pid string) int {
	n, err := strconv.Atoi(pid)
	if err != nil {
		return 2
	}
	p, err := Open(Config{Scope: Scope{PID: n}, Types: calls.Types{event.GenericExit: true}, BufferSize: 64 << 10})
	if err == nil {
		err = p.Follow([]int{n})
	}
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	for _, prog := range []*ebpf.Program{p.objects.LannerSysExit, p.objects.LannerFork, p.objects.LannerExec, p.objects.LannerExit} {
		info, err := prog.Info()
		if err != nil {
			fmt.Println("error:", err)
			return 1
		}
		id, _ := info.ID()
		fmt.Print(uint32(id), " ")
	}
	fmt.Println()
	select {}
}

// A reader that hangs blocks nobody, and one that is killed leaves nothing: its
// programs are gone, and the next one starts at once.
func TestKilled(t *testing.T) {
	c := startBencher(t, "getppid")
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{hangVariable + "=" + strconv.Itoa(c.pid)}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.HasPrefix(line, "error:") {
		_ = cmd.Wait()
		skipUnprivileged(t, errors.New(line))
		t.Fatal(line, err)
	}
	// More than the rings hold: if anything waited for the reader, this would not end.
	t.Logf("with a reader that hangs, a syscall takes %.0f ns", c.run(t, 300_000))
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	for word := range strings.FieldsSeq(line) {
		id, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		gone(t, ebpf.ProgramID(id))
	}
	p, err := Open(Config{Scope: Scope{PID: c.pid}, Types: calls.Types{event.GenericExit: true}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Follow([]int{c.pid}); err != nil {
		t.Fatal(err)
	}
	wait := drain(p)
	c.run(t, 1000)
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if n := wait(); n < 1000 {
		t.Errorf("the next reader sees %d of 1000 calls", n)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// gone waits until the kernel has freed a program, which it does on its own
// time.
func gone(t *testing.T, id ebpf.ProgramID) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; {
		prog, err := ebpf.NewProgramFromID(id)
		if errors.Is(err, os.ErrNotExist) {
			return
		}
		if err == nil {
			_ = prog.Close()
		}
		if time.Now().After(deadline) {
			t.Fatalf("program %d of a killed process is there still: %v", id, err)
		}
		time.Sleep(time.Millisecond)
	}
}
