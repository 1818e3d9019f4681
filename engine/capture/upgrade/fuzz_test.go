// SPDX-License-Identifier: Apache-2.0

package upgrade

import (
	"testing"

	"github.com/lanner-project/lanner/engine/event"
)

// FuzzApply gives an Upgrader a row of events that may be anything: each is a
// type in two bytes, a thread, a number of parameters and their lengths in a
// byte each; their bytes are the rest of the input.
func FuzzApply(f *testing.F) {
	for t := range event.Type(event.NumTypes) {
		n := byte(len(t.Info().Params))
		pair := []byte{byte(t), byte(t >> 8), 1, n}
		for range n {
			pair = append(pair, 8)
		}
		begin := t &^ 1
		f.Add(append([]byte{byte(begin), byte(begin >> 8), 1, 2, 8, 4}, pair...))
		f.Add(append(pair, byte(event.Procexit), 0, 1, 0))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		u := New(Limits{Threads: 4, Bytes: 256})
		for num := uint64(1); len(data) >= 4; num++ {
			ev := event.Event{Num: num, Type: event.Type(data[0]) | event.Type(data[1])<<8, TID: int64(data[2])}
			n := min(int(data[3]), len(data)-4)
			lens := data[4 : 4+n]
			data = data[4+n:]
			ev.Reset(data)
			for _, l := range lens {
				ev.AddParam(uint32(l))
			}
			before := ev
			if u.Apply(&ev) {
				checkNewest(t, &before, &ev)
			}
			checkBegins(t, &u.begins)
		}
		s := u.Stats()
		if s.Mismatched > s.Lost || s.Lost > s.Upgraded || s.Evicted > s.Merged {
			t.Errorf("counted %+v", s)
		}
	})
}

// checkNewest checks what an Upgrader kept.
func checkNewest(t *testing.T, before, ev *event.Event) {
	t.Helper()
	info := ev.Type.Info()
	switch {
	case ev.Num == 0 || ev.Num > before.Num:
		t.Errorf("event %d has number %d", before.Num, ev.Num)
	case !ev.Type.Known():
		if ev.Type != before.Type {
			t.Errorf("type %d became %d", before.Type, ev.Type)
		}
	case info.Flags&(event.Old|event.Unused) != 0 || info.Origin == event.OriginSyscall && ev.Type.IsEnter():
		t.Errorf("%s(%d) is kept as %s(%d)", before.Type, before.Type, ev.Type, ev.Type)
	case ev.Type != before.Type && ev.NumParams() != len(info.Common()):
		t.Errorf("%s(%d) became %s(%d) with %d parameters", before.Type, before.Type, ev.Type, ev.Type, ev.NumParams())
	case ev.NumParams() < before.NumParams() && ev.Type == before.Type:
		t.Errorf("%s(%d) has lost parameters: %d of %d", ev.Type, ev.Type, ev.NumParams(), before.NumParams())
	}
}

// checkBegins checks that what is remembered agrees with itself.
func checkBegins(t *testing.T, b *begins) {
	t.Helper()
	count, held, bytes := 0, 0, 0
	for th := b.oldest; th != nil; {
		count++
		bytes += cap(th.data)
		if th.held {
			held++
		}
		if b.byTID[th.tid] != th || th.newer.older != th {
			t.Fatalf("thread %d is not where it should be", th.tid)
		}
		if th = th.newer; th == b.oldest {
			break
		}
	}
	if count != len(b.byTID) || held != b.held || bytes != b.bytes {
		t.Fatalf("%d threads of %d, %d held of %d, %d bytes of %d", count, len(b.byTID), held, b.held, bytes, b.bytes)
	}
	if count > b.limits.Threads || bytes > b.limits.Bytes {
		t.Fatalf("%d threads with %d bytes, over the limits", count, bytes)
	}
	if b.recent != nil && b.byTID[b.recent.tid] != b.recent {
		t.Fatalf("thread %d is the recent one, and unknown", b.recent.tid)
	}
}
