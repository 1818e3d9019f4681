// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A deed is something that a default rule watches for, done harmlessly: all
// paths are in the actor's own root folder, all addresses in its own network.
type deed struct {
	rule      string
	what      string // was done, or why nothing is
	container bool   // the rule is about containers
	do        func(*stage) error
}

var deeds = []deed{
	{"Password hashes read", "read a file /etc/shadow", false, reads("/etc/shadow")},
	{"SSH private key read", "read a file /srv/home/.ssh/id_ed25519", false, reads("/srv/home/.ssh/id_ed25519")},
	{"Environment of another process read", "read a file /proc/1/environ", false, reads("/proc/1/environ")},
	{"Cloud metadata service contacted from a container", "connected to 169.254.169.254", true, contactMetadata},
	{"SSH authorized keys changed", "wrote a file /srv/home/.ssh/authorized_keys", false, writes("/srv/home/.ssh/authorized_keys")},
	{"Scheduled job or service written", "wrote a file /etc/cron.d/selftest", false, writes("/etc/cron.d/selftest")},
	{"Dynamic linker preload changed", "wrote a file /etc/ld.so.preload", false, writesAway("/etc/ld.so.preload")},
	{"Kernel module loaded", "a module would stay in the kernel", false, nil},
	{"System program written", "wrote a file /usr/bin/selftest", false, writes("/usr/bin/selftest")},
	{"Program run from memory", "ran a program that is a memfd", false, runMemory},
	{"Program run that is not of the container's image", "ran a program in the upper layer of an overlay", true, runUpper},
	{"Program run from shared memory or a temporary folder", "ran a program in /tmp", false, runs("/tmp/selftest", "nothing")},
	{"Terminal shell in a container", "ran a program /bin/sh with a terminal", true, runTerminal},
	{"Shell started by a network server", "ran /bin/sh from /usr/sbin/nginx", false, runs("/usr/sbin/nginx", "server")},
	{"Shell connected to a socket", "gave /bin/sh a socket as its input", false, runs("/bin/sh", "connected")},
	{"Log file emptied or removed", "emptied a file /var/log/selftest", false, writes("/var/log/selftest")},
	{"Shell history removed", "removed a file /srv/home/.bash_history", false, removeHistory},
	{"Escape by a kernel callback", "wrote a file /proc/sys/kernel/core_pattern", true, writes("/proc/sys/kernel/core_pattern")},
	{"Container runtime reached from a container", "connected to a socket /run/docker.sock", true, reachRuntime},
	{"Namespace entered from a container", "joined the UTS namespace it is in", true, func(s *stage) error { return unix.Setns(s.uts, unix.CLONE_NEWUTS) }},
	{"Set-user-ID bit set", "gave an empty file the bit", false, setUserID},
	{"Process taken over by ptrace", "seized a process of its own", false, takeOver},
	{"Packet socket opened in a container", "opened one in a network of its own", true, openPacket},
}

func reads(path string) func(*stage) error {
	return func(*stage) error {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			return err
		}
		_, err := os.ReadFile(path)
		return err
	}
}

func writes(path string) func(*stage) error {
	return func(*stage) error { return os.WriteFile(path, nil, 0o600) }
}

// writesAway removes the file again, for programs look at it.
func writesAway(path string) func(*stage) error {
	return func(*stage) error { return errors.Join(os.WriteFile(path, nil, 0o600), os.Remove(path)) }
}

// run runs this program under another name.
func (s *stage) run(path, what string, attr *syscall.SysProcAttr, in *os.File) error {
	if err := os.Link(s.program, path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	cmd := exec.Cmd{Path: path, Args: []string{path, actingCommand, what}, Env: []string{"PATH=/bin"}, SysProcAttr: attr}
	if in != nil {
		cmd.Stdin = in
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", path, err, out)
	}
	return nil
}

func runs(path, what string) func(*stage) error {
	return func(s *stage) error {
		if what == "server" { // what it runs has to be there
			if err := os.Link(s.program, "/bin/sh"); err != nil && !errors.Is(err, os.ErrExist) {
				return err
			}
		}
		return s.run(path, what, nil, nil)
	}
}

func runTerminal(s *stage) error {
	if s.terminal == nil {
		return errors.New("there is no terminal to be had (/dev/ptmx)")
	}
	return s.run("/bin/sh", "nothing", &syscall.SysProcAttr{Setsid: true, Setctty: true}, s.terminal)
}

func runMemory(s *stage) error {
	fd, err := unix.MemfdCreate("selftest", 0)
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), "memfd")
	defer func() { _ = f.Close() }()
	program, err := os.ReadFile(s.program)
	if err != nil {
		return err
	}
	if _, err := f.Write(program); err != nil {
		return err
	}
	// There is no /proc in this root folder to name the descriptor by: the child
	// has it as its standard input and runs that.
	return s.run("/tmp/launcher", "memory", nil, f)
}

