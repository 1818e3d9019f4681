// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

// A network is what a network namespace has of sockets, by their inodes.
type network struct {
	inet  map[uint64]inetSocket
	local map[uint64]unixSocket
	other map[uint64]event.FileType
}

type inetSocket struct {
	src, dst         [16]byte
	srcPort, dstPort uint16
	kind             event.FileType
	l4               event.L4
}

type unixSocket struct {
	address uint64 // in the kernel; 0: not told
	path    string
	twice   bool // there are two lines for one socket: one of them is made up
}

// networkOf returns the sockets of the network namespace of a process; nil
// where they may not be looked at.
func (s *scan) networkOf(at folder) *network {
	link, err := at.readLink("ns/net", s.link[:])
	ns, ok := inBrackets(link, "net:[")
	if err != nil || !ok {
		return &network{}
	}
	if n := s.networks[ns]; n != nil {
		return n
	}
	n := &network{
		inet: make(map[uint64]inetSocket), local: make(map[uint64]unixSocket), other: make(map[uint64]event.FileType),
	}
	for _, t := range inetTables {
		_ = s.lines(at, t.name, func(line []byte) { // where it is missing, there are none of its kind
			if sock, ino, ok := parseInet(line, t.l4, t.v6); ok && ino != 0 {
				n.inet[ino] = sock
			}
		})
	}
	var last uint64
	_ = s.lines(at, "net/unix", func(line []byte) { last = n.addUnix(line, last) })
	_ = s.lines(at, "net/netlink", func(line []byte) {
		if ino, ok := parseNetlink(line); ok {
			n.other[ino] = event.FileNetlink
		}
	})
	s.networks[ns] = n
	return n
}

var inetTables = []struct {
	name string
	l4   event.L4
	v6   bool
}{
	{"net/tcp", event.L4TCP, false},
	{"net/tcp6", event.L4TCP, true},
	{"net/udp", event.L4UDP, false},
	{"net/udp6", event.L4UDP, true},
	{"net/raw", event.L4Raw, false},
	{"net/raw6", event.L4Raw, true},
	{"net/icmp", event.L4ICMP, false},
	{"net/icmp6", event.L4ICMP, true},
}

// lines hands out the lines of a table, but for the first, which says what is in
// the columns.
func (s *scan) lines(at folder, name string, each func(line []byte)) error {
	fd, err := at.open(name)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written
	const piece = 64 << 10
	first := true
	for rest := s.text[:0]; ; {
		before := len(rest)
		if rest, err = readAll(fd, rest, piece); err != nil {
			return err
		}
		s.text = rest[:0]
		if len(rest) == before || before > maxTable {
			return nil
		}
		for {
			i := bytes.IndexByte(rest, '\n')
			if i < 0 {
				break
			}
			if !first {
				each(rest[:i])
			}
			first = false
			rest = rest[i+1:]
		}
		rest = append(s.text, rest...) // to the buffer's start
	}
}

// parseInet takes a line of the tables of IP sockets apart.
func parseInet(line []byte, l4 event.L4, v6 bool) (sock inetSocket, ino uint64, ok bool) {
	const (
		localField  = 1
		remoteField = 2
		stateField  = 3
		inodeField  = 9
	)
	listening := false
	for field := 0; field <= inodeField; field++ {
		var word []byte
		if word, line = nextWord(line); word == nil {
			return sock, 0, false
		}
		switch field {
		case localField:
			sock.srcPort, ok = parseEndpoint(word, &sock.src, v6)
		case remoteField:
			sock.dstPort, ok = parseEndpoint(word, &sock.dst, v6)
		case stateField:
			const tcpListen = 0x0a
			n, valid := hexadecimal(word)
			listening, ok = n == tcpListen, valid
		case inodeField:
			ino, ok = decimal(word)
		}
		if field > 0 && !ok {
			return sock, 0, false
		}
	}
	sock.l4, sock.kind = l4, event.FileIPv4
	if v6 {
		sock.kind = event.FileIPv6
	}
	// Without connections, who has no peer is one that others can send to.
	if listening || l4 != event.L4TCP && sock.dstPort == 0 && sock.dst == [16]byte{} {
		sock.kind += event.FileIPv4Server - event.FileIPv4
	}
	return sock, ino, true
}

// parseEndpoint reads ADDRESS:PORT in hexadecimal digits. Addresses are in words
// of 32 bits, each as a number of the machine's.
func parseEndpoint(word []byte, ip *[16]byte, v6 bool) (port uint16, ok bool) {
	addr, tail, ok := bytes.Cut(word, colon)
	size := 4
	if v6 {
		size = 16
	}
	if !ok || len(addr) != 2*size {
		return 0, false
	}
	for i := 0; i < size; i += 4 {
		n, ok := hexadecimal(addr[2*i : 2*i+8])
		if !ok {
			return 0, false
		}
		binary.NativeEndian.PutUint32(ip[i:], uint32(n))
	}
	n, ok := hexadecimal(tail)
	return uint16(n), ok && n <= 0xffff
}

