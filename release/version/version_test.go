// SPDX-License-Identifier: Apache-2.0

package version_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"

	"github.com/lanner-project/lanner/release/notes"
	"github.com/lanner-project/lanner/release/version"
)

func change(n int, title string, labels ...string) notes.Change {
	return notes.Change{Number: n, Title: title, Labels: labels}
}

var (
	feature  = change(12, "add a thing", "kind/feature")
	fix      = change(13, "mend a thing", "kind/bug")
	breaking = change(14, "drop a thing", "kind/breaking")
	noted    = notes.Change{Number: 15, Title: "rename a key", Labels: []string{"kind/bug"}, Body: "```release-note\nACTION REQUIRED: rename the key.\n```"}
	// What another tool made a major version of: a dependency's notes, quoted.
	vendoring = notes.Change{
		Number: 16, Title: "vendor: update specs", Paths: []string{"go.mod", "go.sum", "vendor/specs/x.go"},
		Message: "vendor: update specs (#16)\n\nFrom its notes:\n\nBreaking change: The functions were removed\nBREAKING CHANGE: really",
	}
	quoting = notes.Change{Number: 17, Title: "docs: quote a note", Message: "docs: quote a note\n\nThey said:\n\nBREAKING CHANGE: it broke\nand then it was fine."}
	footer  = notes.Change{Number: 18, Title: "fix: drop the flag", Message: "fix: drop the flag (#18)\n\nIt was never used.\n\nBREAKING CHANGE: --flag is gone\n which nobody used\nSigned-off-by: A <a@example.org>"}
)

func TestNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		in        version.Input
		want, why string
	}{
		{"first", version.Input{Changes: []notes.Change{fix}}, "v0.1.0", "minor, because it is the first release"},
		{"feature", version.Input{Tags: []string{"v0.1.0"}, Changes: []notes.Change{fix, feature}}, "v0.2.0", "minor, because #12 is kind/feature"},
		{"only fixes on main", version.Input{Tags: []string{"v0.1.3"}, Changes: []notes.Change{fix}}, "v0.2.0", "patches of v0.1.3 are made on its release branch"},
		{"breaking before 1.0", version.Input{Tags: []string{"v0.9.0"}, Changes: []notes.Change{breaking}}, "v0.10.0", "#14 is kind/breaking, and before v1.0.0"},
		{"action required", version.Input{Tags: []string{"v0.9.0"}, Changes: []notes.Change{noted}}, "v0.10.0", "#15 says that action is required"},
		{"quoted breaking", version.Input{Component: "driver", Tags: []string{"driver/v1.0.0"}, Changes: []notes.Change{vendoring, quoting, feature}}, "v1.1.0", "#12 is kind/feature"},
		{"footer", version.Input{Component: "driver", Tags: []string{"driver/v1.0.0"}, Changes: []notes.Change{footer}}, "v2.0.0", "major, because #18 has a BREAKING CHANGE footer"},
		{"bot's subject", version.Input{Component: "driver", Tags: []string{"driver/v1.0.0"}, Changes: []notes.Change{{Number: 9, Title: "feat!: bump", Bot: true}}}, "v1.1.0", "release branch"},
		{"conventional subject", version.Input{Component: "driver", Tags: []string{"driver/v1.0.0"}, Changes: []notes.Change{change(3, "feat(api)!: new")}}, "v2.0.0", `#3 has the subject "feat(api)!: new"`},
		{"a label beats the subject", version.Input{Component: "driver", Tags: []string{"driver/v1.0.0"}, Changes: []notes.Change{change(3, "feat!: new", "kind/bug")}}, "v1.1.0", "release branch"},
		{"patch", version.Input{Branch: "release/0.1", Tags: []string{"v0.1.0", "v0.2.0"}, Changes: []notes.Change{fix}}, "v0.1.1", "patch, because nothing"},
		{"new line", version.Input{Branch: "release/0.3", Tags: []string{"v0.1.0", "v0.2.0"}, Changes: []notes.Change{feature}}, "v0.3.0", "release/0.3 has no release yet"},
		{"rc", version.Input{Branch: "release/0.3", Tags: []string{"v0.2.0"}, Changes: []notes.Change{feature}, Prerelease: "rc"}, "v0.3.0-rc.1", "pre-release was asked for"},
		{"rc after ten", version.Input{Branch: "release/0.3", Tags: []string{"v0.2.0", "v0.3.0-rc.9", "v0.3.0-rc.10", "v0.3.0-rc.2"}, Changes: []notes.Change{fix}, Prerelease: "rc"}, "v0.3.0-rc.11", ""},
		{"final after rc", version.Input{Branch: "release/0.3", Tags: []string{"v0.2.0", "v0.3.0-rc.2"}, Changes: []notes.Change{fix}}, "v0.3.0", ""},
		{"component", version.Input{Component: "charts/lanner", Tags: []string{"v3.0.0", "charts/lanner/v0.2.0"}, Changes: []notes.Change{feature}}, "v0.3.0", ""},
		{"foreign tags", version.Input{Tags: []string{"v0.1.0", "nightly", "1.9.0", "v9", "v7.0.0+driver", "engine/v5.0.0", "driver/v4.0.0"}, Changes: []notes.Change{feature}}, "v0.2.0", ""},
		{"requested", version.Input{Tags: []string{"v0.1.0"}, Changes: []notes.Change{fix}, Requested: "v1.0.0"}, "v1.0.0", "because it was asked for"},
		{"feature on request", version.Input{Branch: "release/0.1", Tags: []string{"v0.1.0"}, Changes: []notes.Change{feature}, Requested: "v0.1.1"}, "v0.1.1", ""},
		{"reverted feature", version.Input{Branch: "release/0.1", Tags: []string{"v0.1.0"}, Changes: []notes.Change{
			{Number: 20, Title: "add", Labels: []string{"kind/feature"}},
			{Number: 21, Title: `Revert "add"`, Body: "Reverts lanner-project/lanner#20"},
		}}, "v0.1.1", ""},
	} {
		if c.in.Component == "" {
			c.in.Component = "engine"
		}
		if c.in.Branch == "" {
			c.in.Branch = "main"
		}
		d, err := version.Next(c.in)
		if err != nil || d.Version != c.want || !strings.Contains(strings.Join(d.Reasons, "\n"), c.why) {
			t.Errorf("%s: %+v, %v; want %s because %q", c.name, d, err, c.want, c.why)
		}
	}
}

