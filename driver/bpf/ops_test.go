// SPDX-License-Identifier: Apache-2.0

package bpf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cilium/ebpf/btf"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/driver/decode"
)

// The tables in Go and the headers of the programs say the same.
func TestNumbersAgree(t *testing.T) {
	spec, err := LoadLanner()
	if err != nil {
		t.Fatal(err)
	}
	var ops *btf.Enum
	if err := spec.Types.TypeByName("op", &ops); err != nil {
		t.Fatal(err)
	}
	words := calls.Words()
	if len(ops.Values) != len(words) {
		t.Errorf("%d operations in op.h, %d in package calls", len(ops.Values), len(words))
	}
	for _, v := range ops.Values {
		name := strings.ToLower(strings.TrimPrefix(v.Name, "OP_"))
		if after, ok := strings.CutPrefix(name, "ptr_"); ok {
			name = "*" + after
		}
		if op, ok := words[name]; !ok || uint64(op) != v.Value {
			t.Errorf("%s is %d, and %q in package calls is %d", v.Name, v.Value, name, op)
		}
	}
	for name, same := range map[string]bool{
		"life": int(LannerSpecFlagsSPEC_LIFE) == int(calls.Life), "bulk": int(LannerSpecFlagsSPEC_BULK) == int(calls.Bulk),
		"failed": int(LannerSpecFlagsSPEC_FAILED) == int(calls.Failed), "state": int(LannerSpecFlagsSPEC_STATE) == int(calls.State),
		"want": int(LannerWantWANT) == int(calls.WantCall), "want failed": int(LannerWantWANT_FAILED) == int(calls.WantFailed),
		"want count": int(LannerWantWANT_COUNT) == int(calls.WantCount),
		"cut":        int(LannerRecordFlagsRECORD_CUT) == int(decode.Cut), "fault": int(LannerRecordFlagsRECORD_FAULT) == int(decode.Fault),
		"compat": int(LannerRecordFlagsRECORD_COMPAT) == int(decode.Compat),
		"exec":   int(LannerNoticeNOTICE_EXEC) == int(calls.NoticeExec), "execveat": int(LannerNoticeNOTICE_EXECVEAT) == int(calls.NoticeExecveat),
		"exit": int(LannerNoticeNOTICE_EXIT) == int(calls.NoticeExit), "child": int(LannerNoticeNOTICE_CHILD) == int(calls.NoticeChild),
	} {
		if !same {
			t.Errorf("the number of %q differs", name)
		}
	}
	var header *btf.Struct
	if err := spec.Types.TypeByName("header", &header); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(header.Size); got != fmt.Sprint(decode.HeaderSize) {
		t.Errorf("a record's header has %s bytes, package decode says %d", got, decode.HeaderSize)
	}
}
