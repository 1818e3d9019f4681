// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"
	"encoding/binary"

	"github.com/lanner-project/lanner/engine/event"
)

func (t *Table) applySocket(ev *event.Event, s *Subject) {
	if fd := result(ev); fd >= 0 {
		t.newSocket(s, fd, number(ev, 1), number(ev, 2), number(ev, 3))
	}
}

func (t *Table) newSocket(s *Subject, fd int64, domain, typ, proto uint64) {
	f := t.pool.get()
	switch domain {
	case familyUnix:
		f.Type = event.FileUnix
	case familyIPv4:
		f.Type, f.Sock.L4 = event.FileIPv4, l4Of(typ, proto)
	case familyIPv6:
		f.Type, f.Sock.L4 = event.FileIPv6, l4Of(typ, proto)
	case familyNetlink:
		f.Type = event.FileNetlink
	}
	if typ&sockCloexec != 0 {
		f.bits |= cloexec
	}
	t.put(s, fd, f)
}

// l4Of is the transport protocol of a socket that is made.
func l4Of(typ, proto uint64) event.L4 {
	raw := typ == sockRaw
	switch proto {
	case protoTCP:
		return ifRaw(raw, event.L4TCP)
	case protoUDP:
		return ifRaw(raw, event.L4UDP)
	case protoICMP:
		return ifRaw(raw, event.L4ICMP)
	case protoRaw:
		return event.L4Raw
	case protoIP:
		switch typ & sockMask {
		case sockStream:
			return event.L4TCP
		case sockDgram:
			return event.L4UDP
		}
	}
	return event.L4Unknown
}

func ifRaw(raw bool, l4 event.L4) event.L4 {
	if raw {
		return event.L4Raw
	}
	return l4
}

// applySocketpair follows socketpair. The subject is the first of the pair,
// under the number of the second: rules know it so.
func (t *Table) applySocketpair(ev *event.Event, s *Subject) {
	fd1, fd2 := signed(ev, 1), signed(ev, 2)
	if result(ev) < 0 || fd1 == fd2 || fd1 < 0 || fd2 < 0 {
		return
	}
	f := t.pool.get()
	f.Type, f.Sock.UnixSrc, f.Sock.UnixDst = event.FileUnix, number(ev, 3), number(ev, 4)
	if number(ev, 6)&sockCloexec != 0 {
		f.bits |= cloexec
	}
	f.refs++
	t.put(s, fd1, f)
	t.put(s, fd2, f)
}

// applyBind follows bind: who takes a port is taken to be a server.
func (t *Table) applyBind(ev *event.Event, s *Subject) {
	addr := ev.Param(1)
	if s.File == nil || result(ev) < 0 || len(addr) == 0 {
		return
	}
	ip, port, ok := sockaddr(addr)
	if ok && port > 0 {
		f := t.write(s)
		f.Type = event.FileIPv4Server
		if len(ip) == 16 {
			f.Type = event.FileIPv6Server
		}
		f.Sock = Socket{DstPort: port, L4: f.Sock.L4}
		copy(f.Sock.DstIP[:], ip)
		f.setRole(roleServer)
	}
	t.text = AppendSockaddr(t.text[:0], addr)
	t.rename(s, t.text)
}

// applyConnect follows connect: who connects is a client.
func (t *Table) applyConnect(ev *event.Event, s *Subject) {
	res, tuple := result(ev), ev.Param(1)
	if s.File == nil || res < 0 && res != -errInProgress {
		return
	}
	t.connect(s)
	if len(tuple) == 0 {
		return
	}
	if src, dst, ok := ipTuple(tuple); ok {
		f := t.write(s)
		f.becomeIP(src.ip)
		changed := f.setTuple(src, dst, true)
		if changed && f.IsServer() && f.Sock.L4 == event.L4UDP {
			f.Sock.swap()
		}
		t.nameSocket(s)
	} else if !t.connectUnix(s, tuple) {
		return
	}
	if !s.File.HasRole() {
		t.write(s).setRole(roleClient)
	}
}

