// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"bytes"
	"errors"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

// Flags of a thread, in the capture format's bits of clone's.
const (
	sharesFiles    = 1 << 0
	isThread       = 1 << 13
	inPIDNamespace = 1 << 29
)

// process tells a process, its threads and its descriptors. What it returns is
// ErrEnded where the process has ended, else what hinders all reading.
func (s *scan) process(pid int) error {
	err := s.readProcess(pid)
	switch {
	case err == nil:
		return nil
	case errors.Is(ended(err), ErrEnded):
		s.stats.Ended++
		return ErrEnded
	case denied(err): // the table is mounted with hidepid
		s.stats.Denied++
		return nil
	}
	return err
}

// later reports whether a process began after the time that is asked for. The
// kernel tells it in ticks, cut off.
func (s *scan) later(st *stat) bool { return s.cfg.Before != 0 && s.boot+st.start > s.cfg.Before }

// over reports whether a thread is not to be told any more.
func (s *scan) over(st *stat) bool { return st.gone() || s.cfg.Living && st.flags&exiting != 0 }

func (s *scan) readProcess(pid int) error {
	dir, err := openFolder(s.root, strconv.Itoa(pid))
	if err != nil {
		return err
	}
	defer func() { _ = dir.close() }() // nothing was written
	st, sta, err := s.head(dir, "")
	if err != nil {
		return err
	}
	if sta.tgid != int64(pid) {
		return ErrEnded // the number was a thread's, or is one now
	}
	if s.over(&st) && st.threads <= 1 || s.later(&st) {
		return ErrEnded
	}
	s.tids = s.tids[:0]
	if st.threads > 1 {
		if s.tids, err = s.numbers(dir, "task", s.tids); err != nil {
			return err
		}
	}
	p := &s.proc
	*p = event.Proc{TID: int64(pid), PID: int64(pid), FDLimit: -1, LoginUID: ^uint32(0)}
	s.own(p, &st, &sta)
	if st.flags&kernelThread != 0 {
		s.stats.Processes++
		s.to.Proc(p)
		return nil
	}
	from, files := dir, s.told
	if s.over(&st) { // its main thread has ended, others have not: they have what it had
		if from, err = s.alive(dir); err != nil {
			return err
		}
		defer func() { _ = from.close() }() // nothing was written
		files = s.files
	}
	refused := s.shared(from, p, &st, &sta)
	s.stats.Processes++
	s.to.Proc(p)
	s.threads(dir, pid, p)
	if err := files(from, pid); err != nil {
		refused = refused || denied(err)
	}
	if refused {
		s.stats.Denied++
	}
	return nil
}

// head reads what is each thread's own. prefix names its folder.
func (s *scan) head(dir folder, prefix string) (st stat, sta status, err error) {
	if s.text, err = dir.read(prefix+"status", s.text[:0], maxStatus); err != nil {
		return st, sta, err
	}
	if sta, err = parseStatus(s.text); err != nil {
		return st, sta, err
	}
	if s.text, err = dir.read(prefix+"stat", s.text[:0], maxStatus); err != nil {
		return st, sta, err
	}
	st, err = parseStat(s.text)
	s.path.comm = append(s.path.comm[:0], st.comm...)
	st.comm = s.path.comm
	return st, sta, err
}

// own fills in what is each thread's own.
func (s *scan) own(p *event.Proc, st *stat, sta *status) {
	p.PPID, p.SID, p.PGID = st.ppid, st.session, st.pgrp
	p.VTID, p.VPID, p.VPGID = sta.vtid, sta.vpid, sta.vpgid
	if p.VTID < 0 { // a kernel without pid namespaces
		p.VTID, p.VPID, p.VPGID = p.TID, p.PID, p.PGID
	}
	if sta.levels > 1 {
		p.Flags |= inPIDNamespace
	}
	p.Comm = st.comm
	p.UID, p.GID = sta.uid, sta.gid
	p.VMSize, p.VMRSS, p.VMSwap = sta.vmSize, sta.vmRSS, sta.vmSwap
	p.PFMajor, p.PFMinor = st.majFaults, st.minorFaults
	p.TTY = st.tty
	p.CapInheritable, p.CapPermitted, p.CapEffective = sta.capInheritable, sta.capPermitted, sta.capEffective
}

