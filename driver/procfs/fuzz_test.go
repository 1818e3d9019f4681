// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/event"
)

// What the kernel tells, of kinds that the parsers have to tell apart. Addresses,
// numbers and names are made up.
const (
	statBash = "4242 (bash) S 4241 4242 4240 34817 4300 4194304 2291 33104 3 54 4 5 62 31 20 0 1 0 123456 8568832 1282 18446744073709551615 1 1 0 0 0 0 65536 3670020 1266777851 1 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
	statOdd  = "7 (a) Z 1 (\n\\b) R 1 7 7 0 -1 4194368 1 0 0 0 0 0 0 0 20 0 3 0 99 0 0\n"

	statusInside = "Name:\ta\\n\\\\b\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t4242\nNgid:\t0\nPid:\t4243\nPPid:\t4241\nTracerPid:\t0\n" +
		"Uid:\t1000\t1001\t1002\t1003\nGid:\t2000\t2001\t2002\t2003\nFDSize:\t64\nGroups:\t4 24 \nNStgid:\t4242\t12\t1\nNSpid:\t4243\t13\t2\nNSpgid:\t4242\t12\t1\nNSsid:\t4240\t0\t0\n" +
		"VmPeak:\t    8472 kB\nVmSize:\t    8368 kB\nVmRSS:\t    5128 kB\nVmSwap:\t     128 kB\nThreads:\t2\n" +
		"CapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\nCapEff:\t0000000000000002\nCapBnd:\t000001ffffffffff\n"

	tcpLine  = "   0: 0100007F:1F90 0200007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 31337 1 0000000000000000 20 4 30 10 -1"
	tcp6Line = "   1: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31338 1 0000000000000000 100 0 0 10 0"
	unixLine = "ffff9d5e41a3b800: 00000002 00000000 00010000 0001 01 31339 /run/a b"

	cgroupOld    = "12:pids:/docker/0123\n11:cpuset:/\n5:net_cls,net_prio:/\n4:memory:/docker/0123\n1:name=systemd:/x:y\n0::/system.slice\n"
	cgroupNew    = "0::/system.slice/docker-0123.scope (deleted)\n"
	fdinfoFile   = "pos:\t0\nflags:\t02102001\nmnt_id:\t29\nino:\t77\n"
	fdinfoPID    = "pos:\t0\nflags:\t02000002\nmnt_id:\t16\nino:\t9\nPid:\t4242\nNSpid:\t4242\n"
	mountOverlay = "36 25 0:31 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/a:/b,upperdir=/var/lib/x\\040y/diff,workdir=/w\n" +
		"37 36 0:32 /sub /proc rw - proc proc rw\n"
)

