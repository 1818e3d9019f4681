// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"encoding/binary"

	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// A creator is the name of what an event should have opened or connected to,
// made once for an event.
type creator struct {
	known     bool
	name, raw []byte
}

// result is what a syscall returned: its first parameter.
func result(ev *event.Event) int64 {
	p := ev.Param(0)
	switch len(p) {
	case 8:
		return int64(binary.LittleEndian.Uint64(p))
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(p)))
	}
	return 0
}

// paramText is parameter i up to its first NUL, "<NA>" where it is missing.
func paramText(ev *event.Event, i int) []byte {
	p := ev.Param(i)
	if len(p) == 0 {
		return notAvailable
	}
	return untilNUL(p)
}

// creatorName is the name of what the event would have opened; empty for events
// whose descriptors have no names. Events that begin a call do not tell.
func (c *Context) creatorName() (Value, bool) {
	if c.Event.Type.IsEnter() {
		return missing, false
	}
	c.create()
	return text(c.creator.name)
}

func (c *Context) creatorRaw() (Value, bool) {
	if c.Event.Type.IsEnter() {
		return missing, false
	}
	c.create()
	return c.singleSlashes(c.creator.raw)
}

func (c *Context) create() {
	if c.creator.known {
		return
	}
	c.creator = creator{known: true}
	ev := c.Event
	switch ev.Type {
	case event.OpenExit, event.CreatExit, event.AcceptExit, event.Accept4Exit, event.ConnectExit:
		start := c.mark()
		var mid int
		c.scratch, mid = c.appendParam(c.scratch, 1)
		if mid < len(c.scratch) {
			start = mid
		}
		v, _ := c.since(start)
		if mid == len(c.scratch) {
			v.Bytes = c.scratch[start:mid:mid]
		}
		c.creator.name, c.creator.raw = v.Bytes, v.Bytes
	case event.OpenatExit, event.Openat2Exit:
		raw := paramText(ev, 2)
		dir := c.folder(1, raw)
		start := c.mark()
		c.scratch = state.JoinPath(c.scratch, dir, raw)
		v, _ := c.since(start)
		c.creator.name, c.creator.raw = v.Bytes, raw
	case event.OpenByHandleAtExit:
		c.creator.name = paramText(ev, 3)
		c.creator.raw = c.creator.name
	}
}

// folder is the folder that a name is relative to, by the parameter that holds
// its descriptor.
func (c *Context) folder(param int, name []byte) []byte {
	dirfd, ok := c.Event.Int64(param)
	if !ok {
		return nil
	}
	dir, known := c.Table.Folder(c.Thread, dirfd, name)
	if !known {
		return view("<UNKNOWN>")
	}
	return dir
}
