// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"time"
)

// Facts are what Examine decides from.
type Facts struct {
	Arch         string // as Go calls it
	Release      string // of the kernel
	BTF          int64  // bytes of the kernel's description of itself; 0: there is none
	Kernel       Kernel
	Capabilities uint64 // effective ones
	UserNS       uint64 // numbers of the namespaces of this process; 0: not known
	PIDNS        uint64
	Lockdown     string // the kernel's line on it; "": it tells none
	Memlock      int64  // bytes that may be locked in memory; -1: any
	HidePID      string // option of the mounted process table; "": not hidden
	CgroupV1     []string
	CgroupV2     string // where version 2 is mounted; "": nowhere
	Compat       bool   // runs programs of 32 bits
	Now          time.Time
	Clock        string // the kernel's source of time
	Available    uint64 // bytes of memory; 0: not known
	Limit        uint64 // bytes that this process's cgroup leaves it; 0: any

	UnprivilegedBPF, PerfParanoid, JIT, IOUring Sysctl
}

// Kernel is what the kernel said when it was asked to do what the driver does:
// nil is yes.
type Kernel struct {
	RingBuffer error  // making a ring buffer
	Tracing    error  // loading a program for a tracepoint with types
	ReadKernel error  // loading one that reads the kernel's memory
	Buffers    uint64 // bytes that the driver's buffers take
}

// A Sysctl is a setting of the kernel.
type Sysctl struct {
	Value int
	State SysctlState
}

// A SysctlState says whether a setting is known.
type SysctlState uint8

// What can become of reading a setting.
const (
	Absent     SysctlState = iota // the kernel does not have it
	Unreadable                    // this process may not
	Known
)
