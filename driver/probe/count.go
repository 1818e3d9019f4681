// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"

	"github.com/lanner-project/lanner/driver/bpf"
	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/event"
)

// A Cause is why events were lost.
type Cause string

// The causes.
const (
	RingFull Cause = "ring-full" // nobody had read enough of the ring
	Shed     Cause = "shed"      // data alone, given up to leave room for what state needs
	Nested   Cause = "nested"    // two at once on a processor
)

// A Count is how many events of a type were made, and how many of those lost.
type Count struct {
	Type event.Type
	Made uint64
	Lost map[Cause]uint64 // nil: none
}

// Counts returns what the programs counted so far, of the types of which there
// are any. It may be called from any goroutine until Close.
func (p *Probe) Counts() ([]Count, error) {
	var all []Count
	var perCPU []bpf.LannerTally
	for t := range event.Type(event.NumTypes) {
		if !calls.Records(t) {
			continue
		}
		if err := p.objects.Counts.Lookup(uint32(t), &perCPU); err != nil {
			return nil, fmt.Errorf("the driver's counters: %w", err)
		}
		var sum bpf.LannerTally
		for _, c := range perCPU {
			for i, n := range c.N {
				sum.N[i] += n
			}
		}
		if sum.N[bpf.LannerCauseCAUSE_MADE] == 0 {
			continue
		}
		c := Count{Type: t, Made: sum.N[bpf.LannerCauseCAUSE_MADE]}
		for cause, i := range map[Cause]bpf.LannerCause{
			RingFull: bpf.LannerCauseCAUSE_RING_FULL, Shed: bpf.LannerCauseCAUSE_SHED, Nested: bpf.LannerCauseCAUSE_NESTED,
		} {
			if sum.N[i] == 0 {
				continue
			}
			if c.Lost == nil {
				c.Lost = make(map[Cause]uint64)
			}
			c.Lost[cause] = sum.N[i]
		}
		all = append(all, c)
	}
	return all, nil
}

// StateLost returns how many events were lost on which it depends what is known
// of processes and their descriptors. It costs no more than a look at memory, and
// may be called from any goroutine until Close.
func (p *Probe) StateLost() uint64 { return p.shared.stateLost() }

// Unseen is what happened in scope and cannot be told.
type Unseen struct {
	Compat  uint64 // syscalls of the 32-bit interface that rules or state need
	X32     uint64 // syscalls of the x32 interface
	IOUring uint64 // calls of io_uring_enter: what they submitted
	Unknown uint64 // syscalls with a number that is not known
	Message uint64 // messages that a call sent or received after its first
	Scope   uint64 // processes for which the scope had no room
	// Skipped are runs of the programs that the kernel left out, whoever they were
	// about: it runs none that is running on the processor already. Before Linux 7.0
	// that cannot be. Since then a program can be interrupted for another process, and
	// is attached twice; it is counted when the second was left out, and events are
	// lost only if the first was as well.
	Skipped uint64
}

// Unseen returns what the programs counted so far.
func (p *Probe) Unseen() (Unseen, error) {
	var u Unseen
	for i, n := range map[bpf.LannerUnseen]*uint64{
		bpf.LannerUnseenUNSEEN_COMPAT: &u.Compat, bpf.LannerUnseenUNSEEN_X32: &u.X32,
		bpf.LannerUnseenUNSEEN_MESSAGE: &u.Message, bpf.LannerUnseenUNSEEN_IO_URING: &u.IOUring, bpf.LannerUnseenUNSEEN_UNKNOWN: &u.Unknown,
	} {
		var perCPU []uint64
		if err := p.objects.UnseenCounts.Lookup(uint32(i), &perCPU); err != nil {
			return u, fmt.Errorf("the driver's counters: %w", err)
		}
		for _, c := range perCPU {
			*n += c
		}
	}
	u.Scope = p.shared.scopeLost()
	for _, program := range p.objects.last() {
		s, err := program.Stats()
		if err != nil {
			return u, fmt.Errorf("the kernel's counters of the driver: %w", err)
		}
		u.Skipped += s.RecursionMisses
	}
	return u, nil
}

// Quality is what became of records on their way.
type Quality struct {
	Malformed uint64 // that were none: never, unless driver and programs differ
	Faults    uint64 // with a value that could not be read
	Cuts      uint64 // with a value that is cut or left out for its length
}

// Quality may be called from any goroutine.
func (p *Probe) Quality() Quality {
	return Quality{p.malformed.Load(), p.faults.Load(), p.cuts.Load()}
}
