// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * What records are made of. A record's spec is a list of parameters, each an
 * operation and the number of the syscall's argument that it works on. User
 * space fills the specs in (driver/calls), the program carries them out: a new
 * syscall is a row there and no code here.
 */
#ifndef LANNER_OP_H
#define LANNER_OP_H

/* Their numbers are those of calls.Op. */
enum op {
	OP_NONE = 0, /* a parameter without a value */
	OP_RET,	     /* what the syscall returned, 8 bytes */
	OP_RET4,     /* the same, 4 bytes */
	OP_ZERO,     /* 8 bytes of 0 */
	OP_ZERO4,
	OP_ZERO1,
	OP_S32,	     /* an int argument as 8 bytes: descriptors, pids */
	OP_U64,	     /* an argument as it is */
	OP_U32,
	OP_U16,
	OP_U8,
	OP_NATIVE, /* the syscall's number, 2 bytes */
	OP_CONST,  /* a number of 2 bytes: arg */
	OP_CONST_HIGH, /* 256 + arg */
	OP_OPEN_MODE, /* an argument that counts if the flags before it make a file */
	/* What an argument points to: arg is its number, and 8 times how many
	 * 4 bytes further. */
	OP_PTR_S32,
	OP_PTR_U64,
	OP_PTR_U32,
	OP_GOT_U64, /* the same, where the call wrote it */

	OP_STR = 32, /* text that an argument points to */
	OP_BYTES,    /* what it points to, as many bytes as the call returned */
	OP_BYTES_ARG, /* the same, as many as the argument after it says */
	OP_IOVEC,    /* bytes of an array of struct iovec; the next argument is its length */
	OP_MSG,	     /* bytes of what a struct msghdr describes */
	OP_MMSG,     /* the same of the first struct mmsghdr, with how many it got */
	OP_IOVEC_SIZE, /* how many bytes an iovec has room for, 4 bytes */
	OP_MSG_SIZE,
	OP_ARGV,     /* the strings of an array, but for the first */
	OP_ARGV0,
	OP_PRCTL_TEXT, /* prctl's argument, by its option: a name or a number */
	OP_PRCTL_NUMBER,
	OP_SOCKET_OPTION, /* the option of setsockopt and getsockopt; 0 for levels but SOL_SOCKET */
	OP_SOCKET_ERROR, /* what getsockopt told, of SO_ERROR */
	OP_PTRACE_ADDR,	 /* numbers with a byte before that says what they are */
	OP_PTRACE_DATA,
	OP_SOCKET_VALUE, /* what setsockopt sets, after a byte that says what it is */
	OP_POLL_LIST, /* descriptors of an array of struct pollfd, and what happened to them */
	OP_TIMESPEC, /* nanoseconds */
	OP_SEM_VALUE, /* the value of semctl's SETVAL */
	OP_SEMBUF,    /* of semop: number, operation and flags of the first struct sembuf, of the second */
	OP_FSCONFIG_BYTES, /* the value of fsconfig, where its command takes one */
	OP_FSCONFIG_TEXT,

	/* Of the file behind the descriptor that the call returned. */
	OP_OPEN_FLAGS = 64, /* flags argument, and what became of it */
	OP_HOW_FLAGS,	    /* the same, of a struct open_how */
	OP_FILE_DEV,
	OP_FILE_INO,
	OP_FILE_PATH,
	OP_FILE_LAYER, /* 16 bits */

	/* Of sockets. */
	OP_TUPLE_OUT = 96,  /* of the descriptor in an argument: own end first */
	OP_TUPLE_IN,	    /* its peer's end first */
	OP_TUPLE_OUT_NAMED, /* like OUT, where the call names the peer in argument 1 */
	OP_TUPLE_OUT_TO,    /* like OUT, where the call names the peer in argument 4 */
	OP_TUPLE_IN_FROM,   /* like IN, where it was told the peer in argument 4 */
	OP_TUPLE_OUT_MSG,   /* the same, in a struct msghdr */
	OP_TUPLE_IN_MSG,
	OP_TUPLE_ACCEPTED,  /* of the descriptor that the call returned */
	OP_QUEUE_PERCENT,   /* of connections that wait to be accepted */
	OP_QUEUE_LENGTH,
	OP_QUEUE_MAX,
	OP_PAIR_SOURCE, /* kernel addresses of a socket pair's ends */
	OP_PAIR_PEER,
	OP_FD_INO, /* of the descriptor that the argument points to */
	OP_SOCKADDR, /* an address; the next argument is its length */

