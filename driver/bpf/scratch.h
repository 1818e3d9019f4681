// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * The memory in which a processor makes a record, and what is put into it.
 * Parts that the verifier checks by themselves are functions of their own, not
 * static: they get numbers and find the memory again.
 */
#ifndef LANNER_SCRATCH_H
#define LANNER_SCRATCH_H

#define MAX_TEXT 4096	    /* of one parameter, with the NUL that ends it */
#define DATA_LIMIT 24000    /* no parameter begins beyond */
#define MAX_RECORD (DATA_LIMIT + MAX_TEXT)

/* Where the kernel has it (6.2), memory is read by plain loads, which cost
 * nothing more; elsewhere by a call of a helper for each step. Both give 0 for
 * what cannot be read. */
extern void *bpf_rdonly_cast(const void *obj, __u32 type) __ksym __weak;
const volatile bool helpers_only; /* as if it had not, for tests */

/* p is looked at first and by itself: it may come from memory of the programs'
 * own, of which no kernel knows the layout. */
#define RD(p, f)                                                                                      \
	({                                                                                            \
		typeof(p) p_ = (p);                                                                   \
		typeof(p_->f) v_;                                                                     \
		if (!helpers_only && &bpf_rdonly_cast)                                                \
			v_ = ((typeof(p_))bpf_rdonly_cast(p_, bpf_core_type_id_kernel(typeof(*p_))))->f; \
		else                                                                                  \
			bpf_core_read(&v_, sizeof(v_), &p_->f);                                       \
		v_;                                                                                   \
	})

const volatile __u32 snap = 80; /* bytes of what is read and written that go into a record */

/* Keeps the bits of a number that a limit has. The verifier sees the limit where
 * the number is used, whatever the compiler did with an earlier comparison. */
static __always_inline __u64 bounded(__u64 n, const __u64 mask)
{
	asm volatile("%0 &= %1" : "+r"(n) : "i"(mask));
	return n;
}

struct scratch {
	__u32 busy;
	__u32 off; /* from head: the end of the record so far */
	__u64 task, exec_name;
	__s64 ret, nr;
	__u64 arg[8]; /* the last two are none */
	__u32 at; /* of the path: where it begins in path */
	__u32 text; /* of a cgroup's path: how many bytes it has */
	__u64 mnt, dentry, address;
	char name[128]; /* a socket's address, an iovec, … */
	struct header head;
	__u8 data[DATA_LIMIT + 2 * MAX_TEXT]; /* what is cut to MAX_TEXT may have been read beyond */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct path_memory {
	char text[2 * MAX_TEXT]; /* filled from the middle to the front; reads may go beyond */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct path_memory);
} paths SEC(".maps");

static __always_inline struct scratch *scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

static __always_inline struct path_memory *path_memory(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&paths, &zero);
}

/* Where the next parameter goes; NULL where there is no room. */
static __always_inline __u8 *room(struct scratch *s)
{
	__u32 off = s->off;

	if (off > DATA_LIMIT)
		goto cut;
	/* The compiler would make one comparison of the two, of a difference. From
	 * that the verifier learns nothing of off itself, in 6.12 still. */
	barrier_var(off);
	if (off < sizeof(struct header))
		goto cut;
	return (__u8 *)&s->head + off;
cut:
	s->head.flags |= RECORD_CUT;
	return NULL;
}

/* How a function begins that puts a parameter: the memory, and where in it the
 * parameter goes. Without either nothing is put. */
#define BEGIN(s, to)                   \
	struct scratch *s = scratch(); \
	__u8 *to = s ? room(s) : NULL; \
	if (!to)                       \
		return 0

/* A pointer as a number, for functions that the verifier checks by themselves:
 * it lets numbers alone through, and what comes from memory is one. */
