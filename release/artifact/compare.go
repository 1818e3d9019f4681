// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/lanner-project/lanner/release/artifact/archive"
)

// A Difference is one place where a file of two builds is not the same.
type Difference struct {
	File string
	archive.Difference
}

func (d Difference) String() string { return d.File + ": " + d.Difference.String() }

// Compare returns where two builds differ: nothing if they are the same to
// the byte. Files that only one of them has (signatures, say) count as
// differences.
func Compare(a, b Set) ([]Difference, error) {
	names := make(map[string]int)
	var order []string
	for i, set := range []Set{a, b} {
		for _, f := range set.Files {
			if names[f.Name] == 0 {
				order = append(order, f.Name)
			}
			names[f.Name] |= 1 << i
		}
	}
	var diffs []Difference
	for _, name := range order {
		if in := names[name]; in != 3 {
			only := []string{"", a.Dir, b.Dir}[in]
			diffs = append(diffs, Difference{name, archive.Difference{Offset: -1, Detail: "only in " + only}})
			continue
		}
		x, err := os.ReadFile(filepath.Join(a.Dir, name))
		if err != nil {
			return nil, fmt.Errorf("compare builds: %w", err)
		}
		y, err := os.ReadFile(filepath.Join(b.Dir, name))
		if err != nil {
			return nil, fmt.Errorf("compare builds: %w", err)
		}
		for _, d := range archive.Compare(name, x, y, maxUnpacked) {
			diffs = append(diffs, Difference{name, d})
		}
	}
	return diffs, nil
}
