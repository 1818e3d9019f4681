// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

// elf64 makes a program of nothing but code.
func elf64(code []byte) []byte {
	le := binary.LittleEndian
	const head, size, at = 64, 64 + 56, 0x400000
	b := make([]byte, size)
	copy(b, "\x7fELF\x02\x01\x01")
	le.PutUint16(b[16:], 2)  // executable
	le.PutUint16(b[18:], 62) // x86-64
	le.PutUint32(b[20:], 1)
	le.PutUint64(b[24:], at+size)
	le.PutUint64(b[32:], head)
	le.PutUint16(b[52:], head)
	le.PutUint16(b[54:], 56)
	le.PutUint16(b[56:], 1)
	p := b[head:]
	le.PutUint32(p, 1)     // to be loaded, all of it
	le.PutUint32(p[4:], 5) // read, execute
	le.PutUint64(p[16:], at)
	le.PutUint64(p[24:], at)
	le.PutUint64(p[32:], uint64(size+len(code)))
	le.PutUint64(p[40:], uint64(size+len(code)))
	le.PutUint64(p[48:], 0x1000)
	return append(b, code...)
}

// olderBirths makes processes by the two calls that take no arguments. What
// calls vfork must not use its stack until its child has ended, which no
// compiled language promises: so it is a program that has no use for one.
func olderBirths() ([]sight, error) {
	var sights []sight
	for _, c := range []struct {
		typ event.Type
		nr  byte
		exe string
	}{{event.ForkExit, unix.SYS_FORK, "./forks"}, {event.VforkExit, unix.SYS_VFORK, "./vforks"}} {
		code := []byte{
			0xb8, c.nr, 0, 0, 0, // mov eax, nr
			0x0f, 0x05, // syscall
			// wait4(-1, 0, 0, 0): the child is to have its parent while it is
			// born, and has no child itself.
			0xbf, 0xff, 0xff, 0xff, 0xff, // mov edi, -1
			0x31, 0xf6, // xor esi, esi
			0x31, 0xd2, // xor edx, edx
			0x45, 0x31, 0xd2, // xor r10d, r10d
			0xb8, unix.SYS_WAIT4, 0, 0, 0,
			0x0f, 0x05,
			0x31, 0xff, // xor edi, edi
			0xb8, unix.SYS_EXIT_GROUP, 0, 0, 0,
			0x0f, 0x05,
		}
		if err := os.WriteFile(c.exe, elf64(code), 0o755); err != nil {
			return nil, err
		}
		cmd := exec.Command(c.exe)
		if err := cmd.Run(); err != nil {
			return nil, err
		}
		parent, comm := num(cmd.Process.Pid), c.exe[2:]
		sights = append(sights,
			sight{c.typ, params{"tid": parent, "pid": parent, "ptid": num(os.Getpid()), "exe": c.exe, "comm": comm, "cwd": cwd(), "uid": "0", "vpid": parent}},
			sight{c.typ, params{"res": "0", "ptid": parent, "exe": c.exe, "comm": comm, "cwd": cwd(), "uid": "0"}})
	}
	return sights, nil
}
