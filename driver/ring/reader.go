// SPDX-License-Identifier: Apache-2.0

package ring

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// nap is how long a reader that found nothing waits before it looks again.
	// The Go runtime's timers are no finer where nothing else goes on. To sleep in
	// a syscall is, but then the runtime takes the thread's place away and gives it
	// back, with three other threads that wake up: 75 µs of processor time for each
	// nap, where a timer takes 30.
	nap = time.Millisecond
	// awake is how long it goes on to look before it sleeps until it is woken.
	awake = 5 * time.Millisecond
	// asleep is how long it sleeps at most: what it looks at then is only a
	// second net, should a wake-up be lost.
	asleepAtMost = 100 * time.Millisecond
	// inFlight is how long a record is on its way at most, from its time to the
	// moment at which it can be seen. A ring that was empty so much later than a
	// record's time holds nothing before it.
	inFlight = uint64(time.Millisecond)
)

// A Reader takes records out of rings.
type Reader struct {
	buffers []*buffer
	last    *buffer // the one of the record that was given out
	asleep  *uint32 // shared with the programs
	timeOf  func([]byte) uint64
	waiting func(bool)
	quiet   func() bool
	epoll   int
	wake    int // an eventfd: Stop
	stopped atomic.Bool
	idle    time.Duration
	waits   atomic.Uint64
	woken   atomic.Uint64
}

// Config says what a Reader reads.
type Config struct {
	FDs    []int               // of the rings
	Size   int                 // bytes in each
	Asleep *uint32             // memory in which the programs see that the reader sleeps
	Time   func([]byte) uint64 // of a record, nanoseconds of CLOCK_BOOTTIME
	Waits  func(bool)          // called with true before waiting, with false after; nil: not

	// Quiet is called by Next while nothing is there, before it gives the
	// processor away; with true it asks to be called again soon. nil: not.
	Quiet func() (again bool)
}

// Open makes a reader.
//
// Preconditions: the rings stay open until Close.
func Open(cfg Config) (*Reader, error) {
	r := &Reader{asleep: cfg.Asleep, timeOf: cfg.Time, waiting: cfg.Waits, quiet: cfg.Quiet, epoll: -1, wake: -1}
	var err error
	if r.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	if r.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, errors.Join(fmt.Errorf("eventfd: %w", err), r.Close())
	}
	for _, fd := range append([]int{r.wake}, cfg.FDs...) {
		event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: int32(fd)}
		if err := unix.EpollCtl(r.epoll, unix.EPOLL_CTL_ADD, fd, &event); err != nil {
			return nil, errors.Join(fmt.Errorf("epoll_ctl: %w", err), r.Close())
		}
	}
	for _, fd := range cfg.FDs {
		b, err := open(fd, cfg.Size)
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		r.buffers = append(r.buffers, b)
	}
	return r, nil
}

// Next returns the next record by time. It waits for one, and returns io.EOF
// when the reader is stopped and all is read. The record is valid until the
// next call.
func (r *Reader) Next() ([]byte, error) {
	if r.last != nil {
		r.last.maybeTell()
		r.last = nil
	}
	waiting := false
	for {
		b, young := r.first()
		switch {
		case b != nil && !young:
			r.idle = 0
			r.last = b
			if waiting {
				r.waiting(false)
			}
			return b.take(), nil
		case b == nil && r.stopped.Load():
			// What was on its way when the programs were detached is there now.
			if b, _ = r.first(); b == nil {
				return nil, io.EOF
			}
		default:
			if r.waiting != nil && !waiting {
				waiting = true
				r.waiting(true)
			}
			if b == nil && r.quiet != nil && r.quiet() {
				r.idle = 0
			}
			if err := r.wait(b == nil); err != nil {
				return nil, err
			}
		}
	}
}

// first returns the ring with the earliest record, and whether another one may
// still get an earlier one. The clock is read only when that is in doubt: a few
// times in inFlight under load, for while records are read others come.
func (r *Reader) first() (first *buffer, young bool) {
	for _, b := range r.buffers {
		if b.head == nil && b.taken {
			b.fill(r.timeOf)
		}
		if b.head != nil && (first == nil || b.time < first.time) {
			first = b
		}
	}
	var now uint64
	for _, b := range r.buffers {
		if b.head != nil || first != nil && b.emptyAt >= first.time+inFlight {
			continue
		}
		if now == 0 {
			now = bootTime()
		}
		if !b.fill(r.timeOf) {
			if !b.busy {
				b.emptyAt = now
			}
		} else if first == nil || b.time < first.time {
			first = b
		}
	}
	if first == nil || r.stopped.Load() {
		return first, false
	}
	for _, b := range r.buffers {
		if b.head == nil && b.emptyAt < first.time+inFlight {
			return first, true
		}
	}
	return first, false
}

// wait gives the processor away until there may be something.
func (r *Reader) wait(nothing bool) error {
	if !nothing || r.idle < awake {
		r.idle += nap
		time.Sleep(nap)
		return nil
	}
	atomic.StoreUint32(r.asleep, 1)
	defer atomic.StoreUint32(r.asleep, 0)
	// A program that saw the flag unset just before may be writing its record
	// still: it is there after a nap.
	for range 2 {
		for _, b := range r.buffers {
			if b.fill(r.timeOf) {
				return nil
			}
		}
		time.Sleep(nap)
	}
	r.waits.Add(1)
	var events [8]unix.EpollEvent
	n, err := unix.EpollWait(r.epoll, events[:], int(asleepAtMost/time.Millisecond))
	if err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("epoll_wait: %w", err)
	}
	if n > 0 {
		r.woken.Add(1)
		r.idle = 0
	}
	return nil
}

// bootTime is the clock of records. It is a syscall that takes less time than to
// tell the Go runtime that there is one.
func bootTime() uint64 {
	var ts unix.Timespec
	if _, _, errno := unix.RawSyscall(unix.SYS_CLOCK_GETTIME, unix.CLOCK_BOOTTIME, uintptr(unsafe.Pointer(&ts)), 0); errno != 0 {
		return 0 // there since Linux 2.6.39
	}
	return uint64(ts.Nano())
}

// Stop makes Next return io.EOF once all is read. It may be called from any
// goroutine.
//
// Preconditions: nothing writes to the rings any more.
func (r *Reader) Stop() error {
	r.stopped.Store(true)
	if _, err := unix.Write(r.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0}); err != nil && !errors.Is(err, unix.EAGAIN) {
		return fmt.Errorf("waking the reader of ring buffers: %w", err)
	}
	return nil
}

// Waiting returns how many bytes are in the rings. It may be called between
// calls of Next.
func (r *Reader) Waiting() uint64 {
	var sum uint64
	for _, b := range r.buffers {
		sum += b.used()
	}
	return sum
}

// Sleeps returns how often the reader went to sleep, and how often it was woken
// by a record or by Stop. It may be called from any goroutine.
func (r *Reader) Sleeps() (slept, woken uint64) { return r.waits.Load(), r.woken.Load() }

// Close unmaps the rings.
//
// Preconditions: Next is not running, and no record is in use.
func (r *Reader) Close() error {
	var errs []error
	for _, b := range r.buffers {
		errs = append(errs, b.close())
	}
	r.buffers = nil
	for _, fd := range []int{r.epoll, r.wake} {
		if fd >= 0 {
			errs = append(errs, unix.Close(fd))
		}
	}
	return errors.Join(errs...)
}
