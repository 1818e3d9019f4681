// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/bpf"
	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/driver/decode"
	"github.com/lanner-project/lanner/driver/ring"
	"github.com/lanner-project/lanner/engine/event"
)

// Config says what is recorded.
type Config struct {
	Scope      Scope
	Types      calls.Types // of events that are wanted beside those that state needs; nil: all
	BufferSize int         // bytes of each ring, a power of two and of pages; 0: DefaultBufferSize
	Snap       uint32      // bytes of what is read and written in an event; 0: DefaultSnap
	LogFile    string      // for the verifier's log, if it refuses a program; "": none
	Waits      func(bool)  // called around waiting for records; nil: not

	// Quiet is called by Next while nothing is buffered: again and again, and at
	// once when it returned true. nil: not.
	Quiet func() (again bool)

	helpersOnly bool // read kernel memory as kernels before 6.2 have to
	preemptible bool // attach all twice, as on kernels from 7.0 on
}

// The defaults.
const (
	DefaultBufferSize = 8 << 20
	DefaultSnap       = 80
)

// A Probe is the driver at work.
type Probe struct {
	objects *loaded
	shared  *shared
	rings   []*ebpf.Map
	links   []link.Link
	reader  *ring.Reader
	decoder *decode.Decoder
	lister  *lister // nil: this kernel has none
	number  uint64
	boot    uint64 // when the clock of records began, by that of events

	unlisted  error // why there is no lister
	wants     sync.Mutex
	malformed atomic.Uint64
	faults    atomic.Uint64
	cuts      atomic.Uint64
	stop      sync.Once
}

// Open loads the programs and attaches them. From then on events are buffered.
func Open(cfg Config) (_ *Probe, err error) {
	if cfg.BufferSize == 0 {
		cfg.BufferSize = DefaultBufferSize
	}
	if cfg.Snap == 0 {
		cfg.Snap = DefaultSnap
	}
	if size := cfg.BufferSize; size < 64<<10 || size&(size-1) != 0 {
		return nil, fmt.Errorf("buffer size %d is not a power of two from 65536", size)
	}
	cfg.preemptible = cfg.preemptible || preemptible()
	w, err := cfg.Scope.resolve()
	if err != nil {
		return nil, err
	}
	count, err := ringCount()
	if err != nil {
		return nil, err
	}
	p := &Probe{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	spec, err := bpf.LoadLanner()
	if err != nil {
		return nil, fmt.Errorf("the driver's object: %w", err)
	}
	if p.objects, p.rings, err = load(spec, &cfg, w, count); err != nil {
		return nil, err
	}
	if err := fill(p.objects); err != nil {
		return nil, err
	}
	if p.shared, err = share(p.objects.Variables, spec); err != nil {
		return nil, err
	}
	if err := p.read(cfg); err != nil {
		return nil, err
	}
	if err := p.Want(cfg.Types); err != nil {
		return nil, err
	}
	if p.boot, err = bootTime(); err != nil {
		return nil, err
	}
	p.decoder = decode.New(p.boot)
	p.lister, p.unlisted = newLister(&cfg, w, p.objects.ScopeTree)
	return p, p.attach()
}

// read prepares to read the rings.
func (p *Probe) read(cfg Config) (err error) {
	fds := make([]int, len(p.rings))
	for i, m := range p.rings {
		fds[i] = m.FD()
	}
	p.reader, err = ring.Open(ring.Config{FDs: fds, Size: cfg.BufferSize, Asleep: p.shared.asleep, Time: decode.Time, Waits: cfg.Waits, Quiet: cfg.Quiet})
	return err
}

// Now returns the time by the clock of events.
func (p *Probe) Now() (uint64, error) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return 0, fmt.Errorf("clock_gettime: %w", err)
	}
	return p.boot + uint64(ts.Nano()), nil
}

// bootTime is when the clock of records began, in nanoseconds since the epoch.
func bootTime() (uint64, error) {
	var real, boot unix.Timespec
	if err := errors.Join(unix.ClockGettime(unix.CLOCK_REALTIME, &real), unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot)); err != nil {
		return 0, fmt.Errorf("clock_gettime: %w", err)
	}
	return uint64(real.Nano() - boot.Nano()), nil
}