func (t *Table) connectUnix(s *Subject, tuple []byte) bool {
	if s.File.Type != event.FileUnix || len(tuple) < 17 {
		return false
	}
	f := t.write(s)
	f.Sock.UnixSrc, f.Sock.UnixDst = binary.LittleEndian.Uint64(tuple[1:]), binary.LittleEndian.Uint64(tuple[9:])
	t.text = AppendTuple(t.text[:0], tuple)
	t.rename(s, t.text)
	return true
}

// connect marks the event's socket as connected.
func (t *Table) connect(s *Subject) {
	if s.File.bits&connected == 0 {
		t.write(s).bits |= connected
	}
}

// applyAccept follows accept: a new descriptor, of which the process is the
// server.
func (t *Table) applyAccept(ev *event.Event, s *Subject) {
	fd, tuple := result(ev), ev.Param(1)
	if fd < 0 {
		return
	}
	s.FD = fd
	if len(tuple) == 0 {
		return
	}
	f := t.pool.get()
	switch src, dst, ok := ipTuple(tuple); {
	case ok:
		f.becomeIP(src.ip)
		f.setTuple(src, dst, false)
		f.Sock.L4 = event.L4TCP
	case tuple[0] == familyUnix && len(tuple) >= 17:
		f.Type = event.FileUnix
		f.Sock.UnixSrc, f.Sock.UnixDst = binary.LittleEndian.Uint64(tuple[1:]), binary.LittleEndian.Uint64(tuple[9:])
	default:
		t.pool.put(f)
		return
	}
	f.Name = AppendTuple(f.Name, tuple)
	f.setRole(roleServer)
	f.bits |= connected
	if ev.Type == event.Accept4Exit && number(ev, 5)&sockCloexec != 0 {
		f.bits |= cloexec
	}
	t.put(s, fd, f)
	s.NameChanged = len(f.Name) > 0
}

// applyGetsockopt learns from SO_ERROR how a connect ended that did not wait.
func (t *Table) applyGetsockopt(ev *event.Event, s *Subject) {
	val := ev.Param(4)
	if s.File == nil || result(ev) < 0 || number(ev, 2) != sockoptLevelSocket || number(ev, 3) != sockoptError || len(val) != 9 {
		return
	}
	if failed := int64(binary.LittleEndian.Uint64(val[1:])) != 0; failed && s.File.bits&connected != 0 {
		t.write(s).bits &^= connected
	}
}

// applyRead follows what is read or written without an address.
func (t *Table) applyRead(ev *event.Event, s *Subject) {
	if s.File != nil && (s.File.Type == event.FileIPv4 || s.File.Type == event.FileIPv6) && result(ev) >= 0 {
		t.connect(s)
	}
}

// applyRecv follows what is received, with where it came from.
func (t *Table) applyRecv(ev *event.Event, s *Subject) {
	if s.File == nil || result(ev) < 0 {
		return
	}
	t.applyRead(ev, s)
	param := 4
	switch ev.Type {
	case event.RecvfromExit:
		param = 2
	case event.RecvmsgExit:
		param = 3
	}
	t.exchange(ev.Param(param), s, true)
}

// applySend follows what is sent, with where to. A socket whose making was
// missed is taken to be of UDP: with TCP there would have been more events.
func (t *Table) applySend(ev *event.Event, s *Subject) {
	param := 4
	tuple := ev.Param(param)
	if s.File == nil {
		if result(ev) < 0 || s.FD < 0 || len(tuple) == 0 || ev.Type == event.SendmmsgExit {
			return
		}
		switch tuple[0] {
		case familyIPv4, familyIPv6:
			t.newSocket(s, s.FD, uint64(tuple[0]), sockDgram, protoUDP)
		}
	}
	if s.File == nil || result(ev) < 0 {
		return
	}
	t.applyRead(ev, s)
	t.exchange(tuple, s, false)
}

