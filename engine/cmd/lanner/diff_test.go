// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What is printed is a patch: patch(1) makes the new file of the old one by it.
func TestUnifiedDiff(t *testing.T) {
	t.Parallel()
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Skip("patch is not installed")
	}
	random := rand.New(rand.NewPCG(1, 2))
	lines := func() string {
		var b strings.Builder
		for range random.IntN(30) {
			b.WriteString(strings.Repeat("x", random.IntN(6)) + "\n")
		}
		return b.String() + []string{"", "end"}[random.IntN(2)]
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	for range 200 {
		old, want := lines(), lines()
		diff := unifiedDiff("file", []byte(old), []byte(want))
		if old == want || old == "" || want == "" {
			continue // patch removes files that it empties
		}
		if err := os.WriteFile(name, []byte(old), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(patch, "--silent", "file")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%q to %q:\n%s", err, out, old, want, diff)
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Fatalf("%q became %q by\n%s\nwant %q", old, got, diff, want)
		}
	}
	if diff := unifiedDiff("file", []byte("a\n"), []byte("a\n")); diff != "" {
		t.Errorf("no change is printed as %q", diff)
	}
}
