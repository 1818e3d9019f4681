// SPDX-License-Identifier: Apache-2.0

package ring

import (
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What a record in a ring begins with: its length, of which two bits say what
// it is (include/uapi/linux/bpf.h), and four bytes of the kernel's own.
const (
	busyBit    = 1 << 31 // reserved, and not written yet
	discardBit = 1 << 30 // given up by who wrote it
	headSize   = 8
)

// giveBack is how many bytes are read before the kernel is told that they are
// free. To tell it is a write to memory that producers read for each record.
const giveBack = 32 << 10

// A buffer is one ring, as its reader sees it.
type buffer struct {
	fd       int
	mask     uint64
	consumer *uint64 // how far it is read: ours to write
	producer *uint64 // how far it is written
	data     []byte  // twice in a row, so that no record is in two pieces
	at       uint64  // the next record
	told     uint64  // what the kernel knows of at
	pages    [2][]byte

	head []byte // the next record, taken out; nil: none
	time uint64 // of it

	taken   bool   // the last record was this one's: there may be more
	busy    bool   // there is one that is not written yet: it is not empty
	emptyAt uint64 // a time after which it was seen to be empty
}

// open maps a ring of size bytes.
func open(fd, size int) (*buffer, error) {
	page := os.Getpagesize()
	consumer, err := unix.Mmap(fd, 0, page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mapping a ring buffer's reader page: %w", err)
	}
	rest, err := unix.Mmap(fd, int64(page), page+2*size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mapping a ring buffer of %d bytes: %w", size, joinUnmap(err, consumer))
	}
	b := &buffer{
		fd: fd, mask: uint64(size) - 1, data: rest[page:], pages: [2][]byte{consumer, rest},
		consumer: (*uint64)(unsafe.Pointer(&consumer[0])),
		producer: (*uint64)(unsafe.Pointer(&rest[0])),
	}
	b.at = atomic.LoadUint64(b.consumer)
	b.told = b.at
	return b, nil
}

func joinUnmap(err error, pages []byte) error {
	if e := unix.Munmap(pages); e != nil {
		return fmt.Errorf("%w (and %w)", err, e)
	}
	return err
}

func (b *buffer) close() error {
	for _, p := range b.pages {
		if err := unix.Munmap(p); err != nil {
			return fmt.Errorf("unmapping a ring buffer: %w", err)
		}
	}
	return nil
}

// fill makes head the next record, if there is one.
func (b *buffer) fill(timeOf func([]byte) uint64) bool {
	for b.head == nil {
		if b.at == atomic.LoadUint64(b.producer) {
			b.taken = false
			b.tell()
			return false
		}
		start := b.at & b.mask
		length := atomic.LoadUint32((*uint32)(unsafe.Pointer(&b.data[start])))
		if b.busy = length&busyBit != 0; b.busy {
			b.taken = false
			b.tell()
			return false
		}
		size := length &^ (busyBit | discardBit)
		b.at += (uint64(size) + headSize + 7) &^ 7
		if length&discardBit != 0 {
			continue
		}
		b.head = b.data[start+headSize : start+headSize+uint64(size) : start+headSize+uint64(size)]
		b.time = timeOf(b.head)
	}
	return true
}

// take gives the record in head away. Its memory stays until the next fill.
func (b *buffer) take() []byte {
	record := b.head
	b.head, b.taken = nil, true
	return record
}

// tell gives what was read back to the kernel.
func (b *buffer) tell() {
	if b.told != b.at {
		atomic.StoreUint64(b.consumer, b.at)
		b.told = b.at
	}
}

// maybeTell does so when it is worth it. The record before is done with.
func (b *buffer) maybeTell() {
	if b.head == nil && b.at-b.told >= giveBack {
		b.tell()
	}
}

// used is how many bytes wait to be read.
func (b *buffer) used() uint64 { return atomic.LoadUint64(b.producer) - b.at }
