// SPDX-License-Identifier: Apache-2.0

package main

import (
	_ "embed"
	"fmt"
	"strings"
	"time"
)

// releaseStamp says from which commit a release was made.
//
// Go writes the commit into a binary only when it builds a checkout. A build
// of module@v0.1.0 carries the version and nothing else, and -ldflags -X is no
// way out: the bytes of "go install" have to be the bytes of the release. So
// the release pull request writes the commit it releases into this file, which
// both builds embed. The commit of the pull request itself cannot be in it.
//
//go:embed release.txt
var releaseStamp string

// A stamp is the content of release.txt; the zero stamp is that of a tree
// between releases.
type stamp struct {
	Version string // "v0.1.0"
	Commit  string // 40 hexadecimal digits
	Date    string // of that commit, RFC 3339, in UTC after parsing
}

// parseStamp reads "key: value" lines. Empty lines and lines that start with
// "#" mean nothing. A stamp is whole or absent: half of one is an error.
func parseStamp(text string) (stamp, error) {
	var s stamp
	fields := map[string]*string{"version": &s.Version, "commit": &s.Commit, "date": &s.Date}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, found := strings.Cut(line, ": ")
		field := fields[key]
		switch {
		case !found || field == nil:
			return stamp{}, fmt.Errorf("release.txt:%d: %q is not one of \"version: \", \"commit: \", \"date: \"", i+1, line)
		case *field != "":
			return stamp{}, fmt.Errorf("release.txt:%d: a second %s, %q; the first was %q", i+1, key, value, *field)
		}
		*field = value
	}
	if s == (stamp{}) {
		return s, nil
	}
	if len(s.Version) < 2 || s.Version[0] != 'v' {
		return stamp{}, fmt.Errorf("release.txt: version %q is not of the form v0.1.0", s.Version)
	}
	if len(s.Commit) != 40 || strings.Trim(s.Commit, "0123456789abcdef") != "" {
		return stamp{}, fmt.Errorf("release.txt: commit %q is not 40 lower-case hexadecimal digits", s.Commit)
	}
	date, err := time.Parse(time.RFC3339, s.Date)
	if err != nil {
		return stamp{}, fmt.Errorf("release.txt: date %q is not of the form 2006-01-02T15:04:05Z", s.Date)
	}
	s.Date = date.UTC().Format(time.RFC3339)
	return s, nil
}
