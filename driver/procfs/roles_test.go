// SPDX-License-Identifier: Apache-2.0

package procfs_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/procfs"
)

var roles = map[string]role{
	"idle": idle, "files": files, "sockets": sockets, "threads": threads, "deep": deep, "chroot": chroot,
	"parent": parent, "reader": reader, "again": again, "nomain": noMain, "removed": removed,
}

func idle() (map[string]any, error) { return map[string]any{}, nil }

// collect runs steps that each make a descriptor, and says their numbers.
func collect(steps map[string]func() (int, error)) (map[string]any, error) {
	facts := make(map[string]any)
	for name, step := range steps {
		fd, err := step()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		facts[name] = fd
	}
	return facts, nil
}

func raw(number uintptr, args ...uintptr) func() (int, error) {
	return func() (int, error) {
		a := append(args, 0, 0, 0, 0, 0, 0)
		fd, _, errno := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
		if errno != 0 {
			return 0, errno
		}
		return int(fd), nil
	}
}

func openAs(flags int, path string) func() (int, error) {
	return func() (int, error) { return unix.Open(path, flags, 0o600) }
}

// files opens one of each kind in the folder that it is started in.
func files() (map[string]any, error) {
	var ring [120]byte
	facts, err := collect(map[string]func() (int, error){
		"append":    openAs(unix.O_CREAT|unix.O_APPEND|unix.O_WRONLY, "append"),
		"cloexec":   openAs(unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, "two\nlines (deleted)"),
		"unlinked":  openAs(unix.O_CREAT|unix.O_RDONLY, "unlinked"),
		"path":      openAs(unix.O_PATH, "/dev/zero"),
		"folder":    openAs(unix.O_DIRECTORY|unix.O_RDONLY, "."),
		"null":      openAs(unix.O_RDWR, "/dev/null"),
		"eventfd":   raw(unix.SYS_EVENTFD2),
		"epoll":     raw(unix.SYS_EPOLL_CREATE1, unix.EPOLL_CLOEXEC),
		"timerfd":   raw(unix.SYS_TIMERFD_CREATE),
		"signalfd":  func() (int, error) { return unix.Signalfd(-1, new(unix.Sigset_t), 0) },
		"inotify":   raw(unix.SYS_INOTIFY_INIT1),
		"pidfd":     func() (int, error) { return unix.PidfdOpen(os.Getpid(), 0) },
		"memfd":     func() (int, error) { return unix.MemfdCreate("of the test", 0) },
		"namespace": openAs(unix.O_RDONLY, "/proc/self/ns/uts"),
		"fifo": func() (int, error) {
			if err := unix.Mkfifo("fifo", 0o600); err != nil {
				return 0, err
			}
			return unix.Open("fifo", unix.O_RDWR, 0)
		},
		"memory": func() (int, error) { // a file that only looks like a memfd
			return unix.Open("memfd:false", unix.O_CREAT|unix.O_RDWR, 0o600)
		},
	})
	if err != nil {
		return nil, err
	}
	var pipe [2]int
	if err := errors.Join(unix.Pipe2(pipe[:], 0), unix.Unlink("unlinked")); err != nil {
		return nil, err
	}
	facts["pipe"], facts["pipe2"] = pipe[0], pipe[1]
	// Kernels can be without these.
	for name, open := range map[string]func() (int, error){
		"userfaultfd": raw(unix.SYS_USERFAULTFD),
		"uring":       raw(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&ring))),
	} {
		if fd, err := open(); err == nil {
			facts[name] = fd
		}
	}
	return facts, nil
}

