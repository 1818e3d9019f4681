// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gh "github.com/google/go-github/v57/github"
)

// round is what one part of the work took.
type round struct {
	wall             time.Duration
	took             []time.Duration // from a comment to its label, sorted
	cpu, cpuChildren float64
	peak             float64 // MiB
	calls            map[string]int
}

// measure does a part of the work, and waits for an end: until nothing was
// asked any more for some time, or until some call was made.
func (s *stage) measure(t *testing.T, pid int, until string, work func() []time.Duration) round {
	t.Helper()
	peak(t, pid)
	own, children := used(t, pid)
	calls, began := s.counted(), time.Now()
	var r round
	r.took = work()
	slices.Sort(r.took)
	if until != "" {
		r.wall = s.called(t, until).Sub(began)
	} else {
		r.wall = max(s.quiet(t, 3*time.Second).Sub(began), 0)
	}
	r.cpu, r.cpuChildren = used(t, pid)
	r.cpu, r.cpuChildren = r.cpu-own, r.cpuChildren-children
	r.calls, r.peak = since(calls, s.counted()), peak(t, pid)
	return r
}

func (s *stage) say(t *testing.T, login string, number int, body string) time.Time {
	t.Helper()
	if _, _, err := s.as(t, login).Issues.CreateComment(t.Context(), owner, demo, number, &gh.IssueComment{Body: &body}); err != nil {
		t.Fatal(err)
	}
	return time.Now()
}

// requests are what is said to each pull request, and what comes of it. The
// hold comes first and stays: nothing is merged.
var requests = []struct{ login, body, change string }{
	{"bob", "/hold", "+do-not-merge/hold"},
	{"carol", "/kind bug", "+kind/bug"},
	{"carol", "/lgtm", "+lgtm"},
	{"alice", "/approve", "+approved"},
}

// singles says everything, each after the one before was done.
func (s *stage) singles(t *testing.T, first, n int) []time.Duration {
	var took []time.Duration
	for number := first; number < first+n; number++ {
		for _, r := range requests {
			said := s.say(t, r.login, number, r.body)
			took = append(took, s.when(t, number, r.change).Sub(said))
		}
	}
	return took
}

// atOnce says everything as fast as the forge takes it.
func (s *stage) atOnce(t *testing.T, first, n int) []time.Duration {
	said := make(map[int][]time.Time)
	for _, r := range requests {
		for number := first; number < first+n; number++ {
			said[number] = append(said[number], s.say(t, r.login, number, r.body))
		}
	}
	var took []time.Duration
	for number, times := range said {
		for i, at := range times {
			took = append(took, s.when(t, number, requests[i].change).Sub(at))
		}
	}
	return took
}

// life opens a pull request, which is reviewed and approved, and then merged if
// whoever is at work merges.
func (s *stage) life(t *testing.T) []time.Duration {
	number := open(t, s.as(t, "dave"), *pulls)
	s.quiet(t, 3*time.Second)
	var took []time.Duration
	for _, r := range requests[2:] {
		said := s.say(t, r.login, number, r.body)
		took = append(took, s.when(t, number, r.change).Sub(said))
	}
	return took
}

// rounds are the parts of the work, in their order.
var rounds = []string{"start", "one at a time", "all at once", "a life", "after a merge"}

// work goes through all parts with one of the two. The life of a pull request
// ends with the call that merges it, or else when nothing more is asked.
func (s *stage) work(t *testing.T, pid int, merge string) map[string]round {
	t.Helper()
	done := make(map[string]round)
	done["start"] = s.measure(t, pid, "", func() []time.Duration { return nil })
	done["one at a time"] = s.measure(t, pid, "", func() []time.Duration { return s.singles(t, 1, *single) })
	done["all at once"] = s.measure(t, pid, "", func() []time.Duration { return s.atOnce(t, 1+*single, *burst) })
	done["a life"] = s.measure(t, pid, merge, func() []time.Duration { return s.life(t) })
	done["after a merge"] = s.measure(t, pid, "", func() []time.Duration { return nil })
	if len(s.unserved) > 0 {
		t.Errorf("the forge does not serve:%s", list(s.unserved))
	}
	return done
}

// TestBeside measures our bot and Prow's hook, the real programs, on the same
// forge from the same beginning, with the same comments.
func TestBeside(t *testing.T) {
	if !*beside {
		t.Skip("wants -beside")
	}
	dir := t.TempDir()
	hook := build(t, dir, "sigs.k8s.io/prow/cmd/hook", "-ldflags", "-s -w -X sigs.k8s.io/prow/pkg/version.Name=hook")
	mine := build(t, dir, "./bots/cmd/bot", "-ldflags", "-s -w")
	began := time.Now()
	fix := makeFixture(t, dir)
	t.Logf("%d open pull requests, made in %.0f s", *pulls, time.Since(began).Seconds())
	results := make(map[string]map[string]round)
	t.Run("bot", func(t *testing.T) {
		s := newStage(t, fix)
		results["bot"] = s.work(t, s.start(t, ourBot(t, s, mine)), "PUT /repos/"+full+"/pulls/N/merge")
	})
	t.Run("hook", func(t *testing.T) {
		s := newStage(t, fix)
		results["hook"] = s.work(t, s.start(t, prowHook(t, s, hook)), "")
	})
	t.Run("external plugin", func(t *testing.T) { externalPlugin(t, newStage(t, fix), hook, mine) })
	if !t.Failed() {
		table(t, results["bot"], results["hook"])
	}
}

func table(t *testing.T, ours, theirs map[string]round) {
	t.Helper()
	for _, part := range rounds {
		a, b := ours[part], theirs[part]
		var out strings.Builder
		row := func(what, unit string, x, y float64) {
			ratio := "-"
			if y > 0 {
				ratio = fmt.Sprintf("%.2f", x/y)
			}
			fmt.Fprintf(&out, "\n%-32s %12.2f %12.2f %8s  %s", what, x, y, ratio, unit)
		}
		fmt.Fprintf(&out, "\n%-32s %12s %12s %8s", part, "bot", "hook", "ratio")
		if len(a.took) > 0 && len(b.took) > 0 {
			row("comment to label, median", "ms", ms(a.took, 0.5), ms(b.took, 0.5))
			row("comment to label, 99 %", "ms", ms(a.took, 0.99), ms(b.took, 0.99))
		}
		row("until nothing more is asked", "s", a.wall.Seconds(), b.wall.Seconds())
		row("CPU", "s", a.cpu, b.cpu)
		row("CPU with its git", "s", a.cpu+a.cpuChildren, b.cpu+b.cpuChildren)
		row("memory, peak", "MiB", a.peak, b.peak)
		row("calls", "", float64(total(a.calls)), float64(total(b.calls)))
		t.Log(out.String())
	}
	for _, part := range rounds {
		t.Logf("calls of the bot, %s:%s", part, list(ours[part].calls))
		t.Logf("calls of hook, %s:%s", part, list(theirs[part].calls))
	}
}

func ms(sorted []time.Duration, part float64) float64 {
	i := min(int(part*float64(len(sorted))), len(sorted)-1)
	return float64(sorted[i].Microseconds()) / 1000
}