// TestTooLow: a version may be asked for that is lower than what was merged
// calls for, but the decision says so.
func TestTooLow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, branch string
		tags         []string
		change       notes.Change
		requested    string
		want         string // in TooLow; empty: it is not
	}{
		{"breaking in a patch", "main", []string{"v0.1.0"}, breaking, "v0.1.1", "minor, because #14 is kind/breaking, and before v1.0.0"},
		{"breaking in a patch of a branch", "release/0.1", []string{"v0.1.0", "v0.2.0"}, breaking, "v0.1.1", "#14 is kind/breaking"},
		{"action required in a patch", "main", []string{"v0.1.0"}, noted, "v0.1.1", "#15 says that action is required"},
		{"feature in a patch", "release/0.1", []string{"v0.1.0"}, feature, "v0.1.1", "minor, because #12 is kind/feature"},
		{"breaking in a minor", "main", []string{"v1.1.0"}, breaking, "v1.2.0", "major, because #14 is kind/breaking"},
		{"breaking in a candidate of a minor", "main", []string{"v1.1.0"}, breaking, "v1.2.0-rc.1", "major, because #14"},
		{"breaking in a minor before 1.0", "main", []string{"v0.1.0"}, breaking, "v0.2.0", ""},
		{"fix in a patch", "main", []string{"v0.1.0"}, fix, "v0.1.1", ""},
		{"more than needed", "main", []string{"v0.1.0"}, fix, "v1.0.0", ""},
		{"the first release", "main", nil, breaking, "v0.0.1", ""},
		{"not asked for", "main", []string{"v0.1.0"}, breaking, "", ""},
	} {
		d, err := version.Next(version.Input{Component: "engine", Branch: c.branch, Tags: c.tags, Changes: []notes.Change{c.change}, Requested: c.requested})
		got := strings.Join(d.TooLow, "\n")
		if err != nil || !strings.Contains(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%s: %+v, %v; want %q", c.name, d, err, c.want)
		}
	}
}

func TestNextRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   version.Input
		want string
	}{
		{version.Input{Tags: []string{"v0.1.0"}}, "nothing was merged since v0.1.0"},
		{version.Input{Branch: "release/0.1", Tags: []string{"v0.1.0"}, Changes: []notes.Change{feature}}, "takes fixes only: minor, because #12"},
		{version.Input{Tags: []string{"v0.2.0"}, Changes: []notes.Change{fix}, Requested: "v0.1.5"}, "goes backwards: v0.2.0 is released"},
		{version.Input{Tags: []string{"v0.2.0"}, Changes: []notes.Change{fix}, Requested: "v0.2.0"}, "exists already"},
		{version.Input{Tags: []string{"v0.2.0"}, Changes: []notes.Change{fix}, Requested: "v0.4.0"}, "skips a number: after v0.2.0 come v0.2.1, v0.3.0 or v1.0.0"},
		{version.Input{Tags: []string{"v0.2.0"}, Changes: []notes.Change{fix}, Requested: "v0.3.0+x"}, "Go modules do not take"},
		{version.Input{Tags: []string{"v0.2.0"}, Changes: []notes.Change{fix}, Requested: "0.3.0"}, "does not begin with v"},
		{version.Input{Tags: []string{"v0.2.0"}, Changes: []notes.Change{fix}, Requested: "v0.3"}, "not semantic"},
		{version.Input{Tags: []string{"v0.2.0"}, Changes: []notes.Change{fix}, Requested: "v0.3.0-rc1"}, "with a dot"},
		{version.Input{Tags: []string{"v0.2.0"}, Changes: []notes.Change{fix}, Requested: "v0.3.0-rc.2"}, "the next is v0.3.0-rc.1"},
		{version.Input{Branch: "release/0.1", Tags: []string{"v0.1.0"}, Changes: []notes.Change{fix}, Requested: "v0.2.0"}, "does not belong on release/0.1"},
		{version.Input{Tags: []string{"v1.2.0"}, Changes: []notes.Change{breaking}}, "module path must end in /v2"},
		{version.Input{Branch: "release/x", Changes: []notes.Change{fix}}, "want release/MAJOR.MINOR"},
		{version.Input{Changes: []notes.Change{fix}, Prerelease: "gamma"}, "want rc, beta or alpha"},
		{version.Input{Component: "../x", Changes: []notes.Change{fix}}, "not a component's name"},
	} {
		if c.in.Component == "" {
			c.in.Component = "engine"
		}
		if c.in.Branch == "" {
			c.in.Branch = "main"
		}
		if d, err := version.Next(c.in); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %+v, %v; want %q", c.in, d, err, c.want)
		}
	}
}

// Whatever was merged, the next version is above every stable one of its line,
// is not among the tags, and does not depend on any order.
func TestNextProperties(t *testing.T) {
	t.Parallel()
	pool := []notes.Change{feature, fix, breaking, noted, vendoring, quoting, footer}
	for i := range uint64(2000) {
		r := rand.New(rand.NewPCG(i, 1))
		tags := []string{"v0.1.0"}
		for range r.IntN(6) {
			tags = append(tags, []string{"v0.2.0", "v0.2.1", "v0.3.0-rc.1", "v0.3.0", "v0.10.0", "driver/v3.0.0", "nonsense"}[r.IntN(7)])
		}
		changes := slices.Clone(pool[:1+r.IntN(len(pool))])
		in := version.Input{Component: "engine", Branch: "main", Tags: tags, Changes: changes, Prerelease: []string{"", "rc"}[r.IntN(2)]}
		d, err := version.Next(in)
		if err != nil {
			t.Fatalf("%+v: %v", in, err)
		}
		v := semver.MustParse(d.Version)
		for _, tag := range tags {
			if have, err := version.ParseTag(tag); err == nil && have.Component == "engine" && have.Version.Prerelease() == "" && !v.GreaterThan(have.Version) {
				t.Fatalf("%s is not above %s", d.Version, tag)
			}
		}
		r.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
		r.Shuffle(len(tags), func(i, j int) { tags[i], tags[j] = tags[j], tags[i] })
		again, err := version.Next(in)
		if err != nil || again.Version != d.Version || !slices.Equal(again.Reasons, d.Reasons) {
			t.Fatalf("another order: %+v, %+v, %v", d, again, err)
		}
		if slices.Contains(tags, d.Tag) {
			t.Fatalf("%s exists", d.Tag)
		}
	}
}

func FuzzParseTag(f *testing.F) {
	for _, s := range []string{"v0.1.0", "driver/v1.2.0-rc.1", "charts/lanner/v0.3.0", "engine/v1.0.0", "v1.0.0+x", "v01.0.0", "1.0.0", "/v1.0.0", "v1.0.0-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		tag, err := version.ParseTag(name)
		if err != nil {
			return
		}
		if got := version.TagName(tag.Component, "v"+tag.Version.String()); got != name || tag.Name != name {
			t.Errorf("%q is taken apart as %+v, which is %q", name, tag, got)
		}
		if strings.Contains(name, "+") || tag.Component == "engine" && strings.Contains(name, "/") {
			t.Errorf("%q passed", name)
		}
	})
}
