// SPDX-License-Identifier: Apache-2.0

package history

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzRecords holds that what git prints is read the same however it is cut
// into pieces, and that nothing it could print ends the program.
func FuzzRecords(f *testing.F) {
	id := strings.Repeat("ab", 20)
	f.Add([]byte(id+" "+strings.Repeat("cd", 20)+"\n1 2\nAlice\nsubject (#12)\n\nbody\n\x00"+strings.Repeat("cd", 20)+"\n3 4\nBob\nMerge pull request #1 from a/b\n\nt\x00"), 3)
	f.Add([]byte(id+" \n1 2\nA\n\x00\x00"), 1)
	f.Add([]byte("x"), 0)
	f.Fuzz(func(t *testing.T, out []byte, size int) {
		size = max(1, size%64)
		whole, wholeErr := readAll(out, max(1, len(out)))
		parts, partsErr := readAll(out, size)
		if (wholeErr == nil) != (partsErr == nil) {
			t.Fatalf("whole: %v, in pieces of %d: %v", wholeErr, size, partsErr)
		}
		if diff := cmp.Diff(whole, parts, cmp.AllowUnexported(commit{})); diff != "" {
			t.Fatalf("in pieces of %d (-whole +pieces):\n%s", size, diff)
		}
		source := offline{o: Options{Owner: "lanner-project"}, pulls: map[int]*owner{}}
		for _, c := range whole {
			if !utf8.ValidString(c.message) || !utf8.ValidString(c.author) || len(c.message) > 3*maxMessage {
				t.Errorf("commit %+v", c)
			}
			for c.parents = range 3 {
				if o := source.read(c); o != nil && (o.change.Number < 1 || o.change.Number >= 1<<30) {
					t.Errorf("%q is pull request %d", c.message, o.change.Number)
				}
			}
		}
	})
}

// readAll reads what git printed in pieces, and returns the commits that are
// kept of it.
func readAll(out []byte, size int) ([]*commit, error) {
	g := &graph{index: map[oid]int32{}, head: -1, hash: 20}
	r := recordReader{take: func(rec []byte) error {
		if id, err := parseOID(rec[:min(len(rec), 40)]); err == nil {
			g.nodes[g.lookup(id)].wanted = true
		}
		return g.add(rec)
	}}
	for piece := range slices.Chunk(out, size) {
		if _, err := r.Write(piece); err != nil {
			return nil, err
		}
	}
	err := r.close()
	var commits []*commit
	for _, n := range g.nodes {
		if n.commit != nil {
			commits = append(commits, n.commit)
		}
	}
	return commits, err
}

// FuzzSquash holds that a subject is taken apart or left alone.
func FuzzSquash(f *testing.F) {
	for _, s := range []string{"a (#1)", "a(#12)", "(#1)", "a (#0)", "a (#01)", "a (#1) ", "a (#-1)", "a (#+1)", "a (#1))", "Revert \"a (#1)\" (#2)", "a (#99999999999)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, subject string) {
		title, n := squashOf(subject)
		if n == 0 {
			if title != subject {
				t.Errorf("%q became %q", subject, title)
			}
			return
		}
		if n < 0 || title != strings.TrimSpace(title) || title == "" ||
			!strings.HasPrefix(strings.TrimSpace(subject), title) || !strings.HasSuffix(subject, fmt.Sprintf("(#%d)", n)) {
			t.Errorf("%q is %q and %d", subject, title, n)
		}
	})
}

