// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"cmp"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// A Context is the event that is looked at, and all that its fields can tell.
type Context struct {
	Event *event.Event
	state.Subject
	Table *state.Table

	// Before, if it is there, tells the time of the event before the current one
	// where that need not have been followed here; 0: there is none.
	Before func() uint64

	info     *event.TypeInfo
	first    uint64 // time of the first event
	now      uint64 // of the current one
	last     uint64 // of the one before
	creator  creator
	scratch  []byte  // texts made for this event; values point into it
	argument []Value // values of a transformer's argument
}

// New makes a context that keeps its state in table.
func New(table *state.Table) *Context { return &Context{Table: table} }

// Next finishes the last event and makes ev the current one: state follows it,
// and extractors read it from now on. ev must stay as it is until the next call.
func (c *Context) Next(ev *event.Event) {
	c.advance(ev)
	c.Event, c.info = ev, ev.Type.Info()
	c.Table.Apply(ev, &c.Subject)
}

// Skip follows an event that no rule is asked about: one of a process that
// another worker looks at. Only threads and processes are kept.
func (c *Context) Skip(ev *event.Event) {
	c.advance(ev)
	c.Event, c.info, c.Subject = nil, nil, state.Subject{FD: -1}
	c.Table.ApplyLifecycle(ev)
}

func (c *Context) advance(ev *event.Event) {
	c.scratch = c.scratch[:0]
	c.creator.known = false
	c.last = c.now
	c.now = ev.Time
	if c.last == 0 {
		c.last = ev.Time
	}
	if c.first == 0 && StartsClock(ev.Type) {
		c.first = ev.Time
	}
}

// before is the time of the event before the current one; that of the first is
// its own.
func (c *Context) before() uint64 {
	if c.Before == nil {
		return c.last
	}
	return cmp.Or(c.Before(), c.now)
}

// StartsClock reports whether an event can be the first that times are told
// from: notices of a source about what it found have times of their own.
func StartsClock(t event.Type) bool {
	info := t.Info()
	return info.Flags&event.KeepsLast == 0 && (info.Origin == event.OriginSyscall || info.Origin == event.OriginTracepoint)
}

// ThreadStamp changes whenever the value of any field that needs the thread
// alone may have changed for the current thread. It is 0 where there is none:
// then nothing may be remembered.
func (c *Context) ThreadStamp() uint64 {
	if c.Thread == nil || c.Table.EventContainer() != nil {
		return 0
	}
	return c.Table.Stamp(c.Thread)
}

// ThreadMemo is what the program remembers about the current thread; nil where
// there is none.
func (c *Context) ThreadMemo() *state.Memo {
	if c.Thread == nil {
		return nil
	}
	return c.Thread.Memo()
}
