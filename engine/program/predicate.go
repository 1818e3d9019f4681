// SPDX-License-Identifier: Apache-2.0

package program

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"net/netip"
	"regexp"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
)

// A predicate is a test that no index takes: it looks at one value by itself.
type predicate interface{ holds(v extract.Value) bool }

// A family is how the values of a kind are compared.
type family uint8

const (
	text family = iota
	signed
	unsigned
	float
	address
	network
)

func familyOf(k event.Kind) family {
	switch k {
	case event.KindInt8, event.KindInt16, event.KindInt32, event.KindInt64,
		event.KindErrno, event.KindFD, event.KindPID, event.KindPID32:
		return signed
	case event.KindString, event.KindBytes, event.KindPath, event.KindRelPath,
		event.KindStringArray, event.KindStringPairs, event.KindSockaddr, event.KindSocktuple, event.KindFDList:
		return text
	case event.KindDouble:
		return float
	case event.KindIPv4, event.KindIPv6, event.KindIP:
		return address
	case event.KindIPv4Net, event.KindIPv6Net, event.KindIPNet:
		return network
	}
	return unsigned
}

// addressText is an address as extract gives it: its 4 or 16 bytes.
func addressText(a netip.Addr) string { return string(a.AsSlice()) }

type (
	textIs       struct{ text string }
	textStarts   struct{ text string }
	textEnds     struct{ text string }
	textContains struct{ text []byte }
	// textFolded is contains without regard for case; its text is lower case.
	textFolded struct{ text string }
	textGlob   struct{ glob }
	textRegexp struct{ *regexp.Regexp }
	textSet    struct{ texts map[string]bool }
	numberSet  struct{ numbers map[uint64]bool }
)

func (p textIs) holds(v extract.Value) bool       { return string(v.Bytes) == p.text }
func (p textContains) holds(v extract.Value) bool { return bytes.Contains(v.Bytes, p.text) }
func (p textRegexp) holds(v extract.Value) bool   { return p.Match(v.Bytes) }
func (p *textGlob) holds(v extract.Value) bool    { return p.match(v.Bytes) }
func (p textSet) holds(v extract.Value) bool      { return p.texts[string(v.Bytes)] }
func (p numberSet) holds(v extract.Value) bool    { return p.numbers[v.Num] }

func (p textStarts) holds(v extract.Value) bool {
	return len(v.Bytes) >= len(p.text) && string(v.Bytes[:len(p.text)]) == p.text
}

func (p textEnds) holds(v extract.Value) bool {
	return len(v.Bytes) >= len(p.text) && string(v.Bytes[len(v.Bytes)-len(p.text):]) == p.text
}

func (p textFolded) holds(v extract.Value) bool { return containsFold(v.Bytes, p.text) }

// containsFold reports whether s contains the lower-case text, whatever the
// case of s. Letters are those of ASCII.
func containsFold[T string | []byte](s []byte, text T) bool {
	for i := 0; i+len(text) <= len(s); i++ {
		j := 0
		for j < len(text) && lower(s[i+j]) == lower(text[j]) {
			j++
		}
		if j == len(text) {
			return true
		}
	}
	return false
}

// An order compares with one constant by size, or numbers by equality.
type order struct {
	op     check.Op
	family family
	text   string
	num    uint64
	float  float64
}

func (p *order) holds(v extract.Value) bool {
	switch p.family {
	case text:
		// The conversion costs nothing: it does not escape.
		return inOrder(p.op, cmp.Compare(string(v.Bytes), p.text))
	case signed:
		return inOrder(p.op, cmp.Compare(int64(v.Num), int64(p.num)))
	case float:
		return floatsInOrder(p.op, math.Float64frombits(v.Num), p.float)
	}
	return inOrder(p.op, cmp.Compare(v.Num, p.num))
}

// inOrder reports whether a comparison's result is what op asks for.
func inOrder(op check.Op, c int) bool {
	switch op {
	case check.Less:
		return c < 0
	case check.LessEqual:
		return c <= 0
	case check.Greater:
		return c > 0
	case check.GreaterEqual:
		return c >= 0
	case check.NotEqual:
		return c != 0
	}
	return c == 0
}

// floatsInOrder differs for what is not a number: it equals nothing.
func floatsInOrder(op check.Op, a, b float64) bool {
	if a != a || b != b {
		return op == check.NotEqual
	}
	return inOrder(op, cmp.Compare(a, b))
}

// A networkSet holds networks: for each length of a prefix, the prefixes.
type networkSet struct {
	lengths []prefixLength
}

type prefixLength struct {
	size, bits int // of the addresses, in bytes; of the prefix
	prefixes   map[[16]byte]bool
}

func newNetworkSet(prefixes []netip.Prefix) *networkSet {
	s := &networkSet{}
next:
	for _, p := range prefixes {
		a := p.Addr().AsSlice()
		key := masked(a, p.Bits())
		for _, l := range s.lengths {
			if l.size == len(a) && l.bits == p.Bits() {
				l.prefixes[key] = true
				continue next
			}
		}
		s.lengths = append(s.lengths, prefixLength{len(a), p.Bits(), map[[16]byte]bool{key: true}})
	}
	return s
}

// masked is an address's first bits, the rest zero.
func masked(a []byte, bits int) (m [16]byte) {
	copy(m[:], a)
	hi, lo := binary.BigEndian.Uint64(m[:8]), binary.BigEndian.Uint64(m[8:])
	if bits < 64 {
		hi &^= math.MaxUint64 >> bits
		lo = 0
	} else {
		lo &^= math.MaxUint64 >> (bits - 64)
	}
	binary.BigEndian.PutUint64(m[:8], hi)
	binary.BigEndian.PutUint64(m[8:], lo)
	return m
}

func (s *networkSet) holds(v extract.Value) bool {
	for i := range s.lengths {
		if l := &s.lengths[i]; l.size == len(v.Bytes) && l.prefixes[masked(v.Bytes, l.bits)] {
			return true
		}
	}
	return false
}

// A countOf asks how many of several predicates hold.
type countOf struct {
	mod check.Modifier
	of  []predicate
}

func (p *countOf) holds(v extract.Value) bool {
	n := 0
	for _, q := range p.of {
		if q.holds(v) {
			n++
		}
	}
	switch p.mod {
	case check.AllOf:
		return n == len(p.of) && n > 0
	case check.OneOf:
		return n == 1
	}
	return n > 0
}

// A negation holds where its predicate does not.
type negation struct{ predicate }

func (p negation) holds(v extract.Value) bool { return !p.predicate.holds(v) }
