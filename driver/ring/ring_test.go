// SPDX-License-Identifier: Apache-2.0

package ring

import (
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"
)

// A writer is a program that writes a record of two numbers, a time and another
// one, into a ring of its own, when the test runs it.
type writer struct {
	ring *ebpf.Map
	prog *ebpf.Program
}

const (
	ringSize    = 64 << 10
	forceWakeup = 2 // BPF_RB_FORCE_WAKEUP
	noWakeup    = 1 // BPF_RB_NO_WAKEUP
)

func newWriter(t *testing.T, flags int64) *writer {
	t.Helper()
	ring, err := ebpf.NewMap(&ebpf.MapSpec{Name: "test_ring", Type: ebpf.RingBuf, MaxEntries: ringSize})
	skip(t, err)
	t.Cleanup(func() { _ = ring.Close() })
	prog, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Type: ebpf.Syscall, License: "GPL", Flags: unix.BPF_F_SLEEPABLE,
		Instructions: asm.Instructions{
			asm.LoadMem(asm.R2, asm.R1, 0, asm.DWord),
			asm.StoreMem(asm.R10, -16, asm.R2, asm.DWord),
			asm.LoadMem(asm.R2, asm.R1, 8, asm.DWord),
			asm.StoreMem(asm.R10, -8, asm.R2, asm.DWord),
			asm.LoadMapPtr(asm.R1, ring.FD()),
			asm.Mov.Reg(asm.R2, asm.R10),
			asm.Add.Imm(asm.R2, -16),
			asm.Mov.Imm(asm.R3, 16),
			asm.LoadImm(asm.R4, flags, asm.DWord),
			asm.FnRingbufOutput.Call(),
			asm.Return(),
		},
	})
	skip(t, err)
	t.Cleanup(func() { _ = prog.Close() })
	return &writer{ring, prog}
}

