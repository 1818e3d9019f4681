// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"bytes"
	"errors"
	"math"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// ofThread reads a value of the current thread.
func ofThread(read func(*Context, *state.Thread) (Value, bool)) reader {
	return reader{one: func(c *Context) (Value, bool) {
		if c.Thread == nil {
			return missing, false
		}
		return read(c, c.Thread)
	}}
}

// ofParent reads a value of the parent of the current thread.
func ofParent(read func(*Context, *state.Thread) (Value, bool)) reader {
	return reader{one: func(c *Context) (Value, bool) {
		if c.Thread == nil || c.Thread.Parent() == nil {
			return missing, false
		}
		return read(c, c.Thread.Parent())
	}}
}

// maxAncestors bounds how far up a field without argument looks.
const maxAncestors = 64

// ofAncestor reads a value of the ancestor that the argument names: 0 is the
// process itself. Without argument it reads that of all, from the parent up.
func ofAncestor(read func(*Context, *state.Thread) (Value, bool)) reader {
	return reader{make: func(op check.Operand) (reader, error) {
		if op.Arg.Set && !op.Arg.IsKey {
			n := op.Arg.Index
			return reader{one: func(c *Context) (Value, bool) {
				if c.Thread == nil {
					return missing, false
				}
				if th := c.Thread.Ancestor(n); th != nil {
					return read(c, th)
				}
				return missing, false
			}}, nil
		}
		all := func(c *Context, dst []Value) []Value {
			if c.Thread == nil {
				return dst
			}
			own := c.Thread.Ancestor(0)
			for n, th := 1, own; th != nil && n <= maxAncestors; n++ {
				if th = th.Ancestor(1); th == nil || th == own {
					break // events that were lost may make a process its own ancestor
				}
				if v, ok := read(c, th); ok {
					dst = append(dst, v)
				}
			}
			return dst
		}
		return printedAs(inOneLine(all), reader{many: all}), nil
	}}
}

// inOneLine joins the texts of several values with blanks: so outputs show what
// all ancestors have.
func inOneLine(all many) one {
	return func(c *Context) (Value, bool) {
		c.argument = all(c, c.argument[:0])
		start := c.mark()
		for _, v := range c.argument {
			if len(c.scratch) > start {
				c.scratch = append(c.scratch, ' ')
			}
			c.scratch = append(c.scratch, v.Bytes...)
		}
		line, _ := c.since(start)
		return line, len(line.Bytes) > 0
	}
}

// ownInOutputs makes outputs show the process's own value where a field of its
// ancestors has no argument: the reference does, and alerts have been read so.
func ownInOutputs(own, r reader) reader {
	ancestors := r.make
	r.make = func(op check.Operand) (reader, error) {
		made, err := ancestors(op)
		if err == nil && !op.Arg.Set {
			made.output = own.one
		}
		return made, err
	}
	return r
}

func ownPID(_ *Context, th *state.Thread) (Value, bool) {
	if th.PID < 0 {
		return missing, false
	}
	return id(th.PID)
}

func threadComm(_ *Context, th *state.Thread) (Value, bool)    { return text(th.Comm) }
func threadExe(_ *Context, th *state.Thread) (Value, bool)     { return text(th.Exe) }
func threadExePath(_ *Context, th *state.Thread) (Value, bool) { return text(th.ExePath) }

func threadPID(_ *Context, th *state.Thread) (Value, bool) { return id(th.PID) }

// id is a process or thread number. Some sources cannot tell the machine's
// numbers and use larger ones of their own, which mean nothing to users.
func id(n int64) (Value, bool) {
	if n < -1 || n > math.MaxUint32 {
		return missing, false
	}
	return num(n)
}

// procPPID is that of the process's first thread; others may have another one.
func procPPID(c *Context) (Value, bool) {
	if c.Thread == nil || c.Thread.Main() == nil {
		return missing, false
	}
	ppid := c.Thread.Main().PPID
	if ppid == 0 {
		return missing, false
	}
	return id(ppid)
}

