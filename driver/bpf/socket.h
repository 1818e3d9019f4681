// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Sockets: their ends as the kernel knows them. */
#ifndef LANNER_SOCKET_H
#define LANNER_SOCKET_H

#include <bpf/bpf_endian.h>

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define UNIX_PATH 108

static __always_inline struct sock *sock_of(struct scratch *s, __s64 fd)
{
	struct file *file = file_of((struct task_struct *)s->task, fd);
	struct socket *socket;
	struct inode *inode;

	if (!file)
		return NULL;
	inode = RD(file, f_inode);
	if ((RD(inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = RD(file, private_data);
	return RD(socket, sk);
}

/* One end of a socket, of the internet families. */
struct end {
	__u32 ip[4];
	__u16 port;
};

static __always_inline void ends_of(struct sock *sk, __u16 family, struct end *own, struct end *peer)
{
	struct inet_sock *inet = (struct inet_sock *)sk;

	own->port = bpf_ntohs(RD(inet, inet_sport));
	peer->port = bpf_ntohs(RD(sk, __sk_common.skc_dport));
	if (family == AF_INET) {
		own->ip[0] = RD(sk, __sk_common.skc_rcv_saddr);
		if (!own->ip[0])
			own->ip[0] = RD(inet, inet_saddr);
		peer->ip[0] = RD(sk, __sk_common.skc_daddr);
		return;
	}
	bpf_core_read(own->ip, 16, &sk->__sk_common.skc_v6_rcv_saddr);
	bpf_core_read(peer->ip, 16, &sk->__sk_common.skc_v6_daddr);
}

/* The path of a struct sockaddr_un, in kernel or in user memory: that of the
 * abstract kind begins with a NUL, shown as "@". len counts the family too. */
static __always_inline __u32 unix_path(struct scratch *s, __u8 *to, const void *path, __s32 len, bool user)
{
	long n;

	if (len <= 2) {
		*to = 0;
		return 1;
	}
	len -= 2;
	if (len > UNIX_PATH)
		len = UNIX_PATH;
	n = user ? bpf_probe_read_user(to, len, path) : bpf_probe_read_kernel(to, len, path);
	if (n) {
		s->head.flags |= RECORD_FAULT;
		*to = 0;
		return 1;
	}
	if (*to) {
		to[len & 127] = 0;
		n = bpf_probe_read_kernel_str(s->name, UNIX_PATH + 1, to);
		return n > 0 && n <= UNIX_PATH + 1 ? n : 1;
	}
	*to = '@';
	to[len & 127] = 0;
	return (len & 127) + 1;
}

static __always_inline __u32 unix_name(struct scratch *s, __u8 *to, struct sock *sk)
{
	struct unix_address *addr = sk ? RD((struct unix_sock *)sk, addr) : NULL;

	if (!addr) {
		*to = 0;
		return 1;
	}
	return unix_path(s, to, (void *)addr + bpf_core_field_offset(struct unix_address, name) + 2, RD(addr, len), false);
}

static __always_inline void put_end(__u8 *to, __u32 family, const struct end *e)
{
	if (family == AF_INET) {
		*(__u32 *)to = e->ip[0];
		*(__u16 *)(to + 4) = e->port;
		return;
	}
	__builtin_memcpy(to, e->ip, 16);
	*(__u16 *)(to + 16) = e->port;
}

/* Reads an address that a call names or that it was told. */
static __always_inline bool named(struct scratch *s, __u64 from, __u32 len, __u16 family, struct end *e)
{
	__u8 *b = (__u8 *)s->name;

	if (!from || len < (family == AF_INET ? 8 : 24))
		return false;
	if (bpf_probe_read_user(b, family == AF_INET ? 8 : 24, (void *)from))
		return false;
	if (*(__u16 *)b != family)
		return false;
	e->port = bpf_ntohs(*(__u16 *)(b + 2));
	if (family == AF_INET)
		e->ip[0] = *(__u32 *)(b + 4);
	else
		__builtin_memcpy(e->ip, b + 8, 16);
	return true;
}

/* Both ends of a socket, the own one first or (inward) the peer's. An address
 * that the call names counts where the socket has no peer. */
__noinline int tuple(__s64 fd, __u32 inward, __u64 name, __u32 len)
{
	struct scratch *s = scratch();
	struct end own = {}, peer = {};
	struct sock *sk, *other;
	__u16 family;
	__u32 width;
	__u8 *to;

	if (!s)
		return 0;
	to = room(s);
	sk = sock_of(s, fd);
	if (!sk || !to)
		return 0;
	family = RD(sk, __sk_common.skc_family);
	*to = family;
	if (family == AF_UNIX) {
		other = RD((struct unix_sock *)sk, peer);
		*(__u64 *)(to + 1) = inward ? (__u64)other : (__u64)sk;
		*(__u64 *)(to + 9) = inward ? (__u64)sk : (__u64)other;
		if (!inward && !other && name)
			return 17 + unix_path(s, to + 17, (void *)(name + 2), len, true);
		return 17 + unix_name(s, to + 17, inward ? sk : other);
	}
	if (family != AF_INET && family != AF_INET6)
		return 0;
	ends_of(sk, family, &own, &peer);
	if (!peer.port)
		named(s, name, len, family, &peer);
	width = family == AF_INET ? 6 : 18;
	put_end(to + 1, family, inward ? &peer : &own);
	put_end(to + 1 + width, family, inward ? &own : &peer);
	return 1 + 2 * width;
}

__noinline int sockaddr(__u64 from, __u32 len)
{
	struct scratch *s = scratch();
	struct end e = {};
	__u16 family = 0;
	__u8 *to;

	if (!s || !from || len < 2)
		return 0;
	to = room(s);
	if (!to)
		return 0;
	if (bpf_probe_read_user(&family, 2, (void *)from)) {
		s->head.flags |= RECORD_FAULT;
		return 0;
	}
	*to = family;
	switch (family) {
	case AF_UNIX:
		return 1 + unix_path(s, to + 1, (void *)(from + 2), len, true);
	case AF_INET:
	case AF_INET6:
		if (!named(s, from, len, family, &e))
			return 0;
		put_end(to + 1, family, &e);
		return family == AF_INET ? 7 : 19;
	}
	return 1;
}

/* The address in a struct msghdr. */
static __always_inline int message_tuple(struct scratch *s, __u32 inward, __u64 from)
{
	struct msghdr *m = (struct msghdr *)s->name;
	__u64 name = 0;
	__u32 len = 0;

	if (from && !bpf_probe_read_user(m, sizeof(*m), (void *)from)) {
		name = m->name;
		len = m->namelen;
	}
	return tuple(s->arg[0], inward, name, len);
}

static __always_inline int queue(struct scratch *s, __u32 op, __u8 *to)
{
	struct sock *sk = sock_of(s, s->arg[0]);
	__u32 n = 0, most = 0;

	if (sk) {
		n = RD(sk, sk_ack_backlog);
		most = RD(sk, sk_max_ack_backlog);
	}
	switch (op) {
	case OP_QUEUE_LENGTH:
		return store(to, n, 4);
	case OP_QUEUE_MAX:
		return store(to, most, 4);
	}
	return store(to, most && n ? n * 100 / most : 0, 1);
}

__noinline int put_socket(__u32 op, __u32 arg)
{
	struct file *file;
	struct inode *inode;
	struct sock *sk;
	__u64 v = 0;
	__s32 fd = -1, len = 0;

	BEGIN(s, to);
	if (arg < 6)
		v = s->arg[arg];
	switch (op) {
	case OP_SOCKADDR:
		return arg < 5 ? sockaddr(v, s->arg[arg + 1]) : 0;
	case OP_TUPLE_OUT:
		return tuple((__s32)v, 0, 0, 0);
	case OP_TUPLE_IN:
		return tuple((__s32)v, 1, 0, 0);
	case OP_TUPLE_OUT_NAMED:
		return tuple((__s32)s->arg[0], 0, s->arg[1], s->arg[2]);
	case OP_TUPLE_OUT_TO:
		return tuple((__s32)s->arg[0], 0, s->arg[4], s->arg[5]);
	case OP_TUPLE_IN_FROM:
		if (s->arg[4] && bpf_probe_read_user(&len, 4, (void *)s->arg[5]))
			len = 0;
		return s->ret < 0 ? 0 : tuple((__s32)s->arg[0], 1, s->arg[4], len);
	case OP_TUPLE_OUT_MSG:
		return message_tuple(s, 0, v);
	case OP_TUPLE_IN_MSG:
		return s->ret < 0 ? 0 : message_tuple(s, 1, v);
	case OP_TUPLE_ACCEPTED:
		return tuple(s->ret, 1, 0, 0);
	case OP_QUEUE_PERCENT:
	case OP_QUEUE_LENGTH:
	case OP_QUEUE_MAX:
		return queue(s, op, to);
	case OP_PAIR_SOURCE:
	case OP_PAIR_PEER:
	case OP_FD_INO:
		if (s->ret < 0)
			return store(to, 0, 8);
		if (bpf_probe_read_user(&fd, 4, (void *)v)) {
			s->head.flags |= RECORD_FAULT;
			return 0;
		}
		if (op == OP_FD_INO) {
			file = file_of((struct task_struct *)s->task, fd);
			inode = file ? RD(file, f_inode) : NULL;
			return store(to, inode ? RD(inode, i_ino) : 0, 8);
		}
		sk = sock_of(s, fd);
		if (sk && op == OP_PAIR_PEER)
			sk = RD((struct unix_sock *)sk, peer);
		return store(to, (__u64)sk, 8);
	}
	return 0;
}
#endif
