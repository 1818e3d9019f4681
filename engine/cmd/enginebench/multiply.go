// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/lanner-project/lanner/engine/capture"
	"github.com/lanner-project/lanner/engine/event"
)

// A recording is a capture in memory.
type recording struct {
	tell   []func(event.Snapshot)
	events []event.Event
	span   uint64 // nanoseconds from the first event to a little after the last
}

// read takes a capture into memory. Notices of how much processor time each
// process used are left out: they come in thousands, once a second, and say
// nothing to rules.
func read(path string) (*recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rec := &recording{}
	r, err := capture.NewReader(f, (*teller)(rec))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var ev event.Event
	for {
		if err := r.Next(&ev); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if ev.Type.Info().Name != "procinfo" && ev.Time != 0 {
			rec.events = append(rec.events, clone(&ev, 0))
		}
	}
	if len(rec.events) == 0 {
		return nil, fmt.Errorf("%s holds no events", path)
	}
	first, last := rec.events[0].Time, rec.events[0].Time
	for i := range rec.events {
		first, last = min(first, rec.events[i].Time), max(last, rec.events[i].Time)
	}
	rec.span = last - first + 1_000_000
	return rec, nil
}

// clone copies an event, and makes its processes others by adding to their
// numbers.
func clone(ev *event.Event, shift int64) event.Event {
	var data []byte
	for i := range ev.NumParams() {
		data = append(data, ev.Param(i)...)
	}
	c := *ev
	c.Reset(data)
	for i := range ev.NumParams() {
		c.AddParam(uint32(len(ev.Param(i))))
	}
	if shift == 0 || ev.TID <= 0 {
		return c
	}
	c.TID += shift
	for i, p := range ev.Type.Info().Params {
		n, ok := c.Int64(i)
		if ok && n > 0 && p.Kind == event.KindPID {
			putInt64(c.Param(i), n+shift)
		}
	}
	return c
}

func putInt64(b []byte, n int64) {
	for i := range b {
		b[i] = byte(n >> (8 * i))
	}
}

// write makes a capture of rounds times the same events, one round after the
// other, on copies machines' worth of processes at once.
func (rec *recording) write(path string, rounds, copies int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buf := bufio.NewWriterSize(f, 1<<20)
	w := capture.NewWriter(buf)
	all := make([][]event.Event, copies)
	for k := range copies {
		// Less than the largest process number, and far from the others.
		shift := int64(k) * 100_000
		for _, tell := range rec.tell {
			tell(&shifted{Snapshot: w, shift: shift})
		}
		for i := range rec.events {
			all[k] = append(all[k], clone(&rec.events[i], shift))
		}
	}
	for round := range rounds {
		for i := range rec.events {
			for k := range copies {
				ev := all[k][i]
				ev.Time += uint64(round)*rec.span + uint64(k)
				if err := w.Event(&ev); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
			}
		}
	}
	return errors.Join(w.Close(), buf.Flush())
}

// teller keeps what a capture says about the time before its events.
type teller recording

func (t *teller) keep(tell func(event.Snapshot)) { t.tell = append(t.tell, tell) }

func (t *teller) Machine(m *event.Machine) {
	c := *m
	t.keep(func(s event.Snapshot) { s.Machine(&c) })
}

func (t *teller) Proc(p *event.Proc) {
	c := *p
	for _, text := range []*[]byte{&c.Comm, &c.Exe, &c.ExePath, &c.Args, &c.Env, &c.Cgroups, &c.CWD, &c.Root} {
		*text = append([]byte(nil), *text...)
	}
	t.keep(func(s event.Snapshot) { c := c; s.Proc(&c) })
}

func (t *teller) File(tid int64, f *event.File) {
	c := *f
	c.Name = append([]byte(nil), c.Name...)
	t.keep(func(s event.Snapshot) { s.File(tid, &c) })
}

func (t *teller) Interface(i *event.Interface) {
	c := *i
	for _, addr := range []*[]byte{&c.Addr, &c.Netmask, &c.Broadcast} {
		*addr = append([]byte(nil), *addr...)
	}
	t.keep(func(s event.Snapshot) { s.Interface(&c) })
}

func (t *teller) User(u *event.User) {
	c := *u
	t.keep(func(s event.Snapshot) { s.User(&c) })
}

func (t *teller) Group(g *event.Group) {
	c := *g
	t.keep(func(s event.Snapshot) { s.Group(&c) })
}

// shifted makes processes others by adding to their numbers. The first copy
// tells of the machine, too.
type shifted struct {
	event.Snapshot
	shift int64
}

func (s *shifted) Machine(m *event.Machine) {
	if s.shift == 0 {
		s.Snapshot.Machine(m)
	}
}

func (s *shifted) Proc(p *event.Proc) {
	for _, id := range []*int64{&p.TID, &p.PID, &p.PPID, &p.SID, &p.PGID, &p.VPGID} {
		if *id > 0 {
			*id += s.shift
		}
	}
	s.Snapshot.Proc(p)
}

func (s *shifted) File(tid int64, f *event.File) { s.Snapshot.File(tid+s.shift, f) }

func (s *shifted) Interface(i *event.Interface) {
	if s.shift == 0 {
		s.Snapshot.Interface(i)
	}
}

func (s *shifted) User(u *event.User) {
	if s.shift == 0 {
		s.Snapshot.User(u)
	}
}

func (s *shifted) Group(g *event.Group) {
	if s.shift == 0 {
		s.Snapshot.Group(g)
	}
}
