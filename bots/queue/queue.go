// SPDX-License-Identifier: Apache-2.0

// Package queue is the merge queue: it says which pull requests are tested
// together, and lands exactly what was tested.
//
// Pull requests that are ready form batches. Of each batch a candidate is
// built: the commit that the base branch would be at with the batch merged.
// Candidates are built one upon the other, up to a depth, and their checks run
// side by side. The first one lands when its checks are green, by moving the
// branch from the candidate's parent to the candidate: to the very commit that
// was tested, or not at all. When it is red it is halved until the pull request
// is found that broke it; that one is out until it changes.
//
// [Decide] is a function of its [Input]. It does no I/O and reads no clock: it
// returns one thing to do at a time, and is asked again with what came of it.
// The packages of bots may import it; all of it is safe concurrently.
package queue

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Pull is a pull request at one head.
type Pull struct {
	Number int    `json:"number"`
	Head   string `json:"head"`
	// How it is merged. What is to be merged otherwise than it was tested is
	// another one.
	How string `json:"how,omitempty"`
}

// Entry is a pull request that may be merged, but for the test of what comes of
// it.
type Entry struct {
	Pull
	// Priority is higher for what goes first; Since is when it was ready.
	Priority int       `json:"priority,omitempty"`
	Since    time.Time `json:"since"`
	// Areas are the folders whose owners have to do with it: batches are made
	// of what is far apart, so that what fails is easier to tell.
	Areas []string `json:"areas,omitempty"`
}

// Outcome is what the checks of a candidate say.
type Outcome string

// The outcomes of a candidate.
const (
	Pending Outcome = "pending"
	Green   Outcome = "green"
	Red     Outcome = "red"
)

// Candidate is a commit that the base branch may be moved to.
type Candidate struct {
	// ID names it for all time.
	ID string `json:"id"`
	// Parent is the commit that it is built upon.
	Parent string `json:"parent"`
	Pulls  []Pull `json:"pulls"`
	// Commit and Tree are what was built.
	Commit string `json:"commit"`
	Tree   string `json:"tree"`
	// Outcome and Why are what its checks say.
	Outcome Outcome `json:"outcome"`
	Why     string  `json:"why,omitempty"`
}

// State is what a queue remembers.
type State struct {
	// Candidates are built one upon the other, the first upon the branch.
	Candidates []Candidate `json:"candidates,omitempty"`
	// Halves are what is left of batches that failed, to be tested next.
	Halves [][]Pull `json:"halves,omitempty"`
	// Out are the heads that failed alone, and why, by number.
	Out map[int]Out `json:"out,omitempty"`
	// Waits are heads that do not fit upon a candidate before them: they are
	// tried again upon another commit.
	Waits map[int]Wait `json:"waits,omitempty"`
	// Built counts the candidates, for their IDs.
	Built int `json:"built,omitempty"`
}

// Out is a head that is out until it changes. Tip is the commit of the branch
// that it did not fit upon, for a conflict: another one is another chance.
type Out struct {
	Head string `json:"head"`
	Tip  string `json:"tip,omitempty"`
	Why  string `json:"why"`
}

// Wait is a head that does not fit upon a candidate.
type Wait struct {
	Head string `json:"head"`
	Upon string `json:"upon"`
}

// Input is all that a decision depends on.
type Input struct {
	// Tip is the commit that the base branch is at.
	Tip string
	// Ready are the pull requests that may be merged now.
	Ready []Entry
	// Frozen is why nothing may land now, or empty.
	Frozen string
	// Batch is how many pull requests a candidate has at most, Depth how many
	// candidates there are.
	Batch, Depth int
	State        State
}

// Action is one thing to do: a Build, a Land or a Discard.
type Action interface{ action() }

// Build makes a candidate: upon Parent, the pulls merged in their order. What
// came of it is told with State.Done, or State.Conflict.
type Build struct{ Candidate Candidate }

// Land moves the branch from the commit From to the candidate's, or does
// nothing when it is not there any more. After it, Tip is another.
type Land struct {
	From      string
	Candidate Candidate
	// Pulls are all that land: those of candidates under it as well.
	Pulls []Pull
}

// Discard forgets a candidate: its branch may go, its checks may end.
type Discard struct{ Candidate Candidate }

func (Build) action()   {}
func (Land) action()    {}
func (Discard) action() {}

