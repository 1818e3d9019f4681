// SPDX-License-Identifier: Apache-2.0

package event

// Fields of processes, threads, users and groups.
const (
	FieldProcExe FieldID = iota + FieldEvtIsOpenCreate + 1
	FieldProcParentExe
	FieldProcAncestorExe
	FieldProcExePath
	FieldProcParentExePath
	FieldProcAncestorExePath
	FieldProcName
	FieldProcParentName
	FieldProcAncestorName
	FieldProcArgs
	FieldProcAncestorArgs
	FieldProcCmdline
	FieldProcParentCmdline
	FieldProcAncestorCmdline
	FieldProcCmdnargs
	FieldProcCmdlenargs
	FieldProcExeline
	FieldProcEnv
	FieldProcAncestorEnv
	FieldProcCWD
	FieldProcLoginshellid
	FieldProcTTY
	FieldProcPID
	FieldProcPPID
	FieldProcAncestorPID
	FieldProcVPID
	FieldProcParentVPID
	FieldProcSID
	FieldProcSIDName
	FieldProcSIDExe
	FieldProcSIDExePath
	FieldProcVPGID
	FieldProcVPGIDName
	FieldProcVPGIDExe
	FieldProcVPGIDExePath
	FieldProcPGID
	FieldProcPGIDName
	FieldProcPGIDExe
	FieldProcPGIDExePath
	FieldProcDuration
	FieldProcPPIDDuration
	FieldProcPIDTS
	FieldProcPPIDTS
	FieldProcIsExeWritable
	FieldProcIsExeUpperLayer
	FieldProcIsExeLowerLayer
	FieldProcIsExeFromMemfd
	FieldProcIsSIDLeader
	FieldProcIsVPGIDLeader
	FieldProcIsPGIDLeader
	FieldProcExeIno
	FieldProcExeInoCtime
	FieldProcExeInoMtime
	FieldProcExeInoCtimeDurationProcStart
	FieldProcExeInoCtimeDurationPIDNSStart
	FieldProcPIDNSInitStartTS
	FieldThreadCapPermitted
	FieldThreadCapInheritable
	FieldThreadCapEffective
	FieldProcFDOpenCount
	FieldProcFDLimit
	FieldProcFDUsage
	FieldProcVMSize
	FieldProcVMRSS
	FieldProcVMSwap
	FieldThreadPFMajor
	FieldThreadPFMinor
	FieldThreadTID
	FieldThreadIsMain
	FieldThreadVTID
	FieldThreadExectime
	FieldThreadTotexectime
	FieldThreadCgroups
	FieldThreadCgroup
	FieldProcNumThreads
	FieldProcNumChildren
	FieldThreadCPU
	FieldThreadCPUUser
	FieldThreadCPUSystem
	FieldThreadVMSize
	FieldThreadVMRSS
	FieldProcStdinType
	FieldProcStdoutType
	FieldProcStderrType
	FieldProcStdinName
	FieldProcStdoutName
	FieldProcStderrName
	FieldUserUID
	FieldUserName
	FieldUserHomedir
	FieldUserShell
	FieldUserLoginUID
	FieldUserLoginName
	FieldGroupGID
	FieldGroupName
)

