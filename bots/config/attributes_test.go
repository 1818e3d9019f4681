// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/bots/config"
)

func TestGenerated(t *testing.T) {
	t.Parallel()
	all := config.Generated(strings.Join([]string{
		"# *.txt linguist-generated", "*.pb.go linguist-generated=true", "/gen/** text linguist-generated -diff", "*.md text", "api.json linguist-generated",
		"api.json -linguist-generated", "x.go linguist-generated=false", `"with space" linguist-generated`, "\xff linguist-generated", "alone",
	}, "\n"))
	for path, want := range map[string]bool{
		"a/b/x.pb.go": true, "gen/a/b": true, "a/gen/b": false, "a.md": false, "api.json": false, "x.go": false, "a.txt": false, "alone": false,
	} {
		if got := slices.ContainsFunc(all, func(r *regexp.Regexp) bool { return r.MatchString(path) }); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func FuzzGenerated(f *testing.F) {
	f.Add("*.pb.go linguist-generated=true\n")
	f.Fuzz(func(_ *testing.T, src string) {
		for _, r := range config.Generated(src) {
			r.MatchString("a/b")
		}
	})
}
