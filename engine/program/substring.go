// SPDX-License-Identifier: Apache-2.0

package program

import (
	"slices"

	"github.com/lanner-project/lanner/engine/extract"
)

// A substringIndex holds what texts have to contain: an automaton after Aho and
// Corasick, which reads each byte of a text once.
type substringIndex struct {
	column [256]uint8 // bytes that are told apart; 0: in no needle, or the last of all 256
	width  int
	next   []uint16   // by state and column
	tests  [][]uint32 // by state: of the needles that end here
	found  []bool     // by state: tests is not empty
}

// maxSubstringBytes bounds the needles of one automaton, so that states have
// room in 16 bits. More needles take several.
const maxSubstringBytes = 1<<16 - 2

// newSubstringIndexes makes automatons for all entries, none of them empty or
// longer than maxSubstringBytes. With fold, upper and lower case are the same.
func newSubstringIndexes(entries []entry, fold bool) []index {
	var all []index
	for len(entries) > 0 {
		n, size := 0, 0
		for n < len(entries) && size+len(entries[n].text) <= maxSubstringBytes {
			size += len(entries[n].text)
			n++
		}
		all = append(all, newSubstringIndex(entries[:n], fold, size+1))
		entries = entries[n:]
	}
	return all
}

func newSubstringIndex(entries []entry, fold bool, maxStates int) *substringIndex {
	x := &substringIndex{}
	x.chooseColumns(entries, fold)
	x.next = make([]uint16, 0, maxStates*x.width)
	x.addState()
	for _, e := range entries {
		s := 0
		for _, c := range []byte(e.text) {
			at := s*x.width + int(x.column[c])
			if x.next[at] == 0 {
				x.next[at] = uint16(x.addState())
			}
			s = int(x.next[at])
		}
		x.tests[s] = append(x.tests[s], e.tests...)
	}
	x.link()
	x.found = make([]bool, len(x.tests))
	for s, tests := range x.tests {
		x.found[s] = len(tests) > 0
	}
	return x
}

func (x *substringIndex) chooseColumns(entries []entry, fold bool) {
	x.width = 1
	for _, e := range entries {
		for _, c := range []byte(e.text) {
			if fold {
				c = lower(c)
			}
			if x.column[c] == 0 && x.width < 256 {
				x.column[c] = uint8(x.width)
				x.width++
			}
		}
	}
	if fold {
		for c := byte('A'); c <= 'Z'; c++ {
			x.column[c] = x.column[lower(c)]
		}
	}
}

func (x *substringIndex) addState() int {
	x.next = append(x.next, make([]uint16, x.width)...)
	x.tests = append(x.tests, nil)
	return len(x.tests) - 1
}

// link completes the trie: where a state has no way on, it takes that of the
// longest other state that its text ends with, and has that state's tests too.
func (x *substringIndex) link() {
	fail := make([]uint16, len(x.tests))
	queue := make([]uint16, 0, len(x.tests))
	for _, s := range x.next[:x.width] {
		if s != 0 {
			queue = append(queue, s)
		}
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		f := fail[s]
		x.tests[s] = slices.Concat(x.tests[s], x.tests[f])
		for col := range x.width {
			at, instead := int(s)*x.width+col, x.next[int(f)*x.width+col]
			if to := x.next[at]; to != 0 {
				fail[to] = instead
				queue = append(queue, to)
			} else {
				x.next[at] = instead
			}
		}
	}
}

func (x *substringIndex) mark(v extract.Value, bits bitset) {
	s := 0
	for _, c := range v.Bytes {
		s = int(x.next[s*x.width+int(x.column[c])])
		if x.found[s] {
			bits.setAll(x.tests[s])
		}
	}
}
