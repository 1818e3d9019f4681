// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/lanner-project/lanner/engine/event"
)

// texts are what names, paths, arguments and constants are made of: they are
// few, and parts of one another.
var texts = []string{
	"", "a", "sh", "bash", "BASH", "bash -c", "cat", "/", "//", "/etc", "/etc/", "/etc/passwd", "/etc/shadow", "/ETC/passwd",
	"etc/passwd", "passwd", "./passwd", "../etc", "/usr/bin/bash", "/usr/lib/libc.so.6", "/dev/null", "/proc/self/fd/3",
	"/tmp/x*y", "/tmp/[x]", "/tmp/a b", "/srv/u/.ssh/id_rsa", ".ssh", "tcp", "<NA>", "true", "8080", "-1", "0.5",
	"10.0.0.1", "caffe", "4a4f", "JO", "J\x01\xff", "\xc3\xa9t\xc3\xa9", "x=y", "HOME=/root", "cpu=/docker/0123456789abcdef",
	"/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
}

// A world makes up a machine and its events. All of it hangs on the seed.
type world struct {
	*rand.Rand
	clock uint64
	num   uint64
	types []event.Type
	data  []byte
}

func newWorld(r *rand.Rand) *world {
	w := &world{Rand: r, clock: 1 << 60}
	for t := range event.Type(event.NumTypes) {
		if t.Info().Flags&event.Unused == 0 {
			w.types = append(w.types, t)
		}
	}
	return w
}

func pick[T any](w *world, of []T) T { return of[w.IntN(len(of))] }

func (w *world) text() []byte {
	s := pick(w, texts)
	switch w.IntN(8) {
	case 0:
		s += pick(w, texts)
	case 1:
		s = s[w.IntN(len(s)+1):]
	}
	return []byte(s)
}

// number is small in most cases, and otherwise at an edge.
func (w *world) number() uint64 {
	switch w.IntN(6) {
	case 0:
		return pick(w, []uint64{1 << 31, 1<<32 - 1, math.MaxUint64, 1 << 63, 1<<16 - 1, 80, 8080, 1000, 0o600, 0xf1})
	case 1:
		return -uint64(w.IntN(14))
	}
	return uint64(w.IntN(12))
}

func (w *world) texts(n int) []byte {
	var all []byte
	for range w.IntN(n) {
		all = append(append(all, w.text()...), 0)
	}
	return all
}

// fill gives a table what was there before the first event.
func (w *world) fill(s event.Snapshot) {
	s.Machine(&event.Machine{CPUs: 2, Memory: 1 << 33, MaxPID: 100, Hostname: "host", BootTime: w.clock - 1e12})
	for uid := range uint32(3) {
		s.User(&event.User{UID: uid, GID: uid, Name: string(w.text()), Home: string(w.text()), Shell: string(w.text())})
		s.Group(&event.Group{GID: uid, Name: string(w.text())})
	}
	s.Interface(&event.Interface{Name: "lo", Addr: []byte{127, 0, 0, 1}, Netmask: []byte{255, 0, 0, 0}, Broadcast: make([]byte, 4)})
	pids := []int64{1, 1, 3, 4, 4, 6}
	parents := []int64{0, 0, 1, 3, 3, 4}
	for i, pid := range pids {
		tid := int64(i + 1)
		s.Proc(&event.Proc{
			TID: tid, PID: pid, PPID: parents[i], SID: 1, PGID: pid, VTID: tid, VPID: pid,
			Comm: w.text(), Exe: w.text(), ExePath: w.text(), Args: w.texts(4), Env: w.texts(4), Cgroups: w.texts(3),
			CWD: []byte("/etc"), Root: []byte("/"), UID: uint32(w.IntN(4)), GID: uint32(w.IntN(4)), LoginUID: math.MaxUint32,
			FDLimit: 1024, TTY: uint32(w.IntN(2)), CapPermitted: w.number(), CapEffective: w.number(), ExeIno: w.number(),
		})
		for fd := range int64(4) {
			f := event.File{FD: fd, Type: pick(w, []event.FileType{event.FileRegularV2, event.FileIPv4, event.FileIPv6, event.FileUnix, event.FileFIFO, event.FileDirectory}), Name: w.text(), Ino: w.number()}
			copy(f.SrcIP[:], []byte{10, 0, 0, byte(w.IntN(3))})
			copy(f.DstIP[:], []byte{10, byte(w.IntN(3)), 0, 1})
			f.SrcPort, f.DstPort, f.L4 = uint16(w.number()), uint16(w.number()), event.L4TCP
			s.File(pid, &f)
		}
	}
}

