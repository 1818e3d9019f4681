// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

// machine tells the machine, its networks, users and groups.
func (s *scan) machine() error {
	m := event.Machine{CPUs: uint32(runtime.NumCPU()), BootTime: s.boot, Hostname: s.hostname()}
	if text, err := os.ReadFile("/sys/devices/system/cpu/online"); err == nil {
		if n := countRanges(bytes.TrimSpace(text)); n > 0 {
			m.CPUs = n // NumCPU counts those that this process may use
		}
	}
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return fmt.Errorf("sysinfo: %w", err)
	}
	m.Memory = uint64(info.Totalram) * uint64(info.Unit)
	if text, err := s.root.read("sys/kernel/pid_max", s.text[:0], maxStatus); err == nil {
		word, _ := nextWord(text)
		m.MaxPID, _ = decimal(word)
	}
	s.to.Machine(&m)
	s.interfaces()
	s.users("passwd", func(line []byte) {
		if u, ok := parseUser(line); ok {
			s.to.User(&u)
		}
	})
	s.users("group", func(line []byte) {
		if g, ok := parseGroup(line); ok {
			s.to.Group(&g)
		}
	})
	return nil
}

// hostname is the name of the machine. In a container, whose own name another
// is, the machine's file says it.
func (s *scan) hostname() string {
	if s.cfg.Host != "/" {
		if text, err := os.ReadFile(filepath.Join(s.cfg.Host, "etc/hostname")); err == nil {
			if word, _ := nextWord(text); word != nil {
				return string(word)
			}
		}
	}
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// countRanges counts the numbers in a list like 0-3,8.
func countRanges(b []byte) uint32 {
	var n uint32
	for len(b) > 0 {
		var part []byte
		part, b, _ = bytes.Cut(b, []byte{','})
		from, to, isRange := bytes.Cut(part, []byte{'-'})
		if !isRange {
			to = from
		}
		first, ok1 := decimal(from)
		last, ok2 := decimal(to)
		if !ok1 || !ok2 || last < first || last > 1<<16 {
			return 0
		}
		n += uint32(last - first + 1)
	}
	return n
}

// interfaces tells the addresses of the reader's own network namespace.
func (s *scan) interfaces() {
	all, err := net.Interfaces()
	if err != nil {
		return // without them, some sides of sockets are not known to be the machine's
	}
	for i := range all {
		addrs, err := all[i].Addrs()
		if err != nil {
			continue
		}
		for _, a := range addrs {
			n, ok := a.(*net.IPNet)
			if !ok {
				continue
			}
			out := event.Interface{Name: all[i].Name}
			if ip := n.IP.To4(); ip != nil && len(n.Mask) == net.IPv4len {
				out.Addr, out.Netmask, out.Broadcast = ip, n.Mask, make([]byte, net.IPv4len)
				for j := range ip {
					out.Broadcast[j] = ip[j] | ^n.Mask[j]
				}
			} else if len(n.IP) == net.IPv6len && len(n.Mask) == net.IPv6len {
				out.Addr, out.Netmask, out.Broadcast = n.IP, n.Mask, make([]byte, net.IPv6len)
			} else {
				continue
			}
			s.to.Interface(&out)
		}
	}
}

// users hands out the lines of one of the machine's lists of users and groups.
func (s *scan) users(name string, each func(line []byte)) {
	text, err := os.ReadFile(filepath.Join(s.cfg.Host, "etc", name))
	if err != nil {
		return // a machine without, as images of single programs are
	}
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, newline)
		each(line)
	}
}

func parseUser(line []byte) (u event.User, ok bool) {
	f := bytes.Split(line, colon)
	if len(f) < 7 || len(f[0]) == 0 || f[0][0] == '#' {
		return u, false
	}
	uid, ok1 := decimal(f[2])
	gid, ok2 := decimal(f[3])
	if !ok1 || !ok2 || uid > 1<<32-1 || gid > 1<<32-1 {
		return u, false
	}
	return event.User{UID: uint32(uid), GID: uint32(gid), Name: string(f[0]), Home: string(f[5]), Shell: string(f[6])}, true
}

func parseGroup(line []byte) (g event.Group, ok bool) {
	f := bytes.Split(line, colon)
	if len(f) < 3 || len(f[0]) == 0 || f[0][0] == '#' {
		return g, false
	}
	gid, ok := decimal(f[2])
	if !ok || gid > 1<<32-1 {
		return g, false
	}
	return event.Group{GID: uint32(gid), Name: string(f[0])}, true
}
