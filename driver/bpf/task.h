// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* What the kernel knows of a thread and its process. */
#ifndef LANNER_TASK_H
#define LANNER_TASK_H

#define PIDTYPE_PGID 2
#define RLIMIT_NOFILE 7
#define PF_EXITING 4
#define CLONE_IN_PIDNS 1 /* the lowest byte of clone's flags is a signal, not told */

const volatile __u32 page_kib_shift = 2; /* a page has 1 << so many KiB */

/* The text between two addresses of the task's memory, up to most bytes. */
static __always_inline int area(struct scratch *s, __u8 *to, __u64 from, __u64 end)
{
	__u64 len = end - from;

	if (!from || end <= from)
		return 0;
	if (len > MAX_TEXT) {
		s->head.flags |= RECORD_CUT;
		len = MAX_TEXT;
	}
	if (bpf_probe_read_user(to, len, (void *)from)) {
		s->head.flags |= RECORD_FAULT;
		return 0;
	}
	to[(len - 1) & (MAX_TEXT - 1)] = 0;
	return len;
}

/* argv[0], the rest of argv, or the environment, as they stand in the memory
 * that the kernel filled at execve. */
__noinline int task_text(__u32 op)
{
	struct mm_struct *mm;
	__u64 from, end;
	long n;

	BEGIN(s, to);
	mm = RD((struct task_struct *)s->task, mm);
	if (!mm)
		return 0; /* a kernel thread */
	if (op == OP_ENV)
		return area(s, to, RD(mm, env_start), RD(mm, env_end));
	from = RD(mm, arg_start);
	end = RD(mm, arg_end);
	n = bpf_probe_read_user_str(to, MAX_TEXT, (void *)from);
	if (n < 0) {
		s->head.flags |= RECORD_FAULT;
		return 0;
	}
	if (n == MAX_TEXT) { /* where the others begin is not known */
		s->head.flags |= RECORD_CUT;
		return op == OP_EXE ? n : 0;
	}
	if (op == OP_EXE)
		return n;
	return area(s, to, from + n, end);
}

static __always_inline __s64 number_in(struct pid *pid, __u32 level)
{
	struct upid upid = {};

	if (!pid || level > 32)
		return 0;
	bpf_probe_read_kernel(&upid, sizeof(upid),
			      (void *)pid + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid));
	return upid.nr;
}

/* The number of a pid in the pid namespace that it was made in. */
static __always_inline __s64 own_number(struct pid *pid)
{
	return pid ? number_in(pid, RD(pid, level)) : 0;
}

static __always_inline struct pid_namespace *namespace_of(struct pid *pid)
{
	struct upid upid = {};
	__u32 level = RD(pid, level);

	if (level > 32)
		return NULL;
	bpf_probe_read_kernel(&upid, sizeof(upid),
			      (void *)pid + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid));
	return upid.ns;
}

static __always_inline __u64 start_of(struct task_struct *task)
{
	if (bpf_core_field_exists(task->start_boottime))
		return RD(task, start_boottime);
	return RD((struct task_struct___old *)task, real_start_time);
}

/* One of the counters of resident pages: files, anonymous, swapped, shared. */
static __always_inline __u64 pages(struct mm_struct *mm, __u32 which)
{
	__s64 n = 0;

	which &= 3;
	if (bpf_core_type_exists(struct mm_rss_stat___old))
		bpf_probe_read_kernel(&n, 8, (void *)mm + bpf_core_field_offset(struct mm_struct___old, rss_stat) + 8 * which);
	else
		bpf_probe_read_kernel(&n, 8,
				      (void *)mm + bpf_core_field_offset(struct mm_struct, rss_stat) +
					      which * bpf_core_type_size(struct percpu_counter) +
					      bpf_core_field_offset(struct percpu_counter, count));
	return n < 0 ? 0 : n;
}