// Decide returns what to do next, or nil, and the state to remember before it
// is done.
func Decide(in Input) (Action, State) {
	s := in.State.clone()
	s.forget(in)
	if a := s.prune(in); a != nil {
		return a, s
	}
	if a := s.judge(in); a != nil {
		return a, s
	}
	return s.build(in), s
}

// clone copies what Decide changes.
func (s State) clone() State {
	s.Candidates, s.Halves = slices.Clone(s.Candidates), slices.Clone(s.Halves)
	s.Out, s.Waits = maps.Clone(s.Out), maps.Clone(s.Waits)
	if s.Out == nil {
		s.Out = make(map[int]Out)
	}
	if s.Waits == nil {
		s.Waits = make(map[int]Wait)
	}
	return s
}

// forget drops what is known of heads that are not there any more.
func (s *State) forget(in Input) {
	heads := make(map[int]string)
	for _, e := range in.Ready {
		heads[e.Number] = e.Head
	}
	maps.DeleteFunc(s.Out, func(n int, o Out) bool { return heads[n] != o.Head || o.Tip != "" && o.Tip != in.Tip })
	maps.DeleteFunc(s.Waits, func(n int, w Wait) bool { return heads[n] != w.Head })
	// What does not fit upon the branch itself is for its author to mend.
	for n, w := range s.Waits {
		if w.Upon == in.Tip {
			s.Out[n] = Out{Head: w.Head, Tip: in.Tip, Why: "it has a conflict with its base branch"}
			delete(s.Waits, n)
		}
	}
	s.Halves = slices.DeleteFunc(s.Halves, func(half []Pull) bool {
		return slices.ContainsFunc(half, func(p Pull) bool { return heads[p.Number] != p.Head })
	})
}

// prune removes candidates that landed, and discards those that no longer
// stand: the branch moved, one under it went, or a pull request of it is not
// ready any more. The last one goes first.
func (s *State) prune(in Input) Action {
	for i, c := range s.Candidates {
		if c.Commit == in.Tip {
			s.Candidates = s.Candidates[i+1:]
			return Discard{c} // and its branch: it is the base's now
		}
	}
	upon := in.Tip
	for _, c := range s.Candidates {
		if c.Parent != upon || slices.ContainsFunc(c.Pulls, func(p Pull) bool { return !ready(in, p) }) {
			return s.pop()
		}
		upon = c.Commit
	}
	return nil
}

// pop discards the last candidate.
func (s *State) pop() Action {
	last := s.Candidates[len(s.Candidates)-1]
	s.Candidates = s.Candidates[:len(s.Candidates)-1]
	return Discard{last}
}

func ready(in Input, p Pull) bool {
	return slices.ContainsFunc(in.Ready, func(e Entry) bool { return e.Pull == p })
}

// judge lands what is green from the first on, or acts on a first one that is
// red. Nothing is said of a red one upon others that are still tested: it may
// be theirs.
func (s *State) judge(in Input) Action {
	green := 0
	var pulls []Pull
	for green < len(s.Candidates) && s.Candidates[green].Outcome == Green {
		pulls = append(pulls, s.Candidates[green].Pulls...)
		green++
	}
	if green > 0 {
		if in.Frozen != "" {
			return nil
		}
		return Land{From: in.Tip, Candidate: s.Candidates[green-1], Pulls: pulls}
	}
	if len(s.Candidates) == 0 || s.Candidates[0].Outcome != Red {
		return nil
	}
	first := s.Candidates[0]
	if len(s.Candidates) > 1 {
		return s.pop() // what stands upon it goes first
	}
	if len(first.Pulls) == 1 {
		s.Out[first.Pulls[0].Number] = Out{Head: first.Pulls[0].Head, Why: first.Why}
	} else {
		half := len(first.Pulls) / 2
		s.Halves = append([][]Pull{first.Pulls[:half], first.Pulls[half:]}, s.Halves...)
	}
	return s.pop()
}

// build makes the next candidate, if there may be one and there is something
// for it.
func (s *State) build(in Input) Action {
	if len(s.Candidates) >= max(1, in.Depth) || slices.ContainsFunc(s.Candidates, func(c Candidate) bool { return c.Outcome == Red }) {
		return nil
	}
	upon := in.Tip
	if n := len(s.Candidates); n > 0 {
		upon = s.Candidates[n-1].Commit
	}
	pulls := s.next(in, upon)
	if len(pulls) == 0 {
		return nil
	}
	s.Built++
	return Build{Candidate{ID: fmt.Sprintf("%d-%s", s.Built, short(in.Tip)), Parent: upon, Pulls: pulls, Outcome: Pending}}
}

