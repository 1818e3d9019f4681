// SPDX-License-Identifier: Apache-2.0

package state

import "github.com/lanner-project/lanner/engine/event"

// A File is an open file descriptor.
type File struct {
	Type event.FileType
	Name []byte // absolute and without dots; sockets: their tuple
	Raw  []byte // as the process gave it

	Flags uint32 // of open, in the capture format's bits
	Dev   uint32
	Ino   uint64

	// Of sockets: addresses in network order, 4 or 16 bytes by Type.
	SrcIP, DstIP     [16]byte
	SrcPort, DstPort uint16
	L4               event.L4
	UnixSrc, UnixDst uint64
}

// A fileTable holds the descriptors of a process; its threads share it.
type fileTable struct {
	small []*File // by number
}

func (ft *fileTable) get(fd int64) *File {
	if uint64(fd) < uint64(len(ft.small)) {
		return ft.small[fd]
	}
	return nil
}
