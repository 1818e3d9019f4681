// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A flood is what a flooder is to do.
type flood struct {
	Mix     string
	Seconds float64 // 0: until there is another line
	Rate    int     // rounds in a second; 0: as many as it can
	Life    int     // rounds between two processes that are started and end; 0: none
	Beside  int     // so many threads more do the same, on the first processor, where who watches is
}

// A flooded is what came of it.
type flooded struct {
	Rounds   uint64
	Seconds  float64
	Children uint64
	Marked   uint64 // calls of mkdirat
}

// floodMain is the process that is watched: for each line of its input it
// floods, and says what it did. At the end of its input it ends, with what it
// started.
func floodMain() {
	runtime.LockOSThread()
	if err := floodAll(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "flooder:", err)
		os.Exit(1)
	}
}

func floodAll(in io.Reader, out io.Writer) error {
	if err := stayOn(runtime.NumCPU() - 1); err != nil {
		return err
	}
	var companions []*companion
	lines := make(chan []byte)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(in); in.Scan(); {
			lines <- bytes.Clone(in.Bytes())
		}
	}()
	for line := range lines {
		var f flood
		if err := json.Unmarshal(line, &f); err != nil {
			return err
		}
		did, err := f.all(lines)
		if err != nil {
			return err
		}
		if f.Life > 0 { // somebody is there still when it is over
			c, err := startCompanion()
			if err != nil {
				return err
			}
			companions = append(companions, c)
		}
		if err := json.NewEncoder(out).Encode(did); err != nil {
			return err
		}
	}
	for _, c := range companions {
		if err := c.end(); err != nil {
			return err
		}
	}
	return nil
}

// stayOn keeps a thread on a processor.
func stayOn(cpu int) error {
	var cpus unix.CPUSet
	cpus.Set(cpu)
	return unix.SchedSetaffinity(0, &cpus)
}

// A companion is a process that is there, and does nothing, until the end of
// its input.
type companion struct {
	cmd *exec.Cmd
	in  io.Closer
}