// skip skips where rings cannot be made, or programs not be run.
func skip(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, ebpf.ErrNotSupported) || errors.Is(err, os.ErrPermission) && os.Geteuid() != 0 {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (w *writer) write(t *testing.T, at, number uint64) {
	t.Helper()
	result, err := w.prog.Run(&ebpf.RunOptions{Context: [2]uint64{at, number}})
	skip(t, err)
	if result != 0 {
		t.Fatalf("a record cannot be written: %d", int32(result))
	}
}

type record struct{ at, number uint64 }

func read(t *testing.T, r *Reader) record {
	t.Helper()
	b, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	if len(b) != 16 {
		t.Fatalf("a record of %d bytes", len(b))
	}
	return record{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
}

func newReader(t *testing.T, cfg Config, flags int64, rings int) (*Reader, []*writer) {
	t.Helper()
	var writers []*writer
	for range rings {
		w := newWriter(t, flags)
		writers = append(writers, w)
		cfg.FDs = append(cfg.FDs, w.ring.FD())
	}
	cfg.Size, cfg.Time = ringSize, binary.LittleEndian.Uint64
	if cfg.Asleep == nil {
		cfg.Asleep = new(uint32)
	}
	r, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, writers
}

// longAgo is a time of which nothing is on its way any more.
func longAgo() uint64 { return bootTime() - uint64(time.Minute) }

// Records come in the order of their times, whichever ring they are in, and
// whatever came before them; many times more than a ring holds.
func TestOrder(t *testing.T) {
	t.Parallel()
	r, writers := newReader(t, Config{}, noWakeup, 3)
	rng := rand.New(rand.NewPCG(1, 2))
	var number, at uint64
	for range 20 {
		var want []record
		at = max(at, bootTime())
		for range 1000 {
			number++
			at += rng.Uint64N(1000) + 1
			want = append(want, record{at, number})
		}
		// Each ring has its records in order, but one ring is filled after the other.
		parts := make([][]record, len(writers))
		for _, rec := range want {
			i := rng.IntN(len(writers))
			parts[i] = append(parts[i], rec)
		}
		for i, part := range parts {
			for _, rec := range part {
				writers[i].write(t, rec.at, rec.number)
			}
		}
		var got []record
		for range want {
			got = append(got, read(t, r))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("record %d: %+v, want %+v", i, got[i], want[i])
			}
		}
	}
	if n := r.Waiting(); n != 0 {
		t.Errorf("%d bytes wait", n)
	}
}

// A record waits as long as another ring may get an earlier one; once nothing is
// written any more, it does not.
func TestYoung(t *testing.T) {
	t.Parallel()
	var waits []bool
	r, writers := newReader(t, Config{Waits: func(on bool) { waits = append(waits, on) }}, noWakeup, 2)
	future := bootTime() + uint64(time.Hour)
	writers[0].write(t, future, 1)
	writers[1].write(t, future-2, 2)
	writers[1].write(t, future-1, 3)
	for number := uint64(2); number < 4; number++ { // the other ring's is later than these
		if got := read(t, r); got.number != number {
			t.Fatalf("%+v, want number %d", got, number)
		}
	}
	if len(waits) != 0 {
		t.Errorf("it waited: %v", waits)
	}
	// Now one ring is empty, and may get an earlier record for an hour still.
	next := make(chan record)
	go func() {
		defer close(next)
		for {
			b, err := r.Next()
			if err != nil {
				return
			}
			next <- record{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
		}
	}()
	writers[1].write(t, longAgo(), 4)
	if got := <-next; got.number != 4 {
		t.Errorf("%+v, and an earlier record came in time", got)
	}
	if err := r.Stop(); err != nil {
		t.Fatal(err)
	}
	if got := <-next; got.number != 1 {
		t.Errorf("after Stop: %+v, want the record that waited", got)
	}
	if got, more := <-next; more {
		t.Errorf("a record too many: %+v", got)
	}
	for i, on := range waits {
		if on != (i%2 == 0) {
			t.Fatalf("waits are told as %v", waits)
		}
	}
}

// A reader that finds nothing sleeps, says so, and is woken by a record.
func TestSleep(t *testing.T) {
	t.Parallel()
	asleep := new(uint32)
	r, writers := newReader(t, Config{Asleep: asleep}, forceWakeup, 2)
	for i := range uint64(50) {
		before, _ := r.Sleeps()
		next := make(chan []byte)
		go func() {
			b, _ := r.Next()
			next <- b
		}()
		for slept := before; slept == before; slept, _ = r.Sleeps() {
			runtime.Gosched()
		}
		writers[i%2].write(t, bootTime(), i)
		if b := <-next; len(b) != 16 || binary.LittleEndian.Uint64(b[8:]) != i {
			t.Fatalf("%x, want number %d", b, i)
		}
		if atomic.LoadUint32(asleep) != 0 {
			t.Fatal("it is said to be asleep")
		}
		if _, woken := r.Sleeps(); woken > 2 {
			return
		}
	}
	slept, woken := r.Sleeps() // what it looks at by itself, it looks at ten times a second
	t.Errorf("it slept %d times, and was woken %d times", slept, woken)
}

// Stop wakes a reader that sleeps, and what is buffered is read to the last.
func TestStop(t *testing.T) {
	t.Parallel()
	asleep := new(uint32)
	r, writers := newReader(t, Config{Asleep: asleep}, noWakeup, 2)
	ended := make(chan error)
	next := func() {
		_, err := r.Next()
		ended <- err
	}
	go next()
	for atomic.LoadUint32(asleep) == 0 {
		runtime.Gosched()
	}
	if err := r.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != io.EOF {
		t.Errorf("Next: %v", err)
	}
	now := bootTime()
	for i := range uint64(100) {
		writers[i%2].write(t, now+i, i)
	}
	for i := range uint64(100) {
		if got := read(t, r); got.number != i {
			t.Fatalf("%+v, want number %d", got, i)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("Next: %v", err)
	}
}

// TestAllocations is not parallel: it counts those of all goroutines.
func TestAllocations(t *testing.T) {
	r, writers := newReader(t, Config{}, noWakeup, 2)
	at := longAgo()
	const n = 2000
	for i := range uint64(n) {
		writers[i%2].write(t, at+i, i)
	}
	if per := testing.AllocsPerRun(n-1, func() {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}); per != 0 {
		t.Errorf("%v allocations for a record", per)
	}
}

// What a ring holds is taken apart without a kernel: records that are being
// written, that were given up, that go around the end.
func TestFill(t *testing.T) {
	t.Parallel()
	const size = 4096
	var producer, consumer uint64
	b := &buffer{mask: size - 1, data: make([]byte, 2*size), producer: &producer, consumer: &consumer}
	put := func(text string, bits uint32) (head uint64) {
		head = producer
		entry := binary.LittleEndian.AppendUint32(nil, uint32(len(text))|bits)
		entry = append(append(entry, 0, 0, 0, 0), text...)
		for i, c := range entry { // in both of its places
			at := (head + uint64(i)) & (size - 1)
			b.data[at], b.data[at+size] = c, c
		}
		producer += (uint64(len(entry)) + 7) &^ 7
		return head
	}
	timeOf := func([]byte) uint64 { return 7 }
	for i := range 1000 {
		text := string(rune('a'+i%26)) + "bcdefghijklmnopqrstuvwxyz"[:i%25]
		put("given up", discardBit)
		head := put(text, busyBit)
		put("after it", 0)
		if b.fill(timeOf) {
			t.Fatalf("round %d: %q, and it is not written yet", i, b.head)
		}
		if consumer != head {
			t.Fatalf("round %d: the kernel was told %d, and it is read to %d", i, consumer, head)
		}
		binary.LittleEndian.PutUint32(b.data[head&(size-1):], uint32(len(text)))
		binary.LittleEndian.PutUint32(b.data[head&(size-1)+size:], uint32(len(text)))
		for _, want := range []string{text, "after it"} {
			if !b.fill(timeOf) || b.time != 7 {
				t.Fatalf("round %d: no record", i)
			}
			if got := string(b.take()); got != want {
				t.Fatalf("round %d: %q, want %q", i, got, want)
			}
			b.maybeTell()
		}
	}
	if b.fill(timeOf) || consumer != producer {
		t.Errorf("it is read to %d, written to %d", consumer, producer)
	}
}