func TestParse(t *testing.T) {
	t.Parallel()
	st, err := parseStat([]byte(statBash))
	if err != nil {
		t.Fatal(err)
	}
	wantStat := stat{
		comm: []byte("bash"), state: 'S', ppid: 4241, pgrp: 4242, session: 4240, tty: 34817, flags: 4194304,
		minorFaults: 2291, majFaults: 3, threads: 1, start: 123456 * tick,
	}
	if diff := cmp.Diff(wantStat, st, cmp.AllowUnexported(stat{})); diff != "" {
		t.Errorf("stat (-want +got):\n%s", diff)
	}
	if st, err = parseStat([]byte(statOdd)); err != nil || string(st.comm) != "a) Z 1 (\n\\b" || st.state != 'R' || st.threads != 3 {
		t.Errorf("a name that looks like the rest: %+v, %v", st, err)
	}
	sta, err := parseStatus([]byte(statusInside))
	wantStatus := status{
		tgid: 4242, uid: 1001, gid: 2001, levels: 3, vtid: 2, vpid: 1, vpgid: 1, vmSize: 8368, vmRSS: 5128, vmSwap: 128,
		capInheritable: 1, capPermitted: 1<<41 - 1, capEffective: 2,
	}
	if diff := cmp.Diff(wantStatus, sta, cmp.AllowUnexported(status{})); diff != "" || err != nil {
		t.Errorf("status (-want +got):\n%s%v", diff, err)
	}
	for text, want := range map[string]string{
		cgroupOld:       "cpuset=/\x00memory=/docker/0123\x00pids=/docker/0123\x00net_cls=/\x00net_prio=/\x00",
		cgroupNew:       "cpuset=/system.slice/docker-0123.scope\x00memory=/system.slice/docker-0123.scope\x00pids=/system.slice/docker-0123.scope\x00",
		"0::/\n1:cpu:/": "cpuset=/\x00memory=/\x00pids=/\x00cpu=/\x00",
		"broken":        "",
	} {
		if got := string(appendCgroups(nil, []byte(text))); got != want {
			t.Errorf("cgroups %q: %q, want %q", text, got, want)
		}
	}
	if d := parseDescriptor([]byte(fdinfoFile)); openFlags(d.flags) != 2|1<<3|1<<12 || d.pid != 0 {
		t.Errorf("flags %o are %x", d.flags, openFlags(d.flags))
	}
	if d := parseDescriptor([]byte(fdinfoPID)); d.pid != 4242 || openFlags(d.flags) != 3|1<<12 {
		t.Errorf("pidfd %+v", d)
	}
	o := parseMount([]byte(mountOverlay), 36)
	if name, ok := o.name([]byte("/bin/x")); !o.layered || o.upper != "/var/lib/x y/diff" || !ok || name != "bin/x" {
		t.Errorf("overlay %+v: %q, %v", o, name, ok)
	}
	if o := parseMount([]byte(mountOverlay), 37); o.layered {
		t.Errorf("proc as an overlay: %+v", o)
	}
	const limits = "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            "
	for text, want := range map[string]int64{limits + "1024    524288  files\n": 1024, limits + "unlimited unlimited files\n": -1, "": -1} {
		if got := parseLimit([]byte(text)); got != want {
			t.Errorf("limit %d, want %d", got, want)
		}
	}
	for text, want := range map[string]uint32{"0": 1, "0-3": 4, "0-1,4,6-7": 5, "": 0, "x": 0, "3-1": 0} {
		if got := countRanges([]byte(text)); got != want {
			t.Errorf("%d in %q, want %d", got, text, want)
		}
	}
}

func TestParseSockets(t *testing.T) {
	t.Parallel()
	sock, ino, ok := parseInet([]byte(tcpLine), event.L4TCP, false)
	want := inetSocket{src: [16]byte{127, 0, 0, 1}, dst: [16]byte{127, 0, 0, 2}, srcPort: 8080, dstPort: 54321, kind: event.FileIPv4, l4: event.L4TCP}
	if !ok || ino != 31337 || sock != want {
		t.Errorf("%+v %d %v", sock, ino, ok)
	}
	sock, ino, ok = parseInet([]byte(tcp6Line), event.L4TCP, true)
	if !ok || ino != 31338 || sock.kind != event.FileIPv6Server || sock.srcPort != 22 || sock.src != [16]byte{15: 1} {
		t.Errorf("%+v %d %v", sock, ino, ok)
	}
	local, ino, ok := parseUnix([]byte(unixLine))
	if !ok || ino != 31339 || local.path != "/run/a b" || local.address != 0xffff9d5e41a3b800 {
		t.Errorf("%+v %d %v", local, ino, ok)
	}
	if local, _, ok = parseUnix([]byte("000000005e7549cd: 00000003 00000000 00000000 0001 03 31340")); !ok || local.path != "" || local.address != 0 {
		t.Errorf("%+v %v: a number that is no address", local, ok)
	}
	if ino, ok := parseNetlink([]byte("0000000000000000 0   4242   00000550 0        0        0     2        0        31341   ")); !ok || ino != 31341 {
		t.Errorf("netlink %d %v", ino, ok)
	}
}

func FuzzStat(f *testing.F) {
	f.Add([]byte(statBash))
	f.Add([]byte(statOdd))
	f.Add([]byte("1 ()) S"))
	f.Fuzz(func(t *testing.T, b []byte) {
		st, err := parseStat(b)
		if err == nil && (st.state == 0 || !bytes.Contains(b, append(append([]byte("("), st.comm...), ')'))) {
			t.Errorf("%+v", st)
		}
		// Whatever a thread is called, the rest is what the kernel says.
		if len(b) > 15 {
			b = b[:15]
		}
		b = bytes.ReplaceAll(b, nul, nil)
		st, err = parseStat(fmt.Appendf(nil, "7 (%s) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20\n", b))
		if err != nil || !bytes.Equal(st.comm, b) || st.ppid != 1 || st.start != 19*tick {
			t.Errorf("%q: %+v, %v", b, st, err)
		}
	})
}

