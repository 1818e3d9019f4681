// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

const second = 1_000_000_000 // nanoseconds

// ofTime reads a number that hangs on the time alone.
func ofTime(read func(c *Context) uint64) reader {
	return reader{one: func(c *Context) (Value, bool) { return Value{Num: read(c)}, true }}
}

// timeText reads the event's time as text, in local time or as ISO 8601 in UTC.
func timeText(layout string, utc bool) reader {
	return reader{one: func(c *Context) (Value, bool) {
		t := time.Unix(int64(c.Event.Time/second), int64(c.Event.Time%second))
		if utc {
			t = t.UTC()
		}
		start := c.mark()
		c.scratch = t.AppendFormat(c.scratch, layout)
		return c.since(start)
	}}
}

// padded prints nanoseconds with nine digits at least, inHex a number in hexadecimal.
func padded(r reader) reader {
	r.print = printer{appendPadded, appendUnsigned}
	return r
}

func inHex(r reader) reader {
	r.print = printer{appendHex, appendHexJSON}
	return r
}

// inNanoseconds is a time that is a text for readers, and a number in JSON.
func inNanoseconds(r reader) reader {
	r.print = printer{appendSanitized, func(dst []byte, c *Context, _ Value) []byte {
		return strconv.AppendUint(dst, c.Event.Time, 10)
	}}
	return r
}

// printedAs gives a field with several values another one for outputs.
func printedAs(output one, r reader) reader {
	r.output = output
	return r
}

// isAsync reports whether the event is a notice that a plugin makes.
func isAsync(c *Context) (Value, bool) { return boolean(c.isNotice()) }

// isNotice reports whether the event is one that a plugin makes. Old captures
// have types of their own for what the container plugin tells now.
func (c *Context) isNotice() bool {
	switch c.Event.Type {
	case event.AsyncEvent, event.Container, event.ContainerV1:
		return true
	}
	return false
}

func asyncType(c *Context) (Value, bool) {
	switch {
	case c.Event.Type == event.AsyncEvent:
		return text(paramText(c.Event, 1))
	case c.isNotice():
		return text(view("container"))
	}
	return missing, false
}

func constant(s string) reader {
	return reader{one: func(*Context) (Value, bool) { return text(view(s)) }}
}

func always(n uint64) reader {
	return reader{one: func(*Context) (Value, bool) { return Value{Num: n}, true }}
}

// never is a field that no event of a capture has a value of.
var never = reader{one: noValue}

func noValue(*Context) (Value, bool) { return missing, false }

func evtHostname(c *Context) (Value, bool) {
	if name := c.Table.Hostname(); name != "" {
		return text(view(name))
	}
	return missing, false
}

// evtType is the name of the event: of a syscall without a type of its own the
// syscall's, of a notice that a plugin makes the plugin's.
func evtType(c *Context) (Value, bool) {
	switch c.Event.Type {
	case event.GenericExit, event.GenericEnter:
		return text(view(c.genericSyscall().String()))
	case event.AsyncEvent:
		return text(paramText(c.Event, 1))
	}
	return text(view(c.info.Name))
}

// evtDir says whether the event is the end of a call. What is no call is told as
// if it were the begin of one.
func evtDir(c *Context) (Value, bool) {
	if c.Event.Type.IsEnter() {
		return text(view(">"))
	}
	return text(view("<"))
}

func (c *Context) genericSyscall() event.Syscall {
	n, _ := c.Event.Uint(0)
	return event.Syscall(n)
}

func syscallType(c *Context) (Value, bool) {
	if c.info.Origin != event.OriginSyscall {
		return missing, false
	}
	return evtType(c)
}

