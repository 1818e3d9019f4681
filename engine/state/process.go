// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"

	"github.com/lanner-project/lanner/engine/event"
)

// The parameters of events that make a process. Those of exec and of clone have
// the same numbers up to the groups.
const (
	procResult  = 0
	procExe     = 1
	procArgs    = 2
	procPID     = 4
	procPPID    = 5
	procCWD     = 6
	procFDLimit = 7
	procPFMajor = 8
	procPFMinor = 9
	procVMSize  = 10
	procVMRSS   = 11
	procVMSwap  = 12
	procComm    = 13
	procCgroups = 14
)

// applyExec follows a successful execve: the thread runs another program.
func (t *Table) applyExec(ev *event.Event, s *Subject) {
	if result(ev) < 0 {
		return
	}
	th := s.Thread
	if th.end { // a secondary thread called execve, and took the place of its main thread
		th.end = false
		if th.group != nil {
			th.group.alive++
		}
	}
	img := &Image{
		Exe:  bytes.Clone(textParam(ev, procExe)),
		Args: bytes.Clone(trimNUL(ev.Param(procArgs))),
	}
	th.Executed = ev.Time
	th.Comm = text(th.Comm, commOf(ev, img))
	if pid, ok := ev.Int64(procPID); ok && pid != th.PID {
		t.move(th, pid)
	}
	if !th.valid() {
		th.PPID = signed(ev, procPPID)
		if th.flags&flagInPIDNamespace == 0 {
			th.VTID, th.VPID = th.TID, th.PID
		}
	}
	th.known = true
	t.link(th)
	th.FDLimit = signed(ev, procFDLimit)
	t.tellCWD(ev, th)
	setMemory(ev, th)
	if env := ev.Param(15); len(env) > 0 {
		th.env = text(th.env, trimNUL(env))
	}
	t.setCgroups(th, ev.Param(procCgroups))
	t.execFile(ev, s, img)
	t.execRights(ev, th)
	th.Image = img
	th.flags = th.flags & (flagChildFirst | flagMainThread)
	t.endOthers(th)
	t.closeOnExec(th)
	t.own(th, textImage, len(img.Exe)+len(img.ExePath)+len(img.Args))
	t.own(th, textEnv, len(th.env))
	t.findContainer(th)
	t.touchFamily(th)
}

// tellCWD takes over the working directory that an event tells. The reference's
// sources tell none.
func (t *Table) tellCWD(ev *event.Event, th *Thread) {
	if cwd := ev.Text(procCWD); !ev.Merged && len(cwd) > 0 && cwd[0] == '/' && th.IsMain() {
		th.cwd = text(th.cwd, cwd)
		t.own(th, textPaths, len(th.cwd)+len(th.root))
	}
}

// move puts a thread into another process.
func (t *Table) move(th *Thread, pid int64) {
	orphan(th)
	if old := th.group; old != nil {
		t.leave(th)
		t.bury(old)
	}
	th.PID = pid
	if !th.valid() {
		t.link(th)
	}
	if t.acting == nil || th.group != nil {
		t.acting = th.group
	}
}

// execFile finds out which file is executed, and what is known of it.
func (t *Table) execFile(ev *event.Event, s *Subject, img *Image) {
	th := s.Thread
	switch {
	case len(ev.Param(27)) > 0: // as the kernel resolved it
		img.ExePath = bytes.Clone(trimDeleted(textParam(ev, 27)))
	case ev.Merged: // an old source, which knows what was asked for alone
		img.ExePath = bytes.Clone(trimDeleted(t.execPath(ev, th)))
	default:
		img.ExePath = th.ExePath
	}
	if flags := ev.Param(19); len(flags) > 0 {
		bits := number(ev, 19)
		img.Writable, img.UpperLayer = bits&exeWritable != 0, bits&exeUpperLayer != 0
		img.FromMemfd, img.LowerLayer = bits&exeFromMemfd != 0, bits&exeLowerLayer != 0
	} else {
		img.Writable, img.UpperLayer = th.Writable, th.UpperLayer
		img.FromMemfd, img.LowerLayer = th.FromMemfd, th.LowerLayer
	}
	img.Ino, img.Ctime, img.Mtime = th.Ino, th.Ctime, th.Mtime
	img.CtimeToStart, img.PIDNSToCtime = th.CtimeToStart, th.PIDNSToCtime
	if len(ev.Param(25)) == 0 {
		return
	}
	img.Ino, img.Ctime, img.Mtime = number(ev, 23), number(ev, 24), number(ev, 25)
	if th.Started != 0 {
		img.CtimeToStart = th.Started - img.Ctime
	}
	if th.PIDNSStart != 0 && img.Ctime > th.PIDNSStart {
		img.PIDNSToCtime = img.Ctime - th.PIDNSStart
	}
}

