// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"

	"github.com/lanner-project/lanner/engine/event"
)

// Machine implements event.Snapshot.
func (t *Table) Machine(m *event.Machine) { t.machine = *m }

// Interface implements event.Snapshot.
func (t *Table) Interface(i *event.Interface) { t.interfaces.add(i) }

// User implements event.Snapshot.
func (t *Table) User(u *event.User) { t.users.setUser("", *u) }

// Group implements event.Snapshot.
func (t *Table) Group(g *event.Group) { t.users.setGroup("", *g) }

// Proc implements event.Snapshot.
func (t *Table) Proc(p *event.Proc) {
	if !t.started && t.full() {
		t.stats.RefusedThreads++
		return
	}
	th := t.newThread(p.TID)
	th.known, th.snapshot = true, true
	th.PID, th.PPID, th.SID, th.PGID, th.VPGID = p.PID, p.PPID, p.SID, p.PGID, p.VPGID
	th.VTID, th.VPID = p.VTID, p.VPID
	th.flags = p.Flags
	th.UID, th.GID, th.LoginUID, th.TTY = p.UID, p.GID, p.LoginUID, p.TTY
	th.CapInheritable, th.CapPermitted, th.CapEffective = p.CapInheritable, p.CapPermitted, p.CapEffective
	th.VMSize, th.VMRSS, th.VMSwap = p.VMSize, p.VMRSS, p.VMSwap
	th.PFMajor, th.PFMinor = p.PFMajor, p.PFMinor
	th.FDLimit, th.PIDNSStart = p.FDLimit, p.PIDNSStart
	th.Comm = bytes.Clone(p.Comm)
	th.root = bytes.Clone(p.Root)
	th.Image = &Image{
		Exe: bytes.Clone(p.Exe), ExePath: bytes.Clone(trimDeleted(p.ExePath)), Args: bytes.Clone(trimNUL(p.Args)),
		Ino: p.ExeIno, Ctime: p.ExeCtime, Mtime: p.ExeMtime,
		Writable: p.ExeWritable, UpperLayer: p.ExeUpperLayer, LowerLayer: p.ExeLowerLayer, FromMemfd: p.ExeFromMemfd,
	}
	if th.IsMain() {
		th.env = bytes.Clone(trimNUL(p.Env))
		th.cwd = JoinPath(nil, nil, p.CWD)
		if n := len(th.cwd); n == 0 || th.cwd[n-1] != '/' {
			th.cwd = append(th.cwd, '/')
		}
	}
	t.setCgroups(th, p.Cgroups)
	t.own(th, textImage, len(p.Exe)+len(p.ExePath)+len(p.Args))
	t.own(th, textEnv, len(th.env))
	t.own(th, textPaths, len(th.cwd)+len(th.root))
	if old := t.threads.get(p.TID); old != nil {
		t.replace(old)
	}
	if t.started { // before, there are no processes yet to evict
		t.makeRoom()
	}
	t.threads.put(th)
	if t.started { // a source that reads its list again after a loss
		t.link(th)
		t.findContainer(th)
	}
}

// File implements event.Snapshot.
func (t *Table) File(tid int64, p *event.File) {
	th := t.threads.get(tid)
	if th == nil || p.FD < 0 {
		return
	}
	f := t.pool.get()
	f.Type, f.Ino = p.Type, p.Ino
	f.Name = append(f.Name, p.Name...)
	f.Sock = Socket{SrcIP: p.SrcIP, DstIP: p.DstIP, SrcPort: p.SrcPort, DstPort: p.DstPort, L4: p.L4, UnixSrc: p.UnixSrc, UnixDst: p.UnixDst}
	switch p.Type {
	case event.FileIPv6:
		if mapped(p.SrcIP[:]) && mapped(p.DstIP[:]) {
			f.Type = event.FileIPv4
			f.Sock.SrcIP, f.Sock.DstIP = [16]byte{}, [16]byte{}
			copy(f.Sock.SrcIP[:4], p.SrcIP[12:])
			copy(f.Sock.DstIP[:4], p.DstIP[12:])
		}
	case event.FileIPv4Server, event.FileIPv6Server:
		f.Sock.SrcIP, f.Sock.DstIP, f.Sock.SrcPort, f.Sock.DstPort = [16]byte{}, p.SrcIP, 0, p.SrcPort
		t.ports[p.SrcPort] = true
	case event.FileUnix:
		f.setRole(roleClient)
		if len(p.Name) > 0 {
			f.setRole(roleServer)
		}
	case event.FileRegularV2:
		f.Flags, f.Dev = p.Flags, p.Dev
	}
	if p.Flags&openCloexec != 0 {
		f.bits |= cloexec
	}
	if (f.Type == event.FileIPv4 || f.Type == event.FileIPv6) && f.Sock.L4 == event.L4TCP && f.Sock.DstPort != 0 {
		f.bits |= connected
	}
	if th.files == nil {
		th.files = new(files)
	}
	t.pool.count(f)
	if t.open >= t.limits.Files || t.size() >= t.limits.Bytes {
		t.stats.RefusedFiles++
		t.pool.put(f)
		return
	}
	t.set(th.files, p.FD, f)
	if t.started {
		t.settleFile(f)
	}
}

// settle completes what the snapshot told in whatever order: families, then
// sockets, whose side hangs on all ports that are listened on.
func (t *Table) settle() {
	t.started = true
	t.threads.all(func(th *Thread) bool {
		t.link(th)
		t.findContainer(th)
		if th.files != nil {
			th.files.all(func(_ int64, f *File) bool {
				t.settleFile(f)
				return true
			})
		}
		return true
	})
}

func (t *Table) settleFile(f *File) {
	switch f.Type {
	case event.FileIPv4:
		t.interfaces.complete(f)
		f.setRole(roleClient)
		if t.ports[f.Sock.SrcPort] {
			f.Sock.swap()
			f.setRole(roleServer)
		}
		f.Name = appendPair(f.Name[:0], f)
	case event.FileIPv6:
		f.Name = appendPair(f.Name[:0], f)
	case event.FileIPv4Server, event.FileIPv6Server:
		f.Name = appendEndpoint(f.Name[:0], endpoint{f.DstIP(), f.Sock.DstPort})
	}
	t.pool.count(f)
}

// appendPair appends both addresses and ports, whatever the protocol.
func appendPair(dst []byte, f *File) []byte {
	dst = append(appendEndpoint(dst, endpoint{f.SrcIP(), f.Sock.SrcPort}), "->"...)
	return appendEndpoint(dst, endpoint{f.DstIP(), f.Sock.DstPort})
}
