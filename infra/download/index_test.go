// SPDX-License-Identifier: Apache-2.0

package download_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/infra/download"
)

func release(version string, day int) download.Release {
	return download.Release{
		Version: version, Tag: version, Commit: strings.Repeat("a", 40), Date: time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC),
		Prerelease: strings.Contains(version, "-"), URL: "https://example.test/" + version,
		Files: []download.File{{Name: "lanner.tar.gz", Size: 3, SHA256: strings.Repeat("b", 64), MediaType: "application/gzip", URL: "https://example.test/f"}},
	}
}

func with(t *testing.T, versions ...string) download.Index {
	t.Helper()
	var x download.Index
	for i, v := range versions {
		var err error
		if x, err = x.WithRelease("lanner", release(v, i+1)); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

func TestLatest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		versions, yanked   string
		stable, prerelease string
	}{
		{"v0.1.0", "", "v0.1.0", ""},
		{"v0.1.0 v0.2.0 v0.1.1", "", "v0.2.0", ""},
		{"v0.1.0 v0.2.0-rc.1", "", "v0.1.0", "v0.2.0-rc.1"},
		{"v0.2.0-rc.2 v0.2.0-rc.10 v0.1.0", "", "v0.1.0", "v0.2.0-rc.10"},
		{"v0.2.0-rc.1 v0.2.0", "", "v0.2.0", ""},
		{"v0.1.0 v0.2.0", "v0.2.0", "v0.1.0", ""},
		{"v0.1.0", "v0.1.0", "", ""},
	} {
		x := with(t, strings.Fields(c.versions)...)
		for v := range strings.FieldsSeq(c.yanked) {
			var err error
			if x, err = x.WithYank(v, download.Yanked{Reason: "broken", Date: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), RetractedBy: "v9.9.9"}); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(download.Latest{Stable: c.stable, Prerelease: c.prerelease}, x.Latest); diff != "" {
			t.Errorf("%s less %s: %s", c.versions, c.yanked, diff)
		}
	}
}

// TestLatestWith: what it foretells is what comes.
func TestLatestWith(t *testing.T) {
	t.Parallel()
	yanked, err := with(t, "v0.1.0", "v0.2.0").WithYank("v0.2.0", download.Yanked{Reason: "broken", Date: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), RetractedBy: "v0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		have    download.Index
		version string
		stable  string
	}{
		{download.Index{}, "v0.1.0", "v0.1.0"},
		{download.Index{}, "v0.1.0-rc.1", ""},
		{with(t, "v0.1.0", "v0.2.0"), "v0.1.1", "v0.2.0"},
		{with(t, "v0.1.0", "v0.9.0"), "v0.10.0", "v0.10.0"},
		{with(t, "v0.1.0"), "v0.2.0-rc.1", "v0.1.0"},
		{yanked, "v0.1.1", "v0.1.1"}, // what was withdrawn is in nobody's way
		{yanked, "v0.2.0", "v0.1.0"}, // and is not latest again
	} {
		before := c.have.Releases
		got, err := c.have.LatestWith(c.version)
		if err != nil || got.Stable != c.stable {
			t.Errorf("latest with %s is %+v, %v; want %s", c.version, got, err, c.stable)
		}
		if diff := cmp.Diff(before, c.have.Releases); diff != "" {
			t.Errorf("asking changed the index: %s", diff)
		}
		if c.have.Find(c.version) == nil {
			if came, err := c.have.WithRelease("lanner", release(c.version, 28)); err != nil || came.Latest != got {
				t.Errorf("with %s came %+v, %v; foretold was %+v", c.version, came.Latest, err, got)
			}
		}
	}
	for _, version := range []string{"", "0.1.0", "v1", "v1.0.0+x"} {
		if got, err := (download.Index{}).LatestWith(version); err == nil {
			t.Errorf("latest with %q is %+v, want an error", version, got)
		}
	}
}

// The order in which releases arrive does not change the index.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	all := []download.Release{release("v0.1.0", 1), release("v0.1.1", 5), release("v0.2.0-rc.1", 2), release("v0.2.0", 3), release("v0.10.0", 9)}
	var want []byte
	for range 50 {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var x download.Index
		for _, r := range all {
			var err error
			if x, err = x.WithRelease("lanner", r); err != nil {
				t.Fatal(err)
			}
		}
		got, err := x.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if want != nil && !bytes.Equal(want, got) {
			t.Fatal(cmp.Diff(string(want), string(got)))
		}
		want = got
	}
}

func TestReleaseIsFinal(t *testing.T) {
	t.Parallel()
	x := with(t, "v0.1.0")
	again, err := x.WithRelease("lanner", release("v0.1.0", 1))
	if err != nil || !cmp.Equal(x, again) {
		t.Errorf("adding the same again: %v %s", err, cmp.Diff(x, again))
	}
	if _, err := x.WithRelease("lanner", release("v0.1.0", 2)); err == nil {
		t.Error("another v0.1.0 was taken")
	}
	if _, err := x.WithYank("v0.2.0", download.Yanked{}); err == nil {
		t.Error("an unknown version was withdrawn")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good, err := with(t, "v0.1.0", "v0.2.0").Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][3]string{
		"moved pointer":  {`"stable": "v0.2.0"`, `"stable": "v0.1.0"`, "latest pointers"},
		"path as a name": {`"lanner.tar.gz"`, `"../lanner.tar.gz"`, "plain name"},
		"script address": {`"https://example.test/f"`, `"javascript:alert(1)"`, "not http"},
		"unknown key":    {`"project"`, `"projekt"`, "projekt"},
		"short digest":   {strings.Repeat("b", 64), "bb", "64 hex"},
		"schema":         {`"schema": 1`, `"schema": 7`, "schema 7"},
		"trailing":       {"]\n}\n", "]\n}\n{}", "more follows"},
	} {
		data := strings.Replace(string(good), c[0], c[1], 1)
		if _, err := download.ParseIndex("index.json", []byte(data)); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v, want %q", name, err, c[2])
		}
	}
}

func FuzzParseIndex(f *testing.F) {
	x, err := download.Index{}.WithRelease("lanner", release("v0.1.0", 1))
	if err != nil {
		f.Fatal(err)
	}
	data, err := x.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := download.ParseIndex("index.json", data)
		if err != nil {
			return
		}
		if again, err := x.Encode(); err != nil || !bytes.Equal(again, data) {
			t.Errorf("an index that parses is not its own encoding: %v", err)
		}
	})
}
