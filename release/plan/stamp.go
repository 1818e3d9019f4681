// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"strings"
	"time"
)

// Stamp returns the content of the stamp file for a release.
func Stamp(version string, base Base) []byte {
	return fmt.Appendf(nil, "version: %s\ncommit: %s\ndate: %s\n", version, base.Commit, base.Time.UTC().Format(time.RFC3339))
}

const changelogHead = `# Changelog

Each release adds its section in its release pull request.
`

// Changelog returns old with the section for a version put first. An old
// section of that version is replaced.
func Changelog(old []byte, version string, base Base, notes string) []byte {
	body := strings.TrimPrefix(string(old), changelogHead)
	if at := strings.Index("\n"+body, "\n## "+version+" ("); at >= 0 {
		rest := ""
		if next := strings.Index(body[at:], "\n## v"); next >= 0 {
			rest = body[at+next:]
		}
		body = body[:at] + rest
	}
	var b strings.Builder
	b.WriteString(changelogHead)
	fmt.Fprintf(&b, "\n## %s (%s)\n\n%s\n", version, base.Time.UTC().Format(time.DateOnly), strings.TrimSpace(demote(notes)))
	if rest := strings.Trim(body, "\n"); rest != "" {
		b.WriteString("\n" + rest + "\n")
	}
	return []byte(b.String())
}

// demote lowers the headings of notes by one level, so that they stand below
// the version's.
func demote(notes string) string {
	lines := strings.Split(notes, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "## ") || strings.HasPrefix(line, "### ") {
			lines[i] = "#" + line
		}
	}
	return strings.Join(lines, "\n")
}
