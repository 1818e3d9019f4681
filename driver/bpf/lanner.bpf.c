// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
//go:build ignore

/*
 * Records what processes do: syscalls as they return, and the life of
 * processes. What a record holds is data (op.h); here are the programs that are
 * attached, what they leave out, and how records are handed over.
 *
 * Syscalls are told once, when they return. A value that user memory held is
 * read then, when its page is surely there; where the kernel has the thing
 * itself (the file that was opened, the ends of a socket, the program that
 * runs) it is read from the kernel, which another thread cannot change.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "op.h"
#include "scratch.h"
#include "scope.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Set before loading. */
const volatile __u32 ring_shift; /* so many processors share a ring: 1 << ring_shift */
const volatile __u32 ring_count; /* with the first, which only the life of processes has */
const volatile __u64 shed_above; /* bytes in a ring, beyond which bulk is given up */

/* Changed while running. */
volatile __u8 wanted[MAX_SYSCALLS];
volatile __u8 wanted_compat[MAX_SYSCALLS];
volatile __u32 asleep; /* the reader waits for a wake-up; else it looks by itself */
volatile __u64 state_lost; /* records that are lost, of those that state depends on */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_SYSCALLS);
	__type(key, __u32);
	__type(value, struct spec);
} spec_native SEC(".maps");

/* Of the 32-bit interface of a 64-bit kernel, which has numbers of its own. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_SYSCALLS);
	__type(key, __u32);
	__type(value, struct spec);
} spec_compat SEC(".maps");

enum notice { NOTICE_EXEC, NOTICE_EXECVEAT, NOTICE_EXIT, NOTICE_CHILD, NOTICES };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NOTICES);
	__type(key, __u32);
	__type(value, struct spec);
} spec_notice SEC(".maps");

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* user space sets it, and how many there are */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

struct tally {
	__u64 n[CAUSES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MAX_TYPES);
	__type(key, __u32);
	__type(value, struct tally);
} counts SEC(".maps");

static __always_inline void count(__u32 type, enum cause cause)
{
	struct tally *c = bpf_map_lookup_elem(&counts, &type);

	if (c)
		c->n[cause]++;
}

/* Counts a record that is lost: of those that state depends on once more, where
 * the reader sees it without asking. */
static __always_inline void lose(__u32 type, __u32 flags, enum cause cause)
{
	count(type, cause);
	if (flags & (SPEC_LIFE | SPEC_STATE))
		__sync_fetch_and_add(&state_lost, 1);
}

/* Hands the record over. Who waits for records is woken by the first one; who
 * is busy with them looks for more by itself. */
static __always_inline void emit(struct scratch *s, __u32 type, __u32 flags)
{
	__u32 ring = flags & SPEC_LIFE ? 0 : 1 + (s->head.cpu >> ring_shift);
	__u64 wake = BPF_RB_NO_WAKEUP;
	__u32 len = s->off;
	void *rb;

	count(type, CAUSE_MADE);
	if (ring >= ring_count)
		ring = 0;
	rb = bpf_map_lookup_elem(&rings, &ring);
	if (!rb) {
		lose(type, flags, CAUSE_RING_FULL); /* there is none: not with the rings that are made */
		return;
	}
	if (flags & SPEC_BULK && bpf_ringbuf_query(rb, BPF_RB_AVAIL_DATA) > shed_above) {
		lose(type, flags, CAUSE_SHED);
		return;
	}
	if (asleep) {
		asleep = 0;
		wake = BPF_RB_FORCE_WAKEUP;
	}
	if (len > MAX_RECORD)
		len = MAX_RECORD;
	s->head.len = len;
	if (bpf_ringbuf_output(rb, &s->head, len, wake))
		lose(type, flags, CAUSE_RING_FULL);
}

/* Makes a record of a spec about a task. */
static __always_inline void record(struct scratch *s, const struct spec *spec, __u64 task, __u32 tid)
{
	__u32 n = spec->params, i;

	if (n > MAX_PARAMS)
		n = MAX_PARAMS;
	s->task = task;
	s->head.time = bpf_ktime_get_boot_ns();
	s->head.tid = tid;
	s->head.type = spec->type;
	s->head.params = n;
	s->head.cpu = bpf_get_smp_processor_id();
	s->off = sizeof(struct header) + 2 * n;
	for (i = 0; i < MAX_PARAMS; i++) {
		if (i >= n)
			break;
		put(i, spec->param[i].op, spec->param[i].arg);
	}
	emit(s, spec->type & (MAX_TYPES - 1), spec->flags);
}

