// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"strings"
	"testing"
)

// FuzzReadCommands looks for commands that could write anything but one line
// with four fields into the file of rulings.
func FuzzReadCommands(f *testing.F) {
	packet := func(text string) string { return fmt.Sprintf("%04x%s", len(text)+4, text) }
	a, b := strings.Repeat("a", 40), strings.Repeat("0", 40)
	f.Add(packet(a+" "+b+" refs/heads/main\x00 report-status") + packet(b+" "+a+" refs/tags/v1\n") + "0000PACK")
	f.Add(packet("shallow "+a) + "0000")
	f.Add(packet(a+" "+b+" refs/heads/x\nend") + "0000")
	f.Add("0000")
	f.Add("0004")
	f.Add("fff")
	f.Fuzz(func(t *testing.T, text string) {
		commands, err := readCommands(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, c := range commands {
			if !isOID(c.Old) || !isOID(c.New) || strings.ContainsAny(c.Name, " \t\n\r\x00") {
				t.Errorf("a push has the command %+v", c)
			}
		}
	})
}

func TestFnmatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"refs/heads/main", "refs/heads/main", true},
		{"refs/heads/main", "refs/heads/main2", false},
		{"refs/heads/release/*", "refs/heads/release/0.1", true},
		{"refs/heads/*", "refs/heads/release/0.1", false},
		{"refs/heads/**/*", "refs/heads/release/0.1", true},
		{"refs/heads/**/*", "refs/heads/main", true},
		{"refs/tags/v[0-9]*", "refs/tags/v1", true},
		{"refs/tags/v?", "refs/tags/v10", false},
		{"", "refs/tags/v1", false},
		{"refs/tags/v1/", "refs/tags/v1", false},
	} {
		if got := fnmatch(test.pattern, test.name); got != test.want {
			t.Errorf("fnmatch(%q, %q) = %v", test.pattern, test.name, got)
		}
	}
}