static __always_inline __u32 terminal(struct task_struct *task)
{
	struct signal_struct *signal = RD(task, signal);
	struct tty_struct *tty = RD(signal, tty);
	struct tty_driver *driver;
	__u32 major, minor;

	if (!tty)
		return 0;
	driver = RD(tty, driver);
	major = RD(driver, major);
	minor = RD(driver, minor_start) + RD(tty, index);
	return (major << 8) | (minor & 0xff) | ((minor & 0xfff00) << 12);
}

static __always_inline __u64 changed(struct inode *inode)
{
	struct inode___split *split = (void *)inode;

	if (bpf_core_field_exists(split->i_ctime_sec))
		/* The highest bit says, from 6.13, that somebody asked for it. */
		return RD(split, i_ctime_sec) * SECOND + (RD(split, i_ctime_nsec) & 0x7fffffff);
	if (bpf_core_field_exists(inode->__i_ctime))
		return RD(inode, __i_ctime.tv_sec) * SECOND + RD(inode, __i_ctime.tv_nsec);
	return RD(inode, i_ctime.tv_sec) * SECOND + RD(inode, i_ctime.tv_nsec);
}

static __always_inline __u64 modified(struct inode *inode)
{
	struct inode___split *split = (void *)inode;

	if (bpf_core_field_exists(split->i_mtime_sec))
		return RD(split, i_mtime_sec) * SECOND + RD(split, i_mtime_nsec);
	if (bpf_core_field_exists(inode->__i_mtime))
		return RD(inode, __i_mtime.tv_sec) * SECOND + RD(inode, __i_mtime.tv_nsec);
	return RD(inode, i_mtime.tv_sec) * SECOND + RD(inode, i_mtime.tv_nsec);
}

#define CAP_DAC_OVERRIDE 1
#define EXE_WRITABLE 1
#define EXE_UPPER 2
#define EXE_MEMFD 4
#define EXE_LOWER 8

/* Whether who runs it may also write it, by mode, owner and capability; access
 * lists are not looked at. */
static __always_inline bool writable(struct cred *cred, struct inode *inode)
{
	__u32 mode = RD(inode, i_mode);
	__u64 caps = 0;

	bpf_core_read(&caps, 8, &cred->cap_effective);
	if (caps & (1 << CAP_DAC_OVERRIDE))
		return true;
	if (RD(inode, i_uid.val) == RD(cred, euid.val))
		return mode & 0200;
	if (RD(inode, i_gid.val) == RD(cred, egid.val))
		return mode & 0020;
	return mode & 0002;
}

static __always_inline __u32 exec_flags(struct task_struct *task, struct file *exe, struct inode *inode)
{
	struct dentry *dentry = RD(exe, f_path.dentry);
	const unsigned char *name = RD(dentry, d_name.name);
	char start[8] = {};
	__u32 flags = 0, l = layer(inode);

	if (writable(RD(task, cred), inode))
		flags |= EXE_WRITABLE;
	if (l)
		flags |= l == 1 ? EXE_UPPER : EXE_LOWER;
	/* A memfd has no place in a file system: it is its own parent. */
	bpf_probe_read_kernel(start, 6, name);
	if (RD(dentry, d_parent) == dentry && start[0] == 'm' && start[1] == 'e' && start[2] == 'm' && start[3] == 'f' &&
	    start[4] == 'd' && start[5] == ':')
		flags |= EXE_MEMFD;
	return flags;
}

#define MAX_SUBREAPERS 16

/* Who gets the children of a thread that ends; 0 if it has none. */
static __always_inline __s64 reaper(struct task_struct *task)
{
	struct task_struct *leader = RD(task, group_leader), *parent = RD(task, real_parent), *init;
	struct signal_struct *signal = RD(task, signal);
	void *children = (void *)task + bpf_core_field_offset(struct task_struct, children);
	struct pid_namespace *ns;
	int i;

	if ((void *)RD(task, children.next) == children)
		return 0;
	if (RD(signal, live.counter) > 0) /* another thread of the process does: 0 if it is not the main one */
		return leader != task && !(RD(leader, flags) & PF_EXITING) ? RD(leader, pid) : 0;
	ns = namespace_of(RD(task, thread_pid));
	init = ns ? RD(ns, child_reaper) : NULL;
	for (i = 0; i < MAX_SUBREAPERS && BPF_CORE_READ_BITFIELD_PROBED(signal, has_child_subreaper); i++) {
		struct signal_struct *above = RD(parent, signal);

		if (parent == init || !parent)
			break;
		if (BPF_CORE_READ_BITFIELD_PROBED(above, is_child_subreaper) && !(RD(parent, flags) & PF_EXITING))
			return RD(parent, tgid);
		parent = RD(parent, real_parent);
	}
	return init ? RD(init, tgid) : 1;
}

