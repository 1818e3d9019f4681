// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/engine/event"
)

// Config says what is read.
type Config struct {
	Root string // where the process table is mounted; "": /proc
	Host string // the root folder of the machine, with its etc; "": /
	PIDs []int  // these processes alone, with their threads; nil: all
	Skip int    // a process that is left out: the reader's own; 0: none

	// Wanted reports whether Process is to tell a process; nil: any.
	Wanted func(pid int) bool

	// Living leaves out threads that are on their way to their end, not only those
	// that are there: the kernel tells of an end before it has come.
	Living bool

	// Descriptors tells the open descriptors of a process quicker than the process
	// table; nil, or an error, and that is read.
	Descriptors func(pid int, tell func(*Descriptor)) error

	// Before is a time, in nanoseconds since the epoch: who began later has a
	// number that was another's then, and counts as ended. 0 is any time.
	Before uint64
}

func (c *Config) defaults() {
	if c.Root == "" {
		c.Root = "/proc"
	}
	if c.Host == "" {
		c.Host = "/"
	}
}

// A Descriptor is what the kernel says of one that is open.
type Descriptor struct {
	FD    int
	Flags uint32 // as the kernel numbers them, O_CLOEXEC among them
	Mode  uint32
	Links uint32
	Dev   uint32 // 12 bits for the major number, 20 for the minor one
	Ino   uint64
	Link  []byte // as its link in the process table; none: that has to be read
}

// Stats counts what was told, and what could not be.
type Stats struct {
	Processes uint64
	Threads   uint64 // beside the main ones
	Files     uint64

	Ended   uint64 // processes and threads that ended while they were read
	Denied  uint64 // processes of which something may not be read
	Stuck   uint64 // processes whose memory was not there within MemoryWait
	Cut     uint64 // texts that are cut, or left out, for their length
	Sockets uint64 // of which no table tells the addresses
}

// ErrEnded says that a process is no more.
var ErrEnded = errors.New("the process has ended")

// MemoryWait is how long the memory of a process may take to be read, which
// holds its arguments and environment. It takes forever where the process waits
// for a file server that does not answer while it holds the lock of its memory,
// which ps(1) is known to hang on. After maxStuck such processes none is asked
// any more.
const MemoryWait = 250 * time.Millisecond

const maxStuck = 32

// A scan is one reading of the process table. What it hands out is in its
// buffers.
type scan struct {
	cfg   Config
	to    event.Snapshot
	stats Stats
	root  folder

	boot       uint64 // when the clock of processes began, nanoseconds since the epoch
	hostStart  uint64 // when the first process did; 0: not yet looked at
	memfds     []device
	networks   map[uint64]*network // by number of the namespace
	namespaces map[uint64]uint64   // of pids: when the first process began
	overlays   map[uint64]overlay  // by number of the mount
	memory     *memoryReader
	stuck      int

	proc event.Proc
	file event.File
	text []byte // what is being parsed
	list []byte // of a folder
	pids []int
	tids []int
	fds  []int
	link [linkSize]byte
	path textBuffers
}

// textBuffers hold what a Proc points to.
type textBuffers struct {
	comm, exePath, cwd, root, cgroups []byte
}

func newScan(cfg Config, to event.Snapshot) (*scan, error) {
	cfg.defaults()
	root, err := openFolder(unix.AT_FDCWD, cfg.Root)
	if err != nil {
		return nil, fmt.Errorf("the process table: %s: %w: it has to be mounted, or named where it is", cfg.Root, err)
	}
	boot, err := bootTime()
	if err != nil {
		return nil, errors.Join(err, root.close())
	}
	return &scan{
		cfg: cfg, to: to, root: root, boot: boot, memfds: memfdDevices(),
		networks: make(map[uint64]*network), namespaces: make(map[uint64]uint64), overlays: make(map[uint64]overlay),
	}, nil
}

func (s *scan) close() error {
	s.memory.close()
	return s.root.close()
}

// bootTime is when the machine's clock began, in nanoseconds since the epoch.
func bootTime() (uint64, error) {
	var now, since unix.Timespec
	if err := errors.Join(unix.ClockGettime(unix.CLOCK_REALTIME, &now), unix.ClockGettime(unix.CLOCK_BOOTTIME, &since)); err != nil {
		return 0, fmt.Errorf("clock_gettime: %w", err)
	}
	return uint64(now.Nano() - since.Nano()), nil
}

// Snapshot tells the machine, its networks, users and groups, and then each
// process, its threads, and its descriptors.
//
// Preconditions: whatever tells of new processes was started before.
func Snapshot(cfg Config, to event.Snapshot) (_ Stats, err error) {
	s, err := newScan(cfg, to)
	if err != nil {
		return Stats{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.machine(); err != nil {
		return s.stats, err
	}
	pids := s.cfg.PIDs
	if pids == nil {
		if s.pids, err = s.numbers(s.root, ".", s.pids[:0]); err != nil {
			return s.stats, fmt.Errorf("the process table: %s: %w", s.cfg.Root, err)
		}
		pids = s.pids
	}
	return s.stats, s.processes(pids)
}

func (s *scan) processes(pids []int) error {
	for _, pid := range pids {
		if pid == s.cfg.Skip {
			continue
		}
		if err := s.process(pid); err != nil && !errors.Is(err, ErrEnded) {
			return fmt.Errorf("process %d: %w", pid, err)
		}
	}
	return nil
}

// Processes tells some processes, with their threads and descriptors. Those that
// have ended are left out.
func Processes(cfg Config, pids []int, to event.Snapshot) (_ Stats, err error) {
	s, err := newScan(cfg, to)
	if err != nil {
		return Stats{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	err = s.processes(pids)
	return s.stats, err
}

// List returns all processes.
func List(cfg Config) (_ []int, err error) {
	s, err := newScan(cfg, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	pids, err := s.numbers(s.root, ".", nil)
	if err != nil {
		return nil, fmt.Errorf("the process table: %s: %w", s.cfg.Root, err)
	}
	return pids, nil
}

// Gone reports whether a thread of a process has ended. The number of a process
// that is not known is below 0.
func Gone(root string, pid, tid int64) (_ bool, err error) {
	dir, err := openFolder(unix.AT_FDCWD, root)
	if err != nil {
		return false, fmt.Errorf("the process table: %s: %w", root, err)
	}
	defer func() { err = errors.Join(err, dir.close()) }()
	name := strconv.FormatInt(tid, 10) + "/stat"
	if pid >= 0 {
		name = strconv.FormatInt(pid, 10) + "/task/" + name
	}
	text, err := dir.read(name, nil, maxStatus)
	var st stat
	if err == nil {
		st, err = parseStat(text)
	}
	switch {
	case err == nil:
		return st.gone(), nil
	case errors.Is(ended(err), ErrEnded):
		return true, nil
	}
	return false, fmt.Errorf("thread %d: %w", tid, err)
}

// Process tells one process, with its threads and descriptors, by the number of
// any of its threads. The error is ErrEnded where there is none of that number.
func Process(cfg Config, tid int, to event.Snapshot) (err error) {
	s, err := newScan(cfg, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	var st status
	if s.text, err = s.root.read(strconv.Itoa(tid)+"/status", s.text[:0], maxStatus); err == nil {
		st, err = parseStatus(s.text)
	}
	if err == nil && cfg.Wanted != nil && !cfg.Wanted(int(st.tgid)) {
		return fmt.Errorf("process %d is not one of those that are wanted", st.tgid)
	}
	if err == nil {
		err = s.process(int(st.tgid))
	}
	if err != nil {
		return fmt.Errorf("process %d: %w", tid, ended(err))
	}
	return nil
}
