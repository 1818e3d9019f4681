// SPDX-License-Identifier: Apache-2.0

package version

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/lanner-project/lanner/release/notes"
)

// Input is what a version is decided from.
type Input struct {
	Component string
	// Branch the release is made on: the default branch, or "release/0.3" (of
	// another component "release/driver/1.2"), which gives patches.
	Branch string
	// Tags are all of the repository. What is no release tag of the component is
	// passed over.
	Tags    []string
	Changes []notes.Change // since the last release
	// Requested is a version that a maintainer insists on; empty: computed.
	Requested string
	// Prerelease is "rc", "beta" or "alpha" for a candidate; empty: final.
	Prerelease string
}

// Decision is a version and why.
type Decision struct {
	Version  string `json:"version"`
	Tag      string `json:"tag"`
	Previous string `json:"previous,omitempty"` // last stable version; empty for the first
	Bump     string `json:"bump"`               // "major", "minor", "patch"
	// Reasons cite the pull request that decided.
	Reasons []string `json:"reasons"`
	// TooLow is why a requested version is lower than what was merged calls for;
	// empty if it is not. Who takes a patch expects that nothing breaks, so
	// somebody has to say why it is right all the same.
	TooLow []string `json:"tooLow,omitempty"`
}

// Next decides the next version. An error says why there is none, and what
// would be right.
func Next(in Input) (Decision, error) {
	if in.Prerelease != "" && !isCandidate(in.Prerelease) {
		return Decision{}, fmt.Errorf("pre-release kind %q; want rc, beta or alpha", in.Prerelease)
	}
	if !isComponent(in.Component) {
		return Decision{}, fmt.Errorf("component %q is not a component's name", in.Component)
	}
	have := versionsOf(in.Component, in.Tags)
	line, onLine, err := lineOf(in.Component, in.Branch)
	if err != nil {
		return Decision{}, err
	}
	var d Decision
	var target *semver.Version
	if onLine {
		target, d, err = onReleaseBranch(in, have, line)
	} else {
		target, d, err = onMain(in, have)
	}
	if err != nil {
		return Decision{}, err
	}
	if in.Prerelease != "" {
		target = nextCandidate(target, in.Prerelease, have)
		d.Reasons = append(d.Reasons, fmt.Sprintf("%s, because a pre-release was asked for", text(target)))
	}
	if in.Requested != "" {
		if target, err = checkRequest(in, have, target); err != nil {
			return Decision{}, err
		}
		d.Reasons = append(d.Reasons, fmt.Sprintf("%s, because it was asked for", text(target)))
		d.Bump = bumpTo(target).String()
		d.TooLow = tooLow(in.Changes, have, target)
	}
	if in.Component == engine && target.Major() > 1 {
		return Decision{}, fmt.Errorf("%s: from v2 on the module path must end in /v%d, or `go install` refuses it; rename the module first, or make the change without breaking", text(target), target.Major())
	}
	d.Version, d.Tag = text(target), TagName(in.Component, text(target))
	return d, nil
}

// onMain bumps the highest stable version by what was merged.
func onMain(in Input, have []*semver.Version) (*semver.Version, Decision, error) {
	last := highestStable(have)
	if last == nil {
		return semver.New(0, 1, 0, "", ""), Decision{Bump: minor.String(), Reasons: []string{"minor, because it is the first release"}}, nil
	}
	if len(in.Changes) == 0 && in.Requested == "" {
		return nil, Decision{}, fmt.Errorf("nothing was merged since %s", text(last))
	}
	b, reasons := bumpOf(in.Changes, last.Major() == 0)
	// A patch of the last minor belongs on its release branch; from the default
	// branch comes the next minor.
	if b == patch {
		b = minor
		reasons = append(reasons, fmt.Sprintf("minor, because patches of %s are made on its release branch", text(last)))
	}
	next := last.IncMinor()
	if b == major {
		next = last.IncMajor()
	}
	return &next, Decision{Previous: text(last), Bump: b.String(), Reasons: reasons}, nil
}

// onReleaseBranch gives X.Y.0 until it is tagged, then patches.
func onReleaseBranch(in Input, have []*semver.Version, line *semver.Version) (*semver.Version, Decision, error) {
	var last *semver.Version // stable, of the line
	for _, v := range have {
		if v.Prerelease() == "" && v.Major() == line.Major() && v.Minor() == line.Minor() {
			last = v
		}
	}
	if last == nil {
		d := Decision{Bump: minor.String(), Reasons: []string{fmt.Sprintf("minor, because %s has no release yet", in.Branch)}}
		if below := highestBelow(have, line); below != nil {
			d.Previous = text(below)
			b, reasons := bumpOf(in.Changes, line.Major() == 0)
			if line.Major() > below.Major() {
				d.Bump = major.String()
			} else if b == major && in.Requested == "" {
				return nil, Decision{}, fmt.Errorf("%s can't become %s: %s", in.Branch, text(line), strings.Join(reasons, "; "))
			}
			d.Reasons = append(reasons, d.Reasons...)
		}
		return line, d, nil
	}
	b, reasons := bumpOf(in.Changes, line.Major() == 0)
	if b != patch && in.Requested == "" {
		return nil, Decision{}, fmt.Errorf("%s takes fixes only: %s; take it out of the branch, release from the default branch, or ask for the version and say why", in.Branch, strings.Join(reasons, "; "))
	}
	next := last.IncPatch()
	return &next, Decision{Previous: text(last), Bump: patch.String(), Reasons: reasons}, nil
}

