// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

func realPath(path string) (string, error) { return filepath.EvalSymlinks(path) }

// ip4 is an address as events have it: its family, 127.0.0.1, the port.
func ip4(port int) string {
	return fmt.Sprintf("027f000001%02x%02x", port&0xff, port>>8)
}

func tuple4(from, to int) string { return ip4(from) + ip4(to)[2:] }

func portOf(fd int) (int, error) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return 0, err
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return sa.Port, nil
	case *unix.SockaddrInet6:
		return sa.Port, nil
	}
	return 0, fmt.Errorf("an address of %T", sa)
}

func sockets() ([]sight, error) {
	local := [4]byte{127, 0, 0, 1}
	l, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(unix.Bind(l, &unix.SockaddrInet4{Addr: local}), unix.Listen(l, 5)); err != nil {
		return nil, err
	}
	lp, err := portOf(l)
	if err != nil {
		return nil, err
	}
	c, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Connect(c, &unix.SockaddrInet4{Addr: local, Port: lp}); err != nil {
		return nil, err
	}
	cp, err := portOf(c)
	if err != nil {
		return nil, err
	}
	a, _, err := unix.Accept4(l, unix.SOCK_CLOEXEC)
	if err != nil {
		return nil, err
	}
	if err := unix.Sendto(c, []byte("hello"), 0, nil); err != nil {
		return nil, err
	}
	buf := make([]byte, 100)
	if _, _, err := unix.Recvfrom(a, buf, 0); err != nil {
		return nil, err
	}
	// A datagram to an address that the call names, and a connection refused.
	u, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(unix.Bind(u, &unix.SockaddrInet4{Addr: local}), unix.Sendto(u, []byte("x"), 0, &unix.SockaddrInet4{Addr: local, Port: lp})); err != nil {
		return nil, err
	}
	up, err := portOf(u)
	if err != nil {
		return nil, err
	}
	if err := unix.Shutdown(c, unix.SHUT_WR); err != nil {
		return nil, err
	}
	six, err := sockets6()
	if err != nil {
		return nil, err
	}
	return append(six,
		sight{event.SocketExit, map[string]string{"fd": num(l), "domain": "2", "type": num(unix.SOCK_STREAM | unix.SOCK_CLOEXEC), "proto": "0"}},
		sight{event.BindExit, map[string]string{"res": "0", "addr": ip4(0), "fd": num(l)}},
		sight{event.ListenExit, map[string]string{"res": "0", "fd": num(l)}},
		sight{event.ConnectExit, map[string]string{"res": "0", "tuple": tuple4(cp, lp), "fd": num(c), "addr": ip4(lp)}},
		sight{event.Accept4Exit, map[string]string{"fd": num(a), "tuple": tuple4(cp, lp), "queuemax": "5"}},
		sight{event.SendtoExit, map[string]string{"res": "5", "fd": num(c), "data": "hello", "tuple": tuple4(cp, lp)}},
		sight{event.RecvfromExit, map[string]string{"res": "5", "fd": num(a), "data": "hello", "tuple": tuple4(cp, lp)}},
		sight{event.SendtoExit, map[string]string{"res": "1", "fd": num(u), "tuple": tuple4(up, lp)}},
		sight{event.ShutdownExit, map[string]string{"res": "0", "fd": num(c), "how": "1"}}), nil
}

func sockets6() ([]sight, error) {
	var local [16]byte
	local[15] = 1
	s, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Connect(s, &unix.SockaddrInet6{Addr: local, Port: 4321}); err != nil {
		return nil, err
	}
	p, err := portOf(s)
	if err != nil {
		return nil, err
	}
	end := func(port int) []byte { return binary.LittleEndian.AppendUint16(local[:], uint16(port)) }
	tuple := fmt.Sprintf("0a%x%x", end(p), end(4321))
	return []sight{{event.ConnectExit, map[string]string{"res": "0", "tuple": tuple, "fd": num(s), "addr": fmt.Sprintf("0a%x", end(4321))}}}, nil
}

func unixSockets() ([]sight, error) {
	l, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(unix.Bind(l, &unix.SockaddrUnix{Name: "sock"}), unix.Listen(l, 1)); err != nil {
		return nil, err
	}
	c, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Connect(c, &unix.SockaddrUnix{Name: "sock"}); err != nil {
		return nil, err
	}
	abstract, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Bind(abstract, &unix.SockaddrUnix{Name: "@lanner-test"}); err != nil {
		return nil, err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	return []sight{
		{event.BindExit, map[string]string{"res": "0", "fd": num(l), "addr": fmt.Sprintf("01%x00", "sock")}},
		{event.ConnectExit, map[string]string{"res": "0", "fd": num(c), "addr": fmt.Sprintf("01%x00", "sock")}},
		{event.BindExit, map[string]string{"res": "0", "fd": num(abstract), "addr": fmt.Sprintf("01%x00", "@lanner-test")}},
		{event.SocketpairExit, map[string]string{"res": "0", "fd1": num(pair[0]), "fd2": num(pair[1]), "domain": "1", "type": "1"}},
	}, nil
}
