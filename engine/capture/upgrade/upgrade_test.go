// SPDX-License-Identifier: Apache-2.0

package upgrade_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/capture/upgrade"
	"github.com/lanner-project/lanner/engine/event"
)

func num64(n int64) string { return fmt.Sprintf("%c%s", byte(n), strings.Repeat("\x00", 7)) }

const (
	none  = ""
	zero4 = "\x00\x00\x00\x00"
	zero8 = zero4 + zero4
)

// Events that no capture at hand has.
var oldVersions = []struct {
	name   string
	events []event.Event // the last one gives the result
	typ    event.Type
	params []string
}{
	{
		name: "all of a descriptor from a value with a tag, and a command cut to its width",
		events: []event.Event{
			made(event.BpfV1Enter, 7, "\x05\x00\x00\x00\x00\x00\x00\x01"),
			made(event.BpfV1Exit, 7, "\x00"+num64(9)),
		},
		typ:    event.BpfExit,
		params: []string{num64(9), "\x05\x00\x00\x00"},
	},
	{
		name:   "a container as JSON",
		events: []event.Event{made(event.ContainerV4, 0, "ab\x00", "\x02\x00\x00\x00", "say \"hi\"\n\x00", "nginx:1\\é\xff\x00")},
		typ:    event.Container,
		params: []string{`{"id":"ab","type":2,"name":"say \"hi\"\u000a","image":"nginx:1\\é�"}` + "\x00"},
	},
	{
		name:   "half a container",
		events: []event.Event{made(event.ContainerV4, 0, "ab\x00")},
		typ:    event.Container,
		params: []string{none},
	},
	{
		name: "another name: accept4, of which rules knew nothing then",
		events: []event.Event{
			made(event.Accept4V3Enter, 7, "\x00\x08\x00\x00"),
			made(event.Accept4V3Exit, 7, num64(5), "tuple", "\x01"),
		},
		typ:    event.Accept4Exit,
		params: []string{num64(5), "tuple", "\x01", zero4, zero4, "\x00\x08\x00\x00"},
	},
	{
		name:   "the end of a process, of which nothing was told",
		events: []event.Event{made(event.ProcexitV0, 7)},
		typ:    event.Procexit,
		params: []string{none, none, none, none, none},
	},
	{
		name: "the begin is of another thread",
		events: []event.Event{
			made(event.CloseEnter, 7, num64(3)),
			made(event.CloseExit, 8, num64(0)),
		},
		typ:    event.CloseExit,
		params: []string{num64(0), none},
	},
	{
		name: "the begin is of another syscall",
		events: []event.Event{
			made(event.CloseEnter, 7, num64(3)),
			made(event.ReadExit, 7, num64(1), "x"),
		},
		typ:    event.ReadExit,
		params: []string{num64(1), "x", none, zero4},
	},
	{
		name: "the begin is of another syscall without a type of its own",
		events: []event.Event{
			made(event.GenericEnter, 7, "\x01\x00", "\x02\x00"),
			made(event.GenericExit, 7, "\x03\x00"),
		},
		typ:    event.GenericExit,
		params: []string{"\x03\x00", none},
	},
	{
		name: "the begin belongs to an end before",
		events: []event.Event{
			made(event.CloseEnter, 7, num64(3)),
			made(event.StatExit, 7, num64(0), "/\x00"),
			made(event.CloseExit, 7, num64(0)),
		},
		typ:    event.CloseExit,
		params: []string{num64(0), none},
	},
	{
		name: "other events come between the sides",
		events: []event.Event{
			made(event.CloseEnter, 7, num64(3)),
			made(event.SignalDeliver, 7, num64(1), num64(7), "\x09"),
			made(event.Switch, 7, num64(8), zero8, zero8, zero4, zero4, zero4),
			made(event.CloseExit, 7, num64(0)),
		},
		typ:    event.CloseExit,
		params: []string{num64(0), num64(3)},
	},
	{
		name: "a thread that ended takes its begin with it",
		events: []event.Event{
			made(event.CloseEnter, 7, num64(3)),
			made(event.Procexit, 7, num64(0)),
			made(event.CloseExit, 7, num64(0)),
		},
		typ:    event.CloseExit,
		params: []string{num64(0), none},
	},
	{
		name:   "an end without parameters of a type that never had a begin with any",
		events: []event.Event{made(event.SetsockoptExit, 7)},
		typ:    event.SetsockoptExit,
	},
	{
		name: "flags of two meanings",
		events: []event.Event{
			made(event.ExecveatEnter, 7, num64(3), "x\x00", "\x01\x00\x00\x00"),
			made(event.ExecveatExit, 7, num64(0)),
		},
		typ:    event.ExecveatExit,
		params: append([]string{num64(0)}, make([]string, 29)...),
	},
}

