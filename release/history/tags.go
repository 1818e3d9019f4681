// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/version"
)

// tag is a tag of the repository; version is nil if it is no release tag.
type tag struct {
	name, commit, component string
	version                 *semver.Version
}

// listTags returns the tags, by name.
func listTags(ctx context.Context, repo git.Repo) ([]tag, error) {
	const format = "%(refname:strip=2)%00%(objecttype) %(objectname)%00%(*objecttype) %(*objectname)"
	out, err := repo.Run(ctx, "for-each-ref", "--format="+format, "refs/tags")
	if err != nil {
		return nil, err
	}
	var tags []tag
	for line := range strings.Lines(out) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\x00")
		if len(fields) != 3 {
			return nil, fmt.Errorf("git for-each-ref printed %q; want three fields", line)
		}
		t := tag{name: fields[0]}
		// A tag may point at a tree or a file: such a one is no release.
		for _, object := range fields[1:] {
			if id, ok := strings.CutPrefix(object, "commit "); ok {
				t.commit = id
			}
		}
		if parsed, err := version.ParseTag(t.name); err == nil && t.commit != "" {
			t.component, t.version = parsed.Component, parsed.Version
		}
		tags = append(tags, t)
	}
	return tags, nil
}

// stableTags returns the stable releases of a component below limit (nil: all),
// lowest first.
func stableTags(tags []tag, component string, limit *semver.Version) []tag {
	stable := slices.DeleteFunc(slices.Clone(tags), func(t tag) bool {
		return t.version == nil || t.component != component || t.version.Prerelease() != "" ||
			limit != nil && !t.version.LessThan(limit)
	})
	slices.SortFunc(stable, func(a, b tag) int { return a.version.Compare(b.version) })
	return stable
}

var reLine = regexp.MustCompile(`(?:^|/)release/(?:(.+)/)?([0-9]{1,9})\.([0-9]{1,9})$`)

// limitOf returns the version that what head names comes before: that of the
// tag, or the minor version after that of the release branch.
func limitOf(head, component string, tags []tag) *semver.Version {
	name := strings.TrimPrefix(head, "refs/tags/")
	for _, t := range tags {
		if t.name == name && t.version != nil && t.component == component {
			return t.version
		}
	}
	m := reLine.FindStringSubmatch(head)
	if m == nil || m[1] != "" && m[1] != component || m[1] == "" && component != "engine" {
		return nil
	}
	line, err := semver.NewVersion(m[2] + "." + m[3])
	if err != nil {
		return nil
	}
	next := line.IncMinor()
	return &next
}
