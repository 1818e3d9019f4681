// SPDX-License-Identifier: Apache-2.0

package calls

import (
	"maps"
	"strings"
	"sync"
)

// An Op is how a parameter is made; the numbers are those of driver/bpf/op.h,
// which a test there holds against these words.
type Op uint8

// words are the operations by the words that calls.txt has for them.
var words = map[string]Op{
	"none":            0,
	"ret":             1,
	"ret4":            2,
	"zero":            3,
	"zero4":           4,
	"zero1":           5,
	"s32":             6,
	"u64":             7,
	"u32":             8,
	"u16":             9,
	"u8":              10,
	"native":          11,
	"const":           12,
	"const_high":      13,
	"open_mode":       14,
	"*s32":            15,
	"*u64":            16,
	"*u32":            17,
	"got_u64":         18,
	"str":             32,
	"bytes":           33,
	"bytes_arg":       34,
	"iovec":           35,
	"msg":             36,
	"mmsg":            37,
	"iovec_size":      38,
	"msg_size":        39,
	"argv":            40,
	"argv0":           41,
	"prctl_text":      42,
	"prctl_number":    43,
	"socket_option":   44,
	"socket_error":    45,
	"ptrace_addr":     46,
	"ptrace_data":     47,
	"socket_value":    48,
	"poll_list":       49,
	"timespec":        50,
	"sem_value":       51,
	"sembuf":          52,
	"fsconfig_bytes":  53,
	"fsconfig_text":   54,
	"open_flags":      64,
	"how_flags":       65,
	"file_dev":        66,
	"file_ino":        67,
	"file_path":       68,
	"file_layer":      69,
	"tuple_out":       96,
	"tuple_in":        97,
	"tuple_out_named": 98,
	"tuple_out_to":    99,
	"tuple_in_from":   100,
	"tuple_out_msg":   101,
	"tuple_in_msg":    102,
	"tuple_accepted":  103,
	"queue_percent":   104,
	"queue_length":    105,
	"queue_max":       106,
	"pair_source":     107,
	"pair_peer":       108,
	"fd_ino":          109,
	"sockaddr":        110,
	"exe":             128,
	"args":            129,
	"env":             130,
	"tid":             131,
	"pid":             132,
	"ppid":            133,
	"cwd":             134,
	"fdlimit":         135,
	"pgft_maj":        136,
	"pgft_min":        137,
	"vm_size":         138,
	"vm_rss":          139,
	"vm_swap":         140,
	"comm":            141,
	"cgroups":         142,
	"tty":             143,
	"vpgid":           144,
	"pgid":            145,
	"vtid":            146,
	"vpid":            147,
	"pidns_start":     148,
	"loginuid":        149,
	"clone_flags":     150,
	"clone3_flags":    151,
	"in_pidns":        152,
	"exec_flags":      153,
	"cap_inheritable": 154,
	"cap_permitted":   155,
	"cap_effective":   156,
	"exe_ino":         157,
	"exe_ctime":       158,
	"exe_mtime":       159,
	"uid":             160,
	"gid":             161,
	"exe_path":        162,
	"exec_name":       163,
	"exit_status":     164,
	"exit_code":       165,
	"exit_signal":     166,
	"exit_core":       167,
	"reaper":          168,
}

// Words returns the operations by their words.
func Words() map[string]Op { return maps.Clone(words) }

// widths are the operations whose parameters have a fixed width, by how many
// bytes that is.
var widths = map[int]string{
	8: `
		ret zero s32 u64 *s32 *u64 got_u64 timespec file_ino pair_source pair_peer fd_ino tid pid ppid fdlimit pgft_maj pgft_min
		vpgid pgid vtid vpid pidns_start cap_inheritable cap_permitted cap_effective exe_ino exe_ctime exe_mtime
		exit_status exit_code reaper prctl_number`,
	4: `
		ret4 zero4 u32 open_mode *u32 sem_value iovec_size msg_size open_flags how_flags socket_option file_dev queue_length queue_max
		vm_size vm_rss vm_swap tty loginuid clone_flags clone3_flags in_pidns exec_flags uid gid`,
	2: `
		u16 sembuf native const const_high file_layer`,
	1: `
		u8 zero1 queue_percent exit_signal exit_core`,
}

var widthOf = sync.OnceValue(func() *[256]uint8 {
	var all [256]uint8
	for width, names := range widths {
		for name := range strings.FieldsSeq(names) {
			all[words[name]] = uint8(width)
		}
	}
	return &all
})

// Width returns how many bytes a parameter has that is made so, where it could
// be read; 0 where that differs from record to record.
func (op Op) Width() int { return int(widthOf()[op]) }
