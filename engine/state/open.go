// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"
	"maps"
	"slices"
	"strconv"

	"github.com/lanner-project/lanner/engine/event"
)

// Folder is the folder that a name of thread th is relative to, where the call
// gave dirfd: the working directory, or an open folder. It reports false where
// that is not known. An absolute name is relative to nothing.
func (t *Table) Folder(th *Thread, dirfd int64, name []byte) ([]byte, bool) {
	if len(name) > 0 && name[0] == '/' {
		return nil, true
	}
	if dirfd == atFDCWD {
		return th.CWD(), true
	}
	f := th.File(dirfd)
	if f == nil {
		return nil, false
	}
	return f.Name, true
}

// unknownFolder stands before the name of a file in a folder that is not known.
var unknownFolder = []byte("<UNKNOWN>")

// An opening is what the members of the open family have in common.
type opening struct {
	fd        int64
	dir, name []byte
	path      []byte // as the kernel opened it, where the source knows
	flags     uint32
	dev       uint32
	ino       uint64
}

func (t *Table) applyOpen(ev *event.Event, s *Subject) {
	t.opened(s, &opening{
		fd: result(ev), dir: s.Thread.CWD(), name: textParam(ev, 1), flags: uint32(number(ev, 2)),
		dev: uint32(number(ev, 4)), ino: number(ev, 5), path: ev.Text(6),
	})
}

func (t *Table) applyCreat(ev *event.Event, s *Subject) {
	var flags uint32
	switch layers := number(ev, 5); {
	case layers&creatUpperLayer != 0:
		flags = openUpperLayer
	case layers&creatLowerLayer != 0:
		flags = openLowerLayer
	}
	t.opened(s, &opening{
		fd: result(ev), dir: s.Thread.CWD(), name: textParam(ev, 1), flags: flags,
		dev: uint32(number(ev, 3)), ino: number(ev, 4), path: ev.Text(6),
	})
}

// applyOpenat follows openat and openat2, which has one parameter more in the
// middle.
func (t *Table) applyOpenat(ev *event.Event, s *Subject) {
	o := opening{fd: result(ev), name: textParam(ev, 2), flags: uint32(number(ev, 3))}
	dev := 5
	if ev.Type == event.Openat2Exit {
		dev = 6
	}
	o.dev, o.ino, o.path = uint32(number(ev, dev)), number(ev, dev+1), ev.Text(dev+2)
	if dirfd, ok := ev.Int64(1); ok {
		dir, known := t.Folder(s.Thread, dirfd, o.name)
		if !known {
			dir = unknownFolder
		}
		o.dir = dir
	}
	t.opened(s, &o)
}

// applyOpenByHandle follows open_by_handle_at, of which the kernel tells the
// whole path.
func (t *Table) applyOpenByHandle(ev *event.Event, s *Subject) {
	t.opened(s, &opening{
		fd: result(ev), name: textParam(ev, 3), flags: uint32(number(ev, 2)),
		dev: uint32(number(ev, 4)), ino: number(ev, 5),
	})
}

func (t *Table) opened(s *Subject, o *opening) {
	if o.fd < 0 {
		return
	}
	f := t.pool.get()
	f.Type = event.FileRegularV2
	if o.flags&openDirectory != 0 {
		f.Type = event.FileDirectory
	}
	f.Flags, f.Dev, f.Ino = o.flags, o.dev, o.ino
	f.Raw = append(f.Raw, o.name...)
	if len(o.path) > 0 {
		f.Name = append(f.Name, o.path...)
	} else {
		f.Name = JoinPath(f.Name, o.dir, o.name)
	}
	if o.flags&openUpperLayer != 0 {
		f.bits |= upperLayer
	}
	if o.flags&openLowerLayer != 0 {
		f.bits |= lowerLayer
	}
	if o.flags&openCloexec != 0 {
		f.bits |= cloexec
	}
	t.put(s, o.fd, f)
	s.NameChanged = len(f.Name) > 0
}

// applyAnonymous follows the syscalls that return a descriptor without a name.
func (t *Table) applyAnonymous(ev *event.Event, s *Subject) {
	fd := result(ev)
	if fd < 0 {
		return
	}
	f := t.pool.get()
	f.Type = anonymousTypes[ev.Type]
	switch ev.Type {
	case event.Eventfd2Exit, event.InotifyInit1Exit, event.Signalfd4Exit:
		f.Flags = uint32(number(ev, 1))
		if f.Flags&openCloexec != 0 {
			f.bits |= cloexec
		}
	case event.EpollCreate1Exit:
		if number(ev, 1)&epollCloexec != 0 {
			f.bits |= cloexec
		}
	}
	t.put(s, fd, f)
}

