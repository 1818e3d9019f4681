// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// appendParam appends parameter i of the current event as rules know it: first
// as it is, then, from mid on, what it stands for, where that is known: the name
// of an error, of flags, of a descriptor, a path from the root.
func (c *Context) appendParam(dst []byte, i int) (out []byte, mid int) {
	p := c.Event.Param(i)
	if i >= len(c.info.Params) {
		return dst, len(dst)
	}
	info := &c.info.Params[i]
	if len(p) == 0 {
		dst = append(dst, nothingOf(info.Kind)...)
		return dst, len(dst)
	}
	if info.Kind == event.KindDynamic && int(p[0]) < len(info.Variants) {
		outer := info
		variant := info.Variants[p[0]]
		variant.Format, variant.Flags = outer.Format, outer.Flags
		info, p = &variant, p[1:]
	}
	if size := kindSize(info.Kind); size > 0 && len(p) != size {
		dst = append(dst, notAvailable...)
		return dst, len(dst)
	}
	switch info.Kind {
	case event.KindErrno, event.KindFD, event.KindPID, event.KindUID, event.KindGID, event.KindSyscall, event.KindSignal:
		return c.appendNamed(dst, info.Kind, p)
	case event.KindPath, event.KindRelPath:
		return c.appendPath(dst, i, info, untilNUL(p))
	case event.KindFlags8, event.KindFlags16, event.KindFlags32, event.KindEnum8, event.KindEnum16, event.KindEnum32, event.KindMode:
		return appendFlags(dst, info, unsigned(p))
	case event.KindDuration:
		return appendDuration(dst, unsigned(p))
	}
	dst = c.appendPlain(dst, info, p)
	return dst, len(dst)
}

// nothingOf is how a parameter is printed that the source did not record.
func nothingOf(k event.Kind) []byte {
	switch k {
	case event.KindBytes, event.KindSocktuple, event.KindStringArray, event.KindStringPairs, event.KindFDList:
		return view("NULL")
	}
	return notAvailable
}

// kindSize is how many bytes a value of a kind takes; 0 where that differs.
func kindSize(k event.Kind) int {
	switch k {
	case event.KindInt8, event.KindUint8, event.KindFlags8, event.KindEnum8, event.KindSignal, event.KindL4Proto, event.KindFamily:
		return 1
	case event.KindInt16, event.KindUint16, event.KindFlags16, event.KindEnum16, event.KindSyscall, event.KindPort:
		return 2
	case event.KindInt32, event.KindUint32, event.KindFlags32, event.KindEnum32, event.KindMode, event.KindUID, event.KindGID,
		event.KindSigset, event.KindBool, event.KindPID32, event.KindIPv4:
		return 4
	case event.KindInt64, event.KindUint64, event.KindErrno, event.KindFD, event.KindPID, event.KindDuration, event.KindTime,
		event.KindDouble:
		return 8
	}
	return 0
}

