// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"

	"github.com/lanner-project/lanner/engine/event"
)

// interfaces are the addresses of the machine.
type interfaces struct {
	v4, v6 []address
}

type address struct{ ip, mask []byte }

var loopback6 = []byte{15: 1}

func (n *interfaces) add(i *event.Interface) {
	a := address{bytes.Clone(i.Addr), bytes.Clone(i.Netmask)}
	switch {
	case len(a.ip) == 4 && len(a.mask) == 4:
		n.v4 = append(n.v4, a)
	case len(a.ip) == 16:
		n.v6 = append(n.v6, a)
	}
}

// complete fills in the address of a socket's own side where the process left
// it to the kernel: that of the interface through which the peer is reached.
func (n *interfaces) complete(f *File) {
	s := &f.Sock
	src, dst := f.SrcIP(), f.DstIP()
	switch {
	case allZero(src):
		if own := n.facing(dst); !bytes.Equal(own, dst) || s.SrcPort != s.DstPort {
			copy(src, own)
		}
	case allZero(dst):
		if own := n.facing(src); !bytes.Equal(own, src) || s.SrcPort != s.DstPort {
			copy(dst, own)
		}
	}
}

var (
	zero4     = make([]byte, 4)
	zero16    = make([]byte, 16)
	loopback4 = []byte{127, 0, 0, 1}
)

// facing is the machine's address that ip would see: ip itself where it is the
// machine's, else one in ip's network, else the first that is not the loopback.
func (n *interfaces) facing(ip []byte) []byte {
	if len(ip) == 16 {
		return n.facing6(ip)
	}
	for _, a := range n.v4 {
		if bytes.Equal(a.ip, ip) {
			return a.ip
		}
	}
	for _, a := range n.v4 {
		if sameNet(a, ip) {
			return a.ip
		}
	}
	for _, a := range n.v4 {
		if !bytes.Equal(a.ip, loopback4) {
			return a.ip
		}
	}
	return zero4
}

func (n *interfaces) facing6(ip []byte) []byte {
	for _, a := range n.v6 {
		if bytes.Equal(a.ip, ip) {
			return a.ip
		}
	}
	for _, a := range n.v6 {
		if sameNet6(a.ip, ip) {
			return a.ip
		}
	}
	for _, a := range n.v6 {
		if !bytes.Equal(a.ip, loopback6) {
			return a.ip
		}
	}
	return zero16
}

func sameNet(a address, ip []byte) bool {
	for i := range ip {
		if (a.ip[i]^ip[i])&a.mask[i] != 0 {
			return false
		}
	}
	return true
}

// sameNet6 reports whether two addresses are in one network, which is taken to
// have 64 bits whatever its mask.
func sameNet6(a, b []byte) bool { return bytes.Equal(a[:8], b[:8]) }

// IsLocal reports whether ip is an address of the machine, as far as it is
// known, or of the thread's container; of IPv6 whether it is in one of the
// machine's networks.
func (t *Table) IsLocal(ip []byte, th *Thread) bool {
	if th != nil && th.Container != nil && th.Container.Info != nil && bytes.Equal(th.Container.Info.addr, ip) {
		return true
	}
	if len(ip) == 16 {
		if th != nil && th.Container != nil {
			return false // it has networks of its own, which no source tells
		}
		for _, a := range t.interfaces.v6 {
			if sameNet6(ip, a.ip) {
				return true
			}
		}
		return false
	}
	for _, a := range t.interfaces.v4 {
		if bytes.Equal(a.ip, ip) {
			return true
		}
	}
	return false
}
