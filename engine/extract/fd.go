// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"bytes"
	"strconv"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// aboutFD reports whether the event makes, uses or closes a descriptor, and it
// is known who does.
func (c *Context) aboutFD() bool {
	return c.info.Flags&(event.CreatesFD|event.UsesFD|event.DestroysFD) != 0 && c.Thread != nil
}

// file is the descriptor that the fields of fd are about; nil where it is not
// known, as after an open that failed.
func (c *Context) file() *state.File {
	if !c.aboutFD() {
		return nil
	}
	if c.File == nil && c.FD != -1 {
		return c.Thread.File(c.FD)
	}
	return c.File
}

// NameKind is what the values of fields that need the name hang on, beside the
// text of fd.name: the type of the descriptor, or of the event that did not get
// one.
func (c *Context) NameKind() uint16 {
	if f := c.file(); f != nil {
		return uint16(f.Type)
	}
	return 1<<8 + uint16(c.Event.Type)
}

// ofFile reads a value of the event's descriptor.
func ofFile(read func(*Context, *state.File) (Value, bool)) reader {
	return reader{one: func(c *Context) (Value, bool) {
		if f := c.file(); f != nil {
			return read(c, f)
		}
		return missing, false
	}}
}

// The kinds of descriptors, as words and as single letters.
var (
	fileTypes = [...]string{
		event.FileRegular: "file", event.FileRegularV2: "file", event.FileDirectory: "directory",
		event.FileIPv4: "ipv4", event.FileIPv4Server: "ipv4", event.FileIPv6: "ipv6", event.FileIPv6Server: "ipv6",
		event.FileUnix: "unix", event.FileFIFO: "pipe", event.FileEvent: "event", event.FileSignal: "signalfd",
		event.FileEventPoll: "eventpoll", event.FileInotify: "inotify", event.FileTimer: "timerfd",
		event.FileNetlink: "netlink", event.FileBPF: "bpf", event.FileUserfault: "userfaultfd",
		event.FileIOUring: "io_uring", event.FileMemfd: "memfd", event.FilePID: "pidfd",
	}
	fileLetters = [...]string{
		event.FileUnknown: "o", event.FileUnsupported: "X",
		event.FileRegular: "f", event.FileRegularV2: "f", event.FileDirectory: "d",
		event.FileIPv4: "4", event.FileIPv4Server: "4", event.FileIPv6: "6", event.FileIPv6Server: "6",
		event.FileUnix: "u", event.FileFIFO: "p", event.FileEvent: "e", event.FileSignal: "s",
		event.FileEventPoll: "l", event.FileInotify: "i", event.FileTimer: "t",
		event.FileNetlink: "n", event.FileBPF: "b", event.FileUserfault: "u",
		event.FileIOUring: "r", event.FileMemfd: "m", event.FilePID: "P",
	}
	l4Names = [...]string{event.L4TCP: "tcp", event.L4UDP: "udp", event.L4ICMP: "icmp", event.L4Raw: "raw"}
)

func typeName(t event.FileType) []byte {
	if int(t) < len(fileTypes) && fileTypes[t] != "" {
		return view(fileTypes[t])
	}
	return notAvailable
}

func typeLetter(t event.FileType) []byte {
	if int(t) < len(fileLetters) && fileLetters[t] != "" {
		return view(fileLetters[t])
	}
	return view("?")
}

func fileType(_ *Context, f *state.File) (Value, bool) { return text(typeName(f.Type)) }
func fileName(_ *Context, f *state.File) (Value, bool) { return text(f.Name) }

func fdNum(c *Context) (Value, bool) {
	if !c.aboutFD() {
		return missing, false
	}
	return num(c.FD)
}

// fdTypeChar is the letter of the descriptor's kind; where there is none because
// the call failed, of what it would have been.
func fdTypeChar(c *Context) (Value, bool) {
	if f := c.file(); f != nil {
		return text(typeLetter(f.Type))
	}
	if !c.aboutFD() {
		return missing, false
	}
	switch c.Event.Type {
	case event.SocketExit, event.AcceptExit, event.Accept4Exit:
		return text(typeLetter(event.FileIPv4))
	case event.PipeExit, event.Pipe2Exit:
		return text(typeLetter(event.FileFIFO))
	case event.EventfdExit, event.Eventfd2Exit:
		return text(typeLetter(event.FileEvent))
	case event.SignalfdExit, event.Signalfd4Exit:
		return text(typeLetter(event.FileSignal))
	case event.TimerfdCreateExit:
		return text(typeLetter(event.FileTimer))
	case event.InotifyInitExit, event.InotifyInit1Exit:
		return text(typeLetter(event.FileInotify))
	}
	return text(typeLetter(event.FileUnknown))
}