var anonymousTypes = map[event.Type]event.FileType{
	event.EventfdExit: event.FileEvent, event.Eventfd2Exit: event.FileEvent,
	event.SignalfdExit: event.FileSignal, event.Signalfd4Exit: event.FileSignal,
	event.TimerfdCreateExit: event.FileTimer,
	event.InotifyInitExit:   event.FileInotify, event.InotifyInit1Exit: event.FileInotify,
	event.EpollCreateExit: event.FileEventPoll, event.EpollCreate1Exit: event.FileEventPoll,
	event.UserfaultfdExit: event.FileUserfault, event.IoUringSetupExit: event.FileIOUring,
	event.BpfExit: event.FileBPF,
}

func (t *Table) applyMemfd(ev *event.Event, s *Subject) {
	fd := result(ev)
	if fd < 0 {
		return
	}
	f := t.pool.get()
	f.Type, f.Flags = event.FileMemfd, uint32(number(ev, 2))
	f.Name = append(f.Name, textParam(ev, 1)...)
	if f.Flags&memfdCloexec != 0 {
		f.bits |= cloexec
	}
	t.put(s, fd, f)
	s.NameChanged = len(f.Name) > 0
}

func (t *Table) applyPidfdOpen(ev *event.Event, s *Subject) {
	fd := result(ev)
	if fd < 0 {
		return
	}
	f := t.pool.get()
	f.Type, f.Flags, f.PID = event.FilePID, uint32(number(ev, 2)), signed(ev, 1)
	f.Name = strconv.AppendInt(append(f.Name, "/proc/"...), f.PID, 10)
	f.bits |= cloexec // always, the manual says
	t.put(s, fd, f)
	s.NameChanged = true
}

// applyPidfdGetfd follows pidfd_getfd: another process's descriptor becomes
// this one's too.
func (t *Table) applyPidfdGetfd(ev *event.Event, s *Subject) {
	fd := result(ev)
	pidfd := s.Thread.File(signed(ev, 1))
	if fd < 0 || pidfd == nil || pidfd.Type != event.FilePID {
		return
	}
	other := t.threads.get(pidfd.PID)
	if other == nil {
		return
	}
	if f := other.File(signed(ev, 2)); f != nil {
		t.put(s, fd, t.pool.clone(f))
	}
	// The event's subject is the pidfd, as rules know it.
	s.File = nil
}

func (t *Table) applyPipe(ev *event.Event, s *Subject) {
	if result(ev) < 0 {
		return
	}
	var flags uint32
	if ev.Type == event.Pipe2Exit {
		flags = uint32(number(ev, 4))
	}
	for param := 1; param <= 2; param++ {
		fd, ok := ev.Int64(param)
		if !ok || fd < 0 {
			continue
		}
		f := t.pool.get()
		f.Type, f.Ino, f.Flags = event.FileFIFO, number(ev, 3), flags
		if flags&openCloexec != 0 {
			f.bits |= cloexec
		}
		t.put(s, fd, f)
	}
}

// applyDup follows dup, dup2 and dup3: a second descriptor of the same file,
// that stays open at execve unless it is asked not to.
func (t *Table) applyDup(ev *event.Event, s *Subject) {
	fd := result(ev)
	if fd < 0 || s.File == nil {
		return
	}
	t.duplicate(s, fd, ev.Type == event.Dup3Exit && uint32(number(ev, 3))&openCloexec != 0)
}

func (t *Table) duplicate(s *Subject, fd int64, closeAtExec bool) {
	f := s.File
	if closeAtExec == (f.bits&cloexec != 0) {
		f.refs++
		t.put(s, fd, f)
		return
	}
	f = t.pool.clone(f)
	f.setCloexec(closeAtExec)
	t.put(s, fd, f)
}

func (t *Table) applyFcntl(ev *event.Event, s *Subject) {
	fd := result(ev)
	if fd < 0 || s.File == nil {
		return
	}
	switch number(ev, 2) {
	case fcntlDup:
		t.duplicate(s, fd, false)
	case fcntlDupCloexec:
		t.duplicate(s, fd, true)
	case fcntlSetFD:
		if len(ev.Param(3)) == 0 {
			return // older sources do not tell the argument
		}
		if on := number(ev, 3)&fdCloexec != 0; on != (s.File.bits&cloexec != 0) {
			t.write(s).setCloexec(on)
		}
	}
}

func (t *Table) applyClose(ev *event.Event, s *Subject) {
	if s.File != nil && result(ev) >= 0 {
		t.closed.table, t.closed.fd, t.closed.last = s.Thread.table(), s.FD, s.FD
	}
}