// often are the types that say most about processes and files.
var often = []event.Type{
	event.OpenExit, event.OpenatExit, event.ExecveExit, event.CloneExit, event.CloseExit, event.ConnectExit, event.ReadExit,
	event.DupExit, event.Procexit, event.ChdirExit, event.SetuidExit, event.GenericExit, event.SocketExit, event.UnlinkatExit,
}

// next makes ev the next event. Most have all their parameters.
func (w *world) next(ev *event.Event) {
	w.clock += uint64(w.IntN(1e6))
	w.num++
	ev.Num, ev.Time, ev.TID, ev.CPU = w.num, w.clock, int64(1+w.IntN(8)), uint16(w.IntN(2))
	ev.Type = pick(w, w.types)
	if w.IntN(4) > 0 {
		ev.Type = pick(w, often)
	}
	params := ev.Type.Info().Params
	if w.IntN(20) == 0 {
		params = params[:w.IntN(len(params)+1)]
	}
	var sizes []uint32
	w.data = w.data[:0]
	for i := range params {
		from := len(w.data)
		if w.IntN(20) > 0 {
			w.data = w.param(w.data, &params[i])
		}
		sizes = append(sizes, uint32(len(w.data)-from))
	}
	ev.Reset(w.data)
	for _, n := range sizes {
		ev.AddParam(n)
	}
}

// param appends a parameter as sources give it.
func (w *world) param(b []byte, p *event.Param) []byte {
	little := binary.LittleEndian
	n := w.number()
	if p.Flags != nil && len(p.Flags.Values) > 0 {
		one, other := pick(w, p.Flags.Values), pick(w, p.Flags.Values)
		n = uint64(one.Value | other.Value)
	}
	switch p.Kind {
	case event.KindInt8, event.KindUint8, event.KindSignal, event.KindL4Proto, event.KindFamily, event.KindFlags8, event.KindEnum8:
		return append(b, byte(n))
	case event.KindInt16, event.KindUint16, event.KindSyscall, event.KindPort, event.KindFlags16, event.KindEnum16:
		return little.AppendUint16(b, uint16(n))
	case event.KindInt32, event.KindUint32, event.KindBool, event.KindFlags32, event.KindEnum32, event.KindUID, event.KindGID, event.KindSigset, event.KindMode, event.KindIPv4, event.KindPID32:
		return little.AppendUint32(b, uint32(n))
	case event.KindInt64, event.KindUint64, event.KindErrno, event.KindFD, event.KindPID, event.KindDuration, event.KindTime:
		return little.AppendUint64(b, n)
	case event.KindDouble:
		return little.AppendUint64(b, math.Float64bits(float64(int64(n))/2))
	case event.KindString, event.KindPath, event.KindRelPath:
		return append(append(b, w.text()...), 0)
	case event.KindBytes:
		return append(b, w.text()...)
	case event.KindStringArray, event.KindStringPairs:
		return append(b, w.texts(4)...)
	case event.KindSockaddr, event.KindSocktuple:
		return w.socket(b, p.Kind == event.KindSocktuple)
	case event.KindFDList:
		return little.AppendUint16(little.AppendUint64(little.AppendUint16(b, 1), uint64(w.IntN(5))), uint16(n))
	case event.KindDynamic:
		if len(p.Variants) == 0 {
			return append(b, 0)
		}
		i := w.IntN(len(p.Variants))
		return w.param(append(b, byte(i)), &p.Variants[i])
	}
	return append(b, make([]byte, 16)...)
}

// socket appends an address, or two, with their family in front.
func (w *world) socket(b []byte, tuple bool) []byte {
	ends := 1
	if tuple {
		ends = 2
	}
	switch w.IntN(3) {
	case 0:
		b = append(b, 2)
		for range ends {
			b = append(b, 10, byte(w.IntN(2)), 0, byte(w.IntN(3)))
			b = binary.LittleEndian.AppendUint16(b, uint16(w.number()))
		}
	case 1:
		b = append(b, 10)
		for range ends {
			b = append(b, slices.Concat([]byte{0xfe, 0x80, byte(w.IntN(2))}, make([]byte, 12), []byte{byte(w.IntN(3))})...)
			b = binary.LittleEndian.AppendUint16(b, uint16(w.number()))
		}
	default:
		b = append(b, 1)
		if tuple {
			b = append(b, make([]byte, 16)...)
		}
		b = append(append(b, w.text()...), 0)
	}
	return b
}