// execPath is the path that execve was called with, from the root. Of execveat
// no event tells it.
func (t *Table) execPath(ev *event.Event, th *Thread) []byte {
	if ev.Type == event.ExecveatExit {
		return th.ExePath
	}
	name := textParam(ev, 30)
	if bytes.Equal(name, notKnown) {
		return notKnown
	}
	t.scratch = JoinPath(t.scratch[:0], th.CWD(), name)
	return t.scratch
}

// execRights reads who runs the new program, and with which capabilities.
func (t *Table) execRights(ev *event.Event, th *Thread) {
	if len(ev.Param(16)) > 0 {
		th.TTY = uint32(number(ev, 16))
	}
	if vpgid, ok := ev.Int64(17); ok {
		th.VPGID = vpgid
	}
	if len(ev.Param(18)) > 0 {
		th.LoginUID = uint32(number(ev, 18))
	}
	if len(ev.Param(22)) > 0 {
		th.CapInheritable, th.CapPermitted, th.CapEffective = number(ev, 20), number(ev, 21), number(ev, 22)
	}
	if len(ev.Param(26)) > 0 {
		th.UID = uint32(number(ev, 26))
	}
	th.PGID = none
	if pgid, ok := ev.Int64(28); ok {
		th.PGID = pgid
	}
	if len(ev.Param(29)) > 0 {
		th.GID = uint32(number(ev, 29))
	}
}

// endOthers removes the other threads of a process: execve ends them.
func (t *Table) endOthers(th *Thread) {
	g := th.group
	if g == nil || g.pid < 0 || g.alive <= 1 {
		return
	}
	for i := len(g.threads) - 1; i >= 0; i-- {
		if other := g.threads[i]; other != th && !other.IsMain() {
			t.remove(other)
			i = min(i, len(g.threads))
		}
	}
}

// applyExit marks a thread that ends. It stays until the rules have seen it.
func (t *Table) applyExit(ev *event.Event, s *Subject) {
	th := s.Thread
	if !th.end && th.group != nil {
		th.end = true
		th.group.alive--
	}
	t.ended = th
	if th.children != nil {
		th.reaper = none
		if reaper, ok := ev.Int64(4); ok {
			th.reaper = reaper
		}
	}
}

// applyChdir follows chdir, and getcwd, which tells what was missed.
func (t *Table) applyChdir(ev *event.Event, s *Subject) {
	if result(ev) >= 0 {
		t.setCWD(s.Thread, textParam(ev, 1))
	}
}

func (t *Table) applyFchdir(ev *event.Event, s *Subject) {
	if result(ev) >= 0 && s.File != nil {
		t.setCWD(s.Thread, s.File.Name)
	}
}

// setCWD changes the working directory of the thread's process.
func (t *Table) setCWD(th *Thread, dir []byte) {
	main := th.Main()
	if main == nil {
		return
	}
	t.scratch = JoinPath(t.scratch[:0], main.cwd, dir)
	if n := len(t.scratch); n == 0 || t.scratch[n-1] != '/' {
		t.scratch = append(t.scratch, '/')
	}
	if !bytes.Equal(main.cwd, t.scratch) {
		main.cwd = bytes.Clone(t.scratch)
		t.own(main, textPaths, len(main.cwd)+len(main.root))
		t.touchGroup(main)
	}
}

// touchGroup gives new stamps to all threads of a process.
func (t *Table) touchGroup(th *Thread) {
	if th.group == nil {
		t.touch(th)
		return
	}
	for _, member := range th.group.threads {
		t.touch(member)
	}
}

func (t *Table) applyChroot(ev *event.Event, s *Subject) {
	if result(ev) != 0 {
		return
	}
	th, path := s.Thread, textParam(ev, 1)
	if len(path) > 0 && path[0] != '/' {
		t.scratch = JoinPath(t.scratch[:0], th.CWD(), path)
		path = t.scratch
	}
	th.root = text(th.root, path)
	t.own(th, textPaths, len(th.cwd)+len(th.root))
	t.findContainer(th)
	t.touch(th)
}

// applyUID follows a change of the effective user; applyGID one of the group.
func (t *Table) applyUID(ev *event.Event, s *Subject) {
	if id, ok := effective(ev, event.SetuidExit); ok {
		s.Thread.UID = id
		t.touch(s.Thread)
	}
}

func (t *Table) applyGID(ev *event.Event, s *Subject) {
	if id, ok := effective(ev, event.SetgidExit); ok {
		s.Thread.GID = id
		t.touch(s.Thread)
	}
}