// evtTypeIs is 1 for events of the type that the argument names.
func evtTypeIs(op check.Operand) (reader, error) {
	if !op.Arg.Set {
		return reader{}, errNoArgument
	}
	want := event.Type(op.Arg.Index)
	pair := want
	if op.Arg.IsKey {
		types := event.TypesNamed(op.Arg.Key)
		if len(types) == 0 {
			return reader{}, fmt.Errorf("there is no event type %q", op.Arg.Key)
		}
		want, pair = types[0], types[0]+1
	}
	return reader{one: func(c *Context) (Value, bool) {
		return boolean(c.Event.Type == want || c.Event.Type == pair)
	}}, nil
}

// categories are the names of categories as rules know them; those of input and
// output hang on the descriptor.
var categories = map[event.Category]string{
	event.CategoryOther: "other", event.CategoryFile: "file", event.CategoryNet: "net", event.CategoryIPC: "IPC",
	event.CategoryMemory: "memory", event.CategoryProcess: "process", event.CategorySleep: "sleep",
	event.CategorySystem: "system", event.CategorySignal: "signal", event.CategoryUser: "user", event.CategoryTime: "time",
	event.CategoryProcessing: "processing", event.CategoryWait: "wait", event.CategoryScheduler: "scheduler",
	event.CategoryInternal: "internal",
}

func (c *Context) isIO() bool {
	switch c.info.Category {
	case event.CategoryIORead, event.CategoryIOWrite, event.CategoryIOOther:
		return true
	}
	return false
}

func evtCategory(c *Context) (Value, bool) {
	if c.isIO() {
		return text(view(ioCategory(c.File)))
	}
	if name, ok := categories[c.info.Category]; ok {
		return text(view(name))
	}
	return text(view("unknown"))
}

func ioCategory(f *state.File) string {
	if f == nil {
		return "unknown"
	}
	switch f.Type {
	case event.FileRegular, event.FileRegularV2, event.FileDirectory:
		return "file"
	case event.FileIPv4, event.FileIPv6, event.FileIPv4Server, event.FileIPv6Server:
		return "net"
	case event.FileFIFO, event.FileUnix, event.FileEvent, event.FileSignal, event.FileInotify, event.FileUserfault:
		return "ipc"
	}
	return "unknown"
}

// evtArgs is all parameters in one text.
func evtArgs(c *Context) (Value, bool) {
	if c.Event.Type == event.GenericExit {
		return text(nil)
	}
	start := c.mark()
	buf := c.scratch
	for i := range min(c.Event.NumParams(), len(c.info.Params)) {
		if i > 0 {
			buf = append(buf, ' ')
		}
		buf = append(append(buf, c.info.Params[i].Name...), '=')
		var mid int
		if buf, mid = c.appendParam(buf, i); mid < len(buf) {
			buf = append(buf, 0, 0)
			copy(buf[mid+1:], buf[mid:len(buf)-2])
			buf[mid], buf[len(buf)-1] = '(', ')'
		}
	}
	c.scratch = buf
	return c.since(start)
}

// evtArg is one parameter: what it stands for where that is known, else as it
// is.
func evtArg(op check.Operand) (reader, error) {
	if !op.Arg.Set {
		return reader{}, errNoArgument
	}
	if !op.Arg.IsKey {
		i := op.Arg.Index
		return reader{one: func(c *Context) (Value, bool) { return c.param(i) }}, nil
	}
	byType, err := paramsNamed(op.Arg.Key)
	if err != nil {
		return reader{}, err
	}
	return reader{one: func(c *Context) (Value, bool) { return c.param(byType.of(c.Event.Type)) }}, nil
}

func (c *Context) param(i int) (Value, bool) {
	if i < 0 || i >= c.Event.NumParams() || i >= len(c.info.Params) {
		return missing, false
	}
	start := c.mark()
	var mid int
	c.scratch, mid = c.appendParam(c.scratch, i)
	if end := len(c.scratch); mid < end {
		return Value{Bytes: c.scratch[mid:end:end]}, true
	}
	return c.since(start)
}

// A paramIndex says which parameter of each type of event has a name; -1: none.
type paramIndex [event.NumTypes]int8

func (x *paramIndex) of(t event.Type) int {
	if int(t) < len(x) {
		return int(x[t])
	}
	return -1
}

