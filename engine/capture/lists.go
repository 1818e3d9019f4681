// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"

	"github.com/lanner-project/lanner/engine/event"
)

// An entry parser reads the first entry of b, the rest of a list's block, gives
// it to snap, and says how long it was. It returns 0 where b ends within the
// entry, and a negative number where no entry can look like this.
type entryParser func(snap event.Snapshot, b []byte) int

// needMore and badEntry are what entry parsers return instead of a length.
const (
	needMore = 0
	badEntry = -1
)

// sized takes apart an entry that starts with its length, in four bytes. self
// says whether the length counts those four.
func sized(b []byte, self bool) (entry []byte, size int) {
	if len(b) < 4 {
		return nil, needMore
	}
	n := uint64(le.Uint32(b))
	if !self {
		n += 4
	}
	switch {
	case n < 4:
		return nil, badEntry
	case n > uint64(len(b)):
		return nil, needMore
	}
	return b[4:n], int(n)
}

func parseMachine(snap event.Snapshot, b []byte) bool {
	f := fields{b: b}
	m := event.Machine{CPUs: f.uint32(), Memory: f.uint64(), MaxPID: f.uint64()}
	name, _, _ := bytes.Cut(f.bytes(128), []byte{0})
	m.Hostname = string(name)
	if f.has(8) {
		m.BootTime = f.uint64()
	}
	if f.short {
		return false
	}
	snap.Machine(&m)
	return true
}

// parseProc returns the parser of a process list's entries.
func parseProc(version int) entryParser {
	var p event.Proc // one for all entries
	return func(snap event.Snapshot, b []byte) int {
		f := fields{b: b}
		size := 0
		if version >= 9 {
			if f.b, size = sized(b, true); size <= 0 {
				return size
			}
		}
		p = event.Proc{SID: -1, VPGID: -1, PGID: -1, VTID: -1, VPID: -1, LoginUID: ^uint32(0)}
		procHead(&f, &p, version)
		switch {
		case f.short && version >= 9:
			return badEntry
		case f.short:
			return needMore
		case version >= 9:
			procTail(&f, &p)
		default:
			size = len(b) - len(f.b)
		}
		snap.Proc(&p)
		return size
	}
}

// procHead reads what all entries of a version have.
func procHead(f *fields, p *event.Proc, version int) {
	p.TID, p.PID, p.PPID = f.int64(), f.int64(), f.int64()
	if version >= 6 {
		p.SID = f.int64()
	}
	if version >= 8 {
		p.VPGID = f.int64()
	}
	p.Comm, p.Exe = f.text(), f.text()
	if version >= 7 {
		p.ExePath = f.text()
	}
	p.Args, p.CWD = f.text(), f.text()
	p.FDLimit = f.int64()
	p.Flags, p.UID, p.GID = f.uint32(), f.uint32(), f.uint32()
	if version >= 2 {
		p.VMSize, p.VMRSS, p.VMSwap = f.uint32(), f.uint32(), f.uint32()
		p.PFMajor, p.PFMinor = f.uint64(), f.uint64()
	}
	if version >= 3 {
		p.Env = f.text()
	}
	if version >= 4 {
		p.VTID, p.VPID = f.int64(), f.int64()
		p.Cgroups = f.text()
	}
	if version >= 5 {
		p.Root = f.text()
	}
}

// procTail reads what was appended to the entries of version 9 over the years.
// Two fields were once put in front of the others; files from before have no
// more than 29 bytes here.
func procTail(f *fields, p *event.Proc) {
	const beforeInsertion = 4 + 1 + 3*8
	if len(f.b) > beforeInsertion {
		p.PIDNSStart = f.uint64()
		p.TTY = f.uint32()
	}
	if f.has(4) {
		p.LoginUID = f.uint32()
	}
	flag := func(v *bool) {
		if f.has(1) {
			*v = f.uint8() != 0
		}
	}
	number := func(v *uint64) {
		if f.has(8) {
			*v = f.uint64()
		}
	}
	flag(&p.ExeWritable)
	number(&p.CapInheritable)
	number(&p.CapPermitted)
	number(&p.CapEffective)
	flag(&p.ExeUpperLayer)
	number(&p.ExeIno)
	number(&p.ExeCtime)
	number(&p.ExeMtime)
	flag(&p.ExeFromMemfd)
	flag(&p.ExeLowerLayer)
	if f.has(8) {
		p.PGID = f.int64()
	}
}

