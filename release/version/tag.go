// SPDX-License-Identifier: Apache-2.0

package version

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// engine is the component whose version is the Go module's: its tags have no
// folder.
const engine = "engine"

// Tag is a release tag, taken apart.
type Tag struct {
	Name      string // "driver/v1.2.0"
	Component string // "driver"; "engine" for a root tag
	Version   *semver.Version
}

// ParseTag takes a tag apart. It refuses what is no release tag: no version,
// no v, +metadata (Go counts v1.2.0+x as no version, yet lets later
// pseudo-versions grow from it), and "engine/v…", which no Go proxy serves.
func ParseTag(name string) (Tag, error) {
	component, number := engine, name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		component, number = name[:i], name[i+1:]
		if component == engine {
			return Tag{}, fmt.Errorf("tag %q: the engine's version is the module's, its tag is %s", name, number)
		}
		if !isComponent(component) {
			return Tag{}, fmt.Errorf("tag %q: %q is no component's folder", name, component)
		}
	}
	v, err := parse(number)
	if err != nil {
		return Tag{}, fmt.Errorf("tag %q: %w", name, err)
	}
	return Tag{Name: name, Component: component, Version: v}, nil
}

// TagName is the tag of a component's version.
func TagName(component, version string) string {
	if component == engine {
		return version
	}
	return component + "/" + version
}

var reComponent = regexp.MustCompile(`^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)*$`)

func isComponent(s string) bool { return reComponent.MatchString(s) }

// parse reads "v1.2.3" or "v1.2.3-rc.1".
func parse(s string) (*semver.Version, error) {
	number, ok := strings.CutPrefix(s, "v")
	if !ok {
		return nil, fmt.Errorf("version %q does not begin with v", s)
	}
	v, err := semver.StrictNewVersion(number)
	if err != nil {
		return nil, fmt.Errorf("version %q is not semantic (vMAJOR.MINOR.PATCH, or with -rc.N): %w", s, err)
	}
	if v.Metadata() != "" {
		return nil, fmt.Errorf("version %q has +%s, which Go modules do not take", s, v.Metadata())
	}
	return v, nil
}

// candidate takes "rc.2" apart; ok is false for any other form.
func candidate(prerelease string) (kind string, n uint64, ok bool) {
	kind, number, found := strings.Cut(prerelease, ".")
	n, err := strconv.ParseUint(number, 10, 32)
	return kind, n, found && err == nil && number == strconv.FormatUint(n, 10) && isCandidate(kind)
}

func isCandidate(kind string) bool { return kind == "rc" || kind == "beta" || kind == "alpha" }

func text(v *semver.Version) string { return "v" + v.String() }
