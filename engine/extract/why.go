// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"strings"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
)

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

var reasons = [...]string{
	Present:       "there is a value",
	NotApplicable: "the event has no such thing",
	NotCaptured:   "the source does not record it",
	SeenTooLate:   "it began before the source looked",
	ReadFailed:    "it could not be read from the process's memory",
	Evicted:       "it was forgotten, to stay inside the memory limits",
}

func (r Reason) String() string {
	if int(r) < len(reasons) {
		return reasons[r]
	}
	return "for a reason that is not known"
}

// Why says why an operand has no value for the current event.
func (c *Context) Why(op check.Operand) Reason {
	if op.Transform != check.NoTransform {
		for i := range op.Args {
			if arg := op.Args[i].Operand; arg != nil {
				if why := c.Why(*arg); why != Present {
					return why
				}
			}
		}
		return Present
	}
	x, err := Compile(op)
	if err != nil {
		return NotCaptured
	}
	if x.hasValue(c) {
		return Present
	}
	name := op.Field.Field().Name
	class, _, _ := strings.Cut(name, ".")
	switch {
	case c.Event == nil:
		return NotApplicable
	case class == "evt":
		return c.whyEvent(op)
	case class == "fd" || class == "fs" || class == "fdlist":
		return c.whyFile(name)
	case class == "container" || class == "k8s":
		return c.whyContainer()
	}
	return c.whyThread(name)
}

func (x *Extractor) hasValue(c *Context) bool {
	if c.Event == nil {
		return false
	}
	if x.One != nil {
		_, ok := x.One(c)
		return ok
	}
	return len(x.Many(c, nil)) > 0
}

// whyEvent: the type has the argument, and the event has it empty.
func (c *Context) whyEvent(op check.Operand) Reason {
	for i := range c.info.Params {
		named := op.Arg.IsKey && c.info.Params[i].Name == op.Arg.Key
		if !named && (op.Arg.IsKey || i != op.Arg.Index) || !op.Arg.Set {
			continue
		}
		if i >= c.Event.NumParams() {
			return NotCaptured
		}
		return ReadFailed
	}
	return NotApplicable
}

func (c *Context) whyFile(name string) Reason {
	switch {
	case c.Thread == nil || !c.Thread.Known():
		return c.whyThread(name)
	case c.info.Flags&(event.CreatesFD|event.UsesFD|event.DestroysFD) == 0:
		return NotApplicable
	case strings.HasSuffix(name, "ip.name"):
		return NotCaptured
	case c.File == nil && c.info.Flags&event.CreatesFD == 0 && c.FD >= 0:
		return SeenTooLate
	}
	return NotApplicable
}

func (c *Context) whyContainer() Reason {
	ct := c.container()
	switch {
	case ct == nil:
		return c.whyThread("")
	case ct.Info == nil:
		return NotCaptured
	}
	return NotApplicable
}

func (c *Context) whyThread(name string) Reason {
	switch {
	case c.Thread == nil && c.info.Origin != event.OriginSyscall && c.info.Origin != event.OriginTracepoint:
		return NotApplicable
	case c.Table.Evicted(c.Event.TID):
		return Evicted
	case c.Thread == nil || !c.Thread.Known():
		return SeenTooLate
	case c.Thread.FromSnapshot() && (strings.HasSuffix(name, "duration") || strings.HasSuffix(name, ".ts")):
		return SeenTooLate
	}
	return NotCaptured
}
