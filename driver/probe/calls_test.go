// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

// A made call is one that a deed makes, and what should be seen of it beside
// what it returned.
type madeCall struct {
	typ    event.Type
	nr     uintptr
	args   [6]uintptr
	result string // the parameter with what it returned
	params map[string]string
}

type params = map[string]string

// minus is a negative argument.
func minus(n uintptr) uintptr { return -n }

// text is memory with a text, as a call takes it. It stays: Go does not move
// what is on its heap.
func textOf(s string) uintptr {
	b := append([]byte(s), 0)
	kept = append(kept, b)
	return addressOf(b)
}

// words is memory with numbers of 8 bytes.
func words(v ...uint64) uintptr {
	b := unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), 8*len(v))
	kept = append(kept, b)
	return addressOf(b)
}

var kept [][]byte

// make makes calls one after the other. Errors are results, too.
func makeCalls(calls []madeCall) ([]sight, error) {
	var sights []sight
	for _, c := range calls {
		r, _, errno := unix.Syscall6(c.nr, c.args[0], c.args[1], c.args[2], c.args[3], c.args[4], c.args[5])
		res := int64(r)
		if errno != 0 {
			res = -int64(errno)
		}
		want := params{c.result: num(res)}
		if c.result == "" {
			want = params{"res": num(res)}
		}
		maps.Copy(want, c.params)
		sights = append(sights, sight{c.typ, want})
	}
	runtime.KeepAlive(kept)
	return sights, nil
}

