// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/event"
)

// Socket families of the capture format that a value can be written for.
const (
	familyUnix  = 1
	familyInet  = 2
	familyInet6 = 10
)

// atFDCWD stands for the current folder where a descriptor is expected, in the
// kernel as in the capture format.
const atFDCWD = -100

// encode gives the bytes of a parameter. An error says what may stand there.
func encode(p *event.Param, w *word) ([]byte, error) {
	if w.isList {
		return encodeList(p, w.list)
	}
	if text, found := strings.CutPrefix(w.value, "hex:"); found && !w.quoted {
		return hex.DecodeString(text)
	}
	switch p.Kind {
	case event.KindString, event.KindPath, event.KindRelPath:
		return append([]byte(w.value), 0), nil
	case event.KindBytes:
		return []byte(w.value), nil
	case event.KindStringArray, event.KindStringPairs:
		return encodeList(p, []string{w.value})
	case event.KindSockaddr:
		return encodeAddr(w.value)
	case event.KindSocktuple:
		return encodeTuple(w.value)
	}
	size := p.Kind.Width()
	if !p.Kind.IsNumber() {
		return nil, errors.New("write the bytes of this parameter as hex:0a1b…")
	}
	n, err := number(p, w.value)
	if err != nil {
		return nil, err
	}
	if unused := 64 - 8*size; n<<unused>>unused != n && int64(n)<<unused>>unused != int64(n) {
		return nil, fmt.Errorf("%s does not fit into %d bytes", w.value, size)
	}
	return binary.LittleEndian.AppendUint64(nil, n)[:size], nil
}

func encodeList(p *event.Param, items []string) ([]byte, error) {
	switch p.Kind {
	case event.KindBytes, event.KindStringArray, event.KindStringPairs:
		var out []byte
		for _, s := range items {
			out = append(append(out, s...), 0)
		}
		return out, nil
	}
	return nil, errors.New("this parameter has one value, not a list")
}

func number(p *event.Param, text string) (uint64, error) {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return uint64(n), nil
	}
	if n, err := strconv.ParseUint(text, 0, 64); err == nil {
		return n, nil
	}
	switch p.Kind {
	case event.KindErrno, event.KindFD, event.KindPID:
		if text == "AT_FDCWD" {
			return twos(atFDCWD), nil
		}
		if e, found := event.LookupErrno(text); found {
			return twos(-int64(e)), nil
		}
		return 0, fmt.Errorf("%q is neither a number nor the name of an error such as ENOENT", text)
	case event.KindDuration:
		d, err := time.ParseDuration(text)
		return uint64(d), err
	case event.KindTime:
		t, err := time.Parse(time.RFC3339Nano, text)
		return uint64(t.UnixNano()), err
	case event.KindSyscall:
		if s, found := event.LookupSyscall(text); found {
			return uint64(s), nil
		}
		return 0, fmt.Errorf("%q is not a syscall", text)
	}
	if p.Flags != nil {
		return flags(p.Flags, text)
	}
	return 0, fmt.Errorf("%q is not a number", text)
}

func twos(n int64) uint64 { return uint64(n) }

func flags(set *event.FlagSet, text string) (uint64, error) {
	var n uint64
names:
	for name := range strings.SplitSeq(text, "|") {
		for _, f := range set.Values {
			if f.Name == name {
				n |= uint64(f.Value)
				continue names
			}
		}
		known := make([]string, len(set.Values))
		for i, f := range set.Values {
			known[i] = f.Name
		}
		return 0, fmt.Errorf("%q is not one of %s", name, strings.Join(known, ", "))
	}
	return n, nil
}

const addrForms = "127.0.0.1:80, [::1]:80 or unix:/run/x.sock"

func encodeAddr(text string) ([]byte, error) {
	if path, found := strings.CutPrefix(text, "unix:"); found {
		return append(append([]byte{familyUnix}, path...), 0), nil
	}
	addr, err := netip.ParseAddrPort(text)
	if err != nil {
		return nil, fmt.Errorf("write an address as %s", addrForms)
	}
	out := []byte{familyInet}
	if addr.Addr().Is6() {
		out[0] = familyInet6
	}
	return endpoint(out, addr), nil
}

func endpoint(dst []byte, a netip.AddrPort) []byte {
	return binary.LittleEndian.AppendUint16(append(dst, a.Addr().AsSlice()...), a.Port())
}

// encodeTuple reads "10.0.0.1:33000->1.2.3.4:443" and "unix:/run/x.sock".
func encodeTuple(text string) ([]byte, error) {
	if path, found := strings.CutPrefix(text, "unix:"); found {
		// The two numbers are kernel addresses of the sockets.
		return append(append(append([]byte{familyUnix}, make([]byte, 16)...), path...), 0), nil
	}
	from, to, found := strings.Cut(text, "->")
	src, err := netip.ParseAddrPort(from)
	dst, err2 := netip.ParseAddrPort(to)
	if !found || err != nil || err2 != nil || src.Addr().Is4() != dst.Addr().Is4() {
		return nil, fmt.Errorf("write a connection as 10.0.0.1:33000->10.0.0.2:443, [::1]:33000->[::1]:443 or unix:/run/x.sock")
	}
	out := []byte{familyInet}
	if src.Addr().Is6() {
		out[0] = familyInet6
	}
	return endpoint(endpoint(out, src), dst), nil
}
