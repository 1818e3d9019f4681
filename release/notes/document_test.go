// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// pull returns a merged pull request. Numbers give the order of merging.
func pull(number int, author, title, note string, labels ...string) Change {
	c := Change{
		Number: number, Title: title, Author: author, Labels: labels,
		URL:      fmt.Sprintf("https://github.com/lanner-project/lanner/pull/%d", number),
		Commits:  []string{commitID(number)},
		MergedAt: time.Date(2026, 11, 1, 12, number, 0, 0, time.UTC),
	}
	if note != "" {
		c.Body = "What it does.\n\n````release-note\n" + note + "\n````\n"
	}
	return c
}

func commitID(n int) string { return fmt.Sprintf("%040x", n) }

// release is a release with something of everything.
func release() []Change {
	first := pull(3, "carol", "Read captures of version 2", "`lanner replay` reads captures of version 2.", "kind/feature", "area/engine")
	first.FirstTime = true
	bot := pull(4, "dependabot", "Bump x/net from 0.60 to 0.61", "NONE", "kind/cleanup")
	bot.Bot = true
	revert := pull(9, "bob", "Revert \"Guess the container runtime\"", "")
	revert.Body = "Reverts lanner-project/lanner#8"
	pick := pull(12, "bob", "[release/0.2] Count drops of every CPU", "")
	pick.Body = "This is an automated cherry-pick of #10"
	pick.Origin = &Change{Number: 10, Title: "Count drops of every CPU"}
	older := pull(13, "alice", "[release/0.2] Close the ring twice without a panic", "")
	older.Body = "This is an automated cherry-pick of #2"
	older.Origin = &Change{
		Number: 2, Title: "Close the ring twice without a panic", Labels: []string{"kind/bug", "area/driver"},
		Body: "```release-note\nClosing the ring buffer twice no longer panics.\n```",
	}
	lost := pull(14, "dave", "[release/0.2] Something", "Something is fixed.", "kind/bug")
	lost.Origin = &Change{Number: 999}
	return []Change{
		first, bot, revert, pick, older, lost,
		pull(5, "alice", "Rename the key `rules_file`", "ACTION REQUIRED: rename `rules_file` to `rules`, see https://lanner.example/upgrade.", "kind/breaking", "area/engine"),
		pull(6, "alice", "Explain rules", "`lanner rules explain` shows why a rule matched:\n\n```sh\nlanner rules explain x.yaml\n```\n\n- values\n- *positions*\n  - of each token",
			"kind/feature", "area/rules"),
		pull(7, "dave", "fix <div> & @alice's #6", "", "kind/bug"),
		pull(8, "bob", "Guess the container runtime", "The container runtime is guessed.", "kind/feature"),
		pull(10, "bob", "Count drops of every CPU", "Drops are counted for every CPU.", "kind/bug", "area/driver"),
		pull(11, "carol", "Say more", "# Big news\n\nHi <script>alert(1)</script> ![x](http://evil.example/x.png) [here](javascript:alert(1)) [docs](https://lanner.example/a_(b))", "area/engine", "area/rules"),
		{Title: "engine: start", AuthorName: "Bob the *Builder*", Commits: []string{commitID(0xabc)}, MergedAt: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)},
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	docs := map[string]Document{
		"release": Build(Input{Version: "v0.2.0", Previous: "v0.1.0", Date: time.Date(2026, 11, 24, 23, 0, 0, 0, time.UTC), Changes: release()}),
		"empty":   Build(Input{}),
	}
	for name, d := range docs {
		checkPage(t, d, d.Markdown())
		out, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".md", d.Markdown())
		golden(t, name+".json", out)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// The order in which GitHub or git tell the changes does not show.
func TestBuildOrder(t *testing.T) {
	t.Parallel()
	changes := release()
	want := Build(Input{Version: "v0.2.0", Changes: changes})
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		rng.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
		got := Build(Input{Version: "v0.2.0", Changes: changes})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("shuffled (-want +got):\n%s", diff)
		}
		if !bytes.Equal(want.Markdown(), got.Markdown()) {
			t.Fatal("the page depends on the order of changes")
		}
	}
}