func threadArgs(c *Context, th *state.Thread) (Value, bool) {
	if bytes.IndexByte(th.Args, 0) < 0 {
		return text(th.Args)
	}
	start := c.mark()
	c.scratch = appendJoined(c.scratch, th.Args, ' ')
	return c.since(start)
}

func threadCmdline(c *Context, th *state.Thread) (Value, bool) {
	if len(th.Args) == 0 {
		return text(th.Comm)
	}
	start := c.mark()
	c.scratch = append(append(c.scratch, th.Comm...), ' ')
	c.scratch = appendJoined(c.scratch, th.Args, ' ')
	return c.since(start)
}

func threadExeline(c *Context, th *state.Thread) (Value, bool) {
	start := c.mark()
	c.scratch = append(append(c.scratch, th.Exe...), ' ')
	c.scratch = appendJoined(c.scratch, th.Args, ' ')
	return c.since(start)
}

func countArgs(args []byte) int {
	if len(args) == 0 {
		return 0
	}
	return bytes.Count(args, []byte{0}) + 1
}

// procArgs reads the arguments, or the one of the index.
func procArgs(op check.Operand) (reader, error) {
	if !op.Arg.Set {
		return ofThread(threadArgs), nil
	}
	n := op.Arg.Index
	return ofThread(func(_ *Context, th *state.Thread) (Value, bool) {
		args := th.Args
		if n >= countArgs(args) {
			return text(nil)
		}
		for range n {
			args = args[bytes.IndexByte(args, 0)+1:]
		}
		return text(untilNUL(args))
	}), nil
}

func threadEnv(c *Context, th *state.Thread) (Value, bool) {
	start := c.mark()
	c.scratch = appendJoined(c.scratch, th.Env(), ' ')
	return c.since(start)
}

// lookupEnv finds a variable, without the blanks around its value. One that is
// not set reads as the empty text, as an empty one does.
func lookupEnv(env []byte, name string) []byte {
	for len(env) > 0 {
		var entry []byte
		entry, env, _ = bytes.Cut(env, []byte{0})
		if len(entry) > len(name)+1 && entry[len(name)] == '=' && string(entry[:len(name)]) == name {
			return bytes.Trim(entry[len(name)+1:], " ")
		}
	}
	return nil
}

func procEnv(op check.Operand) (reader, error) {
	if !op.Arg.Set {
		return ofThread(threadEnv), nil
	}
	name := op.Arg.Key
	return ofThread(func(_ *Context, th *state.Thread) (Value, bool) {
		return text(lookupEnv(th.Env(), name))
	}), nil
}

// maxEnvAncestors is how far up proc.aenv looks for a variable.
const maxEnvAncestors = 20

// procAncestorEnv reads the environment of an ancestor by number, a variable of
// the nearest ancestor that has it by name, or without argument all of them.
func procAncestorEnv(op check.Operand) (reader, error) {
	if !op.Arg.Set || !op.Arg.IsKey {
		return ofAncestor(threadEnv).make(op)
	}
	name := op.Arg.Key
	return ofThread(func(_ *Context, th *state.Thread) (Value, bool) {
		th = th.Ancestor(0)
		for n := 0; th != nil && n < maxEnvAncestors; n++ {
			if th = th.Ancestor(1); th == nil {
				break
			}
			if v := lookupEnv(th.Env(), name); len(v) > 0 {
				return text(v)
			}
		}
		return text(nil)
	}), nil
}

// leader finds the leader of a session or process group: the thread of that
// number, or where numbers are those of a pid namespace the eldest ancestor
// without a gap that has the same one.
func leader(c *Context, th *state.Thread, number func(*state.Thread) int64, virtual bool) *state.Thread {
	n := number(th)
	if n == -1 {
		return nil
	}
	if !virtual || !th.InPIDNamespace() {
		if found := c.Table.Lookup(n); found != nil {
			return found
		}
	}
	var eldest *state.Thread
	for p, i := th.Parent(), 0; p != nil && number(p) == n && i < maxAncestors; p, i = p.Parent(), i+1 {
		eldest = p
	}
	return eldest
}

