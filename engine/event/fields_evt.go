// SPDX-License-Identifier: Apache-2.0

package event

// Fields of the event itself.
const (
	FieldEvtNum FieldID = iota
	FieldEvtTime
	FieldEvtTimeS
	FieldEvtTimeISO8601
	FieldEvtDatetime
	FieldEvtDatetimeS
	FieldEvtRawTime
	FieldEvtRawTimeS
	FieldEvtRawTimeNS
	FieldEvtRelTime
	FieldEvtRelTimeS
	FieldEvtRelTimeNS
	FieldEvtPluginname
	FieldEvtPlugininfo
	FieldEvtSource
	FieldEvtIsAsync
	FieldEvtAsynctype
	FieldEvtHostname
	FieldEvtDeltatime
	FieldEvtDeltatimeS
	FieldEvtDeltatimeNS
	FieldEvtType
	FieldEvtTypeIs
	FieldSyscallType
	FieldEvtCategory
	FieldEvtCPU
	FieldEvtArgs
	FieldEvtArg
	FieldEvtRawArg
	FieldEvtInfo
	FieldEvtBuffer
	FieldEvtBuflen
	FieldEvtRes
	FieldEvtRawRes
	FieldEvtFailed
	FieldEvtIsIO
	FieldEvtIsIORead
	FieldEvtIsIOWrite
	FieldEvtIODir
	FieldEvtIsWait
	FieldEvtIsSyslog
	FieldEvtCount
	FieldEvtCountError
	FieldEvtCountErrorFile
	FieldEvtCountErrorNet
	FieldEvtCountErrorMemory
	FieldEvtCountErrorOther
	FieldEvtCountExit
	FieldEvtAround
	FieldEvtAbsPath
	FieldEvtIsOpenRead
	FieldEvtIsOpenWrite
	FieldEvtIsOpenExec
	FieldEvtIsOpenCreate
	FieldEvtDir
	FieldEvtLatency
	FieldEvtLatencyS
	FieldEvtLatencyNS
	FieldEvtLatencyHuman
	FieldEvtWaitLatency
)