func sockets() (map[string]any, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().(*net.TCPAddr)
	facts, err := collect(map[string]func() (int, error){
		"client":  connected(unix.AF_INET, unix.SOCK_STREAM, &unix.SockaddrInet4{Port: address.Port, Addr: [4]byte{127, 0, 0, 1}}),
		"udp":     bound(unix.AF_INET, unix.SOCK_DGRAM, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}),
		"udp2":    connected(unix.AF_INET, unix.SOCK_DGRAM, &unix.SockaddrInet4{Port: 9, Addr: [4]byte{127, 0, 0, 1}}),
		"local":   bound(unix.AF_UNIX, unix.SOCK_STREAM, &unix.SockaddrUnix{Name: "socket"}),
		"hidden":  bound(unix.AF_UNIX, unix.SOCK_DGRAM, &unix.SockaddrUnix{Name: fmt.Sprintf("@lanner test %d", os.Getpid())}),
		"netlink": bound(unix.AF_NETLINK, unix.SOCK_RAW, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}),
		"unbound": func() (int, error) { return unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0) },
		"pair": func() (int, error) {
			pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
			return pair[0], err
		},
		// Its path holds a line that looks like one of the table for "local".
		"forged": func() (int, error) {
			return bound(unix.AF_UNIX, unix.SOCK_STREAM, &unix.SockaddrUnix{Name: "x\nno line"})()
		},
	})
	if err != nil {
		return nil, err
	}
	if fd, err := bound(unix.AF_INET6, unix.SOCK_STREAM, &unix.SockaddrInet6{Addr: [16]byte{15: 1}})(); err == nil {
		facts["six"] = fd // machines can be without IPv6
	}
	for _, name := range []string{"client", "udp", "udp2", "six"} {
		fd, is := facts[name].(int)
		if !is {
			continue
		}
		own, err := unix.Getsockname(fd)
		if err != nil {
			return nil, err
		}
		switch a := own.(type) {
		case *unix.SockaddrInet4:
			facts[name+" port"] = a.Port
		case *unix.SockaddrInet6:
			facts[name+" port"] = a.Port
		}
	}
	var st unix.Stat_t
	if err := unix.Fstat(facts["pair"].(int), &st); err != nil {
		return nil, err
	}
	fake := fmt.Sprintf("y\n0000000000000000: 00000002 00000000 00010000 0001 01 %5d false", st.Ino)
	if _, err := bound(unix.AF_UNIX, unix.SOCK_STREAM, &unix.SockaddrUnix{Name: fake})(); err != nil {
		return nil, err
	}
	accepted, err := listener.Accept()
	if err != nil {
		return nil, err
	}
	for name, conn := range map[string]syscall.Conn{"server": accepted.(*net.TCPConn), "listener": listener.(*net.TCPListener)} {
		rc, err := conn.SyscallConn()
		if err != nil {
			return nil, err
		}
		if err := rc.Control(func(fd uintptr) { facts[name] = int(fd) }); err != nil {
			return nil, err
		}
	}
	facts["port"] = address.Port
	kept = append(kept, listener, accepted)
	return facts, nil
}

// kept keeps what would be closed when it is garbage.
var kept []any

func bound(family, kind int, to unix.Sockaddr) func() (int, error) {
	return func() (int, error) {
		fd, err := unix.Socket(family, kind, 0)
		if err != nil {
			return 0, err
		}
		err = unix.Bind(fd, to)
		if err == nil && kind == unix.SOCK_STREAM {
			err = unix.Listen(fd, 1)
		}
		return fd, err
	}
}

func connected(family, kind int, to unix.Sockaddr) func() (int, error) {
	return func() (int, error) {
		fd, err := unix.Socket(family, kind, 0)
		if err != nil {
			return 0, err
		}
		return fd, unix.Connect(fd, to)
	}
}

// hostileName is a thread's name that looks like the rest of a stat file.
const hostileName = "a) Z 1 (\n\\b"

