// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"

	"github.com/lanner-project/lanner/engine/event"
)

// An endpoint is one side of a tuple: an address of 4 or 16 bytes and a port.
type endpoint struct {
	ip   []byte
	port uint16
}

// The lengths of addresses in events: a family in one byte, then by family.
const (
	lenSockaddr4 = 1 + 4 + 2
	lenSockaddr6 = 1 + 16 + 2
	lenTuple4    = 1 + 2*(4+2)
	lenTuple6    = 1 + 2*(16+2)
	lenTupleUnix = 1 + 2*8 // and then the path
)

// mapped reports whether an IPv6 address stands for an IPv4 one, its last four
// bytes: ::ffff:a.b.c.d, or the one that is all zeros.
func mapped(ip []byte) bool {
	for _, b := range ip[:10] {
		if b != 0 {
			return false
		}
	}
	return ip[10] == 0xff && ip[11] == 0xff || allZero(ip[10:])
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// sockaddr reads an IPv4 or IPv6 address parameter.
func sockaddr(p []byte) (ip []byte, port uint16, ok bool) {
	switch {
	case p[0] == familyIPv4 && len(p) >= lenSockaddr4:
		return p[1:5], binary.LittleEndian.Uint16(p[5:]), true
	case p[0] == familyIPv6 && len(p) >= lenSockaddr6:
		ip = p[1:17]
		if mapped(ip) {
			ip = ip[12:]
		}
		return ip, binary.LittleEndian.Uint16(p[17:]), true
	}
	return nil, 0, false
}

// ipTuple reads a parameter with two IPv4 or IPv6 addresses. Two IPv6 addresses
// that stand for IPv4 ones are returned as these.
func ipTuple(p []byte) (src, dst endpoint, ok bool) {
	switch {
	case p[0] == familyIPv4 && len(p) >= lenTuple4:
		return endpoint{p[1:5], binary.LittleEndian.Uint16(p[5:])}, endpoint{p[7:11], binary.LittleEndian.Uint16(p[11:])}, true
	case p[0] == familyIPv6 && len(p) >= lenTuple6:
		src = endpoint{p[1:17], binary.LittleEndian.Uint16(p[17:])}
		dst = endpoint{p[19:35], binary.LittleEndian.Uint16(p[35:])}
		if mapped(src.ip) && mapped(dst.ip) {
			src.ip, dst.ip = src.ip[12:], dst.ip[12:]
		}
		return src, dst, true
	}
	return src, dst, false
}

// AppendIP appends an address of 4 or 16 bytes in the usual form.
func AppendIP(dst, ip []byte) []byte {
	if len(ip) == 4 {
		dst = strconv.AppendUint(dst, uint64(ip[0]), 10)
		for _, b := range ip[1:] {
			dst = strconv.AppendUint(append(dst, '.'), uint64(b), 10)
		}
		return dst
	}
	addr, ok := netip.AddrFromSlice(ip)
	if !ok {
		return dst
	}
	return addr.AppendTo(dst)
}

func appendEndpoint(dst []byte, e endpoint) []byte {
	dst = append(AppendIP(dst, e.ip), ':')
	return strconv.AppendUint(dst, uint64(e.port), 10)
}

// AppendSockaddr appends an address parameter as it is printed.
func AppendSockaddr(dst, p []byte) []byte {
	switch {
	case len(p) == 0:
		return dst
	case p[0] == familyUnix:
		return append(dst, untilNUL(p[1:])...)
	case p[0] == familyIPv4 && len(p) == lenSockaddr4:
		return appendEndpoint(dst, endpoint{p[1:5], binary.LittleEndian.Uint16(p[5:])})
	case p[0] == familyIPv6 && len(p) == lenSockaddr6:
		return appendEndpoint(dst, endpoint{p[1:17], binary.LittleEndian.Uint16(p[17:])})
	}
	return appendFamily(dst, p[0])
}

// AppendTuple appends a parameter with two addresses as it is printed.
func AppendTuple(dst, p []byte) []byte {
	switch {
	case len(p) == 0:
		return dst
	case p[0] == familyUnix && len(p) >= lenTupleUnix:
		dst = strconv.AppendUint(dst, binary.LittleEndian.Uint64(p[1:]), 16)
		dst = append(dst, "->"...)
		dst = strconv.AppendUint(dst, binary.LittleEndian.Uint64(p[9:]), 16)
		return append(append(dst, ' '), untilNUL(p[lenTupleUnix:])...)
	case p[0] == familyIPv4 && len(p) == lenTuple4 || p[0] == familyIPv6 && len(p) == lenTuple6:
		src, dest, _ := ipTuple(p)
		return appendEndpoint(append(appendEndpoint(dst, src), "->"...), dest)
	}
	return appendFamily(dst, p[0])
}

func appendFamily(dst []byte, family byte) []byte {
	switch family {
	case familyIPv4:
		return append(dst, "INVALID IPv4"...)
	case familyIPv6:
		return append(dst, "INVALID IPv6"...)
	}
	return strconv.AppendUint(append(dst, "family "...), uint64(family), 10)
}

func untilNUL(b []byte) []byte {
	if before, _, ok := bytes.Cut(b, []byte{0}); ok {
		return before
	}
	return b
}

// appendTuple appends the addresses of a socket that talks.
func (f *File) appendTuple(dst []byte) []byte {
	src, dest := endpoint{f.SrcIP(), f.Sock.SrcPort}, endpoint{f.DstIP(), f.Sock.DstPort}
	switch f.Sock.L4 {
	case event.L4TCP, event.L4UDP:
		return appendEndpoint(append(appendEndpoint(dst, src), "->"...), dest)
	case event.L4ICMP, event.L4Raw:
		if f.Type == event.FileIPv6 && f.Sock.L4 == event.L4Raw {
			break
		}
		return AppendIP(append(AppendIP(dst, src.ip), "->"...), dest.ip)
	}
	return append(dst, "<unknown>"...)
}

// SrcIP and DstIP are the addresses of an IPv4 or IPv6 socket: 4 or 16 bytes.
func (f *File) SrcIP() []byte { return f.Sock.SrcIP[:f.ipLen()] }

// DstIP is the other one. Of a server, which listens, it is its own.
func (f *File) DstIP() []byte { return f.Sock.DstIP[:f.ipLen()] }

func (f *File) ipLen() int {
	if f.Type == event.FileIPv6 || f.Type == event.FileIPv6Server {
		return 16
	}
	return 4
}
