// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"unsafe"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/features"
	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/bpf"
)

// A Descriptor is what the kernel knows of one that is open.
type Descriptor struct {
	FD    int
	Flags uint32 // as the kernel numbers them, O_CLOEXEC among them
	Mode  uint32
	Links uint32
	Dev   uint32 // 12 bits for the major number, 20 for the minor one
	Ino   uint64
	Link  []byte // as the descriptor's link in /proc; none: it is longer than that tells
}

// A lister lists the descriptors of processes by an iterator in the kernel. A
// process's iterator looks at nothing but that process, which takes Linux 6.1.
type lister struct {
	program *ebpf.Program
	buf     bytes.Buffer
}

// newLister loads the program. It fails where the kernel is too old for it.
func newLister(cfg *Config, w where, scope *ebpf.Map) (*lister, error) {
	spec, err := bpf.LoadLanner()
	if err != nil {
		return nil, fmt.Errorf("the driver's object: %w", err)
	}
	if err := w.set(spec, cfg); err != nil {
		return nil, err
	}
	var o struct {
		Program *ebpf.Program `ebpf:"lanner_files"`
	}
	replace := &ebpf.CollectionOptions{MapReplacements: map[string]*ebpf.Map{"scope_tree": scope}}
	if err := spec.LoadAndAssign(&o, replace); err != nil {
		return nil, fmt.Errorf("the iterator of descriptors: %w", err)
	}
	l := &lister{program: o.Program}
	// Before 6.1 there are no iterators of one process, and the argument that names
	// it is not looked at, or refused.
	if err := l.tryOut(); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// tryOut lists a process that is out of scope whatever the scope is: our own.
func (l *lister) tryOut() error {
	if v, err := features.LinuxVersionCode(); err != nil || v < 6<<16|1<<8 {
		return fmt.Errorf("the iterator of descriptors: Linux 6.1 is needed (%w)", errors.Join(ebpf.ErrNotSupported, err))
	}
	return l.list(os.Getpid(), func(*Descriptor) {})
}

func (l *lister) close() error {
	if l == nil {
		return nil
	}
	return l.program.Close()
}

// Descriptors tells the open descriptors of a process that is in scope, one call
// for each; what it is given is valid during the call only. The error wraps
// ebpf.ErrNotSupported where the kernel has no iterator for it. It is for one
// goroutine at a time.
func (p *Probe) Descriptors(pid int, tell func(*Descriptor)) error {
	if p.lister == nil {
		return p.unlisted
	}
	return p.lister.list(pid, tell)
}

// Unlisted says why Descriptors lists nothing; nil where it does.
func (p *Probe) Unlisted() error { return p.unlisted }

// list reads the iterator of one process.
func (l *lister) list(pid int, tell func(*Descriptor)) error {
	link, err := iterate(l.program.FD(), pid)
	if err != nil {
		return fmt.Errorf("the iterator of process %d: %w", pid, err)
	}
	defer func() { _ = unix.Close(link) }() // nothing was written
	fd, err := openIterator(link)
	if err != nil {
		return fmt.Errorf("the iterator of process %d: %w", pid, err)
	}
	f := os.NewFile(uintptr(fd), "bpf_iter")
	defer func() { _ = f.Close() }() // nothing was written
	l.buf.Reset()
	if _, err := l.buf.ReadFrom(f); err != nil {
		return fmt.Errorf("reading the iterator of process %d: %w", pid, err)
	}
	return parseDescriptors(l.buf.Bytes(), tell)
}

const descriptorSize = int(unsafe.Sizeof(bpf.LannerDescriptor{}))

// parseDescriptors takes apart what the program wrote.
func parseDescriptors(b []byte, tell func(*Descriptor)) error {
	var d Descriptor
	for len(b) > 0 {
		if len(b) < descriptorSize {
			return fmt.Errorf("descriptors: %w: %d bytes", io.ErrUnexpectedEOF, len(b))
		}
		u32 := func(at uintptr) uint32 { return binary.NativeEndian.Uint32(b[at:]) }
		var r bpf.LannerDescriptor
		d.Ino = binary.NativeEndian.Uint64(b[unsafe.Offsetof(r.Ino):])
		d.FD, d.Flags = int(u32(unsafe.Offsetof(r.Fd))), u32(unsafe.Offsetof(r.Flags))
		d.Mode, d.Links, d.Dev = u32(unsafe.Offsetof(r.Mode)), u32(unsafe.Offsetof(r.Links)), u32(unsafe.Offsetof(r.Dev))
		if u32(unsafe.Offsetof(r.Cloexec)) != 0 {
			d.Flags |= unix.O_CLOEXEC
		}
		n := int(u32(unsafe.Offsetof(r.Len)))
		if b = b[descriptorSize:]; len(b) < n {
			return fmt.Errorf("descriptors: %w: %d bytes of %d", io.ErrUnexpectedEOF, len(b), n)
		}
		d.Link, b = bytes.TrimSuffix(b[:n], []byte{0}), b[n:]
		tell(&d)
	}
	return nil
}

// The calls of bpf(2) that cilium/ebpf does not make with a process.
const (
	linkCreate = 28
	iterCreate = 33
	traceIter  = 28 // BPF_TRACE_ITER
)

// iterate makes a link of the program with one process.
func iterate(program, pid int) (int, error) {
	process := struct{ tid, pid, pidfd, pad uint32 }{pid: uint32(pid)}
	var pinned runtime.Pinner // its address is a number
	pinned.Pin(&process)
	defer pinned.Unpin()
	attr := struct {
		program, target, attach, flags uint32
		info                           uint64
		size, pad                      uint32
	}{program: uint32(program), attach: traceIter, info: uint64(uintptr(unsafe.Pointer(&process))), size: uint32(unsafe.Sizeof(process))}
	return call(linkCreate, unsafe.Pointer(&attr), unsafe.Sizeof(attr))
}

func openIterator(link int) (int, error) {
	attr := struct{ link, flags uint32 }{link: uint32(link)}
	return call(iterCreate, unsafe.Pointer(&attr), unsafe.Sizeof(attr))
}

func call(cmd uintptr, attr unsafe.Pointer, size uintptr) (int, error) {
	for {
		r, _, errno := unix.Syscall(unix.SYS_BPF, cmd, uintptr(attr), size)
		switch errno {
		case 0:
			return int(r), nil
		case unix.EINTR, unix.EAGAIN:
			continue
		}
		return 0, errno
	}
}