func short(sha string) string { return sha[:min(len(sha), 12)] }

// next chooses a batch: what is left of one that failed, or of the others the
// most urgent, and with it what has nothing to do with it.
func (s *State) next(in Input, upon string) []Pull {
	waiting := s.waiting(in, upon)
	for i, half := range s.Halves {
		if !slices.ContainsFunc(half, func(p Pull) bool {
			return !slices.ContainsFunc(waiting, func(e Entry) bool { return e.Pull == p })
		}) {
			s.Halves = slices.Delete(s.Halves, i, i+1)
			return half
		}
	}
	waiting = slices.DeleteFunc(waiting, func(e Entry) bool {
		return slices.ContainsFunc(s.Halves, func(half []Pull) bool { return slices.Contains(half, e.Pull) })
	})
	var batch []Pull
	taken := make(map[string]bool)
	for _, apart := range []bool{true, false} {
		for _, e := range waiting {
			if len(batch) == max(1, in.Batch) {
				return batch
			}
			if slices.Contains(batch, e.Pull) || apart && slices.ContainsFunc(e.Areas, func(a string) bool { return taken[a] }) {
				continue
			}
			batch = append(batch, e.Pull)
			for _, a := range e.Areas {
				taken[a] = true
			}
		}
	}
	return batch
}

// waiting are the ready ones that no candidate has and that may be tried upon
// a commit, the most urgent first.
func (s *State) waiting(in Input, upon string) []Entry {
	queued := func(p Pull) bool {
		return slices.ContainsFunc(s.Candidates, func(c Candidate) bool { return slices.Contains(c.Pulls, p) })
	}
	var waiting []Entry
	for _, e := range in.Ready {
		_, out := s.Out[e.Number]
		if !out && !queued(e.Pull) && s.Waits[e.Number] != (Wait{Head: e.Head, Upon: upon}) {
			waiting = append(waiting, e)
		}
	}
	slices.SortFunc(waiting, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.Since.Compare(b.Since), cmp.Compare(a.Number, b.Number))
	})
	return waiting
}

// Done is the state after a candidate was built.
func (s State) Done(c Candidate) State {
	s = s.clone()
	s.Candidates = append(s.Candidates, c)
	return s
}

// Conflict is the state after a candidate could not be built, for the pull
// request number did not fit upon those before it. The first of a candidate
// does not fit upon its parent: it waits until another commit is there to be
// tried upon. The others are tried by themselves, after those that fit.
func (s State) Conflict(c Candidate, number int) State {
	s = s.clone()
	i := slices.IndexFunc(c.Pulls, func(p Pull) bool { return p.Number == number })
	if i < 0 {
		return s
	}
	var groups [][]Pull
	if i == 0 {
		s.Waits[number] = Wait{Head: c.Pulls[0].Head, Upon: c.Parent}
	} else {
		groups = append(groups, c.Pulls[:i], c.Pulls[i:i+1])
	}
	if i+1 < len(c.Pulls) {
		groups = append(groups, c.Pulls[i+1:])
	}
	s.Halves = append(groups, s.Halves...)
	return s
}

// Explain says, for one that is ready, what the queue does with it.
func (in Input) Explain(number int) string {
	s := in.State
	if o, ok := s.Out[number]; ok {
		return fmt.Sprintf("it is out of the queue until it changes: %s; /hold and /hold cancel try it again", o.Why)
	}
	for i, c := range s.Candidates {
		if !slices.ContainsFunc(c.Pulls, func(p Pull) bool { return p.Number == number }) {
			continue
		}
		with := ""
		if len(c.Pulls) > 1 {
			var others []string
			for _, p := range c.Pulls {
				if p.Number != number {
					others = append(others, fmt.Sprintf("#%d", p.Number))
				}
			}
			with = " with " + strings.Join(others, ", ")
		}
		what := fmt.Sprintf("it is tested%s as %s, %s", with, short(c.Commit), c.Outcome)
		if i > 0 {
			what += fmt.Sprintf(", upon %d before it", i)
		}
		if c.Outcome == Green && in.Frozen != "" {
			what += "; nothing lands now: " + in.Frozen
		}
		return what
	}
	if w, ok := s.Waits[number]; ok {
		return "it has a conflict with " + short(w.Upon) + ", which is tested before it, and waits for that"
	}
	for i, e := range s.waiting(in, "") {
		if e.Number == number {
			return fmt.Sprintf("it waits to be tested, %d before it", i)
		}
	}
	return "it is not in the queue"
}
