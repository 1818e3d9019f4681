// SPDX-License-Identifier: Apache-2.0

package program

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"
)

// What is remembered of a name is that name's, however many come between.
func TestNames(t *testing.T) {
	t.Parallel()
	s := &scope{certain: newBitset(70), slots: 200}
	s.certain.set(3)
	all := newNames(s)
	r := rand.New(rand.NewPCG(5, 6))
	found := 0
	for range 200000 {
		name := fmt.Appendf(nil, "/some/folder/file-%d", r.IntN(2*len(all.hashes)))
		k, _ := all.of(name, 0)
		if !k.known.has(3) || !k.truth.has(3) || k.truth.has(4) {
			t.Fatalf("%s: does not start with what is certain", name)
		}
		truth := crc32.ChecksumIEEE(name)&1 != 0
		if k.known.has(150) {
			found++
			if k.truth.has(150) != truth {
				t.Fatalf("%s: remembered %v", name, !truth)
			}
			continue
		}
		k.known.set(150)
		if truth {
			k.truth.set(150)
		}
	}
	if found < 50000 {
		t.Errorf("%d of 200000 were remembered", found)
	}
	if _, ok := all.of([]byte(strings.Repeat("x", maxNameLength+1)), 0); ok {
		t.Error("a name that has no room is remembered")
	}
	if k, ok := all.of(nil, noName); !ok || !k.known.has(3) {
		t.Error("an empty name is not remembered")
	}
}