var procFields = []Field{
	{Name: "proc.exe", Kind: KindString, Need: NeedThread},
	{Name: "proc.pexe", Kind: KindString, Need: NeedThread},
	{Name: "proc.aexe", Kind: KindString, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true},
	{Name: "proc.exepath", Kind: KindString, Need: NeedThread},
	{Name: "proc.pexepath", Kind: KindString, Need: NeedThread},
	{Name: "proc.aexepath", Kind: KindString, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true},
	{Name: "proc.name", Kind: KindString, Need: NeedThread},
	{Name: "proc.pname", Kind: KindString, Need: NeedThread},
	{Name: "proc.aname", Kind: KindString, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true},
	{Name: "proc.args", Kind: KindString, Need: NeedThread, Arg: ArgIndex},
	{Name: "proc.aargs", Kind: KindString, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true},
	{Name: "proc.cmdline", Kind: KindString, Need: NeedThread},
	{Name: "proc.pcmdline", Kind: KindString, Need: NeedThread},
	{Name: "proc.acmdline", Kind: KindString, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true},
	{Name: "proc.cmdnargs", Kind: KindUint64, Need: NeedThread},
	{Name: "proc.cmdlenargs", Kind: KindUint64, Need: NeedThread},
	{Name: "proc.exeline", Kind: KindString, Need: NeedThread},
	{Name: "proc.env", Kind: KindString, Need: NeedThread, Arg: ArgKey},
	{Name: "proc.aenv", Kind: KindString, Need: NeedThread, Arg: ArgIndex | ArgKey, Any: true, NoTransform: true},
	{Name: "proc.cwd", Kind: KindString, Need: NeedThread},
	{Name: "proc.loginshellid", Kind: KindInt64, Need: NeedThread},
	{Name: "proc.tty", Kind: KindUint32, Need: NeedThread},
	{Name: "proc.pid", Kind: KindInt64, Need: NeedThread},
	{Name: "proc.ppid", Kind: KindInt64, Need: NeedThread},
	{Name: "proc.apid", Kind: KindInt64, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true},
	{Name: "proc.vpid", Kind: KindInt64, Need: NeedThread},
	{Name: "proc.pvpid", Kind: KindInt64, Need: NeedThread},
	{Name: "proc.sid", Kind: KindInt64, Need: NeedThread},
	{Name: "proc.sname", Kind: KindString, Need: NeedThread},
	{Name: "proc.sid.exe", Kind: KindString, Need: NeedThread},
	{Name: "proc.sid.exepath", Kind: KindString, Need: NeedThread},
	{Name: "proc.vpgid", Kind: KindInt64, Need: NeedThread},
	{Name: "proc.vpgid.name", Kind: KindString, Need: NeedThread},
	{Name: "proc.vpgid.exe", Kind: KindString, Need: NeedThread},
	{Name: "proc.vpgid.exepath", Kind: KindString, Need: NeedThread},
	{Name: "proc.pgid", Kind: KindInt64, Need: NeedThread},
	{Name: "proc.pgid.name", Kind: KindString, Need: NeedThread},
	{Name: "proc.pgid.exe", Kind: KindString, Need: NeedThread},
	{Name: "proc.pgid.exepath", Kind: KindString, Need: NeedThread},
	{Name: "proc.duration", Kind: KindDuration, Need: NeedThread},
	{Name: "proc.ppid.duration", Kind: KindDuration, Need: NeedThread},
	{Name: "proc.pid.ts", Kind: KindDuration, Need: NeedThread},
	{Name: "proc.ppid.ts", Kind: KindDuration, Need: NeedThread},
	{Name: "proc.is_exe_writable", Kind: KindBool, Need: NeedThread},
	{Name: "proc.is_exe_upper_layer", Kind: KindBool, Need: NeedThread},
	{Name: "proc.is_exe_lower_layer", Kind: KindBool, Need: NeedThread},
	{Name: "proc.is_exe_from_memfd", Kind: KindBool, Need: NeedThread},
	{Name: "proc.is_sid_leader", Kind: KindBool, Need: NeedThread},
	{Name: "proc.is_vpgid_leader", Kind: KindBool, Need: NeedThread},
	{Name: "proc.is_pgid_leader", Kind: KindBool, Need: NeedThread},
	{Name: "proc.exe_ino", Kind: KindInt64, Need: NeedThread},
	{Name: "proc.exe_ino.ctime", Kind: KindTime, Need: NeedThread},
	{Name: "proc.exe_ino.mtime", Kind: KindTime, Need: NeedThread},
	{Name: "proc.exe_ino.ctime_duration_proc_start", Kind: KindTime, Need: NeedThread},
	{Name: "proc.exe_ino.ctime_duration_pidns_start", Kind: KindTime, Need: NeedThread},
	{Name: "proc.pidns_init_start_ts", Kind: KindUint64, Need: NeedThread},
	{Name: "thread.cap_permitted", Kind: KindString, Need: NeedThread},
	{Name: "thread.cap_inheritable", Kind: KindString, Need: NeedThread},
	{Name: "thread.cap_effective", Kind: KindString, Need: NeedThread},
	{Name: "proc.fdopencount", Kind: KindUint64, Need: NeedThread},
	{Name: "proc.fdlimit", Kind: KindInt64, Need: NeedThread},
	{Name: "proc.fdusage", Kind: KindDouble, Need: NeedThread},
	{Name: "proc.vmsize", Kind: KindUint64, Need: NeedThread},
	{Name: "proc.vmrss", Kind: KindUint64, Need: NeedThread},
	{Name: "proc.vmswap", Kind: KindUint64, Need: NeedThread},
	{Name: "thread.pfmajor", Kind: KindUint64},
	{Name: "thread.pfminor", Kind: KindUint64},
	{Name: "thread.tid", Kind: KindInt64, Need: NeedThread},
	{Name: "thread.ismain", Kind: KindBool, Need: NeedThread},
	{Name: "thread.vtid", Kind: KindInt64, Need: NeedThread},
	{Name: "thread.exectime", Kind: KindDuration},
	{Name: "thread.totexectime", Kind: KindDuration},
	{Name: "thread.cgroups", Kind: KindString, Need: NeedThread},
	{Name: "thread.cgroup", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgDotted},
	{Name: "proc.nthreads", Kind: KindUint64, Need: NeedThread},
	{Name: "proc.nchilds", Kind: KindUint64, Need: NeedThread},
	{Name: "thread.cpu", Kind: KindDouble},
	{Name: "thread.cpu.user", Kind: KindDouble},
	{Name: "thread.cpu.system", Kind: KindDouble},
	{Name: "thread.vmsize", Kind: KindUint64},
	{Name: "thread.vmrss", Kind: KindUint64},
	{Name: "proc.stdin.type", Kind: KindString, Need: NeedThread},
	{Name: "proc.stdout.type", Kind: KindString, Need: NeedThread},
	{Name: "proc.stderr.type", Kind: KindString, Need: NeedThread},
	{Name: "proc.stdin.name", Kind: KindString, Need: NeedThread},
	{Name: "proc.stdout.name", Kind: KindString, Need: NeedThread},
	{Name: "proc.stderr.name", Kind: KindString, Need: NeedThread},
	{Name: "user.uid", Kind: KindUint32, Need: NeedThread},
	{Name: "user.name", Kind: KindString, Need: NeedThread},
	{Name: "user.homedir", Kind: KindString, Need: NeedThread},
	{Name: "user.shell", Kind: KindString, Need: NeedThread},
	{Name: "user.loginuid", Kind: KindInt64, Need: NeedThread},
	{Name: "user.loginname", Kind: KindString, Need: NeedThread},
	{Name: "group.gid", Kind: KindUint32, Need: NeedThread},
	{Name: "group.name", Kind: KindString, Need: NeedThread},
}
