// SPDX-License-Identifier: Apache-2.0

// Package sharedtest finds the data for tests that is too large, or is somebody
// else's, to be part of this repository: public OWNERS files, GitHub's example
// payloads.
//
// Tests of any folder but engine, which has its own, may import it.
package sharedtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Data returns a folder or file of that data: in "shared/data" in one of the
// folders above, or in what LANNER_SHARED names. Without it the test is
// skipped, and says so.
func Data(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	roots := []string{os.Getenv("LANNER_SHARED")}
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		roots = append(roots, filepath.Join(parent, "shared"))
	}
	for _, root := range roots {
		found := filepath.Join(root, "data", name)
		if _, err := os.Stat(found); root != "" && err == nil {
			return found
		}
	}
	t.Skipf("%s is not here: no folder shared/data with it above this one, and LANNER_SHARED is not set", name)
	return ""
}
