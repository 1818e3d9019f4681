// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"context"
	"time"

	"github.com/lanner-project/lanner/engine/check"
)

// A Record is an alert in the form in which one kind of sink gets it. Sinks
// share records, so they change nothing in them.
type Record struct {
	Line     []byte // text or JSON, without the end of the line
	JSON     bool
	Rule     string
	Priority check.Priority
	Hostname string
	Time     uint64 // nanoseconds since the epoch
	Event    uint64 // 0: none
}

// A Sink sends records somewhere.
type Sink interface {
	// Send sends records in order and returns how many were taken. If not all
	// were, the error says why the next was not; a *Failure says more. Send
	// returns soon after ctx is done. The records' lines are others' after that.
	Send(ctx context.Context, records []Record) (int, error)

	// Close sends what is still held back, as long as ctx allows, and ends.
	Close(ctx context.Context) error
}

// A Failure is an error that says whether it helps to send a record again. All
// other errors count as failures that pass.
type Failure struct {
	Err error

	// Permanent: the receiver will never take this record.
	Permanent bool

	// Answered: the receiver is there, and it may be this record that it cannot
	// take; after some tries the record is given up. A receiver that is not
	// there is tried for ever, and the queue decides what is lost meanwhile.
	Answered bool

	// After is how long the receiver asks to be left alone; zero: it does not.
	After time.Duration
}

// Error returns the error's text.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the error.
func (f *Failure) Unwrap() error { return f.Err }
