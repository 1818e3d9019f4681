// SPDX-License-Identifier: Apache-2.0

package queue_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/bots/queue"
)

var seeds = flag.Uint64("seeds", 500, "how many histories TestHistories plays")

// world is a branch, pull requests, and checks that end when they like. A
// commit is the list of what is merged: "base+1.a+2.a" has number 1 at head a.
type world struct {
	random  *rand.Rand
	tip     string
	tested  map[string]queue.Outcome // by commit, once its checks ended
	pulls   map[int]*pull
	merged  map[int]*pull // those that landed
	state   queue.State
	frozen  string
	batch   int
	depth   int
	landed  []int
	story   []string
	serial  int
	built   map[string]queue.Candidate
	maximum int // candidates at a time
}

type pull struct {
	head  string
	ready bool
	bad   bool
	// not: it fails beside that one; clash: it has a conflict with that one.
	not, clash int
	priority   int
	area       string
}

func newWorld(seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 7))
	return &world{
		random: r, tip: "base", tested: make(map[string]queue.Outcome), pulls: make(map[int]*pull), merged: make(map[int]*pull), built: make(map[string]queue.Candidate),
		batch: 1 + r.IntN(5), depth: 1 + r.IntN(3),
	}
}

func (w *world) tell(format string, args ...any) {
	w.story = append(w.story, fmt.Sprintf(format, args...))
}

// happen lets something happen outside of the queue.
func (w *world) happen() {
	switch n := w.random.IntN(10); {
	case n < 3 && len(w.pulls) < 9:
		w.serial++
		p := &pull{head: "a", ready: true, bad: w.random.IntN(6) == 0, priority: w.random.IntN(2), area: string(rune('a' + w.random.IntN(3)))}
		if w.serial > 1 && w.random.IntN(5) == 0 {
			p.not = 1 + w.random.IntN(w.serial-1)
		}
		if w.serial > 1 && w.random.IntN(5) == 0 {
			p.clash = 1 + w.random.IntN(w.serial-1)
		}
		w.pulls[w.serial] = p
		w.tell("#%d comes: %+v", w.serial, *p)
	case n < 5:
		w.change()
	case n < 6:
		w.tip += "+push" + fmt.Sprint(len(w.story))
		w.tell("somebody pushes: %s", w.tip)
	case n < 7:
		if w.frozen = ""; w.random.IntN(3) == 0 {
			w.frozen = "a freeze"
		}
		w.tell("frozen: %q", w.frozen)
	default:
		w.check()
	}
}

// change changes one pull request: its head, or whether it is ready.
func (w *world) change() {
	numbers := slices.Sorted(maps.Keys(w.pulls))
	if len(numbers) == 0 {
		return
	}
	n := numbers[w.random.IntN(len(numbers))]
	p := w.pulls[n]
	if w.random.IntN(2) == 0 {
		p.ready = !p.ready
	} else {
		p.head += "x"
		p.bad, p.not, p.clash = false, 0, 0
	}
	w.tell("#%d is now %+v", n, *p)
}

// check ends the checks of a candidate.
func (w *world) check() {
	for i, c := range w.state.Candidates {
		if c.Outcome == queue.Pending && w.random.IntN(2) == 0 {
			w.state.Candidates[i].Outcome = w.verdict(c.Commit)
			w.tested[c.Commit] = w.state.Candidates[i].Outcome
			w.tell("%s is %s", c.Commit, w.state.Candidates[i].Outcome)
		}
	}
}

// verdict is what the checks of a commit say: whether something bad is in it,
// or two that do not go together. What was pushed by hand is good.
func (w *world) verdict(commit string) queue.Outcome {
	in := numbersOf(commit)
	for n, head := range in {
		p := w.pulls[n]
		if p == nil {
			p = w.merged[n]
		}
		if p.head != head {
			continue // this commit is of an old head
		}
		if _, beside := in[p.not]; p.bad || beside {
			return queue.Red
		}
	}
	return queue.Green
}

func numbersOf(commit string) map[int]string {
	in := make(map[int]string)
	for part := range strings.SplitSeq(commit, "+") {
		var n int
		var head string
		if _, err := fmt.Sscanf(strings.Replace(part, ".", " ", 1), "%d %s", &n, &head); err == nil {
			in[n] = head
		}
	}
	return in
}

func (w *world) input() queue.Input {
	in := queue.Input{Tip: w.tip, Frozen: w.frozen, Batch: w.batch, Depth: w.depth, State: w.state}
	for n, p := range w.pulls {
		if p.ready {
			in.Ready = append(in.Ready, queue.Entry{Pull: queue.Pull{Number: n, Head: p.head}, Priority: p.priority, Areas: []string{p.area}, Since: time.Unix(int64(n), 0)})
		}
	}
	return in
}

