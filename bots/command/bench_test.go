// SPDX-License-Identifier: Apache-2.0

package command_test

import (
	"strings"
	"testing"

	"github.com/lanner-project/lanner/bots/command"
)

// BenchmarkParse shows that time grows with the size of a comment, not faster:
// the time for a byte is about the same for both sizes.
func BenchmarkParse(b *testing.B) {
	for name, unit := range map[string]string{"text": "a line of text that is ordinary\n", "commands": "/lgtm\n", "brackets": "[", "lists": "- ", "comments": "<!--"} {
		for size, n := range map[string]int{"4KiB": 4 << 10, "64KiB": 64 << 10} {
			body := "/lgtm\n\n" + strings.Repeat(unit, n/len(unit))
			b.Run(name+"/"+size, func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					if got := command.Parse(body); len(got) == 0 {
						b.Fatal("no command")
					}
				}
			})
		}
	}
}
