// SPDX-License-Identifier: Apache-2.0

package grid

import (
	"strings"
	"testing"
)

func TestCompat(t *testing.T) {
	for text, want := range map[string]string{
		"":              "unexpected end",
		"[]":            "cannot unmarshal",
		`{"schema": 2}`: "schema 2, and this program knows 1",
		`{"schema": 1, "kernels": [{"verdict": 7}]}`: "cannot unmarshal number",
	} {
		if _, err := NewCompat([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	const index = `{"schema": 1, "version": "1.0.0", "drivers": {"amd64": "d"}, "kernels": [
		{"family": "debian", "release": "6.1.1", "arch": "amd64", "version": "1", "verdict": "works", "class": "c"},
		{"family": "debian", "release": "6.1.2", "arch": "amd64", "version": "1", "verdict": "broken", "reason": "why"}]}`
	c, err := NewCompat([]byte(index))
	if err != nil {
		t.Fatal(err)
	}
	fam := &Family{Name: "debian", Threshold: 51, Targets: []Target{
		{Family: "debian", Release: "6.1.1", Arch: "amd64", Version: "1"}, {Family: "debian", Release: "6.1.2", Arch: "arm64", Version: "1"},
	}}
	if short := c.Short([]*Family{fam}); len(short) != 1 || !strings.Contains(short[0], "works on 50% of the kernels, and 51% are wanted") {
		t.Errorf("short: %q", short)
	}
	if missing := c.Missing([]*Family{fam}); len(missing) != 1 || missing[0].Arch != "arm64" {
		t.Errorf("missing: %v", missing)
	}
	// It depends on nothing but the index.
	first, err := c.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewCompat([]byte(index))
	if err != nil {
		t.Fatal(err)
	}
	if second, err := again.JSON(); err != nil || string(first) != string(second) || !strings.Contains(string(first), c.Index) {
		t.Errorf("%s, then %s, %v", first, second, err)
	}
}
