// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/alert"
	"github.com/lanner-project/lanner/engine/check"
)

// kept is a sink of alerts that keeps them.
type kept []*alert.Alert

func (k *kept) Put(_ context.Context, a *alert.Alert) error {
	*k = append(*k, a.Clone())
	return nil
}

func (k kept) messages() []string {
	var got []string
	for _, a := range k {
		got = append(got, fmt.Sprintf("%d %s: %s", a.Time/uint64(time.Second), a.Rule, a.Message))
	}
	return got
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	limits := map[string]Limit{
		"shell": {Burst: 2, Window: time.Minute},
		"write": {Burst: 1, Window: 10 * time.Second, Fields: []string{"proc.name"}},
	}
	var got kept
	l := NewLimiter(&got, func(rule string) (Limit, bool) { limit, found := limits[rule]; return limit, found })
	put := func(second uint64, rule, proc string) {
		t.Helper()
		a := testAlert(check.Error, rule)
		a.Time, a.Message, a.Fields = second*1e9, []byte(proc), []alert.Field{alert.String("proc.name", proc)}
		if err := l.Put(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for i := range uint64(5) {
		put(100+i, "shell", fmt.Sprint("sh", i))
	}
	put(105, "write", "vi")
	put(106, "write", "vi")
	put(106, "write", "cp")
	put(107, "other", "x")
	put(107, "other", "x")
	put(116, "write", "vi") // its window is over
	put(159, "shell", "sh6")
	put(160, "shell", "sh7") // so is this one's
	put(161, "shell", "sh8")
	put(162, "shell", "sh9")
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"100 shell: sh0", "101 shell: sh1", "105 write: vi", "106 write: cp", "107 other: x", "107 other: x",
		"106 write: and 1 more in 10 s, the first: vi",
		"116 write: vi",
		"159 shell: and 4 more in 60 s, the first: sh2",
		"160 shell: sh7", "161 shell: sh8",
		"162 shell: and 1 more in 60 s, the first: sh9",
	}
	if diff := cmp.Diff(want, got.messages()); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
	if held := got[8].Field("alerts.held"); string(held) != "4" || got[8].Priority != check.Error {
		t.Errorf("summary: alerts.held %s, priority %s", held, got[8].Priority)
	}
	if diff := cmp.Diff(map[string]uint64{"shell": 5, "write": 1}, l.Held()); diff != "" {
		t.Errorf("held (-want +got):\n%s", diff)
	}
}

// The values of fields come from whom is watched: a flood of them must not fill
// the memory, and still be accounted for.
func TestLimiterIsBounded(t *testing.T) {
	t.Parallel()
	got := make(counted)
	l := NewLimiter(got, func(string) (Limit, bool) {
		return Limit{Burst: 1, Window: time.Hour, Fields: []string{"proc.name"}}, true
	})
	const n = maxWindows + 1000
	for i := range uint64(n) {
		a := testAlert(check.Error, "r")
		a.Time, a.Fields = i, []alert.Field{alert.Number("proc.name", i)}
		for range 2 {
			if err := l.Put(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(l.windows) > maxWindows || len(l.byEnd) != len(l.windows) {
		t.Errorf("%d windows, %d in order, want at most %d", len(l.windows), len(l.byEnd), maxWindows)
	}
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := counted{"it happened": n, "and 1 more in 3600 s, the first: it happened": n}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
}

// counted is a sink of alerts that counts messages.
type counted map[string]int

func (c counted) Put(_ context.Context, a *alert.Alert) error {
	c[string(a.Message)]++
	return nil
}

// What the engine says about itself is never held back.
func TestLimiterLetsInternalPass(t *testing.T) {
	t.Parallel()
	var got kept
	l := NewLimiter(&got, func(string) (Limit, bool) { return Limit{Burst: 0, Window: time.Hour}, true })
	for range 3 {
		if err := l.Put(t.Context(), alert.NewInternal("lost", check.Critical, 1, "box", "m")); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d of 3 passed", len(got))
	}
}
