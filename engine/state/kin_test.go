// SPDX-License-Identifier: Apache-2.0

package state_test

import (
	"testing"

	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// kin knows the processes 1, 20, and 30 with the thread 31, after some events.
func kin(events ...*event.Event) *state.Kin {
	k := state.NewKin()
	for _, p := range []event.Proc{{TID: 1, PID: 1}, {TID: 20, PID: 20, PPID: 1}, {TID: 31, PID: 30, PPID: 1}, {TID: 30, PID: 30, PPID: 1}} {
		k.Proc(&p)
	}
	for _, ev := range events {
		k.Follow(ev)
	}
	return k
}

// familyIn returns the family that an event of a thread belongs to.
func familyIn(k *state.Kin, tid int64) *state.Family {
	f, _ := k.Follow(enginetest.Made(event.CloseExit, tid, p{"res": 0}))
	return f
}

func TestKin(t *testing.T) {
	t.Parallel()
	const thread, inNamespace, vfork = 1 << 13, 1 << 29, 1 << 27
	for name, tt := range map[string]struct {
		events []*event.Event
		same   [][2]int64
		apart  [][2]int64
	}{
		"snapshot": {same: [][2]int64{{30, 31}, {99, 99}}, apart: [][2]int64{{1, 20}, {1, 30}, {99, 1}}},
		"children": {
			events: []*event.Event{cloneOf(0, 22, 22, 20, 0), cloneOf(0, 23, 23, 22, 0)},
			same:   [][2]int64{{22, 20}, {23, 20}},
		},
		"told by the caller alone": {
			events: []*event.Event{cloneOf(22, 20, 20, 1, 0), cloneOf(32, 31, 30, 1, thread)},
			same:   [][2]int64{{22, 20}, {32, 30}},
		},
		"told by both": {
			events: []*event.Event{cloneOf(22, 20, 20, 1, 0), cloneOf(0, 22, 22, 20, 0), cloneOf(0, 32, 30, 1, thread), cloneOf(32, 31, 30, 1, thread)},
			same:   [][2]int64{{22, 20}, {32, 30}},
		},
		"the caller's number is another one inside": {
			events: []*event.Event{cloneOf(30, 20, 20, 1, inNamespace), cloneOf(30, 20, 20, 1, vfork)},
			apart:  [][2]int64{{20, 30}},
		},
		"failed": {events: []*event.Event{cloneOf(-11, 20, 20, 1, 0)}, apart: [][2]int64{{20, 22}}},
		"the parent is not known": {
			events: []*event.Event{cloneOf(0, 41, 41, 40, 0)},
			same:   [][2]int64{{41, 40}},
		},
		"the main thread ended before others": {
			events: []*event.Event{enginetest.Made(event.Procexit, 30, p{"status": 0}), cloneOf(0, 33, 30, 1, thread)},
			same:   [][2]int64{{31, 33}},
		},
		"a number is used again": {
			events: []*event.Event{cloneOf(0, 22, 22, 20, 0), enginetest.Made(event.Procexit, 22, p{"status": 0}), cloneOf(0, 22, 22, 31, 0)},
			same:   [][2]int64{{22, 30}},
			apart:  [][2]int64{{22, 20}},
		},
		"a number is used again, the end was lost": {
			events: []*event.Event{cloneOf(0, 22, 22, 20, 0), cloneOf(22, 30, 30, 1, 0)},
			same:   [][2]int64{{22, 30}},
			apart:  [][2]int64{{22, 20}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := kin(tt.events...)
			for _, tids := range tt.same {
				if familyIn(k, tids[0]) != familyIn(k, tids[1]) {
					t.Errorf("%d and %d are of two families", tids[0], tids[1])
				}
			}
			for _, tids := range tt.apart {
				if familyIn(k, tids[0]) == familyIn(k, tids[1]) {
					t.Errorf("%d and %d are of one family", tids[0], tids[1])
				}
			}
		})
	}
}

// What a child tells belongs to its parent's family, and its end to its own. Who
// will not be heard of again has none.
func TestKinOfEvents(t *testing.T) {
	t.Parallel()
	k := kin()
	for _, tt := range []struct {
		ev      *event.Event
		of      int64 // a thread of the family; 0: none
		changed int64
	}{
		{cloneOf(22, 20, 20, 1, 0), 20, 22},
		{cloneOf(0, 22, 22, 20, 0), 20, 22},
		{cloneOf(0, 32, 30, 1, 1<<13), 31, 32},
		{enginetest.Made(event.Procexit, 22, p{"status": 0}), 20, 22},
		{enginetest.Made(event.Procexit, 22, p{"status": 0}), 0, 22},
		{enginetest.Made(event.Switch, 22, p{}), 0, 0},
		{enginetest.Made(event.CloseExit, 20, p{"res": 0}), 20, 0},
	} {
		of, changed := k.Follow(tt.ev)
		var want *state.Family
		if tt.of != 0 {
			want = familyIn(k, tt.of)
		}
		if of != want || changed != tt.changed {
			t.Errorf("%v of %d: family %p, changed %d, want %p, %d", tt.ev.Type, tt.ev.TID, of, changed, want, tt.changed)
		}
	}
}

// As many threads as a table has are known at once.
func TestKinIsBounded(t *testing.T) {
	t.Parallel()
	k := state.NewKin()
	const most = 262144
	for tid := range int64(most + 10) {
		k.Proc(&event.Proc{TID: tid + 1, PID: tid + 1})
	}
	known := 0
	for tid := range int64(most + 10) {
		if f, _ := k.Follow(enginetest.Made(event.Procexit, tid+1, p{"status": 0})); f != nil {
			known++
		}
	}
	if known > most || known < most/2 {
		t.Errorf("%d threads are known, want at most %d", known, most)
	}
}
