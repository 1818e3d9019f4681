// SPDX-License-Identifier: Apache-2.0

package program

import (
	"os"
	"strings"
	"testing"
)

// TestGlobAsGlibc holds globs against what glibc answered: testdata/fnmatch.tsv
// was written by a program of ten lines that calls it.
func TestGlobAsGlibc(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/fnmatch.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		for i, fold := range []bool{false, true} {
			g := glob{pattern: f[1], fold: fold}
			if got, want := g.match([]byte(f[2])), f[0][i] == '1'; got != want {
				t.Errorf("pattern %q, text %q, fold %v: got %v, want %v", f[1], f[2], fold, got, want)
			}
		}
	}
}

// Two stars do not make it exponential.
func TestGlobStars(t *testing.T) {
	t.Parallel()
	g := glob{pattern: strings.Repeat("*a", 50) + "b"}
	if g.match([]byte(strings.Repeat("a", 5000))) {
		t.Error("matches a text without the last byte")
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("[a-z]*\\?[[:alpha:]", "abc")
	f.Add("[[.-.]-z", "[")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		for _, fold := range []bool{false, true} {
			g := glob{pattern: pattern, fold: fold}
			got := g.match([]byte(text))
			if fold {
				continue
			}
			parts := partsOf(pattern)
			has := strings.HasPrefix(text, parts.start) && strings.HasSuffix(text, parts.end) && strings.Contains(text, parts.middle)
			if parts.plain && got != (pattern == text) || !parts.plain && (got && !has || parts.whole && got != has) {
				t.Errorf("pattern %q, text %q: %v, but its parts are %+v", pattern, text, got, parts)
			}
			if star := (&glob{pattern: pattern + "*", fold: fold}); got && !strings.HasSuffix(pattern, "\\") && !strings.Contains(pattern, "[") && !star.match([]byte(text+"x")) {
				t.Errorf("pattern %q matches %q, but not with a star and more", pattern, text)
			}
		}
	})
}