// fdName is the descriptor's name. An event that should have made one tells its
// name even where it failed.
func fdName(c *Context) (Value, bool) {
	f := c.file()
	if f == nil {
		if !c.aboutFD() {
			return missing, false
		}
		return c.creatorName()
	}
	return text(f.Name)
}

func fdNameRaw(c *Context) (Value, bool) {
	f := c.file()
	if f == nil {
		if !c.aboutFD() {
			return missing, false
		}
		return c.creatorRaw()
	}
	return c.singleSlashes(f.Raw)
}

// singleSlashes removes the slashes that follow a slash.
func (c *Context) singleSlashes(path []byte) (Value, bool) {
	if !bytes.Contains(path, doubleSlash) {
		return text(path)
	}
	start := c.mark()
	for i, b := range path {
		if b != '/' || i == 0 || path[i-1] != '/' {
			c.scratch = append(c.scratch, b)
		}
	}
	return c.since(start)
}

var doubleSlash = []byte("//")

// directory is the folder of a file's path.
func directory(path []byte) []byte {
	i := bytes.LastIndexByte(path, '/')
	if i <= 0 {
		return view("/")
	}
	if i < len(path)-1 {
		return path[:i]
	}
	return path
}

func fdDirectory(c *Context) (Value, bool) {
	f := c.file()
	switch {
	case f == nil:
		if !c.aboutFD() {
			return missing, false
		}
		v, ok := c.creatorName()
		if !ok {
			return missing, false
		}
		return text(directory(v.Bytes))
	case f.Type == event.FileDirectory:
		return text(f.Name)
	case f.IsFile():
		return text(directory(f.Name))
	}
	return missing, false
}

func fdFilename(_ *Context, f *state.File) (Value, bool) {
	if !f.IsFile() {
		return missing, false
	}
	i := bytes.LastIndexByte(f.Name, '/')
	switch {
	case i < 0:
		return text(view("/"))
	case i < len(f.Name)-1:
		return text(f.Name[i+1:])
	}
	return text(f.Name)
}

// withContainer puts the container's id before a value.
func withContainer(read one) reader {
	return reader{one: func(c *Context) (Value, bool) {
		v, ok := read(c)
		if !ok {
			return missing, false
		}
		start := c.mark()
		if c.Thread.Container != nil {
			c.scratch = append(c.scratch, c.Thread.Container.ID...)
		}
		c.scratch = append(append(c.scratch, ':'), v.Bytes...)
		return c.since(start)
	}}
}

func fdUID(c *Context) (Value, bool) {
	if !c.aboutFD() {
		return missing, false
	}
	start := c.mark()
	c.scratch = strconv.AppendInt(c.scratch, c.Thread.TID, 10)
	c.scratch = strconv.AppendInt(c.scratch, c.FD, 10)
	return c.since(start)
}

// fdTypes is the kind of the descriptor that the argument names, or without
// argument the kinds of all that the process has open, each once.
func fdTypes(op check.Operand) (reader, error) {
	if op.Arg.Set && !op.Arg.IsKey {
		fd := int64(op.Arg.Index)
		return reader{many: func(c *Context, dst []Value) []Value {
			if !c.aboutFD() {
				return dst
			}
			if f := c.Thread.File(fd); f != nil {
				dst = append(dst, Value{Bytes: typeName(f.Type)})
			}
			return dst
		}}, nil
	}
	return reader{many: func(c *Context, dst []Value) []Value {
		if !c.aboutFD() {
			return dst
		}
		var seen uint64
		c.Thread.Files(func(_ int64, f *state.File) bool {
			name := uint64(1) << (f.Type & 63)
			if seen&name == 0 && !contains(dst, typeName(f.Type)) {
				dst = append(dst, Value{Bytes: typeName(f.Type)})
			}
			seen |= name
			return true
		})
		return dst
	}}, nil
}

