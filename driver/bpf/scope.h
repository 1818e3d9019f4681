// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* Whose doings are recorded: all of the machine's, those of a process and its
 * descendants, or those in a cgroup. Anything else does not leave the kernel. */
#ifndef LANNER_SCOPE_H
#define LANNER_SCOPE_H

const volatile __u32 scope_kind = SCOPE_NONE;
const volatile __u32 scope_self;      /* the reader: watching oneself has no end */
const volatile __u64 scope_cgroup;    /* number of its kernfs node */
const volatile __s32 scope_level;     /* how deep it is */
const volatile __s32 scope_subsystem; /* hierarchy of version 1, or -1: version 2 */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32); /* tgid */
	__type(value, __u8);
} scope_tree SEC(".maps");

volatile __u64 scope_lost; /* processes for which the tree had no room: they are not seen */

static __always_inline __u64 cgroup_number(struct cgroup *cgroup)
{
	struct kernfs_node *kn = RD(cgroup, kn);

	return RD(kn, id);
}

static __always_inline bool in_cgroup(struct task_struct *task)
{
	struct css_set *set = RD(task, cgroups);
	struct cgroup_subsys_state *css;
	struct cgroup *cgroup, *above = NULL;
	__u64 number = 0;
	__s32 level;

	if (scope_subsystem < 0) {
		cgroup = RD(set, dfl_cgrp);
	} else {
		bpf_probe_read_kernel(&css, sizeof(css),
				      (void *)set + bpf_core_field_offset(struct css_set, subsys) + 8 * (scope_subsystem & 15));
		cgroup = RD(css, cgroup);
	}
	level = RD(cgroup, level);
	if (level < scope_level)
		return false;
	if (level == scope_level)
		return cgroup_number(cgroup) == scope_cgroup;
	if (bpf_core_field_exists(cgroup->ancestors)) {
		bpf_probe_read_kernel(&above, sizeof(above),
				      (void *)cgroup + bpf_core_field_offset(struct cgroup, ancestors) + 8 * (scope_level & 63));
		return cgroup_number(above) == scope_cgroup;
	}
	bpf_probe_read_kernel(&number, sizeof(number),
			      (void *)cgroup + bpf_core_field_offset(struct cgroup___old, ancestor_ids) + 8 * (scope_level & 63));
	return number == scope_cgroup;
}

static __always_inline bool in_scope(struct task_struct *task)
{
	__u32 tgid = RD(task, tgid);

	if (tgid == scope_self)
		return false;
	switch (scope_kind) {
	case SCOPE_HOST:
		return true;
	case SCOPE_TREE:
		return bpf_map_lookup_elem(&scope_tree, &tgid);
	case SCOPE_CGROUP:
		return in_cgroup(task);
	}
	return false;
}

static __always_inline void enter_scope(struct task_struct *child)
{
	__u32 tgid = RD(child, tgid);
	__u8 in = 1;

	if (scope_kind == SCOPE_TREE && bpf_map_update_elem(&scope_tree, &tgid, &in, BPF_ANY))
		scope_lost++;
}

static __always_inline void leave_scope(struct task_struct *task)
{
	__u32 tgid = RD(task, tgid);

	bpf_map_delete_elem(&scope_tree, &tgid);
}
#endif
