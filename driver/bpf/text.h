// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Text and bytes that user memory holds. */
#ifndef LANNER_TEXT_H
#define LANNER_TEXT_H

struct iovec {
	__u64 base, len;
};

/* As the 64-bit interface has it. */
struct msghdr {
	__u64 name;
	__u32 namelen, pad;
	__u64 iov, iovlen, control, controllen;
};
#define MSGHDR_SIZE 56 /* with its flags */

static __always_inline int store(__u8 *to, __u64 v, __u32 width)
{
	switch (width) {
	case 8:
		*(__u64 *)to = v;
		break;
	case 4:
		*(__u32 *)to = v;
		break;
	case 2:
		*(__u16 *)to = v;
		break;
	case 1:
		*to = v;
		break;
	}
	return width;
}

/* Text that ends with a NUL, in user memory. */
__noinline int user_text(__u64 from)
{
	struct scratch *s = scratch();
	__u8 *to;
	long n;

	if (!s || !from)
		return 0;
	to = room(s);
	if (!to)
		return 0;
	n = bpf_probe_read_user_str(to, MAX_TEXT, (void *)from);
	if (n < 0) {
		s->head.flags |= RECORD_FAULT;
		return 0;
	}
	if (n == MAX_TEXT)
		s->head.flags |= RECORD_CUT;
	return n;
}

/* So many bytes of user memory. */
__noinline int user_bytes(__u64 from, __u64 len)
{
	struct scratch *s = scratch();
	__u8 *to;

	if (!s || !len)
		return 0;
	to = room(s);
	if (!to)
		return 0;
	if (len > MAX_TEXT) {
		s->head.flags |= RECORD_CUT;
		len = MAX_TEXT;
	}
	if (bpf_probe_read_user(to, len, (void *)from)) {
		s->head.flags |= RECORD_FAULT;
		return 0;
	}
	return len;
}

#define MAX_VECTORS 16

/* The bytes of an array of struct iovec, the first most of them; with most 0,
 * how many it has room for. */
__noinline int vector(__u64 from, __u64 n, __u64 most)
{
	struct scratch *s = scratch();
	struct iovec *v;
	__u64 sum = 0, len;
	__u8 *to;
	int i;

	if (!s)
		return 0;
	to = room(s);
	if (!to)
		return 0;
	v = (struct iovec *)s->name;
	for (i = 0; i < MAX_VECTORS; i++) {
		if (i >= n)
			break;
		if (bpf_probe_read_user(v, sizeof(*v), (void *)(from + i * sizeof(*v)))) {
			s->head.flags |= RECORD_FAULT;
			if (!most)
				return 0;
			break;
		}
		len = v->len;
		if (!most) {
			sum += len;
			continue;
		}
		if (sum >= most)
			break;
		if (len > most - sum)
			len = most - sum;
		if (len > 1024 || sum > 2048)
			break;
		if (bpf_probe_read_user(to + sum, len, (void *)v->base)) {
			s->head.flags |= RECORD_FAULT;
			break;
		}
		sum += len;
	}
	if (most)
		return sum;
	if (n > MAX_VECTORS) {
		s->head.flags |= RECORD_CUT;
		return 0;
	}
	return store(to, sum, 4);
}

#define MAX_STRINGS 64

/* The strings of an array that NULL ends, as execve takes it. What a failed
 * execve was asked for stands nowhere else. */
__noinline int strings(__u64 from, __u32 first)
{
	struct scratch *s = scratch();
	__u64 *string;
	__u32 i, at;
	__u8 *to;
	long n;

	if (!s)
		return 0;
	to = room(s);
	if (!to)
		return 0;
	string = (__u64 *)s->name;
	s->text = 0; /* in memory, as in path_text */
	for (i = !first; i < MAX_STRINGS; i++) {
		at = s->text;
		if (bpf_probe_read_user(string, 8, (void *)(from + 8 * i))) {
			s->head.flags |= RECORD_FAULT;
			break;
		}
		if (!*string || at > MAX_TEXT - 1)
			break;
		n = bpf_probe_read_user_str(to + at, MAX_TEXT, (void *)*string);
		if (n <= 0) {
			s->head.flags |= RECORD_FAULT;
			break;
		}
		s->text = at + n;
		if (first)
			return s->text;
	}
	if (i == MAX_STRINGS || s->text > MAX_TEXT) {
		s->head.flags |= RECORD_CUT;
		return s->text < MAX_TEXT ? s->text : MAX_TEXT;
	}
	return s->text;
}

