// SPDX-License-Identifier: Apache-2.0

package event

// A Snapshot receives what was there before the first event: a source gives it
// what it finds (a capture's process list, the kernel's iterators). What it is
// given is valid during the call only.
type Snapshot interface {
	Machine(*Machine)
	Proc(*Proc)
	File(tid int64, f *File)
	Interface(*Interface)
	User(*User)
	Group(*Group)
}

// A Machine is where the events come from.
type Machine struct {
	CPUs     uint32
	Memory   uint64 // bytes
	MaxPID   uint64
	Hostname string
	BootTime uint64 // nanoseconds since the epoch, 0 where not known
}

// A Proc is a thread that existed already. Byte slices of several values hold
// them NUL-separated, as /proc does.
type Proc struct {
	TID, PID, PPID, SID, VPGID, PGID int64
	VTID, VPID                       int64
	Comm, Exe, ExePath               []byte
	Args, Env, Cgroups               []byte
	CWD, Root                        []byte
	FDLimit                          int64
	Flags                            uint32
	UID, GID, LoginUID               uint32
	VMSize, VMRSS, VMSwap            uint32 // KiB
	PFMajor, PFMinor                 uint64
	TTY                              uint32
	PIDNSStart                       uint64 // nanoseconds since the epoch
	CapInheritable                   uint64
	CapPermitted                     uint64
	CapEffective                     uint64
	ExeIno, ExeCtime, ExeMtime       uint64
	ExeWritable, ExeUpperLayer       bool
	ExeLowerLayer, ExeFromMemfd      bool
}

// A FileType is the kind of thing that a file descriptor stands for. The
// numbers are those of the capture format.
type FileType uint8

// The kinds of file descriptor.
const (
	FileUnknown FileType = iota
	FileRegular
	FileDirectory
	FileIPv4
	FileIPv6
	FileIPv4Server
	FileIPv6Server
	FileFIFO
	FileUnix
	FileEvent
	FileUnsupported
	FileSignal
	FileEventPoll
	FileInotify
	FileTimer
	FileNetlink
	FileRegularV2
	FileBPF
	FileUserfault
	FileIOUring
	FileMemfd
	FilePID
)

// A File is an open file descriptor that existed already.
type File struct {
	FD    int64
	Ino   uint64
	Type  FileType
	Flags uint32 // of open, in the capture format's bits
	Dev   uint32
	Name  []byte

	// Of sockets: addresses in network order, 4 or 16 bytes. A server has only
	// the local one, as the source; unix sockets have kernel addresses.
	SrcIP, DstIP     [16]byte
	SrcPort, DstPort uint16
	L4               L4
	UnixSrc, UnixDst uint64
}

// L4 is the transport protocol of a socket, numbered as in the capture format.
type L4 uint8

// The transport protocols.
const (
	L4Unknown L4 = iota
	L4NA
	L4TCP
	L4UDP
	L4ICMP
	L4Raw
)

// An Interface is a network interface's address.
type Interface struct {
	Name                     string
	Addr, Netmask, Broadcast []byte // 4 or 16 bytes
	Speed                    uint64 // bit/s, 0 where not known
}

// A User is an entry of the machine's user database.
type User struct {
	UID, GID          uint32
	Name, Home, Shell string
}

// A Group is an entry of the machine's group database.
type Group struct {
	GID  uint32
	Name string
}
