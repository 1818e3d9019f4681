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

// Changelog returns old with a version's section put first, heading ("##
// v0.1.0 …") included. An old section of that version is replaced.
func Changelog(old []byte, version, section string) []byte {
	body := "\n" + strings.TrimLeft(strings.TrimPrefix(string(old), changelogHead), "\n")
	for _, end := range []string{" ", "\n"} {
		if at := strings.Index(body, "\n## "+version+end); at >= 0 {
			rest := ""
			if next := strings.Index(body[at+1:], "\n## v"); next >= 0 {
				rest = body[at+1+next:]
			}
			body = body[:at] + rest
		}
	}
	text := changelogHead + "\n" + strings.TrimSpace(section) + "\n"
	if rest := strings.Trim(body, "\n"); rest != "" {
		text += "\n" + rest + "\n"
	}
	return []byte(text)
}
