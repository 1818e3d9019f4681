// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"fmt"
	"strconv"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// evtAbsPath is the path of an *at syscall as seen from the root. Of those with
// two paths the argument names one, src or dst.
func evtAbsPath(op check.Operand) (reader, error) {
	second := false
	switch {
	case !op.Arg.Set || op.Arg.Key == "src":
	case op.Arg.Key == "dst":
		second = true
	default:
		return reader{}, fmt.Errorf("the argument is src or dst, not %q", op.Arg.Key)
	}
	both := op.Arg.Set
	return reader{one: func(c *Context) (Value, bool) {
		if c.Thread == nil {
			return missing, false
		}
		if c.Event.Type == event.OpenByHandleAtExit {
			if result(c.Event) <= 0 {
				return missing, false
			}
			return c.joined(nil, paramText(c.Event, 3))
		}
		param := atPath(c.Event.Type, second, both)
		if param < 0 || len(c.Event.Param(param)) == 0 {
			return missing, false
		}
		dirfd := int(c.info.Params[param].Dir)
		if dirfd < 0 || len(c.Event.Param(dirfd)) == 0 {
			return missing, false
		}
		path := paramText(c.Event, param)
		return c.joined(c.folder(dirfd, path), path)
	}}, nil
}

// atPath is the parameter with the path of an *at syscall; -1: none.
func atPath(t event.Type, second, both bool) int {
	switch t {
	case event.RenameatExit, event.Renameat2Exit, event.LinkatExit:
		if second {
			return 4
		}
		return 2
	case event.SymlinkatExit:
		return 3
	case event.OpenatExit, event.Openat2Exit, event.UnlinkatExit, event.MkdiratExit, event.FchmodatExit, event.FchownatExit:
		return 2
	}
	return -1
}

func (c *Context) joined(dir, path []byte) (Value, bool) {
	start := c.mark()
	c.scratch = state.JoinPath(c.scratch, dir, path)
	return c.since(start)
}

// fsPaths says which parameters of an event are the path that it is about, and
// where there are two, source and target. fdPath stands for the descriptor's name.
type fsPaths struct{ path, source, target int8 }

const (
	noPath = -1
	fdPath = -2
)

var fsEvents = map[event.Type]fsPaths{
	event.MkdirExit: {1, noPath, noPath}, event.MkdiratExit: {2, noPath, noPath}, event.RmdirExit: {1, noPath, noPath},
	event.UnlinkExit: {1, noPath, noPath}, event.UnlinkatExit: {2, noPath, noPath},
	event.OpenExit: {1, noPath, noPath}, event.OpenatExit: {2, noPath, noPath}, event.Openat2Exit: {2, noPath, noPath},
	event.FchmodatExit: {2, noPath, noPath}, event.ChmodExit: {1, noPath, noPath}, event.FchmodExit: {fdPath, noPath, noPath},
	event.ChownExit: {1, noPath, noPath}, event.LchownExit: {1, noPath, noPath}, event.FchownExit: {fdPath, noPath, noPath},
	event.FchownatExit: {2, noPath, noPath}, event.QuotactlExit: {1, noPath, noPath},
	event.RenameExit: {noPath, 1, 2}, event.RenameatExit: {noPath, 2, 4}, event.Renameat2Exit: {noPath, 2, 4},
	event.LinkExit: {noPath, 2, 1}, event.LinkatExit: {noPath, 4, 2},
	event.SymlinkExit: {noPath, 2, 1}, event.SymlinkatExit: {noPath, 3, 1},
	event.MountExit: {noPath, 1, 2}, event.UmountExit: {1, noPath, noPath}, event.Umount2Exit: {1, noPath, noPath},
}

// fsTable is fsEvents by number.
var fsTable = func() (table [event.NumTypes]fsPaths) {
	for i := range table {
		table[i] = fsPaths{noPath, noPath, noPath}
	}
	for t, p := range fsEvents {
		table[t] = p
	}
	return table
}()

