// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"io"
)

const (
	// bufferSize is what is asked of the file at once. It fits into the second
	// cache of a core, beside what reads the events.
	bufferSize = 256 << 10
	// maxEvent is how long the block of an event may be: the reference's readers
	// have a buffer of that size for all but its header.
	maxEvent = 64<<10 + blockHeader
	// maxLarge is how long it may be for the few types with large parameters.
	maxLarge = 32 << 20
	// maxList is how long other blocks may be.
	maxList = 1 << 30
	// resyncWindow is how far after a damaged block the next one is looked for.
	resyncWindow = 1 << 20
)

// errLong says that the next block is a list which need not fit into memory.
var errLong = errors.New("a long list")

// blocks finds the blocks of a file, in a buffer that slides over it.
type blocks struct {
	src      io.Reader
	buf      []byte
	pos, end int   // what is not looked at yet
	base     int64 // where in the file buf starts
	long     int   // lists longer than this are not read as a whole
	err      error // why src gives no more
	page     *page // what buf is the memory of
	free     []*page

	damaged      uint64
	damagedBytes uint64
}

// A page is the memory of a buffer. Chunks may be in it, and as long as they
// are used what they hold of it is not written.
type page struct {
	buf    []byte
	chunks int
}

func newBlocks(src io.Reader, size int) *blocks {
	p := &page{buf: make([]byte, size)}
	return &blocks{src: src, buf: p.buf, page: p, long: size}
}

// offset is where in the file the next block starts.
func (b *blocks) offset() int64 { return b.base + int64(b.pos) }

// fill reads until n bytes are there, and reports whether they are. The buffer
// grows with what was read, never with what a block says about its length.
func (b *blocks) fill(n int) bool {
	const maxEmptyReads = 100
	for empty := 0; b.end-b.pos < n; {
		if b.err != nil {
			return false
		}
		b.room(n)
		m, err := b.src.Read(b.buf[b.end:])
		b.end += m
		b.err = err
		if m > 0 {
			empty = 0
		} else if empty++; empty == maxEmptyReads && err == nil {
			b.err = io.ErrNoProgress
		}
	}
	return true
}

// room makes place behind what is there, where n bytes are wanted in all.
func (b *blocks) room(n int) {
	have := b.end - b.pos
	switch {
	case have == len(b.buf):
		b.move(&page{buf: make([]byte, 2*len(b.buf))})
	case b.end < len(b.buf) && len(b.buf)-b.pos >= n:
	case b.page.chunks > 0:
		b.move(b.another())
	default:
		b.move(b.page)
	}
}

// another returns a page as long as the buffer.
func (b *blocks) another() *page {
	for n := len(b.free); n > 0; n = len(b.free) {
		p := b.free[n-1]
		b.free = b.free[:n-1]
		if len(p.buf) == len(b.buf) {
			return p
		}
	}
	return &page{buf: make([]byte, len(b.buf))}
}

// move makes a page the buffer's memory.
func (b *blocks) move(to *page) {
	copy(to.buf, b.buf[b.pos:b.end])
	b.base += int64(b.pos)
	b.buf, b.pos, b.end, b.page = to.buf, 0, b.end-b.pos, to
}

// header returns the type and the length of the next block, which are what the
// file says: nothing is believed yet. At the end it returns io.EOF.
func (b *blocks) header() (typ, length uint32, err error) {
	if b.end-b.pos < minBlock && !b.fill(minBlock) {
		if b.end == b.pos && errors.Is(b.err, io.EOF) {
			return 0, 0, io.EOF
		}
		return 0, 0, b.cut("a block of at least 12 bytes", minBlock)
	}
	h := b.buf[b.pos:]
	return le.Uint32(h), le.Uint32(h[4:]), nil
}

