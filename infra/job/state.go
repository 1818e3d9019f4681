// SPDX-License-Identifier: Apache-2.0

package job

import "slices"

// State is how far a run is.
type State string

// The states of a run, as Prow has them.
const (
	Scheduling State = "scheduling" // made, and waits for a cluster to be chosen
	Triggered  State = "triggered"  // waits to be started: for its turn, or for room
	Pending    State = "pending"    // runs
	Success    State = "success"
	Failure    State = "failure"
	Aborted    State = "aborted" // stopped, as it is not wanted any more
	Error      State = "error"   // could not be run, or what ran it failed
)

// States are all of them.
func States() []State {
	return []State{Scheduling, Triggered, Pending, Success, Failure, Aborted, Error}
}

// next are the states that may follow one. What was never started can neither
// succeed nor fail.
var next = map[State][]State{
	Scheduling: {Triggered, Aborted, Error},
	Triggered:  {Pending, Aborted, Error},
	Pending:    {Success, Failure, Aborted, Error},
}

// CanBecome reports whether a run may go from one state to another.
func (s State) CanBecome(to State) bool { return slices.Contains(next[s], to) }

// Done reports whether a run is over.
func (s State) Done() bool {
	switch s {
	case Success, Failure, Aborted, Error:
		return true
	}
	return false
}

// GitHub is what a commit's status says of a run in this state.
func (s State) GitHub() string {
	switch s {
	case Success:
		return "success"
	case Failure, Aborted:
		return "failure"
	case Error:
		return "error"
	}
	return "pending"
}
