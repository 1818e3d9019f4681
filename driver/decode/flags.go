// SPDX-License-Identifier: Apache-2.0

package decode

// The kernel's numbers are those of its user-space headers (include/uapi), the
// table's those of the capture format. Both never change.

// A bitMap says bits in other places: from one of the kernel's to one of the
// table's.
type bitMap []struct{ from, to uint64 }

func (m bitMap) of(v uint64) uint64 {
	if v == 0 {
		return 0
	}
	var out uint64
	for _, b := range m {
		if v&b.from == b.from {
			out |= b.to
		}
	}
	return out
}

// A valueMap says values by others; those that it does not have are 0.
type valueMap map[uint64]uint64

func (m valueMap) of(v uint64) uint64 { return m[v] }

// Bits that the programs add to the flags of open (driver/bpf/path.h).
const (
	openCreated = 1 << 29
	openUpper   = 1 << 30
	openLower   = 1 << 31
)

// O_LARGEFILE is what a program of the 32-bit interface says; a kernel of 64
// bits takes every file to be large.
var openBits = bitMap{
	{0o100, 1 << 2},                       // O_CREAT
	{0o2000, 1 << 3},                      // O_APPEND
	{0o10000, 1 << 4},                     // O_DSYNC
	{0o200, 1 << 5},                       // O_EXCL
	{0o4000, 1 << 6},                      // O_NONBLOCK
	{0o4010000, 1 << 7},                   // O_SYNC, which has the bit of O_DSYNC too
	{0o1000, 1 << 8},                      // O_TRUNC
	{directFlag, 1 << 9},                  // O_DIRECT
	{directoryFlag, 1 << 10},              // O_DIRECTORY
	{largefileFlag, 1 << 11},              // O_LARGEFILE
	{0o2000000, 1 << 12},                  // O_CLOEXEC
	{0o20000000 | directoryFlag, 1 << 13}, // O_TMPFILE
	{openCreated, 1 << 14},
	{openUpper, 1 << 15},
	{openLower, 1 << 16},
}

// descriptorFlags are those that other calls share with open. The lowest four
// bits are no flags there: socket has the type in them.
func descriptorFlags(v uint64) uint64 { return openBits.of(v &^ 0xf) }

// openFlags are those of open. What a file is opened for is a number in the
// kernel, and bits in the table.
func openFlags(v uint64) uint64 {
	out := openBits.of(v)
	switch v & 3 {
	case 0:
		out |= 1
	case 1:
		out |= 2
	case 2:
		out |= 3
	}
	return out
}

var cloneBits = bitMap{
	{0x400, 1},
	{0x200, 1 << 1},
	{0x80000000, 1 << 2},
	{0x8000000, 1 << 3},
	{0x40000000, 1 << 4},
	{0x20000, 1 << 5},
	{0x20000000, 1 << 6},
	{0x4000000, 1 << 7},
	{0x8000, 1 << 8},
	{0x100000, 1 << 9},
	{0x2000, 1 << 10},
	{0x800, 1 << 11},
	{0x40000, 1 << 12},
	{0x10000, 1 << 13},
	{0x800000, 1 << 14},
	{0x100, 1 << 15},
	{0x10000000, 1 << 20},
	{0x200000, 1 << 23},
	{0x1000000, 1 << 24},
	{0x80000, 1 << 25},
	{0x4000, 1 << 27},
	{0x2000000, 1 << 28},
}

// cloneFlags are those of clone, unshare and setns. The programs tell in the
// lowest bit, which is no flag, whether the thread is in a pid namespace.
func cloneFlags(v uint64) uint64 {
	const inPIDNamespace = 1 << 29
	out := cloneBits.of(v)
	if v&1 != 0 {
		out |= inPIDNamespace
	}
	return out
}