// attach attaches the programs.
func (p *Probe) attach() error {
	for _, prog := range p.objects.all() {
		l, err := link.AttachTracing(link.TracingOptions{Program: prog})
		if err != nil {
			return fmt.Errorf("attaching %s: %w", prog, err)
		}
		p.links = append(p.links, l)
	}
	return nil
}

// Follow adds processes to a scope by process: those that were there already.
func (p *Probe) Follow(pids []int) error {
	for _, pid := range pids {
		if err := p.objects.ScopeTree.Put(uint32(pid), uint8(1)); err != nil {
			return fmt.Errorf("following process %d: %w", pid, err)
		}
		// One that ended before it was added is taken out by nobody else, and its
		// number would be followed to its next owner.
		if errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			if err := p.objects.ScopeTree.Delete(uint32(pid)); err != nil && !errors.Is(err, ebpf.ErrKeyNotExist) {
				return fmt.Errorf("following process %d no more: %w", pid, err)
			}
		}
	}
	return nil
}

// Followed returns the processes that a scope by process has now.
func (p *Probe) Followed() ([]int, error) {
	var pid uint32
	var in uint8
	pids := []int{}
	all := p.objects.ScopeTree.Iterate()
	for all.Next(&pid, &in) {
		pids = append(pids, int(pid))
	}
	// What comes and goes meanwhile may make the walk begin again.
	if err := all.Err(); err != nil && !errors.Is(err, ebpf.ErrIterationAborted) {
		return nil, fmt.Errorf("the processes that are followed: %w", err)
	}
	slices.Sort(pids)
	return slices.Compact(pids), nil
}

// Follows reports whether a scope by process has a process now.
func (p *Probe) Follows(pid int) bool {
	var in uint8
	return p.objects.ScopeTree.Lookup(uint32(pid), &in) == nil
}

// Want changes which types of events are wanted, beside those that state needs;
// nil is all. It takes effect from one syscall to the next.
func (p *Probe) Want(types calls.Types) error {
	p.wants.Lock()
	defer p.wants.Unlock()
	for n, want := range calls.NewPlan(host(), types) {
		p.shared.native[n] = uint8(want)
	}
	compat := calls.NewForeignPlan() // arm64 has another 32-bit interface
	if host() == calls.AMD64 {
		compat = calls.NewPlan(calls.IA32, types)
	}
	for n, want := range compat {
		p.shared.compat[n] = uint8(want)
	}
	return nil
}

// Next waits for an event. After Stop it gives what is buffered, and then io.EOF.
func (p *Probe) Next(ev *event.Event) error {
	for {
		record, err := p.reader.Next()
		if err != nil {
			return err
		}
		flags, err := p.decoder.Decode(record, ev)
		if err != nil {
			p.malformed.Add(1)
			continue
		}
		if flags&decode.Fault != 0 {
			p.faults.Add(1)
		}
		if flags&decode.Cut != 0 {
			p.cuts.Add(1)
		}
		p.number++
		ev.Num = p.number
		return nil
	}
}

// Stop detaches the programs. It may be called from any goroutine, and twice.
func (p *Probe) Stop() error {
	var errs []error
	p.stop.Do(func() {
		for _, l := range p.links {
			errs = append(errs, l.Close())
		}
		// A program that had begun when it was detached ends within moments: the
		// kernel waits for those that run before it frees them.
		time.Sleep(settle)
		if p.reader != nil {
			errs = append(errs, p.reader.Stop())
		}
	})
	return errors.Join(errs...)
}

// settle is longer than any of the programs runs.
const settle = 10 * time.Millisecond

// Close detaches and removes everything.
//
// Preconditions: Next is not running.
func (p *Probe) Close() error {
	errs := []error{p.Stop()}
	if p.reader != nil {
		errs = append(errs, p.reader.Close())
	}
	if p.shared != nil {
		errs = append(errs, p.shared.close())
	}
	if p.objects != nil {
		errs = append(errs, p.objects.close())
	}
	errs = append(errs, closeMaps(p.rings), p.lister.close())
	p.rings, p.objects, p.reader, p.shared, p.lister = nil, nil, nil, nil, nil
	return errors.Join(errs...)
}
