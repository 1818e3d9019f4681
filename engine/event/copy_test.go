// SPDX-License-Identifier: Apache-2.0

package event

import (
	"bytes"
	"testing"
)

func TestCopy(t *testing.T) {
	t.Parallel()
	empty := Event{Time: 1, TID: -1}
	full := Event{Num: 3, Time: 1 << 63, TID: -7, CPU: 65535, Type: OpenatExit, Merged: true}
	full.Reset([]byte("abcdef and more"))
	for _, size := range []uint32{3, 0, 2, 1} {
		if !full.AddParam(size) {
			t.Fatal("no room")
		}
	}
	copies := full.AppendCopy([]byte("before"))
	second := len(copies)
	copies = empty.AppendCopy(copies)
	for _, tt := range []struct {
		want *Event
		at   int
	}{{&full, len("before")}, {&empty, second}} {
		have := Event{Num: 5}
		have.Reset([]byte("of another"))
		have.AddParam(4)
		have.ReadCopy(copies[tt.at:])
		want := tt.want
		if have.Num != 5 || have.Time != want.Time || have.TID != want.TID || have.CPU != want.CPU || have.Type != want.Type ||
			have.Merged != want.Merged || have.NumParams() != want.NumParams() {
			t.Errorf("have %+v, want %+v", have, want)
		}
		for i := range want.NumParams() + 1 {
			if !bytes.Equal(have.Param(i), want.Param(i)) {
				t.Errorf("parameter %d is %q, want %q", i, have.Param(i), want.Param(i))
			}
		}
	}
}
