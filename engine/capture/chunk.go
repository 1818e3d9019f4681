// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"io"

	"github.com/lanner-project/lanner/engine/capture/upgrade"
	"github.com/lanner-project/lanner/engine/event"
)

// A Chunk is some blocks of a capture, one after the other. It does not change
// until it is recycled.
type Chunk struct {
	data   []byte
	broken bool // what a damaged block left
	page   *page
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
	if data := b.row(); len(data) > 0 {
		return b.chunk(data, false), nil
	}
	block, whole, err := b.block()
	if errors.Is(err, errLong) {
		block, whole, err = c.longBlock()
	}
	if err != nil {
		return nil, err
	}
	return b.chunk(block, !whole), nil
}

func (b *blocks) chunk(data []byte, broken bool) *Chunk {
	b.page.chunks++
	return &Chunk{data: data, broken: broken, page: b.page}
}

// Recycle gives back the memory of a chunk, for one that follows. Without it the
// garbage collector does so, who looks at all that the workers keep meanwhile.
//
// Preconditions: no cursor reads the chunk any more, nor does anyone the
// parameters of its events; it is recycled once, by the goroutine that calls
// NextChunk.
func (c *Reader) Recycle(chunk *Chunk) {
	p := chunk.page
	chunk.data, chunk.page = nil, nil
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

// row returns the blocks that are in the buffer as a whole, and steps over them.
func (b *blocks) row() []byte {
	have := b.buf[b.pos:b.end]
	n := 0
	for {
		rest := have[n:]
		if len(rest) < minBlock {
			break
		}
		length := uint64(le.Uint32(rest[4:]))
		if length < minBlock || length > uint64(len(rest)) || le.Uint32(rest[length-blockTrailer:]) != uint32(length) {
			break
		}
		n += int(length)
	}
	b.pos += n
	return have[:n:n]
}

// A Cursor reads the events of chunks. It has to be given all chunks of a
// capture, in order: it numbers the events, and merges those that belong
// together.
type Cursor struct {
	decoder
	chunk *Chunk
	rest  []byte
	event []byte // of NextHeader, whose parameters are not read yet
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

// NextHeader is like Next, but ev has no parameters until Params is called for
// it: those who want few of the events need not read all of most.
func (c *Cursor) NextHeader(ev *event.Event) error {
	for len(c.rest) >= minBlock {
		block := c.block()
		if le.Uint32(block) == blockEventV2 && !c.chunk.broken {
			if h := c.header(block, blockHeader+2, ev); h != nil && c.later(h, ev) {
				return nil
			}
			continue
		}
		ok, err := c.decode(block, !c.chunk.broken, ev)
		if ok || err != nil {
			c.event = nil
			return err
		}
	}
	return io.EOF
}

// later leaves the parameters of an event for later, if they do not matter for
// its form. It reports whether there is an event.
func (c *Cursor) later(h []byte, ev *event.Event) bool {
	if len(h) >= eventHeader && (c.up == nil || c.up.Pass(ev, int(le.Uint32(h[22:])))) {
		c.event = h
		ev.Reset(nil)
		return true
	}
	c.event = nil
	if !params(ev, h) {
		c.stats.Malformed++
		return false
	}
	return c.up == nil || c.up.Apply(ev)
}

// Params gives the event of NextHeader its parameters, valid until the following
// call. It reports false for an event that cannot be what it says.
func (c *Cursor) Params(ev *event.Event) bool {
	h := c.event
	if h == nil {
		return true // it has them
	}
	c.event = nil
	if !params(ev, h) {
		c.stats.Malformed++
		return false
	}
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