// parseFile returns the parser of a descriptor list's entries.
func parseFile(tid int64, v2 bool) entryParser {
	var file event.File // one for all entries
	return func(snap event.Snapshot, b []byte) int {
		f := fields{b: b}
		size := 0
		if v2 {
			if f.b, size = sized(b, true); size <= 0 {
				return size
			}
		}
		file = event.File{FD: f.int64(), Ino: f.uint64(), Type: event.FileType(f.uint8())}
		known := fileDetails(&f, &file, v2)
		switch {
		case f.short && v2, !known && !v2:
			return badEntry
		case f.short:
			return needMore
		case !v2:
			size = len(b) - len(f.b)
		}
		snap.File(tid, &file)
		return size
	}
}

// fileDetails reads what entries have by their type. It reports false for types
// that only newer versions have.
func fileDetails(f *fields, file *event.File, v2 bool) bool {
	switch file.Type {
	case event.FileUnknown:
	case event.FileIPv4:
		copy(file.SrcIP[:], f.bytes(4))
		copy(file.DstIP[:], f.bytes(4))
		file.SrcPort, file.DstPort, file.L4 = f.uint16(), f.uint16(), event.L4(f.uint8())
	case event.FileIPv6:
		copy(file.SrcIP[:], f.bytes(16))
		copy(file.DstIP[:], f.bytes(16))
		file.SrcPort, file.DstPort, file.L4 = f.uint16(), f.uint16(), event.L4(f.uint8())
	case event.FileIPv4Server:
		copy(file.SrcIP[:], f.bytes(4))
		file.SrcPort, file.L4 = f.uint16(), event.L4(f.uint8())
	case event.FileIPv6Server:
		copy(file.SrcIP[:], f.bytes(16))
		file.SrcPort, file.L4 = f.uint16(), event.L4(f.uint8())
	case event.FileUnix:
		file.UnixSrc, file.UnixDst = f.uint64(), f.uint64()
		file.Name = f.text()
	case event.FileRegularV2:
		file.Flags = f.uint32()
		file.Name = f.text()
		if v2 && f.has(4) {
			file.Dev = f.uint32()
		}
	default:
		if file.Type > event.FilePID {
			file.Type = event.FileUnsupported
			return false
		}
		file.Name = f.text()
	}
	return true
}

// The kinds of entries in interface lists.
const (
	interfaceIPv4        = 1
	interfaceIPv6        = 2
	interfaceIPv4NoSpeed = 3
	interfaceIPv6NoSpeed = 4
)

// parseInterface returns the parser of an interface list's entries.
func parseInterface(v2 bool) entryParser {
	return func(snap event.Snapshot, b []byte) int {
		f := fields{b: b}
		size := 0
		if v2 {
			if f.b, size = sized(b, false); size <= 0 {
				return size
			}
		}
		kind, nameLen := f.uint16(), int(f.uint16())
		width := 4
		switch kind {
		case interfaceIPv4, interfaceIPv4NoSpeed:
		case interfaceIPv6, interfaceIPv6NoSpeed:
			width = 16
		default:
			if !f.short {
				return badEntry
			}
		}
		i := event.Interface{Addr: f.bytes(width), Netmask: f.bytes(width), Broadcast: f.bytes(width)}
		if kind == interfaceIPv4 || kind == interfaceIPv6 {
			i.Speed = f.uint64()
		}
		i.Name = string(f.bytes(nameLen))
		switch {
		case f.short && v2:
			return badEntry
		case f.short:
			return needMore
		case !v2:
			size = len(b) - len(f.b)
		}
		snap.Interface(&i)
		return size
	}
}

// What the entries of a list of users and groups start with.
const (
	userEntry  = 0
	groupEntry = 1
)

// parseUser returns the parser of the entries of a list of users and groups.
func parseUser(v2 bool) entryParser {
	return func(snap event.Snapshot, b []byte) int {
		f := fields{b: b}
		size := 0
		if v2 {
			if f.b, size = sized(b, true); size <= 0 {
				return size
			}
		}
		var u event.User
		var g event.Group
		kind := f.uint8()
		if kind == userEntry {
			u = event.User{
				UID: f.uint32(), GID: f.uint32(),
				Name: string(f.text()), Home: string(f.text()), Shell: string(f.text()),
			}
		} else {
			g = event.Group{GID: f.uint32(), Name: string(f.text())}
		}
		switch {
		case f.short && v2:
			return badEntry
		case f.short:
			return needMore
		case !v2:
			size = len(b) - len(f.b)
		}
		if kind == userEntry {
			snap.User(&u)
		} else {
			snap.Group(&g)
		}
		return size
	}
}
