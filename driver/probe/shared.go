// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/calls"
)

// shared is the memory in which the programs have their variables: what they
// look at while they run changes without a syscall.
type shared struct {
	memory []byte
	native []byte // wanted
	compat []byte // wanted_compat
	asleep *uint32
	scope  *uint64 // scope_lost
	state  *uint64 // state_lost
}

func share(m *ebpf.Map, spec *ebpf.CollectionSpec) (*shared, error) {
	page := uint64(os.Getpagesize())
	size := (uint64(m.ValueSize()) + page - 1) &^ (page - 1)
	memory, err := unix.Mmap(m.FD(), 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mapping the driver's variables: %w", err)
	}
	at := func(name string) uint32 { return spec.Variables[name].Offset }
	return &shared{
		memory: memory,
		native: memory[at("wanted"):][:calls.MaxNumber],
		compat: memory[at("wanted_compat"):][:calls.MaxNumber],
		asleep: (*uint32)(unsafe.Pointer(&memory[at("asleep")])),
		scope:  (*uint64)(unsafe.Pointer(&memory[at("scope_lost")])),
		state:  (*uint64)(unsafe.Pointer(&memory[at("state_lost")])),
	}, nil
}

func (s *shared) scopeLost() uint64 { return atomic.LoadUint64(s.scope) }

func (s *shared) stateLost() uint64 { return atomic.LoadUint64(s.state) }

func (s *shared) close() error {
	if err := unix.Munmap(s.memory); err != nil {
		return fmt.Errorf("unmapping the driver's variables: %w", err)
	}
	return nil
}