// unsigned reads a little-endian number of 1, 2, 4 or 8 bytes.
func unsigned(p []byte) uint64 {
	switch len(p) {
	case 1:
		return uint64(p[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(p))
	case 4:
		return uint64(binary.LittleEndian.Uint32(p))
	case 8:
		return binary.LittleEndian.Uint64(p)
	}
	return 0
}

// signed reads one as signed.
func signed(p []byte) int64 {
	shift := 64 - 8*len(p)
	return int64(unsigned(p)<<shift) >> shift
}

// appendNamed appends a number and the name that it stands for.
func (c *Context) appendNamed(dst []byte, kind event.Kind, p []byte) (out []byte, mid int) {
	n := signed(p)
	switch kind {
	case event.KindErrno:
		dst = strconv.AppendInt(dst, n, 10)
		mid = len(dst)
		return appendErrno(dst, n), mid
	case event.KindFD:
		dst = strconv.AppendInt(dst, n, 10)
		mid = len(dst)
		return c.appendFD(dst, n), mid
	case event.KindPID:
		dst = strconv.AppendInt(dst, n, 10)
		mid = len(dst)
		if th := c.Table.Lookup(n); th != nil {
			dst = append(dst, th.Comm...)
		}
		return dst, mid
	case event.KindUID, event.KindGID:
		return c.appendAccount(dst, kind, uint32(n))
	case event.KindSyscall:
		dst = strconv.AppendUint(dst, unsigned(p), 10)
		mid = len(dst)
		return append(dst, event.Syscall(unsigned(p)).String()...), mid
	}
	dst = strconv.AppendUint(dst, unsigned(p), 10)
	mid = len(dst)
	return append(dst, signalName(p[0])...), mid
}

func appendErrno(dst []byte, n int64) []byte {
	if n >= 0 || n < -math.MaxUint16 {
		return dst
	}
	return append(dst, event.Errno(-n).String()...)
}

const atFDCWD = -100

// appendFD appends what descriptor fd of the thread is: its kind in letters and
// its name.
func (c *Context) appendFD(dst []byte, fd int64) []byte {
	switch {
	case c.Thread == nil:
		return dst
	case fd == atFDCWD:
		return append(dst, "AT_FDCWD"...)
	case fd < 0:
		return appendErrno(dst, fd)
	}
	f := c.Thread.File(fd)
	if f == nil && c.File != nil && fd == c.FD {
		f = c.File
	}
	if f == nil {
		return dst
	}
	dst = append(append(dst, '<'), typeLetter(f.Type)...)
	if f.IsIP() {
		if l4 := f.L4(); int(l4) < len(l4Names) && l4Names[l4] != "" {
			dst = append(dst, l4Names[l4][0])
		}
	}
	return append(append(dst, '>'), f.Name...)
}

func (c *Context) appendAccount(dst []byte, kind event.Kind, id uint32) (out []byte, mid int) {
	if id == math.MaxUint32 {
		dst = append(dst, "-1"...)
		return append(dst, "<NONE>"...), len(dst)
	}
	dst = strconv.AppendInt(dst, int64(int32(id)), 10)
	mid = len(dst)
	if kind == event.KindUID {
		if u, told := c.Table.UserOf(c.Thread, id); told {
			return append(dst, u.Name...), mid
		}
	} else if g, told := c.Table.GroupOf(c.Thread, id); told {
		return append(dst, g.Name...), mid
	}
	return append(dst, notAvailable...), mid
}

// appendPath appends a path, and as seen from the root where it is relative.
func (c *Context) appendPath(dst []byte, i int, info *event.Param, path []byte) (out []byte, mid int) {
	dst = append(dst, path...)
	mid = len(dst)
	if c.Thread == nil || len(path) == 0 || path[0] == '/' || string(path) == "<NA>" {
		return dst, mid
	}
	dir := c.Thread.CWD()
	if info.Kind == event.KindRelPath && info.Dir >= 0 {
		if dirfd, ok := c.Event.Int64(int(info.Dir)); ok && dirfd != atFDCWD {
			dir = nil
			if f := c.Thread.File(dirfd); f != nil {
				dir = f.Name
			}
		}
	}
	return state.JoinPath(dst, dir, path), mid
}

// appendFlags appends a number and the names of its bits, or of itself where the
// parameter is an enumeration.
func appendFlags(dst []byte, info *event.Param, v uint64) (out []byte, mid int) {
	if info.Kind == event.KindMode {
		dst = appendNumber(dst, info.Format, v, int64(int32(v)))
	} else {
		dst = strconv.AppendUint(dst, v, 10)
	}
	mid = len(dst)
	if info.Flags == nil {
		return dst, mid
	}
	exact := info.Kind == event.KindEnum8 || info.Kind == event.KindEnum16 || info.Kind == event.KindEnum32
	left, all := uint32(v), uint32(v)
	for i := range info.Flags.Values {
		f := &info.Flags.Values[i]
		if exact && f.Value != all || !exact && f.Value == 0 && all != 0 || left&f.Value != f.Value {
			continue
		}
		if len(dst) > mid {
			dst = append(dst, '|')
		}
		dst = append(dst, f.Name...)
		if !exact { // an enumeration may have two names for a value
			left &^= f.Value
		}
	}
	return dst, mid
}

// appendNumber appends a number as a parameter's format has it.
func appendNumber(dst []byte, format event.Format, u uint64, i int64) []byte {
	switch format {
	case event.FormatHex:
		start := len(dst)
		dst = strconv.AppendUint(dst, u, 16)
		for j := start; j < len(dst); j++ {
			if dst[j] >= 'a' {
				dst[j] -= 'a' - 'A'
			}
		}
		return dst
	case event.FormatOct:
		if u != 0 {
			dst = append(dst, '0')
		}
		return strconv.AppendUint(dst, u, 8)
	}
	return strconv.AppendInt(dst, i, 10)
}

// appendDuration appends nanoseconds, and the same in seconds.
func appendDuration(dst []byte, v uint64) (out []byte, mid int) {
	if v == math.MaxUint64 {
		dst = append(dst, "none"...)
		return dst, len(dst)
	}
	dst = strconv.AppendUint(dst, v, 10)
	mid = len(dst)
	dst = strconv.AppendFloat(dst, float64(v)/1e9, 'g', 6, 64)
	return append(dst, 's'), mid
}

// appendPlain appends a parameter that stands for nothing else.
func (c *Context) appendPlain(dst []byte, info *event.Param, p []byte) []byte {
	switch info.Kind {
	case event.KindInt8, event.KindInt16, event.KindInt32, event.KindInt64, event.KindPID32:
		return appendNumber(dst, info.Format, hexOf(p), signed(p))
	case event.KindUint8, event.KindUint16, event.KindUint32:
		n := unsigned(p)
		return appendNumber(dst, info.Format, n, int64(int32(n)))
	case event.KindUint64:
		n := unsigned(p)
		return appendNumber(dst, info.Format, n, int64(n))
	case event.KindString:
		return append(dst, untilNUL(p)...)
	case event.KindBytes:
		return appendDots(dst, p)
	case event.KindSockaddr:
		return state.AppendSockaddr(dst, p)
	case event.KindSocktuple:
		return state.AppendTuple(dst, p)
	case event.KindFDList:
		return c.appendFDList(dst, p)
	case event.KindSigset:
		return appendSigset(dst, uint32(unsigned(p)))
	case event.KindTime:
		n := unsigned(p)
		return time.Unix(int64(n/1e9), int64(n%1e9)).AppendFormat(dst, "2006-01-02 15:04:05.000000000 -0700")
	case event.KindStringArray:
		return appendStrings(dst, p, '.')
	case event.KindIPv4, event.KindIPv6, event.KindIP:
		return state.AppendIP(dst, p)
	case event.KindPort:
		return strconv.AppendUint(dst, unsigned(p), 10)
	}
	return append(dst, "(n.a.)"...)
}

// hexOf is a signed number as it is printed in hexadecimal: of 32 bits at least.
func hexOf(p []byte) uint64 {
	if len(p) < 8 {
		return uint64(uint32(signed(p)))
	}
	return unsigned(p)
}

// appendDots appends bytes, those that do not print as dots.
func appendDots(dst, p []byte) []byte {
	for _, b := range p {
		if b < ' ' || b > '~' {
			b = '.'
		}
		dst = append(dst, b)
	}
	return dst
}

// appendFDList appends the descriptors of poll, with their kinds and the events
// that are waited for.
func (c *Context) appendFDList(dst, p []byte) []byte {
	if c.Thread == nil {
		return dst
	}
	start := len(dst)
	eachFD(p, func(fd int64, events int16) {
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		dst = append(strconv.AppendUint(dst, uint64(fd), 10), ':')
		if f := c.Thread.File(fd); f != nil {
			dst = append(dst, typeLetter(f.Type)...)
		} else {
			dst = append(dst, '?')
		}
		dst = strconv.AppendUint(dst, uint64(uint32(events)), 16)
	})
	return dst
}

// eachFD calls f for each descriptor of a list.
func eachFD(p []byte, f func(fd int64, events int16)) {
	if len(p) < 2 {
		return
	}
	n := int(binary.LittleEndian.Uint16(p))
	for p = p[2:]; n > 0 && len(p) >= 10; n, p = n-1, p[10:] {
		f(int64(binary.LittleEndian.Uint64(p)), int16(binary.LittleEndian.Uint16(p[8:])))
	}
}

func appendStrings(dst, p []byte, sep byte) []byte {
	if n := len(p); n > 0 && p[n-1] == 0 {
		p = p[:n-1]
	}
	return appendJoined(dst, p, sep)
}

func appendSigset(dst []byte, set uint32) []byte {
	start := len(dst)
	for sig := range 32 {
		if name := signalName(byte(sig + 1)); set>>sig&1 != 0 && name != "" {
			if len(dst) > start {
				dst = append(dst, ' ')
			}
			dst = append(dst, name...)
		}
	}
	return dst
}

// signals are the names of signals, numbered as on most architectures.
var signals = [...]string{
	1: "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
	"SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
	"SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
}

func signalName(n byte) string {
	if int(n) < len(signals) {
		return signals[n]
	}
	return ""
}