// step lets the queue work until it has nothing to do.
func (w *world) step() error {
	for range 200 {
		// What it remembers is written down between two decisions.
		data, err := json.Marshal(w.state)
		if err != nil {
			return err
		}
		w.state = queue.State{}
		if err := json.Unmarshal(data, &w.state); err != nil {
			return err
		}
		action, state := queue.Decide(w.input())
		w.state = state
		w.maximum = max(w.maximum, len(state.Candidates))
		switch a := action.(type) {
		case nil:
			return nil
		case queue.Build:
			w.build(a.Candidate)
		case queue.Land:
			if err := w.land(a); err != nil {
				return err
			}
		case queue.Discard:
			w.tell("discard %s", a.Candidate.ID)
		}
	}
	return fmt.Errorf("it comes to no end")
}

func (w *world) build(c queue.Candidate) {
	commit := c.Parent
	for _, p := range c.Pulls {
		if _, clash := numbersOf(commit)[w.pulls[p.Number].clash]; clash {
			w.tell("build %s: #%d has a conflict", c.ID, p.Number)
			w.state = w.state.Conflict(c, p.Number)
			return
		}
		commit += fmt.Sprintf("+%d.%s", p.Number, p.Head)
	}
	c.Commit, c.Tree = commit, "tree of "+commit
	w.tell("build %s: %s", c.ID, commit)
	w.state = w.state.Done(c)
}

// land holds what must hold of what lands.
func (w *world) land(a queue.Land) error {
	w.tell("land %s", a.Candidate.Commit)
	if w.frozen != "" {
		return fmt.Errorf("landed in a freeze")
	}
	if w.tested[a.Candidate.Commit] != queue.Green {
		return fmt.Errorf("landed %s, which was not found green", a.Candidate.Commit)
	}
	if a.From != w.tip || !strings.HasPrefix(a.Candidate.Commit, w.tip+"+") {
		return fmt.Errorf("landed %s upon %s", a.Candidate.Commit, w.tip)
	}
	before, after := numbersOf(w.tip), numbersOf(a.Candidate.Commit)
	if len(after) != len(before)+len(a.Pulls) {
		return fmt.Errorf("%v land, and the commit has others: %s upon %s", a.Pulls, a.Candidate.Commit, w.tip)
	}
	for _, p := range a.Pulls {
		if have := w.pulls[p.Number]; have == nil || !have.ready || have.head != p.Head || after[p.Number] != p.Head {
			return fmt.Errorf("#%d lands at %s, and is %+v", p.Number, p.Head, have)
		}
		w.landed = append(w.landed, p.Number)
		w.merged[p.Number] = w.pulls[p.Number]
		delete(w.pulls, p.Number)
	}
	w.tip = a.Candidate.Commit
	return nil
}

// settle lets the world be quiet until the queue is done: then whatever is
// left has a reason.
func (w *world) settle() error {
	w.frozen = ""
	for range 400 {
		if err := w.step(); err != nil {
			return err
		}
		if len(w.state.Candidates) == 0 {
			break
		}
		w.check()
	}
	if len(w.state.Candidates) > 0 {
		return fmt.Errorf("still tested: %+v", w.state.Candidates)
	}
	in := w.input()
	for _, e := range in.Ready {
		out, ok := w.state.Out[e.Number]
		p := w.pulls[e.Number]
		merged := numbersOf(w.tip)
		beside := slices.ContainsFunc(slices.Collect(maps.Keys(merged)), func(n int) bool { return n == p.not || w.merged[n].not == e.Number })
		_, clash := merged[p.clash]
		switch {
		case !ok:
			return fmt.Errorf("#%d neither landed nor is out: %s", e.Number, in.Explain(e.Number))
		case out.Tip != "" && !clash:
			return fmt.Errorf("#%d is out for a conflict that it has not: %+v", e.Number, out)
		case out.Tip == "" && !p.bad && !beside:
			return fmt.Errorf("#%d is out, and there is nothing wrong with it: %+v", e.Number, out)
		}
		if !strings.Contains(in.Explain(e.Number), "out of the queue") {
			return fmt.Errorf("#%d is out, and told is %q", e.Number, in.Explain(e.Number))
		}
	}
	return nil
}

// TestHistories plays histories of a branch, with pull requests that break it
// alone, beside another or do not fit, with pushes, freezes and changed minds.
// Nothing lands that was not tested as it is and ready at that head; and in the
// end everything that can land has landed.
func TestHistories(t *testing.T) {
	t.Parallel()
	landed, deepest := 0, 0
	for seed := range *seeds {
		w := newWorld(seed)
		err := error(nil)
		for range 60 {
			w.happen()
			if w.random.IntN(3) > 0 {
				err = w.step()
			}
			if err != nil {
				break
			}
		}
		if err == nil {
			err = w.settle()
		}
		if err != nil {
			t.Fatalf("seed %d, batches of %d, depth %d: %v\n%s", seed, w.batch, w.depth, err, strings.Join(w.story, "\n"))
		}
		landed += len(w.landed)
		deepest = max(deepest, w.maximum)
	}
	if landed < int(*seeds) || deepest < 2 {
		t.Errorf("%d landed, %d candidates at most: the histories show nothing", landed, deepest)
	}
}
