// SPDX-License-Identifier: Apache-2.0

package gather

import (
	"bufio"
	"strings"
	"testing"
)

// FuzzLog holds for any output of git: reading it does not panic, and what is
// replayed from it ends only what began.
func FuzzLog(f *testing.F) {
	f.Add("\x01c1 2026-01-01\x00\n:000000 100644 0 1 A\x00OWNERS\x00\x01c2 2026-01-02\x00\n:100644 000000 1 0 D\x00OWNERS\x00", "approvers: [a]")
	f.Add("\x01c1 2026-01-01\x00:000000 120000 0 1 A\x00OWNERS_ALIASES", "aliases: {}")
	f.Add("\x01c1 2026-01-02\x00:000000 100644 0 1 A\x00OWNERS\x00\x01c2 2026-01-01\x00:100644 000000 1 0 D\x00OWNERS\x00", "approvers: [a]") // two clocks
	f.Fuzz(func(t *testing.T, log, content string) {
		steps, err := parseLog(log)
		if err != nil {
			return
		}
		r := replay{files: make(map[string]string), roles: make(map[string][]holder), open: make(map[key]int)}
		for _, s := range steps {
			contents := make(map[string]string)
			for _, id := range s.blobs {
				contents[id] = content
			}
			r.step(s, contents)
		}
		for _, tenure := range r.tenures {
			if tenure.Until != nil && tenure.Until.Date < tenure.Since.Date {
				t.Errorf("%+v ends before it begins", tenure)
			}
		}
	})
}

// FuzzObject holds for any output of git: reading it does not panic, and an
// object has as many bytes as its header says.
func FuzzObject(f *testing.F) {
	f.Add("id blob 3\nabc\n")
	f.Add("id missing\n")
	f.Add("id blob -1\n")
	f.Fuzz(func(t *testing.T, out string) {
		content, err := object(bufio.NewReader(strings.NewReader(out)), "id")
		if err == nil && !strings.Contains(out, content) {
			t.Errorf("%q is not in %q", content, out)
		}
	})
}