/* From Linux 7.0 on a program at a tracepoint can be interrupted for another
 * process, that comes to a tracepoint as well; at one of syscalls from 7.2 on. While it holds the scratch memory it
 * is not: kernels before 6.15 take these calls, but then no functions that are not
 * static. */
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;
const volatile bool preemptible;

/* Such a kernel does not run a program that is running on the processor already:
 * from when one is interrupted until it goes on, it is kept from all that happens
 * there. So each is attached twice. Who came first leaves a mark that the event is
 * told, and the second tells of those without. A mark is found by the thread's
 * number; it is of that thread, and of that event as far as can be seen cheaply. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 65536); /* one is made where programs are attached once */
	__type(key, __u32);
	__type(value, __u64);
} marks SEC(".maps");

/* No syscall returns what these would be a sign of. */
#define MARK_EXEC (1ull << 40)
#define MARK_EXIT (2ull << 40)
#define MARK_FORK (3ull << 40)

static __always_inline bool told(bool second, __u64 what)
{
	__u32 tid = bpf_get_current_pid_tgid(), at = tid & 0xffff;
	__u64 *mark, sign = (what * 0x9e3779b97f4a7c15 & ~0xffffffffull) | tid;

	if (!preemptible)
		return false;
	mark = bpf_map_lookup_elem(&marks, &at);
	if (!mark)
		return false;
	if (!second) {
		*mark = sign;
		return false;
	}
	if (*mark != sign)
		return false;
	*mark = 0;
	return true;
}

static __always_inline void hold(void)
{
	if (preemptible && &bpf_preempt_disable)
		bpf_preempt_disable();
}

static __always_inline void let_go(void)
{
	if (preemptible && &bpf_preempt_enable)
		bpf_preempt_enable();
}

/* Takes the processor's scratch memory, until it is given back. A program that
 * interrupts another one on the same processor finds it taken. */
static __always_inline struct scratch *take(const struct spec *spec)
{
	struct scratch *s;
	__u32 type;

	hold();
	s = scratch();
	if (!s)
		goto none;
	if (s->busy) {
		type = spec->type & (MAX_TYPES - 1);
		count(type, CAUSE_MADE);
		lose(type, spec->flags, CAUSE_NESTED);
		goto none;
	}
	s->busy = 1;
	s->head.flags = 0;
	return s;
none:
	let_go();
	return NULL;
}

static __always_inline void give_back(struct scratch *s)
{
	barrier();
	s->busy = 0;
	let_go();
}

static __always_inline void notice(__u32 which, __u64 task, __u32 tid, __u64 exec_name)
{
	const struct spec *spec = bpf_map_lookup_elem(&spec_notice, &which);
	struct scratch *s;

	if (!spec || !spec->type)
		return;
	s = take(spec);
	if (!s)
		return;
	s->ret = 0;
	s->exec_name = exec_name;
	record(s, spec, task, tid);
	give_back(s);
}

#if defined(__TARGET_ARCH_x86)
#define X32_BIT 0x40000000
static __always_inline long syscall_number(const struct pt_regs *regs)
{
	return regs->orig_ax;
}

/* thread_info.status: TS_COMPAT. A 64-bit process, too, can call "int 0x80". */
static __always_inline bool is_compat(struct task_struct *task)
{
	return RD(task, thread_info.status) & 2;
}

static __always_inline void arguments(struct scratch *s, const struct pt_regs *regs, bool compat)
{
	if (compat) {
		s->arg[0] = (__u32)regs->bx;
		s->arg[1] = (__u32)regs->cx;
		s->arg[2] = (__u32)regs->dx;
		s->arg[3] = (__u32)regs->si;
		s->arg[4] = (__u32)regs->di;
		s->arg[5] = (__u32)regs->bp;
		return;
	}
	s->arg[0] = regs->di;
	s->arg[1] = regs->si;
	s->arg[2] = regs->dx;
	s->arg[3] = regs->r10;
	s->arg[4] = regs->r8;
	s->arg[5] = regs->r9;
}
#else
#define X32_BIT 0
static __always_inline long syscall_number(const struct pt_regs *regs)
{
	return regs->syscallno;
}

