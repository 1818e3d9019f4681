// SPDX-License-Identifier: Apache-2.0

package program

import "github.com/lanner-project/lanner/engine/extract"

// An exactIndex holds what texts (or addresses, as their bytes) are compared
// with for equality: one hash table for all tests of an operand.
type exactIndex struct {
	lengths uint64 // bit n: a text of n bytes exists; the last bit is for all longer ones
	tests   map[string][]uint32
}

func newExactIndex(entries []entry) *exactIndex {
	x := &exactIndex{tests: make(map[string][]uint32, len(entries))}
	for _, e := range entries {
		x.lengths |= lengthBit(len(e.text))
		x.tests[e.text] = e.tests
	}
	return x
}

func lengthBit(n int) uint64 { return 1 << min(n, 63) }

func (x *exactIndex) mark(v extract.Value, bits bitset) {
	if x.lengths&lengthBit(len(v.Bytes)) == 0 {
		return
	}
	bits.setAll(x.tests[string(v.Bytes)])
}

// A numberIndex is the same for numbers.
type numberIndex struct {
	tests map[uint64][]uint32
}

func (x *numberIndex) mark(v extract.Value, bits bitset) { bits.setAll(x.tests[v.Num]) }
