// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/lanner-project/lanner/driver/kernel"
	"github.com/lanner-project/lanner/driver/machine/report"
)

// A Machine is what to boot.
type Machine struct {
	Arch   kernel.Arch
	Kernel []byte // as kernel.Unpack returns it
	Guest  *Guest
	// TestArgs are for the driver's tests: see TestArgs.
	TestArgs []string
	// Timeout is how long it may take by this host's clock; 0 is DefaultTimeout.
	Timeout time.Duration
}

// DefaultTimeout is generous: an idle host takes seconds, a busy one a minute.
const DefaultTimeout = 10 * time.Minute

// TestArgs are the arguments of the driver's tests in a machine: those that do
// something and look at what the driver saw of it. Floods are not for a machine
// that is emulated.
func TestArgs() []string {
	return []string{"-test.v", "-test.timeout=9m", "-test.run=^TestTogether$"}
}

// A Run is what became of a machine.
type Run struct {
	*report.Console
	Serial []byte // all of the console
	// Wall and CPU are what the host spent.
	Wall, CPU time.Duration
	// TimedOut says that the machine was stopped from outside.
	TimedOut bool
	Emulator string // with its version
}

// Problem says why the kernel is not one that the driver works on; "" is that it is.
func (r *Run) Problem() string {
	if r.TimedOut && r.Panic == "" {
		return fmt.Sprintf("it was stopped after %s: %s", r.Wall.Round(time.Second), r.Console.Problem())
	}
	return r.Console.Problem()
}

// emulator is how a machine is emulated. QEMU 7.2 was seen to end kernels in a double
// fault at cmpxchg16b, in the allocator of memory and before any driver was loaded:
// without that instruction kernels take locks instead.
type emulator struct {
	command, debian string
	args            []string
	cmdline         string
}

var emulators = map[kernel.Arch]emulator{
	kernel.AMD64: {"qemu-system-x86_64", "qemu-system-x86", []string{"-M", "q35", "-cpu", "max,-cx16"}, "console=ttyS0 tsc=reliable mitigations=off"},
	kernel.ARM64: {"qemu-system-aarch64", "qemu-system-arm", []string{"-M", "virt", "-cpu", "cortex-a72"}, "console=ttyAMA0"},
}

// ErrNoEmulator is wrapped by the error of Boot where QEMU is not installed.
var ErrNoEmulator = errors.New("QEMU is not installed")

// Boot boots a machine and waits until it turns itself off. The error is of what
// is at fault on this host; what the kernel does is in the Run.
func Boot(ctx context.Context, m Machine) (_ *Run, err error) {
	e, ok := emulators[m.Arch]
	if !ok {
		return nil, fmt.Errorf("no machine of type %q can be emulated", m.Arch)
	}
	program, err := exec.LookPath(e.command)
	if err != nil {
		return nil, fmt.Errorf("%w: there is no %s; Debian has it in %s", ErrNoEmulator, e.command, e.debian)
	}
	version, err := versionOf(ctx, program)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "lanner-boot-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	initrd, err := m.Guest.initramfs(m.TestArgs)
	if err != nil {
		return nil, err
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(os.WriteFile(file("kernel"), m.Kernel, 0o600), os.WriteFile(file("initrd"), initrd, 0o600)); err != nil {
		return nil, err
	}
	timeout := m.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, program, append(e.args,
		"-accel", "tcg", "-smp", "1", "-m", "256", "-nodefaults", "-display", "none", "-no-reboot", "-net", "none",
		"-serial", "file:"+file("serial"), "-kernel", file("kernel"), "-initrd", file("initrd"),
		"-append", e.cmdline+" quiet panic=-1")...)
	// It must not outlive us, whatever ends us.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &talk, &talk
	began := time.Now()
	ended := cmd.Run()
	run := &Run{Wall: time.Since(began), TimedOut: limited.Err() != nil, Emulator: version}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if ended != nil && !run.TimedOut {
		return nil, fmt.Errorf("%s: %w: %s", e.command, ended, strings.TrimSpace(talk.String()))
	}
	run.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if run.Serial, err = os.ReadFile(file("serial")); err != nil {
		return nil, fmt.Errorf("the machine's console: %w", err)
	}
	run.Console, err = report.Read(bytes.NewReader(run.Serial))
	return run, err
}

// versionOf is the first line of what an emulator says of itself.
func versionOf(ctx context.Context, program string) (string, error) {
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", program, err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line, nil
}