/* name=PATH of one cgroup. */
__noinline int cgroup_text(__u64 kn, __u32 prefix)
{
	struct scratch *s = scratch();
	struct path_memory *p = path_memory();
	__u32 len;
	__u8 *to;
	int i;

	if (!s || !p)
		return 0;
	if (s->off > DATA_LIMIT)
		return 0;
	to = room(s);
	if (!to || s->text > MAX_TEXT / 2)
		return 0;
	to += s->text;
	s->at = MAX_TEXT - 1;
	p->text[MAX_TEXT - 1] = 0;
	s->dentry = kn;
	for (i = 0; i < 64; i++) {
		struct kernfs_node *node = (struct kernfs_node *)s->dentry, *up;
		char *name = s->name;
		__u32 at = s->at;
		long n;

		if (bpf_core_field_exists(node->__parent))
			up = RD(node, __parent);
		else
			up = RD((struct kernfs_node___old *)node, parent);
		if (!up)
			break;
		n = bpf_probe_read_kernel_str(name, sizeof(s->name), RD(node, name));
		if (n < 1 || n >= sizeof(s->name) || at > MAX_TEXT || at < n)
			return 0; /* half of a name would be another one */
		at -= n;
		if (at > MAX_TEXT)
			break;
		p->text[at] = '/';
		bpf_probe_read_kernel(p->text + at + 1, n - 1, name);
		s->at = at;
		s->dentry = (__u64)up;
	}
	if (i == 64)
		return 0;
	if (s->at == MAX_TEXT - 1) {
		s->at = MAX_TEXT - 2;
		p->text[MAX_TEXT - 2] = '/';
	}
	len = s->at;
	if (len >= MAX_TEXT)
		return 0;
	len = MAX_TEXT - len;
	if (len > MAX_TEXT / 2 - 16)
		return 0;
	switch (prefix) {
	case 0:
		__builtin_memcpy(to, "cpuset=", 7);
		to += 7;
		break;
	case 1:
		__builtin_memcpy(to, "memory=", 7);
		to += 7;
		break;
	default:
		__builtin_memcpy(to, "pids=", 5);
		to += 5;
	}
	if (s->at > MAX_TEXT || bpf_probe_read_kernel(to, len, p->text + s->at))
		return 0;
	s->text += len + (prefix < 2 ? 7 : 5);
	return len;
}

/* In the hierarchy of version 2 a controller need not go as deep as the process
 * is; there the place of the process itself counts. */
#define CGROUP(member, prefix)                                                                                    \
	if (bpf_core_enum_value_exists(enum cgroup_subsys_id, member)) {                                          \
		struct cgroup_subsys_state *css = NULL;                                                           \
		struct cgroup *cgroup;                                                                            \
		bpf_probe_read_kernel(&css, sizeof(css),                                                          \
				      (void *)set + bpf_core_field_offset(struct css_set, subsys) +               \
					      8 * bpf_core_enum_value(enum cgroup_subsys_id, member));            \
		cgroup = RD(css, cgroup);                                                                         \
		if (RD(cgroup, root) == RD(unified, root))                                                        \
			cgroup = unified;                                                                         \
		cgroup_text(address(s, RD(cgroup, kn), 0), prefix);                                               \
	}

