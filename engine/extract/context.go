// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// A Context is the event that is looked at, and all that its fields can tell.
type Context struct {
	Event *event.Event
	state.Subject
	Table *state.Table

	scratch []byte // texts made for this event; values point into it
}

// New makes a context that keeps its state in table.
func New(table *state.Table) *Context { return &Context{Table: table} }

// Next finishes the last event and makes ev the current one: state follows it,
// and extractors read it from now on. ev must stay as it is until the next call.
func (c *Context) Next(ev *event.Event) {
	c.scratch = c.scratch[:0]
	c.Event = ev
	c.Table.Apply(ev, &c.Subject)
}

// Skip follows an event that no rule is asked about: one of a process that
// another worker looks at. Only threads and processes are kept.
func (c *Context) Skip(ev *event.Event) {
	c.Event, c.Subject = nil, state.Subject{FD: -1}
	c.Table.ApplyLifecycle(ev)
}

// ThreadStamp changes whenever the value of any field that needs the thread
// alone may have changed for the current thread. It is 0 where there is none:
// then nothing may be remembered.
func (c *Context) ThreadStamp() uint64 {
	if c.Thread == nil {
		return 0
	}
	return c.Thread.Stamp()
}

// ThreadMemo is what the program remembers about the current thread; nil where
// there is none.
func (c *Context) ThreadMemo() *state.Memo {
	if c.Thread == nil {
		return nil
	}
	return &c.Thread.Memo
}

// A Reason says why a field has no value.
type Reason uint8

// The reasons.
const (
	Present       Reason = iota // there is a value
	NotApplicable               // the event, thread or descriptor has no such thing
	NotCaptured                 // the source does not record it
	SeenTooLate                 // the process or descriptor began before the source looked
	ReadFailed                  // the argument could not be read from the process's memory
	Evicted                     // forgotten, to stay inside the memory limits
)

// Why says why an operand has no value for the current event.
func (c *Context) Why(op check.Operand) Reason { return NotApplicable }
