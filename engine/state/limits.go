// SPDX-License-Identifier: Apache-2.0

package state

import "math"

// Limits bound the memory of a Table. Zero means the default.
//
// When there is no room, the process that has not acted for the longest time is
// forgotten, threads, descriptors and all: the longest of a sample of 16 that is
// drawn anew each time, so that finding it costs the same however many there are.
// What the process opens whose event is being followed is not recorded where
// there is no other that could be forgotten.
type Limits struct {
	Threads int // default 262144
	Files   int // open descriptors of all processes; default 262144
	Bytes   int // of the above and of all texts, about; default 64 MiB
}

const (
	defaultThreads = 262144
	defaultFiles   = 262144
	defaultBytes   = 64 << 20

	threadSize = 768 // of a Thread with its group, its Memo and its place in the index
	fileSize   = 208 // of a File without its texts
	slotSize   = 8   // of a place in a process's table of descriptors

	evictionSample = 16
)

func (l Limits) withDefaults() Limits {
	if l.Threads <= 0 {
		l.Threads = defaultThreads
	}
	if l.Files <= 0 {
		l.Files = defaultFiles
	}
	if l.Bytes <= 0 {
		l.Bytes = defaultBytes
	}
	return l
}

// Stats counts what happened to a Table.
type Stats struct {
	Threads, Files int    // held now
	EvictedThreads uint64 // forgotten to stay inside Limits
	EvictedFiles   uint64
	RefusedThreads uint64 // not recorded to stay inside Limits
	RefusedFiles   uint64
	FoundThreads   uint64 // threads that acted before anything was told about them, and that were looked up
	UnknownThreads uint64 // those that were not found, or nobody could be asked about
}

// Stats returns the counters.
func (t *Table) Stats() Stats {
	s := t.stats
	s.Threads, s.Files = t.threads.n, t.open
	return s
}

// size is about how many bytes the table holds.
func (t *Table) size() int {
	return t.threads.n*threadSize + t.texts + t.pool.live*fileSize + t.pool.texts + t.slots*slotSize
}

// full reports whether there is no room for another thread.
func (t *Table) full() bool {
	return t.threads.n >= t.limits.Threads || t.size() >= t.limits.Bytes
}

// makeRoom evicts processes until one more thread fits: if nothing else helps,
// the one that makes the thread.
func (t *Table) makeRoom() {
	for t.full() {
		if t.evict() {
			continue
		}
		if t.acting == nil || t.acting.slot < 0 {
			return
		}
		t.forget(t.acting)
		t.acting = nil
	}
}

// makeRoomForFiles evicts processes until n more descriptors fit, and reports
// whether they do.
func (t *Table) makeRoomForFiles(n int) bool {
	for t.open+n > t.limits.Files || t.size() >= t.limits.Bytes {
		if !t.evict() {
			return false
		}
	}
	return true
}

// The texts of a thread that are counted, each where it was made.
const (
	textImage = iota
	textEnv
	textPaths
	textCgroups
	numTexts
)

// own says how many bytes of a kind of text are the thread's alone.
func (t *Table) own(th *Thread, text, size int) {
	size = min(size, math.MaxInt32)
	t.texts += size - int(th.owned[text])
	th.owned[text] = int32(size)
}

// evict forgets the process of a sample that acted longest ago. It reports
// whether it found one.
func (t *Table) evict() bool {
	var victim *group
	for range min(evictionSample, len(t.roll)) {
		g := t.roll[t.random()%uint64(len(t.roll))]
		if g != t.acting && (victim == nil || g.seen < victim.seen) {
			victim = g
		}
	}
	if victim == nil {
		return false
	}
	t.forget(victim)
	return true
}

// forget drops a process for want of memory.
func (t *Table) forget(victim *group) {
	open := t.open
	t.stats.EvictedThreads += uint64(len(victim.threads))
	for n := len(victim.threads); n > 0; n = len(victim.threads) {
		th := victim.threads[n-1]
		t.evicted.add(th.TID)
		if th.children != nil && victim.pid >= 0 {
			if !th.end {
				th.end = true
				victim.alive--
			}
			t.reparent(th)
		}
		t.drop(th)
	}
	t.stats.EvictedFiles += uint64(open - t.open)
}

// random is a sequence that is the same in every run, as outputs are to be.
func (t *Table) random() uint64 {
	t.seed ^= t.seed << 13
	t.seed ^= t.seed >> 7
	t.seed ^= t.seed << 17
	return t.seed
}

// A recent remembers the last threads that were evicted, so that a missing
// value can be explained.
type recent struct {
	tids [64]int64
	next int
}

func (r *recent) add(tid int64) {
	r.tids[r.next%len(r.tids)] = tid
	r.next++
}

// Evicted reports whether the thread was forgotten lately to stay inside Limits.
func (t *Table) Evicted(tid int64) bool {
	for i := range min(t.evicted.next, len(t.evicted.tids)) {
		if t.evicted.tids[i] == tid {
			return true
		}
	}
	return false
}