func runUpper(s *stage) error {
	if s.overlay != nil {
		return fmt.Errorf("no overlay can be mounted: %w", s.overlay)
	}
	if err := copyProgram(s.program, "/merged/selftest"); err != nil {
		return err
	}
	return (&stage{program: "/merged/selftest"}).run("/merged/selftest", "nothing", nil, nil)
}

func contactMetadata(*stage) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return errors.Join(unix.Connect(s, &unix.SockaddrInet4{Addr: metadata, Port: 80}), unix.Close(s))
}

func removeHistory(*stage) error {
	const path = "/srv/home/.bash_history"
	return errors.Join(os.WriteFile(path, nil, 0o600), os.Remove(path))
}

func reachRuntime(*stage) error {
	const path = "/run/docker.sock"
	l, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	c, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return errors.Join(unix.Bind(l, &unix.SockaddrUnix{Name: path}), unix.Listen(l, 1),
		unix.Connect(c, &unix.SockaddrUnix{Name: path}), unix.Close(c), unix.Close(l))
}

func setUserID(*stage) error {
	const path = "/tmp/empty"
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	return errors.Join(unix.Fchmodat(unix.AT_FDCWD, path, 0o4600, 0), os.Remove(path))
}

// takeOver seizes a child, which waits for its input to end.
func takeOver(s *stage) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	const path = "/usr/bin/victim"
	if err := os.Link(s.program, path); err != nil {
		return err
	}
	cmd := exec.Cmd{Path: path, Args: []string{path, actingCommand, "wait"}, Stdin: r}
	if err := cmd.Start(); err != nil {
		return err
	}
	pid := cmd.Process.Pid
	err = errors.Join(unix.PtraceSeize(pid), cmd.Process.Kill(), w.Close(), r.Close())
	for {
		var status unix.WaitStatus
		if _, e := unix.Wait4(pid, &status, 0, nil); e != nil {
			return errors.Join(err, fmt.Errorf("wait4: %w", e))
		}
		if status.Exited() || status.Signaled() { // and did not stop for a signal alone
			return errors.Join(err, cmd.Process.Release())
		}
	}
}

func openPacket(*stage) error {
	s, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return unix.Close(s)
}

// actAs is what this program does under the name of another one.
func actAs(what string) error {
	switch what {
	case "nothing":
		return nil
	case "wait":
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	case "server":
		return (&exec.Cmd{Path: "/bin/sh", Args: []string{"sh", actingCommand, "nothing"}}).Run()
	case "memory":
		return runInput()
	case "connected":
		return connectInput()
	}
	return fmt.Errorf("no deed %q", what)
}

// runInput becomes the program that is the standard input.
func runInput() error {
	args, err := syscall.SlicePtrFromStrings([]string{"selftest", actingCommand, "nothing"})
	if err != nil {
		return err
	}
	empty, err := syscall.BytePtrFromString("")
	if err != nil {
		return err
	}
	none := []*byte{nil}
	_, _, errno := unix.Syscall6(unix.SYS_EXECVEAT, 0, uintptr(unsafe.Pointer(empty)),
		uintptr(unsafe.Pointer(&args[0])), uintptr(unsafe.Pointer(&none[0])), unix.AT_EMPTY_PATH, 0)
	return fmt.Errorf("execveat: %w", errno)
}

// connectInput makes a connection the standard input. No datagram is sent.
func connectInput() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return errors.Join(unix.Connect(s, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 2}, Port: 9}), unix.Dup3(s, 0, 0))
}
