// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

// pollWord is a struct pollfd.
func pollWord(fd int, events uint64) uint64 { return uint64(uint32(fd)) | events<<32 }

// waits are calls that wait, which these do not, and those on limits and on who
// somebody is.
func waits() ([]sight, error) {
	var p [2]int
	if err := unix.Pipe2(p[:], 0); err != nil {
		return nil, err
	}
	if _, err := unix.Write(p[1], []byte("x")); err != nil {
		return nil, err
	}
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &before); err != nil {
		return nil, err
	}
	core := num(unix.RLIMIT_CORE)
	// The first can be read, of the second nothing is asked, and nobody has the third.
	polled := words(pollWord(p[0], unix.POLLIN|0x40), pollWord(-1, 0), pollWord(1<<20, unix.POLLOUT))
	fds := fmt.Sprintf("0300%02x000000000000008100ffffffffffffffff000000001000000000004000", p[0])
	limit, none := words(0, before.Max), words(0, 0)
	return makeCalls([]madeCall{
		{event.PpollExit, unix.SYS_PPOLL, [6]uintptr{polled, 3, words(0, 0), words(1 << 9), 8}, "", params{"fds": fds, "timeout": "0", "sigmask": num(1 << 9)}},
		// When it returns, what is left of the timeout is there: but not when it did not begin to wait.
		{event.PpollExit, unix.SYS_PPOLL, [6]uintptr{polled, 3, words(2, 7), words(1 << 9), 7}, "", params{"timeout": "2000000007", "sigmask": num(1 << 9)}},
		{event.PpollExit, unix.SYS_PPOLL, [6]uintptr{polled, 1, 0, 0, 8}, "", params{"timeout": "<none>", "sigmask": "<none>"}},
		{event.FutexExit, unix.SYS_FUTEX, [6]uintptr{none, 1 | 128, 5}, "", params{"addr": num(none), "op": "129", "val": "5"}},
		{event.PrlimitExit, unix.SYS_PRLIMIT64, [6]uintptr{0, unix.RLIMIT_CORE, limit, none}, "", params{
			"newcur": "0", "newmax": num(int64(before.Max)), "oldcur": num(int64(before.Cur)), "oldmax": num(int64(before.Max)), "pid": "0", "resource": core,
		}},
		{event.PrlimitExit, unix.SYS_PRLIMIT64, [6]uintptr{0, 99, 0, none}, "", params{
			"newcur": "<none>", "newmax": "<none>", "oldcur": "<none>", "oldmax": "<none>", "pid": "0", "resource": "255",
		}},
		{event.SetrlimitExit, unix.SYS_SETRLIMIT, [6]uintptr{unix.RLIMIT_CORE, limit}, "", params{"cur": "0", "max": num(int64(before.Max)), "resource": core}},
		{event.GetrlimitExit, unix.SYS_GETRLIMIT, [6]uintptr{unix.RLIMIT_CORE, none}, "", params{"cur": "0", "max": num(int64(before.Max)), "resource": core}},
		{event.GetrlimitExit, unix.SYS_GETRLIMIT, [6]uintptr{99, none}, "", params{"cur": "<none>", "max": "<none>", "resource": "255"}},
		{event.GetresuidExit, unix.SYS_GETRESUID, [6]uintptr{none, none + 4, none + 8}, "", params{"ruid": "0", "euid": "0", "suid": "0"}},
		{event.GetresgidExit, unix.SYS_GETRESGID, [6]uintptr{none, none + 4, none + 8}, "", params{"rgid": "0", "egid": "0", "sgid": "0"}},
	})
}

