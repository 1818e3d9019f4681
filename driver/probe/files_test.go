// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

// deeds are what children do. Those that need calls which not all architectures
// have are added by the files for those that do.
var deeds = map[string]func() ([]sight, error){
	"fork storm": storm, "calls on files": fileCalls, "calls on processes": processCalls, "messages": messages, "births": births,
	"many files": manyFiles, "gone files": goneFiles, "waits": waits, "semaphores": semaphores, "options": options,
	"older calls": olderCalls, "older waits": olderWaits, "older births": olderBirths, "32 bits": runs32, "io_uring": usesUring,
	"open": opens, "open through links": opensLinks, "open deep": opensDeep, "failed open": failedOpens, "descriptors": descriptors,
	"names": names, "modes": modes, "sockets": sockets, "unix sockets": unixSockets, "identity": identity,
	"processes": processes, "failed exec": failedExec, "memory": memory, "hostile": hostile, "data": data,
}

func num[N ~int | ~int32 | ~int64 | ~uint32 | ~uint64 | ~uintptr](n N) string { return fmt.Sprint(n) }

func cwd() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return dir
}

// The bits of the flags in events.
const (
	rdonly = 1
	wronly = 2
	rdwr   = 3
	creat  = 4
	cloexe = 0x1000
	made   = 0x4000
	trunc  = 0x100
)

