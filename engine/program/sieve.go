// SPDX-License-Identifier: Apache-2.0

package program

import (
	"cmp"
	"maps"
	"slices"

	"github.com/lanner-project/lanner/engine/check"
)

// A sieve is where an index is used: on which operand, and where a matcher
// keeps the bits of its tests.
type sieve struct {
	operand     int32
	indexes     []index
	first, last int // of the words in Matcher.marks
}

// A sieveKey tells which tests one sieve can answer.
type sieveKey struct {
	operand int32
	how     how
}

// sieves gives the tests that ask for an index theirs where it pays, and the
// others a predicate. It returns the sieves and how many words they need.
func (b *builder) sieves() (all []sieve, words int) {
	groups := make(map[sieveKey][]int)
	for t, ask := range b.wanted {
		if ask.how != byNone {
			key := sieveKey{b.tests[t].operand, ask.how}
			groups[key] = append(groups[key], t)
		}
	}
	keys := slices.SortedFunc(maps.Keys(groups), func(x, y sieveKey) int {
		return cmp.Or(cmp.Compare(x.operand, y.operand), cmp.Compare(x.how, y.how))
	})
	for _, key := range keys {
		tests := groups[key]
		if !b.worthIndex(key.how, tests) {
			for _, t := range tests {
				b.tests[t].holds = b.plainPredicate(t)
			}
			continue
		}
		for bit, t := range tests {
			b.tests[t].index, b.tests[t].bit = int32(len(all)), uint32(bit)
		}
		n := len(newBitset(len(tests)))
		all = append(all, sieve{operand: key.operand, indexes: b.indexes(key.how, tests), first: words, last: words + n})
		words += n
	}
	return all, words
}

// worthIndex reports whether an index beats looking at each constant. A single
// substring is found faster by what bytes has in assembler.
func (b *builder) worthIndex(how how, tests []int) bool {
	constants := 0
	for _, t := range tests {
		constants += len(b.wanted[t].texts) + len(b.wanted[t].nums)
		if slices.ContainsFunc(b.wanted[t].texts, func(s string) bool { return len(s) > maxSubstringBytes }) {
			return how == byText || how == byPath
		}
	}
	switch how {
	case byPath:
		return true
	case byFoldedSubstring:
		return constants > 1
	}
	return constants > 2
}

// plainPredicate makes a predicate of what a test would ask of an index.
func (b *builder) plainPredicate(t int) predicate {
	ask := b.wanted[t]
	any := &countOf{mod: check.AnyOf}
	for _, s := range ask.texts {
		switch ask.how {
		case byText:
			any.of = append(any.of, textIs{s})
		case byPrefix:
			any.of = append(any.of, textStarts{s})
		case bySuffix:
			any.of = append(any.of, textEnds{s})
		case bySubstring:
			any.of = append(any.of, textContains{[]byte(s)})
		case byFoldedSubstring:
			any.of = append(any.of, textFolded{s})
		}
	}
	for _, n := range ask.nums {
		any.of = append(any.of, &order{op: check.Equal, family: unsigned, num: n})
	}
	if len(any.of) == 1 {
		return any.of[0]
	}
	return any
}

// indexes makes the index of tests; their bits are their places in the slice.
func (b *builder) indexes(how how, tests []int) []index {
	if how == byNumber {
		byNum := make(map[uint64][]uint32)
		for bit, t := range tests {
			for _, n := range b.wanted[t].nums {
				byNum[n] = append(byNum[n], uint32(bit))
			}
		}
		return []index{&numberIndex{byNum}}
	}
	var entries []entry
	places := make(map[string]int)
	for bit, t := range tests {
		for _, s := range b.wanted[t].texts {
			i, ok := places[s]
			if !ok {
				i = len(entries)
				places[s] = i
				entries = append(entries, entry{text: s})
			}
			entries[i].tests = append(entries[i].tests, uint32(bit))
		}
	}
	switch how {
	case byPrefix, bySuffix:
		return []index{newAffixIndex(entries, how == bySuffix)}
	case bySubstring, byFoldedSubstring:
		return newSubstringIndexes(entries, how == byFoldedSubstring)
	case byPath:
		return []index{newPathIndex(entries)}
	}
	return []index{newExactIndex(entries)}
}
