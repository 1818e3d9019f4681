// SPDX-License-Identifier: Apache-2.0

package upgrade

import "github.com/lanner-project/lanner/engine/event"

// begins keeps the begin of the syscall that each thread is in, within limits:
// those of the threads that began one the longest ago are forgotten.
type begins struct {
	limits Limits
	byTID  map[int64]*thread
	recent *thread // most ends come right after their begin
	oldest *thread // a ring, through newer
	held   int     // threads that are in a syscall
	bytes  int

	evicted uint64
}

// A thread is a thread with the begin of the syscall that it is in, if any.
type thread struct {
	tid          int64
	held         bool
	begin        event.Event
	data         []byte // of begin's parameters
	older, newer *thread
}

func newBegins(limits Limits) begins {
	return begins{limits: limits, byTID: make(map[int64]*thread)}
}

// put remembers a begin, in place of an earlier one of its thread.
func (b *begins) put(ev *event.Event) {
	t := b.touch(ev.TID)
	t.begin.Type = ev.Type
	was := cap(t.data)
	t.data = t.data[:0]
	for i := range ev.NumParams() {
		t.data = append(t.data, ev.Param(i)...)
	}
	t.begin.Reset(t.data)
	for i := range ev.NumParams() {
		t.begin.AddParam(uint32(len(ev.Param(i))))
	}
	if !t.held {
		t.held = true
		b.held++
	}
	b.bytes += cap(t.data) - was
	for b.oldest != nil && (b.bytes > b.limits.Bytes || len(b.byTID) > b.limits.Threads) {
		if b.oldest.held {
			b.evicted++
		}
		b.remove(b.oldest)
	}
}

// take returns the begin of the syscall that a thread is in, and forgets it. It
// is nil where none is known, and valid until the next put.
func (b *begins) take(tid int64) *event.Event {
	t := b.find(tid)
	if t == nil || !t.held {
		return nil
	}
	t.held = false
	b.held--
	return &t.begin
}

// end forgets all about a thread that ended.
func (b *begins) end(tid int64) {
	if t := b.find(tid); t != nil {
		b.remove(t)
	}
}

func (b *begins) find(tid int64) *thread {
	if t := b.recent; t != nil && t.tid == tid {
		return t
	}
	return b.byTID[tid]
}

// touch returns a thread, and makes it the newest.
func (b *begins) touch(tid int64) *thread {
	t := b.find(tid)
	if t == nil {
		t = &thread{tid: tid}
		b.byTID[tid] = t
	} else {
		b.unlink(t)
	}
	if b.oldest == nil {
		t.older, t.newer = t, t
		b.oldest = t
	} else {
		t.older, t.newer = b.oldest.older, b.oldest
		t.older.newer, t.newer.older = t, t
	}
	b.recent = t
	return t
}

func (b *begins) unlink(t *thread) {
	t.older.newer, t.newer.older = t.newer, t.older
	if b.oldest == t {
		b.oldest = t.newer
	}
	if b.oldest == t { // it was the only one
		b.oldest = nil
	}
}

func (b *begins) remove(t *thread) {
	b.unlink(t)
	delete(b.byTID, t.tid)
	b.bytes -= cap(t.data)
	if t.held {
		b.held--
	}
	if b.recent == t {
		b.recent = nil
	}
}
