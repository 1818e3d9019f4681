// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/lanner-project/lanner/engine/capture/upgrade"
	"github.com/lanner-project/lanner/engine/event"
)

// A Chunk is some blocks of a capture, one after the other: lists first, then
// events. It does not change until it is recycled, but for what
// Cursor.NextHeader adds.
type Chunk struct {
	data   []byte
	lists  int    // how much of it comes before the events
	broken bool   // what a damaged block left
	kept   []byte // events whose form is not that of the file
	page   *page

	unreadable *atomic.Uint64
}

// A place says where an event is: in the data, or if it has this bit, in kept.
const keptPlace = 1 << 31

// Tell tells snap of the lists in front of the chunk's events. Those at the head
// of a capture reached the reader's.
func (c *Chunk) Tell(snap event.Snapshot) {
	d := decoder{snap: snap}
	if c.broken {
		_ = d.other(c.data[:c.lists]) // the cursor has the error
		return
	}
	for rest := c.data[:c.lists]; len(rest) > 0; {
		n := le.Uint32(rest[4:]) // row checked it
		if d.other(rest[:n:n]) != nil {
			return // the cursor has it, too
		}
		rest = rest[n:]
	}
}

// Event reads the event at a place into ev, all of it but its number. Its
// parameters are valid until the chunk is recycled. It reports false for an
// event that cannot be what it says. Several may read the same chunk at once.
func (c *Chunk) Event(place uint32, ev *event.Event) bool {
	if place >= keptPlace {
		ev.ReadCopy(c.kept[place-keptPlace:])
		return true
	}
	block := c.data[place:]
	n := le.Uint32(block[4:])
	h := block[blockHeader+2 : n-blockTrailer]
	ev.Time, ev.TID = le.Uint64(h), int64(le.Uint64(h[8:]))
	ev.CPU, ev.Type, ev.Merged = le.Uint16(block[blockHeader:]), event.Type(le.Uint16(h[20:])), false
	if params(ev, h) {
		return true
	}
	c.unreadable.Add(1)
	return false
}

// NextChunk returns the blocks that follow, to be read by the cursors of
// several workers. At the end of the capture it returns io.EOF, or the error
// that Next would.
//
// Preconditions: Next is not called for the same reader.
func (c *Reader) NextChunk() (*Chunk, error) {
	b := c.blocks
	if _, _, err := b.header(); err != nil {
		return nil, err
	}
	if data, lists := b.row(); len(data) > 0 {
		return c.chunk(data, lists, false), nil
	}
	block, whole, err := b.block()
	if errors.Is(err, errLong) {
		block, whole, err = c.longBlock()
	}
	if err != nil {
		return nil, err
	}
	lists := 0
	if _, _, event := eventBlock(le.Uint32(block)); !event {
		lists = len(block)
	}
	return c.chunk(block, lists, !whole), nil
}

func (c *Reader) chunk(data []byte, lists int, broken bool) *Chunk {
	b := c.blocks
	b.page.chunks++
	chunk := &Chunk{unreadable: &c.unreadable}
	if n := len(c.recycled); n > 0 {
		chunk, c.recycled = c.recycled[n-1], c.recycled[:n-1]
	}
	chunk.data, chunk.lists, chunk.broken, chunk.page = data, lists, broken, b.page
	return chunk
}

// Recycle gives back the memory of a chunk, for one that follows. Without it the
// garbage collector does so, who looks at all that the workers keep meanwhile.
//
// Preconditions: no cursor reads the chunk any more, nor does anyone the
// parameters of its events; it is recycled once, by the goroutine that calls
// NextChunk.
func (c *Reader) Recycle(chunk *Chunk) {
	p := chunk.page
	chunk.data, chunk.page, chunk.kept = nil, nil, chunk.kept[:0]
	if cap(chunk.kept) <= 4*bufferSize {
		c.recycled = append(c.recycled, chunk)
	}
	if p.chunks--; p.chunks == 0 && p != c.blocks.page {
		c.blocks.free = append(c.blocks.free, p)
	}
}

// longBlock reads a list that does not fit into the buffer. Workers have to read
// it more than once, so it is read as a whole; one that is too long for that is
// stepped over.
func (c *Reader) longBlock() ([]byte, bool, error) {
	b := c.blocks
	_, length, err := b.header()
	if err != nil {
		return nil, false, err
	}
	if length <= maxLarge && b.fill(int(length)) && le.Uint32(b.buf[b.pos+int(length)-blockTrailer:]) == length {
		block := b.buf[b.pos:][:length:length]
		b.pos += int(length)
		return block, true, nil
	}
	c.stats.Malformed++
	block, whole, err := b.resync()
	if err != nil {
		return nil, true, b.skip(int64(length))
	}
	return block, whole, nil
}