// FuzzAttribute compares attribute with a slow reading of what it promises, on
// histories of any shape.
func FuzzAttribute(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 0x41, 0x82, 0x13})
	f.Add([]byte("\x10\x21\x32\x43\x54\x65\x76\x87\x98\xa9\xba\xcb\xdc\xed\xfe"))
	f.Add(bytes.Repeat([]byte{0x23, 0xf1, 0x0c}, 8))
	f.Fuzz(func(t *testing.T, shape []byte) {
		h := newShape(shape)
		got, err := attribute(t.Context(), h.graph(t), &offline{pulls: map[int]*owner{}})
		if err != nil {
			t.Fatal(err)
		}
		var names []int
		for _, c := range got {
			var n int
			if _, err := fmt.Sscanf(c.id[30:], "%x", &n); err != nil {
				t.Fatal(err)
			}
			names = append(names, n)
		}
		slices.Sort(names)
		want := h.came(len(h.parents)-1, h.all())
		slices.Sort(want)
		if !slices.Equal(names, want) {
			t.Errorf("history %v: came %v, want %v", h, names, want)
		}
	})
}

// shape is a history: commit i stands on parents[i], all of them smaller.
type shape struct {
	parents [][]int
	pull    []bool // it merges a pull request
}

// newShape makes a history of any bytes: each tells where one commit's parents
// are, counted back from it.
func newShape(b []byte) shape {
	h := shape{parents: [][]int{nil}, pull: []bool{false}}
	for i, c := range b[:min(len(b), 60)] {
		at := i + 1
		parents := []int{max(0, at-1-int(c&3))}
		for _, back := range []byte{c >> 2 & 7, c >> 5 & 3} {
			if p := at - 1 - int(back); back > 0 && p >= 0 && !slices.Contains(parents, p) {
				parents = append(parents, p)
			}
		}
		h.parents = append(h.parents, parents)
		h.pull = append(h.pull, len(parents) > 1 && c&0x80 != 0)
	}
	return h
}

func (h shape) id(i int) string { return fmt.Sprintf("%040x", i+1)[:30] + fmt.Sprintf("%010x", i) }

// graph feeds the history as git prints it, the newest first.
func (h shape) graph(t *testing.T) *graph {
	t.Helper()
	g := &graph{index: map[oid]int32{}, hash: 20}
	head := len(h.parents) - 1
	for i := head; i >= 0; i-- {
		subject := "by hand"
		if h.pull[i] {
			subject = fmt.Sprintf("Merge pull request #%d from alice/topic", i+1)
		}
		ids := []string{h.id(i)}
		for _, p := range h.parents[i] {
			ids = append(ids, h.id(p))
		}
		if i == head {
			id, err := parseOID([]byte(ids[0]))
			if err != nil {
				t.Fatal(err)
			}
			g.head = g.lookup(id)
			g.nodes[g.head].wanted = true
		} else if id, err := parseOID([]byte(ids[0])); err != nil || !g.mentioned(id) {
			continue // git prints what head has, no more
		}
		if err := g.add([]byte(strings.Join(ids, " ") + fmt.Sprintf("\n%d %d\nAlice\n%s\n", i, i, subject))); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func (g *graph) mentioned(id oid) bool {
	_, ok := g.index[id]
	return ok
}

func (h shape) all() map[int]bool {
	all := map[int]bool{}
	for i := range h.parents {
		all[i] = true
	}
	return all
}

// reach moves what i reaches inside of a set out of it.
func (h shape) reach(i int, in, got map[int]bool) {
	if !in[i] {
		return
	}
	delete(in, i)
	got[i] = true
	for _, p := range h.parents[i] {
		h.reach(p, in, got)
	}
}

// came lists the changes of the line that ends at tip, and of the branches that
// came to it without a pull request; in is what no older line has.
func (h shape) came(tip int, in map[int]bool) []int {
	var line, changes []int
	left := maps.Clone(in)
	for i, more := tip, in[tip]; more; {
		line = append(line, i)
		delete(left, i)
		if more = len(h.parents[i]) > 0; more {
			i = h.parents[i][0]
			more = in[i]
		}
	}
	for _, i := range slices.Backward(line) {
		if len(h.parents[i]) < 2 || h.pull[i] {
			changes = append(changes, i)
		}
		for _, p := range h.parents[i][min(1, len(h.parents[i])):] {
			side := map[int]bool{}
			h.reach(p, left, side)
			if !h.pull[i] {
				changes = append(changes, h.came(p, side)...)
			}
		}
	}
	return changes
}
