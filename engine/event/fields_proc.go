// SPDX-License-Identifier: Apache-2.0

package event

// Fields of processes, threads, users and groups.
const (
	FieldProcExe FieldID = iota + FieldEvtWaitLatency + 1
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
	{
		Name: "proc.exe", Kind: KindString, Need: NeedThread,
		Doc: "First word of the command line (argv[0]), which whoever starts the process chooses freely, as in -bash.",
	},
	{
		Name: "proc.pexe", Kind: KindString, Need: NeedThread,
		Doc: "First word of the parent's command line.",
	},
	{
		Name: "proc.aexe", Kind: KindString, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true,
		Doc: "First word of an ancestor's command line: proc.aexe[1] is the parent's, and without a number that of any ancestor may match.",
	},
	{
		Name: "proc.exepath", Kind: KindString, Need: NeedThread,
		Doc: "Path of the file that the process runs, with symbolic links followed, as in /usr/bin/bash.",
	},
	{
		Name: "proc.pexepath", Kind: KindString, Need: NeedThread,
		Doc: "Path of the file that the parent runs.",
	},
	{
		Name: "proc.aexepath", Kind: KindString, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true,
		Doc: "Path of the file that an ancestor runs: proc.aexepath[1] is the parent's, and without a number that of any ancestor may match.",
	},
	{
		Name: "proc.name", Kind: KindString, Need: NeedThread,
		Doc: "Name of the process, cut by the kernel to 15 bytes, which is its file's name unless it took another.",
	},
	{
		Name: "proc.pname", Kind: KindString, Need: NeedThread,
		Doc: "Name of the parent, cut by the kernel to 15 bytes.",
	},
	{
		Name: "proc.aname", Kind: KindString, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true,
		Doc: "Name of an ancestor: proc.aname[2] is the grandparent's, and without a number that of any ancestor may match.",
	},
	{
		Name: "proc.args", Kind: KindString, Need: NeedThread, Arg: ArgIndex,
		Doc: "Command line after its first word, joined by blanks, or one word of that by position, as in proc.args[0].",
	},
	{
		Name: "proc.aargs", Kind: KindString, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true,
		Doc: "Command line of an ancestor after its first word: proc.aargs[1] is the parent's, and without a number that of any ancestor may match.",
	},
	{
		Name: "proc.cmdline", Kind: KindString, Need: NeedThread,
		Doc: "Name of the process and its arguments, joined by blanks, as in bash -c id.",
	},
	{
		Name: "proc.pcmdline", Kind: KindString, Need: NeedThread,
		Doc: "Name of the parent and its arguments, joined by blanks.",
	},
	{
		Name: "proc.acmdline", Kind: KindString, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true,
		Doc: "Name and arguments of an ancestor: proc.acmdline[1] is the parent's, and without a number those of any ancestor may match.",
	},
	{
		Name: "proc.cmdnargs", Kind: KindUint64, Need: NeedThread,
		Doc: "How many words the command line has after its first.",
	},
	{
		Name: "proc.cmdlenargs", Kind: KindUint64, Need: NeedThread,
		Doc: "Length of all arguments together in bytes, without the blanks between them.",
	},
	{
		Name: "proc.exeline", Kind: KindString, Need: NeedThread,
		Doc: "Command line as it was given, with proc.exe where proc.cmdline has the name.",
	},
	{
		Name: "proc.env", Kind: KindString, Need: NeedThread, Arg: ArgKey,
		Doc: "Environment as NAME=value words joined by blanks, or the value of one variable, as in proc.env[HOME].",
	},
	{
		Name: "proc.aenv", Kind: KindString, Need: NeedThread, Arg: ArgIndex | ArgKey, Any: true, NoTransform: true,
		Doc: "Environment of an ancestor by number, as in proc.aenv[2], or a variable's value from the nearest ancestor with it, as in proc.aenv[HOME].",
	},
	{
		Name: "proc.cwd", Kind: KindString, Need: NeedThread,
		Doc: "Folder that the process works in, with a slash at the end.",
	},
	{
		Name: "proc.loginshellid", Kind: KindInt64, Need: NeedThread,
		Doc: "Process id of the oldest shell among the process and its ancestors, the same for all that one login started.",
	},
	{
		Name: "proc.tty", Kind: KindUint32, Need: NeedThread,
		Doc: "Number of the terminal that controls the process, 0 if none does.",
	},
	{
		Name: "proc.pid", Kind: KindInt64, Need: NeedThread,
		Doc: "Process id, as the host counts.",
	},
	{
		Name: "proc.ppid", Kind: KindInt64, Need: NeedThread,
		Doc: "Process id of the parent, as the host counts.",
	},
	{
		Name: "proc.apid", Kind: KindInt64, Need: NeedThread, Arg: ArgIndex, Any: true, NoTransform: true,
		Doc: "Process id of an ancestor: proc.apid[1] is the parent's, and without a number that of any ancestor may match.",
	},
	{
		Name: "proc.vpid", Kind: KindInt64, Need: NeedThread,
		Doc: "Process id within the pid namespace of the process, often 1 for the first process of a container.",
	},
	{
		Name: "proc.pvpid", Kind: KindInt64, Need: NeedThread,
		Doc: "Process id of the parent within its pid namespace.",
	},
	{
		Name: "proc.sid", Kind: KindInt64, Need: NeedThread,
		Doc: "Session id, which is the session leader's process id within the pid namespace.",
	},
	{
		Name: "proc.sname", Kind: KindString,
		Doc: "Name of the session's leader, or once that is gone of the oldest ancestor in the same session.",
	},
	{
		Name: "proc.sid.exe", Kind: KindString,
		Doc: "First word of the session leader's command line.",
	},
	{
		Name: "proc.sid.exepath", Kind: KindString,
		Doc: "Path of the file that the session's leader runs.",
	},
	{
		Name: "proc.vpgid", Kind: KindInt64, Need: NeedThread,
		Doc: "Process group id within the pid namespace of the process.",
	},
	{
		Name: "proc.vpgid.name", Kind: KindString,
		Doc: "Name of the leader of the group proc.vpgid, or once that is gone of the oldest ancestor in it.",
	},
	{
		Name: "proc.vpgid.exe", Kind: KindString,
		Doc: "First word of the command line of the leader of the group proc.vpgid.",
	},
	{
		Name: "proc.vpgid.exepath", Kind: KindString,
		Doc: "Path of the file that the leader of the group proc.vpgid runs.",
	},
	{
		Name: "proc.pgid", Kind: KindInt64, Need: NeedThread,
		Doc: "Process group id, as the host counts, or -1 where the source does not tell it.",
	},
	{
		Name: "proc.pgid.name", Kind: KindString,
		Doc: "Name of the leader of the group proc.pgid, or once that is gone of the oldest ancestor in it.",
	},
	{
		Name: "proc.pgid.exe", Kind: KindString,
		Doc: "First word of the command line of the leader of the group proc.pgid.",
	},
	{
		Name: "proc.pgid.exepath", Kind: KindString,
		Doc: "Path of the file that the leader of the group proc.pgid runs.",
	},
	{
		Name: "proc.duration", Kind: KindDuration,
		Doc: "Age of the process in nanoseconds.",
	},
	{
		Name: "proc.ppid.duration", Kind: KindDuration,
		Doc: "Age of the parent in nanoseconds.",
	},
	{
		Name: "proc.pid.ts", Kind: KindDuration, Need: NeedThread,
		Doc: "When the process started, in nanoseconds since 1970.",
	},
	{
		Name: "proc.ppid.ts", Kind: KindDuration, Need: NeedThread,
		Doc: "When the parent started, in nanoseconds since 1970.",
	},
	{
		Name: "proc.is_exe_writable", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the user of the process may write to the file that it runs.",
	},
	{
		Name: "proc.is_exe_upper_layer", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the process runs a file of an overlay's upper layer, in a container one that its image does not have.",
	},
	{
		Name: "proc.is_exe_lower_layer", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the process runs a file of an overlay's lower layers, in a container one of its image.",
	},
	{
		Name: "proc.is_exe_from_memfd", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the process runs a file that is only in memory, made by memfd_create, as intruders do to leave no trace on disk.",
	},
	{
		Name: "proc.is_sid_leader", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the process leads its session.",
	},
	{
		Name: "proc.is_vpgid_leader", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the process leads the group proc.vpgid, as a command typed at a terminal does and one from a script does not.",
	},
	{
		Name: "proc.is_pgid_leader", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the process leads the group proc.pgid, which is proc.is_vpgid_leader in the numbers of the host.",
	},
	{
		Name: "proc.exe_ino", Kind: KindInt64, Need: NeedThread,
		Doc: "Inode number of the file that the process runs, to be compared with fd.ino.",
	},
	{
		Name: "proc.exe_ino.ctime", Kind: KindTime, Need: NeedThread,
		Doc: "When content, owner, mode or links of the file that the process runs last changed, in nanoseconds since 1970.",
	},
	{
		Name: "proc.exe_ino.mtime", Kind: KindTime, Need: NeedThread,
		Doc: "When the file that the process runs was last written to, in nanoseconds since 1970.",
	},
	{
		Name: "proc.exe_ino.ctime_duration_proc_start", Kind: KindTime, Need: NeedThread,
		Doc: "Nanoseconds from the last change of its file to the start of the process, few for what was just dropped and run.",
	},
	{
		Name: "proc.exe_ino.ctime_duration_pidns_start", Kind: KindTime, Need: NeedThread,
		Doc: "Nanoseconds from the start of the pid namespace to a later change of the file that the process runs.",
	},
	{
		Name: "proc.pidns_init_start_ts", Kind: KindUint64, Need: NeedThread,
		Doc: "When the pid namespace of the process started, in nanoseconds since 1970.",
	},
	{
		Name: "thread.cap_permitted", Kind: KindString, Need: NeedThread,
		Doc: "Capabilities that the thread may use once it asks for them, joined by blanks, as in CAP_CHOWN CAP_KILL.",
	},
	{
		Name: "thread.cap_inheritable", Kind: KindString, Need: NeedThread,
		Doc: "Capabilities that the thread may hand on to the programs it executes, joined by blanks.",
	},
	{
		Name: "thread.cap_effective", Kind: KindString, Need: NeedThread,
		Doc: "Capabilities that the kernel grants to the thread now, joined by blanks.",
	},
	{
		Name: "proc.fdopencount", Kind: KindUint64,
		Doc: "How many descriptors the process has open.",
	},
	{
		Name: "proc.fdlimit", Kind: KindInt64, Need: NeedThread,
		Doc: "How many descriptors the process may have open.",
	},
	{
		Name: "proc.fdusage", Kind: KindDouble,
		Doc: "Share of the descriptors allowed to the process that are open, in percent.",
	},
	{
		Name: "proc.vmsize", Kind: KindUint64,
		Doc: "Address space of the process in kilobytes.",
	},
	{
		Name: "proc.vmrss", Kind: KindUint64,
		Doc: "Memory of the process that is in RAM, in kilobytes.",
	},
	{
		Name: "proc.vmswap", Kind: KindUint64,
		Doc: "Memory of the process that is swapped out, in kilobytes.",
	},
	{
		Name: "thread.pfmajor", Kind: KindUint64,
		Doc: "How many page faults of the thread had to wait for a disk.",
	},
	{
		Name: "thread.pfminor", Kind: KindUint64,
		Doc: "How many page faults of the thread needed no disk.",
	},
	{
		Name: "thread.tid", Kind: KindInt64, Need: NeedThread,
		Doc: "Thread id, as the host counts, which for a main thread is the process id.",
	},
	{
		Name: "thread.ismain", Kind: KindBool, Need: NeedThread,
		Doc: "Whether the thread is the main one of its process.",
	},
	{
		Name: "thread.vtid", Kind: KindInt64, Need: NeedThread,
		Doc: "Thread id within the pid namespace of the thread.",
	},
	{
		Name: "thread.exectime", Kind: KindDuration,
		Doc: "Nanoseconds that the thread had the processor until a switch event took it away, 0 for other events.",
	},
	{
		Name: "thread.totexectime", Kind: KindDuration,
		Doc: "Nanoseconds that the thread had the processor since the source began, counted at switch events.",
	},
	{
		Name: "thread.cgroups", Kind: KindString, Need: NeedThread,
		Doc: "All control groups of the thread as subsystem=path words joined by blanks, as in cpu=/user.slice.",
	},
	{
		Name: "thread.cgroup", Kind: KindString, Need: NeedThread, Arg: ArgRequired | ArgDotted,
		Doc: "Path of the thread's control group in one subsystem, as in thread.cgroup.cpuacct.",
	},
	{
		Name: "proc.nthreads", Kind: KindUint64,
		Doc: "How many threads of the process are alive, its main one included.",
	},
	{
		Name: "proc.nchilds", Kind: KindUint64,
		Doc: "How many threads of the process are alive, its main one left out.",
	},
	{
		Name: "thread.cpu", Kind: KindDouble,
		Doc: "Processor time of the thread since its last procinfo event, in percent of one processor.",
	},
	{
		Name: "thread.cpu.user", Kind: KindDouble,
		Doc: "Processor time of the thread outside the kernel since its last procinfo event, in percent of one processor.",
	},
	{
		Name: "thread.cpu.system", Kind: KindDouble,
		Doc: "Processor time of the thread inside the kernel since its last procinfo event, in percent of one processor.",
	},
	{
		Name: "thread.vmsize", Kind: KindUint64,
		Doc: "Address space of the process in kilobytes for its main thread, 0 for the others.",
	},
	{
		Name: "thread.vmrss", Kind: KindUint64,
		Doc: "Memory of the process that is in RAM, in kilobytes for its main thread, 0 for the others.",
	},
	{
		Name: "proc.stdin.type", Kind: KindString,
		Doc: "What standard input is, in the words of fd.type, as in ipv4 for a shell that listens to the network.",
	},
	{
		Name: "proc.stdout.type", Kind: KindString,
		Doc: "What standard output is, in the words of fd.type.",
	},
	{
		Name: "proc.stderr.type", Kind: KindString,
		Doc: "What standard error is, in the words of fd.type.",
	},
	{
		Name: "proc.stdin.name", Kind: KindString,
		Doc: "What standard input is called, in the words of fd.name, as in /dev/pts/3.",
	},
	{
		Name: "proc.stdout.name", Kind: KindString,
		Doc: "What standard output is called, in the words of fd.name.",
	},
	{
		Name: "proc.stderr.name", Kind: KindString,
		Doc: "What standard error is called, in the words of fd.name.",
	},
	{
		Name: "user.uid", Kind: KindUint32, Need: NeedThread,
		Doc: "Id of the user that the thread acts as, 0 for root.",
	},
	{
		Name: "user.name", Kind: KindString, Need: NeedThread,
		Doc: "Name of the user that the thread acts as, as far as the source lists users.",
	},
	{
		Name: "user.homedir", Kind: KindString, Need: NeedThread,
		Doc: "Home folder of the user that the thread acts as.",
	},
	{
		Name: "user.shell", Kind: KindString, Need: NeedThread,
		Doc: "Login shell of the user that the thread acts as.",
	},
	{
		Name: "user.loginuid", Kind: KindInt64, Need: NeedThread,
		Doc: "Id of the user who logged in, which su and sudo do not change, or -1 for what no login started.",
	},
	{
		Name: "user.loginname", Kind: KindString, Need: NeedThread,
		Doc: "Name of the user who logged in, which su and sudo do not change.",
	},
	{
		Name: "group.gid", Kind: KindUint32, Need: NeedThread,
		Doc: "Id of the group that the thread acts as.",
	},
	{
		Name: "group.name", Kind: KindString, Need: NeedThread,
		Doc: "Name of the group that the thread acts as, as far as the source lists groups.",
	},
}