var (
	mmapFlags = bitMap{
		{0x1, 1},
		{0x2, 1 << 1},
		{0x10, 1 << 2},
		{0x20, 1 << 3},
		{0x40, 1 << 4},
		{0x4000, 1 << 6},
		{0x8000, 1 << 7},
		{0x10000, 1 << 8},
		{0x100, 1 << 9},
		{0x800, 1 << 10},
		{0x1000, 1 << 11},
		{0x2000, 1 << 14},
	}
	semgetFlags   = bitMap{{0o2000, 0x4000}, {0o1000, 0x2000}}
	semopFlags    = bitMap{{0o4000, 1}, {0x1000, 2}}
	resolveFlags  = bitMap{{0x8, 1}, {0x10, 1 << 1}, {0x2, 1 << 2}, {0x4, 1 << 3}, {0x1, 1 << 4}, {0x20, 1 << 5}}
	execveatFlags = bitMap{{0x1000, 1}, {0x100, 2}}
	fchownatFlags = bitMap{{0x100, 0x400}, {0x1000, 0x1000}}
	pidfdFlags    = bitMap{{0o4000, 1}}
	epollFlags    = bitMap{{0o2000000, 1}}
	moduleFlags   = bitMap{{0o4000, 2}, {0o1000, 1}}
	uringFlags    = bitMap{{1, 1}, {2, 2}, {4, 8}, {8, 0x10}, {0x10, 0x20}, {0x20, 0x40}, {0x40, 0x80}}
)

// protFlags are those of mmap and mprotect: two are in other places.
func protFlags(v uint64) uint64 {
	return v&0xf | bitMap{{0x01000000, 0x10}, {0x02000000, 0x20}}.of(v)
}

// socketLevels has the levels that the table knows.
var socketLevels = valueMap{1: 1, 6: 2}

// socketOption is an option of SOL_SOCKET. The table has the first ones by the
// kernel's numbers, and no name for others that it would have to tell apart.
func socketOption(v uint64) uint64 {
	const last = 21 // SO_SNDTIMEO
	if v > last {
		return 0
	}
	return v
}

// mountFlags are those of mount without the magic number that callers before
// Linux 2.4 had to give.
func mountFlags(v uint64) uint64 {
	const magic, mask = 0xc0ed0000, 0xffff0000
	if v&mask == magic {
		v &^= mask
	}
	return v
}

// resource is one of those that have a limit.
func resource(v uint64) uint64 {
	const last, unknown = 15, 0xff // RLIMIT_RTTIME
	if v > last {
		return unknown
	}
	return v
}

var semctlCommands = valueMap{
	0: 4, 1: 2, 2: 1, 3: 8, 11: 0x100, 12: 0x200, 13: 0x40, 14: 0x80, 15: 0x400, 16: 0x1000, 17: 0x800, 18: 0x20, 19: 0x10,
}

var fcntlCommands = valueMap{
	0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 8, 7: 9, 8: 0xa, 9: 0xc, 10: 0xd, 11: 0xf, 15: 0x15, 16: 0x16,
	36: 0x1e, 37: 0x1f, 38: 0x20, 1024: 0x17, 1025: 0x18, 1026: 0x1b, 1029: 0x19, 1030: 0x1a, 1031: 0x1c, 1032: 0x1d,
}

var ptraceRequests = valueMap{
	0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7, 7: 8, 8: 9, 9: 0xa, 12: 0x1a, 13: 0x1b, 14: 0x1c, 15: 0x1d, 16: 0xb,
	17: 0xc, 18: 0x1e, 19: 0x1f, 24: 0xd, 25: 0x21, 26: 0x22, 30: 0x23, 31: 0x24, 32: 0x25, 33: 0x26,
	0x4200: 0xe, 0x4201: 0xf, 0x4202: 0x10, 0x4203: 0x11, 0x4204: 0x12, 0x4205: 0x13, 0x4206: 0x14, 0x4207: 0x15,
	0x4208: 0x16, 0x4209: 0x17, 0x420a: 0x18, 0x420b: 0x19,
}