// fsPath reads a path that a syscall worked on, where it did.
func fsPath(which func(fsPaths) int8, absolute bool) reader {
	return reader{one: func(c *Context) (Value, bool) {
		if int(c.Event.Type) >= len(fsTable) {
			return missing, false
		}
		param := which(fsTable[c.Event.Type])
		if param == noPath || !c.succeeded() {
			return missing, false
		}
		var path []byte
		switch {
		case param == fdPath:
			if c.File == nil {
				return missing, false
			}
			path = c.File.Name
		case len(c.Event.Param(int(param))) == 0:
			return missing, false
		default:
			path = paramText(c.Event, int(param))
		}
		switch {
		case !absolute || len(path) == 0:
			return text(path)
		case c.Thread == nil:
			return missing, false
		}
		return c.joined(c.folderOf(int(param), path), path)
	}}
}

// folderOf is the folder that the path in a parameter is relative to: that of a
// descriptor which the call has for it, or the working directory.
func (c *Context) folderOf(param int, path []byte) []byte {
	if param >= 0 && param < len(c.info.Params) {
		if p := &c.info.Params[param]; p.Kind == event.KindRelPath && p.Dir >= 0 {
			return c.folder(int(p.Dir), path)
		}
	}
	return c.Thread.CWD()
}

// succeeded reports whether the syscall did what it was asked: returned 0, or a
// descriptor.
func (c *Context) succeeded() bool {
	switch c.Event.Type {
	case event.OpenExit, event.OpenatExit, event.Openat2Exit:
		return result(c.Event) != -1
	}
	return result(c.Event) == 0
}

func pathOf(p fsPaths) int8   { return p.path }
func sourceOf(p fsPaths) int8 { return p.source }
func targetOf(p fsPaths) int8 { return p.target }

// fdList joins what poll waits for with commas, one part for each descriptor of
// which there is one.
func fdList(part func(dst []byte, fd int64, f *state.File) []byte) reader {
	return reader{one: func(c *Context) (Value, bool) {
		param := 1
		switch c.Event.Type {
		case event.PollEnter, event.PpollEnter:
			param = 0
		case event.PollExit, event.PpollExit:
		default:
			return missing, false
		}
		if c.Thread == nil {
			return missing, false
		}
		start := c.mark()
		eachFD(c.Event.Param(param), func(fd int64, _ int16) {
			before := len(c.scratch)
			if before > start {
				c.scratch = append(c.scratch, ',')
			}
			empty := len(c.scratch)
			if c.scratch = part(c.scratch, fd, c.Thread.File(fd)); len(c.scratch) == empty {
				c.scratch = c.scratch[:before]
			}
		})
		if len(c.scratch) == start {
			return missing, false
		}
		return c.since(start)
	}}
}

func listNum(dst []byte, fd int64, _ *state.File) []byte { return strconv.AppendInt(dst, fd, 10) }

func listName(dst []byte, _ int64, f *state.File) []byte {
	if f == nil || len(f.Name) == 0 {
		return append(dst, notAvailable...)
	}
	return append(dst, f.Name...)
}

func listClientIP(dst []byte, _ int64, f *state.File) []byte {
	if f != nil && (f.Type == event.FileIPv4 || f.Type == event.FileIPv6) {
		return state.AppendIP(dst, f.SrcIP())
	}
	return dst
}

func listServerIP(dst []byte, _ int64, f *state.File) []byte {
	if f != nil && f.IsIP() {
		return state.AppendIP(dst, f.DstIP())
	}
	return dst
}

func listClientPort(dst []byte, _ int64, f *state.File) []byte {
	if f != nil && (f.Type == event.FileIPv4 || f.Type == event.FileIPv6) {
		return strconv.AppendUint(dst, uint64(f.Sock.SrcPort), 10)
	}
	return dst
}

func listServerPort(dst []byte, _ int64, f *state.File) []byte {
	if f != nil && f.IsIP() {
		return strconv.AppendUint(dst, uint64(f.Sock.DstPort), 10)
	}
	return dst
}
