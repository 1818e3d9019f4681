// SPDX-License-Identifier: Apache-2.0

package program

import (
	"bytes"
	"hash/maphash"

	"github.com/lanner-project/lanner/engine/state"
)

// A memo says what is known of a scope's conditions for one thread, or one
// name, and what is true of it: a bit for each rule, then one for each node
// that is kept. What is true is known.
type memo struct{ known, truth bitset }

func newMemo(s *scope) memo {
	n := s.words()
	both := newBitset(128 * n)
	return memo{both[:n:n], both[n:]}
}

// start fills a memo with what holds for everything.
func (k memo) start(s *scope) {
	clear(k.known)
	clear(k.truth)
	copy(k.known, s.certain)
	copy(k.truth, s.certain)
}

func (s *scope) words() int { return (s.slots + 63) / 64 }

// memoOf returns the memo that a thread with a stamp keeps for the program with
// a number.
func (s *scope) memoOf(kept *state.Memo, id, stamp uint64) memo {
	if kept.Owner == id && kept.Stamp == stamp {
		return memo{kept.Known, kept.True}
	}
	k := memo{kept.Known, kept.True}
	if kept.Owner != id {
		k = newMemo(s)
	}
	k.start(s)
	kept.Owner, kept.Stamp, kept.Known, kept.True = id, stamp, k.known, k.truth
	return k
}

// maxNameLength bounds the names that are remembered; longer ones are rare.
const maxNameLength = 127

// names remembers files by name and kind in a table of fixed size, two places
// for each hash, of which the one that was used longer ago is given to a new one.
type names struct {
	scope *scope
	seed  maphash.Seed

	mask   uint64
	hashes []uint64 // 0: empty
	sizes  []uint8
	older  []uint8 // by pair: which place was used longer ago
	kinds  []uint16
	texts  []byte // maxNameLength for each place
	memos  []uint64
}

// namesMemory bounds the table, in bytes.
const namesMemory = 6 << 20

func newNames(s *scope) *names {
	size := maxNameLength + 16*s.words() + 12
	places := 256
	for places*2*size <= namesMemory {
		places *= 2
	}
	return &names{
		scope: s, seed: maphash.MakeSeed(), mask: uint64(places/2 - 1),
		hashes: make([]uint64, places), sizes: make([]uint8, places), kinds: make([]uint16, places), older: make([]uint8, places/2),
		texts: make([]byte, places*maxNameLength), memos: make([]uint64, places*2*s.words()),
	}
}

// noName marks the kind of what has no name.
const noName = 1 << 15

// of returns the memo of a name and its kind; false if the name is too long.
func (t *names) of(name []byte, kind uint16) (memo, bool) {
	if len(name) > maxNameLength {
		return memo{}, false
	}
	hash := maphash.Bytes(t.seed, name) + uint64(kind)*0x9e3779b97f4a7c15 | 1
	pair := hash >> 1 & t.mask
	for way := range uint64(2) {
		place := int(pair*2 + way)
		if t.hashes[place] == hash && t.kinds[place] == kind && bytes.Equal(t.text(place), name) {
			t.older[pair] = uint8(1 - way)
			return t.memo(place), true
		}
	}
	place := int(pair*2 + uint64(t.older[pair]))
	t.older[pair] = 1 - t.older[pair]
	t.hashes[place], t.sizes[place], t.kinds[place] = hash, uint8(len(name)), kind
	copy(t.text(place), name)
	k := t.memo(place)
	k.start(t.scope)
	return k, true
}

func (t *names) text(place int) []byte {
	return t.texts[place*maxNameLength:][:t.sizes[place]]
}

func (t *names) memo(place int) memo {
	n := t.scope.words()
	words := t.memos[place*2*n:][:2*n]
	return memo{words[:n:n], words[n:]}
}