func FuzzStatus(f *testing.F) {
	f.Add([]byte(statusInside))
	f.Add([]byte("Tgid:\nUid:\t-1\nNSpid:\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if st, err := parseStatus(b); err == nil && (st.tgid <= 0 || st.levels < 1) {
			t.Errorf("%+v", st)
		}
		_ = parseLimit(b)
	})
}

func FuzzSockets(f *testing.F) {
	f.Add([]byte(tcpLine))
	f.Add([]byte(tcp6Line))
	f.Add([]byte(unixLine))
	f.Add([]byte("0000000000000000 0   4242   00000550 0        0        0     2        0        31341   "))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v6 := range []bool{false, true} {
			if sock, _, ok := parseInet(b, event.L4UDP, v6); ok && (sock.kind < event.FileIPv4 || sock.kind > event.FileIPv6Server) {
				t.Errorf("%+v", sock)
			}
		}
		_, _ = parseNetlink(b)
		// A socket's path cannot take away or change what the line of another says.
		n := &network{local: make(map[uint64]unixSocket)}
		table := unixLine + "\nffff9d5e41a3b900: 00000002 00000000 00010000 0001 01 31400 " + string(b) + "\n"
		var last uint64
		for line := range bytes.Lines([]byte(table)) {
			last = n.addUnix(bytes.TrimSuffix(line, newline), last)
		}
		if s := n.local[31339]; s.path != "/run/a b" && !s.twice {
			t.Errorf("%+v", n.local)
		}
	})
}

func FuzzCgroup(f *testing.F) {
	f.Add([]byte(cgroupOld))
	f.Add([]byte(cgroupNew))
	f.Fuzz(func(t *testing.T, b []byte) {
		out := appendCgroups(nil, b)
		if len(out) > 3*len(b)+3*len("cpuset=x") || len(out) > 0 && (out[len(out)-1] != 0 || !bytes.ContainsRune(out, '=')) {
			t.Errorf("%q", out)
		}
	})
}

func FuzzDescriptor(f *testing.F) {
	f.Add([]byte(fdinfoFile), []byte("anon_inode:[eventfd]"))
	f.Add([]byte(fdinfoPID), []byte("pidfd:[77]"))
	f.Add([]byte("flags:\t9\n"), []byte("socket:[1"))
	f.Fuzz(func(t *testing.T, info, link []byte) {
		if d := parseDescriptor(info); openFlags(d.flags)&3 == 0 && d.flags&3 != 3 || d.pid < 0 {
			t.Errorf("%+v", d)
		}
		kind, _ := anonymous(link)
		if len(link) > 0 && link[0] == '/' && kind != linkPath {
			t.Errorf("the path %q is of kind %d", link, kind)
		}
	})
}

func FuzzMount(f *testing.F) {
	f.Add([]byte(mountOverlay), []byte("/bin/x"))
	f.Fuzz(func(t *testing.T, b, path []byte) {
		for _, id := range []uint64{0, 36} {
			o := parseMount(b, id)
			if name, ok := o.name(path); ok && name == "" {
				t.Errorf("%+v has no name for %q", o, path)
			}
		}
	})
}

func FuzzUsers(f *testing.F) {
	f.Add([]byte("root:x:0:0:root:/root:/bin/sh"))
	f.Add([]byte("users:x:100:a,b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if u, ok := parseUser(b); ok && u.Name == "" {
			t.Errorf("%+v", u)
		}
		if g, ok := parseGroup(b); ok && g.Name == "" {
			t.Errorf("%+v", g)
		}
		_ = countRanges(b)
	})
}

// FuzzNumbers reads a folder's entries as the kernel writes them.
func FuzzNumbers(f *testing.F) {
	entry := func(name string) []byte {
		b := make([]byte, 19, 40)
		b = append(append(b, name...), 0)
		for len(b)%8 != 0 {
			b = append(b, 0)
		}
		binary.NativeEndian.PutUint16(b[16:], uint16(len(b)))
		return b
	}
	f.Add(append(append(entry("."), entry("42")...), entry("self")...))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, n := range appendNumbers(nil, b) {
			if n < 0 {
				t.Errorf("%d", n)
			}
		}
		if got := appendNumbers(nil, append(entry("12345"), b...)); len(got) == 0 || got[0] != 12345 {
			t.Errorf("%v", got)
		}
	})
}
