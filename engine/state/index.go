// SPDX-License-Identifier: Apache-2.0

package state

// An index finds threads by number: open addressing with linear probes, at most
// half full. Every event begins with such a lookup, mostly of the thread that
// the last event was of, so the last answer is kept.
type index struct {
	slots []*Thread // a power of two, or none
	n     int
	last  *Thread
}

const minSlots = 64

// spread makes neighbouring numbers, which is what threads have, land apart.
func spread(tid int64) uint64 { return uint64(tid) * 0x9e3779b97f4a7c15 >> 20 }

func (x *index) get(tid int64) *Thread {
	if x.last != nil && x.last.TID == tid {
		return x.last
	}
	if x.n == 0 {
		return nil
	}
	mask := uint64(len(x.slots) - 1)
	for i := spread(tid) & mask; ; i = (i + 1) & mask {
		th := x.slots[i]
		if th == nil {
			return nil
		}
		if th.TID == tid {
			x.last = th
			return th
		}
	}
}

// put adds th, in place of another thread of that number.
func (x *index) put(th *Thread) {
	if x.n*2 >= len(x.slots) {
		x.grow()
	}
	mask := uint64(len(x.slots) - 1)
	i := spread(th.TID) & mask
	for x.slots[i] != nil && x.slots[i].TID != th.TID {
		i = (i + 1) & mask
	}
	if x.slots[i] == nil {
		x.n++
	}
	x.slots[i] = th
	x.last = th
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]*Thread, max(minSlots, 2*len(old)))
	mask := uint64(len(x.slots) - 1)
	for _, th := range old {
		if th == nil {
			continue
		}
		i := spread(th.TID) & mask
		for x.slots[i] != nil {
			i = (i + 1) & mask
		}
		x.slots[i] = th
	}
}

// remove takes a number out and closes the gap, so that no search stops early.
func (x *index) remove(tid int64) {
	x.last = nil
	if x.n == 0 {
		return
	}
	mask := uint64(len(x.slots) - 1)
	i := spread(tid) & mask
	for x.slots[i] == nil || x.slots[i].TID != tid {
		if x.slots[i] == nil {
			return
		}
		i = (i + 1) & mask
	}
	x.n--
	for j := i; ; {
		x.slots[i] = nil
		for {
			j = (j + 1) & mask
			if x.slots[j] == nil {
				return
			}
			home := spread(x.slots[j].TID) & mask
			// The thread at j may move to i unless its home lies after i.
			if (j-home)&mask >= (j-i)&mask {
				break
			}
		}
		x.slots[i], i = x.slots[j], j
	}
}

// all calls f for every thread, in no order that means anything, until it
// returns false. f must not change the index.
func (x *index) all(f func(*Thread) bool) {
	for _, th := range x.slots {
		if th != nil && !f(th) {
			return
		}
	}
}