func ofLeader(number func(*state.Thread) int64, virtual bool, read func(*Context, *state.Thread) (Value, bool)) reader {
	return ofThread(func(c *Context, th *state.Thread) (Value, bool) {
		if l := leader(c, th, number, virtual); l != nil {
			return read(c, l)
		}
		return text(nil)
	})
}

func sid(th *state.Thread) int64   { return th.SID }
func vpgid(th *state.Thread) int64 { return th.VPGID }
func pgid(th *state.Thread) int64  { return th.PGID }

// loginShell is the process id of the eldest shell among the ancestors.
func loginShell(_ *Context, th *state.Thread) (Value, bool) {
	found := false
	var shell int64
	th = th.Main()
	for i := 0; th != nil && i < maxAncestors; i++ {
		if bytes.HasSuffix(th.Comm, []byte("sh")) {
			found, shell = true, th.PID
		}
		th = th.Parent()
	}
	if !found {
		return missing, false
	}
	return num(shell)
}

func since(c *Context, start uint64) (Value, bool) {
	if start == 0 {
		return missing, false
	}
	return num(c.Event.Time - start)
}

// nonZero is a number of which 0 means that it is not known.
func nonZero(n uint64) (Value, bool) { return Value{Num: n}, n != 0 }

func notNegative(n int64) (Value, bool) { return Value{Num: uint64(n)}, n != -1 }

var errNoArgument = errors.New("needs an argument")

// stdio reads what descriptor 0, 1 or 2 is.
func stdio(fd int64, read func(*Context, *state.File) (Value, bool)) reader {
	return ofThread(func(c *Context, th *state.Thread) (Value, bool) {
		if f := th.File(fd); f != nil {
			return read(c, f)
		}
		return missing, false
	})
}

func fdUsage(_ *Context, th *state.Thread) (Value, bool) {
	limit, open := th.MaxFiles(), int64(th.NumFiles())
	usage := 0.0
	switch {
	case limit <= 0:
	case open <= limit:
		usage = float64(open) * 100 / float64(limit)
	default:
		usage = 100
	}
	return num(math.Float64bits(usage))
}

func cgroups(c *Context, th *state.Thread) (Value, bool) {
	if len(th.Cgroups) == 0 {
		return missing, false
	}
	start := c.mark()
	c.scratch = appendJoined(c.scratch, th.Cgroups, ' ')
	return c.since(start)
}

func cgroup(op check.Operand) (reader, error) {
	name := op.Arg.Key
	if name == "" {
		return reader{}, errNoArgument
	}
	return ofThread(func(_ *Context, th *state.Thread) (Value, bool) {
		for rest := th.Cgroups; len(rest) > 0; {
			var entry []byte
			entry, rest, _ = bytes.Cut(rest, []byte{0})
			if len(entry) > len(name) && entry[len(name)] == '=' && string(entry[:len(name)]) == name {
				return text(entry[len(name)+1:])
			}
		}
		return missing, false
	}), nil
}

// ofMain reads memory figures that the first thread stands for.
func ofMain(read func(*state.Thread) uint32) reader {
	return ofThread(func(_ *Context, th *state.Thread) (Value, bool) {
		if !th.IsMain() {
			return num(0)
		}
		return num(read(th))
	})
}

func vmSize(th *state.Thread) uint32 { return th.VMSize }
func vmRSS(th *state.Thread) uint32  { return th.VMRSS }

// execTime is how long the CPU was with the thread that it now leaves.
func execTime(c *Context) (Value, bool) {
	if c.Thread != nil && (c.Event.Type == event.Switch || c.Event.Type == event.SwitchV1) {
		return num(c.Thread.LastRun)
	}
	return num(0)
}

// cpuShare is the part of a CPU that the thread took since the last time the
// source told, in percent.
func cpuShare(user, system bool) reader {
	return ofThread(func(c *Context, th *state.Thread) (Value, bool) {
		if c.Event.Type != event.Procinfo {
			return missing, false
		}
		share := 0.0
		if user {
			share += float64(th.UserShare)
		}
		if system {
			share += float64(th.SystemShare)
		}
		return num(math.Float64bits(min(share, 100)))
	})
}
