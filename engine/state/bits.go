// SPDX-License-Identifier: Apache-2.0

package state

// Flags of a thread. Those of clone are in the bits of the capture format, in
// which process lists and clone events have them.
const (
	flagSharedFiles    uint32 = 1 << 0  // CLONE_FILES
	flagNewPID         uint32 = 1 << 6  // CLONE_NEWPID
	flagParent         uint32 = 1 << 8  // CLONE_PARENT
	flagThread         uint32 = 1 << 13 // CLONE_THREAD
	flagChildFirst     uint32 = 1 << 16 // the child's event came before the caller's
	flagNewUser        uint32 = 1 << 20 // CLONE_NEWUSER
	flagVfork          uint32 = 1 << 27 // CLONE_VFORK
	flagInPIDNamespace uint32 = 1 << 29 // not in the machine's first pid namespace
	flagMainThread     uint32 = 1 << 30 // a main thread whose number is not the process's
)

// Flags of open and of descriptors.
const (
	openDirectory  uint32 = 1 << 10
	openCloexec    uint32 = 1 << 12
	openTmpfile    uint32 = 1 << 13
	openCreated    uint32 = 1 << 14 // added by the driver: the call made the file
	openUpperLayer uint32 = 1 << 15
	openLowerLayer uint32 = 1 << 16

	creatUpperLayer = 1 << 0
	creatLowerLayer = 1 << 1
)

// Flags of an executed file.
const (
	exeWritable   = 1 << 0
	exeUpperLayer = 1 << 1
	exeFromMemfd  = 1 << 2
	exeLowerLayer = 1 << 3
)

const (
	atFDCWD = -100 // as a dirfd: the working directory

	closeRangeCloexec = 1 << 2

	fcntlDup        = 1
	fcntlSetFD      = 3
	fcntlDupCloexec = 26

	fdCloexec    = 1 // argument of F_SETFD
	memfdCloexec = 1
	epollCloexec = 1

	prSetChildSubreaper = 36
	prGetChildSubreaper = 37

	rlimitNoFile = 7

	sockoptLevelSocket = 1
	sockoptError       = 4

	errInProgress = 115
)

// Address families, sockets and protocols.
const (
	familyUnix    = 1
	familyIPv4    = 2
	familyIPv6    = 10
	familyNetlink = 16

	sockStream = 1
	sockDgram  = 2
	sockRaw    = 3
	sockMask   = 0xff // the rest are flags

	sockCloexec = 0x80000

	protoIP   = 0
	protoICMP = 1
	protoTCP  = 6
	protoUDP  = 17
	protoRaw  = 255
)

// allCaps is every capability that there is: what a process has in a user
// namespace that it made.
const allCaps = 1<<41 - 1
