// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"

	"github.com/lanner-project/lanner/engine/capture/upgrade"
	"github.com/lanner-project/lanner/engine/event"
)

// largeTypes are the types whose parameters have lengths of four bytes. It is
// asked for every event, so it is small: the event table itself would push
// other things out of the cache.
var largeTypes = func() (large [event.NumTypes]bool) {
	for t := range event.Type(event.NumTypes) {
		large[t] = t.Info().Flags&event.Large != 0
	}
	return large
}()

// A decoder turns blocks into events and lists.
type decoder struct {
	snap  event.Snapshot
	up    *upgrade.Upgrader // nil: events stay as they are
	num   uint64
	stats Stats
}

func (d *decoder) counters() Stats {
	s := d.stats
	s.Events = d.num
	if d.up != nil {
		s.Upgrade = d.up.Stats()
	}
	return s
}

// decode reads a block. It reports whether that gave an event, in ev.
func (d *decoder) decode(block []byte, whole bool, ev *event.Event) (bool, error) {
	typ := le.Uint32(block)
	start, v1, isEvent := blockHeader+2, false, true
	if typ != blockEventV2 {
		start, v1, isEvent = eventBlock(typ)
	}
	if !isEvent {
		return false, d.other(block)
	}
	return whole && d.event(block, start, v1, ev) && (d.up == nil || d.up.Apply(ev)), nil
}

// event reads the event of a block. It reports whether there is one that can be
// understood.
func (d *decoder) event(block []byte, start int, v1 bool, ev *event.Event) bool {
	h := d.header(block, start, ev)
	if h == nil {
		return false
	}
	if v1 && paramsV1(ev, h) || !v1 && params(ev, h) {
		return true
	}
	d.stats.Malformed++
	return false
}

// header reads what an event's block starts with. It returns the event's bytes,
// from its header to the end of the block, or nil where there is none that can
// be understood.
func (d *decoder) header(block []byte, start int, ev *event.Event) []byte {
	if len(block) < start+eventHeaderV1+blockTrailer {
		d.stats.Malformed++
		return nil
	}
	h := block[start : len(block)-blockTrailer]
	typ := event.Type(le.Uint16(h[20:]))
	if !typ.Known() {
		d.stats.UnknownTypes++
		return nil
	}
	d.num++
	ev.Num = d.num
	ev.Time = le.Uint64(h)
	ev.TID = int64(le.Uint64(h[8:]))
	ev.CPU = le.Uint16(block[blockHeader:])
	ev.Type = typ
	if typ == event.DropEnter || typ == event.DropExit {
		d.stats.Drops++
	}
	return h
}

// params reads the parameters of an event: their lengths are in front of them.
func params(ev *event.Event, h []byte) bool {
	length := uint64(le.Uint32(h[16:]))
	if length < eventHeader || length > uint64(len(h)) {
		return false
	}
	n := uint64(le.Uint32(h[22:]))
	body := h[eventHeader:length]
	if largeTypes[ev.Type] {
		return paramsLarge(ev, n, body)
	}
	if n > event.MaxParams || 2*n > uint64(len(body)) {
		return false
	}
	return ev.SetParams16(body[:2*n], body[2*n:])
}

func paramsLarge(ev *event.Event, n uint64, body []byte) bool {
	if n > event.MaxParams || 4*n > uint64(len(body)) {
		return false
	}
	ev.Reset(body[4*n:])
	for i := range n {
		if !ev.AddParam(le.Uint32(body[4*i:])) {
			return false
		}
	}
	return true
}

// paramsV1 finds out how many parameters an event of version 1 has: so many
// that their lengths make up the event's, at most as many as the type has today.
func paramsV1(ev *event.Event, h []byte) bool {
	length := uint64(le.Uint32(h[16:]))
	// These two state three bytes too much.
	if ev.Type == event.Notification || ev.Type == event.Infra {
		length -= 3
	}
	if length < eventHeaderV1 || length > uint64(len(h)) {
		return false
	}
	body := h[eventHeaderV1:length]
	for n := len(ev.Type.Info().Params); n >= 0; n-- {
		if 2*n > len(body) {
			continue
		}
		sum := 2 * n
		for i := range n {
			sum += int(le.Uint16(body[2*i:]))
		}
		if sum == len(body) {
			return ev.SetParams16(body[:2*n], body[2*n:])
		}
	}
	return false
}

// other reads a block that holds no event.
func (d *decoder) other(block []byte) error {
	if len(block) < minBlock { // what a damaged one left
		return nil
	}
	typ := le.Uint32(block)
	body := block[blockHeader : len(block)-blockTrailer]
	switch typ {
	case blockSection:
		return d.section(body)
	case blockMachine, blockMachineInt:
		if !parseMachine(d.snap, body) {
			d.stats.Malformed++
		}
		return nil
	}
	skip, parse := d.entries(typ, body)
	if parse == nil {
		if !knownBlock(typ) {
			d.stats.UnknownBlocks++
		}
		return nil
	}
	if len(body) < skip {
		d.stats.Malformed++
		return nil
	}
	for body = body[skip:]; len(body) >= 4; { // less is padding
		n := parse(d.snap, body)
		if n <= 0 {
			d.stats.Malformed++
			break
		}
		body = body[n:]
	}
	return nil
}

// entries returns the parser of the entries of a list's block, and how many
// bytes of the block come before them; a nil parser for other blocks.
func (d *decoder) entries(typ uint32, body []byte) (skip int, parse entryParser) {
	switch typ {
	case blockFiles, blockFilesInt, blockFilesV2:
		var tid int64
		if len(body) >= 8 {
			tid = int64(le.Uint64(body))
		}
		return 8, parseFile(tid, typ == blockFilesV2)
	case blockInterfaces, blockInterfacesInt, blockInterfacesV2:
		return 0, parseInterface(typ == blockInterfacesV2)
	case blockUsers, blockUsersInt, blockUsersV2:
		return 0, parseUser(typ == blockUsersV2)
	}
	if v := procsVersion(typ); v > 0 {
		return 0, parseProc(v)
	}
	return 0, nil
}

// section reads the head of a capture. Options may follow, as in pcapng files;
// none is defined.
func (d *decoder) section(body []byte) error {
	f := fields{b: body}
	magic, major, minor := f.uint32(), f.uint16(), f.uint16()
	switch {
	case f.short:
		d.stats.Malformed++
	case magic == byteOrderSwapped:
		return fmt.Errorf("%w: it was written on a big-endian machine, which is not supported", ErrNotCapture)
	case magic != byteOrderMagic:
		return fmt.Errorf("%w: its byte order is marked with %#x", ErrNotCapture, magic)
	case major > formatMajor:
		return fmt.Errorf("%w: its version is %d.%d, and this reads %d only", ErrNotCapture, major, minor, formatMajor)
	}
	d.stats.Sections++
	return nil
}
