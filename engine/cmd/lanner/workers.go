// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/lanner-project/lanner/engine"
	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// everyone are those of a split run who are told the same of the machine.
type everyone []event.Snapshot

// newTables makes what the workers of a split run know of the machine, and what
// is known to decide between them.
func newTables(workers int) (everyone, *state.Kin, []*state.Table) {
	kin := state.NewKin()
	all, tables := everyone{kin}, make([]*state.Table, workers)
	for i := range tables {
		tables[i] = state.New(state.Config{})
		all = append(all, tables[i])
	}
	return all, kin, tables
}

func (all everyone) Machine(m *event.Machine) {
	for _, one := range all {
		one.Machine(m)
	}
}

func (all everyone) Proc(p *event.Proc) {
	for _, one := range all {
		one.Proc(p)
	}
}

func (all everyone) File(tid int64, f *event.File) {
	for _, one := range all {
		one.File(tid, f)
	}
}

func (all everyone) Interface(i *event.Interface) {
	for _, one := range all {
		one.Interface(i)
	}
}

func (all everyone) User(u *event.User) {
	for _, one := range all {
		one.User(u)
	}
}

func (all everyone) Group(g *event.Group) {
	for _, one := range all {
		one.Group(g)
	}
}

// A feed gives the workers of a split run the events of a capture.
type feed struct {
	reader *capture.Reader
	cursor *capture.Cursor
	used   chan *capture.Chunk // to be recycled by the one who reads
}

func newFeed(r *capture.Reader) *feed {
	return &feed{reader: r, cursor: r.Cursor(nil), used: make(chan *capture.Chunk, 64)}
}

// NextChunk reads the next chunk of the capture.
func (f *feed) NextChunk() (engine.Chunk, error) {
	for more := true; more; {
		select {
		case used := <-f.used:
			f.reader.Recycle(used)
		default:
			more = false
		}
	}
	next, err := f.reader.NextChunk()
	if err != nil {
		return nil, err
	}
	f.cursor.Start(next)
	return &fedChunk{next, f.used}, nil
}

// NextHeader reads the header of the next event of the chunk.
func (f *feed) NextHeader(h *event.Header) error { return f.cursor.NextHeader(h) }

// Drops returns how many losses the events so far tell of.
func (f *feed) Drops() uint64 { return f.cursor.Stats().Drops }

// stats returns what was counted of the whole capture.
func (f *feed) stats() capture.Stats {
	s := f.reader.Stats()
	s.Add(f.cursor.Stats())
	return s
}

// A fedChunk is a chunk that workers read.
type fedChunk struct {
	*capture.Chunk
	used chan<- *capture.Chunk
}

// Release gives the chunk's memory back. If the reader does not fetch it, the
// garbage collector does.
func (c *fedChunk) Release() {
	select {
	case c.used <- c.Chunk:
	default:
	}
}
