// SPDX-License-Identifier: Apache-2.0

package enginetest

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared returns the folder of captures, rulesets and the reference's answers.
// They are not part of the repository: it is "shared" in one of the folders
// above, or what LANNER_SHARED names, and without it the test is skipped.
func Shared(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("LANNER_SHARED"); dir != "" {
		return filepath.Join(dir, "data")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		data := filepath.Join(parent, "shared", "data")
		if info, err := os.Stat(data); err == nil && info.IsDir() {
			return data
		}
	}
	t.Skip("the shared captures are not here: no folder shared/data above this one, and LANNER_SHARED is not set")
	return ""
}
