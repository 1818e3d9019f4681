// SPDX-License-Identifier: Apache-2.0

package state

// ThreadFlags say what is special about a thread. The bits are those of the
// capture format's process list (its clone flags) where it has them.
type ThreadFlags uint32

// A Thread is what is known of one thread. Texts that hold several values have
// them NUL-separated, as /proc does. Text fields are shared between threads and
// never change in place: a new text replaces the old one.
type Thread struct {
	TID, PID, PPID   int64 // PPID is the thread id of the parent
	SID, PGID, VPGID int64
	VTID, VPID       int64

	Comm      []byte
	Exe       []byte // as the process was called
	ExePath   []byte // the file that it executes
	Args, Env []byte
	Cgroups   []byte
	CWD, Root []byte

	UID, GID, LoginUID uint32
	TTY                uint32
	Flags              ThreadFlags

	CapInheritable, CapPermitted, CapEffective uint64

	ExeIno, ExeCtime, ExeMtime        uint64
	ExeWritable, ExeUpperLayer        bool
	ExeLowerLayer, ExeFromMemfd       bool
	VMSize, VMRSS, VMSwap             uint32 // KiB
	PFMajor, PFMinor                  uint64
	FDLimit                           int64
	CloneTime, PIDNSStart, LastExecAt uint64 // nanoseconds since the epoch, 0 where not known

	// Memo is for the owner of the rules; state clears it when the thread ends.
	Memo Memo

	stamp uint64
	files *fileTable
	known bool
}

// A Memo is what a program remembers about a thread between events: which of
// its conditions that hang on the thread alone are known, and which are true.
// It holds while Owner is the program and Stamp is the thread's stamp.
type Memo struct {
	Owner, Stamp uint64
	Known, True  []uint64
}

// Stamp changes whenever a value that hangs on the thread alone may have
// changed: of the thread, its process, their ancestors, users and containers.
// No two threads ever have the same stamp; it is never 0.
func (th *Thread) Stamp() uint64 { return th.stamp }

// Known reports whether the source or an event told about the thread. A thread
// that only appears as the actor of events has a number and nothing else.
func (th *Thread) Known() bool { return th.known }

// IsMain reports whether the thread is the first of its process.
func (th *Thread) IsMain() bool { return th.TID == th.PID }