// applyCloseRange follows close_range, which has no descriptor of its own to
// show to rules.
func (t *Table) applyCloseRange(ev *event.Event, s *Subject) {
	table := s.Thread.table()
	if result(ev) < 0 || table == nil {
		return
	}
	first, last := int64(number(ev, 1)), int64(number(ev, 2))
	if number(ev, 3)&closeRangeCloexec == 0 {
		t.closed.table, t.closed.fd, t.closed.last = table, first, last
		return
	}
	var fds []int64
	table.all(func(fd int64, _ *File) bool {
		if first <= fd && fd <= last {
			fds = append(fds, fd)
		}
		return true
	})
	for _, fd := range fds {
		t.exclusive(table, fd).setCloexec(true)
	}
}

// finishClose removes the descriptors that the last event closed.
func (t *Table) finishClose() {
	table, first, last := t.closed.table, t.closed.fd, t.closed.last
	t.closed.table, t.closed.fd = nil, none
	if first == last {
		t.closeFD(table, first)
		return
	}
	var fds []int64
	table.all(func(fd int64, _ *File) bool {
		if first <= fd && fd <= last {
			fds = append(fds, fd)
		}
		return true
	})
	for _, fd := range fds {
		t.closeFD(table, fd)
	}
}

func (t *Table) closeFD(table *files, fd int64) {
	slots := table.slots()
	if f := table.remove(fd); f != nil {
		t.pool.put(f)
		t.open--
		t.slots += table.slots() - slots
	}
}

// closeAll gives up all descriptors of a process that ends.
func (t *Table) closeAll(table *files) {
	table.all(func(_ int64, f *File) bool {
		t.pool.put(f)
		t.open--
		return true
	})
	t.slots -= table.slots()
	*table = files{}
}

// closeOnExec closes what is marked to be closed when th runs a new program.
func (t *Table) closeOnExec(th *Thread) {
	table := th.table()
	if table == nil {
		return
	}
	for fd, f := range table.low {
		if f != nil && f.bits&cloexec != 0 {
			t.closeFD(table, int64(fd))
		}
	}
	for fd, f := range table.high {
		if f.bits&cloexec != 0 {
			t.closeFD(table, fd)
		}
	}
}

// copyFiles gives child the descriptors of the thread that forked it. The Files
// are shared until one of the processes changes them.
func (t *Table) copyFiles(child, from *Thread) {
	src := from.table()
	if src == nil || src.n == 0 {
		return
	}
	if !t.makeRoomForFiles(src.n) {
		t.stats.RefusedFiles += uint64(src.n)
		return
	}
	end := len(src.low)
	for end > 0 && src.low[end-1] == nil {
		end--
	}
	child.files = &files{low: slices.Clone(src.low[:end]), n: src.n}
	if len(src.high) > 0 {
		child.files.high = make(map[int64]*File, len(src.high))
		maps.Copy(child.files.high, src.high)
	}
	child.files.all(func(_ int64, f *File) bool {
		f.refs++
		return true
	})
	t.open += src.n
	t.slots += child.files.slots()
}

// put makes f the thread's descriptor fd and the event's subject.
func (t *Table) put(s *Subject, fd int64, f *File) {
	th := s.Thread
	if th.flags&flagSharedFiles != 0 {
		if th = th.Main(); th == nil {
			t.pool.put(f)
			s.File = nil
			return
		}
	}
	if th.files == nil {
		th.files = new(files)
	}
	t.pool.count(f)
	s.File, s.FD = f, fd
	if !t.makeRoomForFiles(1) && th.files.get(fd) == nil {
		t.stats.RefusedFiles++ // it is there for this event only
		t.pool.put(f)
		return
	}
	t.set(th.files, fd, f)
}

// set makes f descriptor fd of a process.
func (t *Table) set(table *files, fd int64, f *File) {
	slots := table.slots()
	if old := table.set(fd, f); old != nil {
		t.pool.put(old)
	} else {
		t.open++
	}
	t.slots += table.slots() - slots
}

// write returns the event's File for a change that other descriptors that share
// it must not see.
func (t *Table) write(s *Subject) *File {
	if s.File.refs <= 1 {
		return s.File
	}
	s.File = t.exclusive(s.Thread.table(), s.FD)
	return s.File
}

func (t *Table) exclusive(table *files, fd int64) *File {
	f := table.get(fd)
	if f.refs > 1 {
		c := t.pool.clone(f)
		t.pool.put(f)
		table.set(fd, c)
		f = c
	}
	return f
}

// rename gives the event's File a new name.
func (t *Table) rename(s *Subject, name []byte) {
	if bytes.Equal(s.File.Name, name) {
		return
	}
	f := t.write(s)
	f.Name = append(f.Name[:0], name...)
	t.pool.count(f)
	s.NameChanged = true
}