func startCompanion() (*companion, error) {
	cmd := exec.Command("/bin/cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	_, err = fmt.Fprintln(in, "are you there?")
	if err == nil {
		_, err = bufio.NewReader(out).ReadString('\n')
	}
	return &companion{cmd, in}, err
}

func (c *companion) end() error { return errors.Join(c.in.Close(), c.cmd.Wait()) }

// tick is how long a flood with a rate works before it waits for its time.
const tick = time.Millisecond

// all floods with all threads, each at its part of the rate.
func (f *flood) all(stop <-chan []byte) (flooded, error) {
	if f.Beside > 0 && f.Seconds == 0 {
		return flooded{}, errors.New("a flood of several threads needs an end")
	}
	f.Rate /= 1 + f.Beside
	type result struct {
		flooded
		error
	}
	results := make(chan result)
	for i := range f.Beside {
		go func() {
			runtime.LockOSThread()
			did, err := flooded{}, stayOn(0)
			if err == nil {
				did, err = f.run(uint64(i+1)<<placeShift, nil)
			}
			results <- result{did, err}
		}()
	}
	did, err := f.run(0, stop)
	for range f.Beside {
		r := <-results
		err = errors.Join(err, r.error)
		did.Rounds += r.Rounds
	}
	return did, err
}

// run floods until its time is over, or something comes out of stop. Rounds are
// counted from first on.
func (f *flood) run(first uint64, stop <-chan []byte) (did flooded, err error) {
	round := rounds[f.Mix]
	if round == nil {
		return did, fmt.Errorf("there is no mix %q", f.Mix)
	}
	end := time.Duration(f.Seconds * float64(time.Second))
	begin := time.Now()
	for {
		passed := time.Since(begin)
		if end > 0 && passed >= end {
			break
		}
		if end == 0 {
			select {
			case <-stop:
				end = passed
				continue
			default:
			}
		}
		if err := f.batch(round, first, passed, &did); err != nil {
			return did, err
		}
		if now := time.Since(begin); f.Rate > 0 && now < passed+tick {
			ts := unix.NsecToTimespec(int64(passed + tick - now))
			if err := unix.Nanosleep(&ts, nil); err != nil && !errors.Is(err, unix.EINTR) {
				return did, err
			}
		}
	}
	did.Seconds = time.Since(begin).Seconds()
	if f.Mix == "mix" {
		did.Marked = (did.Rounds + mixMarked - 1) / mixMarked
	}
	return did, nil
}

// batch makes the rounds that are due at a time: those that were missed, too.
func (f *flood) batch(round func(uint64) error, first uint64, passed time.Duration, did *flooded) error {
	n := uint64(100)
	if f.Rate > 0 {
		due := uint64((passed + tick).Seconds() * float64(f.Rate))
		n = due - min(due, did.Rounds)
	}
	for range n {
		if err := round(first + did.Rounds); err != nil {
			return err
		}
		did.Rounds++
		if f.Life > 0 && did.Rounds%uint64(f.Life) == 0 {
			if err := exec.Command("/bin/true").Run(); err != nil {
				return err
			}
			did.Children++
		}
	}
	return nil
}

// place is the descriptor that a round puts something at: threads have places
// of their own, by the upper bits of their numbers of rounds.
func place(n uint64) uintptr { return 100 + uintptr(n>>placeShift)*100 + uintptr(n%100) }

const placeShift = 56

const noFD = ^uintptr(0)

var (
	floodFile  = floodFiles[0]
	floodFiles = [][]byte{[]byte("/etc/hostname\x00"), []byte("/etc/passwd\x00"), []byte("/etc/group\x00")}
	floodData  = make([]byte, 16)
)

func at(b []byte) uintptr { return uintptr(unsafe.Pointer(&b[0])) }

// rounds are what a flood repeats; they make their syscalls as directly as can
// be, and get the number of the round.
var rounds = map[string]func(n uint64) error{
	// Files come and go, some are read, one call fails, one is nobody's interest.
	// A descriptor that stays is of another file in each turn of its number.
	"mix": func(n uint64) error {
		fd, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, noFD, at(floodFiles[n/100%uint64(len(floodFiles))]), unix.O_RDONLY|unix.O_CLOEXEC, 0, 0, 0)
		if errno != 0 {
			return errno
		}
		_, _, _ = unix.RawSyscall(unix.SYS_READ, fd, at(floodData), uintptr(len(floodData)))
		if _, _, errno := unix.RawSyscall(unix.SYS_DUP3, fd, place(n), unix.O_CLOEXEC); errno != 0 {
			return errno
		}
		_, _, _ = unix.RawSyscall(unix.SYS_CLOSE, fd, 0, 0)
		if n%mixMarked == 0 {
			_, _, _ = unix.RawSyscall(unix.SYS_MKDIRAT, noFD, at(floodFile), 0)
		}
		_, _, _ = unix.RawSyscall(unix.SYS_GETPPID, 0, 0, 0)
		return nil
	},
	// The calls that cost the kernel least, of those that change what an engine
	// keeps in mind.
	"light": func(n uint64) error {
		if _, _, errno := unix.RawSyscall(unix.SYS_DUP3, 0, place(n), unix.O_CLOEXEC); errno != 0 {
			return errno
		}
		_, _, errno := unix.RawSyscall(unix.SYS_CLOSE, place(n), 0, 0)
		if errno != 0 {
			return errno
		}
		return nil
	},
}

// mixMarked is one of how many rounds has a mkdirat, which fails. Alerts are
// made of it, and those take their time.
const mixMarked = 64

// A flooder is that process, from outside.
type flooder struct {
	pid int
	in  io.WriteCloser
	out *json.Decoder
}

func startFlooder(t testing.TB) *flooder {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{"lanner-flooder"}
	cmd.Env = []string{"GOGC=off", "PATH=/usr/bin:/bin"}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the flooder: %v", err)
		}
	})
	return &flooder{cmd.Process.Pid, in, json.NewDecoder(out)}
}

func (f *flooder) scope() string { return fmt.Sprintf("pid-tree:%d", f.pid) }

// begin lets it flood; the function that it returns waits for the end.
func (f *flooder) begin(t testing.TB, what flood) (wait func() flooded) {
	t.Helper()
	if err := json.NewEncoder(f.in).Encode(what); err != nil {
		t.Fatal(err)
	}
	return func() (did flooded) {
		t.Helper()
		if err := f.out.Decode(&did); err != nil {
			t.Fatalf("the flooder says nothing: %v", err)
		}
		return did
	}
}

// halt ends a flood that has no end.
func (f *flooder) halt(t testing.TB) {
	t.Helper()
	if _, err := fmt.Fprintln(f.in); err != nil {
		t.Fatal(err)
	}
}