func contains(values []Value, b []byte) bool {
	for i := range values {
		if bytes.Equal(values[i].Bytes, b) {
			return true
		}
	}
	return false
}

// A side is one of the two ends of a connection.
type side uint8

const (
	client side = iota
	server
	local
	remote
)

// ends reports whether the file is a socket of which the side is known, and
// whether it is the source.
func (s side) of(c *Context, f *state.File) (source, ok bool) {
	switch f.Type {
	case event.FileIPv4, event.FileIPv6:
		if !f.HasRole() {
			return false, false
		}
	case event.FileIPv4Server, event.FileIPv6Server:
		return false, s == server
	default:
		return false, false
	}
	switch s {
	case client:
		return true, true
	case server:
		return false, true
	case local:
		return c.Table.IsLocal(f.SrcIP(), c.Thread), true
	}
	return !c.Table.IsLocal(f.SrcIP(), c.Thread), true
}

func ipOf(s side) reader {
	return ofFile(func(c *Context, f *state.File) (Value, bool) {
		source, ok := s.of(c, f)
		switch {
		case !ok:
			return missing, false
		case source:
			return text(f.SrcIP())
		}
		return text(f.DstIP())
	})
}

func portOf(s side) reader {
	return ofFile(func(c *Context, f *state.File) (Value, bool) {
		source, ok := s.of(c, f)
		switch {
		case !ok:
			return missing, false
		case source:
			return num(f.Sock.SrcPort)
		}
		return num(f.Sock.DstPort)
	})
}

// protoOf is the port as text: services are not looked up, for their names hang
// on the machine that looks.
func protoOf(s side) reader {
	port := portOf(s).one
	return reader{one: func(c *Context) (Value, bool) {
		v, ok := port(c)
		if !ok {
			f := c.file() // of a client the reference has a text where there is no port
			return Value{}, s == client && f != nil && (f.HasRole() || f.Type == event.FileIPv4Server || f.Type == event.FileIPv6Server)
		}
		start := c.mark()
		c.scratch = strconv.AppendUint(c.scratch, v.Num, 10)
		return c.since(start)
	}}
}

// bothIPs and bothPorts read both sides of a connection, known or not.
func bothIPs(c *Context, dst []Value) []Value {
	f := c.file()
	switch {
	case f == nil || !f.IsIP():
	case f.Type == event.FileIPv4Server || f.Type == event.FileIPv6Server:
		dst = append(dst, Value{Bytes: f.DstIP()})
	default:
		dst = append(dst, Value{Bytes: f.SrcIP()}, Value{Bytes: f.DstIP()})
	}
	return dst
}

func bothPorts(c *Context, dst []Value) []Value {
	f := c.file()
	switch {
	case f == nil || !f.IsIP():
	case f.Type == event.FileIPv4Server || f.Type == event.FileIPv6Server:
		dst = append(dst, Value{Num: uint64(f.Sock.DstPort)})
	default:
		dst = append(dst, Value{Num: uint64(f.Sock.SrcPort)}, Value{Num: uint64(f.Sock.DstPort)})
	}
	return dst
}

func fdL4Proto(_ *Context, f *state.File) (Value, bool) {
	if l4 := f.L4(); int(l4) < len(l4Names) && l4Names[l4] != "" {
		return text(view(l4Names[l4]))
	}
	return text(notAvailable)
}

func fdSockFamily(_ *Context, f *state.File) (Value, bool) {
	switch {
	case f.IsIP():
		return text(view("ip"))
	case f.Type == event.FileUnix:
		return text(view("unix"))
	}
	return missing, false
}

func fdIsServer(c *Context, f *state.File) (Value, bool) {
	switch f.Type {
	case event.FileIPv4Server, event.FileIPv6Server:
		return boolean(true)
	case event.FileIPv4, event.FileIPv6:
		return boolean(c.Table.IsLocal(f.DstIP(), c.Thread))
	}
	return boolean(false)
}

// The parts of a device's number, as the kernel packs them for users.
func devMajor(dev uint32) uint32 { return dev & 0xfff00 >> 8 }
func devMinor(dev uint32) uint32 { return dev&0xff | dev>>12&0xfff00 }