// effective is the effective id that a call of the set*id family gave: its only
// argument, where it has one, else the second.
func effective(ev *event.Event, one event.Type) (uint32, bool) {
	param := 2
	if ev.Type == one {
		param = 1
	}
	id, ok := ev.Uint(param)
	return uint32(id), ok && result(ev) == 0
}

func (t *Table) applySetsid(ev *event.Event, s *Subject) {
	if sid := result(ev); sid >= 0 {
		s.Thread.SID = sid
		t.touch(s.Thread)
	}
}

func (t *Table) applyCapset(ev *event.Event, s *Subject) {
	if result(ev) < 0 {
		return
	}
	th := s.Thread
	th.CapInheritable, th.CapPermitted, th.CapEffective = number(ev, 1), number(ev, 2), number(ev, 3)
	t.touch(th)
}

// applyUnshare follows a thread into a user namespace of its own, where it has
// all capabilities; applySetns into another's.
func (t *Table) applyUnshare(ev *event.Event, s *Subject) { t.enterNamespaces(ev, s.Thread, 1) }

func (t *Table) applySetns(ev *event.Event, s *Subject) { t.enterNamespaces(ev, s.Thread, 2) }

func (t *Table) enterNamespaces(ev *event.Event, th *Thread, param int) {
	if result(ev) < 0 || uint32(number(ev, param))&flagNewUser == 0 {
		return
	}
	th.CapInheritable, th.CapPermitted, th.CapEffective = allCaps, allCaps, allCaps
	t.touch(th)
}

// applyPrctl follows who asks for the orphans among its descendants.
func (t *Table) applyPrctl(ev *event.Event, s *Subject) {
	th := s.Thread
	if result(ev) < 0 || !th.valid() || th.group == nil {
		return
	}
	switch number(ev, 1) {
	case prSetChildSubreaper, prGetChildSubreaper:
		th.group.reaper = signed(ev, 3) != 0
	}
}

// applyRlimit follows a process's own limit of open descriptors, applyPrlimit
// that of any.
func (t *Table) applyRlimit(ev *event.Event, s *Subject) {
	if result(ev) >= 0 && number(ev, 3) == rlimitNoFile {
		t.setFDLimit(s.Thread, signed(ev, 1))
	}
}

func (t *Table) applyPrlimit(ev *event.Event, s *Subject) {
	if result(ev) != 0 || number(ev, 6) != rlimitNoFile || len(ev.Param(5)) == 0 {
		return
	}
	tid := signed(ev, 5)
	if tid == 0 {
		tid = ev.TID
	}
	if th := t.threads.get(tid); th != nil && th.valid() {
		t.setFDLimit(th, signed(ev, 1))
	}
}

func (t *Table) setFDLimit(th *Thread, limit int64) {
	if main := th.Main(); main != nil && limit != none {
		main.FDLimit = limit
		t.touchGroup(main)
	}
}

// applySwitch reads how long a thread ran that a CPU leaves, and the memory
// figures that newer sources add.
func (t *Table) applySwitch(ev *event.Event, s *Subject) {
	th := s.Thread
	if cpu := int(ev.CPU); cpu < maxCPUs {
		for len(t.switched) <= cpu {
			t.switched = append(t.switched, ev.Time)
		}
		th.LastRun = ev.Time - t.switched[cpu]
		th.TotalRun += th.LastRun
		t.switched[cpu] = ev.Time
	}
	if len(ev.Param(5)) == 0 {
		return
	}
	th.PFMajor, th.PFMinor = number(ev, 1), number(ev, 2)
	if main := th.Main(); main != nil {
		main.VMSize, main.VMRSS = uint32(number(ev, 3)), uint32(number(ev, 4))
		main.VMSwap = uint32(number(ev, 5))
	}
}

// applyProcinfo reads which part of a CPU a thread took.
func (t *Table) applyProcinfo(ev *event.Event, s *Subject) {
	th, user, system := s.Thread, number(ev, 0), number(ev, 1)
	if th.userTime+th.systemTime != 0 {
		th.UserShare, th.SystemShare = user-th.userTime, system-th.systemTime
	}
	th.userTime, th.systemTime = user, system
}

// applyMemory reads those of brk, mmap and munmap.
func (t *Table) applyMemory(ev *event.Event, s *Subject) {
	th := s.Thread
	if len(ev.Param(1)) > 0 {
		th.VMSize = uint32(number(ev, 1))
	}
	if len(ev.Param(3)) > 0 {
		th.VMRSS, th.VMSwap = uint32(number(ev, 2)), uint32(number(ev, 3))
	}
}
