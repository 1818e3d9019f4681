// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/event"
)

// codeAt is where the code of a program of the 32-bit interface is loaded.
const codeAt = 0x08048054

// elf32 makes a program of the 32-bit interface.
func elf32(code []byte) []byte {
	le := binary.LittleEndian
	const head, size = 52, 52 + 32
	b := make([]byte, size)
	copy(b, "\x7fELF\x01\x01\x01")
	le.PutUint16(b[16:], 2) // executable
	le.PutUint16(b[18:], 3) // 386
	le.PutUint32(b[20:], 1)
	le.PutUint32(b[24:], codeAt)
	le.PutUint32(b[28:], head)
	le.PutUint16(b[40:], head)
	le.PutUint16(b[42:], 32)
	le.PutUint16(b[44:], 1)
	p := b[head:]
	le.PutUint32(p, 1) // to be loaded, all of it
	le.PutUint32(p[8:], codeAt-size)
	le.PutUint32(p[12:], codeAt-size)
	le.PutUint32(p[16:], uint32(size+len(code)))
	le.PutUint32(p[20:], uint32(size+len(code)))
	le.PutUint32(p[24:], 5) // read, execute
	le.PutUint32(p[28:], 0x1000)
	return append(b, code...)
}

// call32 is the code of a syscall of the 32-bit interface.
func call32(nr uint32, args ...uint32) []byte {
	code := []byte{0xb8} // mov eax, nr
	code = binary.LittleEndian.AppendUint32(code, nr)
	for i, a := range args { // mov ebx, ecx, edx
		code = append(code, [...]byte{0xbb, 0xb9, 0xba}[i])
		code = binary.LittleEndian.AppendUint32(code, a)
	}
	return append(code, 0xcd, 0x80) // int 0x80
}

// runs32 runs a program of the 32-bit interface.
func runs32() ([]sight, error) {
	const path = "/etc/hostname"
	const openNr, umountNr, mkdirNr, socketcallNr, exitNr = 5, 22, 39, 102, 1
	program := func(at uint32) []byte {
		code := call32(openNr, at, unix.O_RDONLY, 0)
		code = append(code, call32(mkdirNr, at, 0o700)...)
		code = append(code, call32(umountNr, at)...)
		code = append(code, call32(socketcallNr, 1, 0)...)
		return append(code, call32(exitNr, 0)...)
	}
	code := program(uint32(codeAt + len(program(0))))
	if err := os.WriteFile("program32", elf32(append(code, path+"\x00"...)), 0o755); err != nil {
		return nil, err
	}
	if err := exec.Command("./program32").Run(); errors.Is(err, unix.ENOEXEC) {
		return []sight{}, nil // this kernel runs none
	} else if err != nil {
		return nil, err
	}
	return []sight{
		{event.OpenExit, map[string]string{"name": path, "flags": num(rdonly), "opened": path}},
		{event.MkdirExit, map[string]string{"res": num(-int(unix.EEXIST)), "path": path, "mode": num(0o700)}},
		{event.UmountExit, map[string]string{"res": num(-int(unix.EINVAL)), "name": path}}, // nothing is mounted there
	}, nil
}

// A program of the 32-bit interface is seen as others are; what of it cannot be
// told is counted.
func TestCompat(t *testing.T) {
	t.Parallel()
	c := watch(t, "32 bits", Config{Types: calls.Types{event.OpenExit: true, event.MkdirExit: true, event.UmountExit: true}})
	want, got := c.act(t)
	if len(want) == 0 {
		t.Skip("this kernel runs no 32-bit programs")
	}
	for _, w := range want {
		find(t, w, got)
	}
	// socketcall alone: what its arguments are stands in a structure.
	if u, err := c.Unseen(); err != nil || u.Compat != 1 {
		t.Errorf("unseen: %+v, %v", u, err)
	}
}

// io_uring does its work without syscalls: that it was asked to is counted.
func TestUnseen(t *testing.T) {
	t.Parallel()
	c := watch(t, "io_uring", Config{Types: calls.Types{}})
	if want, _ := c.act(t); len(want) == 0 {
		t.Skip("io_uring is not allowed here")
	}
	if u, err := c.Unseen(); err != nil || u.IOUring != 1 || u.X32 != 1 || u.Unknown != 1 {
		t.Errorf("unseen: %+v, %v", u, err)
	}
}
