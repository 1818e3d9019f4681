// SPDX-License-Identifier: Apache-2.0

package upgrade

import (
	"bytes"
	"cmp"

	"github.com/lanner-project/lanner/engine/event"
)

// Limits say how much an Upgrader remembers. A zero stands for a value that
// fits machines of any size.
type Limits struct {
	Threads int // that are in a syscall at once
	Bytes   int // of parameters of begun syscalls
}

// Stats counts what was done to events.
type Stats struct {
	Merged     uint64 // begins of syscalls: gone, what they carried is in the ends
	Upgraded   uint64 // events that got a newer form
	Dropped    uint64 // events without a newest form
	Lost       uint64 // ends whose begin is not known: the capture began in between, or lost it
	Mismatched uint64 // of these, those in whose place there was the begin of another syscall
	Evicted    uint64 // begins forgotten to stay within limits
}

// Add adds the counters of o.
func (s *Stats) Add(o Stats) {
	s.Merged += o.Merged
	s.Upgraded += o.Upgraded
	s.Dropped += o.Dropped
	s.Lost += o.Lost
	s.Mismatched += o.Mismatched
	s.Evicted += o.Evicted
}

// An Upgrader brings the events of one capture to the newest schema, in order.
type Upgrader struct {
	rows       *[event.NumTypes]row
	complete   *[event.NumTypes]uint8
	begins     begins
	out        []byte // the parameters of the last event that was changed
	sizes      [event.MaxParams]uint32
	unnumbered uint64
	stats      Stats
}

// New makes an Upgrader.
func New(limits Limits) *Upgrader {
	limits.Threads = cmp.Or(limits.Threads, 1<<15)
	limits.Bytes = cmp.Or(limits.Bytes, 16<<20)
	return &Upgrader{rows: rows(), complete: complete(), begins: newBegins(limits)}
}

// Apply gives an event its newest form, and reports whether there is one: the
// event may have been the begin of a syscall, whose end will carry what it
// carried. An event that changes has its parameters in a buffer of the
// Upgrader, valid until the next call.
//
// Numbers of events change, too: they are to count as the reference counts,
// which has none for most begins.
func (u *Upgrader) Apply(ev *event.Event) bool {
	ev.Merged = false
	if !ev.Type.Known() {
		ev.Num -= u.unnumbered
		return true
	}
	if unnumbered, ok := u.Passes(ev.Type, ev.NumParams()); ok {
		ev.Num -= unnumbered
		return true
	}
	r := &u.rows[ev.Type]
	switch r.role {
	case begin:
		u.begin(r, ev)
		return false
	case gone:
		u.unnumbered++
		u.stats.Dropped++
		return false
	}
	ev.Num -= u.unnumbered
	if p := r.plan(ev.NumParams()); p != nil {
		u.change(r, p, ev)
	} else if u.begins.held > 0 && r.role == end {
		u.begins.take(ev.TID) // its begin is over, though not needed
	}
	if ev.Type == event.Procexit {
		u.begins.end(ev.TID)
	}
	return true
}

// Passes reports whether an event of a type with n parameters is in its newest
// form and belongs to no other: then Apply has nothing left to do but to lower its
// number. It returns by how much.
func (u *Upgrader) Passes(t event.Type, n int) (unnumbered uint64, ok bool) {
	return u.unnumbered, u.begins.held == 0 && t.Known() && n >= int(u.complete[t])
}

// Stats returns the counters.
func (u *Upgrader) Stats() Stats {
	s := u.stats
	s.Evicted = u.begins.evicted
	return s
}

// begin takes the begin of a syscall.
func (u *Upgrader) begin(r *row, ev *event.Event) {
	u.stats.Merged++
	if !r.numbered {
		u.unnumbered++
	}
	if r.stored {
		u.begins.put(ev)
	} else if u.begins.held > 0 {
		u.begins.take(ev.TID) // a thread is in one syscall at a time
	}
}

// change makes the newest form of an event.
func (u *Upgrader) change(r *row, p *plan, ev *event.Event) {
	var begun *event.Event
	if r.role == end {
		begun = u.partner(p, ev)
	}
	u.stats.Upgraded++
	ev.Merged = begun != nil
	if cap(u.out) > maxKept {
		u.out = nil
	}
	out := u.out[:0]
	for i := range p.steps {
		was := len(out)
		out = p.steps[i].append(out, ev, begun)
		u.sizes[i] = uint32(len(out) - was)
	}
	u.out = out
	ev.Type = p.to
	ev.Reset(out)
	for i := range p.steps {
		ev.AddParam(u.sizes[i])
	}
}

// maxKept is how large a buffer is kept for the next event.
const maxKept = 1 << 20

// partner returns the begin of the syscall that ended; nil: it is not known.
func (u *Upgrader) partner(p *plan, ev *event.Event) *event.Event {
	begun := u.begins.take(ev.TID)
	if !p.fromBegin {
		return nil
	}
	switch {
	case begun == nil:
	case begun.Type != ev.Type-1,
		ev.Type == event.GenericExit && !bytes.Equal(begun.Param(0), ev.Param(0)):
		u.stats.Mismatched++
	default:
		return begun
	}
	u.stats.Lost++
	return nil
}

// append adds a parameter of the newest form of ev.
func (s *step) append(out []byte, ev, begun *event.Event) []byte {
	var value []byte
	have := false
	switch s.source {
	case ownParam:
		value, have = ev.Param(int(s.index)), true
	case beginParam:
		if begun != nil && int(s.index) < begun.NumParams() {
			value, have = begun.Param(int(s.index)), true
		}
	case containerJSON:
		return appendContainer(out, ev)
	}
	if !have {
		return append(out, zeros[:s.zeros]...)
	}
	value = value[min(int(s.skip), len(value)):]
	if s.most > 0 {
		value = value[:min(int(s.most), len(value))]
	}
	return append(out, value...)
}

// zeros is as long as the widest number.
var zeros [16]byte