// paramsNamed finds the parameters with a name.
func paramsNamed(name string) (*paramIndex, error) {
	index, found := new(paramIndex), false
	for t := range event.Type(event.NumTypes) {
		index[t] = -1
		for i := range t.Info().Params {
			if t.Info().Params[i].Name == name {
				index[t], found = int8(i), true
				break
			}
		}
	}
	if !found {
		return nil, fmt.Errorf("no event has an argument %q", name)
	}
	return index, nil
}

// evtRawArg is one parameter in the form of its kind.
func evtRawArg(op check.Operand) (reader, error) {
	if !op.Arg.IsKey {
		return reader{}, errors.New("needs the name of an argument")
	}
	byType, err := paramsNamed(op.Arg.Key)
	if err != nil {
		return reader{}, err
	}
	r := reader{one: func(c *Context) (Value, bool) {
		i := byType.of(c.Event.Type)
		if i < 0 {
			return missing, false
		}
		p := c.Event.Param(i)
		if len(p) == 0 {
			return missing, false
		}
		return rawValue(c.info.Params[i].Kind, p)
	}}
	if op.Kind == event.KindDynamic || op.Kind == event.KindNone { // it differs from event to event
		r.print = printer{
			func(dst []byte, c *Context, v Value) []byte { return c.rawPrinter(byType).text(dst, c, v) },
			func(dst []byte, c *Context, v Value) []byte { return c.rawPrinter(byType).json(dst, c, v) },
		}
	}
	return r, nil
}

// rawPrinter is how the parameter of the current event is printed.
func (c *Context) rawPrinter(byType *paramIndex) printer {
	i := byType.of(c.Event.Type)
	if i < 0 {
		return printerOf(event.KindBytes)
	}
	return printerOf(c.info.Params[i].Kind)
}

// rawValue is a parameter in the form in which its kind is compared.
func rawValue(kind event.Kind, p []byte) (Value, bool) {
	switch kind {
	case event.KindString, event.KindPath, event.KindRelPath:
		return text(untilNUL(p))
	case event.KindInt8, event.KindInt16, event.KindInt32, event.KindPID32:
		return num(signed(p))
	}
	if size := kindSize(kind); size > 0 && kind != event.KindIPv4 {
		return Value{Num: unsigned(p)}, len(p) == size
	}
	return text(p)
}

// evtBuffer is the data that was read or written.
func evtBuffer() reader {
	data, err := paramsNamed("data")
	if err != nil {
		return never
	}
	return reader{one: func(c *Context) (Value, bool) {
		i := data.of(c.Event.Type)
		if i < 0 || i >= c.Event.NumParams() {
			return missing, false
		}
		return text(c.Event.Param(i))
	}}
}

// hasResult reports whether the event is the end of a syscall that tells what
// it returned.
func (c *Context) hasResult() bool {
	if c.info.Origin != event.OriginSyscall || c.Event.Type.IsEnter() || c.Event.NumParams() == 0 {
		return false
	}
	return c.Event.Type != event.GenericExit
}

func evtBuflen(c *Context) (Value, bool) {
	if c.File == nil || !c.isIO() || c.Event.Type.IsEnter() {
		return missing, false
	}
	n := result(c.Event)
	return Value{Num: uint64(n)}, n >= 0
}

func evtRes(c *Context) (Value, bool) {
	switch {
	case !c.hasResult():
		return missing, false
	case result(c.Event) >= 0:
		return text(view("SUCCESS"))
	}
	return c.param(0)
}

func evtRawRes(c *Context) (Value, bool) {
	if !c.hasResult() {
		return missing, false
	}
	return num(result(c.Event))
}

func failed(c *Context) (Value, bool) {
	if !c.hasResult() {
		return missing, false
	}
	return boolean(result(c.Event) < 0)
}

// failedWhere is failed, for the events that match only.
func failedWhere(match func(*Context) bool) reader {
	return reader{one: func(c *Context) (Value, bool) {
		if !match(c) {
			return missing, false
		}
		return failed(c)
	}}
}

