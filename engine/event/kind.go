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
	KindFD32
	KindPID32
)

// kindInfo is what all parts of the engine have to know of a kind.
var kindInfo = [...]struct {
	name   string
	width  uint8
	signed bool
}{
	KindNone: {name: "NONE"},

	KindInt8:   {"INT8", 1, true},
	KindInt16:  {"INT16", 2, true},
	KindInt32:  {"INT32", 4, true},
	KindInt64:  {"INT64", 8, true},
	KindUint8:  {"UINT8", 1, false},
	KindUint16: {"UINT16", 2, false},
	KindUint32: {"UINT32", 4, false},
	KindUint64: {"UINT64", 8, false},
	KindDouble: {"DOUBLE", 8, true},

	KindErrno:    {"ERRNO", 8, true},
	KindFD:       {"FD", 8, true},
	KindPID:      {"PID", 8, true},
	KindFD32:     {"FD32", 4, true},
	KindPID32:    {"PID32", 4, true},
	KindUID:      {"UID", 4, false},
	KindGID:      {"GID", 4, false},
	KindSyscall:  {"SYSCALLID", 2, false},
	KindSignal:   {"SIGTYPE", 1, false},
	KindSigset:   {"SIGSET", 4, false},
	KindDuration: {"RELTIME", 8, false},
	KindTime:     {"ABSTIME", 8, false},
	KindBool:     {"BOOL", 4, false},

	KindFlags8:  {"FLAGS8", 1, false},
	KindFlags16: {"FLAGS16", 2, false},
	KindFlags32: {"FLAGS32", 4, false},
	KindEnum8:   {"ENUMFLAGS8", 1, false},
	KindEnum16:  {"ENUMFLAGS16", 2, false},
	KindEnum32:  {"ENUMFLAGS32", 4, false},
	KindMode:    {"MODE", 4, false},

	KindPort:    {"PORT", 2, false},
	KindL4Proto: {"L4PROTO", 1, false},
	KindFamily:  {"SOCKFAMILY", 1, false},
	KindIPv4:    {"IPV4ADDR", 4, false},
	KindIPv6:    {"IPV6ADDR", 16, false},

	KindString:      {name: "CHARBUF"},
	KindBytes:       {name: "BYTEBUF"},
	KindPath:        {name: "FSPATH"},
	KindRelPath:     {name: "FSRELPATH"},
	KindStringArray: {name: "CHARBUFARRAY"},
	KindStringPairs: {name: "CHARBUF_PAIR_ARRAY"},
	KindSockaddr:    {name: "SOCKADDR"},
	KindSocktuple:   {name: "SOCKTUPLE"},
	KindFDList:      {name: "FDLIST"},
	KindDynamic:     {name: "DYNAMIC"},
	KindIPv4Net:     {name: "IPV4NET"},
	KindIPv6Net:     {name: "IPV6NET"},
	KindIP:          {name: "IPADDR"},
	KindIPNet:       {name: "IPNET"},
}

// String returns the kind's name, as the documentation of fields has it.
func (k Kind) String() string {
	if int(k) < len(kindInfo) {
		return kindInfo[k].name
	}
	return kindInfo[KindNone].name
}

// Width returns how many bytes a value of the kind has in an event; 0 where
// that differs from value to value.
func (k Kind) Width() int {
	if int(k) < len(kindInfo) {
		return int(kindInfo[k].width)
	}
	return 0
}

// Signed reports whether the kind is a number that may be negative.
func (k Kind) Signed() bool { return int(k) < len(kindInfo) && kindInfo[k].signed }

// IsNumber reports whether values of the kind are numbers: they have an order
// and can be compared with <. Times, flags, descriptors and identifiers are.
func (k Kind) IsNumber() bool { return k.Width() > 0 && k != KindIPv4 && k != KindIPv6 }

// IsString reports whether values of the kind are text that ends with a NUL in
// events.
func (k Kind) IsString() bool { return k == KindString || k == KindPath || k == KindRelPath }