// block returns the next block, whole, and steps over it. It is valid until the
// next call. A list that is longer than the buffer stays, and the error is
// errLong. What is damaged is stepped over: then the block is what lies
// before the next good one, and whole is false.
func (b *blocks) block() (block []byte, whole bool, err error) {
	// The fast way: all of it is here and right.
	if have := b.buf[b.pos:b.end]; len(have) >= minBlock {
		n := uint64(le.Uint32(have[4:]))
		if n >= minBlock && n <= uint64(len(have)) && le.Uint32(have[n-blockTrailer:]) == uint32(n) {
			b.pos += int(n)
			return have[:n:n], true, nil
		}
	}
	typ, length, err := b.header()
	if err != nil {
		return nil, false, err
	}
	if length < minBlock || length > limit(typ) {
		return b.resync()
	}
	if maySkip(typ) && int64(length) > int64(b.long) {
		return nil, false, errLong
	}
	if !b.fill(int(length)) {
		if errors.Is(b.err, io.EOF) { // or its length is wrong
			if block, _, err := b.resync(); err == nil {
				return block, false, nil
			}
		}
		return nil, false, b.cut(fmt.Sprintf("a block of type %#x", typ), int64(length))
	}
	have := b.buf[b.pos:b.end]
	if le.Uint32(have[length-blockTrailer:]) != length {
		return b.resync()
	}
	b.pos += int(length)
	return have[:length:length], true, nil
}

// limit is how long a block of a type may be.
func limit(typ uint32) uint32 {
	switch _, _, event := eventBlock(typ); {
	case typ == blockEventV2Large, typ == blockEventFlagsV2Large, !knownBlock(typ):
		return maxLarge
	case event:
		return maxEvent
	case !maySkip(typ):
		return resyncWindow
	}
	return maxList
}

// maySkip reports whether a block of a type need not be in memory as a whole: a
// list is read entry by entry, and of others nothing is wanted.
func maySkip(typ uint32) bool {
	_, _, event := eventBlock(typ)
	return !event && typ != blockSection && typ != blockMachine && typ != blockMachineInt
}

// resync steps over a damaged block: up to the next place where a block may
// start, with another one after it or the end of the file.
//
// One writer of captures (libs before 0.26, of captures that began as version
// 1.0 or 1.1) states wrong lengths of interface lists; what follows is good.
func (b *blocks) resync() ([]byte, bool, error) {
	start := b.offset()
	if !b.fill(minBlock) {
		return nil, false, b.cut("a block of at least 12 bytes", minBlock)
	}
	typ := le.Uint32(b.buf[b.pos:])
	for at := 4; at <= resyncWindow; at++ {
		if !b.fill(at + minBlock) {
			break
		}
		if b.plausible(at) {
			block := b.buf[b.pos:][:at:at]
			b.pos += at
			b.damaged++
			b.damagedBytes += uint64(at)
			return block, false, nil
		}
	}
	if b.err != nil && !errors.Is(b.err, io.EOF) {
		return nil, false, fmt.Errorf("byte %d: %w", start, b.err)
	}
	return nil, false, fmt.Errorf("byte %d: a damaged block of type %#x, and no other block after it: %w", start, typ, ErrDamaged)
}

// plausible reports whether a block may start at a distance from here.
func (b *blocks) plausible(at int) bool {
	h := b.buf[b.pos+at:]
	length := le.Uint32(h[4:])
	if !knownBlock(le.Uint32(h)) || length < minBlock || length > resyncWindow {
		return false
	}
	next := at + int(length)
	if !b.fill(next) || le.Uint32(b.buf[b.pos+next-blockTrailer:]) != length {
		return false
	}
	if !b.fill(next + minBlock) {
		return b.end-b.pos == next
	}
	return knownBlock(le.Uint32(b.buf[b.pos+next:]))
}

// cut is the error for a file that ends within a block, or whose reading fails
// there.
func (b *blocks) cut(what string, want int64) error {
	err := b.err
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("byte %d: cut off after %d of %d bytes of %s: %w", b.offset(), b.end-b.pos, want, what, err)
}

// skip steps over n bytes that need not be in the buffer.
func (b *blocks) skip(n int64) error {
	for n > 0 {
		if b.end == b.pos && !b.fill(1) {
			return b.cut("a list", n)
		}
		step := min(n, int64(b.end-b.pos))
		b.pos += int(step)
		n -= step
	}
	return nil
}
