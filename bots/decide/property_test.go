// SPDX-License-Identifier: Apache-2.0

package decide_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/bots/decide"
)

var seeds = flag.Uint64("seeds", 300, "how many conversations TestProperties plays")

// TestProperties lets random things happen to pull requests and holds, after
// each, that nothing is merged which must not be; that deciding again finds
// nothing to do; that each remark is answered once; and that there is one
// status comment.
func TestProperties(t *testing.T) {
	t.Parallel()
	people := []string{"alice", "Bob", "carol", "dave", "mallory"}
	texts := []string{
		"/lgtm", "/lgtm cancel", "/remove-lgtm", "/approve", "/approve cancel", "/approve no-issue", "/hold", "/hold x", "/hold cancel", "/unhold",
		"/lgmt", "/lgtm\n/approve", "/hold\n/unhold", "```\n/lgtm\n/approve\n```", "thanks", "/lgtm what", "/release status", "/test all",
		"/retitle WIP x", "/retitle x", "/assign @alice", "/unassign", "/cc", "/kind bug", "/override unit", "/cherry-pick x", "/why", "/lifecycle stale",
		"/milestone v0.3", "/link-issue 3", "/unlink-issue 3", "/transfer other", "/pin-issue", "/release-note-none", "/auto-cc",
		"/release-lead list", "/release-lead decline v0.2.0", "/release-lead swap v0.2.0 @bob", "/release-lead swap v0.2.0", "/release-lead take v0.3.0 backup",
	}
	events := []string{
		"push tree1", "push tree2", "push tree3", "label lgtm", "label approved", "label do-not-merge/hold", "label needs-rebase", "label do-not-merge/wip",
		"unlabel lgtm", "unlabel approved", "unlabel do-not-merge/hold", "unlabel needs-rebase", "unlabel do-not-merge/wip", "check unit green", "check unit red",
		"check unit pending", "bob approves", "bob objects", "edited", "old review",
	}
	for seed := range *seeds {
		random := rand.New(rand.NewPCG(seed, 1))
		w := newWorld()
		if seed%2 == 1 {
			w = newHouse()
			w.in.Settings.Features = append(w.in.Settings.Features, "blunderbuss", "dco", "release-note")
			w.in.Pull.Commits = []decide.Commit{{SHA: "1", Message: "x", Parents: 1}}
		}
		var story []string
		for w.in.Open && len(story) < 40 {
			what := events[random.IntN(len(events))]
			if random.IntN(3) > 0 {
				what = people[random.IntN(len(people))] + ": " + texts[random.IntN(len(texts))]
			}
			story = append(story, what)
			w.happen(t, what)
			if random.IntN(3) == 0 {
				continue // its webhook got lost
			}
			before, crashed := w.in, *w
			plan := w.step()
			if err := recovers(&crashed, w, plan, random.IntN(len(plan.Actions)+1)); err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, strings.Join(story, "\n"))
			}
			if err := checkPlan(before, w, plan); err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, strings.Join(story, "\n"))
			}
		}
	}
}

func checkPlan(before decide.Input, w *world, plan decide.Plan) error {
	for _, a := range plan.Actions {
		m, ok := a.(decide.Merge)
		if !ok {
			continue
		}
		for _, l := range w.in.Labels {
			if strings.HasPrefix(l, "do-not-merge/") || l == "needs-rebase" {
				return fmt.Errorf("merged with %s", l)
			}
		}
		if !slices.Contains(w.in.Labels, "lgtm") || !slices.Contains(w.in.Labels, "approved") || m.SHA != before.Pull.Head {
			return fmt.Errorf("merged %s with %v", m.SHA, w.in.Labels)
		}
		if slices.ContainsFunc(before.Pull.Checks, func(c decide.Check) bool {
			return c.State != decide.Green && plan.Memory.Overrides[c.Name].SHA != m.SHA
		}) {
			return fmt.Errorf("merged with %v", before.Pull.Checks)
		}
	}
	if plan.LookAgain && w.in.Pull.Merged {
		w.step() // what follows from the merge
	}
	if again := decide.Decide(w.in); len(again.Actions) > 0 {
		return fmt.Errorf("deciding again does %+v", again.Actions)
	}
	markers := make(map[string]int)
	for _, r := range w.in.Remarks {
		if line, _, _ := strings.Cut(r.Body, "\n"); strings.HasPrefix(line, "<!-- lanner:") {
			if markers[line]++; markers[line] > 1 {
				return fmt.Errorf("%s is there twice", line)
			}
		}
	}
	return nil
}

// recovers holds that a crash after some of a plan's actions, which loses the
// plan's memory, ends where the whole plan does.
func recovers(crashed, whole *world, plan decide.Plan, after int) error {
	for _, a := range plan.Actions[:after] {
		crashed.apply(a)
	}
	crashed.step()
	a, b := outcome(crashed), outcome(whole)
	if a != b {
		return fmt.Errorf("a crash after %d of %+v leaves\n%s\nwithout it\n%s", after, plan.Actions, a, b)
	}
	return nil
}

func outcome(w *world) string {
	labels := slices.Clone(w.in.Labels)
	slices.Sort(labels)
	var said []string
	for _, r := range w.in.Remarks {
		if r.Author == w.in.Login {
			said = append(said, r.Body)
		}
	}
	slices.Sort(said)
	return fmt.Sprintf("%v merged %v %q", labels, w.in.Pull.Merged, said)
}
