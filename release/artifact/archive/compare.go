// SPDX-License-Identifier: Apache-2.0

package archive

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// A Difference is one place where two files that should be the same are not.
type Difference struct {
	Member string // the innermost member that differs, or empty: the file itself
	Offset int64  // of the first differing byte, or -1
	Detail string
}

func (d Difference) String() string {
	var where []string
	if d.Member != "" {
		where = append(where, "member "+d.Member)
	}
	if d.Offset >= 0 {
		where = append(where, fmt.Sprintf("byte %d", d.Offset))
	}
	return strings.Join(append(where, d.Detail), ": ")
}

// Compare returns where the files a and b, both called name, differ: by
// member if they are archives that can be read, else by the first byte. It
// returns nothing exactly when they are the same to the byte.
func Compare(name string, a, b []byte, limit int64) []Difference {
	offset, same := firstDifference(a, b)
	if same {
		return nil
	}
	whole := Difference{Offset: offset, Detail: sizes(a, b)}
	inA, errA := Members(name, a, limit)
	inB, errB := Members(name, b, limit)
	switch {
	case errA != nil:
		whole.Detail += "; the first cannot be read: " + errA.Error()
		return []Difference{whole}
	case errB != nil:
		whole.Detail += "; the second cannot be read: " + errB.Error()
		return []Difference{whole}
	case len(inA) == 0 && len(inB) == 0:
		return []Difference{whole}
	}
	diffs := compareMembers(inA, inB)
	if len(diffs) == 0 {
		// A later Go may compress differently: worth saying, for then the
		// content is proven all the same.
		whole.Detail += "; every member is the same, only the packing or the compression differs"
		return []Difference{whole}
	}
	return diffs
}

func compareMembers(a, b []Member) []Difference {
	inB := make(map[string]Member, len(b))
	for _, m := range b {
		inB[m.Name] = m
	}
	var diffs []Difference
	for _, x := range a {
		y, ok := inB[x.Name]
		if !ok {
			diffs = append(diffs, Difference{Member: x.Name, Offset: -1, Detail: "only in the first"})
			continue
		}
		delete(inB, x.Name)
		diffs = append(diffs, compareMember(x, y)...)
	}
	for _, m := range b {
		if _, left := inB[m.Name]; left {
			diffs = append(diffs, Difference{Member: m.Name, Offset: -1, Detail: "only in the second"})
		}
	}
	return innermost(diffs)
}

func compareMember(a, b Member) []Difference {
	var diffs []Difference
	meta := func(what string, x, y any) {
		if x != y {
			diffs = append(diffs, Difference{Member: a.Name, Offset: -1, Detail: fmt.Sprintf("%s %v and %v", what, x, y)})
		}
	}
	meta("mode", a.Mode, b.Mode)
	meta("owner", fmt.Sprint(a.UID, ":", a.GID), fmt.Sprint(b.UID, ":", b.GID))
	meta("time", a.ModTime, b.ModTime)
	meta("link to", a.Link, b.Link)
	if offset, same := firstDifference(a.Data, b.Data); !same {
		diffs = append(diffs, Difference{Member: a.Name, Offset: offset, Detail: sizes(a.Data, b.Data)})
	}
	return diffs
}

// innermost drops the difference of an archive of which a member is reported,
// and the members of an archive that only one side has.
func innermost(diffs []Difference) []Difference {
	return slices.DeleteFunc(slices.Clone(diffs), func(d Difference) bool {
		return slices.ContainsFunc(diffs, func(e Difference) bool {
			inner, outer := strings.HasPrefix(e.Member, d.Member+"!"), strings.HasPrefix(d.Member, e.Member+"!")
			return inner && d.Offset >= 0 || outer && e.Offset < 0 && e.Detail == d.Detail
		})
	})
}

func sizes(a, b []byte) string {
	if len(a) == len(b) {
		return fmt.Sprintf("differs (both %d bytes)", len(a))
	}
	return fmt.Sprintf("differs (%d and %d bytes)", len(a), len(b))
}

// firstDifference returns the offset of the first byte in which a and b
// differ, which is the length of the shorter if it begins the longer.
func firstDifference(a, b []byte) (offset int64, same bool) {
	if bytes.Equal(a, b) {
		return 0, true
	}
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return int64(i), false
		}
	}
	return int64(n), false
}
