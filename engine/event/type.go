// SPDX-License-Identifier: Apache-2.0

package event

import "sync"

//go:generate go test ./internal/table -run ^TestGenerated$ -count=1 -update

// A TypeInfo is what the table says about a type of event.
type TypeInfo struct {
	Name     string // of the syscall, as rules name it: evt.type
	Origin   Origin
	Category Category
	Flags    TypeFlags
	FD       int8 // the parameter with the descriptor that the event is about; -1: none
	Params   []Param
}

// Opened is the name of the parameter with the path of the file that the kernel
// opened. Our driver alone tells it: sources of others have the parameters
// before it.
const Opened = "opened"

// Common returns the parameters that events of the type have from any source of
// the newest form.
func (i *TypeInfo) Common() []Param {
	if n := len(i.Params); n > 0 && i.Params[n-1].Name == Opened {
		return i.Params[:n-1]
	}
	return i.Params
}

// A Param is a parameter of a type of event.
type Param struct {
	Name     string
	Kind     Kind
	Format   Format
	Dir      int8     // of a KindRelPath: the parameter with the folder; else -1
	Flags    *FlagSet // the names of its bits or values; nil: none
	Variants []Param  // of a KindDynamic, by the byte that it starts with; they have no names
}

// A FlagSet names the bits or the values of a parameter.
type FlagSet struct {
	Name   string
	Values []FlagValue // in the order in which they are printed
}

// A FlagValue is a name of a FlagSet.
type FlagValue struct {
	Name  string
	Value uint32
}

// TypeFlags say what an event of a type means for those who keep state.
type TypeFlags uint16

// The flags.
const (
	CreatesFD TypeFlags = 1 << iota
	DestroysFD
	UsesFD
	ReadsFD
	WritesFD
	ModifiesState   // threads, descriptors, users or containers are different afterwards
	ModifiesProcess // more than descriptors is: all who keep threads have to follow it
	Waits           // the thread may have slept in it
	KeepsLast       // it may come between a syscall's enter and exit
	Old             // only old captures have it
	Large           // its parameters have lengths of 32 bits
	Unused          // no source makes it
)

// An Origin is what makes events of a type.
type Origin uint8

// The origins.
const (
	OriginUnknown Origin = iota
	OriginSyscall
	OriginTracepoint
	OriginPlugin
	OriginMeta // whoever captures, about the capture or the machine
	OriginIter // the kernel's list of tasks, read at the start or after a loss
)

var originNames = [...]string{"unknown", "syscall", "tracepoint", "plugin", "meta", "iterator"}

func (o Origin) String() string {
	if int(o) < len(originNames) {
		return originNames[o]
	}
	return "unknown"
}

// A Category is what an event is about.
type Category uint8

// The categories.
const (
	CategoryUnknown Category = iota
	CategoryOther
	CategoryFile
	CategoryNet
	CategoryIPC
	CategoryMemory
	CategoryProcess
	CategorySleep
	CategorySystem
	CategorySignal
	CategoryUser
	CategoryTime
	CategoryProcessing
	CategoryIORead
	CategoryIOWrite
	CategoryIOOther
	CategoryWait
	CategoryScheduler
	CategoryInternal
)

var categoryNames = [...]string{
	"unknown", "other", "file", "net", "ipc", "memory", "process", "sleep", "system", "signal", "user", "time",
	"processing", "io-read", "io-write", "io-other", "wait", "scheduler", "internal",
}

func (c Category) String() string {
	if int(c) < len(categoryNames) {
		return categoryNames[c]
	}
	return "unknown"
}

// A Format is how the numbers of a parameter are printed.
type Format uint8

// The formats.
const (
	FormatNone Format = iota
	FormatDec
	FormatHex
	FormatOct
)

// noType is what is known of a type that the table does not have.
var noType = TypeInfo{Name: "NA", Flags: Unused, FD: -1}

// Info returns the table's row of the type. It is never nil: a type that the
// table does not have is one without a name that no source makes.
func (t Type) Info() *TypeInfo {
	if int(t) < len(types) {
		return &types[t]
	}
	return &noType
}

// Known reports whether the table has the type. Newer sources may know more.
func (t Type) Known() bool { return t < NumTypes }

// IsEnter reports whether the event is the begin of a syscall, or one that has
// no two sides: a tracepoint's, a notice. Newest sources make no begins but a few.
func (t Type) IsEnter() bool { return t&1 == 0 }

func (t Type) String() string { return t.Info().Name }

// TypesNamed returns all types with a name, in order: enter and exit, old
// versions and new. It is nil where there are none, which may still be the name
// of a syscall without a type of its own: see LookupSyscall.
func TypesNamed(name string) []Type { return typesByName()[name] }

var typesByName = sync.OnceValue(func() map[string][]Type {
	byName := make(map[string][]Type)
	for i := range types {
		if types[i].Flags&Unused == 0 {
			byName[types[i].Name] = append(byName[types[i].Name], Type(i))
		}
	}
	return byName
})

// A Syscall is the number of a syscall, the same on all architectures.
type Syscall uint16

// String returns the syscall's name; "unknown" for one that the table does not have.
func (s Syscall) String() string {
	if int(s) < len(syscalls) {
		return syscalls[s]
	}
	return syscalls[0]
}

// LookupSyscall finds a syscall by its name.
func LookupSyscall(name string) (Syscall, bool) {
	s, ok := syscallsByName()[name]
	return s, ok
}

var syscallsByName = sync.OnceValue(func() map[string]Syscall {
	byName := make(map[string]Syscall, len(syscalls))
	for i, name := range syscalls {
		byName[name] = Syscall(i)
	}
	return byName
})
