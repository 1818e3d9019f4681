// SPDX-License-Identifier: Apache-2.0

package table

// kinds are the words for kinds in events.txt: their constant in Go, and how
// their numbers are printed where the table does not say.
var kinds = map[string]struct{ constant, format string }{
	"i8": {"Int8", "d"}, "i16": {"Int16", "d"}, "i32": {"Int32", "d"}, "i64": {"Int64", "d"},
	"u8": {"Uint8", "d"}, "u16": {"Uint16", "d"}, "u32": {"Uint32", "d"}, "u64": {"Uint64", "d"},

	"string": {"String", "-"}, "bytes": {"Bytes", "-"}, "strings": {"StringArray", "-"}, "pairs": {"StringPairs", "-"},
	"path": {"Path", "-"}, "relpath": {"RelPath", "-"},

	"errno": {"Errno", "d"}, "fd": {"FD", "d"}, "pid": {"PID", "d"}, "fd32": {"FD32", "d"}, "pid32": {"PID32", "d"},
	"uid": {"UID", "d"}, "gid": {"GID", "d"}, "syscall": {"Syscall", "d"},
	"signal": {"Signal", "d"}, "sigset": {"Sigset", "d"}, "fdlist": {"FDList", "d"},
	"reltime": {"Duration", "d"}, "abstime": {"Time", "d"},

	"sockaddr": {"Sockaddr", "-"}, "tuple": {"Socktuple", "-"},
	"ipv4": {"IPv4", "d"}, "ipv6": {"IPv6", "d"}, "port": {"Port", "d"},

	"flags8": {"Flags8", "d"}, "flags16": {"Flags16", "d"}, "flags32": {"Flags32", "d"},
	"enum8": {"Enum8", "d"}, "enum16": {"Enum16", "d"}, "enum32": {"Enum32", "d"},
	"mode": {"Mode", "o"}, "dyn": {"Dynamic", "d"},
}

var formats = map[string]string{"-": "FormatNone", "d": "FormatDec", "x": "FormatHex", "o": "FormatOct"}

var typeFlags = map[string]string{
	"creates-fd": "CreatesFD", "destroys-fd": "DestroysFD", "uses-fd": "UsesFD", "reads-fd": "ReadsFD",
	"writes-fd": "WritesFD", "modifies-state": "ModifiesState", "modifies-process": "ModifiesProcess",
	"waits": "Waits", "keeps-last": "KeepsLast", "old": "Old", "large": "Large", "unused": "Unused",
}

var origins = map[string]string{
	"unknown": "OriginUnknown", "syscall": "OriginSyscall", "tracepoint": "OriginTracepoint",
	"plugin": "OriginPlugin", "meta": "OriginMeta", "iter": "OriginIter",
}

var categories = map[string]string{
	"unknown": "CategoryUnknown", "other": "CategoryOther", "file": "CategoryFile", "net": "CategoryNet",
	"ipc": "CategoryIPC", "memory": "CategoryMemory", "process": "CategoryProcess", "sleep": "CategorySleep",
	"system": "CategorySystem", "signal": "CategorySignal", "user": "CategoryUser", "time": "CategoryTime",
	"processing": "CategoryProcessing", "io-read": "CategoryIORead", "io-write": "CategoryIOWrite",
	"io-other": "CategoryIOOther", "wait": "CategoryWait", "scheduler": "CategoryScheduler",
	"internal": "CategoryInternal",
}
