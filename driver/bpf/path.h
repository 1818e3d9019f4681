// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Paths as the kernel has them, and what it knows of an open file. */
#ifndef LANNER_PATH_H
#define LANNER_PATH_H

#define MAX_DEPTH 192 /* names in a path; a deeper one is left out */
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define OVERLAY_MAGIC 0x794c7630
#define FMODE_CREATED 0x100000

static __always_inline struct mount *mount_of(__u64 vfsmount)
{
	return (struct mount *)(vfsmount - bpf_core_field_offset(struct mount, mnt));
}

/* Puts a name before the path that is made from its end on. */
static __always_inline bool before(struct scratch *s, struct path_memory *p, struct dentry *dentry, bool slash)
{
	__u32 at = s->at, len = RD(dentry, d_name.len);
	const unsigned char *name = RD(dentry, d_name.name);

	len &= 0xff;
	if (at > MAX_TEXT || at < len + 1)
		return false;
	at -= len;
	if (at > MAX_TEXT)
		return false;
	if (bpf_probe_read_kernel(p->text + at, len, name))
		return false;
	if (slash) {
		at--;
		if (at > MAX_TEXT)
			return false;
		p->text[at] = '/';
	}
	s->at = at;
	return true;
}

/*
 * The path of a struct path, from the root folder of the task: what an absolute
 * path of its own would be. What is outside of that folder begins at the
 * kernel's root. Things without a place in a file system (memfd:name) have
 * their name. All that changes from turn to turn is in memory, so that the
 * verifier sees each turn as the same.
 */
__noinline int path_text(__u64 path)
{
	struct scratch *s = scratch();
	struct path_memory *p = path_memory();
	struct fs_struct *fs;
	__u64 root_mnt, root;
	__u8 *to;
	__u32 len;
	int i;

	if (!s || !p || !path)
		return 0;
	to = room(s);
	if (!to)
		return 0;
	fs = RD((struct task_struct *)s->task, fs);
	root_mnt = (__u64)RD(fs, root.mnt);
	root = (__u64)RD(fs, root.dentry);
	s->mnt = (__u64)RD((struct path *)path, mnt);
	s->dentry = (__u64)RD((struct path *)path, dentry);
	s->at = MAX_TEXT - 1;
	p->text[MAX_TEXT - 1] = 0;
	for (i = 0; i < MAX_DEPTH; i++) {
		__u64 mnt = s->mnt, dentry = s->dentry, parent;

		if (!dentry || (dentry == root && mnt == root_mnt))
			break;
		if (dentry == (__u64)RD((struct vfsmount *)mnt, mnt_root)) {
			struct mount *m = mount_of(mnt), *up = RD(m, mnt_parent);

			if (m == up || !up)
				break;
			s->dentry = (__u64)RD(m, mnt_mountpoint);
			s->mnt = (__u64)up + bpf_core_field_offset(struct mount, mnt);
			continue;
		}
		parent = (__u64)RD((struct dentry *)dentry, d_parent);
		if (parent == dentry) {
			if (!before(s, p, (struct dentry *)dentry, false))
				return 0;
			goto done;
		}
		if (!before(s, p, (struct dentry *)dentry, true)) {
			s->head.flags |= RECORD_CUT;
			return 0;
		}
		s->dentry = parent;
	}
	if (i == MAX_DEPTH) {
		s->head.flags |= RECORD_CUT;
		return 0;
	}
	if (s->at == MAX_TEXT - 1) {
		s->at = MAX_TEXT - 2;
		p->text[MAX_TEXT - 2] = '/';
	}
done:
	len = s->at;
	if (len >= MAX_TEXT)
		return 0;
	len = MAX_TEXT - len;
	if (s->at > MAX_TEXT || bpf_probe_read_kernel(to, len, p->text + s->at))
		return 0;
	return len;
}

static __always_inline struct file *file_of(struct task_struct *task, __s64 fd)
{
	struct files_struct *files = RD(task, files);
	struct fdtable *table;
	struct file *file = NULL;

	if (!files || fd < 0)
		return NULL;
	table = RD(files, fdt);
	if (fd >= RD(table, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), RD(table, fd) + fd);
	return file;
}

/* 1: in the upper layer of an overlay, 2: in a lower one, 0: in no overlay. The
 * overlay's own inode has the upper layer's dentry right after the inode. */
static __always_inline __u32 layer(struct inode *inode)
{
	struct super_block *sb = RD(inode, i_sb);
	__u64 upper = 0;

	if (RD(sb, s_magic) != OVERLAY_MAGIC)
		return 0;
	bpf_probe_read_kernel(&upper, 8, (void *)inode + bpf_core_type_size(struct inode));
	return upper ? 1 : 2;
}

/* In the bits of open's flags that have no meaning there. */
#define OPEN_CREATED (1u << 29)
#define OPEN_UPPER (1u << 30)
#define OPEN_LOWER (1u << 31)

__noinline int put_file(__u32 op, __u32 arg)
{
	struct super_block *sb;
	struct inode *inode = NULL;
	struct file *file = NULL;
	__u64 v = 0;

	BEGIN(s, to);
	if (s->ret >= 0)
		file = file_of((struct task_struct *)s->task, s->ret);
	if (file)
		inode = RD(file, f_inode);
	if (arg < 6)
		v = s->arg[arg];
	switch (op) {
	case OP_HOW_FLAGS: /* struct open_how begins with them */
	case OP_OPEN_FLAGS:
		if (op == OP_HOW_FLAGS && bpf_probe_read_user(&v, 8, (void *)v)) {
			s->head.flags |= RECORD_FAULT;
			return 0;
		}
		v &= OPEN_CREATED - 1;
		if (inode) {
			__u32 l = layer(inode);

			if (RD(file, f_mode) & FMODE_CREATED)
				v |= OPEN_CREATED;
			if (l)
				v |= l == 1 ? OPEN_UPPER : OPEN_LOWER;
		}
		return store(to, v, 4);
	case OP_FILE_DEV: {
		__u32 dev = 0;

		if (inode) {
			sb = RD(inode, i_sb);
			dev = RD(sb, s_dev);
		}
		/* The kernel's own form has 20 bits for the minor number; user space
		 * knows the one of stat. */
		return store(to, (dev >> 20 << 8) | (dev & 0xff) | ((dev & 0xfff00) << 12), 4);
	}
	case OP_FILE_INO:
		return store(to, inode ? RD(inode, i_ino) : 0, 8);
	case OP_FILE_LAYER:
		return store(to, inode ? layer(inode) : 0, 2);
	case OP_FILE_PATH:
		if (!file)
			return 0;
		return path_text(address(s, file, bpf_core_field_offset(struct file, f_path)));
	}
	return 0;
}
#endif
