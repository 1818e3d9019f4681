// SPDX-License-Identifier: Apache-2.0

package state

import (
	"math"

	"github.com/lanner-project/lanner/engine/event"
)

// A File is an open file descriptor.
type File struct {
	Name []byte // of files absolute and without dots; of sockets their tuple
	Raw  []byte // as the process named it, where it did

	Type  event.FileType
	Flags uint32 // of open, in the capture format's bits: O_CLOEXEC and so on
	Dev   uint32
	Ino   uint64
	PID   int64 // of a pidfd: the process

	Sock Socket

	bits  uint8
	refs  int32 // how many descriptors of how many processes share the struct
	texts int32 // bytes of Name and Raw that the pool counts
}

// A Socket is the addresses of an IPv4, IPv6 or unix socket. Addresses are in
// network order; IPv4 ones use the first four bytes. A server, which listens,
// has its own address as the destination.
type Socket struct {
	SrcIP, DstIP     [16]byte
	SrcPort, DstPort uint16
	L4               event.L4
	UnixSrc, UnixDst uint64
}

// What else is known of a File.
const (
	roleClient uint8 = 1 << iota
	roleServer
	connected
	upperLayer // of an overlay file system
	lowerLayer
	cloexec // closed when the process executes another program
)

// HasRole reports whether it is known which side of a connection the process
// is on. Where it is not, a socket's source may as well be its destination.
func (f *File) HasRole() bool { return f.bits&(roleClient|roleServer) != 0 }

// IsServer reports whether the process is known to be the connection's server.
func (f *File) IsServer() bool { return f.bits&roleServer != 0 }

// Connected reports whether a socket was seen to be connected.
func (f *File) Connected() bool { return f.bits&connected != 0 }

// UpperLayer reports whether a file was opened in the upper layer of an overlay.
func (f *File) UpperLayer() bool { return f.bits&upperLayer != 0 }

// LowerLayer reports whether a file was opened in a lower layer of an overlay.
func (f *File) LowerLayer() bool { return f.bits&lowerLayer != 0 }

// IsFile reports whether the descriptor is of a regular file.
func (f *File) IsFile() bool {
	return f.Type == event.FileRegular || f.Type == event.FileRegularV2
}

// IsIP reports whether the descriptor is of an IPv4 or IPv6 socket.
func (f *File) IsIP() bool {
	switch f.Type {
	case event.FileIPv4, event.FileIPv6, event.FileIPv4Server, event.FileIPv6Server:
		return true
	}
	return false
}

// L4 is the transport protocol of a socket. It is not said before it is known
// which side the process is on: the reference has it so, and rules rely on it.
func (f *File) L4() event.L4 {
	switch f.Type {
	case event.FileIPv4Server, event.FileIPv6Server:
		return f.Sock.L4
	case event.FileIPv4, event.FileIPv6:
		if f.Sock.L4 == event.L4Raw || f.HasRole() {
			return f.Sock.L4
		}
	}
	return event.L4NA
}

func (f *File) setCloexec(on bool) {
	f.bits &^= cloexec
	if on {
		f.bits |= cloexec
	}
}

func (f *File) setRole(role uint8) { f.bits = f.bits&^(roleClient|roleServer) | role }

// swap exchanges source and destination.
func (s *Socket) swap() {
	s.SrcIP, s.DstIP = s.DstIP, s.SrcIP
	s.SrcPort, s.DstPort = s.DstPort, s.SrcPort
}

// A pool keeps Files that are closed for reuse, with the memory of their names:
// a machine opens and closes all the time.
type pool struct {
	free  []*File
	live  int // Files in use
	texts int // bytes of their names, free room included
}

// keepName is how much memory for names a free File may hold on to, and
// keepFree how many free Files are kept.
const (
	keepName = 512
	keepFree = 4096
)

// get returns an empty File with one reference.
func (p *pool) get() *File {
	p.live++
	n := len(p.free)
	if n == 0 {
		return &File{refs: 1}
	}
	f := p.free[n-1]
	p.free = p.free[:n-1]
	*f = File{Name: f.Name[:0], Raw: f.Raw[:0], refs: 1}
	return f
}

// put gives up one reference.
func (p *pool) put(f *File) {
	f.refs--
	if f.refs > 0 {
		return
	}
	p.live--
	p.texts -= int(f.texts)
	f.texts = 0
	if len(p.free) < keepFree {
		if cap(f.Name)+cap(f.Raw) > keepName {
			f.Name, f.Raw = nil, nil
		}
		p.free = append(p.free, f)
	}
}

// count takes the names of f into account, which have changed. Those of a File
// that is only there for one event do not matter.
func (p *pool) count(f *File) {
	if f.refs == 0 {
		return
	}
	size := int32(min(cap(f.Name)+cap(f.Raw), math.MaxInt32))
	p.texts += int(size - f.texts)
	f.texts = size
}

// clone returns a copy with one reference.
func (p *pool) clone(f *File) *File {
	c := p.get()
	name, raw := append(c.Name, f.Name...), append(c.Raw, f.Raw...)
	*c = *f
	c.Name, c.Raw, c.refs, c.texts = name, raw, 1, 0
	p.count(c)
	return c
}