// exchange updates the addresses of a socket by what was sent or received on
// it. A TCP socket keeps those that it was connected with.
func (t *Table) exchange(tuple []byte, s *Subject, incoming bool) {
	if len(tuple) == 0 || len(s.File.Name) > 0 && s.File.isTCP() {
		return
	}
	src, dst, ok := ipTuple(tuple)
	if !ok {
		if tuple[0] == familyUnix && len(tuple) >= 17 {
			f := t.write(s)
			f.Type = event.FileUnix
			f.Sock.UnixSrc, f.Sock.UnixDst = binary.LittleEndian.Uint64(tuple[1:]), binary.LittleEndian.Uint64(tuple[9:])
			t.text = AppendTuple(t.text[:0], tuple)
			t.rename(s, t.text)
		}
		return
	}
	f := t.write(s)
	f.becomeIP(src.ip)
	if !f.setTuple(src, dst, false) {
		return
	}
	if f.Sock.L4 == event.L4Unknown {
		f.Sock.L4 = event.L4UDP
	}
	t.interfaces.complete(f)
	if !f.HasRole() {
		f.guessRole(incoming)
	}
	// The side that sends is the source of a tuple; that of a File is the client.
	if incoming && !f.IsServer() || !incoming && f.IsServer() {
		f.Sock.swap()
	}
	t.nameSocket(s)
}

// guessRole takes who reads first to be the server. Of IPv6 the reference takes
// all for clients, and rules have been written against that.
func (f *File) guessRole(incoming bool) {
	if incoming && f.Type == event.FileIPv4 {
		f.setRole(roleServer)
	} else {
		f.setRole(roleClient)
	}
}

func (f *File) isTCP() bool {
	switch f.Type {
	case event.FileIPv4, event.FileIPv6, event.FileIPv4Server, event.FileIPv6Server:
		return f.Sock.L4 == event.L4TCP
	}
	return false
}

// becomeIP makes a File a socket that talks, with addresses of ip's family.
func (f *File) becomeIP(ip []byte) {
	typ := event.FileIPv4
	if len(ip) == 16 {
		typ = event.FileIPv6
	}
	if f.Type == event.FileIPv4Server || f.Type == event.FileIPv6Server {
		f.Sock = Socket{L4: f.Sock.L4} // a server's own address is not a peer's
	}
	f.Type = typ
}

// setTuple takes over addresses. It reports whether they are other ones than
// before, in either direction. A destination that is known stays, unless
// overwrite is set: what is sent goes to one peer after another, and the
// connection keeps the first.
func (f *File) setTuple(src, dst endpoint, overwrite bool) bool {
	s := &f.Sock
	var srcIP, dstIP [16]byte
	copy(srcIP[:], src.ip)
	copy(dstIP[:], dst.ip)
	if srcIP == s.SrcIP && src.port == s.SrcPort && dstIP == s.DstIP && dst.port == s.DstPort ||
		dstIP == s.SrcIP && dst.port == s.SrcPort && srcIP == s.DstIP && src.port == s.DstPort {
		return false
	}
	changed := s.SrcIP != srcIP || s.SrcPort != src.port
	s.SrcIP, s.SrcPort = srcIP, src.port
	if s.DstIP == ([16]byte{}) || overwrite {
		changed = changed || s.DstIP != dstIP
		s.DstIP = dstIP
	}
	if s.DstPort == 0 || overwrite {
		changed = changed || s.DstPort != dst.port
		s.DstPort = dst.port
	}
	return changed
}

// nameSocket names the event's socket by its addresses.
func (t *Table) nameSocket(s *Subject) {
	t.text = s.File.appendTuple(t.text[:0])
	if !bytes.Equal(t.text, s.File.Name) {
		t.rename(s, t.text)
	}
}
