// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/rules"
)

// A quirk is a small rules file with which the reference was tried, and how
// often each of its rules matched.
type quirk struct {
	Name    string
	Yamls   []string
	Capture string
	Opts    []string
	Counts  map[string]int
}

// fixed are the quirks that we do not have, and how often our rules match.
var fixed = map[string]map[string]int{
	// The reference ends with an error at the first event that gets there.
	"fd.port intersects (runtime)": {"x": 1},
	// A list in a list in a list is put in, and does not stay a name.
	"nested list two levels": {"one": 48, "two": 48},
}

func TestGoldenQuirks(t *testing.T) {
	t.Parallel()
	shared := enginetest.Shared(t)
	data, err := os.ReadFile(filepath.Join(shared, "golden", "quirks", "quirks.json"))
	if err != nil {
		t.Fatal(err)
	}
	var quirks []quirk
	if err := json.Unmarshal(data, &quirks); err != nil {
		t.Fatal(err)
	}
	for _, q := range quirks {
		t.Run(q.Name, func(t *testing.T) {
			t.Parallel()
			want := q.Counts
			if ours, ok := fixed[q.Name]; ok {
				want = ours
			}
			if got := q.run(t, filepath.Join(shared, "captures", q.Capture+".scap")); !maps.Equal(got, want) {
				t.Errorf("matches %v, want %v", got, want)
			}
		})
	}
}

// run counts the matches of a quirk's rules, by name.
func (q *quirk) run(t *testing.T, path string) map[string]int {
	t.Helper()
	var files []rules.File
	for i, text := range q.Yamls {
		files = append(files, rules.File{Name: string(rune('a'+i)) + ".yaml", Data: []byte(text)})
	}
	loaded, mistakes := checked(files...)
	mustBeRight(t, mistakes)
	loaded = slices.DeleteFunc(loaded, func(r check.Rule) bool {
		return slices.Contains(q.Opts, "priority=warning") && r.Priority > check.Warning
	})
	p, err := program.Compile(loaded, program.Options{All: slices.Contains(q.Opts, "rule_matching=all")})
	if err != nil {
		t.Fatal(err)
	}
	m := p.NewMatcher()
	counts := make(map[string]int)
	replay(t, path, func(ctx *extract.Context) {
		for _, r := range m.Match(ctx, nil) {
			counts[strings.TrimSpace(loaded[r].Name)]++
		}
	})
	return counts
}