/* Its places in the hierarchies by which containers are told apart. */
__noinline int cgroups(void)
{
	struct scratch *s = scratch();
	struct css_set *set;
	struct cgroup *unified;

	if (!s)
		return 0;
	set = RD((struct task_struct *)s->task, cgroups);
	unified = RD(set, dfl_cgrp);
	s->text = 0;
	CGROUP(cpuset_cgrp_id, 0)
	CGROUP(memory_cgrp_id, 1)
	CGROUP(pids_cgrp_id, 2)
	return s->text;
}

/* What is known of its memory and of the program that it runs. */
__noinline int put_image(__u32 op)
{
	struct task_struct *task;
	struct mm_struct *mm;
	struct inode *inode = NULL;
	struct file *exe = NULL;

	BEGIN(s, to);
	task = (struct task_struct *)s->task;
	mm = RD(task, mm);
	if (mm) {
		exe = RD(mm, exe_file);
		if (exe)
			inode = RD(exe, f_inode);
	}
	switch (op) {
	case OP_VM_SIZE:
		return store(to, mm ? RD(mm, total_vm) << page_kib_shift : 0, 4);
	case OP_VM_RSS:
		return store(to, mm ? (pages(mm, 0) + pages(mm, 1) + pages(mm, 3)) << page_kib_shift : 0, 4);
	case OP_VM_SWAP:
		return store(to, mm ? pages(mm, 2) << page_kib_shift : 0, 4);
	case OP_EXEC_FLAGS:
		return store(to, inode ? exec_flags(task, exe, inode) : 0, 4);
	case OP_EXE_INO:
		return store(to, inode ? RD(inode, i_ino) : 0, 8);
	case OP_EXE_CTIME:
		return store(to, inode ? changed(inode) : 0, 8);
	case OP_EXE_MTIME:
		return store(to, inode ? modified(inode) : 0, 8);
	case OP_EXE_PATH:
		return exe ? path_text(address(s, exe, bpf_core_field_offset(struct file, f_path))) : 0;
	}
	return 0;
}

/* Its numbers, in the machine's pid namespace and in its own. */
__noinline int put_identity(__u32 op)
{
	struct task_struct *task, *other;
	struct signal_struct *signal;
	struct pid_namespace *ns;
	struct pid *pid;

	BEGIN(s, to);
	task = (struct task_struct *)s->task;
	signal = RD(task, signal);
	pid = RD(task, thread_pid);
	switch (op) {
	case OP_TID:
		return store(to, (__s64)RD(task, pid), 8);
	case OP_PID:
		return store(to, (__s64)RD(task, tgid), 8);
	case OP_PPID:
		other = RD(task, real_parent);
		return store(to, (__s64)RD(other, tgid), 8);
	case OP_VPGID:
		return store(to, own_number(RD(signal, pids[PIDTYPE_PGID])), 8);
	case OP_PGID:
		return store(to, number_in(RD(signal, pids[PIDTYPE_PGID]), 0), 8);
	case OP_VTID:
		return store(to, own_number(pid), 8);
	case OP_VPID:
		other = RD(task, group_leader);
		return store(to, own_number(RD(other, thread_pid)), 8);
	case OP_PIDNS_START:
		ns = namespace_of(pid);
		if (!ns)
			return 0;
		other = RD(ns, child_reaper);
		return store(to, start_of(other), 8);
	}
	return 0;
}

static __always_inline __u64 in_namespace(struct task_struct *task)
{
	struct pid *pid = RD(task, thread_pid);

	return RD(pid, level) > 0 ? CLONE_IN_PIDNS : 0;
}

