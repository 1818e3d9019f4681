// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"

	"github.com/lanner-project/lanner/engine/event"
)

// Machine implements event.Snapshot.
func (w *Writer) Machine(m *event.Machine) {
	start := w.begin(blockMachine)
	b := w.out
	b = le.AppendUint32(b, m.CPUs)
	b = le.AppendUint64(b, m.Memory)
	b = le.AppendUint64(b, m.MaxPID)
	var name [128]byte
	copy(name[:len(name)-1], m.Hostname)
	b = append(b, name[:]...)
	b = le.AppendUint64(b, m.BootTime)
	w.out = append(b, make([]byte, 3*8)...) // flags, and what is reserved
	w.end(start)
}

// Proc implements event.Snapshot.
func (w *Writer) Proc(p *event.Proc) {
	w.block(blockFilesV2, &w.files)
	b, start := entry(w.procs)
	for _, n := range [...]int64{p.TID, p.PID, p.PPID, p.SID, p.VPGID} {
		b = le.AppendUint64(b, uint64(n))
	}
	b = text(b, p.Comm, maxPath)
	b = text(b, p.Exe, maxPath)
	b = text(b, p.ExePath, maxPath)
	b = text(b, p.Args, maxArgs)
	b = text(b, p.CWD, maxPath)
	b = le.AppendUint64(b, uint64(p.FDLimit))
	for _, n := range [...]uint32{p.Flags, p.UID, p.GID, p.VMSize, p.VMRSS, p.VMSwap} {
		b = le.AppendUint32(b, n)
	}
	b = le.AppendUint64(b, p.PFMajor)
	b = le.AppendUint64(b, p.PFMinor)
	b = text(b, p.Env, maxArgs)
	b = le.AppendUint64(b, uint64(p.VTID))
	b = le.AppendUint64(b, uint64(p.VPID))
	b = text(b, p.Cgroups, maxArgs)
	b = text(b, p.Root, maxPath)
	b = le.AppendUint64(b, p.PIDNSStart)
	b = le.AppendUint32(b, p.TTY)
	b = le.AppendUint32(b, p.LoginUID)
	b = append(b, flag(p.ExeWritable))
	b = le.AppendUint64(b, p.CapInheritable)
	b = le.AppendUint64(b, p.CapPermitted)
	b = le.AppendUint64(b, p.CapEffective)
	b = append(b, flag(p.ExeUpperLayer))
	b = le.AppendUint64(b, p.ExeIno)
	b = le.AppendUint64(b, p.ExeCtime)
	b = le.AppendUint64(b, p.ExeMtime)
	b = append(b, flag(p.ExeFromMemfd), flag(p.ExeLowerLayer))
	b = le.AppendUint64(b, uint64(p.PGID))
	w.procs = sizeEntry(b, start, true)
	if len(w.procs) > flushSize {
		w.block(blockProcsV9, &w.procs)
		w.flushLists()
	}
}

// File implements event.Snapshot.
func (w *Writer) File(tid int64, f *event.File) {
	w.block(blockProcsV9, &w.procs)
	if len(w.files) > 0 && tid != w.filesOf || len(w.files) > flushSize {
		w.block(blockFilesV2, &w.files)
		w.flushLists()
	}
	if len(w.files) == 0 {
		w.filesOf = tid
		w.files = le.AppendUint64(w.files, uint64(tid))
	}
	b, start := entry(w.files)
	b = le.AppendUint64(b, uint64(f.FD))
	b = le.AppendUint64(b, f.Ino)
	b = append(b, byte(f.Type))
	switch f.Type {
	case event.FileUnknown:
	case event.FileIPv4, event.FileIPv6:
		n := addrSize(f.Type)
		b = append(b, f.SrcIP[:n]...)
		b = append(b, f.DstIP[:n]...)
		b = le.AppendUint16(b, f.SrcPort)
		b = le.AppendUint16(b, f.DstPort)
		b = append(b, byte(f.L4))
	case event.FileIPv4Server, event.FileIPv6Server:
		b = append(b, f.SrcIP[:addrSize(f.Type)]...)
		b = le.AppendUint16(b, f.SrcPort)
		b = append(b, byte(f.L4))
	case event.FileUnix:
		b = le.AppendUint64(b, f.UnixSrc)
		b = le.AppendUint64(b, f.UnixDst)
		b = text(b, f.Name, maxFileName)
	case event.FileRegularV2:
		b = le.AppendUint32(b, f.Flags)
		b = text(b, f.Name, maxFileName)
		b = le.AppendUint32(b, f.Dev)
	default:
		b = text(b, f.Name, maxFileName)
	}
	w.files = sizeEntry(b, start, true)
}

func addrSize(t event.FileType) int {
	if t == event.FileIPv6 || t == event.FileIPv6Server {
		return 16
	}
	return 4
}

// Interface implements event.Snapshot.
func (w *Writer) Interface(i *event.Interface) {
	kind := uint16(interfaceIPv4)
	if len(i.Addr) == 16 {
		kind = interfaceIPv6
	} else if len(i.Addr) != 4 {
		w.fail(fmt.Errorf("interface %s: an address of %d bytes", i.Name, len(i.Addr)))
		return
	}
	if len(i.Netmask) != len(i.Addr) || len(i.Broadcast) != len(i.Addr) {
		w.fail(fmt.Errorf("interface %s: netmask and broadcast are not of the address's size", i.Name))
		return
	}
	name := cut([]byte(i.Name), maxFileName)
	b, start := entry(w.interfaces)
	b = le.AppendUint16(b, kind)
	b = le.AppendUint16(b, uint16(len(name)))
	b = append(b, i.Addr...)
	b = append(b, i.Netmask...)
	b = append(b, i.Broadcast...)
	b = le.AppendUint64(b, i.Speed)
	b = append(b, name...)
	w.interfaces = sizeEntry(b, start, false)
}

// User implements event.Snapshot.
func (w *Writer) User(u *event.User) {
	b, start := entry(w.users)
	b = append(b, userEntry)
	b = le.AppendUint32(b, u.UID)
	b = le.AppendUint32(b, u.GID)
	for _, s := range [...]string{u.Name, u.Home, u.Shell} {
		b = text(b, []byte(s), maxCredential)
	}
	w.users = sizeEntry(b, start, true)
}

// Group implements event.Snapshot.
func (w *Writer) Group(g *event.Group) {
	b, start := entry(w.users)
	b = append(b, groupEntry)
	b = le.AppendUint32(b, g.GID)
	b = text(b, []byte(g.Name), maxCredential)
	w.users = sizeEntry(b, start, true)
}

// flushLists writes out what there is; the error stays.
func (w *Writer) flushLists() { w.fail(w.flush(flushSize)) }

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// entry starts an entry of a list with its length, which sizeEntry fills in:
// self says whether it counts its own four bytes.
func entry(b []byte) (_ []byte, start int) { return le.AppendUint32(b, 0), len(b) }

func sizeEntry(b []byte, start int, self bool) []byte {
	n := len(b) - start
	if !self {
		n -= 4
	}
	le.PutUint32(b[start:], uint32(n))
	return b
}

func text(b, s []byte, most int) []byte {
	s = cut(s, most)
	return append(le.AppendUint16(b, uint16(len(s))), s...)
}

func cut(s []byte, most int) []byte { return s[:min(len(s), most)] }

func flag(v bool) byte {
	if v {
		return 1
	}
	return 0
}
