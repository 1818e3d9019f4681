// SPDX-License-Identifier: Apache-2.0

package version_test

import (
	"strings"
	"testing"

	"github.com/lanner-project/lanner/release/notes"
	"github.com/lanner-project/lanner/release/version"
)

const actionRequired = "```release-note\nACTION REQUIRED: rename the key.\n```"

// TestNoMajor holds who can't make a major version, whatever is said.
func TestNoMajor(t *testing.T) {
	t.Parallel()
	vendored := []string{"go.mod", "vendor/example.org/x/x.go"}
	for _, c := range []notes.Change{
		{Number: 1, Bot: true, Title: "bump x", Labels: []string{"kind/breaking"}},
		{Number: 1, Bot: true, Title: "bump x", Labels: []string{"release-note-action-required"}},
		{Number: 1, Bot: true, Title: "bump x", Body: actionRequired},
		{Number: 1, Title: "vendor: x", Paths: vendored, Body: actionRequired},
		{Number: 1, Title: "vendor: x", Paths: vendored, Labels: []string{"kind/api-change"}},
	} {
		d, err := version.Next(version.Input{Component: "driver", Branch: "main", Tags: []string{"driver/v1.0.0"}, Changes: []notes.Change{c}})
		if err != nil || d.Version != "v1.1.0" || !strings.Contains(strings.Join(d.Reasons, "\n"), "minor, because #1 ") {
			t.Errorf("%+v: %+v, %v; want v1.1.0 because of #1", c, d, err)
		}
	}
}

// TestActionRequired holds all the ways in which a change calls for action.
func TestActionRequired(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]notes.Change{
		"note":   {Number: 4, Title: "x", Body: actionRequired, Labels: []string{"kind/bug"}},
		"label":  {Number: 4, Title: "x", Labels: []string{"kind/bug", "release-note-action-required"}},
		"origin": {Number: 4, Title: "x", Labels: []string{"kind/bug"}, Origin: &notes.Change{Number: 3, Title: "x", Body: actionRequired}},
	} {
		d, err := version.Next(version.Input{Component: "driver", Branch: "main", Tags: []string{"driver/v1.0.0"}, Changes: []notes.Change{c}})
		if err != nil || d.Version != "v2.0.0" || !strings.Contains(strings.Join(d.Reasons, "\n"), "#4 says that action is required") {
			t.Errorf("%s: %+v, %v; want v2.0.0 because of #4", name, d, err)
		}
	}
}

// TestRequestedBump holds that the bump is that of the version that is made.
func TestRequestedBump(t *testing.T) {
	t.Parallel()
	for requested, want := range map[string]string{"v1.0.1": "patch", "v1.1.0": "minor", "v2.0.0": "major", "v2.0.0-rc.1": "major", "": "minor"} {
		d, err := version.Next(version.Input{
			Component: "driver", Branch: "main", Tags: []string{"driver/v1.0.0"}, Requested: requested,
			Changes: []notes.Change{change(7, "mend", "kind/bug")},
		})
		if err != nil || d.Bump != want {
			t.Errorf("requested %q: %+v, %v; want the bump %s", requested, d, err, want)
		}
	}
}
