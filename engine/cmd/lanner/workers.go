// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// tables are the tables of several workers, which all are told the same.
type tables []*state.Table

func newTables(n int) tables {
	var ts tables
	for range n {
		ts = append(ts, state.New(state.Config{}))
	}
	return ts
}

func (ts tables) Machine(m *event.Machine) {
	for _, t := range ts {
		t.Machine(m)
	}
}

func (ts tables) Proc(p *event.Proc) {
	for _, t := range ts {
		t.Proc(p)
	}
}

func (ts tables) File(tid int64, f *event.File) {
	for _, t := range ts {
		t.File(tid, f)
	}
}

func (ts tables) Interface(i *event.Interface) {
	for _, t := range ts {
		t.Interface(i)
	}
}

func (ts tables) User(u *event.User) {
	for _, t := range ts {
		t.User(u)
	}
}

func (ts tables) Group(g *event.Group) {
	for _, t := range ts {
		t.Group(g)
	}
}

// queued is how many chunks a worker may be behind another.
const queued = 4

// A sharedChunk is read by all workers. Who is the last gives its memory back.
type sharedChunk struct {
	*capture.Chunk
	readers atomic.Int32
}

// A chunked source gives a worker the events of a capture that another
// goroutine reads.
type chunked struct {
	cursor *capture.Cursor
	queue  chan *sharedChunk
	used   chan<- *capture.Chunk
	end    *error // how the capture ended; set before queue is closed
	chunk  *sharedChunk
}

// Next reads the next event.
func (c *chunked) Next(ev *event.Event) error {
	for {
		if c.chunk != nil {
			if err := c.cursor.Next(ev); err == nil || !errors.Is(err, io.EOF) {
				return err
			}
		}
		if err := c.nextChunk(); err != nil {
			return err
		}
	}
}

// NextHeader reads the next event but for its parameters.
func (c *chunked) NextHeader(ev *event.Event) error {
	for {
		if c.chunk != nil {
			if err := c.cursor.NextHeader(ev); err == nil || !errors.Is(err, io.EOF) {
				return err
			}
		}
		if err := c.nextChunk(); err != nil {
			return err
		}
	}
}

// Params gives the event of NextHeader its parameters.
func (c *chunked) Params(ev *event.Event) bool { return c.cursor.Params(ev) }

// nextChunk goes to the next chunk. At the end it returns how the capture ended.
func (c *chunked) nextChunk() error {
	if c.chunk != nil && c.chunk.readers.Add(-1) == 0 {
		c.used <- c.chunk.Chunk
	}
	var more bool
	if c.chunk, more = <-c.queue; !more {
		return *c.end
	}
	c.cursor.Start(c.chunk.Chunk)
	return nil
}

// Drops returns how many losses the events so far tell of.
func (c *chunked) Drops() uint64 { return c.cursor.Stats().Drops }

// split starts to read a capture for a worker for each table, until its end or
// that of ctx. When fed is closed, it no longer does.
func split(ctx context.Context, r *capture.Reader, ts tables) (shares []engine.Share, sources []*chunked, fed <-chan struct{}) {
	var end error
	done := make(chan struct{})
	// There is room for all chunks that workers can have at once.
	used := make(chan *capture.Chunk, queued+2)
	shares, sources = make([]engine.Share, len(ts)), make([]*chunked, len(ts))
	for i, t := range ts {
		sources[i] = &chunked{cursor: r.Cursor(t), queue: make(chan *sharedChunk, queued), used: used, end: &end}
		shares[i] = engine.Share{Source: sources[i], Table: t}
	}
	go func() {
		defer close(done)
		end = feed(ctx, r, sources, used)
		for _, s := range sources {
			close(s.queue)
		}
	}()
	return shares, sources, done
}

func feed(ctx context.Context, r *capture.Reader, sources []*chunked, used <-chan *capture.Chunk) error {
	for {
		for len(used) > 0 {
			r.Recycle(<-used)
		}
		next, err := r.NextChunk()
		if err != nil {
			return err
		}
		chunk := &sharedChunk{Chunk: next}
		chunk.readers.Store(int32(len(sources)))
		for _, s := range sources {
			select {
			case s.queue <- chunk:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
}