var evtFields = []Field{
	{
		Name: "evt.num", Kind: KindUint64,
		Doc: "Position of the event in its source, counted from 1, with the events that no rule gets to see counted too.",
	},
	{
		Name: "evt.time", Kind: KindString,
		Doc: "Time of day in the local time zone with nanoseconds, as in 14:03:11.000120044.",
	},
	{
		Name: "evt.time.s", Kind: KindString,
		Doc: "Time of day in the local time zone to the second, as in 14:03:11.",
	},
	{
		Name: "evt.time.iso8601", Kind: KindString,
		Doc: "Date and time in UTC with nanoseconds, as in 2026-11-22T14:03:11.000120044+0000.",
	},
	{
		Name: "evt.datetime", Kind: KindString,
		Doc: "Date and time in the local time zone with nanoseconds, as in 2026-11-22 14:03:11.000120044.",
	},
	{
		Name: "evt.datetime.s", Kind: KindString,
		Doc: "Date and time in the local time zone to the second, as in 2026-11-22 14:03:11.",
	},
	{
		Name: "evt.rawtime", Kind: KindTime,
		Doc: "Time of the event in nanoseconds since 1970, which is what evt.around takes.",
	},
	{
		Name: "evt.rawtime.s", Kind: KindTime,
		Doc: "Time of the event in whole seconds since 1970.",
	},
	{
		Name: "evt.rawtime.ns", Kind: KindTime,
		Doc: "Nanoseconds of the event's time beyond its whole seconds, from 0 to 999999999.",
	},
	{
		Name: "evt.reltime", Kind: KindDuration,
		Doc: "Nanoseconds from the first event of the source to this one.",
	},
	{
		Name: "evt.reltime.s", Kind: KindDuration,
		Doc: "Whole seconds from the first event of the source to this one.",
	},
	{
		Name: "evt.reltime.ns", Kind: KindDuration,
		Doc: "Nanoseconds of evt.reltime beyond its whole seconds, from 0 to 999999999.",
	},
	{
		Name: "evt.pluginname", Kind: KindString, Need: NeedNothing,
		Doc: "Name of the plugin that made the event, which what the kernel reports does not have.",
	},
	{
		Name: "evt.plugininfo", Kind: KindString,
		Doc: "Summary of the event in the words of the plugin that made it.",
	},
	{
		Name: "evt.source", Kind: KindString, Need: NeedNothing,
		Doc: "Where the event comes from, which is syscall for all that the kernel reports.",
	},
	{
		Name: "evt.is_async", Kind: KindBool, Need: NeedNothing,
		Doc: "Whether the event is a notice from whoever captures, as of a new container, rather than something that a thread did.",
	},
	{
		Name: "evt.asynctype", Kind: KindString,
		Doc: "Kind of notice that the event is if evt.is_async is true, as in container.",
	},
	{
		Name: "evt.hostname", Kind: KindString,
		Doc: "Name of the machine that the event happened on.",
	},
	{
		Name: "evt.deltatime", Kind: KindDuration,
		Doc: "Nanoseconds since the event before this one.",
	},
	{
		Name: "evt.deltatime.s", Kind: KindDuration,
		Doc: "Whole seconds since the event before this one.",
	},
	{
		Name: "evt.deltatime.ns", Kind: KindDuration,
		Doc: "Nanoseconds of evt.deltatime beyond its whole seconds, from 0 to 999999999.",
	},
	{
		Name: "evt.type", Kind: KindString, Need: NeedNothing,
		Doc: "Name of the event, for a syscall the syscall's, as in openat; every rule should compare it, since a rule without it is tried on all events.",
	},
	{
		Name: "evt.type.is", Kind: KindUint32, Need: NeedNothing, Arg: ArgRequired | ArgDotted,
		Doc: "Number 1 for events of the type named after the last dot and 0 for all others, as in evt.type.is.open = 1.",
	},
	{
		Name: "syscall.type", Kind: KindString, Need: NeedNothing,
		Doc: "Name of the syscall like evt.type, without a value for events that are none, such as switch.",
	},
	{
		Name: "evt.category", Kind: KindString,
		Doc: "What the event is about in one word, as in file, net, memory, process, signal or user.",
	},
	{
		Name: "evt.cpu", Kind: KindInt16,
		Doc: "Number of the processor that the event happened on, from 0.",
	},
	{
		Name: "evt.args", Kind: KindString,
		Doc: "All parameters of the event in one text, as in fd=3(<f>/etc/passwd) dirfd=-100(AT_FDCWD) name=/etc/passwd.",
	},
	{
		Name: "evt.arg", Kind: KindString, Arg: ArgRequired | ArgIndex | ArgDotted,
		Doc: "One parameter as readable text, by name or position, as in evt.arg.flags or evt.arg[0], where flags, errors and descriptors have their names.",
	},
	{
		Name: "evt.rawarg", Kind: KindDynamic, Arg: ArgRequired | ArgDotted,
		Doc: "One parameter by name and of its own kind, so that numbers compare as numbers, as in evt.rawarg.size > 1024.",
	},
	{
		Name: "evt.info", Kind: KindString,
		Doc: "Same text as evt.args under an older name.",
	},
	{
		Name: "evt.buffer", Kind: KindBytes,
		Doc: "Bytes that a read or write moved, as far as they were captured, as in evt.buffer contains HTTP.",
	},
	{
		Name: "evt.buflen", Kind: KindUint64,
		Doc: "How many bytes a read or write moved, which may be more than evt.buffer holds.",
	},
	{
		Name: "evt.res", Kind: KindString,
		Doc: "Outcome in one word: SUCCESS, or the name of the error, as in ENOENT.",
	},
	{
		Name: "evt.rawres", Kind: KindInt64,
		Doc: "Value that the syscall returned, an error as its negative number, as in evt.rawres >= 0 for all that went well.",
	},
	{
		Name: "evt.failed", Kind: KindBool,
		Doc: "Whether the syscall returned an error.",
	},
	{
		Name: "evt.is_io", Kind: KindBool, Need: NeedNothing,
		Doc: "Whether the event moves bytes through a descriptor, as read and sendmsg do.",
	},
	{
		Name: "evt.is_io_read", Kind: KindBool, Need: NeedNothing,
		Doc: "Whether the event takes bytes from a descriptor, as read and recvfrom do.",
	},
	{
		Name: "evt.is_io_write", Kind: KindBool, Need: NeedNothing,
		Doc: "Whether the event puts bytes into a descriptor, as write and sendto do.",
	},
	{
		Name: "evt.io_dir", Kind: KindString, Need: NeedNothing,
		Doc: "Direction in which the event moves bytes, read or write, without a value where it moves none.",
	},
	{
		Name: "evt.is_wait", Kind: KindBool, Need: NeedNothing,
		Doc: "Whether the thread may have slept in the call, as in poll, select and nanosleep.",
	},
	{
		Name: "evt.is_syslog", Kind: KindBool,
		Doc: "Whether the event writes to /dev/log, the socket of the system log.",
	},
	{
		Name: "evt.count", Kind: KindUint32, Need: NeedNothing,
		Doc: "Number 1 for every event, for tools that add numbers up.",
	},
	{
		Name: "evt.count.error", Kind: KindUint32,
		Doc: "Number 1 if the syscall returned an error and 0 if not, for tools that add numbers up.",
	},
	{
		Name: "evt.count.error.file", Kind: KindUint32,
		Doc: "Number 1 for a failure and 0 for a success of an event about a file or folder, without a value for others.",
	},
	{
		Name: "evt.count.error.net", Kind: KindUint32,
		Doc: "Number 1 for a failure and 0 for a success of an event about an IP or Unix socket, without a value for others.",
	},
	{
		Name: "evt.count.error.memory", Kind: KindUint32,
		Doc: "Number 1 for a failure and 0 for a success of an event about memory, such as mmap, without a value for others.",
	},
	{
		Name: "evt.count.error.other", Kind: KindUint32,
		Doc: "Number 1 for a failure and 0 for a success of an event about neither files nor sockets nor memory.",
	},
	{
		Name: "evt.count.exit", Kind: KindUint32, Need: NeedNothing,
		Doc: "Number 1 for the end of a syscall, without a value for events that are none.",
	},
	{
		Name: "evt.around", Kind: KindUint64, Arg: ArgRequired | ArgIndex,
		Doc: "Whether the event lies within so many milliseconds of a time in nanoseconds since 1970, as in evt.around[1795356191000120044] = 500.",
	},
	{
		Name: "evt.abspath", Kind: KindString, Arg: ArgRequired | ArgDotted,
		Doc: "Absolute path that a call such as openat is given as a folder and a name; calls with two have evt.abspath.src and evt.abspath.dst.",
	},
	{
		Name: "evt.is_open_read", Kind: KindBool,
		Doc: "Whether the event opens a path for reading.",
	},
	{
		Name: "evt.is_open_write", Kind: KindBool,
		Doc: "Whether the event opens a path for writing.",
	},
	{
		Name: "evt.is_open_exec", Kind: KindBool,
		Doc: "Whether the event may create a file with a mode that lets somebody execute it.",
	},
	{
		Name: "evt.is_open_create", Kind: KindBool,
		Doc: "Whether the event opens a file that was not there before.",
	},

	// Captures once had an event for a call's begin and another for its end.
	// Rules still ask which one it is and how much time is between them.
	{
		Name: "evt.dir", Kind: KindString, Need: NeedNothing,
		Doc:        "Which end of a call the event is, always < but for events that are no calls, which have >.",
		Deprecated: "leave it out; a call is one event, at its end",
	},
	{
		Name: "evt.latency", Kind: KindDuration, Need: NeedNothing,
		Doc:        "Once the nanoseconds that the call took, now always 0.",
		Deprecated: "leave it out; a call is one event, at its end",
	},
	{
		Name: "evt.latency.s", Kind: KindDuration, Need: NeedNothing,
		Doc:        "Once the whole seconds that the call took, now always 0.",
		Deprecated: "leave it out; a call is one event, at its end",
	},
	{
		Name: "evt.latency.ns", Kind: KindDuration, Need: NeedNothing,
		Doc:        "Once the nanoseconds of evt.latency beyond its whole seconds, now always 0.",
		Deprecated: "leave it out; a call is one event, at its end",
	},
	{
		Name: "evt.latency.human", Kind: KindString, Need: NeedNothing,
		Doc:        "Once the time that the call took with a unit, as in 10.3ms, now always 0ns.",
		Deprecated: "leave it out; a call is one event, at its end",
	},
	{
		Name: "evt.wait_latency", Kind: KindDuration, Need: NeedNothing,
		Doc:        "Once the nanoseconds that the thread slept in the call, now always 0.",
		Deprecated: "leave it out; a call is one event, at its end",
	},
}