func TestEffective(t *testing.T) {
	t.Parallel()
	revert := func(number int, body, message string) Change {
		c := pull(number, "bob", "Revert \"x\"", "")
		c.Body, c.Message = body, message
		return c
	}
	rebased := pull(2, "alice", "Two commits", "")
	rebased.Commits = []string{commitID(0x22), commitID(0x21)}
	picked := func(number, origin int) Change {
		c := pull(number, "bob", "[release/0.1] x", "")
		c.Origin = &Change{Number: origin, Title: "x"}
		return c
	}
	foreign := revert(3, "Reverts other/repo#2", "")
	said := pull(3, "bob", "Talk about a revert", "")
	said.Body = "Reverts #2"
	tests := []struct {
		name    string
		changes []Change
		kept    []int
		dropped []int
	}{
		{"nothing", nil, nil, nil},
		{"reverted by number", []Change{pull(2, "a", "x", ""), revert(3, "Reverts #2", "")}, nil, []int{2, 3}},
		{"reverted by repository and number", []Change{pull(2, "a", "x", ""), revert(3, "Reverts lanner-project/lanner#2\r\n", "")}, nil, []int{2, 3}},
		{"another repository", []Change{pull(2, "a", "x", ""), foreign}, []int{2, 3}, nil},
		{"only the body says so", []Change{pull(2, "a", "x", ""), said}, []int{2, 3}, nil},
		{"reverted by commit", []Change{pull(2, "a", "x", ""), revert(3, "", "Revert \"x\"\n\nThis reverts commit "+commitID(2)+".")}, nil, []int{2, 3}},
		{"a merge reverted", []Change{pull(2, "a", "x", ""), revert(3, "", "Revert \"x\"\n\nThis reverts commit "+commitID(2)+", reversing\nchanges made to "+commitID(1)+".")}, nil, []int{2, 3}},
		{"half of it reverted", []Change{rebased, revert(3, "This reverts commit "+commitID(0x22)+".", "")}, []int{2, 3}, nil},
		{"both halves reverted", []Change{rebased, revert(3, "This reverts commit "+commitID(0x22)+".\nThis reverts commit "+commitID(0x21)+".", "")}, nil, []int{2, 3}},
		{"the revert is reverted", []Change{pull(2, "a", "x", ""), revert(3, "Reverts #2", ""), revert(4, "Reverts #3", "")}, []int{2}, []int{3, 4}},
		{"three times", []Change{pull(2, "a", "x", ""), revert(3, "Reverts #2", ""), revert(4, "Reverts #3", ""), revert(5, "Reverts #4", "")}, nil, []int{2, 3, 4, 5}},
		{"a revert of an older release's", []Change{pull(7, "a", "x", ""), revert(8, "Reverts #2", "")}, []int{7, 8}, nil},
		{"nothing reverts the future", []Change{revert(3, "Reverts #4", ""), pull(4, "a", "x", "")}, []int{3, 4}, nil},
		{"a pick and its origin", []Change{pull(2, "a", "x", ""), picked(5, 2)}, []int{2}, []int{5}},
		{"two picks of one origin", []Change{picked(6, 2), picked(5, 2)}, []int{5}, []int{6}},
		{"a pick of a reverted one", []Change{pull(2, "a", "x", ""), revert(3, "Reverts #2", ""), picked(5, 2)}, []int{5}, []int{2, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			kept, dropped := Effective(tt.changes)
			var keptNumbers, droppedNumbers []int
			for _, c := range kept {
				keptNumbers = append(keptNumbers, c.Number)
			}
			for _, d := range dropped {
				droppedNumbers = append(droppedNumbers, d.Number)
				if d.Reason == "" || d.By == 0 {
					t.Errorf("#%d was dropped without a reason", d.Number)
				}
			}
			if diff := cmp.Diff(tt.kept, keptNumbers, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.dropped, droppedNumbers, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("dropped (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPickedFrom(t *testing.T) {
	t.Parallel()
	c := Change{
		Number: 9, Title: "[release/0.2] x",
		Body:    "This is an automated cherry-pick of #7\r\n\r\nnot a cherry-pick of #8\n/assign alice\n",
		Message: "x\n\n(cherry picked from commit " + commitID(7) + ")\n",
	}
	numbers, commits := c.PickedFrom()
	if diff := cmp.Diff([]int{7}, numbers); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{commitID(7)}, commits); diff != "" {
		t.Error(diff)
	}
	for _, id := range []string{"0123456789abcdef", commitID(7) + "0", strings.ToUpper(commitID(0xabc))} {
		c.Body, c.Message = "", "x\n\n(cherry picked from commit "+id+")\n"
		if _, commits := c.PickedFrom(); len(commits) > 0 {
			t.Errorf("%v is no commit that GitHub can be asked for", commits)
		}
	}
	c.Body, c.Message = "Cherry pick of #9 on release-0.2.\nsee #3", "x (cherry picked from commit abc)"
	if numbers, commits := c.PickedFrom(); len(numbers)+len(commits) > 0 {
		t.Errorf("picked from %v, %v", numbers, commits)
	}
}

func TestSafeMarkdown(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"plain text.":                      "plain text.",
		"two\nlines":                       "two lines",
		"`a_b` and max_size, *not* bold":   "`a_b` and max_size, not bold",
		"_snake_ __x__":                    "snake x",
		"\\_snake\\_":                      `\_snake\_`,
		"# heading":                        "heading",
		"\\# heading":                      `\# heading`,
		"a -> b, 1 < 2, R&D, &lt;b&gt;":    `a -> b, 1 \< 2, R&amp;D, \<b>`,
		"see https://a.example/x_y_z.":     "see <https://a.example/x_y_z>.",
		"[docs](https://a.example/)":       "[docs](https://a.example/)",
		"[x](javascript:alert(1))":         "x",
		"[x](//a.example)":                 "x",
		"[x](https://u:p@a.example)":       "x",
		"[https://a.example](https://b.c)": "<https://b.c>",
		"![alt](https://a.example/x.png)":  "alt",
		"wow![](x)[a](https://b.c)":        `wow[a](https://b.c)`,
		"wow\\![a](https://b.c)":           `wow\![a](https://b.c)`,
		"@alice, a@b.c":                    "@&#8203;alice, a@b.c",
		"@*alice*":                         "@&#8203;alice",
		"&#64;alice &num;1":                "@&#8203;alice #&#8203;1",
		"fixes #12 and o/r#3, C# too":      "fixes #&#8203;12 and o/r#&#8203;3, C# too",
		"- a\n- b\n  - c\n\n    d":         "title\n\n- a\n- b\n  - c\n\n    d",
		"1. a\n2. b":                       "title\n\n- a\n- b",
		"x\n\n    code":                    "x\n\n```\ncode\n```",
		"x\n\n````\n```\n````":             "x\n\n````\n```\n````",
		"> quoted\n\n***\n\nmore":          "quoted\n\nmore",
		"<details>\n<b>x</b>":              `\<details> \<b>x\</b>`,
		"2026. A year":                     "title\n\n- A year",
		"[x]: https://a.example\n\n[x]":    "[x](https://a.example)",
	}
	for in, want := range tests {
		if got := safeMarkdown(in, "title"); got != want {
			t.Errorf("safeMarkdown(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestBuildManyPulls(t *testing.T) {
	t.Parallel()
	var changes []Change
	for i := range 20000 {
		changes = append(changes, pull(i+1, "alice", fmt.Sprintf("Change %d", i), "A note.", "kind/bug"))
		if i%100 == 0 {
			changes[i].Title, changes[i].Body = "Revert \"x\"", fmt.Sprintf("Reverts #%d", i)
		}
	}
	d := Build(Input{Changes: changes})
	if got := strings.Count(string(d.Markdown()), "A note."); got != 20000-200-199 {
		t.Errorf("%d notes", got)
	}
}

func TestActionRequired(t *testing.T) {
	t.Parallel()
	labelled := pull(1, "alice", "Rename the key", "NONE", "kind/bug", "release-note-action-required")
	d := Build(Input{Changes: []Change{labelled}})
	if !labelled.ActionRequired() || len(d.ActionRequired) != 1 || !d.ActionRequired[0].FromTitle {
		t.Errorf("the label is lost: %+v", d.ActionRequired)
	}
	if len(d.Findings) != 1 || d.Findings[0].Code != CodeConflict {
		t.Errorf("findings: %v", d.Findings)
	}
	if pull(2, "alice", "x", "No action required.").ActionRequired() {
		t.Error("no action is required, and the opposite was read")
	}
}
