// SPDX-License-Identifier: Apache-2.0

package explain_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
	"github.com/lanner-project/lanner/engine/explain"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/rules"
	"github.com/lanner-project/lanner/engine/scenario"
	"github.com/lanner-project/lanner/engine/state"
)

// explained explains a condition for the last event of some lines.
func explained(t *testing.T, condition, lines string) *explain.Node {
	t.Helper()
	var list diag.List
	text := "- rule: r\n  desc: d\n  condition: " + condition + "\n  output: o\n  priority: INFO\n"
	checked := check.Rules(rules.Load([]rules.File{{Name: "r.yaml", Data: []byte(text)}}, &list), &list)
	if list.Errors() > 0 {
		t.Fatalf("%s: %+v", condition, list.Diagnostics)
	}
	f, mistakes := scenario.Parse("story", "test \"story\"\n"+lines)
	if mistakes.Errors() > 0 {
		t.Fatalf("%+v", mistakes.Diagnostics)
	}
	x, err := explain.New(checked)
	if err != nil {
		t.Fatal(err)
	}
	world := f.Tests[0].World
	table := state.New(state.Config{})
	for _, tell := range world.Snapshot {
		tell(table)
	}
	ctx := extract.New(table)
	for i := range world.Events {
		ctx.Next(&world.Events[i])
	}
	n, err := x.Rule(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const story = `
  proc 100 exepath=/usr/bin/cat args=[a "b c"]
  100 openat fd=3 name=/etc/shadow flags=O_RDONLY
`

func TestWrite(t *testing.T) {
	t.Parallel()
	n := explained(t, `evt.type in (open, openat) and (proc.name = dog or proc.args contains "b c") and not fd.name startswith /etc and fd.sip = "1.2.3.4"`, story)
	var got strings.Builder
	if err := explain.Write(&got, n); err != nil {
		t.Fatal(err)
	}
	want := `- and
  + evt.type in (open, openat)   is openat
  + or
    - proc.name = dog   is cat
    + proc.args contains "b c"   is "a b c"
  - not
    + fd.name startswith /etc   is /etc/shadow
  - fd.sip = 1.2.3.4   is <NA>: the event has no such thing
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

// The first false part is what a person would look at: inside "not" and "or" too.
func TestFirstFalse(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]string{
		`evt.type = openat and proc.name = dog`:                                                               `proc.name = dog`,
		`evt.type = openat and not proc.name = cat`:                                                           `proc.name = cat`,
		`evt.type = openat and (proc.name = dog or proc.name = cow)`:                                          `proc.name = dog`,
		`evt.type = openat and not (proc.name = dog or fd.name = /etc/shadow)`:                                `fd.name = /etc/shadow`,
		`evt.type = openat and proc.name in (a, b, c, d, e, f, g, h, i)`:                                      `proc.name in (a, b, c, d, e, f, and 3 more)`,
		`evt.type = openat and evt.arg.flags contains O_CREAT`:                                                `evt.arg.flags contains O_CREAT`,
		`evt.type = openat and toupper(proc.name) = DOG`:                                                      `toupper(proc.name) = DOG`,
		`evt.type = openat and proc.name startswith anyof (x, y)`:                                             `proc.name startswith anyof (x, y)`,
		`evt.type = openat and proc.aname[1] exists and proc.name = val(proc.cmdline)`:                        `proc.aname[1] exists`,
		`(evt.type = unlink and proc.name = cat) or (evt.type = openat and proc.name = cat and fd.name = /x)`: `fd.name = /x`,
		`evt.type = openat and proc.name = val(proc.cmdline)`:                                                 `proc.name = val(proc.cmdline)`,
	} {
		n := explained(t, condition, story)
		if n.True {
			t.Errorf("%s holds", condition)
			continue
		}
		if got := n.FirstFalse().Test; got != want {
			t.Errorf("%s\n got %s\nwant %s", condition, got, want)
		}
	}
	if n := explained(t, `evt.type = openat`, story); !n.True || n.FirstFalse() != nil {
		t.Errorf("%+v", n)
	}
}
