// SPDX-License-Identifier: Apache-2.0

// Command guest is the first process of a virtual machine that is booted to see
// the driver at work on a kernel. It sets the machine up, runs the driver's own
// tests, tells on the console what became of it, and turns the machine off. There
// is nothing else in the machine: it and the tests, each one file, statically
// linked. Under other names it is the few programs that the tests run.
//
// What it tells are lines, each one JSON object behind report.Mark; the rest of
// the console is the kernel's and the tests'. Nobody imports it; package
// machine builds it.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/machine/report"
)

const readyVariable = "LANNER_GUEST_READY"

func main() {
	if name := filepath.Base(os.Args[0]); name != "init" {
		os.Exit(program(os.Args[1:]))
	}
	if os.Getenv(readyVariable) == "" {
		// Packages look for the kernel's file systems when they start: so they start
		// again, once those are there.
		if err := start(); err != nil {
			tell(report.Line{Error: "setting the machine up: " + err.Error()})
			off()
		}
	}
	run(os.Args[1:])
	tell(report.Line{End: true})
	off()
}

// program is what the tests run as /bin/sh, /bin/true or /usr/bin/env: of a shell
// it knows one command, exit.
func program(args []string) int {
	if len(args) > 1 && args[0] == "-c" {
		if _, status, ok := strings.Cut(args[1], "exit "); ok {
			n, err := strconv.Atoi(status)
			if err != nil {
				return 127
			}
			return n
		}
	}
	return 0
}

// furnish makes the files that the tests look for.
func furnish() error {
	for _, dir := range []string{"/etc", "/bin", "/usr/bin"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return errors.Join(
		os.WriteFile("/etc/hostname", []byte("guest\n"), 0o644),
		os.WriteFile("/etc/passwd", []byte("root:x:0:0:root:/root:/bin/sh\n"), 0o644),
		os.Link("/init", "/bin/sh"), os.Link("/init", "/bin/true"), os.Link("/init", "/usr/bin/env"),
	)
}

func start() error {
	if err := mountAll(); err != nil {
		return err
	}
	if err := furnish(); err != nil {
		return err
	}
	if err := loopback(); err != nil {
		return fmt.Errorf("the loopback network: %w", err)
	}
	// The kernel gives words of its command line that it does not know to us as
	// arguments and environment; what is for us comes in a file.
	args, err := os.ReadFile("/args")
	if err != nil {
		return err
	}
	argv := append([]string{"/init"}, strings.Fields(string(args))...)
	return syscall.Exec("/init", argv, []string{readyVariable + "=1", "PATH=/", "HOME=/tmp", "TMPDIR=/tmp"})
}

func mountAll() error {
	for _, m := range []struct{ kind, where, data string }{
		{"proc", "/proc", ""},
		{"sysfs", "/sys", ""},
		{"devtmpfs", "/dev", ""},
		{"tmpfs", "/tmp", ""},
		{"tmpfs", "/dev/shm", ""},
		{"tmpfs", "/sys/fs/cgroup", ""},
		{"cgroup2", "/sys/fs/cgroup/unified", ""},
		{"cgroup", "/sys/fs/cgroup/pids", "pids"},
	} {
		if err := os.MkdirAll(m.where, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.kind, m.where, m.kind, 0, m.data); err != nil {
			return fmt.Errorf("mount %s on %s: %w", m.kind, m.where, err)
		}
	}
	return nil
}

// loopback switches the network of the machine itself on.
func loopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return errors.Join(unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr), unix.Close(fd))
}

// run does what the machine was booted for.
func run(testArgs []string) {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		tell(report.Line{Error: "uname: " + err.Error()})
		return
	}
	tell(report.Line{Kernel: &report.Kernel{Release: unix.ByteSliceToString(uts.Release[:]), Machine: unix.ByteSliceToString(uts.Machine[:])}})
	cmd := exec.Command("/probe.test", testArgs...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Dir = "/tmp"
	cmd.Env = append(os.Environ(), "LANNER_TEST_TELL=1")
	if err := cmd.Run(); err != nil {
		tell(report.Line{Error: "the driver's tests: " + err.Error()})
	}
}

func tell(l report.Line) {
	if _, err := io.WriteString(os.Stdout, l.String()); err != nil {
		panic(err) // there is no other way to say anything
	}
}

// off turns the machine off. It is the first process: it must not end.
func off() {
	unix.Sync()
	err := unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	panic(fmt.Sprint("the machine cannot be turned off: ", err)) // the kernel panics with us, and QEMU ends
}
