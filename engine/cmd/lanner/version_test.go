// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"reflect"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	commitA = "3f2a9c41d07be6582f1c0a94e3b7d615c8e0f2a7"
	commitB = "b00f5ad1c3e2479881726354a5b4c3d2e1f09876"
)

var (
	aRelease = stamp{Version: "v0.1.0", Commit: commitB, Date: "2026-11-20T08:00:00Z"}
	checkout = map[string]string{"vcs": "git", "vcs.revision": commitA, "vcs.time": "2026-11-22T15:16:17Z", "vcs.modified": "false"}
	changed  = map[string]string{"vcs": "git", "vcs.revision": commitA, "vcs.time": "2026-11-22T15:16:17Z", "vcs.modified": "true"}
)

var describeTests = []struct {
	name     string
	version  string
	settings map[string]string
	stamp    stamp
	want     build
}{
	{
		name: "a test binary knows nothing",
		want: build{Version: "(devel)", CommitSource: "unknown"},
	},
	{
		name: "a checkout without version control", version: "(devel)",
		want: build{Version: "(devel)", CommitSource: "unknown"},
	},
	{
		name: "a checkout", version: "v0.0.0-20261122151617-3f2a9c41d07b", settings: checkout,
		want: build{Version: "v0.0.0-20261122151617-3f2a9c41d07b", Commit: commitA, CommitSource: "checkout", Date: "2026-11-22T15:16:17Z"},
	},
	{
		name: "a checkout with changes", version: "v0.0.0-20261122151617-3f2a9c41d07b+dirty", settings: changed,
		want: build{Version: "v0.0.0-20261122151617-3f2a9c41d07b+dirty", Commit: commitA, CommitSource: "checkout", Date: "2026-11-22T15:16:17Z", Modified: true},
	},
	{
		name: "a checkout of the tag is that checkout, not what the stamp says", version: "v0.1.0", settings: checkout, stamp: aRelease,
		want: build{Version: "v0.1.0", Commit: commitA, CommitSource: "checkout", Date: "2026-11-22T15:16:17Z"},
	},
	{
		name: "the released module", version: "v0.1.0", stamp: aRelease,
		want: build{Version: "v0.1.0", Commit: commitB, CommitSource: "release", Date: "2026-11-20T08:00:00Z"},
	},
	{
		name: "a released module without its stamp", version: "v0.1.0",
		want: build{Version: "v0.1.0", CommitSource: "unknown"},
	},
	{
		name: "a stamp of another version does not count", version: "v0.1.1", stamp: aRelease,
		want: build{Version: "v0.1.1", CommitSource: "unknown"},
	},
	{
		name: "no stamp matches no version", version: "",
		stamp: stamp{}, want: build{Version: "(devel)", CommitSource: "unknown"},
	},
	{
		name: "install of main before any tag", version: "v0.0.0-20261122151617-3f2a9c41d07b",
		want: build{Version: "v0.0.0-20261122151617-3f2a9c41d07b", Commit: "3f2a9c41d07b", CommitSource: "pseudo-version", Date: "2026-11-22T15:16:17Z"},
	},
	{
		name: "install of main after a tag, stamp still in the tree", version: "v0.1.1-0.20261122151617-3f2a9c41d07b", stamp: aRelease,
		want: build{Version: "v0.1.1-0.20261122151617-3f2a9c41d07b", Commit: "3f2a9c41d07b", CommitSource: "pseudo-version", Date: "2026-11-22T15:16:17Z"},
	},
	{
		name: "install of a commit after a release candidate", version: "v0.2.0-rc.1.0.20261122151617-3f2a9c41d07b",
		want: build{Version: "v0.2.0-rc.1.0.20261122151617-3f2a9c41d07b", Commit: "3f2a9c41d07b", CommitSource: "pseudo-version", Date: "2026-11-22T15:16:17Z"},
	},
	{
		name: "a release candidate is no pseudo-version", version: "v0.2.0-rc.1",
		want: build{Version: "v0.2.0-rc.1", CommitSource: "unknown"},
	},
	{
		name: "fourteen digits that are no time", version: "v0.0.0-20269922151617-3f2a9c41d07b",
		want: build{Version: "v0.0.0-20269922151617-3f2a9c41d07b", CommitSource: "unknown"},
	},
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, tt := range describeTests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			info := &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: tt.version}}
			for key, value := range tt.settings {
				info.Settings = append(info.Settings, debug.BuildSetting{Key: key, Value: value})
			}
			want := tt.want
			want.Go, want.Platform = "go1.26.8", "linux/arm64"
			if diff := cmp.Diff(want, describe(info, tt.stamp, "linux/arm64")); diff != "" {
				t.Errorf("describe (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseStamp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       stamp
		wantErr    string
	}{
		{name: "nothing"},
		{name: "a comment", text: "# nothing yet\n\n"},
		{
			name: "a release",
			text: "# why\nversion: v0.1.0\ncommit: " + commitA + "\ndate: 2026-11-22T15:16:17Z\n",
			want: stamp{Version: "v0.1.0", Commit: commitA, Date: "2026-11-22T15:16:17Z"},
		},
		{
			name: "carriage returns, and a date with an offset",
			text: "version: v0.1.0\r\ncommit: " + commitA + "\r\ndate: 2026-11-22T16:16:17+01:00\r\n",
			want: stamp{Version: "v0.1.0", Commit: commitA, Date: "2026-11-22T15:16:17Z"},
		},
		{name: "an unknown key", text: "\nauthor: alice\n", wantErr: `release.txt:2: "author: alice" is not one of`},
		{name: "no key", text: "v0.1.0\n", wantErr: `release.txt:1: "v0.1.0" is not one of`},
		{name: "twice", text: "version: v0.1.0\nversion: v0.2.0\n", wantErr: `release.txt:2: a second version, "v0.2.0"`},
		{name: "half", text: "version: v0.1.0\n", wantErr: `commit "" is not 40 lower-case hexadecimal digits`},
		{name: "no version", text: "commit: " + commitA + "\n", wantErr: `version "" is not of the form v0.1.0`},
		{name: "a short commit", text: "version: v0.1.0\ncommit: 3f2a9c4\n", wantErr: `commit "3f2a9c4" is not 40`},
		{name: "a date without time", text: "version: v0.1.0\ncommit: " + commitA + "\ndate: 2026-11-22\n", wantErr: `date "2026-11-22" is not of the form`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseStamp(tt.text)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("parseStamp: error %v, want one with %q", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("parseStamp (-want +got):\n%s", diff)
			}
		})
	}
}

// The stamp in the tree must parse: lanner version fails on one that does not.
func TestCommittedStamp(t *testing.T) {
	t.Parallel()
	if _, err := parseStamp(releaseStamp); err != nil {
		t.Error(err)
	}
}

// The help is the documentation of the JSON: each field has its paragraph.
func TestHelpDocumentsEveryField(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(build{})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	if got, want := len(fields), reflect.TypeFor[build]().NumField(); got != want {
		t.Errorf("the JSON of an empty build has %d fields, want all %d", got, want)
	}
	for name := range fields {
		if !strings.Contains(versionHelp, "\n  "+name+" ") {
			t.Errorf("lanner version --help does not say what %q is", name)
		}
	}
}
