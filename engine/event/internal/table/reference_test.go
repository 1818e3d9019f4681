// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
)

// A row is what the reference prints about a type that is not old.
type row struct {
	enter  bool
	name   string
	params []string
}

// Every type that the reference still makes has the same parameters here.
func TestReferenceTypes(t *testing.T) {
	t.Parallel()
	want := referenceRows(t)

	var have []row
	for id := range event.Type(event.NumTypes) {
		info := id.Info()
		if info.Flags&(event.Old|event.Unused) != 0 || info.Origin == event.OriginIter || id == event.GenericExit {
			continue
		}
		r := row{enter: id.IsEnter(), name: info.Name}
		for _, p := range info.Common() {
			words := []string{p.Kind.String(), p.Name}
			if p.Flags != nil && p.Kind != event.KindMode && p.Kind != event.KindFDList {
				for _, v := range p.Flags.Values {
					words = append(words, v.Name)
				}
			}
			r.params = append(r.params, strings.Join(words, " "))
		}
		have = append(have, r)
	}
	byName := func(a, b row) int {
		return cmp.Or(cmp.Compare(a.name, b.name), -cmp.Compare(len(a.params), len(b.params)))
	}
	slices.SortStableFunc(have, byName)
	slices.SortStableFunc(want, byName)
	if diff := gocmp.Diff(want, have, gocmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("types differ from the reference's (-reference +ours):\n%s", diff)
	}
}

func referenceRows(t *testing.T) []row {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(enginetest.Shared(t), "golden", "lists", "events.md"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile("^(?:Yes|No) \\| `([<>])` \\| `(\\w+)` \\| (.*)$")
	item := regexp.MustCompile(`([A-Z][A-Z0-9_]*) \*\*(\w+)\*\*(: \*\w+\*(?:, \*\w+\*)*)?(?:, |$)`)
	var rows []row
	for l := range strings.SplitSeq(string(text), "\n") {
		m := line.FindStringSubmatch(l)
		if m == nil || strings.Contains(l, "SYSCALLID") { // syscalls without a type of their own
			continue
		}
		r := row{enter: m[1] == ">", name: m[2]}
		for _, p := range item.FindAllStringSubmatch(m[3], -1) {
			words := p[1:3:3]
			for name := range strings.SplitSeq(strings.Trim(p[3], ": *"), "*, *") {
				if name != "" && p[1] != "MODE" {
					words = append(words, name)
				}
			}
			r.params = append(r.params, strings.Join(words, " "))
		}
		rows = append(rows, r)
	}
	if len(rows) < 100 {
		t.Fatalf("events.md has %d types, which cannot be", len(rows))
	}
	return rows
}

// Every syscall that the reference reports without parameters has a name here.
func TestReferenceSyscalls(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(enginetest.Shared(t), "golden", "lists", "events.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile("`(\\w+)` \\| SYSCALLID").FindAllStringSubmatch(string(text), -1)
	if len(names) < 500 {
		t.Fatalf("events.md has %d syscalls, which cannot be", len(names))
	}
	for _, m := range names {
		if s, ok := event.LookupSyscall(m[1]); !ok || s.String() != m[1] {
			t.Errorf("LookupSyscall(%s) = %d, %v", m[1], s, ok)
		}
	}
}
