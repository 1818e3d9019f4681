// SPDX-License-Identifier: Apache-2.0

package censor

// automaton finds many texts in one pass, as Aho and Corasick do. Most of its
// nodes have one child: a table of 256 for each would take 1 KiB for every
// character of a key.
type automaton struct {
	nodes []node
	// first are the children of the first node: it is where most bytes of what
	// is no secret are met.
	first [256]int32
}

type node struct {
	only  byte // the byte of child
	child int32
	more  map[byte]int32
	fail  int32 // the longest other node that ends the same
	depth int32
	found int32 // length of the longest text that ends here; 0 is none
}

func newAutomaton() *automaton { return &automaton{nodes: make([]node, 1)} }

// step returns a child, or 0.
func (n *node) step(b byte) int32 {
	if n.child != 0 && n.only == b {
		return n.child
	}
	return n.more[b]
}

func (a *automaton) add(text string) {
	at := int32(0)
	for i := range len(text) {
		child := a.nodes[at].step(text[i])
		if child == 0 {
			child = int32(len(a.nodes))
			a.nodes = append(a.nodes, node{depth: a.nodes[at].depth + 1})
			n := &a.nodes[at]
			switch {
			case n.child == 0:
				n.only, n.child = text[i], child
			case n.more == nil:
				n.more = map[byte]int32{text[i]: child}
			default:
				n.more[text[i]] = child
			}
		}
		at = child
	}
	a.nodes[at].found = a.nodes[at].depth
}

// link completes the automaton, by depth: what a node fails to is not as deep.
func (a *automaton) link() {
	for b := range a.first {
		a.first[b] = a.nodes[0].step(byte(b))
	}
	queue := []int32{0}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		n := &a.nodes[at]
		visit := func(b byte, child int32) {
			c := &a.nodes[child]
			if at != 0 {
				c.fail = a.next(n.fail, b)
			}
			c.found = max(c.found, a.nodes[c.fail].found)
			queue = append(queue, child)
		}
		if n.child != 0 {
			visit(n.only, n.child)
		}
		for b, child := range n.more {
			visit(b, child)
		}
	}
}

// next follows a byte.
func (a *automaton) next(at int32, b byte) int32 {
	for at != 0 {
		if child := a.nodes[at].step(b); child != 0 {
			return child
		}
		at = a.nodes[at].fail
	}
	return a.first[b]
}