/* thread_info.flags: TIF_32BIT */
static __always_inline bool is_compat(struct task_struct *task)
{
	return RD(task, thread_info.flags) & (1 << 22);
}

static __always_inline void arguments(struct scratch *s, const struct pt_regs *regs, bool compat)
{
	s->arg[0] = regs->orig_x0; /* x0 holds the result by now */
	s->arg[1] = regs->user_regs.regs[1];
	s->arg[2] = regs->user_regs.regs[2];
	s->arg[3] = regs->user_regs.regs[3];
	s->arg[4] = regs->user_regs.regs[4];
	s->arg[5] = regs->user_regs.regs[5];
}
#endif

#define IO_URING_ENTER 426 /* on all architectures */
#define EINPROGRESS 115
#define MAX_ERRNO 4095

static __always_inline bool failed(long ret)
{
	return ret < 0 && ret >= -MAX_ERRNO && ret != -EINPROGRESS;
}

static __always_inline int other_number(long nr, struct task_struct *task)
{
	/* -1 is no syscall: a signal's return, or one that was skipped by ptrace. */
	if (nr == -1 || !in_scope(task))
		return 0;
	if (X32_BIT && nr & X32_BIT)
		count_unseen_by(UNSEEN_X32, 1);
	else
		count_unseen_by(UNSEEN_UNKNOWN, 1);
	return 0;
}

