// SPDX-License-Identifier: Apache-2.0

package program

import (
	"bytes"
	"strings"

	"github.com/lanner-project/lanner/engine/extract"
)

// A pathIndex holds what paths have to lie under: a trie of path components,
// some of which are globs. Empty components count for nothing, so "/" is above
// everything, and a path needs no slash in front.
type pathIndex struct {
	nodes []pathNode
}

type pathNode struct {
	plain map[string]int
	globs []pathGlob
	tests []uint32 // of the path that is complete here
}

type pathGlob struct {
	glob
	node int
}

func newPathIndex(entries []entry) *pathIndex {
	x := &pathIndex{nodes: make([]pathNode, 1)}
	for _, e := range entries {
		n := 0
		for part := range strings.SplitSeq(e.text, "/") {
			if part != "" {
				n = x.child(n, part)
			}
		}
		x.nodes[n].tests = append(x.nodes[n].tests, e.tests...)
	}
	return x
}

// child returns the node for a component below n, made if it has to be. A
// backslash alone makes no glob, as in the reference.
func (x *pathIndex) child(n int, part string) int {
	node := &x.nodes[n]
	made := len(x.nodes)
	if strings.ContainsAny(part, "*?[") {
		for _, g := range node.globs {
			if g.pattern == part {
				return g.node
			}
		}
		node.globs = append(node.globs, pathGlob{glob{pattern: part}, made})
	} else {
		if kid, ok := node.plain[part]; ok {
			return kid
		}
		if node.plain == nil {
			node.plain = make(map[string]int)
		}
		node.plain[part] = made
	}
	x.nodes = append(x.nodes, pathNode{})
	return made
}

func (x *pathIndex) mark(v extract.Value, bits bitset) { x.walk(0, v.Bytes, bits) }

func (x *pathIndex) walk(n int, rest []byte, bits bitset) {
	node := &x.nodes[n]
	bits.setAll(node.tests)
	rest = bytes.TrimLeft(rest, "/")
	if len(rest) == 0 {
		return
	}
	part := rest
	if before, _, ok := bytes.Cut(rest, []byte{'/'}); ok {
		part = before
	}
	if kid, ok := node.plain[string(part)]; ok {
		x.walk(kid, rest[len(part):], bits)
	}
	for i := range node.globs {
		if g := &node.globs[i]; g.match(part) {
			x.walk(g.node, rest[len(part):], bits)
		}
	}
}
