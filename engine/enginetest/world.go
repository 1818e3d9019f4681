// SPDX-License-Identifier: Apache-2.0

package enginetest

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/lanner-project/lanner/engine/event"
)

// A World makes up a machine and what happens on it, all from bytes that a
// fuzzer or a random source gives: threads and descriptors have small numbers,
// so that events meet; texts are parts of one another; parameters are missing,
// empty, cut and out of range at times. Events need not make sense together,
// as in captures that lost some.
type World struct {
	data       []byte
	clock, num uint64
	buf        []byte
}

// NewWorld makes the world of some bytes.
func NewWorld(data []byte) *World { return &World{data: data, clock: 1 << 60} }

// often are the types that say most about processes and descriptors. The first
// byte of an event is its type if it is no index of them.
var often = []event.Type{
	event.CloneExit, event.Clone3Exit, event.ForkExit, event.VforkExit, event.ExecveExit, event.Procexit,
	event.OpenExit, event.OpenatExit, event.Openat2Exit, event.CreatExit, event.CloseExit, event.CloseRangeExit,
	event.DupExit, event.Dup2Exit, event.Dup3Exit, event.FcntlExit, event.PipeExit, event.SocketExit, event.SocketpairExit,
	event.BindExit, event.ConnectExit, event.AcceptExit, event.SendtoExit, event.RecvfromExit, event.RecvmsgExit,
	event.ReadExit, event.GetsockoptExit, event.ChdirExit, event.FchdirExit, event.ChrootExit, event.SetuidExit,
	event.SetsidExit, event.PrctlExit, event.PidfdGetfdExit, event.UnlinkatExit, event.RenameExit, event.GenericExit,
	event.UserAdded, event.Container, event.AsyncEvent, event.Switch,
}

var words = []string{
	"", "a", "sh", "bash", "/", "//", "/etc", "/etc/", "/etc/passwd", "etc/passwd", "./passwd", "../etc/./x", "/usr/bin/bash",
	"/tmp/a b", "\xff\x01é", "<NA>", "-c", "HOME=/root", "cpu_cgroup=/docker/" + hex64, "/var/log/x (deleted)", "container",
	`{"container":{"id":"0123456789ab","type":0,"name":"web","ip":"10.0.0.1","labels":{"a":"b"},"Mounts":[{"Source":"/a","RW":true}]}}`,
}

const hex64 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// byte takes the next byte, 0 at the end.
func (w *World) byte() byte {
	if len(w.data) == 0 {
		return 0
	}
	b := w.data[0]
	w.data = w.data[1:]
	return b
}

func (w *World) below(n int) int { return int(w.byte()) % n }

// number is small, small and negative, or at an edge.
func (w *World) number() uint64 {
	switch b := uint64(w.byte()); {
	case b < 160:
		return b % 12
	case b < 200:
		return -(b % 14)
	case b < 240:
		return []uint64{
			1 << 12, 1 << 13, 1 << 16, 1 << 29, 1 << 30, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 63, math.MaxUint64,
			80, 1000, 1024, 2<<40 | 80, 1 << 6, 1<<20 | 1, 255, 256, 65535, 1 << 20,
		}[b%20]
	}
	return w.clock
}

func (w *World) word() string { return words[w.below(len(words))] }

func (w *World) list() []byte {
	var all []byte
	for range w.below(4) {
		all = append(append(all, w.word()...), 0)
	}
	return all
}