// row returns the blocks that are in the buffer as a whole, lists and then
// events, and steps over them.
func (b *blocks) row() (data []byte, lists int) {
	have := b.buf[b.pos:b.end]
	n, events := 0, false
	for {
		rest := have[n:]
		if len(rest) < minBlock {
			break
		}
		length := uint64(le.Uint32(rest[4:]))
		if length < minBlock || length > uint64(len(rest)) || le.Uint32(rest[length-blockTrailer:]) != uint32(length) {
			break
		}
		if typ := le.Uint32(rest); typ == blockEventV2 {
			events = true
		} else if _, _, event := eventBlock(typ); event {
			events = true
		} else if events {
			break
		} else {
			lists = n + int(length)
		}
		n += int(length)
	}
	b.pos += n
	return have[:n:n], lists
}

// A Cursor reads the events of chunks. It has to be given all chunks of a
// capture, in order: it numbers the events, and merges those that belong
// together.
type Cursor struct {
	decoder
	chunk *Chunk
	rest  []byte
	whole event.Event // whose header was asked for
}

// Cursor returns a cursor for the reader's chunks. The lists in the middle of a
// capture reach snap; those at its head reached the reader's.
func (c *Reader) Cursor(snap event.Snapshot) *Cursor {
	if snap == nil {
		snap = discard{}
	}
	d := decoder{snap: snap}
	if c.up != nil {
		d.up = upgrade.New(upgrade.Limits{})
	}
	return &Cursor{decoder: d}
}

// Start goes to the first event of a chunk.
func (c *Cursor) Start(chunk *Chunk) { c.chunk, c.rest = chunk, chunk.data }

// Next reads the next event of the chunk into ev, whose parameters are valid
// until the following call. At the chunk's end it returns io.EOF.
func (c *Cursor) Next(ev *event.Event) error {
	for len(c.rest) >= minBlock {
		block := c.block()
		ok, err := c.decode(block, !c.chunk.broken, ev)
		if ok || err != nil {
			return err
		}
	}
	return io.EOF
}

// NextHeader reads the header of the next event of the chunk; Chunk.Event reads
// all of it. At the chunk's end it returns io.EOF. An event that changes because
// the capture is old is put into the chunk in its newest form.
//
// Preconditions: nobody else has the chunk yet.
func (c *Cursor) NextHeader(h *event.Header) error {
	if c.plainHeader(h) {
		return nil
	}
	drops := c.stats.Drops
	if err := c.Next(&c.whole); err != nil {
		return err
	}
	ev, chunk := &c.whole, c.chunk
	*h = event.Header{
		Num: ev.Num, Time: ev.Time, TID: ev.TID, Type: ev.Type,
		Place: keptPlace + uint32(len(chunk.kept)), Lost: uint16(c.stats.Drops - drops),
	}
	chunk.kept = ev.AppendCopy(chunk.kept)
	return nil
}

// plainHeader reads the header of an event that is in the file in its newest form,
// as nearly all are. It is what most of the time goes into of who reads headers.
func (c *Cursor) plainHeader(h *event.Header) bool {
	const least = blockHeader + 2 + eventHeader + blockTrailer
	b := c.rest
	if len(b) < least || c.chunk.broken || le.Uint32(b) != blockEventV2 {
		return false
	}
	length := le.Uint32(b[4:]) // row checked it
	typ := event.Type(le.Uint16(b[blockHeader+2+20:]))
	if length < least || !typ.Known() || typ == event.DropEnter || typ == event.DropExit {
		return false
	}
	num := c.num + 1
	if c.up != nil {
		unnumbered, ok := c.up.Passes(typ, int(le.Uint32(b[blockHeader+2+22:])))
		if !ok {
			return false
		}
		num -= unnumbered
	}
	c.num++
	h.Num, h.Time, h.TID = num, le.Uint64(b[blockHeader+2:]), int64(le.Uint64(b[blockHeader+2+8:]))
	h.Place, h.Type, h.Lost = uint32(len(c.chunk.data)-len(b)), typ, 0
	c.rest = b[length:]
	return true
}

// block returns the next block of the chunk.
func (c *Cursor) block() []byte {
	block := c.rest
	if !c.chunk.broken {
		n := le.Uint32(block[4:]) // row checked it
		block = block[:n:n]
	}
	c.rest = c.rest[len(block):]
	return block
}

// Stats returns what the cursor counted; the reader has counted the rest.
func (c *Cursor) Stats() Stats { return c.counters() }
