// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/features"
	"golang.org/x/sys/unix"
)

// Features is what the kernel said when it was asked to do what the driver does:
// nil is yes.
type Features struct {
	RingBuffer error // making a ring buffer
	Tracing    error // loading a program for a tracepoint with types
	ReadKernel error // loading one that reads the kernel's memory
}

// AskKernel finds out what the kernel offers. It loads programs that do nothing,
// attaches them to nothing, and removes them.
func AskKernel() Features {
	nothing := asm.Instructions{asm.Mov.Imm(asm.R0, 0), asm.Return()}
	// To the stack, 8 bytes from address 0, which cannot be read.
	read := append(asm.Instructions{
		asm.Mov.Reg(asm.R1, asm.RFP), asm.Add.Imm(asm.R1, -8), asm.Mov.Imm(asm.R2, 8), asm.Mov.Imm(asm.R3, 0),
		asm.FnProbeReadKernel.Call(),
	}, nothing...)
	return Features{RingBuffer: features.HaveMapType(ebpf.RingBuf), Tracing: askTracing(nothing), ReadKernel: askTracing(read)}
}

func askTracing(what asm.Instructions) error {
	prog, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Name: "lanner_ask", Type: ebpf.Tracing, AttachType: ebpf.AttachTraceRawTp, AttachTo: "sys_exit",
		License: "GPL", Instructions: what,
	})
	if errors.Is(err, unix.EPERM) {
		err = unix.EPERM // the library guesses at locked memory, whatever the reason
	}
	if err != nil {
		return fmt.Errorf("a program for sys_exit: %w", err)
	}
	if err := prog.Close(); err != nil {
		return fmt.Errorf("removing a program: %w", err)
	}
	return nil
}

// BufferMemory is how many bytes the driver's buffers take if each has size.
func BufferMemory(size int) (uint64, error) {
	n, err := ringCount()
	return uint64(n) * uint64(size), err
}
