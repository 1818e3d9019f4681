// SPDX-License-Identifier: Apache-2.0

package state

import "slices"

// files are the open descriptors of a process, by number. Linux hands out the
// lowest free number, so the table is a slice; numbers far above the others,
// which dup2 can make, are kept apart.
type files struct {
	low  []*File
	high map[int64]*File
	n    int
}

// A descriptor below dense goes into the slice whatever the number of others;
// above, the slice may be a quarter full at least.
const dense = 256

func (t *files) get(fd int64) *File {
	if uint64(fd) < uint64(len(t.low)) {
		return t.low[fd]
	}
	if t.high == nil {
		return nil
	}
	return t.high[fd]
}

// slots is how many places there are for descriptors; those of a map count
// more, for they take more.
func (t *files) slots() int { return cap(t.low) + 6*len(t.high) }

// set puts f at number fd, which must not be negative, and returns what was
// there.
func (t *files) set(fd int64, f *File) (old *File) {
	switch {
	case fd < int64(len(t.low)):
	case fd < dense || fd < 4*int64(t.n):
		t.widen(fd)
	default:
		old = t.high[fd]
		if t.high == nil {
			t.high = make(map[int64]*File)
		}
		t.high[fd] = f
		if old == nil {
			t.n++
		}
		return old
	}
	old, t.low[fd] = t.low[fd], f
	if old == nil {
		t.n++
	}
	return old
}

// widen makes room for fd in the slice, and moves there what is now below its end.
func (t *files) widen(fd int64) {
	size := int(fd) + 1
	t.low = slices.Grow(t.low, size-len(t.low))
	t.low = t.low[:size]
	for n, f := range t.high {
		if n < int64(size) {
			t.low[n] = f
			delete(t.high, n)
		}
	}
}

func (t *files) remove(fd int64) (old *File) {
	if uint64(fd) < uint64(len(t.low)) {
		old, t.low[fd] = t.low[fd], nil
	} else if old = t.high[fd]; old != nil {
		delete(t.high, fd)
	}
	if old != nil {
		t.n--
	}
	return old
}

// all calls f for every descriptor, those of the slice first and in order,
// until it returns false.
func (t *files) all(f func(fd int64, file *File) bool) {
	for fd, file := range t.low {
		if file != nil && !f(int64(fd), file) {
			return
		}
	}
	for fd, file := range t.high {
		if !f(fd, file) {
			return
		}
	}
}