static __always_inline __u64 least(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

#define PR_SET_NAME 15
#define PR_GET_CHILD_SUBREAPER 37
#define SOL_SOCKET 1
#define SO_ERROR 4
#define PTRACE_CONT 7
#define PTRACE_SINGLESTEP 9
#define PTRACE_ATTACH 16
#define PTRACE_DETACH 17
#define PTRACE_SYSCALL 24

/* Numbers whose meaning depends on another argument. */
__noinline int number(__u32 op, __u64 v)
{
	struct scratch *s = scratch();
	__s32 n = 0;
	__u8 *to;

	if (!s)
		return 0;
	to = room(s);
	if (!to)
		return 0;
	switch (op) {
	case OP_PRCTL_NUMBER:
		if (s->arg[0] == PR_SET_NAME)
			v = 0;
		if (s->arg[0] == PR_GET_CHILD_SUBREAPER) {
			bpf_probe_read_user(&n, 4, (void *)v);
			v = n;
		}
		return store(to, v, 8);
	case OP_SOCKET_OPTION:
		return store(to, s->arg[1] == SOL_SOCKET ? v : 0, 4);
	case OP_SOCKET_ERROR:
		if (s->ret < 0 || s->arg[1] != SOL_SOCKET || s->arg[2] != SO_ERROR || bpf_probe_read_user(&n, 4, (void *)v))
			return 0;
		*to = 1; /* an errno */
		return 1 + store(to + 1, -(__s64)n, 8);
	case OP_PTRACE_ADDR:
		*to = 0; /* a number */
		return 1 + store(to + 1, v, 8);
	}
	switch (s->arg[0]) {
	case PTRACE_CONT:
	case PTRACE_SINGLESTEP:
	case PTRACE_DETACH:
	case PTRACE_SYSCALL:
		*to = 1; /* a signal */
		return 1 + store(to + 1, v, 1);
	case PTRACE_ATTACH:
		v = 0;
	}
	*to = 0;
	return 1 + store(to + 1, v, 8);
}

__noinline int put_text(__u32 op, __u32 arg)
{
	struct scratch *s = scratch();
	struct msghdr *m;
	__u64 v = 0, next = 0;

	if (!s)
		return 0;
	if (arg < 6)
		v = s->arg[arg];
	if (arg < 5)
		next = s->arg[arg + 1];
	switch (op) {
	case OP_STR:
		return user_text(v);
	case OP_BYTES:
		return s->ret <= 0 ? 0 : user_bytes(v, least(s->ret, snap));
	case OP_BYTES_ARG:
		return user_bytes(v, least(s->ret > 0 ? s->ret : next, snap));
	case OP_IOVEC:
		return s->ret <= 0 ? 0 : vector(v, next, least(s->ret, snap));
	case OP_IOVEC_SIZE:
		return vector(v, next, 0);
	case OP_MSG:
	case OP_MMSG:
	case OP_MSG_SIZE: {
		__u64 iov, n;
		__u32 got = 0;

		m = (struct msghdr *)s->name;
		if (bpf_probe_read_user(m, sizeof(*m), (void *)v)) {
			s->head.flags |= RECORD_FAULT;
			return 0;
		}
		iov = m->iov;
		n = m->iovlen;
		if (op == OP_MSG_SIZE)
			return vector(iov, n, 0);
		if (op == OP_MSG || s->ret <= 0)
			return s->ret <= 0 ? 0 : vector(iov, n, least(s->ret, snap));
		/* How many bytes it has stands behind the header, as what the call
		 * returned is how many messages there were. */
		if (bpf_probe_read_user(&got, 4, (void *)(v + MSGHDR_SIZE))) {
			s->head.flags |= RECORD_FAULT;
			return 0;
		}
		count_unseen_by(UNSEEN_MESSAGE, s->ret - 1);
		return got ? vector(iov, n, least(got, snap)) : 0;
	}
	case OP_ARGV:
		return strings(v, 0);
	case OP_ARGV0:
		return strings(v, 1);
	case OP_PRCTL_TEXT:
		return s->arg[0] == PR_SET_NAME ? user_text(v) : 0;
	case OP_PRCTL_NUMBER:
	case OP_SOCKET_OPTION:
	case OP_SOCKET_ERROR:
	case OP_PTRACE_ADDR:
	case OP_PTRACE_DATA:
		return number(op, v);
	}
	return 0;
}
#endif
