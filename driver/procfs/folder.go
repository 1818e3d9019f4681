// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"golang.org/x/sys/unix"
)

// A folder is an open folder of the process table. That of a process stays the
// process's when its number is given to another one: it is empty then.
type folder int

func openFolder(at folder, name string) (folder, error) {
	fd, err := again(func() (int, error) {
		return unix.Openat(int(at), name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	return folder(fd), err
}

func (f folder) close() error { return unix.Close(int(f)) }

// again calls do until no signal interrupts it.
func again(do func() (int, error)) (int, error) {
	for {
		n, err := do()
		if err != unix.EINTR {
			return n, err
		}
	}
}

func (f folder) open(name string) (int, error) {
	return again(func() (int, error) { return unix.Openat(int(f), name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOCTTY, 0) })
}

// read appends a file to buf, no more than most bytes of it. It is for files that
// the kernel makes in one piece: such a one is at its end when it gives less than
// it was asked for.
func (f folder) read(name string, buf []byte, most int) ([]byte, error) {
	fd, err := f.open(name)
	if err != nil {
		return buf, err
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written
	return readFile(fd, buf, most, true)
}

// readTable is read for files of many entries.
func (f folder) readTable(name string, buf []byte) ([]byte, error) {
	fd, err := f.open(name)
	if err != nil {
		return buf, err
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written
	return readAll(fd, buf, maxTable)
}

func readAll(fd int, buf []byte, most int) ([]byte, error) { return readFile(fd, buf, most, false) }

func readFile(fd int, buf []byte, most int, onePiece bool) ([]byte, error) {
	end := len(buf) + most
	for len(buf) < end {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, 4096)
		}
		room := buf[len(buf):min(cap(buf), end)]
		n, err := again(func() (int, error) { return unix.Read(fd, room) })
		if err != nil || n <= 0 {
			return buf, err
		}
		buf = buf[:len(buf)+n]
		if onePiece && n < len(room) {
			break
		}
	}
	return buf, nil
}

// linkSize has room for the longest that the kernel tells: a page.
const linkSize = 4096 + 1

// readLink returns where a link leads, valid until buf is used again.
func (f folder) readLink(name string, buf []byte) ([]byte, error) {
	n, err := again(func() (int, error) { return unix.Readlinkat(int(f), name, buf) })
	return buf[:max(n, 0)], err
}

// stat looks at what a link leads to without asking a file server for news.
func (f folder) stat(name string, st *unix.Statx_t) error {
	const mask = unix.STATX_BASIC_STATS | unix.STATX_MNT_ID
	_, err := again(func() (int, error) {
		return 0, unix.Statx(int(f), name, unix.AT_STATX_DONT_SYNC|unix.AT_NO_AUTOMOUNT, mask, st)
	})
	return err
}

// numbers appends the numbers that a folder has as names, in the folder's order.
func (s *scan) numbers(at folder, name string, to []int) ([]int, error) {
	fd, err := again(func() (int, error) {
		return unix.Openat(int(at), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return to, err
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written
	if s.list == nil {
		s.list = make([]byte, 32<<10)
	}
	for {
		n, err := again(func() (int, error) { return unix.Getdents(fd, s.list) })
		if err != nil || n <= 0 {
			return to, err
		}
		to = appendNumbers(to, s.list[:n])
	}
}

// appendNumbers appends the names in a buffer of getdents64 that are numbers.
func appendNumbers(to []int, entries []byte) []int {
	const nameAt = 8 + 8 + 2 + 1 // inode, offset, size, type
	for len(entries) >= nameAt {
		size := int(binary.NativeEndian.Uint16(entries[16:]))
		if size < nameAt || size > len(entries) {
			return to
		}
		name, _, _ := bytes.Cut(entries[nameAt:size], nul)
		if n, ok := decimal(name); ok && n <= math.MaxInt32 {
			to = append(to, int(n))
		}
		entries = entries[size:]
	}
	return to
}

// ended makes ErrEnded of the errors that the table gives for a process that is
// no more.
func ended(err error) error {
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH) {
		return ErrEnded
	}
	return err
}

func denied(err error) bool { return errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) }