func opens() ([]sight, error) {
	var st unix.Stat_t
	fd, err := unix.Open("made", unix.O_RDWR|unix.O_CREAT|unix.O_TRUNC, 0o640)
	if err != nil {
		return nil, err
	}
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, err
	}
	how := unix.OpenHow{Flags: unix.O_RDONLY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_MAGICLINKS}
	fd2, err := unix.Openat2(unix.AT_FDCWD, "../"+filepath.Base(cwd())+"/made", &how)
	if err != nil {
		return nil, err
	}
	dir, err := unix.Open("/usr/bin", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	fd3, err := unix.Openat(dir, "env", unix.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	env, err := filepath.EvalSymlinks("/usr/bin/env")
	if err != nil {
		return nil, err
	}
	dev := num((unix.Major(st.Dev) << 8) | unix.Minor(st.Dev)&0xff | unix.Minor(st.Dev)&0xfff00<<12)
	return []sight{
		{event.OpenatExit, map[string]string{
			"fd": num(fd), "dirfd": "-100", "name": "made", "flags": num(rdwr | creat | trunc | made), "mode": num(0o640),
			"ino": num(st.Ino), "dev": dev, "opened": cwd() + "/made",
		}},
		{event.Openat2Exit, map[string]string{
			"fd": num(fd2), "name": "../" + filepath.Base(cwd()) + "/made", "flags": num(rdonly | cloexe), "mode": "0", "resolve": "4",
			"ino": num(st.Ino), "opened": cwd() + "/made",
		}},
		{event.OpenatExit, map[string]string{"fd": num(fd3), "dirfd": num(dir), "name": "env", "mode": "0", "opened": env}},
	}, nil
}

// opensLinks opens through symbolic links: what counts is where they lead.
func opensLinks() ([]sight, error) {
	if err := errors.Join(os.Mkdir("real", 0o755), os.WriteFile("real/secret", nil, 0o600), os.Symlink("real", "alias"),
		os.Symlink("alias/secret", "innocent")); err != nil {
		return nil, err
	}
	fd, err := unix.Open("innocent", unix.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	return []sight{{event.OpenatExit, map[string]string{
		"fd": num(fd), "name": "innocent", "flags": num(wronly), "opened": cwd() + "/real/secret",
	}}}, nil
}

// opensDeep opens by a path of almost 4096 bytes, and one with too many names.
func opensDeep() ([]sight, error) {
	var dir strings.Builder
	dir.WriteString(cwd())
	for range 15 {
		dir.WriteString("/" + strings.Repeat("d", 250))
	}
	if err := os.MkdirAll(dir.String(), 0o755); err != nil {
		return nil, err
	}
	long := dir.String() + "/" + strings.Repeat("f", 4095-len(dir.String())-1)
	if n := len(long) - len(dir.String()) - 1; n > 255 {
		long = dir.String() + "/" + strings.Repeat("f", 255)
	}
	fd, err := unix.Open(long, unix.O_RDWR|unix.O_CREAT, 0o600)
	if err != nil {
		return nil, err
	}
	many := cwd() + strings.Repeat("/x", 400)
	if err := os.MkdirAll(many, 0o755); err != nil {
		return nil, err
	}
	fd2, err := unix.Open(many, unix.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	return []sight{
		{event.OpenatExit, map[string]string{"fd": num(fd), "name": long, "opened": long}},
		// Too deep for the driver: it tells nothing rather than something wrong.
		{event.OpenatExit, map[string]string{"fd": num(fd2), "name": many, "opened": "<none>"}},
	}, nil
}

// usesUring asks io_uring to begin what it has, which is nothing, and calls what
// no kernel knows.
func usesUring() ([]sight, error) {
	var params [120]byte
	ring, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 4, addressOf(params[:]), 0)
	if errno != 0 {
		return []sight{}, nil
	}
	if _, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, ring, 0, 0, 0, 0, 0); errno != 0 {
		return nil, errno
	}
	const unknown, x32 = 5000, 0x40000000 | 39
	_, _, _ = unix.Syscall(unknown, 0, 0, 0)
	_, _, _ = unix.Syscall(x32, 0, 0, 0)
	return []sight{{event.IoUringSetupExit, map[string]string{"res": num(int(ring)), "entries": "4"}}}, nil
}

func failedOpens() ([]sight, error) {
	_, err := unix.Open("/nonexistent/thing", unix.O_RDONLY, 0)
	if !errors.Is(err, unix.ENOENT) {
		return nil, fmt.Errorf("opening what is not there: %w", err)
	}
	return []sight{{event.OpenatExit, map[string]string{
		"fd": num(-int(unix.ENOENT)), "name": "/nonexistent/thing", "flags": num(rdonly), "opened": "<none>", "ino": "0",
	}}}, nil
}

func descriptors() ([]sight, error) {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(p[0], &st); err != nil {
		return nil, err
	}
	d, err := unix.Dup(p[0])
	if err != nil {
		return nil, err
	}
	if err := unix.Dup3(p[0], 77, unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	f, err := unix.FcntlInt(uintptr(p[1]), unix.F_DUPFD_CLOEXEC, 90)
	if err != nil {
		return nil, err
	}
	mem, err := unix.MemfdCreate("note", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	ev, err := unix.Eventfd(7, unix.EFD_NONBLOCK)
	if err != nil {
		return nil, err
	}
	pidfd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(unix.Close(d), unix.CloseRange(77, 90, 0)); err != nil {
		return nil, err
	}
	return []sight{
		{event.Pipe2Exit, map[string]string{"res": "0", "fd1": num(p[0]), "fd2": num(p[1]), "ino": num(st.Ino), "flags": num(cloexe)}},
		{event.DupExit, map[string]string{"res": num(d), "oldfd": num(p[0])}},
		{event.Dup3Exit, map[string]string{"res": "77", "oldfd": num(p[0]), "newfd": "77", "flags": num(cloexe)}},
		{event.FcntlExit, map[string]string{"res": num(f), "fd": num(p[1]), "cmd": num(0x1a), "arg": "90"}},
		{event.MemfdCreateExit, map[string]string{"fd": num(mem), "name": "note", "flags": "1"}},
		{event.Eventfd2Exit, map[string]string{"res": num(ev), "initval": "7", "flags": num(0x40)}},
		{event.PidfdOpenExit, map[string]string{"fd": num(pidfd), "pid": num(os.Getpid()), "flags": "0"}},
		{event.CloseExit, map[string]string{"res": "0", "fd": num(d)}},
		{event.CloseRangeExit, map[string]string{"res": "0", "first": "77", "last": "90", "flags": "0"}},
	}, nil
}

func names() ([]sight, error) {
	err := errors.Join(
		os.WriteFile("a", nil, 0o600), unix.Rename("a", "b"), unix.Renameat2(unix.AT_FDCWD, "b", unix.AT_FDCWD, "c", unix.RENAME_NOREPLACE),
		unix.Link("c", "hard"), unix.Linkat(unix.AT_FDCWD, "c", unix.AT_FDCWD, "hard2", 0),
		unix.Symlink("c", "soft"), unix.Symlinkat("c", unix.AT_FDCWD, "soft2"),
		unix.Unlink("hard"), unix.Unlinkat(unix.AT_FDCWD, "hard2", 0),
		unix.Mkdir("d", 0o700), unix.Mkdirat(unix.AT_FDCWD, "d2", 0o711), unix.Rmdir("d"), unix.Unlinkat(unix.AT_FDCWD, "d2", unix.AT_REMOVEDIR))
	if err != nil {
		return nil, err
	}
	// Go's wrappers call the newer syscalls.
	return []sight{
		{event.RenameatExit, map[string]string{"res": "0", "olddirfd": "-100", "oldpath": "a", "newdirfd": "-100", "newpath": "b"}},
		{event.Renameat2Exit, map[string]string{"res": "0", "oldpath": "b", "newpath": "c", "flags": "1"}},
		{event.LinkatExit, map[string]string{"res": "0", "oldpath": "c", "newpath": "hard"}},
		{event.LinkatExit, map[string]string{"res": "0", "oldpath": "c", "newpath": "hard2", "flags": "0"}},
		{event.SymlinkatExit, map[string]string{"res": "0", "target": "c", "linkpath": "soft2", "linkdirfd": "-100"}},
		{event.UnlinkatExit, map[string]string{"res": "0", "name": "hard2", "flags": "0"}},
		{event.MkdiratExit, map[string]string{"res": "0", "path": "d2", "mode": num(0o711)}},
		{event.UnlinkatExit, map[string]string{"res": "0", "name": "d2", "flags": num(unix.AT_REMOVEDIR)}},
	}, nil
}

func modes() ([]sight, error) {
	fd, err := unix.Open("f", unix.O_CREAT|unix.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = errors.Join(unix.Fchmod(fd, 0o4755), unix.Fchmodat(unix.AT_FDCWD, "f", 0o640, 0), unix.Fchown(fd, 0, 0),
		unix.Fchownat(unix.AT_FDCWD, "f", 0, 0, unix.AT_SYMLINK_NOFOLLOW))
	if err != nil {
		return nil, err
	}
	return []sight{
		{event.FchmodExit, map[string]string{"res": "0", "fd": num(fd), "mode": num(0o4755)}},
		{event.FchmodatExit, map[string]string{"res": "0", "dirfd": "-100", "filename": "f", "mode": num(0o640)}},
		{event.FchownExit, map[string]string{"res": "0", "fd": num(fd), "uid": "0", "gid": "0"}},
		{event.FchownatExit, map[string]string{"res": "0", "pathname": "f", "uid": "0", "flags": num(0x400)}},
	}, nil
}

func data() ([]sight, error) {
	fd, err := unix.Open("data", unix.O_CREAT|unix.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	long := []byte(strings.Repeat("0123456789", 30))
	if _, err := unix.Write(fd, long); err != nil {
		return nil, err
	}
	buf := make([]byte, 40)
	n, err := unix.Pread(fd, buf, 10)
	if err != nil {
		return nil, err
	}
	if _, err := unix.Writev(fd, [][]byte{[]byte("ab"), []byte("cd")}); err != nil {
		return nil, err
	}
	return []sight{
		{event.WriteExit, map[string]string{"res": "300", "fd": num(fd), "size": "300", "data": string(long[:80])}},
		{event.PreadExit, map[string]string{"res": strconv.Itoa(n), "fd": num(fd), "data": string(long[10:50]), "pos": "10"}},
		{event.WritevExit, map[string]string{"res": "4", "fd": num(fd), "data": "abcd", "size": "4"}},
	}, nil
}
