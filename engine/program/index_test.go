// SPDX-License-Identifier: Apache-2.0

package program

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/extract"
)

// An indexCase is a kind of index, and what each of its constants asks of a text.
type indexCase struct {
	name string
	make func([]entry) []index
	one  func(text, constant string) bool
}

var indexCases = []indexCase{
	{"exact", func(es []entry) []index { return []index{newExactIndex(es)} }, func(a, b string) bool { return a == b }},
	{"prefix", func(es []entry) []index { return []index{newAffixIndex(es, false)} }, strings.HasPrefix},
	{"suffix", func(es []entry) []index { return []index{newAffixIndex(es, true)} }, strings.HasSuffix},
	{"substring", func(es []entry) []index { return newSubstringIndexes(es, false) }, strings.Contains},
	{"folded substring", func(es []entry) []index { return newSubstringIndexes(es, true) }, func(a, b string) bool {
		return strings.Contains(asciiLower(a), asciiLower(b))
	}},
	{"path", func(es []entry) []index { return []index{newPathIndex(es)} }, liesUnder},
}

// check holds an index against its constants one by one.
func (c *indexCase) check(t *testing.T, constants []string, texts []string) {
	t.Helper()
	var entries []entry
	for i, s := range constants {
		entries = append(entries, entry{s, []uint32{uint32(i)}})
	}
	indexes := c.make(entries)
	for _, text := range texts {
		bits := newBitset(len(constants))
		for _, x := range indexes {
			x.mark(extract.Value{Bytes: []byte(text)}, bits)
		}
		for i, s := range constants {
			if got, want := bits.has(uint32(i)), c.one(text, s); got != want {
				t.Fatalf("%s: text %q, constant %q of %q: got %v, want %v", c.name, text, s, constants, got, want)
			}
		}
	}
}

// randomText makes texts of few letters: they have much in common.
func randomText(r *rand.Rand, letters string, most int) string {
	b := make([]byte, r.IntN(most+1))
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

func TestIndexes(t *testing.T) {
	t.Parallel()
	for _, c := range indexCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			for range 3000 {
				letters := []string{"ab", "ab/", "aAbB/*?", "abcdefgh/.", "a\x00\xff\x80"}[r.IntN(5)]
				var constants, texts []string
				seen := make(map[string]bool)
				for range r.IntN(20) {
					s := randomText(r, letters, 6)
					if strings.Contains(c.name, "substring") && s == "" || seen[s] {
						continue
					}
					seen[s] = true
					constants = append(constants, s)
				}
				for range 10 {
					texts = append(texts, randomText(r, letters, 12))
				}
				c.check(t, constants, append(texts, constants...))
			}
		})
	}
}

// All 256 bytes take all columns of the automaton: there is none left for
// bytes that no needle has.
func TestSubstringAllBytes(t *testing.T) {
	t.Parallel()
	var constants []string
	var all []byte
	for c := range 256 {
		all = append(all, byte(c))
		constants = append(constants, string([]byte{byte(c)}), string([]byte{byte(c), byte(c + 1)}))
	}
	indexCases[3].check(t, constants, []string{string(all), "\xff\x00", "ab", "ac", string(bytes.Repeat([]byte{0}, 3))})
}

// More needles than 16 bits have states for.
func TestSubstringMany(t *testing.T) {
	t.Parallel()
	var constants []string
	for i := range 9000 {
		constants = append(constants, fmt.Sprintf("needle %d.", i))
	}
	indexCases[3].check(t, constants, []string{"a needle 8999. and needle 1.", "needle 9001", strings.Join(constants[:20], "")})
}

func FuzzIndexes(f *testing.F) {
	f.Add("/etc\n/etc/passwd\n/e\n\n*.so", "/etc/passwd")
	f.Add("ab\nabc\nbc", "xxabcx")
	f.Fuzz(func(t *testing.T, lines, text string) {
		var constants []string
		seen := make(map[string]bool)
		for s := range strings.SplitSeq(lines, "\n") {
			if !seen[s] && s != "" {
				constants = append(constants, s)
			}
			seen[s] = true
		}
		for _, c := range indexCases {
			c.check(t, constants, []string{text, text + lines, lines})
		}
	})
}
