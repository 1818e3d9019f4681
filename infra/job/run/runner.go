// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/lanner-project/lanner/infra/job"
)

// Status is how far a run is.
type Status struct {
	ID string
	// State is Pending, or one of those that end a run.
	State job.State
	// Why is a sentence for people, with the value that mattered: "it took
	// longer than 2h0m0s", "test exited with 3".
	Why string
	// Began and Ended are zero if it has not.
	Began, Ended time.Time
}

// ErrNoRun is wrapped by the error for a run that a [Runner] does not know.
var ErrNoRun = errors.New("there is no such run")

// ErrRefused is wrapped by the error for a job that a [Runner] will never run,
// however often it is asked.
var ErrRefused = errors.New("it cannot be run")

// Runner runs what a [Spec] says: as processes, or as a pod. A run outlives the
// process that started it, which may be killed at any moment: a Runner made
// later for the same place finds it again. All calls are safe concurrently.
type Runner interface {
	// Start begins a run. When it returns nil the run is there, and stays
	// there until it is removed. To start what is there, or was and is over, is
	// not an error and does nothing: no run is ever run twice. The error wraps
	// ErrRefused if it is the job's.
	Start(ctx context.Context, spec Spec) error
	// Status is how far a run is.
	Status(ctx context.Context, id string) (Status, error)
	// Abort ends a run, first with SIGINT and after its grace period for good.
	// It returns when that is asked, not when it is done. To abort what is over
	// does nothing.
	Abort(ctx context.Context, id, why string) error
	// Watch tells the status of every run there is, and then each that
	// changes, until the context ends, which is no error. The last status of a
	// run is told at least once. It calls tell one at a time.
	Watch(ctx context.Context, tell func(Status)) error
	// Log writes the log of a run, secrets taken out, from its start; of one
	// that is not over it goes on until it is. Several containers have a log
	// each: this is that of the first.
	Log(ctx context.Context, id string, to io.Writer) error
	// Fetch copies the results of a run that is over into a folder that it
	// makes, in the layout of the files of this package.
	Fetch(ctx context.Context, id, dir string) error
	// Remove forgets a run that is over, and whatever is left of it.
	Remove(ctx context.Context, id string) error
}
