// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

func addressOf(b []byte) uintptr { return uintptr(unsafe.Pointer(&b[0])) }

func identity() ([]sight, error) {
	if _, err := unix.Setsid(); err == nil {
		return nil, errors.New("a session of its own, and it has one already")
	}
	err := errors.Join(unix.Chdir("/usr"), unix.Prctl(unix.PR_SET_NAME, addressOf([]byte("renamed\x00")), 0, 0, 0),
		unix.Unshare(unix.CLONE_NEWUTS), unix.Setresgid(7, 7, 7))
	if err != nil {
		return nil, err
	}
	caps := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var set [2]unix.CapUserData
	if err := unix.Capget(&caps, &set[0]); err != nil {
		return nil, err
	}
	set[0].Effective &^= 1 << unix.CAP_SYS_BOOT
	if err := unix.Capset(&caps, &set[0]); err != nil {
		return nil, err
	}
	if err := unix.Setresuid(6, 6, 6); err != nil {
		return nil, err
	}
	effective := uint64(set[0].Effective) | uint64(set[1].Effective)<<32
	return []sight{
		{event.SetsidExit, map[string]string{"res": num(-int(unix.EPERM))}},
		{event.ChdirExit, map[string]string{"res": "0", "path": "/usr"}},
		{event.PrctlExit, map[string]string{"res": "0", "option": "15", "arg2_str": "renamed", "arg2_int": "0"}},
		{event.UnshareExit, map[string]string{"res": "0", "flags": num(0x80)}},
		{event.SetresgidExit, map[string]string{"res": "0", "rgid": "7", "egid": "7", "sgid": "7"}},
		{event.CapsetExit, map[string]string{"res": "0", "cap_effective": num(effective)}},
		{event.SetresuidExit, map[string]string{"res": "0", "ruid": "6", "euid": "6", "suid": "6"}},
	}, nil
}

func processes() ([]sight, error) {
	cmd := exec.Command("/bin/sh", "-c", "exit 3", "two  words", "")
	cmd.Env = []string{"ONE=1", "TWO=2 2"}
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) {
		return nil, fmt.Errorf("a shell that exits with 3: %w", err)
	}
	pid := num(cmd.Process.Pid)
	shell, err := realPath("/bin/sh")
	if err != nil {
		return nil, err
	}
	var st unix.Stat_t
	if err := unix.Stat(shell, &st); err != nil {
		return nil, err
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return nil, err
	}
	pgid, err := unix.Getpgid(0)
	if err != nil {
		return nil, err
	}
	me := num(os.Getpid())
	return []sight{
		{event.ExecveExit, map[string]string{
			"res": "0", "exe": "/bin/sh", "args": "-c exit 3 two  words ", "tid": pid, "pid": pid, "ptid": me,
			"comm": "sh", "env": "ONE=1 TWO=2 2", "exe_ino": num(st.Ino), "exe_ino_mtime": num(st.Mtim.Nano()),
			"exe_ino_ctime": num(st.Ctim.Nano()), "uid": "0", "gid": "0", "trusted_exepath": shell, "filename": "/bin/sh",
			"cwd": cwd(), "pgid": num(pgid), "vpgid": num(pgid), "flags": "1",
		}},
		{event.Procexit, map[string]string{"status": num(3 << 8), "ret": "3", "sig": "0", "core": "0", "reaper_tid": "0"}},
	}, nil
}

func failedExec() ([]sight, error) {
	err := unix.Exec("/nonexistent", []string{"zero", "one", "two"}, []string{"A=B"})
	if !errors.Is(err, unix.ENOENT) {
		return nil, fmt.Errorf("running what is not there: %w", err)
	}
	return []sight{{event.ExecveExit, map[string]string{
		"res": num(-int(unix.ENOENT)), "exe": "zero", "args": "one two", "filename": "/nonexistent", "pid": num(os.Getpid()),
	}}}, nil
}

func memory() ([]sight, error) {
	b, err := unix.Mmap(-1, 0, 8192, unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, err
	}
	if err := unix.Mprotect(b, unix.PROT_READ|unix.PROT_EXEC); err != nil {
		return nil, err
	}
	pid := os.Getpid()
	if err := unix.Kill(pid, 0); err != nil {
		return nil, err
	}
	if err := unix.PtraceAttach(pid); err == nil {
		return nil, errors.New("traced itself")
	}
	at := num(uint64(addressOf(b)))
	return []sight{
		{event.MmapExit, map[string]string{"res": at, "addr": "0", "length": "8192", "prot": "1", "flags": num(2 | 8), "fd": "-1"}},
		{event.MprotectExit, map[string]string{"res": "0", "addr": at, "length": "8192", "prot": "5"}},
		{event.KillExit, map[string]string{"res": "0", "pid": num(pid), "sig": "0"}},
		{event.PtraceExit, map[string]string{"res": num(-int(unix.EPERM)), "request": num(0xb), "pid": num(pid)}},
	}, nil
}

// hostile passes addresses of nothing and texts without an end.
func hostile() ([]sight, error) {
	const nowhere = 8
	_, _, errno := unix.Syscall6(unix.SYS_OPENAT, 0, nowhere, 0, 0, 0, 0)
	if errno != unix.EFAULT {
		return nil, fmt.Errorf("opening by an address of nothing: %w", errno)
	}
	endless := make([]byte, 8192)
	for i := range endless {
		endless[i] = 'e'
	}
	_, _, errno = unix.Syscall6(unix.SYS_OPENAT, 0, addressOf(endless), 0, 0, 0, 0)
	if errno != unix.ENAMETOOLONG {
		return nil, fmt.Errorf("opening by an endless name: %w", errno)
	}
	big := strings.Repeat("a", 100_000)
	cmd := exec.Command("/bin/true", big, big)
	cmd.Env = []string{"E=" + big}
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	return []sight{
		{event.OpenatExit, map[string]string{"fd": num(-int(unix.EFAULT)), "name": "<none>"}},
		{event.OpenatExit, map[string]string{"fd": num(-int(unix.ENAMETOOLONG)), "name": strings.Repeat("e", 4095)}},
		{event.ExecveExit, map[string]string{
			"res": "0", "exe": "/bin/true", "args": strings.Repeat("a", 4095), "env": "E=" + strings.Repeat("a", 4093),
		}},
	}, nil
}