// fileCalls are calls on files and what stands for them.
func fileCalls() ([]sight, error) {
	if err := os.WriteFile("f", []byte(strings.Repeat("0123456789", 10)), 0o600); err != nil {
		return nil, err
	}
	fd, err := unix.Open("f", unix.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	dir, err := unix.Open(".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	var p [2]int
	if err := unix.Pipe2(p[:], 0); err != nil {
		return nil, err
	}
	buf, here := make([]byte, 4096), cwd()
	kept = append(kept, buf)
	b, f, d := addressOf(buf), uintptr(fd), uintptr(dir)
	iov := words(uint64(b), 5, uint64(b)+100, 7)
	return makeCalls([]madeCall{
		{event.NewfstatatExit, unix.SYS_NEWFSTATAT, [6]uintptr{d, textOf("f"), b + 1024, unix.AT_SYMLINK_NOFOLLOW}, "", params{"dirfd": num(dir), "path": "f", "flags": "256"}},
		{event.FstatExit, unix.SYS_FSTAT, [6]uintptr{f, b + 1024}, "", params{"fd": num(fd)}},
		{event.LseekExit, unix.SYS_LSEEK, [6]uintptr{f, 3, unix.SEEK_SET}, "", params{"fd": num(fd), "offset": "3", "whence": "0"}},
		{event.ReadvExit, unix.SYS_READV, [6]uintptr{f, iov, 2}, "", params{"fd": num(fd), "size": "12", "data": "345678901234"}},
		{event.PreadvExit, unix.SYS_PREADV, [6]uintptr{f, iov, 1, 20}, "", params{"fd": num(fd), "size": "5", "data": "01234", "pos": "20"}},
		{event.PwritevExit, unix.SYS_PWRITEV, [6]uintptr{f, iov, 1, 30}, "", params{"fd": num(fd), "size": "5", "data": "01234", "pos": "30"}},
		{event.PwriteExit, unix.SYS_PWRITE64, [6]uintptr{f, b, 4, 40}, "", params{"fd": num(fd), "size": "4", "data": "0123", "pos": "40"}},
		{event.ReadExit, unix.SYS_READ, [6]uintptr{f, b, 6}, "", params{"fd": num(fd), "size": "6", "data": "567890"}},
		{event.FlockExit, unix.SYS_FLOCK, [6]uintptr{f, unix.LOCK_SH | unix.LOCK_NB}, "", params{"fd": num(fd), "operation": "5"}},
		{event.IoctlExit, unix.SYS_IOCTL, [6]uintptr{f, 0x1234, 5}, "", params{"fd": num(fd), "request": "4660", "argument": "5"}},
		{event.Getdents64Exit, unix.SYS_GETDENTS64, [6]uintptr{d, b, 4096}, "", params{"fd": num(dir)}},
		{event.GetcwdExit, unix.SYS_GETCWD, [6]uintptr{b, 4096}, "", params{"path": here}},
		{event.SendfileExit, unix.SYS_SENDFILE, [6]uintptr{uintptr(p[1]), f, words(8), 4}, "", params{"out_fd": num(p[1]), "in_fd": num(fd), "size": "4", "offset": "12"}},
		{event.SpliceExit, unix.SYS_SPLICE, [6]uintptr{uintptr(p[0]), 0, f, 0, 2, unix.SPLICE_F_NONBLOCK}, "", params{"fd_in": num(p[0]), "fd_out": num(fd), "size": "2", "flags": "2"}},
		{event.CopyFileRangeExit, unix.SYS_COPY_FILE_RANGE, [6]uintptr{f, words(0), f, words(64), 5, 0}, "", params{"fdin": num(fd), "fdout": num(fd), "len": "5", "offin": "5", "offout": "69"}},
		{event.MknodatExit, unix.SYS_MKNODAT, [6]uintptr{minus(100), textOf("fifo"), unix.S_IFIFO | 0o600, 0}, "", params{"dirfd": "-100", "path": "fifo", "mode": num(unix.S_IFIFO | 0o600), "dev": "0"}},
		{event.MountExit, unix.SYS_MOUNT, [6]uintptr{textOf("src"), textOf("/nonexistent"), textOf("tmpfs"), unix.MS_RDONLY, 0}, "", params{"dev": "src", "dir": "/nonexistent", "type": "tmpfs", "flags": "1"}},
		{event.Umount2Exit, unix.SYS_UMOUNT2, [6]uintptr{textOf("/nonexistent"), unix.MNT_DETACH}, "", params{"name": "/nonexistent", "flags": "2"}},
		{event.ChrootExit, unix.SYS_CHROOT, [6]uintptr{textOf("/nonexistent")}, "", params{"path": "/nonexistent"}},
		{event.FchdirExit, unix.SYS_FCHDIR, [6]uintptr{d}, "", params{"fd": num(dir)}},
		{event.OpenByHandleAtExit, unix.SYS_OPEN_BY_HANDLE_AT, [6]uintptr{d, words(0, 0), unix.O_RDONLY}, "fd", params{"mountfd": num(dir), "flags": "1", "path": "<none>"}},
		{event.Signalfd4Exit, unix.SYS_SIGNALFD4, [6]uintptr{minus(1), words(1 << 9), 8, unix.SFD_CLOEXEC}, "", params{"flags": num(cloexe)}},
		{event.TimerfdCreateExit, unix.SYS_TIMERFD_CREATE, [6]uintptr{unix.CLOCK_MONOTONIC, 0}, "", params{"clockid": "1"}},
		{event.InotifyInit1Exit, unix.SYS_INOTIFY_INIT1, [6]uintptr{unix.IN_CLOEXEC}, "", params{"flags": num(cloexe)}},
		{event.EpollCreate1Exit, unix.SYS_EPOLL_CREATE1, [6]uintptr{unix.EPOLL_CLOEXEC}, "", params{"flags": "1"}},
		{event.UserfaultfdExit, unix.SYS_USERFAULTFD, [6]uintptr{unix.O_CLOEXEC}, "", params{"flags": num(cloexe)}},
		{event.PidfdGetfdExit, unix.SYS_PIDFD_GETFD, [6]uintptr{minus(1), 5, 0}, "fd", params{"pid_fd": "-1", "target_fd": "5", "flags": "0"}},
		{event.BpfExit, unix.SYS_BPF, [6]uintptr{99, 0, 0}, "fd", params{"cmd": "99"}},
		{event.IoUringEnterExit, unix.SYS_IO_URING_ENTER, [6]uintptr{minus(1), 1, 2, 4}, "", params{"fd": "-1", "to_submit": "1", "min_complete": "2", "flags": "4"}},
		{event.IoUringRegisterExit, unix.SYS_IO_URING_REGISTER, [6]uintptr{minus(1), 3, 0, 7}, "", params{"fd": "-1", "opcode": "3", "nr_args": "7"}},
	})
}

// processCalls are calls about processes, their memory and their rights.
func processCalls() ([]sight, error) {
	pid, tid := uintptr(os.Getpid()), uintptr(unix.Gettid())
	b, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, err
	}
	m := addressOf(b)
	copy(b, "remote memory")
	local, remote := words(uint64(m)+2048, 6), words(uint64(m), 6)
	id := params{"pid": num(pid)}
	return makeCalls([]madeCall{
		{event.TgkillExit, unix.SYS_TGKILL, [6]uintptr{pid, tid, 0}, "", params{"pid": num(pid), "tid": num(tid), "sig": "0"}},
		{event.TkillExit, unix.SYS_TKILL, [6]uintptr{tid, 0}, "", params{"tid": num(tid), "sig": "0"}},
		{event.SetpgidExit, unix.SYS_SETPGID, [6]uintptr{0, 0}, "", params{"pid": "0", "pgid": "0"}},
		{event.SetuidExit, unix.SYS_SETUID, [6]uintptr{0}, "", params{"uid": "0"}},
		{event.SetgidExit, unix.SYS_SETGID, [6]uintptr{0}, "", params{"gid": "0"}},
		{event.SetreuidExit, unix.SYS_SETREUID, [6]uintptr{0, 0}, "", params{"ruid": "0", "euid": "0"}},
		{event.SetregidExit, unix.SYS_SETREGID, [6]uintptr{0, 0}, "", params{"rgid": "0", "egid": "0"}},
		{event.GetuidExit, unix.SYS_GETUID, [6]uintptr{}, "uid", nil},
		{event.GeteuidExit, unix.SYS_GETEUID, [6]uintptr{}, "euid", nil},
		{event.GetgidExit, unix.SYS_GETGID, [6]uintptr{}, "gid", nil},
		{event.GetegidExit, unix.SYS_GETEGID, [6]uintptr{}, "egid", nil},
		{event.SetnsExit, unix.SYS_SETNS, [6]uintptr{minus(1), unix.CLONE_NEWUTS}, "", params{"fd": "-1", "nstype": num(0x80)}},
		{event.SeccompExit, unix.SYS_SECCOMP, [6]uintptr{99, 1, 0}, "", params{"op": "99", "flags": "1"}},
		{event.KeyctlExit, unix.SYS_KEYCTL, [6]uintptr{999, 0}, "", params{"operation": "999"}},
		{event.InitModuleExit, unix.SYS_INIT_MODULE, [6]uintptr{textOf("no module"), 9, textOf("a=1")}, "", params{"img": "no module", "length": "9", "uargs": "a=1"}},
		{event.FinitModuleExit, unix.SYS_FINIT_MODULE, [6]uintptr{minus(1), textOf("b=2"), 2}, "", params{"fd": "-1", "uargs": "b=2", "flags": "2"}},
		{event.DeleteModuleExit, unix.SYS_DELETE_MODULE, [6]uintptr{textOf("nonexistent"), unix.O_NONBLOCK}, "", params{"name": "nonexistent", "flags": "2"}},
		{event.ProcessVmReadvExit, unix.SYS_PROCESS_VM_READV, [6]uintptr{pid, local, 1, remote, 1, 0}, "", params{"pid": id["pid"], "data": "remote"}},
		{event.ProcessVmWritevExit, unix.SYS_PROCESS_VM_WRITEV, [6]uintptr{pid, remote, 1, local, 1, 0}, "", params{"pid": id["pid"], "data": "remote"}},
		{event.NanosleepExit, unix.SYS_NANOSLEEP, [6]uintptr{words(0, 1000), 0}, "", nil},
		{event.BrkExit, unix.SYS_BRK, [6]uintptr{0}, "", params{"addr": "0"}},
		{event.MunmapExit, unix.SYS_MUNMAP, [6]uintptr{m, 4096}, "", params{"addr": num(uint64(m)), "length": "4096"}},
		{event.ExecveatExit, unix.SYS_EXECVEAT, [6]uintptr{minus(100), textOf("/nonexistent"), words(uint64(textOf("zero")), uint64(textOf("one")), 0), words(0), 0}, "", params{"exe": "zero", "args": "one"}},
	})
}

// messages are calls that take structures with addresses of data.
func messages() ([]sight, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		return nil, err
	}
	a, b := uintptr(pair[0]), uintptr(pair[1])
	data, room := textOf("hello, world"), make([]byte, 64)
	kept = append(kept, room)
	header := func(iov uintptr) uintptr { return words(0, 0, uint64(iov), 2, 0, 0, 0, 0) }
	out := header(words(uint64(data), 7, uint64(data)+7, 5))
	in := header(words(uint64(addressOf(room)), 4, uint64(addressOf(room))+4, 60))
	l, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	optlen := words(4)
	made, err := makeCalls([]madeCall{
		{event.SendmsgExit, unix.SYS_SENDMSG, [6]uintptr{a, out, 0}, "", params{"fd": num(pair[0]), "size": "12", "data": "hello, world"}},
		{event.RecvmsgExit, unix.SYS_RECVMSG, [6]uintptr{b, in, 0}, "", params{"fd": num(pair[1]), "size": "64", "data": "hello, world"}},
		{event.SendmmsgExit, unix.SYS_SENDMMSG, [6]uintptr{a, out, 1, 0}, "", params{"fd": num(pair[0]), "size": "12", "data": "hello, world"}},
		{event.RecvmmsgExit, unix.SYS_RECVMMSG, [6]uintptr{b, in, 1, 0, 0}, "", params{"fd": num(pair[1]), "size": "64", "data": "hello, world"}},
		{event.GetsockoptExit, unix.SYS_GETSOCKOPT, [6]uintptr{uintptr(l), unix.SOL_SOCKET, unix.SO_ERROR, addressOf(room), optlen}, "", params{"fd": num(l), "level": "1", "optname": "4", "val": "010000000000000000", "optlen": "4"}},
		{event.AcceptExit, unix.SYS_ACCEPT, [6]uintptr{uintptr(l), 0, 0}, "fd", params{"tuple": "<none>"}},
	})
	return made, err
}

