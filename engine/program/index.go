// SPDX-License-Identifier: Apache-2.0

package program

import (
	"math/bits"

	"github.com/lanner-project/lanner/engine/extract"
)

// An index finds, of many tests of one operand, those that hold for a value, in
// one look at the value.
type index interface {
	// mark sets the bits of the tests that hold; it clears none.
	mark(v extract.Value, bits bitset)
}

// An entry of an index: a constant, and the tests that hold because of it.
type entry struct {
	text  string
	tests []uint32
}

// A bitset has its length given by what it is about: tests of an index, rules.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) set(i uint32)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) clear(i uint32)    { b[i/64] &^= 1 << (i % 64) }
func (b bitset) has(i uint32) bool { return b[i/64]&(1<<(i%64)) != 0 }

func (b bitset) setAll(is []uint32) {
	for _, i := range is {
		b.set(i)
	}
}

func (b bitset) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}