__noinline int put_rights(__u32 op)
{
	struct task_struct *task;
	struct signal_struct *signal;
	struct cred *cred;
	__u64 v = 0;
	__u32 status;

	BEGIN(s, to);
	task = (struct task_struct *)s->task;
	cred = RD(task, cred);
	status = RD(task, exit_code);
	switch (op) {
	case OP_FDLIMIT:
		signal = RD(task, signal);
		return store(to, RD(signal, rlim[RLIMIT_NOFILE].rlim_cur), 8);
	case OP_PGFT_MAJ:
		return store(to, RD(task, maj_flt), 8);
	case OP_PGFT_MIN:
		return store(to, RD(task, min_flt), 8);
	case OP_TTY:
		return store(to, terminal(task), 4);
	case OP_LOGINUID:
		return store(to, bpf_core_field_exists(task->loginuid) ? RD(task, loginuid.val) : ~0u, 4);
	case OP_UID:
		return store(to, RD(cred, euid.val), 4);
	case OP_GID:
		return store(to, RD(cred, egid.val), 4);
	case OP_CAP_INHERITABLE:
		bpf_core_read(&v, 8, &cred->cap_inheritable);
		return store(to, v, 8);
	case OP_CAP_PERMITTED:
		bpf_core_read(&v, 8, &cred->cap_permitted);
		return store(to, v, 8);
	case OP_CAP_EFFECTIVE:
		bpf_core_read(&v, 8, &cred->cap_effective);
		return store(to, v, 8);
	case OP_EXIT_STATUS:
		return store(to, (__s64)(__s32)status, 8);
	case OP_EXIT_CODE:
		return store(to, status >> 8 & 0xff, 8);
	case OP_EXIT_SIGNAL:
		return store(to, status & 0x7f, 1);
	case OP_EXIT_CORE:
		return store(to, status >> 7 & 1, 1);
	case OP_REAPER:
		return store(to, reaper(task), 8);
	}
	return 0;
}

#define CLONE_FILES 0x400
#define CLONE_THREAD 0x10000

/* What a new thread has in common with who made it, in clone's flags. */
static __always_inline __u64 shared_with_parent(struct task_struct *task)
{
	bool thread = RD(task, pid) != RD(task, tgid);
	struct task_struct *from = thread ? RD(task, group_leader) : RD(task, real_parent);

	return (thread ? CLONE_THREAD : 0) | (RD(from, files) == RD(task, files) ? CLONE_FILES : 0);
}

__noinline int put_task(__u32 op, __u32 arg)
{
	struct task_struct *task;
	struct fs_struct *fs;
	__u64 v = 0;
	long n;

	BEGIN(s, to);
	task = (struct task_struct *)s->task;
	if (arg < 6)
		v = s->arg[arg];
	switch (op) {
	case OP_EXE:
	case OP_ARGS:
	case OP_ENV:
		return task_text(op);
	case OP_CWD:
		fs = RD(task, fs);
		return fs ? path_text(address(s, fs, bpf_core_field_offset(struct fs_struct, pwd))) : 0;
	case OP_COMM:
		n = bpf_core_read_str(to, 16, &task->comm);
		return n < 0 ? 0 : n;
	case OP_CGROUPS:
		return cgroups();
	case OP_CLONE3_FLAGS: /* struct clone_args begins with them */
		if (!s->ret)
			v = shared_with_parent(task); /* the parent may use that memory again */
		else if (bpf_probe_read_user(&v, 8, (void *)v))
			v = 0;
		return store(to, (v & ~0xffull) | in_namespace(task), 4);
	case OP_IN_PIDNS:
		v = 0;
		/* fallthrough */
	case OP_CLONE_FLAGS:
		return store(to, (v & ~0xffull) | in_namespace(task), 4);
	case OP_EXEC_NAME:
		if (!s->exec_name)
			return 0;
		n = bpf_probe_read_kernel_str(to, MAX_TEXT, (void *)s->exec_name);
		return n < 0 ? 0 : n;
	case OP_VM_SIZE:
	case OP_VM_RSS:
	case OP_VM_SWAP:
	case OP_EXEC_FLAGS:
	case OP_EXE_INO:
	case OP_EXE_CTIME:
	case OP_EXE_MTIME:
	case OP_EXE_PATH:
		return put_image(op);
	case OP_TID:
	case OP_PID:
	case OP_PPID:
	case OP_VPGID:
	case OP_PGID:
	case OP_VTID:
	case OP_VPID:
	case OP_PIDNS_START:
		return put_identity(op);
	}
	return put_rights(op);
}
#endif