func TestOldVersions(t *testing.T) {
	t.Parallel()
	for _, test := range oldVersions {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			u := upgrade.New(upgrade.Limits{})
			var ev event.Event
			var kept bool
			for _, ev = range test.events {
				kept = u.Apply(&ev)
			}
			var params []string
			for i := range ev.NumParams() {
				params = append(params, string(ev.Param(i)))
			}
			if !kept || ev.Type != test.typ {
				t.Errorf("kept: %v, type %s(%d), want %s(%d)", kept, ev.Type, ev.Type, test.typ, test.typ)
			}
			if diff := cmp.Diff(test.params, params); diff != "" {
				t.Errorf("-want +have:\n%s", diff)
			}
		})
	}
}

// What has no newest form is gone, and has no number.
func TestDropped(t *testing.T) {
	t.Parallel()
	u := upgrade.New(upgrade.Limits{})
	for _, typ := range []event.Type{event.K8s, event.Mesos, event.Tracer, event.Unused17} {
		if ev := made(typ, 1, "x"); u.Apply(&ev) {
			t.Errorf("%s(%d) is kept", typ, typ)
		}
	}
	opened, closed := made(event.OpenEnter, 1), made(event.CloseEnter, 1, num64(3))
	if u.Apply(&opened) || u.Apply(&closed) {
		t.Error("a begin is kept")
	}
	unknown := made(event.NumTypes, 1, "x")
	unknown.Num = 7
	// Of the six before it, the begin of an open alone has a number.
	if !u.Apply(&unknown) || unknown.Num != 2 {
		t.Errorf("an event of an unknown type has number %d", unknown.Num)
	}
	if want := (upgrade.Stats{Merged: 2, Dropped: 4}); u.Stats() != want {
		t.Errorf("counted %+v, want %+v", u.Stats(), want)
	}
}

// Begins that never end cost no more memory than the limits say.
func TestLimits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		limits  upgrade.Limits
		evicted uint64
	}{
		{upgrade.Limits{Threads: 2}, 2},
		{upgrade.Limits{Bytes: 32}, 2}, // room for two of them: a buffer has 16 bytes
		{upgrade.Limits{Bytes: 1}, 4},
		{upgrade.Limits{}, 0},
	} {
		u := upgrade.New(test.limits)
		for tid := range int64(4) {
			ev := made(event.ReadEnter, tid, num64(tid+3), zero4)
			u.Apply(&ev)
		}
		if s := u.Stats(); s.Evicted != test.evicted {
			t.Errorf("%+v: %d evicted, want %d", test.limits, s.Evicted, test.evicted)
		}
		for tid := range int64(4) {
			ev := made(event.ReadExit, tid, num64(1), "x")
			u.Apply(&ev)
			fd, known := ev.Int64(2)
			if known != (tid >= int64(test.evicted)) || known && fd != tid+3 {
				t.Errorf("%+v: thread %d: descriptor %d, known: %v", test.limits, tid, fd, known)
			}
		}
		if s := u.Stats(); s.Lost != test.evicted || s.Upgraded != 4 {
			t.Errorf("%+v: counted %+v", test.limits, s)
		}
	}
}

// Steady work needs no new memory.
func TestNoAllocation(t *testing.T) {
	u := upgrade.New(upgrade.Limits{})
	begin, end := made(event.MmapEnter, 1, zero8, zero8, zero4, zero4, num64(3), zero8), made(event.MmapExit, 1, zero8, zero4, zero4, zero4)
	other := made(event.StatExit, 2, zero8, "/\x00")
	if n := testing.AllocsPerRun(100, func() {
		b, e, o := begin, end, other
		u.Apply(&b)
		u.Apply(&o)
		u.Apply(&e)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