// Fill tells what was there before the first event.
func (w *World) Fill(s event.Snapshot) {
	s.Machine(&event.Machine{CPUs: 2, Hostname: "host", BootTime: w.clock - 1e12})
	s.User(&event.User{UID: 1, Name: "daemon", Home: "/", Shell: "/bin/sh"})
	s.Group(&event.Group{GID: 1, Name: "daemon"})
	s.Interface(&event.Interface{Name: "lo", Addr: []byte{127, 0, 0, 1}, Netmask: []byte{255, 0, 0, 0}})
	for tid := int64(1); tid <= int64(w.below(8)); tid++ {
		s.Proc(&event.Proc{
			TID: tid, PID: max(1, tid-int64(w.below(2))), PPID: int64(w.below(8)), SID: 1, PGID: 1, VTID: tid, VPID: max(1, tid-1),
			Comm: []byte(w.word()), Exe: []byte(w.word()), ExePath: []byte(w.word()), Args: w.list(), Env: w.list(),
			Cgroups: w.list(), CWD: []byte(w.word()), Root: []byte(w.word()), UID: uint32(w.below(3)), FDLimit: 1024,
			Flags: uint32(w.number()), ExeIno: w.number(),
		})
		for range w.below(4) {
			f := event.File{FD: int64(w.number()), Type: event.FileType(w.below(24)), Name: []byte(w.word()), L4: event.L4(w.below(6))}
			copy(f.SrcIP[:], []byte{10, 0, 0, w.byte() % 3})
			copy(f.DstIP[:], []byte{10, 0, 0, w.byte() % 3})
			f.SrcPort, f.DstPort = uint16(w.number()), uint16(w.number())
			s.File(tid, &f)
		}
	}
}

// Next makes ev the next event. It reports false when the bytes are used up.
func (w *World) Next(ev *event.Event) bool {
	if len(w.data) == 0 {
		return false
	}
	w.clock += uint64(w.byte()) << 20
	w.num++
	ev.Num, ev.Time, ev.CPU = w.num, w.clock, uint16(w.num%3)
	ev.TID = int64(w.below(10))
	ev.Type = event.Type(w.byte()) * 2
	if i := w.byte(); i < 224 {
		ev.Type = often[int(i)%len(often)]
	} else if i&1 != 0 {
		ev.Type++
	}
	ev.Merged = w.byte()&1 != 0
	params := ev.Type.Info().Params
	if n := int(w.byte()); n < len(params) {
		params = params[:n]
	}
	var sizes []uint32
	w.buf = w.buf[:0]
	for i := range params {
		from := len(w.buf)
		if w.byte() < 240 {
			w.buf = w.param(w.buf, &params[i])
		}
		sizes = append(sizes, uint32(len(w.buf)-from))
	}
	ev.Reset(w.buf)
	for _, n := range sizes {
		ev.AddParam(n)
	}
	return true
}

// param appends a parameter, at times of a wrong size.
func (w *World) param(b []byte, p *event.Param) []byte {
	switch p.Kind {
	case event.KindString, event.KindPath, event.KindRelPath:
		return append(append(b, w.word()...), 0)
	case event.KindBytes, event.KindStringArray, event.KindStringPairs:
		return append(b, w.list()...)
	case event.KindSockaddr:
		return w.address(b, 1)
	case event.KindSocktuple:
		return w.address(b, 2)
	case event.KindFDList:
		b = binary.LittleEndian.AppendUint16(b, uint16(w.below(4)))
		for range w.below(4) {
			b = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint64(b, w.number()), uint16(w.byte()))
		}
		return b
	case event.KindDynamic:
		i := w.byte()
		if b = append(b, i); int(i) < len(p.Variants) {
			return w.param(b, &p.Variants[i])
		}
		return binary.LittleEndian.AppendUint64(b, w.number())
	}
	width := p.Kind.Width()
	if w.byte() == 255 {
		width = w.below(9)
	}
	return append(b, binary.LittleEndian.AppendUint64(nil, w.number())[:min(width, 8)]...)
}

// address appends addresses with their family in front.
func (w *World) address(b []byte, ends int) []byte {
	start := len(b)
	family := []byte{2, 10, 1, 16}[w.below(4)]
	b = append(b, family)
	for range ends {
		switch family {
		case 2:
			b = append(b, 10, 0, 0, w.byte()%3)
		case 10:
			b = slices.Concat(b, []byte{w.byte() % 2 * 0xfe}, make([]byte, 9), []byte{w.byte(), w.byte()}, []byte{10, 0, 0, w.byte() % 3})
		default:
			b = binary.LittleEndian.AppendUint64(b, w.number())
			continue
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(w.number()))
	}
	if family == 1 {
		b = append(append(b, w.word()...), 0)
	}
	if w.byte() == 255 {
		b = b[:start+w.below(len(b)-start+1)]
	}
	return b
}