	/* Of the task. */
	OP_EXE = 128, /* argv[0] */
	OP_ARGS,     /* the others */
	OP_ENV,
	OP_TID,
	OP_PID,
	OP_PPID,
	OP_CWD,
	OP_FDLIMIT,
	OP_PGFT_MAJ,
	OP_PGFT_MIN,
	OP_VM_SIZE,
	OP_VM_RSS,
	OP_VM_SWAP,
	OP_COMM,
	OP_CGROUPS,
	OP_TTY,
	OP_VPGID,
	OP_PGID,
	OP_VTID,
	OP_VPID,
	OP_PIDNS_START,
	OP_LOGINUID,
	OP_CLONE_FLAGS, /* of the call in progress; raw, and whether in a pid namespace */
	OP_CLONE3_FLAGS,
	OP_IN_PIDNS, /* the same, of a call that has no flags */
	OP_EXEC_FLAGS,
	OP_CAP_INHERITABLE,
	OP_CAP_PERMITTED,
	OP_CAP_EFFECTIVE,
	OP_EXE_INO,
	OP_EXE_CTIME,
	OP_EXE_MTIME,
	OP_UID, /* the effective one */
	OP_GID,
	OP_EXE_PATH,
	OP_EXEC_NAME, /* as execve was asked for it */
	OP_EXIT_STATUS,
	OP_EXIT_CODE,
	OP_EXIT_SIGNAL,
	OP_EXIT_CORE,
	OP_REAPER,
};

#define MAX_PARAMS 32
#define MAX_SYSCALLS 512

/* What happens to records of a kind. */
enum spec_flags {
	SPEC_LIFE = 1,	/* the life of processes: kept first */
	SPEC_BULK = 2,	/* data only: given up first */
	SPEC_FAILED = 4, /* only when it returned an error */
	SPEC_STATE = 8,	/* what is known of processes and files depends on it */
};

struct param {
	__u8 op;
	__u8 arg;
};

struct spec {
	__u16 type; /* of the event; 0: none */
	__u8 params;
	__u8 flags;
	struct param param[MAX_PARAMS];
};

/* What a record in a ring begins with, before the lengths of its parameters in
 * two bytes each, and then the parameters. */
struct header {
	__u64 time; /* nanoseconds since the machine's start */
	__u64 tid;
	__u32 len; /* of all of the record */
	__u16 type;
	__u8 params;
	__u8 flags; /* enum record_flags */
	__u16 cpu;
	__u16 pad[3];
};

enum record_flags {
	RECORD_CUT = 1,	    /* a parameter was longer than fits, and is cut or missing */
	RECORD_FAULT = 2,   /* a parameter could not be read */
	RECORD_COMPAT = 4,  /* a syscall of the 32-bit interface */
};

/* Why a record was not handed over. */
enum cause {
	CAUSE_MADE = 0, /* not lost: counts all that were to be recorded */
	CAUSE_RING_FULL,
	CAUSE_SHED,   /* bulk, given up to leave room for what state needs */
	CAUSE_NESTED, /* the processor's scratch memory was in use */
	CAUSES,
};
#define MAX_TYPES 512

/* What happened in scope and cannot be told. */
enum unseen {
	UNSEEN_COMPAT = 0, /* a syscall of the 32-bit interface without a spec */
	UNSEEN_X32,
	UNSEEN_IO_URING,   /* io_uring_enter: what it submitted */
	UNSEEN_UNKNOWN,	   /* a syscall with a number that is not known */
	UNSEEN_MESSAGE,	   /* messages of one call after the first */
	UNSEENS,
};

/* A descriptor that is open, before the text that its link in /proc has. */
struct descriptor {
	__u64 ino;
	__u32 fd, flags, mode, links, dev;
	__u32 cloexec, len; /* of the text; 0: it is longer than that */
	__u32 pad;
};

/* wanted[nr] */
enum want {
	WANT = 1,
	WANT_FAILED = 2, /* also when it returned an error */
	WANT_COUNT = 4,	 /* counted as unseen */
};

enum scope {
	SCOPE_HOST = 0,
	SCOPE_TREE,
	SCOPE_CGROUP,
	SCOPE_NONE, /* nothing yet */
};
#endif
