// SPDX-License-Identifier: Apache-2.0

package program

import (
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/extract"
)

// An affixIndex holds what texts have to start with, or to end with: a trie of
// pieces. It walks down as far as the text goes along.
type affixIndex struct {
	nodes []affixNode
	back  bool // they are endings: the trie is walked from the text's end
}

type affixNode struct {
	piece string   // what leads here from the parent, as it stands in the text
	next  string   // the bytes that the children's pieces begin with, seen in walking direction
	kids  uint32   // the first child, in the order of next
	tests []uint32 // of the affix that is complete here
}

func newAffixIndex(entries []entry, back bool) *affixIndex {
	x := &affixIndex{back: back}
	entries = slices.Clone(entries)
	for i := range entries {
		entries[i].text = x.turn(entries[i].text)
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.text, b.text) })
	x.nodes = make([]affixNode, 1)
	x.build(0, entries, 0)
	return x
}

// turn gives a text the walking direction, or takes it away again.
func (x *affixIndex) turn(s string) string {
	if !x.back {
		return s
	}
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// build fills node n with entries, which are sorted, each once, and alike up to
// depth: up to where n's parent ends. The root has no piece.
func (x *affixIndex) build(n int, entries []entry, depth int) {
	if len(entries) == 0 {
		return
	}
	if n != 0 {
		first, last := entries[0].text, entries[len(entries)-1].text
		end := depth
		for end < len(first) && end < len(last) && first[end] == last[end] {
			end++
		}
		x.nodes[n].piece = x.turn(first[depth:end])
		depth = end
	}
	if len(entries[0].text) == depth {
		x.nodes[n].tests = entries[0].tests
		entries = entries[1:]
	}
	var next []byte
	var groups [][]entry
	for i, e := range entries {
		if i == 0 || e.text[depth] != next[len(next)-1] {
			next = append(next, e.text[depth])
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], e)
	}
	kids := len(x.nodes)
	x.nodes[n].next, x.nodes[n].kids = string(next), uint32(kids)
	x.nodes = append(x.nodes, make([]affixNode, len(groups))...)
	for i, group := range groups {
		x.build(kids+i, group, depth)
	}
}

func (x *affixIndex) mark(v extract.Value, bits bitset) {
	rest, n := v.Bytes, &x.nodes[0]
	for {
		bits.setAll(n.tests)
		if len(rest) == 0 {
			return
		}
		c := rest[0]
		if x.back {
			c = rest[len(rest)-1]
		}
		k := strings.IndexByte(n.next, c)
		if k < 0 {
			return
		}
		n = &x.nodes[int(n.kids)+k]
		size := len(rest) - len(n.piece)
		switch {
		case size < 0:
			return
		case x.back:
			if string(rest[size:]) != n.piece {
				return
			}
			rest = rest[:size]
		default:
			if string(rest[:len(n.piece)]) != n.piece {
				return
			}
			rest = rest[len(n.piece):]
		}
	}
}