// semaphores are calls on a set that is private, and those that lock memory.
func semaphores() ([]sight, error) {
	b, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, err
	}
	m := addressOf(b)
	const private, setval, rmid = 0, 16, 0
	id, _, errno := unix.Syscall(unix.SYS_SEMGET, private, 2, unix.S_IRUSR|unix.S_IWUSR|0o1000)
	if errno != 0 {
		return nil, errno
	}
	up, down := uint64(1|1<<16|0o4000<<32), uint64(0xffff<<16|0x1000<<32)
	two := words(up|down<<48, down>>16) // 6 bytes each: of semaphore 1 and of 0
	sights, err := makeCalls([]madeCall{
		{event.SemctlExit, unix.SYS_SEMCTL, [6]uintptr{id, 0, setval, 3}, "", params{"semid": num(id), "semnum": "0", "cmd": num(0x1000), "val": "3"}},
		{event.SemopExit, unix.SYS_SEMOP, [6]uintptr{id, two, 2}, "", params{
			"nsops": "2", "sem_num_0": "1", "sem_op_0": "1", "sem_flg_0": "1", "sem_num_1": "0", "sem_op_1": "65535", "sem_flg_1": "2", "semid": num(id),
		}},
		{event.SemopExit, unix.SYS_SEMOP, [6]uintptr{id, two, 1}, "", params{
			"nsops": "1", "sem_num_0": "1", "sem_op_0": "1", "sem_flg_0": "1", "sem_num_1": "0", "sem_op_1": "0", "sem_flg_1": "0", "semid": num(id),
		}},
		{event.SemctlExit, unix.SYS_SEMCTL, [6]uintptr{id, 0, rmid, 7}, "", params{"semid": num(id), "cmd": "4", "val": "0"}},
		{event.MlockExit, unix.SYS_MLOCK, [6]uintptr{m, 4096}, "", params{"addr": num(m), "len": "4096"}},
		{event.MunlockExit, unix.SYS_MUNLOCK, [6]uintptr{m, 4096}, "", params{"addr": num(m), "len": "4096"}},
		{event.Mlock2Exit, unix.SYS_MLOCK2, [6]uintptr{m, 4096, 1}, "", params{"addr": num(m), "len": "4096", "flags": "1"}},
		{event.MlockallExit, unix.SYS_MLOCKALL, [6]uintptr{99}, "", params{"flags": "99"}},
		{event.MunlockallExit, unix.SYS_MUNLOCKALL, [6]uintptr{}, "", nil},
	})
	return append(sights, sight{event.SemgetExit, params{"res": num(id), "key": "0", "nsems": "2", "semflg": num(0x2000)}}), err
}

// options are calls on sockets and file systems that take values of several
// kinds.
func options() ([]sight, error) {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	l, fd := uintptr(s), num(s)
	address, size := words(0, 0), words(16)
	sights, err := makeCalls([]madeCall{
		{event.SetsockoptExit, unix.SYS_SETSOCKOPT, [6]uintptr{l, unix.SOL_SOCKET, unix.SO_REUSEADDR, words(1), 4}, "", params{
			"fd": fd, "level": "1", "optname": "2", "val": "0201000000", "optlen": "4",
		}},
		{event.SetsockoptExit, unix.SYS_SETSOCKOPT, [6]uintptr{l, unix.SOL_SOCKET, unix.SO_RCVTIMEO, words(1, 5), 16}, "", params{
			"fd": fd, "level": "1", "optname": "20", "val": "04" + hex64(1_000_005_000), "optlen": "16",
		}},
		{event.SetsockoptExit, unix.SYS_SETSOCKOPT, [6]uintptr{l, unix.SOL_SOCKET, unix.SO_LINGER, words(1), 8}, "", params{
			"fd": fd, "level": "1", "optname": "13", "val": "000100000000000000", "optlen": "8",
		}},
		{event.SetsockoptExit, unix.SYS_SETSOCKOPT, [6]uintptr{l, unix.IPPROTO_TCP, unix.TCP_NODELAY, words(1), 4}, "", params{
			"fd": fd, "level": "2", "optname": "0", "val": "0001000000", "optlen": "4",
		}},
		{event.FsconfigExit, unix.SYS_FSCONFIG, [6]uintptr{minus(1), 1, textOf("key"), textOf("value"), 0}, "", params{
			"fd": "-1", "cmd": "1", "key": "key", "value_bytebuf": "<none>", "value_charbuf": "value", "aux": "0",
		}},
		{event.FsconfigExit, unix.SYS_FSCONFIG, [6]uintptr{minus(1), 2, textOf("key"), textOf("bytes and more"), 5}, "", params{
			"fd": "-1", "cmd": "2", "key": "key", "value_bytebuf": "bytes", "value_charbuf": "<none>", "aux": "5",
		}},
		{event.FsconfigExit, unix.SYS_FSCONFIG, [6]uintptr{minus(1), 6, 0, 0, 0}, "", params{
			"fd": "-1", "cmd": "6", "key": "<none>", "value_bytebuf": "<none>", "value_charbuf": "<none>", "aux": "0",
		}},
	})
	if err != nil {
		return nil, err
	}
	for typ, nr := range map[event.Type]uintptr{event.GetsocknameExit: unix.SYS_GETSOCKNAME, event.GetpeernameExit: unix.SYS_GETPEERNAME} {
		_, _, _ = unix.Syscall(nr, l, address, size)
		sights = append(sights, sight{typ, nil}) // it has no parameters
	}
	return sights, nil
}

// hex64 is a number as the bytes of a parameter show it.
func hex64(n uint64) (s string) {
	for i := range 8 {
		s += fmt.Sprintf("%02x", byte(n>>(8*i)))
	}
	return s
}
