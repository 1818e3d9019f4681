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
	struct iovec *v;
	__u64 sum = 0, len;
	int i;

	BEGIN(s, to);
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
	__u64 *string;
	__u32 i, at;
	long n;

	BEGIN(s, to);
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

#define MAX_POLLED 16
#define MAX_POLL_LIST (2 + 10 * MAX_POLLED)

struct pollfd {
	__s32 fd;
	__u16 events, revents;
};

/* The bits of poll as the capture format has them. */
static __always_inline __u16 poll_bits(__u16 v)
{
	return (v & 7) | (v & 0x3f8) << 1 | (v & 0x2000) >> 10;
}

/* How many descriptors there are, and for each its number and what happened. */
__noinline int poll_list(__u64 from, __u32 n)
{
	struct pollfd *p;
	__u32 i;
	BEGIN(s, to);

	p = (struct pollfd *)s->name;
	if (n > MAX_POLLED) {
		s->head.flags |= RECORD_CUT;
		n = MAX_POLLED;
	}
	for (i = 0; i < MAX_POLLED; i++) {
		if (i >= n)
			break;
		if (bpf_probe_read_user(p, sizeof(*p), (void *)(from + i * sizeof(*p)))) {
			s->head.flags |= RECORD_FAULT;
			return 0;
		}
		store(to + 2 + 10 * i, (__s64)p->fd, 8);
		store(to + 10 + 10 * i, poll_bits(p->revents), 2);
	}
	store(to, n, 2);
	return 2 + 10 * n;
}

#define SOL_SOCKET 1
#define SO_ERROR 4
#define SO_BINDTODEVICE 25
#define SO_RCVTIMEO_OLD 20
#define SO_SNDTIMEO_OLD 21
#define SO_RCVTIMEO_NEW 66
#define SO_SNDTIMEO_NEW 67
/* What a value is, as the capture format numbers it. */
#define VALUE_BYTES 0
#define VALUE_ERRNO 1
#define VALUE_U32 2
#define VALUE_TIME 4
#define SECOND 1000000000ull

/* What setsockopt was given, by level and option. */
__noinline int socket_value(__u64 from, __u32 len)
{
	__u64 level, option;
	__s64 time[2] = {};
	__s32 n = 0;
	BEGIN(s, to);

	level = s->arg[1];
	option = s->arg[2];
	if (level == SOL_SOCKET && (option == SO_RCVTIMEO_OLD || option == SO_SNDTIMEO_OLD || option == SO_RCVTIMEO_NEW ||
				    option == SO_SNDTIMEO_NEW) && len >= sizeof(time)) {
		if (bpf_probe_read_user(time, sizeof(time), (void *)from))
			goto fault;
		*to = VALUE_TIME;
		return 1 + store(to + 1, time[0] * SECOND + time[1] * 1000, 8);
	}
	if (level == SOL_SOCKET && len == 4 && option != SO_BINDTODEVICE) {
		if (bpf_probe_read_user(&n, 4, (void *)from))
			goto fault;
		if (option == SO_ERROR) {
			*to = VALUE_ERRNO;
			return 1 + store(to + 1, -(__s64)n, 8);
		}
		*to = VALUE_U32;
		return 1 + store(to + 1, n, 4);
	}
	*to = VALUE_BYTES;
	if (len > snap)
		len = snap;
	if (len > MAX_TEXT - 1)
		len = MAX_TEXT - 1;
	if (len && bpf_probe_read_user(to + 1, len, (void *)from))
		goto fault;
	return 1 + len;
fault:
	s->head.flags |= RECORD_FAULT;
	return 0;
}

#define SETVAL 16

/* A part of the array that semop is given; 0 where it has none so far. */
static __always_inline int sembuf(struct scratch *s, __u8 *to, __u32 part)
{
	__u16 v = 0;

	if (s->arg[2] > part / 3 && bpf_probe_read_user(&v, 2, (void *)(s->arg[1] + 2 * part))) {
		s->head.flags |= RECORD_FAULT;
		return 0;
	}
	return store(to, v, 2);
}

/* Seconds and nanoseconds, as nanoseconds; nothing where there are none. */
static __always_inline int timespec(struct scratch *s, __u8 *to, __u64 from)
{
	__u64 v[2] = {};

	if (!from)
		return 0;
	if (bpf_probe_read_user(v, sizeof(v), (void *)from)) {
		s->head.flags |= RECORD_FAULT;
		return 0;
	}
	return store(to, v[0] * SECOND + v[1], 8);
}

#define PR_SET_NAME 15
#define PR_GET_CHILD_SUBREAPER 37
#define PTRACE_CONT 7
#define PTRACE_SINGLESTEP 9
#define PTRACE_ATTACH 16
#define PTRACE_DETACH 17
#define PTRACE_SYSCALL 24

/* Numbers whose meaning depends on another argument. */
__noinline int number(__u32 op, __u64 v)
{
	__s32 n = 0;

	BEGIN(s, to);
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
	case OP_SEM_VALUE:
		return store(to, s->arg[2] == SETVAL ? v : 0, 4);
	case OP_SEMBUF:
		return sembuf(s, to, v);
	case OP_TIMESPEC:
		return timespec(s, to, v);
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

#define FSCONFIG_SET_STRING 1
#define FSCONFIG_SET_BINARY 2
#define FSCONFIG_SET_PATH 3
#define FSCONFIG_SET_PATH_EMPTY 4

/* The value of fsconfig: bytes or a text, by its command. */
__noinline int fsconfig_value(__u32 op)
{
	struct scratch *s = scratch();
	__u64 command;

	if (!s)
		return 0;
	command = (__u32)s->arg[1];
	if (op == OP_FSCONFIG_BYTES)
		return command == FSCONFIG_SET_BINARY ? user_bytes(s->arg[3], least(s->arg[4], snap)) : 0;
	switch (command) {
	case FSCONFIG_SET_STRING:
	case FSCONFIG_SET_PATH:
	case FSCONFIG_SET_PATH_EMPTY:
		return user_text(s->arg[3]);
	}
	return 0;
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
	case OP_SEM_VALUE:
	case OP_TIMESPEC:
		return number(op, v);
	case OP_SEMBUF:
		return number(op, arg);
	case OP_POLL_LIST:
		return poll_list(v, next);
	case OP_SOCKET_VALUE:
		return socket_value(v, next);
	case OP_FSCONFIG_BYTES:
	case OP_FSCONFIG_TEXT:
		return fsconfig_value(op);
	}
	return 0;
}
#endif
