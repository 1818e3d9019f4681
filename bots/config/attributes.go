// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// AttributesPath is where a repository says which of its files are generated.
const AttributesPath = ".gitattributes"

// Generated returns what matches the files that a .gitattributes calls
// linguist-generated, as GitHub's own pages and Prow's size do. A later line
// with the same pattern takes an earlier one back. Quoted patterns and macros
// are not read: nothing is generated that is not plainly said to be.
func Generated(attributes string) []*regexp.Regexp {
	const most = 1000 // patterns, and bytes of one
	var patterns []string
	for line := range strings.Lines(attributes) {
		fields := strings.Fields(line)
		if len(fields) < 2 || strings.ContainsAny(fields[0][:1], `#"[!`) || len(fields[0]) > most || !utf8.ValidString(fields[0]) {
			continue
		}
		for _, attribute := range fields[1:] {
			name, value, _ := strings.Cut(attribute, "=")
			bare := strings.TrimLeft(name, "-!")
			if bare != "linguist-generated" {
				continue
			}
			patterns = slices.DeleteFunc(patterns, func(p string) bool { return p == fields[0] })
			if bare == name && value != "false" && len(patterns) < most {
				patterns = append(patterns, fields[0])
			}
		}
	}
	var all []*regexp.Regexp
	for _, p := range patterns {
		all = append(all, glob(p))
	}
	return all
}
