// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/program"
	"github.com/lanner-project/lanner/engine/state"
)

// matches are the numbers of the events that a condition matches, by condition.
type matches map[string][]uint64

// readMatches reads what the reference matched, by capture.
func readMatches(t *testing.T, path string) map[string]matches {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]matches)
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		field := strings.Split(lines.Text(), "\t")
		if all[field[0]] == nil {
			all[field[0]] = make(matches)
		}
		var nums []uint64
		for s := range strings.SplitSeq(field[3], ",") {
			n, err := strconv.ParseUint(s, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			nums = append(nums, n)
		}
		all[field[0]][field[1]] = nums
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// told are the types of events with which a source says what it found before
// anything happened. As long as there is nothing else, rules do not see them.
var told = []event.Type{
	event.ContainerV1, event.ContainerV4, event.Container,
	event.UserAdded, event.UserDeleted, event.GroupAdded, event.GroupDeleted,
}

// replay calls visit for each event of a capture that rules are to see, until
// the capture ends.
func replay(t testing.TB, path string, visit func(*extract.Context)) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table := state.New(state.Config{})
	ctx := extract.New(table)
	r, err := capture.NewReader(f, table)
	if err != nil {
		t.Fatal(err)
	}
	var ev event.Event
	for begun := false; ; {
		if err := r.Next(&ev); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		ctx.Next(&ev)
		if begun = begun || !slices.Contains(told, ev.Type); begun {
			visit(ctx)
		}
	}
}

// A difference is a reason to match other events than the reference, by choice.
// The page on compatibility tells them to users.
type difference struct {
	conditions []string // that it can concern
	covers     func(*extract.Context) bool
	why        string
}

var differences = []difference{
	{
		conditions: []string{
			"M:container", "M:known_user_in_container", "M:system_users", "M:user_known_non_sudo_setuid_conditions",
			"M:k8s_containers", "M:falco_privileged_containers", "M:falco_sensitive_mount_containers",
		},
		covers: func(c *extract.Context) bool {
			return c.Thread != nil && c.Thread.Container != nil && c.Thread.FromSnapshot() && c.Thread.Executed == 0
		},
		why: "When it reads a capture, the reference takes processes that ran before it began to be on the host until they execute a program; " +
			"we find their container by their control groups at once, and users with it",
	},
	{
		conditions: []string{"M:root_dir"},
		covers: func(c *extract.Context) bool {
			fd := c.Event.Type.Info().FD
			return fd >= 0 && len(c.Event.Param(int(fd))) == 0
		},
		why: "an old capture that begins while a call goes on does not tell the call's descriptor; the reference takes it to be 0, we do not",
	},
}

// The reference's answers for 408 conditions, those of all macros and rules of
// the public rulesets, on captures of all old formats.
func TestGoldenConditions(t *testing.T) {
	t.Parallel()
	shared := enginetest.Shared(t)
	want := readMatches(t, filepath.Join(shared, "golden", "conditions", "matches.tsv.gz"))
	conditions := loadRules(t, filepath.Join(shared, "golden", "conditions", "conditions_rules.yaml"))
	p, err := program.Compile(conditions, program.Options{All: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compareMatches(t, p, conditions, filepath.Join(shared, "captures", name), want[name])
		})
	}
}

// compareMatches holds what a program matches in a capture against what the
// reference does.
func compareMatches(t *testing.T, p *program.Program, conditions []check.Rule, path string, want matches) {
	t.Helper()
	got := make(matches)
	covered := make([]map[uint64]bool, len(differences))
	for i := range covered {
		covered[i] = make(map[uint64]bool)
	}
	m := p.NewMatcher()
	var matched []int
	replay(t, path, func(ctx *extract.Context) {
		matched = m.Match(ctx, matched[:0])
		for _, r := range matched {
			got[conditions[r].Name] = append(got[conditions[r].Name], ctx.Event.Num)
		}
		for i := range differences {
			covered[i][ctx.Event.Num] = differences[i].covers(ctx)
		}
	})
	for _, c := range conditions {
		more, less := compare(got[c.Name], want[c.Name])
		for i, d := range differences {
			if slices.Contains(d.conditions, c.Name) {
				meant := func(n uint64) bool { return covered[i][n] }
				more, less = slices.DeleteFunc(more, meant), slices.DeleteFunc(less, meant)
			}
		}
		if len(more)+len(less) > 0 {
			t.Errorf("%s: %d matches, want %d: %s too many, %s missing", c.Name, len(got[c.Name]), len(want[c.Name]), few(more), few(less))
		}
	}
}

// A moment is what is the same of an event in both forms of a capture.
type moment struct {
	time uint64
	tid  int64
	kind event.Type
}

// lost are conditions about what the reference did not write down when it wrote
// the captures anew: capabilities and containers of the processes at the begin.
var lost = []string{
	"M:excessively_capable_container", "M:k8s_containers", "M:falco_privileged_containers", "M:falco_sensitive_mount_containers",
	"M:known_user_in_container", "M:user_known_non_sudo_setuid_conditions", "M:root_dir",
}

// What matches in a capture of an old form matches in the same capture, written
// anew by the reference in the newest form.
func TestConditionsNewForm(t *testing.T) {
	t.Parallel()
	shared := enginetest.Shared(t)
	conditions := loadRules(t, filepath.Join(shared, "golden", "conditions", "conditions_rules.yaml"))
	p, err := program.Compile(conditions, program.Options{All: true})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(shared, "captures", "new", "*.new.scap"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures of the newest form: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".new.scap")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			moments := func(path string) []map[moment]int {
				all := make([]map[moment]int, len(conditions))
				m := p.NewMatcher()
				var matched []int
				replay(t, path, func(ctx *extract.Context) {
					matched = m.Match(ctx, matched[:0])
					for _, r := range matched {
						if all[r] == nil {
							all[r] = make(map[moment]int)
						}
						all[r][moment{ctx.Event.Time, ctx.Event.TID, ctx.Event.Type}]++
					}
				})
				return all
			}
			want, got := moments(filepath.Join(shared, "captures", name+".scap")), moments(file)
			for r, c := range conditions {
				if !slices.Contains(lost, c.Name) && !maps.Equal(got[r], want[r]) {
					t.Errorf("%s: matches at %d moments, want %d", c.Name, len(got[r]), len(want[r]))
				}
			}
		})
	}
}

// compare returns the numbers of got that are not in want, and of want that are
// not in got. Both ascend.
func compare(got, want []uint64) (more, less []uint64) {
	for len(got) > 0 || len(want) > 0 {
		switch {
		case len(want) == 0 || len(got) > 0 && got[0] < want[0]:
			more, got = append(more, got[0]), got[1:]
		case len(got) == 0 || want[0] < got[0]:
			less, want = append(less, want[0]), want[1:]
		default:
			got, want = got[1:], want[1:]
		}
	}
	return more, less
}

// few prints how many numbers there are, and the first.
func few(nums []uint64) string {
	if len(nums) == 0 {
		return "0"
	}
	return fmt.Sprintf("%d %v", len(nums), nums[:min(8, len(nums))])
}