// threads has two with names of their own, and other rights than the main one.
func threads() (map[string]any, error) {
	facts := make(map[string]any)
	type result struct {
		tid int
		err error
	}
	results := make(chan result)
	for range 2 {
		go func() {
			runtime.LockOSThread()
			name := append([]byte(hostileName), 0)
			err := unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&name[0])), 0, 0, 0)
			if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), 12345, ^uintptr(0)); errno != 0 && os.Geteuid() == 0 {
				err = errors.Join(err, errno)
			}
			results <- result{unix.Gettid(), err}
			select {}
		}()
	}
	for i := range 2 {
		r := <-results
		if r.err != nil {
			return nil, r.err
		}
		facts[fmt.Sprint("thread", i)] = r.tid
	}
	return facts, nil
}

// deep goes down until the path is longer than the kernel tells. "last" is the
// number of a folder whose path still fits.
func deep() (map[string]any, error) {
	facts := make(map[string]any)
	name := strings.Repeat("d", 200)
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	length := len(cwd)
	for length <= 4096 {
		if err := errors.Join(unix.Mkdir(name, 0o700), unix.Chdir(name)); err != nil {
			return nil, err
		}
		if length += 1 + len(name); length < 4096 {
			fd, err := unix.Open(".", unix.O_DIRECTORY, 0)
			if err != nil {
				return nil, err
			}
			facts["last"], facts["length"] = fd, length
		}
	}
	facts["file"], err = unix.Open("file", unix.O_CREAT|unix.O_RDONLY, 0o600)
	return facts, err
}

// chroot makes the folder that it is started in its root.
func chroot() (map[string]any, error) {
	if err := errors.Join(unix.Mkdir("in", 0o700), unix.Chroot("."), unix.Chdir("/in")); err != nil {
		return nil, err
	}
	fd, err := unix.Open("/in/file", unix.O_CREAT|unix.O_RDWR, 0o600)
	return map[string]any{"file": fd}, err
}

// removed removes the folder that it works in.
func removed() (map[string]any, error) {
	if err := errors.Join(unix.Mkdir("gone", 0o700), unix.Chdir("gone")); err != nil {
		return nil, err
	}
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	return map[string]any{"cwd": cwd}, unix.Rmdir(cwd)
}

// parent has a child, and that one two.
func parent() (map[string]any, error) {
	depth := os.Getenv("DEPTH")
	count := map[string]int{"": 1, "1": 2}[depth]
	pids := []int{}
	for range count {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "DEPTH="+depth+"1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		in, err := cmd.StdinPipe()
		if err != nil {
			return nil, err
		}
		kept = append(kept, in, cmd)
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		pids = append(pids, cmd.Process.Pid)
	}
	time.Sleep(100 * time.Millisecond)
	return map[string]any{"children": pids}, nil
}

// reader reads a process of another user, without rights of its own.
func reader() (map[string]any, error) {
	pid, err := strconv.Atoi(os.Getenv("TARGET"))
	if err != nil {
		return nil, err
	}
	const nobody = 65534
	if err := errors.Join(syscall.Setresgid(nobody, nobody, nobody), syscall.Setresuid(nobody, nobody, nobody)); err != nil {
		return nil, err
	}
	s := new(told)
	stats, err := procfs.Snapshot(procfs.Config{PIDs: []int{pid}}, s)
	if err != nil {
		return nil, err
	}
	p := s.procs[0]
	return map[string]any{
		"denied": stats.Denied, "files": stats.Files, "comm": string(p.Comm), "uid": p.UID, "exepath": string(p.ExePath),
		"env": string(p.Env), "args": string(p.Args),
	}, nil
}

// noMain ends its main thread; the others go on.
func noMain() (map[string]any, error) {
	fd, err := unix.Open("/dev/null", unix.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	fmt.Printf("{\"file\": %d}\n", fd)
	ready := make(chan bool)
	go func() {
		runtime.LockOSThread()
		close(ready)
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}()
	<-ready
	unix.RawSyscall(unix.SYS_EXIT, 0, 0, 0)
	panic("still there")
}

func writeSelf(path string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(self)
	if err != nil {
		return err
	}
	// A process that is forked while the file is open for writing has it open, too,
	// and until it runs another program the file cannot be run.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(filepath.Clean(path), text, 0o700)
}
