// SPDX-License-Identifier: Apache-2.0

package state

import "bytes"

// none is an unknown process id, session, terminal and so on; anyone, as
// 32 bits, an unknown user.
const (
	none   int64  = -1
	anyone uint32 = 1<<32 - 1
)

// notKnown is the name of a thread that nothing was told of. It is a value, not
// the lack of one, because rules that exist compare with it.
var notKnown = []byte("<NA>")

// A Thread is what is known of one thread. Texts that hold several values have
// them NUL-separated, with no NUL at the end. Texts and images are shared between
// threads and never change in place: a new one replaces the old.
type Thread struct {
	TID, PID, PPID   int64 // PPID is the number of the parent thread, 0 where there is none
	SID, PGID, VPGID int64
	VTID, VPID       int64 // as seen in the thread's own pid namespace

	Comm []byte
	*Image
	Cgroups   []byte
	Container *Container // nil on the host

	UID, GID, LoginUID uint32
	TTY                uint32

	CapInheritable, CapPermitted, CapEffective uint64

	VMSize, VMRSS, VMSwap uint32 // KiB
	PFMajor, PFMinor      uint64
	FDLimit               int64

	// What the source told at times: nanoseconds on a CPU, at last and together,
	// and percent of a CPU since it was told before.
	LastRun, TotalRun      uint64
	UserShare, SystemShare uint64

	// Nanoseconds since the epoch, 0 where not known.
	Started, Executed, PIDNSStart uint64

	// These are the process's; its main thread holds them.
	cwd, root, env []byte
	files          *files

	userTime, systemTime uint64 // as it was told last

	flags  uint32
	reaper int64           // who gets the children, as the kernel said; none
	owned  [numTexts]int32 // bytes of texts that are the thread's alone
	stamp  uint64
	epoch  uint64
	memo   *Memo

	group                *group
	parent, next, prev   *Thread
	children             *Thread
	known, snapshot, end bool
}

// An Image is the program that a thread executes. It is immutable.
type Image struct {
	Exe     []byte // as the program was called
	ExePath []byte // the file that was loaded
	Args    []byte

	Ino, Ctime, Mtime      uint64
	CtimeToStart           uint64 // from the file's change to the process's start
	PIDNSToCtime           uint64 // from the pid namespace's start to the file's change
	Writable, FromMemfd    bool
	UpperLayer, LowerLayer bool
}

// A Memo is what a program remembers about a thread between events: which of
// its conditions that hang on the thread alone are known, and which are true.
// It holds while Owner is the program and Stamp is the thread's stamp.
type Memo struct {
	Owner, Stamp uint64
	Known, True  []uint64
}

// Memo is the program's memory about the thread. It ends with the thread.
func (th *Thread) Memo() *Memo {
	if th.memo == nil {
		th.memo = new(Memo)
	}
	return th.memo
}

// Known reports whether the source or an event told about the thread. Of a
// thread that only ever acted there is a number and nothing else.
func (th *Thread) Known() bool { return th.known }

// FromSnapshot reports whether the thread was there before the first event.
func (th *Thread) FromSnapshot() bool { return th.snapshot }

// IsMain reports whether the thread is the first of its process.
func (th *Thread) IsMain() bool { return th.TID == th.PID || th.flags&flagMainThread != 0 }

// Main is the first thread of the thread's process, nil where it is not known.
func (th *Thread) Main() *Thread {
	if th.IsMain() {
		return th
	}
	if th.group == nil || len(th.group.threads) == 0 || !th.group.threads[0].IsMain() {
		return nil
	}
	return th.group.threads[0]
}

// Parent is the thread that started the thread's process, or who took its
// place; nil where there is none or it is not known.
func (th *Thread) Parent() *Thread { return th.parent }

// Ancestor is the main thread of the process n generations up; 0 is the
// thread's own process. It is nil where that is not known.
func (th *Thread) Ancestor(n int) *Thread {
	th = th.Main()
	for ; n > 0 && th != nil; n-- {
		if th = th.parent; th != nil {
			th = th.Main()
		}
	}
	return th
}

// InPIDNamespace reports whether the thread has other numbers in its own pid
// namespace than in the machine's first one.
func (th *Thread) InPIDNamespace() bool {
	return th.flags&flagInPIDNamespace != 0 || th.TID != th.VTID && th.VTID >= 0
}

// CWD is the working directory of the thread's process, with a slash at its end.
func (th *Thread) CWD() []byte {
	if th = th.Main(); th == nil {
		return unknownCWD
	}
	return th.cwd
}

// unknownCWD is where a thread of an unknown process is taken to be.
var unknownCWD = []byte("./")

// Root is the root directory of the thread, empty where it is not known.
func (th *Thread) Root() []byte { return th.root }

// Env is the environment of the thread's process: NAME=value, NUL-separated.
func (th *Thread) Env() []byte {
	if main := th.Main(); main != nil {
		return main.env
	}
	return th.env
}

// NumThreads is how many threads of the process are alive, and NumOthers how
// many of them are not the main thread.
func (th *Thread) NumThreads() int {
	if th.group == nil || !th.valid() {
		return 0
	}
	return th.group.alive
}

// NumOthers is how many threads of the process besides the main one are alive.
func (th *Thread) NumOthers() int {
	if th.group == nil || !th.valid() {
		return 0
	}
	if main := th.Main(); main != nil && !main.end {
		return th.group.alive - 1
	}
	return th.group.alive
}

// NumFiles is how many descriptors the thread's process has open.
func (th *Thread) NumFiles() int {
	if main := th.Main(); main != nil && main.files != nil {
		return main.files.n
	}
	return 0
}

// MaxFiles is the process's limit of open descriptors; -1 where it is not known.
func (th *Thread) MaxFiles() int64 {
	if main := th.Main(); main != nil {
		return main.FDLimit
	}
	return 0
}

// File finds a descriptor of the thread; nil where it is not known.
func (th *Thread) File(fd int64) *File {
	if t := th.table(); t != nil && fd >= 0 {
		return t.get(fd)
	}
	return nil
}

// Files calls f for every open descriptor of the thread until it returns false.
func (th *Thread) Files(f func(fd int64, file *File) bool) {
	if t := th.table(); t != nil {
		t.all(f)
	}
}

// table is where the thread's descriptors are: in its main thread, unless it
// has its own. It is nil where the process is not known, or has none yet.
func (th *Thread) table() *files {
	if th.flags&flagSharedFiles != 0 {
		if th = th.Main(); th == nil {
			return nil
		}
	}
	return th.files
}

// valid reports whether it is known which process the thread belongs to.
func (th *Thread) valid() bool { return th.TID >= 0 && th.PID >= 0 && th.PPID >= 0 }

// A group is the threads of one process, the main one first. A main thread that
// ends before the others stays, because the descriptors are with it.
type group struct {
	pid     int64
	threads []*Thread
	alive   int
	reaper  bool   // takes the orphans among its descendants
	seen    uint64 // when one of the threads acted last
	slot    int    // in Table.groups
}

// trimNUL removes one NUL from the end.
func trimNUL(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == 0 {
		return b[:n-1]
	}
	return b
}

// text is b as a text of its own, or old where that is the same.
func text(old, b []byte) []byte {
	if bytes.Equal(old, b) {
		return old
	}
	return bytes.Clone(b)
}