// births are calls that make a process: it ends at once.
func births() ([]sight, error) {
	var sights []sight
	clone3 := words(unix.CLONE_UNTRACED, 0, 0, 0, uint64(unix.SIGCHLD), 0, 0, 0)
	for _, c := range []struct {
		typ   event.Type
		nr    uintptr
		args  [2]uintptr
		flags int
	}{
		{event.CloneExit, unix.SYS_CLONE, [2]uintptr{uintptr(unix.SIGCHLD) | unix.CLONE_UNTRACED, 0}, 1 << 14},
		{event.Clone3Exit, unix.SYS_CLONE3, [2]uintptr{clone3, 64}, 1 << 14},
	} {
		pid, _, errno := unix.RawSyscall6(c.nr, c.args[0], c.args[1], 0, 0, 0, 0)
		if pid == 0 && errno == 0 {
			for {
				unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
			}
		}
		if errno != 0 {
			return nil, fmt.Errorf("%s: %w", c.typ, errno)
		}
		var status unix.WaitStatus
		if _, err := unix.Wait4(int(pid), &status, 0, nil); err != nil {
			return nil, err
		}
		me, child := num(os.Getpid()), c.typ
		if runtime.GOARCH == "arm64" {
			child = event.CloneExit // it is told when it is born, and not by the call
		}
		sights = append(sights,
			sight{c.typ, params{"res": num(pid), "tid": num(unix.Gettid()), "pid": me, "flags": num(c.flags), "uid": "0"}},
			sight{child, params{"res": "0", "tid": num(pid), "pid": num(pid), "ptid": me, "vtid": num(pid), "vpid": num(pid), "cwd": cwd()}})
	}
	return sights, nil
}
