// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/lanner-project/lanner/engine/capture/upgrade"
	"github.com/lanner-project/lanner/engine/event"
)

var (
	// ErrNotCapture says that what was read is no capture, or none that this
	// package knows.
	ErrNotCapture = errors.New("not a capture")
	// ErrDamaged says that a capture cannot be read on: its blocks do not follow
	// one another.
	ErrDamaged = errors.New("damaged capture")
)

// Stats counts what was read, and what was stepped over.
type Stats struct {
	Events        uint64 // all in the file, those that are merged into others, too
	Sections      uint64 // more than one where captures were put one after the other
	UnknownTypes  uint64 // events of types that only newer sources have
	Malformed     uint64 // events and entries of lists that cannot be what they say
	Damaged       uint64 // blocks that were stepped over because their lengths are wrong
	DamagedBytes  uint64
	UnknownBlocks uint64
	Drops         uint64 // notices in the capture that its source had to drop events

	Upgrade upgrade.Stats
}

// Add adds the counters of o: a reader's and a cursor's make up all of a capture
// that was read in chunks.
func (s *Stats) Add(o Stats) {
	s.Events += o.Events
	s.Sections += o.Sections
	s.UnknownTypes += o.UnknownTypes
	s.Malformed += o.Malformed
	s.Damaged += o.Damaged
	s.DamagedBytes += o.DamagedBytes
	s.UnknownBlocks += o.UnknownBlocks
	s.Drops += o.Drops
	s.Upgrade.Add(o.Upgrade)
}

// A Reader hands out the events of a capture.
type Reader struct {
	decoder
	blocks *blocks
	file   *counter

	recycled   []*Chunk
	unreadable atomic.Uint64 // events that nobody could read in a chunk
}

// NewReader reads the head of a capture: snap receives the machine, processes,
// descriptors, interfaces, users and groups of the time before the first event.
// Captures that were put one after the other have such lists in their middle,
// too; they reach snap during Next. A nil snap wants none.
//
// Events come in their newest form, whatever the capture's age.
func NewReader(r io.Reader, snap event.Snapshot) (*Reader, error) {
	return newReader(r, snap, upgrade.New(upgrade.Limits{}), bufferSize)
}

// NewRawReader is like NewReader, but events come as the file has them: old
// versions, and the begin of a syscall apart from its end.
func NewRawReader(r io.Reader, snap event.Snapshot) (*Reader, error) {
	return newReader(r, snap, nil, bufferSize)
}

func newReader(r io.Reader, snap event.Snapshot, up *upgrade.Upgrader, buffer int) (*Reader, error) {
	if snap == nil {
		snap = discard{}
	}
	file := &counter{r: r}
	src, err := decompress(file)
	if err != nil {
		return nil, err
	}
	c := &Reader{blocks: newBlocks(src, buffer), file: file, decoder: decoder{snap: snap, up: up}}
	if err := c.checkStart(); err != nil {
		return nil, err
	}
	return c, c.lists()
}

// checkStart wants a capture's first block.
func (c *Reader) checkStart() error {
	typ, length, err := c.blocks.header()
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if err != nil || typ != blockSection || length < minBlock || length > resyncWindow {
		have := c.blocks.buf[c.blocks.pos:c.blocks.end]
		return fmt.Errorf("%w: it starts with %q, no .scap file does", ErrNotCapture, have[:min(len(have), 8)])
	}
	return nil
}

// lists reads all blocks up to the next event.
func (c *Reader) lists() error {
	for {
		typ, _, err := c.blocks.header()
		if errors.Is(err, io.EOF) {
			return nil // Next says so
		}
		if err != nil {
			return err
		}
		if _, _, event := eventBlock(typ); event {
			return nil
		}
		if err := c.list(); err != nil {
			return err
		}
	}
}

// list reads a block that holds no event.
func (c *Reader) list() error {
	block, _, err := c.blocks.block()
	switch {
	case errors.Is(err, errLong):
		return c.longList()
	case err != nil:
		return err
	}
	return c.other(block)
}

// longList reads a list that does not fit into the buffer, entry by entry:
// machines have so many threads that their list need not fit into memory.
func (c *Reader) longList() error {
	b := c.blocks
	typ, length, err := b.header()
	if err != nil {
		return err
	}
	body := b.buf[b.pos+blockHeader : b.end] // at least four bytes: header saw to it
	skip, parse := c.entries(typ, body)
	if parse == nil {
		c.stats.UnknownBlocks++
		return b.skip(int64(length))
	}
	if skip > len(body) {
		if !b.fill(blockHeader + skip) {
			return b.cut("a list", int64(length))
		}
		_, parse = c.entries(typ, b.buf[b.pos+blockHeader:b.end])
	}
	b.pos += blockHeader + skip
	rest := int64(length) - blockHeader - int64(skip) - blockTrailer
	if rest, err = c.stream(parse, rest); err != nil {
		return err
	}
	// Only now can be told whether the list has the length that it states.
	if rest < 4 && b.fill(int(rest)+blockTrailer) && le.Uint32(b.buf[b.pos+int(rest):]) == length {
		return b.skip(rest + blockTrailer)
	}
	c.stats.Malformed++
	_, _, err = b.resync()
	return err
}

// stream reads the entries of a list that does not fit into memory. rest is how
// much of it there is, and is returned: how much is left after the last good
// entry.
func (c *Reader) stream(parse entryParser, rest int64) (int64, error) {
	const maxEntry = 1 << 20
	b := c.blocks
	for rest >= 4 {
		have := int(min(rest, int64(b.end-b.pos)))
		n := parse(c.snap, b.buf[b.pos:][:have])
		switch {
		case n > 0:
			b.pos += n
			rest -= int64(n)
		case n == badEntry || have >= maxEntry || int64(have) == rest:
			return rest, nil
		case !b.fill(have + 1):
			return rest, b.cut("a list", rest)
		}
	}
	return rest, nil
}

// Next reads the next event into ev, whose parameters are valid until the
// following call. It returns io.EOF at the end of the capture. A capture that
// is cut off gives its events up to there, then an error that wraps
// io.ErrUnexpectedEOF and says where.
func (c *Reader) Next(ev *event.Event) error {
	for {
		block, whole, err := c.blocks.block()
		if errors.Is(err, errLong) {
			if err := c.longList(); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		ok, err := c.decode(block, whole, ev)
		if ok || err != nil {
			return err
		}
	}
}

// Stats returns the counters.
func (c *Reader) Stats() Stats {
	s := c.counters()
	s.Malformed += c.unreadable.Load()
	s.Damaged, s.DamagedBytes = c.blocks.damaged, c.blocks.damagedBytes
	return s
}

// Offset returns how many bytes of the file were read, compressed as it is: how
// far a reader has come, but for what is still in its buffer.
func (c *Reader) Offset() int64 { return c.file.n }

// decompress looks at the first bytes for what gzip writes.
func decompress(r io.Reader) (io.Reader, error) {
	var magic [2]byte
	n, err := io.ReadFull(r, magic[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	r = io.MultiReader(bytes.NewReader(magic[:n]), r)
	if magic != [2]byte{0x1f, 0x8b} {
		return r, nil
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCapture, err)
	}
	return z, nil
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

type discard struct{}

func (discard) Machine(*event.Machine)     {}
func (discard) Proc(*event.Proc)           {}
func (discard) File(int64, *event.File)    {}
func (discard) Interface(*event.Interface) {}
func (discard) User(*event.User)           {}
func (discard) Group(*event.Group)         {}