// alive returns the folder of a thread that has not ended.
func (s *scan) alive(dir folder) (folder, error) {
	for _, tid := range s.tids {
		name := "task/" + strconv.Itoa(tid)
		var err error
		if s.text, err = dir.read(name+"/stat", s.text[:0], maxStatus); err != nil {
			continue
		}
		if st, err := parseStat(s.text); err != nil || s.over(&st) {
			continue
		}
		if f, err := openFolder(dir, name); err == nil {
			return f, nil
		}
	}
	return 0, ErrEnded
}

// shared fills in what the threads of a process have in common. It reports
// whether some of it may not be read.
func (s *scan) shared(at folder, p *event.Proc, st *stat, sta *status) (refused bool) {
	keep := func(err error) bool {
		refused = refused || denied(err)
		return err == nil
	}
	asked, err := s.askMemory(at)
	keep(err)
	root, err := at.readLink("root", s.link[:])
	keep(err)
	s.path.root = append(s.path.root[:0], root...)
	p.Root = s.path.root
	cwd, err := at.readLink("cwd", s.link[:])
	if keep(err) {
		var seen unix.Statx_t
		if bytes.HasSuffix(cwd, deleted) {
			cwd = s.inside(at, "cwd", cwd, &seen)
		} else {
			cwd = below(s.path.root, cwd)
		}
		s.path.cwd = append(s.path.cwd[:0], cwd...)
		p.CWD = s.path.cwd
	}
	s.countLong(err)
	s.image(at, p, sta, keep)

	if s.text, err = at.read("cgroup", s.text[:0], maxStatus); keep(err) {
		s.path.cgroups = appendCgroups(s.path.cgroups[:0], s.text)
		p.Cgroups = s.path.cgroups
	}
	if s.text, err = at.read("loginuid", s.text[:0], 64); err == nil {
		if word, _ := nextWord(s.text); word != nil {
			if n, ok := decimal(word); ok {
				p.LoginUID = uint32(n)
			}
		}
	}
	if s.text, err = at.read("limits", s.text[:0], maxStatus); keep(err) {
		p.FDLimit = parseLimit(s.text)
	}
	p.PIDNSStart = s.namespaceStart(at, st, sta)
	var mem memoryText
	if asked {
		mem, err = s.awaitMemory()
		asked = err == nil
	}
	if !asked {
		s.stats.Stuck++
	}
	p.Exe, p.Args = s.arguments(mem.args)
	p.Env = s.cutText(mem.env)
	return refused
}

// countLong counts a path that is longer than the kernel tells.
func (s *scan) countLong(err error) {
	if errors.Is(err, unix.ENAMETOOLONG) {
		s.stats.Cut++
	}
}

// arguments splits argv, of which each ends with a NUL: the first, the rest.
func (s *scan) arguments(argv []byte) (exe, rest []byte) {
	exe, rest, _ = bytes.Cut(argv, nul)
	if len(exe) >= maxText {
		exe = exe[:maxText-1]
		s.stats.Cut++
	}
	return exe, s.cutText(rest)
}

func (s *scan) cutText(b []byte) []byte {
	if len(b) <= maxText {
		return b
	}
	s.stats.Cut++
	b = b[:maxText]
	b[maxText-1] = 0
	return b
}

// image fills in the program that a process runs.
func (s *scan) image(at folder, p *event.Proc, sta *status, keep func(error) bool) {
	path, err := at.readLink("exe", s.link[:])
	s.countLong(err)
	if !keep(err) {
		return
	}
	var st unix.Statx_t
	path = s.inside(at, "exe", path, &st)
	if st.Mask == 0 {
		s.path.exePath = append(s.path.exePath[:0], path...)
		p.ExePath = s.path.exePath
		return
	}
	if name, ok := s.memfd(path, &st); ok {
		p.ExeFromMemfd = true
		path = name
	}
	s.path.exePath = append(s.path.exePath[:0], path...)
	p.ExePath = s.path.exePath
	p.ExeIno, p.ExeCtime, p.ExeMtime = st.Ino, nanoseconds(st.Ctime), nanoseconds(st.Mtime)
	p.ExeWritable = writable(&st, sta)
	if !p.ExeFromMemfd && st.Nlink > 0 {
		p.ExeUpperLayer, p.ExeLowerLayer = s.layer(at, &st, p.ExePath)
	}
}

func nanoseconds(t unix.StatxTimestamp) uint64 { return uint64(t.Sec)*1_000_000_000 + uint64(t.Nsec) }