// checkRequest lets a requested version pass if it follows from what exists.
func checkRequest(in Input, have []*semver.Version, computed *semver.Version) (*semver.Version, error) {
	want, err := parse(in.Requested)
	if err != nil {
		return nil, fmt.Errorf("%w; computed is %s", err, text(computed))
	}
	if slices.ContainsFunc(have, want.Equal) {
		return nil, fmt.Errorf("%s exists already, and a tag never moves; computed is %s", text(want), text(computed))
	}
	if want.Prerelease() != "" {
		kind, n, ok := candidate(want.Prerelease())
		if !ok {
			return nil, fmt.Errorf("pre-release %s: want rc.N, beta.N or alpha.N, with a dot, so that rc.10 comes after rc.2", text(want))
		}
		if right := nextCandidate(core(want), kind, have); n != mustNumber(right) {
			return nil, fmt.Errorf("%s skips a number; the next is %s", text(want), text(right))
		}
	}
	var last *semver.Version
	if onLine, ok, _ := lineOf(in.Component, in.Branch); ok {
		if want.Major() != onLine.Major() || want.Minor() != onLine.Minor() {
			return nil, fmt.Errorf("%s does not belong on %s; computed is %s", text(want), in.Branch, text(computed))
		}
		last = highestBelow(have, core(want))
	} else {
		last = highestStable(have)
	}
	if last == nil {
		last = semver.New(0, 0, 0, "", "")
	}
	if want.LessThan(last) {
		return nil, fmt.Errorf("%s goes backwards: %s is released; computed is %s", text(want), text(last), text(computed))
	}
	a, b, c := last.IncPatch(), last.IncMinor(), last.IncMajor()
	if next := core(want); !next.Equal(&a) && !next.Equal(&b) && !next.Equal(&c) {
		return nil, fmt.Errorf("%s skips a number: after %s come %s, %s or %s", text(want), text(last), text(&a), text(&b), text(&c))
	}
	return want, nil
}

// tooLow cites the changes that call for more than the version wanted gives.
func tooLow(changes []notes.Change, have []*semver.Version, want *semver.Version) []string {
	last := highestBelow(have, core(want))
	if last == nil {
		return nil // nobody has anything that could break
	}
	needed, reasons := bumpOf(changes, last.Major() == 0)
	if needed <= bumpTo(want) {
		return nil
	}
	return reasons
}

// bumpTo is the bump that gives v, which follows from what exists.
func bumpTo(v *semver.Version) bump {
	switch {
	case v.Patch() > 0:
		return patch
	case v.Minor() > 0:
		return minor
	}
	return major
}

// nextCandidate is the candidate of target behind those that exist.
func nextCandidate(target *semver.Version, kind string, have []*semver.Version) *semver.Version {
	var n uint64
	for _, v := range have {
		if k, i, ok := candidate(v.Prerelease()); ok && k == kind && core(v).Equal(core(target)) {
			n = max(n, i)
		}
	}
	return semver.New(target.Major(), target.Minor(), target.Patch(), fmt.Sprintf("%s.%d", kind, n+1), "")
}

func mustNumber(v *semver.Version) uint64 {
	_, n, _ := candidate(v.Prerelease())
	return n
}

func core(v *semver.Version) *semver.Version {
	return semver.New(v.Major(), v.Minor(), v.Patch(), "", "")
}

// versionsOf returns a component's versions, lowest first.
func versionsOf(component string, tags []string) []*semver.Version {
	var have []*semver.Version
	for _, name := range tags {
		if tag, err := ParseTag(name); err == nil && tag.Component == component {
			have = append(have, tag.Version)
		}
	}
	slices.SortFunc(have, func(a, b *semver.Version) int { return cmp.Or(a.Compare(b), strings.Compare(a.String(), b.String())) })
	return have
}

func highestStable(have []*semver.Version) *semver.Version { return highestBelow(have, nil) }

// highestBelow returns the highest stable version below limit; nil is no limit.
func highestBelow(have []*semver.Version, limit *semver.Version) *semver.Version {
	var highest *semver.Version
	for _, v := range have {
		if v.Prerelease() == "" && (limit == nil || v.LessThan(limit)) {
			highest = v
		}
	}
	return highest
}

// lineOf reads a release branch; ok is false for any other branch.
func lineOf(component, branch string) (line *semver.Version, ok bool, err error) {
	prefix := "release/"
	if component != engine {
		prefix += component + "/"
	}
	number, found := strings.CutPrefix(branch, prefix)
	if !found || strings.Contains(number, "/") {
		return nil, false, nil
	}
	v, err := semver.StrictNewVersion(number + ".0")
	if err != nil {
		return nil, false, fmt.Errorf("branch %q is no release branch; want %sMAJOR.MINOR", branch, prefix)
	}
	return v, true, nil
}
