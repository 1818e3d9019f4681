// SPDX-License-Identifier: Apache-2.0

package check

import (
	"iter"
	"math/bits"

	"github.com/lanner-project/lanner/engine/event"
)

// A TypeSet is a set of event types. Its zero value is empty.
type TypeSet [8]uint64

// maxTypes is how many types a set can tell apart; the capture format has 454.
const maxTypes = len(TypeSet{}) * 64

// Has reports whether t is in the set. A type that no set can hold is in none.
func (s *TypeSet) Has(t event.Type) bool {
	return int(t) < maxTypes && s[t/64]&(1<<(t%64)) != 0
}

// Add puts t into the set.
//
// Preconditions: t is a type of the event table.
func (s *TypeSet) Add(t event.Type) { s[t/64] |= 1 << (t % 64) }

// Len returns how many types the set has.
func (s *TypeSet) Len() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// All yields the set's types in order.
func (s *TypeSet) All() iter.Seq[event.Type] {
	return func(yield func(event.Type) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(event.Type(i*64 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

func (s TypeSet) and(o TypeSet) TypeSet {
	for i := range s {
		s[i] &= o[i]
	}
	return s
}

func (s TypeSet) or(o TypeSet) TypeSet {
	for i := range s {
		s[i] |= o[i]
	}
	return s
}