static __always_inline int sys_exit(struct pt_regs *regs, long ret, bool second)
{
	long nr = syscall_number(regs);
	struct task_struct *task;
	const struct spec *spec;
	struct scratch *s;
	__u32 n, want;
	bool compat;

	if ((unsigned long)nr >= MAX_SYSCALLS)
		return second ? 0 : other_number(nr, (void *)bpf_get_current_task());
	/* What nothing wants is left here: this is the price that all processes
	 * of the machine pay. */
	n = bounded(nr, MAX_SYSCALLS - 1);
	if (!(wanted[n] | wanted_compat[n]))
		return 0;
	n = bounded(n, MAX_SYSCALLS - 1);
	task = (void *)bpf_get_current_task();
	compat = is_compat(task);
	want = compat ? wanted_compat[n] : wanted[n];
	if (!want || (failed(ret) && !(want & (WANT_FAILED | WANT_COUNT))) || !in_scope(task))
		return 0;
	if (told(second, nr ^ (__u64)ret << 16))
		return 0;
	if (want & WANT_COUNT) {
		count_unseen_by(compat ? UNSEEN_COMPAT : n == IO_URING_ENTER ? UNSEEN_IO_URING : UNSEEN_UNKNOWN, 1);
		if (!(want & WANT))
			return 0;
	}
	spec = compat ? bpf_map_lookup_elem(&spec_compat, &n) : bpf_map_lookup_elem(&spec_native, &n);
	if (!spec || !spec->type || (spec->flags & SPEC_FAILED && !failed(ret)))
		return 0;
	s = take(spec);
	if (!s)
		return 0;
	if (compat)
		s->head.flags = RECORD_COMPAT;
	s->ret = ret;
	s->nr = nr;
	arguments(s, regs, compat);
	record(s, spec, (__u64)task, (__u32)bpf_get_current_pid_tgid());
	give_back(s);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(lanner_sys_exit, struct pt_regs *regs, long ret)
{
	return sys_exit(regs, ret, false);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(lanner_sys_exit2, struct pt_regs *regs, long ret)
{
	return sys_exit(regs, ret, true);
}

/* A successful execve: told from here, for its syscall does not always return
 * through the common path. */
static __always_inline int exec(struct task_struct *task, struct linux_binprm *bprm, bool second)
{
	__u32 which = NOTICE_EXEC;

	if (!in_scope(task) || told(second, MARK_EXEC))
		return 0;
	if (bpf_core_field_exists(bprm->fdpath) && RD(bprm, fdpath))
		which = NOTICE_EXECVEAT;
	notice(which, (__u64)task, RD(task, pid), (__u64)RD(bprm, filename));
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(lanner_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	return exec(task, bprm, false);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(lanner_exec2, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	return exec(task, bprm, true);
}

static __always_inline int process_exit(struct task_struct *task, bool second)
{
	if (in_scope(task) && !told(second, MARK_EXIT))
		notice(NOTICE_EXIT, (__u64)task, RD(task, pid), 0);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(lanner_exit, struct task_struct *task)
{
	return process_exit(task, false);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(lanner_exit2, struct task_struct *task)
{
	return process_exit(task, true);
}

/* A process stays in scope until its main thread's entry is freed, the last of
 * its threads: its number has no other owner before. */
static __always_inline int process_free(struct task_struct *task)
{
	if (scope_kind == SCOPE_TREE && RD(task, pid) == RD(task, tgid))
		leave_scope(task);
	return 0;
}

SEC("tp_btf/sched_process_free")
int BPF_PROG(lanner_free, struct task_struct *task)
{
	return process_free(task);
}

SEC("tp_btf/sched_process_free")
int BPF_PROG(lanner_free2, struct task_struct *task)
{
	return process_free(task);
}

/* The child is not running yet: what it does is in scope from its first syscall. */
static __always_inline int process_fork(struct task_struct *parent, struct task_struct *child, bool second)
{
	if (!in_scope(parent) || told(second, MARK_FORK))
		return 0;
	enter_scope(child);
#if defined(__TARGET_ARCH_arm64)
	/* Here a child does not return from clone through the common path. */
	notice(NOTICE_CHILD, (__u64)child, RD(child, pid), 0);
#endif
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(lanner_fork, struct task_struct *parent, struct task_struct *child)
{
	return process_fork(parent, child, false);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(lanner_fork2, struct task_struct *parent, struct task_struct *child)
{
	return process_fork(parent, child, true);
}

/* The memory of the iterator, which may be interrupted by all of the above. */
struct descriptor_memory {
	struct descriptor head;
	char link[MAX_TEXT];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct descriptor_memory);
} descriptors SEC(".maps");

/* The descriptors of a process, which who reads them names: what /proc tells of
 * each in five syscalls. A kernel that refuses this program refuses none of the
 * others: it is loaded by itself. */
SEC("iter/task_file")
int lanner_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct descriptor_memory *m;
	struct fdtable *table;
	struct inode *inode;
	unsigned long bits = 0;
	__u32 zero = 0, fd = ctx->fd, len;
	long n;

	if (!task || !file || task->pid != task->tgid || !in_scope(task))
		return 0;
	m = bpf_map_lookup_elem(&descriptors, &zero);
	if (!m)
		return 0;
	inode = file->f_inode;
	m->head.fd = fd;
	m->head.flags = file->f_flags;
	m->head.mode = inode->i_mode;
	m->head.links = inode->i_nlink;
	m->head.dev = inode->i_sb->s_dev;
	m->head.ino = inode->i_ino;
	table = task->files->fdt;
	bpf_probe_read_kernel(&bits, sizeof(bits), table->close_on_exec + fd / 64);
	m->head.cloexec = bits >> (fd & 63) & 1;
	n = bpf_d_path(&file->f_path, m->link, sizeof(m->link));
	if (n < 0 || n > sizeof(m->link))
		n = 0; /* longer than that: it is to be asked for */
	len = n;
	m->head.len = len;
	bpf_seq_write(ctx->meta->seq, &m->head, sizeof(m->head));
	if (len > 0 && len <= sizeof(m->link))
		bpf_seq_write(ctx->meta->seq, m->link, len);
	return 0;
}

/* Names them for Go. */
const enum op *name_op __attribute__((unused));
const enum cause *name_cause __attribute__((unused));
const enum unseen *name_unseen __attribute__((unused));
const enum want *name_want __attribute__((unused));
const enum scope *name_scope_kind __attribute__((unused));
const enum record_flags *name_record_flags __attribute__((unused));
const enum spec_flags *name_spec_flags __attribute__((unused));
const enum notice *name_notice __attribute__((unused));
const struct descriptor *name_descriptor __attribute__((unused));
const struct header *name_header __attribute__((unused));