static __always_inline __u64 address(struct scratch *s, const void *p, __u64 off)
{
	*(volatile __u64 *)&s->address = (__u64)p;
	return *(volatile __u64 *)&s->address + off;
}

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, UNSEENS);
	__type(key, __u32);
	__type(value, __u64);
} unseen_counts SEC(".maps");

static __always_inline void count_unseen_by(__u32 what, __u64 by)
{
	__u64 *n = bpf_map_lookup_elem(&unseen_counts, &what);

	if (n)
		*n += by;
}

#include "text.h"
#include "path.h"
#include "socket.h"
#include "task.h"

static __always_inline struct file *opened(struct scratch *s)
{
	return s->ret < 0 ? NULL : file_of((struct task_struct *)s->task, s->ret);
}

#define O_CREAT 0100
#define O_TMPFILE 020000000

/* What an argument points to, some words further. */
static __always_inline void *pointed(struct scratch *s, __u32 arg)
{
	return (arg & 7) < 6 ? (void *)(s->arg[arg & 7] + 4 * (arg >> 3)) : NULL;
}

__noinline int put_argument(__u32 op, __u32 arg)
{
	__u64 v = 0;
	__u32 width = 8, n = 0;

	BEGIN(s, to);
	if (arg < 6)
		v = s->arg[arg];
	switch (op) {
	case OP_RET:
		v = s->ret;
		break;
	case OP_RET4:
		v = s->ret;
		width = 4;
		break;
	case OP_ZERO:
		v = 0;
		break;
	case OP_ZERO4:
		v = 0;
		width = 4;
		break;
	case OP_ZERO1:
		v = 0;
		width = 1;
		break;
	case OP_NATIVE:
		v = s->nr;
		width = 2;
		break;
	case OP_S32:
		v = (__s64)(__s32)v;
		break;
	case OP_U64:
		break;
	case OP_U32:
		width = 4;
		break;
	case OP_U16:
		width = 2;
		break;
	case OP_U8:
		width = 1;
		break;
	case OP_CONST_HIGH:
		arg += 256;
		/* fallthrough */
	case OP_CONST:
		v = arg;
		width = 2;
		break;
	case OP_OPEN_MODE:
		width = 4;
		if (!arg || arg > 5 || !(s->arg[(arg - 1) & 7] & (O_CREAT | O_TMPFILE)))
			v = 0;
		break;
	case OP_PTR_S32:
		if (bpf_probe_read_user(&n, 4, pointed(s, arg)))
			goto fault;
		v = (__s64)(__s32)n;
		break;
	case OP_PTR_U32:
		if (bpf_probe_read_user(&n, 4, pointed(s, arg)))
			goto fault;
		v = n;
		width = 4;
		break;
	case OP_GOT_U64:
		if (s->ret < 0)
			return 0;
		/* fallthrough */
	case OP_PTR_U64:
		if (bpf_probe_read_user(&v, 8, pointed(s, arg)))
			goto fault;
		break;
	default:
		return 0;
	}
	return store(to, v, width);
fault:
	if (s->ret >= 0 && s->arg[arg & 7]) /* NULL is left out by who calls */
		s->head.flags |= RECORD_FAULT;
	return 0;
}

/* Puts parameter i, and says how long it is. */
__noinline int put(__u32 i, __u32 op, __u32 arg)
{
	struct scratch *s = scratch();
	int len = 0;

	if (!s || i >= MAX_PARAMS)
		return 0;
	if (op < OP_STR)
		len = put_argument(op, arg);
	else if (op < OP_OPEN_FLAGS)
		len = put_text(op, arg);
	else if (op < OP_TUPLE_OUT)
		len = put_file(op, arg);
	else if (op < OP_EXE)
		len = put_socket(op, arg);
	else
		len = put_task(op, arg);
	if (len < 0 || len > MAX_TEXT)
		len = 0;
	i = bounded(i, MAX_PARAMS - 1);
	*(__u16 *)((__u8 *)&s->head + sizeof(struct header) + 2 * i) = len;
	s->off += len;
	return len;
}
#endif
