// SPDX-License-Identifier: Apache-2.0

package event

// A Kind is the type of a parameter or a field: how its bytes are read,
// compared and printed. The numbers are those of the capture format.
type Kind uint8

// The kinds. Numbers are little-endian.
const (
	KindNone Kind = iota
	KindInt8
	KindInt16
	KindInt32
	KindInt64
	KindUint8
	KindUint16
	KindUint32
	KindUint64
	KindString // ends with a NUL in events
	KindBytes
	KindErrno     // int64: a result, negative an errno
	KindSockaddr  // a family in one byte, then by family
	KindSocktuple // a family in one byte, then source and destination
	KindFD        // int64
	KindPID       // int64
	KindFDList    // uint16 count, then (int64 fd, int16 flags) each
	KindPath      // a string
	KindSyscall   // uint16, see Syscall
	KindSignal    // uint8
	KindDuration  // uint64 nanoseconds
	KindTime      // uint64 nanoseconds since the epoch
	KindPort      // uint16
	KindL4Proto   // uint8
	KindFamily    // uint8, of a socket
	KindBool      // uint32
	KindIPv4
	KindDynamic // one byte that says which, then the value
	KindFlags8
	KindFlags16
	KindFlags32
	KindUID // uint32, all ones: none
	KindGID // uint32, all ones: none
	KindDouble
	KindSigset      // uint32: the lower half
	KindStringArray // strings, each with its NUL
	KindStringPairs
	KindIPv4Net
	KindIPv6
	KindIPv6Net
	KindIP    // 4 or 16 bytes
	KindIPNet // of either family
	KindMode  // uint32
	KindRelPath
	KindEnum8
	KindEnum16
	KindEnum32
	KindPID32
)