func aboutFile(c *Context) bool {
	if c.File != nil {
		return c.File.IsFile() || c.File.Type == event.FileDirectory
	}
	switch c.Event.Type {
	case event.OpenExit, event.CreatExit, event.OpenatExit, event.Openat2Exit, event.OpenByHandleAtExit:
		return true
	}
	return false
}

func aboutNet(c *Context) bool {
	if c.File != nil {
		return c.File.IsIP() || c.File.Type == event.FileUnix
	}
	switch c.Event.Type {
	case event.AcceptExit, event.Accept4Exit, event.ConnectExit:
		return true
	}
	return false
}

func aboutMemory(c *Context) bool { return c.info.Category == event.CategoryMemory }

func aboutOther(c *Context) bool {
	return !aboutFile(c) && !aboutNet(c) && (c.File != nil || !aboutMemory(c))
}

func flagged(flags event.TypeFlags) reader {
	return reader{one: func(c *Context) (Value, bool) { return boolean(c.info.Flags&flags != 0) }}
}

func ioDir(c *Context) (Value, bool) {
	switch {
	case c.info.Flags&event.WritesFD != 0:
		return text(view("write"))
	case c.info.Flags&event.ReadsFD != 0:
		return text(view("read"))
	}
	return missing, false
}

var logSocket = []byte("/dev/log")

func isSyslog(c *Context) (Value, bool) {
	f := c.File
	return boolean(c.info.Flags&event.WritesFD != 0 && f != nil && bytes.Contains(f.Name, logSocket))
}

func countExit(c *Context) (Value, bool) {
	return Value{Num: 1}, !c.Event.Type.IsEnter()
}

// The bits of open's flags that say what for, and of its mode for execution.
const (
	openRead    = 1 << 0
	openWrite   = 1 << 1
	openCreate  = 1 << 2
	openTmpfile = 1 << 13
	openCreated = 1 << 14

	modeExec = 1<<0 | 1<<3 | 1<<6
)

// openFlags are the flags of an open, and its mode where it has one. It reports
// false for other events.
func (c *Context) openFlags() (flags, mode uint64, ok bool) {
	ev := c.Event
	switch ev.Type {
	case event.OpenExit:
		flags, _ = ev.Uint(2)
		mode, _ = ev.Uint(3)
	case event.OpenatExit, event.Openat2Exit:
		flags, _ = ev.Uint(3)
		mode, _ = ev.Uint(4)
	case event.OpenByHandleAtExit:
		flags, _ = ev.Uint(2)
	default:
		return 0, 0, false
	}
	return flags, mode, true
}

func isOpen(bits uint64) reader {
	return reader{one: func(c *Context) (Value, bool) {
		flags, _, ok := c.openFlags()
		return boolean(ok && flags&bits != 0)
	}}
}

func isOpenCreate(c *Context) (Value, bool) {
	flags, _, ok := c.openFlags()
	return boolean(ok && (flags&openCreated != 0 || flags&openTmpfile != 0 && result(c.Event) >= 0))
}

func isOpenExec(c *Context) (Value, bool) {
	if c.Event.Type == event.CreatExit {
		mode, _ := c.Event.Uint(2)
		return boolean(mode&modeExec != 0)
	}
	flags, mode, ok := c.openFlags()
	return boolean(ok && flags&(openTmpfile|openCreate) != 0 && mode&modeExec != 0)
}

// evtAround is the event's time, in milliseconds from that of the argument.
func evtAround(op check.Operand) (reader, error) {
	if !op.Arg.Set {
		return reader{}, errNoArgument
	}
	center := uint64(op.Arg.Index)
	return reader{one: func(c *Context) (Value, bool) {
		distance := c.Event.Time - center
		if center > c.Event.Time {
			distance = center - c.Event.Time
		}
		return Value{Num: (distance + 999_999) / 1_000_000}, true
	}}, nil
}