// writable reports whether who runs a file may also write it, by mode, owner and
// capability. Access lists and further groups are not looked at, as the driver
// does not.
func writable(st *unix.Statx_t, sta *status) bool {
	switch {
	case sta.capEffective&(1<<unix.CAP_DAC_OVERRIDE) != 0:
		return true
	case st.Uid == sta.uid:
		return st.Mode&0o200 != 0
	case st.Gid == sta.gid:
		return st.Mode&0o020 != 0
	}
	return st.Mode&0o002 != 0
}

// inside says the path that a link of a process leads to as the process would
// say it itself, in its own root folder; the driver tells paths so. st receives
// what is there, as far as it may be known. The root is that of the process that
// is being read.
func (s *scan) inside(at folder, name string, path []byte, st *unix.Statx_t) []byte {
	if at.stat(name, st) != nil {
		*st = unix.Statx_t{}
	}
	return below(s.path.root, withoutMark(path, st))
}

// withoutMark takes away what the kernel puts after the name of what was
// removed. A file that is there may have a name that ends so.
func withoutMark(path []byte, st *unix.Statx_t) []byte {
	if st.Mask != 0 && st.Nlink == 0 {
		return bytes.TrimSuffix(path, deleted)
	}
	return path
}

// below says an absolute path from a root folder, if it is in there.
func below(root, path []byte) []byte {
	if len(root) < 2 {
		return path
	}
	rest, ok := bytes.CutPrefix(path, root)
	switch {
	case !ok:
		return path
	case len(rest) == 0:
		return slash
	case rest[0] != '/':
		return path
	}
	return rest
}

var slash = []byte{'/'}

// threads tells the threads beside the main one.
func (s *scan) threads(dir folder, pid int, p *event.Proc) {
	for _, tid := range s.tids {
		if tid == pid {
			continue
		}
		st, sta, err := s.head(dir, "task/"+strconv.Itoa(tid)+"/")
		if err != nil || s.over(&st) || sta.tgid != int64(pid) {
			s.stats.Ended++
			continue
		}
		p.TID, p.Flags = int64(tid), sharesFiles|isThread
		s.own(p, &st, &sta)
		s.stats.Threads++
		s.to.Proc(p)
	}
}

// namespaceStart is when the pid namespace of a process began: when its first
// process did, in nanoseconds since the epoch, 0 where that is not known.
func (s *scan) namespaceStart(at folder, st *stat, sta *status) uint64 {
	if sta.levels <= 1 {
		if s.hostStart == 0 {
			s.hostStart = s.boot
			if text, err := s.root.read("1/stat", nil, maxStatus); err == nil {
				if first, err := parseStat(text); err == nil {
					s.hostStart = s.boot + first.start
				}
			}
		}
		return s.hostStart
	}
	link, err := at.readLink("ns/pid", s.link[:])
	ns, ok := inBrackets(link, "pid:[")
	if err != nil || !ok {
		return 0
	}
	if sta.vpid == 1 {
		s.namespaces[ns] = s.boot + st.start
	} else if _, known := s.namespaces[ns]; !known {
		s.namespaces[ns] = s.firstOf(st.ppid, sta.levels)
	}
	return s.namespaces[ns]
}

// firstOf looks for the first process of a pid namespace among the ancestors of
// one of its processes. One that entered it later has none there.
func (s *scan) firstOf(pid int64, levels int) uint64 {
	const most = 256
	for range most {
		if pid <= 0 {
			return 0
		}
		dir, err := openFolder(s.root, strconv.FormatInt(pid, 10))
		if err != nil {
			return 0
		}
		text, err := dir.read("status", nil, maxStatus)
		var stText []byte
		if err == nil {
			stText, err = dir.read("stat", nil, maxStatus)
		}
		_ = dir.close() // nothing was written
		if err != nil {
			return 0
		}
		sta, err1 := parseStatus(text)
		st, err2 := parseStat(stText)
		if err1 != nil || err2 != nil || sta.levels < levels {
			return 0
		}
		if sta.levels == levels && sta.vpid == 1 {
			return s.boot + st.start
		}
		pid = st.ppid
	}
	return 0
}

// inBrackets returns N of a link like "pid:[N]".
func inBrackets(link []byte, prefix string) (uint64, bool) {
	rest, ok := bytes.CutPrefix(link, []byte(prefix))
	if !ok || len(rest) == 0 || rest[len(rest)-1] != ']' {
		return 0, false
	}
	return decimal(rest[:len(rest)-1])
}
