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
)

var evtFields = []Field{
	{Name: "evt.num", Kind: KindUint64},
	{Name: "evt.time", Kind: KindString},
	{Name: "evt.time.s", Kind: KindString},
	{Name: "evt.time.iso8601", Kind: KindString},
	{Name: "evt.datetime", Kind: KindString},
	{Name: "evt.datetime.s", Kind: KindString},
	{Name: "evt.rawtime", Kind: KindTime},
	{Name: "evt.rawtime.s", Kind: KindTime},
	{Name: "evt.rawtime.ns", Kind: KindTime},
	{Name: "evt.reltime", Kind: KindDuration},
	{Name: "evt.reltime.s", Kind: KindDuration},
	{Name: "evt.reltime.ns", Kind: KindDuration},
	{Name: "evt.pluginname", Kind: KindString, Need: NeedNothing},
	{Name: "evt.plugininfo", Kind: KindString},
	{Name: "evt.source", Kind: KindString, Need: NeedNothing},
	{Name: "evt.is_async", Kind: KindBool, Need: NeedNothing},
	{Name: "evt.asynctype", Kind: KindString},
	{Name: "evt.hostname", Kind: KindString},
	{Name: "evt.deltatime", Kind: KindDuration},
	{Name: "evt.deltatime.s", Kind: KindDuration},
	{Name: "evt.deltatime.ns", Kind: KindDuration},
	{Name: "evt.type", Kind: KindString, Need: NeedNothing},
	{Name: "evt.type.is", Kind: KindUint32, Need: NeedNothing, Arg: ArgRequired | ArgIndex | ArgDotted},
	{Name: "syscall.type", Kind: KindString, Need: NeedNothing},
	{Name: "evt.category", Kind: KindString, Need: NeedNothing},
	{Name: "evt.cpu", Kind: KindInt16},
	{Name: "evt.args", Kind: KindString},
	{Name: "evt.arg", Kind: KindString, Arg: ArgRequired | ArgIndex | ArgDotted},
	{Name: "evt.rawarg", Kind: KindDynamic, Arg: ArgRequired | ArgDotted},
	{Name: "evt.info", Kind: KindString},
	{Name: "evt.buffer", Kind: KindBytes},
	{Name: "evt.buflen", Kind: KindUint64},
	{Name: "evt.res", Kind: KindString},
	{Name: "evt.rawres", Kind: KindInt64},
	{Name: "evt.failed", Kind: KindBool},
	{Name: "evt.is_io", Kind: KindBool},
	{Name: "evt.is_io_read", Kind: KindBool},
	{Name: "evt.is_io_write", Kind: KindBool},
	{Name: "evt.io_dir", Kind: KindString},
	{Name: "evt.is_wait", Kind: KindBool},
	{Name: "evt.is_syslog", Kind: KindBool},
	{Name: "evt.count", Kind: KindUint32},
	{Name: "evt.count.error", Kind: KindUint32},
	{Name: "evt.count.error.file", Kind: KindUint32},
	{Name: "evt.count.error.net", Kind: KindUint32},
	{Name: "evt.count.error.memory", Kind: KindUint32},
	{Name: "evt.count.error.other", Kind: KindUint32},
	{Name: "evt.count.exit", Kind: KindUint32},
	{Name: "evt.around", Kind: KindUint64, Arg: ArgRequired | ArgIndex},
	{Name: "evt.abspath", Kind: KindString, Arg: ArgRequired | ArgDotted},
	{Name: "evt.is_open_read", Kind: KindBool},
	{Name: "evt.is_open_write", Kind: KindBool},
	{Name: "evt.is_open_exec", Kind: KindBool},
	{Name: "evt.is_open_create", Kind: KindBool},
}