// addUnix adds a line of the table of unix sockets. last is the inode of the
// line before, and what it returns is that of this one.
//
// The kernel does not escape paths: one with a line break in it is told in two
// lines, and the second can look like the line of another socket. A line that
// looks like none continues the path before. Of a socket with two lines no path
// is told, for either can be made up.
func (n *network) addUnix(line []byte, last uint64) uint64 {
	sock, ino, ok := parseUnix(line)
	if !ok {
		if old, known := n.local[last]; known && len(old.path)+len(line) < maxText {
			old.path += "\n" + string(line)
			n.local[last] = old
		}
		return last
	}
	if _, known := n.local[ino]; known {
		sock = unixSocket{twice: true}
	}
	n.local[ino] = sock
	return ino
}

func parseUnix(line []byte) (sock unixSocket, ino uint64, ok bool) {
	const (
		addressField = 0
		inodeField   = 6
	)
	for field := 0; field <= inodeField; field++ {
		var word []byte
		if word, line = nextWord(line); word == nil {
			return sock, 0, false
		}
		switch field {
		case addressField:
			if word, ok = bytes.CutSuffix(word, colon); !ok {
				return sock, 0, false
			}
			sock.address, ok = hexadecimal(word)
		case inodeField:
			ino, ok = decimal(word)
		default:
			_, ok = hexadecimal(word)
		}
		if !ok {
			return sock, 0, false
		}
	}
	// Who may not see addresses gets other numbers in their place (kptr_restrict).
	const kernelHalf = 1 << 63
	if sock.address < kernelHalf {
		sock.address = 0
	}
	if len(line) > 1 {
		sock.path = string(line[1:])
	}
	return sock, ino, ino != 0
}

// parseNetlink returns the inode in a line of the table of netlink sockets: the
// last column.
func parseNetlink(line []byte) (uint64, bool) {
	i := bytes.LastIndexByte(bytes.TrimRight(line, " "), ' ')
	word, _ := nextWord(line[i+1:])
	return decimal(word)
}

// fill completes a socket of which the inode is known. It reports false where
// the tables do not have it.
func (n *network) fill(f *event.File) bool {
	if sock, ok := n.inet[f.Ino]; ok {
		f.Type, f.L4 = sock.kind, sock.l4
		f.SrcIP, f.DstIP, f.SrcPort, f.DstPort = sock.src, sock.dst, sock.srcPort, sock.dstPort
		if f.Type == event.FileIPv4Server || f.Type == event.FileIPv6Server {
			f.DstIP, f.DstPort = [16]byte{}, 0
		}
		return true
	}
	if sock, ok := n.local[f.Ino]; ok {
		f.Type = event.FileUnix
		if !sock.twice {
			f.UnixSrc, f.Name = sock.address, []byte(sock.path)
		}
		return true
	}
	if kind, ok := n.other[f.Ino]; ok {
		f.Type = kind
		return true
	}
	return false
}

// protocol fills in what a socket is that no table has: one that is not bound
// yet, was made in another network namespace or meanwhile, or is of a rarer kind.
func (s *scan) protocol(f *event.File, pid int) {
	var name [64]byte
	path := filepath.Join(s.cfg.Root, strconv.Itoa(pid), "fd", strconv.FormatInt(f.FD, 10))
	n, err := again(func() (int, error) { return unix.Getxattr(path, "system.sockprotoname", name[:]) })
	if err != nil || n <= 0 {
		return // of unknown type
	}
	switch proto, _, _ := bytes.Cut(name[:n], nul); string(proto) {
	case "TCP", "MPTCP":
		f.Type, f.L4 = event.FileIPv4, event.L4TCP
	case "TCPv6", "MPTCPv6":
		f.Type, f.L4 = event.FileIPv6, event.L4TCP
	case "UDP":
		f.Type, f.L4 = event.FileIPv4, event.L4UDP
	case "UDPv6":
		f.Type, f.L4 = event.FileIPv6, event.L4UDP
	case "RAW":
		f.Type, f.L4 = event.FileIPv4, event.L4Raw
	case "RAWv6":
		f.Type, f.L4 = event.FileIPv6, event.L4Raw
	case "PING":
		f.Type, f.L4 = event.FileIPv4, event.L4ICMP
	case "PINGv6":
		f.Type, f.L4 = event.FileIPv6, event.L4ICMP
	case "UNIX", "UNIX-STREAM":
		f.Type = event.FileUnix
	case "NETLINK":
		f.Type = event.FileNetlink
	}
}
